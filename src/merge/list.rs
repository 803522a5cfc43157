//! Lists: their items are known by what they are, not by where they stand, so that both sides may add to one.
//! No item that a side added is ever left out.

use std::collections::HashMap;

use serde_json::Value as Json;

use crate::merge::value::{self, Views};
use crate::merge::{Contradiction, value::contradiction};
use crate::time::Timestamp;

/// Merges lists: our order, with what the other side added behind; items that all have a time are put in its order.
pub(super) fn merge(
    base: &[Json],
    ours: &[Json],
    theirs: &[Json],
    at: &str,
    found: &mut Vec<Contradiction>,
) -> (Vec<Json>, Vec<Json>) {
    let own_base = pair(base, ours);
    let their_base = pair(base, theirs);
    let mut their_of: Vec<Option<usize>> = vec![None; base.len()];
    for (index, old) in their_base.iter().enumerate() {
        if let Some(old) = old {
            their_of[*old] = Some(index);
        }
    }
    let added_by = |items: &[Json], pairs: &[Option<usize>]| -> Vec<usize> {
        let new = (0..items.len()).filter(|&index| pairs[index].is_none());
        new.collect()
    };
    let own_added = added_by(ours, &own_base);
    let their_added = added_by(theirs, &their_base);
    let same = same_items(ours, &own_added, theirs, &their_added);
    let mut slots: Vec<Views> = Vec::new();
    let mut kept = vec![false; base.len()];
    let mut met = vec![false; theirs.len()];
    for (index, item) in ours.iter().enumerate() {
        let name = || format!("{at}[{}]", name_of(item, index));
        match own_base[index] {
            Some(old) => {
                kept[old] = true;
                match their_of[old] {
                    Some(other) => slots.push(value::merge(
                        Some(&base[old]),
                        Some(item),
                        Some(&theirs[other]),
                        &name(),
                        found,
                    )),
                    // The other side deleted it.
                    None if *item == base[old] => {}
                    None => {
                        found.push(contradiction(&name(), Some(item), None));
                        slots.push((Some(item.clone()), None));
                    }
                }
            }
            None => match same.get(&index) {
                Some(&other) => {
                    met[other] = true;
                    slots.push(value::merge(
                        None,
                        Some(item),
                        Some(&theirs[other]),
                        &name(),
                        found,
                    ));
                }
                None => slots.push(value::both(Some(item))),
            },
        }
    }
    for (old, other) in their_of.iter().enumerate() {
        // We deleted it; where the other side changed it, that is not for us to decide.
        if let (false, Some(other)) = (kept[old], other)
            && theirs[*other] != base[old]
        {
            let name = format!("{at}[{}]", name_of(&theirs[*other], *other));
            found.push(contradiction(&name, None, Some(&theirs[*other])));
            slots.push((None, Some(theirs[*other].clone())));
        }
    }
    for added in their_added.into_iter().filter(|&added| !met[added]) {
        slots.push(value::both(Some(&theirs[added])));
    }
    sort_by_time(&mut slots);
    slots.into_iter().fold(
        (Vec::new(), Vec::new()),
        |(mut here, mut there), (own, other)| {
            here.extend(own);
            there.extend(other);
            (here, there)
        },
    )
}

/// For each item of a side, the item of the common list that it is or came of.
pub(super) fn pair(base: &[Json], side: &[Json]) -> Vec<Option<usize>> {
    let all: Vec<usize> = (0..base.len()).collect();
    let own: Vec<usize> = (0..side.len()).collect();
    let same = same_items(side, &own, base, &all);
    let mut pairs: Vec<Option<usize>> = own.iter().map(|index| same.get(index).copied()).collect();
    let mut taken = vec![false; base.len()];
    pairs.iter().flatten().for_each(|&old| taken[old] = true);
    // What is left on both sides and alike in what does not change so easily was edited.
    for trait_of in [time_and_person, text, kind, department] {
        let left = |items: &[Json], is_left: &dyn Fn(usize) -> bool, is_base: bool| {
            let mut left: HashMap<String, Vec<usize>> = HashMap::new();
            for (index, item) in items
                .iter()
                .enumerate()
                .filter(|(index, _)| is_left(*index))
            {
                if let Some(key) = trait_of(item, is_base) {
                    left.entry(key).or_default().push(index);
                }
            }
            left
        };
        let old = left(base, &|index| !taken[index], true);
        let new = left(side, &|index| pairs[index].is_none(), false);
        for (key, new) in new {
            if let ([new], Some([old])) = (new.as_slice(), old.get(&key).map(Vec::as_slice)) {
                pairs[*new] = Some(*old);
                taken[*old] = true;
            }
        }
    }
    pairs
}

