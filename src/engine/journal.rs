//! The journal of an import: which files a batch is about to put into the folder, kept until its commit stands.
//!
//! A publish puts the files in place before the branch moves. For one step that is taken again that does no harm; of an
//! import that was killed in between, a thousand clues would be left that no commit has and that the next import would
//! take for imported. So the next import takes away what the journal names, no commit has, and nobody changed; and where
//! the branch had moved already, it tells git's index of the files.
//! It never removes a file whose bytes are not those that the import wrote.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::commit::PublishError;
use crate::engine::Failure;
use crate::files::join;
use crate::git::{FileState, Repository};

/// The file in git's own folder; whoever holds its lock imports.
const NAME: &str = "clue-import.lock";

/// The journal, and the lock that it is.
pub(super) struct Journal {
    file: File,
    path: PathBuf,
}

impl Journal {
    /// Takes the lock, and clears away what an import that was killed left behind.
    pub(super) fn open(repository: &Repository) -> Result<Self, Failure> {
        let path = repository.git_folder().join(NAME);
        let opened = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let file = opened.map_err(|error| failed(&path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(PublishError::Locked { lock: path }.into()),
            Err(TryLockError::Error(error)) => return Err(failed(&path, &error)),
        }
        let mut journal = Self { file, path };
        let mut left = String::new();
        journal
            .file
            .read_to_string(&mut left)
            .map_err(|error| failed(&journal.path, &error))?;
        if !left.is_empty() {
            clear_away(repository, &left)?;
            journal.end()?;
        }
        Ok(journal)
    }

    /// Notes the files of a batch, durably, before any of them is written.
    pub(super) fn begin(
        &mut self,
        prefix: &str,
        files: &BTreeMap<String, Option<Arc<[u8]>>>,
    ) -> Result<(), Failure> {
        let mut text = String::new();
        for (path, bytes) in files {
            if let Some(bytes) = bytes {
                let path = if prefix.is_empty() {
                    path.clone()
                } else {
                    join(prefix, path)
                };
                text.push_str(&format!("{} {path}\n", Repository::blob_id(bytes)?));
            }
        }
        self.write(text.as_bytes())
    }

    /// Forgets the batch.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        self.write(b"")
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .and_then(|()| self.file.write_all(bytes))
            .and_then(|()| self.file.sync_all())
            .map_err(|error| failed(&self.path, &error))
    }
}

fn clear_away(repository: &Repository, journal: &str) -> Result<(), Failure> {
    let index_lock = repository.git_folder().join("index.lock");
    if index_lock.exists() {
        return Err(PublishError::Locked { lock: index_lock }.into());
    }
    let head = repository.head()?;
    let mut committed = Vec::new();
    // A last line without its end was cut off while it was written, before any file was.
    let lines = journal
        .split_inclusive('\n')
        .filter_map(|line| line.strip_suffix('\n'));
    for (id, path) in lines.filter_map(|line| line.split_once(' ')) {
        let full = repository.work_tree().join(path);
        let is_file = fs::symlink_metadata(&full).is_ok_and(|metadata| metadata.is_file());
        let is_ours = is_file && Repository::blob_id(&fs::read(&full).unwrap_or_default())? == id;
        let is_committed = match head.commit() {
            Some(commit) => repository.tree_kind(commit, path)?.is_some(),
            None => false,
        };
        if is_committed {
            if is_ours {
                // git looks at the file itself where the index does not know its times.
                committed.push((path.to_owned(), Some((id.to_owned(), FileState::default()))));
            }
            continue;
        }
        if is_ours {
            fs::remove_file(&full).map_err(|error| failed(&full, &error))?;
        }
        remove_empty(&full, repository.work_tree());
    }
    if !committed.is_empty() {
        repository.update_index(&committed)?;
    }
    Ok(())
}

/// Removes the folders that are empty now, and unfinished files in them, but never the year's folder or one above it.
fn remove_empty(file: &Path, work_tree: &Path) {
    for folder in file
        .ancestors()
        .skip(1)
        .take(2)
        .filter(|folder| *folder != work_tree)
    {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(".clue-") && name.ends_with(".tmp") {
                let _ = fs::remove_file(entry.path());
            }
        }
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    crate::engine::environment(
        format!("{}: {error}", path.display()),
        format!("{}：{error}", path.display()),
    )
}
