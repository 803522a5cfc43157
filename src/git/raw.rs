//! Commits read from their bytes: also those whose header the library refuses, and histories that hold such commits.
//! It only reads. Nobody has to write a commit with git; whoever pushes a broken one must not blind who judges it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use git2::{ErrorClass, ErrorCode, ObjectType, Oid};

use crate::git::{CommitFacts, GitError, Identity, ObjectId, Range, Repository};
use crate::time::Timestamp;

/// A line of a commit's header that says nothing that could be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadHeader {
    /// `author` or `committer`.
    pub header: &'static str,
    /// What stands there; empty where the line is missing.
    pub text: String,
}

/// An object that could not be read, told with its id where the library's own words do not say it.
pub(super) fn unread(id: Oid, error: git2::Error) -> GitError {
    match (error.code(), error.class()) {
        (ErrorCode::Owner, _) => error.into(),
        (ErrorCode::NotFound, _) => GitError::Missing(id.to_string()),
        (_, ErrorClass::Odb | ErrorClass::Zlib | ErrorClass::Object | ErrorClass::Tree) => {
            GitError::Damaged(id.to_string(), error.message().to_owned())
        }
        _ => error.into(),
    }
}

/// The lines of the header, and the message.
fn parted(raw: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let end = raw.windows(2).position(|pair| pair == b"\n\n");
    let (header, message) = match end {
        Some(end) => (&raw[..end], &raw[end + 2..]),
        None => (raw, &raw[raw.len()..]),
    };
    (header.split(|byte| *byte == b'\n').collect(), message)
}

fn id_in(line: &[u8], key: &str) -> Option<ObjectId> {
    let text = std::str::from_utf8(line).ok()?;
    ObjectId::parse(text.strip_prefix(key)?.strip_prefix(' ')?)
}

/// `NAME <ADDRESS> SECONDS OFFSET`, as git writes it.
fn identity(text: &str) -> Option<Identity> {
    let (name, rest) = text.split_once('<')?;
    let (email, rest) = rest.split_once('>')?;
    let (seconds, offset) = rest.strip_prefix(' ')?.split_once(' ')?;
    let is_signed = offset.starts_with(['+', '-']) && offset.len() == 5;
    let offset: i32 = is_signed.then(|| offset.parse().ok()).flatten()?;
    let minutes = offset / 100 * 60 + offset % 100;
    let seconds = seconds.parse().ok()?;
    let time = Timestamp::from_git(seconds, minutes).or_else(|| Timestamp::from_git(seconds, 0))?;
    // git and this program must not read two names, or two addresses, out of one line.
    let odd = ['<', '>', '\0'];
    let is_whole = !email.contains(odd) && !name.contains(odd);
    is_whole.then(|| Identity {
        name: name.trim().to_owned(),
        email: email.trim().to_owned(),
        time,
    })
}

/// Whether each of author and committer stands in a header once, and as git writes it.
pub(super) fn is_plain(header: &[u8]) -> bool {
    ["author ", "committer "].iter().all(|begin| {
        let lines = header.split(|byte| *byte == b'\n');
        let mut lines = lines.filter_map(|line| line.strip_prefix(begin.as_bytes()));
        let one = lines.next().map(String::from_utf8_lossy);
        lines.next().is_none() && one.is_some_and(|text| identity(&text).is_some())
    })
}

