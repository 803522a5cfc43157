//! Time: a moment with its offset, as people write it in records.
//! It never asks the system what time it is; the caller passes the moment in.

use std::fmt;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, SecondsFormat};

/// The months as English writes them.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment with the offset from UTC that it was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(DateTime<FixedOffset>);

impl Timestamp {
    /// The beginning of 1970 in UTC, from which seconds are counted.
    pub fn epoch() -> Self {
        Self(DateTime::UNIX_EPOCH.fixed_offset())
    }

    /// Reads an RFC 3339 timestamp with seconds and offset, exactly as the schemas' pattern wants it.
    pub fn parse(text: &str) -> Option<Self> {
        // chrono alone takes `2026-1-5` and a leading space.
        let strict = text.len() >= 20
            && text.is_ascii()
            && text.as_bytes()[4] == b'-'
            && text.as_bytes()[7] == b'-'
            && text.as_bytes()[10] == b'T'
            && text.as_bytes()[0].is_ascii_digit();
        strict
            .then(|| DateTime::parse_from_rfc3339(text).ok().map(Self))
            .flatten()
    }

    /// Takes seconds since 1970 UTC and an offset in minutes east of UTC, as git keeps them.
    pub fn from_git(seconds: i64, offset_minutes: i32) -> Option<Self> {
        let offset = FixedOffset::east_opt(offset_minutes * 60)?;
        Some(Self(
            DateTime::from_timestamp(seconds, 0)?.with_timezone(&offset),
        ))
    }

    /// Takes a moment as chrono keeps it, cut to whole seconds.
    pub fn from_chrono(moment: DateTime<FixedOffset>) -> Self {
        Self(
            DateTime::from_timestamp(moment.timestamp(), 0)
                .unwrap_or_default()
                .with_timezone(moment.offset()),
        )
    }

    /// Seconds since 1970 UTC.
    pub fn seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// Minutes east of UTC.
    pub fn offset_minutes(self) -> i32 {
        self.0.offset().local_minus_utc() / 60
    }

    /// The day on the clock it was written by.
    pub fn date(self) -> NaiveDate {
        self.0.date_naive()
    }

    /// The year on the clock it was written by.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The same moment on the clock of a time zone.
    pub fn in_zone(self, zone: chrono_tz::Tz) -> Self {
        Self(self.0.with_timezone(&zone).fixed_offset())
    }

    /// The same moment as chrono keeps it, on the clock of a time zone.
    pub fn in_chrono(self, zone: chrono_tz::Tz) -> DateTime<chrono_tz::Tz> {
        self.0.with_timezone(&zone)
    }

    /// `20261123T011200Z`, as iCalendar writes a moment.
    pub fn compact_utc(self) -> String {
        self.0.to_utc().format("%Y%m%dT%H%M%SZ").to_string()
    }

    /// `2026-11-23 09:12`, for lists.
    pub fn minutes(self) -> String {
        self.0.format("%Y-%m-%d %H:%M").to_string()
    }
}

impl Timestamp {
    /// `2026-11-23 09:12 +08:00`, where it must be told by which clock.
    pub fn minutes_with_offset(self) -> String {
        self.0.format("%Y-%m-%d %H:%M %:z").to_string()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Secs, false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_read_strictly() {
        #[track_caller]
        fn case(text: &str, expected: Option<&str>) {
            assert_eq!(
                Timestamp::parse(text)
                    .map(|moment| moment.to_string())
                    .as_deref(),
                expected
            );
        }
        case(
            "2026-11-23T09:12:00+08:00",
            Some("2026-11-23T09:12:00+08:00"),
        );
        case("2026-11-23T01:12:00Z", Some("2026-11-23T01:12:00+00:00"));
        case("2026-1-5T09:12:00+08:00", None);
        case(" 2026-11-23T09:12:00+08:00", None);
        case("2026-11-23", None);
        case("2026-13-23T09:12:00+08:00", None);
        case("线索线索线索线索线索", None);
    }

    #[test]
    fn git_times_keep_their_offset() {
        let moment = Timestamp::parse("2026-11-23T09:12:00+08:00").expect("a timestamp");
        assert_eq!(
            Timestamp::from_git(moment.seconds(), moment.offset_minutes()),
            Some(moment)
        );
        assert_eq!(Timestamp::from_git(0, 100_000), None);
    }
}
