//! The doctor: what is wrong with a clue repository as a git repository and a folder, what it means, and what mends it.
//! It judges no clue (that is the check), never changes a record, and never takes away what may be somebody's work.

mod folder;
mod format;
mod index;
mod locks;
mod merging;
mod settings;

use std::path::PathBuf;
use std::time::Duration;

use crate::commit::PublishError;
use crate::git::{Environment, GitError, Repository};
use crate::record::Organisation;
use crate::text::{Bilingual, system_words};
use crate::time::Timestamp;

/// How long mending waits for another process.
const WAIT: Duration = Duration::from_secs(5);

/// Whom the doctor looks at.
pub struct Patient {
    /// The folder of the clue repository.
    pub root: PathBuf,
    /// The git repository; none where there is none, or the library cannot open it.
    pub repository: Option<Repository>,
    /// `organisation.yaml`, where it can be read.
    pub organisation: Option<Organisation>,
    pub environment: Environment,
    /// What git shall call to merge records.
    pub program: String,
    pub now: Timestamp,
}

/// Whether something is mended by the doctor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cure {
    /// Only a person can mend it.
    ByHand,
    /// `--fix` mends it.
    Fixable,
    /// It was mended.
    Done,
    /// Mending was tried, and failed.
    Failed(Bilingual),
}

/// Something that was found.
#[derive(Clone, Debug)]
pub struct Ailment {
    /// The check that found it.
    pub check: &'static str,
    pub found: Bilingual,
    /// What it means for the work.
    pub meaning: Bilingual,
    pub remedy: Bilingual,
    pub cure: Cure,
    /// Whether it is only worth knowing, and nothing is wrong.
    pub is_note: bool,
}

impl Ailment {
    /// Something that only a person can mend.
    fn new(found: Bilingual, meaning: Bilingual, remedy: Bilingual) -> Self {
        Self {
            check: "",
            found,
            meaning,
            remedy,
            cure: Cure::ByHand,
            is_note: false,
        }
    }

    /// Mends it if that is wanted, and says how it went.
    fn mended(mut self, fix: bool, mend: impl FnOnce() -> Result<(), Bilingual>) -> Self {
        self.cure = if fix {
            mend().map_or_else(Cure::Failed, |()| Cure::Done)
        } else {
            Cure::Fixable
        };
        self
    }

    /// Whether something is wrong still.
    pub fn is_open(&self) -> bool {
        !self.is_note && self.cure != Cure::Done
    }
}

/// One thing that is looked at.
pub struct Check {
    pub name: &'static str,
    pub about: fn() -> Bilingual,
    run: fn(&Patient, bool) -> Result<Vec<Ailment>, Bilingual>,
}

/// Everything that is looked at, in the order in which it is mended: locks before what needs them.
///
/// A new check is a line here and a function beside the others.
pub const CHECKS: &[Check] = &[
    Check {
        name: "format",
        about: || Bilingual::new("the repository can be opened", "仓库可以打开"),
        run: format::format,
    },
    Check {
        name: "locks",
        about: || Bilingual::new("there is no lock", "没有锁"),
        run: locks::locks,
    },
    Check {
        name: "journal",
        about: || Bilingual::new("no step died half way", "没有中断的步骤"),
        run: index::journal,
    },
    Check {
        name: "index",
        about: || {
            Bilingual::new(
                "git's index knows what is committed",
                "git 索引与提交内容一致",
            )
        },
        run: index::index,
    },
    Check {
        name: "leftovers",
        about: || Bilingual::new("no temporary file lies about", "没有遗留的临时文件"),
        run: folder::leftovers,
    },
    Check {
        name: "line-ends",
        about: || Bilingual::new("git leaves line ends alone", "git 不改动换行符"),
        run: folder::line_ends,
    },
    Check {
        name: "merging",
        about: || Bilingual::new("git merges records by what they say", "git 按内容合并记录"),
        run: merging::merging,
    },
    Check {
        name: "hooks",
        about: || Bilingual::new("hooks can run", "钩子可以运行"),
        run: folder::hooks,
    },
    Check {
        name: "identity",
        about: || Bilingual::new("git knows who you are", "git 知道您是谁"),
        run: settings::identity,
    },
    Check {
        name: "in-progress",
        about: || Bilingual::new("no merge or rebase is unfinished", "没有未完成的合并或变基"),
        run: settings::in_progress,
    },
    Check {
        name: "shallow",
        about: || Bilingual::new("history is whole", "历史完整"),
        run: settings::shallow,
    },
    Check {
        name: "clock",
        about: || Bilingual::new("the clock agrees with history", "时钟与历史相符"),
        run: settings::clock,
    },
];

/// Looks at everything, and with `fix` mends what can be mended.
pub fn examine(patient: &Patient, fix: bool) -> Vec<Ailment> {
    let mut found = Vec::new();
    for check in CHECKS {
        let ailments = (check.run)(patient, fix).unwrap_or_else(|why| {
            let meaning = Bilingual::new("nothing is known about this point", "此项情况不明");
            let remedy = Bilingual::new(
                "mend what is told above, and look again",
                "请先处理上面所列的问题，再检查一次",
            );
            vec![Ailment::new(why, meaning, remedy)]
        });
        found.extend(ailments.into_iter().map(|ailment| Ailment {
            check: check.name,
            ..ailment
        }));
    }
    found
}

fn git(error: GitError) -> Bilingual {
    error.message()
}

fn publish(error: PublishError) -> Bilingual {
    error.message()
}

fn system(path: &std::path::Path, error: &std::io::Error) -> Bilingual {
    Bilingual::new(
        format!("{}: {error}", path.display()),
        format!("{}：{}", path.display(), system_words(&error)),
    )
}
