//! The command line: arguments in, the engine asked, answers printed, an exit status out.
//! It decides nothing about clues.

mod advance;
mod archive;
mod audit;
mod calendar;
mod check;
mod checkpoint;
mod day;
mod delimited;
mod demo;
mod doctor;
mod draft;
mod due;
mod examples;
mod explain;
mod filter;
mod findings;
mod help;
mod hook;
mod import;
mod keys;
mod ledger;
mod list;
mod log;
mod lsp;
mod merging;
mod new;
mod next;
mod output;
mod paper;
mod progress;
mod render;
mod renumber;
mod retention;
mod setup;
mod show;
mod site;
mod stats;
mod supervise;
mod verify;
mod watch;
mod why;
mod words;

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::commit::PublishError;
use crate::diagnostic::Code;
use crate::engine::{Engine, Failure, find_root};
use crate::files::{DiskFiles, Files};
use crate::git::Environment;
use crate::report::{self, Style};
use crate::text::{Bilingual, Language};
use crate::time::Timestamp;
use crate::world::MAXIMUM_RECORD;

/// A file-based workflow engine for clues in a git-versioned folder
#[derive(Parser)]
#[command(
    name = "clue",
    version,
    disable_help_subcommand = true,
    arg_required_else_help = true
)]
struct Arguments {
    /// Language of messages: en or zh (also CLUE_LANG; else the repository's)
    #[arg(long, global = true, value_name = "LANGUAGE")]
    lang: Option<String>,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    color: Colour,
    /// Work as if called from this folder
    #[arg(short = 'C', long = "directory", global = true, value_name = "FOLDER")]
    directory: Option<PathBuf>,
    /// Look as of this moment: a date, or a time with its offset (also CLUE_NOW; steps are dated by git)
    #[arg(
        long,
        global = true,
        env = "CLUE_NOW",
        hide_env = true,
        value_name = "DATE"
    )]
    now: Option<String>,
    #[command(subcommand)]
    command: Subcommands,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
enum Subcommands {
    /// Make a new clue repository: rulebook, schemas, templates, a first organisation
    Init(setup::Init),
    /// Begin a clue with its collection form, and hand it in when it is complete
    New(new::New),
    /// Make clues of the rows of a CSV file or an XLSX workbook, by a map
    Import(import::Import),
    /// Write the draft of a record from its template
    Draft(draft::Draft),
    /// Show what can be done with a clue now, by whom, and what is still missing
    Next(next::Next),
    /// Take a step: judge it, and publish it as one commit
    Advance(advance::Advance),
    /// Add an entry to a handling record
    Note(advance::Note),
    /// Show a clue with its trail
    Show(show::Show),
    /// Say what is wrong with the repository itself, and mend it
    Doctor(doctor::Doctor),
    /// Tell one clue's story from history: who changed what, when and why
    Log(log::Log),
    /// List clues
    List(list::List),
    /// The tracking ledger: one row a clue, where it stands, since when, and until when
    Ledger(ledger::Ledger),
    /// List archived clues by when their retention period ends, and what is next for each
    Retention(retention::Retention),
    /// Say whether a folder obeys the procedure
    Check(check::Check),
    /// Follow the folder: judge every change as it is saved, and commit valid edits where that is wanted
    Watch(watch::Watch),
    /// Judge the history, commit by commit, by the rules that were in force
    Audit(audit::Audit),
    /// The gate before a commit, and before a push is taken
    Hook(hook::Hook),
    /// Archive a clue: judge that nothing is missing, and make its archive package
    Archive(archive::Archive),
    /// Verify an archive package: whole, unchanged, and its history in it
    Verify(verify::Verify),
    /// Print a record or the whole dossier as an HTML page or as PDF
    Render(render::Render),
    /// Make a static site of all clues for one reader: ledger, dossiers, statistics, search
    Site(site::Site),
    /// Play the sample organisation's clues into a new repository, with their dossiers
    Demo(demo::Demo),
    /// Show the organisation's calendar, or add public holidays to it
    Calendar(calendar::Calendar),
    /// Count the clues and the time that they take, with small counts kept back
    Stats(stats::Stats),
    /// Explain a finding's code, a rule of the rulebook, or a key of the procedure
    Explain(explain::Explain),
    /// Say what is overdue, due today and due soon, and for whom
    Due(due::Due),
    /// Show how each deadline of a clue was counted, day by day
    Why(why::Why),
    /// Draw a random sample for a spot check, that anybody can draw again
    Sample(supervise::Sample),
    /// Draft a supervision record: how it was drawn, what was found, what is to be rectified
    Supervise(supervise::Supervise),
    /// Give a clue another register number, where two clones gave the same one
    Renumber(renumber::Renumber),
    /// Merge a record by what it says, for git: merge.clue.driver
    MergeDriver(merging::MergeDriver),
    /// Sign what the repository holds now, in one line to be kept elsewhere; verify earlier ones
    Checkpoint(checkpoint::Checkpoint),
    /// Help an editor while records are written: findings, completion, steps (language server protocol)
    Lsp(lsp::Lsp),
    /// Print a completion script for a shell
    Completions(setup::Completions),
    /// Print the manual page
    Man(setup::Man),
    /// Tell about a command, as its --help does
    Help(help::Help),
}

