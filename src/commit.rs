//! Publishing: a change becomes one commit, all of it and durably, or nothing of it becomes visible.
//!
//! The order, and why a crash at any point loses nothing: objects first (invisible until the branch names them); then
//! the work-tree files, each written beside its place, synced and renamed; then the branch, by compare-and-swap; the
//! index last. A crash before the branch moves leaves changed work-tree files that git shows as modified and the
//! same step writes again; a crash after it leaves only an index that `git reset` makes anew.
//! It never decides what a change is, and never uses the shared index to build a tree.

mod folder;

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use folder::{FolderError, Written};

use crate::git::{GitError, Head, Identity, IndexFault, RefMoved, Repository, Touched};
use crate::text::Bilingual;

/// The name of the one lock of a publish, in git's folder.
const LOCK: &str = "clue.lock";

/// Why nothing, or perhaps something, was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublishError {
    /// Another process holds the lock; the file that stands for it.
    Locked { lock: PathBuf },
    /// A file is not what it was when it was read.
    ChangedMeanwhile { path: String },
    /// The branch moved since it was read.
    HeadMoved,
    /// HEAD is on no branch.
    Detached,
    /// git is in the middle of a merge, a rebase, ...
    InProgress { what: &'static str },
    /// The index holds an unresolved conflict of a touched file.
    Conflicted { path: String },
    /// The index has a form that only git itself can change; the git command that helps.
    Index {
        why: Bilingual,
        remedy: &'static str,
    },
    /// Disk or permissions stand in the way; nothing was published.
    NotDone { why: String },
    /// It could not be found out whether the branch moved.
    Unknown { why: String },
    /// The commit stands, and the index could not be told of it.
    IndexBehind { commit: String, why: String },
}

impl PublishError {
    /// What happened.
    pub fn message(&self) -> Bilingual {
        match self {
            Self::Locked { .. } => Bilingual::new(
                "another process is working in this repository; nothing was changed",
                "另一个程序正在使用这个仓库；没有做任何改动",
            ),
            Self::ChangedMeanwhile { path } => Bilingual::new(
                format!("{path} changed on disk while the step was prepared; nothing was changed"),
                format!("办理过程中 {path} 在磁盘上被改动；没有做任何改动"),
            ),
            Self::HeadMoved => Bilingual::new(
                "somebody else committed meanwhile; nothing was changed",
                "其间有人提交了新的改动；没有做任何改动",
            ),
            Self::Detached => Bilingual::new(
                "HEAD is detached: a step would belong to no branch",
                "当前不在任何分支上（HEAD 游离），办理结果将不属于任何分支",
            ),
            Self::InProgress { what } => Bilingual::new(
                format!("git is in the middle of a {what}"),
                format!("git 正在进行 {what}，尚未完成"),
            ),
            Self::Conflicted { path } => Bilingual::new(
                format!("{path} has an unresolved conflict"),
                format!("{path} 有未解决的冲突"),
            ),
            Self::Index { why, .. } => Bilingual::new(
                format!("{}; nothing was changed", why.en),
                format!("{}；没有做任何改动", why.zh),
            ),
            Self::NotDone { why } => Bilingual::new(
                format!("the step could not be written, and nothing was changed: {why}"),
                format!("写入失败，没有做任何改动：{why}"),
            ),
            Self::Unknown { why } => Bilingual::new(
                format!("it is not known whether the step was written: {why}"),
                format!("无法确认是否已经写入：{why}"),
            ),
            Self::IndexBehind { commit, why } => Bilingual::new(
                format!(
                    "the step is done (commit {commit}), but git's index could not be updated: {why}"
                ),
                format!("步骤已办理（提交 {commit}），但 git 索引未能更新：{why}"),
            ),
        }
    }

