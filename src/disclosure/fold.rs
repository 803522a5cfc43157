//! A text reduced to what tells words apart, each character with the bytes that it came from.
//! It decides nothing about what is a repetition.

use std::collections::HashMap;
use std::iter::Peekable;
use std::str::CharIndices;
use std::sync::OnceLock;

use crate::text::{fold_character, is_invisible};

/// One character that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Folded {
    pub(super) character: char,
    /// The bytes of the text that it stands for.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether nothing stands between it and the one before.
    pub(super) joined: bool,
    /// Whether it is written as a capital letter.
    pub(super) capital: bool,
}

/// Folds a text: compatibility forms and full width become plain, accents and case are left out; so are blanks, hyphens,
/// points and brackets, what nobody sees, comments and the signs of Markdown. Character references and
/// percent-encoded bytes count as the characters that they mean.
///
/// In a text that is searched a comma or colon between two digits is left out as well; a value may list two numbers so.
pub(super) fn fold(text: &str, is_searched: bool) -> Vec<Folded> {
    let mut folded = Vec::with_capacity(text.len());
    let mut joined = false;
    let mut characters = text.char_indices().peekable();
    while let Some((start, first)) = characters.next() {
        let rest = &text[start..];
        let meant: Option<(char, usize)> = match first {
            '<' if rest.starts_with("<!--") => {
                let length = rest.find("-->").map_or(rest.len(), |at| at + 3);
                skip_to(&mut characters, start + length);
                joined = false;
                continue;
            }
            '&' => reference(rest).or_else(|| named(rest)),
            '%' => encoded(rest),
            _ => None,
        };
        let next_is_digit = || rest.chars().nth(1).is_some_and(char::is_numeric);
        let after_digit = |folded: &[Folded]| {
            folded
                .last()
                .is_some_and(|last| last.character.is_ascii_digit())
        };
        let mut add = |character: char, end: usize| {
            for plain in fold_character(character).flat_map(letters) {
                let parts_digits = is_searched
                    && matches!(character, ',' | '，' | '、' | ':' | '：' | '|')
                    && after_digit(&folded)
                    && next_is_digit();
                if is_between(character) || is_between(plain) || parts_digits {
                    joined = false;
                    continue;
                }
                folded.push(Folded {
                    character: plain,
                    start,
                    end,
                    joined,
                    capital: character.is_uppercase(),
                });
                joined = true;
            }
        };
        match meant {
            None => add(first, start + first.len_utf8()),
            Some((meant, length)) => {
                add(meant, start + length);
                skip_to(&mut characters, start + length);
            }
        }
    }
    folded
}

fn skip_to(characters: &mut Peekable<CharIndices<'_>>, end: usize) {
    while characters.next_if(|(at, _)| *at < end).is_some() {}
}

/// A small letter as people write it who have only the plain ones; most are themselves.
fn letters(character: char) -> impl Iterator<Item = char> {
    let (first, second) = match character {
        'ł' => ('l', None),
        'ø' => ('o', None),
        'đ' | 'ð' => ('d', None),
        'ħ' => ('h', None),
        'ŧ' => ('t', None),
        'ı' => ('i', None),
        'ŋ' => ('n', None),
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'þ' => ('t', Some('h')),
        other => (other, None),
    };
    std::iter::once(first).chain(second)
}

/// What may stand inside a name or a number without making it another one.
fn is_between(character: char) -> bool {
    character.is_whitespace()
        || is_invisible(character)
        || matches!(
            character,
            '-' | '.'
                | '('
                | ')'
                | '/'
                | '_'
                | '*'
                | '~'
                | '`'
                | '\\'
                | '+'
                | '['
                | ']'
                | '{'
                | '}'
                | '\''
                | '’'
                | '‘'
                | 'ʼ'
                | '·'
                | '•'
                | '‧'
                | '・'
                | '∙'
                | '\u{2010}'..='\u{2015}' | '−' | '（' | '）'
        )
}

/// The character that `&#29579;` or `&#x738B;` means, and how long the reference is.
fn reference(text: &str) -> Option<(char, usize)> {
    let inner = text.strip_prefix("&#")?;
    let end = inner
        .bytes()
        .take(10)
        .position(|byte| byte == b';')
        .filter(|end| *end > 0)?;
    let number = match inner[..end].strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => inner[..end].parse(),
    };
    let character = char::from_u32(number.ok()?)?;
    Some((character, 2 + end + 1))
}

/// The character that `&shy;` or `&uuml;` means, and how long the reference is.
fn named(text: &str) -> Option<(char, usize)> {
    static NAMES: OnceLock<HashMap<&str, u32>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let one = |entity: &entities::Entity| match entity.codepoints {
            entities::Codepoints::Single(code) => Some((entity.entity, code)),
            // Two characters in one name are signs of mathematics.
            entities::Codepoints::Double(..) => None,
        };
        entities::ENTITIES.iter().filter_map(one).collect()
    });
    let end = text.bytes().take(34).position(|byte| byte == b';')?;
    let character = char::from_u32(*names.get(&text[..=end])?)?;
    Some((character, end + 1))
}

/// The one character that a run of `%E7%8E%8B` begins with, and how long it is written.
fn encoded(text: &str) -> Option<(char, usize)> {
    let bytes = text.as_bytes();
    let byte = |at: usize| -> Option<u8> {
        let digits = bytes.get(at * 3..at * 3 + 3)?;
        let digits = std::str::from_utf8(digits).ok()?.strip_prefix('%')?;
        u8::from_str_radix(digits, 16).ok()
    };
    let length = match byte(0)? {
        0x20..=0x7e => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let all: Option<Vec<u8>> = (0..length).map(byte).collect();
    let character = String::from_utf8(all?).ok()?.chars().next()?;
    Some((character, length * 3))
}
