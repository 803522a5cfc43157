//! What of a withheld value is looked for elsewhere, and where a text repeats it.
//!
//! - A whole value of two characters or more, however it is spaced, hyphenated or written (full width, capitals, accents).
//!   One character is kept back in its own field only: else every 王 would go.
//! - Latin letters and digits only as whole words: `Lee` is not in `fleet`.
//! - Of a name in several words or with a title, each word by itself where it begins with a capital letter or is Chinese
//!   of two characters or more; of a Chinese name with a title also the name without it. A word of less than six letters
//!   is known by its capital (`Smith` is not a smith), or in an address or the name of a file; a longer one in small
//!   letters too, and with an ending.
//! - E-mail addresses and names of accounts inside a value.
//! - Every number of four digits or more in a value, but for years; of one of eight or more also its end, as far as seven
//!   digits, which is the number without the code of country or area.

use std::collections::HashMap;

use crate::disclosure::fold::{Folded, fold};

/// What stands between the words of a name.
const BETWEEN: &[char] = &[
    ',', '，', ';', '；', '、', '/', '|', ':', '：', '(', ')', '（', '）', '[', ']', '【', '】',
    '<', '>',
];
/// Titles and other words that name nobody.
const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "dr",
    "prof",
    "sir",
    "madam",
    "tel",
    "phone",
    "mobile",
    "email",
    "e-mail",
    "wechat",
    "anonymous",
    "the",
    "and",
    "先生",
    "女士",
    "小姐",
    "同志",
    "师傅",
    "老师",
    "经理",
    "主任",
    "电话",
    "手机",
    "微信",
    "邮箱",
    "地址",
    "匿名",
    "内线",
    "传真",
];
/// Words up to which a name is taken apart; more are a sentence.
const WORDS: usize = 4;
/// Letters up to which a name must be written with its capital to be known.
const SHORT: usize = 3;
/// Letters from which a word of a name is no word of the language: it is known in small letters, and with an ending.
const LONG: usize = 6;
/// Digits that a number has at least to be looked for, and those of a telephone number without its codes.
const NUMBER: usize = 4;
const LOCAL: usize = 7;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Needle {
    characters: Vec<char>,
    /// Only where it is written with a capital letter.
    capital: bool,
    /// Digits that may stand inside a longer number.
    inside: bool,
    /// One word of a name.
    word: bool,
}

/// Everything that is looked for in the texts of a clue.
/// By their first character.
#[derive(Debug, Default)]
pub(super) struct Needles(HashMap<char, Vec<Needle>>);

impl Needles {
    /// What of these values is looked for.
    pub(super) fn new(values: &[String]) -> Self {
        let mut needles = Vec::new();
        for value in values {
            of_value(value, &mut needles);
        }
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
fn is_letter(character: char) -> bool {
    character.is_alphabetic() && !is_wide(character)
}

fn is_wide(character: char) -> bool {
    u32::from(character) >= 0x2e80
}

fn of_value(value: &str, needles: &mut Vec<Needle>) {
    let whole: Vec<char> = characters(value);
    let mut add = |characters: Vec<char>, capital: bool, inside: bool| {
        if !characters.is_empty() {
            needles.push(Needle {
                characters,
                capital,
                inside,
                word: false,
            });
        }
    };
    let has_digit = whole.iter().any(char::is_ascii_digit);
    if whole.len() >= 2 && !whole.iter().all(char::is_ascii_digit) {
        // What is as short as `An` is a word of the language in small letters.
        let is_short = whole.len() <= SHORT && whole.iter().copied().all(is_letter);
        let capital = is_short && value.trim_start().starts_with(char::is_uppercase);
        add(whole, capital, false);
    }
    for number in numbers(value) {
        let is_year = number.len() == NUMBER && matches!(number[..2], ['1', '9'] | ['2', '0']);
        if number.len() < NUMBER || is_year {
            continue;
        }
        for length in LOCAL..number.len() {
            add(
                number[number.len() - length..].to_vec(),
                false,
                length > LOCAL,
            );
        }
        let inside = number.len() >= LOCAL;
        add(number, false, inside);
    }
    for word in addresses(value) {
        add(characters(word), false, false);
    }
    if has_digit || value.contains('@') {
        return;
    }
    let words: Vec<&str> = value
        .split(|one: char| one.is_whitespace() || BETWEEN.contains(&one))
        .map(|word| word.trim_matches('.'))
        .filter(|word| !word.is_empty())
        .collect();
    if words.len() > WORDS {
        return;
    }
    for word in words {
        of_word(word, needles);
        // Who is called Hans-Peter is called Hans as well.
        let parts = word.split(['-', '\u{2010}', '\u{2011}']);
        if word.contains(['-', '\u{2010}', '\u{2011}']) {
            parts.for_each(|part| of_word(part, needles));
        }
    }
}

/// One word of a name.
fn of_word(word: &str, needles: &mut Vec<Needle>) {
    if TITLES.contains(&word.to_lowercase().as_str()) {
        return;
    }
    let mut add = |characters: Vec<char>, capital: bool| {
        needles.push(Needle {
            characters,
            capital,
            inside: false,
            word: true,
        });
    };
    let own = characters(word);
    let chinese = own.iter().all(|character| is_wide(*character));
    if own.len() >= 2 && (chinese || word.starts_with(char::is_uppercase)) {
        let capital = !chinese && own.len() < LONG;
        add(own, capital);
    }
    let bare = TITLES.iter().find_map(|title| word.strip_suffix(title));
    let bare = bare
        .map(characters)
        .filter(|bare| chinese && bare.len() >= 2);
    if let Some(bare) = bare {
        add(bare, false);
    }
}

/// E-mail addresses, and names of accounts: words of letters with a digit or a low line in them.
fn addresses(value: &str) -> impl Iterator<Item = &str> {
    let inside = |one: char| one.is_alphanumeric() && !is_wide(one) || "@._%+-".contains(one);
    let words = value.split(move |one: char| !inside(one));
    let words = words.map(|word| word.trim_matches(['.', '-', '+', '%']));
    words.filter(|word| {
        let has = |what: fn(char) -> bool| word.chars().any(what);
        let is_account = word.chars().count() > NUMBER
            && has(|one| one.is_alphabetic())
            && has(|one| one.is_ascii_digit() || one == '_');
        (word.contains('@') && word.len() > 2) || is_account
    })
}

fn characters(text: &str) -> Vec<char> {
    fold(text, false).iter().map(|one| one.character).collect()
}

/// The numbers of a value: digits with nothing but blanks and signs between them.
fn numbers(value: &str) -> Vec<Vec<char>> {
    let mut numbers: Vec<Vec<char>> = Vec::new();
    let mut in_number = false;
    for one in fold(value, false) {
        let is_digit = one.character.is_ascii_digit();
        if is_digit && in_number {
            if let Some(last) = numbers.last_mut() {
                last.push(one.character);
            }
        } else if is_digit {
            numbers.push(vec![one.character]);
        }
        in_number = is_digit;
    }
    numbers
}
