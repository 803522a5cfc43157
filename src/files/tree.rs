//! Files of a commit's tree, read through git.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::files::{FileKind, Files, FolderEntry, ReadError, file_name, join, parent};
use crate::git::{GitError, ObjectId, Repository, TreeEntry, TreeKind};

/// A repository that several readers of one thread take turns with.
pub type SharedRepository = Arc<Mutex<Repository>>;

/// The files of a commit, or of a folder in it.
pub struct TreeFiles {
    repository: SharedRepository,
    /// The tree that counts as the top; none where the commit has no such folder.
    root: Option<ObjectId>,
    /// What was listed already, by folder.
    folders: Mutex<HashMap<String, Arc<Vec<TreeEntry>>>>,
    /// Why git could not give an object, the first time.
    failure: Mutex<Option<GitError>>,
}

impl TreeFiles {
    /// Takes a repository, a commit's id, and the folder below the work tree that counts as the top.
    pub fn new(repository: Repository, commit: &str, prefix: &str) -> Result<Self, GitError> {
        let id = ObjectId::parse(commit)
            .ok_or_else(|| GitError::Failed(format!("{commit} is no commit")))?;
        let tree = repository.commit_facts(id)?.tree;
        Self::of_tree(Arc::new(Mutex::new(repository)), Some(tree), prefix)
    }

    /// Takes a tree, and the folder below it that counts as the top.
    pub fn of_tree(
        repository: SharedRepository,
        tree: Option<ObjectId>,
        prefix: &str,
    ) -> Result<Self, GitError> {
        let root = match tree {
            None => None,
            Some(tree) => {
                let found = lock(&repository).below_tree(tree, prefix)?;
                found
                    .filter(|(kind, _)| *kind == TreeKind::Folder)
                    .map(|(_, id)| id)
            }
        };
        Ok(Self {
            repository,
            root,
            folders: Mutex::new(HashMap::new()),
            failure: Mutex::new(None),
        })
    }

    /// What was read is only what the commit holds where git could give every object: fails where one could not be had.
    pub fn intact(&self) -> Result<(), GitError> {
        lock(&self.failure).clone().map_or(Ok(()), Err)
    }

    fn failed(&self, error: GitError) -> ReadError {
        let told = ReadError::Failed(error.message().en);
        lock(&self.failure).get_or_insert(error);
        told
    }

    /// The object that lies at a path.
    pub fn object(&self, path: &str) -> Result<Option<(TreeKind, ObjectId)>, ReadError> {
        if path.is_empty() {
            return Ok(self.root.map(|id| (TreeKind::Folder, id)));
        }
        let known = lock(&self.folders).get(parent(path)).cloned();
        if let Some(listed) = known {
            let name = file_name(path);
            let entry = listed.iter().find(|entry| entry.name == name);
            return Ok(entry.map(|entry| (entry.kind, entry.id)));
        }
        let Some(root) = self.root else {
            return Ok(None);
        };
        lock(&self.repository)
            .below_tree(root, path)
            .map_err(|error| self.failed(error))
    }

    fn listed(&self, folder: &str) -> Result<Arc<Vec<TreeEntry>>, ReadError> {
        let known = lock(&self.folders).get(folder).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let listed = match self.object(folder)? {
            Some((TreeKind::Folder, id)) => lock(&self.repository)
                .tree(id)
                .map_err(|error| self.failed(error))?,
            _ => Vec::new(),
        };
        let listed = Arc::new(listed);
        lock(&self.folders).insert(folder.to_owned(), Arc::clone(&listed));
        Ok(listed)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Files for TreeFiles {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Arc<[u8]>>, ReadError> {
        match self.object(path)? {
            None => Ok(None),
            Some((TreeKind::File | TreeKind::Executable, id)) => {
                match lock(&self.repository)
                    .blob(id, limit)
                    .map_err(|error| self.failed(error))?
                {
                    Ok(bytes) => Ok(Some(bytes)),
                    Err(size) => Err(ReadError::TooLarge(size)),
                }
            }
            Some((other, _)) => Err(ReadError::Kind(file_kind(other))),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<FolderEntry>, ReadError> {
        let mut entries: Vec<_> = self
            .listed(folder)?
            .iter()
            .map(|entry| FolderEntry {
                name: entry.name.clone(),
                kind: file_kind(entry.kind),
            })
            .collect();
        entries.sort();
        Ok(entries)
    }

    fn kind(&self, path: &str) -> Result<Option<FileKind>, ReadError> {
        Ok(self.object(path)?.map(|(kind, _)| file_kind(kind)))
    }

    fn identity(&self, path: &str) -> Option<[u8; 20]> {
        match self.object(path) {
            Ok(Some((TreeKind::File, id))) => Some(id.bytes()),
            _ => None,
        }
    }

    fn walk(&self, folder: &str) -> Result<Vec<(String, FileKind)>, ReadError> {
        let mut found = Vec::new();
        let mut entries: Vec<_> = self.listed(folder)?.iter().cloned().collect();
        entries.sort_by(|left, right| left.name.cmp(&right.name));
        for entry in entries {
            let path = join(folder, &entry.name);
            if entry.kind == TreeKind::Folder {
                found.extend(self.walk(&path)?);
            } else {
                found.push((path, file_kind(entry.kind)));
            }
        }
        Ok(found)
    }
}

pub(super) fn file_kind(kind: TreeKind) -> FileKind {
    match kind {
        TreeKind::File => FileKind::File,
        TreeKind::Executable => FileKind::Executable,
        TreeKind::Folder => FileKind::Folder,
        TreeKind::SymbolicLink => FileKind::SymbolicLink,
        TreeKind::Submodule => FileKind::Other,
    }
}