    /// What to do.
    pub fn remedy(&self) -> Bilingual {
        match self {
            // The kernel lets go of this lock when its holder ends; deleting the file would let two in at once.
            Self::Locked { lock } if lock.ends_with(LOCK) => {
                Bilingual::new("wait for it and try again", "请稍后重试")
            }
            Self::Locked { lock } => Bilingual::new(
                format!(
                    "wait for it and try again; if no git program runs, delete {}",
                    lock.display()
                ),
                format!(
                    "请稍后重试；如果确实没有 git 程序在运行，请删除 {}",
                    lock.display()
                ),
            ),
            Self::ChangedMeanwhile { .. } | Self::HeadMoved => {
                Bilingual::new("look at the change and try again", "请查看改动后重试")
            }
            Self::Detached => {
                Bilingual::new("git switch main", "请执行 git switch main 切换到分支")
            }
            Self::InProgress { .. } => Bilingual::new(
                "finish or abort it first; git status tells how",
                "请先完成或放弃；git status 会说明做法",
            ),
            Self::Conflicted { .. } => {
                Bilingual::new("resolve it and git add the file", "请解决冲突后 git add")
            }
            Self::Index { remedy, .. } => Bilingual::new(*remedy, format!("请执行 {remedy}")),
            Self::NotDone { .. } => {
                Bilingual::new("check disk space and permissions", "请检查磁盘空间和权限")
            }
            Self::Unknown { .. } => Bilingual::new(
                "look with git log before trying again",
                "重试之前请先用 git log 查看",
            ),
            Self::IndexBehind { .. } => Bilingual::new(
                "git reset (keeps your files)",
                "请执行 git reset（不会改动文件）",
            ),
        }
    }
}

/// A change that is complete in memory and not yet visible to anybody.
#[must_use = "a step that is not published did not happen"]
pub struct Publication {
    /// New bytes by path below the work tree; `None` removes a file.
    pub changes: BTreeMap<String, Option<Arc<[u8]>>>,
    /// What was on the disk when the step was decided, for every file that it depends on.
    pub expected_on_disk: BTreeMap<String, Option<Arc<[u8]>>>,
    /// Where HEAD stood when the step was decided.
    pub expected_head: Head,
    pub message: String,
    pub author: Identity,
    pub committer: Identity,
}

impl Publication {
    /// Publishes; waits at most `wait` for another process. Gives the commit's id.
    pub fn publish(self, repository: &Repository, wait: Duration) -> Result<String, PublishError> {
        let _lock = lock(repository, wait)?;
        let head = repository.head().map_err(not_done)?;
        if matches!(head, Head::Detached { .. }) {
            return Err(PublishError::Detached);
        }
        if let Some(what) = repository.in_progress() {
            return Err(PublishError::InProgress { what });
        }
        if head != self.expected_head {
            return Err(PublishError::HeadMoved);
        }
        self.unchanged_on_disk(repository)?;
        let index_lock = repository.git_folder().join("index.lock");
        wait_for(&index_lock, wait)?;
        let index = repository.prepare_index(self.touched()?).map_err(before)?;
        let commit = repository
            .write_commit(
                &head,
                &self.changes,
                &self.message,
                &self.author,
                &self.committer,
            )
            .map_err(not_done)?;
        let written = folder::write(
            repository.work_tree(),
            &self.changes,
            &self.expected_on_disk,
        )
        .map_err(|error| match error {
            FolderError::Changed(path) => PublishError::ChangedMeanwhile { path },
            FolderError::Failed(why) => PublishError::NotDone { why },
        })?;
        let subject = self.message.lines().next().unwrap_or_default();
        if let Err(moved) = repository.move_branch(&head, &commit, &format!("commit: {subject}")) {
            return Err(after_failure(repository, &head, &commit, written, moved));
        }
        match repository.head() {
            Ok(now) if now.commit() == Some(commit.as_str()) => {}
            Ok(_) => {
                return Err(PublishError::Unknown {
                    why: "the branch is not where it was put".to_owned(),
                });
            }
            Err(error) => {
                return Err(PublishError::Unknown {
                    why: error.message().en,
                });
            }
        }
        repository
            .write_index(index, &written.states(), wait)
            .map_err(|fault| PublishError::IndexBehind {
                commit: commit.clone(),
                why: words(fault).en,
            })?;
        Ok(commit)
    }

