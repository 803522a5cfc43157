//! Changes laid over other files: an unpublished step, an editor's unsaved buffer.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::files::{FileKind, Files, FolderEntry, ReadError, file_name, parent};

/// Files below, with some of them replaced, added or removed.
pub struct OverlayFiles<'a> {
    below: &'a dyn Files,
    changes: BTreeMap<String, Option<Arc<[u8]>>>,
}

impl<'a> OverlayFiles<'a> {
    /// Lays changes over files; `None` removes a file.
    pub fn new(below: &'a dyn Files, changes: BTreeMap<String, Option<Arc<[u8]>>>) -> Self {
        Self { below, changes }
    }
}

impl Files for OverlayFiles<'_> {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Arc<[u8]>>, ReadError> {
        match self.changes.get(path) {
            Some(Some(bytes)) if bytes.len() as u64 > limit => {
                Err(ReadError::TooLarge(bytes.len() as u64))
            }
            Some(change) => Ok(change.clone()),
            None => self.below.read(path, limit),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<FolderEntry>, ReadError> {
        let mut listed: BTreeMap<String, FileKind> = self
            .below
            .list(folder)?
            .into_iter()
            .map(|entry| (entry.name, entry.kind))
            .collect();
        for (path, change) in &self.changes {
            if parent(path) == folder {
                match change {
                    Some(_) => listed.insert(file_name(path).to_owned(), FileKind::File),
                    None => listed.remove(file_name(path)),
                };
            } else if change.is_some() {
                let inside = if folder.is_empty() {
                    Some(path.as_str())
                } else {
                    path.strip_prefix(folder)
                };
                let inside = inside.map(|rest| {
                    if folder.is_empty() {
                        rest
                    } else {
                        rest.strip_prefix('/').unwrap_or("")
                    }
                });
                if let Some((name, _)) = inside.and_then(|rest| rest.split_once('/')) {
                    listed.insert(name.to_owned(), FileKind::Folder);
                }
            }
        }
        Ok(listed
            .into_iter()
            .map(|(name, kind)| FolderEntry { name, kind })
            .collect())
    }

    fn kind(&self, path: &str) -> Result<Option<FileKind>, ReadError> {
        match self.changes.get(path) {
            Some(Some(_)) => Ok(Some(FileKind::File)),
            Some(None) => Ok(None),
            None => {
                let prefix = format!("{path}/");
                let inside = self
                    .changes
                    .range(prefix.clone()..)
                    .take_while(|(found, _)| found.starts_with(&prefix))
                    .any(|(_, change)| change.is_some());
                if inside {
                    Ok(Some(FileKind::Folder))
                } else {
                    self.below.kind(path)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    #[test]
    fn changes_hide_and_add_files() {
        let below: MemoryFiles = [("a/b", b"1".to_vec()), ("a/c", b"2".to_vec())]
            .into_iter()
            .collect();
        let changes = BTreeMap::from([
            ("a/b".to_owned(), None),
            ("a/d/e".to_owned(), Some(Arc::from(b"3".as_slice()))),
            ("f".to_owned(), Some(Arc::from(b"4".as_slice()))),
        ]);
        let files = OverlayFiles::new(&below, changes);
        let paths: Vec<_> = files
            .walk("")
            .expect("memory")
            .into_iter()
            .map(|(path, _)| path)
            .collect();
        assert_eq!(paths, ["a/c", "a/d/e", "f"]);
        assert_eq!(files.read("a/b", 10), Ok(None));
        assert_eq!(files.kind("a/d"), Ok(Some(FileKind::Folder)));
        assert_eq!(files.read("f", 0), Err(ReadError::TooLarge(1)));
    }
}