impl Subcommands {
    /// Whether the command changes the repository, and so has to keep to the real clock.
    fn writes(&self) -> bool {
        match self {
            Self::Init(_)
            | Self::Lsp(_)
            | Self::New(_)
            | Self::Import(_)
            | Self::Draft(_)
            | Self::Advance(_)
            | Self::Note(_)
            | Self::Archive(_)
            | Self::Supervise(_)
            | Self::Hook(_)
            | Self::Renumber(_)
            | Self::Doctor(_)
            | Self::Demo(_) => true,
            Self::Checkpoint(command) => command.makes(),
            Self::Watch(command) => command.commits(),
            Self::Next(_)
            | Self::Show(_)
            | Self::List(_)
            | Self::Log(_)
            | Self::Ledger(_)
            | Self::Retention(_)
            | Self::Check(_)
            | Self::Audit(_)
            | Self::Verify(_)
            | Self::Render(_)
            | Self::Site(_)
            | Self::Stats(_)
            | Self::Explain(_)
            | Self::Due(_)
            | Self::Why(_)
            | Self::Sample(_)
            | Self::Calendar(_)
            | Self::MergeDriver(_)
            | Self::Completions(_)
            | Self::Man(_)
            | Self::Help(_) => false,
        }
    }
}

/// Text for people, or data for programs.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// What every command is given.
struct Context {
    /// Where the command was called from.
    folder: PathBuf,
    style: Style,
    /// The language that was asked for, by an option or the environment.
    asked: Option<Language>,
    environment: Environment,
    /// The system's clock; steps are judged by it.
    now: Timestamp,
    /// The moment that is to be looked at, where another one was asked for.
    looked_at: Option<String>,
}

impl Context {
    fn engine(&self) -> Result<Engine, Failure> {
        Engine::open(&self.folder)
    }

    /// The moment that is looked at, on the organisation's clock: `--now`, else now. A date means its beginning.
    ///
    /// Whoever looks at the clock is told where the calendar cannot be counted by.
    fn moment(&self, engine: &Engine) -> Result<Timestamp, Failure> {
        let calendar = &engine.world().calendar;
        let zone = &engine.world().organisation.time_zone;
        let faulty = engine.findings.iter().any(|found| {
            found.code == Code::CalendarUnknown || found.place.path.starts_with("calendar/")
        });
        if zone.parse::<chrono_tz::Tz>().is_err() {
            err(&self.say(
                &format!("warning: there is no time zone {zone}, and UTC is taken\n"),
                &format!("警告：没有 {zone} 这个时区，暂按 UTC 计算\n"),
            ));
        }
        if faulty {
            err(&self.say(
                "warning: the calendar cannot be counted by, and plain weekends are; clue check says why\n",
                "警告：日历无法使用，暂按周末推算；clue check 可查看原因\n",
            ));
        }
        let Some(text) = &self.looked_at else {
            return Ok(self.now.in_zone(calendar.zone()));
        };
        let told = self.say(
            "note: clues stand as they do now; only their deadlines are looked at as of that day\n",
            "说明：线索状态仍为最新，只按该日期计算期限\n",
        );
        let day = day::read(text);
        Timestamp::parse(text)
            .map(|moment| moment.in_zone(calendar.zone()))
            .or_else(|| day.map(|day| calendar.begin_of(day)))
            .inspect(|moment| {
                // Whoever looks ahead knows that nothing has happened yet.
                if *moment < self.now {
                    err(&told);
                }
            })
            .ok_or_else(|| Failure::Usage {
                message: Bilingual::new(
                    format!("--now {text}: this is no date"),
                    format!("--now {text}：不是日期"),
                ),
                remedy: Some(Bilingual::new(
                    "write 2026-11-25, or 2026-11-25T09:00:00+08:00",
                    "请写成 2026-11-25 或 2026-11-25T09:00:00+08:00",
                )),
            })
    }

    fn say(&self, en: &str, zh: &str) -> String {
        if self.style.language == Language::Zh {
            zh.to_owned()
        } else {
            en.to_owned()
        }
    }
}

