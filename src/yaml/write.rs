//! Writes values as YAML that readers of version 1.1 and 1.2 understand alike.
//! It never looks at an existing text; `splice` does.

use serde_json::{Map, Number, Value as Json};

use crate::text::is_invisible;
use crate::yaml::resolve::resolve;
use crate::yaml::{Style, Value};

/// Writes a value in block style, each line indented by `indentation` spaces, with a line break at the end.
pub fn to_yaml(value: &Json, indentation: usize) -> String {
    let margin = " ".repeat(indentation);
    let text = Layout::default().root(value, indentation);
    format!("{margin}{text}\n")
}

/// Writes a text as a scalar for one line of a block mapping or list: plain where that is safe, else quoted.
pub fn scalar(text: &str) -> String {
    inline_text(text, Style::Plain, false)
}

/// Writes a key for one line: as [`scalar`] does, but where it needs quotes, double ones if its neighbours have them.
pub(super) fn key_like(key: &str, doubled: bool) -> String {
    let written = scalar(key);
    if doubled && written.starts_with('\'') {
        double_quoted(key)
    } else {
        written
    }
}

/// How lines are indented and ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// How much deeper than its key a mapping is.
    pub(super) mapping: usize,
    /// How much deeper than its key the dashes of a list are.
    pub(super) sequence: usize,
    pub(super) line_break: &'static str,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            mapping: 2,
            sequence: 2,
            line_break: "\n",
        }
    }
}

impl Layout {
    /// A value whose first line is placed by the caller, with the others at `indentation`; no line break at the end.
    pub(super) fn root(self, value: &Json, indentation: usize) -> String {
        let mut out = String::new();
        match value {
            Json::Object(map) if !map.is_empty() => self.mapping(map, indentation, &mut out),
            Json::Array(items) if !items.is_empty() => self.sequence(items, indentation, &mut out),
            Json::String(text) if fits_block(text) => {
                self.literal(text, indentation + 2, &mut out);
            }
            other => out.push_str(&inline(other, Style::Plain, false)),
        }
        out
    }

    /// What follows the colon of a key that stands at `indentation`.
    pub(super) fn value(self, value: &Json, indentation: usize, out: &mut String) {
        match value {
            Json::Object(map) if !map.is_empty() => {
                self.line(indentation + self.mapping, out);
                self.mapping(map, indentation + self.mapping, out);
            }
            Json::Array(items) if !items.is_empty() => {
                self.line(indentation + self.sequence, out);
                self.sequence(items, indentation + self.sequence, out);
            }
            Json::String(text) if fits_block(text) => {
                out.push(' ');
                self.literal(text, indentation + self.mapping, out);
            }
            other => {
                out.push(' ');
                out.push_str(&inline(other, Style::Plain, false));
            }
        }
    }

    /// An entry of a block mapping at `indentation`, without the indentation of its first line.
    pub(super) fn entry(self, key: &str, value: &Json, indentation: usize, out: &mut String) {
        self.entry_as(&scalar(key), value, indentation, out);
    }

    /// The same with a key that is written already.
    pub(super) fn entry_as(self, key: &str, value: &Json, indentation: usize, out: &mut String) {
        out.push_str(key);
        out.push(':');
        self.value(value, indentation, out);
    }

    /// An item of a list whose dash stands at `indentation`, without the indentation of its first line.
    pub(super) fn item(self, value: &Json, indentation: usize, out: &mut String) {
        out.push('-');
        self.after_dash(value, indentation, out);
    }

    /// What follows a dash that stands at `indentation`.
    pub(super) fn after_dash(self, value: &Json, indentation: usize, out: &mut String) {
        out.push(' ');
        match value {
            Json::Object(map) if !map.is_empty() => self.mapping(map, indentation + 2, out),
            Json::Array(items) if !items.is_empty() => self.sequence(items, indentation + 2, out),
            Json::String(text) if fits_block(text) => self.literal(text, indentation + 2, out),
            other => out.push_str(&inline(other, Style::Plain, false)),
        }
    }

    fn mapping(self, map: &Map<String, Json>, indentation: usize, out: &mut String) {
        for (index, (key, value)) in map.iter().enumerate() {
            if index > 0 {
                self.line(indentation, out);
            }
            self.entry(key, value, indentation, out);
        }
    }

    fn sequence(self, items: &[Json], indentation: usize, out: &mut String) {
        for (index, value) in items.iter().enumerate() {
            if index > 0 {
                self.line(indentation, out);
            }
            self.item(value, indentation, out);
        }
    }

    /// Text of several lines after `|`, its lines at `indentation`.
    fn literal(self, text: &str, indentation: usize, out: &mut String) {
        let content = text.strip_suffix('\n');
        out.push_str(if content.is_some() { "|" } else { "|-" });
        for line in content.unwrap_or(text).split('\n') {
            if line.is_empty() {
                out.push_str(self.line_break);
            } else {
                self.line(indentation, out);
                out.push_str(line);
            }
        }
    }

