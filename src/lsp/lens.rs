//! The lines above a clue's card: what can be done next, by whom, and until when.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::diagnostic::Severity;
use crate::lsp::commands::{ADVANCE, NEXT};
use crate::lsp::steps::{Prospects, actor, people_of, place_of, prospects, stem, title};
use crate::lsp::view::View;
use crate::lsp::view::nowhere;
use crate::text::{Language, shorten, visible_line};
use crate::workflow::Possibility;

/// Columns that are told of what a step still waits for.
const MOST_COLUMNS: usize = 80;

/// The lenses of a document; only a clue's card has any.
pub(super) fn lenses(view: &View, path: &str) -> Value {
    let card = view.file_of(path).filter(|file| file.schema == "clue");
    let (Some(folder), Some(world)) = (card.and_then(|file| file.folder), &view.world) else {
        return json!([]);
    };
    let Some(prospects) = prospects(view, &folder) else {
        return json!([]);
    };
    let own = actor(view, world);
    let id = &prospects.case.id;
    let ask = json!([{"clue": id}]);
    let lens = |title: String, command: &str, arguments: &Value| {
        json!({
            "range": nowhere(),
            "command": {"title": visible_line(&title), "command": command, "arguments": arguments},
        })
    };
    let mut lenses = Vec::new();
    if prospects.possible.is_empty() {
        for (file, count) in standing_in_the_way(&prospects) {
            let words = match (view.language, count) {
                (Language::Zh, _) => format!("请先改正 {file} 中的 {count} 处错误，再办理步骤"),
                (Language::En, 1) => format!("1 error in {file} stands in the way of every step"),
                (Language::En, _) => {
                    format!("{count} errors in {file} stand in the way of every step")
                }
            };
            lenses.push(lens(words, NEXT, &ask));
        }
    }
    for clock in &prospects.clocks {
        let standing = clock.standing(&world.calendar, prospects.now);
        let label = world
            .rulebook
            .label("deadline", &clock.deadline, view.language);
        let department = clock.department.as_ref().map_or_else(String::new, |key| {
            format!(" · {}", world.organisation.department_name(key))
        });
        let words = clock.words(&standing);
        let colon = view.say(": ", "：");
        let title = format!("⏱ {label}{department}{colon}{}", view.words(&words));
        lenses.push(lens(title, NEXT, &ask));
    }
    for step in &prospects.possible {
        let people = people_of(view, world, step);
        let mark = if step.missing.is_empty() { "✓" } else { "·" };
        let mut title = format!("{mark} {} · {people}", title(view, world, step));
        if let Some(first) = step.missing.first() {
            let what = first.remedy.as_ref().unwrap_or(&first.message);
            let place = place_of(view, &folder, first);
            let words = shorten(view.words(what), MOST_COLUMNS);
            title.push_str(&format!("{}{place}{words}", view.say(": ", "：")));
        }
        let is_own = own.as_ref().is_some_and(|own| step.people.contains(own));
        if is_ready(step) && is_own {
            lenses.push(lens(title, ADVANCE, &json!([arguments(id, step)])));
        } else {
            lenses.push(lens(title, NEXT, &ask));
        }
    }
    Value::Array(lenses)
}

/// The files of a clue that have errors, and how many.
fn standing_in_the_way(prospects: &Prospects) -> BTreeMap<String, usize> {
    let errors = prospects.found.iter();
    let errors = errors.filter(|one| one.severity == Severity::Error);
    let folder = format!("{}/", prospects.case.folder);
    let mut files = BTreeMap::new();
    for one in errors {
        let path = &one.place.path;
        let file = path.strip_prefix(&folder).unwrap_or(path);
        *files.entry(file.to_owned()).or_default() += 1;
    }
    files
}

/// Whether a step can be taken with nothing more to be said.
pub(super) fn is_ready(step: &Possibility) -> bool {
    step.missing.is_empty() && !step.needs_reason && !step.extends && step.step != "note"
}

/// What the command needs to know to take exactly this step.
pub(super) fn arguments(id: &str, step: &Possibility) -> Value {
    let subject = &step.subject;
    let mut arguments = json!({"clue": id, "step": step.step});
    if let Some(department) = &subject.department {
        arguments["department"] = json!(department);
    }
    if let Some(record) = &subject.record {
        arguments["record"] = json!(stem(record));
    }
    if let Some(entry) = subject.entry {
        arguments["entry"] = json!(entry);
    }
    if let Some(deadline) = &subject.deadline {
        arguments["deadline"] = json!(deadline);
    }
    arguments
}