/// What a command answers: text for standard output, or bytes as they are, and whether it counts as findings.
struct Answer {
    output: String,
    bytes: Vec<u8>,
    findings: bool,
}

impl Answer {
    fn new(output: impl Into<String>) -> Self {
        Self {
            output: output.into(),
            bytes: Vec::new(),
            findings: false,
        }
    }

    /// An answer that is no text.
    fn of_bytes(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            ..Self::new("")
        }
    }
}

/// Runs the program; exit status 0 done, 1 findings, 2 usage, 3 environment, 4 refused or in conflict, 5 unknown.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let early = words::early_language(&arguments)
        .or_else(|| variable("CLUE_LANG").as_deref().and_then(Language::parse));
    let folder_language = || {
        let root = find_root(&std::env::current_dir().ok()?)?;
        // Through the door, which opens no pipe and reads no device.
        let files = DiskFiles::new(root);
        let bytes = files.read("organisation.yaml", MAXIMUM_RECORD).ok()??;
        String::from_utf8_lossy(&bytes)
            .lines()
            .find_map(|line| Language::parse(line.strip_prefix("language:")?.trim()))
    };
    let system = || {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| variable(name))
            .and_then(|name| Language::parse(&name))
    };
    let language = early
        .or_else(folder_language)
        .or_else(system)
        .unwrap_or_default();
    let command = examples::add(Arguments::command(), language);
    let command = words::translate(command, language).color(ColorChoice::Auto);
    let parsed = command
        .try_get_matches_from(&arguments)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            let text = words::usage(&error, language);
            return if error.use_stderr() {
                err(&text);
                ExitCode::from(2)
            } else {
                out(&text)
            };
        }
    };
    if let Some(name) = &parsed.lang
        && Language::parse(name).is_none()
    {
        err(&format!("--lang {name}: en, zh\n"));
        return ExitCode::from(2);
    }
    // Else the streams would decide anew, and take colours away where they lead to no terminal.
    match parsed.color {
        Colour::Always => anstream::ColorChoice::Always.write_global(),
        Colour::Never => anstream::ColorChoice::Never.write_global(),
        Colour::Auto => {}
    }
    let colour = match parsed.color {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => variable("NO_COLOR").is_none() && std::io::stdout().is_terminal(),
    };
    if parsed.color == Colour::Always {
        // Else it would be taken out again where the output is no terminal.
        anstream::ColorChoice::Always.write_global();
    }
    let folder = parsed
        .directory
        .clone()
        .or_else(|| std::env::current_dir().ok())
        .unwrap_or_else(|| PathBuf::from("."));
    let context = Context {
        folder,
        style: Style { language, colour },
        asked: early,
        environment: Environment {
            author_name: variable("GIT_AUTHOR_NAME"),
            author_email: variable("GIT_AUTHOR_EMAIL"),
            author_date: variable("GIT_AUTHOR_DATE"),
            committer_name: variable("GIT_COMMITTER_NAME"),
            committer_email: variable("GIT_COMMITTER_EMAIL"),
            committer_date: variable("GIT_COMMITTER_DATE"),
            home: std::env::var_os("HOME").map(PathBuf::from),
            global_configuration: std::env::var_os("GIT_CONFIG_GLOBAL").map(PathBuf::from),
            configuration: given_configuration(&variable),
        },
        now: Timestamp::from_chrono(chrono::Local::now().fixed_offset()),
        looked_at: parsed.now.clone().filter(|text| !text.is_empty()),
    };
    if let (Some(text), true) = (&context.looked_at, parsed.command.writes()) {
        return fail(
            &Failure::Usage {
                message: Bilingual::new(
                    format!(
                        "--now {text} (or CLUE_NOW) lets a moment be looked at, and this command writes"
                    ),
                    format!("--now {text}（或 CLUE_NOW）只用于查看某一时刻，而此命令会写入"),
                ),
                remedy: Some(Bilingual::new(
                    "leave it out; the time of a step is the author date of git (GIT_AUTHOR_DATE)",
                    "请去掉；步骤的时间取自 git 的作者日期（GIT_AUTHOR_DATE）",
                )),
            },
            &context,
        );
    }
    let result = match parsed.command {
        Subcommands::Init(command) => command.run(&context),
        Subcommands::New(command) => command.run(&context),
        Subcommands::Import(command) => command.run(&context),
        Subcommands::Draft(command) => command.run(&context),
        Subcommands::Next(command) => command.run(&context),
        Subcommands::Advance(command) => command.run(&context),
        Subcommands::Note(command) => command.run(&context),
        Subcommands::Show(command) => command.run(&context),
        Subcommands::List(command) => command.run(&context),
        Subcommands::Log(command) => command.run(&context),
        Subcommands::Doctor(command) => command.run(&context),
        Subcommands::Ledger(command) => command.run(&context),
        Subcommands::Retention(command) => command.run(&context),
        Subcommands::Site(command) => command.run(&context),
        Subcommands::Check(command) => command.run(&context),
        Subcommands::Audit(command) => command.run(&context),
        Subcommands::Watch(command) => command.run(&context),
        Subcommands::Hook(command) => command.run(&context),
        Subcommands::Render(command) => command.run(&context),
        Subcommands::Stats(command) => command.run(&context),
        Subcommands::Demo(command) => command.run(&context),
        Subcommands::Calendar(command) => command.run(&context),
        Subcommands::Explain(command) => command.run(&context),
        Subcommands::Lsp(command) => command.run(&context),
        Subcommands::Due(command) => command.run(&context),
        Subcommands::Why(command) => command.run(&context),
        Subcommands::Sample(command) => command.run(&context),
        Subcommands::Supervise(command) => command.run(&context),
        Subcommands::Renumber(command) => command.run(&context),
        Subcommands::Archive(command) => command.run(&context),
        Subcommands::Verify(command) => command.run(&context),
        Subcommands::MergeDriver(command) => command.run(&context),
        Subcommands::Checkpoint(command) => command.run(&context),
        Subcommands::Completions(command) => command.run(&context),
        Subcommands::Man(command) => command.run(&context),
        Subcommands::Help(command) => command.run(&context),
    };
    match result {
        Ok(answer) => {
            let status = if answer.bytes.is_empty() {
                out(&answer.output)
            } else {
                written(std::io::stdout().lock(), &answer.bytes)
            };
            if answer.findings {
                ExitCode::from(1)
            } else {
                status
            }
        }
        Err(failure) => fail(&failure, &context),
    }
}

