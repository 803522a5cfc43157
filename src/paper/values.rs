//! Text on its way to a font: what cannot be drawn is replaced by a sign that it is missing, and told.
//! It changes nothing else, and never what a record says.

use std::collections::BTreeSet;

use serde_json::Value;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::text::is_invisible;

/// What stands for a character that no font has, as printers have always set it.
pub const MISSING: char = '〓';

/// Makes every text in `value` one that can be drawn; gives the characters that no font has, and the bytes of all text.
pub(super) fn printable(value: &mut Value, has: &dyn Fn(char) -> bool) -> (BTreeSet<char>, usize) {
    let mut missing = BTreeSet::new();
    let mut size = 0;
    walk(value, has, &mut missing, &mut size);
    (missing, size)
}

/// Takes out what stands there twice: a form's rows name its fields, and only long text has paragraphs. What is read, kept
/// and compared for every document is as short as it can be.
pub(super) fn slim(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.get("long") == Some(&Value::Bool(false)) {
                object.remove("paragraphs");
            }
            if let Some(fields) = object.get_mut("fields").map(Value::take) {
                let rows = object.get_mut("rows").and_then(Value::as_array_mut);
                let rows = rows.into_iter().flatten().filter_map(Value::as_array_mut);
                for field in rows.flatten() {
                    let name = field["name"].clone();
                    // What was changed in one of the two places is drawn as it stands in the form.
                    if name.as_str().is_some_and(|own| fields[own] == *field) {
                        *field = name;
                    }
                }
                object.insert("fields".to_owned(), fields);
            }
            object.values_mut().for_each(slim);
        }
        Value::Array(items) => items.iter_mut().for_each(slim),
        _ => {}
    }
}

fn walk(
    value: &mut Value,
    has: &dyn Fn(char) -> bool,
    missing: &mut BTreeSet<char>,
    size: &mut usize,
) {
    match value {
        Value::String(text) => {
            *size += text.len();
            if let Some(changed) = drawn(text, has, missing) {
                *text = changed;
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| walk(item, has, missing, size)),
        Value::Object(object) => object
            .values_mut()
            .for_each(|item| walk(item, has, missing, size)),
        _ => {}
    }
}

/// The text as it can be drawn; nothing where it can be as it is.
fn drawn(text: &str, has: &dyn Fn(char) -> bool, missing: &mut BTreeSet<char>) -> Option<String> {
    let plain = |character: char| {
        matches!(character, ' '..='~' | '\n' | '\t') || (has(character) && !is_invisible(character))
    };
    if text.chars().all(plain) {
        return None;
    }
    // An accent beside its letter is drawn as the letter that has it, where there is one.
    let composed: String = if is_nfc(text) {
        text.to_owned()
    } else {
        text.nfc().collect()
    };
    let mut drawn = String::with_capacity(composed.len());
    for character in composed.chars() {
        if matches!(character, '\r' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}') {
            // A variation of the character before it, which is drawn without.
        } else if plain(character) {
            drawn.push(character);
        } else if is_invisible(character) {
            // Nothing to draw, and nothing that may turn a line around.
        } else if character.is_whitespace() {
            drawn.push(' ');
        } else {
            missing.insert(character);
            drawn.push(MISSING);
        }
    }
    Some(drawn)
}
