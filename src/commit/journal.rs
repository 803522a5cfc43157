//! The journal of a publish: what it is about to put into the folder, kept until commit and index stand.
//! A process that dies in between leaves it behind, and whoever changes the repository next brings the folder to one of
//! the two sides: back where the branch did not move, forward where it did.
//! It never touches a file that holds anything but what the publish found or wrote.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::commit::{PublishError, before, folder, lock, not_done};
use crate::files::is_passing;
use crate::git::{Head, Repository, Touched};

/// The file in git's own folder.
const NAME: &str = "clue.journal";

#[derive(Serialize, Deserialize)]
struct Journal {
    /// Where the branch stood; none on a branch without a commit.
    before: Option<String>,
    /// The commit that the publish made.
    commit: String,
    files: Vec<Entry>,
}

/// A file that the publish touches: the ids of the blobs that hold what was there, and what is to be there.
#[derive(Serialize, Deserialize)]
struct Entry {
    path: String,
    before: Option<String>,
    after: Option<String>,
}

/// Notes a publish, durably, before any file is touched.
pub(super) fn begin(
    repository: &Repository,
    head: &Head,
    commit: &str,
    present: &BTreeMap<String, Option<Arc<[u8]>>>,
    changes: &BTreeMap<String, Option<Arc<[u8]>>>,
) -> Result<(), PublishError> {
    let mut files = Vec::new();
    for (path, after) in changes {
        let present = present.get(path).and_then(Option::as_ref);
        if present == after.as_ref() {
            continue;
        }
        // What was there may be in no commit; the object store keeps it.
        let keep = |bytes: &Arc<[u8]>| repository.keep(bytes).map_err(not_done);
        let id = |bytes: &Arc<[u8]>| Repository::blob_id(bytes).map_err(not_done);
        files.push(Entry {
            path: path.clone(),
            before: present.map(keep).transpose()?,
            after: after
                .as_ref()
                .map(id)
                .transpose()?
                .map(|id| hexadecimal(&id)),
        });
    }
    let journal = Journal {
        before: head.commit().map(str::to_owned),
        commit: commit.to_owned(),
        files,
    };
    let path = place(repository);
    let temporary = path.with_extension("journal.tmp");
    let written = serde_json::to_vec(&journal)
        .map_err(std::io::Error::other)
        .and_then(|bytes| {
            let mut file = File::create(&temporary)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&temporary, &path)?;
            sync(repository.git_folder())
        });
    written.map_err(|error| PublishError::NotDone {
        why: format!("{}: {error}", path.display()),
    })
}

/// Forgets a publish that is complete, or was put back.
pub(super) fn end(repository: &Repository) {
    // One that stays is harmless: it says nothing that is not so.
    let _ = fs::remove_file(place(repository));
}

/// Ends what a process that died has left, waiting at most `wait` for one that lives; says whether there was anything.
pub fn recover(repository: &Repository, wait: Duration) -> Result<bool, PublishError> {
    if !place(repository).exists() {
        return Ok(false);
    }
    let _lock = lock(repository, wait)?;
    recover_locked(repository, wait)
}

/// The same, by somebody who holds the lock.
pub(super) fn recover_locked(
    repository: &Repository,
    wait: Duration,
) -> Result<bool, PublishError> {
    let path = place(repository);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => {
            return Err(PublishError::NotDone {
                why: format!("{}: {error}", path.display()),
            });
        }
    };
    if let Ok(journal) = serde_json::from_slice::<Journal>(&bytes) {
        let head = repository.head().map_err(not_done)?;
        let now = head.commit();
        if now == Some(journal.commit.as_str()) {
            forward(repository, &journal, wait)?;
        } else if now == journal.before.as_deref() {
            back(repository, &journal)?;
        }
        // Where the branch is elsewhere by now, somebody has gone on, and git shows what differs.
    }
    end(repository);
    Ok(true)
}

fn back(repository: &Repository, journal: &Journal) -> Result<(), PublishError> {
    for entry in &journal.files {
        replace(repository, &entry.path, &entry.after, &entry.before)?;
        if entry.before.is_none() {
            clear(repository.work_tree(), &entry.path);
        }
    }
    Ok(())
}

fn forward(repository: &Repository, journal: &Journal, wait: Duration) -> Result<(), PublishError> {
    let mut touched = Touched::new();
    for entry in &journal.files {
        replace(repository, &entry.path, &entry.before, &entry.after)?;
        let present = folder::read(repository.work_tree(), &entry.path)
            .ok()
            .flatten();
        let id = present.as_deref().map(Repository::blob_id).transpose();
        let id = id.map_err(not_done)?;
        if id.as_ref().map(|id| hexadecimal(id)) == entry.after {
            touched.insert(entry.path.clone(), id);
        }
    }
    let states = folder::states(repository.work_tree(), touched.keys());
    let index = repository.prepare_index(touched).map_err(before)?;
    repository.write_index(index, &states, wait).map_err(before)
}

/// Puts `to` in the place of `from`; a file that holds anything else is left alone.
fn replace(
    repository: &Repository,
    path: &str,
    from: &Option<String>,
    to: &Option<String>,
) -> Result<(), PublishError> {
    let Ok(present) = folder::read(repository.work_tree(), path) else {
        return Ok(());
    };
    let id = present.as_deref().map(Repository::blob_id).transpose();
    if id.map_err(not_done)?.map(|id| hexadecimal(&id)) != *from {
        return Ok(());
    }
    let bytes = to.as_ref().map(|id| repository.kept(id)).transpose();
    let bytes = bytes.map_err(not_done)?.map(Arc::from);
    let change = BTreeMap::from([(path.to_owned(), bytes)]);
    let there = BTreeMap::from([(path.to_owned(), present)]);
    match folder::write(repository.work_tree(), &change, there) {
        Ok(_) => Ok(()),
        Err(why) => Err(PublishError::NotDone { why }),
    }
}

/// Removes unfinished files and the folders that are empty now: an empty one would look like a clue begun.
fn clear(work_tree: &Path, path: &str) {
    let full = work_tree.join(path);
    for folder in full.ancestors().skip(1) {
        if folder == work_tree || !folder.starts_with(work_tree) {
            return;
        }
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(".clue-") && is_passing(&name) {
                let _ = fs::remove_file(entry.path());
            }
        }
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

pub(super) fn place(repository: &Repository) -> PathBuf {
    repository.git_folder().join(NAME)
}

fn sync(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn hexadecimal(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}
