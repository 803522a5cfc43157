//! Years of public holidays, taken from a file of others into `calendar/NAME.yaml`.
//! It writes that one file when the whole of it was judged, and commits nothing: who may change the calendar says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use crate::calendar::import::{Notation, PublishedYear, notation_of, read, text_of};
use crate::calendar::{Calendar, Tally};
use crate::commit::write_file;
use crate::diagnostic::{Diagnostic, any_error};
use crate::engine::{Engine, Failure};
use crate::files::{FileKind, Files, OverlayFiles, unreadable};
use crate::text::{Bilingual, Span};
use crate::yaml::{self, Edit, Segment, edit, scalar};

/// What becomes of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearChange {
    Added,
    /// It was there, with other days.
    Replaced,
    /// It was there already, with the same days.
    Same,
}

/// What an import of public holidays did, or would do.
#[derive(Default)]
pub struct CalendarImport {
    /// Name of the calendar.
    pub name: String,
    /// Its path in the repository.
    pub path: String,
    pub before: String,
    pub after: String,
    pub years: Vec<(i32, YearChange, Tally)>,
    /// What of the file was not taken, and what else is worth knowing.
    pub notes: Vec<Bilingual>,
    /// What is wrong; then nothing is written.
    pub findings: Vec<Diagnostic>,
    /// The files that findings refer to, as they were read.
    pub sources: BTreeMap<String, Option<Arc<[u8]>>>,
}

impl Engine {
    /// Takes the years of a file into a calendar: the one that is named, else the organisation's, else the only one.
    ///
    /// A year that is not there is added, one that is there with other days is replaced; nothing else of the calendar
    /// changes. What is wrong with the file is a finding of the result.
    pub fn import_calendar(
        &self,
        file: &str,
        bytes: &[u8],
        name: Option<&str>,
        dry_run: bool,
    ) -> Result<CalendarImport, Failure> {
        let mut import = CalendarImport::default();
        let text = match text_of(file, bytes) {
            Ok(text) => text,
            Err(found) => return Ok(import.failed(vec![found])),
        };
        import
            .sources
            .insert(file.to_owned(), Some(Arc::from(text.as_bytes())));
        let notation = match notation_of(file, text) {
            Ok(notation) => notation,
            Err(found) => return Ok(import.failed(vec![found])),
        };
        import.name = self.calendar_name(name, notation)?;
        import.path = format!("calendar/{}.yaml", import.name);
        let before = match self.calendar_text(&import.path) {
            Ok(before) => before,
            Err(found) => return Ok(import.failed(vec![*found])),
        };
        let present = match &before {
            Some(text) => self.judged(&import, text),
            None => Ok(Calendar::plain(self.world.calendar.zone(), None)),
        };
        let present = match present {
            Ok(present) => present,
            Err(found) => return Ok(import.failed(found)),
        };
        let published = match read(file, text, notation, &present) {
            Ok(published) => published,
            Err(found) => return Ok(import.failed(found)),
        };
        import.before = before.clone().unwrap_or_default();
        import.after = import.before.clone();
        let source = published.source.unwrap_or_else(|| file.to_owned());
        for (&year, days) in &published.years {
            match put(&import, year, days, &source) {
                Ok((after, change)) => {
                    import.after = after;
                    import.years.push((year, change, Tally::default()));
                }
                Err(found) => return Ok(import.failed(vec![*found])),
            }
        }
        let after = match self.judged(&import, &import.after) {
            Ok(after) => after,
            Err(found) => {
                let result = Some(Arc::from(import.after.as_bytes()));
                import.sources.insert(import.path.clone(), result);
                return Ok(import.failed(found));
            }
        };
        for (year, _, tally) in &mut import.years {
            *tally = after.tally(*year);
        }
        import.notes = published.passed_over;
        import.notes.extend(self.choice(&import.name));
        if !dry_run && import.after != import.before {
            let before = before.as_deref().map(str::as_bytes);
            write_file(&self.root, &import.path, import.after.as_bytes(), before)?;
        }
        Ok(import)
    }

