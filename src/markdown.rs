//! Markdown reports.
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::text::Span;
pub struct Report<'a> {
    pub text: &'a str,
    pub front: Span,
    pub body: Span,
    pub sections: Vec<Section>,
}
pub struct Section {
    pub level: u8,
    pub title: String,
    pub span: Span,
    pub body: Span,
    pub empty: bool,
}
pub fn cut<'a>(path: &str, text: &'a str) -> (Option<Report<'a>>, Vec<Diagnostic>) {
    let start = if text.starts_with("---\n") {
        4
    } else {
        return (
            None,
            vec![Diagnostic::new(
                Code::MarkdownFrontMatter,
                Place::file(path),
                "no front matter",
                "缺少头部信息",
            )],
        );
    };
    let Some(end) = text[start..].find("\n---\n") else {
        return (None, vec![]);
    };
    let front = Span::new(start, start + end + 1);
    let body = Span::new(start + end + 5, text.len());
    let mut sections: Vec<Section> = Vec::new();
    let mut at = body.start;
    for line in text[body.range()].split_inclusive('\n') {
        if line.starts_with('#') {
            sections.push(Section {
                level: 2,
                title: line.trim_matches(['#', ' ', '\n']).to_owned(),
                span: Span::new(at, at + line.trim_end().len()),
                body: Span::default(),
                empty: true,
            });
        } else if !line.trim().is_empty()
            && !line.starts_with("<!--")
            && let Some(last) = sections.last_mut()
        {
            last.empty = false;
        }
        at += line.len();
    }
    (
        Some(Report {
            text,
            front,
            body,
            sections,
        }),
        vec![],
    )
}
