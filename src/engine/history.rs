//! What the last commit knows: a step is judged by organisation, rulebook and card as history has them.
//! It only looks.

use std::sync::{Arc, Mutex};

use crate::audit::{crossing, judge_entries};
use crate::case::Case;
use crate::change::Changes;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::engine::Failure;
use crate::files::{Files, TreeFiles, join, unreadable};
use crate::git::{ObjectId, Repository, TreeKind};
use crate::workflow::Actor;
use crate::world::{MAXIMUM_RECORD, World};
use crate::yaml;

/// The last commit of the branch, seen from the clue repository's folder.
pub(super) struct History<'a> {
    pub(super) repository: &'a Repository,
    pub(super) commit: Option<&'a str>,
    pub(super) prefix: String,
}

impl History<'_> {
    fn full(&self, path: &str) -> String {
        if self.prefix.is_empty() {
            path.to_owned()
        } else {
            join(&self.prefix, path)
        }
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        match self.commit {
            Some(commit) => {
                Ok(self
                    .repository
                    .read_blob(commit, &self.full(path), MAXIMUM_RECORD)?)
            }
            None => Ok(None),
        }
    }

    /// Every file below a folder, by its path below the clue repository's folder.
    pub(super) fn below(&self, folder: &str) -> Result<Vec<String>, Failure> {
        let Some(commit) = self.commit else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for (name, kind) in self.repository.list_tree(commit, &self.full(&folder))? {
                let path = join(&folder, &name);
                if kind == TreeKind::Folder {
                    folders.push(path);
                } else {
                    found.push(path);
                }
            }
        }
        Ok(found)
    }

    /// Whether a file on the disk is the one that was committed, but for carriage returns that git may have put there.
    #[cfg(feature = "pdf")]
    pub(super) fn is_as_committed(&self, files: &dyn Files, path: &str) -> Result<bool, Failure> {
        let Some(commit) = self.commit else {
            return Ok(false);
        };
        let all = u64::MAX - 1;
        let known = self.repository.read_blob(commit, &self.full(path), all)?;
        let disk = files.read(path, all).ok().flatten();
        Ok(lines(disk.as_deref()) == lines(known.as_deref()))
    }

    /// Every file in a folder on the disk that the last commit does not hold just so: taking the folder's records out would
    /// lose it, or leave it behind.
    pub(super) fn uncommitted_below(
        &self,
        files: &dyn Files,
        folder: &str,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let known = self.below(folder)?;
        let walked = files
            .walk(folder)
            .map_err(|error| Failure::Findings(vec![unreadable(folder, &error)]))?;
        let mut found = Vec::new();
        for (path, _) in &walked {
            let disk = files.read(path, u64::MAX - 1).ok().flatten();
            let held = match self.commit.filter(|_| known.contains(path)) {
                Some(commit) => self.repository.file_id(commit, &self.full(path))?,
                None => None,
            };
            let own = disk.as_deref().map(Repository::blob_id).transpose()?;
            if held.is_none() || own != held {
                found.push(uncommitted(path).procedure("R3").remedy(
                    format!("commit it, or move it out of the clue's folder: the step takes out what history has, and nothing else. Look: git status {folder}"),
                    format!("请先提交，或移出线索目录：该步骤只移除历史中已有的内容。可用 git status {folder} 查看"),
                ));
            }
        }
        let gone = known
            .iter()
            .filter(|path| !walked.iter().any(|(own, _)| own == *path));
        found.extend(gone.map(|path| {
            uncommitted(path).procedure("R3").remedy(
                format!("restore it: git checkout HEAD -- {path}"),
                format!("请恢复：git checkout HEAD -- {path}"),
            )
        }));
        Ok(found)
    }

    /// What the audit would say of the clue's change from the last commit to how it would stand: entries that must be kept
    /// and are gone, fields that only steps write and somebody wrote by hand, entries in somebody else's name.
    pub(super) fn crossing(
        &self,
        files: &dyn Files,
        world: &World,
        folder: &str,
        decided: &Changes,
        actor: &Actor,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let tree = match self.commit.and_then(ObjectId::parse) {
            Some(commit) => Some(self.repository.commit_facts(commit)?.tree),
            None => None,
        };
        let shared = Arc::new(Mutex::new(self.repository.again()?));
        let committed = TreeFiles::of_tree(shared, tree, &self.prefix)?;
        let (before, _) = Case::load(&committed, world, folder);
        let overlay = decided.over(files);
        let (after, _) = Case::load(&overlay, world, folder);
        let mut found = crossing(world, &committed, &before, &after).0;
        found.extend(judge_entries(world, &before, &after, actor));
        Ok(found)
    }

    /// What a step would be judged by and history does not know: an edited rulebook, a card written by hand, a number
    /// that was given already and is gone from the disk.
    pub(super) fn departures(
        &self,
        files: &dyn Files,
        case: &Case,
        decided: &Changes,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let mut found = Vec::new();
        let mut rules = vec!["organisation.yaml".to_owned(), "workflow.yaml".to_owned()];
        for entry in files.list("schema").unwrap_or_default() {
            if entry.name.ends_with(".schema.json") {
                rules.push(join("schema", &entry.name));
            }
        }
        for path in rules {
            let disk = files.read(&path, MAXIMUM_RECORD).ok().flatten();
            let known = self.read(&path)?;
            if lines(disk.as_deref()) != lines(known.as_deref()) {
                found.push(uncommitted(&path).remedy(
                    format!("commit it first: git add {path}; git commit"),
                    format!("请先提交：git add {path}，再 git commit"),
                ));
            }
        }
        let card = format!("{}/clue.yaml", case.folder);
        let known = self.read(&card)?;
        let before = known.as_deref().and_then(|bytes| {
            let (document, _) = yaml::parse(&card, bytes);
            Some(document?.root.to_json())
        });
        let now = case.card_record.as_ref().map(|record| &record.value);
        if before.as_ref() != now.map(|value| &**value) {
            found.push(uncommitted(&card).procedure("P2").remedy(
                format!("steps write it: git checkout HEAD -- {card}; if a step was interrupted and clue check finds nothing, commit what it left: git add clues register; git commit"),
                format!("该文件由步骤写入，请恢复：git checkout HEAD -- {card}；如果是步骤中途中断所致，且 clue check 没有发现问题，请提交它留下的内容：git add clues register，再 git commit"),
            ));
        }
        for (path, bytes) in decided.files() {
            // An entry goes only when the clue's number does.
            let taken = path.starts_with("register/")
                && bytes.is_some()
                && self.read(path)?.as_deref() != bytes.as_ref().map(Arc::as_ref)
                && self.read(path)?.is_some();
            if taken {
                found.push(uncommitted(path).procedure("T4").remedy(
                    format!("a number is never given twice: git checkout HEAD -- {path}"),
                    format!("编号绝不重复，请恢复：git checkout HEAD -- {path}"),
                ));
            }
            // Of another clue's record, nothing but what the step writes is committed.
            if path.starts_with("clues/") && !path.starts_with(&format!("{}/", case.folder)) {
                let disk = files.read(path, MAXIMUM_RECORD).ok().flatten();
                if lines(disk.as_deref()) != lines(self.read(path)?.as_deref()) {
                    found.push(uncommitted(path).remedy(
                        format!("commit it first: git add {path}; git commit"),
                        format!("请先提交：git add {path}，再 git commit"),
                    ));
                }
            }
        }
        Ok(found)
    }
}

fn uncommitted(path: &str) -> Diagnostic {
    Diagnostic::new(
        Code::StepUncommitted,
        Place::file(path),
        "this file is not as it was committed, and steps are judged by what is committed",
        "此文件与已提交的内容不一致，而步骤以已提交的内容为准",
    )
}

/// The bytes without carriage returns, which git may have put there on checkout.
fn lines(bytes: Option<&[u8]>) -> Option<Vec<u8>> {
    Some(
        bytes?
            .iter()
            .copied()
            .filter(|&byte| byte != b'\r')
            .collect(),
    )
}
