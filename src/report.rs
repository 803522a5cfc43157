//! Findings for people and programs: text like a compiler's, JSON, and what code hosts read (SARIF, GitHub, GitLab).
//! Plain data goes in, text comes out; nothing is judged here.

mod github;
mod gitlab;
mod reported;
mod sarif;
#[cfg(test)]
mod tests;

pub use github::github;
pub use gitlab::gitlab;
pub use reported::Reported;
pub use sarif::sarif;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::disclosure::Quiet;
use crate::files::Files;
use crate::text::{Language, visible, visible_line};
use crate::world::MAXIMUM_RECORD;

/// The version of every JSON that the program prints.
pub const SCHEMA_VERSION: u32 = 1;

/// How text is shown.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub language: Language,
    pub colour: bool,
}

/// Findings as text, each with its line and a caret, and a last line that counts them.
pub fn text(diagnostics: &[Diagnostic], files: &dyn Files, style: Style) -> String {
    let mut shown = String::new();
    let quiet = Quiet::of(files);
    for diagnostic in diagnostics {
        shown.push_str(&drawn(&quiet.diagnostic(diagnostic), files, &quiet, style));
        shown.push_str("\n\n");
    }
    shown.push_str(&count(diagnostics, style.language));
    shown
}

/// One finding as text.
pub fn one(diagnostic: &Diagnostic, files: &dyn Files, style: Style) -> String {
    let quiet = Quiet::of(files);
    drawn(&quiet.diagnostic(diagnostic), files, &quiet, style)
}

fn drawn(diagnostic: &Diagnostic, files: &dyn Files, quiet: &Quiet<'_>, style: Style) -> String {
    let language = style.language;
    let message = one_sentence(&visible(diagnostic.message.get(language)));
    let title = match diagnostic.severity {
        Severity::Error => Level::ERROR.with_name(word(language, "error", "错误")),
        Severity::Warning => Level::WARNING.with_name(word(language, "warning", "警告")),
    };
    let code = diagnostic
        .rule
        .as_deref()
        .unwrap_or_else(|| diagnostic.code.name());
    let code = match &diagnostic.procedure {
        Some(key) if !key.is_empty() => format!("{code}, {key}"),
        _ => code.to_owned(),
    };
    let source = source_of(files, &diagnostic.place);
    let source = source.map(|text| quiet.source(&diagnostic.place.path, &text).into_owned());
    let path = visible_line(&diagnostic.place.path);
    let heading = title.primary_title(message).id(code);
    let mut group = match (&source, diagnostic.place.span) {
        (Some(text), Some(span)) => {
            let span = span.start.min(text.len())
                ..span.end.min(text.len()).max(span.start.min(text.len()));
            let mut annotation = AnnotationKind::Primary.span(one_line(text, span));
            if let Some(here) = &diagnostic.here {
                annotation = annotation.label(visible(here.get(language)));
            }
            let mut snippet = Snippet::source(text.as_str())
                .path(path.as_str())
                .annotation(annotation);
            for label in &diagnostic.labels {
                if label.place.path == diagnostic.place.path
                    && let Some(span) = label.place.span
                {
                    let words = if language == Language::Zh {
                        &label.zh
                    } else {
                        &label.en
                    };
                    let span = one_line(text, span.start.min(text.len())..span.end.min(text.len()));
                    snippet = snippet
                        .annotation(AnnotationKind::Context.span(span).label(visible(words)));
                }
            }
            Group::with_title(heading).element(snippet)
        }
        // What is about history as a whole has no path.
        _ if path.is_empty() => Group::with_title(heading),
        _ => Group::with_title(heading).element(annotate_snippets::Origin::path(path.as_str())),
    };
    // What is about a commit as a whole has no file whose margin a remedy could stand beside.
    let is_placed = source.is_some() && diagnostic.place.span.is_some() || !path.is_empty();
    let remedy = diagnostic.remedy.as_ref().map(|remedy| {
        let label = word(language, "help: ", "办法：");
        format!("{label}{}", visible(remedy.get(language)))
    });
    if let Some(remedy) = remedy.as_ref().filter(|_| is_placed) {
        group = group.element(Level::HELP.no_name().message(remedy.as_str()));
    }
    let renderer = if style.colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut shown = renderer.render(&[group]);
    if let Some(remedy) = remedy.filter(|_| !is_placed) {
        shown.push_str(&format!("\n  = {}", remedy.replace('\n', "\n    ")));
    }
    shown
}

/// The last line: how many findings there are.
pub fn count(diagnostics: &[Diagnostic], language: Language) -> String {
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .count();
    let warnings = diagnostics.len() - errors;
    match language {
        Language::En => {
            let plural = |count: usize, word: &str| {
                format!("{count} {word}{}", if count == 1 { "" } else { "s" })
            };
            format!(
                "{}, {}",
                plural(errors, "error"),
                plural(warnings, "warning")
            )
        }
        Language::Zh => format!("{errors} 个错误，{warnings} 个警告"),
    }
}

