//! One clue: its index card, its records and its attachments, and what expressions see of them.
//! It judges no rule of the procedure.

mod load;
mod name;
mod retained;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

pub use load::RecordCache;
pub use name::{ID_LETTERS, check_name, folder_of, id_of, is_id};
pub use retained::Retained;

use crate::case::load::Loader;
use crate::diagnostic::{Diagnostic, Place};
use crate::expression::{Prepared, Scope, Shape};
use crate::files::digest;
use crate::files::{Files, file_name};
use crate::markdown::{self, Section};
use crate::record::Card;
use crate::rulebook::NameParts;
use crate::schema::Reference;
use crate::text::Span;
use crate::world::World;
use crate::yaml::Document;

/// The record name of the index card, which every clue has and no rulebook declares.
pub const CARD: &str = "clue";

/// A record as it was read.
#[derive(Clone, Debug)]
pub struct Record {
    /// The rulebook's name of the record, such as `transfers`.
    pub name: String,
    /// Path below the repository's folder.
    pub path: String,
    /// Path below the clue's folder.
    pub inner: String,
    /// What the file's name says: department, date, occasion.
    pub parts: NameParts,
    pub bytes: Arc<[u8]>,
    pub document: Arc<Document>,
    /// The YAML, or the front matter, as a value.
    pub value: Arc<Value>,
    /// Where the YAML stands in the file.
    pub yaml: Span,
    /// The text of a Markdown report, below its front matter.
    pub body: Option<Span>,
    /// Whether the schema accepts it.
    pub sound: bool,
    derived: Arc<Derived>,
}

/// What follows from a record, found when it is first asked for.
#[derive(Debug, Default)]
struct Derived {
    references: OnceLock<Vec<Reference>>,
    sections: OnceLock<Vec<Section>>,
    digest: OnceLock<String>,
}

impl Record {
    /// The file as text; records that were read are UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }

    /// The value, to be changed in memory; the file stays as it is.
    pub fn value_mut(&mut self) -> &mut Value {
        self.derived = Arc::default();
        Arc::make_mut(&mut self.value)
    }

    /// Everything that the record refers to, by the schema of the rulebook that it was read by.
    pub fn references(&self, world: &World) -> &[Reference] {
        self.derived.references.get_or_init(|| {
            let declared = world.rulebook.records.get(&self.name);
            let schema = declared.map_or(CARD, |declared| declared.schema.as_str());
            world.schemas.references(schema, &self.value)
        })
    }

    /// The sections of a Markdown report; none of another record.
    pub fn sections(&self) -> &[Section] {
        self.derived.sections.get_or_init(|| {
            let body = self.body.unwrap_or_default();
            markdown::sections(&self.text()[body.range()], body.start)
        })
    }

    /// The SHA-256 of the file, in 64 hexadecimal digits.
    pub fn digest(&self) -> &str {
        self.derived.digest.get_or_init(|| digest(&self.bytes))
    }

    /// The place of a value in the file.
    pub fn place(&self, pointer: &str) -> Place {
        let node = &self.document.root;
        let span = match node.at_pointer(pointer) {
            Some(found) if !found.entries().is_empty() || !found.items().is_empty() => {
                let (parent, key) = pointer.rsplit_once('/').unwrap_or(("", ""));
                node.at_pointer(parent)
                    .and_then(|parent| parent.entry(key))
                    .map_or_else(
                        || {
                            found
                                .entries()
                                .first()
                                .map_or(found.span, |entry| entry.key_span)
                        },
                        |entry| entry.key_span,
                    )
            }
            _ => node.locate_pointer(pointer),
        };
        Place::at(&self.path, span)
    }

    /// A text of the record, by JSON pointer.
    pub fn text_at(&self, pointer: &str) -> Option<&str> {
        self.value.pointer(pointer).and_then(Value::as_str)
    }
}

