//! What the index holds otherwise than HEAD, at the cost of what differs.
//!
//! git keeps in the index the ids of the trees that it would write of folders in which nothing was staged. A folder whose
//! id HEAD has too is passed over, so that only folders are looked into in which something is staged.
//! It reads no file of the work tree, and writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::git::index::entry::{
    CacheLine, Entries, HASH, ID, MODE, body_of, cache_line, damaged, number, refused,
};
use crate::git::index::{IndexFault, failed};
use crate::git::trees::Difference;
use crate::git::{GitError, ObjectId, Repository, TreeKind, kind_of};

/// What is staged.
#[derive(Debug, Default)]
pub struct Staged {
    /// In the order of paths; what HEAD has is `before`.
    pub differences: Vec<Difference>,
    /// Paths with an unresolved conflict, which are not among the differences.
    pub conflicted: Vec<String>,
}

type Object = (TreeKind, ObjectId);

/// A folder of the index's cache of trees.
#[derive(Debug)]
struct Cached<'a> {
    name: &'a [u8],
    /// None where something below was staged since the tree was written.
    id: Option<ObjectId>,
    folders: Vec<Cached<'a>>,
}

impl Repository {
    /// What the index holds otherwise than HEAD; `file` is the index where it is not the repository's own.
    pub fn staged(&self, file: Option<&Path>) -> Result<Staged, IndexFault> {
        let tree = self.head_tree().map_err(of_git)?;
        let own = self.git_folder().join("index");
        let bytes = match fs::read(file.unwrap_or(&own)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(failed(&error)),
        };
        let mut passed = Vec::new();
        let mut held = BTreeMap::new();
        let mut conflicted = BTreeSet::new();
        if !bytes.is_empty() {
            let body = body_of(&bytes)?;
            let mut entries = Entries::new(body)?;
            let places = entries.places()?;
            if let Some(cached) = cache_of(body, entries.position)? {
                self.pass(&cached, "", tree, &mut passed).map_err(of_git)?;
                passed.sort_unstable();
            }
            if entries.version < 4 {
                let some = outside(&entries, &places, &passed);
                for start in some {
                    let path = entries.path_at(start).ok_or_else(damaged)?;
                    let flags = entries.flags_at(start);
                    let is_intent = entries.is_intent(start, flags);
                    let entry = (path, flags, is_intent);
                    hold(body, start, entry, &mut held, &mut conflicted)?;
                }
            } else {
                read_held(body, &passed, &mut held, &mut conflicted)?;
            }
        }
        let mut known = BTreeMap::new();
        self.known_below(tree, "", &passed, &mut known)
            .map_err(of_git)?;
        let paths: BTreeSet<&String> = known.keys().chain(held.keys()).collect();
        let differences = paths
            .into_iter()
            .filter(|path| !conflicted.contains(*path))
            .filter_map(|path| {
                let (before, after) = (known.get(path).copied(), held.get(path).copied());
                (before != after).then(|| Difference {
                    path: path.clone(),
                    before,
                    after,
                })
            });
        Ok(Staged {
            differences: differences.collect(),
            conflicted: conflicted.into_iter().collect(),
        })
    }

    /// The tree of the commit that is checked out; none where there is no commit yet.
    pub fn head_tree(&self) -> Result<Option<ObjectId>, GitError> {
        let head = self.head()?;
        let commit = head.commit().and_then(ObjectId::parse);
        commit
            .map(|commit| Ok(self.commit_facts(commit)?.tree))
            .transpose()
    }

    /// Gathers the topmost folders that the index holds as HEAD does, each with a slash at its end.
    fn pass(
        &self,
        cached: &Cached<'_>,
        path: &str,
        tree: Option<ObjectId>,
        passed: &mut Vec<String>,
    ) -> Result<(), GitError> {
        let Some(tree) = tree else {
            return Ok(());
        };
        if cached.id == Some(tree) {
            passed.push(path.to_owned());
            return Ok(());
        }
        let entries = self.tree(tree)?;
        let folders: BTreeMap<&[u8], ObjectId> = entries
            .iter()
            .filter(|entry| entry.kind == TreeKind::Folder)
            .map(|entry| (entry.name.as_bytes(), entry.id))
            .collect();
        for folder in &cached.folders {
            let (Some(id), Ok(name)) = (
                folders.get(folder.name).copied(),
                std::str::from_utf8(folder.name),
            ) else {
                continue;
            };
            self.pass(folder, &format!("{path}{name}/"), Some(id), passed)?;
        }
        Ok(())
    }

