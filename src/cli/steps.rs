//! `clue new`, `draft`, `next`, `advance`, `note`: what moves a clue.

use std::io::Read;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use similar::TextDiff;

use crate::case::Case;
use crate::cli::{Answer, Context};
use crate::diagnostic::{Diagnostic, any_error};
use crate::engine::{Engine, Failure, Published};
use crate::files::Files;
use crate::report::SCHEMA_VERSION;
use crate::text::{Bilingual, Language, position, visible, visible_line};
use crate::workflow::{Command, Decision, DraftRequest, Possibility};
use crate::world::MAXIMUM_RECORD;

/// Text for people, or data for programs.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

/// Arguments of `clue new`.
#[derive(Args)]
pub(super) struct New {
    /// What it is about, in one line
    #[arg(long)]
    title: Option<String>,
    /// Where it comes from
    #[arg(long)]
    source: Option<String>,
    /// Channel, as in workflow.yaml
    #[arg(long)]
    channel: Option<String>,
    /// When it was noticed, such as 2026-11-23T09:12:00+08:00 (now)
    #[arg(long, value_name = "TIME")]
    discovered: Option<String>,
    /// Product, person, contract or place concerned (repeatable)
    #[arg(long = "matter", value_name = "TEXT")]
    matters: Vec<String>,
    /// What happened
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The reporter is anonymous
    #[arg(long, conflicts_with_all = ["reporter", "contact"])]
    anonymous: bool,
    /// Name of the reporter
    #[arg(long, value_name = "NAME")]
    reporter: Option<String>,
    /// Telephone or address of the reporter
    #[arg(long)]
    contact: Option<String>,
    /// A filled-in collection form, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["title", "source", "channel", "description"])]
    from: Option<String>,
}

impl New {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let (_, actor, _, _) = engine.actor(&context.environment, context.now)?;
        let id = match &self.from {
            Some(from) => {
                let text = read_form(from, context)?;
                let (_, found) = crate::yaml::parse(from, text.as_bytes());
                if any_error(&found) {
                    return Err(Failure::Findings(found));
                }
                engine.begin_with(&text, &actor)?
            }
            None => {
                let form = json!({
                    "title": self.title, "source": self.source, "channel": self.channel,
                    "discovered_at": self.discovered, "matters": self.matters, "description": self.description,
                    "reporter": {"anonymous": self.anonymous, "name": self.reporter, "contact": self.contact},
                });
                engine.begin(&form, None, &actor)?
            }
        };
        let (case, found) = engine.case(&id)?;
        let form = format!("{}/collection.yaml", case.folder);
        if any_error(&found) {
            // An unfinished form is no fault: it is how most clues begin.
            return Ok(Answer::new(context.say(
                &format!("{id}\nThe form is not complete yet: {form}\nFill it in, then: clue advance {id} collect\n"),
                &format!("{id}\n收集表尚未填完：{form}\n请填写后执行：clue advance {id} collect\n"),
            )));
        }
        let command = Command {
            step: "collect".to_owned(),
            ..Command::default()
        };
        let published = engine.advance(&id, &command, &context.environment, context.now)?;
        Ok(Answer::new(format!(
            "{id}\n{}",
            told(&engine, &published, context)
        )))
    }
}

fn read_form(from: &str, context: &Context) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::Usage {
        message: Bilingual::new(format!("{from}: {error}"), format!("{from}：{error}")),
        remedy: None,
    };
    let mut bytes = Vec::new();
    if from == "-" {
        std::io::stdin()
            .take(crate::yaml::MAXIMUM_SIZE as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
    } else {
        let file = std::fs::File::open(context.folder.join(from)).map_err(failed)?;
        file.take(crate::yaml::MAXIMUM_SIZE as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
    }
    let (text, found) = crate::yaml::check_bytes(from, &bytes);
    text.map(str::to_owned).ok_or(Failure::Findings(found))
}

/// Arguments of `clue draft`.
#[derive(Args)]
pub(super) struct Draft {
    /// The clue: id, register number, or a path into its folder
    #[arg(value_name = "ID")]
    clue: String,
    /// The record: triage, transfers, meetings, ...
    record: String,
    /// The department that is meant
    #[arg(long)]
    department: Option<String>,
    /// What minutes are about: discussion, coordination, feedback
    #[arg(long)]
    purpose: Option<String>,
    /// Day of the meeting or check (today)
    #[arg(long)]
    date: Option<String>,
}

impl Draft {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let request = DraftRequest {
            record: self.record,
            department: self.department,
            purpose: self.purpose,
            date: self.date,
        };
        let path = engine.draft(&self.clue, &request, &context.environment, context.now)?;
        Ok(Answer::new(format!("{path}\n")))
    }
}