impl Repository {
    /// A commit from its bytes. What its header does not tell is empty, and listed.
    pub(super) fn raw_commit(&self, id: ObjectId) -> Result<CommitFacts, GitError> {
        let oid = id.to_git()?;
        let odb = self.inner.odb()?;
        let object = odb.read(oid).map_err(|error| unread(oid, error))?;
        if object.kind() != ObjectType::Commit {
            return Err(GitError::Damaged(
                id.to_string(),
                format!("it is a {}, not a commit", object.kind()),
            ));
        }
        let (lines, message) = parted(object.data());
        let Some(tree) = lines.first().and_then(|line| id_in(line, "tree")) else {
            return Err(GitError::Damaged(
                id.to_string(),
                "the commit names no tree".to_owned(),
            ));
        };
        let parents: Vec<ObjectId> = lines[1..]
            .iter()
            .map_while(|line| id_in(line, "parent"))
            .collect();
        let mut bad_headers = Vec::new();
        let mut one = |header: &'static str| {
            let begin = format!("{header} ");
            let all = lines
                .iter()
                .filter_map(|line| line.strip_prefix(begin.as_bytes()));
            let all: Vec<&[u8]> = all.collect();
            let text = String::from_utf8_lossy(&all.join(&b'\n')).into_owned();
            identity(&text).unwrap_or_else(|| {
                bad_headers.push(BadHeader { header, text });
                Identity {
                    name: String::new(),
                    email: String::new(),
                    time: Timestamp::epoch(),
                }
            })
        };
        let (author, committer) = (one("author"), one("committer"));
        Ok(CommitFacts {
            id,
            parents,
            tree,
            author,
            committer,
            message: String::from_utf8_lossy(message).into_owned(),
            is_signed: lines.iter().any(|line| line.starts_with(b"gpgsig ")),
            bad_headers,
        })
    }

    /// The commit that a revision such as `main`, `HEAD~2` or forty digits names, read without the library's help.
    pub(super) fn raw_resolve(&self, revision: &str) -> Option<ObjectId> {
        let end = revision.find(['^', '~']).unwrap_or(revision.len());
        let (name, mut way) = revision.split_at(end);
        let mut id = ObjectId::parse(name).or_else(|| {
            let found = self.inner.resolve_reference_from_short_name(name).ok()?;
            found.resolve().ok()?.target().map(ObjectId::from_git)
        })?;
        while let Some(turn) = way.chars().next() {
            let rest = &way[1..];
            let length = rest.bytes().take_while(u8::is_ascii_digit).count();
            let count: usize = match &rest[..length] {
                "" => 1,
                digits => digits.parse().ok()?,
            };
            way = &rest[length..];
            match (turn, count) {
                ('^', 0) => {}
                ('^', which) => id = *self.raw_commit(id).ok()?.parents.get(which - 1)?,
                ('~', count) => {
                    for _ in 0..count {
                        id = *self.raw_commit(id).ok()?.parents.first()?;
                    }
                }
                _ => return None,
            }
        }
        self.raw_commit(id).ok().map(|facts| facts.id)
    }

    /// The tree of a commit.
    pub(super) fn tree_of(&self, commit: Oid) -> Result<git2::Tree<'_>, GitError> {
        let tree = match self.inner.find_commit(commit) {
            Ok(found) => found.tree_id(),
            Err(_) => self.raw_commit(ObjectId::from_git(commit))?.tree.to_git()?,
        };
        self.inner
            .find_tree(tree)
            .map_err(|error| unread(tree, error))
    }

    /// `boundary` is what a shallow clone begins with: it names parents that are not there.
    fn parents_and_time(
        &self,
        id: ObjectId,
        boundary: &[ObjectId],
    ) -> Result<(Vec<ObjectId>, i64), GitError> {
        let facts = self.raw_commit(id)?;
        let time = facts.committer.time.seconds();
        if boundary.contains(&id) {
            return Ok((Vec::new(), time));
        }
        Ok((facts.parents, time))
    }

    /// Every commit that some commits are or rest on.
    fn raw_ancestors(&self, from: &[ObjectId]) -> Result<HashSet<ObjectId>, GitError> {
        let boundary = self.shallow_boundary();
        let mut seen = HashSet::new();
        let mut open = from.to_vec();
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(self.parents_and_time(id, &boundary)?.0);
            }
        }
        Ok(seen)
    }

    /// The commits of a range, with parents and time.
    fn reached(&self, range: &Range) -> Result<HashMap<ObjectId, (Vec<ObjectId>, i64)>, GitError> {
        /// How much further it goes when only commits are left that the range leaves out: clocks differ, so that one of
        /// them may be older than another that rests on it.
        const FURTHER: usize = 200;
        struct Seen {
            parents: Vec<ObjectId>,
            time: i64,
            is_hidden: bool,
            is_open: bool,
        }
        let boundary = self.shallow_boundary();
        let mut seen: HashMap<ObjectId, Seen> = HashMap::new();
        // The newest first.
        let mut open: BinaryHeap<(i64, ObjectId)> = BinaryHeap::new();
        // How many of those that are open belong to the range.
        let mut wanted = 0_usize;
        let hidden = range.without.iter().map(|id| (*id, true));
        let mut found: Vec<(ObjectId, bool)> = hidden
            .chain(range.from.iter().map(|id| (*id, false)))
            .collect();
        let mut further = 0;
        loop {
            while let Some((id, is_hidden)) = found.pop() {
                match seen.get_mut(&id) {
                    None => {
                        let (parents, time) = self.parents_and_time(id, &boundary)?;
                        let commit = Seen {
                            parents,
                            time,
                            is_hidden,
                            is_open: true,
                        };
                        seen.insert(id, commit);
                        open.push((time, id));
                        wanted += usize::from(!is_hidden);
                    }
                    // What a commit that is left out rests on is left out, also where it was seen before.
                    Some(known) if is_hidden && !known.is_hidden => {
                        known.is_hidden = true;
                        if known.is_open {
                            wanted -= 1;
                        } else {
                            found.extend(known.parents.iter().map(|parent| (*parent, true)));
                        }
                    }
                    Some(_) => {}
                }
            }
            further = if wanted == 0 { further + 1 } else { 0 };
            let next = open.pop().filter(|_| further <= FURTHER);
            let Some(commit) = next.and_then(|(_, id)| seen.get_mut(&id)) else {
                break;
            };
            commit.is_open = false;
            wanted -= usize::from(!commit.is_hidden);
            let is_hidden = commit.is_hidden;
            found.extend(commit.parents.iter().map(|parent| (*parent, is_hidden)));
        }
        let of_range = seen.into_iter().filter(|(_, commit)| !commit.is_hidden);
        Ok(of_range
            .map(|(id, commit)| (id, (commit.parents, commit.time)))
            .collect())
    }

    /// The commits of a range, every one behind its parents. It goes back no further than the range does, where the library
    /// goes to the beginning of history, and through commits whose header is broken, where the library stops.
    pub(super) fn raw_commits(&self, range: &Range) -> Result<Vec<ObjectId>, GitError> {
        let known = self.reached(range)?;
        let mut children: HashMap<ObjectId, usize> = known.keys().map(|id| (*id, 0)).collect();
        for (parents, _) in known.values() {
            for parent in parents {
                if let Some(count) = children.get_mut(parent) {
                    *count += 1;
                }
            }
        }
        // The newest first among those that nothing rests on any more; then the other way round.
        let mut ready: BinaryHeap<(i64, Reverse<ObjectId>)> = children
            .iter()
            .filter(|(_, count)| **count == 0)
            .map(|(id, _)| (known[id].1, Reverse(*id)))
            .collect();
        let mut order = Vec::with_capacity(known.len());
        while let Some((_, Reverse(id))) = ready.pop() {
            order.push(id);
            for parent in &known[&id].0 {
                let Some(count) = children.get_mut(parent) else {
                    continue;
                };
                *count -= 1;
                if *count == 0 {
                    ready.push((known[parent].1, Reverse(*parent)));
                }
            }
        }
        order.reverse();
        Ok(order)
    }

    pub(super) fn raw_is_ancestor(&self, old: ObjectId, new: ObjectId) -> Result<bool, GitError> {
        Ok(self.raw_ancestors(&[new])?.contains(&old))
    }

    /// The newest commits that two commits have in common.
    pub(super) fn raw_merge_bases(
        &self,
        one: ObjectId,
        other: ObjectId,
    ) -> Result<Vec<ObjectId>, GitError> {
        let (own, others) = (self.raw_ancestors(&[one])?, self.raw_ancestors(&[other])?);
        let common: Vec<ObjectId> = own.intersection(&others).copied().collect();
        let boundary = self.shallow_boundary();
        let mut below = HashSet::new();
        for id in &common {
            below.extend(self.parents_and_time(*id, &boundary)?.0);
        }
        Ok(common
            .into_iter()
            .filter(|id| !below.contains(id))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_and_when_are_read_as_git_writes_them() {
        #[track_caller]
        fn case(text: &str, expected: Option<(&str, &str, &str)>) {
            let read = identity(text);
            let read = read.map(|own| (own.name, own.email, own.time.to_string()));
            let expected = expected
                .map(|(name, email, time)| (name.to_owned(), email.to_owned(), time.to_owned()));
            assert_eq!(read, expected, "{text}");
        }
        case(
            "李伟 <li@example.org> 1795395600 +0800",
            Some(("李伟", "li@example.org", "2026-11-23T09:00:00+08:00")),
        );
        case(
            "<li@example.org> 0 -0330",
            Some(("", "li@example.org", "1969-12-31T20:30:00-03:30")),
        );
        for bad in [
            "",
            "li",
            "li <li@example.org>",
            "li <li@example.org> yesterday +0800",
            "li <li@example.org> 99999999999999999 +0800",
            "li <li@example.org> 0",
            "li <li@example.org 0 +0800",
            "li <li@example.org> <x> 0 +0800",
        ] {
            case(bad, None);
        }
    }
}
