//! Valid edits that were quiet long enough become commits; what stands in the way of the others is known and told.
//! Who may edit what is the engine's to say.

use std::collections::BTreeSet;
use std::time::Instant;

use crate::check::{Concern, concern_of};
use crate::engine::{Edit, EditWait, Engine, Failure};
use crate::files::{Files, join};
use crate::git::Repository;
use crate::text::{Bilingual, visible_line};
use crate::time::Timestamp;
use crate::watch::{TRY_AGAIN, Told, VANISHED, Wait, Watch};

impl Watch<'_> {
    /// What differs from the last commit when the watch begins.
    pub(super) fn uncommitted(&mut self, told: &mut Vec<Told>) -> Result<(), Failure> {
        if self.options.commit.is_none() || self.state.is_broken {
            return Ok(());
        }
        let now = Instant::now();
        for path in Engine::open(&self.root)?.uncommitted()? {
            if let Concern::Clue(folder) = concern_of(&path) {
                self.edited.insert(folder, now);
            }
        }
        self.rules_wait(told);
        Ok(())
    }

    /// Files of the rules that are not as they were committed wait for a person.
    pub(super) fn rules_wait(&mut self, told: &mut Vec<Told>) {
        let Ok(Some(repository)) = Repository::discover(&self.root) else {
            return;
        };
        let prefix = repository.prefix(&self.root);
        let full = |path: &str| {
            if prefix.is_empty() {
                path.to_owned()
            } else {
                join(&prefix, path)
            }
        };
        let files = self.state.files();
        let head = repository.head().ok();
        let head = head.as_ref().and_then(|head| head.commit());
        let mut paths = vec!["organisation.yaml".to_owned(), "workflow.yaml".to_owned()];
        for folder in ["schema", "calendar"] {
            let walked = files.walk(folder).unwrap_or_default();
            paths.extend(walked.into_iter().map(|(path, _)| path));
        }
        let mut waiting = BTreeSet::new();
        for path in paths {
            let bytes = files.read(&path, u64::MAX - 1).ok().flatten();
            let own = bytes.and_then(|bytes| Repository::blob_id(&bytes).ok());
            let known = head.and_then(|head| repository.file_id(head, &full(&path)).ok().flatten());
            if own != known {
                waiting.insert(path);
            }
        }
        let known: Vec<String> = self.waits.keys().cloned().collect();
        for path in known {
            if self.waits.get(&path) == Some(&Wait::Rules) && !waiting.contains(&path) {
                self.waits.remove(&path);
                told.push(Told::Free(path));
            }
        }
        for path in waiting {
            if self.waits.insert(path.clone(), Wait::Rules) != Some(Wait::Rules) {
                told.push(Told::Waits(path));
            }
        }
    }

    /// Folders of clues that are gone, and that the last commit has, are told as edits that wait.
    pub(super) fn vanished(&mut self, told: &mut Vec<Told>) {
        let now = Instant::now();
        let due = self.vanished.iter();
        let due = due.filter(|(_, since)| **since + VANISHED <= now);
        let due: Vec<String> = due.map(|(folder, _)| folder.clone()).collect();
        // Whoever checks out another branch moves HEAD only when the files are gone.
        if due.is_empty() || self.git_is_working() || self.git.is_some() {
            return;
        }
        let Ok(engine) = Engine::open(&self.root) else {
            return;
        };
        for folder in due {
            self.vanished.remove(&folder);
            let wait = self.removed(&engine, &folder);
            let is_known = matches!(self.waits.get(&folder), Some(Wait::Removed { .. }));
            if wait.is_some() || is_known {
                self.settle(folder, wait, told);
            }
        }
    }

    /// Commits edits that were quiet long enough, and looks again at those that wait and changed.
    pub(super) fn commit(&mut self, told: &mut Vec<Told>) {
        let quiet = self.options.commit;
        if quiet.is_none() {
            self.edited.clear();
        }
        if self.edited.is_empty() && self.again.is_empty() || self.state.is_broken {
            return;
        }
        let now = Instant::now();
        let edited = self.edited.iter();
        let due = edited.filter(|(_, since)| quiet.is_some_and(|quiet| **since + quiet <= now));
        let due: Vec<String> = due.map(|(folder, _)| folder.clone()).collect();
        let again = self.again.iter().filter(|(_, due)| **due <= now);
        let mut again: Vec<String> = again.map(|(folder, _)| folder.clone()).collect();
        again.retain(|folder| !due.contains(folder));
        if due.is_empty() && again.is_empty() {
            return;
        }
        let engine = match Engine::open(&self.root) {
            Ok(engine) => engine,
            Err(_) => return,
        };
        for folder in again {
            self.again.remove(&folder);
            self.look_again(&engine, folder, told);
        }
        for folder in due {
            self.again.remove(&folder);
            let edit = if self.is_being_written(&folder) {
                Ok(Edit::Waits(EditWait::Busy))
            } else {
                engine.commit_edit(&folder, &self.options.environment, self.moment())
            };
            self.edited.remove(&folder);
            let wait = match edit {
                Ok(Edit::Same | Edit::Ready) => None,
                Ok(Edit::Committed {
                    commit,
                    subject,
                    paths,
                }) => {
                    self.head = Some(commit.clone());
                    told.push(Told::Committed {
                        folder: folder.clone(),
                        commit,
                        subject,
                        paths,
                    });
                    None
                }
                Ok(Edit::Waits(wait)) => {
                    if matches!(
                        wait,
                        EditWait::Busy | EditWait::InProgress(_) | EditWait::Detached
                    ) {
                        // As if it had been saved just so long ago that it is tried again soon.
                        let next = quiet.and_then(|quiet| (now + TRY_AGAIN).checked_sub(quiet));
                        self.edited.insert(folder.clone(), next.unwrap_or(now));
                    }
                    Some(wait_of(&folder, wait))
                }
                Err(failure) => Some(failed(&failure)),
            };
            self.settle(folder, wait, told);
        }
    }

    /// Whether what was in the way of an edit still is; it is committed later, when it was quiet long enough.
    fn look_again(&mut self, engine: &Engine, folder: String, told: &mut Vec<Told>) {
        let now = Instant::now();
        if !self.waits.contains_key(&folder) {
            return;
        }
        if self.options.commit.is_none() {
            let wait = self.removed(engine, &folder);
            return self.settle(folder, wait, told);
        }
        let edit = if self.is_being_written(&folder) {
            Ok(Edit::Waits(EditWait::Busy))
        } else {
            engine.judge_edit(&folder, &self.options.environment, self.moment())
        };
        let wait = match edit {
            Ok(Edit::Same | Edit::Committed { .. }) => None,
            Ok(Edit::Ready) => {
                self.edited.entry(folder.clone()).or_insert(now);
                None
            }
            Ok(Edit::Waits(EditWait::Busy)) => {
                self.again.insert(folder, now + TRY_AGAIN);
                return;
            }
            Ok(Edit::Waits(wait)) => {
                if matches!(wait, EditWait::InProgress(_) | EditWait::Detached) {
                    self.edited.entry(folder.clone()).or_insert(now);
                }
                Some(wait_of(&folder, wait))
            }
            Err(failure) => Some(failed(&failure)),
        };
        self.settle(folder, wait, told);
    }

    /// What is to be told of the folder of a clue that is gone, or that has no card any more.
    fn removed(&self, engine: &Engine, folder: &str) -> Option<Wait> {
        let known = self.state.clues.get(folder);
        if known.is_some_and(|verdict| verdict.state.is_some()) {
            return None;
        }
        let paths = engine.removed(folder).ok()?;
        (!paths.is_empty()).then_some(Wait::Removed {
            paths,
            is_whole: known.is_none(),
        })
    }

    fn is_being_written(&self, folder: &str) -> bool {
        let concern = Concern::Clue(folder.to_owned());
        self.batch.is_being_written(&concern, Instant::now())
    }

    /// Now, on the organisation's clock.
    fn moment(&self) -> Timestamp {
        self.state.on_the_clock((self.clock)())
    }

    /// Takes what stands in the way of an edit, and tells it where that is new.
    fn settle(&mut self, folder: String, wait: Option<Wait>, told: &mut Vec<Told>) {
        match wait {
            None => {
                if self.waits.remove(&folder).is_some() {
                    told.push(Told::Free(folder));
                }
            }
            Some(wait) => {
                if self.waits.get(&folder) != Some(&wait) {
                    self.waits.insert(folder.clone(), wait);
                    told.push(Told::Waits(folder));
                }
            }
        }
    }
}

