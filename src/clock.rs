//! Clocks: the rulebook's deadlines running over one clue, with their pauses and extensions (P4, F3, H8, S3).
//! They never ask what time it is: a caller looks at them as of a moment.

mod run;
mod standing;
mod why;
pub mod words;

use chrono::NaiveDate;

pub use run::{clocks, faults};
pub use standing::{Phase, Standing};
pub use why::{Counted, Why};

use crate::calendar::{Calendar, Pauses, Period, Unit};
use crate::time::Timestamp;

/// How long a clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So long after the day on which it began.
    Period(Period),
    /// Until a day that a record gives; extensions are counted in the unit.
    Day(NaiveDate, Unit),
}

/// A time during which a clock did not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    pub from: Timestamp,
    pub by: String,
    pub reason: Option<String>,
    /// When it ran again, and who saw to that.
    pub until: Option<(Timestamp, String)>,
}

/// More time, granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    pub at: Timestamp,
    pub by: String,
    pub reason: Option<String>,
    /// In the unit of the clock's limit.
    pub count: u32,
}

/// One deadline, running over one clue, one of its slips, or one entry of a record.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Key of the deadline in the rulebook.
    pub deadline: String,
    pub department: Option<String>,
    /// The record that it is about; path below the clue's folder.
    pub record: Option<String>,
    /// Which entry of the record's list, counted from one.
    pub entry: Option<usize>,
    /// Who is answerable: key of a person.
    pub responsible: String,
    pub start: Timestamp,
    /// When what was waited for happened.
    pub end: Option<Timestamp>,
    pub limit: Limit,
    pub pauses: Vec<Pause>,
    pub extensions: Vec<Extension>,
    /// The day on which it counts as begun.
    pub first: NaiveDate,
    /// The last day on which it is kept; none while a pause holds it up, or where dates come to their end.
    pub due: Option<NaiveDate>,
    /// Whether some year that the last day was counted over has no published calendar.
    pub provisional: bool,
    spans: Pauses,
}

impl Clock {
    /// Whether a pause holds it up that has not ended.
    pub fn is_paused(&self) -> bool {
        self.end.is_none()
            && self
                .pauses
                .last()
                .is_some_and(|pause| pause.until.is_none())
    }

    /// Whether somebody still waits for what it measures.
    pub fn is_open(&self) -> bool {
        self.end.is_none()
    }

    /// The unit that it is counted in.
    pub fn unit(&self) -> Unit {
        match self.limit {
            Limit::Period(period) => period.unit,
            Limit::Day(_, unit) => unit,
        }
    }

    /// The sum of its extensions.
    pub fn extended(&self) -> u32 {
        self.extensions
            .iter()
            .fold(0_u32, |sum, extension| sum.saturating_add(extension.count))
    }

    /// The moment at which its last day is over.
    pub fn due_at(&self, calendar: &Calendar) -> Option<Timestamp> {
        self.due.map(|day| calendar.end_of(day))
    }

    /// Computes the last day, by the days of the calendar, the pauses and the extensions.
    fn settle(&mut self, calendar: &Calendar) {
        self.spans = Pauses::new(self.pauses.iter().map(|pause| {
            let again = pause.until.as_ref().map(|(at, _)| calendar.day_of(*at));
            (calendar.day_of(pause.from), again)
        }));
        self.first = calendar.day_of(self.start);
        let extended = self.extended();
        self.due = match self.limit {
            Limit::Period(period) => {
                let whole = Period {
                    count: period.count.saturating_add(extended),
                    ..period
                };
                whole.last_day(calendar, self.first, &self.spans)
            }
            Limit::Day(day, _) if extended == 0 => Some(day),
            Limit::Day(day, unit) => {
                let more = Period {
                    count: extended,
                    unit,
                    moves: true,
                };
                more.last_day(calendar, day, &Pauses::default())
            }
        };
        let counted = match self.limit {
            Limit::Day(_, _) if extended == 0 => None,
            _ => self.due,
        };
        self.provisional = counted.is_some_and(|due| {
            use chrono::Datelike;
            let begin = self.first.succ_opt().unwrap_or(self.first);
            let mut years = begin.year()..=due.year();
            years.any(|year| !calendar.is_published_year(year))
        });
    }
}

#[cfg(test)]
mod tests;
