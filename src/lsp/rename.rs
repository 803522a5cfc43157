//! Renaming the key of a person or department, in every record, file name and list that bears it.
//!
//! What has been signed, sealed or written by a step stays as it is for ever: where the key stands in such a place, nothing
//! is renamed at all, and the answer says where. A key is for machines; the name that people see can be changed at any time.

use std::collections::{BTreeMap, BTreeSet};

use gen_lsp_types::Position;
use lsp_server::ErrorCode;
use serde_json::{Map, Value, json};

use crate::case::{Case, id_of};
use crate::files::{Files, file_name};
use crate::lsp::edits::replace;
use crate::lsp::names::{Target, declaration, target};
use crate::lsp::navigate::{Use, inner_span, quoted, uses};
use crate::lsp::requests::Answer;
use crate::lsp::view::View;
use crate::rulebook::match_path;
use crate::text::Span;
use crate::world::World;

/// Characters that a key may have.
const LONGEST_KEY: usize = 64;

fn refused(why: impl Into<String>) -> Answer {
    Err((ErrorCode::RequestFailed, why.into()))
}

/// What would be renamed at a position: the key of a person or department, and nothing else.
pub(super) fn prepare(view: &View, path: &str, position: Position) -> Answer {
    let Some((target, span)) = renamable(view, path, position) else {
        return Ok(Value::Null);
    };
    let Some(text) = view.text(path) else {
        return Ok(Value::Null);
    };
    let span = inner_span(&text.text, span);
    Ok(json!({"range": view.range(&text, span), "placeholder": target.name}))
}

fn renamable(view: &View, path: &str, position: Position) -> Option<(Target, Span)> {
    let found = target(view, path, position)?;
    matches!(found.0.what.as_str(), "person" | "department").then_some(found)
}

/// The edit that renames what stands at a position.
pub(super) fn rename(view: &View, path: &str, position: Position, new: &str) -> Answer {
    let Some((target, _)) = renamable(view, path, position) else {
        return refused(view.say(
            "only the keys of people and departments can be renamed",
            "只能为人员和部门的键改名",
        ));
    };
    let Some(world) = &view.world else {
        return refused(view.say(
            "organisation.yaml or workflow.yaml cannot be read: mend it first",
            "organisation.yaml 或 workflow.yaml 无法读取，请先修正",
        ));
    };
    if new == target.name {
        return Ok(Value::Null);
    }
    if let Some(why) = unfit(view, world, &target, new) {
        return refused(why);
    }
    let Some((declared_in, declared_at)) = declaration(view, &target) else {
        return refused(view.say(
            "organisation.yaml does not declare this key",
            "organisation.yaml 中没有声明这个键",
        ));
    };
    let uses = uses(view, &target);
    let files = files_named(view, world, &target);
    if view.is_cancelled() {
        return Err((ErrorCode::RequestCanceled, "cancelled".to_owned()));
    }
    let kept = kept_places(view, world, &uses, &files);
    if !kept.is_empty() {
        return refused(told(view, &target, &kept));
    }
    if let Some(line) = other_expression(view, &target, &uses) {
        let name = &target.name;
        return refused(if view.say("en", "zh") == "zh" {
            format!("workflow.yaml 第 {line} 行的表达式写有 '{name}'，无法确定所指，请先手工修改")
        } else {
            format!(
                "an expression in workflow.yaml, line {line}, has '{name}', and what it means cannot be told: change it by hand first"
            )
        });
    }
    if !files.is_empty() && !view.client.renames_files {
        return refused(view.say(
            "files bear this key in their names, and this editor cannot rename files as part of an edit",
            "有文件以该键命名，而此编辑器不支持在修改中一并改名",
        ));
    }
    let mut edits: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    edits.entry(declared_in).or_default().push(declared_at);
    for one in uses {
        edits.entry(one.path).or_default().push(one.span);
    }
    let mut changes = Vec::new();
    let mut plain = Map::new();
    for (path, spans) in edits {
        let Some(text) = view.text(&path) else {
            continue;
        };
        let edits: Vec<Value> = spans
            .iter()
            .map(|span| replace(view, &text, inner_span(&text.text, *span), new))
            .collect();
        let version = view.documents.get(&path).map(|document| document.version);
        let address = view.address(&path);
        plain.insert(address.clone(), json!(edits));
        changes.push(json!({"textDocument": {"uri": address, "version": version}, "edits": edits}));
    }
    if files.is_empty() {
        return Ok(json!({"changes": plain}));
    }
    for (path, renamed) in files
        .iter()
        .map(|path| (path, renamed(world, path, &target, new)))
    {
        changes.push(json!({
            "kind": "rename", "oldUri": view.address(path), "newUri": view.address(&renamed),
            "options": {"overwrite": false, "ignoreIfExists": false},
        }));
    }
    Ok(json!({"documentChanges": changes}))
}

