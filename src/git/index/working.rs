//! Which files of the work tree are not as the index holds them: changed, gone, or unknown to it.
//!
//! A file whose size, times and inode are those that the index noted is taken to be unchanged, as git does; every other
//! one is read. It knows no ignored files and no filters: whoever asks looks at what he is given.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::path::Path;
use std::time::Duration;

use rayon::prelude::*;

use crate::git::index::entry::{CHANGED, Entries, INODE, MODIFIED, SIZE, body_of, number, refused};
use crate::git::index::staged::object_at;
use crate::git::index::{IndexFault, read};
use crate::git::{ObjectId, Repository, TreeKind};

/// What the index noted of a file.
struct Noted {
    path: String,
    kind: TreeKind,
    id: ObjectId,
    changed: (u32, u32),
    modified: (u32, u32),
    inode: u32,
    size: u32,
    /// Whether it is to be read in any case: in conflict, or only announced.
    is_unclear: bool,
}

impl Repository {
    /// The paths below the work tree, in order, that the index does not hold just so. Only what `below` names is looked at:
    /// files and folders, by their paths below the work tree.
    pub fn working_differences(&self, below: &[String]) -> Result<Vec<String>, IndexFault> {
        let (bytes, stamp) = read(&self.git_folder().join("index"))?;
        let is_meant = |path: &str| {
            below.iter().any(|own| {
                path.strip_prefix(own.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        let top = self.work_tree();
        let mut noted = Vec::new();
        if !bytes.is_empty() {
            all(body_of(&bytes)?, &is_meant, &mut noted)?;
        }
        let mut folders = Vec::new();
        let mut files = Vec::new();
        for path in below {
            match fs::symlink_metadata(top.join(path)) {
                Ok(metadata) if metadata.is_dir() => folders.push(path.clone()),
                Ok(_) => files.push(path.clone()),
                Err(_) => {}
            }
        }
        while !folders.is_empty() {
            let listed: Vec<_> = folders.par_iter().map(|folder| list(top, folder)).collect();
            folders.clear();
            for (inner, own) in listed {
                folders.extend(inner);
                files.extend(own);
            }
        }
        files.sort_unstable();
        let written = stamp.written;
        let mut different: BTreeSet<String> = files
            .par_iter()
            .filter(|path| {
                let own = noted.binary_search_by(|one| one.path.as_str().cmp(path));
                let own = own.ok().map(|index| &noted[index]);
                own.is_none_or(|own| !is_as_noted(top, own, written))
            })
            .cloned()
            .collect();
        let gone = noted
            .iter()
            .filter(|one| files.binary_search(&one.path).is_err());
        different.extend(gone.map(|one| one.path.clone()));
        Ok(different.into_iter().collect())
    }
}

fn all(
    body: &[u8],
    is_meant: &dyn Fn(&str) -> bool,
    noted: &mut Vec<Noted>,
) -> Result<(), IndexFault> {
    let mut entries = Entries::new(body)?;
    for _ in 0..entries.count {
        let start = entries.position;
        let flags = entries.next()?;
        let path = String::from_utf8_lossy(&entries.path);
        if !is_meant(&path) {
            continue;
        }
        let (kind, id) = object_at(body, start)?;
        let at = |place: usize| number(body, start + place);
        noted.push(Noted {
            path: path.into_owned(),
            kind,
            id,
            changed: (at(CHANGED)?, at(CHANGED + 4)?),
            modified: (at(MODIFIED)?, at(MODIFIED + 4)?),
            inode: at(INODE)?,
            size: at(SIZE)?,
            is_unclear: flags & 0x3000 != 0 || entries.is_intent(start, flags),
        });
    }
    let extension = body.get(entries.position..entries.position + 4);
    match extension.and_then(refused) {
        Some(fault) => Err(fault),
        None => Ok(()),
    }
}

/// Folders and files in a folder; git's own folder is neither.
fn list(top: &Path, folder: &str) -> (Vec<String>, Vec<String>) {
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(top.join(folder))
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == ".git" {
            continue;
        }
        let path = format!("{folder}/{name}");
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            folders.push(path);
        } else {
            files.push(path);
        }
    }
    (folders, files)
}

fn is_as_noted(top: &Path, noted: &Noted, written: Option<Duration>) -> bool {
    let full = top.join(&noted.path);
    let Ok(metadata) = fs::symlink_metadata(&full) else {
        return false;
    };
    if noted.is_unclear || !metadata.is_file() || noted.kind == TreeKind::SymbolicLink {
        return false;
    }
    // A file that changed in the moment in which the index was written may have changed again without a trace.
    let racy = written.is_none_or(|written| u64::from(noted.modified.0) >= written.as_secs());
    if !racy && noted.size != 0 && is_untouched(&metadata, noted) {
        return true;
    }
    let bytes = fs::read(&full).ok();
    let id = bytes.and_then(|bytes| Repository::blob_id(&bytes).ok());
    id == Some(noted.id.bytes()) && has_mode(&metadata, noted.kind)
}

#[cfg(unix)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the index has 32 bits for each"
)]
fn is_untouched(metadata: &Metadata, noted: &Noted) -> bool {
    use std::os::unix::fs::MetadataExt;
    // A git that was built without them leaves the parts of a second out.
    let same = |noted: (u32, u32), seconds: i64, parts: i64| {
        noted.0 == seconds as u32 && (noted.1 == 0 || noted.1 == parts as u32)
    };
    same(noted.modified, metadata.mtime(), metadata.mtime_nsec())
        && same(noted.changed, metadata.ctime(), metadata.ctime_nsec())
        && (noted.inode == 0 || noted.inode == metadata.ino() as u32)
        && noted.size == metadata.len() as u32
        && has_mode(metadata, noted.kind)
}

/// Elsewhere every file is read.
#[cfg(not(unix))]
fn is_untouched(_: &Metadata, _: &Noted) -> bool {
    false
}

#[cfg(unix)]
fn has_mode(metadata: &Metadata, kind: TreeKind) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let is_executable = metadata.permissions().mode() & 0o100 != 0;
    is_executable == (kind == TreeKind::Executable)
}

#[cfg(not(unix))]
fn has_mode(_: &Metadata, _: TreeKind) -> bool {
    true
}
