//! Clocks run in order: what the trail did to them was possible, and they begin before they end (H8, P4).

use std::collections::BTreeMap;

use crate::case::Case;
use crate::clock::faults;
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::Scope;
use crate::rulebook::ClockDeed;
use crate::world::World;

/// Checks every clock of a clue, and every entry of the trail that paused, resumed or extended one.
///
/// `scopes` are those of its records that were made already, by their paths.
pub(super) fn check<'c>(
    world: &'c World,
    case: &'c Case,
    scope: &Scope,
    scopes: &mut BTreeMap<&'c str, Scope>,
) -> Vec<Diagnostic> {
    let mut found = faults(world, case, scope, scopes);
    found.extend(trail(world, case));
    found
}

fn trail(world: &World, case: &Case) -> Vec<Diagnostic> {
    let (Some(card), Some(record)) = (&case.card, &case.card_record) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut paused: BTreeMap<_, bool> = BTreeMap::new();
    for (index, entry) in card.trail.iter().enumerate() {
        let step = world.rulebook.steps.get(&entry.step);
        let deed = step.and_then(|step| step.clock);
        let mut fault = |field: &str, en: String, zh: String| {
            found.push(
                Diagnostic::new(
                    Code::ClockTrail,
                    record.place(&format!("/trail/{index}/{field}")),
                    en,
                    zh,
                )
                .remedy(
                    "steps write the trail; restore what was edited by hand",
                    "经过由步骤写入，请恢复手工改动的内容",
                )
                .procedure("H8"),
            );
        };
        let (name, deed) = match (&entry.deadline, deed) {
            (None, None) => continue,
            (Some(name), None) => {
                fault(
                    "deadline",
                    format!(
                        "the step `{}` does nothing to the deadline `{name}`",
                        entry.step
                    ),
                    format!("步骤 `{}` 与期限 `{name}` 无关", entry.step),
                );
                continue;
            }
            (None, Some(_)) => {
                fault(
                    "step",
                    format!("the step `{}` says of no deadline", entry.step),
                    format!("步骤 `{}` 没有写明是哪个期限", entry.step),
                );
                continue;
            }
            (Some(name), Some(deed)) => (name, deed),
        };
        let Some(deadline) = world.rulebook.deadlines.get(name) else {
            fault(
                "deadline",
                format!("there is no deadline `{name}`"),
                format!("没有名为 `{name}` 的期限"),
            );
            continue;
        };
        let allowed = match deed {
            ClockDeed::Pause | ClockDeed::Resume => !deadline.pause.is_empty(),
            ClockDeed::Extend => !deadline.extend.is_empty(),
        };
        if !allowed {
            fault(
                "deadline",
                format!("the rulebook does not let the deadline `{name}` be paused or extended so"),
                format!("规则书不允许对期限 `{name}` 这样办理"),
            );
        }
        let key = (name, &entry.department, &entry.record, &entry.entry);
        let is_paused = paused.entry(key).or_default();
        match deed {
            ClockDeed::Pause if *is_paused => fault(
                "step",
                format!(
                    "the deadline `{name}` is paused a second time without having been resumed"
                ),
                format!("期限 `{name}` 尚未恢复，又被暂停一次"),
            ),
            ClockDeed::Pause => *is_paused = true,
            ClockDeed::Resume if !*is_paused => fault(
                "step",
                format!("the deadline `{name}` is resumed, and was not paused"),
                format!("期限 `{name}` 没有暂停过，无从恢复"),
            ),
            ClockDeed::Resume => *is_paused = false,
            ClockDeed::Extend if entry.extension.is_none() => fault(
                "step",
                format!("the deadline `{name}` is extended by nothing"),
                format!("期限 `{name}` 的延期没有写明延长多少"),
            ),
            ClockDeed::Extend => {}
        }
    }
    found
}
