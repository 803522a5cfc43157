//! Public holidays as others publish them: the JSON of holiday-cn, and iCalendar files.
//!
//! A file becomes years of days off and make-up working days, or findings that say what is wrong with it. It writes
//! nothing, and takes no notice of what the organisation has published, but for the days on which years overlap.

mod ics;
mod json;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use crate::calendar::Calendar;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::text::{Bilingual, is_invisible};

/// How many days or events a file may list: a calendar of a hundred years has fewer.
const MAXIMUM_DAYS: usize = 5_000;
/// How many findings are told; more of the same would help nobody.
const MAXIMUM_FINDINGS: usize = 50;
/// How long a name of a holiday may be, in characters.
const MAXIMUM_NAME: usize = 100;

/// How a calendar is written by those who publish it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// The JSON of the project holiday-cn.
    HolidayCn,
    /// iCalendar (RFC 5545).
    ICalendar,
}

/// One year as it was published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishedYear {
    pub days_off: BTreeMap<NaiveDate, String>,
    pub working_days: BTreeMap<NaiveDate, String>,
}

/// What a file publishes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The notices that it rests on, or its own name.
    pub source: Option<String>,
    pub years: BTreeMap<i32, PublishedYear>,
    /// What of the file was not taken, and why.
    pub passed_over: Vec<Bilingual>,
}

/// What a file says of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Off,
    Worked,
}

/// A day of the file.
struct Marked {
    day: NaiveDate,
    mark: Mark,
    name: String,
    place: Place,
}

/// What one of the two notations gives: the days in the order of the file.
#[derive(Default)]
struct Listed {
    source: Option<String>,
    /// The year that the file says it is about.
    year: Option<i32>,
    days: Vec<Marked>,
    passed_over: Vec<Bilingual>,
    found: Vec<Diagnostic>,
}

/// The text of a file, without a byte order mark; spans of findings are offsets into it.
pub fn text_of<'b>(name: &str, bytes: &'b [u8]) -> Result<&'b str, Diagnostic> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        finding(
            Place::file(name),
            format!(
                "the file is not UTF-8 text (byte {} is wrong)",
                error.valid_up_to() + 1
            ),
            format!(
                "文件不是 UTF-8 文本（第 {} 个字节有误）",
                error.valid_up_to() + 1
            ),
        )
        .remedy("save it again as UTF-8", "请另存为 UTF-8 编码")
    })
}

