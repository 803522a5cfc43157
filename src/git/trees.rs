//! Trees as git keeps them, read from their bytes, and what differs between two of them.
//! It goes down only where ids differ, makes no object of an entry that nobody asks for, and never writes.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};

use git2::ObjectType;

use crate::git::raw::unread;
use crate::git::{GitError, ObjectId, Repository, TreeKind, kind_of};

/// How many bytes of trees are kept; a commit and the next have most of them in common.
const MAXIMUM_KEPT: usize = 8_000_000;
/// Largest file that is kept too: an entry of the register is looked at with every change of its clue.
const SMALL: usize = 64;

/// A name in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEntry {
    pub name: String,
    pub kind: TreeKind,
    pub id: ObjectId,
}

/// A file or folder that two trees do not have alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub path: String,
    pub before: Option<(TreeKind, ObjectId)>,
    pub after: Option<(TreeKind, ObjectId)>,
}

/// Trees and very small files that were read, by their ids.
#[derive(Default)]
pub(super) struct KnownObjects {
    trees: HashMap<ObjectId, Arc<[u8]>>,
    files: HashMap<ObjectId, Arc<[u8]>>,
    bytes: usize,
}

impl KnownObjects {
    /// Begins anew where too much is kept.
    fn make_room(&mut self, bytes: usize) {
        if self.bytes > MAXIMUM_KEPT {
            *self = Self::default();
        }
        // What a map itself takes for each counts too.
        self.bytes += bytes + 64;
    }
}

/// An entry of a tree where it stands in the tree's bytes.
#[derive(Clone, Copy)]
struct RawEntry<'a> {
    mode: u32,
    name: &'a [u8],
    id: &'a [u8; 20],
}

impl RawEntry<'_> {
    fn kind(&self) -> TreeKind {
        kind_of(i32::try_from(self.mode).unwrap_or_default())
    }

    fn id(&self) -> ObjectId {
        ObjectId::from_bytes(*self.id)
    }

    fn whole(&self) -> (TreeKind, ObjectId) {
        (self.kind(), self.id())
    }

    fn name(&self) -> String {
        String::from_utf8_lossy(self.name).into_owned()
    }

    /// Trees are sorted as if the names of folders ended in a slash.
    fn order(&self, other: &Self) -> Ordering {
        let common = self.name.len().min(other.name.len());
        self.name[..common]
            .cmp(&other.name[..common])
            .then_with(|| {
                let next = |entry: &Self| {
                    let end = (entry.kind() == TreeKind::Folder).then_some(b'/');
                    entry.name.get(common).copied().or(end)
                };
                next(self).cmp(&next(other))
            })
            .then_with(|| self.name.len().cmp(&other.name.len()))
    }
}

/// The entries of a tree; ends early where the bytes are no tree's.
struct Entries<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<RawEntry<'a>, GitError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = split_entry(self.rest);
        self.rest = entry.map_or(&[], |(_, rest)| rest);
        Some(
            entry
                .map(|(entry, _)| entry)
                .ok_or_else(|| GitError::Failed("a tree cannot be read".to_owned())),
        )
    }
}

/// Passes over the entries with which both trees begin: most of a large tree is as it was.
fn pass_common(left: &mut Entries<'_>, right: &mut Entries<'_>) {
    let pairs = left.rest.chunks(64).zip(right.rest.chunks(64));
    let common = 64 * pairs.take_while(|(left, right)| left == right).count();
    // Entries begin where the one before ends, so they are gone through; only one side needs to be.
    let mut passed = 0;
    while let Some((_, rest)) = split_entry(&left.rest[passed..]) {
        let end = left.rest.len() - rest.len();
        if end > common {
            break;
        }
        passed = end;
    }
    left.rest = &left.rest[passed..];
    right.rest = &right.rest[passed..];
}

/// Takes the first entry off the bytes of a tree: mode in octal digits, a space, the name, a zero byte, the id.
fn split_entry(bytes: &[u8]) -> Option<(RawEntry<'_>, &[u8])> {
    let space = bytes.iter().position(|&byte| byte == b' ')?;
    let mode = bytes[..space].iter().try_fold(0_u32, |mode, &digit| {
        (b'0'..=b'7')
            .contains(&digit)
            .then(|| mode.checked_mul(8)?.checked_add(u32::from(digit - b'0')))
            .flatten()
    })?;
    let rest = &bytes[space + 1..];
    let end = rest.iter().position(|&byte| byte == 0)?;
    let (id, after) = rest[end + 1..].split_first_chunk::<20>()?;
    let name = &rest[..end];
    Some((RawEntry { mode, name, id }, after))
}

impl Repository {
    fn raw_tree(&self, id: ObjectId) -> Result<Arc<[u8]>, GitError> {
        if let Some(known) = self.known().trees.get(&id) {
            return Ok(Arc::clone(known));
        }
        let (kind, bytes) = self.read_object(id)?;
        if kind != ObjectType::Tree {
            let why = "it is no tree".to_owned();
            return Err(GitError::Damaged(id.to_string(), why));
        }
        let mut known = self.known();
        known.make_room(bytes.len());
        known.trees.insert(id, Arc::clone(&bytes));
        Ok(bytes)
    }

