//! Markdown reports: where the front matter and the sections lie, and the report as harmless HTML.
//! It never reads the YAML of the front matter, and its HTML never loads or runs anything.

mod html;
mod nodes;

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};

pub use html::to_html;
pub use nodes::to_nodes;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::text::Span;

const BYTE_ORDER_MARK: &str = "\u{feff}";
const FENCE: &str = "---";

/// A report, cut into its parts; all spans are offsets into `text`.
#[derive(Clone, Debug, PartialEq)]
pub struct Report<'a> {
    pub text: &'a str,
    /// The YAML between the two lines of hyphens; `yaml::parse_at(path, &text[front], front.start)` reads it.
    pub front: Span,
    /// What follows the second line of hyphens.
    pub body: Span,
    /// Every heading of the body that stands by itself, in order; those in quotes, lists and code are not among them.
    pub sections: Vec<Section>,
}

/// A heading, and what stands under it.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// 1 to 6.
    pub level: u8,
    /// The words of the heading, without markup.
    pub title: String,
    /// The heading's line, or lines, without the line break.
    pub span: Span,
    /// From the line after the heading to the next heading of the same or a higher level.
    pub body: Span,
    /// Whether there is nothing under it but white space, comments `<!-- -->`, rules, empty list items, and
    /// subsections that are empty themselves.
    pub empty: bool,
}

/// Cuts a report into front matter and sections; `None` where it has no front matter, with a finding that says so.
///
/// A byte order mark is skipped here and reported by `yaml::check_bytes`.
pub fn cut<'a>(path: &str, text: &'a str) -> (Option<Report<'a>>, Vec<Diagnostic>) {
    let (front, body) = match parts(path, text) {
        Ok(parts) => parts,
        Err(finding) => return (None, vec![finding]),
    };
    let report = Report {
        text,
        front,
        body,
        sections: sections(&text[body.range()], body.start),
    };
    (Some(report), Vec::new())
}

/// Finds front matter and body alone, which needs no reading of the Markdown; else the finding why there is none.
#[allow(clippy::result_large_err, reason = "once for each report that is cut")]
pub fn parts(path: &str, text: &str) -> Result<(Span, Span), Diagnostic> {
    let begin = if text.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let mut at = begin;
    let mut front = None;
    for line in text[begin..].split_inclusive('\n') {
        let is_fence = line.trim_end() == FENCE;
        match front {
            None if is_fence => front = Some(at + line.len()),
            None => {
                let end = at + line.trim_end().len();
                return Err(missing(path, Span::new(at, end)));
            }
            Some(start) if is_fence => {
                return Ok((Span::new(start, at), Span::new(at + line.len(), text.len())));
            }
            Some(_) => {}
        }
        at += line.len();
    }
    if front.is_none() {
        return Err(missing(path, Span::new(begin, begin)));
    }
    let place = Place::at(path, Span::new(begin, begin + FENCE.len()));
    Err(Diagnostic::new(
        Code::MarkdownFrontMatter,
        place,
        "the front matter is opened here and never closed",
        "头部信息从这里开始，但没有结束",
    )
    .remedy(
        "put a line of three hyphens (---) after the last entry",
        "请在最后一项之后另起一行写三个连字符（---）",
    ))
}

fn missing(path: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::MarkdownFrontMatter,
        Place::at(path, span),
        "the report does not begin with a front matter",
        "报告开头没有头部信息",
    )
    .remedy(
        "begin the file with a line of three hyphens (---), the entries, and another such line",
        "请在文件第一行写三个连字符（---），接着写各项内容，再以同样的一行结束",
    )
}

/// The sections of a report's text, which stands at an offset of the file.
pub fn sections(body: &str, offset: usize) -> Vec<Section> {
    let arena = Arena::new();
    let root = parse_document(&arena, body, &options(body));
    let lines = line_starts(body);
    let line = |number: usize| {
        lines
            .get(number.saturating_sub(1))
            .copied()
            .unwrap_or(body.len())
    };
    let mut sections: Vec<Section> = Vec::new();
    for node in root.children() {
        let ast = node.data();
        let NodeValue::Heading(heading) = &ast.value else {
            if let Some(section) = sections.last_mut()
                && !matches!(ast.value, NodeValue::FootnoteDefinition(_))
            {
                section.empty = section.empty && !says_something(node);
            }
            continue;
        };
        let after = line(ast.sourcepos.end.line + 1);
        let start = line(ast.sourcepos.start.line);
        let end = start + body[start..after].trim_end().len();
        sections.push(Section {
            level: heading.level,
            title: node.collect_text().trim().to_owned(),
            span: Span::new(start, end).shifted(offset),
            body: Span::new(after, body.len()).shifted(offset),
            empty: true,
        });
    }
    close(&mut sections);
    sections
}

