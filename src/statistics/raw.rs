//! Raw counts and durations of some clues, and what of them may be told.
//! Nothing of a [`Raw`] leaves the module but through the rules of [`crate::statistics::suppress`].

use crate::statistics::fact::{Fact, Outcome};
use crate::statistics::suppress::{Cell, Parts, hide, is_small, protect};
use crate::statistics::{Figure, Figures, Share, Time};

/// Counts and durations as they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Raw {
    pub(super) received: u64,
    open: u64,
    finished: u64,
    dismissed: u64,
    overdue: u64,
    handled: u64,
    kept: u64,
    stays: Vec<Vec<u32>>,
    durations: Vec<u32>,
}

impl Raw {
    pub(super) fn new(states: usize) -> Self {
        Self {
            stays: vec![Vec::new(); states],
            ..Self::default()
        }
    }

    /// Counts a clue; `in_time` where its handling ended or is overdue.
    pub(super) fn add(&mut self, fact: &Fact, states: &[&str], in_time: Option<bool>) {
        self.received += 1;
        match fact.outcome {
            Outcome::Open => self.open += 1,
            Outcome::Finished => self.finished += 1,
            Outcome::Dismissed => self.dismissed += 1,
        }
        self.overdue += u64::from(fact.overdue);
        self.handled += u64::from(in_time.is_some());
        self.kept += u64::from(in_time == Some(true));
        for (state, stays) in states.iter().zip(&mut self.stays) {
            stays.extend(fact.stays.get(*state));
        }
        // A dismissed clue was not handled, and would make handling look quick.
        if fact.outcome == Outcome::Finished {
            self.durations.extend(fact.duration);
        }
    }

    /// What may be told of all clues together, which are none or `minimum` at least.
    pub(super) fn total(mut self, minimum: u64) -> Figures {
        let cells = protect(&[self.open, self.finished, self.dismissed], minimum);
        let small = |count: u64| is_small(count, minimum);
        let overdue = if cells[0].told().is_none()
            || small(self.overdue)
            || small(self.open - self.overdue)
        {
            Figure::Kept
        } else {
            Figure::Told(self.overdue)
        };
        let hidden = small(self.handled) || small(self.kept) || small(self.handled - self.kept);
        Figures {
            received: Cell::Told(self.received),
            open: cells[0],
            finished: cells[1],
            dismissed: cells[2],
            overdue,
            in_time: self.share(hidden),
            duration: time(&mut self.durations, minimum),
            stays: self
                .stays
                .iter_mut()
                .map(|stays| time(stays, minimum))
                .collect(),
        }
    }

    fn share(&self, hidden: bool) -> Figure<Share> {
        match (hidden, self.handled) {
            (true, _) => Figure::Kept,
            (false, 0) => Figure::Nothing,
            (false, whole) => Figure::Told(Share {
                kept: self.kept,
                whole,
            }),
        }
    }

    fn outcomes(&self) -> Parts {
        Parts {
            whole: self.received,
            parts: vec![self.open, self.finished, self.dismissed],
        }
    }

    fn lateness(&self) -> Parts {
        Parts {
            whole: self.open,
            parts: vec![self.overdue, self.open - self.overdue],
        }
    }

    fn handling(&self) -> Parts {
        Parts {
            whole: self.handled,
            parts: vec![self.kept, self.handled - self.kept],
        }
    }
}

/// What may be told of rows that sum to `parent`.
///
/// What the parent keeps back, its rows keep back too: else their sum would tell it.
pub(super) fn publish(rows: Vec<Raw>, parent: Option<&Figures>, minimum: u64) -> Vec<Figures> {
    let is_kept = |kept: &dyn Fn(&Figures) -> bool| parent.is_some_and(kept);
    let counts: Vec<u64> = rows.iter().map(|row| row.received).collect();
    let cells = if is_kept(&|parent| parent.received.told().is_none()) {
        vec![Cell::Withheld; rows.len()]
    } else {
        protect(&counts, minimum)
    };
    let unknown: Vec<bool> = cells.iter().map(|cell| cell.told().is_none()).collect();
    let hidden = |parts: fn(&Raw) -> Parts, forced: &[bool], all: bool| -> Vec<bool> {
        if all {
            return vec![true; rows.len()];
        }
        let parts: Vec<Parts> = rows.iter().map(parts).collect();
        hide(&parts, forced, minimum)
    };
    let outcomes = hidden(
        Raw::outcomes,
        &unknown,
        is_kept(&|parent| parent.open.told().is_none()),
    );
    let lateness = hidden(
        Raw::lateness,
        &outcomes,
        is_kept(&|parent| parent.overdue == Figure::Kept),
    );
    let handling = hidden(
        Raw::handling,
        &unknown,
        is_kept(&|parent| parent.in_time == Figure::Kept),
    );
    rows.into_iter()
        .enumerate()
        .map(|(index, mut row)| {
            let outcome = |count: u64| {
                if outcomes[index] {
                    Cell::Withheld
                } else {
                    Cell::Told(count)
                }
            };
            let figure = |values: &mut Vec<u32>| {
                if unknown[index] {
                    Figure::Kept
                } else {
                    time(values, minimum)
                }
            };
            Figures {
                received: cells[index],
                open: outcome(row.open),
                finished: outcome(row.finished),
                dismissed: outcome(row.dismissed),
                overdue: if lateness[index] {
                    Figure::Kept
                } else {
                    Figure::Told(row.overdue)
                },
                in_time: row.share(handling[index]),
                duration: figure(&mut row.durations),
                stays: row.stays.iter_mut().map(figure).collect(),
            }
        })
        .collect()
}

/// Median and 90th percentile, by the nearest rank.
fn time(values: &mut [u32], minimum: u64) -> Figure<Time> {
    values.sort_unstable();
    let count = values.len();
    if count == 0 {
        return Figure::Nothing;
    }
    if is_small(count as u64, minimum) {
        return Figure::Kept;
    }
    let (low, high) = (values[(count - 1) / 2], values[count / 2]);
    let many = minimum == 1 || count as u64 >= 2 * minimum;
    Figure::Told(Time {
        median: (f64::from(low) + f64::from(high)) / 2.0,
        ninety: many.then(|| values[(count * 9).div_ceil(10) - 1]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_percentiles_go_by_the_nearest_rank() {
        #[track_caller]
        fn case(values: &[u32], minimum: u64, expected: Figure<(f64, Option<u32>)>) {
            let told = match time(&mut values.to_vec(), minimum) {
                Figure::Told(time) => Figure::Told((time.median, time.ninety)),
                Figure::Kept => Figure::Kept,
                Figure::Nothing => Figure::Nothing,
            };
            assert_eq!(told, expected);
        }
        case(&[], 5, Figure::Nothing);
        case(&[3, 1, 2, 9], 5, Figure::Kept);
        case(&[3, 1, 2, 9, 4], 5, Figure::Told((3.0, None)));
        case(&[3, 1], 1, Figure::Told((2.0, Some(3))));
        case(
            &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
            5,
            Figure::Told((5.5, Some(9))),
        );
    }
}