/// Items of two lists that have the same identity, each used once: the first with the first, the second with the second.
fn same_items(
    items: &[Json],
    of: &[usize],
    others: &[Json],
    of_others: &[usize],
) -> HashMap<usize, usize> {
    let mut known: HashMap<String, Vec<usize>> = HashMap::new();
    for &index in of_others.iter().rev() {
        known
            .entry(identity(&others[index]))
            .or_default()
            .push(index);
    }
    let mut same = HashMap::new();
    for &index in of {
        if let Some(other) = known.get_mut(&identity(&items[index])).and_then(Vec::pop) {
            same.insert(index, other);
        }
    }
    same
}

/// What an item is known by: an attachment by its file, a deed by time, person, and step or text, all else by itself.
fn identity(item: &Json) -> String {
    if let Some(file) = string(item, "file") {
        return format!("file {file}");
    }
    if let (Some(at), Some(by)) = (string(item, "at"), string(item, "by")) {
        let what = string(item, "step").or_else(|| string(item, "text"));
        return format!("deed {:?}", (at, by, what));
    }
    let mut written = String::from("itself ");
    canonical(item, &mut written);
    written
}

fn is_itself(item: &Json) -> bool {
    string(item, "file").is_none() && (string(item, "at").is_none() || string(item, "by").is_none())
}

fn time_and_person(item: &Json, _: bool) -> Option<String> {
    Some(format!("{:?}", (string(item, "at")?, string(item, "by")?)))
}

fn text(item: &Json, is_base: bool) -> Option<String> {
    alike(item, is_base, "text")
}

fn kind(item: &Json, is_base: bool) -> Option<String> {
    alike(item, is_base, "type")
}

fn department(item: &Json, is_base: bool) -> Option<String> {
    alike(item, is_base, "department")
}

/// A field that tells items apart which have no identity of their own in the common list.
fn alike(item: &Json, is_base: bool, field: &str) -> Option<String> {
    let fits = !is_base || is_itself(item);
    string(item, field).filter(|_| fits).map(str::to_owned)
}

fn string<'i>(item: &'i Json, field: &str) -> Option<&'i str> {
    item.get(field).and_then(Json::as_str)
}

/// A value as text, in which the order of keys does not matter.
fn canonical(value: &Json, written: &mut String) {
    match value {
        Json::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            written.push('{');
            for (key, value) in entries {
                written.push_str(&format!("{key:?}:"));
                canonical(value, written);
                written.push(',');
            }
            written.push('}');
        }
        Json::Array(items) => {
            written.push('[');
            for item in items {
                canonical(item, written);
                written.push(',');
            }
            written.push(']');
        }
        other => written.push_str(&other.to_string()),
    }
}

/// What people find an item by.
fn name_of(item: &Json, index: usize) -> String {
    match (
        string(item, "file"),
        string(item, "at"),
        string(item, "by"),
        string(item, "type"),
    ) {
        (Some(file), ..) => file.to_owned(),
        (_, Some(at), Some(by), _) => format!("{at} {by}"),
        (.., Some(kind)) => format!("{index} {kind}"),
        _ => index.to_string(),
    }
}

/// Puts items in the order of time where every one has a time; those of the same second stay as they are.
fn sort_by_time(slots: &mut [Views]) {
    let time = |(own, other): &Views| {
        let item = own.as_ref().or(other.as_ref())?;
        Timestamp::parse(string(item, "at")?).map(Timestamp::seconds)
    };
    if slots.iter().all(|slot| time(slot).is_some()) {
        slots.sort_by_key(time);
    }
}
