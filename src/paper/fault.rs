//! What the compiler of templates complains about, as a finding with file and line.
//! It decides nothing.

use typst::WorldExt;
use typst::diag::SourceDiagnostic;
use typst::syntax::{DiagSpan, DiagSpanKind};

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::paper::FOLDER;
use crate::paper::world::{Desk, name_of};
use crate::text::Span;

/// The first error as a finding: where it happened, else where what failed was called.
pub(super) fn finding(desk: &Desk<'_>, errors: &[SourceDiagnostic]) -> Diagnostic {
    let Some(error) = errors.first() else {
        return stopped("");
    };
    let calls = error.trace.iter().map(|call| DiagSpan::from(call.span));
    let place = std::iter::once(error.span)
        .chain(calls)
        .find_map(|span| place(desk, span));
    let hints: Vec<&str> = error.hints.iter().map(|hint| hint.v.as_str()).collect();
    let mut detail = error.message.to_string();
    if !hints.is_empty() {
        detail = format!("{detail}; {}", hints.join("; "));
    }
    Diagnostic::new(
        Code::TemplateError,
        place.unwrap_or_else(|| Place::file(FOLDER)),
        format!("the template cannot be drawn ({detail})"),
        format!("模板无法排版（{detail}）"),
    )
    .remedy(
        "correct the template in the line shown, or delete it to use the built-in one",
        "请改正所示行的模板；删除该文件则使用内置模板",
    )
}

fn place(desk: &Desk<'_>, span: DiagSpan) -> Option<Place> {
    let id = match span.get() {
        DiagSpanKind::Detached => return None,
        DiagSpanKind::Number { id, .. } | DiagSpanKind::Range { id, .. } => id,
    };
    let path = format!("{FOLDER}/{}", name_of(id)?);
    Some(match desk.range(span) {
        Some(range) if path.ends_with(".typ") => Place::at(path, Span::new(range.start, range.end)),
        _ => Place::file(path),
    })
}

/// The drawing stopped by a fault of its own.
pub(super) fn stopped(template: &str) -> Diagnostic {
    let template = template.trim_end_matches(".typ");
    Diagnostic::new(
        Code::DocumentFailed,
        Place::file(format!("{FOLDER}/{template}.typ")),
        "the document could not be drawn: the typesetter stopped",
        "文书无法生成：排版程序中止",
    )
    .remedy(
        "render it as HTML (--format html), and report the record that causes this",
        "请改用 HTML 格式（--format html），并反馈导致此问题的记录",
    )
}
