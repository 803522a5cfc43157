//! What an editor can have done: take a step, draft a record, say what is next, explain a finding.
//! Steps and drafts go through the engine, as they do for `clue advance` and `clue draft`.

use std::sync::mpsc::Sender;

use lsp_server::ErrorCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::case::{folder_of, id_of};
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::{Engine, Failure};
use crate::files::Files;
use crate::lsp::Event;
use crate::lsp::requests::{Answer, parameters};
use crate::lsp::steps::{command_line, people_of, place_of, prospects, title};
use crate::lsp::view::View;
use crate::text::{Bilingual, Language, visible};
use crate::workflow::{Command, DraftRequest};
use crate::world::MAXIMUM_RECORD;

pub(super) const ADVANCE: &str = "clue.advance";
pub(super) const DRAFT: &str = "clue.draft";
pub(super) const NEXT: &str = "clue.next";
pub(super) const EXPLAIN: &str = "clue.explain";

/// Every command.
pub(super) const COMMANDS: &[&str] = &[ADVANCE, DRAFT, NEXT, EXPLAIN];

/// Which step of which clue.
#[derive(Deserialize)]
struct Advance {
    clue: String,
    step: String,
    department: Option<String>,
    record: Option<String>,
    entry: Option<usize>,
    deadline: Option<String>,
    reason: Option<String>,
    extension: Option<u32>,
}

/// Which record of which clue.
#[derive(Deserialize)]
struct Draft {
    clue: String,
    record: String,
    department: Option<String>,
}

#[derive(Deserialize)]
struct Next {
    clue: String,
}

#[derive(Deserialize)]
struct Explain {
    code: String,
}

/// Does what a command says; what is to be told, and which files changed, goes to the session.
pub(super) fn execute(
    view: &View,
    command: &str,
    arguments: &[Value],
    events: &Sender<Event>,
) -> Answer {
    let given = arguments.first().cloned().unwrap_or_default();
    match command {
        ADVANCE => advance(view, parameters(given)?, events),
        DRAFT => draft(view, &parameters(given)?, events),
        NEXT => next(view, &parameters(given)?, events),
        EXPLAIN => explain(view, &parameters(given)?, events),
        other => {
            let why = match view.language {
                Language::En => format!("there is no command {other}"),
                Language::Zh => format!("没有 {other} 这个命令"),
            };
            Err((ErrorCode::InvalidParams, why))
        }
    }
}

fn tell(events: &Sender<Event>, message: &str) {
    let parameters = json!({"type": 3, "message": message});
    let _ = events.send(Event::Tell("window/showMessage".to_owned(), parameters));
}

fn failed(view: &View, failure: &Failure) -> (ErrorCode, String) {
    let line = |message: &Bilingual, remedy: Option<&Bilingual>| {
        let mut text = visible(view.words(message));
        if let Some(remedy) = remedy {
            text.push_str(view.say("\nhelp: ", "\n办法："));
            text.push_str(&visible(view.words(remedy)));
        }
        text
    };
    let text = match failure {
        Failure::Findings(found) => {
            let lines: Vec<String> = found
                .iter()
                .map(|one| line(&one.message, one.remedy.as_ref()))
                .collect();
            lines.join("\n")
        }
        Failure::Environment { message, remedy } | Failure::Usage { message, remedy } => {
            line(message, remedy.as_ref())
        }
        Failure::Refused { message, remedy } => line(message, Some(remedy)),
        Failure::Publish(error) => line(&error.message(), Some(&error.remedy())),
    };
    (ErrorCode::RequestFailed, text)
}

/// A step is judged by what lies on the disk: what is not saved would be left out without a word.
fn saved(view: &View, id: &str) -> Result<(), (ErrorCode, String)> {
    let folder = folder_of(id).unwrap_or_default();
    for (path, document) in view.documents.iter() {
        let is_concerned = path.starts_with(&format!("{folder}/"))
            || matches!(path.as_str(), "organisation.yaml" | "workflow.yaml");
        if !is_concerned {
            continue;
        }
        let disk = view.root.disk.read(path, MAXIMUM_RECORD).ok().flatten();
        if disk.as_deref() != Some(document.text.text.as_bytes()) {
            let why = if view.say("en", "zh") == "zh" {
                format!("{path} 尚未保存，请先保存")
            } else {
                format!("{path} is not saved: save it first")
            };
            return Err((ErrorCode::RequestFailed, why));
        }
    }
    Ok(())
}

