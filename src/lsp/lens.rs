//! The lines above a clue's card: what can be done next, by whom, and until when.

use serde_json::{Value, json};

use crate::lsp::commands::{ADVANCE, NEXT};
use crate::lsp::steps::{actor, prospects, stem, title};
use crate::lsp::view::View;
use crate::lsp::view::nowhere;
use crate::text::visible_line;
use crate::workflow::Possibility;

/// People that are named of those who could take a step.
const MOST_PEOPLE: usize = 3;

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
    if !prospects.found.is_empty() && prospects.possible.is_empty() {
        let words = view.say(
            "findings stand in the way of every step",
            "请先改正所列问题，再办理步骤",
        );
        lenses.push(lens(words.to_owned(), NEXT, &ask));
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
        let people = step.people.iter().take(MOST_PEOPLE);
        let people: Vec<&str> = people
            .map(|person| world.organisation.person_name(person))
            .collect();
        let more = if step.people.len() > MOST_PEOPLE {
            " …"
        } else {
            ""
        };
        let people = people.join(view.say(", ", "、"));
        let mark = if step.missing.is_empty() { "✓" } else { "·" };
        let title = format!("{mark} {} · {people}{more}", title(view, world, step));
        let is_own = own.as_ref().is_some_and(|own| step.people.contains(own));
        if is_ready(step) && is_own {
            lenses.push(lens(title, ADVANCE, &json!([arguments(id, step)])));
        } else {
            lenses.push(lens(title, NEXT, &ask));
        }
    }
    Value::Array(lenses)
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
