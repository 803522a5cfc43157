//! How findings are mended: the text as it would be, one finding at a time.
//! Nothing is proposed where it is not clear what was meant.

use super::insertion::missing_field;
use super::syntax;
use super::{Code, Diagnostic, FileOf, Text, View, World};
use crate::lsp::navigate::inner_span;
use crate::markdown;
use crate::text::Span;

/// A proposal.
pub(super) struct Fix {
    pub(super) title: String,
    /// The whole text, as it would be.
    pub(super) text: String,
    /// Whether it is what anybody would do.
    pub(super) is_sure: bool,
}

/// What can be proposed for a finding.
pub(super) fn fixes(
    view: &View,
    path: &str,
    file: &FileOf,
    text: &Text,
    one: &Diagnostic,
    all: &[Diagnostic],
) -> Vec<Fix> {
    let found = match one.code {
        Code::SchemaMissing => missing_field(view, path, file, text, one, all),
        Code::YamlSyntax => syntax::mended(view, path, file, text, one),
        Code::MarkdownHeading => missing_heading(view, file, text, one),
        _ => None,
    };
    let remedy = one.remedy.as_ref().map_or("", |remedy| remedy.en.as_str());
    let mut fixes: Vec<Fix> = found.into_iter().collect();
    if remedy == "put it in quotes" {
        fixes.extend(quoted(view, text, one));
    }
    let is_wide = [remedy, &one.message.en]
        .iter()
        .any(|words| words.contains("full-width"));
    if one.code == Code::YamlColon || is_wide {
        fixes.extend(half_width(view, text, one));
    }
    if let Some((_, rest)) = remedy.split_once("perhaps `")
        && let Some((near, _)) = rest.split_once('`')
    {
        fixes.extend(meant(view, text, one, near));
    }
    fixes
}

pub(super) fn replaced(text: &Text, span: Span, with: &str) -> Option<String> {
    let text = &*text.text;
    Some([text.get(..span.start)?, with, text.get(span.end..)?].concat())
}

fn quoted(view: &View, text: &Text, one: &Diagnostic) -> Option<Fix> {
    let span = one.place.span?;
    let written = text.text.get(span.range())?;
    if written.is_empty() || written.contains(['"', '\\', '\n']) {
        return None;
    }
    let quoted = format!("\"{written}\"");
    Some(Fix {
        title: format!("{}{quoted}", view.say("Put it in quotes: ", "加上引号：")),
        text: replaced(text, span, &quoted)?,
        is_sure: true,
    })
}

fn half_width(view: &View, text: &Text, one: &Diagnostic) -> Option<Fix> {
    let span = one.place.span?;
    let line = text.lines.line(&text.text, text.lines.line_of(span.start));
    let within = text.text.get(span.start..line.end)?;
    let at = span.start + within.find(['：', '　'])?;
    let mut end = at + '：'.len_utf8();
    end += text.text[end..].len() - text.text[end..].trim_start_matches([' ', '　']).len();
    let with = if text.text[at..].starts_with('：') {
        ": "
    } else {
        " "
    };
    Some(Fix {
        title: view
            .say("Use an ASCII colon and space", "改为半角冒号加空格")
            .to_owned(),
        text: replaced(text, Span::new(at, end), with)?,
        is_sure: true,
    })
}

fn meant(view: &View, text: &Text, one: &Diagnostic, near: &str) -> Option<Fix> {
    let span = one.place.span?;
    let inner = inner_span(&text.text, span);
    let written = text.text.get(inner.range())?;
    if written.contains('\n') || written == near {
        return None;
    }
    Some(Fix {
        title: format!("{}{near}", view.say("Change to: ", "改为：")),
        text: replaced(text, inner, near)?,
        is_sure: true,
    })
}

/// The heading that is missing, behind those that stand before it in the rulebook.
fn missing_heading(view: &View, file: &FileOf, text: &Text, one: &Diagnostic) -> Option<Fix> {
    let world: &World = view.known.as_ref()?;
    let headings = &world.rulebook.records.get(&file.record)?.headings;
    let said = format!("“{}”", one.message.en.split('“').nth(1)?.split('”').next()?);
    let index = headings
        .iter()
        .position(|heading| said == format!("“{}”", heading.label.en))?;
    let (_, body) = markdown::parts("", &text.text).ok()?;
    let sections = markdown::sections(&text.text[body.range()], body.start);
    let of = |heading: &crate::rulebook::Heading| {
        let wanted = [
            heading.label.en.to_lowercase(),
            heading.label.zh.to_lowercase(),
        ];
        let mut own = sections.iter();
        own.find(|section| wanted.contains(&section.title.trim().to_lowercase()))
    };
    let after = headings[..index].iter().rev().find_map(of);
    let before = headings[index + 1..].iter().find_map(of);
    let at = match (after, before) {
        (Some(section), _) => section.body.end,
        (None, Some(section)) => section.span.start,
        (None, None) => text.text.len(),
    };
    let label = view.words(&headings[index].label);
    let level = sections
        .iter()
        .map(|section| section.level)
        .max()
        .unwrap_or(1);
    let level = after.or(before).map_or(level, |section| section.level);
    let marks = "#".repeat(usize::from(level));
    let above = &text.text[..at];
    let gap = if above.ends_with("\n\n") || above.is_empty() {
        ""
    } else if above.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    };
    let below = if at == text.text.len() { "" } else { "\n" };
    let new = format!("{gap}{marks} {label}\n{below}");
    Some(Fix {
        title: format!(
            "{}{marks} {label}",
            view.say("Insert what is missing: ", "补上缺少的：")
        ),
        text: replaced(text, Span::new(at, at), &new)?,
        is_sure: true,
    })
}
