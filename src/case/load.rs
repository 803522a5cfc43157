//! Reading a clue's folder: every file is matched to the record that its path says it is, parsed and validated.
//! It judges no rule of the procedure.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

use crate::case::{CARD, Case, Record, check_name};
use crate::diagnostic::{Code, Diagnostic, Place, any_error};
use crate::files::{FileKind, Files, file_name, is_passing, unreadable};
use crate::markdown;
use crate::record::Card;
use crate::rulebook::{NameParts, match_path};
use crate::text::Span;
use crate::world::{MAXIMUM_RECORD, World};
use crate::yaml::{self, Document};

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

pub(super) struct Loader<'a> {
    pub(super) files: &'a dyn Files,
    pub(super) world: &'a World,
    pub(super) cache: Option<&'a RecordCache>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Loader<'_> {
    pub(super) fn fill(&mut self, case: &mut Case) {
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

    pub(super) fn card(&mut self, case: &mut Case, path: String, inner: String) {
        let Some(record) = self.read(case, CARD, CARD, path, inner, NameParts::new(), false) else {
            case.unread.insert(CARD.to_owned());
            return;
        };
        if record.sound {
            match Card::deserialize(&*record.value) {
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
            value: Arc::new(value),
            yaml: yaml_span,
            body,
            sound,
            derived: Arc::default(),
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
