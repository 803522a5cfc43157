//! The tables: which rows each has, and which clues count in which row.
//! What the rulebook or the organisation declares is a row, with clues or without.

use chrono::{Datelike, NaiveDate};
use indexmap::IndexMap;

use crate::statistics::fact::Fact;
use crate::statistics::raw::{Raw, publish};
use crate::statistics::{Dimension, Figures, Group, Question, Row, Table};
use crate::text::Bilingual;
use crate::world::World;

/// Months that are shown where no period was asked for.
const MONTHS: i32 = 12;
/// Months that a period of any length may show.
const MOST_MONTHS: i32 = 240;
/// Key of the row for clues before the months that are shown.
const EARLIER: &str = "earlier";

/// Rows that are being counted, in the order in which they are shown.
struct Rows<'a> {
    states: &'a [&'a str],
    rows: IndexMap<Option<String>, (Bilingual, Raw)>,
}

impl<'a> Rows<'a> {
    fn new(states: &'a [&'a str]) -> Self {
        Self {
            states,
            rows: IndexMap::new(),
        }
    }

    fn declare(&mut self, key: &str, label: Bilingual) {
        let raw = Raw::new(self.states.len());
        self.rows.insert(Some(key.to_owned()), (label, raw));
    }

    fn add(&mut self, key: Option<&str>, none: &Bilingual, fact: &Fact, in_time: Option<bool>) {
        let states = self.states;
        let entry = self.rows.entry(key.map(str::to_owned)).or_insert_with(|| {
            let label = key.map_or_else(|| none.clone(), |key| Bilingual::new(key, key));
            (label, Raw::new(states.len()))
        });
        entry.1.add(fact, states, in_time);
    }

    fn publish(mut self, parent: Option<&Figures>, minimum: u64) -> Vec<Row> {
        // Clues that have no key stand at the end, whenever the first of them came.
        if let Some(none) = self.rows.shift_remove(&None) {
            self.rows.insert(None, none);
        }
        let (heads, raws): (Vec<_>, Vec<_>) = self
            .rows
            .into_iter()
            .map(|(key, (label, raw))| ((key, label), raw))
            .unzip();
        heads
            .into_iter()
            .zip(publish(raws, parent, minimum))
            .map(|((key, label), figures)| Row {
                key,
                label,
                figures,
            })
            .collect()
    }
}

/// The clues broken down by a dimension.
pub(super) fn table(
    world: &World,
    facts: &[&Fact],
    states: &[&str],
    dimension: Dimension,
    question: &Question,
) -> Table {
    let one = |rows: Rows<'_>| {
        vec![Group {
            category: None,
            rows: rows.publish(None, question.minimum),
        }]
    };
    let groups = match dimension {
        Dimension::Category => one(categories(world, facts, states)),
        Dimension::Kind => kinds(world, facts, states, question.minimum),
        Dimension::Urgency => {
            let mut rows = Rows::new(states);
            for (key, urgency) in &world.rulebook.urgencies {
                rows.declare(key, urgency.label.clone());
            }
            let none = Bilingual::new("not decided", "未定");
            for fact in facts {
                rows.add(fact.urgency.as_deref(), &none, fact, fact.in_time());
            }
            one(rows)
        }
        Dimension::Channel => {
            let mut rows = Rows::new(states);
            for (key, channel) in &world.rulebook.channels {
                rows.declare(key, channel.label.clone());
            }
            let none = Bilingual::new("not known", "不详");
            for fact in facts {
                rows.add(fact.channel.as_deref(), &none, fact, fact.in_time());
            }
            one(rows)
        }
        Dimension::Department => one(departments(world, facts, states)),
        Dimension::Month => one(months(facts, states, question)),
    };
    Table { dimension, groups }
}

fn unclassified() -> Bilingual {
    Bilingual::new("not classified", "未分类")
}