    /// The names of the calendars that are there.
    fn calendars(&self) -> Vec<String> {
        let entries = self.files.list("calendar").unwrap_or_default();
        entries
            .iter()
            .filter_map(|entry| entry.name.strip_suffix(".yaml").map(str::to_owned))
            .collect()
    }

    fn calendar_name(&self, name: Option<&str>, notation: Notation) -> Result<String, Failure> {
        let usage = |en: String, zh: String, help: &str, help_zh: &str| Failure::Usage {
            message: Bilingual::new(en, zh),
            remedy: Some(Bilingual::new(help, help_zh)),
        };
        if let Some(name) = name.or(self.world.organisation.calendar.as_deref()) {
            let plain = |part: &str| {
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            };
            if name.len() > 64 || !name.split('-').all(plain) {
                return Err(usage(
                    format!("`{name}` is no name of a calendar"),
                    format!("“{name}”不能作为日历名称"),
                    "use lower-case letters, digits and hyphens, such as cn or de-by",
                    "请使用小写字母、数字和连字符，例如 cn、de-by",
                ));
            }
            return Ok(name.to_owned());
        }
        match (self.calendars().as_slice(), notation) {
            ([only], _) => Ok(only.clone()),
            ([], Notation::HolidayCn) => Ok("cn".to_owned()),
            ([], Notation::ICalendar) => Err(usage(
                "there is no calendar yet".to_owned(),
                "还没有日历".to_owned(),
                "name it: --name de",
                "请用 --name 指定名称，例如 --name de",
            )),
            (several, _) => Err(usage(
                format!("there are several calendars: {}", several.join(", ")),
                format!("有多份日历：{}", several.join("、")),
                "say which: --name cn",
                "请用 --name 指定，例如 --name cn",
            )),
        }
    }

    /// The text of a calendar; `None` where there is none yet.
    fn calendar_text(&self, path: &str) -> Result<Option<String>, Box<Diagnostic>> {
        let failed = |error| Box::new(unreadable(path, &error));
        match self.files.kind("calendar").map_err(failed)? {
            None | Some(FileKind::Folder) => {}
            Some(other) => return Err(failed(crate::files::ReadError::Kind(other))),
        }
        let bytes = self
            .files
            .read(path, yaml::MAXIMUM_SIZE as u64)
            .map_err(failed)?;
        let Some(bytes) = bytes else { return Ok(None) };
        match String::from_utf8(bytes.to_vec()) {
            Ok(text) => Ok(Some(text)),
            // The reader of YAML says what is wrong with the bytes.
            Err(_) => {
                let (_, found) = yaml::parse(path, &bytes);
                let error = crate::files::ReadError::Failed("UTF-8".to_owned());
                Err(found.into_iter().next().map_or(failed(error), Box::new))
            }
        }
    }

    /// The calendar as a text makes it, if nothing is wrong with it.
    fn judged(&self, import: &CalendarImport, text: &str) -> Result<Calendar, Vec<Diagnostic>> {
        let bytes: Arc<[u8]> = Arc::from(text.as_bytes());
        let files = OverlayFiles::new(
            &self.files,
            BTreeMap::from([(import.path.clone(), Some(bytes))]),
        );
        let mut organisation = self.world.organisation.clone();
        organisation.calendar = Some(import.name.clone());
        let (calendar, mut found) = Calendar::load(&files, &self.world.schemas, &organisation);
        found.retain(|found| found.place.path == import.path);
        if any_error(&found) {
            Err(found)
        } else {
            Ok(calendar)
        }
    }

    /// What to say where the organisation does not count by the calendar.
    fn choice(&self, name: &str) -> Option<Bilingual> {
        match &self.world.organisation.calendar {
            Some(chosen) if chosen == name => None,
            Some(chosen) => Some(Bilingual::new(
                format!("working days are counted by `{chosen}`, as organisation.yaml says"),
                format!("organisation.yaml 规定按 `{chosen}` 计算工作日"),
            )),
            None if self.calendars().iter().all(|other| other == name) => None,
            None => Some(Bilingual::new(
                format!(
                    "there are several calendars: add `calendar: {name}` to organisation.yaml to count by this one"
                ),
                format!(
                    "现有多份日历：如按这一份计算，请在 organisation.yaml 中写上 `calendar: {name}`"
                ),
            )),
        }
    }

