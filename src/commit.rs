//! Publishing: a change becomes one commit, all of it and durably, or nothing of it becomes visible.
//!
//! The order, and why a crash at any point loses nothing: objects first (invisible until the branch names them); then
//! a journal of what will be touched; then the work-tree files, each written beside its place, synced and renamed; then
//! the branch, by compare-and-swap; the index last. Whoever finds the journal of a process that died puts the files back
//! where the branch did not move, and completes files and index where it did.
//! It never decides what a change is, and never uses the shared index to build a tree.

mod error;
mod folder;
mod journal;
mod mend;

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use error::{before, not_done, not_written, words};
use folder::Written;

pub use error::PublishError;
pub use journal::recover;
pub use mend::{is_idle, is_left, mend_index};

use crate::git::{Head, Identity, NewCommit, NewIndex, RefMoved, Repository, Touched};

/// The name of the one lock of a publish, in git's folder.
const LOCK: &str = "clue.lock";

/// A change that is complete in memory and not yet visible to anybody.
#[must_use = "a step that is not published did not happen"]
pub struct Publication {
    /// New bytes by path below the work tree; `None` removes a file.
    pub changes: BTreeMap<String, Option<Arc<[u8]>>>,
    /// What was on the disk when the step was decided, for every file that it depends on.
    pub expected_on_disk: BTreeMap<String, Option<Arc<[u8]>>>,
    /// Where HEAD stood when the step was decided.
    pub expected_head: Head,
    pub message: String,
    pub author: Identity,
    pub committer: Identity,
}

impl Publication {
    /// Publishes; waits at most `wait` for another process. Gives the commit's id.
    pub fn publish(self, repository: &Repository, wait: Duration) -> Result<String, PublishError> {
        let _lock = lock(repository, wait)?;
        if journal::recover_locked(repository, wait)? {
            // What was decided rests on files that a process left that died.
            return Err(PublishError::HeadMoved);
        }
        let head = repository.head().map_err(not_done)?;
        if matches!(head, Head::Detached { .. }) {
            return Err(PublishError::Detached);
        }
        if let Some(what) = repository.in_progress() {
            return Err(PublishError::InProgress { what });
        }
        if head != self.expected_head {
            return Err(PublishError::HeadMoved);
        }
        let present = self.present(repository)?;
        let index_lock = repository.git_folder().join("index.lock");
        wait_for(&index_lock, wait)?;
        let index = repository.prepare_index(self.touched()?).map_err(before)?;
        self.nothing_else_staged(repository, &index, &head, &present)?;
        let commit = repository
            .write_commit(NewCommit {
                head: &head,
                changes: &self.changes,
                message: &self.message,
                author: &self.author,
                committer: &self.committer,
            })
            .map_err(not_written)?;
        journal::begin(repository, &head, &commit, &present, &self.changes)?;
        let written = match folder::write(repository.work_tree(), &self.changes, present) {
            Ok(written) => written,
            Err(why) => {
                // They were put back; if even that failed, whoever comes next tries again.
                let _ = journal::recover_locked(repository, wait);
                return Err(PublishError::NotDone { why });
            }
        };
        let subject = self.message.lines().next().unwrap_or_default();
        if let Err(moved) = repository.move_branch(&head, &commit, &format!("commit: {subject}")) {
            let error = after_failure(repository, &head, &commit, written, moved);
            let _ = journal::recover_locked(repository, wait);
            return Err(error);
        }
        match repository.head() {
            Ok(now) if now.commit() == Some(commit.as_str()) => {}
            Ok(_) => {
                return Err(PublishError::Unknown {
                    why: "the branch is not where it was put".to_owned(),
                });
            }
            Err(error) => {
                return Err(PublishError::Unknown {
                    why: error.message().en,
                });
            }
        }
        repository
            .write_index(index, &written.states(), wait)
            .map_err(|fault| PublishError::IndexBehind {
                commit: commit.clone(),
                why: words(fault).en,
            })?;
        journal::end(repository);
        let removed = self.changes.iter().filter(|(_, bytes)| bytes.is_none());
        folder::remove_empty(repository.work_tree(), removed.map(|(path, _)| path));
        Ok(commit)
    }

    /// What the index is to know of the changed files.
    fn touched(&self) -> Result<Touched, PublishError> {
        let id = |bytes: &Option<Arc<[u8]>>| {
            let id = bytes.as_deref().map(Repository::blob_id).transpose();
            id.map_err(not_done)
        };
        let changes = self.changes.iter();
        changes
            .map(|(path, bytes)| Ok((path.clone(), id(bytes)?)))
            .collect()
    }

