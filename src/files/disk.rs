//! Files of a working folder. Symbolic links are told, never followed.

use std::fs::{self, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use crate::files::{FileKind, Files, FolderEntry, ReadError, join};

/// The files of a working folder.
#[derive(Clone, Debug)]
pub struct DiskFiles {
    root: PathBuf,
    /// Whether the executable bit means anything in this folder.
    modes: bool,
}

impl DiskFiles {
    /// Takes the repository's folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            modes: true,
        }
    }

    /// Says whether the executable bit means anything: on some file systems every file has it.
    pub fn with_modes(mut self, modes: bool) -> Self {
        self.modes = modes;
        self
    }

    pub(super) fn kind_of(&self, metadata: &Metadata) -> FileKind {
        match kind_of(metadata) {
            FileKind::Executable if !self.modes => FileKind::File,
            kind => kind,
        }
    }

    /// The repository's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Arc<[u8]>>, ReadError> {
        let full = self.root.join(path);
        let metadata = match fs::symlink_metadata(&full) {
            Ok(metadata) => metadata,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(ReadError::Failed(error.to_string())),
        };
        match self.kind_of(&metadata) {
            FileKind::File | FileKind::Executable => {}
            other => return Err(ReadError::Kind(other)),
        }
        if metadata.len() > limit {
            return Err(ReadError::TooLarge(metadata.len()));
        }
        let file = match fs::File::open(&full) {
            Ok(file) => file,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(ReadError::Failed(error.to_string())),
        };
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
        // The file may grow while it is read: the limit holds for what is read, not only for what was announced.
        file.take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| ReadError::Failed(error.to_string()))?;
        if bytes.len() as u64 > limit {
            return Err(ReadError::TooLarge(bytes.len() as u64));
        }
        Ok(Some(bytes.into()))
    }

    fn list(&self, folder: &str) -> Result<Vec<FolderEntry>, ReadError> {
        let entries = match fs::read_dir(self.root.join(folder)) {
            Ok(entries) => entries,
            Err(error) if is_absent(&error) => return Ok(Vec::new()),
            Err(error) => return Err(ReadError::Failed(format!("{}: {error}", join(folder, "")))),
        };
        let mut listed = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| ReadError::Failed(error.to_string()))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name == ".git" && folder.is_empty() {
                continue;
            }
            let kind = match entry.file_type() {
                // A repository inside is told, and not looked into.
                Ok(_) if name == ".git" => FileKind::Other,
                Ok(kind) if kind.is_dir() => FileKind::Folder,
                Ok(kind) if kind.is_symlink() => FileKind::SymbolicLink,
                Ok(kind) if kind.is_file() => match entry.metadata() {
                    Ok(metadata) => self.kind_of(&metadata),
                    Err(error) if is_absent(&error) => continue,
                    Err(error) => return Err(ReadError::Failed(error.to_string())),
                },
                Ok(_) => FileKind::Other,
                Err(error) => return Err(ReadError::Failed(error.to_string())),
            };
            listed.push(FolderEntry { name, kind });
        }
        listed.sort();
        Ok(listed)
    }

    fn walk(&self, folder: &str) -> Result<Vec<(String, FileKind)>, ReadError> {
        let mut walked = WalkDir::new(self.root.join(folder))
            .min_depth(1)
            .follow_root_links(false)
            .sort_by_file_name()
            .into_iter();
        let mut found = Vec::new();
        while let Some(entry) = walked.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.io_error().is_some_and(is_absent) => continue,
                Err(error) => return Err(ReadError::Failed(error.to_string())),
            };
            let is_folder = entry.file_type().is_dir();
            let kind = if entry.file_name() == ".git" {
                // A repository inside is told, and not looked into.
                if is_folder {
                    walked.skip_current_dir();
                }
                if folder.is_empty() && entry.depth() == 1 {
                    continue;
                }
                FileKind::Other
            } else if is_folder {
                continue;
            } else {
                match entry.metadata() {
                    Ok(metadata) => self.kind_of(&metadata),
                    Err(error) if error.io_error().is_some_and(is_absent) => continue,
                    Err(error) => return Err(ReadError::Failed(error.to_string())),
                }
            };
            let inside = entry.path().strip_prefix(&self.root);
            let parts = inside.unwrap_or(entry.path()).components();
            let path: Vec<_> = parts
                .map(|part| part.as_os_str().to_string_lossy())
                .collect();
            found.push((path.join("/"), kind));
        }
        Ok(found)
    }

    fn kind(&self, path: &str) -> Result<Option<FileKind>, ReadError> {
        match fs::symlink_metadata(self.root.join(path)) {
            Ok(metadata) => Ok(Some(self.kind_of(&metadata))),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(ReadError::Failed(error.to_string())),
        }
    }
}

fn kind_of(metadata: &Metadata) -> FileKind {
    let kind = metadata.file_type();
    if kind.is_symlink() {
        FileKind::SymbolicLink
    } else if kind.is_dir() {
        FileKind::Folder
    } else if kind.is_file() {
        if is_executable(metadata) {
            FileKind::Executable
        } else {
            FileKind::File
        }
    } else {
        FileKind::Other
    }
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    // git looks at the owner's bit alone.
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> bool {
    false
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}