/// Ends each section at the next one that it does not hold, and counts what its subsections say as its own.
fn close(sections: &mut [Section]) {
    let mut open: Vec<usize> = Vec::new();
    for index in 0..sections.len() {
        let Section { level, span, .. } = sections[index];
        while let Some(&last) = open.last() {
            if sections[last].level < level {
                break;
            }
            sections[last].body.end = span.start;
            open.pop();
        }
        if !sections[index].empty {
            for &parent in &open {
                sections[parent].empty = false;
            }
        }
        open.push(index);
    }
}

/// Whether a block holds anything for a reader.
fn says_something<'a>(block: &'a AstNode<'a>) -> bool {
    block.descendants().any(|node| match &node.data().value {
        NodeValue::Text(text) => !text.trim().is_empty(),
        NodeValue::Code(_) | NodeValue::Image(_) | NodeValue::FootnoteReference(_) => true,
        NodeValue::CodeBlock(code) => !code.literal.trim().is_empty(),
        NodeValue::HtmlBlock(html) => !is_comment(&html.literal),
        NodeValue::HtmlInline(html) => !is_comment(html),
        _ => false,
    })
}

/// Whether HTML is nothing but comments and white space; a comment that is never closed reaches to the end.
fn is_comment(html: &str) -> bool {
    let mut rest = html.trim_start();
    while let Some(inside) = rest.strip_prefix("<!--") {
        rest = inside
            .split_once("-->")
            .map_or("", |(_, after)| after.trim_start());
    }
    rest.is_empty()
}

/// The offset of each line, as CommonMark counts lines: after LF, CR LF, and a CR by itself.
fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for (index, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' || *byte == b'\r' && bytes.get(index + 1) != Some(&b'\n') {
            starts.push(index + 1);
        }
    }
    starts
}

/// What of Markdown is understood; tables only where a text does not blow them up.
fn options(markdown: &str) -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = html::most_cells(markdown) <= html::MAXIMUM_TABLES;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.cjk_friendly_emphasis = true;
    options.render.escape = true;
    options
}

