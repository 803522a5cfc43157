//! The audit: history replayed, each commit judged by the rulebook, schemas and people that were in force before it.
//!
//! A commit answers for what it changes, and for nothing else: what was wrong before it is the fault of the commit that
//! made it so. `moment` finds what a commit changes, `replay` goes through the commits, `walk` goes one clue's way;
//! `crossing` judges what a commit does to one clue, `merging` what a merge does, `commit` the commit itself, `signed` its
//! signature, `aside` what comes in from another line of history, `sealed` where a sealed version stands, and `beside` what stands beside the clues; `remedy` says what can be done. It never writes.

mod aside;
mod beside;
mod commit;
mod crossing;
mod entries;
mod merging;
mod moment;
mod remedy;
mod replay;
mod sealed;
mod signed;
mod walk;

pub use crossing::crossing;
pub use entries::judge_entries;
pub use replay::{Pending, Stage, audit, pending};
pub use sealed::name_sealed_versions;

use crate::diagnostic::Diagnostic;
use crate::git::{CommitFacts, ObjectId};

/// What a commit is at fault for.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The commit; none where it is not made yet.
    pub commit: Option<ObjectId>,
    pub diagnostic: Diagnostic,
}

/// What an audit found.
#[derive(Debug, Default)]
pub struct Audited {
    /// How many commits were judged.
    pub commits: usize,
    /// How many clues they changed.
    pub clues: usize,
    /// In the order of history.
    pub findings: Vec<Finding>,
    /// The commits that findings name.
    pub facts: Vec<CommitFacts>,
    /// Whether the repository holds only a part of its history.
    pub is_shallow: bool,
}
