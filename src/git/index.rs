//! git's index, changed in the touched entries only, under git's own lock.
//! It never looks at the work tree, and never writes a format that it does not fully understand.

mod entry;
mod splice;
mod staged;
mod working;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, UNIX_EPOCH};

use entry::HASH;
use splice::{Spliced, splice};
pub use staged::Staged;

use crate::git::store::FileState;
use crate::git::{GitError, Repository};
use crate::text::Bilingual;

/// The id of the blob that the index is to hold of a touched path; `None` takes the path out.
pub type Touched = BTreeMap<String, Option<[u8; HASH]>>;

/// Why the index cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexFault {
    /// A format that is not supported: split, sparse, damaged; with the git command that helps.
    Unsupported {
        why: Bilingual,
        remedy: &'static str,
    },
    /// A touched path has an unresolved conflict.
    Conflicted { path: String },
    /// git holds its lock of the index.
    Locked { lock: PathBuf },
    /// The system failed.
    Failed(String),
}

fn failed(error: &std::io::Error) -> IndexFault {
    IndexFault::Failed(error.to_string())
}

/// An index with the touched entries changed, in memory, and what it was made from.
#[must_use = "an index that is not written leaves git behind"]
pub struct NewIndex {
    touched: Touched,
    spliced: Spliced,
    old: Stamp,
}

/// By what it is seen that an index was written again.
#[derive(PartialEq, Eq)]
struct Stamp {
    written: Option<Duration>,
    length: usize,
    checksum: Vec<u8>,
}

/// Reads the index, empty where there is none.
fn read(path: &Path) -> Result<(Vec<u8>, Stamp), IndexFault> {
    let (bytes, modified) = match fs::read(path) {
        Ok(bytes) => (bytes, fs::metadata(path).and_then(|file| file.modified())),
        Err(error) if error.kind() == ErrorKind::NotFound => (Vec::new(), Ok(UNIX_EPOCH)),
        Err(error) => return Err(failed(&error)),
    };
    let written = modified
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let checksum = bytes[bytes.len().saturating_sub(HASH)..].to_vec();
    let length = bytes.len();
    let stamp = Stamp {
        written,
        length,
        checksum,
    };
    Ok((bytes, stamp))
}

/// Whether the index is still the one that was read, without reading all of it again.
fn is_still(path: &Path, old: &Stamp) -> bool {
    let Ok(mut file) = File::open(path) else {
        return old.length == 0 && !path.exists();
    };
    let Ok(metadata) = file.metadata() else {
        return false;
    };
    let written = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    if metadata.len() != old.length as u64 || written != old.written || old.length < HASH {
        return false;
    }
    let mut checksum = Vec::new();
    file.seek(SeekFrom::End(-(HASH as i64)))
        .and_then(|_| file.read_to_end(&mut checksum))
        .is_ok_and(|_| checksum == old.checksum)
}

impl NewIndex {
    /// The touched paths that the index held, each with the id of its blob.
    pub fn replaced(&self) -> &[(String, [u8; HASH])] {
        &self.spliced.replaced
    }
}

impl Repository {
    /// Makes the index that knows the touched files, in memory.
    pub fn prepare_index(&self, touched: Touched) -> Result<NewIndex, IndexFault> {
        let (bytes, old) = read(&self.git_folder().join("index"))?;
        let spliced = splice(&bytes, old.written, &touched)?;
        Ok(NewIndex {
            touched,
            spliced,
            old,
        })
    }

    /// Puts a prepared index in its place, under git's own lock; what git wrote meanwhile stays.
    ///
    /// `states` are the touched files as they lie on the disk now. The index is not synced: like git's own it can be
    /// made anew at any time.
    pub fn write_index(
        &self,
        new: NewIndex,
        states: &BTreeMap<String, FileState>,
        wait: Duration,
    ) -> Result<(), IndexFault> {
        let path = self.git_folder().join("index");
        let lock = self.git_folder().join("index.lock");
        let mut file = locked(&lock, wait)?;
        let put = || {
            let mut spliced = if is_still(&path, &new.old) {
                new.spliced
            } else {
                let (bytes, now) = read(&path)?;
                splice(&bytes, now.written, &new.touched)?
            };
            spliced.finish(states);
            file.write_all(&spliced.bytes)
                .map_err(|error| failed(&error))?;
            drop(file);
            fs::rename(&lock, &path).map_err(|error| failed(&error))
        };
        put().inspect_err(|_| {
            let _ = fs::remove_file(&lock);
        })
    }

    /// The id that bytes have as a blob, as the index holds it.
    pub fn blob_id(bytes: &[u8]) -> Result<[u8; HASH], GitError> {
        let id = git2::Oid::hash_object(git2::ObjectType::Blob, bytes)?;
        let mut hash = [0; HASH];
        hash.copy_from_slice(id.as_bytes());
        Ok(hash)
    }
}

/// Takes git's lock of the index.
fn locked(lock: &Path, wait: Duration) -> Result<File, IndexFault> {
    let until = Instant::now() + wait;
    loop {
        match File::options().write(true).create_new(true).open(lock) {
            Ok(file) => return Ok(file),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                if Instant::now() >= until {
                    return Err(IndexFault::Locked {
                        lock: lock.to_owned(),
                    });
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(error) => return Err(failed(&error)),
        }
    }
}
