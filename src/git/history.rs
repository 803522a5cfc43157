//! History as it stands in the object store: commits, what they rest on, and the bytes of files. It never writes but the
//! tree of an index.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use git2::{ObjectType, Oid, Sort};

use crate::git::objects::Objects;
use crate::git::raw::{is_plain, unread};
use crate::git::{BadHeader, GitError, Identity, Repository};
use crate::time::Timestamp;

/// The id of an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 20]);

impl ObjectId {
    pub(super) fn from_git(id: Oid) -> Self {
        let mut bytes = [0; 20];
        bytes.copy_from_slice(id.as_bytes());
        Self(bytes)
    }

    pub(super) fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    pub(super) fn to_git(self) -> Result<Oid, GitError> {
        Ok(Oid::from_bytes(&self.0)?)
    }

    /// Reads forty hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 40)
            .then(|| Oid::from_str(text).ok().map(Self::from_git))
            .flatten()
    }

    /// The id as bytes.
    pub fn bytes(self) -> [u8; 20] {
        self.0
    }

    /// The first digits, by which people call a commit.
    pub fn short(self) -> String {
        self.to_string()[..10].to_owned()
    }
}

impl std::fmt::Display for ObjectId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for byte in self.0 {
            write!(formatter, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for ObjectId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, formatter)
    }
}

/// A commit as it was written.
#[derive(Clone, Debug)]
pub struct CommitFacts {
    pub id: ObjectId,
    pub parents: Vec<ObjectId>,
    pub tree: ObjectId,
    pub author: Identity,
    pub committer: Identity,
    pub message: String,
    /// Whether the commit bears a signature.
    pub is_signed: bool,
    /// Lines of the header that cannot be read.
    pub bad_headers: Vec<BadHeader>,
}

/// Which commits are meant.
#[derive(Clone, Debug, Default)]
pub struct Range {
    /// Commits that are reached from here...
    pub from: Vec<ObjectId>,
    /// ...and from none of these.
    pub without: Vec<ObjectId>,
}

impl Repository {
    /// Opens the repository that a hook of git is called in, with the objects that are pushed and not accepted yet.
    ///
    /// `folder` is git's own folder; the environment names where the new objects lie.
    pub fn of_hook(folder: &Path) -> Result<Self, GitError> {
        let (inner, of_hook) = match git2::Repository::open_from_env() {
            Ok(inner) => (inner, true),
            Err(_) => (git2::Repository::open(folder)?, false),
        };
        Ok(Self {
            of_hook,
            ..Self::wrap_any(inner)?
        })
    }

