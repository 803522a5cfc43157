//! The index card: the trails of both sides become one, if the steps follow from each other.
//! It judges no step; whether one may follow another is told by its states alone.

use serde_json::{Map, Value as Json};

use crate::merge::Contradiction;
use crate::merge::value::{self, Views, both};
use crate::text::{Bilingual, visible_line};
use crate::time::Timestamp;

/// How many steps of a side are named.
const NAMED: usize = 3;

/// Merges two cards that came of a common one.
pub(super) fn merge(
    base: Option<&Json>,
    ours: Option<&Json>,
    theirs: Option<&Json>,
    at: &str,
    found: &mut Vec<Contradiction>,
) -> Views {
    let (Some(Json::Object(own)), Some(Json::Object(other))) = (ours, theirs) else {
        return value::merge(base, ours, theirs, at, found);
    };
    let empty = Map::new();
    let old = base.and_then(Json::as_object).unwrap_or(&empty);
    let decided = steps(old, own, other, found);
    let (here, there) = value::mapping(old, own, other, at, decided, found);
    (Some(Json::Object(here)), Some(Json::Object(there)))
}

/// What the trails decide: trail, state, and who is responsible. Nothing where only one side took steps.
fn steps(
    base: &Map<String, Json>,
    ours: &Map<String, Json>,
    theirs: &Map<String, Json>,
    found: &mut Vec<Contradiction>,
) -> Vec<(&'static str, Views)> {
    let trail = |card: &Map<String, Json>| card.get("trail").and_then(Json::as_array).cloned();
    let (Some(own), Some(other)) = (trail(ours), trail(theirs)) else {
        return Vec::new();
    };
    let old = trail(base).unwrap_or_default();
    if own == old || other == old || own == other {
        return Vec::new();
    }
    let field = |key: &str| (ours.get(key).cloned(), theirs.get(key).cloned());
    let apart = || ["trail", "state", "responsible"].map(|key| (key, field(key)));
    if !own.starts_with(&old) || !other.starts_with(&old) {
        found.push(told(
            "a step that both sides had was changed: a trail is only added to",
            "双方共有的步骤被改动过，而经过只能续写",
        ));
        return apart().into();
    }
    let common = own.iter().zip(&other).take_while(|(one, two)| one == two);
    let common = common.count();
    let (new, their_new) = (&own[common..], &other[common..]);
    // One side has all the steps of the other one, and more.
    let ahead = match (new, their_new) {
        ([], _) => Some(theirs),
        (_, []) => Some(ours),
        _ => None,
    };
    if let Some(card) = ahead {
        return ["trail", "state", "responsible"]
            .map(|key| (key, both(card.get(key))))
            .into();
    }
    let merged = [false, true]
        .into_iter()
        .filter_map(|theirs_first| in_order(new, their_new, theirs_first))
        .find(|merged| chains(own[..common].last(), merged));
    let Some(merged) = merged else {
        let (own, other) = (named(new), named(their_new));
        found.push(told(
            &format!(
                "the steps of the two sides do not follow from each other: here {}, there {}",
                own.en, other.en
            ),
            &format!(
                "双方办理的步骤不能前后衔接：我方 {}，对方 {}",
                own.zh, other.zh
            ),
        ));
        return apart().into();
    };
    let state = merged.last().and_then(|entry| entry.get("to"));
    let state = both(state);
    let whole: Vec<Json> = own[..common].iter().cloned().chain(merged).collect();
    let responsible = match (time(new.last()), time(their_new.last())) {
        (Some(own), Some(other)) if own > other => both(ours.get("responsible")),
        (Some(own), Some(other)) if own < other => both(theirs.get("responsible")),
        _ => value::merge(
            base.get("responsible"),
            ours.get("responsible"),
            theirs.get("responsible"),
            "responsible",
            found,
        ),
    };
    vec![
        ("trail", both(Some(&Json::Array(whole)))),
        ("state", state),
        ("responsible", responsible),
    ]
}

/// The steps of both sides by time, each side's in their own order; `None` where a time cannot be read.
fn in_order(ours: &[Json], theirs: &[Json], theirs_first: bool) -> Option<Vec<Json>> {
    let mut merged = Vec::with_capacity(ours.len() + theirs.len());
    let (mut own, mut other) = (ours.iter().peekable(), theirs.iter().peekable());
    loop {
        let next = match (own.peek(), other.peek()) {
            (None, None) => return Some(merged),
            (Some(_), None) => own.next(),
            (None, Some(_)) => other.next(),
            (Some(one), Some(two)) => {
                let (one, two) = (time(Some(one))?, time(Some(two))?);
                if one < two || one == two && !theirs_first {
                    own.next()
                } else {
                    other.next()
                }
            }
        };
        merged.extend(next.cloned());
    }
}

/// Whether each step begins in the state that the one before it led to.
fn chains(before: Option<&Json>, steps: &[Json]) -> bool {
    let text = |entry: &Json, field: &str| {
        let state = entry.get(field).and_then(Json::as_str);
        state.unwrap_or("none").to_owned()
    };
    let mut state = before.map_or_else(|| "none".to_owned(), |entry| text(entry, "to"));
    steps.iter().all(|entry| {
        let follows = text(entry, "from") == state;
        state = text(entry, "to");
        follows
    })
}

fn time(entry: Option<&Json>) -> Option<i64> {
    let at = entry?.get("at")?.as_str()?;
    Timestamp::parse(at).map(Timestamp::seconds)
}

/// Steps in words: what, by whom, when.
fn named(steps: &[Json]) -> Bilingual {
    let text = |entry: &Json, field: &str| {
        let value = entry.get(field).and_then(Json::as_str);
        visible_line(value.unwrap_or("?"))
    };
    let each = steps.iter().take(NAMED).map(|entry| {
        let (step, by, at) = (text(entry, "step"), text(entry, "by"), text(entry, "at"));
        (
            format!("`{step}` by {by} at {at}"),
            format!("{by} 于 {at} 办理 `{step}`"),
        )
    });
    let (mut en, mut zh): (Vec<_>, Vec<_>) = each.unzip();
    if steps.len() > NAMED {
        en.push("…".to_owned());
        zh.push("…".to_owned());
    }
    Bilingual::new(en.join(", "), zh.join("、"))
}

fn told(en: &str, zh: &str) -> Contradiction {
    Contradiction {
        field: "trail".to_owned(),
        message: Bilingual::new(en, zh),
    }
}
