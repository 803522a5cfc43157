//! `clue advance` and `clue note`: steps, judged and published.

use crate::cli::keys::{self, departments, key_of};
use crate::cli::{Answer, Context};
use crate::engine::{Engine, Failure, Published};
use crate::files::Files;
use crate::text::{Bilingual, Language, visible};
use crate::workflow::{Command, Decision};
use crate::yaml::{Segment, parse_path};
use clap::Args;
use serde_json::Value;
use similar::TextDiff;

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
    /// The record that is meant, where it is none of a department: its file's name
    #[arg(long, value_name = "NAME")]
    record: Option<String>,
    /// Which entry of the record's list is meant, counted from one
    #[arg(long, value_name = "NUMBER")]
    entry: Option<usize>,
    /// The deadline whose clock is paused, resumed or extended
    #[arg(long)]
    deadline: Option<String>,
    /// By how much the deadline is extended, in its own unit
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1000))]
    by: Option<u32>,
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
        // A name that nobody has is the step's to refuse: it knows what fits the clue.
        let department = self
            .department
            .map(|text| key_of("--department", &text, &departments(&engine)).unwrap_or(text));
        let deadline = self
            .deadline
            .map(|text| key_of("--deadline", &text, &keys::deadlines(&engine)).unwrap_or(text));
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
            sets.push((field.to_owned(), value_of(&engine, field, value)));
        }
        let command = Command {
            step: self.step,
            department,
            reason: self.reason,
            sets,
            record: self.record,
            entry: self.entry,
            deadline,
            extension: self.by,
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

/// The value of a field that takes text is the text as it was typed; any other is read as YAML, so that `true`, `3` and
/// `[a, b]` are what they look like. Nothing at all empties the field.
fn value_of(engine: &Engine, field: &str, text: &str) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    let (target, rest) = field.split_once('.').unwrap_or((field, ""));
    let name = target.split('/').next().unwrap_or(target);
    let pointer: String = parse_path(rest)
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => format!("/{key}"),
            Segment::Index(index) => format!("/{index}"),
        })
        .collect();
    let world = engine.world();
    let takes_text = world
        .rulebook
        .records
        .get(name)
        .is_some_and(|record| world.schemas.takes_text(&record.schema, &pointer));
    match crate::yaml::parse_at("", text, 0) {
        (Some(document), found) if !takes_text && found.is_empty() && !text.trim().is_empty() => {
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

/// What was done, and who is next.
pub(super) fn told(engine: &Engine, published: &Published, context: &Context) -> String {
    let decision = &published.decision;
    let world = engine.world();
    let language = context.style.language;
    let step = world.rulebook.label("step", &decision.step, language);
    let to = world.rulebook.label("state", &decision.to, language);
    let responsible = world.organisation.person_name(&decision.responsible);
    // Where a clue has come to its end there is nobody whose turn it is.
    let states = &world.rulebook.states;
    let is_final = states.get(&decision.to).is_some_and(|state| state.is_final);
    let next = match (is_final, language) {
        (true, _) => String::new(),
        (false, Language::En) => format!(", next is up to {responsible}"),
        (false, Language::Zh) => format!("，下一步由{responsible}负责"),
    };
    let mut text = match language {
        Language::En => format!(
            "{}: {step}; now {to}{next} (commit {})\n",
            decision.id,
            &published.commit[..10]
        ),
        Language::Zh => format!(
            "{}：已办理“{step}”，现为“{to}”{next}（提交 {}）\n",
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
    if decision.subject.deadline.is_some()
        || decision.subject.record.is_some()
        || decision.urgency.is_some()
    {
        text.push_str(&deadlines(engine, decision, context));
    }
    if let Some(number) = &decision.archive_number {
        text.push_str(&context.say(
            &format!("archive number: {number}\n"),
            &format!("档号：{number}\n"),
        ));
    }
    let declared = world.rulebook.steps.get(&decision.step);
    if declared.is_some_and(|step| step.removes.is_some()) {
        text.push_str(&context.say(
            "the certificate is destruction.yaml; two others witness it: clue advance ID witness\ngit's history and archive packages still hold the records\n",
            "销毁证明为 destruction.yaml；请另外两人监销：clue advance 标识 witness\ngit 历史和归档信息包中仍有这些记录\n",
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

/// How the open deadlines stand after a step that changes them.
fn deadlines(engine: &Engine, decision: &Decision, context: &Context) -> String {
    let language = context.style.language;
    // The folder holds what the step left.
    let Ok((case, _)) = engine.case(&decision.id) else {
        return String::new();
    };
    let world = engine.world();
    let label = |key: &str| world.rulebook.label("urgency", key, language);
    let mut text = String::new();
    if let Some((before, after)) = &decision.urgency {
        text.push_str(&context.say(
            &format!("urgency: {} → {}\n", label(before), label(after)),
            &format!("紧急程度：{} → {}\n", label(before), label(after)),
        ));
    }
    for clock in engine.clocks(&case).iter().filter(|clock| clock.is_open()) {
        let name = world.rulebook.label("deadline", &clock.deadline, language);
        let words = clock.words(&clock.standing(&world.calendar, context.now));
        let person = visible(world.organisation.person_name(&clock.responsible));
        text.push_str(&context.say(
            &format!("{name} ({person}): {}\n", words.en),
            &format!("{name}（{person}）：{}\n", words.zh),
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
