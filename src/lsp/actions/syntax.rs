//! How a line that cannot be read is mended, where the finding says what to do: quotes, a blank, indentation.
//! Nothing is proposed after which the same line could still not be read.

use super::fixes::{Fix, replaced};
use super::{Code, Diagnostic, FileOf, Text, View};
use crate::lsp::view::yaml_span;
use crate::text::Span;
use crate::yaml::parse_at;

/// What can be proposed for YAML that cannot be read.
pub(super) fn mended(
    view: &View,
    path: &str,
    file: &FileOf,
    text: &Text,
    one: &Diagnostic,
) -> Option<Fix> {
    let message = one.message.en.as_str();
    let remedy = one.remedy.as_ref().map_or("", |remedy| &remedy.en);
    let fix = if message.contains("space after the colon") {
        blank(view, text, one)
    } else if message.contains("a tab is used for indentation") {
        indented(view, file, text)
    } else if remedy.contains("in quotes") && !message.contains("full-width") {
        quoted(view, text, one)
    } else {
        None
    }?;
    helps(path, file, text, one, &fix.text).then_some(fix)
}

fn blank(view: &View, text: &Text, one: &Diagnostic) -> Option<Fix> {
    let colon = one.place.span?.end;
    Some(Fix {
        title: view
            .say("Insert a space after the colon", "在冒号后加一个半角空格")
            .to_owned(),
        text: replaced(text, Span::new(colon, colon), " ")?,
        is_sure: true,
    })
}

/// Every line with two spaces for each tab that it begins with.
fn indented(view: &View, file: &FileOf, text: &Text) -> Option<Fix> {
    let within = yaml_span(&text.text, file.is_markdown);
    let yaml = text.text.get(within.range())?;
    let lines = yaml.split_inclusive('\n').map(|line| {
        let rest = line.trim_start_matches([' ', '\t']);
        let margin = &line[..line.len() - rest.len()];
        format!("{}{rest}", margin.replace('\t', "  "))
    });
    let new: String = lines.collect();
    Some(Fix {
        title: view
            .say(
                "Indent with two spaces for each tab",
                "把缩进的制表符改为两个空格",
            )
            .to_owned(),
        text: replaced(text, within, &new)?,
        is_sure: true,
    })
}

/// The whole value of the finding's line in quotes.
fn quoted(view: &View, text: &Text, one: &Diagnostic) -> Option<Fix> {
    let start = one.place.span?.start;
    let line = text.lines.line(&text.text, text.lines.line_of(start));
    let whole = text.text.get(line.range())?.trim_end();
    let rest = whole.trim_start_matches([' ', '-']);
    let begins = whole.len() - rest.len();
    // A key comes first, or the line is an item of a list and all of it is the value.
    let value = match rest.split_once(": ") {
        Some((key, value)) if is_key(key) => {
            let value = value.trim_start();
            whole.len() - value.len()
        }
        _ if whole[..begins].contains('-') => begins,
        _ => return None,
    };
    let written = &whole[value..];
    if written.is_empty() || written.starts_with(['"', '\'']) {
        return None;
    }
    let quoted = if written.contains(['"', '\\']) {
        format!("'{}'", written.replace('\'', "''"))
    } else {
        format!("\"{written}\"")
    };
    let span = Span::new(line.start + value, line.start + whole.len());
    Some(Fix {
        title: format!("{}{quoted}", view.say("Put it in quotes: ", "加上引号：")),
        text: replaced(text, span, &quoted)?,
        is_sure: true,
    })
}

fn is_key(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Whether the line of a finding can be read in a new text.
fn helps(path: &str, file: &FileOf, text: &Text, one: &Diagnostic, new: &str) -> bool {
    let Some(start) = one.place.span.map(|span| span.start) else {
        return false;
    };
    let line = text.lines.line_of(start);
    let within = yaml_span(new, file.is_markdown);
    let Some(yaml) = new.get(within.range()) else {
        return false;
    };
    let (_, found) = parse_at(path, yaml, within.start);
    !found.iter().any(|one| {
        let at = one.place.span.map_or(0, |span| span.start.min(new.len()));
        one.code == Code::YamlSyntax && new[..at].matches('\n').count() <= line
    })
}