/// Arguments of `clue next`.
#[derive(Args)]
pub(super) struct Next {
    /// The clue: id, register number, or a path into its folder
    #[arg(value_name = "ID")]
    clue: String,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Next {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let (case, possible) = engine.next(&self.clue, context.now)?;
        let world = engine.world();
        let language = context.style.language;
        if self.format == Format::Json {
            let steps: Vec<Value> = possible
                .iter()
                .map(crate::workflow::Possibility::to_json)
                .collect();
            let answer = json!({"schemaVersion": SCHEMA_VERSION, "id": case.id, "state": case.state(), "steps": steps});
            return Ok(Answer::new(format!("{answer:#}\n")));
        }
        let mut text = String::new();
        let state = world.rulebook.label("state", case.state(), language);
        if let Some(card) = &case.card {
            let responsible = world.organisation.person_name(&card.responsible);
            text.push_str(&context.say(
                &format!(
                    "{}  {}\nstate: {state}; next is up to {responsible}\n",
                    case.id,
                    visible_line(&card.title)
                ),
                &format!(
                    "{}  {}\n状态：{state}；下一步由{responsible}负责\n",
                    case.id,
                    visible_line(&card.title)
                ),
            ));
        }
        // What can be done at once stands first.
        let (ready, waiting): (Vec<_>, Vec<_>) =
            possible.iter().partition(|step| step.missing.is_empty());
        for step in ready.into_iter().chain(waiting) {
            text.push_str(&shown(&engine, &case, step, context));
        }
        if possible.is_empty() {
            text.push_str(&context.say(
                "\nnothing can be done in this state\n",
                "\n此状态下没有可办理的步骤\n",
            ));
        }
        Ok(Answer::new(text))
    }
}

/// One step that the clue's state allows: how to take it, who may, and what is still missing.
fn shown(engine: &Engine, case: &Case, step: &Possibility, context: &Context) -> String {
    let world = engine.world();
    let language = context.style.language;
    let label = world.rulebook.label("step", &step.step, language);
    let people: Vec<&str> = step
        .people
        .iter()
        .take(5)
        .map(|person| world.organisation.person_name(person))
        .collect();
    let more = if step.people.len() > 5 { " …" } else { "" };
    let people = people.join(&context.say(", ", "、"));
    let department = step.department.as_ref().map_or_else(String::new, |key| {
        format!(" · {}", world.organisation.department_name(key))
    });
    let mark = if step.missing.is_empty() { "✓" } else { "·" };
    let mut text = format!("\n  {mark} {label}{department}  ({people}{more})\n");
    if step.missing.is_empty() {
        let department = step
            .department
            .as_ref()
            .map_or_else(String::new, |key| format!(" --department {key}"));
        let reason = match (step.needs_reason, step.step.as_str()) {
            (_, "note") => context.say(" -m TEXT --type TYPE", " -m 内容 --type 类型"),
            (true, _) => context.say(" -m REASON", " -m 理由"),
            (false, _) => String::new(),
        };
        let id = &case.id;
        text.push_str(&match step.step.as_str() {
            "note" => format!("      clue note {id}{department}{reason}\n"),
            name => format!("      clue advance {id} {name}{department}{reason}\n"),
        });
    }
    for missing in &step.missing {
        let key = missing
            .procedure
            .as_deref()
            .filter(|key| !key.is_empty())
            .map_or_else(String::new, |key| format!(" [{key}]"));
        text.push_str(&format!(
            "      {}{}{key}\n",
            place_of(engine, case, missing),
            visible(missing.message.get(language))
        ));
        if let Some(remedy) = &missing.remedy {
            text.push_str(&format!("        {}\n", visible(remedy.get(language))));
        }
    }
    text
}

/// `triage.yaml:5: `, where something is missing in a file that is there.
fn place_of(engine: &Engine, case: &Case, missing: &Diagnostic) -> String {
    let path = &missing.place.path;
    let Some(inner) = path.strip_prefix(&format!("{}/", case.folder)) else {
        return String::new();
    };
    let Ok(Some(bytes)) = engine.files().read(path, MAXIMUM_RECORD) else {
        return String::new();
    };
    match (missing.place.span, inner) {
        // A step writes the card by itself: nothing is to be filled in there.
        (_, "clue.yaml") => String::new(),
        (Some(span), _) => {
            let text = String::from_utf8_lossy(&bytes);
            format!("{inner}:{}: ", position(&text, span.start).line)
        }
        (None, _) => format!("{inner}: "),
    }
}

