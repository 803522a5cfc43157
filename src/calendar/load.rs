//! Reads `calendar/*.yaml`, and says what is wrong with them.
//! It changes no file.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveTime};
use serde::Deserialize;

use crate::calendar::{Calendar, Year};
use crate::diagnostic::{Code, Diagnostic, Place, any_error};
use crate::files::{FileKind, Files, ReadError, join, unreadable};
use crate::record::Organisation;
use crate::schema::Schemas;
use crate::text::nearest;
use crate::yaml::{self, Document};

type Dates = BTreeMap<String, Option<String>>;

/// `calendar/*.yaml`, as the schema accepts it.
#[derive(Debug, Deserialize)]
struct File {
    #[serde(default)]
    weekend: Option<Vec<String>>,
    years: BTreeMap<String, Published>,
}

#[derive(Debug, Deserialize)]
struct Published {
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    days_off: Option<Dates>,
    #[serde(default)]
    working_days: Option<Dates>,
}

impl Calendar {
    /// Loads the calendar that the organisation counts by; every file in `calendar/` is judged.
    ///
    /// What cannot be read is a finding, and the calendar is plain weekends then.
    pub fn load(
        files: &dyn Files,
        schemas: &Schemas,
        organisation: &Organisation,
    ) -> (Self, Vec<Diagnostic>) {
        let zone = organisation.time_zone.parse().unwrap_or(chrono_tz::UTC);
        let mut calendar = Self::plain(zone, organisation.closing_time.as_deref().and_then(time));
        let mut found = Vec::new();
        let mut read: BTreeMap<String, Option<File>> = BTreeMap::new();
        for entry in files.list("calendar").unwrap_or_default() {
            let Some(name) = entry.name.strip_suffix(".yaml") else {
                continue;
            };
            let path = join("calendar", &entry.name);
            let file = if entry.kind == FileKind::File {
                load_file(files, schemas, &path, &mut found)
            } else {
                found.push(unreadable(&path, &ReadError::Kind(entry.kind)));
                None
            };
            read.insert(name.to_owned(), file);
        }
        let chosen = match (&organisation.calendar, read.len()) {
            (Some(name), _) => {
                if !read.contains_key(name) {
                    found.push(unknown(name, read.keys().map(String::as_str)));
                }
                read.remove(name).flatten()
            }
            (None, 0) => None,
            (None, 1) => read.into_values().next().flatten(),
            (None, _) => {
                let names: Vec<&str> = read.keys().map(String::as_str).collect();
                found.push(undecided(&names));
                None
            }
        };
        if let Some(file) = chosen {
            calendar.fill(file);
        }
        (calendar, found)
    }

    fn fill(&mut self, file: File) {
        if let Some(weekend) = file.weekend {
            self.weekend = weekend
                .iter()
                .filter_map(|name| name.parse().ok())
                .collect();
        }
        let dates = |days: Option<Dates>| {
            let days = days.into_iter().flatten();
            days.filter_map(|(day, name)| Some((date(&day)?, name)))
                .collect()
        };
        for (number, published) in file.years {
            let Ok(number) = number.parse() else {
                continue;
            };
            let mut year = Year {
                source: published.source,
                days_off: dates(published.days_off),
                working_days: dates(published.working_days),
                counts: Vec::new(),
            };
            year.count(number, &self.weekend);
            self.years.insert(number, year);
        }
    }

    /// A calendar of published years, for tests of those who count with it.
    #[cfg(test)]
    pub(crate) fn of(zone: &str, closing: Option<&str>, text: &str) -> Self {
        let mut calendar = Self::plain(zone.parse().expect("a zone"), closing.and_then(time));
        let (document, _) = yaml::parse("calendar.yaml", text.as_bytes());
        let value = document.expect("a document").root.to_json();
        calendar.fill(serde_json::from_value(value).expect("a calendar"));
        calendar
    }
}

fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

fn time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

