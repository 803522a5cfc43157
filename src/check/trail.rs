//! The trail leads, step by step, to the state that the clue is in (P2).

use crate::case::Case;
use crate::diagnostic::{Code, Diagnostic};
use crate::time::Timestamp;
use crate::world::World;

/// The state that the trail leads to, where the index card says another one.
pub(super) fn ends_in<'c>(world: &World, case: &'c Case) -> Option<&'c str> {
    let card = case.card.as_ref()?;
    let state = card.trail.last()?.to.as_str();
    (state != card.state && world.rulebook.states.contains_key(state)).then_some(state)
}

/// Checks identity, state and trail of the index card.
pub(super) fn check(world: &World, case: &Case) -> Vec<Diagnostic> {
    let (Some(card), Some(record)) = (&case.card, &case.card_record) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if card.id != case.id {
        found.push(
            Diagnostic::new(
                Code::ClueIdentity,
                record.place("/id"),
                format!("the card says `{}`, and the folder is {}", card.id, case.id),
                format!("索引卡写的是 `{}`，目录却是 {}", card.id, case.id),
            )
            .remedy("the id never changes: restore it", "标识永不更改，请恢复"),
        );
    }
    if !world.rulebook.states.contains_key(&card.state) {
        found.push(
            Diagnostic::new(
                Code::StateUnknown,
                record.place("/state"),
                format!("there is no state `{}`", card.state),
                format!("没有 `{}` 这个状态", card.state),
            )
            .remedy(
                format!(
                    "states are: {}",
                    world
                        .rulebook
                        .states
                        .keys()
                        .map(String::as_str)
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
                format!(
                    "可用的状态：{}",
                    world
                        .rulebook
                        .states
                        .keys()
                        .map(String::as_str)
                        .collect::<Vec<_>>()
                        .join("、")
                ),
            ),
        );
    }
    let broken = |pointer: String, en: String, zh: String| {
        Diagnostic::new(Code::TrailBroken, record.place(&pointer), en, zh)
            .remedy(
                "steps write state and trail; restore what was edited by hand",
                "状态和经过由步骤写入，请恢复手工改动的内容",
            )
            .procedure("P2")
    };
    let mut state = "none";
    let mut before: Option<Timestamp> = None;
    for (index, entry) in card.trail.iter().enumerate() {
        let base = format!("/trail/{index}");
        let from = entry.from.as_deref().unwrap_or("none");
        if from != state {
            found.push(broken(
                format!("{base}/from"),
                format!("this step begins in `{from}`, and the one before it ended in `{state}`"),
                format!(
                    "这一步从{}开始，而上一步结束于{}",
                    world.rulebook.named_zh("state", from),
                    world.rulebook.named_zh("state", state)
                ),
            ));
        }
        match world.rulebook.steps.get(&entry.step) {
            None => found.push(
                Diagnostic::new(
                    Code::StateUnknown,
                    record.place(&format!("{base}/step")),
                    format!("there is no step `{}`", entry.step),
                    format!("没有 `{}` 这个步骤", entry.step),
                )
                .procedure("P2"),
            ),
            Some(step) => {
                let targets = step.targets();
                let leads = step.from.iter().any(|own| own == from)
                    && (targets.contains(&entry.to.as_str())
                        || targets.is_empty() && entry.to == from);
                if !leads {
                    found.push(broken(
                        format!("{base}/to"),
                        format!(
                            "the step `{}` does not lead from `{from}` to `{}`",
                            entry.step, entry.to
                        ),
                        format!(
                            "{}这一步不能从{}到{}",
                            world.rulebook.named_zh("step", &entry.step),
                            world.rulebook.named_zh("state", from),
                            world.rulebook.named_zh("state", &entry.to)
                        ),
                    ));
                }
            }
        }
        let at = Timestamp::parse(&entry.at);
        if let (Some(before), Some(at)) = (before, at)
            && at < before
        {
            found.push(broken(
                format!("{base}/at"),
                "this step is older than the one before it".to_owned(),
                "这一步的时间早于上一步".to_owned(),
            ));
        }
        before = at.or(before);
        state = &entry.to;
    }
    if state != card.state && world.rulebook.states.contains_key(&card.state) {
        found.push(broken(
            "/state".to_owned(),
            format!(
                "the state is `{}`, and the trail ends in `{state}`",
                card.state
            ),
            format!(
                "状态是{}，而经过结束于{}",
                world.rulebook.named_zh("state", &card.state),
                world.rulebook.named_zh("state", state)
            ),
        ));
    }
    found
}
