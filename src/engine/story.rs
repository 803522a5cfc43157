//! A clue's story from history: which commits changed its folder, by whom, and the files before and after.
//! It walks and reads; what changed in the files is found in `story`. It never writes.

use serde_json::Value;

use crate::case::{CARD, folder_of, is_id};
use crate::check::entry_path;
use crate::document::{DocumentInput, Telling, render_story, tell};
use crate::engine::{Engine, Failure};
use crate::files::{Files, join};
use crate::git::{Difference, ObjectId, Range, Repository, TreeKind, Turn};
use crate::rulebook::match_path;
use crate::story::{Chapter, Kind, Pair, Story, Version, changes, steps};
use crate::text::{Bilingual, Language};
use crate::world::MAXIMUM_RECORD;
use crate::yaml;

impl Engine {
    /// The story of a clue, also of one whose folder is gone: by id, register number, or a path into its folder.
    pub fn story(&self, name: &str) -> Result<Story, Failure> {
        let folder = self.folder_in_history(name)?;
        let repository = self.repository()?;
        let Some(head) = repository.head()?.commit().and_then(ObjectId::parse) else {
            return Err(unknown(name));
        };
        let turns = self.turns(&repository, &folder, head)?;
        if turns.is_empty() {
            return Err(unknown(name));
        }
        self.story_of(&repository, &folder, &turns)
    }

    /// The commits up to one that changed a clue's folder, oldest first.
    pub(super) fn turns(
        &self,
        repository: &Repository,
        folder: &str,
        newest: ObjectId,
    ) -> Result<Vec<Turn>, Failure> {
        let range = Range {
            from: vec![newest],
            without: Vec::new(),
        };
        let prefix = repository.prefix(self.root());
        Ok(repository.history_of(&range, &join(&prefix, folder))?)
    }

    /// The story that commits tell of a clue's folder.
    pub(super) fn story_of(
        &self,
        repository: &Repository,
        folder: &str,
        turns: &[Turn],
    ) -> Result<Story, Failure> {
        let is_present = turns.last().is_some_and(|last| last.after.is_some());
        let mut chapters = Vec::with_capacity(turns.len());
        let mut card = Value::Null;
        for turn in turns {
            let (chapter, now) = self.chapter(repository, turn)?;
            if !now.is_null() {
                card = now;
            }
            chapters.push(chapter);
        }
        Ok(Story {
            id: crate::files::file_name(folder).to_owned(),
            folder: folder.to_owned(),
            card,
            is_present,
            is_shallow: repository.is_shallow(),
            chapters,
        })
    }

    /// The story in words.
    pub fn tell(&self, story: &Story, language: Language, full: bool) -> Vec<Telling> {
        self.with_input(story, language, |input| tell(input, story, full))
    }

    /// The story as one self-contained HTML page.
    pub fn render_story(
        &self,
        story: &Story,
        language: Language,
        newest_first: bool,
        full: bool,
    ) -> Result<String, Failure> {
        self.with_input(story, language, |input| {
            render_story(input, story, newest_first, full)
        })
        .map_err(|found| Failure::Findings(vec![found]))
    }

    fn with_input<T>(
        &self,
        story: &Story,
        language: Language,
        make: impl FnOnce(&DocumentInput<'_>) -> T,
    ) -> T {
        let world = self.world();
        let schemas = self.schemas();
        make(&DocumentInput {
            language,
            organisation: &world.organisation_value,
            rulebook: &world.rulebook.value,
            schemas,
            clue: &story.card,
            records: &[],
            templates: self.templates(),
            held: &[],
            extract: None,
        })
    }

    fn folder_in_history(&self, name: &str) -> Result<String, Failure> {
        if is_id(name) {
            return folder_of(name).ok_or_else(|| unknown(name));
        }
        // The number of a clue that is gone stays in the register.
        let entry = entry_path(name).and_then(|path| self.files.read(&path, 1_000).ok().flatten());
        let id = entry.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
        match id.as_deref().and_then(folder_of) {
            Some(folder) => Ok(folder),
            None => self.find(name),
        }
    }

    /// What one commit did, and the index card as it stands from there on.
    fn chapter(&self, repository: &Repository, turn: &Turn) -> Result<(Chapter, Value), Failure> {
        let facts = repository.commit_facts(turn.commit)?;
        let world = self.world();
        let mut pairs = Vec::new();
        for difference in repository.differences(turn.before, turn.after, &|_| false)? {
            pairs.push(pair(repository, difference)?);
        }
        let card = pairs.iter().find(|pair| pair.inner == "clue.yaml");
        let value = |version: Option<&Version>| {
            let bytes = version.and_then(|version| version.bytes.as_deref());
            let document = bytes.and_then(|bytes| yaml::parse("clue.yaml", bytes).0);
            document.map_or(Value::Null, |document| document.root.to_json())
        };
        let before = value(card.and_then(|card| card.before.as_ref()));
        let after = value(card.and_then(|card| card.after.as_ref()));
        let kind_of = |inner: &str| {
            if inner == "clue.yaml" {
                return Some(Kind {
                    record: CARD.to_owned(),
                    schema: CARD.to_owned(),
                });
            }
            let mut records = world.rulebook.records.iter();
            records
                .find(|(_, declared)| match_path(&declared.path, inner).is_some())
                .map(|(name, declared)| Kind {
                    record: name.clone(),
                    schema: declared.schema.clone(),
                })
        };
        let person = world.organisation.person_by_email(&facts.author.email);
        let chapter = Chapter {
            commit: facts.id.to_string(),
            person: person.map(str::to_owned),
            author: facts.author.name,
            email: facts.author.email,
            at: facts.author.time.in_zone(world.calendar.zone()),
            is_merge: turn.is_merge,
            steps: steps(&before, &after),
            changes: changes(&pairs, &kind_of),
        };
        let now = if after.is_null() { before } else { after };
        Ok((chapter, now))
    }
}

fn pair(repository: &Repository, difference: Difference) -> Result<Pair, Failure> {
    let is_record = !difference.path.starts_with("attachments/");
    let version = |side: Option<(TreeKind, ObjectId)>| match side {
        None => Ok::<_, Failure>(None),
        Some((TreeKind::File | TreeKind::Executable, id)) => {
            let size = repository.blob_size(id)?;
            let bytes = if is_record && size <= MAXIMUM_RECORD {
                repository.blob(id, MAXIMUM_RECORD)?.ok()
            } else {
                None
            };
            Ok(Some(Version { bytes, size }))
        }
        // A link or a submodule has no text that could be told.
        Some(_) => Ok(Some(Version {
            bytes: None,
            size: 0,
        })),
    };
    Ok(Pair {
        before: version(difference.before)?,
        after: version(difference.after)?,
        inner: difference.path,
    })
}

fn unknown(name: &str) -> Failure {
    Failure::Usage {
        message: Bilingual::new(
            format!("no commit of this branch has a clue `{name}`"),
            format!("当前分支的任何提交中都没有 `{name}` 这条线索"),
        ),
        remedy: Some(Bilingual::new(
            "clue list shows all clues; a clue that is gone is named by its id, and one that is not committed yet has no history",
            "clue list 可列出全部线索；已不存在的线索请用标识指定，尚未提交的线索还没有历史",
        )),
    }
}
