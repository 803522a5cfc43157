//! From two versions of a file to what changed in it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::story::{Change, Deed, Field, Kind, Pair, Section, Version, What};
use crate::{markdown, yaml};

/// The file of the index card, whose trail is told as steps.
const CARD: &str = "clue.yaml";

/// What changed in each file, in the order of `pairs`.
pub fn changes(pairs: &[Pair], kind_of: &dyn Fn(&str) -> Option<Kind>) -> Vec<Change> {
    pairs.iter().map(|pair| change(pair, kind_of)).collect()
}

/// The entries that a commit added to the trail, given the index card before and after.
pub fn steps(before: &Value, after: &Value) -> Vec<Value> {
    let trail = |card: &Value| card["trail"].as_array().cloned().unwrap_or_default();
    let (old, new) = (trail(before), trail(after));
    if begins_with(&new, &old) {
        return new[old.len()..].to_vec();
    }
    new.into_iter()
        .filter(|entry| !old.contains(entry))
        .collect()
}

/// Whether a trail only grew. The step that takes all records out takes the reasons of all earlier steps with them, and
/// that is no other step; a single reason that is gone was taken out by hand.
fn begins_with(new: &[Value], old: &[Value]) -> bool {
    if new.starts_with(old) {
        return true;
    }
    let without_reason = |entry: &Value| {
        let mut entry = entry.clone();
        if let Some(fields) = entry.as_object_mut() {
            fields.shift_remove("reason");
        }
        entry
    };
    let bare: Vec<Value> = old.iter().map(without_reason).collect();
    new.len() > old.len() && new.starts_with(&bare)
}

fn change(pair: &Pair, kind_of: &dyn Fn(&str) -> Option<Kind>) -> Change {
    let deed = match (&pair.before, &pair.after) {
        (None, _) => Deed::Added,
        (_, None) => Deed::Removed,
        _ => Deed::Changed,
    };
    let sizes = |version: &Option<Version>| version.as_ref().map(|version| version.size);
    let (before, after) = (sizes(&pair.before), sizes(&pair.after));
    let kind = if pair.inner.starts_with("attachments/") {
        None
    } else {
        kind_of(&pair.inner)
    };
    let what = if kind.is_none() {
        What::Attachment { before, after }
    } else {
        record(pair).unwrap_or(What::Unreadable { before, after })
    };
    Change {
        inner: pair.inner.clone(),
        kind,
        deed,
        what,
    }
}

fn record(pair: &Pair) -> Option<What> {
    let read = |version: &Option<Version>| match version {
        None => Some((Value::Null, Vec::new())),
        Some(version) => parsed(&pair.inner, version.bytes.as_deref()?),
    };
    let (mut before, old) = read(&pair.before)?;
    let (mut after, new) = read(&pair.after)?;
    if pair.inner == CARD {
        let trail = |card: &Value| card["trail"].as_array().cloned().unwrap_or_default();
        // What was added is told as steps; what was written over is told as fields.
        if begins_with(&trail(&after), &trail(&before)) {
            for card in [&mut before, &mut after] {
                if let Some(card) = card.as_object_mut() {
                    card.shift_remove("trail");
                }
            }
        }
    }
    let mut fields = Vec::new();
    compare(&mut String::new(), &before, &after, &mut fields);
    Some(What::Record {
        fields,
        sections: sections(&old, &new),
    })
}

/// A title, which one of that title it is, and its own text.
type Heading = (String, usize, String);

