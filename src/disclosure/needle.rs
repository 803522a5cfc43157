//! Where a text repeats a withheld value. What of a value is looked for is said in `value`.

use std::collections::HashMap;

use crate::disclosure::fold::{Folded, fold};
use crate::disclosure::value::of_value;

/// Letters from which a word of a name is no word of the language: it is known in small letters, and with an ending.
pub(super) const LONG: usize = 6;
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Needle {
    pub(super) characters: Vec<char>,
    /// Only where it is written with a capital letter.
    pub(super) capital: bool,
    /// Digits that may stand inside a longer number.
    pub(super) inside: bool,
    /// One word of a name.
    pub(super) word: bool,
}

/// Everything that is looked for in the texts of a clue.
/// By their first character.
#[derive(Debug, Default)]
pub(super) struct Needles(HashMap<char, Vec<Needle>>);

impl Needles {
    /// What of these values is looked for; the names of departments name no person.
    pub(super) fn new(values: &[String], departments: &[&str]) -> Self {
        let mut needles = Vec::new();
        for value in values {
            of_value(value, departments, &mut needles);
        }
        needles.retain(|needle| !needle.characters.is_empty());
        needles.sort_unstable();
        needles.dedup();
        let mut by_first: HashMap<char, Vec<Needle>> = HashMap::new();
        for needle in needles {
            by_first
                .entry(needle.characters[0])
                .or_default()
                .push(needle);
        }
        Self(by_first)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The parts of a text that repeat a value, in bytes, in order, none touching another.
    pub(super) fn found(&self, text: &str) -> Vec<(usize, usize)> {
        if self.is_empty() {
            return Vec::new();
        }
        joined(self.found_in(text, &fold(text, true)))
    }

    /// The same of a text that is folded already, in no order.
    pub(super) fn found_in(&self, text: &str, folded: &[Folded]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for at in 0..folded.len() {
            let here = self.0.get(&folded[at].character);
            for needle in here.into_iter().flatten() {
                if needle.stands_at(text, folded, at) {
                    let last = at + needle.characters.len() - 1;
                    found.push((folded[at].start, folded[last].end));
                }
            }
        }
        found
    }
}

/// Places in order, with those that touch made one.
pub(super) fn joined(mut found: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    found.sort_unstable();
    let mut parts: Vec<(usize, usize)> = Vec::with_capacity(found.len());
    for (start, end) in found {
        match parts.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => parts.push((start, end)),
        }
    }
    parts
}

/// Whether two characters of a text, one after the other, belong to one word or one number.
pub(super) fn touch(one: &Folded, next: &Folded) -> bool {
    let (left, right) = (one.character, next.character);
    next.joined
        && ((is_letter(left) && is_letter(right))
            || (left.is_ascii_digit() && right.is_ascii_digit()))
}

impl Needle {
    fn stands_at(&self, text: &str, folded: &[Folded], at: usize) -> bool {
        let Some(here) = folded.get(at..at + self.characters.len()) else {
            return false;
        };
        let same = here
            .iter()
            .zip(&self.characters)
            .all(|(here, wanted)| here.character == *wanted);
        if !same || (self.capital && !here[0].capital && !in_address(text, here)) {
            return false;
        }
        let first = here.first().map(|one| one.character);
        let last = here.last().map(|one| one.character);
        let before = at.checked_sub(1).and_then(|before| folded.get(before));
        let after = folded.get(at + here.len());
        // A part of one character, as of a Korean syllable, is no part of a name.
        let within = |one: &Folded, other: Option<&Folded>| {
            other.is_some_and(|other| one.start == other.start)
        };
        if within(&here[0], before) || within(&here[here.len() - 1], after) {
            return false;
        }
        // Two letters, or two digits, that touch belong to one word.
        let glued = |one: Option<char>, other: Option<&Folded>, joined: bool| {
            joined
                && other.is_some_and(|other| {
                    let (one, other) = (one.unwrap_or(' '), other.character);
                    (is_letter(one) && is_letter(other))
                        || (one.is_ascii_digit() && other.is_ascii_digit() && !self.inside)
                })
        };
        // `Mustermanns` and `MustermannStatement.pdf` name the same person.
        let may_go_on = self.word && here[0].capital && self.characters.len() >= LONG;
        !glued(first, before, here[0].joined)
            && (may_go_on || !glued(last, after, after.is_some_and(|after| after.joined)))
    }
}

/// Whether a word stands in an e-mail address, a name of an account or of a file, where nobody writes capitals.
fn in_address(text: &str, here: &[Folded]) -> bool {
    let (Some(first), Some(last)) = (here.first(), here.last()) else {
        return false;
    };
    let marks = |one: Option<char>| one.is_some_and(|one| "@#_/".contains(one));
    let (before, after) = (&text[..first.start], &text[last.end..]);
    let address = |one: char| !one.is_whitespace() && !is_wide(one);
    let tail = after.chars().take_while(|one| address(*one));
    marks(before.chars().next_back())
        || marks(after.chars().next())
        || tail.clone().any(|one| one == '@')
}

/// Whether a character is of a script that writes blanks between its words.
pub(super) fn is_letter(character: char) -> bool {
    character.is_alphabetic() && !is_wide(character)
}

/// Whether a character is of a script whose words touch each other, or take endings without a blank, as in Chinese,
/// Japanese, Korean (also as its letters are taken apart) and Thai.
pub(super) fn is_wide(character: char) -> bool {
    matches!(u32::from(character), 0x0e00..=0x109f | 0x1100..=0x11ff | 0x1780..=0x17ff | 0x2e80..)
}
