//! `clue calendar`: public holidays taken from the files of others, and a year shown.

mod year;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use similar::TextDiff;

use crate::calendar::Tally;
use crate::cli::import::{read, shown};
use crate::cli::{Answer, Context, Format};
use crate::engine::{CalendarImport, Engine, Failure, YearChange};
use crate::files::OverlayFiles;
use crate::report;
use crate::text::{Language, visible, visible_line};

/// Arguments of `clue calendar`.
#[derive(Args)]
#[command(disable_help_subcommand = true, arg_required_else_help = true)]
pub(super) struct Calendar {
    #[command(subcommand)]
    command: Commands,
}

#[derive(Subcommand)]
enum Commands {
    /// Add the public holidays of a file, holiday-cn's JSON or iCalendar, to a calendar
    Import(Import),
    /// Show a year with its days off and make-up working days
    Show(Show),
}

impl Calendar {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        match self.command {
            Commands::Import(command) => command.run(context),
            Commands::Show(command) => command.run(context),
        }
    }
}

/// Arguments of `clue calendar import`.
#[derive(Args)]
struct Import {
    /// A file of public holidays: YEAR.json of holiday-cn, or .ics
    file: PathBuf,
    /// The calendar, such as cn for calendar/cn.yaml (the organisation's)
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Show the changes and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Import {
    fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let bytes = read(&self.file, crate::yaml::MAXIMUM_SIZE as u64, context)?;
        let name = shown(&self.file);
        let mut import =
            engine.import_calendar(&name, &bytes, self.name.as_deref(), self.dry_run)?;
        if !import.findings.is_empty() {
            let sources = std::mem::take(&mut import.sources);
            let files = OverlayFiles::new(engine.files(), sources);
            return Ok(Answer {
                findings: true,
                ..Answer::new(report::text(&import.findings, &files, context.style) + "\n")
            });
        }
        let output = told(&engine, &import, self.dry_run, context);
        Ok(Answer::new(output))
    }
}

fn told(engine: &Engine, import: &CalendarImport, dry_run: bool, context: &Context) -> String {
    let mut text = String::new();
    let path = &import.path;
    if dry_run && import.before != import.after {
        let difference = TextDiff::from_lines(&import.before, &import.after);
        let difference = difference.unified_diff().header(path, path).to_string();
        text.push_str(&visible(&difference));
    }
    for (year, change, tally) in &import.years {
        let (en, zh) = match change {
            YearChange::Added => ("added", "新增"),
            YearChange::Replaced => (
                "replaced: it was there with other days",
                "替换原有的不同内容",
            ),
            YearChange::Same => ("nothing to change", "内容相同，无需修改"),
        };
        text.push_str(&context.say(
            &format!("{} ({en})\n", tally_of(*year, *tally, Language::En)),
            &format!("{}（{zh}）\n", tally_of(*year, *tally, Language::Zh)),
        ));
    }
    for note in &import.notes {
        let note = visible_line(note.get(context.style.language));
        text.push_str(&context.say(&format!("note: {note}\n"), &format!("说明：{note}\n")));
    }
    if import.before == import.after {
        return text;
    }
    if dry_run {
        text.push_str(&context.say("nothing was written\n", "没有写入任何内容\n"));
        return text;
    }
    let changed: Vec<String> = import
        .years
        .iter()
        .filter(|(_, change, _)| *change != YearChange::Same)
        .map(|(year, _, _)| year.to_string())
        .collect();
    let from_here = from_here(engine, context) + path;
    let commands = format!(
        "    git add {from_here}\n    git commit -m \"calendar: {}\"\n",
        changed.join(", ")
    );
    text.push_str(&context.say(
        &format!("written: {path}\nLook at it (git diff), then commit it:\n{commands}"),
        &format!("已写入 {path}\n请核对（git diff），然后提交：\n{commands}"),
    ));
    text
}

/// The way from where the caller stands up to the repository's folder.
fn from_here(engine: &Engine, context: &Context) -> String {
    let here = context.folder.canonicalize().ok();
    let depth = here
        .as_deref()
        .and_then(|here| here.strip_prefix(engine.root()).ok())
        .map_or(0, |inside| inside.components().count());
    "../".repeat(depth)
}

/// A year in numbers.
fn tally_of(year: i32, tally: Tally, language: Language) -> String {
    let Tally {
        days_off,
        make_up,
        working,
    } = tally;
    match language {
        Language::En => {
            let plural = |count: u32, what: &str| {
                format!("{count} {what}{}", if count == 1 { "" } else { "s" })
            };
            let off = if days_off == 1 { "day off" } else { "days off" };
            format!(
                "{year}: {days_off} {off}, {}, {}",
                plural(make_up, "make-up working day"),
                plural(working, "working day")
            )
        }
        Language::Zh => {
            format!("{year} 年：放假 {days_off} 天，调休上班 {make_up} 天，全年工作日 {working} 天")
        }
    }
}

/// Arguments of `clue calendar show`.
#[derive(Args)]
struct Show {
    /// The year (the current one)
    #[arg(value_name = "YEAR", value_parser = clap::value_parser!(i32).range(1900..=2200))]
    year: Option<i32>,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Show {
    fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let year = engine.calendar_year(self.year, context.moment(&engine)?);
        let calendar = &engine.world().calendar;
        // A calendar that cannot be used counts plain weekends, and that must not pass for what was published.
        let faults: Vec<_> = engine
            .findings
            .iter()
            .filter(|found| {
                found.place.path.starts_with("calendar/")
                    || found.code == crate::diagnostic::Code::CalendarUnknown
            })
            .cloned()
            .collect();
        if crate::diagnostic::any_error(&faults) {
            return Ok(Answer {
                findings: true,
                ..Answer::new(report::text(&faults, engine.files(), context.style) + "\n")
            });
        }
        Ok(Answer::new(match self.format {
            Format::Json => year::json(calendar, year),
            Format::Text => year::text(calendar, year, context.style),
        }))
    }
}
