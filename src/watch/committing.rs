//! Valid edits that were quiet long enough become commits; what stands in the way of the others is known and told.
//! Who may edit what is the engine's to say.

use std::collections::BTreeSet;
use std::time::Instant;

use crate::check::{Concern, concern_of};
use crate::engine::{Edit, EditWait, Engine, Failure};
use crate::files::{Files, join};
use crate::git::Repository;
use crate::text::Bilingual;
use crate::watch::{TRY_AGAIN, Told, Wait, Watch};

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

    /// Commits edits that were quiet long enough.
    pub(super) fn commit(&mut self, told: &mut Vec<Told>) {
        let Some(quiet) = self.options.commit else {
            self.edited.clear();
            return;
        };
        if self.edited.is_empty() || self.state.is_broken {
            return;
        }
        let now = Instant::now();
        let due: Vec<String> = self
            .edited
            .iter()
            .filter(|(_, since)| **since + quiet <= now)
            .map(|(folder, _)| folder.clone())
            .collect();
        if due.is_empty() {
            return;
        }
        let engine = match Engine::open(&self.root) {
            Ok(engine) => engine,
            Err(_) => return,
        };
        for folder in due {
            let is_writing = self
                .batch
                .is_being_written(&Concern::Clue(folder.clone()), now);
            let edit = if is_writing {
                Ok(Edit::Waits(EditWait::Busy))
            } else {
                engine.commit_edit(&folder, &self.options.environment, (self.clock)())
            };
            self.edited.remove(&folder);
            let wait = match edit {
                Ok(Edit::Same) => None,
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
                        let next = (now + TRY_AGAIN).checked_sub(quiet).unwrap_or(now);
                        self.edited.insert(folder.clone(), next);
                    }
                    Some(wait_of(wait))
                }
                Err(failure) => Some(failed(&failure)),
            };
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
}

fn wait_of(wait: EditWait) -> Wait {
    match wait {
        EditWait::Invalid(found) => Wait::Invalid(found),
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
        EditWait::Staged(path) => Wait::Other(
            "staged",
            Bilingual::new(
                format!("{path} is staged: whoever staged it commits it"),
                format!("{path} 已被暂存，由暂存的人提交"),
            ),
        ),
        EditWait::InProgress(what) => Wait::Other(
            "in-progress",
            Bilingual::new(
                format!("git is in the middle of a {what}; nothing is committed"),
                format!("git 的{}尚未完成，暂不提交", crate::git::doing_zh(what)),
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
