//! THE order: load, check, decide, change, check again, commit. Everything that changes a repository goes through here.
//! It never prints, and never reads environment or clock: the caller brings both.

#[cfg(feature = "pdf")]
mod archive;
mod audit;
mod calendar;
mod changed;
mod checkpoint;
mod disclosure;
mod documents;
mod drafts;
mod editors;
mod gate;
mod history;
mod hooks;
mod intake;
mod merging;
mod package;
#[cfg(feature = "pdf")]
mod paper;
mod renumber;
mod retention;
mod setup;
mod signing;
mod statistics;
mod steps;
mod story;
mod supervision;
mod watching;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use serde_json::Value;

#[cfg(feature = "pdf")]
pub use archive::{ArchiveRequest, Archived};
pub use audit::HistoryReader;
pub use calendar::{CalendarImport, YearChange};
pub use checkpoint::{Checked, CheckpointRequest, Made, StampRequest, Verified};
pub use disclosure::Shown;
pub use editors::{EditorFiles, add_editor_files};
pub use gate::{Push, Pushed, Refusal};
pub use hooks::install_hooks;
pub use intake::{Collected, Intake, Judge};
pub use merging::{MergingLack, mend_merging, merging_lacks};
pub use package::verify_package;
#[cfg(feature = "pdf")]
pub use paper::Paper;
pub use setup::{Begun, HostFiles, add_host_files, init};
pub use supervision::{SampleRequest, SupervisionRequest};
pub use watching::{Edit, EditWait};

use crate::audit::name_sealed_versions;
use crate::builtin;
use crate::case::{Case, folder_of, id_of, is_id};
use crate::check::{check_all, clue_folders, entry_path};
use crate::clock::{Clock, clocks};
use crate::commit::{PublishError, recover};
use crate::diagnostic::{Code, Diagnostic, Place, any_error};
use crate::disclosure::Unknown;
use crate::due::{Item, items};
use crate::files::{DiskFiles, Files};
use crate::git::{GitError, ObjectId, Repository};
use crate::template::Templates;
use crate::text::{Bilingual, system_words};
use crate::time::Timestamp;
use crate::workflow::{Decision, Desk, Possibility, options};
use crate::world::World;

/// How long a step waits for another process.
const WAIT: Duration = Duration::from_secs(5);

/// Why the engine did not do what it was asked for.
#[derive(Debug)]
pub enum Failure {
    /// Findings forbid it, or are the answer.
    Findings(Vec<Diagnostic>),
    /// Something outside the procedure: no repository, no identity, no permission.
    Environment {
        message: Bilingual,
        remedy: Option<Bilingual>,
    },
    /// What was asked for cannot be understood.
    Usage {
        message: Bilingual,
        remedy: Option<Bilingual>,
    },
    /// It would do harm or could never do what is wanted, and nothing was changed.
    Refused {
        message: Bilingual,
        remedy: Bilingual,
    },
    /// The change could not be published.
    Publish(PublishError),
}

impl From<GitError> for Failure {
    fn from(error: GitError) -> Self {
        Self::Environment {
            message: error.message(),
            remedy: error.remedy(),
        }
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        Self::Publish(error)
    }
}

impl Failure {
    /// A file or folder that the system does not let be read or written.
    pub fn of_system(path: &Path, error: &std::io::Error) -> Self {
        let shown = path.display();
        Self::Environment {
            message: Bilingual::new(
                format!("{shown}: {error}"),
                format!("{shown}：{}", system_words(error)),
            ),
            remedy: Some(Bilingual::new(
                "check the folder, its permissions and the disk",
                "请检查目录、权限和磁盘",
            )),
        }
    }
}

fn environment(en: impl Into<String>, zh: impl Into<String>) -> Failure {
    Failure::Environment {
        message: Bilingual::new(en, zh),
        remedy: None,
    }
}

/// A clue repository on the disk.
pub struct Engine {
    root: PathBuf,
    /// Where the caller stands: relative paths are meant from here.
    start: PathBuf,
    files: DiskFiles,
    world: World,
    templates: Templates,
    /// The schemas as documents take them.
    schemas: OnceLock<BTreeMap<String, Value>>,
    /// By reader, the names of the clues that they may not know of.
    unknown: Mutex<BTreeMap<String, Arc<Unknown>>>,
    /// What is wrong with organisation and rulebook, short of making them unusable.
    pub findings: Vec<Diagnostic>,
}

