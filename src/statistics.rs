//! Counts and medians over the clues, with small cells kept back ([`suppress`]): facts go in, tables come out.
//! They hold no id, no title and no person, and nothing here reads a file or asks what time it is.

mod chart;
mod data;
mod fact;
mod page;
mod raw;
pub mod suppress;
mod table;
mod text;
mod words;

use std::collections::BTreeSet;

use chrono::NaiveDate;

pub use fact::{Fact, Outcome};
pub use page::Imprint;

use crate::statistics::raw::Raw;
use crate::statistics::suppress::{Cell, is_small};
use crate::text::Bilingual;
use crate::world::World;

/// What a table breaks the clues down by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    Category,
    Kind,
    Urgency,
    Department,
    Channel,
    Month,
}

impl Dimension {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::Category,
        Self::Kind,
        Self::Urgency,
        Self::Department,
        Self::Channel,
        Self::Month,
    ];
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Question {
    /// First and last day of collection.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// Only these tables.
    pub by: Vec<Dimension>,
    /// The smallest count that is told; 1 keeps nothing back.
    pub minimum: u64,
    /// Today, on the organisation's clock.
    pub today: NaiveDate,
}

/// A figure as it may be told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure<T> {
    /// There is nothing that it could be made of.
    Nothing,
    /// Kept back.
    Kept,
    Told(T),
}

impl<T> Figure<T> {
    /// The figure, where there is one that may be told.
    pub fn told(self) -> Option<T> {
        match self {
            Self::Told(value) => Some(value),
            Self::Nothing | Self::Kept => None,
        }
    }
}

/// Clues whose handling ended or is overdue, and how many of them were in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub kept: u64,
    pub whole: u64,
}

impl Share {
    /// In whole percent, rounded down so that 100 % means all.
    pub fn percent(self) -> u64 {
        (self.kept * 100).checked_div(self.whole).unwrap_or(0)
    }
}

/// Working days: the median, and the 90th percentile where there are clues enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Time {
    pub median: f64,
    pub ninety: Option<u32>,
}

/// The figures of all clues, or of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    pub received: Cell,
    pub open: Cell,
    pub finished: Cell,
    pub dismissed: Cell,
    /// Of the open ones.
    pub overdue: Figure<u64>,
    pub in_time: Figure<Share>,
    /// From collection to the end.
    pub duration: Figure<Time>,
    /// In the order of [`Statistics::states`].
    pub stays: Vec<Figure<Time>>,
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The rulebook's or the organisation's key, `YYYY-MM` of a month; none where the clues have none.
    pub key: Option<String>,
    pub label: Bilingual,
    pub figures: Figures,
}

/// Rows that sum to a total of their own: a category's kinds, or the whole table.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The category whose kinds they are.
    pub category: Option<Row>,
    pub rows: Vec<Row>,
}

/// The clues broken down by one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub dimension: Dimension,
    pub groups: Vec<Group>,
}

impl Table {
    /// The rows of all groups.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.groups.iter().flat_map(|group| &group.rows)
    }
}

/// Everything that may be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub minimum: u64,
    /// Clues whose index card cannot be used; they are counted nowhere else.
    pub unreadable: usize,
    /// Keys and labels of the states that a clue can wait in.
    pub states: Vec<(String, Bilingual)>,
    /// None where there are fewer clues than the minimum.
    pub total: Option<Figures>,
    pub tables: Vec<Table>,
    /// Years that something was counted over and whose calendar is not published.
    pub provisional: Vec<i32>,
}

impl Statistics {
    /// Makes the tables of the clues that were collected in the period.
    pub fn of(world: &World, facts: &[Fact], unreadable: usize, question: &Question) -> Self {
        let facts: Vec<&Fact> = facts
            .iter()
            .filter(|fact| question.from.is_none_or(|from| fact.collected >= from))
            .filter(|fact| question.to.is_none_or(|to| fact.collected <= to))
            .collect();
        let waiting = world.rulebook.states.iter();
        let states: Vec<(String, Bilingual)> = waiting
            .filter(|(_, state)| !state.is_final)
            .map(|(key, state)| (key.clone(), state.label.clone()))
            .collect();
        let mut statistics = Self {
            from: question.from,
            to: question.to,
            minimum: question.minimum,
            unreadable,
            states,
            total: None,
            tables: Vec::new(),
            provisional: Vec::new(),
        };
        if is_small(facts.len() as u64, question.minimum) {
            return statistics;
        }
        let keys: Vec<&str> = statistics
            .states
            .iter()
            .map(|(key, _)| key.as_str())
            .collect();
        let mut all = Raw::new(keys.len());
        for fact in &facts {
            all.add(fact, &keys, fact.in_time());
        }
        statistics.total = Some(all.total(question.minimum));
        let mut wanted = question.by.clone();
        wanted.sort_unstable();
        wanted.dedup();
        statistics.tables = wanted
            .into_iter()
            .map(|dimension| table::table(world, &facts, &keys, dimension, question))
            .collect();
        let years: BTreeSet<i32> = facts
            .iter()
            .flat_map(|fact| fact.provisional.iter().copied())
            .collect();
        statistics.provisional = years.into_iter().collect();
        statistics
    }

    /// The table of a dimension.
    pub fn table(&self, dimension: Dimension) -> Option<&Table> {
        self.tables
            .iter()
            .find(|table| table.dimension == dimension)
    }

    /// Whether some number is kept back.
    pub fn keeps_back(&self) -> bool {
        let kept = |cell: Cell| cell.told().is_none();
        let is_kept = |figures: &Figures| {
            kept(figures.received)
                || kept(figures.open)
                || kept(figures.finished)
                || kept(figures.dismissed)
                || figures.overdue == Figure::Kept
                || figures.in_time == Figure::Kept
                || figures.duration == Figure::Kept
                || figures.stays.contains(&Figure::Kept)
        };
        let rows = self.tables.iter().flat_map(Table::rows);
        self.total.as_ref().is_none_or(is_kept) || rows.map(|row| &row.figures).any(is_kept)
    }
}

#[cfg(test)]
mod tests;