    /// A version of a touched file that only the index holds would be lost with the step.
    fn nothing_else_staged(
        &self,
        repository: &Repository,
        index: &NewIndex,
        head: &Head,
        present: &folder::Present,
    ) -> Result<(), PublishError> {
        let id = |bytes: Option<&Option<Arc<[u8]>>>| {
            let bytes = bytes.and_then(Option::as_deref);
            bytes.map(Repository::blob_id).transpose().map_err(not_done)
        };
        for (path, held) in index.replaced() {
            let committed = match head.commit() {
                Some(commit) => repository.file_id(commit, path).map_err(not_done)?,
                None => None,
            };
            let known = [
                committed,
                id(present.get(path))?,
                id(self.changes.get(path))?,
                Some(Repository::blob_id(b"").map_err(not_done)?),
            ];
            if !known.contains(&Some(*held)) {
                return Err(PublishError::Staged { path: path.clone() });
            }
        }
        Ok(())
    }

    /// What is on the disk of every file that changes, if all that was read is still as it was.
    fn present(&self, repository: &Repository) -> Result<folder::Present, PublishError> {
        let mut present = folder::Present::new();
        if let Some(link) = folder::link_on_the_way(repository.work_tree(), self.changes.keys()) {
            return Err(PublishError::NotDone {
                why: format!("{link} is a symbolic link"),
            });
        }
        for path in self.expected_on_disk.keys().chain(self.changes.keys()) {
            if present.contains_key(path) {
                continue;
            }
            let bytes = folder::read(repository.work_tree(), path);
            let expected = self.expected_on_disk.get(path);
            match (bytes, expected) {
                (Ok(bytes), None) => present.insert(path.clone(), bytes),
                (Ok(bytes), Some(expected)) if bytes == *expected => {
                    present.insert(path.clone(), bytes)
                }
                (_, Some(_)) => {
                    return Err(PublishError::ChangedMeanwhile { path: path.clone() });
                }
                (Err(why), None) => return Err(PublishError::NotDone { why }),
            };
        }
        Ok(present)
    }
}

/// Writes one file durably, or leaves it as it is, and commits nothing: for what people look at first.
///
/// `before` is what was read; where the disk holds something else by now, nothing is written.
pub fn write_file(
    root: &Path,
    path: &str,
    bytes: &[u8],
    before: Option<&[u8]>,
) -> Result<(), PublishError> {
    let changes = BTreeMap::from([(path.to_owned(), Some(Arc::from(bytes)))]);
    if let Some(link) = folder::link_on_the_way(root, changes.keys()) {
        return Err(PublishError::NotDone {
            why: format!("{link} is a symbolic link"),
        });
    }
    let present = folder::read(root, path).map_err(|why| PublishError::NotDone { why })?;
    if present.as_deref() != before {
        return Err(PublishError::ChangedMeanwhile {
            path: path.to_owned(),
        });
    }
    let present = BTreeMap::from([(path.to_owned(), present)]);
    folder::write(root, &changes, present)
        .map(|_| ())
        .map_err(|why| PublishError::NotDone { why })
}

/// Says which of the three is true after the branch could not be moved: done, not done, unknown.
fn after_failure(
    repository: &Repository,
    before: &Head,
    commit: &str,
    written: Written,
    moved: RefMoved,
) -> PublishError {
    let why = match &moved {
        RefMoved::Moved => "the branch moved".to_owned(),
        RefMoved::Locked(lock) => lock.display().to_string(),
        RefMoved::Failed(why) => why.clone(),
    };
    match repository.head() {
        Ok(now) if now.commit() == Some(commit) => PublishError::IndexBehind {
            commit: commit.to_owned(),
            why,
        },
        Ok(now) => {
            if let Err(trouble) = written.undo() {
                return PublishError::Unknown {
                    why: format!("{why}; the files could not be put back: {trouble}"),
                };
            }
            match moved {
                RefMoved::Locked(lock) => PublishError::Locked { lock },
                RefMoved::Failed(why) if now == *before => PublishError::NotDone { why },
                _ => PublishError::HeadMoved,
            }
        }
        Err(error) => PublishError::Unknown {
            why: format!("{why}; {}", error.message().en),
        },
    }
}

/// The one lock of a publish. The kernel releases it when the process dies; the file itself stays.
fn lock(repository: &Repository, wait: Duration) -> Result<File, PublishError> {
    let path = repository.git_folder().join(LOCK);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| PublishError::NotDone {
            why: format!("{}: {error}", path.display()),
        })?;
    let until = Instant::now() + wait;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(20))
            }
            Err(TryLockError::WouldBlock) => return Err(PublishError::Locked { lock: path }),
            Err(TryLockError::Error(error)) => {
                return Err(PublishError::NotDone {
                    why: error.to_string(),
                });
            }
        }
    }
}

/// Waits until git's own lock of the index is gone.
fn wait_for(index_lock: &std::path::Path, wait: Duration) -> Result<(), PublishError> {
    let until = Instant::now() + wait;
    while index_lock.exists() {
        if Instant::now() >= until {
            return Err(PublishError::Locked {
                lock: index_lock.to_owned(),
            });
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