/// Findings as data.
pub fn json(diagnostics: &[Diagnostic], files: &dyn Files, language: Language) -> Value {
    json_of(&Reported::all(diagnostics, files), language)
}

/// Findings as data, those of history with their commit.
pub fn json_of(reported: &[Reported<'_>], language: Language) -> Value {
    let findings: Vec<Value> = reported::place(reported, "")
        .iter()
        .map(|placed| {
            let diagnostic = &placed.diagnostic;
            let mut finding = json!({
                "code": diagnostic.code.name(),
                "severity": diagnostic.severity,
                "rule": diagnostic.rule,
                "procedure": diagnostic.procedure,
                "path": diagnostic.place.path,
                "message": diagnostic.message.get(language),
                "remedy": diagnostic.remedy.as_ref().map(|remedy| remedy.get(language)),
            });
            if let Some(region) = placed.region {
                finding["line"] = json!(region.line);
                finding["column"] = json!(region.column);
                finding["endLine"] = json!(region.end_line);
                finding["endColumn"] = json!(region.end_column);
            }
            if let Some(commit) = placed.reported.commit {
                finding["commit"] = json!(commit);
            }
            finding
        })
        .collect();
    json!({"schemaVersion": SCHEMA_VERSION, "findings": findings})
}

fn word(language: Language, en: &'static str, zh: &'static str) -> &'static str {
    if language == Language::Zh { zh } else { en }
}

/// A message of a rulebook may go over several lines; the heading of a finding is one, for people and for matchers of problems.
fn one_sentence(message: &str) -> String {
    let lines: Vec<&str> = message
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join(" ")
}

fn source_of(files: &dyn Files, place: &Place) -> Option<String> {
    let bytes = files.read(&place.path, MAXIMUM_RECORD).ok().flatten()?;
    // Controls would steer the terminal, and replacing them by as many bytes keeps every offset.
    let text = String::from_utf8(bytes.to_vec()).ok()?;
    Some(same_length(text))
}

/// Replaces what must not reach a terminal by blanks of the same length in bytes.
fn same_length(text: String) -> String {
    if !text.chars().any(|character| {
        character != '\n' && character != '\t' && crate::text::is_invisible(character)
    }) {
        return text;
    }
    text.chars()
        .flat_map(|character| {
            let hidden =
                !matches!(character, '\n' | '\t' | '\r') && crate::text::is_invisible(character);
            let count = if hidden { character.len_utf8() } else { 1 };
            std::iter::repeat_n(if hidden { '?' } else { character }, count)
        })
        .collect()
}

/// A finding is shown on its first line; a span over several would fill the screen.
fn one_line(text: &str, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let mut start = span.start;
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let line_end = text[start..]
        .find('\n')
        .map_or(text.len(), |length| start + length);
    let mut end = span.end.min(line_end).max(start);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    start..end
}

#[cfg(test)]
mod caret {
    use super::*;
    use crate::diagnostic::Code;
    use crate::files::MemoryFiles;
    use crate::text::Span;

    #[test]
    fn carets_stand_under_chinese_text() {
        let files: MemoryFiles = [("a.yaml", "标题: 三号机床\n".as_bytes().to_vec())]
            .into_iter()
            .collect();
        let diagnostic = Diagnostic::new(
            Code::SchemaValue,
            Place::at("a.yaml", Span::new(8, 20)),
            "no",
            "不行",
        )
        .remedy("mend", "请改")
        .procedure("C2");
        let shown = one(
            &diagnostic,
            &files,
            Style {
                language: Language::Zh,
                colour: false,
            },
        );
        insta::assert_snapshot!(shown, @r"
        错误[schema-value, C2]: 不行
         --> a.yaml:1:5
          |
        1 | 标题: 三号机床
          |       ^^^^^^^^
          |
          = 办法：请改
        ");
    }

    #[test]
    fn what_has_no_file_has_no_margin() {
        let diagnostic = Diagnostic::new(Code::HistoryDate, Place::file(""), "late", "晚了")
            .remedy("wait\nand see", "请等")
            .procedure("P2");
        let style = |language| Style {
            language,
            colour: false,
        };
        let files = MemoryFiles::default();
        assert_eq!(
            one(&diagnostic, &files, style(Language::En)),
            "error[history-date, P2]: late\n  = help: wait\n    and see"
        );
        assert_eq!(
            one(&diagnostic, &files, style(Language::Zh)),
            "错误[history-date, P2]: 晚了\n  = 办法：请等"
        );
    }
}
