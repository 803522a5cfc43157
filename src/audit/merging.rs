//! What a merge does to one clue: it brings together what its parents have, and adds nothing of its own to the trail.
//! It never judges what the parents did; their own commits answer for that.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::audit::crossing::kept;
use crate::case::{CARD, Case, Record};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::workflow::{at, departs, same};
use crate::world::World;

/// Judges a clue as a merge leaves it, against the clue as each parent has it, and as they had it in common.
pub(super) fn merged(
    world: &World,
    bases: &[&Case],
    parents: &[&Case],
    after: &Case,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let has_card = |case: &&&Case| case.card_record.is_some();
    if after.unread.contains(CARD) {
        // It is there and cannot be read, as where a conflict was committed: the check of the clue as it stands says so.
        return found;
    }
    if after.card_record.is_none() {
        let common = bases.iter().any(|base| base.card_record.is_some());
        let all = parents.iter().all(|case| case.card_record.is_some());
        let new = !common && parents.iter().any(|case| case.card_record.is_some());
        if let Some(one) = parents.iter().find(has_card)
            && (all || new)
        {
            found.push(
                Diagnostic::new(
                    Code::HistoryDeletion,
                    Place::file(format!("{}/clue.yaml", one.folder)),
                    format!("the merge drops the clue {}", one.id),
                    format!("合并丢失了线索 {}", one.id),
                )
                .procedure("R3"),
            );
        }
        return found;
    }
    if let Some(record) = &after.card_record {
        found.extend(trail(world, parents, record));
        found.extend(card(parents, record));
    }
    for parent in parents {
        found.extend(kept(world, parent, after));
    }
    found.extend(records(world, bases, parents, after));
    found
}

fn trail(world: &World, parents: &[&Case], record: &Record) -> Vec<Diagnostic> {
    let entries = |record: &Record| {
        let trail = record.value.get("trail").and_then(Value::as_array);
        trail.cloned().unwrap_or_default()
    };
    let of_parents: Vec<Vec<Value>> = parents
        .iter()
        .map(|case| case.card_record.as_ref().map(entries).unwrap_or_default())
        .collect();
    let result = entries(record);
    let has = |trail: &[Value], entry: &Value| trail.iter().any(|own| same(Some(own), Some(entry)));
    let mut found = Vec::new();
    for (index, entry) in result.iter().enumerate() {
        if !of_parents.iter().any(|trail| has(trail, entry)) {
            let step = entry["step"].as_str().unwrap_or("?");
            found.push(
                Diagnostic::new(
                    Code::HistorySteps,
                    record.place(&format!("/trail/{index}")),
                    format!("the merge takes the step `{step}`; steps are commits of their own"),
                    format!(
                        "合并提交中办理了{}；步骤应单独提交",
                        world.rulebook.named_zh("step", step)
                    ),
                )
                .procedure("P2"),
            );
        }
    }
    for entry in of_parents.iter().flatten() {
        if !has(&result, entry) {
            let step = entry["step"].as_str().unwrap_or("?");
            let at = entry["at"].as_str().unwrap_or("?");
            let finding = Diagnostic::new(
                Code::HistoryTrail,
                record.place("/trail"),
                format!("the merge drops the step `{step}` of {at}"),
                format!(
                    "合并丢失了 {at} 的{}这一步",
                    world.rulebook.named_zh("step", step)
                ),
            )
            .remedy(
                "a merge keeps the steps of both sides. Where only one of them can stand, give the merge up, take back your own step that nobody has yet (git reset --keep HEAD~1 where it is your last commit), merge, and take it anew if it is still possible",
                "合并须保留双方办理的步骤。两步只能留一步时，请放弃这次合并，退回自己尚未推送的那一步（是最后一次提交时：git reset --keep HEAD~1），再合并；仍可办理的，重新办理",
            )
            .procedure("P2");
            if !found.contains(&finding) {
                found.push(finding);
            }
        }
    }
    found
}

