//! A report as HTML that can be put into any page: no raw HTML, no scripts, nothing loaded from anywhere.
//! It never decides how a page looks.

use comrak::nodes::{AstNode, NodeCodeBlock, NodeValue};
use comrak::{Arena, format_html, parse_document};

use crate::markdown::{is_comment, line_starts, options};
use crate::text::shorten;

/// The size in bytes up to which a report is rendered.
pub(super) const MAXIMUM_SIZE: usize = 10 * 1024 * 1024;
/// The cells up to which a table is drawn as a table.
const MAXIMUM_TABLE: usize = 20_000;
/// The cells of all tables together up to which tables are looked for at all.
pub(super) const MAXIMUM_TABLES: usize = 200_000;
/// The containers in containers up to which text is taken for Markdown at all.
const MAXIMUM_NESTING: usize = 200;
/// The columns of an image's address that are shown.
const ADDRESS_WIDTH: usize = 80;

/// Renders Markdown as HTML.
///
/// The uppermost headings become `h2`, the others follow without a gap. Raw HTML is shown as text and comments are
/// left out. Images are given as their description and address; links lead to the web, to mail and telephone addresses
/// and within the folder only. A table of more than 20,000 cells is shown as its source, and so is a text that is
/// nested absurdly; more than 10 MB are not rendered.
pub fn to_html(markdown: &str) -> String {
    if markdown.len() > MAXIMUM_SIZE {
        return "<p>报告超过 10 MB，未显示。 The report has more than 10 MB and is not shown.</p>\n".to_owned();
    }
    let markdown = markdown.strip_prefix('\u{feff}').unwrap_or(markdown);
    if markdown.lines().any(is_nested_absurdly) {
        return preformatted(markdown);
    }
    let options = options(markdown);
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options);
    let nodes: Vec<_> = root.descendants().collect();
    level_headings(&nodes);
    let lines = line_starts(markdown);
    for node in nodes {
        make_harmless(&arena, node, markdown, &lines);
    }
    let mut html = String::new();
    match format_html(root, &options, &mut html) {
        Ok(()) => html,
        Err(_) => preformatted(markdown),
    }
}

fn preformatted(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    format!("<pre>{escaped}</pre>\n")
}

/// Makes the uppermost headings level 2, and lets no level be left out below.
pub(super) fn level_headings<'a>(nodes: &[&'a AstNode<'a>]) {
    let mut open: Vec<u8> = Vec::new();
    for node in nodes {
        if let NodeValue::Heading(heading) = &mut node.data_mut().value {
            while open.last().is_some_and(|&level| level >= heading.level) {
                open.pop();
            }
            open.push(heading.level);
            heading.level = u8::try_from(open.len() + 1).unwrap_or(6).min(6);
        }
    }
}

pub(super) fn make_harmless<'a>(
    arena: &'a Arena<'a>,
    node: &'a AstNode<'a>,
    markdown: &str,
    lines: &[usize],
) {
    let sourcepos = node.data().sourcepos;
    let value = node.data().value.clone();
    match value {
        NodeValue::HtmlBlock(html) if is_comment(&html.literal) => node.detach(),
        NodeValue::HtmlInline(html) if is_comment(&html) => node.detach(),
        NodeValue::Image(image) => unwrap(arena, node, &image.url),
        NodeValue::Link(link) if !is_safe(&link.url) => unwrap(arena, node, &link.url),
        NodeValue::Table(table)
            if table.num_columns.saturating_mul(table.num_rows + 1) > MAXIMUM_TABLE =>
        {
            let at = |line: usize| lines.get(line).copied().unwrap_or(markdown.len());
            let source =
                &markdown[at(sourcepos.start.line.saturating_sub(1))..at(sourcepos.end.line)];
            while let Some(row) = node.first_child() {
                row.detach();
            }
            node.data_mut().value = NodeValue::CodeBlock(Box::new(NodeCodeBlock {
                literal: source.to_owned(),
                ..NodeCodeBlock::default()
            }));
        }
        _ => {}
    }
}

/// Leaves a link's or an image's words where it stood, with the address after them as text.
fn unwrap<'a>(arena: &'a Arena<'a>, node: &'a AstNode<'a>, address: &str) {
    let mut words = false;
    while let Some(child) = node.first_child() {
        node.insert_before(child);
        words = true;
    }
    let address = shorten(address, ADDRESS_WIDTH);
    let text = if words {
        format!(" ({address})")
    } else {
        format!("({address})")
    };
    let text = NodeValue::Text(text.into());
    node.insert_before(arena.alloc(text.into()));
    node.detach();
}

/// Whether an address has no scheme, or one that does nothing by itself.
fn is_safe(address: &str) -> bool {
    let scheme = address
        .split(['/', '?', '#'])
        .next()
        .and_then(|start| start.split_once(':'))
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme {
        None => !address.starts_with(|first: char| first.is_whitespace() || first.is_control()),
        Some(scheme) => matches!(scheme.as_str(), "http" | "https" | "mailto" | "tel"),
    }
}

/// Whether a line opens more quotes and lists than anybody means to.
pub(super) fn is_nested_absurdly(line: &str) -> bool {
    let markers = line
        .bytes()
        .take_while(|byte| {
            matches!(
                byte,
                b' ' | b'\t' | b'>' | b'-' | b'*' | b'+' | b'.' | b')' | b'0'..=b'9'
            )
        })
        .filter(|byte| matches!(byte, b'>' | b'-' | b'*' | b'+' | b'.' | b')'));
    markers.count() > MAXIMUM_NESTING && line.bytes().any(|byte| byte == b'>' || byte == b' ')
}

