//! Text on its way to a font: what cannot be drawn is replaced by a sign that it is missing, and told.
//! It changes nothing else, and never what a record says.

use std::collections::BTreeSet;

use serde_json::Value;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::text::is_invisible;

/// What stands for a character that no font has, as printers have always set it.
pub const MISSING: char = '〓';

/// Values that every sheet is given, of which a template shows what it likes.
const OFFERED: &[&str] = &["clue", "collection", "triage"];
/// Templates that show no records, though they are given them.
const WITHOUT_RECORDS: &[&str] = &["cover", "spine"];

/// Characters that no font has.
#[derive(Debug, Default)]
pub(super) struct Missing {
    /// In what the sheet shows.
    certain: BTreeSet<char>,
    /// In what it may show, each with what stands around it there.
    possible: BTreeSet<(char, String)>,
}

impl Missing {
    /// Those that the drawn document shows; `text` gives its text without blanks, and is asked for only where it matters.
    pub(super) fn shown(self, text: impl FnOnce() -> String) -> BTreeSet<char> {
        let Self {
            mut certain,
            possible,
        } = self;
        if !possible.is_empty() {
            let text = text();
            let shown = possible.into_iter().filter(|(_, near)| text.contains(near));
            certain.extend(shown.map(|(character, _)| character));
        }
        certain
    }
}

/// Makes every text of a sheet (its title and values) one that can be drawn; gives the characters that no font has, and the
/// bytes of all text.
pub(super) fn printable(
    sheet: &mut Value,
    template: &str,
    has: &dyn Fn(char) -> bool,
) -> (Missing, usize) {
    let mut walk = Walk {
        has,
        missing: Missing::default(),
        size: 0,
        is_certain: true,
    };
    let hides_records = WITHOUT_RECORDS.contains(&template);
    for (key, value) in sheet.as_object_mut().into_iter().flatten() {
        match value {
            Value::Object(values) if key == "values" => {
                for (key, value) in values {
                    let may_stay_out =
                        OFFERED.contains(&key.as_str()) || (hides_records && key == "sections");
                    walk.is_certain = !may_stay_out;
                    walk.value(value);
                }
                walk.is_certain = true;
            }
            other => walk.value(other),
        }
    }
    (walk.missing, walk.size)
}

struct Walk<'a> {
    has: &'a dyn Fn(char) -> bool,
    missing: Missing,
    size: usize,
    is_certain: bool,
}

impl Walk<'_> {
    fn value(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => {
                self.size += text.len();
                let mut missing = Vec::new();
                if let Some(changed) = drawn(text, self.has, &mut missing) {
                    self.keep(&changed, &missing);
                    *text = changed;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(object) => object.values_mut().for_each(|item| self.value(item)),
            _ => {}
        }
    }

    fn keep(&mut self, drawn: &str, missing: &[(char, usize)]) {
        for (character, at) in missing {
            if self.is_certain {
                self.missing.certain.insert(*character);
                continue;
            }
            let is_dark = |one: &char| !one.is_whitespace();
            let before = drawn[..*at].chars().rev().find(is_dark);
            let after = drawn[*at..].chars().skip(1).find(is_dark);
            let near = before.into_iter().chain([MISSING]).chain(after);
            self.missing.possible.insert((*character, near.collect()));
        }
    }
}

/// The text as it can be drawn; nothing where it can be as it is.
/// What is missing comes with its place in the drawn text.
fn drawn(
    text: &str,
    has: &dyn Fn(char) -> bool,
    missing: &mut Vec<(char, usize)>,
) -> Option<String> {
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
            missing.push((character, drawn.len()));
            drawn.push(MISSING);
        }
    }
    Some(drawn)
}
