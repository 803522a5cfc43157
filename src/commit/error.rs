//! What went wrong with a publish, and what to do, in words.

use std::path::PathBuf;

use crate::commit::LOCK;
use crate::git::{GitError, IndexFault, doing_zh};
use crate::text::{Bilingual, system_words};

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
    /// The index holds a version of a touched file that is neither committed nor on the disk.
    Staged { path: String },
    /// The index has a form that only git itself can change; the git command that helps.
    Index {
        why: Bilingual,
        remedy: &'static str,
    },
    /// Disk or permissions stand in the way; nothing was published.
    NotDone { why: String },
    /// The step is to be signed, and was not; nothing was published.
    NotSigned { why: GitError },
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
                format!("git 的{}尚未完成", doing_zh(what)),
            ),
            Self::Conflicted { path } => Bilingual::new(
                format!("{path} has an unresolved conflict"),
                format!("{path} 有未解决的冲突"),
            ),
            Self::Staged { path } => Bilingual::new(
                format!(
                    "{path} is staged in a version that the file does not have; the step would lose it"
                ),
                format!("{path} 暂存的版本与文件不同，办理会使它丢失"),
            ),
            Self::Index { why, .. } => Bilingual::new(
                format!("{}; nothing was changed", why.en),
                format!("{}；没有做任何改动", why.zh),
            ),
            Self::NotDone { why } => Bilingual::new(
                format!("the step could not be written, and nothing was changed: {why}"),
                format!("写入失败，没有做任何改动：{}", system_words(&why)),
            ),
            Self::NotSigned { why } => {
                let why = why.message();
                Bilingual::new(
                    format!("{}; nothing was changed", why.en),
                    format!("{}；没有做任何改动", why.zh),
                )
            }
            Self::Unknown { why } => Bilingual::new(
                format!("it is not known whether the step was written: {why}"),
                format!("无法确认是否已经写入：{}", system_words(&why)),
            ),
            Self::IndexBehind { commit, why } => Bilingual::new(
                format!(
                    "the step is done (commit {commit}), but git's index could not be updated: {why}"
                ),
                format!(
                    "步骤已办理（提交 {commit}），但 git 索引未能更新：{}",
                    system_words(&why)
                ),
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
            Self::Staged { path } => Bilingual::new(
                format!(
                    "git add {path} (stages the file as it is), or git checkout -- {path} (takes the staged version)"
                ),
                format!(
                    "请执行 git add {path}（以文件现状为准），或 git checkout -- {path}（以暂存版本为准）"
                ),
            ),
            Self::Index { remedy, .. } => Bilingual::new(*remedy, format!("请执行 {remedy}")),
            Self::NotDone { .. } => {
                Bilingual::new("check disk space and permissions", "请检查磁盘空间和权限")
            }
            Self::NotSigned { why } => why.remedy().unwrap_or_else(|| {
                Bilingual::new("correct it: git config --edit", "请改正：git config --edit")
            }),
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

/// What a fault of the index means before anything was written.
pub(super) fn before(fault: IndexFault) -> PublishError {
    match fault {
        IndexFault::Conflicted { path } => PublishError::Conflicted { path },
        IndexFault::Locked { lock } => PublishError::Locked { lock },
        IndexFault::Unsupported { why, remedy } => PublishError::Index { why, remedy },
        IndexFault::Failed(why) => PublishError::NotDone { why },
    }
}

/// A fault of the index in words.
pub(super) fn words(fault: IndexFault) -> Bilingual {
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

pub(super) fn not_done(error: GitError) -> PublishError {
    PublishError::NotDone {
        why: error.message().en,
    }
}

/// Why a commit could not be written: signing has a remedy of its own.
pub(super) fn not_written(error: GitError) -> PublishError {
    match error {
        GitError::Signing(_)
        | GitError::SigningFormat(_)
        | GitError::SigningKey
        | GitError::Setting(_) => PublishError::NotSigned { why: error },
        other => not_done(other),
    }
}