/// Each field of the card is as one of the parents has it; a list holds what they hold.
fn card(parents: &[&Case], record: &Record) -> Vec<Diagnostic> {
    let cards: Vec<&Value> = parents
        .iter()
        .filter_map(|case| case.card_record.as_ref().map(|record| &*record.value))
        .collect();
    let keys: BTreeSet<&String> = cards
        .iter()
        .copied()
        .chain([&*record.value])
        .filter_map(Value::as_object)
        .flat_map(|fields| fields.keys())
        .collect();
    let mut found = Vec::new();
    for key in keys.into_iter().filter(|key| *key != "trail") {
        let is = record.value.get(key);
        if !comes_from(is, cards.iter().map(|card| card.get(key))) {
            found.push(
                Diagnostic::new(
                    Code::HistoryMerge,
                    match is {
                        Some(_) => record.place(&format!("/{key}")),
                        None => Place::file(&record.path),
                    },
                    format!("`{key}` of the index card is as neither side of the merge has it"),
                    format!("索引卡的 `{key}` 与合并双方都不同"),
                )
                .procedure("P2"),
            );
        }
    }
    found
}

/// Whether a value is one of the sides', or a list of what they hold.
fn comes_from<'v>(
    value: Option<&Value>,
    sides: impl Iterator<Item = Option<&'v Value>> + Clone,
) -> bool {
    if sides.clone().any(|side| same(side, value)) {
        return true;
    }
    let Some(items) = value.and_then(Value::as_array) else {
        return false;
    };
    items.iter().all(|item| {
        sides
            .clone()
            .flatten()
            .filter_map(Value::as_array)
            .flatten()
            .any(|own| same(Some(own), Some(item)))
    })
}

fn records(world: &World, bases: &[&Case], parents: &[&Case], after: &Case) -> Vec<Diagnostic> {
    let of = |case: &Case, record: &Record| -> Option<Record> {
        let own = case.all(&record.name).iter();
        own.clone().find(|own| own.path == record.path).cloned()
    };
    let mut found = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let all = parents
        .iter()
        .flat_map(|case| case.records.values().flatten())
        .chain(after.records.values().flatten());
    for one in all {
        if !seen.insert(one.path.clone()) || after.unread.contains(&one.name) {
            continue;
        }
        let result = of(after, one);
        let sides: Vec<Option<Record>> = parents.iter().map(|case| of(case, one)).collect();
        let olds: Vec<Option<Record>> = bases.iter().map(|base| of(base, one)).collect();
        let bytes = |record: &Option<Record>| record.as_ref().map(|record| record.bytes.clone());
        let as_some_parent = sides.iter().any(|side| bytes(side) == bytes(&result));
        let as_before = |record: &Option<Record>| {
            !olds.is_empty() && olds.iter().all(|old| bytes(old) == bytes(record))
        };
        if as_some_parent {
            // What it had before, although a side changed it: the merge takes that change back.
            if as_before(&result) && sides.iter().any(|side| bytes(side) != bytes(&result)) {
                found.push(
                    Diagnostic::new(
                        Code::HistoryMerge,
                        Place::file(&one.path),
                        "the merge takes back what one of its sides had changed here",
                        "合并撤销了其中一方对此文件的改动",
                    )
                    .remedy(
                        "merge again and keep that change; take it back openly, in a commit of its own",
                        "请重新合并并保留该改动；确需撤回的，应单独提交",
                    )
                    .procedure("P2"),
                );
            }
            continue;
        }
        let Some(result) = &result else {
            continue;
        };
        for field in world.written_by_steps(&result.name) {
            for place in field.places(&result.value) {
                let is = at(&result.value, &place);
                let of_sides = sides
                    .iter()
                    .flatten()
                    .map(|side| at(&side.value, &place))
                    .collect::<Vec<_>>();
                let begins = of_sides.is_empty() && same(is, Some(&field.default));
                if !comes_from(is, of_sides.iter().copied()) && !begins {
                    let should = of_sides.first().copied().flatten();
                    found.push(departs(result, &place, should, is));
                }
            }
        }
        let declared = world.rulebook.records.get(&result.name);
        for list in declared.iter().flat_map(|declared| &declared.kept) {
            let items = result.value.get(list).and_then(Value::as_array);
            for (index, item) in items.into_iter().flatten().enumerate() {
                let known = sides
                    .iter()
                    .flatten()
                    .filter_map(|side| side.value.get(list).and_then(Value::as_array))
                    .flatten()
                    .any(|own| same(Some(own), Some(item)));
                if !known {
                    found.push(
                        Diagnostic::new(
                            Code::HistoryMerge,
                            result.place(&format!("/{list}/{index}")),
                            format!("neither side of the merge has this entry of `{list}`"),
                            format!("合并双方都没有 `{list}` 中的这一条"),
                        )
                        .procedure("P2"),
                    );
                }
            }
        }
    }
    found
}