    /// Every file of a tree that lies in none of the folders passed over; `path` ends with a slash, or is empty.
    fn known_below(
        &self,
        tree: Option<ObjectId>,
        path: &str,
        passed: &[String],
        known: &mut BTreeMap<String, Object>,
    ) -> Result<(), GitError> {
        let Some(tree) = tree else {
            return Ok(());
        };
        if passed
            .binary_search_by(|own| own.as_str().cmp(path))
            .is_ok()
        {
            return Ok(());
        }
        for entry in self.tree(tree)? {
            let inner = format!("{path}{}", entry.name);
            if entry.kind == TreeKind::Folder {
                self.known_below(Some(entry.id), &format!("{inner}/"), passed, known)?;
            } else {
                known.insert(inner, (entry.kind, entry.id));
            }
        }
        Ok(())
    }
}

fn of_git(error: GitError) -> IndexFault {
    IndexFault::Failed(error.message().en)
}

/// Where the entries begin that lie in none of the folders passed over. Entries are in the order of the bytes of their paths,
/// so that those of a folder stand together.
fn outside(entries: &Entries<'_>, places: &[usize], passed: &[String]) -> Vec<usize> {
    let path = |start: usize| entries.path_at(start).unwrap_or_default();
    let mut some = Vec::new();
    let mut rest = places;
    for folder in passed.iter().map(String::as_bytes) {
        let before = rest.partition_point(|start| path(*start) < folder);
        some.extend_from_slice(&rest[..before]);
        rest = &rest[before..];
        let inside = rest.partition_point(|start| path(*start).starts_with(folder));
        rest = &rest[inside..];
    }
    some.extend_from_slice(rest);
    some
}

/// The same in version 4, in which a path is what differs from the one before.
fn read_held(
    body: &[u8],
    passed: &[String],
    held: &mut BTreeMap<String, Object>,
    conflicted: &mut BTreeSet<String>,
) -> Result<(), IndexFault> {
    let mut entries = Entries::new(body)?;
    let mut ahead = passed.iter().map(String::as_bytes).peekable();
    for _ in 0..entries.count {
        let start = entries.position;
        let flags = entries.next()?;
        let path = entries.path.as_slice();
        while ahead
            .next_if(|folder| !path.starts_with(folder) && *folder < path)
            .is_some()
        {}
        if ahead.peek().is_some_and(|folder| path.starts_with(folder)) {
            continue;
        }
        let entry = (path, flags, entries.is_intent(start, flags));
        hold(body, start, entry, held, conflicted)?;
    }
    Ok(())
}

/// Notes an entry: its path, its flags, and whether it is only announced.
fn hold(
    body: &[u8],
    start: usize,
    (path, flags, is_intent): (&[u8], u16, bool),
    held: &mut BTreeMap<String, Object>,
    conflicted: &mut BTreeSet<String>,
) -> Result<(), IndexFault> {
    let path = String::from_utf8_lossy(path).into_owned();
    if flags & 0x3000 != 0 {
        conflicted.insert(path);
    } else if !is_intent {
        held.insert(path, object_at(body, start)?);
    }
    Ok(())
}

/// What an entry holds.
pub(super) fn object_at(body: &[u8], start: usize) -> Result<Object, IndexFault> {
    let mode = i32::try_from(number(body, start + MODE)?).map_err(|_| damaged())?;
    let id = body
        .get(start + ID..)
        .and_then(|rest| rest.first_chunk::<HASH>());
    Ok((
        kind_of(mode),
        ObjectId::from_bytes(*id.ok_or_else(damaged)?),
    ))
}

/// The index's cache of trees, which stands behind the last entry; none where git has not written one.
fn cache_of(body: &[u8], behind: usize) -> Result<Option<Cached<'_>>, IndexFault> {
    let mut at = behind;
    let mut found = None;
    while at < body.len() {
        let name = body.get(at..at + 4).ok_or_else(damaged)?;
        let length = number(body, at + 4)? as usize;
        let data = body.get(at + 8..at + 8 + length).ok_or_else(damaged)?;
        if let Some(fault) = refused(name) {
            return Err(fault);
        }
        if name == b"TREE" {
            // One that cannot be read is as if there were none.
            found = folder(data).map(|(cached, _)| cached);
        }
        at += 8 + length;
    }
    Ok(found)
}

/// Reads one folder of the cache with all below it; gives what follows.
fn folder(data: &[u8]) -> Option<(Cached<'_>, &[u8])> {
    let CacheLine {
        name_end,
        line_end,
        count,
        folders,
    } = cache_line(data)?;
    let mut rest = &data[line_end + 1..];
    let mut id = None;
    if count >= 0 {
        let (own, after) = rest.split_first_chunk::<HASH>()?;
        id = Some(ObjectId::from_bytes(*own));
        rest = after;
    }
    let mut below = Vec::new();
    for _ in 0..folders {
        let (inner, after) = folder(rest)?;
        below.push(inner);
        rest = after;
    }
    let cached = Cached {
        name: &data[..name_end],
        id,
        folders: below,
    };
    Some((cached, rest))
}