fn categories<'a>(world: &World, facts: &[&Fact], states: &'a [&'a str]) -> Rows<'a> {
    let mut rows = Rows::new(states);
    for (key, category) in &world.rulebook.categories {
        rows.declare(key, category.label.clone());
    }
    for fact in facts {
        rows.add(
            fact.category.as_deref(),
            &unclassified(),
            fact,
            fact.in_time(),
        );
    }
    rows
}

/// Each category's kinds are a table of their own, with the category as its total.
fn kinds(world: &World, facts: &[&Fact], states: &[&str], minimum: u64) -> Vec<Group> {
    categories(world, facts, states)
        .publish(None, minimum)
        .into_iter()
        .map(|category| {
            let mut rows = Rows::new(states);
            let declared = category.key.as_ref();
            let declared = declared.and_then(|key| world.rulebook.categories.get(key));
            for (key, kind) in declared.into_iter().flat_map(|category| &category.kinds) {
                rows.declare(key, kind.label.clone());
            }
            for fact in facts.iter().filter(|fact| fact.category == category.key) {
                rows.add(fact.kind.as_deref(), &unclassified(), fact, fact.in_time());
            }
            let rows = rows.publish(Some(&category.figures), minimum);
            Group {
                category: Some(category),
                rows,
            }
        })
        .collect()
}

/// A clue of several departments counts for each; of its handling each department answers for its own.
fn departments<'a>(world: &World, facts: &[&Fact], states: &'a [&'a str]) -> Rows<'a> {
    let mut rows = Rows::new(states);
    for (key, department) in &world.organisation.departments {
        rows.declare(key, Bilingual::new(&department.name, &department.name));
    }
    let none = Bilingual::new("none yet", "尚未流转");
    for fact in facts {
        let mut own: Vec<&str> = fact.departments.iter().map(String::as_str).collect();
        own.extend(fact.handling.keys().map(String::as_str));
        own.sort_unstable();
        own.dedup();
        for department in &own {
            let in_time = fact.handling.get(*department).copied();
            rows.add(Some(department), &none, fact, in_time);
        }
        if own.is_empty() {
            rows.add(None, &none, fact, None);
        }
    }
    rows
}

/// The months of the period, or the last twelve; months without clues are rows too.
fn months<'a>(facts: &[&Fact], states: &'a [&'a str], question: &Question) -> Rows<'a> {
    let number = |day: NaiveDate| day.year() * 12 + day.month0().cast_signed();
    let days = || facts.iter().map(|fact| number(fact.collected));
    let today = number(question.today);
    let newest = days().max().unwrap_or(today);
    let last = match question.to {
        Some(to) => number(to),
        // Where nothing was collected for a year, the last twelve months with clues say more.
        None if today - newest < MONTHS => today.max(newest),
        None => newest,
    };
    let (first, most) = match question.from {
        Some(from) => (number(from).min(last), MOST_MONTHS),
        None => (last - MONTHS + 1, MONTHS),
    };
    let first = first.max(last - most + 1);
    let mut rows = Rows::new(states);
    if days().any(|month| month < first) {
        rows.declare(EARLIER, Bilingual::new("earlier", "更早"));
    }
    for month in first..=last {
        rows.declare(&key_of(month), label_of(month));
    }
    for fact in facts {
        let month = number(fact.collected);
        let key = if month < first {
            EARLIER.to_owned()
        } else {
            key_of(month)
        };
        rows.add(Some(&key), &Bilingual::default(), fact, fact.in_time());
    }
    rows
}

fn key_of(month: i32) -> String {
    format!(
        "{:04}-{:02}",
        month.div_euclid(12),
        month.rem_euclid(12) + 1
    )
}

fn label_of(month: i32) -> Bilingual {
    const NAMES: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (year, index) = (month.div_euclid(12), month.rem_euclid(12));
    let name = usize::try_from(index)
        .ok()
        .and_then(|index| NAMES.get(index));
    Bilingual::new(
        format!("{} {year}", name.copied().unwrap_or_default()),
        format!("{year}年{}月", index + 1),
    )
}
