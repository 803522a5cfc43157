//! Edits that become commits of their own: one clue's changed records, judged as the audit will judge them, published by
//! the one publisher. Nothing else in the folder comes with them, and no step is taken.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::audit::{Pending, Stage, pending};
use crate::builtin;
use crate::case::Case;
use crate::check::check_loaded;
use crate::commit::{PublishError, recover};
use crate::diagnostic::{Diagnostic, any_error};
use crate::engine::changed::{departed, inside, of_index, tree_files};
use crate::engine::history::History;
use crate::engine::{Engine, Failure};
use crate::files::{Files, OverlayFiles, below, file_name, is_passing, join};
use crate::git::{Environment, Head, ObjectId, Repository};
use crate::rulebook::match_path;
use crate::time::Timestamp;

/// Files by path, as a publication takes them; none where there is no file.
type Read = BTreeMap<String, Option<Arc<[u8]>>>;

/// What became of a clue's edit.
#[derive(Debug)]
pub enum Edit {
    /// The clue is as the last commit has it.
    Same,
    Committed {
        /// The commit's full id.
        commit: String,
        subject: String,
        /// Paths below the repository's folder.
        paths: Vec<String>,
    },
    /// It would be committed now; only where it was asked whether.
    Ready,
    Waits(EditWait),
}

