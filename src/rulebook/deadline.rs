//! Deadlines as an organisation writes them: from when, until when, how long, who may pause and extend, who is told.
//! It runs no clock.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::calendar::{Period, Unit};
use crate::rulebook::{Condition, Keys};
use crate::text::Bilingual;

/// How long something may take; a clock runs on it.
#[derive(Debug, Deserialize)]
pub struct Deadline {
    pub label: Bilingual,
    #[serde(default)]
    pub procedure: Keys,
    /// One clock for each record of this name.
    #[serde(default)]
    pub each: Option<String>,
    /// One clock for each entry of this list of the record.
    #[serde(default)]
    pub entries: Option<String>,
    /// The statute that asks for it; it runs only where the organisation is under that statute.
    #[serde(default)]
    pub statute: Option<String>,
    #[serde(default)]
    pub when: Option<Condition>,
    pub from: Condition,
    pub until: Condition,
    pub limit: Limit,
    /// Who is answerable; the person responsible for the clue where nothing is said.
    #[serde(default)]
    pub responsible: Option<Condition>,
    #[serde(default)]
    pub pause: Vec<String>,
    #[serde(default)]
    pub extend: Vec<String>,
}

/// A number of working days, days or months, or a day that a record gives.
#[derive(Debug, Deserialize)]
pub struct Limit {
    pub unit: Unit,
    #[serde(default)]
    pub all: Option<u32>,
    #[serde(default)]
    pub by_urgency: IndexMap<String, u32>,
    /// A day (`2026-11-30`) that takes the place of the figure where there is one.
    #[serde(default)]
    pub day: Option<Condition>,
    /// Whether a period of days or months that ends on a day off ends on the next working day.
    #[serde(default = "yes")]
    pub moves: bool,
}

fn yes() -> bool {
    true
}

impl Limit {
    /// The period for a clue of an urgency; the longest where the urgency is not decided yet.
    pub fn period(&self, urgency: Option<&str>) -> Option<Period> {
        let count = self.all.or_else(|| {
            urgency
                .and_then(|urgency| self.by_urgency.get(urgency))
                .or_else(|| self.by_urgency.values().max())
                .copied()
        })?;
        Some(Period {
            count,
            unit: self.unit,
            moves: self.moves,
        })
    }
}

/// A law whose deadlines apply to organisations that are under it.
#[derive(Debug, Deserialize)]
pub struct Statute {
    pub label: Bilingual,
    /// Where it was published.
    pub source: String,
}

/// Somebody is told when time runs out.
#[derive(Debug, Deserialize)]
pub struct Escalation {
    pub label: Bilingual,
    #[serde(default)]
    pub procedure: Keys,
    pub to: Recipient,
    /// Of `roles`: everybody who has one of them.
    #[serde(default)]
    pub roles: Vec<String>,
    /// When so many working days or fewer are left; negative: so many days late.
    pub left: i64,
    /// Only clues of these urgencies; all where nothing is said.
    #[serde(default)]
    pub urgencies: Vec<String>,
}

/// To whom something is escalated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Recipient {
    /// Who is answerable for the deadline.
    Responsible,
    /// The head of the department that the clock is about, or of the answerable person's own.
    Head,
    /// Everybody who has one of the roles.
    Roles,
}
