//! One clue's folder: its index card, its records and its attachments, read and validated, every file accounted for.
//! It judges no rule of the procedure.

mod name;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

pub use name::{ID_LETTERS, check_name, folder_of, id_of, is_id};

use crate::diagnostic::{Code, Diagnostic, Place, any_error};
use crate::expression::{Scope, Shape};
use crate::files::{FileKind, Files, file_name, is_passing, unreadable};
use crate::markdown;
use crate::record::Card;
use crate::rulebook::{NameParts, match_path};
use crate::text::Span;
use crate::world::{MAXIMUM_RECORD, World};
use crate::yaml::{self, Document};

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
    pub value: Value,
    /// Where the YAML stands in the file.
    pub yaml: Span,
    /// The text of a Markdown report, below its front matter.
    pub body: Option<Span>,
    /// Whether the schema accepts it.
    pub sound: bool,
}

impl Record {
    /// The file as text; records that were read are UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
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

    /// All records of a name.
    pub fn all(&self, name: &str) -> &[Record] {
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
            .and_then(|record| record.value.as_object_mut())
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
        let mut scope = Scope::default();
        let any = Shape::Any;
        let shape = |name: &str| world.variables.get(name).unwrap_or(&any);
        let null = Value::Null;
        let card = self
            .card_record
            .as_ref()
            .map_or(&null, |record| &record.value);
        scope.set(CARD, card, shape(CARD));
        for (name, declared) in &world.rulebook.records {
            if declared.is_many() {
                let list: Vec<Value> = self
                    .all(name)
                    .iter()
                    .map(|record| record.value.clone())
                    .collect();
                scope.set(name, &Value::Array(list), shape(name));
            } else {
                scope.set(
                    name,
                    self.record(name).map_or(&null, |record| &record.value),
                    shape(name),
                );
            }
        }
        let text = |key: &str| card.get(key).and_then(Value::as_str).unwrap_or_default();
        world.lend(&mut scope, text("category"), text("kind"), text("urgency"));
        scope.set("entered", &self.entered(world), shape("entered"));
        scope.set("taken", &self.taken(), shape("taken"));
        scope.set("step", &json!({}), shape("step"));
        scope.set("retention", &null, &Shape::Scalar);
        scope
    }