/// The configuration that git's own environment variables hold: `GIT_CONFIG_COUNT`, `GIT_CONFIG_KEY_0`, ...
fn given_configuration(variable: &dyn Fn(&str) -> Option<String>) -> Vec<(String, String)> {
    let count = variable("GIT_CONFIG_COUNT").and_then(|count| count.parse::<usize>().ok());
    (0..count.unwrap_or(0).min(1_000))
        .filter_map(|index| {
            let key = variable(&format!("GIT_CONFIG_KEY_{index}"))?;
            let value = variable(&format!("GIT_CONFIG_VALUE_{index}")).unwrap_or_default();
            Some((key, value))
        })
        .collect()
}

fn fail(failure: &Failure, context: &Context) -> ExitCode {
    let language = context.style.language;
    let tell = |message: &Bilingual, remedy: Option<&Bilingual>| {
        let (label, help) = if language == Language::Zh {
            ("错误：", "办法：")
        } else {
            ("error: ", "help: ")
        };
        let mut text = format!("{label}{}\n", crate::text::visible(message.get(language)));
        if let Some(remedy) = remedy {
            text.push_str(&format!(
                "{help}{}\n",
                crate::text::visible(remedy.get(language))
            ));
        }
        err(&text);
    };
    match failure {
        Failure::Findings(found) => {
            let root = find_root(&context.folder).unwrap_or_else(|| context.folder.clone());
            err(&(report::text(found, &DiskFiles::new(root), context.style) + "\n"));
            ExitCode::from(4)
        }
        Failure::Environment { message, remedy } => {
            tell(message, remedy.as_ref());
            ExitCode::from(3)
        }
        Failure::Usage { message, remedy } => {
            tell(message, remedy.as_ref());
            ExitCode::from(2)
        }
        Failure::Refused { message, remedy } => {
            tell(message, Some(remedy));
            ExitCode::from(4)
        }
        Failure::Publish(error) => {
            tell(&error.message(), Some(&error.remedy()));
            ExitCode::from(match error {
                PublishError::NotDone { .. } | PublishError::NotSigned { .. } => 3,
                PublishError::Unknown { .. } => 5,
                PublishError::IndexBehind { .. } => 3,
                _ => 4,
            })
        }
    }
}

/// Prints to standard output; a reader that has gone away is no error.
fn out(text: &str) -> ExitCode {
    written(anstream::stdout().lock(), text.as_bytes())
}

fn written(mut stream: impl Write, bytes: &[u8]) -> ExitCode {
    match stream.write_all(bytes).and_then(|()| stream.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            // In both languages: it may be that not even the arguments could be read.
            err(&format!(
                "standard output cannot be written (无法写入标准输出): {error}\n"
            ));
            ExitCode::from(3)
        }
        _ => ExitCode::SUCCESS,
    }
}

fn err(text: &str) {
    // Where even standard error is closed there is nobody left to tell.
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}
