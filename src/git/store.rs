//! Writing to the object store: blobs, trees along the touched paths, the commit, the branch; and the index last.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Once};

use git2::{ObjectType, Oid, Signature, Time, Tree};

use crate::git::pack::WORTH_A_PACK;
use crate::git::sign::signed_commit;
use crate::git::{GitError, Head, Identity, ObjectId, Repository};

/// What a work-tree file was when the index was told of it, as `lstat` gives it.
#[derive(Clone, Copy, Debug, Default)]
pub struct FileState {
    pub changed: (i32, u32),
    pub modified: (i32, u32),
    pub device: u32,
    pub inode: u32,
    pub user: u32,
    pub group: u32,
    pub size: u32,
}

/// A commit to be written, on top of where HEAD stands.
#[derive(Clone, Copy)]
pub struct NewCommit<'a> {
    pub head: &'a Head,
    /// New bytes by path; `None` removes a file.
    pub changes: &'a BTreeMap<String, Option<Arc<[u8]>>>,
    pub message: &'a str,
    pub author: &'a Identity,
    pub committer: &'a Identity,
}

/// The branch was not where it was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefMoved {
    Moved,
    /// Another process holds the branch's lock, or died holding it.
    Locked(PathBuf),
    Failed(String),
}

/// Turns on libgit2's fsync of objects and refs: without it a power loss leaves a branch that points at empty objects.
pub(super) fn enable_fsync() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[expect(
            unsafe_code,
            reason = "libgit2 offers its fsync option only through a C call with variable arguments"
        )]
        // SAFETY: the option takes one int, and is set once, before any repository is written to.
        unsafe {
            libgit2_sys::git_libgit2_opts(
                libgit2_sys::GIT_OPT_ENABLE_FSYNC_GITDIR as libc::c_int,
                1 as libc::c_int,
            );
        }
    });
}

impl Repository {
    /// Writes blobs, trees and commit, and checks that each can be read back. Moves nothing.
    pub fn write_commit(&self, new: NewCommit<'_>) -> Result<String, GitError> {
        let commit = if new.changes.len() < WORTH_A_PACK {
            self.write_objects(new)?
        } else {
            self.write_pack(new)?
        };
        // A full disk has been seen to report success: what cannot be read back was not written.
        let fresh = git2::Repository::open(self.inner.path())?;
        fresh.find_commit(commit)?.tree()?;
        Ok(commit.to_string())
    }

    /// Writes blobs, trees and commit into the object store, wherever that keeps them.
    pub(super) fn write_objects(&self, new: NewCommit<'_>) -> Result<Oid, GitError> {
        let odb = self.inner.odb()?;
        let parent = new.head.commit().map(Oid::from_str).transpose()?;
        let mut ids: BTreeMap<&str, Option<Oid>> = BTreeMap::new();
        for (path, bytes) in new.changes {
            let id = bytes
                .as_ref()
                .map(|bytes| odb.write(ObjectType::Blob, bytes))
                .transpose()?;
            ids.insert(path, id);
        }
        let base = parent.map(|parent| self.tree_of(parent)).transpose()?;
        let touched: Vec<(&str, Option<Oid>)> = ids.into_iter().collect();
        let tree = self
            .build_tree(base.as_ref(), &touched)?
            .map_or_else(|| odb.write(ObjectType::Tree, b""), Ok)?;
        let tree = self.inner.find_tree(tree)?;
        let buffer = self.inner.commit_create_buffer(
            &signature(new.author)?,
            &signature(new.committer)?,
            new.message,
            &tree,
            &[],
        )?;
        let mut buffer = buffer.to_vec();
        // The library would want to read the parent, and need not: its id stands behind the tree's.
        if let (Some(parent), Some(end)) = (parent, buffer.iter().position(|byte| *byte == b'\n')) {
            let line = format!("parent {parent}\n");
            buffer.splice(end + 1..end + 1, line.into_bytes());
        }
        let commit = match self.signer()? {
            Some(signer) => signed_commit(&buffer, &signer.sign(&buffer)?),
            None => buffer,
        };
        Ok(odb.write(ObjectType::Commit, &commit)?)
    }

