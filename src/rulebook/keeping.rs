//! How long archived clues are kept: classes of retention, and the day on which a period ends (R3).
//! It knows no clue, and destroys nothing.

use chrono::{Datelike, Months, NaiveDate};
use serde::Deserialize;

use crate::rulebook::{Condition, Keys};
use crate::text::Bilingual;

/// A class of retention.
#[derive(Debug, Deserialize)]
pub struct Retention {
    pub label: Bilingual,
    #[serde(default)]
    pub procedure: Keys,
    /// None: for ever.
    pub years: Option<u32>,
    /// Its code in archive numbers.
    #[serde(default)]
    pub code: Option<String>,
    pub when: Condition,
}

/// From when on a period of retention counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetentionFrom {
    /// From 1 January of the year after, as article 14 of China's Measures for Accounting Archives (order 79 of 2015)
    /// has it for its field, and archives do for others: what was archived in one year falls due on one day.
    #[default]
    YearEnd,
    /// From the day itself, which does not count.
    Archiving,
}

impl RetentionFrom {
    /// The last day of a period of so many years that was caused on a day; none where dates come to their end.
    pub fn last_day(self, day: NaiveDate, years: u32) -> Option<NaiveDate> {
        match self {
            Self::YearEnd => {
                NaiveDate::from_ymd_opt(day.year().checked_add(i32::try_from(years).ok()?)?, 12, 31)
            }
            Self::Archiving => day.checked_add_months(Months::new(years.checked_mul(12)?)),
        }
    }
}

/// How many sign the certificate beside who carried a destruction out, as archives ask for (监销).
pub const WITNESSES: u32 = 2;

/// How many persons approve a destruction where the rulebook does not say.
pub(super) fn approvals() -> u32 {
    2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_ends_on_the_day_that_the_rulebook_chooses() {
        #[track_caller]
        fn case(from: RetentionFrom, day: &str, years: u32, expected: Option<&str>) {
            let day = day.parse().expect("a date");
            let last = from.last_day(day, years).map(|day| day.to_string());
            assert_eq!(last.as_deref(), expected, "{from:?} {day} {years}");
        }
        use RetentionFrom::{Archiving, YearEnd};
        case(YearEnd, "2026-01-01", 10, Some("2036-12-31"));
        case(YearEnd, "2026-12-31", 10, Some("2036-12-31"));
        case(YearEnd, "2024-02-29", 30, Some("2054-12-31"));
        case(Archiving, "2026-03-05", 10, Some("2036-03-05"));
        case(Archiving, "2024-02-29", 1, Some("2025-02-28"));
        case(YearEnd, "2026-03-05", 4_000_000_000, None);
        case(YearEnd, "2026-03-05", 400_000, None);
        case(Archiving, "2026-03-05", 400_000_000, None);
    }
}
