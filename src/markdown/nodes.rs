//! A report as plain data, for documents that are not HTML: a list of nodes, each `{kind, …}` with what is `inner`.
//! It holds text and structure only: nothing in it can be run, loaded, or taken for markup again.

use comrak::nodes::{AstNode, ListType, NodeValue};
use comrak::{Arena, parse_document};
use serde_json::{Value, json};

use crate::markdown::html::{MAXIMUM_SIZE, is_nested_absurdly, level_headings, make_harmless};
use crate::markdown::{is_comment, line_starts, options};
use crate::text::width;

/// How deeply structure is kept; what is nested deeper is given as its text.
const DEPTH: usize = 12;
/// Characters of a paragraph after which it goes on in another one, since a typesetter weighs all its lines at once.
const PARAGRAPH: usize = 20_000;

/// Turns Markdown into nodes.
///
/// Headings begin at level 2 and leave none out; raw HTML is given as text and comments are left out; images are given
/// as their description and address. Kinds: `paragraph`, `heading` (`level`), `quote`, `list` (`ordered`, `start`, its
/// inner nodes `item`), `code`, `rule`, `table` (`columns`, rows with cells), `note` and, in lines, `text`, `strong`,
/// `emph`, `strike`, `raw`, `link` (`to`), `break`, `mark` (a footnote's), `box` (`checked`).
pub fn to_nodes(markdown: &str) -> Value {
    if markdown.len() > MAXIMUM_SIZE {
        let said = "报告超过 10 MB，未显示。 The report has more than 10 MB and is not shown.";
        return json!([{ "kind": "paragraph", "inner": [text(said)] }]);
    }
    let markdown = markdown.strip_prefix('\u{feff}').unwrap_or(markdown);
    if markdown.lines().any(is_nested_absurdly) {
        return json!([{ "kind": "code", "text": markdown }]);
    }
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options(markdown));
    let nodes: Vec<_> = root.descendants().collect();
    level_headings(&nodes);
    let lines = line_starts(markdown);
    for node in nodes {
        make_harmless(&arena, node, markdown, &lines);
    }
    Value::Array(blocks(root, 0))
}

fn text(words: &str) -> Value {
    json!({ "kind": "text", "text": words })
}

fn blocks<'a>(node: &'a AstNode<'a>, depth: usize) -> Vec<Value> {
    if depth >= DEPTH {
        let words = all_text(node);
        return vec![json!({ "kind": "paragraph", "inner": [text(&words)] })];
    }
    let mut found = Vec::new();
    for child in node.children() {
        block(child, depth, &mut found);
    }
    found
}

fn block<'a>(node: &'a AstNode<'a>, depth: usize, found: &mut Vec<Value>) {
    let value = node.data().value.clone();
    match value {
        NodeValue::Paragraph => {
            for inner in paragraphs(inline(node, 0)) {
                found.push(json!({ "kind": "paragraph", "inner": inner }));
            }
        }
        NodeValue::Heading(heading) => {
            let inner = inline(node, 0);
            // A heading without words would be an empty line in the bookmarks.
            if !all_text(node).trim().is_empty() {
                found.push(json!({ "kind": "heading", "level": heading.level, "inner": inner }));
            }
        }
        NodeValue::BlockQuote | NodeValue::MultilineBlockQuote(_) => {
            found.push(json!({ "kind": "quote", "inner": blocks(node, depth + 1) }));
        }
        NodeValue::List(list) => {
            let items = node.children().map(|item| {
                let checked = match &item.data().value {
                    NodeValue::TaskItem(task) => json!(task.symbol.is_some()),
                    _ => Value::Null,
                };
                json!({ "kind": "item", "checked": checked, "inner": blocks(item, depth + 1) })
            });
            let items: Vec<Value> = items.collect();
            let ordered = list.list_type == ListType::Ordered;
            found.push(
                json!({ "kind": "list", "ordered": ordered, "start": list.start, "inner": items }),
            );
        }
        NodeValue::CodeBlock(code) => found.push(json!({ "kind": "code", "text": code.literal })),
        NodeValue::HtmlBlock(html) => {
            if !is_comment(&html.literal) {
                found.push(json!({ "kind": "code", "text": html.literal }));
            }
        }
        NodeValue::ThematicBreak => found.push(json!({ "kind": "rule" })),
        NodeValue::Table(table) => {
            let rows: Vec<Vec<Value>> = node
                .children()
                .map(|row| {
                    row.children()
                        .map(|cell| Value::Array(inline(cell, 0)))
                        .collect()
                })
                .collect();
            found.push(json!({ "kind": "table", "columns": table.num_columns, "rows": rows }));
        }
        NodeValue::FootnoteDefinition(note) => {
            found.push(
                json!({ "kind": "note", "name": note.name, "inner": blocks(node, depth + 1) }),
            );
        }
        _ => found.extend(blocks(node, depth + 1)),
    }
}

