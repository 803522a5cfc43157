//! Writing a commit of many files: all its objects as one pack, instead of a loose and synced file for each.
//! What it writes is the same commit, object by object; it moves no branch.

use std::io::Write;

use git2::{ObjectType, Oid, Tree};

use crate::git::{GitError, NewCommit, Repository};

/// From how many changed files on a commit is written as a pack: below it, the few loose objects cost less than a
/// pack and its index, which `git gc` would have to gather again.
pub(super) const WORTH_A_PACK: usize = 32;

/// Before the backends of the object store on the disk, so that new objects stay in memory.
const FIRST: i32 = 1000;

impl Repository {
    /// Makes the commit in memory, then writes its objects to the disk as one pack, synced with its index.
    pub(super) fn write_pack(&self, new: NewCommit<'_>) -> Result<Oid, GitError> {
        // A second handle: what is kept in memory must not answer for this repository's own object store.
        let inner = git2::Repository::open(self.inner.path())?;
        inner.odb()?.add_new_mempack_backend(FIRST)?;
        let memory = Self {
            inner,
            work_tree: self.work_tree.clone(),
            of_hook: false,
            signer: self.signer.clone(),
            known: std::sync::Mutex::default(),
            objects: std::sync::Mutex::default(),
        };
        let commit = memory.write_objects(new)?;
        let tree = memory.tree_of(commit)?;
        let before = match new.head.commit() {
            Some(parent) => Some(memory.tree_of(Oid::from_str(parent)?)?),
            None => None,
        };
        let mut builder = memory.inner.packbuilder()?;
        builder.set_threads(0);
        builder.insert_object(commit, None)?;
        memory.new_objects(&tree, before.as_ref(), "", &mut |id, name| {
            builder.insert_object(id, Some(name))
        })?;
        let store = self.inner.odb()?;
        let mut writer = store.packwriter()?;
        let mut failure = None;
        let streamed = builder.foreach(|chunk| match writer.write_all(chunk) {
            Ok(()) => true,
            Err(error) => {
                failure = Some(error.to_string());
                false
            }
        });
        match (failure, streamed) {
            (Some(why), _) => return Err(GitError::Failed(why)),
            (None, streamed) => streamed?,
        }
        writer.commit()?;
        Ok(commit)
    }

    /// Names every tree and file that is in a tree and not in the one before, at the same path.
    fn new_objects(
        &self,
        tree: &Tree<'_>,
        before: Option<&Tree<'_>>,
        path: &str,
        found: &mut dyn FnMut(Oid, &str) -> Result<(), git2::Error>,
    ) -> Result<(), GitError> {
        if before.is_some_and(|before| before.id() == tree.id()) {
            return Ok(());
        }
        found(tree.id(), path)?;
        for entry in tree {
            let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
            let old = before.and_then(|before| before.get_name(&name));
            if old.as_ref().is_some_and(|old| old.id() == entry.id()) {
                continue;
            }
            let inner = format!("{path}/{name}");
            match entry.kind() {
                Some(ObjectType::Tree) => {
                    let old = old
                        .filter(|old| old.kind() == Some(ObjectType::Tree))
                        .map(|old| self.inner.find_tree(old.id()))
                        .transpose()?;
                    let new = self.inner.find_tree(entry.id())?;
                    self.new_objects(&new, old.as_ref(), &inner, found)?;
                }
                Some(ObjectType::Blob) => found(entry.id(), &inner)?,
                // A submodule's commit lies in another repository.
                _ => {}
            }
        }
        Ok(())
    }
}
