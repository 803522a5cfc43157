//! Findings that quote nothing that `disclosure` keeps back: they are read in the logs of CI and of servers, by people whom
//! the records are not meant for (P3). It changes words only; which finding there is, and where, stays.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::builtin;
use crate::case::{folder_of, id_of};
use crate::diagnostic::Diagnostic;
use crate::disclosure::needle::Needles;
use crate::disclosure::walk::{Path, path_of, texts};
use crate::disclosure::{mark, walk};
use crate::files::{Files, digest};
use crate::rulebook::match_path;
use crate::text::{Bilingual, Language};
use crate::world::MAXIMUM_RECORD;
use crate::{markdown, yaml};

/// A field that is kept back, and whether what stands in it is kept back elsewhere.
struct Field {
    /// Where its record lies in a clue's folder, as a pattern.
    pattern: String,
    path: Path,
}

/// The fields of the rulebook that was read last, by the digest of its file: reports are made one finding at a time.
static LAST: Mutex<Option<(String, Arc<Vec<Field>>)>> = Mutex::new(None);

/// What makes findings quiet about the clues of some files.
pub struct Quiet<'a> {
    files: &'a dyn Files,
    fields: Arc<Vec<Field>>,
    /// The clue that was looked at last.
    last: RefCell<Option<(String, Rc<Needles>)>>,
}

impl<'a> Quiet<'a> {
    /// Reads what the files' rulebook keeps back; one that cannot be read keeps back what the built-in one does.
    pub fn of(files: &'a dyn Files) -> Self {
        Self {
            files,
            fields: fields_of(files),
            last: RefCell::default(),
        }
    }

    /// The finding without what is kept back.
    pub fn diagnostic<'d>(&self, found: &'d Diagnostic) -> Cow<'d, Diagnostic> {
        let Some(needles) = self.needles(&found.place.path) else {
            return Cow::Borrowed(found);
        };
        // Where the record is not at hand, nothing that is quoted can be told from what is kept back.
        let is_blind = self.is_kept(&found.place.path)
            && !matches!(self.files.kind(&found.place.path), Ok(Some(_)));
        let say = |text: &str, language| {
            let text = match is_blind {
                true => unquoted(text, language),
                false => text.to_owned(),
            };
            masked(&needles, &text, mark(language))
        };
        let both = |words: &Bilingual| {
            Bilingual::new(say(&words.en, Language::En), say(&words.zh, Language::Zh))
        };
        let mut quiet = found.clone();
        quiet.message = both(&found.message);
        quiet.here = found.here.as_ref().map(both);
        quiet.remedy = found.remedy.as_ref().map(both);
        for label in &mut quiet.labels {
            label.en = say(&label.en, Language::En);
            label.zh = say(&label.zh, Language::Zh);
        }
        Cow::Owned(quiet)
    }

    /// A file's text, or a line of it, with as many stars as there are bytes in the place of what is kept back.
    pub fn source<'t>(&self, path: &str, text: &'t str) -> Cow<'t, str> {
        let Some(needles) = self.needles(path) else {
            return Cow::Borrowed(text);
        };
        let found = needles.found(text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut quiet = String::with_capacity(text.len());
        let mut at = 0;
        for (start, end) in found {
            quiet.push_str(&text[at..start]);
            let stars = text[start..end].bytes();
            quiet.extend(stars.map(|byte| if byte == b'\n' { '\n' } else { '*' }));
            at = end;
        }
        quiet.push_str(&text[at..]);
        Cow::Owned(quiet)
    }

    fn is_kept(&self, path: &str) -> bool {
        let inner = id_of(path).and_then(folder_of);
        let inner = inner.and_then(|folder| {
            path.strip_prefix(&folder)?
                .strip_prefix('/')
                .map(str::to_owned)
        });
        inner.is_some_and(|inner| {
            self.fields
                .iter()
                .any(|field| match_path(&field.pattern, &inner).is_some())
        })
    }

    /// What is kept back of the clue that a path belongs to; none of a path outside every clue.
    fn needles(&self, path: &str) -> Option<Rc<Needles>> {
        let folder = folder_of(id_of(path)?)?;
        if let Some((last, needles)) = &*self.last.borrow()
            && *last == folder
        {
            return Some(Rc::clone(needles));
        }
        let mut words = Vec::new();
        for (path, _) in self.files.walk(&folder).unwrap_or_default() {
            let Some(inner) = path
                .strip_prefix(&folder)
                .and_then(|rest| rest.strip_prefix('/'))
            else {
                continue;
            };
            let own = self.fields.iter();
            let own: Vec<&Field> = own
                .filter(|field| match_path(&field.pattern, inner).is_some())
                .collect();
            if own.is_empty() {
                continue;
            }
            if let Ok(Some(bytes)) = self.files.read(&path, MAXIMUM_RECORD) {
                words_of(&path, &bytes, &own, &mut words);
            }
        }
        let needles = Rc::new(Needles::new(&words, &[]));
        *self.last.borrow_mut() = Some((folder, Rc::clone(&needles)));
        Some(needles)
    }
}