/// One clue with everything that its folder holds.
#[derive(Clone)]
pub struct Case {
    pub id: String,
    /// The clue's folder, below the repository's.
    pub folder: String,
    /// The index card; none where the clue is not collected yet, or the card cannot be used.
    pub card: Option<Card>,
    /// The index card's file, also where its content cannot be used as a card.
    pub card_record: Option<Record>,
    /// Records by their rulebook name, each list in the order of paths.
    pub records: BTreeMap<String, Vec<Record>>,
    /// Names of the files in `attachments/`.
    pub attachments: Vec<String>,
    /// Whether some file could not be read as what it should be, so that rules cannot be judged.
    pub broken: bool,
    /// Names of records whose file is there and could not be read: they are not missing.
    pub unread: BTreeSet<String>,
}

impl Case {
    /// Reads a clue's folder.
    pub fn load(files: &dyn Files, world: &World, folder: &str) -> (Self, Vec<Diagnostic>) {
        Self::read_folder(files, world, folder, None)
    }

    /// The same; records that are in the cache, by what their bytes are, are not read again.
    pub fn load_with(
        files: &dyn Files,
        world: &World,
        folder: &str,
        cache: &RecordCache,
    ) -> (Self, Vec<Diagnostic>) {
        Self::read_folder(files, world, folder, Some(cache))
    }

    fn read_folder(
        files: &dyn Files,
        world: &World,
        folder: &str,
        cache: Option<&RecordCache>,
    ) -> (Self, Vec<Diagnostic>) {
        let mut loader = Loader {
            files,
            world,
            cache,
            diagnostics: Vec::new(),
        };
        let mut case = Self::empty(folder);
        loader.fill(&mut case);
        (case, loader.diagnostics)
    }

    /// Reads a clue's index card alone; none where it cannot be used, or is not there.
    pub fn load_card(
        files: &dyn Files,
        world: &World,
        folder: &str,
    ) -> (Option<Card>, Vec<Diagnostic>) {
        let mut loader = Loader {
            files,
            world,
            cache: None,
            diagnostics: Vec::new(),
        };
        let mut case = Self::empty(folder);
        loader.card(
            &mut case,
            format!("{folder}/clue.yaml"),
            "clue.yaml".to_owned(),
        );
        (case.card, loader.diagnostics)
    }

    /// A clue of which nothing is known.
    pub fn empty(folder: &str) -> Self {
        Self {
            id: file_name(folder).to_owned(),
            folder: folder.to_owned(),
            card: None,
            card_record: None,
            records: BTreeMap::new(),
            attachments: Vec::new(),
            broken: false,
            unread: BTreeSet::new(),
        }
    }

    /// The one record of a name.
    pub fn record(&self, name: &str) -> Option<&Record> {
        if name == CARD {
            self.card_record.as_ref()
        } else {
            self.records.get(name).and_then(|records| records.first())
        }
    }

    /// All records of a name; of the index card's, the card.
    pub fn all(&self, name: &str) -> &[Record] {
        if name == CARD {
            return self.card_record.as_slice();
        }
        self.records.get(name).map_or(&[], Vec::as_slice)
    }

    /// The record of a department.
    pub fn of_department(&self, name: &str, department: &str) -> Option<&Record> {
        self.all(name).iter().find(|record| {
            record
                .parts
                .get("department")
                .is_some_and(|own| own == department)
        })
    }

    /// Whether the clue has an index card, or may have one, and it cannot be read: no list may leave such a clue out silently.
    pub fn has_unreadable_card(&self) -> bool {
        let nothing_was_read = self.broken && self.records.is_empty() && self.unread.is_empty();
        self.card.is_none()
            && (self.card_record.is_some() || self.unread.contains(CARD) || nothing_was_read)
    }

    /// The clue's state; `none` before collection.
    pub fn state(&self) -> &str {
        self.card.as_ref().map_or("none", |card| &card.state)
    }

    /// The clue as it would be in another state, with all else as it is.
    pub fn in_state(&self, state: &str) -> Self {
        let mut card = self.card.clone();
        if let Some(card) = &mut card {
            state.clone_into(&mut card.state);
        }
        let mut card_record = self.card_record.clone();
        if let Some(fields) = card_record
            .as_mut()
            .and_then(|record| record.value_mut().as_object_mut())
        {
            fields.insert("state".to_owned(), Value::from(state));
        }
        Self {
            id: self.id.clone(),
            folder: self.folder.clone(),
            card,
            card_record,
            records: self.records.clone(),
            attachments: self.attachments.clone(),
            broken: self.broken,
            unread: self.unread.clone(),
        }
    }

