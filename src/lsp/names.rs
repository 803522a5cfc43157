//! Names that records give to things elsewhere: people, departments, clues, and the words of the rulebook.
//! It finds what is named and where that is declared, and judges nothing.

use gen_lsp_types::Position;

use crate::case::{folder_of, id_of, is_id};
use crate::check::entry_path;
use crate::files::Files;
use crate::lsp::cursor::{Spot, spot};
use crate::lsp::view::{FileOf, View, tree, yaml_span};
use crate::text::{Language, Span};
use crate::world::World;
use crate::yaml::Node;

/// Something that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// `person`, `department`, `clue`, `state`, ...
    pub(super) what: String,
    pub(super) name: String,
}

/// A name, what it is called in the user's language, and what else is to be said about it.
pub(super) struct Word {
    pub(super) key: String,
    pub(super) label: String,
    pub(super) note: String,
}

/// The lists of the rulebook, by what a schema or this module calls their names.
const LISTS: &[(&str, &str)] = &[
    ("role", "roles"),
    ("channel", "channels"),
    ("urgency", "urgencies"),
    ("confidentiality", "confidentiality"),
    ("measure", "measures"),
    ("category", "categories"),
    ("state", "states"),
    ("step", "steps"),
    ("record", "records"),
    ("deadline", "deadlines"),
    ("retention", "retention"),
    ("statute", "statutes"),
];

/// What the field at a pointer names; none where it names nothing.
pub(super) fn what_of(world: &World, file: &FileOf, pointer: &str) -> Option<String> {
    if let Some(field) = world.schemas.field(&file.schema, pointer)
        && let Some(what) = field.reference()
    {
        return Some(what.to_owned());
    }
    let parts: Vec<&str> = pointer.split('/').skip(1).collect();
    let what = match (file.schema.as_str(), parts.as_slice()) {
        ("clue", ["state"] | ["trail", _, "from" | "to"]) => "state",
        ("clue", ["trail", _, "step"]) => "step",
        ("clue", ["trail", _, "deadline"]) => "deadline",
        (
            "workflow",
            ["steps", _, "from", _] | ["steps", _, "to"] | ["steps", _, "to", _, "to"],
        ) => "state",
        ("workflow", ["states", _, "after"]) => "state",
        ("workflow", ["states", _, "turn", _] | ["steps", _, "roles", _]) => "role",
        ("workflow", ["states", _, "records" | "seals" | "only", _]) => "record",
        ("workflow", ["steps", _, "drafts" | "seals", _] | ["steps", _, "each" | "removes"]) => {
            "record"
        }
        ("workflow", ["steps", _, "statute"]) => "statute",
        ("workflow", ["categories", _, "kinds", _, "measures", _]) => "measure",
        _ => return None,
    };
    Some(what.to_owned())
}

/// The known names of a kind; of `kind`, those of a category where one is given. Clues are not listed here.
pub(super) fn words(
    world: &World,
    what: &str,
    category: Option<&str>,
    language: Language,
) -> Vec<Word> {
    let rulebook = &world.rulebook;
    let organisation = &world.organisation;
    let word = |key: &str, label: String, note: String| Word {
        key: key.to_owned(),
        label,
        note,
    };
    match what {
        "person" => {
            let people = organisation.people.iter();
            people
                .map(|(key, person)| {
                    let roles = rulebook.role_labels(&person.roles, language);
                    let department = organisation.department_name(&person.department);
                    let note = [&[department.to_owned()], roles.as_slice()].concat();
                    word(key, person.name.clone(), note.join(" · "))
                })
                .collect()
        }
        "department" => {
            let departments = organisation.departments.iter();
            departments
                .map(|(key, own)| {
                    let head = organisation.person_name(&own.head).to_owned();
                    word(key, own.name.clone(), head)
                })
                .collect()
        }
        "kind" => {
            let categories = rulebook.categories.iter();
            categories
                .filter(|(key, own)| {
                    category
                        .is_none_or(|name| name == *key || !rulebook.categories.contains_key(name))
                        && !own.kinds.is_empty()
                })
                .flat_map(|(_, own)| {
                    let note = own.label.get(language).to_owned();
                    own.kinds.iter().map(move |(key, kind)| {
                        word(key, kind.label.get(language).to_owned(), note.clone())
                    })
                })
                .collect()
        }
        other => {
            let list = LISTS.iter().find(|(own, _)| *own == other);
            let list = list.and_then(|(_, list)| rulebook.value.get(list)?.as_object());
            let keys = list.into_iter().flat_map(|list| list.keys());
            keys.map(|key| word(key, rulebook.label(other, key, language), String::new()))
                .collect()
        }
    }
}