fn load_file(
    files: &dyn Files,
    schemas: &Schemas,
    path: &str,
    found: &mut Vec<Diagnostic>,
) -> Option<File> {
    let bytes = match files.read(path, yaml::MAXIMUM_SIZE as u64) {
        Ok(bytes) => bytes?,
        Err(error) => {
            found.push(unreadable(path, &error));
            return None;
        }
    };
    let (document, mut faults) = yaml::parse(path, &bytes);
    let value = document.as_ref().map(|document| document.root.to_json());
    if let (Some(document), Some(value)) = (&document, &value) {
        faults.extend(schemas.validate("calendar", path, &document.root, value));
    }
    let broken = any_error(&faults);
    found.extend(faults);
    let (document, value) = (document?, value?);
    if broken {
        return None;
    }
    let file: File = serde_json::from_value(value).ok()?;
    let contradictions = contradictions(path, &document, &file);
    let sound = contradictions.is_empty();
    found.extend(contradictions);
    // What contradicts itself is not counted by: plain weekends, marked provisional, mislead nobody.
    sound.then_some(file)
}

/// Days that are no dates, that stand under another year, or that are both off and working.
fn contradictions(path: &str, document: &Document, file: &File) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (number, year) in &file.years {
        let off = year.days_off.as_ref();
        for (list, days) in [
            ("days_off", &year.days_off),
            ("working_days", &year.working_days),
        ] {
            for text in days.iter().flatten().map(|(text, _)| text) {
                let list_of = document.root.at_pointer(&format!("/years/{number}/{list}"));
                let span = list_of
                    .and_then(|list| list.entry(text))
                    .map_or(document.root.span, |entry| entry.key_span);
                let both = list == "working_days" && off.is_some_and(|off| off.contains_key(text));
                let (en, zh, help_en, help_zh) = match date(text) {
                    None => (
                        format!("there is no day {text}"),
                        format!("没有 {text} 这一天"),
                        "correct the date".to_owned(),
                        "请改正日期".to_owned(),
                    ),
                    Some(day) if format!("{:04}", day.year()) != *number => (
                        format!("{text} stands under {number}"),
                        format!("{text} 写在了 {number} 年之下"),
                        format!("move it to the year {}", day.year()),
                        format!("请移到 {} 年之下", day.year()),
                    ),
                    Some(_) if both => (
                        format!("{text} is both a day off and a working day"),
                        format!("{text} 既列为放假日，又列为上班日"),
                        "look at the official notice and delete one of the two".to_owned(),
                        "请核对放假通知，删去其中一处".to_owned(),
                    ),
                    Some(_) => continue,
                };
                found.push(
                    Diagnostic::new(Code::CalendarConflict, Place::at(path, span), en, zh)
                        .remedy(help_en, help_zh)
                        .procedure("H8"),
                );
            }
        }
    }
    found
}

fn unknown<'n>(name: &str, known: impl Iterator<Item = &'n str> + Clone) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::CalendarUnknown,
        Place::file("organisation.yaml"),
        format!("there is no calendar/{name}.yaml"),
        format!("没有 calendar/{name}.yaml"),
    )
    .procedure("H8");
    match nearest(name, known) {
        Some(near) => diagnostic.remedy(
            format!("perhaps `{near}` is meant"),
            format!("是否想写 `{near}`？"),
        ),
        None => diagnostic.remedy(
            "write that calendar, or name another one",
            "请建立这份日历，或改写 calendar 一项",
        ),
    }
}

fn undecided(names: &[&str]) -> Diagnostic {
    Diagnostic::new(
        Code::CalendarUnknown,
        Place::file("organisation.yaml"),
        format!(
            "there are several calendars ({}), and none is chosen",
            names.join(", ")
        ),
        format!("有多份日历（{}），没有写明使用哪一份", names.join("、")),
    )
    .remedy(
        format!("add `calendar: {}`", names[0]),
        format!("请补充 `calendar: {}`", names[0]),
    )
    .procedure("H8")
}
