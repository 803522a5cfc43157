//! One clue's history as a git bundle of its own: the commits that changed its folder, one after the other, and nothing
//! of any other clue. It never touches the repository's own objects and branches.
//!
//! The commits have ids of their own, because the rest of the tree is not in them; each names the one that it was made
//! of. The clue's folder has the same tree id as there. The same history gives the same bytes.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use git2::{ObjectType, Odb, Oid};

use crate::git::{GitError, ObjectId, Repository, Turn};

/// The branch that a bundle holds.
pub const BUNDLE_BRANCH: &str = "refs/heads/main";
/// The line in a bundled commit's message that names the commit it was made of.
pub const ORIGINAL: &str = "Original-Commit";
/// How a bundle begins.
const SIGNATURE: &[u8] = b"# v2 git bundle\n";
/// Before all other backends: there are none.
const FIRST: i32 = 1;

/// What a bundle holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundled {
    /// The newest commit.
    pub tip: ObjectId,
    pub commits: usize,
    /// The SHA-1 of each file of the newest commit, as git names them, by path.
    pub files: BTreeMap<String, ObjectId>,
}

impl Repository {
    /// Bundles the commits that changed a folder, oldest first, each with the folder's tree as it left it.
    pub fn bundle(&self, turns: &[Turn], folder: &str) -> Result<Vec<u8>, GitError> {
        let store = Odb::new()?;
        store.add_new_mempack_backend(FIRST)?;
        let memory = git2::Repository::from_odb(store)?;
        let mut objects = Collected::default();
        let mut parent: Option<Oid> = None;
        for turn in turns {
            let tree = match turn.after {
                Some(tree) => {
                    self.copy(&memory, tree.to_git()?, ObjectType::Tree, &mut objects)?;
                    Some(tree.to_git()?)
                }
                None => None,
            };
            let tree = wrapped(&memory, tree, folder, &mut objects)?;
            let bytes = self.header_of(turn.commit, tree, parent)?;
            let commit = memory.odb()?.write(ObjectType::Commit, &bytes)?;
            objects.add(commit);
            parent = Some(commit);
        }
        let Some(tip) = parent else {
            return Err(GitError::Failed("the clue has no commit".to_owned()));
        };
        let mut builder = memory.packbuilder()?;
        // More threads would cut the work, and so the bytes, in another way on every machine.
        builder.set_threads(1);
        for id in &objects.order {
            builder.insert_object(*id, None)?;
        }
        let mut pack = git2::Buf::new();
        builder.write_buf(&mut pack)?;
        let mut bundle = SIGNATURE.to_vec();
        // With HEAD in it, git clone knows what to check out.
        bundle.extend(format!("{tip} {BUNDLE_BRANCH}\n{tip} HEAD\n\n").bytes());
        bundle.extend_from_slice(&pack);
        Ok(bundle)
    }

    /// The bundled commit: author, committer, dates and words as they were, and the id that it had.
    fn header_of(
        &self,
        commit: ObjectId,
        tree: Oid,
        parent: Option<Oid>,
    ) -> Result<Vec<u8>, GitError> {
        let facts = self.commit_facts(commit)?;
        let mut text = format!("tree {tree}\n");
        if let Some(parent) = parent {
            text.push_str(&format!("parent {parent}\n"));
        }
        for (word, who) in [("author", &facts.author), ("committer", &facts.committer)] {
            let clean = |text: &str| text.replace(['<', '>', '\n', '\0'], "");
            let time = who.time;
            text.push_str(&format!(
                "{word} {} <{}> {} {}\n",
                clean(&who.name),
                clean(&who.email),
                time.seconds(),
                offset(time.offset_minutes())
            ));
        }
        let message = facts.message.trim_end();
        let last = message.rsplit("\n\n").next().unwrap_or_default();
        let has_trailers =
            message.contains("\n\n") && last.lines().all(|line| line.split_once(": ").is_some());
        let gap = if has_trailers { "\n" } else { "\n\n" };
        text.push_str(&format!("\n{message}{gap}{ORIGINAL}: {commit}\n"));
        Ok(text.into_bytes())
    }

    /// Copies an object, and all that a tree holds, once.
    fn copy(
        &self,
        memory: &git2::Repository,
        id: Oid,
        kind: ObjectType,
        objects: &mut Collected,
    ) -> Result<(), GitError> {
        if !objects.add(id) {
            return Ok(());
        }
        let store = self.inner.odb()?;
        let object = store.read(id)?;
        memory.odb()?.write(kind, object.data())?;
        if kind == ObjectType::Tree {
            for entry in &self.inner.find_tree(id)? {
                // A submodule's commit lies in another repository.
                if let Some(kind @ (ObjectType::Tree | ObjectType::Blob)) = entry.kind() {
                    self.copy(memory, entry.id(), kind, objects)?;
                }
            }
        }
        Ok(())
    }
}

