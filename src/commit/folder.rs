//! The work tree's files of a publish: written beside their place, synced, renamed; and put back if need be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::git::FileState;

/// Why the files were not written; those that were are put back.
pub(super) enum FolderError {
    Changed(String),
    Failed(String),
}

/// Files that were written, and what was there before.
pub(super) struct Written {
    root: PathBuf,
    files: Vec<(String, Option<Arc<[u8]>>)>,
    before: BTreeMap<String, Option<Arc<[u8]>>>,
}

/// The bytes of a file; `None` where there is none. Anything but an ordinary file is an error.
pub(super) fn read(root: &Path, path: &str) -> Result<Option<Arc<[u8]>>, String> {
    let full = root.join(path);
    match fs::symlink_metadata(&full) {
        Ok(metadata) if metadata.is_file() => fs::read(&full)
            .map(|bytes| Some(Arc::from(bytes)))
            .map_err(|error| error.to_string()),
        Ok(_) => Err(format!("{path} is not an ordinary file")),
        Err(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Writes all files, durably. `expected` is what the caller read; where it says nothing of a file, the disk is asked.
pub(super) fn write(
    root: &Path,
    changes: &BTreeMap<String, Option<Arc<[u8]>>>,
    expected: &BTreeMap<String, Option<Arc<[u8]>>>,
) -> Result<Written, FolderError> {
    let mut before = BTreeMap::new();
    for path in changes.keys() {
        let present = read(root, path).map_err(FolderError::Failed)?;
        if expected
            .get(path)
            .is_some_and(|expected| *expected != present)
        {
            return Err(FolderError::Changed(path.clone()));
        }
        before.insert(path.clone(), present);
    }
    let mut written = Written {
        root: root.to_owned(),
        files: Vec::new(),
        before,
    };
    let mut prepared = Vec::new();
    for (path, bytes) in changes {
        let Some(bytes) = bytes else { continue };
        match prepare(root, path, bytes) {
            Ok(temporary) => prepared.push((path, temporary)),
            Err(error) => {
                for (_, temporary) in prepared {
                    let _ = fs::remove_file(temporary);
                }
                return Err(FolderError::Failed(format!("{path}: {error}")));
            }
        }
    }
    let mut failure = None;
    for (path, temporary) in &prepared {
        match fs::rename(temporary, root.join(path)) {
            Ok(()) => written
                .files
                .push(((*path).clone(), changes[*path].clone())),
            Err(error) => {
                let _ = fs::remove_file(temporary);
                failure.get_or_insert(format!("{path}: {error}"));
            }
        }
    }
    for path in changes
        .iter()
        .filter(|(_, bytes)| bytes.is_none())
        .map(|(path, _)| path)
    {
        match fs::remove_file(root.join(path)) {
            Ok(()) => written.files.push((path.clone(), None)),
            // It is gone already, and the index is to be told of it all the same.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                written.files.push((path.clone(), None));
            }
            Err(error) => {
                failure.get_or_insert(format!("{path}: {error}"));
            }
        }
    }
    if failure.is_none() {
        failure = sync_folders(root, changes.keys()).err();
    }
    match failure {
        None => Ok(written),
        Some(why) => {
            let trouble = written
                .undo()
                .err()
                .map_or_else(String::new, |trouble| format!("; {trouble}"));
            Err(FolderError::Failed(format!("{why}{trouble}")))
        }
    }
}

/// Writes and syncs a temporary file in the folder that the file will have.
fn prepare(root: &Path, path: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let full = root.join(path);
    let folder = full.parent().unwrap_or(root);
    fs::create_dir_all(folder)?;
    let mut random = [0_u8; 8];
    getrandom::fill(&mut random).map_err(|error| std::io::Error::other(error.to_string()))?;
    let temporary = folder.join(format!(".clue-{:016x}.tmp", u64::from_le_bytes(random)));
    let mut file = File::options()
        .write(true)
        .create_new(true)
        .open(&temporary)?;
    let result = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = result {
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    Ok(temporary)
}

/// A rename is durable when its folder is.
fn sync_folders<'a>(root: &Path, paths: impl Iterator<Item = &'a String>) -> Result<(), String> {
    let mut folders = BTreeSet::new();
    for path in paths {
        let mut folder = Path::new(path).parent();
        while let Some(inner) = folder {
            folders.insert(root.join(inner));
            folder = inner.parent();
        }
    }
    if cfg!(unix) {
        for folder in folders.iter().filter(|folder| folder.is_dir()) {
            File::open(folder)
                .and_then(|file| file.sync_all())
                .map_err(|error| format!("{}: {error}", folder.display()))?;
        }
    }
    Ok(())
}

impl Written {
    /// Puts back what was there before.
    pub(super) fn undo(self) -> Result<(), String> {
        let mut trouble = Vec::new();
        for (path, _) in &self.files {
            let full = self.root.join(path);
            let result = match self.before.get(path).and_then(Option::as_ref) {
                Some(bytes) => prepare(&self.root, path, bytes)
                    .and_then(|temporary| fs::rename(temporary, &full)),
                None => match fs::remove_file(&full) {
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
                    result => result,
                },
            };
            if let Err(error) = result {
                trouble.push(format!("{path}: {error}"));
            }
        }
        if trouble.is_empty() {
            Ok(())
        } else {
            Err(trouble.join("; "))
        }
    }

    /// What each written file is on the disk.
    pub(super) fn states(&self) -> BTreeMap<String, FileState> {
        let present = self.files.iter().filter(|(_, bytes)| bytes.is_some());
        present
            .map(|(path, _)| (path.clone(), state(&self.root.join(path))))
            .collect()
    }
}

#[cfg(unix)]
fn state(path: &Path) -> FileState {
    use std::os::unix::fs::MetadataExt;
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return FileState::default();
    };
    // git keeps the lower 32 bits of each.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the index has 32 bits for each"
    )]
    FileState {
        changed: (metadata.ctime() as i32, metadata.ctime_nsec() as u32),
        modified: (metadata.mtime() as i32, metadata.mtime_nsec() as u32),
        device: metadata.dev() as u32,
        inode: metadata.ino() as u32,
        user: metadata.uid(),
        group: metadata.gid(),
        size: metadata.len() as u32,
    }
}

#[cfg(not(unix))]
fn state(_: &Path) -> FileState {
    FileState::default()
}
