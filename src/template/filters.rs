//! The filters that templates may use: safe YAML scalars, dates in words, visible text, Markdown.
//! None of them touches the world, and each is total: a value that it cannot read comes back as it is.

use chrono::{Datelike, NaiveDate};
use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind};

use crate::template::{MarkdownToHtml, markup};
use crate::text::{Language, visible};
use crate::time::Timestamp;

/// Words that YAML readers of any age take for something other than text.
const RESERVED: &[&str] = &[
    "true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf",
];

/// Adds the filters.
pub(super) fn add(environment: &mut Environment<'static>, markdown: MarkdownToHtml) {
    add_text(environment);
    environment.add_filter("yaml", yaml);
    environment.add_filter("yaml_text", yaml_text);
    environment.add_filter("date", |text: Value, language: String| {
        words(&text, &language, date)
    });
    environment.add_filter("datetime", |text: Value, language: String| {
        words(&text, &language, datetime)
    });
    environment.add_filter("markdown", move |text: String, below: Option<usize>| {
        let shown = visible(&text.replace("\r\n", "\n"));
        Value::from_safe_string(demote(&markdown(&shown), below.unwrap_or(0)))
    });
}

/// Adds the filters that make text of text, for templates that know neither records nor languages.
pub(super) fn add_text(environment: &mut Environment<'static>) {
    environment.add_filter("visible", |text: String| visible(&text));
    environment.add_filter("plain", |text: String| markup::plain(&text));
}

/// A YAML value at the top of a record: text of several lines as a block below its key, anything else as `yaml` does.
fn yaml_text(value: Value) -> Result<String, Error> {
    // Blanks at the end of lines are taken off drafts, so such a text is safe only in quotes.
    let keeps =
        |text: &&str| text.contains('\n') && !text.lines().any(|line| line.ends_with([' ', '\t']));
    match value.as_str().filter(keeps) {
        None => yaml(value),
        Some(text) => {
            let entry = serde_json::json!({ "text": text });
            let written = crate::yaml::to_yaml(&entry, 0);
            let value = written.strip_prefix("text: ").unwrap_or(&written);
            Ok(value.trim_end_matches('\n').to_owned())
        }
    }
}

/// Writes a date, or the date of a timestamp, in words: `2026年3月5日`, `5 March 2026`.
pub fn date(text: &str, language: Language) -> String {
    match day(text) {
        Some(day) => in_words(day, language),
        None => text.to_owned(),
    }
}

/// Writes a timestamp in words, on the clock that it was written by: `2026年3月5日 09:12`, `5 March 2026, 09:12`.
pub fn datetime(text: &str, language: Language) -> String {
    let Some(moment) = Timestamp::parse(text) else {
        return date(text, language);
    };
    let minutes = moment.minutes();
    let clock = minutes.split(' ').nth(1).unwrap_or_default();
    let separator = match language {
        Language::En => ", ",
        Language::Zh => " ",
    };
    format!("{}{separator}{clock}", in_words(moment.date(), language))
}

/// Writes text as a YAML scalar of one line: plain where no reader can take it for anything else, else quoted.
pub fn yaml_scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other if crate::text::is_invisible(other) && u32::from(other) > 0xffff => {
                quoted.push_str(&format!("\\U{:08x}", u32::from(other)));
            }
            other if crate::text::is_invisible(other) => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(other)));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// A value in YAML, on the line of its key.
fn yaml(value: Value) -> Result<String, Error> {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => Ok(String::new()),
        ValueKind::Bool => Ok(if value.is_true() { "true" } else { "false" }.to_owned()),
        ValueKind::Number => Ok(value.to_string()),
        ValueKind::String => Ok(yaml_scalar(value.as_str().unwrap_or_default())),
        // JSON is YAML, and stays on one line.
        _ => serde_json::to_string(&value).map_err(|error| {
            Error::new(
                ErrorKind::BadSerialization,
                format!("no YAML value: {error}"),
            )
        }),
    }
}

fn words(value: &Value, language: &str, write: fn(&str, Language) -> String) -> String {
    let language = Language::parse(language).unwrap_or_default();
    match value.as_str() {
        Some(text) => write(text, language),
        None if value.is_none() || value.is_undefined() => String::new(),
        None => value.to_string(),
    }
}

fn day(text: &str) -> Option<NaiveDate> {
    if let Some(moment) = Timestamp::parse(text) {
        return Some(moment.date());
    }
    let strict = text.len() == 10 && text.bytes().enumerate().all(is_date_byte);
    strict
        .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
        .flatten()
}

fn is_date_byte((index, byte): (usize, u8)) -> bool {
    match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    }
}

fn in_words(day: NaiveDate, language: Language) -> String {
    match language {
        Language::Zh => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Language::En => {
            let month = crate::time::MONTHS
                .get(day.month0() as usize)
                .copied()
                .unwrap_or("");
            format!("{} {month} {}", day.day(), day.year())
        }
    }
}

fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    if first.is_ascii_digit() {
        let identity = text.len() > 9
            && text.bytes().take(8).all(|byte| byte.is_ascii_digit())
            && text.as_bytes().get(8) == Some(&b'-')
            && text
                .bytes()
                .skip(9)
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        return identity || day(text).is_some();
    }
    first.is_alphabetic()
        && !text.ends_with(' ')
        && !RESERVED.contains(&text.to_lowercase().as_str())
        && text.chars().all(|character| {
            character.is_alphanumeric()
                || matches!(
                    character,
                    ' ' | '-'
                        | '_'
                        | '.'
                        | '/'
                        | '('
                        | ')'
                        | '，'
                        | '。'
                        | '、'
                        | '（'
                        | '）'
                        | '《'
                        | '》'
                )
        })
}

/// Moves headings down, so that a record's own headings stand below the document's.
fn demote(html: &str, below: usize) -> String {
    if below == 0 {
        return html.to_owned();
    }
    let mut moved = html.to_owned();
    for level in (1..=6).rev() {
        let to = (level + below).min(6);
        moved = moved
            .replace(&format!("<h{level}>"), &format!("<h{to}>"))
            .replace(&format!("<h{level} "), &format!("<h{to} "))
            .replace(&format!("</h{level}>"), &format!("</h{to}>"));
    }
    moved
}