/// Why a key cannot be used, if it cannot.
fn unfit(view: &View, world: &World, target: &Target, new: &str) -> Option<String> {
    let is_key = !new.is_empty()
        && new.len() <= LONGEST_KEY
        && new.split('-').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
    if !is_key {
        let why = view.say(
            "a key has small letters, digits and hyphens, such as wang-fang",
            "键只能用小写字母、数字和连字符，例如 wang-fang",
        );
        return Some(why.to_owned());
    }
    let organisation = &world.organisation;
    let is_taken = match target.what.as_str() {
        "person" => organisation.people.contains_key(new),
        _ => organisation.departments.contains_key(new),
    };
    is_taken.then(|| {
        let why = view.say("this key is taken already", "这个键已被使用");
        why.to_owned()
    })
}

/// Records that are named after a department.
fn files_named(view: &View, world: &World, target: &Target) -> Vec<String> {
    if target.what != "department" {
        return Vec::new();
    }
    let files = view.files();
    let walked = files.walk("clues").unwrap_or_default();
    let is_named = |path: &String| {
        let file = view.file_of(path);
        file.is_some_and(|file| {
            world.rulebook.records.contains_key(&file.record)
                && file.parts.get("department") == Some(&target.name)
        })
    };
    let paths = walked.into_iter().map(|(path, _)| path);
    paths
        .filter(|path| path.contains(target.name.as_str()))
        .filter(is_named)
        .collect()
}

/// The path that a record named after a department gets.
fn renamed(world: &World, path: &str, target: &Target, new: &str) -> String {
    let (folder, inner) = match id_of(path).and_then(crate::case::folder_of) {
        Some(folder) => (folder.clone(), path[folder.len() + 1..].to_owned()),
        None => return path.to_owned(),
    };
    let records = world.rulebook.records.values();
    let pattern = records
        .filter(|declared| match_path(&declared.path, &inner).is_some())
        .map(|declared| declared.path.as_str())
        .next()
        .unwrap_or_default();
    let Some(parts) = match_path(pattern, &inner) else {
        return path.to_owned();
    };
    let mut name = pattern.to_owned();
    for (part, value) in &parts {
        let value = if part == "department" && *value == target.name {
            new
        } else {
            value
        };
        name = name.replace(&format!("{{{part}}}"), value);
    }
    format!("{folder}/{name}")
}

/// A place that must stay as it is, and why.
struct Kept {
    path: String,
    line: Option<usize>,
    en: &'static str,
    zh: &'static str,
}

