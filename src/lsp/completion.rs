//! Completion: the fields that are missing, the values that a field may have, the headings that a report must have.
//! It offers what the schemas, the rulebook and the organisation know, also while the file cannot be read yet.

use std::collections::BTreeSet;

use gen_lsp_types::Position;
use serde_json::{Value, json};

use crate::check::clue_folders;
use crate::files::file_name;
use crate::lsp::cursor::{Writing, escaped, writing};
use crate::lsp::edits::replace;
use crate::lsp::names::{Target, described, what_of, words};
use crate::lsp::view::{FileOf, Text, View, yaml_span};
use crate::markdown;
use crate::schema::Field;
use crate::text::{Span, plain};
use crate::world::World;

/// So many clues are offered; whoever looks for another types more of it.
const MOST_CLUES: usize = 100;

/// Kinds of completion items, as the protocol numbers them.
const PROPERTY: u32 = 10;
const VALUE: u32 = 12;
const REFERENCE: u32 = 18;
const HEADING: u32 = 22;

/// What can be written at a position.
pub(super) fn complete(view: &View, path: &str, position: Position) -> Value {
    let nothing = || json!({"isIncomplete": false, "items": []});
    let (Some(text), Some(world)) = (view.text(path), &view.known) else {
        return nothing();
    };
    let Some(file) = view.file_of(path) else {
        return nothing();
    };
    let offset = view.offset(&text, position);
    let yaml = yaml_span(&text.text, file.is_markdown);
    if file.is_markdown && offset > yaml.end {
        return json!({"isIncomplete": false, "items": headings(view, world, &file, &text, offset)});
    }
    let Some(writing) = writing(&text.text, yaml, offset) else {
        return nothing();
    };
    let (items, is_incomplete) = match &writing.key {
        Some(key) => {
            let pointer = format!("{}/{}", writing.parent, escaped(key));
            values(view, world, (&file, &text), &pointer, &writing)
        }
        None if writing.is_item => item(view, world, (&file, &text), &writing),
        None => (
            keys(view, world, (&file, &text), &writing, &writing.parent),
            false,
        ),
    };
    json!({"isIncomplete": is_incomplete, "items": items})
}

/// What a list's item can be: a value, or a group that begins with one of its fields.
fn item(
    view: &View,
    world: &World,
    (file, text): (&FileOf, &Text),
    writing: &Writing,
) -> (Vec<Value>, bool) {
    let field = world.schemas.field(&file.schema, &writing.parent);
    if field.is_some_and(|field| field.takes("object")) {
        return (
            keys(view, world, (file, text), writing, &writing.parent),
            false,
        );
    }
    let is_list = field.is_some_and(|field| field.takes("array"));
    let pointer = if is_list {
        format!("{}/0", writing.parent)
    } else {
        writing.parent.clone()
    };
    values(view, world, (file, text), &pointer, writing)
}

fn keys(
    view: &View,
    world: &World,
    (file, text): (&FileOf, &Text),
    writing: &Writing,
    group: &str,
) -> Vec<Value> {
    let Some(field) = world.schemas.field(&file.schema, group) else {
        return Vec::new();
    };
    let mut items = Vec::new();
    for (index, (key, inner)) in field.fields().enumerate() {
        let is_there = writing.siblings.iter().any(|own| own == key);
        if is_there {
            continue;
        }
        let title = inner.title().unwrap_or_default();
        let title = view.words(&title);
        let rank = match (field.requires(key), inner.is_written_by_steps()) {
            (_, true) => 2,
            (true, false) => 0,
            (false, false) => 1,
        };
        let new = if writing.has_colon {
            key.to_owned()
        } else if inner.takes("object") || inner.takes("array") && !inner.takes("string") {
            format!("{key}:")
        } else {
            format!("{key}: ")
        };
        let mut detail = title.to_owned();
        if rank == 2 {
            detail.push_str(view.say(" (written by steps)", "（由步骤填写）"));
        }
        items.push(json!({
            "label": key,
            "kind": PROPERTY,
            "detail": detail,
            "documentation": documentation(view, inner),
            "filterText": format!("{key} {title}"),
            "sortText": format!("{rank}{index:03}"),
            "textEdit": replace(view, text, writing.typed, &new),
        }));
    }
    items
}

fn documentation(view: &View, field: Field<'_>) -> Value {
    let words = field.description().unwrap_or_default();
    json!({"kind": "plaintext", "value": view.words(&words)})
}

/// A value, what it is called, and what else is to be said.
struct Offer {
    value: String,
    label: String,
    note: String,
    kind: u32,
}

