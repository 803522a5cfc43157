//! A year of the calendar: months side by side, holidays and make-up days by name; or every day as data.

use chrono::{Datelike, NaiveDate, Weekday};
use serde_json::{Value, json};

use crate::calendar::{Calendar, DayKind, days_of_year};
use crate::cli::calendar::tally_of;
use crate::report::{SCHEMA_VERSION, Style};
use crate::text::{Language, pad, visible_line, width};

const WEEKDAYS: [(&str, &str); 7] = [
    ("Mo", "一"),
    ("Tu", "二"),
    ("We", "三"),
    ("Th", "四"),
    ("Fr", "五"),
    ("Sa", "六"),
    ("Su", "日"),
];
/// The blanks between two months.
const GAP: &str = "   ";

/// What stands behind the number of a day, and the colour that says the same.
struct Marks {
    off: &'static str,
    make_up: &'static str,
    weekend: &'static str,
    /// How many months stand side by side in 80 columns.
    across: usize,
}

impl Marks {
    fn of(language: Language) -> Self {
        match language {
            Language::En => Self {
                off: "*",
                make_up: "+",
                weekend: ".",
                across: 3,
            },
            Language::Zh => Self {
                off: "休",
                make_up: "班",
                weekend: ".",
                across: 2,
            },
        }
    }

    /// Columns of a day: a blank, two digits, the mark.
    fn cell(&self) -> usize {
        2 + width(self.off)
    }
}

/// A year for people.
pub(super) fn text(calendar: &Calendar, year: i32, style: Style) -> String {
    let language = style.language;
    let zh = language == Language::Zh;
    let say = |en: &str, chinese: &str| if zh { chinese } else { en }.to_owned();
    let marks = Marks::of(language);
    let provisional = first_of(year, 1).is_none_or(|day| !calendar.is_published(day));
    let mut out = String::new();
    let warning = say(
        &format!(
            "provisional: the calendar of {year} is not published; only weekends are counted as off\n"
        ),
        &format!("暂按周末推算：{year} 年的日历尚未公布\n"),
    );
    if provisional {
        out.push_str(&warning);
        out.push('\n');
    }
    let months: Vec<Vec<String>> = (1..=12)
        .map(|month| month_of(calendar, year, month, &marks, style))
        .collect();
    for row in months.chunks(marks.across) {
        let height = row.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            let blank = " ".repeat(7 * marks.cell());
            let cells: Vec<&str> = row
                .iter()
                .map(|month| month.get(line).unwrap_or(&blank).as_str())
                .collect();
            out.push_str(cells.join(GAP).trim_end());
            out.push('\n');
        }
        out.push('\n');
    }
    let (off, make_up) = (
        paint(marks.off, &DayKind::Holiday(None), style),
        paint(marks.make_up, &DayKind::MakeUp(None), style),
    );
    let weekend = paint(marks.weekend, &DayKind::Weekend, style);
    out.push_str(&say(
        &format!("{off} day off   {make_up} make-up working day   {weekend} weekend\n"),
        &format!("{off} 放假   {make_up} 调休上班   {weekend} 周末\n"),
    ));
    let named = |kind: &DayKind| match kind {
        DayKind::Holiday(name) => Some((true, name.clone())),
        DayKind::MakeUp(name) => Some((false, name.clone())),
        DayKind::Weekend | DayKind::Working => None,
    };
    let runs = runs(calendar, year, named);
    for (wanted, heading) in [
        (true, say("Days off", "放假")),
        (false, say("Make-up working days", "调休上班")),
    ] {
        let listed: Vec<&Run> = runs.iter().filter(|run| run.off == wanted).collect();
        if listed.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{heading}\n"));
        for run in listed {
            let days = (run.last - run.first).num_days() + 1;
            let (first, last) = (run.first.format("%m-%d"), run.last.format("%m-%d"));
            let span = if days == 1 {
                first.to_string()
            } else {
                format!("{first} – {last}")
            };
            let name = run.name.as_deref().unwrap_or("—");
            let count = match days {
                1 => String::new(),
                _ => say(&format!("  ({days} days)"), &format!("（{days} 天）")),
            };
            out.push_str(&format!(
                "  {}  {}{count}\n",
                pad(&span, 13),
                visible_line(name)
            ));
        }
    }
    out.push_str(&format!(
        "\n{}\n",
        tally_of(year, calendar.tally(year), language)
    ));
    if let Some(source) = calendar.source(year) {
        let source = visible_line(source);
        out.push_str(&say(
            &format!("source: {source}\n"),
            &format!("来源：{source}\n"),
        ));
    }
    if provisional {
        out.push_str(&warning);
    }
    out
}

