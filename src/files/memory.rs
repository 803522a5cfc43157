//! Files that exist in memory only: the built-in repository format, and tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::files::{FileKind, Files, FolderEntry, ReadError};

/// Files in memory, by path.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    files: BTreeMap<String, Arc<[u8]>>,
}

impl MemoryFiles {
    /// Adds a file, or replaces it.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Arc<[u8]>>) {
        self.files.insert(path.into(), bytes.into());
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: &str) {
        self.files.remove(path);
    }

    /// All files in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<[u8]>)> {
        self.files
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes))
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Arc<[u8]>>, ReadError> {
        match self.files.get(path) {
            Some(bytes) if bytes.len() as u64 > limit => {
                Err(ReadError::TooLarge(bytes.len() as u64))
            }
            Some(bytes) => Ok(Some(Arc::clone(bytes))),
            None => match self.kind(path)? {
                Some(kind) => Err(ReadError::Kind(kind)),
                None => Ok(None),
            },
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<FolderEntry>, ReadError> {
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let mut listed: Vec<FolderEntry> = Vec::new();
        for path in self.files.range(prefix.clone()..).map(|(path, _)| path) {
            let Some(rest) = path.strip_prefix(&prefix) else {
                break;
            };
            let (name, kind) = match rest.split_once('/') {
                Some((name, _)) => (name, FileKind::Folder),
                None => (rest, FileKind::File),
            };
            if listed.last().is_none_or(|last| last.name != name) {
                listed.push(FolderEntry {
                    name: name.to_owned(),
                    kind,
                });
            }
        }
        listed.sort();
        Ok(listed)
    }

    fn kind(&self, path: &str) -> Result<Option<FileKind>, ReadError> {
        if self.files.contains_key(path) {
            return Ok(Some(FileKind::File));
        }
        let prefix = format!("{path}/");
        let inside = self
            .files
            .range(prefix.clone()..)
            .next()
            .is_some_and(|(found, _)| found.starts_with(&prefix));
        Ok(inside.then_some(FileKind::Folder))
    }
}

impl<P: Into<String>, B: Into<Arc<[u8]>>> FromIterator<(P, B)> for MemoryFiles {
    fn from_iter<I: IntoIterator<Item = (P, B)>>(items: I) -> Self {
        let mut files = Self::default();
        for (path, bytes) in items {
            files.insert(path, bytes);
        }
        files
    }
}
