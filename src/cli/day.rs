//! Days and spans of time as people type them after an option, and what to write where one is not understood.
//! It never guesses between day and month: the year comes first.

use std::error::Error;
use std::fmt;

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

use crate::text::Bilingual;

/// A value that was not understood, with what to write instead.
#[derive(Debug)]
pub(super) struct Misread(pub(super) Bilingual);

impl Misread {
    pub(super) fn new(en: &str, zh: &str) -> Self {
        Self(Bilingual::new(en, zh))
    }
}

impl fmt::Display for Misread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.en)
    }
}

impl Error for Misread {}

/// Reads a day after an option.
pub(super) fn parse(text: &str) -> Result<NaiveDate, Misread> {
    let numbers = numbers(text).ok_or_else(|| {
        Misread::new(
            "write a day like 2036-12-31",
            "日期请写成 2036-12-31 或 2036年12月31日",
        )
    })?;
    of(numbers).ok_or_else(|| {
        Misread::new(
            "the calendar has no such day; write one like 2036-12-31",
            "日历上没有这一天，请核对；写法如 2036-12-31",
        )
    })
}

/// Reads a day as `2036-12-31`, `2036/12/31`, `2036.12.31`, `20361231` or `2036年12月31日`.
pub(super) fn read(text: &str) -> Option<NaiveDate> {
    of(numbers(text)?)
}

fn of([year, month, day]: [u32; 3]) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// Year, month and day, whether or not there is such a day.
fn numbers(text: &str) -> Option<[u32; 3]> {
    // Full-width digits, as Chinese input methods write them.
    let text: String = text.nfkc().collect();
    let text = text.trim();
    let parts: Vec<&str> = match text.strip_suffix('日') {
        Some(inner) => {
            let (year, rest) = inner.split_once('年')?;
            let (month, day) = rest.split_once('月')?;
            vec![year, month, day]
        }
        None if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            vec![&text[..4], &text[4..6], &text[6..]]
        }
        None => {
            let sign = ['-', '/', '.']
                .into_iter()
                .find(|sign| text.contains(*sign))?;
            text.split(sign).collect()
        }
    };
    let [year, month, day] = parts[..] else {
        return None;
    };
    let number = |part: &str, digits: std::ops::RangeInclusive<usize>| {
        let fits = digits.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| part.parse().ok()).flatten()
    };
    Some([
        number(year, 4..=4)?,
        number(month, 1..=2)?,
        number(day, 1..=2)?,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        for text in [
            "2036-12-31",
            "2036/12/31",
            "2036.12.31",
            "20361231",
            "2036年12月31日",
            "２０３６年１２月３１日",
        ] {
            assert_eq!(read(text), NaiveDate::from_ymd_opt(2036, 12, 31), "{text}");
        }
        assert_eq!(read("2036/1/5"), NaiveDate::from_ymd_opt(2036, 1, 5));
        for text in [
            "",
            "31/12/2036",
            "2036-12",
            "+036-1-1",
            "2036-12-31T09:00",
            "36-12-31",
            "明天",
        ] {
            let wrong = parse(text).expect_err(text);
            assert!(wrong.0.zh.contains("2036年12月31日"), "{text}");
        }
        let wrong = parse("2026-02-30").expect_err("no such day");
        assert!(wrong.to_string().contains("no such day"), "{wrong}");
    }
}