    /// The scope in which a rule about one record is judged.
    pub fn scope_of(&self, world: &World, scope: &Scope, record: &Record) -> Scope {
        let mut inner = scope.clone();
        let shape = match world.variables.get(&record.name) {
            Some(Shape::List(item)) => item,
            Some(shape) => shape,
            None => &Shape::Any,
        };
        inner.set("record", &record.value, shape);
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
            Some(Shape::List(item)) => item,
            Some(shape) => shape,
            None => &Shape::Any,
        };
        let item = match shape {
            Shape::Fields(fields) => fields.get(list),
            _ => None,
        };
        let item = match item {
            Some(Shape::List(item)) => item,
            _ => &Shape::Any,
        };
        let entry = record.value.get(list).and_then(|list| list.get(index));
        inner.set("entry", entry.unwrap_or(&Value::Null), item);
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
                    let left_again = entry.from.as_ref() == Some(state) && is_final(state);
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

/// What tells a record that was read: its path, its bytes, and the rulebook that it was read by.
type ReadAs = (String, [u8; 20], usize);

/// Each with what reading it said; none where nothing could be made of the bytes.
type KnownRecords = HashMap<ReadAs, (Option<Record>, Vec<Diagnostic>)>;

/// Records that were read, for whoever reads a clue many times over.
#[derive(Default)]
pub struct RecordCache {
    known: Mutex<KnownRecords>,
}

impl RecordCache {
    fn known(&self) -> MutexGuard<'_, KnownRecords> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Loader<'a> {
    files: &'a dyn Files,
    world: &'a World,
    cache: Option<&'a RecordCache>,
    diagnostics: Vec<Diagnostic>,
}

impl Loader<'_> {
    fn fill(&mut self, case: &mut Case) {
        let paths = match self.files.walk(&case.folder) {
            Ok(paths) => paths,
            Err(error) => {
                self.diagnostics.push(unreadable(&case.folder, &error));
                case.broken = true;
                return;
            }
        };
        let mut folded: BTreeMap<String, String> = BTreeMap::new();
        for (path, kind) in paths {
            let inner = path[case.folder.len() + 1..].to_owned();
            if is_passing(file_name(&path)) {
                continue;
            }
            for part in inner.split('/') {
                if let Some(diagnostic) = check_name(&path, part) {
                    self.diagnostics.push(diagnostic);
                }
            }
            if let Some(other) = folded.insert(inner.to_lowercase(), inner.clone()) {
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::FileName,
                        Place::file(&path),
                        format!("the name differs from {other} only in upper and lower case"),
                        format!("文件名与 {other} 只有大小写之差"),
                    )
                    .remedy(
                        "rename one of the two: on Windows and macOS there can be only one",
                        "请给其中一个改名：在 Windows 和 macOS 上两者不能并存",
                    ),
                );
            }
            if kind != FileKind::File {
                self.diagnostics
                    .push(unreadable(&path, &crate::files::ReadError::Kind(kind)));
                // A link in the place of a record would otherwise look as if the record were absent.
                case.broken |= !inner.starts_with("attachments/") && kind != FileKind::Executable;
                if kind != FileKind::Executable {
                    case.unread.extend(self.name_of(&inner));
                    continue;
                }
            }
            if let Some(name) = inner.strip_prefix("attachments/") {
                case.attachments.push(name.to_owned());
            } else if inner == "clue.yaml" {
                self.card(case, path, inner);
            } else {
                self.record(case, path, inner);
            }
        }
        for (path, name) in self.folders_in_place_of_records(case) {
            self.diagnostics.push(unreadable(
                &path,
                &crate::files::ReadError::Kind(FileKind::Folder),
            ));
            case.broken = true;
            case.unread.insert(name);
        }
    }

    /// A folder that has a record's name; git does not keep empty ones, people make them all the same.
    fn folders_in_place_of_records(&self, case: &Case) -> Vec<(String, String)> {
        let card = (CARD.to_owned(), "clue.yaml".to_owned());
        let records = self
            .world
            .rulebook
            .records
            .iter()
            .filter(|(_, record)| !record.is_many())
            .map(|(name, record)| (name.clone(), record.path.clone()));
        std::iter::once(card)
            .chain(records)
            .map(|(name, inner)| (format!("{}/{inner}", case.folder), name))
            .filter(|(path, _)| matches!(self.files.kind(path), Ok(Some(FileKind::Folder))))
            .collect()
    }

    /// The rulebook's name of the record that a file's path says it is.
    fn name_of(&self, inner: &str) -> Option<String> {
        if inner == "clue.yaml" {
            return Some(CARD.to_owned());
        }
        self.world
            .rulebook
            .records
            .iter()
            .find(|(_, declared)| match_path(&declared.path, inner).is_some())
            .map(|(name, _)| name.clone())
    }

    fn card(&mut self, case: &mut Case, path: String, inner: String) {
        let Some(record) = self.read(case, CARD, CARD, path, inner, NameParts::new(), false) else {
            case.unread.insert(CARD.to_owned());
            return;
        };
        if record.sound {
            match serde_json::from_value(record.value.clone()) {
                Ok(card) => case.card = Some(card),
                Err(error) => self.diagnostics.push(Diagnostic::new(
                    Code::SchemaType,
                    Place::file(&record.path),
                    format!("the index card cannot be used: {error}"),
                    format!("索引卡无法使用：{error}"),
                )),
            }
        }
        case.broken |= case.card.is_none();
        case.card_record = Some(record);
    }

    fn record(&mut self, case: &mut Case, path: String, inner: String) {
        let matched = self
            .world
            .rulebook
            .records
            .iter()
            .find_map(|(name, declared)| {
                match_path(&declared.path, &inner).map(|parts| (name.clone(), declared, parts))
            });
        let Some((name, declared, parts)) = matched else {
            self.diagnostics.push(self.unknown(&path, &inner));
            return;
        };
        let Some(record) = self.read(
            case,
            &name,
            &declared.schema,
            path,
            inner,
            parts,
            declared.is_markdown(),
        ) else {
            case.unread.insert(name);
            return;
        };
        if let (Some(own), Some(written)) = (
            record.parts.get("department"),
            record.text_at("/department"),
        ) && own != written
        {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::FileMisplaced,
                    record.place("/department"),
                    format!("the file is named after `{own}`, and the record says `{written}`"),
                    format!("文件名是 `{own}`，记录中的部门却是 `{written}`"),
                )
                .remedy(
                    "rename the file, or correct the department",
                    "请改文件名，或改正部门",
                ),
            );
        }
        case.records.entry(name).or_default().push(record);
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one private function, called twice, that makes a record of its parts"
    )]
    fn read(
        &mut self,
        case: &mut Case,
        name: &str,
        schema: &str,
        path: String,
        inner: String,
        parts: NameParts,
        is_markdown: bool,
    ) -> Option<Record> {
        let identity = self.cache.and_then(|_| self.files.identity(&path));
        let world = std::ptr::from_ref(self.world) as usize;
        let Some((cache, identity)) = self.cache.zip(identity) else {
            return self.read_anew(case, name, schema, path, inner, parts, is_markdown);
        };
        let key = (path, identity, world);
        let known = cache.known().get(&key).cloned();
        let (record, found) = match known {
            Some(known) => known,
            None => {
                let before = self.diagnostics.len();
                let path = key.0.clone();
                let record = self.read_anew(case, name, schema, path, inner, parts, is_markdown);
                let found = self.diagnostics.split_off(before);
                let read = (record, found);
                cache.known().insert(key, read.clone());
                read
            }
        };
        case.broken |= record.as_ref().is_none_or(|record| !record.sound);
        self.diagnostics.extend(found);
        record
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one private function, called twice, that makes a record of its parts"
    )]
    fn read_anew(
        &mut self,
        case: &mut Case,
        name: &str,
        schema: &str,
        path: String,
        inner: String,
        parts: NameParts,
        is_markdown: bool,
    ) -> Option<Record> {
        let bytes = match self.files.read(&path, MAXIMUM_RECORD) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return None,
            Err(error) => {
                self.diagnostics.push(unreadable(&path, &error));
                case.broken = true;
                return None;
            }
        };
        let (document, found, yaml_span, body) = if is_markdown {
            read_markdown(&path, &bytes)
        } else {
            let (document, found) = yaml::parse(&path, &bytes);
            (document, found, Span::new(0, bytes.len()), None)
        };
        let mut sound = !any_error(&found);
        let faulty: Vec<Place> = found.iter().map(|found| found.place.clone()).collect();
        self.diagnostics.extend(found);
        let Some(document) = document else {
            case.broken = true;
            return None;
        };
        let value = document.root.to_json();
        let found = self
            .world
            .schemas
            .validate(schema, &path, &document.root, &value);
        sound &= !any_error(&found);
        // What was not read as YAML, such as an alias, has no value to be judged.
        let found = found
            .into_iter()
            .filter(|found| !faulty.contains(&found.place));
        self.diagnostics.extend(found);
        case.broken |= !sound;
        Some(Record {
            name: name.to_owned(),
            path,
            inner,
            parts,
            bytes,
            document: Arc::new(document),
            value,
            yaml: yaml_span,
            body,
            sound,
        })
    }

    fn unknown(&self, path: &str, inner: &str) -> Diagnostic {
        let paths: Vec<&str> = self
            .world
            .rulebook
            .records
            .values()
            .map(|record| record.path.as_str())
            .collect();
        let near = crate::text::nearest(inner, paths.iter().copied().chain(["clue.yaml"]));
        let diagnostic = Diagnostic::new(
            Code::FileUnknown,
            Place::file(path),
            "this file belongs to no record".to_owned(),
            "这个文件不属于任何记录".to_owned(),
        );
        match near {
            Some(near) => diagnostic.remedy(
                format!("perhaps {near} is meant"),
                format!("是否应为 {near}？"),
            ),
            None => diagnostic.remedy(
                "move it to attachments/ and list it in the collection form, or delete it",
                "请移入 attachments/ 并登记到线索收集表，或者删除",
            ),
        }
    }
}

fn read_markdown(
    path: &str,
    bytes: &[u8],
) -> (Option<Document>, Vec<Diagnostic>, Span, Option<Span>) {
    let nothing = Span::default();
    let (text, mut found) = yaml::check_bytes(path, bytes);
    let Some(text) = text else {
        return (None, found, nothing, None);
    };
    let (front, body) = match markdown::parts(path, text) {
        Ok(parts) => parts,
        Err(finding) => {
            found.push(finding);
            return (None, found, nothing, None);
        }
    };
    let (document, more) = yaml::parse_at(path, &text[front.range()], front.start);
    found.extend(more);
    (document, found, front, Some(body))
}
