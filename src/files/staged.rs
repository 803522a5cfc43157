//! Files as git's index holds them: the blobs that are staged, laid over the tree of the last commit.
//! It never looks into the working folder.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use crate::files::tree::file_kind;
use crate::files::{FileKind, Files, FolderEntry, ReadError, SharedRepository, TreeFiles, join};
use crate::git::{ObjectId, TreeKind};

/// What is staged of a path; none where it was taken out.
type Change = Option<(TreeKind, ObjectId)>;

/// The files of a commit with what is staged over them.
pub struct StagedFiles {
    below: TreeFiles,
    repository: SharedRepository,
    changes: BTreeMap<String, Change>,
    /// The names in each folder on the way to a change.
    touched: BTreeMap<String, BTreeSet<String>>,
}

impl StagedFiles {
    /// Lays what is staged over a commit's files; the changes are told by their paths below the same folder.
    pub fn new(
        below: TreeFiles,
        repository: SharedRepository,
        changes: BTreeMap<String, Change>,
    ) -> Self {
        let mut touched: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for path in changes.keys() {
            let mut inner = path.as_str();
            loop {
                let (folder, name) = inner.rsplit_once('/').unwrap_or(("", inner));
                let is_new = touched
                    .entry(folder.to_owned())
                    .or_default()
                    .insert(name.to_owned());
                if folder.is_empty() || !is_new {
                    break;
                }
                inner = folder;
            }
        }
        Self {
            below,
            repository,
            changes,
            touched,
        }
    }
}

impl Files for StagedFiles {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Arc<[u8]>>, ReadError> {
        match self.changes.get(path) {
            Some(Some((TreeKind::File | TreeKind::Executable, id))) => {
                let repository = self
                    .repository
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                let read = repository.blob(*id, limit);
                match read.map_err(|error| ReadError::Failed(error.message().en))? {
                    Ok(bytes) => Ok(Some(bytes)),
                    Err(size) => Err(ReadError::TooLarge(size)),
                }
            }
            _ => match self.kind(path)? {
                None => Ok(None),
                Some(FileKind::File | FileKind::Executable) => self.below.read(path, limit),
                Some(other) => Err(ReadError::Kind(other)),
            },
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<FolderEntry>, ReadError> {
        let Some(names) = self.touched.get(folder) else {
            return self.below.list(folder);
        };
        let listed = self.below.list(folder)?.into_iter();
        let mut listed: BTreeMap<String, FileKind> =
            listed.map(|entry| (entry.name, entry.kind)).collect();
        for name in names {
            match self.kind(&join(folder, name))? {
                Some(kind) => listed.insert(name.clone(), kind),
                None => listed.remove(name),
            };
        }
        let listed = listed.into_iter();
        Ok(listed
            .map(|(name, kind)| FolderEntry { name, kind })
            .collect())
    }

    fn kind(&self, path: &str) -> Result<Option<FileKind>, ReadError> {
        // A folder is there as long as something lies in it; git keeps no empty ones.
        if self.touched.contains_key(path) && !self.list(path)?.is_empty() {
            return Ok(Some(FileKind::Folder));
        }
        match self.changes.get(path) {
            Some(change) => Ok(change.map(|(kind, _)| file_kind(kind))),
            None if self.touched.contains_key(path) => Ok(None),
            None => self.below.kind(path),
        }
    }

    fn identity(&self, path: &str) -> Option<[u8; 20]> {
        match self.changes.get(path) {
            Some(Some((TreeKind::File, id))) => Some(id.bytes()),
            Some(_) => None,
            None => self.below.identity(path),
        }
    }
}
