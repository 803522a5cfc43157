//! `clue retention`: archived clues by when they fall due, and what is next: appraisal, approval, destruction (R3).
//! It lists; nothing is ever destroyed but by the steps that say so.

use std::io::{self, Cursor, IsTerminal};
use std::path::PathBuf;

use chrono::{Days, Months, NaiveDate};
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::day::{self, Misread};
use crate::cli::filter::unreadable_note;
use crate::cli::{Answer, Context, delimited, err, output};
use crate::engine::{Engine, Failure};
use crate::report::SCHEMA_VERSION;
use crate::retention::{Row, Standing, cells, headings};
use crate::spreadsheet::{self, Book, Summary, Value};
use crate::text::{Bilingual, pad, shorten, system_words, visible_line, width};
use crate::time::Timestamp;

/// Text for people, a table for spreadsheets, or data for programs.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RetentionFormat {
    Text,
    Csv,
    Xlsx,
    Json,
}

/// A span of days, months or years.
#[derive(Clone, Copy)]
enum Ahead {
    Days(u64),
    Months(u32),
}

impl Ahead {
    /// Reads `90d`, `12m` or `2y`, and `90天`, `12个月` or `2年`.
    fn parse(text: &str) -> Result<Self, Misread> {
        let refused = || {
            Misread::new(
                "write a number of days, months or years like 90d, 12m or 2y",
                "请写成 90d（90 天）、12m（12 个月）或 2y（2 年），也可写 90天、12个月、2年",
            )
        };
        // 12月 alone would be December.
        const UNITS: &[(&str, char)] = &[
            ("d", 'd'),
            ("m", 'm'),
            ("y", 'y'),
            ("天", 'd'),
            ("个月", 'm'),
            ("年", 'y'),
        ];
        let parts = UNITS
            .iter()
            .find_map(|(name, unit)| Some((text.strip_suffix(name)?.trim_end(), unit)));
        let (number, unit) = parts.ok_or_else(refused)?;
        let count: u32 = match number.bytes().all(|byte| byte.is_ascii_digit()) {
            true => number.parse().map_err(|_| refused())?,
            false => return Err(refused()),
        };
        match unit {
            'd' if count <= 400_000 => Ok(Self::Days(u64::from(count))),
            'm' if count <= 12_000 => Ok(Self::Months(count)),
            'y' if count <= 1_000 => Ok(Self::Months(count * 12)),
            _ => Err(refused()),
        }
    }

    /// The day that lies so far after another; the last one that there is, where there is none.
    fn after(self, day: NaiveDate) -> NaiveDate {
        let then = match self {
            Self::Days(count) => day.checked_add_days(Days::new(count)),
            Self::Months(count) => day.checked_add_months(Months::new(count)),
        };
        then.unwrap_or(NaiveDate::MAX)
    }
}

/// Arguments of `clue retention`.
#[derive(Args)]
pub(super) struct Retention {
    /// Look as of this day (today)
    #[arg(long, value_name = "DATE", value_parser = day::parse)]
    on: Option<NaiveDate>,
    /// How far ahead a period may end to be shown, such as 90d, 12m or 2y
    #[arg(long, value_name = "TIME", default_value = "12m", value_parser = Ahead::parse, allow_hyphen_values = true)]
    within: Ahead,
    /// Every archived clue, also what is kept longer or for ever, and what was destroyed
    #[arg(long, conflicts_with = "within")]
    all: bool,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = RetentionFormat::Text)]
    format: RetentionFormat,
    /// Write into this file (standard output)
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The rows that are wanted, and what they were made of.
struct Made<'a> {
    engine: &'a Engine,
    context: &'a Context,
    now: Timestamp,
    on: NaiveDate,
    rows: Vec<Row>,
    /// Archived clues that are not shown.
    hidden: usize,
    unreadable: usize,
}