/// Arguments of `clue advance`.
#[derive(Args)]
pub(super) struct Advance {
    /// The clue: id, register number, or a path into its folder
    #[arg(value_name = "ID")]
    clue: String,
    /// The step: register, transfer, accept, ...
    step: String,
    /// The department that is meant
    #[arg(long)]
    department: Option<String>,
    /// Give a field a value first: RECORD.FIELD=VALUE (repeatable)
    #[arg(long = "set", value_name = "RECORD.FIELD=VALUE")]
    sets: Vec<String>,
    /// Why the step is taken
    #[arg(short = 'm', long = "reason")]
    reason: Option<String>,
    /// Show the changes and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Advance {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let mut sets = Vec::new();
        for text in &self.sets {
            let Some((field, value)) = text.split_once('=') else {
                return Err(Failure::Usage {
                    message: Bilingual::new(
                        format!("--set {text}: there is no ="),
                        format!("--set {text}：缺少等号"),
                    ),
                    remedy: Some(Bilingual::new(
                        "write RECORD.FIELD=VALUE",
                        "请写成 记录.字段=值",
                    )),
                });
            };
            sets.push((field.to_owned(), value_of(value)));
        }
        let command = Command {
            step: self.step,
            department: self.department,
            reason: self.reason,
            sets,
            ..Command::default()
        };
        if self.dry_run {
            let (_, actor, _, _) = engine.actor(&context.environment, context.now)?;
            let (_, decision) = engine.decide(&self.clue, &command, &actor)?;
            return Ok(Answer::new(difference(&engine, &decision)));
        }
        let published = engine.advance(&self.clue, &command, &context.environment, context.now)?;
        Ok(Answer::new(told(&engine, &published, context)))
    }
}

/// A value as YAML would read it, so that `true` and `3` are what they look like; anything else is text.
fn value_of(text: &str) -> Value {
    match crate::yaml::parse_at("", text, 0) {
        (Some(document), found) if found.is_empty() && !text.trim().is_empty() => {
            document.root.to_json()
        }
        _ => Value::String(text.to_owned()),
    }
}

fn difference(engine: &Engine, decision: &Decision) -> String {
    let mut text = String::new();
    for (path, bytes) in decision.changes.files() {
        let before = engine
            .files()
            .read(path, u64::MAX - 1)
            .ok()
            .flatten()
            .unwrap_or_default();
        let after = bytes.clone().unwrap_or_default();
        let (before, after) = (
            String::from_utf8_lossy(&before),
            String::from_utf8_lossy(&after),
        );
        let difference = TextDiff::from_lines(before.as_ref(), after.as_ref());
        text.push_str(&visible(
            &difference.unified_diff().header(path, path).to_string(),
        ));
    }
    text
}

fn told(engine: &Engine, published: &Published, context: &Context) -> String {
    let decision = &published.decision;
    let world = engine.world();
    let language = context.style.language;
    let step = world.rulebook.label("step", &decision.step, language);
    let to = world.rulebook.label("state", &decision.to, language);
    let responsible = world.organisation.person_name(&decision.responsible);
    let mut text = match language {
        Language::En => format!(
            "{}: {step}; now {to}, next is up to {responsible} (commit {})\n",
            decision.id,
            &published.commit[..10]
        ),
        Language::Zh => format!(
            "{}：已办理“{step}”，现为“{to}”，下一步由{responsible}负责（提交 {}）\n",
            decision.id,
            &published.commit[..10]
        ),
    };
    if let Some(number) = &decision.number {
        text.push_str(&context.say(
            &format!("register number: {number}\n"),
            &format!("编号：{number}\n"),
        ));
    }
    for path in &decision.drafted {
        text.push_str(&context.say(
            &format!("drafted: {path}\n"),
            &format!("已生成草稿：{path}\n"),
        ));
    }
    text
}

/// Arguments of `clue note`.
#[derive(Args)]
pub(super) struct Note {
    /// The clue: id, register number, or a path into its folder
    #[arg(value_name = "ID")]
    clue: String,
    /// What was done or said
    #[arg(short = 'm', long = "text")]
    text: String,
    /// measure, communication, progress or resolution
    #[arg(long = "type", default_value = "progress")]
    entry_type: String,
    /// With whom
    #[arg(long)]
    with: Option<String>,
    /// The department that is meant
    #[arg(long)]
    department: Option<String>,
}

impl Note {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let command = Command {
            step: "note".to_owned(),
            department: self.department,
            reason: Some(self.text),
            entry_type: Some(self.entry_type),
            with: self.with,
            ..Command::default()
        };
        let published = engine.advance(&self.clue, &command, &context.environment, context.now)?;
        Ok(Answer::new(told(&engine, &published, context)))
    }
}
