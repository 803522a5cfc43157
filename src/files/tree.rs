//! Files of a commit's tree, read through git.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::files::{FileKind, Files, FolderEntry, ReadError, join};
use crate::git::{GitError, Repository, TreeKind};

/// The files of a commit, or of a folder in it.
pub struct TreeFiles {
    repository: Mutex<Repository>,
    commit: String,
    prefix: String,
}

impl TreeFiles {
    /// Takes a repository, a commit's id, and the folder below the work tree that counts as the top.
    pub fn new(
        repository: Repository,
        commit: impl Into<String>,
        prefix: impl Into<String>,
    ) -> Self {
        Self {
            repository: Mutex::new(repository),
            commit: commit.into(),
            prefix: prefix.into(),
        }
    }

    fn repository(&self) -> MutexGuard<'_, Repository> {
        self.repository
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn full(&self, path: &str) -> String {
        if path.is_empty() {
            self.prefix.clone()
        } else {
            join(&self.prefix, path)
        }
    }
}

impl Files for TreeFiles {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Arc<[u8]>>, ReadError> {
        match self.kind(path)? {
            None => Ok(None),
            Some(FileKind::File | FileKind::Executable) => {
                let bytes = self
                    .repository()
                    .read_blob(&self.commit, &self.full(path), limit)
                    .map_err(failed)?;
                Ok(bytes.map(Arc::from))
            }
            Some(other) => Err(ReadError::Kind(other)),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<FolderEntry>, ReadError> {
        let listed = self
            .repository()
            .list_tree(&self.commit, &self.full(folder))
            .map_err(failed)?;
        let mut entries: Vec<_> = listed
            .into_iter()
            .map(|(name, kind)| FolderEntry {
                name,
                kind: file_kind(kind),
            })
            .collect();
        entries.sort();
        Ok(entries)
    }

    fn kind(&self, path: &str) -> Result<Option<FileKind>, ReadError> {
        let kind = self
            .repository()
            .tree_kind(&self.commit, &self.full(path))
            .map_err(failed)?;
        Ok(kind.map(file_kind))
    }
}

fn file_kind(kind: TreeKind) -> FileKind {
    match kind {
        TreeKind::File => FileKind::File,
        TreeKind::Executable => FileKind::Executable,
        TreeKind::Folder => FileKind::Folder,
        TreeKind::SymbolicLink => FileKind::SymbolicLink,
        TreeKind::Submodule => FileKind::Other,
    }
}

fn failed(error: GitError) -> ReadError {
    ReadError::Failed(error.message().en)
}