/// Cuts a paragraph that is too long between its nodes and inside their text.
fn paragraphs(inner: Vec<Value>) -> Vec<Vec<Value>> {
    let length = |node: &Value| node.to_string().len();
    if inner.iter().map(length).sum::<usize>() <= PARAGRAPH {
        return vec![inner];
    }
    let mut all = vec![Vec::new()];
    let mut used = 0;
    for node in inner {
        let pieces = match node["text"].as_str() {
            Some(words) if words.len() > PARAGRAPH => {
                let characters: Vec<char> = words.chars().collect();
                let pieces = characters.chunks(PARAGRAPH / 4).map(|piece| {
                    let mut cut = node.clone();
                    cut["text"] = json!(piece.iter().collect::<String>());
                    cut
                });
                pieces.collect()
            }
            _ => vec![node],
        };
        for piece in pieces {
            used += length(&piece);
            if used > PARAGRAPH {
                all.push(Vec::new());
                used = length(&piece);
            }
            if let Some(last) = all.last_mut() {
                last.push(piece);
            }
        }
    }
    all.retain(|inner| !inner.is_empty());
    all
}

fn inline<'a>(node: &'a AstNode<'a>, depth: usize) -> Vec<Value> {
    let mut found = Vec::new();
    for child in node.children() {
        let value = child.data().value.clone();
        let wrapped = |kind: &str| {
            if depth >= DEPTH {
                return text(&all_text(child));
            }
            json!({ "kind": kind, "inner": inline(child, depth + 1) })
        };
        found.push(match value {
            NodeValue::Text(words) => text(&words),
            NodeValue::Code(code) => json!({ "kind": "raw", "text": code.literal }),
            NodeValue::HtmlInline(html) if is_comment(&html) => continue,
            NodeValue::HtmlInline(html) => text(&html),
            NodeValue::LineBreak => json!({ "kind": "break" }),
            NodeValue::SoftBreak if is_seamless(child) => continue,
            NodeValue::SoftBreak => text(" "),
            NodeValue::Strong => wrapped("strong"),
            NodeValue::Emph => wrapped("emph"),
            NodeValue::Strikethrough => wrapped("strike"),
            NodeValue::Link(link) => {
                let mut made = wrapped("link");
                // An address inside the folder leads nowhere from a page.
                let leads = ["https://", "http://", "mailto:", "tel:"];
                let to = leads.iter().any(|start| link.url.starts_with(start));
                if to && made["kind"] == json!("link") {
                    made["to"] = json!(link.url);
                }
                made
            }
            NodeValue::FootnoteReference(note) => json!({ "kind": "mark", "text": note.name }),
            _ if depth >= DEPTH => text(&all_text(child)),
            _ => {
                found.extend(inline(child, depth + 1));
                continue;
            }
        });
    }
    found
}