/// At most how many cells the tables of a text can have: a row of hyphens gives its columns to each line after it.
pub(super) fn most_cells(markdown: &str) -> usize {
    let mut cells = 0_usize;
    let mut columns = 0;
    for line in markdown.split(['\n', '\r']) {
        let is_ruler = line.contains('-')
            && line
                .bytes()
                .all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'\t' | b'>'));
        if is_ruler {
            columns = columns.max(line.bytes().filter(|&byte| byte == b'|').count() + 1);
        } else if line.trim().is_empty() {
            columns = 0;
        }
        cells = cells.saturating_add(columns);
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(markdown: &str, expected: &str) {
        assert_eq!(to_html(markdown), expected);
    }

    #[test]
    fn ordinary_markup_is_rendered() {
        case(
            "**重点：**注意 ~~x~~",
            "<p><strong>重点：</strong>注意 <del>x</del></p>\n",
        );
        case("a <b>&\n", "<p>a &lt;b&gt;&amp;</p>\n");
        case(
            "[x](a/b.md) [y](https://example.org/?a&b)",
            "<p><a href=\"a/b.md\">x</a> <a href=\"https://example.org/?a&amp;b\">y</a></p>\n",
        );
        case("https://example.org", "<p>https://example.org</p>\n");
        case("```\n<x>\n```", "<pre><code>&lt;x&gt;\n</code></pre>\n");
        let table = to_html("| a | b |\n|---|---|\n| 1 | 2 |\n");
        assert!(table.contains("<th>a</th>") && table.contains("<td>2</td>"));
        assert!(to_html("- [x] done\n").contains("checkbox"));
        assert!(to_html("a[^1]\n\n[^1]: note\n").contains("footnote"));
    }

    #[test]
    fn headings_begin_at_two_and_leave_none_out() {
        #[track_caller]
        fn levels(markdown: &str, expected: &[u8]) {
            let html = to_html(markdown);
            let found: Vec<u8> = html
                .match_indices("<h")
                .map(|(at, _)| html.as_bytes()[at + 2] - b'0')
                .collect();
            assert_eq!(found, expected);
        }
        levels("# a\n## b\n### c\n# d\n", &[2, 3, 4, 2]);
        levels("### a\n###### b\n# c\n### d\n#### e\n", &[2, 3, 2, 3, 4]);
        levels(
            "# a\n## b\n### c\n#### d\n##### e\n###### f\n",
            &[2, 3, 4, 5, 6, 6],
        );
        levels("> ## a\n\n# b\n", &[2, 2]);
    }

    #[test]
    fn nothing_is_run_or_loaded() {
        case("<!-- hint -->\n\nx <!-- y -->z\n", "<p>x z</p>\n");
        case(
            "![图](https://evil.example/x.png)",
            "<p>图 (https://evil.example/x.png)</p>\n",
        );
        case("![](x.png)", "<p>(x.png)</p>\n");
        case(
            "[a](javascript:alert(1))",
            "<p>a (javascript:alert(1))</p>\n",
        );
        case("[a](JaVa&#x0a;Script:x)", "<p>a (JaVa\nScript:x)</p>\n");
        case(
            "[a](data:text/html,x) [b](vbscript:x) [c](file:///etc)",
            "<p>a (data:text/html,x) b (vbscript:x) c (file:///etc)</p>\n",
        );
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "a <iframe src=//x> b",
            "[![a](b)](javascript:x)",
            "<javascript:alert(1)>",
            "[a]: javascript:x\n\n[a]",
            "[x](http://a\"onclick=x)",
            "<style>\n*{}\n</style>",
            "![a](x\"onerror=1)",
            "```\"><script>\nx\n```",
            "| <script> |\n|---|\n| <img src=x> |",
            "[^\"><script>]\n\n[^\"><script>]: <script>",
        ] {
            let html = to_html(hostile);
            for forbidden in [
                "<script",
                "<img",
                "<iframe",
                "<style",
                "href=\"javascript",
                "\"onclick",
                "\"onerror",
            ] {
                assert!(!html.contains(forbidden), "{hostile} -> {html}");
            }
        }
    }

    #[test]
    fn hostile_sizes_stay_small() {
        let header = "|a".repeat(3000);
        let ruler = "|-".repeat(3000);
        let html = to_html(&format!("{header}\n{ruler}\n{}", "|x\n".repeat(20)));
        assert!(
            html.contains("<pre>") && !html.contains("<table"),
            "{}",
            &html[..200]
        );
        let html = to_html(&format!("{header}\n{ruler}\n{}", "|x\n".repeat(20_000)));
        assert!(html.len() < 1_000_000 && !html.contains("<table"));
        let deep = to_html(&">".repeat(200_000));
        assert!(deep.len() < 1_000_000);
        assert!(to_html(&"- ".repeat(50_000)).len() < 1_000_000);
        assert!(to_html(&"[".repeat(100_000)).len() < 1_000_000);
        assert!(to_html(&"*a ".repeat(50_000)).len() < 1_000_000);
        assert!(to_html(&"x".repeat(MAXIMUM_SIZE + 1)).len() < 1000);
        assert!(to_html(&"-".repeat(500)).contains("<hr"));
    }
}
