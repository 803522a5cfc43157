//! The history of one path: which commits changed what lies there. It reads as few trees as it can, and never writes.

use std::collections::HashMap;
use std::ffi::CStr;

use git2::Odb;

use crate::git::raw::unread;
use crate::git::{GitError, ObjectId, Range, Repository};

/// A commit that changed what lies at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub commit: ObjectId,
    /// The folder's tree in the first parent; none where it was not there.
    pub before: Option<ObjectId>,
    /// The folder's tree in the commit.
    pub after: Option<ObjectId>,
    pub is_merge: bool,
}

impl Repository {
    /// The commits of a range that changed a folder, every one behind its parents. A merge is one of them only where
    /// the folder differs from that of every parent.
    pub fn history_of(&self, range: &Range, folder: &str) -> Result<Vec<Turn>, GitError> {
        let parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        // One memory a level: the deeper the folder, the fewer trees there are of it.
        let mut memory: Vec<HashMap<ObjectId, Option<ObjectId>>> =
            vec![HashMap::new(); parts.len()];
        let mut folders: HashMap<ObjectId, Option<ObjectId>> = HashMap::new();
        let mut turns = Vec::new();
        let odb = self.inner.odb()?;
        let _quick = Unverified::begin();
        for id in self.commits(range)? {
            let (tree, parents) = tree_and_parents(&odb, id)?;
            let mut after = Some(tree);
            for (part, memory) in parts.iter().zip(&mut memory) {
                let Some(tree) = after else {
                    break;
                };
                after = match memory.get(&tree) {
                    Some(known) => *known,
                    None => {
                        let found = folder_in(&odb, tree, part)?;
                        memory.insert(tree, found);
                        found
                    }
                };
            }
            folders.insert(id, after);
            // A parent outside of the range, or cut off in a shallow clone, is as if it were not there.
            let of = |parent: &ObjectId| folders.get(parent).copied().flatten();
            let is_new = if parents.is_empty() {
                after.is_some()
            } else {
                parents.iter().all(|parent| of(parent) != after)
            };
            if is_new {
                turns.push(Turn {
                    commit: id,
                    before: parents.first().and_then(of),
                    after,
                    is_merge: parents.len() > 1,
                });
            }
        }
        Ok(turns)
    }

    /// How many bytes a blob has.
    pub fn blob_size(&self, id: ObjectId) -> Result<u64, GitError> {
        let (size, _) = self.inner.odb()?.read_header(id.to_git()?)?;
        Ok(size as u64)
    }
}

/// As long as it lives, the library does not compute the hash of every object that it reads, as git does not either.
///
/// Over 100,000 commits that is half of the time. What is shown of a commit is read, and verified, afterwards.
struct Unverified;

impl Unverified {
    fn begin() -> Self {
        git2::opts::strict_hash_verification(false);
        Self
    }
}

impl Drop for Unverified {
    fn drop(&mut self) {
        git2::opts::strict_hash_verification(true);
    }
}

/// The tree and the parents of a commit, read from its bytes: a walk over all of history has no use for the rest.
fn tree_and_parents(odb: &Odb<'_>, id: ObjectId) -> Result<(ObjectId, Vec<ObjectId>), GitError> {
    let oid = id.to_git()?;
    let object = odb.read(oid).map_err(|error| unread(oid, error))?;
    let broken = || GitError::Damaged(id.to_string(), "the commit names no tree".to_owned());
    let named = |line: &[u8], name: &str| {
        let id = line.strip_prefix(name.as_bytes())?;
        ObjectId::parse(std::str::from_utf8(id).ok()?)
    };
    let mut lines = object.data().split(|&byte| byte == b'\n');
    let tree = lines.next().and_then(|line| named(line, "tree "));
    let parents = lines.map_while(|line| named(line, "parent ")).collect();
    Ok((tree.ok_or_else(broken)?, parents))
}

/// The folder of a name in a tree, read from its bytes: `mode name`, NUL, and the id, again and again.
fn folder_in(odb: &Odb<'_>, tree: ObjectId, name: &str) -> Result<Option<ObjectId>, GitError> {
    let oid = tree.to_git()?;
    let object = odb.read(oid).map_err(|error| unread(oid, error))?;
    let mut rest = object.data();
    while let Ok(entry) = CStr::from_bytes_until_nul(rest) {
        let (entry, after) = rest.split_at(entry.count_bytes());
        let Some((id, next)) = after[1..].split_first_chunk::<20>() else {
            break;
        };
        if entry.strip_prefix(b"40000 ") == Some(name.as_bytes()) {
            return Ok(Some(ObjectId::from_bytes(*id)));
        }
        rest = next;
    }
    Ok(None)
}