/// What was published.
pub struct Published {
    pub commit: String,
    pub decision: Decision,
}

/// What is due in all clues.
#[derive(Debug, Default)]
pub struct AllDue {
    pub items: Vec<Item>,
    /// Clues whose card cannot be read.
    pub unreadable: usize,
    /// Deadlines that cannot be computed.
    pub uncomputed: usize,
}

/// Finds the clue repository that a folder belongs to: the nearest folder with a `workflow.yaml` or `organisation.yaml`.
pub fn find_root(start: &Path) -> Option<PathBuf> {
    let start = start.canonicalize().ok()?;
    start
        .ancestors()
        .find(|folder| {
            folder.join("workflow.yaml").is_file() || folder.join("organisation.yaml").is_file()
        })
        .map(Path::to_owned)
}

/// Refuses a folder whose git repository has no files to work on, or none that can be read: else every command would do
/// half of what it should, each in its own words.
pub fn usable(start: &Path) -> Result<(), Failure> {
    match Repository::discover(start) {
        Err(
            error @ (GitError::Bare | GitError::ObjectFormat(_) | GitError::ReferenceFormat(_)),
        ) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Whether a folder, there or to be made, lies in a clue repository, in a work tree of the same git repository, or in one
/// that the repository is a part of.
pub fn lies_in_repository(root: &Path, folder: &Path) -> bool {
    // What is not there yet lies where the nearest folder lies that is.
    let Some(nearest) = folder.ancestors().find(|folder| folder.exists()) else {
        return true;
    };
    // Where a path goes up again from what is not there nobody can tell where it leads.
    let rest = folder.strip_prefix(nearest).unwrap_or(folder);
    if rest.components().any(|part| part.as_os_str() == "..") {
        return true;
    }
    let Ok(there) = nearest.canonicalize() else {
        return true;
    };
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    if there.starts_with(&root) {
        return true;
    }
    let common = |repository: &Repository| {
        let folder = repository.common_folder();
        folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
    };
    let Ok(Some(own)) = Repository::discover(&root) else {
        return false;
    };
    let other = Repository::discover(&there).ok().flatten();
    there.starts_with(common(&own))
        || other.is_some_and(|other| {
            common(&other) == common(&own) || root.starts_with(other.work_tree())
        })
}

/// The path of a clue repository below the top of its git repository; empty where they are one, or there is no git.
pub fn prefix_of(root: &Path) -> String {
    let repository = Repository::discover(root).ok().flatten();
    repository.map_or_else(String::new, |repository| repository.prefix(root))
}

/// The folder's files. Where git was told that modes mean nothing here, they mean nothing to the check either.
pub fn disk(root: &Path) -> DiskFiles {
    let modes = Repository::discover(root)
        .ok()
        .flatten()
        .is_none_or(|repository| repository.trusts_modes());
    DiskFiles::new(root).with_modes(modes)
}

/// Says of broken seals where history holds what was sealed: the last commit need not hold it.
fn name_sealed(root: &Path, found: &mut [Diagnostic]) {
    if found.iter().any(|one| one.code == Code::SealBroken)
        && let Ok(Some(repository)) = Repository::discover(root)
        && let Ok(head) = repository.head()
        && let Some(head) = head.commit().and_then(ObjectId::parse)
    {
        // Where history does not tell it, the finding says what it did.
        let prefix = repository.prefix(root);
        let _ = name_sealed_versions(&repository, &prefix, head, found);
    }
}

impl Engine {
    /// Opens the repository that a folder belongs to.
    pub fn open(start: &Path) -> Result<Self, Failure> {
        usable(start)?;
        if !start.is_dir() {
            return Err(Failure::Environment {
                message: Bilingual::new(
                    format!("there is no folder {}", start.display()),
                    format!("没有 {} 这个目录", start.display()),
                ),
                remedy: Some(Bilingual::new(
                    "look at the path behind -C",
                    "请核对 -C 后面的路径",
                )),
            });
        }
        let Some(root) = find_root(start) else {
            return Err(Failure::Environment {
                message: Bilingual::new(
                    format!("{} is in no clue repository", start.display()),
                    format!("{} 不在线索仓库中", start.display()),
                ),
                remedy: Some(Bilingual::new(
                    "clue init makes one here",
                    "可用 clue init 在此建立",
                )),
            });
        };
        let files = disk(&root);
        let (world, findings) = World::load(&files, builtin::files());
        let Some(world) = world else {
            return Err(Failure::Findings(findings));
        };
        let templates = Templates::new(&files, builtin::files(), crate::markdown::to_html);
        Ok(Self {
            root,
            start: start.to_owned(),
            files,
            world,
            templates,
            schemas: OnceLock::new(),
            unknown: Mutex::default(),
            findings,
        })
    }

    /// The repository's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Organisation, rulebook and schemas.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The templates of records and documents.
    pub fn templates(&self) -> &Templates {
        &self.templates
    }

    /// The files as they lie on the disk.
    pub fn files(&self) -> &DiskFiles {
        &self.files
    }

    fn desk(&self) -> Desk<'_> {
        Desk {
            files: &self.files,
            world: &self.world,
            templates: &self.templates,
            against: None,
        }
    }

    /// Judges the whole folder, or only some clues of it.
    ///
    /// A step that died while it was published is completed or put back first, if nobody holds the lock: else git's next
    /// commit could undo it, and nothing would have said so. Where that cannot be done, the folder is judged as it is.
    pub fn check(root: &Path, only: Option<&[String]>) -> Vec<Diagnostic> {
        if let Ok(Some(repository)) = Repository::discover(root) {
            let _ = recover(&repository, Duration::ZERO);
        }
        let mut found = check_all(&disk(root), builtin::files(), only);
        name_sealed(root, &mut found);
        found
    }

    /// The folder of a clue, by id, register number, or a path into its folder.
    pub fn find(&self, name: &str) -> Result<String, Failure> {
        let unknown = || Failure::Usage {
            message: Bilingual::new(
                format!("there is no clue `{name}`"),
                format!("没有 `{name}` 这条线索"),
            ),
            remedy: Some(Bilingual::new(
                "clue list shows all clues",
                "clue list 可列出全部线索",
            )),
        };
        // Numbers are typed as people type: in small letters, in full width, or with a blank that was copied along.
        let name = name.trim();
        let plain = crate::text::plain(name).to_uppercase();
        let numbered = |name: &str| {
            entry_path(name).and_then(|path| self.files.read(&path, 1_000).ok().flatten())
        };
        let id = if is_id(name) {
            name.to_owned()
        } else if let Some(bytes) = numbered(&plain) {
            String::from_utf8_lossy(&bytes).trim().to_owned()
        } else if let Some(id) = self.by_alias(&plain) {
            id
        } else {
            // A path into the clue's folder is what people have at hand, from where they stand or from the top.
            let inside = self
                .start
                .join(name)
                .canonicalize()
                .ok()
                .and_then(|full| full.strip_prefix(&self.root).map(Path::to_owned).ok());
            let inside = inside.map_or_else(
                || name.to_owned(),
                |inside| inside.to_string_lossy().replace('\\', "/"),
            );
            id_of(&inside).map(str::to_owned).ok_or_else(unknown)?
        };
        let folder = folder_of(&id).ok_or_else(unknown)?;
        match self.files.kind(&folder) {
            Ok(Some(_)) => Ok(folder),
            _ => Err(unknown()),
        }
    }

    /// The clue that bore a number before, where no clue bears it now.
    fn by_alias(&self, number: &str) -> Option<String> {
        entry_path(number)?;
        let (folders, _) = clue_folders(&self.files);
        let bore = |folder: &&String| {
            let (card, _) = Case::load_card(&self.files, &self.world, folder);
            let aliases = card.and_then(|card| card.aliases).unwrap_or_default();
            aliases.iter().any(|alias| alias == number)
        };
        let folder = folders.iter().find(bore)?;
        id_of(folder).map(str::to_owned)
    }

    /// Reads a clue.
    pub fn case(&self, name: &str) -> Result<(Case, Vec<Diagnostic>), Failure> {
        Ok(Case::load(&self.files, &self.world, &self.find(name)?))
    }

    /// The clocks of a clue, in the order of the rulebook.
    pub fn clocks(&self, case: &Case) -> Vec<Clock> {
        clocks(&self.world, case, &case.scope(&self.world)).0
    }

    /// Every clue, in the order of ids.
    pub fn cases(&self) -> Vec<(Case, Vec<Diagnostic>)> {
        self.each_case(|case, found| (case, found))
    }

    /// What is made of every clue, in the order of ids; no more clues are in memory than there are processors.
    pub fn each_case<T: Send>(&self, make: impl Fn(Case, Vec<Diagnostic>) -> T + Sync) -> Vec<T> {
        use rayon::prelude::*;
        let (folders, _) = clue_folders(&self.files);
        folders
            .par_iter()
            .map(|folder| {
                let (case, found) = Case::load(&self.files, &self.world, folder);
                make(case, found)
            })
            .collect()
    }

    /// What is due as of a moment.
    pub fn due(&self, now: Timestamp) -> AllDue {
        let each = self.each_case(|case, _| match &case.card {
            Some(_) => {
                let (clocks, found) = clocks(&self.world, &case, &case.scope(&self.world));
                let unjudged = found
                    .iter()
                    .filter(|found| found.code == Code::ClockJudgement);
                let uncomputed = unjudged.count();
                AllDue {
                    items: items(&self.world, &case, clocks, now),
                    unreadable: 0,
                    uncomputed,
                }
            }
            None => AllDue {
                unreadable: usize::from(case.has_unreadable_card()),
                ..AllDue::default()
            },
        });
        each.into_iter().fold(AllDue::default(), |mut all, one| {
            all.items.extend(one.items);
            all.unreadable += one.unreadable;
            all.uncomputed += one.uncomputed;
            all
        })
    }

    /// The commit that is checked out; none where there is none yet, or no git repository.
    pub fn head(&self) -> Option<String> {
        let head = self.repository().ok()?.head().ok()?;
        head.commit().map(str::to_owned)
    }

    /// When the commit that is checked out was made, as its author says; none where there is none.
    pub fn head_time(&self) -> Option<Timestamp> {
        let repository = self.repository().ok()?;
        let id = ObjectId::parse(repository.head().ok()?.commit()?)?;
        Some(repository.commit_facts(id).ok()?.author.time)
    }

    /// What can be done with a clue now.
    pub fn next(&self, name: &str, now: Timestamp) -> Result<(Case, Vec<Possibility>), Failure> {
        let (case, found) = self.case(name)?;
        if any_error(&found) {
            return Err(Failure::Findings(found));
        }
        let possible = options(&self.desk(), &case, now);
        Ok((case, possible))
    }

    /// What the clues hold that differ between two commits: the folders of the clues.
    pub fn clues_between(&self, old: &str, new: &str) -> Result<Vec<String>, Failure> {
        let repository = self.repository()?;
        let tree = |commit: &str| -> Result<Option<ObjectId>, Failure> {
            let id = ObjectId::parse(commit);
            Ok(id
                .map(|id| repository.commit_facts(id))
                .transpose()?
                .map(|facts| facts.tree))
        };
        let prefix = repository.prefix(&self.root);
        let folder = |path: &str| {
            let inner = changed::inside(&prefix, path)?;
            folder_of(id_of(&inner)?)
        };
        let stop = |path: &str| folder(path).is_some();
        let found = repository.differences(tree(old)?, tree(new)?, &stop)?;
        Ok(found.iter().filter_map(|one| folder(&one.path)).collect())
    }

    fn repository(&self) -> Result<Repository, Failure> {
        repository_of(&self.root)
    }
}

/// The git repository that a clue repository's folder lies in.
fn repository_of(root: &Path) -> Result<Repository, Failure> {
    Repository::discover(root)?.ok_or_else(|| Failure::Environment {
        message: Bilingual::new(
            "this folder is in no git repository",
            "此目录不在 git 仓库中",
        ),
        remedy: Some(Bilingual::new(
            "git init, then git add and git commit",
            "请先 git init，再 git add、git commit",
        )),
    })
}

/// The finding that stands for a path that was asked for and is not there.
pub fn no_such_path(path: &str) -> Diagnostic {
    Diagnostic::new(
        Code::FileUnreadable,
        Place::file(path),
        format!("{path} does not exist"),
        format!("{path} 不存在"),
    )
}
