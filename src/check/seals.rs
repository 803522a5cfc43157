//! Sealed records are the bytes that were sealed: their SHA-256 stands in the trail.

use std::collections::BTreeMap;

use crate::case::Case;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::record::Card;
use crate::text::Language;
use crate::world::World;

/// Compares every record that the state seals with the last seal that the trail holds of it.
pub fn check(world: &World, case: &Case) -> Vec<Diagnostic> {
    let Some(card) = &case.card else {
        return Vec::new();
    };
    let sealed = world.rulebook.seals(&card.state);
    let mut last: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for (index, entry) in card.trail.iter().enumerate() {
        for (path, hash) in entry.seals.iter().flatten() {
            last.insert(path, (hash, index));
        }
    }
    // What was taken out keeps its seal in the trail, and is missed by nobody.
    let only = world.rulebook.only(&card.state);
    let is_sealed = |name: &str, seal: Option<usize>| {
        if only.is_some_and(|only| !only.iter().any(|own| own == name)) {
            return false;
        }
        sealed.contains(name) || seal.is_some_and(|index| by_step(world, card, name, index))
    };
    let mut found = Vec::new();
    let records = case.records.values().flatten().filter(|record| {
        let seal = last.get(record.inner.as_str()).map(|(_, index)| *index);
        is_sealed(&record.name, seal)
    });
    let records: Vec<_> = records.collect();
    for record in records {
        let label = &world.rulebook.records[&record.name].label;
        match last.remove(record.inner.as_str()) {
            Some((hash, index)) if hash != record.digest() => {
                let entry = &card.trail[index];
                found.push(
                    Diagnostic::new(
                        Code::SealBroken,
                        Place::file(&record.path),
                        format!(
                            "the {} was changed after it was sealed by `{}` on {}",
                            label.en, entry.step, &entry.at
                        ),
                        format!(
                            "{}在 {} 由{}封存之后又被改动",
                            label.zh,
                            &entry.at,
                            world.rulebook.named_zh("step", &entry.step)
                        ),
                    )
                    .remedy(
                        format!("restore it: git checkout HEAD -- {}", record.path),
                        format!("请恢复：git checkout HEAD -- {}", record.path),
                    )
                    .procedure("P2"),
                );
            }
            Some(_) => {}
            None => found.push(
                Diagnostic::new(
                    Code::SealMissing,
                    Place::file(&record.path),
                    format!(
                        "the state “{}” seals the {}, and the trail holds no seal of it",
                        world.rulebook.label("state", &card.state, Language::En),
                        label.en
                    ),
                    format!(
                        "“{}”状态要求封存{}，但经过中没有它的封存记录",
                        world.rulebook.label("state", &card.state, Language::Zh),
                        label.zh
                    ),
                )
                .remedy(
                    "records are added before the step that seals them: take the record away, or restore the state if it was set by hand",
                    "记录应在封存它的步骤之前加入：请移走这份记录；如果是手工改了状态，请恢复状态",
                )
                .procedure("P2"),
            ),
        }
    }
    // A sealed record that is gone leaves its seal behind.
    for (path, (_, index)) in last {
        let name = world
            .rulebook
            .records
            .iter()
            .find(|(_, declared)| crate::rulebook::match_path(&declared.path, path).is_some())
            .map(|(name, _)| name.as_str());
        let whole = format!("{}/{path}", case.folder);
        if name.is_some_and(|name| is_sealed(name, Some(index)))
            && !case.unread.contains(name.unwrap_or_default())
        {
            found.push(
                Diagnostic::new(
                    Code::SealBroken,
                    Place::file(&whole),
                    format!(
                        "this record was sealed by `{}` and is gone",
                        card.trail[index].step
                    ),
                    format!(
                        "这份记录已由{}封存，现在不见了",
                        world.rulebook.named_zh("step", &card.trail[index].step)
                    ),
                )
                .remedy(
                    format!("restore it: git checkout HEAD -- {whole}"),
                    format!("请恢复：git checkout HEAD -- {whole}"),
                )
                .procedure("P2"),
            );
        }
    }
    found
}

/// Whether a seal was put on a department's record by a step that says so, and no step about that department has written
/// into the record since.
fn by_step(world: &World, card: &Card, record: &str, index: usize) -> bool {
    let Some(entry) = card.trail.get(index) else {
        return false;
    };
    let step = |name: &str| world.rulebook.steps.get(name);
    let seals = step(&entry.step).is_some_and(|step| step.seals.iter().any(|own| own == record));
    let opened = card.trail[index + 1..].iter().any(|later| {
        later.department == entry.department
            && later.record == entry.record
            && step(&later.step).is_some_and(|step| step.writes(record))
    });
    seals && !opened
}