    /// The variables that the rulebook's expressions see.
    pub fn scope(&self, world: &World) -> Scope {
        let mut scope = world.scope();
        let any = Shape::Any;
        let shape = |name: &str| world.variables.get(name).unwrap_or(&any).clone();
        let nothing = Arc::new(Value::Null);
        let value =
            |record: Option<&Record>| Arc::clone(record.map_or(&nothing, |record| &record.value));
        let card = value(self.card_record.as_ref());
        scope.lend(CARD, Prepared::new(Arc::clone(&card), shape(CARD)));
        for (name, declared) in &world.rulebook.records {
            let prepared = if declared.is_many() {
                let records = self.all(name).iter();
                let values = records.map(|record| Arc::clone(&record.value)).collect();
                Prepared::list(values, shape(name))
            } else {
                Prepared::new(value(self.record(name)), shape(name))
            };
            scope.lend(name, prepared);
        }
        let text = |key: &str| card.get(key).and_then(Value::as_str).unwrap_or_default();
        world.lend(&mut scope, text("category"), text("kind"), text("urgency"));
        scope.set("entered", self.entered(world), &shape("entered"));
        scope.set("taken", self.taken(), &shape("taken"));
        scope.set("step", json!({}), &shape("step"));
        for name in ["retention", "retention_until"] {
            let nothing = Prepared::new(Arc::clone(&nothing), Shape::Scalar);
            scope.lend(name, nothing);
        }
        scope.set(
            "retained",
            self.retained(world).to_json(world),
            &shape("retained"),
        );
        scope
    }

    /// The scope in which a rule about one record is judged.
    pub fn scope_of(&self, world: &World, scope: &Scope, record: &Record) -> Scope {
        let mut inner = scope.clone();
        let shape = match world.variables.get(&record.name) {
            Some(Shape::List(item)) => &**item,
            Some(shape) => shape,
            None => &Shape::Any,
        };
        let value = Arc::clone(&record.value);
        inner.lend("record", Prepared::new(value, shape.clone()));
        inner
    }

    /// The scope about one entry of a record's list, made of the scope about the record.
    pub fn scope_of_entry(
        &self,
        world: &World,
        scope: &Scope,
        record: &Record,
        list: &str,
        index: usize,
    ) -> Scope {
        let mut inner = scope.clone();
        let shape = match world.variables.get(&record.name) {
            Some(Shape::List(item)) => &**item,
            Some(shape) => shape,
            None => &Shape::Any,
        };
        let item = match shape {
            Shape::Fields(fields) => fields.get(list),
            _ => None,
        };
        let item = match item {
            Some(Shape::List(item)) => &**item,
            _ => &Shape::Any,
        };
        let entry = record.value.get(list).and_then(|list| list.get(index));
        inner.set("entry", entry.cloned().unwrap_or_default(), item);
        inner
    }

    /// When each state was last entered. A clue that goes back to a state has not yet entered those that come after it.
    pub fn entered(&self, world: &World) -> Value {
        let mut entered = serde_json::Map::new();
        for entry in self.card.iter().flat_map(|card| &card.trail) {
            if entry.from.as_deref() != Some(entry.to.as_str()) {
                let is_final = |state: &String| {
                    let state = world.rulebook.states.get(state);
                    state.is_some_and(|state| state.is_final)
                };
                entered.retain(|state, _| {
                    let left_again = entry.from.as_ref() == Some(state)
                        && is_final(state)
                        && !world.rulebook.comes_after(&entry.to, state);
                    !left_again && !world.rulebook.comes_after(state, &entry.to)
                });
                entered.insert(entry.to.clone(), Value::String(entry.at.clone()));
            }
        }
        Value::Object(entered)
    }

    /// When each step was last taken.
    fn taken(&self) -> Value {
        let trail = self.card.iter().flat_map(|card| &card.trail);
        Value::Object(
            trail
                .map(|entry| (entry.step.clone(), Value::String(entry.at.clone())))
                .collect(),
        )
    }
}