fn first_of(year: i32, month: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, 1)
}

/// The lines of a month, all of one width: its name, the days of the week, its weeks.
fn month_of(
    calendar: &Calendar,
    year: i32,
    month: u32,
    marks: &Marks,
    style: Style,
) -> Vec<String> {
    let zh = style.language == Language::Zh;
    let whole = 7 * marks.cell();
    let days: Vec<NaiveDate> = days_of_month(year, month).collect();
    let working = days.iter().filter(|day| calendar.is_working(**day)).count();
    let name = crate::time::MONTHS[month as usize - 1];
    let heading = if zh {
        format!("{month} 月　工作日 {working} 天")
    } else {
        format!("{name}: {working} working")
    };
    let week: String = WEEKDAYS
        .iter()
        .map(|(en, chinese)| pad(if zh { chinese } else { en }, marks.cell()))
        .collect();
    let mut lines = vec![pad(&heading, whole), week];
    let mut line = String::new();
    let before = days.first().map_or(0, |day| column(*day));
    line.push_str(&" ".repeat(before * marks.cell()));
    for (index, day) in days.iter().enumerate() {
        let kind = calendar.day(*day);
        let mark = match kind {
            DayKind::Holiday(_) => marks.off,
            DayKind::MakeUp(_) => marks.make_up,
            DayKind::Weekend => marks.weekend,
            DayKind::Working => "",
        };
        let cell = format!("{:>2}{mark}", day.day());
        line.push_str(&paint(&cell, &kind, style));
        line.push_str(&" ".repeat(marks.cell().saturating_sub(width(&cell))));
        let last = index + 1 == days.len();
        if last {
            line.push_str(&" ".repeat((6 - column(*day)) * marks.cell()));
        }
        if last || day.weekday() == Weekday::Sun {
            lines.push(std::mem::take(&mut line));
        }
    }
    lines
}

fn days_of_month(year: i32, month: u32) -> impl Iterator<Item = NaiveDate> {
    let first = first_of(year, month);
    first
        .into_iter()
        .flat_map(|first| first.iter_days())
        .take_while(move |day| day.month() == month)
}

fn column(day: NaiveDate) -> usize {
    day.weekday().num_days_from_monday() as usize
}

/// A text in the colour of a kind of day.
fn paint(text: &str, kind: &DayKind, style: Style) -> String {
    let code = match kind {
        DayKind::Holiday(_) => "31",
        DayKind::MakeUp(_) => "1;33",
        DayKind::Weekend => "2",
        DayKind::Working => return text.to_owned(),
    };
    if style.colour {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// Days that follow each other and bear one name.
struct Run {
    first: NaiveDate,
    last: NaiveDate,
    off: bool,
    name: Option<String>,
}

fn runs(
    calendar: &Calendar,
    year: i32,
    named: impl Fn(&DayKind) -> Option<(bool, Option<String>)>,
) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for day in days_of_year(year) {
        let Some((off, name)) = named(&calendar.day(day)) else {
            continue;
        };
        match runs.last_mut() {
            Some(run) if run.off == off && run.name == name && run.last.succ_opt() == Some(day) => {
                run.last = day;
            }
            _ => runs.push(Run {
                first: day,
                last: day,
                off,
                name,
            }),
        }
    }
    runs
}

/// A year for programs: every day.
pub(super) fn json(calendar: &Calendar, year: i32) -> String {
    let days: Vec<Value> = days_of_year(year)
        .map(|day| {
            let kind = calendar.day(day);
            let (word, name) = match &kind {
                DayKind::Working => ("working", None),
                DayKind::MakeUp(name) => ("make-up", name.as_deref()),
                DayKind::Weekend => ("weekend", None),
                DayKind::Holiday(name) => ("day-off", name.as_deref()),
            };
            json!({
                "date": day.to_string(),
                "kind": word,
                "working": kind.is_working(),
                "name": name,
            })
        })
        .collect();
    let months: Vec<usize> = (1..=12)
        .map(|month| {
            days_of_month(year, month)
                .filter(|day| calendar.is_working(*day))
                .count()
        })
        .collect();
    let tally = calendar.tally(year);
    let answer = json!({
        "schemaVersion": SCHEMA_VERSION,
        "year": year,
        "published": first_of(year, 1).is_some_and(|day| calendar.is_published(day)),
        "source": calendar.source(year),
        "daysOff": tally.days_off,
        "makeUpDays": tally.make_up,
        "workingDays": tally.working,
        "workingDaysByMonth": months,
        "days": days,
    });
    format!("{answer:#}\n")
}
