//! What a checkpoint says, held against the repository: its tag, its signature, the history, and what the commit holds.
//! It changes nothing.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::checkpoint::{Checkpoint, Difference, Manifest, belongs};
use crate::diagnostic::{Code, Diagnostic, Place, Severity};
use crate::engine::checkpoint::{Checked, head_of, shallow, stamp};
use crate::engine::{Engine, Failure};
use crate::git::{Repository, TagReference};
use crate::signature::Signers;

/// How many differing files are told one by one.
const TOLD: usize = 20;

/// Who looks into the repository, once for many checkpoints.
pub(super) struct Witness<'a> {
    engine: &'a Engine,
    repository: &'a Repository,
    head: String,
    prefix: String,
    /// SHA-256 of blobs by their ids: most files are the same in every checkpoint.
    digests: RefCell<BTreeMap<[u8; 20], [u8; 32]>>,
    /// The last commit whose history was counted, and its count.
    counted: RefCell<Option<(String, usize)>>,
    /// Commits whose files were compared already.
    compared: RefCell<BTreeSet<(String, String)>>,
}

impl<'a> Witness<'a> {
    pub(super) fn new(engine: &'a Engine, repository: &'a Repository) -> Result<Self, Failure> {
        if repository.is_shallow() {
            return Err(shallow());
        }
        Ok(Self {
            engine,
            repository,
            head: head_of(repository)?,
            prefix: repository.prefix(&engine.root),
            digests: RefCell::default(),
            counted: RefCell::default(),
            compared: RefCell::default(),
        })
    }

    /// The manifest of a commit, hashing only what was not hashed yet.
    fn manifest(&self, commit: &str, version: u8) -> Result<Manifest, Failure> {
        let wanted = |name: &str| belongs(version, name);
        let files = self.repository.tree_files(commit, &self.prefix, &wanted)?;
        let mut digests = self.digests.borrow_mut();
        let missing: BTreeSet<[u8; 20]> = files
            .iter()
            .map(|file| file.id)
            .filter(|id| !digests.contains_key(id))
            .collect();
        let missing: Vec<[u8; 20]> = missing.into_iter().collect();
        let fresh = self.repository.digests(&missing)?;
        digests.extend(missing.into_iter().zip(fresh));
        let files = files.into_iter().filter_map(|file| {
            let digest = *digests.get(&file.id)?;
            Some((file.path, digest))
        });
        Ok(Manifest {
            files: files.collect(),
        })
    }

    /// How many commits a commit's history has, counted on from the checkpoint before.
    fn count(&self, commit: &str) -> Result<usize, Failure> {
        let mut counted = self.counted.borrow_mut();
        let count = match counted.as_ref() {
            Some((earlier, count)) if self.repository.is_in_history(earlier, commit)? => {
                count + self.repository.count_commits(commit, Some(earlier))?
            }
            _ => self.repository.count_commits(commit, None)?,
        };
        *counted = Some((commit.to_owned(), count));
        Ok(count)
    }

    /// Looks at a tag; nothing where it is no checkpoint at all, which is told.
    pub(super) fn tag(
        &self,
        reference: &TagReference,
        authority: Option<&Path>,
        found: &mut Vec<Diagnostic>,
    ) -> Result<Option<Checked>, Failure> {
        let name = &reference.name;
        let Some(tag) = &reference.tag else {
            found.push(finding(
                format!("`{name}` is no annotated tag, and so no checkpoint"),
                format!("`{name}` 不是附注标签，因而不是检查点"),
                "find out who made it; git tag -d deletes it",
                "请查明由谁建立；git tag -d 可删除",
            ));
            return Ok(None);
        };
        let Some((checkpoint, reply)) = Checkpoint::from_message(&tag.message) else {
            found.push(finding(
                format!("`{name}` does not say what a checkpoint says"),
                format!("`{name}` 的内容不是检查点"),
                format!("git cat-file tag {name} shows it; find out who made it"),
                format!("git cat-file tag {name} 可查看；请查明由谁建立"),
            ));
            return Ok(None);
        };
        if tag.name != *name {
            found.push(finding(
                format!("`{name}` was made under the name `{}`", tag.name),
                format!("`{name}` 原名 `{}`", tag.name),
                "find out who renamed it",
                "请查明由谁改名",
            ));
        }
        if tag.target != checkpoint.commit {
            found.push(finding(
                format!(
                    "`{name}` names commit {}, and says {}",
                    tag.target, checkpoint.commit
                ),
                format!(
                    "`{name}` 指向提交 {}，内容却写 {}",
                    tag.target, checkpoint.commit
                ),
                "it was forged: compare with other clones",
                "它是伪造的：请与其他克隆核对",
            ));
        }
        let signed_by = self.signature(reference, &checkpoint, found)?;
        let stamped_at = match &reply {
            Some(reply) => stamp::check(name, &checkpoint, reply, authority, found)?,
            None => None,
        };
        self.holds(Some(name), &checkpoint, found)?;
        Ok(Some(Checked {
            name: Some(name.clone()),
            checkpoint,
            signed_by,
            stamped_at,
            holds: false,
        }))
    }