    /// An object's kind and bytes.
    pub(super) fn read_object(&self, id: ObjectId) -> Result<(ObjectType, Arc<[u8]>), GitError> {
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = objects.as_mut().and_then(|objects| objects.read(id)) {
            return Ok(found);
        }
        drop(objects);
        let oid = id.to_git()?;
        let store = self.inner.odb()?;
        let object = store.read(oid).map_err(|error| unread(oid, error))?;
        Ok((object.kind(), Arc::from(object.data())))
    }

    fn known(&self) -> MutexGuard<'_, KnownObjects> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes of a file that was kept.
    pub(super) fn known_file(&self, id: ObjectId) -> Option<Arc<[u8]>> {
        self.known().files.get(&id).cloned()
    }

    /// Keeps a file's bytes, if they are few.
    pub(super) fn keep_small(&self, id: ObjectId, bytes: &Arc<[u8]>) {
        if bytes.len() <= SMALL {
            let mut known = self.known();
            known.make_room(bytes.len());
            known.files.insert(id, Arc::clone(bytes));
        }
    }

    /// What lies in a tree, in git's order of names.
    pub fn tree(&self, id: ObjectId) -> Result<Vec<TreeEntry>, GitError> {
        let bytes = self.raw_tree(id)?;
        Entries { rest: &bytes }
            .map(|entry| {
                let entry = entry?;
                Ok(TreeEntry {
                    name: entry.name(),
                    kind: entry.kind(),
                    id: entry.id(),
                })
            })
            .collect()
    }

    /// What lies at a path below a tree.
    pub fn below_tree(
        &self,
        tree: ObjectId,
        path: &str,
    ) -> Result<Option<(TreeKind, ObjectId)>, GitError> {
        let mut found = (TreeKind::Folder, tree);
        for name in path.split('/').filter(|name| !name.is_empty()) {
            if found.0 != TreeKind::Folder {
                return Ok(None);
            }
            let bytes = self.raw_tree(found.1)?;
            let mut inner = None;
            for entry in (Entries { rest: &bytes }) {
                let entry = entry?;
                if entry.name == name.as_bytes() {
                    inner = Some(entry.whole());
                    break;
                }
            }
            match inner {
                Some(inner) => found = inner,
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    /// Every file and folder that two trees do not have alike. A folder that one of them lacks, or that `stop` names, is
    /// told as a whole; other folders are gone into.
    pub fn differences(
        &self,
        before: Option<ObjectId>,
        after: Option<ObjectId>,
        stop: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<Difference>, GitError> {
        let mut found = Vec::new();
        self.compare("", before, after, stop, &mut found)?;
        Ok(found)
    }

    fn compare(
        &self,
        folder: &str,
        before: Option<ObjectId>,
        after: Option<ObjectId>,
        stop: &dyn Fn(&str) -> bool,
        found: &mut Vec<Difference>,
    ) -> Result<(), GitError> {
        if before == after {
            return Ok(());
        }
        let nothing: Arc<[u8]> = Arc::from([]);
        let tree =
            |id: Option<ObjectId>| id.map_or(Ok(Arc::clone(&nothing)), |id| self.raw_tree(id));
        let after_id = after;
        let (before, after) = (tree(before)?, tree(after)?);
        let mut left = Entries { rest: &before };
        let mut right = Entries { rest: &after };
        pass_common(&mut left, &mut right);
        let (mut old, mut new) = (left.next().transpose()?, right.next().transpose()?);
        loop {
            let order = match (&old, &new) {
                (None, None) => return Ok(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(old), Some(new)) => old.order(new),
            };
            let (mut one, mut other) = (None, None);
            if order != Ordering::Greater {
                one = std::mem::replace(&mut old, left.next().transpose()?);
            }
            if order != Ordering::Less {
                other = std::mem::replace(&mut new, right.next().transpose()?);
                // Of two entries of one name, git shows the one and this program might read the other.
                if let (Some(one), Some(next)) = (&other, &new)
                    && (one.order(next) != Ordering::Less || one.name == next.name)
                {
                    let id = after_id.map_or_else(String::new, |id| id.to_string());
                    let why = format!("the tree's entries are not in order: {}", next.name());
                    return Err(GitError::Damaged(id, why));
                }
            }
            if let (Some(one), Some(other)) = (&one, &other)
                && one.id == other.id
                && one.mode == other.mode
            {
                continue;
            }
            let Some(name) = one.or(other).map(|entry| entry.name()) else {
                return Ok(());
            };
            let path = if folder.is_empty() {
                name
            } else {
                format!("{folder}/{name}")
            };
            let of = |entry: Option<RawEntry<'_>>| entry.map(|entry| entry.whole());
            let (one, other) = (of(one), of(other));
            // A file and a folder of one name do not meet, so both sides are of one kind.
            let is_folder =
                |side: &Option<(TreeKind, ObjectId)>| matches!(side, Some((TreeKind::Folder, _)));
            if (is_folder(&one) || is_folder(&other)) && !stop(&path) {
                let id = |side: Option<(TreeKind, ObjectId)>| side.map(|(_, id)| id);
                self.compare(&path, id(one), id(other), stop, found)?;
            } else {
                found.push(Difference {
                    path,
                    before: one,
                    after: other,
                });
            }
        }
    }
}
