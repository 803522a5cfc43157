//! The search index of a site, which needs no server: for each pair of Chinese characters and each word, the entries that
//! have it, spread over scripts of some 32 KB, of which a search loads a handful.
//!
//! `script.js` reads what is written here, and finds out in the entries' own texts what really matches. Both must fold
//! characters and tell words in the same way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::json;

use crate::ledger::Row;
use crate::text::{fold_character, visible_line};

/// Characters of text in an entry; longer texts of a clue become several.
const LENGTH: usize = 6_000;
/// Characters that an entry repeats of the one before, so that what stands across the border is found.
const OVERLAP: usize = 200;
/// Bytes that a script of the index should have, and the most scripts there are.
const SHARD: usize = 32 * 1024;
const SHARDS: usize = 2_048;
/// Letters with which a longer word is found before it is typed to its end.
const PREFIX: usize = 3;

/// A clue's texts, or a part of them.
pub(super) struct Entry {
    id: String,
    number: String,
    title: String,
    /// The clue has a part before this one.
    is_later: bool,
    /// Each document's name with its words.
    texts: Vec<(String, String)>,
    terms: BTreeSet<String>,
}

/// The entries of a clue.
pub(super) fn entries(row: &Row, texts: &[(String, String)]) -> Vec<Entry> {
    let title = visible_line(&row.title);
    let entry = |is_later: bool| Entry {
        id: row.id.clone(),
        number: visible_line(row.number.as_ref().unwrap_or(&row.id)),
        title: title.clone(),
        is_later,
        texts: Vec::new(),
        terms: BTreeSet::new(),
    };
    let mut entries = vec![entry(false)];
    let mut room = LENGTH;
    for (name, text) in texts {
        let characters: Vec<char> = text.chars().collect();
        let mut at = 0;
        while at < characters.len() {
            if room < OVERLAP * 2 {
                entries.push(entry(true));
                room = LENGTH;
            }
            let end = (at + room).min(characters.len());
            let part: String = characters[at..end].iter().collect();
            room -= end - at;
            if let Some(last) = entries.last_mut() {
                last.texts.push((name.clone(), part));
            }
            at = if end < characters.len() {
                end - OVERLAP
            } else {
                end
            };
        }
    }
    for entry in &mut entries {
        let mut found = BTreeSet::new();
        for text in [&entry.id, &entry.number, &entry.title] {
            terms(text, &mut found);
        }
        for (name, text) in &entry.texts {
            terms(name, &mut found);
            terms(text, &mut found);
        }
        entry.terms = found;
    }
    entries
}

impl Entry {
    /// The entry's own script.
    pub(super) fn script(&self, number: usize) -> String {
        let data = json!({
            "id": self.id, "number": self.number, "title": self.title, "later": self.is_later, "texts": self.texts,
        });
        format!("clueText({number},{data});\n")
    }
}

/// The terms of a text: pairs of Chinese characters, the single ones, words, and the beginnings of longer words.
fn terms(text: &str, found: &mut BTreeSet<String>) {
    let mut word = String::new();
    let mut before = None;
    let folded = text.chars().flat_map(fold_character).map(Some);
    for character in folded.chain([None]) {
        let wide = character.filter(|one| is_wide(*one));
        let letter = character.filter(|one| wide.is_none() && one.is_alphanumeric());
        match letter {
            Some(letter) => word.push(letter),
            None if !word.is_empty() => {
                let start: String = word.chars().take(PREFIX).collect();
                if start != word {
                    found.insert(start + "*");
                }
                found.insert(std::mem::take(&mut word));
            }
            None => {}
        }
        if let Some(wide) = wide {
            found.insert(wide.to_string());
            if let Some(before) = before {
                found.insert([before, wide].iter().collect());
            }
        }
        before = wide;
    }
}