/// Why an edit is not committed now.
#[derive(Debug)]
pub enum EditWait {
    /// It breaks the rules, or the audit would say so.
    Invalid(Vec<Diagnostic>),
    /// Committed files are not there any more. Only a person takes something out.
    Removed {
        /// Below the repository's folder.
        paths: Vec<String>,
        /// Whether nothing of the clue is left.
        is_whole: bool,
    },
    /// The clue was not handed in yet: its first step commits it.
    Uncollected,
    /// The clue is in a final state, in which it stays as it is.
    Closed,
    /// Somebody staged a file of the clue, and will want to commit it.
    Staged(String),
    /// git is in the middle of something: a merge, a rebase, ...
    InProgress(&'static str),
    /// HEAD is on no branch.
    Detached,
    /// Another process is working here, or the file is just being saved.
    Busy,
    /// It is to be signed, and the signature would not count.
    Signature,
}

impl Engine {
    /// Commits what somebody edited of the clue in a folder, if it is valid and nothing stands in the way.
    pub fn commit_edit(
        &self,
        folder: &str,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<Edit, Failure> {
        self.edit(folder, environment, now, true)
    }

    /// Whether such an edit would be committed, and what stands in the way; nothing is committed.
    pub fn judge_edit(
        &self,
        folder: &str,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<Edit, Failure> {
        self.edit(folder, environment, now, false)
    }

    /// The files of a folder that the last commit has and the disk has not.
    pub fn removed(&self, folder: &str) -> Result<Vec<String>, Failure> {
        let repository = self.repository()?;
        let head = repository.head()?;
        let history = History {
            repository: &repository,
            commit: head.commit(),
            prefix: repository.prefix(self.root()),
        };
        let mut paths = history.below(folder)?;
        paths.retain(|path| matches!(self.files.kind(path), Ok(None)));
        Ok(paths)
    }

    fn edit(
        &self,
        folder: &str,
        environment: &Environment,
        now: Timestamp,
        is_to_commit: bool,
    ) -> Result<Edit, Failure> {
        let repository = self.repository()?;
        if let Some(what) = repository.in_progress() {
            return Ok(Edit::Waits(EditWait::InProgress(what)));
        }
        if repository.git_folder().join("index.lock").exists() {
            return Ok(Edit::Waits(EditWait::Busy));
        }
        // What an earlier commit could not tell git's index is told first: else its files would count as staged by somebody.
        let _ = recover(&repository, Duration::ZERO);
        let hands = match self.hands(environment, now) {
            Err(Failure::Publish(PublishError::Locked { .. })) => {
                return Ok(Edit::Waits(EditWait::Busy));
            }
            hands => hands?,
        };
        let repository = hands.repository;
        if matches!(hands.head, Head::Detached { .. }) {
            return Ok(Edit::Waits(EditWait::Detached));
        }
        let prefix = repository.prefix(self.root());
        let history = History {
            repository: &repository,
            commit: hands.head.commit(),
            prefix: prefix.clone(),
        };
        let Some(read) = self.read_all(&history, folder)? else {
            return Ok(Edit::Waits(EditWait::Busy));
        };
        let mut changes = BTreeMap::new();
        for (path, bytes) in &read {
            let full = if prefix.is_empty() {
                path.clone()
            } else {
                join(&prefix, path)
            };
            let known = match hands.head.commit() {
                Some(commit) => repository.file_id(commit, &full)?,
                None => None,
            };
            let own = bytes.as_deref().map(Repository::blob_id).transpose()?;
            if own != known {
                changes.insert(path.clone(), bytes.clone());
            }
        }
        if changes.is_empty() {
            return Ok(Edit::Same);
        }
        let staged = repository.staged(None).map_err(of_index)?;
        let paths = staged.differences.into_iter().map(|one| one.path);
        let staged: BTreeSet<String> = paths
            .chain(staged.conflicted)
            .filter_map(|path| inside(&prefix, &path))
            .collect();
        let removed = changes.iter().filter(|(_, bytes)| bytes.is_none());
        let removed: Vec<String> = removed.map(|(path, _)| path.clone()).collect();
        if !removed.is_empty() {
            return Ok(Edit::Waits(
                match removed.iter().find(|path| staged.contains(*path)) {
                    Some(path) => EditWait::Staged(path.clone()),
                    None => EditWait::Removed {
                        is_whole: read.values().all(Option::is_none),
                        paths: removed,
                    },
                },
            ));
        }
        // What is judged is what was read, whatever is saved meanwhile.
        let overlay = OverlayFiles::new(&self.files, read.clone());
        let (case, found) = Case::load(&overlay, &self.world, folder);
        let found = check_loaded(&overlay, &self.world, &case, found);
        if any_error(&found) {
            return Ok(Edit::Waits(EditWait::Invalid(found)));
        }
        if case.card.is_none() {
            return Ok(Edit::Waits(EditWait::Uncollected));
        }
        let state = self.world.rulebook.states.get(case.state());
        if state.is_some_and(|state| state.is_final) {
            return Ok(Edit::Waits(EditWait::Closed));
        }
        if let Some(path) = staged.iter().find(|path| read.contains_key(*path)) {
            return Ok(Edit::Waits(EditWait::Staged(path.clone())));
        }
        if !self.may_sign(&repository, &hands.actor.person, &hands.committer) {
            return Ok(Edit::Waits(EditWait::Signature));
        }
        let subject = format!(
            "clue {}: edit {}",
            case.id,
            self.named(folder, changes.keys())
        );
        let message = format!("{subject}\n\nClue-Id: {}\n", case.id);
        let stage = Stage {
            repository: &repository,
            prefix: &prefix,
            builtin: builtin::files(),
        };
        let tree = repository.write_tree(&hands.head, &below(&prefix, changes.clone()))?;
        let audited = pending(
            stage,
            Pending {
                parents: hands
                    .head
                    .commit()
                    .and_then(ObjectId::parse)
                    .into_iter()
                    .collect(),
                tree,
                author: hands.author.clone(),
                committer: hands.committer.clone(),
                message: message.clone(),
            },
        )?;
        if !audited.findings.is_empty() {
            let found = audited.findings.into_iter().map(|one| one.diagnostic);
            return Ok(Edit::Waits(EditWait::Invalid(found.collect())));
        }
        if !is_to_commit {
            return Ok(Edit::Ready);
        }
        let paths = changes.keys().cloned().collect();
        let published = self.publish(
            &repository,
            hands.head,
            changes,
            read,
            message,
            hands.author,
            hands.committer,
        );
        match published {
            Ok(commit) => Ok(Edit::Committed {
                commit,
                subject,
                paths,
            }),
            Err(Failure::Publish(error)) => match error {
                // It is committed; the index is told when the next edit is looked at.
                PublishError::IndexBehind { commit, .. } => Ok(Edit::Committed {
                    commit,
                    subject,
                    paths,
                }),
                PublishError::Locked { .. }
                | PublishError::ChangedMeanwhile { .. }
                | PublishError::HeadMoved => Ok(Edit::Waits(EditWait::Busy)),
                PublishError::InProgress { what } => Ok(Edit::Waits(EditWait::InProgress(what))),
                PublishError::Staged { path } | PublishError::Conflicted { path } => {
                    let path = inside(&prefix, &path).unwrap_or(path);
                    Ok(Edit::Waits(EditWait::Staged(path)))
                }
                error => Err(Failure::Publish(error)),
            },
            Err(failure) => Err(failure),
        }
    }

    /// The paths of the working folder that are judged and are not as the last commit has them.
    pub fn uncommitted(&self) -> Result<BTreeSet<String>, Failure> {
        let repository = self.repository()?;
        let Some(tree) = repository.head_tree()? else {
            return Ok(BTreeSet::new());
        };
        let before = tree_files(&repository, Some(tree), &repository.prefix(self.root()))?;
        departed(&repository, self.root(), &self.files, &before, tree)
    }

    /// Every file of the clue as it lies on the disk, and none for one that the last commit has and the disk has not. None
    /// where something cannot be read just now.
    fn read_all(&self, history: &History<'_>, folder: &str) -> Result<Option<Read>, Failure> {
        let mut read = BTreeMap::new();
        let Ok(walked) = self.files.walk(folder) else {
            return Ok(None);
        };
        for (path, _) in walked {
            if is_passing(file_name(&path)) {
                continue;
            }
            match self.files.read(&path, u64::MAX - 1) {
                Ok(Some(bytes)) => {
                    read.insert(path, Some(bytes));
                }
                Ok(None) => return Ok(None),
                // The judge will say what is wrong with it.
                Err(_) => {}
            }
        }
        for path in history.below(folder)? {
            read.entry(path).or_insert(None);
        }
        Ok(Some(read))
    }

    /// The records that changed, as the rulebook names them: never what a file's own name says.
    fn named<'p>(&self, folder: &str, paths: impl Iterator<Item = &'p String>) -> String {
        let mut names = BTreeSet::new();
        for path in paths {
            let inner = path.strip_prefix(folder).unwrap_or(path);
            let inner = inner.trim_start_matches('/');
            let mut records = self.world.rulebook.records.iter();
            let record = records.find(|(_, own)| match_path(&own.path, inner).is_some());
            names.insert(record.map_or("attachments", |(name, _)| name));
        }
        names.into_iter().collect::<Vec<_>>().join(", ")
    }

    /// Whether a commit of this person, signed as git is set to sign or not at all, is one that the audit takes.
    fn may_sign(
        &self,
        repository: &Repository,
        person: &str,
        committer: &crate::git::Identity,
    ) -> bool {
        let Ok(Some(signer)) = repository.signer() else {
            return true;
        };
        let Some(verdict) = self.standing_of(signer, committer) else {
            return true;
        };
        let known = self.world.organisation.people.get(person);
        let has_keys = known.is_some_and(|person| !person.keys.is_empty());
        let is_own = verdict.is_good() && verdict.person() == Some(person);
        is_own || !(has_keys || verdict.person().is_some())
    }
}
