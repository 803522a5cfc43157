//! Small cells kept back, so that nobody who reads a table can tell how few clues stand behind a number (P3).
//!
//! Three rules, with `minimum` as the smallest count that may be told. It is 3 at least, because what is below 2 and not
//! zero can only be 1; with 1 nothing is kept back.
//!
//! 1. *Counts of a table whose total is known* ([`protect`]). A count from 1 up to `minimum - 1` is kept back; zero is
//!    told. If the total would give a kept count away, the next smallest counts that are not zero are kept back with
//!    it, until there are two of them and they sum to `minimum` at least; where even all of them are not enough, the
//!    whole table is kept back, zeros too. Two signs: [`Cell::Few`] (“<5”) only where everything that is kept back is
//!    below the minimum and saying so gives nothing away; else [`Cell::Withheld`] (“*”) for all of them alike, because
//!    a sign that told the small ones from those that cover them would itself be a clue.
//! 2. *Parts of a whole, row by row* ([`hide`]): how many of a row's clues are open, late, handled in time. Of the two
//!    choices that there are, a share rounded to 5 % or nothing, this takes nothing: a share of a known whole, rounded
//!    to 5 %, still tells one of eight from two of eight. A row with a part from 1 up to `minimum - 1` shows none of
//!    its parts, and because the columns add up to known totals, a second row is hidden with it.
//! 3. *Figures of a row* (medians, percentiles) are left out where fewer than `minimum` clues stand behind them, and the
//!    90th percentile, which among few is one clue's own figure, where fewer than twice as many do.
//!
//! What holds, and the tests show it by trying every possibility: whoever knows the total, all numbers told, and what
//! the signs mean (every kept count is one at least and one of them is below the minimum; under “<5” all are), finds two
//! values or more that each kept count may have; and of each small part of a row whose whole is told, the least and the
//! greatest value that all sums allow differ. Tables are protected one by one, a category's kinds within the category.
//!
//! What does not hold: somebody who knows some of the clues already can take them off; two reports whose periods differ
//! by a few days can be subtracted; where routing sends all clues of one kind to one department and no others, the two
//! rows are the same clues, and one table may show a part (how many are late) that the other hides to cover a third.

/// A count, as it may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    Told(u64),
    /// Fewer than the minimum, and not zero.
    Few,
    /// Kept back: fewer than the minimum, or it would give such a count away.
    Withheld,
}

impl Cell {
    /// The count, where it may be told.
    pub fn told(self) -> Option<u64> {
        match self {
            Self::Told(count) => Some(count),
            Self::Few | Self::Withheld => None,
        }
    }
}

/// A row's whole and the parts that make it up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    pub whole: u64,
    pub parts: Vec<u64>,
}

/// Whether a count may not be told.
pub fn is_small(count: u64, minimum: u64) -> bool {
    count > 0 && count < minimum
}

/// The cells of a table that sums to a known total of `minimum` or more; with a minimum of 1 everything is told.
pub fn protect(counts: &[u64], minimum: u64) -> Vec<Cell> {
    let mut kept: Vec<bool> = counts
        .iter()
        .map(|count| is_small(*count, minimum))
        .collect();
    let small = kept.iter().filter(|kept| **kept).count() as u64;
    if small == 0 {
        return counts.iter().map(|count| Cell::Told(*count)).collect();
    }
    let sum_of = |kept: &[bool]| -> u64 {
        let kept = counts.iter().zip(kept).filter(|(_, kept)| **kept);
        kept.map(|(count, _)| count).sum()
    };
    let sum = sum_of(&kept);
    let sign = if small >= 2 && sum >= minimum && small < sum && sum < small * (minimum - 1) {
        Cell::Few
    } else {
        if !cover(counts, &mut kept, minimum) {
            return vec![Cell::Withheld; counts.len()];
        }
        Cell::Withheld
    };
    counts
        .iter()
        .zip(kept)
        .map(|(count, kept)| if kept { sign } else { Cell::Told(*count) })
        .collect()
}