    /// Who signed a tag, by the organisation as of the tagged commit.
    fn signature(
        &self,
        reference: &TagReference,
        checkpoint: &Checkpoint,
        found: &mut Vec<Diagnostic>,
    ) -> Result<Option<String>, Failure> {
        let name = &reference.name;
        let parted = self.repository.signed_tag(&reference.id)?;
        let Some(signature) = &parted.signature else {
            let mut found_one = finding(
                format!("`{name}` is not signed: anybody could have made it"),
                format!("`{name}` 没有签名：任何人都可以制作"),
                "compare it with the line that was kept elsewhere: clue checkpoint --expect LINE",
                "请与另行保存的那一行核对：clue checkpoint --expect 内容",
            );
            found_one.severity = Severity::Warning;
            found.push(found_one);
            return Ok(None);
        };
        if !self.repository.has_commit(&checkpoint.commit) {
            return Ok(None);
        }
        let commit = &checkpoint.commit;
        let Some(organisation) = self.engine.organisation_at(self.repository, commit)? else {
            found.push(finding(
                format!("`{name}` cannot be verified: its commit has no organisation.yaml that can be read"),
                format!("无法核验 `{name}`：其提交中没有可读的 organisation.yaml"),
                format!("git show {commit}:organisation.yaml"),
                format!("请查看：git show {commit}:organisation.yaml"),
            ));
            return Ok(None);
        };
        let verdict = Signers::of(&organisation).verify(&parted.payload, signature, parted.at);
        if !verdict.is_good() {
            let message = verdict.message();
            found.push(finding(
                format!("the signature of `{name}` {}", message.en),
                format!("`{name}` 的签名{}", message.zh),
                "find out who made it, and compare with other clones",
                "请查明由谁制作，并与其他克隆核对",
            ));
            return Ok(None);
        }
        Ok(verdict.person().map(str::to_owned))
    }

    /// Whether a checkpoint's commit is in HEAD's history and holds what the checkpoint says.
    pub(super) fn holds(
        &self,
        name: Option<&str>,
        checkpoint: &Checkpoint,
        found: &mut Vec<Diagnostic>,
    ) -> Result<(), Failure> {
        let (en, zh) = named(name, checkpoint);
        let commit = &checkpoint.commit;
        if !self.repository.has_commit(commit) {
            found.push(finding(
                format!("commit {commit} of {en} is not here"),
                format!("{zh}的提交 {commit} 不在此处"),
                "fetch from other clones; if none has it, history was rewritten",
                "请从其他克隆获取；如果都没有，则历史已被改写",
            ));
            return Ok(());
        }
        if !self.repository.is_in_history(commit, &self.head)? {
            let common = self.repository.common(commit, &self.head)?;
            let (part_en, part_zh) = match &common {
                Some(common) => (
                    format!("they part after {common}"),
                    format!("两者在 {common} 之后分开"),
                ),
                None => (
                    "they have nothing in common".to_owned(),
                    "两者没有共同的历史".to_owned(),
                ),
            };
            found.push(finding(
                format!(
                    "commit {commit} of {en} is not in the history of HEAD any more: {part_en}"
                ),
                format!("{zh}的提交 {commit} 已不在 HEAD 的历史中：{part_zh}"),
                format!("history was rewritten, or this is another branch: git log {commit}"),
                format!("历史被改写，或当前是另一个分支：git log {commit}"),
            ));
            let counterpart = self.repository.counterpart(commit, &self.head)?;
            let other = counterpart.unwrap_or_else(|| self.head.clone());
            self.differences(name.unwrap_or(""), checkpoint, &other, found)?;
        }
        let manifest = self.manifest(commit, checkpoint.version)?;
        let numbers = [
            (
                "commits",
                ("次", "提交"),
                checkpoint.commits,
                self.count(commit)?,
            ),
            ("clues", ("条", "线索"), checkpoint.clues, manifest.clues()),
            (
                "records",
                ("份", "记录"),
                checkpoint.records,
                manifest.records(),
            ),
        ];
        for (word, (count_zh, word_zh), says, holds) in numbers {
            if says != holds {
                found.push(finding(
                    format!("{en} says that commit {commit} has {says} {word}, and it has {holds}"),
                    format!("{zh}称提交 {commit} 有 {says} {count_zh}{word_zh}，实际为 {holds} {count_zh}"),
                    "it was forged or mistyped: compare with other clones",
                    "它是伪造或抄错的：请与其他克隆核对",
                ));
            }
        }
        let digest = manifest.digest();
        if digest != checkpoint.manifest {
            found.push(finding(
                format!(
                    "{en} says that the manifest of commit {commit} has the SHA-256 {}, and it has {digest}",
                    checkpoint.manifest
                ),
                format!(
                    "{zh}称提交 {commit} 的清单 SHA-256 为 {}，实际为 {digest}",
                    checkpoint.manifest
                ),
                format!("compare the manifest with one that was kept: clue checkpoint --manifest {commit}"),
                format!("请与另行保存的清单核对：clue checkpoint --manifest {commit}"),
            ));
        }
        Ok(())
    }