    /// Finds the repository that a folder belongs to, also one without a work tree.
    pub fn discover_any(folder: &Path) -> Result<Option<Self>, GitError> {
        match git2::Repository::discover(folder) {
            Ok(inner) => Self::wrap_any(inner).map(Some),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The same repository once more, for another thread.
    pub fn again(&self) -> Result<Self, GitError> {
        let inner = if self.of_hook {
            git2::Repository::open_from_env()?
        } else {
            git2::Repository::open(self.inner.path())?
        };
        // Every object's hash was checked when it came in, by git; checking it again at each read costs a fifth of an audit.
        git2::opts::strict_hash_verification(false);
        Ok(Self {
            of_hook: self.of_hook,
            ..Self::wrap_any(inner)?
        })
    }

    /// The same; very many objects will be read through it, one after the other, of which it may keep so many bytes.
    ///
    /// A hook's repository stays as it is: only libgit2 knows where the objects lie that are not accepted yet.
    pub fn for_much_reading(self, kept: usize) -> Self {
        if !self.of_hook {
            let folder = self.inner.commondir().join("objects");
            let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
            *objects = Objects::open(&folder, kept);
        }
        self
    }

    /// The commits at which a shallow clone's history begins; what they rest on is not there.
    pub fn shallow_boundary(&self) -> Vec<ObjectId> {
        let text = std::fs::read_to_string(self.inner.commondir().join("shallow"));
        let text = text.unwrap_or_default();
        text.lines()
            .filter_map(|line| ObjectId::parse(line.trim()))
            .collect()
    }

    /// Whether the repository has no work tree.
    pub fn is_bare(&self) -> bool {
        self.inner.is_bare()
    }

    /// The commits that an unfinished merge brings in.
    pub fn being_merged(&self) -> Result<Vec<ObjectId>, GitError> {
        let path = self.inner.path().join("MERGE_HEAD");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        Ok(text
            .lines()
            .filter_map(|line| ObjectId::parse(line.trim()))
            .collect())
    }

    /// Whether HEAD names a branch that is not there.
    pub fn has_unborn_head(&self) -> bool {
        let head = self.inner.find_reference("HEAD").ok();
        let target = head.and_then(|head| head.symbolic_target().ok().flatten().map(str::to_owned));
        target.is_some_and(|name| self.inner.find_reference(&name).is_err())
    }

    /// The branch that HEAD names.
    pub fn head_reference(&self) -> Option<String> {
        let head = self.inner.find_reference("HEAD").ok()?;
        head.symbolic_target().ok().flatten().map(str::to_owned)
    }

    /// Every value of a key of git's configuration.
    pub fn configured_all(&self, key: &str) -> Vec<String> {
        let mut values = Vec::new();
        if let Ok(config) = self.inner.config()
            && let Ok(entries) = config.multivar(key, None)
        {
            let _ = entries.for_each(|entry| values.extend(entry.value().ok().map(str::to_owned)));
        }
        values
    }

    /// What a range such as `main`, `A..B` or `A..` names; none where a revision is not there.
    pub fn range(&self, text: &str) -> Result<Option<Range>, GitError> {
        let one = |name: &str| -> Result<Option<ObjectId>, GitError> {
            let name = if name.is_empty() { "HEAD" } else { name };
            Ok(self.resolve(name)?.and_then(|id| ObjectId::parse(&id)))
        };
        let (without, from) = match text.split_once("..") {
            Some((without, from)) => (Some(one(without)?), one(from.trim_start_matches('.'))?),
            None => (None, one(text)?),
        };
        let Some(from) = from else {
            return Ok(None);
        };
        let without = match without {
            Some(None) => return Ok(None),
            Some(Some(without)) => vec![without],
            None => Vec::new(),
        };
        Ok(Some(Range {
            from: vec![from],
            without,
        }))
    }

    /// The commits of a range, every one behind its parents.
    pub fn commits(&self, range: &Range) -> Result<Vec<ObjectId>, GitError> {
        // A part of history is reached at the cost of that part. All of it the library walks faster, but for what it stops at.
        if range.without.is_empty() {
            return self
                .walked(&range.from)
                .or_else(|_| self.raw_commits(range));
        }
        self.raw_commits(range)
    }

    fn walked(&self, from: &[ObjectId]) -> Result<Vec<ObjectId>, GitError> {
        let mut walk = self.inner.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE)?;
        for id in from {
            walk.push(id.to_git()?)?;
        }
        walk.map(|id| Ok(ObjectId::from_git(id?))).collect()
    }

    /// What every branch leads to.
    pub fn branch_commits(&self) -> Result<Vec<ObjectId>, GitError> {
        let mut ids = Vec::new();
        for reference in self.inner.references_glob("refs/heads/*")? {
            let target = reference.ok().and_then(|reference| reference.target());
            if let Some(target) = target {
                ids.extend(self.commit_of(ObjectId::from_git(target))?);
            }
        }
        Ok(ids)
    }

    /// The commit that an object is, or that a tag leads to.
    pub fn commit_of(&self, id: ObjectId) -> Result<Option<ObjectId>, GitError> {
        let oid = id.to_git()?;
        let header = self.inner.odb()?.read_header(oid);
        let (_, kind) = header.map_err(|error| unread(oid, error))?;
        if kind == ObjectType::Commit {
            return Ok(Some(id));
        }
        let object = self.inner.find_object(oid, None)?;
        let commit = object.peel(ObjectType::Commit).ok();
        Ok(commit.map(|commit| ObjectId::from_git(commit.id())))
    }

    /// Whether one commit is another one, or one that it rests on.
    pub fn is_ancestor(&self, old: ObjectId, new: ObjectId) -> Result<bool, GitError> {
        if old == new {
            return Ok(true);
        }
        let (new_id, old_id) = (new.to_git()?, old.to_git()?);
        self.inner
            .graph_descendant_of(new_id, old_id)
            .or_else(|_| self.raw_is_ancestor(old, new))
    }

    /// The nearest commits that the first of some others has in common with each of the rest.
    pub fn merge_bases(&self, commits: &[ObjectId]) -> Result<Vec<ObjectId>, GitError> {
        let mut bases = Vec::new();
        let Some((first, rest)) = commits.split_first() else {
            return Ok(bases);
        };
        for other in rest {
            match self.inner.merge_bases(first.to_git()?, other.to_git()?) {
                Ok(found) => bases.extend(found.iter().map(|id| ObjectId::from_git(*id))),
                // Two histories without a common beginning, or one that the library cannot go through.
                Err(_) => bases.extend(self.raw_merge_bases(*first, *other)?),
            }
        }
        bases.sort();
        bases.dedup();
        Ok(bases)
    }

    /// A commit as it was written. What its header does not tell is empty, and listed.
    pub fn commit_facts(&self, id: ObjectId) -> Result<CommitFacts, GitError> {
        let Ok(commit) = self.inner.find_commit(id.to_git()?) else {
            return self.raw_commit(id);
        };
        let identity = |signature: git2::Signature<'_>| {
            let when = signature.when();
            let time = Timestamp::from_git(when.seconds(), when.offset_minutes())
                .or_else(|| Timestamp::from_git(when.seconds(), 0))?;
            Some(Identity {
                name: String::from_utf8_lossy(signature.name_bytes()).into_owned(),
                email: String::from_utf8_lossy(signature.email_bytes()).into_owned(),
                time,
            })
        };
        let (Some(author), Some(committer)) =
            (identity(commit.author()), identity(commit.committer()))
        else {
            return self.raw_commit(id);
        };
        if !is_plain(commit.raw_header_bytes()) {
            return self.raw_commit(id);
        }
        Ok(CommitFacts {
            id,
            parents: commit.parent_ids().map(ObjectId::from_git).collect(),
            tree: ObjectId::from_git(commit.tree_id()),
            author,
            committer,
            message: String::from_utf8_lossy(commit.message_bytes()).into_owned(),
            is_signed: commit
                .raw_header_bytes()
                .windows(8)
                .any(|part| part == b"\ngpgsig "),
            bad_headers: Vec::new(),
        })
    }

