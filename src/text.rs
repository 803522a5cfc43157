//! Text: byte spans, lines and columns, languages, and what of a text may reach a terminal.
//! It never reads anything and never decides anything.

mod system;

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use system::system_words;

/// A half-open range of bytes in a file's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// The span from `start` up to, not including, `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The same span as a range that can index a `str`.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// The same span, `by` bytes further on.
    pub fn shifted(self, by: usize) -> Self {
        Self::new(self.start + by, self.end + by)
    }

    /// The smallest span that holds both.
    pub fn join(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// A position as people and editors count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Column in UTF-16 code units, from 0, as the editor protocol counts.
    pub utf16: usize,
}

/// Tells the position of a byte offset; an offset past the end, or inside a character, counts as the nearest before it.
pub fn position(text: &str, offset: usize) -> Position {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |index| index + 1);
    let in_line = &before[line_start..];
    Position {
        line: before.bytes().filter(|&byte| byte == b'\n').count() + 1,
        column: in_line.chars().count() + 1,
        utf16: in_line.encode_utf16().count(),
    }
}

/// A language that every message, label and document exists in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    Zh,
}

impl Language {
    /// Reads `en`, `zh`, and what locales call them (`zh_CN.UTF-8`, `zh-Hans`, `en-GB`); anything else is nothing.
    pub fn parse(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let primary = lower.split(['-', '_', '.', '@']).next().unwrap_or_default();
        match primary {
            "en" => Some(Self::En),
            "zh" => Some(Self::Zh),
            _ => None,
        }
    }

    /// `en` or `zh`.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }
}

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bilingual {
    #[serde(default)]
    pub en: String,
    #[serde(default)]
    pub zh: String,
}

impl Bilingual {
    /// Takes the English and the Chinese wording.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            zh: zh.into(),
        }
    }

    /// Gives the wording in `language`; where it is empty, the other one.
    pub fn get(&self, language: Language) -> &str {
        let (first, second) = match language {
            Language::En => (&self.en, &self.zh),
            Language::Zh => (&self.zh, &self.en),
        };
        if first.is_empty() { second } else { first }
    }
}

/// Shows text that came from a record so that it cannot steer a terminal or change the direction of a line.
///
/// Controls (but for line feed and tab), bidirectional and zero-width characters become `\u{..}`.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\n' && character != '\t' && is_invisible(character) {
            shown.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Like [`visible`], with line feeds and tabs shown too: for one line of a list.
pub fn visible_line(text: &str) -> String {
    visible(text).replace('\n', "\\n").replace('\t', "\\t")
}

/// Whether a character is a control, or one that shows nothing but changes how others are shown or compared.
pub fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text as searches compare it.
pub fn plain(text: &str) -> String {
    text.chars().flat_map(fold_character).collect()
}

/// A character as searches compare it: compatibility forms and full width made plain, without accents, in small letters.
pub fn fold_character(character: char) -> impl Iterator<Item = char> {
    use unicode_normalization::UnicodeNormalization;
    // Most characters are what they are.
    let is_plain = character.is_ascii() || matches!(character, '\u{4e00}'..='\u{9fff}');
    let plain = is_plain.then(|| character.to_ascii_lowercase());
    let folded = (!is_plain).then(|| {
        std::iter::once(character)
            .nfkd()
            .filter(|part| !unicode_normalization::char::is_combining_mark(*part))
            .flat_map(char::to_lowercase)
    });
    plain.into_iter().chain(folded.into_iter().flatten())
}

/// Width in columns of a terminal; a Chinese character takes two.
pub fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// Pads with spaces on the right up to `columns` of a terminal.
pub fn pad(text: &str, columns: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(
        ' ',
        columns.saturating_sub(width(text)),
    ));
    padded
}

/// Cuts to at most `columns` of a terminal, with `…` where something was cut.
pub fn shorten(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut used = 0;
    for character in text.chars() {
        let next = unicode_width::UnicodeWidthChar::width(character).unwrap_or(0);
        if used + next + 1 > columns {
            break;
        }
        used += next;
        shown.push(character);
    }
    shown.push('…');
    shown
}

/// The known name that differs least, if it is near enough to have been meant.
pub fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
    known
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count() / 4)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// What may stand somewhere: keys, each with its label for people.
pub struct Choices(Vec<(String, Bilingual)>);