fn advance(view: &View, own: Advance, events: &Sender<Event>) -> Answer {
    let engine = Engine::open(&view.root.path).map_err(|failure| failed(view, &failure))?;
    let folder = engine
        .find(&own.clue)
        .map_err(|failure| failed(view, &failure))?;
    let id = id_of(&folder).unwrap_or_default().to_owned();
    saved(view, &id)?;
    let command = Command {
        step: own.step,
        department: own.department,
        record: own.record,
        entry: own.entry,
        deadline: own.deadline,
        reason: own.reason,
        extension: own.extension,
        ..Command::default()
    };
    let now = (view.settings.clock)();
    let published = engine
        .advance(&id, &command, &view.settings.environment, now)
        .map_err(|failure| failed(view, &failure))?;
    let decision = &published.decision;
    let mut changed: Vec<String> = decision.changes.files().keys().cloned().collect();
    changed.extend(decision.drafted.iter().cloned());
    let _ = events.send(Event::Changed(changed));
    let rulebook = &engine.world().rulebook;
    let step = rulebook.label("step", &decision.step, view.language);
    let to = rulebook.label("state", &decision.to, view.language);
    let person = engine
        .world()
        .organisation
        .person_name(&decision.responsible);
    let commit = &published.commit[..10];
    let message = if view.say("en", "zh") == "zh" {
        format!("{id}：已办理“{step}”，现为“{to}”，下一步由{person}负责（提交 {commit}）")
    } else {
        format!("{id}: {step}; now {to}, next is up to {person} (commit {commit})")
    };
    tell(events, &message);
    Ok(json!({
        "clue": id, "commit": published.commit, "state": decision.to,
        "number": decision.number, "drafted": decision.drafted,
    }))
}

fn draft(view: &View, own: &Draft, events: &Sender<Event>) -> Answer {
    let engine = Engine::open(&view.root.path).map_err(|failure| failed(view, &failure))?;
    let request = DraftRequest {
        record: own.record.clone(),
        department: own.department.clone(),
        ..DraftRequest::default()
    };
    let now = (view.settings.clock)();
    let path = engine
        .draft(&own.clue, &request, &view.settings.environment, now)
        .map_err(|failure| failed(view, &failure))?;
    let _ = events.send(Event::Changed(vec![path.clone()]));
    let address = view.address(&path);
    if view.client.shows_documents {
        let parameters = json!({"uri": address, "takeFocus": true});
        let _ = events.send(Event::Tell("window/showDocument".to_owned(), parameters));
    }
    let message = format!("{}{path}", view.say("drafted: ", "已生成草稿："));
    tell(events, &message);
    Ok(json!({"path": path, "uri": address}))
}

fn next(view: &View, own: &Next, events: &Sender<Event>) -> Answer {
    let folder = crate::lsp::names::folder_of_clue(view, &own.clue);
    let prospects = folder.and_then(|folder| prospects(view, &folder));
    let (Some(prospects), Some(world)) = (prospects, &view.world) else {
        let why = view.say("there is no such clue", "没有这条线索");
        return Err((ErrorCode::RequestFailed, why.to_owned()));
    };
    let mut lines = Vec::new();
    let told = |lines: &mut Vec<String>, margin: &str, one: &Diagnostic| {
        let place = place_of(view, &prospects.case.folder, one);
        let message = visible(view.words(&one.message));
        lines.push(format!("{margin}{place}{message}"));
        if let Some(remedy) = &one.remedy {
            lines.push(format!("{margin}  {}", visible(view.words(remedy))));
        }
    };
    for one in &prospects.found {
        told(&mut lines, "", one);
    }
    for step in &prospects.possible {
        let title = title(view, world, step);
        let people = people_of(view, world, step);
        if step.missing.is_empty() {
            let line = command_line(&prospects.case.id, step, view.language);
            lines.push(format!("✓ {title} · {people}\n    {line}"));
        } else {
            lines.push(format!("· {title} · {people}"));
            for one in &step.missing {
                told(&mut lines, "    ", one);
            }
        }
    }
    if lines.is_empty() {
        let words = view.say(
            "nothing can be done in this state",
            "此状态下没有可办理的步骤",
        );
        lines.push(words.to_owned());
    }
    let text = lines.join("\n");
    tell(events, &text);
    Ok(json!({"text": text}))
}

fn explain(view: &View, own: &Explain, events: &Sender<Event>) -> Answer {
    let colon = view.say(": ", "：");
    let mut text = String::new();
    if let Some(code) = Code::by_name(&own.code) {
        let (summary, more) = (code.summary(), code.explanation());
        let (summary, more) = (view.words(&summary), view.words(&more));
        text = format!("{}{colon}{summary}\n\n{more}", own.code);
    } else if let Some(world) = &view.known {
        let rules = world.rulebook.all_rules();
        for rule in rules.filter(|rule| rule.name == own.code) {
            let keys = rule.procedure.joined();
            text = format!(
                "{} [{keys}]{colon}{}",
                rule.name,
                visible(view.words(&rule.message))
            );
            if let Some(remedy) = &rule.remedy {
                text.push_str(view.say("\nhelp: ", "\n办法："));
                text.push_str(&visible(view.words(remedy)));
            }
        }
    }
    if text.is_empty() {
        let why = view.say("there is no such code or rule", "没有这个代码或规则");
        return Err((ErrorCode::RequestFailed, why.to_owned()));
    }
    tell(events, &text);
    Ok(json!({"text": text}))
}
