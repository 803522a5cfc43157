//! Values and texts of a record without what is kept back.
//! Keys of rulebook and organisation, times, hashes and numbers of clues stay: they are no texts that people write.

use serde_json::{Map, Value};

use crate::disclosure::fold::fold;
use crate::disclosure::needle::{Needles, joined};
use crate::disclosure::unknown::Unknown;

/// The keys that lead to a field; `*` is every entry of a list.
pub(super) type Path = Vec<String>;

/// `entries.*.with` as a path.
pub(super) fn path_of(field: &str) -> Path {
    field
        .split('.')
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Every text that stands in a field.
pub(super) fn texts(value: &Value, path: &[String], found: &mut Vec<String>) {
    match (path, value) {
        ([], Value::String(text)) => found.push(text.clone()),
        ([], Value::Number(number)) => found.push(number.to_string()),
        ([], Value::Array(items)) => items.iter().for_each(|item| texts(item, path, found)),
        ([], Value::Object(object)) => {
            object.values().for_each(|value| texts(value, path, found));
        }
        ([first, rest @ ..], Value::Array(items)) if first == "*" => {
            items.iter().for_each(|item| texts(item, rest, found));
        }
        ([first, rest @ ..], Value::Object(object)) => {
            if let Some(inner) = object.get(first) {
                texts(inner, rest, found);
            }
        }
        _ => {}
    }
}

/// Takes out, and counts.
pub(super) struct Taker<'a> {
    pub(super) needles: Needles,
    /// Names of clues that the reader may not know of.
    pub(super) unknown: Option<&'a Unknown>,
    pub(super) mark: &'a str,
    pub(super) withheld: usize,
}

impl Taker<'_> {
    /// A record's value; `hidden` are the fields that are kept back altogether.
    pub(super) fn value(&mut self, value: &Value, schema: &Value, hidden: &[&Path]) -> Value {
        let hidden: Vec<&[String]> = hidden.iter().map(|path| path.as_slice()).collect();
        self.inner(value, schema, &hidden)
    }

    fn inner(&mut self, value: &Value, schema: &Value, hidden: &[&[String]]) -> Value {
        if hidden.iter().any(|path| path.is_empty()) && !is_nothing(value) {
            self.withheld += 1;
            return Value::from(self.mark);
        }
        let below = |key: &str| -> Vec<&[String]> {
            let split = hidden.iter().filter_map(|path| path.split_first());
            split
                .filter(|(first, _)| first.as_str() == key)
                .map(|(_, rest)| rest)
                .collect()
        };
        match value {
            Value::String(text) if !is_key(schema) => Value::from(self.line(text)),
            // A key is no text, but it may be another clue's.
            Value::String(text) if names_clue(schema) => {
                Value::from(self.put(text, self.names(text), |_| false))
            }
            Value::Array(items) => {
                let hidden = below("*");
                let items = items.iter();
                items
                    .map(|item| self.inner(item, &schema["items"], &hidden))
                    .collect()
            }
            Value::Object(object) => {
                let mut kept = Map::new();
                for (key, value) in object {
                    let own = schema["properties"].get(key);
                    let own = own.unwrap_or(&schema["additionalProperties"]);
                    let value = self.inner(value, own, &below(key));
                    let mut name = self.line(key);
                    while kept.contains_key(&name) {
                        name.push('\'');
                    }
                    kept.insert(name, value);
                }
                Value::Object(kept)
            }
            other => other.clone(),
        }
    }

    /// A text with the mark in the place of what is kept back.
    pub(super) fn line(&mut self, text: &str) -> String {
        self.masked(text, |_| false)
    }

    /// The same of Markdown, where the mark must not become a link.
    pub(super) fn markdown(&mut self, text: &str) -> String {
        self.masked(text, |next| matches!(next, '(' | '[' | ':'))
    }

    fn masked(&mut self, text: &str, binds: impl Fn(char) -> bool) -> String {
        let names = self.unknown.filter(|unknown| !unknown.is_empty());
        if self.needles.is_empty() && names.is_none() {
            return text.to_owned();
        }
        let folded = fold(text, true);
        let mut found = self.needles.found_in(text, &folded);
        found.extend(names.into_iter().flat_map(|names| names.found(&folded)));
        self.put(text, found, binds)
    }

    fn names(&self, text: &str) -> Vec<(usize, usize)> {
        let unknown = self.unknown.filter(|unknown| !unknown.is_empty());
        unknown.map_or_else(Vec::new, |unknown| unknown.found(&fold(text, true)))
    }

    fn put(
        &mut self,
        text: &str,
        found: Vec<(usize, usize)>,
        binds: impl Fn(char) -> bool,
    ) -> String {
        if found.is_empty() {
            return text.to_owned();
        }
        let found = joined(found);
        self.withheld += found.len();
        put(&found, text, self.mark, binds)
    }
}

/// The text with the mark in these places, and a blank behind it where the next character would bind it.
pub(super) fn put(
    places: &[(usize, usize)],
    text: &str,
    mark: &str,
    binds: impl Fn(char) -> bool,
) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end) in places {
        masked.push_str(&text[at..*start]);
        masked.push_str(mark);
        at = *end;
        if text[at..].starts_with(&binds) {
            masked.push(' ');
        }
    }
    masked.push_str(&text[at..]);
    masked
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.values().all(is_nothing),
        _ => false,
    }
}

/// Whether a schema asks for something that is looked up or counted, and not read.
fn is_key(schema: &Value) -> bool {
    let pattern = schema["pattern"].as_str().unwrap_or_default();
    schema["x-reference"]
        .as_str()
        .is_some_and(|to| to != "clue")
        || schema["enum"].is_array()
        || matches!(schema["format"].as_str(), Some("date" | "date-time"))
        || KEYS.contains(&pattern)
}

/// Whether a key may be that of another clue.
fn names_clue(schema: &Value) -> bool {
    let pattern = schema["pattern"].as_str().unwrap_or_default();
    CLUES.contains(&pattern)
}

/// Patterns of ids and register numbers.
const CLUES: &[&str] = &["^[0-9]{8}-[a-z0-9]{4,12}$", "^[A-Z0-9][A-Z0-9-]{2,63}$"];

/// Patterns of keys, ids, register numbers, commits and hashes.
const KEYS: &[&str] = &[
    "^[a-z0-9]+(-[a-z0-9]+)*$",
    "^[0-9]{8}-[a-z0-9]{4,12}$",
    "^[A-Z0-9][A-Z0-9-]{2,63}$",
    "^[0-9a-f]{40}$",
    "^[0-9a-f]{64}$",
];