/// What a name is called, with what else is to be said.
pub(super) fn described(view: &View, world: &World, target: &Target) -> Option<Word> {
    if target.what == "clue" {
        let folder = folder_of_clue(view, &target.name)?;
        let (card, _) = crate::case::Case::load_card(&view.files(), world, &folder);
        let card = card?;
        let state = world.rulebook.label("state", &card.state, view.language);
        let person = world.organisation.person_name(&card.responsible);
        return Some(Word {
            key: target.name.clone(),
            label: card.title.clone(),
            note: format!("{state} · {person}"),
        });
    }
    let mut words = words(world, &target.what, None, view.language).into_iter();
    words.find(|word| word.key == target.name)
}

/// The folder of a clue, by id or register number.
pub(super) fn folder_of_clue(view: &View, name: &str) -> Option<String> {
    let files = view.files();
    let id = if is_id(name) {
        name.to_owned()
    } else {
        let bytes = files.read(&entry_path(name)?, 1_000).ok()??;
        String::from_utf8_lossy(&bytes).trim().to_owned()
    };
    let folder = folder_of(&id)?;
    let is_there = matches!(files.kind(&folder), Ok(Some(_)));
    is_there.then_some(folder)
}

/// What lies at a position of a file: its tree, and the spot.
pub(super) struct Found {
    pub(super) file: FileOf,
    pub(super) root: Node,
    pub(super) spot: Spot,
}

/// Finds what lies at a position; none where the file cannot be read as YAML, or nothing is there.
pub(super) fn find(view: &View, path: &str, position: Position) -> Option<Found> {
    let file = view.file_of(path)?;
    let text = view.text(path)?;
    let offset = view.offset(&text, position);
    let yaml = yaml_span(&text.text, file.is_markdown);
    if offset < yaml.start || offset > yaml.end {
        return None;
    }
    let root = tree(path, &text.text, file.is_markdown)?;
    let spot = spot(&root, offset)?;
    Some(Found { file, root, spot })
}

/// What is named at a position, and the bytes of the name.
pub(super) fn target(view: &View, path: &str, position: Position) -> Option<(Target, Span)> {
    if path.starts_with("register/") {
        let text = view.text(path)?;
        let name = text.text.trim().to_owned();
        let what = "clue".to_owned();
        return is_id(&name).then(|| (Target { what, name }, text.lines.line(&text.text, 0)));
    }
    let world = view.known.as_ref()?;
    let Found { file, root, spot } = find(view, path, position)?;
    let parts: Vec<&str> = spot.pointer.split('/').skip(1).collect();
    let named = |what: &str, name: &str, span: Span| {
        let (what, name) = (what.to_owned(), name.to_owned());
        Some((Target { what, name }, span))
    };
    if spot.is_on_key {
        let key = spot.key?;
        return match (file.schema.as_str(), parts.as_slice()) {
            ("organisation", ["people", name]) => named("person", name, key),
            ("organisation", ["departments", name]) => named("department", name, key),
            ("workflow", ["categories", _, "kinds", name]) => named("kind", name, key),
            ("workflow", [list, name]) => {
                let (what, _) = LISTS.iter().find(|(_, own)| own == list)?;
                named(what, name, key)
            }
            _ => None,
        };
    }
    let value = root.at_pointer(&spot.pointer)?.as_str()?;
    if let Some(what) = what_of(world, &file, &spot.pointer) {
        return named(&what, value, spot.value);
    }
    match (file.schema.as_str(), parts.as_slice()) {
        ("clue", ["id" | "number"]) => named("clue", id_of(path)?, spot.value),
        _ => None,
    }
}

/// Where something is declared: the file, and the key in it.
pub(super) fn declaration(view: &View, target: &Target) -> Option<(String, Span)> {
    let Target { what, name } = target;
    if what == "clue" {
        let path = format!("{}/clue.yaml", folder_of_clue(view, name)?);
        let is_there = matches!(view.files().kind(&path), Ok(Some(_)));
        return is_there.then(|| (path, Span::default()));
    }
    let (path, pointers) = match what.as_str() {
        "person" => ("organisation.yaml", vec![format!("/people/{name}")]),
        "department" => ("organisation.yaml", vec![format!("/departments/{name}")]),
        "kind" => {
            let categories = view.known.as_ref()?.rulebook.categories.keys();
            let pointers = categories.map(|own| format!("/categories/{own}/kinds/{name}"));
            ("workflow.yaml", pointers.collect())
        }
        other => {
            let (_, list) = LISTS.iter().find(|(own, _)| *own == other)?;
            ("workflow.yaml", vec![format!("/{list}/{name}")])
        }
    };
    let text = view.text(path)?;
    let root = tree(path, &text.text, false)?;
    pointers.iter().find_map(|pointer| {
        let (parent, _) = pointer.rsplit_once('/')?;
        let entry = root.at_pointer(parent)?.entry(name)?;
        Some((path.to_owned(), entry.key_span))
    })
}
