//! What one commit does to one clue: from the clue as its parent has it to the clue as it leaves it.
//! It judges this change alone; whether the clue is valid as it stands is the check's to say.

use serde_json::Value;

use crate::case::{CARD, Case, Record};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::files::Files;
use crate::record::TrailEntry;
use crate::time::Timestamp;
use crate::workflow::{Actor, Taken, at, departs, forget_reason, retrace, same};
use crate::world::World;

/// Judges a change of one clue, by the rulebook that was in force; `files` are those before it.
///
/// Gives what is wrong with it, and the step that was taken, if one was.
pub fn crossing<'a>(
    world: &World,
    files: &dyn Files,
    before: &Case,
    after: &'a Case,
) -> (Vec<Diagnostic>, Option<&'a TrailEntry>) {
    let mut found = Vec::new();
    if after.unread.contains(CARD) {
        // It is there and cannot be read: the check of the clue as it stands says why.
        found.extend(kept(world, before, after));
        return (found, None);
    }
    if before.card_record.is_some() && after.card_record.is_none() {
        found.push(deleted(before));
        return (found, None);
    }
    // What such a step took out is told by the record that stands for it; retracing the step compares the two.
    let removes = removes(world, before, after);
    if !removes {
        found.extend(kept(world, before, after));
    }
    let (Some(card), Some(record)) = (&after.card, &after.card_record) else {
        // What cannot be read is told by the check of the clue as it stands.
        return (found, None);
    };
    let old: &[TrailEntry] = before.card.as_ref().map_or(&[], |card| &card.trail);
    let was_unread = before.unread.contains(CARD);
    if was_unread || before.card_record.is_some() && before.card.is_none() {
        // There was nothing to go by: whoever mends a card that could not be read answers for it as it stands.
        return (found, None);
    }
    let rewritten = rewritten(world, before, record, removes);
    if !rewritten.is_empty() {
        found.extend(rewritten);
        return (found, None);
    }
    let new = card.trail.get(old.len()..).unwrap_or_default();
    match new {
        [] => {
            found.extend(without_step(before, record));
            found.extend(fields_without_step(world, before, after));
            (found, None)
        }
        [entry] => {
            if let Some(at) = Timestamp::parse(&entry.at) {
                let actor = Actor {
                    person: entry.by.clone(),
                    at,
                };
                found.extend(retrace(&Taken {
                    world,
                    files,
                    before,
                    after,
                    entry,
                    actor: &actor,
                }));
            }
            (found, Some(entry))
        }
        [.., last] => {
            found.push(several(world, record, old.len(), new));
            (found, Some(last))
        }
    }
}

fn deleted(before: &Case) -> Diagnostic {
    Diagnostic::new(
        Code::HistoryDeletion,
        Place::file(format!("{}/clue.yaml", before.folder)),
        format!("the clue {} was deleted", before.id),
        format!("线索 {} 被删除", before.id),
    )
    .remedy(
        "restore it from the commit before this one",
        "请从上一个提交恢复",
    )
    .procedure("R3")
}

/// Whether the one new entry of the trail is a step that takes all records out.
fn removes(world: &World, before: &Case, after: &Case) -> bool {
    let trail = |case: &Case| case.card.as_ref().map_or(0, |card| card.trail.len());
    let last = after.card.as_ref().and_then(|card| card.trail.last());
    let step = last.and_then(|entry| world.rulebook.steps.get(&entry.step));
    trail(after) == trail(before) + 1 && step.is_some_and(|step| step.removes.is_some())
}

/// Entries of the trail that are not what they were, or are gone; a step that takes all records out takes the reasons of
/// earlier steps with them.
fn rewritten(world: &World, before: &Case, record: &Record, removes: bool) -> Vec<Diagnostic> {
    fn trail(record: &Record) -> &[Value] {
        let trail = record.value.get("trail").and_then(Value::as_array);
        trail.map_or(&[], Vec::as_slice)
    }
    let old = before.card_record.as_ref().map_or(&[][..], trail);
    let new = trail(record);
    let mut found = Vec::new();
    for (index, entry) in old.iter().enumerate() {
        let mut entry = entry.clone();
        if removes {
            forget_reason(&mut entry);
        }
        if same(Some(&entry), new.get(index)) {
            continue;
        }
        let step = entry["step"].as_str().unwrap_or("?");
        let at = entry["at"].as_str().unwrap_or("?");
        let is_there = new.iter().any(|other| same(Some(&entry), Some(other)));
        let (en, zh) = if new.get(index).is_none() || is_there {
            ("gone or out of its place", "不见了，或不在原处")
        } else {
            ("not what it was", "被改动")
        };
        let place = match new.get(index) {
            Some(_) => record.place(&format!("/trail/{index}")),
            None => record.place("/trail"),
        };
        found.push(
            Diagnostic::new(
                Code::HistoryTrail,
                place,
                format!("the trail's entry `{step}` of {at} is {en}"),
                format!(
                    "经过中 {at} 的{}一条{zh}",
                    world.rulebook.named_zh("step", step)
                ),
            )
            .remedy(
                "the trail is only added to; restore it from the commit before this one",
                "经过只能增加，请从上一个提交恢复",
            )
            .procedure("P2"),
        );
        // One entry too few or too many moves all that follow; the first tells it.
        break;
    }
    found
}