/// The places among those to be renamed that nobody may change any more.
fn kept_places(view: &View, world: &World, uses: &[Use], files: &[String]) -> Vec<Kept> {
    let disk = view.files();
    let mut places: BTreeMap<String, Vec<(&str, Option<&Use>)>> = BTreeMap::new();
    for one in uses {
        let folder = id_of(&one.path).and_then(crate::case::folder_of);
        if let Some(folder) = folder {
            places
                .entry(folder)
                .or_default()
                .push((&one.path, Some(one)));
        }
    }
    for path in files {
        if let Some(folder) = id_of(path).and_then(crate::case::folder_of) {
            places.entry(folder).or_default().push((path, None));
        }
    }
    let mut kept = Vec::new();
    for (folder, places) in places {
        let (case, _) = Case::load(&disk, world, &folder);
        let states = &world.rulebook.states;
        let is_final = states.get(case.state()).is_some_and(|state| state.is_final);
        let sealed: BTreeSet<String> = sealed_ever(&case);
        for (path, place) in places {
            let inner = &path[folder.len() + 1..];
            let record = view.file_of(path).map(|file| file.record);
            let record = record.unwrap_or_default();
            let words = if is_final {
                Some(("the clue is closed", "线索已办结"))
            } else if sealed.contains(inner) {
                Some(("the record is sealed", "记录已封存"))
            } else if place.is_some_and(|place| is_by_steps(world, &record, &place.pointer)) {
                Some(("a step wrote it", "由步骤写入"))
            } else if place.is_some_and(|place| is_kept(world, &record, &place.pointer)) {
                Some((
                    "entries of this list stay as they are",
                    "该列表的条目不得改动",
                ))
            } else {
                None
            };
            if let Some((en, zh)) = words {
                let text = view.text(path);
                let line = place
                    .zip(text)
                    .map(|(place, text)| text.lines.line_of(place.span.start) + 1);
                let path = path.to_owned();
                kept.push(Kept { path, line, en, zh });
            }
        }
    }
    kept
}

/// Records that some step has sealed.
fn sealed_ever(case: &Case) -> BTreeSet<String> {
    let trail = case.card.iter().flat_map(|card| &card.trail);
    let seals = trail.flat_map(|entry| entry.seals.iter().flatten());
    seals.map(|(path, _)| path.clone()).collect()
}

/// Whether only steps write a field, or all that a record holds.
fn is_by_steps(world: &World, record: &str, pointer: &str) -> bool {
    // The card is written by steps as a whole.
    if record == crate::case::CARD {
        return true;
    }
    let parts: Vec<&str> = pointer.split('/').skip(1).collect();
    world.written_by_steps(record).iter().any(|written| {
        written.path.len() <= parts.len()
            && written
                .path
                .iter()
                .zip(&parts)
                .all(|(own, part)| own == "*" || own == part)
    })
}

/// Whether a field belongs to a list whose entries nobody changes.
fn is_kept(world: &World, record: &str, pointer: &str) -> bool {
    let list = pointer.split('/').nth(1).unwrap_or_default();
    let declared = world.rulebook.records.get(record);
    declared.is_some_and(|declared| declared.kept.iter().any(|own| own == list))
}

/// The line of an expression of the rulebook that has the key in quotes and is not known to mean it.
fn other_expression(view: &View, target: &Target, uses: &[Use]) -> Option<usize> {
    let text = view.text("workflow.yaml")?;
    let whole = Span::new(0, text.text.len());
    let names = [target.name.clone()];
    let known = |span: &Span| {
        uses.iter().any(|one| {
            one.path == "workflow.yaml" && one.span.start <= span.start && span.end <= one.span.end
        })
    };
    let found = quoted(&text.text, whole, &names);
    let other = found.into_iter().find(|span| !known(span))?;
    Some(text.lines.line_of(other.start) + 1)
}

fn told(view: &View, target: &Target, kept: &[Kept]) -> String {
    let first = &kept[0];
    let place = match first.line {
        Some(line) => format!("{}:{line}", first.path),
        None => first.path.clone(),
    };
    let id = id_of(&first.path).unwrap_or(file_name(&first.path));
    let (name, count) = (&target.name, kept.len());
    let (en, zh) = (first.en, first.zh);
    if view.say("en", "zh") == "zh" {
        format!(
            "`{name}` 不能改名：有 {count} 处必须保持原样，例如线索 {id} 的 {place}（{zh}）。键用于识别，请改 organisation.yaml 中的 name"
        )
    } else {
        format!(
            "`{name}` cannot be renamed: it stands in {count} places that must stay as they are, such as {place} of clue {id} ({en}). A key is there to be known by; change its `name` in organisation.yaml instead"
        )
    }
}
