//! One event of an iCalendar file: its title, its days, and what is wrong with it.

use chrono::{Datelike, NaiveDate};
use icalendar::parser::Component;

use crate::calendar::import::ics::value;
use crate::calendar::import::{Mark, clean, finding};
use crate::diagnostic::{Diagnostic, Place};
use crate::text::Span;

/// How many days an event may last.
const MAXIMUM_LENGTH: i64 = 100;

/// An event, and where it stands.
pub(super) struct Event<'a> {
    pub(super) name: &'a str,
    pub(super) component: &'a Component<'a>,
    pub(super) number: usize,
    /// The event's lines in the text.
    pub(super) lines: Span,
    pub(super) text: &'a str,
}

impl Event<'_> {
    pub(super) fn value(&self, key: &str) -> Option<String> {
        value(self.component, key)
    }

    pub(super) fn title(&self) -> String {
        clean(&self.value("SUMMARY").unwrap_or_default())
    }

    /// The mark of Apple's calendars.
    pub(super) fn apple(&self) -> Option<Mark> {
        match self.value("X-APPLE-SPECIAL-DAY")?.as_str() {
            "WORK-HOLIDAY" => Some(Mark::Off),
            "ALTERNATE-WORKDAY" => Some(Mark::Worked),
            _ => None,
        }
    }

    /// Google's calendars say of each event whether it is a public holiday or an observance.
    pub(super) fn is_observance(&self) -> bool {
        self.value("DESCRIPTION")
            .is_some_and(|text| text.starts_with("Observance"))
    }

    /// The line of a property; of the event, where it has none.
    pub(super) fn place(&self, key: &str) -> Place {
        let mut at = self.lines.start;
        for line in self.text[self.lines.range()].split_inclusive('\n') {
            let span = Span::new(at, at + line.trim_end().len());
            let named = line
                .get(..key.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(key));
            if named && line[key.len()..].starts_with([':', ';']) {
                return Place::at(self.name, span);
            }
            at += line.len();
        }
        let line = self.text[self.lines.range()].lines().next();
        let length = line.map_or(0, |line| line.trim_end().len());
        let span = Span::new(self.lines.start, self.lines.start + length);
        Place::at(self.name, span)
    }

    /// The finding about this event, which is told by number and title.
    fn fault(
        &self,
        key: &str,
        (en, zh): (&str, &str),
        (help, help_zh): (&str, &str),
    ) -> Diagnostic {
        let (number, title) = (self.number, self.title());
        finding(
            self.place(key),
            format!("event {number}, “{title}”, {en}"),
            format!("第 {number} 个事件“{title}”{zh}"),
        )
        .remedy(help, help_zh)
    }

    /// The first day of the event, and how many there are.
    pub(super) fn days(&self) -> Result<(NaiveDate, u64), Box<Diagnostic>> {
        for key in ["RRULE", "RDATE"] {
            if let Some(rule) = self.value(key) {
                return Err(Box::new(self.fault(
                    key,
                    (
                        &format!("repeats by a rule ({})", clean(&rule)),
                        &format!("按规则重复（{}）", clean(&rule)),
                    ),
                    (
                        "take a calendar that lists each year's days by themselves",
                        "请使用逐年列出日期的日历",
                    ),
                )));
            }
        }
        if self.title().is_empty() {
            return Err(Box::new(self.fault(
                "SUMMARY",
                ("has no title", "没有标题"),
                ("give it a SUMMARY", "请补上 SUMMARY"),
            )));
        }
        let Some(start) = self.value("DTSTART") else {
            return Err(Box::new(self.fault(
                "DTSTART",
                ("has no beginning", "没有开始日期"),
                ("give it a DTSTART", "请补上 DTSTART"),
            )));
        };
        let first = self.date("DTSTART", &start)?;
        let length = match (self.value("DTEND"), self.value("DURATION")) {
            (Some(end), _) => {
                let end = self.date("DTEND", &end)?;
                // Some write the last day itself, for an event of one day.
                match (end - first).num_days() {
                    0 if !start.contains(['T', 't']) => 1,
                    days => days,
                }
            }
            (None, Some(duration)) => whole_days(&duration).unwrap_or(0),
            (None, None) if start.contains(['T', 't']) => 0,
            (None, None) => 1,
        };
        match u64::try_from(length) {
            Ok(count @ 1..) if length <= MAXIMUM_LENGTH => Ok((first, count)),
            _ if length > MAXIMUM_LENGTH => Err(Box::new(self.fault(
                "DTEND",
                (
                    &format!("lasts {length} days"),
                    &format!("长达 {length} 天"),
                ),
                (
                    "correct its end; no holiday lasts more than 100 days",
                    "请改正结束日期；假期不会超过 100 天",
                ),
            ))),
            _ if length < 0 => Err(Box::new(self.fault(
                "DTEND",
                ("ends before it begins", "的结束日期早于开始日期"),
                ("correct DTSTART or DTEND", "请改正 DTSTART 或 DTEND"),
            ))),
            _ => Err(Box::new(self.no_whole_days("DTSTART"))),
        }
    }

    /// A date, or a time that is midnight.
    fn date(&self, key: &str, text: &str) -> Result<NaiveDate, Box<Diagnostic>> {
        let (date, time) = match text.split_once(['T', 't']) {
            Some((date, time)) => (date, Some(time.trim_end_matches(['Z', 'z']))),
            None => (text, None),
        };
        let day = (date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| NaiveDate::parse_from_str(date, "%Y%m%d").ok())
            .flatten();
        let Some(day) = day else {
            return Err(Box::new(self.fault(
                key,
                (
                    &format!("has no date in {key}: {}", clean(text)),
                    &format!("的 {key} 不是日期：{}", clean(text)),
                ),
                ("write it as 20270131", "请写成 20270131 的形式"),
            )));
        };
        if !(1900..=2200).contains(&day.year()) {
            return Err(Box::new(self.fault(
                key,
                (
                    &format!("lies outside the years 1900 to 2200: {day}"),
                    &format!("不在 1900 至 2200 年之间：{day}"),
                ),
                ("correct the date", "请改正日期"),
            )));
        }
        match time {
            None | Some("000000") => Ok(day),
            Some(_) => Err(Box::new(self.no_whole_days(key))),
        }
    }

    fn no_whole_days(&self, key: &str) -> Diagnostic {
        self.fault(
            key,
            ("does not last whole days", "不是全天事件"),
            (
                "take a calendar of all-day events (DTSTART;VALUE=DATE:20270131)",
                "请使用由全天事件组成的日历（DTSTART;VALUE=DATE:20270131）",
            ),
        )
    }
}

/// `P3D` and `P1W`; anything else does not last whole days.
fn whole_days(duration: &str) -> Option<i64> {
    let number = |text: &str| text.parse::<u32>().ok().map(i64::from);
    let length = duration.trim_start_matches('+').strip_prefix('P')?;
    match (length.strip_suffix('D'), length.strip_suffix('W')) {
        (Some(days), _) => number(days),
        (_, Some(weeks)) => Some(number(weeks)? * 7),
        _ => None,
    }
}