    /// The year that a command means: the one that is asked for, else the current one on the organisation's clock.
    pub fn calendar_year(&self, year: Option<i32>, now: crate::time::Timestamp) -> i32 {
        let local = || now.in_zone(self.world.calendar.zone()).year();
        year.unwrap_or_else(local)
    }
}

impl CalendarImport {
    fn failed(mut self, findings: Vec<Diagnostic>) -> Self {
        self.findings = findings;
        self.years.clear();
        self
    }
}

/// Puts a year into the calendar's text, or leaves it as it is where it says the same days.
fn put(
    import: &CalendarImport,
    year: i32,
    days: &PublishedYear,
    source: &str,
) -> Result<(String, YearChange), Box<Diagnostic>> {
    let key = format!("{year:04}");
    let text = if import.after.trim().is_empty() {
        skeleton(&import.name, &key)
    } else {
        import.after.clone()
    };
    let (document, _) = yaml::parse(&import.path, text.as_bytes());
    let root = document.map(|document| document.root.to_json());
    let present = root.as_ref().and_then(|root| root["years"].get(&key));
    let place = |last: &str| -> Vec<Segment> {
        let mut path: Vec<Segment> = vec!["years".into(), key.as_str().into()];
        path.extend((!last.is_empty()).then(|| last.into()));
        path
    };
    let lists = [
        ("days_off", listed(&days.days_off)),
        ("working_days", listed(&days.working_days)),
    ];
    let mut edits = Vec::new();
    let fresh = import.after.trim().is_empty();
    match present {
        Some(present) if !fresh => {
            let old = |list: &str| present[list].as_object().cloned().unwrap_or_default();
            for (list, new) in &lists {
                let old = old(list);
                if old == *new {
                    continue;
                }
                if !stays_in_order(&old, new) {
                    edits.push(Edit::Set {
                        path: place(list),
                        value: Value::Null,
                    });
                }
                edits.push(Edit::Set {
                    path: place(list),
                    value: Value::Object(new.clone()),
                });
            }
            if edits.is_empty() {
                return Ok((text, YearChange::Same));
            }
            edits.insert(
                0,
                Edit::Set {
                    path: place("source"),
                    value: json!(source),
                },
            );
        }
        _ => {
            let [(_, off), (_, worked)] = lists;
            edits.push(Edit::Set {
                path: place(""),
                value: json!({"source": source, "days_off": off, "working_days": worked}),
            });
        }
    }
    let change = if present.is_some() && !fresh {
        YearChange::Replaced
    } else {
        YearChange::Added
    };
    let whole = Span::new(0, text.len());
    let text = edit(&import.path, &text, whole, &edits).map_err(Box::new)?;
    Ok((text, change))
}

/// A calendar that says nothing yet.
fn skeleton(name: &str, year: &str) -> String {
    format!(
        "# yaml-language-server: $schema=../schema/calendar.schema.json\nregion: {}\nyears:\n  \"{year}\":\n    source:\n    days_off:\n    working_days:\n",
        scalar(&name.to_uppercase())
    )
}

fn listed(days: &BTreeMap<NaiveDate, String>) -> Map<String, Value> {
    days.iter()
        .map(|(day, name)| (day.to_string(), json!(name)))
        .collect()
}

/// Whether the days stand in order when what is gone is taken out and what is new is put behind the rest.
fn stays_in_order(old: &Map<String, Value>, new: &Map<String, Value>) -> bool {
    let kept = old.keys().filter(|day| new.contains_key(*day));
    let added = new.keys().filter(|day| !old.contains_key(*day));
    kept.chain(added).is_sorted()
}