    pub(super) fn line(self, indentation: usize, out: &mut String) {
        out.push_str(self.line_break);
        out.extend(std::iter::repeat_n(' ', indentation));
    }
}

/// Whether a value needs lines of its own in block style.
pub(super) fn needs_lines(value: &Json) -> bool {
    match value {
        Json::Object(map) => !map.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::String(text) => fits_block(text),
        _ => false,
    }
}

/// Writes a value on one line, collections in brackets; a text in the given style of quotes where that is possible.
pub(super) fn inline(value: &Json, style: Style, in_flow: bool) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(truth) => truth.to_string(),
        Json::Number(number) => inline_number(number),
        Json::String(text) => inline_text(text, style, in_flow),
        Json::Array(items) => {
            let items: Vec<_> = items
                .iter()
                .map(|item| inline(item, Style::Plain, true))
                .collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(map) => {
            let entries: Vec<_> = map
                .iter()
                .map(|(key, value)| inline_entry(key, value))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// Writes an entry of a mapping in brackets.
pub(super) fn inline_entry(key: &str, value: &Json) -> String {
    let key = inline_text(key, Style::Plain, true);
    format!("{key}: {}", inline(value, Style::Plain, true))
}

/// With a point in the mantissa and a sign in the exponent, so that readers of YAML 1.1 see a number too.
fn inline_number(number: &Number) -> String {
    let text = number.to_string();
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return text;
    };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['+', '-']) {
        ""
    } else {
        "+"
    };
    format!("{mantissa}{point}e{sign}{exponent}")
}

fn inline_text(text: &str, style: Style, in_flow: bool) -> String {
    let special = text.chars().any(is_unprintable);
    match style {
        Style::DoubleQuoted => double_quoted(text),
        _ if special => double_quoted(text),
        Style::SingleQuoted => single_quoted(text),
        _ if is_plain(text, in_flow) => text.to_owned(),
        _ if text.contains('\'') && !text.contains(['"', '\\']) => double_quoted(text),
        _ => single_quoted(text),
    }
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if !is_unprintable(character) => quoted.push(character),
            _ => {
                let code = u32::from(character);
                quoted.push_str(&match code {
                    0..=0xff => format!("\\x{code:02x}"),
                    0x100..=0xffff => format!("\\u{code:04x}"),
                    _ => format!("\\U{code:08x}"),
                });
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Whether a character is written as an escape: controls, what shows nothing, and what Unicode never assigns.
fn is_unprintable(character: char) -> bool {
    is_invisible(character) || u32::from(character) & 0xfffe == 0xfffe
}

/// Whether a text of several lines can be written after `|` as it is.
fn fits_block(text: &str) -> bool {
    let content = text.strip_suffix('\n').unwrap_or(text);
    text.contains('\n')
        && !content.is_empty()
        && !content.starts_with(['\n', ' ', '\t'])
        && !text
            .chars()
            .any(|character| character != '\n' && character != '\t' && is_unprintable(character))
        && content
            .split('\n')
            .all(|line| !line.starts_with('\t') && (line.is_empty() || !line.trim().is_empty()))
        && !content.ends_with('\n')
}

/// Whether a text without quotes stays that text, for readers of YAML 1.1 and 1.2.
fn is_plain(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    !first.is_whitespace()
        && !text.ends_with(char::is_whitespace)
        && !"-?:,[]{}#&*!|>'\"%@`=<~".contains(first)
        && !text.contains(": ")
        && !text.ends_with(':')
        && !text.contains(" #")
        && !text.contains(":\u{3000}")
        && !(in_flow && text.contains([',', '[', ']', '{', '}']))
        && !text.starts_with("...")
        && matches!(resolve(text.into()), Value::String(_))
        && !is_special_in_old_yaml(text)
}

/// Whether YAML 1.1 reads a text as a truth value, as null or as a number; dates are left to be read as dates.
fn is_special_in_old_yaml(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    if text.len() <= 5 && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return true;
    }
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let bytes = body.as_bytes();
    if !matches!(bytes.first(), Some(b'0'..=b'9' | b'.')) {
        return false;
    }
    if let [b'0', b'x' | b'X' | b'b' | b'B' | b'o' | b'O', digits @ ..] = bytes {
        return digits
            .iter()
            .all(|byte| byte.is_ascii_hexdigit() || *byte == b'_');
    }
    if bytes.len() <= 5
        && body.starts_with('.')
        && body[1..].bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        return true;
    }
    let mut before = 0;
    bytes.iter().all(|&byte| {
        let fits = matches!(byte, b'0'..=b'9' | b'_' | b'.' | b':' | b'e' | b'E')
            || matches!(byte, b'+' | b'-') && matches!(before, b'e' | b'E');
        before = byte;
        fits
    })
}

#[cfg(test)]
mod tests;