    /// Writes blobs and trees of what a commit would hold; gives the tree. Moves nothing.
    pub fn write_tree(
        &self,
        head: &Head,
        changes: &BTreeMap<String, Option<Arc<[u8]>>>,
    ) -> Result<ObjectId, GitError> {
        let odb = self.inner.odb()?;
        let parent = head.commit().map(Oid::from_str).transpose()?;
        let base = parent.map(|parent| self.tree_of(parent)).transpose()?;
        let mut touched: Vec<(&str, Option<Oid>)> = Vec::new();
        for (path, bytes) in changes {
            let id = bytes.as_ref();
            let id = id.map(|bytes| odb.write(ObjectType::Blob, bytes));
            touched.push((path, id.transpose()?));
        }
        let tree = self
            .build_tree(base.as_ref(), &touched)?
            .map_or_else(|| odb.write(ObjectType::Tree, b""), Ok)?;
        Ok(ObjectId::from_git(tree))
    }

    /// The tree with the touched paths changed; `None` where nothing is left in it.
    fn build_tree(
        &self,
        base: Option<&Tree<'_>>,
        touched: &[(&str, Option<Oid>)],
    ) -> Result<Option<Oid>, GitError> {
        let mut builder = self.inner.treebuilder(base)?;
        let mut folders: BTreeMap<&str, Vec<(&str, Option<Oid>)>> = BTreeMap::new();
        for (path, id) in touched {
            match path.split_once('/') {
                Some((folder, rest)) => folders.entry(folder).or_default().push((rest, *id)),
                None => match id {
                    Some(id) => {
                        builder.insert(path, *id, 0o100_644)?;
                    }
                    None if builder.get(path)?.is_some() => builder.remove(path)?,
                    None => {}
                },
            }
        }
        for (folder, inner) in folders {
            let present = base
                .and_then(|base| base.get_name(folder))
                .filter(|entry| entry.kind() == Some(ObjectType::Tree))
                .map(|entry| self.inner.find_tree(entry.id()))
                .transpose()?;
            match self.build_tree(present.as_ref(), &inner)? {
                Some(id) => {
                    builder.insert(folder, id, 0o040_000)?;
                }
                None if builder.get(folder)?.is_some() => builder.remove(folder)?,
                None => {}
            }
        }
        if builder.is_empty() {
            Ok(None)
        } else {
            Ok(Some(builder.write()?))
        }
    }

    /// Keeps bytes in the object store, where nothing names them; gives the id by which they can be had again.
    pub fn keep(&self, bytes: &[u8]) -> Result<String, GitError> {
        Ok(self
            .inner
            .odb()?
            .write(ObjectType::Blob, bytes)?
            .to_string())
    }

    /// Bytes that the object store keeps.
    pub fn kept(&self, id: &str) -> Result<Vec<u8>, GitError> {
        let blob = self.inner.find_blob(Oid::from_str(id)?)?;
        Ok(blob.content().to_vec())
    }

    /// Moves the branch to a commit if it still stands where `head` says.
    pub fn move_branch(&self, head: &Head, commit: &str, why: &str) -> Result<(), RefMoved> {
        let failed = |error: git2::Error| {
            if error.code() == git2::ErrorCode::Modified || error.code() == git2::ErrorCode::Exists
            {
                RefMoved::Moved
            } else if error.code() == git2::ErrorCode::Locked || error.message().contains(".lock'")
            {
                let reference = match head {
                    Head::Branch { reference, .. } | Head::Unborn { reference } => reference,
                    Head::Detached { .. } => "HEAD",
                };
                RefMoved::Locked(self.inner.commondir().join(format!("{reference}.lock")))
            } else {
                RefMoved::Failed(error.message().to_owned())
            }
        };
        let id = Oid::from_str(commit).map_err(failed)?;
        match head {
            Head::Branch {
                reference,
                commit: old,
            } => {
                let old = Oid::from_str(old).map_err(failed)?;
                self.inner
                    .reference_matching(reference, id, true, old, why)
                    .map_err(failed)?;
            }
            Head::Unborn { reference } => {
                self.inner
                    .reference(reference, id, false, why)
                    .map_err(failed)?;
            }
            Head::Detached { .. } => return Err(RefMoved::Failed("HEAD is detached".to_owned())),
        }
        Ok(())
    }
}

fn signature(identity: &Identity) -> Result<Signature<'static>, GitError> {
    let time = Time::new(identity.time.seconds(), identity.time.offset_minutes());
    Ok(Signature::new(&identity.name, &identity.email, &time)?)
}
