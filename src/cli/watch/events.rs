//! The stream of events of `clue watch`: one JSON object a line, each with the version of its form.

use serde_json::{Value, json};

use crate::case::id_of;
use crate::clock::Phase;
use crate::diagnostic::Diagnostic;
use crate::report::{self, Reported, SCHEMA_VERSION};
use crate::text::Language;
use crate::watch::{Polling, Told, Verdict, View, Wait, Why};

/// How many working days ahead count as soon.
const SOON: i64 = 5;

/// What is new, a line each.
pub(super) fn lines(view: &View<'_>, told: &[Told], language: Language) -> String {
    let mut text = String::new();
    let at = view.now.to_string();
    for one in told {
        for event in events(view, one, language) {
            let mut whole = json!({"schemaVersion": SCHEMA_VERSION, "at": at});
            if let (Some(whole), Value::Object(event)) = (whole.as_object_mut(), event) {
                whole.extend(event);
            }
            text.push_str(&format!("{whole}\n"));
        }
    }
    text
}

fn events(view: &View<'_>, told: &Told, language: Language) -> Vec<Value> {
    let state = view.state;
    let found = |findings: &[Diagnostic]| {
        let reported = Reported::all(findings, state.files());
        report::json_of(&reported, language)["findings"].take()
    };
    let world = || {
        json!({
            "event": "rules", "usable": !state.is_broken, "findings": found(&state.world_findings),
        })
    };
    let clue = |verdict: &Verdict| {
        json!({
            "event": "clue", "id": verdict.id, "number": verdict.number, "state": verdict.state,
            "valid": verdict.is_valid(), "stale": verdict.is_stale,
            "findings": found(&verdict.findings), "due": due(verdict, true),
        })
    };
    let beside = |path: &str| {
        let findings = state.beside.get(path).map_or(&[][..], Vec::as_slice);
        json!({"event": "beside", "path": path, "findings": found(findings)})
    };
    match told {
        Told::Ready => {
            let mut events = Vec::new();
            if !state.world_findings.is_empty() {
                events.push(world());
            }
            let with = state
                .clues
                .values()
                .filter(|clue| !clue.findings.is_empty());
            events.extend(with.clone().map(clue));
            events.extend(state.beside.keys().map(|path| beside(path)));
            let all = state.clues.values().flat_map(|clue| due(clue, false));
            events.push(json!({
                "event": "ready", "clues": state.clues.len(), "withFindings": with.count(),
                "polling": view.polling.is_some(), "due": all.collect::<Vec<_>>(),
            }));
            events
        }
        Told::Clue(folder) => state.clues.get(folder).map(clue).into_iter().collect(),
        Told::Gone(folder) => vec![json!({"event": "gone", "id": id_of(folder)})],
        Told::Beside(path) => vec![beside(path)],
        Told::World => vec![world()],
        Told::Look(why) => {
            let key = match why {
                Why::Lost => "lost",
                Why::Many => "many",
            };
            let message = super::why(*why);
            vec![json!({"event": "look", "why": key, "message": message.get(language)})]
        }
        Told::Looked => vec![json!({"event": "looked", "clues": state.clues.len()})],
        Told::Polling(polling) => {
            let key = match polling {
                Polling::Wanted => "wanted",
                Polling::TooFewWatches => "too-few-watches",
                Polling::Failed(_) => "failed",
            };
            let message = super::polling(polling);
            vec![json!({"event": "polling", "why": key, "message": message.get(language)})]
        }
        Told::Committed {
            folder,
            commit,
            subject,
            paths,
        } => vec![json!({
            "event": "committed", "id": id_of(folder), "commit": commit, "subject": subject, "paths": paths,
        })],
        Told::Waits(path) => waits(path, view.waits.get(path), language, &found)
            .into_iter()
            .collect(),
        Told::Free(path) => vec![json!({"event": "free", "id": id_of(path), "path": path})],
        Told::Tick => Vec::new(),
        Told::Stopped => vec![json!({"event": "stopped"})],
    }
}

fn waits(
    path: &str,
    wait: Option<&Wait>,
    language: Language,
    found: &dyn Fn(&[Diagnostic]) -> Value,
) -> Option<Value> {
    let mut event = json!({"event": "waits", "id": id_of(path), "path": path});
    match wait? {
        Wait::Rules => event["why"] = json!("rules"),
        Wait::Removed { paths, .. } => {
            event["why"] = json!("removed");
            event["paths"] = json!(paths);
            event["message"] = json!(super::waits(path, wait?, false).get(language));
        }
        Wait::Invalid(findings) => {
            event["why"] = json!("invalid");
            event["findings"] = found(findings);
        }
        Wait::Other(key, message) => {
            event["why"] = json!(key);
            event["message"] = json!(message.get(language));
        }
    }
    Some(event)
}

/// The open deadlines of a clue: all, or only those that are over or near.
fn due(verdict: &Verdict, all: bool) -> Vec<Value> {
    let items = verdict.items.iter().filter(|item| {
        all || match item.standing.phase {
            Phase::Overdue | Phase::DueToday => true,
            Phase::Running => item.standing.left_working.is_some_and(|left| left <= SOON),
            _ => false,
        }
    });
    items
        .map(|item| {
            json!({
                "id": item.id, "number": item.number, "clock": item.clock.to_json(&item.standing),
            })
        })
        .collect()
}
