//! Dates in cells: the formats that a map declares, and the year-first ones that nobody can misread.
//! It never guesses between day and month, and never fails on a clock change.

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use chrono_tz::Tz;
use unicode_normalization::UnicodeNormalization;

use crate::text::Bilingual;
use crate::time::Timestamp;

/// What is understood without being declared: the year comes first.
const ALWAYS: &[&str] = &[
    "YYYY-M-D h:m:s",
    "YYYY-M-D h:m",
    "YYYY-M-D",
    "YYYY-M-DTh:m:s",
    "YYYY/M/D h:m:s",
    "YYYY/M/D h:m",
    "YYYY/M/D",
    "YYYY.M.D h:m:s",
    "YYYY.M.D h:m",
    "YYYY.M.D",
    "YYYY年M月D日 h:m:s",
    "YYYY年M月D日 h:m",
    "YYYY年M月D日h时m分s秒",
    "YYYY年M月D日h时m分",
    "YYYY年M月D日",
];

/// Years before this one are what a broken cell looks like, not when a clue was noticed.
const FIRST_YEAR: i32 = 1900;

/// The formats of a map, and the time zone that its dates are meant in.
pub(super) struct Dates {
    formats: Vec<Format>,
    zone: Tz,
}

struct Format(Vec<Part>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    /// AM or PM, 上午 or 下午.
    Half,
    Blank,
    Literal(char),
}

impl Dates {
    /// Takes declared formats, each like `M/D/YYYY h:mm`; tells which of them cannot be understood, and why.
    pub(super) fn new(declared: &[&str], zone: Tz) -> Result<Self, (usize, Bilingual)> {
        let mut formats = Vec::new();
        for (index, text) in declared.iter().enumerate() {
            formats.push(Format::parse(text).map_err(|why| (index, why))?);
        }
        formats.extend(ALWAYS.iter().filter_map(|text| Format::parse(text).ok()));
        Ok(Self { formats, zone })
    }

    /// Reads a date. One without an offset is meant in the map's time zone; one without a time is midnight.
    pub(super) fn read(&self, text: &str) -> Option<Timestamp> {
        // Full-width digits and colons, as Chinese input methods write them.
        let text: String = text.nfkc().collect();
        let text = text.trim();
        let moment = chrono::DateTime::parse_from_rfc3339(text)
            .ok()
            .filter(|_| text.as_bytes().get(10) == Some(&b'T'))
            .map(Timestamp::from_chrono)
            .or_else(|| {
                let local = self.formats.iter().find_map(|format| format.read(text))?;
                self.in_zone(local)
            })?;
        (FIRST_YEAR..=9999)
            .contains(&moment.year())
            .then_some(moment)
    }

    /// The moment of a time on the zone's clocks, by the rule of RFC 5545: a time that clocks show twice is the first
    /// one, and a time that they skip is counted from the offset before the change (02:30 becomes 03:30).
    fn in_zone(&self, local: NaiveDateTime) -> Option<Timestamp> {
        if let Some(moment) = self.zone.from_local_datetime(&local).earliest() {
            return Some(Timestamp::from_chrono(moment.fixed_offset()));
        }
        // No clock has ever skipped more than a day.
        let before = (1..=100).find_map(|quarters| {
            let earlier = local.checked_sub_signed(Duration::minutes(15 * quarters))?;
            self.zone.from_local_datetime(&earlier).latest()
        })?;
        let moment = before.offset().fix().from_local_datetime(&local).single()?;
        Some(Timestamp::from_chrono(moment).in_zone(self.zone))
    }
}

impl Format {
    fn parse(text: &str) -> Result<Self, Bilingual> {
        let mut parts = Vec::new();
        let mut characters = text.chars().peekable();
        while let Some(first) = characters.next() {
            let mut count = 1;
            while first.is_ascii_alphabetic() && characters.next_if_eq(&first).is_some() {
                count += 1;
            }
            parts.push(match (first, count) {
                ('Y', 4) => Part::Year,
                ('M', 1 | 2) => Part::Month,
                ('D', 1 | 2) => Part::Day,
                ('h' | 'H', 1 | 2) => Part::Hour,
                ('m', 1 | 2) => Part::Minute,
                ('s', 1 | 2) => Part::Second,
                ('A', 1) => Part::Half,
                ('T', 1) => Part::Literal('T'),
                (letter, _) if letter.is_ascii_alphabetic() => {
                    let what = letter.to_string().repeat(count);
                    return Err(Bilingual::new(
                        format!("`{what}` in a date format means nothing"),
                        format!("日期格式中的 `{what}` 没有含义"),
                    ));
                }
                (' ', _) => Part::Blank,
                (other, _) => Part::Literal(other),
            });
        }
        for needed in [Part::Year, Part::Month, Part::Day] {
            if parts.iter().filter(|part| **part == needed).count() != 1 {
                return Err(Bilingual::new(
                    "a date format holds YYYY, M and D once each",
                    "日期格式中 YYYY、M、D 必须各出现一次",
                ));
            }
        }
        Ok(Self(parts))
    }

