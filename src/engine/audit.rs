//! The audit of a repository on the disk, with or without a work tree.
//! It only reads; what is checked out, and whether it can be used, does not matter.

use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::audit::{Audited, Pending, Stage, audit, pending};
use crate::builtin;
use crate::engine::{Failure, find_root};
use crate::files::TreeFiles;
use crate::git::{Environment, Head, ObjectId, Range, Repository};
use crate::text::{Bilingual, Language};
use crate::time::Timestamp;

/// Reads the history of a git repository.
pub struct HistoryReader {
    repository: Repository,
    prefix: String,
}

impl HistoryReader {
    /// Opens the repository that a folder belongs to.
    pub fn open(start: &Path, folder: Option<&str>) -> Result<Self, Failure> {
        let Some(repository) = Repository::discover_any(start)? else {
            return Err(Failure::Environment {
                message: Bilingual::new(
                    format!("{} is in no git repository", start.display()),
                    format!("{} 不在 git 仓库中", start.display()),
                ),
                remedy: Some(Bilingual::new(
                    "go to a clue repository, or name one with -C",
                    "请进入线索仓库，或用 -C 指定",
                )),
            });
        };
        if !repository
            .configured_all("extensions.partialClone")
            .is_empty()
        {
            return Err(Failure::Environment {
                message: Bilingual::new(
                    "this clone was made without all objects, and the audit needs them",
                    "这是部分克隆，缺少审计所需的对象",
                ),
                remedy: Some(Bilingual::new(
                    "clone it anew, without --filter",
                    "请重新克隆，不要使用 --filter",
                )),
            });
        }
        let configured = repository.configured_all("clue.folder").pop();
        let folder = folder
            .map(str::to_owned)
            .or(configured.filter(|_| repository.is_bare()));
        Ok(Self::new(repository, start, folder.as_deref()))
    }

    /// Takes a repository that is open already, as a hook has it.
    pub fn new(repository: Repository, start: &Path, folder: Option<&str>) -> Self {
        let prefix = match (folder, find_root(start)) {
            (Some(folder), _) => folder.trim_matches('/').to_owned(),
            (None, Some(root)) if !repository.is_bare() => repository.prefix(&root),
            _ => String::new(),
        };
        Self { repository, prefix }
    }

    /// The repository.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    fn stage(&self) -> Stage<'_> {
        Stage {
            repository: &self.repository,
            prefix: &self.prefix,
            builtin: builtin::files(),
        }
    }

    /// The commits that are meant: `A..B`, or a revision with all that it rests on; HEAD where nothing is said.
    pub fn range(&self, text: Option<&str>) -> Result<Range, Failure> {
        let text = text.unwrap_or("HEAD");
        if let Some(range) = self.repository.range(text)? {
            return Ok(range);
        }
        if matches!(self.repository.head()?, Head::Unborn { .. }) {
            return Err(Failure::Environment {
                message: Bilingual::new(
                    "there is no commit yet, and nothing to judge",
                    "还没有任何提交，没有可审计的内容",
                ),
                remedy: Some(Bilingual::new(
                    "commit first, or fetch the branch that is meant: git fetch, git switch BRANCH; clue check judges the files as they are",
                    "请先提交，或获取所要审计的分支：git fetch、git switch 分支；clue check 可检查现有文件",
                )),
            });
        }
        Err(Failure::Usage {
            message: Bilingual::new(
                format!("there is no commit `{text}`"),
                format!("没有 `{text}` 这个提交"),
            ),
            remedy: Some(Bilingual::new(
                "name a branch, a tag or a commit, or two of them: main..work",
                "请写分支、标签或提交，也可写两个：main..work",
            )),
        })
    }

    /// Judges commits, the oldest first.
    pub fn audit(
        &self,
        range: &Range,
        now: Option<Timestamp>,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Audited, Failure> {
        Ok(audit(self.stage(), range, now, progress)?)
    }

    /// The clue repository's files as a commit has them.
    pub fn files(&self, commit: ObjectId) -> Result<TreeFiles, Failure> {
        let tree = self.repository.commit_facts(commit)?.tree;
        self.files_of_tree(tree)
    }

    /// The clue repository's files as a tree has them.
    pub fn files_of_tree(&self, tree: ObjectId) -> Result<TreeFiles, Failure> {
        let shared = Arc::new(Mutex::new(self.repository.again()?));
        Ok(TreeFiles::of_tree(shared, Some(tree), &self.prefix)?)
    }

    /// The language that the organisation speaks, as a commit has it.
    pub fn language(&self, commit: ObjectId) -> Option<Language> {
        use crate::files::Files;
        let files = self.files(commit).ok()?;
        let bytes = files
            .read("organisation.yaml", crate::world::MAXIMUM_RECORD)
            .ok()??;
        String::from_utf8_lossy(&bytes)
            .lines()
            .find_map(|line| Language::parse(line.strip_prefix("language:")?.trim()))
    }

    /// Judges what git's index holds as if it were committed now; gives what was found, and the index as files.
    pub fn staged(
        &self,
        index: Option<&Path>,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<(Audited, TreeFiles), Failure> {
        let tree = self.repository.index_tree(index)?;
        let (author, committer) = self.repository.identities(environment, now)?;
        let mut parents = Vec::new();
        parents.extend(self.repository.head()?.commit().and_then(ObjectId::parse));
        parents.extend(self.repository.being_merged()?);
        let audited = pending(
            self.stage(),
            Pending {
                parents,
                tree,
                author,
                committer,
                message: String::new(),
            },
        )?;
        Ok((audited, self.files_of_tree(tree)?))
    }
}
