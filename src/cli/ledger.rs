//! `clue ledger`: the tracking ledger, as a table, CSV, an Excel workbook, data, an HTML page, or PDF on wide paper (K2).

use std::io::{self, Cursor, IsTerminal};
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use crate::cli::filter::{Filter, hidden_note, unreadable_note};
use crate::cli::{Answer, Context, day, delimited, err, output};
use crate::diagnostic::any_error;
use crate::disclosure::{Reader, extract};
use crate::engine::{Engine, Failure};
use crate::ledger::page::{self, LedgerFacts};
use crate::ledger::{Open, Row, Totals, cells, departments, headings, tables};
use crate::report::SCHEMA_VERSION;
use crate::spreadsheet::{self, Book, Summary, Value};
use crate::text::{Bilingual, pad, shorten, visible_line, width};
use crate::time::Timestamp;

/// A table for people, or for spreadsheets, or data for programs.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LedgerFormat {
    Table,
    Csv,
    Xlsx,
    Json,
    Html,
    Pdf,
}

/// The order of the rows.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Order {
    Id,
    Due,
}

/// Endings of a file in a format.
fn endings(format: LedgerFormat) -> &'static [&'static str] {
    match format {
        LedgerFormat::Table => &["txt"],
        LedgerFormat::Csv => &["csv"],
        LedgerFormat::Xlsx => &["xlsx"],
        LedgerFormat::Json => &["json"],
        LedgerFormat::Html => &["html", "htm"],
        LedgerFormat::Pdf => &["pdf"],
    }
}

/// Arguments of `clue ledger`.
#[derive(Args)]
pub(super) struct Ledger {
    #[command(flatten)]
    filter: Filter,
    /// Only clues that are in no final state
    #[arg(long)]
    open: bool,
    /// Only clues with a deadline that is over
    #[arg(long)]
    overdue: bool,
    /// Only clues collected on this day or later
    #[arg(long, value_name = "DATE", value_parser = day::parse)]
    from: Option<NaiveDate>,
    /// Only clues collected on this day or earlier
    #[arg(long, value_name = "DATE", value_parser = day::parse)]
    to: Option<NaiveDate>,
    /// Order of the rows: by id, or by the most urgent deadline
    #[arg(long, value_enum, default_value_t = Order::Id)]
    sort: Order,
    /// Only what this role, or who may see this confidentiality level, may know; other clues are only counted
    #[arg(long = "for", value_name = "WHO")]
    reader: Option<String>,
    /// Format of the answer (by the ending of FILE, else table)
    #[arg(long, value_enum)]
    format: Option<LedgerFormat>,
    /// Write into this file (standard output)
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What one clue's folder comes to.
enum Read {
    Row(Box<Row>),
    /// There is a card, and it cannot be read.
    Unreadable,
    /// The reader may not know of it.
    Hidden,
    /// It is not wanted, or not collected yet.
    Passed,
}

/// The rows that are wanted, and what they were made of.
struct Made<'a> {
    engine: &'a Engine,
    context: &'a Context,
    now: Timestamp,
    commit: Option<String>,
    rows: Vec<Row>,
    totals: Totals,
    /// Clues that have no row because their card cannot be read.
    unreadable: usize,
    /// Whom it is made for, and how many clues they may not know of.
    reader: Option<(Reader, usize)>,
}