/// Which rows may not show their parts. `forced` rows show none in any case, and their own whole may be unknown.
pub fn hide(rows: &[Parts], forced: &[bool], minimum: u64) -> Vec<bool> {
    let mut hidden: Vec<bool> = rows
        .iter()
        .zip(forced)
        .map(|(row, forced)| {
            *forced
                || is_small(row.whole, minimum)
                || row.parts.iter().any(|part| is_small(*part, minimum))
        })
        .collect();
    let wholes: Vec<u64> = rows.iter().map(|row| row.whole).collect();
    let any = hidden
        .iter()
        .zip(&wholes)
        .any(|(kept, whole)| *kept && *whole > 0);
    if any && !cover(&wholes, &mut hidden, minimum) {
        return vec![true; rows.len()];
    }
    hidden
}

/// Keeps back the next smallest counts until two are, and their sum is large enough; false where there are not enough.
fn cover(counts: &[u64], kept: &mut [bool], minimum: u64) -> bool {
    loop {
        let back: Vec<u64> = counts
            .iter()
            .zip(kept.iter())
            .filter(|(count, kept)| **kept && **count > 0)
            .map(|(count, _)| *count)
            .collect();
        let (many, sum) = (back.len() as u64, back.iter().sum::<u64>());
        // A sum of as many ones as there are cells would tell them all.
        if many >= 2 && sum >= minimum && sum > many {
            return true;
        }
        let next = (0..counts.len())
            .filter(|index| !kept[*index] && counts[*index] > 0)
            .min_by_key(|index| counts[*index]);
        match next {
            Some(index) => kept[index] = true,
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};
    use std::collections::BTreeSet;

    /// What the cells look like: numbers, `<` for few, `*` for withheld.
    fn shown(counts: &[u64], minimum: u64) -> String {
        let cells: Vec<String> = protect(counts, minimum)
            .into_iter()
            .map(|cell| match cell {
                Cell::Told(count) => count.to_string(),
                Cell::Few => "<".to_owned(),
                Cell::Withheld => "*".to_owned(),
            })
            .collect();
        cells.join(" ")
    }

    #[test]
    fn small_counts_are_kept_back_and_covered() {
        #[track_caller]
        fn case(counts: &[u64], minimum: u64, expected: &str) {
            assert_eq!(
                shown(counts, minimum),
                expected,
                "{counts:?} from {minimum}"
            );
        }
        case(&[12, 0, 30], 5, "12 0 30");
        case(&[1, 2, 3], 1, "1 2 3");
        // The total would give a single one away: the next smallest is kept back with it.
        case(&[3, 40, 9, 0], 5, "* 40 * 0");
        // Two small ones that sum to the minimum cover each other.
        case(&[3, 4, 40], 5, "< < 40");
        // They do not where the sum is below it; and where “<5” would tell that each is as large as it can be, it is
        // not said.
        case(&[1, 2, 40, 9], 5, "* * 40 *");
        case(&[4, 4, 40, 9], 5, "* * 40 9");
        // Nothing is left to cover them: the table is kept back, zeros too.
        case(&[1, 1, 1, 0], 3, "* * * *");
        case(&[4, 4], 5, "* *");
    }

    /// What somebody works out who knows the total, the numbers told and what the signs mean: every value that each
    /// cell kept back may have.
    fn possible(counts: &[u64], minimum: u64) -> Vec<(usize, BTreeSet<u64>)> {
        let cells = protect(counts, minimum);
        let kept: Vec<usize> = (0..cells.len())
            .filter(|index| cells[*index].told().is_none())
            .collect();
        let told: u64 = cells.iter().filter_map(|cell| cell.told()).sum();
        let sum = counts.iter().sum::<u64>() - told;
        // Where everything is withheld, zeros may be among it.
        let least = u64::from(cells.iter().any(|cell| *cell != Cell::Withheld));
        let most = if cells.contains(&Cell::Few) {
            minimum - 1
        } else {
            sum
        };
        let mut found: Vec<(usize, BTreeSet<u64>)> =
            kept.iter().map(|index| (*index, BTreeSet::new())).collect();
        fn add(
            chosen: &mut Vec<u64>,
            left: u64,
            [least, most, minimum]: [u64; 3],
            found: &mut [(usize, BTreeSet<u64>)],
        ) {
            if chosen.len() == found.len() {
                if left == 0 && chosen.iter().any(|count| is_small(*count, minimum)) {
                    for (value, (_, values)) in chosen.iter().zip(found) {
                        values.insert(*value);
                    }
                }
                return;
            }
            for value in least..=most.min(left) {
                chosen.push(value);
                add(chosen, left - value, [least, most, minimum], found);
                chosen.pop();
            }
        }
        add(&mut Vec::new(), sum, [least, most, minimum], &mut found);
        found
    }

    #[track_caller]
    fn undetermined(counts: &[u64], minimum: u64) {
        for (index, values) in possible(counts, minimum) {
            assert!(
                values.len() >= 2 && values.contains(&counts[index]),
                "{counts:?} from {minimum}: {} shows that cell {index} is {values:?}",
                shown(counts, minimum)
            );
        }
    }

    #[test]
    fn no_small_table_gives_a_kept_count_away() {
        let mut tables = 0;
        for minimum in 3..=5 {
            for code in 0..10_u64.pow(4) {
                let digits = [code % 10, code / 10 % 10, code / 100 % 10, code / 1000];
                for cells in 1..=4 {
                    let counts = &digits[..cells];
                    let total: u64 = counts.iter().sum();
                    let alone = counts.iter().filter(|count| **count > 0).count() == 1;
                    // Below the minimum the total itself is kept back, and there is no table.
                    if total >= minimum && !alone {
                        undetermined(counts, minimum);
                        tables += 1;
                    }
                }
            }
        }
        assert!(tables > 50_000);
    }

    #[test]
    fn no_table_gives_a_kept_count_away() {
        let mut runner = TestRunner::new(Config::with_cases(400));
        let tables = (vec(0..14_u64, 2..7), 3..7_u64);
        runner
            .run(&tables, |(counts, minimum)| {
                let small = counts
                    .iter()
                    .filter(|count| is_small(**count, minimum))
                    .count();
                let sum: u64 = counts.iter().filter(|count| **count < 12).sum();
                prop_assume!(counts.iter().sum::<u64>() >= minimum && small <= 4 && sum < 40);
                undetermined(&counts, minimum);
                Ok(())
            })
            .expect("no count is given away");
    }

    /// With all wholes and the sums of the columns known, no part that is small can be worked out: of each hidden
    /// row's part, the least and the greatest value that the sums allow differ.
    #[test]
    fn no_hidden_part_is_determined() {
        let mut runner = TestRunner::new(Config::with_cases(3_000));
        let rows = (vec(vec(0..12_u64, 3), 2..7), 3..7_u64);
        runner
            .run(&rows, |(parts, minimum)| {
                let rows: Vec<Parts> = parts
                    .into_iter()
                    .map(|parts| Parts {
                        whole: parts.iter().sum(),
                        parts,
                    })
                    .collect();
                let hidden = hide(&rows, &vec![false; rows.len()], minimum);
                let back: Vec<&Parts> = rows
                    .iter()
                    .zip(&hidden)
                    .filter_map(|(row, hidden)| hidden.then_some(row))
                    .collect();
                let all: u64 = back.iter().map(|row| row.whole).sum();
                for column in 0..3 {
                    let sum: u64 = back.iter().map(|row| row.parts[column]).sum();
                    // A total that is small itself is not told.
                    for row in back.iter().filter(|_| !is_small(sum, minimum)) {
                        if is_small(row.parts[column], minimum) && !is_small(row.whole, minimum) {
                            let least = (row.whole + sum).saturating_sub(all);
                            let most = row.whole.min(sum);
                            prop_assert!(least < most, "{rows:?} {hidden:?}");
                        }
                    }
                }
                for (row, hidden) in rows.iter().zip(&hidden) {
                    let small = row.parts.iter().any(|part| is_small(*part, minimum));
                    prop_assert!(*hidden || !small);
                }
                Ok(())
            })
            .expect("no part is given away");
    }
}
