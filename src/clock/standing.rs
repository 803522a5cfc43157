//! How a clock stands at a moment: days left, days late, days used.
//! Nothing here changes a clock.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::calendar::{Calendar, Unit};
use crate::clock::Clock;
use crate::time::Timestamp;

/// Where a clock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Open, and its last day is over.
    Overdue,
    /// Open, and this is its last day.
    DueToday,
    Running,
    Paused,
    /// Ended after its last day.
    EndedLate,
    /// Ended in time.
    Kept,
}

impl Phase {
    /// The name that data formats use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::DueToday => "due-today",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::EndedLate => "ended-late",
            Self::Kept => "kept",
        }
    }

    /// Whether the last day was over before the end, or is over now.
    pub fn is_late(self) -> bool {
        matches!(self, Self::Overdue | Self::EndedLate)
    }
}

/// A clock as of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub phase: Phase,
    /// Days of the clock's unit (months: days) still left after this day; negative: late by so many. While paused those
    /// that will be left, where the unit is no month.
    pub left: Option<i64>,
    /// The same in working days, by which escalation goes.
    pub left_working: Option<i64>,
    /// Days of the unit that have counted so far (months: days).
    pub used: i64,
}

impl Clock {
    /// How the clock stands at a moment; for an ended clock, at its end.
    pub fn standing(&self, calendar: &Calendar, now: Timestamp) -> Standing {
        let moment = self.end.unwrap_or(now);
        let today = calendar.day_of(moment);
        let used = self.used(calendar, today);
        let left = |unit: Unit| self.due.map(|due| days(calendar, unit, today, due));
        let phase = match (self.due, self.end) {
            (None, None) if self.is_paused() => Phase::Paused,
            (None, Some(_)) => Phase::Kept,
            (None, None) => Phase::Running,
            (Some(due), Some(_)) if today > due => Phase::EndedLate,
            (Some(_), Some(_)) => Phase::Kept,
            (Some(due), None) if today > due => Phase::Overdue,
            (Some(_), None) if self.is_paused() => Phase::Paused,
            (Some(due), None) if today == due => Phase::DueToday,
            (Some(_), None) => Phase::Running,
        };
        let left_working = left(Unit::WorkingDays);
        let remaining = match (phase, self.figure(), self.unit()) {
            (Phase::Paused, Some(count), Unit::WorkingDays | Unit::Days) => {
                Some(i64::from(count) + i64::from(self.extended()) - used)
            }
            _ => left(self.unit()),
        };
        Standing {
            phase,
            left: remaining,
            left_working,
            used,
        }
    }

    /// The clock as data, as it stands.
    pub fn to_json(&self, standing: &Standing) -> Value {
        json!({
            "deadline": self.deadline,
            "department": self.department,
            "record": self.record,
            "entry": self.entry,
            "responsible": self.responsible,
            "start": self.start.to_string(),
            "end": self.end.map(|end| end.to_string()),
            "due": self.due.map(|due| due.to_string()),
            "provisional": self.provisional,
            "phase": standing.phase.name(),
            "unit": self.unit().name(),
            "figure": self.figure(),
            "extended": self.extended(),
            "left": standing.left,
            "used": standing.used,
        })
    }

    /// Days that have counted up to and with a day.
    fn used(&self, calendar: &Calendar, today: NaiveDate) -> i64 {
        if today <= self.first {
            return 0;
        }
        let unit = self.unit();
        let all = days(calendar, unit, self.first, today);
        let begin = self.first.succ_opt().unwrap_or(self.first);
        let paused: i64 = self
            .spans
            .spans()
            .iter()
            .map(|(from, again)| {
                let from = (*from).max(begin);
                let last = again
                    .and_then(|again| again.pred_opt())
                    .unwrap_or(today)
                    .min(today);
                if last < from {
                    0
                } else {
                    days(calendar, unit, from.pred_opt().unwrap_or(from), last)
                }
            })
            .sum();
        all - paused
    }
}

/// Days of a unit after one day, up to and with another; negative where the other lies before.
fn days(calendar: &Calendar, unit: Unit, from: NaiveDate, until: NaiveDate) -> i64 {
    match unit {
        Unit::WorkingDays => calendar.working_days(from, until),
        Unit::Days | Unit::Months => (until - from).num_days(),
    }
}
