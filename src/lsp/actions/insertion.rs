//! Fields that a record lacks, written where they belong: behind the field that comes before them in the schema.
//! What is there is not touched, and what is not known is left empty.

use serde_json::{Value as Json, json};

use super::fixes::Fix;
use super::{Code, Diagnostic, FileOf, QUICK_FIX, Text, Value, View, difference, of_file};
use crate::lsp::navigate::pointer_at;
use crate::lsp::steps::{actor, now};
use crate::lsp::view::{tree, yaml_span};
use crate::yaml::{Edit, Node, Path, Segment, Value as Yaml, edit, to_yaml};

/// The key that a finding says is missing.
fn missing_key(one: &Diagnostic) -> Option<&str> {
    let (_, rest) = one.message.en.split_once('`')?;
    Some(rest.split_once('`')?.0)
}

/// What is to be written into a file.
struct Insertion {
    /// The pointer to the group that lacks the field.
    group: String,
    key: String,
    /// What it begins as.
    value: Json,
}

/// Where the missing field belongs, and what it begins as; none where the key is there and only misspelt.
fn insertion(
    view: &View,
    path: &str,
    file: &FileOf,
    text: &Text,
    one: &Diagnostic,
    all: &[Diagnostic],
) -> Option<Insertion> {
    let key = missing_key(one)?;
    let meant = format!("perhaps `{key}`");
    let is_misspelt = all.iter().any(|other| {
        let remedy = other.remedy.as_ref();
        other.code == Code::SchemaUnknown
            && remedy.is_some_and(|remedy| remedy.en.starts_with(&meant))
    });
    if is_misspelt {
        return None;
    }
    let root = tree(path, &text.text, file.is_markdown)?;
    let start = one.place.span?.start;
    let first = pointer_at(path, &text.text, file.is_markdown, start).unwrap_or_default();
    // The finding points at the first field of the group that lacks one.
    let at_first = first.rsplit_once('/').map_or("", |(group, _)| group);
    let holds = |group: &str| {
        let node = if group.is_empty() {
            Some(&root)
        } else {
            root.at_pointer(group)
        };
        node.is_some_and(|node| {
            node.entries()
                .first()
                .is_some_and(|own| own.key_span.start == start)
        })
    };
    let group = if holds(at_first) {
        at_first
    } else {
        first.as_str()
    };
    let pointer = format!("{group}/{}", crate::lsp::cursor::escaped(key));
    Some(Insertion {
        group: group.to_owned(),
        key: key.to_owned(),
        value: beginning(view, file, &pointer),
    })
}

/// A JSON pointer as a path into a tree.
fn path_of(root: &Node, pointer: &str) -> Path {
    let mut node = Some(root);
    let mut path = Path::new();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let is_list = matches!(node.map(|node| &node.value), Some(Yaml::Sequence(_)));
        match part.parse() {
            Ok(index) if is_list => {
                node = node.and_then(|node| node.items().get(index));
                path.push(Segment::Index(index));
            }
            _ => {
                node = node.and_then(|node| node.get(&part));
                path.push(Segment::Key(part));
            }
        }
    }
    path
}

/// What a field is written as before anybody has filled it in: what is known already, else nothing.
fn beginning(view: &View, file: &FileOf, pointer: &str) -> Json {
    let Some(world) = &view.known else {
        return Json::Null;
    };
    let Some(field) = world.schemas.field(&file.schema, pointer) else {
        return Json::Null;
    };
    let now = now(view, world);
    match (field.format(), field.reference()) {
        (Some("date-time"), _) => return json!(now.to_string()),
        (Some("date"), _) => return json!(now.date().to_string()),
        (_, Some("person")) if field.takes("string") => {
            return json!(actor(view, world));
        }
        _ => {}
    }
    if let [(only, _)] = field.values().as_slice() {
        return json!(only);
    }
    if field.takes("null") {
        Json::Null
    } else if field.takes("array") {
        json!([])
    } else if field.takes("object") {
        let inner = field.fields().filter(|(key, _)| field.requires(key));
        let inner = inner.map(|(key, _)| {
            let value = beginning(view, file, &format!("{pointer}/{key}"));
            (key.to_owned(), value)
        });
        Json::Object(inner.collect())
    } else if field.takes("boolean") {
        json!(false)
    } else {
        Json::Null
    }
}

