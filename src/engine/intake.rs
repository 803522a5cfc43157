//! Many clues at once: forms that an import filled in are judged one by one and published together, a commit a batch.
//! What is not published leaves nothing behind, also where the process was killed in the middle.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value;

use crate::case::{Case, folder_of};
use crate::change::Changes;
use crate::check::clue_folders;
use crate::diagnostic::{Place, any_error};
use crate::engine::{Engine, Failure};
use crate::files::Files;
use crate::git::{Environment, Head, Identity, Repository};
use crate::time::Timestamp;
use crate::workflow::{Actor, Command, Desk, decide};
use crate::world::MAXIMUM_RECORD;
use crate::yaml;

/// The step that a form is judged for and handed in by.
const STEP: &str = "collect";

/// An import under way: who acts, where the branch stands, and which keys of sources are taken.
pub struct Intake<'a> {
    judge: Judge<'a>,
    repository: Repository,
    author: Identity,
    committer: Identity,
    head: Head,
    keys: BTreeSet<String>,
    /// Ids given by this import, published or not.
    ids: BTreeSet<String>,
}

/// Judges forms; several threads may ask it at once.
pub struct Judge<'a> {
    engine: &'a Engine,
    actor: Actor,
}

/// A clue that may be collected: all files of its folder.
#[must_use = "a clue that is not published was not imported"]
pub struct Collected {
    files: BTreeMap<String, Option<Arc<[u8]>>>,
}

impl Engine {
    /// Begins an import. What an import that was killed left in the folder is taken away first.
    pub fn intake(&self, environment: &Environment, now: Timestamp) -> Result<Intake<'_>, Failure> {
        let (repository, actor, author, committer) = self.actor(environment, now)?;
        if let Some(found) = self.unsigned(STEP, &repository, &actor, &committer) {
            return Err(Failure::Findings(vec![found]));
        }
        // The branch first: what others commit from now on is seen when a batch is published.
        let head = repository.head()?;
        Ok(Intake {
            judge: Judge {
                engine: self,
                actor,
            },
            repository,
            author,
            committer,
            head,
            keys: self.source_keys()?,
            ids: BTreeSet::new(),
        })
    }

    /// The keys of sources that clues bear.
    fn source_keys(&self) -> Result<BTreeSet<String>, Failure> {
        let (folders, _) = clue_folders(self.files());
        let keys: Vec<Option<String>> = folders
            .par_iter()
            .map(|folder| {
                let path = format!("{folder}/collection.yaml");
                let bytes = self.files().read(&path, MAXIMUM_RECORD).ok().flatten()?;
                source_key(&bytes)
            })
            .collect();
        Ok(keys.into_iter().flatten().collect())
    }
}

impl Intake<'_> {
    /// Whether a clue bears the key already.
    pub fn has_key(&self, key: &str) -> bool {
        self.keys.contains(key)
    }

    /// An id that neither the folder nor this import has given yet.
    pub fn fresh_id(&mut self, at: Timestamp) -> Result<String, Failure> {
        loop {
            let id = self.judge.engine.fresh_id(at)?;
            if self.ids.insert(id.clone()) {
                return Ok(id);
            }
        }
    }

    /// Who judges the forms.
    pub fn judge(&self) -> &Judge<'_> {
        &self.judge
    }

    /// Publishes clues as one commit; gives its id. After a failure nothing of them is there.
    pub fn publish(&mut self, system: &str, clues: Vec<Collected>) -> Result<String, Failure> {
        let count = clues.len();
        let files: BTreeMap<_, _> = clues.into_iter().flat_map(|clue| clue.files).collect();
        let expected = files.keys().map(|path| (path.clone(), None)).collect();
        let message = format!(
            "clue: import {count} clues\n\nClue-Step: {STEP}\nClue-Import: {system}\nClue-Count: {count}\n"
        );
        let commit = self.judge.engine.publish(
            &self.repository,
            self.head.clone(),
            files,
            expected,
            message,
            self.author.clone(),
            self.committer.clone(),
        )?;
        self.head = self.repository.head()?;
        Ok(commit)
    }
}

