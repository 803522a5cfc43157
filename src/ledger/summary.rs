//! What the ledger's rows come to: how many there are, are open and are late, by state, department and category.
//! A clue of several departments counts for each of them.

use crate::ledger::Row;
use crate::spreadsheet::Table;
use crate::text::{Bilingual, Language, visible_line};
use crate::world::World;

const BLUE: u32 = 0x2f_6d_b5;
const RED: u32 = 0xc0_39_2b;

/// How many rows there are, how many of them are in no final state, and how many have a deadline that is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub clues: usize,
    pub open: usize,
    pub overdue: usize,
}

impl Totals {
    /// Counts rows.
    pub fn of<'r>(rows: impl IntoIterator<Item = &'r Row>) -> Self {
        let mut totals = Self::default();
        for row in rows {
            totals.clues += 1;
            totals.open += usize::from(!row.is_final);
            totals.overdue += usize::from(row.is_overdue());
        }
        totals
    }

    fn counts(self) -> Vec<i64> {
        [self.clues, self.open, self.overdue]
            .map(|count| i64::try_from(count).unwrap_or(i64::MAX))
            .to_vec()
    }
}

/// The tables of the summary: by state, by department, by category. Names that no row has are left out, but for states.
pub fn tables(rows: &[Row], world: &World, language: Language) -> Vec<Table> {
    let rulebook = &world.rulebook;
    let organisation = &world.organisation;
    let by_state = by(
        rulebook.states.keys().map(String::as_str),
        |row| vec![row.state.as_str()],
        rows,
    );
    let by_department = by(
        organisation.departments.keys().map(String::as_str),
        |row| row.departments.iter().map(String::as_str).collect(),
        rows,
    );
    let by_category = by(
        rulebook.categories.keys().map(String::as_str),
        |row| row.category.iter().map(String::as_str).collect(),
        rows,
    );
    let label = |what: &'static str| move |key: &str| rulebook.label(what, key, language);
    let none_yet = Bilingual::new("none yet", "尚未确定");
    let table = |heading: Bilingual,
                 groups: Vec<(Option<&str>, Totals)>,
                 name: &dyn Fn(&str) -> String,
                 charted: Vec<(usize, u32)>| {
        let headings = [
            heading,
            Bilingual::new("clues", "线索数"),
            Bilingual::new("open", "未办结"),
            Bilingual::new("overdue", "逾期"),
        ];
        Table {
            headings: headings
                .iter()
                .map(|heading| heading.get(language).to_owned())
                .collect(),
            rows: groups
                .into_iter()
                .map(|(key, totals)| {
                    let name = key.map_or_else(|| none_yet.get(language).to_owned(), name);
                    (visible_line(&name), totals.counts())
                })
                .collect(),
            charted,
        }
    };
    let present = |(_, totals): &(Option<&str>, Totals)| totals.clues > 0;
    vec![
        table(
            Bilingual::new("state", "状态"),
            by_state,
            &label("state"),
            vec![(0, BLUE)],
        ),
        table(
            Bilingual::new("department", "责任部门"),
            by_department.into_iter().filter(present).collect(),
            &|key| organisation.department_name(key).to_owned(),
            vec![(1, BLUE), (2, RED)],
        ),
        table(
            Bilingual::new("category", "类别"),
            by_category.into_iter().filter(present).collect(),
            &label("category"),
            vec![(0, BLUE)],
        ),
    ]
}

/// Rows counted by keys, in the order of those known; then unknown ones, and rows without a key.
fn by<'r>(
    known: impl Iterator<Item = &'r str>,
    keys: impl Fn(&'r Row) -> Vec<&'r str>,
    rows: &'r [Row],
) -> Vec<(Option<&'r str>, Totals)> {
    let mut groups: indexmap::IndexMap<Option<&str>, Totals> =
        known.map(|key| (Some(key), Totals::default())).collect();
    let mut without = Totals::default();
    for row in rows {
        let own = Totals::of([row]);
        let keys = keys(row);
        if keys.is_empty() {
            without.add(own);
        }
        for key in keys {
            groups.entry(Some(key)).or_default().add(own);
        }
    }
    if without.clues > 0 {
        groups.insert(None, without);
    }
    groups.into_iter().collect()
}

impl Totals {
    fn add(&mut self, other: Self) {
        self.clues += other.clues;
        self.open += other.open;
        self.overdue += other.overdue;
    }
}