    /// What the index is to know of the changed files.
    fn touched(&self) -> Result<Touched, PublishError> {
        let id = |bytes: &Option<Arc<[u8]>>| {
            let id = bytes.as_deref().map(Repository::blob_id).transpose();
            id.map_err(not_done)
        };
        let changes = self.changes.iter();
        changes
            .map(|(path, bytes)| Ok((path.clone(), id(bytes)?)))
            .collect()
    }

    fn unchanged_on_disk(&self, repository: &Repository) -> Result<(), PublishError> {
        for (path, expected) in &self.expected_on_disk {
            if folder::read(repository.work_tree(), path) != Ok(expected.clone()) {
                return Err(PublishError::ChangedMeanwhile { path: path.clone() });
            }
        }
        Ok(())
    }
}

/// What a fault of the index means before anything was written.
fn before(fault: IndexFault) -> PublishError {
    match fault {
        IndexFault::Conflicted { path } => PublishError::Conflicted { path },
        IndexFault::Locked { lock } => PublishError::Locked { lock },
        IndexFault::Unsupported { why, remedy } => PublishError::Index { why, remedy },
        IndexFault::Failed(why) => PublishError::NotDone { why },
    }
}

/// A fault of the index in words.
fn words(fault: IndexFault) -> Bilingual {
    match fault {
        IndexFault::Conflicted { path } => Bilingual::new(
            format!("{path} has an unresolved conflict"),
            format!("{path} 有未解决的冲突"),
        ),
        IndexFault::Locked { lock } => Bilingual::new(
            format!("{} exists", lock.display()),
            format!("{} 已存在", lock.display()),
        ),
        IndexFault::Unsupported { why, .. } => why,
        IndexFault::Failed(why) => Bilingual::new(why.clone(), why),
    }
}

/// Says which of the three is true after the branch could not be moved: done, not done, unknown.
fn after_failure(
    repository: &Repository,
    before: &Head,
    commit: &str,
    written: Written,
    moved: RefMoved,
) -> PublishError {
    let why = match &moved {
        RefMoved::Moved => "the branch moved".to_owned(),
        RefMoved::Failed(why) => why.clone(),
    };
    match repository.head() {
        Ok(now) if now.commit() == Some(commit) => PublishError::IndexBehind {
            commit: commit.to_owned(),
            why,
        },
        Ok(now) => {
            if let Err(trouble) = written.undo() {
                return PublishError::Unknown {
                    why: format!("{why}; the files could not be put back: {trouble}"),
                };
            }
            if moved == RefMoved::Moved || now != *before {
                PublishError::HeadMoved
            } else {
                PublishError::NotDone { why }
            }
        }
        Err(error) => PublishError::Unknown {
            why: format!("{why}; {}", error.message().en),
        },
    }
}

/// The one lock of a publish. The kernel releases it when the process dies; the file itself stays.
fn lock(repository: &Repository, wait: Duration) -> Result<File, PublishError> {
    let path = repository.git_folder().join(LOCK);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| PublishError::NotDone {
            why: format!("{}: {error}", path.display()),
        })?;
    let until = Instant::now() + wait;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(20))
            }
            Err(TryLockError::WouldBlock) => return Err(PublishError::Locked { lock: path }),
            Err(TryLockError::Error(error)) => {
                return Err(PublishError::NotDone {
                    why: error.to_string(),
                });
            }
        }
    }
}

/// Waits until git's own lock of the index is gone.
fn wait_for(index_lock: &std::path::Path, wait: Duration) -> Result<(), PublishError> {
    let until = Instant::now() + wait;
    while index_lock.exists() {
        if Instant::now() >= until {
            return Err(PublishError::Locked {
                lock: index_lock.to_owned(),
            });
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn not_done(error: GitError) -> PublishError {
    PublishError::NotDone {
        why: error.message().en,
    }
}
