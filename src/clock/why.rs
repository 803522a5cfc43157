//! The arithmetic of a clock, day by day: which days counted, which did not, and why.
//! It computes nothing that the clock itself does not stand by.

use chrono::NaiveDate;

use crate::calendar::{Calendar, DayKind, Unit};
use crate::clock::{Clock, Limit};
use crate::time::Timestamp;

/// Most days that are listed; a clock that ran longer says how many it leaves out.
const MAXIMUM_DAYS: usize = 400;

/// Why a day counted or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The day of the event itself.
    Begin,
    /// It counted, being a day of this kind.
    Counts(DayKind),
    /// It did not, being a day of this kind.
    Off(DayKind),
    /// The clock was paused.
    Paused,
    /// The period was over already.
    Late(DayKind),
}

/// One day of a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub day: NaiveDate,
    pub why: Why,
    /// Days that had counted by the end of this day; of a period of months the days as well.
    pub count: i64,
    /// Whether it is the last day of the period.
    pub is_due: bool,
    /// Whether the calendar of its year is published.
    pub published: bool,
}

impl Clock {
    /// Every day from the beginning to the last day of the period, or to the moment looked at where that is later; the number
    /// that was left out comes with it.
    pub fn days(&self, calendar: &Calendar, now: Timestamp) -> (Vec<Counted>, u64) {
        let today = calendar.day_of(self.end.unwrap_or(now));
        let last = self.due.map_or(today, |due| due.max(today)).max(self.first);
        let mut count = 0;
        let mut listed = Vec::new();
        for day in self
            .first
            .iter_days()
            .take_while(|day| *day <= last)
            .take(MAXIMUM_DAYS)
        {
            let kind = calendar.day(day);
            let over = self.due.is_some_and(|due| day > due);
            let counts = self.unit() != Unit::WorkingDays || kind.is_working();
            let why = if day == self.first {
                Why::Begin
            } else if over {
                Why::Late(kind)
            } else if self.spans.contains(day) {
                Why::Paused
            } else if counts {
                count += 1;
                Why::Counts(kind)
            } else {
                Why::Off(kind)
            };
            listed.push(Counted {
                day,
                why,
                count,
                is_due: self.due == Some(day),
                published: calendar.is_published(day),
            });
        }
        let all = u64::try_from((last - self.first).num_days() + 1).unwrap_or(0);
        let left_out = all.saturating_sub(listed.len() as u64);
        (listed, left_out)
    }

    /// The figure that the period was given, without its extensions; none where a day was given.
    pub fn figure(&self) -> Option<u32> {
        match self.limit {
            Limit::Period(period) => Some(period.count),
            Limit::Day(..) => None,
        }
    }
}