impl Ledger {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let format = self.format();
        self.judge(format)?;
        let engine = context.engine()?;
        let now = context.moment(&engine)?;
        let file = self.output.as_ref().map(|file| context.folder.join(file));
        if let Some(file) = &file {
            output::agrees(file, endings(format))?;
            output::permit(
                engine.root(),
                file,
                &["csv", "xlsx", "json", "txt", "html", "pdf"],
            )?;
        }
        let filter = self.filter.with_keys(&engine)?;
        let reader = self.reader.as_deref();
        let reader = reader.map(|who| engine.reader("--for", who)).transpose()?;
        let made = self.made(&engine, context, &filter, now, reader);
        let bytes = match format {
            LedgerFormat::Table => {
                table(&made, file.is_none() && context.style.colour).into_bytes()
            }
            LedgerFormat::Csv => csv(&made)?.into_bytes(),
            LedgerFormat::Json => format!("{:#}\n", data(&made)).into_bytes(),
            LedgerFormat::Html => self.page(&made)?.into_bytes(),
            LedgerFormat::Pdf => self.paper(&made)?,
            LedgerFormat::Xlsx => self.workbook(&made).map_err(|error| {
                Failure::of_system(
                    std::path::Path::new(&context.say("the workbook", "工作簿")),
                    &error,
                )
            })?,
        };
        if format != LedgerFormat::Table {
            err(&notes(&made));
        }
        let (Some(file), Some(name)) = (file, &self.output) else {
            return Ok(match format {
                LedgerFormat::Xlsx | LedgerFormat::Pdf => Answer::of_bytes(bytes),
                _ => Answer::new(String::from_utf8(bytes).unwrap_or_default()),
            });
        };
        output::publish(&file, &bytes).map_err(|error| Failure::of_system(name, &error))?;
        let (count, name) = (made.totals.clues, name.display());
        let noun = clues(count);
        err(&context.say(
            &format!("{count} {noun} written into {name}\n"),
            &format!("已把 {count} 条线索写入 {name}\n"),
        ));
        Ok(Answer::new(""))
    }

    /// The format that was asked for, or that the file's name says.
    fn format(&self) -> LedgerFormat {
        let by_name = || {
            let ending = output::ending(self.output.as_ref()?)?;
            LedgerFormat::value_variants()
                .iter()
                .copied()
                .find(|format| endings(*format).contains(&ending.as_str()))
        };
        self.format.or_else(by_name).unwrap_or(LedgerFormat::Table)
    }

    /// Refuses what cannot be meant.
    fn judge(&self, format: LedgerFormat) -> Result<(), Failure> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(Failure::Usage {
                message: Bilingual::new(
                    format!("--from {from} lies after --to {to}"),
                    format!("--from {from} 晚于 --to {to}"),
                ),
                remedy: Some(Bilingual::new("exchange the two", "请对调两个日期")),
            });
        }
        if format == LedgerFormat::Pdf {
            return super::paper::judge(self.output.as_deref());
        }
        let is_binary = format == LedgerFormat::Xlsx && self.output.is_none();
        if is_binary && io::stdout().is_terminal() {
            return Err(Failure::Usage {
                message: Bilingual::new(
                    "a workbook is nothing for a terminal",
                    "工作簿无法在终端中显示",
                ),
                remedy: Some(Bilingual::new(
                    "name a file: --output ledger.xlsx",
                    "请写明文件：--output 台账.xlsx",
                )),
            });
        }
        Ok(())
    }

    fn made<'a>(
        &self,
        engine: &'a Engine,
        context: &'a Context,
        filter: &Filter,
        now: Timestamp,
        reader: Option<Reader>,
    ) -> Made<'a> {
        let world = engine.world();
        let language = context.style.language;
        let unknown = reader.as_ref().map(|reader| engine.unknown_to(reader));
        let read = engine.each_case(|mut case, found| {
            let clocks = engine.clocks(&case);
            // What is looked for, sorted and counted is what the reader may see: else the answer would tell the rest.
            if let (Some(reader), Some(unknown), true) = (&reader, &unknown, case.card.is_some()) {
                match extract(world, reader, unknown, case, language) {
                    // Of records that cannot be read, nobody knows what they hold back.
                    Some(_) if any_error(&found) => return Read::Unreadable,
                    Some(extract) => case = extract.case,
                    None => return Read::Hidden,
                }
            }
            let Some(card) = &case.card else {
                return if case.has_unreadable_card() {
                    Read::Unreadable
                } else {
                    Read::Passed
                };
            };
            if !filter.wants(card) {
                return Read::Passed;
            }
            match Row::new(world, &case, &clocks, now) {
                Some(row) if self.wants(&row) => Read::Row(Box::new(row)),
                _ => Read::Passed,
            }
        });
        let mut rows = Vec::new();
        let (mut unreadable, mut hidden) = (0, 0);
        for read in read {
            match read {
                Read::Row(row) => rows.push(*row),
                Read::Unreadable => unreadable += 1,
                Read::Hidden => hidden += 1,
                Read::Passed => {}
            }
        }
        if self.sort == Order::Due {
            rows.sort_by_key(Row::by_urgency);
        }
        Made {
            engine,
            context,
            now,
            commit: engine.head(),
            totals: Totals::of(&rows),
            rows,
            unreadable,
            reader: reader.map(|reader| (reader, hidden)),
        }
    }

    fn wants(&self, row: &Row) -> bool {
        (!self.open || !row.is_final)
            && (!self.overdue || row.is_overdue())
            && self
                .from
                .is_none_or(|from| row.collected.is_some_and(|day| from <= day))
            && self
                .to
                .is_none_or(|to| row.collected.is_some_and(|day| day <= to))
    }

    /// What chose the rows, in words for the head of a document.
    fn selected(&self, context: &Context) -> String {
        let mut parts = self.filter.worded(context);
        let say = |en: &str, zh: &str| context.say(en, zh);
        if self.open {
            parts.push(say("open", "未办结"));
        }
        if self.overdue {
            parts.push(say("overdue", "逾期"));
        }
        if let Some(day) = self.from {
            parts.push(say(
                &format!("collected from {day}"),
                &format!("{day} 起收集"),
            ));
        }
        if let Some(day) = self.to {
            parts.push(say(
                &format!("collected to {day}"),
                &format!("{day} 止收集"),
            ));
        }
        visible_line(&parts.join(&say(", ", "、")))
    }

    /// The options that chose the rows, as they were typed.
    fn selection(&self) -> String {
        let mut options = self.filter.typed();
        for (given, name) in [(self.open, "--open"), (self.overdue, "--overdue")] {
            if given {
                options.push(name.to_owned());
            }
        }
        for (day, name) in [(self.from, "--from"), (self.to, "--to")] {
            options.extend(day.map(|day| format!("{name} {day}")));
        }
        visible_line(&options.join(" "))
    }

    fn workbook(&self, made: &Made<'_>) -> io::Result<Vec<u8>> {
        let world = made.engine.world();
        let context = made.context;
        let language = context.style.language;
        let say = |en: &str, zh: &str| context.say(en, zh);
        let organisation = visible_line(&world.organisation.name);
        let title = say("Tracking ledger", "线索跟踪台账");
        let count = |count: usize| Value::Number(i64::try_from(count).unwrap_or(i64::MAX));
        let text = |text: String| Value::Text(text);
        let mut facts = vec![
            (say("organisation", "单位"), text(organisation.clone())),
            (say("as of", "截至"), text(made.now.minutes())),
        ];
        if let Some(commit) = &made.commit {
            facts.push((
                say("commit checked out (HEAD)", "所在提交（HEAD）"),
                text(commit.clone()),
            ));
        }
        let selection = self.selection();
        if !selection.is_empty() {
            facts.push((say("only", "筛选条件"), text(selection)));
        }
        facts.extend([
            (say("clues", "线索数"), count(made.totals.clues)),
            (say("of which open", "其中未办结"), count(made.totals.open)),
            (
                say("of which overdue", "其中逾期"),
                count(made.totals.overdue),
            ),
        ]);
        if let Some((reader, hidden)) = &made.reader {
            let who = visible_line(reader.label.get(language));
            facts.push((say("for readers of", "供查阅者"), text(who)));
            facts.push((say("clues not for them", "无权知悉的线索"), count(*hidden)));
        }
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
            sheet: say("Ledger", "台账"),
            headings: headings(world, language),
            summary: Summary {
                sheet: say("Summary", "汇总"),
                title,
                facts,
                tables: tables(&made.rows, world, language),
            },
        };
        let mut bytes = Cursor::new(Vec::new());
        let cells = cells(world, language);
        spreadsheet::write(&book, made.rows.iter().map(cells), &mut bytes)?;
        Ok(bytes.into_inner())
    }
}