/// How a text is written; by what it begins with, not by the name of the file.
pub fn notation_of(name: &str, text: &str) -> Result<Notation, Diagnostic> {
    let text = text.trim_start();
    let begins = |word: &str| {
        text.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if begins("BEGIN:VCALENDAR") {
        return Ok(Notation::ICalendar);
    }
    if text.starts_with(['{', '[']) {
        return Ok(Notation::HolidayCn);
    }
    let (en, zh) = if text.is_empty() {
        ("the file is empty", "文件是空的")
    } else {
        (
            "the file is neither JSON nor an iCalendar file",
            "文件既不是 JSON，也不是 iCalendar 日历文件",
        )
    };
    Err(finding(Place::file(name), en, zh).remedy(
        "take YEAR.json of holiday-cn, or an .ics file of public holidays",
        "请使用 holiday-cn 的“年份.json”，或法定节假日的 .ics 文件",
    ))
}

/// Reads a file; `present` is the calendar that it will be added to: it knows the weekend, and the years beside.
pub fn read(
    name: &str,
    text: &str,
    notation: Notation,
    present: &Calendar,
) -> Result<Published, Vec<Diagnostic>> {
    let mut listed = match notation {
        Notation::HolidayCn => json::read(name, text),
        Notation::ICalendar => ics::read(name, text, present),
    };
    let mut published = Published::default();
    if listed.found.is_empty() {
        if listed.days.is_empty() {
            listed.found.push(nothing(name));
        } else {
            published = gather(&mut listed, notation, present);
        }
    }
    if listed.found.is_empty() {
        published.source = listed.source;
        return Ok(published);
    }
    let more = listed.found.len().saturating_sub(MAXIMUM_FINDINGS);
    if more > 0 {
        listed.found.truncate(MAXIMUM_FINDINGS);
        listed.found.push(
            finding(
                Place::file(name),
                format!("there are {more} more findings"),
                format!("另有 {more} 个问题"),
            )
            .remedy(
                "mend these first; perhaps it is another kind of file",
                "请先处理以上问题，也可能文件不对",
            ),
        );
    }
    Err(listed.found)
}

/// Puts the days into their years, and finds what contradicts.
fn gather(listed: &mut Listed, notation: Notation, present: &Calendar) -> Published {
    let years = years_of(listed);
    let mut published = Published {
        passed_over: std::mem::take(&mut listed.passed_over),
        ..Published::default()
    };
    let (mut beside, mut idle) = (0, 0);
    let mut seen: BTreeMap<NaiveDate, (Mark, Place)> = BTreeMap::new();
    for marked in &listed.days {
        let day = marked.day;
        if let Some((mark, place)) = seen.get(&day)
            && *mark != marked.mark
        {
            listed.found.push(
                finding(
                    marked.place.clone(),
                    format!("{day} is both a day off and a working day"),
                    format!("{day} 既是放假日，又是上班日"),
                )
                .label(place.clone(), "the other is here", "另一处在这里")
                .remedy(
                    "look at the official notice and delete one of the two",
                    "请核对放假通知，删去其中一处",
                ),
            );
            continue;
        }
        seen.entry(day)
            .or_insert_with(|| (marked.mark, marked.place.clone()));
        if !years.contains(&day.year()) {
            match outside(marked, &years, present) {
                Some(found) => listed.found.push(found),
                None => beside += 1,
            }
            continue;
        }
        let year = published.years.entry(day.year()).or_default();
        if marked.mark == Mark::Worked && !present.is_weekend(day) {
            // It is worked anyway; the list is of weekend days.
            idle += 1;
            continue;
        }
        let list = match marked.mark {
            Mark::Off => &mut year.days_off,
            Mark::Worked => &mut year.working_days,
        };
        match list.get_mut(&day) {
            None => {
                list.insert(day, marked.name.clone());
            }
            Some(name) if *name == marked.name => {}
            // Two holidays may fall on one day; a list of days names each once.
            Some(name) if notation == Notation::ICalendar => {
                if !name.split('、').any(|known| known == marked.name) {
                    name.push('、');
                    name.push_str(&marked.name);
                }
            }
            Some(name) => listed.found.push(
                finding(
                    marked.place.clone(),
                    format!("{day} stands twice: as “{name}” and as “{}”", marked.name),
                    format!("{day} 出现两次：“{name}”和“{}”", marked.name),
                )
                .remedy("delete one of the two", "请删去其中一处"),
            ),
        }
    }
    let notes = [
        (
            beside,
            "of a neighbouring year: the calendar counts the same already",
            "属于相邻年份，日历已作同样处理",
        ),
        (
            idle,
            "marked as worked: a working day anyway",
            "注明上班，但本来就是工作日",
        ),
    ];
    for (count, en, zh) in notes.into_iter().filter(|(count, _, _)| *count > 0) {
        let days = if count == 1 { "day" } else { "days" };
        published.passed_over.push(Bilingual::new(
            format!("{count} {days} {en}"),
            format!("{count} 天{zh}"),
        ));
    }
    published
}

/// The years that the file is about: the one that it names, or all that have days, but for a year of which there is
/// only what a holiday at the turn of the year brings along.
fn years_of(listed: &Listed) -> BTreeSet<i32> {
    if let Some(year) = listed.year {
        return BTreeSet::from([year]);
    }
    let mut years: BTreeSet<i32> = listed.days.iter().map(|marked| marked.day.year()).collect();
    let only = |year: i32, month: u32| {
        let mut days = listed.days.iter().map(|marked| marked.day);
        days.all(|day| day.year() != year || day.month() == month)
    };
    if let (Some(&first), true) = (years.first(), years.len() > 1)
        && only(first, 12)
    {
        years.pop_first();
    }
    if let (Some(&last), true) = (years.last(), years.len() > 1)
        && only(last, 1)
    {
        years.pop_last();
    }
    years
}

/// A day of another year than the file's: it is harmless where the calendar says the same of it.
fn outside(marked: &Marked, years: &BTreeSet<i32>, present: &Calendar) -> Option<Diagnostic> {
    let (day, year) = (marked.day, marked.day.year());
    let named = || {
        let list: Vec<String> = years.iter().map(ToString::to_string).collect();
        list.join(", ")
    };
    let near = day.month() == 12 && years.contains(&(year + 1))
        || day.month() == 1 && years.contains(&(year - 1));
    if !near {
        let named = named();
        return Some(
            finding(
                marked.place.clone(),
                format!("{day} is not in {named}"),
                format!("{day} 不在 {named} 年之内"),
            )
            .remedy("correct the date or the year", "请改正日期或年份"),
        );
    }
    let (off, off_zh) = match marked.mark {
        Mark::Off => ("off", "放假"),
        Mark::Worked => ("worked", "上班"),
    };
    (present.is_working(day) != (marked.mark == Mark::Worked)).then(|| {
        finding(
            marked.place.clone(),
            format!("{day} is {off}, and belongs to {year}, where the calendar says otherwise"),
            format!("{day} {off_zh}，但它属于 {year} 年，日历在该年的记载与此不同"),
        )
        .remedy(
            format!(
                "write {day} under {year} in the calendar, which needs that year; then import again"
            ),
            format!("日历中须先有 {year} 年，请在该年之下写上 {day}，再重新导入"),
        )
    })
}

fn nothing(name: &str) -> Diagnostic {
    finding(
        Place::file(name),
        "the file lists no day off",
        "文件中没有任何放假日",
    )
    .remedy(
        "perhaps the year is not published yet; import it when it is",
        "该年可能尚未公布，请公布后再导入",
    )
}

fn finding(place: Place, en: impl Into<String>, zh: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::CalendarImport, place, en, zh)
}

/// A name on one line, without what cannot be seen, and not too long.
fn clean(name: &str) -> String {
    let seen: String = name
        .chars()
        .map(|character| match character {
            character if character.is_whitespace() => ' ',
            character => character,
        })
        .filter(|character| !is_invisible(*character))
        .collect();
    let words: Vec<&str> = seen.split_whitespace().collect();
    words.join(" ").chars().take(MAXIMUM_NAME).collect()
}

#[cfg(test)]
mod tests;
