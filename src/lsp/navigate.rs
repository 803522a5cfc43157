//! From a name to where it is declared, and to everywhere that it is used.
//! It reads, and changes nothing.

use gen_lsp_types::Position;
use rayon::prelude::*;
use serde_json::Value;

use crate::files::{FileKind, Files};
use crate::lsp::cursor::spot;
use crate::lsp::names::{Target, declaration, find, target, what_of};
use crate::lsp::view::{FileOf, View, tree, yaml_span};
use crate::text::Span;
use crate::world::{MAXIMUM_RECORD, World};
use crate::yaml::{self, Node, Value as Yaml};

/// Where a name stands that is used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Use {
    pub(super) path: String,
    pub(super) span: Span,
    /// JSON pointer to the value; empty of what is no value of a record.
    pub(super) pointer: String,
}

/// Where what stands at a position is declared.
pub(super) fn definition(view: &View, path: &str, position: Position) -> Value {
    if let Some((target, _)) = target(view, path, position)
        && let Some((path, span)) = declaration(view, &target)
    {
        return view.location(&path, span);
    }
    file_named(view, path, position)
        .map_or(Value::Null, |path| view.location(&path, Span::default()))
}

/// A file that a value names: an attachment, a template, a schema.
fn file_named(view: &View, path: &str, position: Position) -> Option<String> {
    let found = find(view, path, position)?;
    let value = found.root.at_pointer(&found.spot.pointer)?.as_str()?;
    let parts: Vec<&str> = found.spot.pointer.split('/').skip(1).collect();
    let named = match (found.file.schema.as_str(), parts.as_slice()) {
        ("workflow", ["records", _, "schema"]) => format!("schema/{value}.schema.json"),
        ("workflow", ["records", _, "template"]) => format!("templates/{value}"),
        (_, ["attachments", ..]) => format!("{}/attachments/{value}", found.file.folder?),
        ("clue", ["trail", _, "record"]) => format!("{}/{value}", found.file.folder?),
        _ => return None,
    };
    // A name that leads out of its folder names nothing; the check tells it.
    let leads_out = |part: &str| matches!(part, "" | "." | "..");
    let is_inside = !named.contains('\\') && !named.split('/').any(leads_out);
    let is_there = || matches!(view.files().kind(&named), Ok(Some(FileKind::File)));
    (is_inside && is_there()).then_some(named)
}

/// Everywhere that what stands at a position is used.
pub(super) fn references(
    view: &View,
    path: &str,
    position: Position,
    with_declaration: bool,
) -> Value {
    let Some((target, _)) = target(view, path, position) else {
        return Value::Null;
    };
    let mut locations = Vec::new();
    if with_declaration && let Some((path, span)) = declaration(view, &target) {
        locations.push(view.location(&path, span));
    }
    for one in uses(view, &target) {
        locations.push(view.location(&one.path, one.span));
    }
    Value::Array(locations)
}

/// Every use of a name, in the order of paths and places; fewer where nobody waits for them any more.
pub(super) fn uses(view: &View, target: &Target) -> Vec<Use> {
    let Some(world) = &view.known else {
        return Vec::new();
    };
    let files = view.files();
    let mut names = vec![target.name.clone()];
    if target.what == "clue" {
        names.extend(other_names(view, world, &target.name));
    }
    let mut paths: Vec<String> = vec!["organisation.yaml".to_owned(), "workflow.yaml".to_owned()];
    for folder in ["calendar", "clues"] {
        let walked = files.walk(folder).unwrap_or_default();
        let own = walked.into_iter().map(|(path, _)| path);
        paths.extend(own.filter(|path| path.ends_with(".yaml") || path.ends_with(".md")));
    }
    let mut found: Vec<Use> = paths
        .par_iter()
        .flat_map_iter(|path| {
            let is_wanted = !view.is_cancelled();
            let found = is_wanted.then(|| in_file(view, &files, world, path, &target.what, &names));
            found.unwrap_or_default()
        })
        .collect();
    if target.what == "clue" {
        found.extend(in_register(&files, &names));
    }
    found.sort();
    found.dedup();
    found
}

