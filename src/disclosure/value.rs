//! What of a withheld value is looked for elsewhere. It looks at no text.
//!
//! - A whole value of two characters or more, however it is spaced, hyphenated or written (full width, capitals, accents).
//!   One character is kept back in its own field only: else every 王 would go.
//! - Latin letters and digits only as whole words: `Lee` is not in `fleet`.
//! - Of a name in several words or with a title, each word by itself where it begins with a capital letter, is of a script
//!   without capitals, or is Chinese of two characters or more; of names joined by 和, 与, 及, 跟, `and` or `&` each; of a
//!   Chinese name with a title or a department before or after it also the name without. A word of less than six letters
//!   is known by its capital (`Smith` is not a smith), or in an address or the name of a file; a longer one in small
//!   letters too, and with an ending.
//! - E-mail addresses, also with `at` and `dot`; names of accounts: behind a label such as 微信, or with a digit or low line.
//! - Every number of four digits or more in a value, but for years; of one of eight or more also its end, as far as seven
//!   digits, which is the number without the code of country or area.
//! - Of a value with numbers or an address, which is a contact, each part between commas, semicolons, strokes and labels:
//!   one of letters and digits from six characters on (a street with its number, with and without its town), one in
//!   Chinese without digits from five on, one that is built like a Chinese name, and one of several words in capitals. A
//!   town alone (海州市, Haizhou) is no secret by itself, nor are the words around a number (上班时间).

use unicode_normalization::UnicodeNormalization;

use crate::disclosure::fold::fold;
use crate::disclosure::needle::{LONG, Needle, is_letter, is_wide};
use crate::disclosure::words::{TITLES, is_chinese_name, is_organ, labelled, names};

/// What stands between the parts of a value.
const BETWEEN: &[char] = &[
    ',', '，', ';', '；', '、', '/', '|', ':', '：', '(', ')', '（', '）', '[', ']', '【', '】',
    '<', '>', '&', '＆', '\n', '\r',
];
/// What joins the parts of one name.
pub(super) const HYPHENS: &[char] = &['-', '\u{2010}', '\u{2011}', '·', '•', '‧', '・', '∙'];
const APOSTROPHES: &[char] = &['\'', '’', '‘', 'ʼ'];
/// Words up to which a name is taken apart; more are a sentence.
const WORDS: usize = 4;
/// Letters up to which a name must be written with its capital to be known.
const SHORT: usize = 3;
/// Digits that a number has at least to be looked for, and those of a telephone number without its codes.
const NUMBER: usize = 4;
const LOCAL: usize = 7;
/// Characters from which a part of a contact counts by itself: with digits and letters, and in Chinese alone.
const MIXED: usize = 6;
const WORDY: usize = 5;

/// Adds what of a value is looked for.
pub(super) fn of_value(value: &str, departments: &[&str], needles: &mut Vec<Needle>) {
    of_one(value, departments, needles);
    // Müller writes Mueller where a form knows no more letters.
    let composed: String = value.nfc().collect();
    if let Some(other) = in_digraphs(&composed) {
        of_one(&other, departments, needles);
    }
}

fn of_one(value: &str, departments: &[&str], needles: &mut Vec<Needle>) {
    let whole = characters(value);
    let has_digit = whole.iter().any(char::is_ascii_digit);
    if whole.len() >= 2 && !whole.iter().all(char::is_ascii_digit) {
        // What is as short as `An` is a word of the language in small letters.
        let is_short = whole.len() <= SHORT && whole.iter().copied().all(is_letter);
        let capital = is_short && value.trim_start().starts_with(char::is_uppercase);
        needles.push(needle(whole, capital));
    }
    of_numbers(value, needles);
    for word in addresses(value) {
        of_address(word, needles);
    }
    let is_contact = has_digit || value.contains('@');
    for part in parts(value) {
        match is_contact {
            true => of_contact(&part, departments, needles),
            false => of_names(&part.text, departments, needles),
        }
    }
}

fn needle(characters: Vec<char>, capital: bool) -> Needle {
    Needle {
        characters,
        capital,
        inside: false,
        word: false,
    }
}

fn of_numbers(value: &str, needles: &mut Vec<Needle>) {
    for number in numbers(value) {
        let is_year = number.len() == NUMBER && matches!(number[..2], ['1', '9'] | ['2', '0']);
        if number.len() < NUMBER || is_year {
            continue;
        }
        for length in LOCAL..number.len() {
            needles.push(Needle {
                inside: length > LOCAL,
                ..needle(number[number.len() - length..].to_vec(), false)
            });
        }
        needles.push(Needle {
            inside: number.len() >= LOCAL,
            ..needle(number, false)
        });
    }
}

/// An e-mail address, also as people write it where machines read along, or the name of an account.
fn of_address(word: &str, needles: &mut Vec<Needle>) {
    needles.push(needle(characters(word), false));
    let Some((name, host)) = word.split_once('@') else {
        return;
    };
    let spoken = |text: &str| [text.to_owned(), text.replace('.', "dot")];
    for name in spoken(name) {
        for host in spoken(host) {
            needles.push(needle(characters(&format!("{name}at{host}")), false));
        }
    }
    // `info` and `wang` are words; `zyx.qw` is nobody else.
    let own = characters(name);
    if own.len() >= WORDY && name.contains(['.', '_', '-', '+']) {
        needles.push(needle(own, false));
    }
}

/// A part of a value, and whether it is the name of an account.
struct Part {
    text: String,
    is_account: bool,
}