impl Ledger {
    /// What a page says beside its rows.
    fn facts<'a>(&self, made: &'a Made<'_>) -> LedgerFacts<'a> {
        LedgerFacts {
            moment: made.now,
            selection: self.selected(made.context),
            totals: &made.totals,
            extract: made
                .reader
                .as_ref()
                .map_or_else(String::new, |(reader, hidden)| {
                    hidden_note(reader, *hidden, made.context)
                        .trim_end()
                        .to_owned()
                }),
            notes: faults(made).lines().map(str::to_owned).collect(),
        }
    }

    fn page(&self, made: &Made<'_>) -> Result<String, Failure> {
        let (world, templates) = (made.engine.world(), made.engine.templates());
        let language = made.context.style.language;
        page::html(&made.rows, world, language, &self.facts(made), templates)
            .map_err(|found| Failure::Findings(vec![found]))
    }

    #[cfg(feature = "pdf")]
    fn paper(&self, made: &Made<'_>) -> Result<Vec<u8>, Failure> {
        let facts = self.facts(made);
        let (engine, context) = (made.engine, made.context);
        let language = context.style.language;
        let sheet = crate::paper::ledger(&made.rows, engine.world(), language, &facts);
        let (press, mut found) = engine.press(None)?;
        let paper = engine.print(&press, &sheet)?;
        found.extend(paper.findings);
        super::paper::tell(&found, engine, context);
        Ok(paper.pdf)
    }

    #[cfg(not(feature = "pdf"))]
    fn paper(&self, _made: &Made<'_>) -> Result<Vec<u8>, Failure> {
        Err(super::paper::not_built())
    }
}

fn clues(count: usize) -> &'static str {
    if count == 1 { "clue" } else { "clues" }
}

/// What the rows do not tell: clues that have none, and records that could not be read.
fn notes(made: &Made<'_>) -> String {
    let for_whom = made
        .reader
        .as_ref()
        .map(|(reader, hidden)| hidden_note(reader, *hidden, made.context));
    for_whom.unwrap_or_default() + &faults(made)
}

