//! What may be wrong with a repository itself: its index, attributes, hooks and other settings. It only looks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use git2::{AttrCheckFlags, AttrValue, Delta, DiffOptions, Oid};

use crate::git::{Environment, GitError, Repository, configured, use_configuration};

/// A path that the index does not hold as HEAD does; ids of blobs, none where there is no such entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexDeviation {
    pub path: String,
    pub head: Option<[u8; 20]>,
    pub index: Option<[u8; 20]>,
}

/// How many commits are looked through for an older version of a file.
const LOOKED_THROUGH: usize = 10_000;

impl Repository {
    /// The folder that all work trees of the repository share.
    pub fn common_folder(&self) -> &Path {
        self.inner.commondir()
    }

    /// The folder that hooks are called from.
    pub fn hooks_folder(&self) -> PathBuf {
        let configured = self
            .inner
            .config()
            .and_then(|config| config.get_path("core.hooksPath"));
        match configured {
            Ok(path) => self.work_tree.join(path),
            Err(_) => self.inner.commondir().join("hooks"),
        }
    }

    /// The folder that git is told to look for hooks in (`core.hooksPath`), by the environment and every file of settings.
    pub fn told_hooks_folder(
        &self,
        environment: &Environment,
    ) -> Result<Option<PathBuf>, GitError> {
        let mut config = self.inner.config()?;
        use_configuration(&mut config, environment)?;
        let told = configured(environment, &config.snapshot()?, "core.hooksPath");
        Ok(told.filter(|text| !text.is_empty()).map(|text| {
            let path = match (text.strip_prefix("~/"), &environment.home) {
                (Some(rest), Some(home)) => home.join(rest),
                _ => PathBuf::from(text),
            };
            self.work_tree.join(path)
        }))
    }

    /// What git's configuration says of a key.
    pub fn setting(&self, key: &str) -> Option<String> {
        let config = self.inner.config().and_then(|mut config| config.snapshot());
        config.ok()?.get_string(key).ok()
    }

    /// Whether git is told never to change the line ends of a path (`-text`).
    pub fn keeps_bytes(&self, path: &str) -> Result<bool, GitError> {
        let flags = AttrCheckFlags::FILE_THEN_INDEX;
        let value = self.inner.get_attr(Path::new(path), "text", flags)?;
        Ok(AttrValue::from_string(value) == AttrValue::False)
    }

    /// Files below folders that the index does not hold as HEAD does; those in conflict are left out.
    pub fn index_deviations(&self, folders: &[String]) -> Result<Vec<IndexDeviation>, GitError> {
        let tree = match self.inner.head() {
            Ok(head) => match head.target() {
                Some(commit) => Some(self.tree_of(commit)?),
                None => Some(head.peel_to_tree()?),
            },
            Err(_) => None,
        };
        let mut options = DiffOptions::new();
        options.disable_pathspec_match(true).skip_binary_check(true);
        for folder in folders {
            options.pathspec(folder);
        }
        let diff = self
            .inner
            .diff_tree_to_index(tree.as_ref(), None, Some(&mut options))?;
        let id = |id: Oid| {
            let mut bytes = [0; 20];
            bytes.copy_from_slice(id.as_bytes());
            (!id.is_zero()).then_some(bytes)
        };
        let mut found = Vec::new();
        for delta in diff.deltas() {
            if delta.status() == Delta::Conflicted {
                continue;
            }
            let path = delta
                .new_file()
                .path_bytes()
                .or(delta.old_file().path_bytes());
            let Some(path) = path.and_then(|path| std::str::from_utf8(path).ok()) else {
                continue;
            };
            found.push(IndexDeviation {
                path: path.to_owned(),
                head: id(delta.old_file().id()),
                index: id(delta.new_file().id()),
            });
        }
        Ok(found)
    }

    /// Of files that the index holds otherwise than HEAD, those that an earlier commit of the branch held just so: the
    /// index was left behind there, and nobody staged anything.
    pub fn left_behind(&self, deviations: &[IndexDeviation]) -> Result<Vec<String>, GitError> {
        let mut sought: BTreeMap<&str, Option<[u8; 20]>> = deviations
            .iter()
            .map(|one| (one.path.as_str(), one.index))
            .collect();
        let mut found = Vec::new();
        let mut walk = self.inner.revwalk()?;
        if walk.push_head().is_err() {
            return Ok(found);
        }
        walk.simplify_first_parent()?;
        for commit in walk.skip(1).take(LOOKED_THROUGH) {
            if sought.is_empty() {
                break;
            }
            let commit = commit?.to_string();
            let mut here = Vec::new();
            for (path, id) in &sought {
                if self.file_id(&commit, path)? == *id {
                    here.push(*path);
                }
            }
            for path in here {
                sought.remove(path);
                found.push(path.to_owned());
            }
        }
        Ok(found)
    }
}