/// The parts of a value between signs and labels; a label is no part.
fn parts(value: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut is_account = false;
    for segment in value.split(BETWEEN) {
        let mut words: Vec<&str> = Vec::new();
        let mut flush = |words: &mut Vec<&str>, is_account: &mut bool| {
            if !words.is_empty() {
                parts.push(Part {
                    text: words.join(" "),
                    is_account: std::mem::take(is_account),
                });
                words.clear();
            }
        };
        for word in segment.split_whitespace() {
            if word.eq_ignore_ascii_case("and") {
                flush(&mut words, &mut is_account);
                continue;
            }
            let Some((account, rest)) = labelled(word) else {
                words.push(word);
                continue;
            };
            flush(&mut words, &mut is_account);
            is_account = account;
            if !rest.is_empty() {
                words.push(rest);
            }
        }
        flush(&mut words, &mut is_account);
    }
    parts
}

/// A part of a value that holds numbers or an address.
fn of_contact(part: &Part, departments: &[&str], needles: &mut Vec<Needle>) {
    let text = part.text.as_str();
    let own = characters(text);
    let digits = own.iter().filter(|one| one.is_ascii_digit()).count();
    let others = own.len() - digits;
    let counts = match (part.is_account, digits, others) {
        (true, _, 1..) => own.len() >= NUMBER,
        (false, 1.., 2..) => own.len() >= MIXED && !is_amount(&own),
        (false, 0, _) if own.iter().copied().all(is_wide) => {
            own.len() >= WORDY && !is_organ(text, departments)
        }
        (false, 0, _) => {
            let is_named = |word: &str| word.starts_with(char::is_uppercase);
            text.split(' ').count() > 1 && text.split(' ').all(is_named) && own.len() >= MIXED
        }
        _ => false,
    };
    if counts && !text.contains('@') {
        needles.push(needle(own, false));
        if digits > 0
            && let Some(street) = street(text)
        {
            needles.push(needle(street, false));
        }
    }
    for word in text.split(' ') {
        for name in names(word, departments) {
            if is_chinese_name(&name) {
                needles.push(needle(characters(&name), false));
            }
        }
    }
}

/// Whether nothing but counts and dates stands there.
fn is_amount(folded: &[char]) -> bool {
    let amounts = |one: &char| one.is_ascii_digit() || "年月日号时分点人元".contains(*one);
    folded.iter().all(amounts)
}

/// A Chinese address without its town: `梧桐路88弄7号` of `海州市梧桐路88弄7号`.
fn street(text: &str) -> Option<Vec<char>> {
    let first_digit = text.find(|one: char| one.is_ascii_digit())?;
    let (at, town) = text[..first_digit]
        .char_indices()
        .rfind(|(_, one)| matches!(one, '省' | '市' | '县' | '区'))?;
    let street = characters(&text[at + town.len_utf8()..]);
    (street.len() >= WORDY).then_some(street)
}

/// Words of which each may be somebody's name.
fn of_names(text: &str, departments: &[&str], needles: &mut Vec<Needle>) {
    let words = text.split(' ').map(|word| word.trim_matches('.'));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    if words.len() > WORDS {
        return;
    }
    for word in words {
        of_word(word, departments, needles);
        let parts = word.split(HYPHENS);
        // Who is called Hans-Peter is called Hans as well, and O'Hara-Lee Hara.
        if word.contains(HYPHENS) || word.contains(APOSTROPHES) {
            for part in parts {
                of_word(part, departments, needles);
                let inner = part
                    .split(APOSTROPHES)
                    .filter(|_| part.contains(APOSTROPHES));
                inner.for_each(|inner| of_word(inner, departments, needles));
            }
        }
        for name in names(word, departments) {
            of_word(&name, departments, needles);
        }
    }
}

/// One word of a name.
fn of_word(word: &str, departments: &[&str], needles: &mut Vec<Needle>) {
    let lower = word.to_lowercase();
    if TITLES.contains(&lower.as_str()) || is_organ(word, departments) {
        return;
    }
    let own = characters(word);
    let is_chinese = own.iter().copied().all(is_wide);
    let first = word.chars().next().unwrap_or(' ');
    let has_no_case = first.is_alphabetic() && !first.is_uppercase() && !first.is_lowercase();
    if own.len() < 2 || !(is_chinese || has_no_case || first.is_uppercase()) {
        return;
    }
    let capital = first.is_uppercase() && own.len() < LONG;
    let mut add = |characters: Vec<char>| {
        needles.push(Needle {
            word: true,
            ..needle(characters, capital)
        });
    };
    // Müller writes Müller where Mueller stands in the form.
    if own.len() >= WORDY && first.is_uppercase() {
        let text: String = own.iter().collect();
        let plain = text.replace("ae", "a").replace("oe", "o");
        let plain = plain.replace("ue", "u");
        if plain != text {
            add(plain.chars().collect());
        }
    }
    add(own);
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

/// The value with the digraphs that stand for letters with two dots and the like; none where it has no such letter.
fn in_digraphs(value: &str) -> Option<String> {
    let mut changed = false;
    let mut written = String::with_capacity(value.len() + 4);
    for character in value.chars() {
        let digraph = match character {
            'ä' => "ae",
            'Ä' => "Ae",
            'ö' | 'ø' => "oe",
            'Ö' | 'Ø' => "Oe",
            'ü' => "ue",
            'Ü' => "Ue",
            'å' => "aa",
            'Å' => "Aa",
            other => {
                written.push(other);
                continue;
            }
        };
        changed = true;
        written.push_str(digraph);
    }
    changed.then_some(written)
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