/// What stands in the fields of a file: as YAML reads it, and as it is written where YAML cannot.
fn words_of(path: &str, bytes: &[u8], fields: &[&Field], words: &mut Vec<String>) {
    let text = String::from_utf8_lossy(bytes);
    let front = match path.ends_with(".md") {
        true => markdown::parts(path, &text).map_or("", |(front, _)| &text[front.range()]),
        false => &text,
    };
    let value = yaml::parse(path, front.as_bytes()).0;
    let value = value.map_or(Value::Null, |document| document.root.to_json());
    for field in fields {
        texts(&value, &field.path, words);
        let Some(key) = field.path.last() else {
            continue;
        };
        for line in front.lines() {
            let line = line.trim_start_matches([' ', '\t', '-', '{', '\u{3000}']);
            let rest = line.strip_prefix(key.as_str());
            let rest = rest.filter(|rest| rest.starts_with([':', '：', ' ', '\t', '=', '"', '\'']));
            if let Some(rest) = rest {
                let written = rest.trim_matches(|one: char| {
                    one.is_whitespace() || ":：=\"'|>{},，[]".contains(one)
                });
                let written = written.split(" #").next().unwrap_or_default().trim();
                words.push(written.to_owned());
            }
        }
    }
}

fn fields_of(files: &dyn Files) -> Arc<Vec<Field>> {
    let own = files.read("workflow.yaml", MAXIMUM_RECORD).ok().flatten();
    let builtin = || {
        builtin::files()
            .read("workflow.yaml", MAXIMUM_RECORD)
            .ok()
            .flatten()
    };
    let Some(bytes) = own.or_else(builtin) else {
        return Arc::default();
    };
    let known = digest(&bytes);
    if let Ok(last) = LAST.lock()
        && let Some((digest, fields)) = &*last
        && *digest == known
    {
        return Arc::clone(fields);
    }
    let read = |bytes: &[u8]| {
        let value = yaml::parse("workflow.yaml", bytes).0?.root.to_json();
        value["disclosure"].is_array().then(|| fields_in(&value))
    };
    // A rulebook from before there was such a block, or one that is broken, keeps back what the built-in one does.
    let fields = read(&bytes)
        .or_else(|| read(&builtin()?))
        .unwrap_or_default();
    let fields = Arc::new(fields);
    if let Ok(mut last) = LAST.lock() {
        *last = Some((known, Arc::clone(&fields)));
    }
    fields
}

fn fields_in(rulebook: &Value) -> Vec<Field> {
    let entries = rulebook["disclosure"].as_array().into_iter().flatten();
    let named = entries.flat_map(|entry| entry["fields"].as_array().into_iter().flatten());
    named
        .filter_map(|field| {
            let (record, inner) = field.as_str()?.split_once('.')?;
            Some(Field {
                pattern: rulebook["records"][record]["path"].as_str()?.to_owned(),
                path: path_of(inner),
            })
        })
        .collect()
}

fn masked(needles: &Needles, text: &str, mark: &str) -> String {
    walk::put(&needles.found(text), text, mark, |_| false)
}

/// A message with the mark in the place of all that it quotes, but for what is a word of the built-in schemas.
fn unquoted(text: &str, language: Language) -> String {
    let parts = text.split('`').enumerate();
    let parts: Vec<Cow<'_, str>> = parts
        .map(
            |(index, part)| match index % 2 == 0 || is_word_of_schemas(part) {
                true => Cow::Borrowed(part),
                false => Cow::Borrowed(mark(language)),
            },
        )
        .collect();
    parts.join("`")
}

fn is_word_of_schemas(word: &str) -> bool {
    let quoted = format!("\"{word}\"");
    let files = builtin::files();
    let schemas = files.list("schema").unwrap_or_default();
    schemas.iter().any(|entry| {
        let read = files.read(&format!("schema/{}", entry.name), MAXIMUM_RECORD);
        let bytes = read.ok().flatten();
        bytes.is_some_and(|bytes| String::from_utf8_lossy(&bytes).contains(&quoted))
    })
}