fn wait_of(folder: &str, wait: EditWait) -> Wait {
    match wait {
        EditWait::Invalid(found) => Wait::Invalid(found),
        EditWait::Removed { paths, is_whole } => Wait::Removed { paths, is_whole },
        EditWait::Uncollected => Wait::Other(
            "uncollected",
            Bilingual::new(
                "the form is not handed in yet; the step collect commits it",
                "收集表尚未提交；由 collect 步骤提交",
            ),
        ),
        EditWait::Closed => Wait::Other(
            "closed",
            Bilingual::new(
                "the clue is closed, and stays as it is; restore what was edited",
                "线索已办结，不得改动；请恢复被改动的内容",
            ),
        ),
        EditWait::Staged(path) => {
            let inner = path.strip_prefix(folder).unwrap_or(&path);
            let inner = visible_line(inner.trim_start_matches('/'));
            Wait::Other(
                "staged",
                Bilingual::new(
                    format!("{inner} is staged: whoever staged it commits it"),
                    format!("{inner} 已被暂存，由暂存的人提交"),
                ),
            )
        }
        EditWait::InProgress(what) => Wait::Other(
            "in-progress",
            Bilingual::new(
                format!("git is in the middle of a {what}"),
                format!("git 的{}尚未完成", crate::git::doing_zh(what)),
            ),
        ),
        EditWait::Detached => Wait::Other(
            "detached",
            Bilingual::new(
                "HEAD is detached: a commit would belong to no branch",
                "当前不在任何分支上（HEAD 游离），提交将不属于任何分支",
            ),
        ),
        EditWait::Busy => Wait::Other(
            "busy",
            Bilingual::new(
                "it is being saved, or another process works here",
                "文件正在保存，或有其他程序正在使用仓库",
            ),
        ),
        EditWait::Signature => Wait::Other(
            "signature",
            Bilingual::new(
                "git is set to sign with a key that is not listed as yours",
                "git 所设的签名密钥未登记在您名下",
            ),
        ),
    }
}

fn failed(failure: &Failure) -> Wait {
    match failure {
        Failure::Findings(found) => Wait::Invalid(found.clone()),
        Failure::Environment { message, .. }
        | Failure::Usage { message, .. }
        | Failure::Refused { message, .. } => Wait::Other("failed", message.clone()),
        Failure::Publish(error) => Wait::Other("failed", error.message()),
    }
}