impl Retention {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let is_binary = self.format == RetentionFormat::Xlsx && self.output.is_none();
        if is_binary && io::stdout().is_terminal() {
            return Err(Failure::Usage {
                message: Bilingual::new(
                    "a workbook is nothing for a terminal",
                    "工作簿无法在终端中显示",
                ),
                remedy: Some(Bilingual::new(
                    "name a file: --output retention.xlsx",
                    "请写明文件：--output 保管期限.xlsx",
                )),
            });
        }
        let engine = context.engine()?;
        let now = context.moment(&engine)?;
        let on = self.on.unwrap_or_else(|| now.date());
        if let Some(file) = &self.output {
            let file = context.folder.join(file);
            output::permit(engine.root(), &file, &["csv", "xlsx", "json", "txt"])?;
        }
        let (mut rows, unreadable) = engine.retention(on);
        let archived = rows.len();
        let ahead = self.within.after(on);
        rows.retain(|row| self.all || row.standing.is_open() || row.ends_by(ahead));
        let made = Made {
            engine: &engine,
            context,
            now,
            on,
            hidden: archived - rows.len(),
            rows,
            unreadable,
        };
        let (bytes, ending) = match self.format {
            RetentionFormat::Text => {
                let colour = self.output.is_none() && context.style.colour;
                (text(&made, colour).into_bytes(), "txt")
            }
            RetentionFormat::Csv => (csv(&made)?.into_bytes(), "csv"),
            RetentionFormat::Json => (format!("{:#}\n", data(&made)).into_bytes(), "json"),
            RetentionFormat::Xlsx => {
                let bytes = workbook(&made).map_err(|error| Failure::Environment {
                    message: Bilingual::new(
                        format!("the workbook: {error}"),
                        format!("工作簿：{}", system_words(&error)),
                    ),
                    remedy: None,
                })?;
                (bytes, "xlsx")
            }
        };
        if self.format != RetentionFormat::Text && unreadable > 0 {
            err(&unreadable_note(unreadable, context));
        }
        match &self.output {
            Some(path) => {
                output::write(context, engine.root(), path, &[ending], &bytes)?;
                let (count, name) = (made.rows.len(), path.display());
                let noun = if count == 1 { "clue" } else { "clues" };
                err(&context.say(
                    &format!("{count} {noun} written into {name}\n"),
                    &format!("已把 {count} 条线索写入 {name}\n"),
                ));
                Ok(Answer::new(""))
            }
            None if self.format == RetentionFormat::Xlsx => Ok(Answer::of_bytes(bytes)),
            None => Ok(Answer::new(String::from_utf8(bytes).unwrap_or_default())),
        }
    }
}

fn csv(made: &Made<'_>) -> Result<String, Failure> {
    let language = made.context.style.language;
    let cells = cells(made.engine.world(), language);
    let rows = made.rows.iter().map(|row| {
        cells(row).into_iter().map(|cell| match cell.value {
            Value::Empty => String::new(),
            Value::Text(text) => delimited::neutral(&text),
            Value::Number(number) => number.to_string(),
            Value::Date(day) => day.to_string(),
        })
    });
    delimited::csv(&headings(language), rows)
}

fn data(made: &Made<'_>) -> serde_json::Value {
    let rows: Vec<_> = made.rows.iter().map(Row::to_json).collect();
    json!({
        "schemaVersion": SCHEMA_VERSION,
        "organisation": made.engine.world().organisation.name,
        "on": made.on.to_string(),
        "hidden": made.hidden,
        "unreadable": made.unreadable,
        "clues": rows,
    })
}

fn workbook(made: &Made<'_>) -> io::Result<Vec<u8>> {
    let (context, world) = (made.context, made.engine.world());
    let language = context.style.language;
    let say = |en: &str, zh: &str| context.say(en, zh);
    let organisation = visible_line(&world.organisation.name);
    let title = say("Archived clues by retention period", "归档线索保管期限一览");
    let count = |count: usize| Value::Number(i64::try_from(count).unwrap_or(i64::MAX));
    let of = |wanted: fn(&Row) -> bool| count(made.rows.iter().filter(|row| wanted(row)).count());
    let mut facts = vec![
        (
            say("organisation", "单位"),
            Value::Text(organisation.clone()),
        ),
        (say("as of", "截至"), Value::Date(made.on)),
        (say("clues", "线索数"), count(made.rows.len())),
        (
            say("due for appraisal", "到期待鉴定"),
            of(|row| row.standing == Standing::Due),
        ),
        (
            say("on hold", "暂缓销毁"),
            of(|row| row.standing == Standing::Held),
        ),
        (
            say("destruction proposed", "拟销毁"),
            of(|row| matches!(row.standing, Standing::Proposed { .. })),
        ),
        (
            say("archived and not here", "其他归档线索（未列入）"),
            count(made.hidden),
        ),
    ];
    if made.unreadable > 0 {
        facts.push((
            say("cannot be read, and are not here", "无法读取（未列入）"),
            count(made.unreadable),
        ));
    }
    let book = Book {
        title: format!("{organisation} · {title}"),
        author: organisation,
        created: made.now,
        sheet: say("Retention", "保管期限"),
        headings: headings(language),
        summary: Summary {
            sheet: say("Summary", "汇总"),
            title,
            facts,
            tables: Vec::new(),
        },
    };
    let mut bytes = Cursor::new(Vec::new());
    let cells = cells(world, language);
    spreadsheet::write(&book, made.rows.iter().map(cells), &mut bytes)?;
    Ok(bytes.into_inner())
}