impl Judge<'_> {
    /// Judges a form as the step `collect` would leave its clue, all in memory.
    pub fn collect(&self, id: &str, form: &Value) -> Result<Collected, Failure> {
        let engine = self.engine;
        let folder = folder_of(id).unwrap_or_default();
        let mut changes = Changes::default();
        changes.write(
            format!("{folder}/collection.yaml"),
            engine.form(form, &self.actor)?,
        );
        let overlay = changes.over(engine.files());
        let (case, found) = Case::load(&overlay, engine.world(), &folder);
        if any_error(&found) {
            return Err(Failure::Findings(found));
        }
        let command = Command {
            step: STEP.to_owned(),
            ..Command::default()
        };
        let desk = Desk {
            files: &overlay,
            world: engine.world(),
            templates: engine.templates(),
            against: None,
        };
        let decision = decide(&desk, &case, &command, &self.actor).map_err(Failure::Findings)?;
        let mut files = changes.files().clone();
        files.extend(
            decision
                .changes
                .files()
                .iter()
                .map(|(path, bytes)| (path.clone(), bytes.clone())),
        );
        Ok(Collected { files })
    }

    /// The field of the form that a place in its file belongs to, such as `reporter.name`.
    pub fn field_of(&self, id: &str, form: &Value, place: &Place) -> Option<String> {
        let span = place.span?;
        let folder = folder_of(id)?;
        if place.path != format!("{folder}/collection.yaml") {
            return None;
        }
        let text = self.engine.form(form, &self.actor).ok()?;
        let (document, _) = yaml::parse(&place.path, text.as_bytes());
        let mut name = String::new();
        let mut node = &document?.root;
        while let Some(entry) = node.entries().iter().find(|entry| {
            (entry.key_span.start..=entry.value.span.end.max(entry.key_span.end))
                .contains(&span.start)
        }) {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(&entry.key);
            node = &entry.value;
        }
        (!name.is_empty()).then_some(name)
    }
}

/// The source's key in the bytes of a collection form, without reading all of it where that can be avoided.
fn source_key(bytes: &[u8]) -> Option<String> {
    const KEY: &str = "source_key:";
    let text = std::str::from_utf8(bytes).ok()?;
    if !text.contains("source_key") {
        return None;
    }
    let of = |text: &str| {
        let (document, found) = yaml::parse_at("", text, 0);
        let document = document.filter(|_| !any_error(&found))?;
        Some(document.root.get("source_key")?.as_str().map(str::to_owned))
    };
    // At the beginning of a line it is the key itself, and what belongs to it is indented below.
    let starts = |line: &&str| line.starts_with(KEY);
    let start = text.split_inclusive('\n').take_while(|line| !starts(line));
    let start: usize = start.map(str::len).sum();
    let mut lines = text[start..].split_inclusive('\n');
    let first = lines.next().map_or(0, str::len);
    let more: usize = lines
        .take_while(|line| line.starts_with([' ', '\r', '\n']))
        .map(str::len)
        .sum();
    of(&text[start..start + first + more])
        .or_else(|| of(text))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_forms() {
        #[track_caller]
        fn case(text: &str, expected: Option<&str>) {
            assert_eq!(source_key(text.as_bytes()).as_deref(), expected, "{text}");
        }
        case("title: a\n", None);
        case("title: a\nsource_key:\nchannel: b\n", None);
        case(
            "title: a\nsource_key: \"nyc:7\" # x\nchannel: b\n",
            Some("nyc:7"),
        );
        case("source_key: nyc:7\r\ntitle: a\r\n", Some("nyc:7"));
        case("source_key: >-\n  nyc:7\ntitle: a\n", Some("nyc:7"));
        case("source_key:\n  nyc:7\ntitle: a\n", Some("nyc:7"));
        case("{\"source_key\": \"nyc:7\"}", Some("nyc:7"));
        case("description: |\n  source_key: x\n", None);
        case("source_key: 7\n", None);
    }
}