/// The text with the field in it.
fn written(
    view: &View,
    path: &str,
    file: &FileOf,
    text: &str,
    insertion: &Insertion,
) -> Option<String> {
    let Insertion { group, key, value } = insertion;
    let root = tree(path, text, file.is_markdown)?;
    let node = match group.as_str() {
        "" => Some(&root),
        pointer => root.at_pointer(pointer),
    }?;
    if let Some(new) = in_lines(view, file, text, node, insertion) {
        let is_right = tree(path, &new, file.is_markdown).is_some_and(|new| {
            let mut place = path_of(&root, group);
            place.push(Segment::from(key.as_str()));
            new.at(&place).is_some()
        });
        if is_right {
            return Some(new);
        }
    }
    let mut place = path_of(&root, group);
    place.push(Segment::from(key.as_str()));
    let within = yaml_span(text, file.is_markdown);
    let set = Edit::Set {
        path: place,
        value: value.clone(),
    };
    edit(path, text, within, &[set]).ok()
}

/// The text with the field on lines of its own, in a group that is written so.
fn in_lines(
    view: &View,
    file: &FileOf,
    text: &str,
    node: &Node,
    insertion: &Insertion,
) -> Option<String> {
    let Insertion { group, key, value } = insertion;
    let entries = node.entries();
    let first = entries.first()?;
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |before| before + 1);
    let margin = &text[line_start(first.key_span.start)..first.key_span.start];
    if !margin.bytes().all(|byte| matches!(byte, b' ' | b'-')) {
        return None;
    }
    let schemas = &view.known.as_ref()?.schemas;
    let field = schemas.field(&file.schema, group)?;
    let order: Vec<&str> = field.fields().map(|(own, _)| own).collect();
    let index = order.iter().position(|own| own == key)?;
    let before = order[..index].iter().rev();
    let before = before.filter_map(|own| node.entry(own)).next();
    let Some(before) = before else {
        // Before all others.
        return at_the_beginning(text, first.key_span.start, margin, key, value);
    };
    let end = before.value.span.end.max(before.key_span.end);
    let at = if text[..end].ends_with('\n') {
        end
    } else {
        text[end..]
            .find('\n')
            .map_or(text.len(), |length| end + length + 1)
    };
    let lines = lines_of(key, value, margin.len());
    let gap = if text[..at].ends_with('\n') { "" } else { "\n" };
    Some([&text[..at], gap, &lines, &text[at..]].concat())
}

/// The text with the field before the first one of its group.
fn at_the_beginning(
    text: &str,
    first: usize,
    margin: &str,
    key: &str,
    value: &Json,
) -> Option<String> {
    let lines = lines_of(key, value, margin.len());
    if margin.contains('-') {
        return None;
    }
    let at = first - margin.len();
    Some([&text[..at], &lines, &text[at..]].concat())
}

/// A field as it is written, with nothing where it has no value yet.
fn lines_of(key: &str, value: &Json, indentation: usize) -> String {
    let whole = json!({key: value});
    to_yaml(&whole, indentation)
        .lines()
        .map(|line| format!("{}\n", line.strip_suffix(" null").unwrap_or(line)))
        .collect()
}

/// A proposal for one field.
pub(super) fn missing_field(
    view: &View,
    path: &str,
    file: &FileOf,
    text: &Text,
    one: &Diagnostic,
    all: &[Diagnostic],
) -> Option<Fix> {
    let insertion = insertion(view, path, file, text, one, all)?;
    Some(Fix {
        title: format!(
            "{}{}",
            view.say("Insert what is missing: ", "补上缺少的："),
            insertion.key
        ),
        text: written(view, path, file, &text.text, &insertion)?,
        is_sure: true,
    })
}

/// One proposal for everything that a file lacks, where that is more than one thing.
pub(super) fn all_that_is_missing(
    view: &View,
    path: &str,
    file: &FileOf,
    text: &Text,
    found: &[Diagnostic],
) -> Option<Value> {
    let missing = found.iter().filter(|one| one.code == Code::SchemaMissing);
    let insertions: Vec<Insertion> = missing
        .filter_map(|one| insertion(view, path, file, text, one, found))
        .collect();
    if insertions.len() < 2 {
        return None;
    }
    let mut new = text.text.to_string();
    for insertion in &insertions {
        new = written(view, path, file, &new, insertion)?;
    }
    let count = insertions.len();
    let title = if view.say("en", "zh") == "zh" {
        format!("补上全部缺少的内容（{count} 项）")
    } else {
        format!("Insert everything that is missing ({count})")
    };
    Some(json!({
        "title": title,
        "kind": QUICK_FIX,
        "edit": of_file(view, path, vec![difference(view, text, &new)?]),
    }))
}