/// Whether a character is of a script that is searched by pairs: Chinese, Japanese, Korean.
fn is_wide(character: char) -> bool {
    matches!(u32::from(character),
        0x1100..=0x11ff | 0x2e80..=0x2fdf | 0x3005..=0x3007 | 0x3021..=0x3029 | 0x3040..=0x312f | 0x3130..=0x318f
        | 0x31a0..=0x31bf | 0x31f0..=0x31ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xac00..=0xd7af | 0xf900..=0xfaff
        | 0x20000..=0x3ffff)
}

/// All terms with their entries.
pub(super) struct Index {
    /// By script, each term with the numbers of entries: the first, and then how much more the next is, to the base of 36.
    shards: Vec<BTreeMap<String, String>>,
}

impl Index {
    /// Spreads the terms of the entries.
    pub(super) fn new(entries: &[Entry]) -> Self {
        let mut postings: BTreeMap<&str, (usize, String)> = BTreeMap::new();
        for (number, entry) in entries.iter().enumerate() {
            for term in &entry.terms {
                let (last, list) = postings.entry(term).or_default();
                if !list.is_empty() {
                    list.push(' ');
                }
                base36(number - *last, list);
                *last = number;
            }
        }
        let size: usize = postings
            .iter()
            .map(|(term, (_, list))| term.len() + list.len() + 6)
            .sum();
        let count = size.div_ceil(SHARD).next_power_of_two().min(SHARDS);
        let mut shards = vec![BTreeMap::new(); count];
        for (term, (_, list)) in postings {
            shards[shard_of(term, count)].insert(term.to_owned(), list);
        }
        Self { shards }
    }

    /// How many scripts there are.
    pub(super) fn shards(&self) -> usize {
        self.shards.len()
    }

    /// One script.
    pub(super) fn shard(&self, number: usize) -> String {
        let terms = json!(self.shards[number]);
        format!("clueWords({number},{terms});\n")
    }

    /// The script that says how much there is.
    pub(super) fn facts(&self, entries: &[Entry]) -> String {
        let facts = json!({ "shards": self.shards.len(), "entries": entries.len() });
        format!("clueIndex({facts});\n")
    }
}

fn base36(mut number: usize, text: &mut String) {
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(number % 36).unwrap_or(0);
        digits.push(char::from_digit(digit, 36).unwrap_or('0'));
        number /= 36;
        if number == 0 {
            break;
        }
    }
    for digit in digits.iter().rev() {
        let _ = text.write_char(*digit);
    }
}

/// FNV-1a over the term's characters.
fn shard_of(term: &str, count: usize) -> usize {
    let hash = term.chars().fold(0x811c_9dc5_u32, |hash, character| {
        (hash ^ u32::from(character)).wrapping_mul(0x0100_0193)
    });
    usize::try_from(hash).unwrap_or(0) % count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: &[&str]) {
        let mut found = BTreeSet::new();
        terms(text, &mut found);
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn texts_are_taken_apart() {
        case(
            "轴承异响",
            &["响", "异", "异响", "承", "承异", "轴", "轴承"],
        );
        case("Bearing ＣＮＣ5", &["bea*", "bearing", "cnc*", "cnc5"]);
        case("YW-2026-0001", &["000*", "0001", "202*", "2026", "yw"]);
        case("é、龜", &["e", "龜"]);
        case("😀 \u{202e}", &[]);
    }

    #[test]
    fn entries_of_a_term_are_told_by_their_distance() {
        let entry = |terms: &[&str]| Entry {
            id: String::new(),
            number: String::new(),
            title: String::new(),
            is_later: false,
            texts: Vec::new(),
            terms: terms.iter().map(|term| (*term).to_owned()).collect(),
        };
        let mut entries: Vec<Entry> = (0..40).map(|_| entry(&["b"])).collect();
        entries[3].terms.insert("a".to_owned());
        entries[39].terms.insert("a".to_owned());
        let index = Index::new(&entries);
        assert_eq!(index.shards(), 1);
        assert!(
            index
                .shard(0)
                .starts_with("clueWords(0,{\"a\":\"3 10\",\"b\":\"0 1 1")
        );
    }
}