/// An offset from UTC as git writes it.
fn offset(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.abs();
    format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
}

/// Objects in the order in which they came, each once.
#[derive(Default)]
struct Collected {
    known: BTreeSet<Oid>,
    order: Vec<Oid>,
}

impl Collected {
    fn add(&mut self, id: Oid) -> bool {
        let is_new = self.known.insert(id);
        if is_new {
            self.order.push(id);
        }
        is_new
    }
}

/// A tree in which a folder lies at its path, and nothing else.
fn wrapped(
    memory: &git2::Repository,
    tree: Option<Oid>,
    folder: &str,
    objects: &mut Collected,
) -> Result<Oid, GitError> {
    let mut inner = tree;
    for part in folder.rsplit('/') {
        let mut builder = memory.treebuilder(None)?;
        if let Some(inner) = inner {
            builder.insert(part, inner, 0o040_000)?;
        }
        let id = builder.write()?;
        objects.add(id);
        inner = Some(id);
    }
    match inner {
        Some(id) => Ok(id),
        None => Err(GitError::Failed("the clue has no folder".to_owned())),
    }
}

/// Reads a bundle that stands for itself, with every object checked; `scratch` is an empty folder that it may fill.
pub fn read_bundle(bytes: &[u8], scratch: &Path) -> Result<Bundled, String> {
    let (tip, pack) = header(bytes).ok_or("this is no bundle that git could read by itself")?;
    let text = |error: git2::Error| error.message().to_owned();
    let folder = scratch.join("objects");
    std::fs::create_dir_all(folder.join("pack")).map_err(|error| error.to_string())?;
    let mut indexer = git2::Indexer::new(None, &folder.join("pack"), 0, true).map_err(text)?;
    std::io::Write::write_all(&mut indexer, pack).map_err(|error| error.to_string())?;
    indexer.commit().map_err(text)?;
    let store = Odb::new().map_err(text)?;
    store
        .add_disk_alternate(&folder.to_string_lossy())
        .map_err(text)?;
    let repository = git2::Repository::from_odb(store).map_err(text)?;
    let mut commits = 0;
    let mut next = Some(tip);
    let mut files = BTreeMap::new();
    while let Some(id) = next {
        let commit = repository.find_commit(id).map_err(text)?;
        let tree = commit.tree().map_err(text)?;
        let mut here = BTreeMap::new();
        gather(&repository, &tree, "", &mut here).map_err(text)?;
        if commits == 0 {
            files = here;
        }
        commits += 1;
        next = commit.parent_ids().next();
    }
    Ok(Bundled {
        tip: ObjectId::from_git(tip),
        commits,
        files,
    })
}

/// The newest commit that a bundle names, and its pack.
fn header(bytes: &[u8]) -> Option<(Oid, &[u8])> {
    let rest = bytes.strip_prefix(SIGNATURE)?;
    let end = rest.windows(2).position(|two| two == b"\n\n")?;
    let lines = std::str::from_utf8(&rest[..end]).ok()?;
    // A line with a minus would name a commit that the reader has to have already.
    let (id, _) = lines.split_once(' ')?;
    let (branch, head) = (format!("{id} {BUNDLE_BRANCH}"), format!("{id} HEAD"));
    let mut named: Vec<&str> = lines.lines().collect();
    named.sort_unstable();
    let id = Oid::from_str(id).ok()?;
    (named == [head, branch]).then_some((id, &rest[end + 2..]))
}

/// Every file below a tree; each must be there.
fn gather(
    repository: &git2::Repository,
    tree: &git2::Tree<'_>,
    path: &str,
    files: &mut BTreeMap<String, ObjectId>,
) -> Result<(), git2::Error> {
    for entry in tree {
        let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
        let inner = if path.is_empty() {
            name
        } else {
            format!("{path}/{name}")
        };
        match entry.kind() {
            Some(ObjectType::Tree) => {
                gather(
                    repository,
                    &repository.find_tree(entry.id())?,
                    &inner,
                    files,
                )?;
            }
            Some(ObjectType::Blob) => {
                repository.odb()?.read_header(entry.id())?;
                files.insert(inner, ObjectId::from_git(entry.id()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The id that git gives to a file with these bytes.
pub fn file_id(bytes: &[u8]) -> Option<ObjectId> {
    let id = Oid::hash_object(ObjectType::Blob, bytes).ok()?;
    Some(ObjectId::from_git(id))
}