fn values(
    view: &View,
    world: &World,
    (file, text): (&FileOf, &Text),
    pointer: &str,
    writing: &Writing,
) -> (Vec<Value>, bool) {
    let mut is_incomplete = false;
    let field = world.schemas.field(&file.schema, pointer);
    let mut offers: Vec<Offer> = Vec::new();
    for (value, label) in field.map(Field::values).unwrap_or_default() {
        offers.push(Offer {
            value: value.to_owned(),
            label: view.words(&label).to_owned(),
            note: String::new(),
            kind: VALUE,
        });
    }
    match what_of(world, file, pointer).as_deref() {
        Some("clue") => {
            let typed = text.text.get(writing.typed.range()).unwrap_or_default();
            let (found, more) = clues(view, world, typed);
            is_incomplete = more;
            offers.extend(found);
        }
        Some(what) => {
            let category = (what == "kind")
                .then(|| sibling(text, writing, "category"))
                .flatten();
            let known = words(world, what, category.as_deref(), view.language);
            offers.extend(known.into_iter().map(|word| Offer {
                value: word.key,
                label: word.label,
                note: word.note,
                kind: REFERENCE,
            }));
        }
        None => {}
    }
    if let Some(field) = field {
        offers.extend(plain_offers(view, world, field));
    }
    // Behind the colon stands a space.
    let before = text.text.get(..writing.typed.start).unwrap_or_default();
    let space = if before.ends_with([':', '-']) {
        " "
    } else {
        ""
    };
    let items = offers.iter().enumerate().map(|(index, offer)| {
        let written = format!("{space}{}", offer.value);
        json!({
            "label": offer.value,
            "kind": offer.kind,
            "detail": offer.label,
            "documentation": offer.note,
            "filterText": format!("{} {}", offer.value, offer.label),
            "sortText": format!("{index:05}"),
            "textEdit": replace(view, text, writing.typed, &written),
        })
    });
    (items.collect(), is_incomplete)
}

/// Values that follow from the type of a field.
fn plain_offers(view: &View, world: &World, field: Field<'_>) -> Vec<Offer> {
    let now = (view.settings.clock)().in_zone(world.calendar.zone());
    let offer = |value: String, en: &str, zh: &str| Offer {
        value,
        label: view.say(en, zh).to_owned(),
        note: String::new(),
        kind: VALUE,
    };
    match field.format() {
        Some("date") => return vec![offer(now.date().to_string(), "today", "今天")],
        Some("date-time") => return vec![offer(now.to_string(), "now", "现在")],
        _ => {}
    }
    if field.takes("boolean") {
        return vec![
            offer("true".to_owned(), "yes", "是"),
            offer("false".to_owned(), "no", "否"),
        ];
    }
    Vec::new()
}

/// The value of another field of the same group, read off its line.
fn sibling(text: &Text, writing: &Writing, key: &str) -> Option<String> {
    if !writing.siblings.iter().any(|own| own == key) {
        return None;
    }
    // The nearest line counts: groups are short.
    let before = text.text.get(..writing.typed.start)?.lines().rev();
    let after = text.text.get(writing.typed.end..)?.lines();
    before.chain(after).find_map(|line| {
        let rest = line
            .trim_start()
            .trim_start_matches("- ")
            .strip_prefix(key)?;
        let value = rest.strip_prefix(':')?.split(" #").next()?.trim();
        Some(value.trim_matches(['"', '\'']).to_owned())
    })
}

/// Clues whose id, number or title holds what is typed, the newest first; and whether there are more.
fn clues(view: &View, world: &World, typed: &str) -> (Vec<Offer>, bool) {
    let files = view.files();
    let (folders, _) = clue_folders(&files);
    let typed = plain(typed);
    let mut offers = Vec::new();
    let mut seen = BTreeSet::new();
    for (looked, folder) in folders.iter().rev().enumerate() {
        if view.is_cancelled() {
            break;
        }
        if offers.len() >= MOST_CLUES || looked >= MOST_CLUES * 20 {
            return (offers, true);
        }
        let id = file_name(folder);
        let (card, _) = crate::case::Case::load_card(&files, world, folder);
        let Some(card) = card else {
            continue;
        };
        let number = card.number.clone().unwrap_or_default();
        let is_meant = [id, &number, &card.title]
            .iter()
            .any(|own| plain(own).contains(&typed));
        if is_meant && seen.insert(id.to_owned()) {
            let target = Target {
                what: "clue".to_owned(),
                name: id.to_owned(),
            };
            let note = described(view, world, &target).map(|word| word.note);
            offers.push(Offer {
                value: id.to_owned(),
                label: [number.as_str(), card.title.as_str()]
                    .join(" ")
                    .trim()
                    .to_owned(),
                note: note.unwrap_or_default(),
                kind: REFERENCE,
            });
        }
    }
    (offers, false)
}

/// The headings that a report must have and does not have yet.
fn headings(view: &View, world: &World, file: &FileOf, text: &Text, offset: usize) -> Vec<Value> {
    let Some(declared) = world.rulebook.records.get(&file.record) else {
        return Vec::new();
    };
    let line = text.lines.line(&text.text, text.lines.line_of(offset));
    let written = &text.text[line.range()];
    if !written.is_empty() && !written.starts_with('#') {
        return Vec::new();
    }
    let Ok((_, body)) = markdown::parts("", &text.text) else {
        return Vec::new();
    };
    let mut sections = markdown::sections(&text.text[body.range()], body.start);
    sections.retain(|section| section.span.start != line.start);
    let there: Vec<String> = sections
        .iter()
        .map(|section| section.title.trim().to_lowercase())
        .collect();
    // On the level on which the others stand.
    let level = sections
        .iter()
        .map(|section| section.level)
        .min()
        .unwrap_or(1);
    let marks = "#".repeat(usize::from(level));
    let missing = declared.headings.iter().filter(|heading| {
        !there.contains(&heading.label.en.to_lowercase())
            && !there.contains(&heading.label.zh.to_lowercase())
    });
    let span = Span::new(line.start, line.end);
    missing
        .enumerate()
        .map(|(index, heading)| {
            let label = view.words(&heading.label);
            let keys = heading.procedure.joined();
            json!({
                "label": format!("{marks} {label}"),
                "kind": HEADING,
                "detail": keys,
                "filterText": format!("{marks} {label}"),
                "sortText": format!("{index:03}"),
                "textEdit": replace(view, text, span, &format!("{marks} {label}")),
            })
        })
        .collect()
}
