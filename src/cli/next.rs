//! `clue next`: what can be done with a clue, by whom, and what is still missing.

use crate::case::Case;
use crate::cli::{Answer, Context, Format};
use crate::clock::{Clock, Standing};
use crate::diagnostic::Diagnostic;
use crate::engine::{Engine, Failure};
use crate::files::{Files, file_name};
use crate::report::SCHEMA_VERSION;
use crate::text::{position, visible, visible_line};
use crate::workflow::Possibility;
use crate::world::MAXIMUM_RECORD;
use clap::Args;
use serde_json::{Value, json};

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
        let now = context.moment(&engine)?;
        let (case, possible) = engine.next(&self.clue, now)?;
        let calendar = &engine.world().calendar;
        let clocks = engine.clocks(&case);
        let open: Vec<(&Clock, Standing)> = clocks
            .iter()
            .filter(|clock| clock.is_open())
            .map(|clock| (clock, clock.standing(calendar, now)))
            .collect();
        let world = engine.world();
        let language = context.style.language;
        if self.format == Format::Json {
            let steps: Vec<Value> = possible
                .iter()
                .map(crate::workflow::Possibility::to_json)
                .collect();
            let answer = json!({"schemaVersion": SCHEMA_VERSION, "id": case.id, "state": case.state(), "steps": steps,
                "clocks": open.iter().map(|(clock, standing)| clock.to_json(standing)).collect::<Vec<_>>()});
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
        for (clock, standing) in &open {
            let label = world.rulebook.label("deadline", &clock.deadline, language);
            let department = clock.department.as_ref().map_or_else(String::new, |key| {
                format!(" · {}", world.organisation.department_name(key))
            });
            let words = clock.words(standing);
            text.push_str(&context.say(
                &format!("{label}{department}: {}\n", words.en),
                &format!("{label}{department}：{}\n", words.zh),
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
    let subject = &step.subject;
    let mut about = String::new();
    if let Some(deadline) = &subject.deadline {
        let label = world.rulebook.label("deadline", deadline, language);
        about.push_str(&format!(" · {label}"));
    }
    if let Some(key) = &subject.department {
        about.push_str(&format!(" · {}", world.organisation.department_name(key)));
    }
    if let Some(record) = &subject.record {
        about.push_str(&format!(" · {record}"));
    }
    if let Some(entry) = subject.entry {
        about.push_str(&format!(" · {entry}"));
    }
    let mark = if step.missing.is_empty() { "✓" } else { "·" };
    let mut text = format!(
        "\n  {mark} {label} ({}){about}  {people}{more}\n",
        step.step
    );
    if step.missing.is_empty() {
        let options = options(step, context);
        let reason = match (step.needs_reason, step.step.as_str()) {
            (_, "note") => context.say(" -m TEXT --type TYPE", " -m 内容 --type 类型"),
            (true, _) => context.say(" -m REASON", " -m 理由"),
            (false, _) => String::new(),
        };
        let id = &case.id;
        text.push_str(&match step.step.as_str() {
            "note" => format!("      clue note {id}{options}{reason}\n"),
            name => format!("      clue advance {id} {name}{options}{reason}\n"),
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

/// What the command line needs to say so that exactly this is meant.
fn options(step: &Possibility, context: &Context) -> String {
    let subject = &step.subject;
    let mut text = String::new();
    if let Some(deadline) = &subject.deadline {
        text.push_str(&format!(" --deadline {deadline}"));
    }
    if let Some(department) = &subject.department {
        text.push_str(&format!(" --department {department}"));
    }
    if let Some(record) = &subject.record {
        let name = file_name(record);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        text.push_str(&format!(" --record {stem}"));
    }
    if let Some(entry) = subject.entry {
        text.push_str(&format!(" --entry {entry}"));
    }
    if step.extends {
        text.push_str(&context.say(" --by NUMBER", " --by 数字"));
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
