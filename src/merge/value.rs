//! Values, merged by key: what one side changed is taken, what both changed differently is a contradiction.
//! The result is seen from both sides: the two views are the same where nothing contradicts.

use serde_json::{Map, Value as Json};

use crate::merge::{Contradiction, list};
use crate::text::{Bilingual, shorten, visible_line};

/// The merged value with our side where the two contradict, and with theirs; `None` where there is no value.
pub(super) type Views = (Option<Json>, Option<Json>);

/// How many columns of a value are shown.
const SHOWN: usize = 60;

/// Merges two values that came of a common one; `at` is where they stand.
pub(super) fn merge(
    base: Option<&Json>,
    ours: Option<&Json>,
    theirs: Option<&Json>,
    at: &str,
    found: &mut Vec<Contradiction>,
) -> Views {
    if ours == theirs || theirs == base {
        return both(ours);
    }
    if ours == base {
        return both(theirs);
    }
    match (ours, theirs) {
        (Some(Json::Object(own)), Some(Json::Object(other))) => {
            let empty = Map::new();
            let old = base.and_then(Json::as_object).unwrap_or(&empty);
            let (here, there) = mapping(old, own, other, at, Vec::new(), found);
            (Some(Json::Object(here)), Some(Json::Object(there)))
        }
        (Some(Json::Array(own)), Some(Json::Array(other))) => {
            let old = base.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
            let (here, there) = list::merge(old, own, other, at, found);
            (Some(Json::Array(here)), Some(Json::Array(there)))
        }
        _ => {
            found.push(contradiction(at, ours, theirs));
            (ours.cloned(), theirs.cloned())
        }
    }
}

/// Merges mappings, our keys first; `decided` holds keys whose views are known already.
pub(super) fn mapping(
    base: &Map<String, Json>,
    ours: &Map<String, Json>,
    theirs: &Map<String, Json>,
    at: &str,
    mut decided: Vec<(&str, Views)>,
    found: &mut Vec<Contradiction>,
) -> (Map<String, Json>, Map<String, Json>) {
    let (mut here, mut there) = (Map::new(), Map::new());
    let more = theirs.keys().filter(|key| !ours.contains_key(*key));
    for key in ours.keys().chain(more) {
        let known = decided.iter().position(|(own, _)| own == key);
        let (own, other) = match known {
            Some(index) => decided.swap_remove(index).1,
            None => {
                let inner = below(at, key);
                merge(base.get(key), ours.get(key), theirs.get(key), &inner, found)
            }
        };
        if let Some(own) = own {
            here.insert(key.clone(), own);
        }
        if let Some(other) = other {
            there.insert(key.clone(), other);
        }
    }
    (here, there)
}

/// The same value for both sides.
pub(super) fn both(value: Option<&Json>) -> Views {
    (value.cloned(), value.cloned())
}

/// A path with one more key.
pub(super) fn below(at: &str, key: &str) -> String {
    if at.is_empty() {
        key.to_owned()
    } else {
        format!("{at}.{key}")
    }
}

/// What two sides made of one value.
pub(super) fn contradiction(at: &str, ours: Option<&Json>, theirs: Option<&Json>) -> Contradiction {
    let (own, other) = (shown(ours), shown(theirs));
    Contradiction {
        field: at.to_owned(),
        message: Bilingual::new(
            format!("here {}, there {}", own.en, other.en),
            format!("我方为 {}，对方为 {}", own.zh, other.zh),
        ),
    }
}

fn shown(value: Option<&Json>) -> Bilingual {
    match value {
        None => Bilingual::new("deleted", "（已删除）"),
        Some(Json::String(text)) => {
            let text = shorten(&visible_line(text), SHOWN);
            Bilingual::new(format!("`{text}`"), format!("`{text}`"))
        }
        Some(other) => {
            let text = shorten(&visible_line(&other.to_string()), SHOWN);
            Bilingual::new(format!("`{text}`"), format!("`{text}`"))
        }
    }
}
