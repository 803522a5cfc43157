//! The organisation's calendar: which days are working days, and on which day a period of days or months ends.
//! It never asks what day it is, and knows nothing of clues.

pub mod import;
mod load;
mod period;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Weekday};
use chrono_tz::Tz;

pub use period::{Pauses, Period, Unit};

use crate::time::Timestamp;

/// What a day is, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// An ordinary day of work.
    Working,
    /// A day of the weekend that is worked, with the holiday that it makes up for.
    MakeUp(Option<String>),
    Weekend,
    /// A public holiday, with its name.
    Holiday(Option<String>),
}

impl DayKind {
    /// Whether it is a working day.
    pub fn is_working(&self) -> bool {
        matches!(self, Self::Working | Self::MakeUp(_))
    }
}

/// How many days of a year are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Days that a notice calls off, those of the weekend included.
    pub days_off: u32,
    pub make_up: u32,
    /// All working days, those that make up included.
    pub working: u32,
}

/// One year that was published.
#[derive(Clone, Debug, Default)]
struct Year {
    days_off: BTreeMap<NaiveDate, Option<String>>,
    working_days: BTreeMap<NaiveDate, Option<String>>,
    /// The notice that published it.
    source: Option<String>,
    /// Working days from the first of January to each day of the year, that day included; by ordinal, from zero.
    counts: Vec<i64>,
}

/// Working days of an organisation, in its time zone.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: Tz,
    closing: Option<NaiveTime>,
    weekend: Vec<Weekday>,
    years: BTreeMap<i32, Year>,
}

impl Calendar {
    /// A calendar that knows no published year: Saturdays and Sundays are off, and every date is provisional.
    pub fn plain(zone: Tz, closing: Option<NaiveTime>) -> Self {
        Self {
            zone,
            closing,
            weekend: vec![Weekday::Sat, Weekday::Sun],
            years: BTreeMap::new(),
        }
    }

    /// The organisation's time zone.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Whether the calendar of a day's year is published; what is counted over another is provisional.
    pub fn is_published(&self, day: NaiveDate) -> bool {
        self.is_published_year(day.year())
    }

    /// Whether the calendar of a year is published.
    pub fn is_published_year(&self, year: i32) -> bool {
        self.years.contains_key(&year)
    }

    /// The years that are published.
    pub fn years(&self) -> impl Iterator<Item = i32> {
        self.years.keys().copied()
    }

    /// The notice that published a year, if it is known.
    pub fn source(&self, year: i32) -> Option<&str> {
        self.years.get(&year)?.source.as_deref()
    }

    /// How many days of a year are what.
    pub fn tally(&self, year: i32) -> Tally {
        let mut tally = Tally::default();
        for day in days_of_year(year) {
            let kind = self.day(day);
            tally.days_off += u32::from(matches!(kind, DayKind::Holiday(_)));
            tally.make_up += u32::from(matches!(kind, DayKind::MakeUp(_)));
            tally.working += u32::from(kind.is_working());
        }
        tally
    }

    /// Whether a day is of the weekend, holiday or not.
    pub fn is_weekend(&self, day: NaiveDate) -> bool {
        self.weekend.contains(&day.weekday())
    }

    /// What a day is.
    pub fn day(&self, day: NaiveDate) -> DayKind {
        if let Some(year) = self.years.get(&day.year()) {
            if let Some(name) = year.days_off.get(&day) {
                return DayKind::Holiday(name.clone());
            }
            if let Some(name) = year.working_days.get(&day) {
                return DayKind::MakeUp(name.clone());
            }
        }
        if self.is_weekend(day) {
            DayKind::Weekend
        } else {
            DayKind::Working
        }
    }

    /// Whether a day is a working day.
    pub fn is_working(&self, day: NaiveDate) -> bool {
        match self.years.get(&day.year()) {
            Some(year) => {
                let ordinal = day.ordinal0() as usize;
                let before = ordinal.checked_sub(1).map_or(0, |index| year.counts[index]);
                year.counts[ordinal] > before
            }
            None => !self.is_weekend(day),
        }
    }