/// Whether a line ends and the next begins with Chinese, between which a line break is no blank.
fn is_seamless<'a>(node: &'a AstNode<'a>) -> bool {
    let wide = |character: Option<char>| {
        character.is_some_and(|character| width(character.encode_utf8(&mut [0; 4])) == 2)
    };
    let before = node.previous_sibling().map(all_text).unwrap_or_default();
    let after = node.next_sibling().map(all_text).unwrap_or_default();
    wide(before.chars().next_back()) && wide(after.chars().next())
}

fn all_text<'a>(node: &'a AstNode<'a>) -> String {
    let mut words = String::new();
    for inner in node.descendants() {
        match &inner.data().value {
            NodeValue::Text(text) => words.push_str(text),
            NodeValue::Code(code) => words.push_str(&code.literal),
            NodeValue::CodeBlock(code) => words.push_str(&code.literal),
            NodeValue::HtmlInline(html) => words.push_str(html),
            NodeValue::HtmlBlock(html) => words.push_str(&html.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => words.push(' '),
            _ => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(markdown: &str, expected: Value) {
        assert_eq!(to_nodes(markdown), expected, "{markdown}");
    }

    #[test]
    fn structure_is_kept_and_lines_are_joined() {
        case("", json!([]));
        case(
            "中文\n续行\n",
            json!([{"kind": "paragraph", "inner": [text("中文"), text("续行")]}]),
        );
        case(
            "one\ntwo\n",
            json!([{"kind": "paragraph", "inner": [text("one"), text(" "), text("two")]}]),
        );
        case(
            "# a\n### **b**\n",
            json!([
                {"kind": "heading", "level": 2, "inner": [text("a")]},
                {"kind": "heading", "level": 3, "inner": [{"kind": "strong", "inner": [text("b")]}]},
            ]),
        );
        case(
            "2. x\n",
            json!([{"kind": "list", "ordered": true, "start": 2, "inner": [
                {"kind": "item", "checked": null, "inner": [{"kind": "paragraph", "inner": [text("x")]}]}]}]),
        );
        case(
            "|a|\n|-|\n|b|\n",
            json!([{"kind": "table", "columns": 1, "rows": [[[text("a")]], [[text("b")]]]}]),
        );
    }

    #[test]
    fn nothing_is_loaded_and_raw_html_is_text() {
        case(
            "<script>x</script>\n",
            json!([{"kind": "code", "text": "<script>x</script>\n"}]),
        );
        case(
            "![图](https://example.org/x.png)",
            json!([{"kind": "paragraph", "inner": [text("图"), text(" (https://example.org/x.png)")]}]),
        );
        case("<!-- hint -->\n", json!([]));
        let link = to_nodes("[x](a.md) [y](https://example.org)");
        assert_eq!(link[0]["inner"][0]["to"], Value::Null);
        assert_eq!(link[0]["inner"][2]["to"], json!("https://example.org"));
    }

    #[test]
    fn hostile_depth_and_length_stay_bounded() {
        fn depth(value: &Value) -> usize {
            match value {
                Value::Array(items) => items.iter().map(depth).max().unwrap_or(0),
                Value::Object(object) => 1 + object.values().map(depth).max().unwrap_or(0),
                _ => 0,
            }
        }
        assert!(depth(&to_nodes(&"> ".repeat(150))) < 40);
        assert!(depth(&to_nodes(&format!("{}a{}", "> ".repeat(100), "\n"))) < 40);
        let emphasis = format!("{}a{}", "*a _b ".repeat(200), " b_ a*".repeat(200));
        assert!(depth(&to_nodes(&emphasis)) < 40);
        let long = to_nodes(&"长".repeat(100_000));
        let paragraphs = long.as_array().expect("nodes");
        assert!(paragraphs.len() > 10);
        let words: usize = paragraphs
            .iter()
            .map(|node| {
                node["inner"][0]["text"]
                    .as_str()
                    .expect("text")
                    .chars()
                    .count()
            })
            .sum();
        assert_eq!(words, 100_000);
    }
}