/// A clue's number and those that it bore before, or its id.
fn other_names(view: &View, world: &World, name: &str) -> Vec<String> {
    let Some(folder) = crate::lsp::names::folder_of_clue(view, name) else {
        return Vec::new();
    };
    let (card, _) = crate::case::Case::load_card(&view.files(), world, &folder);
    let mut names = vec![crate::files::file_name(&folder).to_owned()];
    if let Some(card) = card {
        names.extend(card.number);
        names.extend(card.aliases.into_iter().flatten());
    }
    names
}

fn in_file(
    view: &View,
    files: &dyn Files,
    world: &World,
    path: &str,
    what: &str,
    names: &[String],
) -> Vec<Use> {
    let Ok(Some(bytes)) = files.read(path, MAXIMUM_RECORD) else {
        return Vec::new();
    };
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Vec::new();
    };
    // Most files do not hold the name at all.
    if !names.iter().any(|name| text.contains(name.as_str())) {
        return Vec::new();
    }
    let Some(file) = view.file_of(path) else {
        return Vec::new();
    };
    let Some(root) = tree(path, text, file.is_markdown) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    collect(&root, &mut String::new(), &mut |pointer, node| {
        if what == "department" && is_routing(&file, pointer) {
            found.extend(quoted(text, node.span, names).into_iter().map(|span| Use {
                path: path.to_owned(),
                span,
                pointer: pointer.to_owned(),
            }));
        }
        let is_named = node
            .as_str()
            .is_some_and(|own| names.iter().any(|name| name == own));
        if is_named && what_of(world, &file, pointer).as_deref() == Some(what) {
            found.push(Use {
                path: path.to_owned(),
                span: node.span,
                pointer: pointer.to_owned(),
            });
        }
    });
    found
}

/// Whether a field is the rulebook's expression of the departments that clues go to.
fn is_routing(file: &FileOf, pointer: &str) -> bool {
    file.schema == "workflow"
        && pointer.starts_with("/routing/")
        && pointer.ends_with("/departments")
}

/// Where names stand in quotes in an expression; the quotes are not part of what is given.
pub(super) fn quoted(text: &str, within: Span, names: &[String]) -> Vec<Span> {
    let mut found = Vec::new();
    for quote in ["'", "\""] {
        for name in names {
            let literal = format!("{quote}{name}{quote}");
            let places = text[within.range()].match_indices(&literal);
            found.extend(places.map(|(at, _)| {
                let start = within.start + at + 1;
                Span::new(start, start + name.len())
            }));
        }
    }
    found
}

/// Visits every scalar with its pointer.
fn collect(node: &Node, pointer: &mut String, visit: &mut dyn FnMut(&str, &Node)) {
    let length = pointer.len();
    match &node.value {
        Yaml::Mapping(entries) => {
            for entry in entries {
                pointer.push('/');
                pointer.push_str(&crate::lsp::cursor::escaped(&entry.key));
                collect(&entry.value, pointer, visit);
                pointer.truncate(length);
            }
        }
        Yaml::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer.push_str(&format!("/{index}"));
                collect(item, pointer, visit);
                pointer.truncate(length);
            }
        }
        _ => visit(pointer, node),
    }
}

/// The entries of the register that bear a clue's numbers.
fn in_register(files: &dyn Files, names: &[String]) -> Vec<Use> {
    let entries = names
        .iter()
        .filter_map(|name| crate::check::entry_path(name));
    let there = entries.filter(|path| matches!(files.kind(path), Ok(Some(_))));
    there
        .map(|path| Use {
            path,
            span: Span::default(),
            pointer: String::new(),
        })
        .collect()
}

/// The value at a place, without the quotes that it may be written in.
pub(super) fn inner_span(text: &str, span: Span) -> Span {
    let written = &text[span.range()];
    let is_quoted = written.len() >= 2 && (written.starts_with('"') || written.starts_with('\''));
    if is_quoted {
        Span::new(span.start + 1, span.end - 1)
    } else {
        span
    }
}

/// What lies at a place of a text that is no record: for whoever looks for a field by the place of a finding.
pub(super) fn pointer_at(
    path: &str,
    text: &str,
    is_markdown: bool,
    offset: usize,
) -> Option<String> {
    let within = yaml_span(text, is_markdown);
    let (document, _) = yaml::parse_at(path, &text[within.range()], within.start);
    Some(spot(&document?.root, offset)?.pointer)
}