    /// The number of working days after `from`, up to and with `until`; negative where `until` lies before.
    ///
    /// The cost grows with the number of years between, not of days.
    pub fn working_days(&self, from: NaiveDate, until: NaiveDate) -> i64 {
        if until < from {
            return -self.working_days(until, from);
        }
        let mut count = self.count_of_year(until) - self.count_of_year(from);
        for year in from.year()..until.year() {
            count += match self.years.get(&year) {
                Some(year) => year.counts.last().copied().unwrap_or(0),
                None => NaiveDate::from_ymd_opt(year, 12, 31)
                    .map_or(0, |last| self.weekdays_of_year(last)),
            };
        }
        count
    }

    /// Working days from the first of January to a day, that day included.
    fn count_of_year(&self, day: NaiveDate) -> i64 {
        match self.years.get(&day.year()) {
            Some(year) => year.counts[day.ordinal0() as usize],
            None => self.weekdays_of_year(day),
        }
    }

    /// The same by plain weekends.
    fn weekdays_of_year(&self, day: NaiveDate) -> i64 {
        let days = i64::from(day.ordinal());
        let off: i64 = self
            .weekend
            .iter()
            .map(|weekend| {
                // How many days ago that day of the week was.
                let ago = i64::from(day.weekday().days_since(*weekend));
                (days + 6 - ago) / 7
            })
            .sum();
        days - off
    }

    /// The first working day that is not before `day`; none past the end of all calendars.
    pub fn working_day_from(&self, day: NaiveDate) -> Option<NaiveDate> {
        // A calendar may call a whole year off, and then there is none.
        day.iter_days()
            .take(3 * 366)
            .find(|day| self.is_working(*day))
    }

    /// A moment on the organisation's clock.
    pub fn local(&self, moment: Timestamp) -> DateTime<Tz> {
        moment.in_chrono(self.zone)
    }

    /// The day on which something counts as come: the day on the organisation's clock, and what comes after closing time
    /// counts as come on the following day.
    pub fn day_of(&self, moment: Timestamp) -> NaiveDate {
        let local = self.local(moment);
        let day = local.date_naive();
        match self.closing {
            Some(closing) if local.time() > closing => day.succ_opt().unwrap_or(day),
            _ => day,
        }
    }

    /// The first moment of a day on the organisation's clock.
    pub fn begin_of(&self, day: NaiveDate) -> Timestamp {
        self.first_from(day.and_time(NaiveTime::MIN))
    }

    /// The moment at which a day is over: closing time, or midnight.
    ///
    /// Where the clock is put forward over that moment, the first moment that exists after it; where it is put back,
    /// the later of the two.
    pub fn end_of(&self, day: NaiveDate) -> Timestamp {
        let wall = match self.closing {
            Some(closing) => day.and_time(closing),
            None => day
                .checked_add_days(Days::new(1))
                .unwrap_or(day)
                .and_time(NaiveTime::MIN),
        };
        self.first_from(wall)
    }

    /// The moment at which the clock shows a time, or the first that it shows after it.
    fn first_from(&self, wall: chrono::NaiveDateTime) -> Timestamp {
        let moment = (0..=24 * 4)
            .filter_map(|quarters| {
                wall.checked_add_signed(chrono::TimeDelta::minutes(15 * quarters))
            })
            .find_map(|wall| self.zone.from_local_datetime(&wall).latest())
            .unwrap_or_else(|| self.zone.from_utc_datetime(&wall));
        Timestamp::from_chrono(moment.fixed_offset())
    }
}

impl Year {
    fn count(&mut self, number: i32, weekend: &[Weekday]) {
        let mut count = 0;
        self.counts = days_of_year(number)
            .map(|day| {
                let working = !self.days_off.contains_key(&day)
                    && (self.working_days.contains_key(&day) || !weekend.contains(&day.weekday()));
                count += i64::from(working);
                count
            })
            .collect();
    }
}

/// Every day of a year.
pub fn days_of_year(year: i32) -> impl Iterator<Item = NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1);
    first
        .into_iter()
        .flat_map(|first| first.iter_days())
        .take_while(move |day| day.year() == year)
}

#[cfg(test)]
mod tests;
