//! What can be done at a place: mend a finding, draft a record, take a step.
//! Edits are proposed; steps and drafts are commands that the engine carries out.

use gen_lsp_types::{CodeActionParams, Range};
use serde_json::{Value, json};

use crate::check::check_world;
use crate::diagnostic::{Code, Diagnostic, sort};
use crate::lsp::background::judge_clue;
use crate::lsp::commands::{ADVANCE, DRAFT, EXPLAIN};
use crate::lsp::diagnostics::{explanation, range_of, to_protocol};
use crate::lsp::edits::{difference, of_file};
use crate::lsp::lens::{arguments, is_ready};
use crate::lsp::steps::{Lacking, actor, lacking, prospects, record_of, title};
use crate::lsp::view::{FileOf, Text, View};
use crate::world::World;

mod fixes;
mod insertion;
mod syntax;

const QUICK_FIX: &str = "quickfix";
const REFACTOR: &str = "refactor";

/// What can be done in a range of a document.
pub(super) fn actions(view: &View, path: &str, parameters: &CodeActionParams) -> Value {
    let (Some(text), Some(file)) = (view.text(path), view.file_of(path)) else {
        return json!([]);
    };
    let only = parameters.context.only.as_deref();
    let wants = |kind: &str| {
        only.is_none_or(|only| {
            only.iter().any(|own| {
                let own = String::from(own.clone());
                own.is_empty() || kind == own || kind.starts_with(&format!("{own}."))
            })
        })
    };
    let mut actions = Vec::new();
    if wants(QUICK_FIX) {
        let found = findings(view, path, &file);
        for one in &found {
            if touches(range_of(view, &text, &one.place), parameters.range) {
                actions.extend(of_finding(view, path, &file, &text, one, &found));
            }
        }
        actions.extend(insertion::all_that_is_missing(
            view, path, &file, &text, &found,
        ));
    }
    if wants(REFACTOR)
        && let (Some(folder), Some(world)) = (&file.folder, &view.world)
    {
        actions.extend(of_clue(view, world, folder));
    }
    // What would be for somebody else to do is not offered twice.
    let mut seen = Vec::new();
    actions.retain(|action: &Value| {
        let key = (action["title"].clone(), action["edit"].clone());
        let is_new = !seen.contains(&key);
        seen.push(key);
        is_new
    });
    Value::Array(actions)
}

/// What the judge says about a file, as it stands now.
fn findings(view: &View, path: &str, file: &FileOf) -> Vec<Diagnostic> {
    let files = view.files();
    let mut found = match (&file.folder, &view.world) {
        (Some(folder), Some(world)) => judge_clue(&files, world, folder),
        (None, Some(world)) => {
            let (_, mut found) = World::load(&files, crate::builtin::files());
            found.extend(check_world(&files, world));
            found
        }
        (None, None) => World::load(&files, crate::builtin::files()).1,
        (Some(_), None) => Vec::new(),
    };
    found.retain(|one| one.place.path == path);
    sort(&mut found);
    found
}

/// Whether two ranges share a line.
fn touches(one: Range, other: Range) -> bool {
    one.start.line <= other.end.line && other.start.line <= one.end.line
}

fn of_finding(
    view: &View,
    path: &str,
    file: &FileOf,
    text: &Text,
    one: &Diagnostic,
    all: &[Diagnostic],
) -> Vec<Value> {
    let diagnostic = to_protocol(view, Some(text), one);
    let mut actions = Vec::new();
    for fix in fixes::fixes(view, path, file, text, one, all) {
        if let Some(edit) = difference(view, text, &fix.text) {
            actions.push(json!({
                "title": fix.title,
                "kind": QUICK_FIX,
                "diagnostics": [diagnostic],
                "isPreferred": fix.is_sure,
                "edit": of_file(view, path, vec![edit]),
            }));
        }
    }
    if one.code == Code::RecordMissing
        && let (Some(record), Some(folder), Some(world)) =
            (record_of(one), &file.folder, &view.world)
        && let Some(prospects) = prospects(view, folder)
    {
        let own = lacking(view, world, &prospects).into_iter();
        for one in own.filter(|one| one.record == record) {
            let id = &prospects.case.id;
            let mut action = draft_action(view, world, id, &one, QUICK_FIX);
            action["diagnostics"] = json!([diagnostic]);
            actions.push(action);
        }
    }
    let code = explanation(one);
    let title = format!("{}{code}", view.say("Explain: ", "说明："));
    actions.push(json!({
        "title": title,
        "kind": QUICK_FIX,
        "diagnostics": [diagnostic],
        "command": {"title": title, "command": EXPLAIN, "arguments": [{"code": code}]},
    }));
    actions
}

/// Records that can be drafted, and steps that whoever sits here can take.
fn of_clue(view: &View, world: &World, folder: &str) -> Vec<Value> {
    let Some(prospects) = prospects(view, folder) else {
        return Vec::new();
    };
    let id = &prospects.case.id;
    let drafts = lacking(view, world, &prospects).into_iter();
    let mut actions: Vec<Value> = drafts
        .map(|one| draft_action(view, world, id, &one, REFACTOR))
        .collect();
    let Some(own) = actor(view, world) else {
        return actions;
    };
    for step in &prospects.possible {
        if is_ready(step) && step.people.contains(&own) {
            let title = format!(
                "{}{}",
                view.say("Take the step: ", "办理："),
                title(view, world, step)
            );
            actions.push(json!({
                "title": title,
                "kind": REFACTOR,
                "command": {"title": title, "command": ADVANCE, "arguments": [arguments(id, step)]},
            }));
        }
    }
    actions
}

fn draft_action(view: &View, world: &World, id: &str, one: &Lacking, kind: &str) -> Value {
    let label = world.rulebook.label("record", &one.record, view.language);
    let department = one.department.as_ref().map_or_else(String::new, |key| {
        format!(" · {}", world.organisation.department_name(key))
    });
    let title = format!("{}{label}{department}", view.say("Draft: ", "起草："));
    json!({
        "title": title,
        "kind": kind,
        "command": {"title": title, "command": DRAFT, "arguments": [{
            "clue": id, "record": one.record, "department": one.department,
        }]},
    })
}