impl Choices {
    /// Takes keys with their labels; an empty label is none.
    pub fn new(choices: impl IntoIterator<Item = (String, Bilingual)>) -> Self {
        Self(choices.into_iter().collect())
    }

    /// The key that a text was meant to be: the one with this label in either language, the only one whose label has the
    /// text in it, or the one that is spelt nearly so.
    fn meant(&self, text: &str) -> Option<&(String, Bilingual)> {
        let text = text.trim().to_lowercase();
        let labels = |label: &Bilingual| [label.en.to_lowercase(), label.zh.to_lowercase()];
        let own = |(_, label): &&(String, Bilingual)| labels(label).contains(&text);
        if let Some(found) = self.0.iter().find(own).filter(|_| !text.is_empty()) {
            return Some(found);
        }
        if !text.is_ascii() && text.chars().count() > 1 {
            let within = |(_, label): &&(String, Bilingual)| label.zh.contains(&text);
            let mut within = self.0.iter().filter(within);
            if let (Some(found), None) = (within.next(), within.next()) {
                return Some(found);
            }
        }
        let near = nearest(&text, self.0.iter().map(|(key, _)| key.as_str()))?;
        self.0.iter().find(|(key, _)| *key == near)
    }

    /// All keys with their labels, one behind the other.
    pub fn list(&self) -> Bilingual {
        let en: Vec<String> = self
            .0
            .iter()
            .map(|(key, label)| in_english(key, label))
            .collect();
        let zh = self.0.iter().map(|(key, label)| match label.zh.as_str() {
            "" => key.clone(),
            label => format!("{key} {label}"),
        });
        Bilingual::new(en.join(", "), zh.collect::<Vec<_>>().join("、"))
    }

    /// What to write in place of a text: the key that was meant, where that is clear.
    pub fn suggestion(&self, text: &str) -> Option<Bilingual> {
        let (key, label) = self.meant(text)?;
        let en = match in_english(key, label).split_once(' ') {
            Some((key, label)) => format!("perhaps `{key}` {label} is meant"),
            None => format!("perhaps `{key}` is meant"),
        };
        let zh = match label.zh.as_str() {
            "" => format!("是否想写 `{key}`？"),
            label => format!("是否想写 `{key}`（{label}）？"),
        };
        Some(Bilingual::new(en, zh))
    }
}

/// A key with its label in brackets, where that says more than the key.
fn in_english(key: &str, label: &Bilingual) -> String {
    let says_nothing = label.en.is_empty() || label.en.to_lowercase() == key.replace('-', " ");
    if says_nothing && !key.contains('-') || label.en.is_empty() {
        key.to_owned()
    } else {
        format!("{key} ({})", label.en)
    }
}

fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, character) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other) in right.iter().enumerate() {
            let substitution = diagonal + usize::from(character != *other);
            diagonal = row[column + 1];
            row[column + 1] = substitution.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_utf16() {
        #[track_caller]
        fn case(text: &str, offset: usize, line: usize, column: usize, utf16: usize) {
            assert_eq!(
                position(text, offset),
                Position {
                    line,
                    column,
                    utf16
                }
            );
        }
        case("", 0, 1, 1, 0);
        case("a\nb", 2, 2, 1, 0);
        case("线索: x", 8, 1, 5, 4);
        case("😀x", 4, 1, 2, 2);
        case("线", 1, 1, 1, 0);
        case("a", 99, 1, 2, 1);
    }

    #[test]
    fn invisible_characters_are_shown() {
        assert_eq!(
            visible("a\u{1b}[31m\u{202e}b\n"),
            "a\\u{1b}[31m\\u{202e}b\n"
        );
        assert_eq!(visible_line("a\nb"), "a\\nb");
    }

    #[test]
    fn widths_follow_the_terminal() {
        assert_eq!(pad("线索", 6), "线索  ");
        assert_eq!(shorten("客户投诉产品", 7), "客户投…");
        assert_eq!(shorten("short", 7), "short");
    }

    #[test]
    fn languages_are_read_from_locales() {
        assert_eq!(Language::parse("zh_CN.UTF-8"), Some(Language::Zh));
        assert_eq!(Language::parse("en-GB"), Some(Language::En));
        assert_eq!(Language::parse("fr"), None);
    }
}