/// What people see at a glance; what is due for appraisal is in red.
fn text(made: &Made<'_>, colour: bool) -> String {
    let (context, world) = (made.context, made.engine.world());
    let language = context.style.language;
    let say = |en: &str, zh: &str| context.say(en, zh);
    let mut lines = vec![[
        say("until", "到期日"),
        say("archive number", "档号"),
        say("number", "编号"),
        say("retention", "保管期限"),
        say("next", "下一步"),
        say("title", "题名"),
    ]];
    for row in &made.rows {
        let mark = if row.is_computed { "*" } else { "" };
        let until = row.until.map(|until| format!("{until}{mark}"));
        lines.push([
            until.unwrap_or_else(|| "-".to_owned()),
            visible_line(row.archive_number.as_deref().unwrap_or("-")),
            visible_line(row.number.as_ref().unwrap_or(&row.id)),
            visible_line(&world.rulebook.label("retention", &row.class, language)),
            row.next().get(language).to_owned(),
            visible_line(&row.title),
        ]);
    }
    let mut widths = [12, 32, 16, 14, 44, 60];
    for (column, limit) in widths.iter_mut().enumerate() {
        let widest = lines.iter().map(|line| width(&line[column])).max();
        *limit = widest.unwrap_or(0).min(*limit);
    }
    let mut text = String::new();
    if !made.rows.is_empty() {
        for (index, line) in lines.iter().enumerate() {
            let cells: Vec<String> = line
                .iter()
                .zip(widths)
                .map(|(cell, columns)| pad(&shorten(cell, columns), columns))
                .collect();
            let line = cells.join("  ");
            let line = line.trim_end();
            let is_due = index > 0 && made.rows[index - 1].standing == Standing::Due;
            if is_due && colour {
                text.push_str(&format!("\u{1b}[31m{line}\u{1b}[0m\n"));
            } else {
                text.push_str(&format!("{line}\n"));
            }
        }
    }
    let count = made.rows.len();
    let noun = if count == 1 { "clue" } else { "clues" };
    text.push_str(&say(
        &format!("{count} {noun} as of {}\n", made.on),
        &format!("截至 {}，共 {count} 条线索\n", made.on),
    ));
    if made.rows.iter().any(|row| row.is_computed) {
        text.push_str(&say(
            "* computed from the day of archiving: an earlier version wrote no day on the card\n",
            "* 按归档日期推算：较早版本归档时没有写明到期日\n",
        ));
    }
    if made.rows.iter().any(|row| row.standing == Standing::Due) {
        text.push_str(&say(
            "to appraise one: clue draft ID appraisals, fill it in, clue advance ID appraise\n",
            "鉴定：clue draft 标识 appraisals，填写后 clue advance 标识 appraise\n",
        ));
    }
    if made.hidden > 0 {
        text.push_str(&say(
            &format!(
                "{} more are kept longer or for ever, or were destroyed: --all\n",
                made.hidden
            ),
            &format!(
                "另有 {} 条尚在期内、永久保管或已销毁，加 --all 查看\n",
                made.hidden
            ),
        ));
    }
    if made.unreadable > 0 {
        text.push_str(&unreadable_note(made.unreadable, context));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_and_added() {
        #[track_caller]
        fn case(text: &str, expected: Option<&str>) {
            let day = NaiveDate::from_ymd_opt(2026, 11, 30).expect("a date");
            let then = Ahead::parse(text)
                .ok()
                .map(|ahead| ahead.after(day).to_string());
            assert_eq!(then.as_deref(), expected, "{text}");
        }
        case("90d", Some("2027-02-28"));
        case("3m", Some("2027-02-28"));
        case("12m", Some("2027-11-30"));
        case("2y", Some("2028-11-30"));
        case("0d", Some("2026-11-30"));
        case("90天", Some("2027-02-28"));
        case("12个月", Some("2027-11-30"));
        case("3 年", Some("2029-11-30"));
        for text in [
            "",
            "m",
            "12",
            "-1m",
            "+1m",
            "1.5y",
            "12月",
            "99999999999y",
            "1001y",
        ] {
            case(text, None);
        }
    }
}
