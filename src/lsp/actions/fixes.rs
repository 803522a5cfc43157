//! How findings are mended: the text as it would be, one finding at a time.
//! Nothing is proposed where it is not clear what was meant.

use serde_json::{Value as Json, json};

use super::{Code, Diagnostic, FileOf, QUICK_FIX, Text, Value, View, World, difference, of_file};
use crate::lsp::navigate::{inner_span, pointer_at};
use crate::lsp::steps::{actor, now};
use crate::lsp::view::{tree, yaml_span};
use crate::markdown;
use crate::text::Span;
use crate::yaml::{Edit, Node, Path, Segment, Value as Yaml, edit};

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
) -> Vec<Fix> {
    let found = match one.code {
        Code::SchemaMissing => missing_field(view, path, file, text, one),
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

fn replaced(text: &Text, span: Span, with: &str) -> Option<String> {
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

/// The key that a finding says is missing.
fn missing_key(one: &Diagnostic) -> Option<&str> {
    let (_, rest) = one.message.en.split_once('`')?;
    Some(rest.split_once('`')?.0)
}

/// Where the missing field belongs, and what it begins as.
fn insertion(
    view: &View,
    path: &str,
    file: &FileOf,
    text: &Text,
    one: &Diagnostic,
) -> Option<(Path, Json)> {
    let key = missing_key(one)?;
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
    let mut place = path_of(&root, group);
    place.push(Segment::from(key));
    Some((place, beginning(view, file, &pointer)))
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

fn missing_field(
    view: &View,
    path: &str,
    file: &FileOf,
    text: &Text,
    one: &Diagnostic,
) -> Option<Fix> {
    let (place, value) = insertion(view, path, file, text, one)?;
    let key = missing_key(one)?;
    let within = yaml_span(&text.text, file.is_markdown);
    let set = Edit::Set { path: place, value };
    let new = edit(path, &text.text, within, &[set]).ok()?;
    Some(Fix {
        title: format!(
            "{}{key}",
            view.say("Insert what is missing: ", "补上缺少的：")
        ),
        text: new,
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
    let edits: Vec<Edit> = missing
        .filter_map(|one| insertion(view, path, file, text, one))
        .map(|(path, value)| Edit::Set { path, value })
        .collect();
    if edits.len() < 2 {
        return None;
    }
    let within = yaml_span(&text.text, file.is_markdown);
    let new = edit(path, &text.text, within, &edits).ok()?;
    let count = edits.len();
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
        .unwrap_or(2);
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
