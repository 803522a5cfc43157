//! History as it stands in the object store: commits, trees, and what differs between two trees.
//! It compares trees itself, going down only where ids differ, and never writes.

use std::cmp::Ordering;
use std::path::Path;
use std::sync::Arc;

use git2::{ObjectType, Oid, Sort};

use crate::git::raw::unread;
use crate::git::{BadHeader, GitError, Identity, Repository, TreeKind, kind_of};
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

    /// The folder in which git looks for hooks.
    pub fn hooks(&self) -> std::path::PathBuf {
        let config = self.inner.config();
        match config.and_then(|config| config.get_path("core.hooksPath")) {
            Ok(path) if path.is_absolute() => path,
            Ok(path) => self.work_tree().join(path),
            Err(_) => self.inner.commondir().join("hooks"),
        }
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
        // The library stops at a commit whose header is broken; the slow way goes through.
        self.walked(range).or_else(|_| self.raw_commits(range))
    }

    fn walked(&self, range: &Range) -> Result<Vec<ObjectId>, GitError> {
        let mut walk = self.inner.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE)?;
        for id in &range.from {
            walk.push(id.to_git()?)?;
        }
        for id in &range.without {
            walk.hide(id.to_git()?)?;
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

    /// What lies in a tree, in git's order of names.
    pub fn tree(&self, id: ObjectId) -> Result<Vec<TreeEntry>, GitError> {
        let oid = id.to_git()?;
        let tree = self.inner.find_tree(oid);
        let tree = tree.map_err(|error| unread(oid, error))?;
        Ok(tree
            .iter()
            .map(|entry| TreeEntry {
                name: String::from_utf8_lossy(entry.name_bytes()).into_owned(),
                kind: kind_of(entry.filemode()),
                id: ObjectId::from_git(entry.id()),
            })
            .collect())
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
            let oid = found.1.to_git()?;
            let tree = self.inner.find_tree(oid);
            let tree = tree.map_err(|error| unread(oid, error))?;
            let Some(entry) = tree.get_name(name) else {
                return Ok(None);
            };
            found = (kind_of(entry.filemode()), ObjectId::from_git(entry.id()));
        }
        Ok(Some(found))
    }

    /// The bytes of a blob of at most `limit` bytes; the error is its size.
    pub fn blob(&self, id: ObjectId, limit: u64) -> Result<Result<Arc<[u8]>, u64>, GitError> {
        let odb = self.inner.odb()?;
        let id = id.to_git()?;
        if limit < u64::MAX - 1 {
            let blob = odb.read(id).map_err(|error| unread(id, error))?;
            let size = blob.data().len() as u64;
            return Ok(if size > limit {
                Err(size)
            } else {
                Ok(Arc::from(blob.data()))
            });
        }
        let blob = odb.read(id).map_err(|error| unread(id, error))?;
        Ok(Ok(Arc::from(blob.data())))
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
        let tree = |id: Option<ObjectId>| match id {
            Some(id) => {
                let oid = id.to_git()?;
                let tree = self.inner.find_tree(oid);
                Ok::<_, GitError>(Some(tree.map_err(|error| unread(oid, error))?))
            }
            None => Ok(None),
        };
        let (before, after) = (tree(before)?, tree(after)?);
        let mut left = before.iter().flat_map(|tree| tree.iter()).peekable();
        let mut right = after.iter().flat_map(|tree| tree.iter()).peekable();
        loop {
            let order = match (left.peek(), right.peek()) {
                (None, None) => return Ok(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(left), Some(right)) => order_of(left, right),
            };
            let old = (order != Ordering::Greater).then(|| left.next()).flatten();
            let new = (order != Ordering::Less).then(|| right.next()).flatten();
            if let (Some(old), Some(new)) = (&old, &new)
                && old.id() == new.id()
                && old.filemode() == new.filemode()
            {
                continue;
            }
            let Some(name) = old.as_ref().or(new.as_ref()) else {
                return Ok(());
            };
            let name = String::from_utf8_lossy(name.name_bytes());
            let path = if folder.is_empty() {
                name.into_owned()
            } else {
                format!("{folder}/{name}")
            };
            let of = |entry: &Option<git2::TreeEntry<'_>>| {
                entry
                    .as_ref()
                    .map(|entry| (kind_of(entry.filemode()), ObjectId::from_git(entry.id())))
            };
            let (old, new) = (of(&old), of(&new));
            // A file and a folder of one name do not meet, so both sides are of one kind.
            let is_folder =
                |side: &Option<(TreeKind, ObjectId)>| matches!(side, Some((TreeKind::Folder, _)));
            if (is_folder(&old) || is_folder(&new)) && !stop(&path) {
                let id = |side: Option<(TreeKind, ObjectId)>| side.map(|(_, id)| id);
                self.compare(&path, id(old), id(new), stop, found)?;
            } else {
                found.push(Difference {
                    path,
                    before: old,
                    after: new,
                });
            }
        }
    }
}

/// Trees are sorted as if the names of folders ended in a slash.
fn order_of(left: &git2::TreeEntry<'_>, right: &git2::TreeEntry<'_>) -> Ordering {
    fn key<'a>(entry: &'a git2::TreeEntry<'_>) -> impl Iterator<Item = u8> + 'a {
        let end = (entry.kind() == Some(ObjectType::Tree)).then_some(b'/');
        entry.name_bytes().iter().copied().chain(end)
    }
    key(left).cmp(key(right))
}
