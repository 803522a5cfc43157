//! The one door through which files come in: a working folder, a commit's tree, an overlay, memory.
//! It never interprets what it reads, and never writes.

mod disk;
mod finding;
mod memory;
mod overlay;
mod seen;
mod staged;
mod tree;

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

pub use disk::DiskFiles;
pub use finding::unreadable;
pub use memory::MemoryFiles;
pub use overlay::OverlayFiles;
pub use seen::{SeenFiles, Sight, mark};
pub use staged::StagedFiles;
pub use tree::{SharedRepository, TreeFiles};

/// What a name in a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    File,
    Executable,
    Folder,
    SymbolicLink,
    /// A submodule, socket, device or pipe.
    Other,
}

/// A name in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FolderEntry {
    /// One part of a path. A name that is not Unicode is given with U+FFFD in the place of what cannot be read.
    pub name: String,
    pub kind: FileKind,
}

/// Why a file that was asked for could not be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// It is there, and is not an ordinary file.
    Kind(FileKind),
    /// It has more bytes than the caller is ready to read.
    TooLarge(u64),
    /// The system or the object store failed.
    Failed(String),
}

/// A source of files; paths are below the repository's folder, with parts joined by `/`.
pub trait Files: Send + Sync {
    /// Reads a file of at most `limit` bytes; `None` where there is none.
    fn read(&self, path: &str, limit: u64) -> Result<Option<Arc<[u8]>>, ReadError>;

    /// Lists a folder, sorted by name; empty where there is none. The `.git` at the top is never listed;
    /// a deeper one is told as [`FileKind::Other`].
    fn list(&self, folder: &str) -> Result<Vec<FolderEntry>, ReadError>;

    /// Tells what lies at a path, without following a symbolic link; `None` where nothing does.
    fn kind(&self, path: &str) -> Result<Option<FileKind>, ReadError>;

    /// What tells the bytes of a file from all others, where that is known without reading them.
    fn identity(&self, _path: &str) -> Option<[u8; 20]> {
        None
    }

    /// Lists every path below a folder that is not itself a folder, depth first, sorted.
    fn walk(&self, folder: &str) -> Result<Vec<(String, FileKind)>, ReadError> {
        let mut found = Vec::new();
        for entry in self.list(folder)? {
            let path = join(folder, &entry.name);
            if entry.kind == FileKind::Folder {
                found.extend(self.walk(&path)?);
            } else {
                found.push((path, entry.kind));
            }
        }
        Ok(found)
    }
}

/// The SHA-256 of a file's bytes, in 64 hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Bytes as hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|half| char::from(DIGITS[usize::from(half)]))
        .collect()
}

/// Joins a folder and a name; the top folder is the empty string.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// What belongs to each path, with the paths below a folder.
pub fn below<T>(folder: &str, by_path: BTreeMap<String, T>) -> BTreeMap<String, T> {
    let entries = by_path.into_iter();
    entries
        .map(|(path, value)| (join(folder, &path), value))
        .collect()
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// All but the last part of a path.
pub fn parent(path: &str) -> &str {
    path.rfind('/').map_or("", |index| &path[..index])
}

/// Files that editors and file managers leave behind and that git is told to ignore: nobody's record.
pub fn is_passing(name: &str) -> bool {
    name == ".DS_Store"
        || name == "Thumbs.db"
        || name.ends_with('~')
        || name.ends_with(".swp")
        || name.starts_with(".clue-")
        || name.starts_with(".~lock.")
}