    /// Tells which files a checkpoint's commit and another one have otherwise.
    pub(super) fn differences(
        &self,
        name: &str,
        checkpoint: &Checkpoint,
        other: &str,
        found: &mut Vec<Diagnostic>,
    ) -> Result<(), Failure> {
        let commit = &checkpoint.commit;
        let pair = (commit.clone(), other.to_owned());
        let known = self.repository.has_commit(commit) && self.repository.has_commit(other);
        if !known || commit == other || !self.compared.borrow_mut().insert(pair) {
            return Ok(());
        }
        let (en, zh) = named((!name.is_empty()).then_some(name), checkpoint);
        let version = checkpoint.version;
        let differences = self
            .manifest(commit, version)?
            .differences(&self.manifest(other, version)?);
        for (path, difference) in differences.iter().take(TOLD) {
            let path = String::from_utf8_lossy(path).into_owned();
            let (is_en, is_zh) = match difference {
                Difference::Changed => ("is another file in", "不同于"),
                Difference::Added => ("is new in", "多出于"),
                Difference::Removed => ("is missing in", "缺失于"),
            };
            let short = other.get(..12).unwrap_or(other);
            found.push(Diagnostic {
                place: Place::file(path),
                ..finding(
                    format!("the file {is_en} commit {short}, held against {en}"),
                    format!("与{zh}相比，该文件{is_zh}提交 {short}"),
                    format!("git diff {commit} {other}"),
                    format!("请查看 git diff {commit} {other}"),
                )
            });
        }
        if let Some(more) = differences.len().checked_sub(TOLD).filter(|more| *more > 0) {
            found.push(finding(
                format!("{more} more files differ from {en}"),
                format!("另有 {more} 个文件与{zh}不同"),
                format!("git diff --stat {commit} {other}"),
                format!("请查看 git diff --stat {commit} {other}"),
            ));
        }
        Ok(())
    }
}

/// How a checkpoint is called in a sentence.
fn named(name: Option<&str>, checkpoint: &Checkpoint) -> (String, String) {
    match name {
        Some(name) => (
            format!("the checkpoint `{name}`"),
            format!("检查点 `{name}`"),
        ),
        None => (
            format!("the checkpoint of {}", checkpoint.at),
            format!("{} 的检查点", checkpoint.at),
        ),
    }
}

/// A finding about history as a whole.
pub(super) fn finding(
    en: impl Into<String>,
    zh: impl Into<String>,
    remedy_en: impl Into<String>,
    remedy_zh: impl Into<String>,
) -> Diagnostic {
    Diagnostic::new(Code::HistoryCheckpoint, Place::file(""), en, zh)
        .remedy(remedy_en, remedy_zh)
        .procedure("P2")
}