fn several(world: &World, record: &Record, first: usize, new: &[TrailEntry]) -> Diagnostic {
    let names_zh: Vec<String> = new
        .iter()
        .map(|entry| world.rulebook.named_zh("step", &entry.step))
        .collect();
    let names: Vec<String> = new
        .iter()
        .map(|entry| format!("`{}`", entry.step))
        .collect();
    Diagnostic::new(
        Code::HistorySteps,
        record.place(&format!("/trail/{first}")),
        format!(
            "the commit holds {} steps of this clue, {}; each is a commit of its own",
            new.len(),
            names.join(", ")
        ),
        format!(
            "此提交包含本线索的 {} 个步骤：{}；每一步应单独提交",
            new.len(),
            names_zh.join("、")
        ),
    )
    .remedy(
        "do not squash commits; merge them as they are",
        "请不要压缩合并提交，应原样合并",
    )
    .procedure("P2")
}

/// Without a step the card stays as it is.
fn without_step(before: &Case, record: &Record) -> Vec<Diagnostic> {
    let empty = serde_json::Map::new();
    let old = before.card_record.as_ref();
    let old = old.and_then(|record| record.value.as_object());
    let old = old.unwrap_or(&empty);
    let new = record.value.as_object().unwrap_or(&empty);
    let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    keys.into_iter()
        .filter(|key| !same(old.get(*key), new.get(*key)))
        .map(|key| {
            Diagnostic::new(
                Code::HistoryCard,
                match new.get(key) {
                    Some(_) => record.place(&format!("/{key}")),
                    None => Place::file(&record.path),
                },
                format!("`{key}` of the index card was changed, and no step was taken"),
                format!("没有办理步骤，索引卡的 `{key}` 却被改动"),
            )
            .remedy(
                "take the step with clue advance; clue.yaml is not edited by hand",
                "请用 clue advance 办理步骤，clue.yaml 不手工修改",
            )
            .procedure("P2")
        })
        .collect()
}

/// Without a step nothing that only steps write changes.
fn fields_without_step(world: &World, before: &Case, after: &Case) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for record in after.records.values().flatten() {
        let old = before
            .all(&record.name)
            .iter()
            .find(|old| old.path == record.path);
        if old.is_some_and(|old| old.bytes == record.bytes) {
            continue;
        }
        for field in world.written_by_steps(&record.name) {
            for place in field.places(&record.value) {
                let should = match old {
                    Some(old) => at(&old.value, &place),
                    None => Some(&field.default),
                };
                let is = at(&record.value, &place);
                // A new record may leave out what it begins with.
                let begins = old.is_none() && matches!(is, None | Some(Value::Null));
                if !same(should, is) && !begins {
                    found.push(departs(record, &place, should, is).remedy(
                        "take the step with clue advance",
                        "请用 clue advance 办理相应的步骤",
                    ));
                }
            }
        }
    }
    found
}

/// Lists that are only added to have every entry that they had.
pub(super) fn kept(world: &World, before: &Case, after: &Case) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (name, declared) in &world.rulebook.records {
        // A list in a record that cannot be read is not gone.
        if after.unread.contains(name) {
            continue;
        }
        for old in before.all(name) {
            let record = after.all(name).iter().find(|new| new.path == old.path);
            if record.is_some_and(|record| record.bytes == old.bytes) {
                continue;
            }
            for list in &declared.kept {
                let mut left: Vec<&Value> =
                    record.map_or_else(Vec::new, |record| items(record, list));
                for entry in items(old, list) {
                    let place = left.iter().position(|item| same(Some(item), Some(entry)));
                    match place {
                        Some(index) => {
                            left.remove(index);
                        }
                        None => found.push(lost(old, record, list, entry)),
                    }
                }
            }
        }
    }
    found
}

/// What a list of a record holds.
pub(super) fn items<'r>(record: &'r Record, list: &str) -> Vec<&'r Value> {
    let items = record.value.get(list).and_then(Value::as_array);
    items.into_iter().flatten().collect()
}

fn lost(old: &Record, record: Option<&Record>, list: &str, entry: &Value) -> Diagnostic {
    let at = entry["at"].as_str().unwrap_or("?");
    let place = match record {
        Some(record) if record.value.get(list).is_some() => record.place(&format!("/{list}")),
        _ => Place::file(&old.path),
    };
    Diagnostic::new(
        Code::HistoryEntry,
        place,
        format!("the entry of {at} in `{list}` was changed or taken out"),
        format!("`{list}` 中 {at} 的条目被改动或删除"),
    )
    .remedy(
        "restore it, and put right what was wrong by another entry",
        "请恢复该条目；内容有误的，另加一条更正",
    )
    .procedure("H9")
}