/// The record's value, and a report's sections.
fn parsed(inner: &str, bytes: &[u8]) -> Option<(Value, Vec<Heading>)> {
    let text = std::str::from_utf8(bytes).ok()?;
    if !inner.ends_with(".md") {
        let (document, _) = yaml::parse(inner, bytes);
        return Some((document?.root.to_json(), Vec::new()));
    }
    let (report, _) = markdown::cut(inner, text);
    let report = report?;
    let (document, _) = yaml::parse_at(inner, &text[report.front.range()], report.front.start);
    let mut found: Vec<Heading> = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut add = |title: &str, own: &str| {
        let own = own.replace('\r', "");
        let count = counts.entry(title.to_owned()).or_default();
        *count += 1;
        found.push((title.to_owned(), *count, own.trim().to_owned()));
    };
    let end = |index: usize| {
        let next = report.sections.get(index);
        next.map_or(text.len(), |next| next.span.start)
    };
    let start = &text[report.body.start..end(0)];
    if !start.trim().is_empty() {
        add("", start);
    }
    for (index, section) in report.sections.iter().enumerate() {
        let to = end(index + 1);
        add(&section.title, &text[section.body.start.min(to)..to]);
    }
    Some((document?.root.to_json(), found))
}

fn sections(before: &[Heading], after: &[Heading]) -> Vec<Section> {
    let text = |list: &[Heading], of: &Heading| {
        let mut same = list
            .iter()
            .filter(|one| (&one.0, one.1) == (&of.0, of.1))
            .map(|one| one.2.clone());
        same.next()
    };
    let kept = after.iter().filter_map(|one| {
        let old = text(before, one);
        (old.as_deref() != Some(one.2.as_str())).then(|| Section {
            title: one.0.clone(),
            before: old,
            after: Some(one.2.clone()),
        })
    });
    let gone = before
        .iter()
        .filter(|one| text(after, one).is_none())
        .map(|one| Section {
            title: one.0.clone(),
            before: Some(one.2.clone()),
            after: None,
        });
    kept.chain(gone).collect()
}

/// Finds every value that differs. Groups and lists of groups are gone into; lists of plain values are told as one.
fn compare(pointer: &mut String, before: &Value, after: &Value, found: &mut Vec<Field>) {
    if before == after {
        return;
    }
    let nothing = Map::new();
    let none = Vec::new();
    let group = |value| match value {
        &Value::Null => Some(&nothing),
        value => value.as_object(),
    };
    let list = |value| match value {
        &Value::Null => Some(&none),
        value => value.as_array(),
    };
    if let (Some(old), Some(new)) = (group(before), group(after)) {
        let gone = old.keys().filter(|key| !new.contains_key(*key));
        for key in new.keys().chain(gone) {
            let part = key.replace('~', "~0").replace('/', "~1");
            let of = |group: &Map<String, Value>| group.get(key).cloned().unwrap_or_default();
            within(pointer, &part, |pointer| {
                compare(pointer, &of(old), &of(new), found);
            });
        }
        return;
    }
    if let (Some(old), Some(new)) = (list(before), list(after))
        && old.iter().chain(new).any(Value::is_object)
    {
        compare_lists(pointer, old, new, found);
        return;
    }
    let some = |value: &Value| (!is_empty(value)).then(|| value.clone());
    let (before, after) = (some(before), some(after));
    if before != after {
        found.push(Field {
            pointer: pointer.clone(),
            before,
            after,
        });
    }
}

/// What both lists begin and end with is alike; what stands between is compared one by one.
fn compare_lists(pointer: &mut String, old: &[Value], new: &[Value], found: &mut Vec<Field>) {
    let shorter = old.len().min(new.len());
    let begin = (0..shorter)
        .take_while(|&index| old[index] == new[index])
        .count();
    let end = (0..shorter - begin)
        .take_while(|&index| old[old.len() - 1 - index] == new[new.len() - 1 - index])
        .count();
    let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
    for index in begin..old.len().max(new.len()) {
        let of = |list: &[Value]| list.get(index).cloned().unwrap_or_default();
        within(pointer, &index.to_string(), |pointer| {
            compare(pointer, &of(old), &of(new), found);
        });
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(group) => group.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn within(pointer: &mut String, part: &str, run: impl FnOnce(&mut String)) {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(part);
    run(pointer);
    pointer.truncate(length);
}