    fn read(&self, text: &str) -> Option<NaiveDateTime> {
        let (mut year, mut month, mut day) = (0, 0, 0);
        let (mut hour, mut minute, mut second) = (0, 0, 0);
        let mut afternoon = None;
        let mut rest = text;
        for part in &self.0 {
            match part {
                Part::Year => year = digits(&mut rest, 4, 4)?,
                Part::Month => month = digits(&mut rest, 1, 2)?,
                Part::Day => day = digits(&mut rest, 1, 2)?,
                Part::Hour => hour = digits(&mut rest, 1, 2)?,
                Part::Minute => minute = digits(&mut rest, 1, 2)?,
                Part::Second => {
                    second = digits(&mut rest, 1, 2)?;
                    if let Some(fraction) = rest.strip_prefix('.') {
                        rest = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
                    }
                }
                Part::Half => afternoon = Some(half(&mut rest)?),
                Part::Blank => {
                    let trimmed = rest.trim_start();
                    if trimmed.len() == rest.len() {
                        return None;
                    }
                    rest = trimmed;
                }
                Part::Literal(literal) => rest = rest.strip_prefix(*literal)?,
            }
        }
        if !rest.is_empty() {
            return None;
        }
        match afternoon {
            Some(_) if hour > 12 || hour == 0 => return None,
            Some(true) => hour = hour % 12 + 12,
            Some(false) => hour %= 12,
            None => {}
        }
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        // Not every system means the same by a leap second or by 24:00.
        let time = NaiveTime::from_hms_opt(hour, minute, second)?;
        (date.year() > 0).then(|| date.and_time(time))
    }
}

fn digits(rest: &mut &str, least: usize, most: usize) -> Option<u32> {
    let count = rest
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    if count < least {
        return None;
    }
    let (number, after) = rest.split_at(count);
    *rest = after;
    number.parse().ok()
}

fn half(rest: &mut &str) -> Option<bool> {
    for (word, afternoon) in [
        ("AM", false),
        ("PM", true),
        ("am", false),
        ("pm", true),
        ("上午", false),
        ("下午", true),
    ] {
        if let Some(after) = rest.strip_prefix(word) {
            *rest = after;
            return Some(afternoon);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_their_zone() {
        #[track_caller]
        fn case(format: &str, zone: &str, text: &str, expected: &str) {
            let declared: Vec<&str> = [format].into_iter().filter(|one| !one.is_empty()).collect();
            let dates = Dates::new(&declared, zone.parse().expect("a zone"))
                .map_err(|(_, why)| why.en)
                .expect("a format");
            let read = dates.read(text).map(|moment| moment.to_string());
            assert_eq!(read.as_deref().unwrap_or("none"), expected, "{text}");
        }
        let china = "Asia/Shanghai";
        case(
            "",
            china,
            "2020-01-06 12:09:38",
            "2020-01-06T12:09:38+08:00",
        );
        case("", china, "2020/1/6 2:09", "2020-01-06T02:09:00+08:00");
        case(
            "",
            china,
            "２０２０／１／６　１２：０９",
            "2020-01-06T12:09:00+08:00",
        );
        case("", china, "2020年1月6日", "2020-01-06T00:00:00+08:00");
        case(
            "",
            china,
            "2020年1月6日12时9分",
            "2020-01-06T12:09:00+08:00",
        );
        case(
            "",
            china,
            "2020-01-06T12:09:38.250",
            "2020-01-06T12:09:38+08:00",
        );
        case(
            "",
            china,
            "2020-01-06T12:09:38.250Z",
            "2020-01-06T12:09:38+00:00",
        );
        case(
            "",
            china,
            "2020-01-06T12:09:38-05:00",
            "2020-01-06T12:09:38-05:00",
        );
        // Which of 3 and 4 is the month is for the map to say.
        case("", china, "3/4/2025", "none");
        case(
            "M/D/YYYY h:mm",
            china,
            "3/4/2025 1:20",
            "2025-03-04T01:20:00+08:00",
        );
        case(
            "D/M/YYYY h:mm",
            china,
            "3/4/2025 1:20",
            "2025-04-03T01:20:00+08:00",
        );
        case(
            "M/D/YYYY h:mm:ss A",
            china,
            "12/31/2025 12:05:00 AM",
            "2025-12-31T00:05:00+08:00",
        );
        case(
            "M/D/YYYY h:mm:ss A",
            china,
            "12/31/2025 12:05:00 PM",
            "2025-12-31T12:05:00+08:00",
        );
        case(
            "YYYY/M/D Ah:mm",
            china,
            "2025/1/2 下午3:04",
            "2025-01-02T15:04:00+08:00",
        );
        case("", china, "2025-02-30", "none");
        case("", china, "2025-01-01 25:00", "none");
        case("", china, "0020-01-06", "none");
        case("", china, "昨天", "none");
        case("", china, "2025-01-01 10:00 ", "2025-01-01T10:00:00+08:00");
        case("", china, "2025-01-01 10:00 x", "none");
        // Clock changes: skipped, shown twice, and a whole day that Samoa left out.
        let york = "America/New_York";
        case(
            "M/D/YYYY h:mm",
            york,
            "3/9/2025 2:30",
            "2025-03-09T03:30:00-04:00",
        );
        case(
            "M/D/YYYY h:mm",
            york,
            "11/2/2025 1:30",
            "2025-11-02T01:30:00-04:00",
        );
        case(
            "M/D/YYYY h:mm",
            york,
            "3/14/2025 1:20",
            "2025-03-14T01:20:00-04:00",
        );
        case(
            "",
            "Pacific/Apia",
            "2011-12-30 12:00",
            "2011-12-31T12:00:00+14:00",
        );
    }

    #[test]
    fn formats_are_checked() {
        #[track_caller]
        fn case(format: &str, right: bool) {
            assert_eq!(Dates::new(&[format], Tz::UTC).is_ok(), right, "{format}");
        }
        case("DD.MM.YYYY", true);
        case("YYYY-MM-DDThh:mm", true);
        case("%m/%d/%Y", false);
        case("YY-MM-DD", false);
        case("hh:mm", false);
        case("M/M/YYYY D", false);
    }
}