    /// The newest commit, from one on, that changed a file (path below the top of the trees); none where it was always so, or
    /// where more than `most` commits would have to be looked at. `goes_on` is asked before each of them.
    pub fn last_change(
        &self,
        from: ObjectId,
        path: &str,
        most: usize,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<Option<ObjectId>, GitError> {
        let file = |commit: ObjectId| self.file_id(&commit.to_string(), path);
        let mut commit = from;
        let own = file(commit)?;
        for _ in 0..most {
            if !goes_on() {
                return Ok(None);
            }
            let mut same = None;
            for parent in self.commit_facts(commit)?.parents {
                if file(parent)? == own {
                    same = Some(parent);
                    break;
                }
            }
            match same {
                Some(parent) => commit = parent,
                // A file that no commit holds was changed by none of them.
                None => return Ok(own.map(|_| commit)),
            }
        }
        Ok(None)
    }

    /// The bytes of a blob of at most `limit` bytes; the error is its size.
    pub fn blob(&self, id: ObjectId, limit: u64) -> Result<Result<Arc<[u8]>, u64>, GitError> {
        let bytes = match self.known_file(id) {
            Some(known) => known,
            None => {
                let (_, bytes) = self.read_object(id)?;
                self.keep_small(id, &bytes);
                bytes
            }
        };
        let size = bytes.len() as u64;
        Ok(if size > limit { Err(size) } else { Ok(bytes) })
    }

    /// The tree that git's index holds, written into the object store as `git commit` would. `file` is the index that git
    /// named to a hook; the repository's own where it named none.
    pub fn index_tree(&self, file: Option<&Path>) -> Result<ObjectId, GitError> {
        let mut index = match file {
            Some(path) => git2::Index::open(path)?,
            None => self.inner.index()?,
        };
        Ok(ObjectId::from_git(index.write_tree_to(&self.inner)?))
    }
}