/// Text that stays itself in Markdown, as one line or as several: what could be markup is escaped, and nothing else, for
/// some editors show the text as it is.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut line_begins = true;
    let mut digits = false;
    for (at, letter) in text.char_indices() {
        let next = text[at + letter.len_utf8()..].chars().next();
        let is_markup = match letter {
            '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' | '$' => true,
            // Between letters and digits it begins no emphasis.
            '_' => {
                let before = text[..at].chars().next_back();
                let is_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
                !(is_word(before) && is_word(next))
            }
            '&' => next.is_some_and(|next| next.is_ascii_alphanumeric() || next == '#'),
            '!' => next == Some('['),
            // Of a heading, a quotation, a list and the line below a heading, at the beginning of a line.
            '#' | '>' | '+' | '-' | '=' => line_begins,
            '.' | ')' => digits && next.is_none_or(char::is_whitespace),
            // Somebody's attention is called by some hosts; an e-mail address is none.
            '@' => {
                let before = text[..at].chars().next_back();
                !before.is_some_and(char::is_alphanumeric)
            }
            _ => false,
        };
        if is_markup {
            escaped.push('\\');
        }
        escaped.push(letter);
        digits = letter.is_ascii_digit() && (line_begins || digits);
        line_begins = letter == '\n' || line_begins && letter.is_whitespace();
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_could_be_markup_is_escaped() {
        for (text, expected) in [
            ("2026-11-23T09:12:00+08:00", "2026-11-23T09:12:00+08:00"),
            (
                "wang-fang (王芳) {a} = b_c; d!",
                "wang-fang (王芳) {a} = b_c; d!",
            ),
            (
                "a*b* _c_ `d` [e](f) <b>",
                "a\\*b\\* \\_c\\_ \\`d\\` \\[e\\](f) \\<b>",
            ),
            ("# a\n- b\n+ c\n> d", "\\# a\n\\- b\n\\+ c\n\\> d"),
            ("1. a\n3.5 b\n2) c", "1\\. a\n3.5 b\n2\\) c"),
            ("a & b &amp; R&D2", "a & b \\&amp; R\\&D2"),
            ("@all li@example.org", "\\@all li@example.org"),
        ] {
            assert_eq!(escape(text), expected);
            let document = to_html(&escape(text));
            assert!(
                !document.contains("<em>") && !document.contains("<h1>"),
                "{document}"
            );
            assert!(
                !document.contains("<ul>") && !document.contains("<ol>"),
                "{document}"
            );
            assert!(
                !document.contains("<a ") && !document.contains("<code>"),
                "{document}"
            );
        }
    }

    #[track_caller]
    fn report(text: &str) -> Report<'_> {
        let (report, found) = cut("analysis.md", text);
        assert_eq!(found, []);
        report.expect("a report")
    }

    #[test]
    fn front_matter_is_cut_in_every_layout() {
        #[track_caller]
        fn case(text: &str, front: &str, body: &str) {
            let report = report(text);
            assert_eq!(&text[report.front.range()], front);
            assert_eq!(&text[report.body.range()], body);
        }
        case("---\na: 1\n---\nbody\n", "a: 1\n", "body\n");
        case("\u{feff}---\na: 1\n---\nbody", "a: 1\n", "body");
        case(
            "---  \r\na: 1\r\n--- \t\r\nbody\r\n",
            "a: 1\r\n",
            "body\r\n",
        );
        case("---\n---\n", "", "");
        case("---\n---", "", "");
        case("---\na: |\n  ---\n---\n---\n", "a: |\n  ---\n", "---\n");
    }

    #[test]
    fn a_missing_front_matter_is_found() {
        #[track_caller]
        fn case(text: &str, caret: &str, message: &str) {
            let (report, found) = cut("analysis.md", text);
            assert_eq!(report, None);
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].code, Code::MarkdownFrontMatter);
            assert_eq!(
                found[0].place.span.map(|span| &text[span.range()]),
                Some(caret)
            );
            assert!(found[0].message.en.contains(message));
        }
        case("", "", "does not begin");
        case("# Title\n", "# Title", "does not begin");
        case("\n---\na: 1\n---\n", "", "does not begin");
        case("----\n", "----", "does not begin");
        case("---\na: 1\n", "---", "never closed");
        case("\u{feff}---", "---", "never closed");
    }

    #[test]
    fn sections_have_titles_places_and_emptiness() {
        #[track_caller]
        fn case(body: &str, expected: &[(u8, &str, &str, bool)]) {
            let text = format!("---\na: 1\n---\n{body}");
            let report = report(&text);
            let found: Vec<_> = report
                .sections
                .iter()
                .map(|section| {
                    let body = text[section.body.range()].trim();
                    (section.level, section.title.as_str(), body, section.empty)
                })
                .collect();
            assert_eq!(found, expected);
        }
        case("no heading\n", &[]);
        case(
            "# A\ntext\n## B\n\n# C\n",
            &[
                (1, "A", "text\n## B", false),
                (2, "B", "", true),
                (1, "C", "", true),
            ],
        );
        case(
            "## A\n<!-- hint\n\nmore -->\n### B\nx\n## C\n<!-- a --> <!-- b -->\n## D\n<!-- a --> x\n",
            &[
                (2, "A", "<!-- hint\n\nmore -->\n### B\nx", false),
                (3, "B", "x", false),
                (2, "C", "<!-- a --> <!-- b -->", true),
                (2, "D", "<!-- a --> x", false),
            ],
        );
        case(
            "# *A* `b` [c](d) ##\r\n---\r\n- \r\n",
            &[(1, "A b c", "---\r\n-", true)],
        );
        case(
            "A\n===\nB\nb\n---\nx\n",
            &[(1, "A", "B\nb\n---\nx", false), (2, "B b", "x", false)],
        );
        case(
            "# A\n```\n# B\n```\n    # C\n",
            &[(1, "A", "```\n# B\n```\n    # C", false)],
        );
        case(
            "# A\n\n    # C\n\n> # D\n\n- # E\n",
            &[(1, "A", "# C\n\n> # D\n\n- # E", false)],
        );
        case(
            "#hash\n####### seven\n# 风险识别（A2）\n**重点：**注意\n",
            &[(1, "风险识别（A2）", "**重点：**注意", false)],
        );
        case(
            "# A\n## B\n### C\n<!-- never closed\n# D\n",
            &[
                (1, "A", "## B\n### C\n<!-- never closed\n# D", true),
                (2, "B", "### C\n<!-- never closed\n# D", true),
                (3, "C", "<!-- never closed\n# D", true),
            ],
        );
        case(
            "# A\n![](x.png)\n# B\n| |\n|-|\n",
            &[(1, "A", "![](x.png)", false), (1, "B", "| |\n|-|", true)],
        );
    }

    #[test]
    fn hostile_bodies_are_cut_too() {
        for body in [
            ">".repeat(200_000),
            "- ".repeat(100_000),
            format!("# {}", "*a **a ".repeat(30_000)),
            format!("# {}{}", "[".repeat(50_000), "]".repeat(50_000)),
            format!("# {}x{}", "**".repeat(30_000), "**".repeat(30_000)),
            format!(
                "{}\n{}\n{}",
                "|a".repeat(3000),
                "|-".repeat(3000),
                "|x\n".repeat(20_000)
            ),
        ] {
            let text = format!("---\n---\n{body}\n\n# End\n");
            let titles = report(&text).sections;
            assert_eq!(
                titles.last().map(|section| section.title.as_str()),
                Some("End")
            );
        }
    }

    #[test]
    fn heading_spans_are_whole_lines() {
        let text = "---\n---\nx\n\n  ## 客户 ##  \r\ny\nZ\n---\n";
        let report = report(text);
        let lines: Vec<_> = report
            .sections
            .iter()
            .map(|section| text[section.span.range()].trim_start())
            .collect();
        assert_eq!(lines, ["## 客户 ##", "y\nZ\n---"]);
    }
}
