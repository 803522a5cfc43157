//! Periods: so many working days, days or months after a day.
//! The day of the event itself never counts, as in most countries' law.

use chrono::{Days, Months, NaiveDate};
use serde::Deserialize;

use crate::calendar::Calendar;

/// What a period is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    WorkingDays,
    Days,
    Months,
}

impl Unit {
    /// The name that the rulebook and data formats use.
    pub fn name(self) -> &'static str {
        match self {
            Self::WorkingDays => "working-days",
            Self::Days => "days",
            Self::Months => "months",
        }
    }
}

/// A number of working days, days or months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub count: u32,
    pub unit: Unit,
    /// Whether days and months that end on a day off end on the next working day.
    pub moves: bool,
}

impl Period {
    /// The last day of the period that begins after `from`; the days of pauses do not count.
    ///
    /// Working days: the day on which the count is reached. Days: so many days later. Months: the same day of the month,
    /// or the last of the month where it is shorter (31 January and one month: 28 or 29 February); pauses are added in
    /// days. Where it `moves`, a period of days or months that ends on a day off ends on the next working day (as in
    /// article 3(4) of Regulation (EEC, Euratom) No 1182/71 and article 203 of China's Civil Code).
    ///
    /// None where a pause that has not ended holds the count up, or dates come to their end.
    pub fn last_day(
        self,
        calendar: &Calendar,
        from: NaiveDate,
        pauses: &Pauses,
    ) -> Option<NaiveDate> {
        match self.unit {
            Unit::WorkingDays => {
                // A calendar may call everything off; ten working days a year are the least that this waits for.
                let patience = 3660 + i64::from(self.count) * 37 + pauses.days();
                let mut left = self.count;
                let mut day = from;
                while left > 0 && (day - from).num_days() <= patience {
                    day = pauses.first_running(day.succ_opt()?)?;
                    left -= u32::from(calendar.is_working(day));
                }
                (left == 0).then_some(day)
            }
            Unit::Days => {
                let day = from.checked_add_days(Days::new(u64::from(self.count)))?;
                self.moved(calendar, pauses.shift(from, day)?)
            }
            Unit::Months => {
                let day = from.checked_add_months(Months::new(self.count))?;
                self.moved(calendar, pauses.shift(from, day)?)
            }
        }
    }

    fn moved(self, calendar: &Calendar, day: NaiveDate) -> Option<NaiveDate> {
        if self.moves {
            calendar.working_day_from(day)
        } else {
            Some(day)
        }
    }
}

/// Spans of days that do not count, in order and not overlapping: from a first day to the day on which it runs again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pauses(Vec<(NaiveDate, Option<NaiveDate>)>);

impl Pauses {
    /// Takes spans in the order of time; what is empty or runs backwards is left out, what overlaps begins where the one before ends.
    pub fn new(spans: impl IntoIterator<Item = (NaiveDate, Option<NaiveDate>)>) -> Self {
        let mut kept: Vec<(NaiveDate, Option<NaiveDate>)> = Vec::new();
        for (first, again) in spans {
            let first = match kept.last() {
                Some((_, None)) => break,
                Some((_, Some(before))) => first.max(*before),
                None => first,
            };
            if again.is_none_or(|again| again > first) {
                kept.push((first, again));
            }
        }
        Self(kept)
    }

    /// Whether a day does not count.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.0
            .iter()
            .any(|(first, again)| *first <= day && again.is_none_or(|again| day < again))
    }

    /// The spans.
    pub fn spans(&self) -> &[(NaiveDate, Option<NaiveDate>)] {
        &self.0
    }

    /// The first day not before `day` that counts; none in a pause that has not ended.
    fn first_running(&self, day: NaiveDate) -> Option<NaiveDate> {
        self.0.iter().try_fold(day, |day, (first, again)| {
            if *first <= day && again.is_none_or(|again| day < again) {
                *again
            } else {
                Some(day)
            }
        })
    }

    /// The day that a period's last day moves to for the pauses that fall between its beginning and its end.
    fn shift(&self, from: NaiveDate, last: NaiveDate) -> Option<NaiveDate> {
        let mut last = last;
        for (first, again) in &self.0 {
            // The day on which the period begins does not count, paused or not.
            let first = (*first).max(from.succ_opt()?);
            if first > last {
                break;
            }
            let days = ((*again)? - first).num_days();
            last = last.checked_add_days(Days::new(u64::try_from(days).unwrap_or(0)))?;
        }
        Some(last)
    }

    /// How many days the pauses that have ended hold.
    fn days(&self) -> i64 {
        self.0
            .iter()
            .filter_map(|(first, again)| Some(((*again)? - *first).num_days()))
            .sum()
    }
}
