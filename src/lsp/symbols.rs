//! The outline of a document: fields with their names for people, sections of a report.
//! Of a file that cannot be read, the keys at the beginning of lines are still told.

use serde_json::{Value, json};

use crate::lsp::cursor::escaped;
use crate::lsp::view::{FileOf, Text, View, tree, yaml_span};
use crate::markdown::{self, Section};
use crate::text::{Span, shorten, visible_line};
use crate::world::World;
use crate::yaml::{Entry, Node, Value as Yaml};

/// Columns that the value of a field may take in the outline.
const WIDEST: usize = 60;

/// Levels of groups that are told.
const DEEPEST: usize = 8;

/// Kinds of symbols, as the protocol numbers them.
const STRING: u32 = 15;
const ARRAY: u32 = 18;
const OBJECT: u32 = 19;
const FIELD: u32 = 8;

/// The outline of a document.
pub(super) fn symbols(view: &View, path: &str) -> Value {
    let (Some(text), Some(file)) = (view.text(path), view.file_of(path)) else {
        return json!([]);
    };
    let mut found = match tree(path, &text.text, file.is_markdown) {
        Some(root) => of_entries(view, &file, &text, root.entries(), "", 0),
        None => of_lines(view, &file, &text),
    };
    if file.is_markdown
        && let Ok((_, body)) = markdown::parts(path, &text.text)
    {
        let sections = markdown::sections(&text.text[body.range()], body.start);
        found.extend(of_sections(view, &text, &sections));
    }
    Value::Array(found)
}

fn of_entries(
    view: &View,
    file: &FileOf,
    text: &Text,
    entries: &[Entry],
    pointer: &str,
    depth: usize,
) -> Vec<Value> {
    if depth > DEEPEST {
        return Vec::new();
    }
    let told = entries.iter().map(|entry| {
        let pointer = format!("{pointer}/{}", escaped(&entry.key));
        let whole = entry.key_span.join(entry.value.span);
        let children = children(view, file, text, &entry.value, &pointer, depth);
        let detail = detail(view, file, &pointer, &entry.value);
        symbol(
            view,
            text,
            (&entry.key, &detail),
            (kind(&entry.value), whole, entry.key_span),
            children,
        )
    });
    told.collect()
}

fn children(
    view: &View,
    file: &FileOf,
    text: &Text,
    node: &Node,
    pointer: &str,
    depth: usize,
) -> Vec<Value> {
    match &node.value {
        Yaml::Mapping(entries) => of_entries(view, file, text, entries, pointer, depth + 1),
        Yaml::Sequence(items) => {
            let groups = items.iter().enumerate();
            let told =
                groups
                    .filter(|(_, item)| !item.entries().is_empty())
                    .map(|(index, item)| {
                        let pointer = format!("{pointer}/{index}");
                        let first = item.entries().first();
                        let detail = first
                            .and_then(|entry| shown(&entry.value))
                            .unwrap_or_default();
                        let inner =
                            of_entries(view, file, text, item.entries(), &pointer, depth + 1);
                        let name = (index + 1).to_string();
                        symbol(
                            view,
                            text,
                            (&name, &detail),
                            (OBJECT, item.span, item.span),
                            inner,
                        )
                    });
            told.collect()
        }
        _ => Vec::new(),
    }
}

fn kind(node: &Node) -> u32 {
    match &node.value {
        Yaml::Mapping(_) => OBJECT,
        Yaml::Sequence(_) => ARRAY,
        _ => FIELD,
    }
}

/// What a field is called, and its value where that is short.
fn detail(view: &View, file: &FileOf, pointer: &str, node: &Node) -> String {
    let title = view.known.as_deref().and_then(|world: &World| {
        let field = world.schemas.field(&file.schema, pointer)?;
        Some(view.words(&field.title()?).to_owned())
    });
    let parts = [title, shown(node)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(view.say(": ", "："))
}

fn shown(node: &Node) -> Option<String> {
    match &node.value {
        Yaml::Mapping(_) | Yaml::Sequence(_) | Yaml::Null => None,
        Yaml::String(text) => Some(shorten(&visible_line(text), WIDEST)),
        other => Some(match other {
            Yaml::Bool(truth) => truth.to_string(),
            Yaml::Integer(number) => number.to_string(),
            Yaml::Float(number) => number.to_string(),
            _ => String::new(),
        }),
    }
}

fn symbol(
    view: &View,
    text: &Text,
    (name, detail): (&str, &str),
    (kind, whole, selection): (u32, Span, Span),
    children: Vec<Value>,
) -> Value {
    let name = visible_line(name);
    // Editors refuse an outline in which something has no name.
    let name = if name.trim().is_empty() {
        "—".to_owned()
    } else {
        name
    };
    json!({
        "name": name,
        "detail": detail,
        "kind": kind,
        "range": view.range(text, whole.join(selection)),
        "selectionRange": view.range(text, selection),
        "children": children,
    })
}

/// The keys that begin a line of a file that cannot be read.
fn of_lines(view: &View, file: &FileOf, text: &Text) -> Vec<Value> {
    let within = yaml_span(&text.text, file.is_markdown);
    let mut found = Vec::new();
    let mut start = within.start;
    for line in text.text[within.range()].split_inclusive('\n') {
        let key = line.split_once(':').map(|(key, _)| key);
        let key = key.filter(|key| {
            !key.is_empty() && !key.starts_with([' ', '-', '#', '\t']) && !key.contains(['"', '\''])
        });
        if let Some(key) = key {
            let own = Span::new(start, start + key.len());
            let whole = Span::new(start, start + line.trim_end().len());
            found.push(symbol(
                view,
                text,
                (key, ""),
                (STRING, whole, own),
                Vec::new(),
            ));
        }
        start += line.len();
    }
    found
}

/// Sections, each with those that it holds.
fn of_sections(view: &View, text: &Text, sections: &[Section]) -> Vec<Value> {
    let mut found = Vec::new();
    let mut rest = sections;
    while let Some((first, after)) = rest.split_first() {
        let inside = after
            .iter()
            .take_while(|section| section.level > first.level)
            .count();
        let (children, others) = after.split_at(inside);
        let whole = Span::new(first.span.start, first.body.end.max(first.span.end));
        let children = of_sections(view, text, children);
        let parts = (STRING, whole, first.span);
        found.push(symbol(view, text, (&first.title, ""), parts, children));
        rest = others;
    }
    found
}