/// The same without whom it is made for.
fn faults(made: &Made<'_>) -> String {
    let mut text = String::new();
    if made.unreadable > 0 {
        text.push_str(&unreadable_note(made.unreadable, made.context));
    }
    let incomplete = made.rows.iter().filter(|row| row.incomplete).count();
    if incomplete > 0 {
        let (noun, verb) = (
            clues(incomplete),
            if incomplete == 1 { "has" } else { "have" },
        );
        text.push_str(&made.context.say(
            &format!(
                "{incomplete} {noun} {verb} records that cannot be read; clue check says why\n"
            ),
            &format!(
                "{incomplete} 条线索有无法读取的记录，所列内容可能不全，clue check 可查看原因\n"
            ),
        ));
    }
    text
}

fn csv(made: &Made<'_>) -> Result<String, Failure> {
    let world = made.engine.world();
    let language = made.context.style.language;
    let cells = cells(world, language);
    let rows = made.rows.iter().map(|row| {
        cells(row).into_iter().map(|cell| match cell.value {
            Value::Empty => String::new(),
            Value::Text(text) => delimited::neutral(&text),
            Value::Number(number) => number.to_string(),
            Value::Date(day) => day.to_string(),
        })
    });
    delimited::csv(&headings(world, language), rows)
}

fn data(made: &Made<'_>) -> Json {
    let world = made.engine.world();
    let rows = made.rows.iter().map(|row| row.to_json(world));
    json!({
        "schemaVersion": SCHEMA_VERSION,
        "organisation": world.organisation.name,
        "moment": made.now.to_string(),
        "commit": made.commit,
        "counts": {
            "clues": made.totals.clues,
            "open": made.totals.open,
            "overdue": made.totals.overdue,
            "unreadable": made.unreadable,
            "hidden": made.reader.as_ref().map(|(_, hidden)| hidden),
        },
        "for": made.reader.as_ref().map(|(reader, _)| &reader.key),
        "clues": rows.collect::<Vec<_>>(),
    })
}

/// What people see at a glance, with the lines that are late in red.
fn table(made: &Made<'_>, colour: bool) -> String {
    let context = made.context;
    let world = made.engine.world();
    let language = context.style.language;
    let say = |en: &str, zh: &str| context.say(en, zh);
    // The widest that each column gets.
    let limits = [16, 30, 12, 16, 12, 18, 12, 60];
    let mut lines = vec![[
        say("number", "编号"),
        say("title", "标题"),
        say("urgency", "紧急程度"),
        say("state", "状态"),
        say("responsible", "责任人"),
        say("departments", "责任部门"),
        say("due", "到期日"),
        say("standing", "时限情况"),
    ]];
    let label = |what: &str, key: Option<&str>| {
        key.map_or_else(String::new, |key| world.rulebook.label(what, key, language))
    };
    for row in &made.rows {
        let open = row.open.as_ref();
        let due = open.and_then(|open| {
            let mark = if open.provisional { "*" } else { "" };
            Some(format!("{}{mark}", open.due?))
        });
        let standing = |open: &Open| {
            let label = label("deadline", Some(&open.deadline));
            let short = open.short();
            say(
                &format!("{label}: {}", short.en),
                &format!("{label}：{}", short.zh),
            )
        };
        lines.push([
            visible_line(row.number.as_ref().unwrap_or(&row.id)),
            visible_line(&row.title),
            label("urgency", row.urgency.as_deref()),
            label("state", Some(&row.state)),
            world.organisation.person_name(&row.responsible).to_owned(),
            departments(row, world, language),
            due.unwrap_or_default(),
            open.map_or_else(String::new, standing),
        ]);
    }
    let mut widths = limits;
    for (column, limit) in limits.iter().enumerate() {
        let widest = lines.iter().map(|line| width(&line[column])).max();
        widths[column] = widest.unwrap_or(0).min(*limit);
    }
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line
            .iter()
            .zip(widths)
            .map(|(cell, columns)| pad(&shorten(cell, columns), columns))
            .collect();
        let line = cells.join("  ");
        let line = line.trim_end();
        let is_late = index > 0 && made.rows[index - 1].is_overdue();
        if is_late && colour {
            text.push_str(&format!("\u{1b}[31m{line}\u{1b}[0m\n"));
        } else {
            text.push_str(&format!("{line}\n"));
        }
    }
    let Totals {
        clues: count,
        open,
        overdue,
    } = made.totals;
    let noun = clues(count);
    text.push_str(&context.say(
        &format!("{count} {noun}, of which {open} open, {overdue} overdue\n"),
        &format!("共 {count} 条线索，其中未办结 {open} 条，逾期 {overdue} 条\n"),
    ));
    let is_provisional = |row: &Row| row.open.as_ref().is_some_and(|open| open.provisional);
    if made.rows.iter().any(is_provisional) {
        text.push_str(&context.say(
            "* provisional: the calendar is not published\n",
            "* 暂定：日历尚未公布\n",
        ));
    }
    text + &notes(made)
}
