//! Checkpoints verified: every one that this clone ever saw is still there, is in HEAD's history, is signed by somebody of
//! the organisation, and says what its commit holds. It changes nothing but the memory of what was seen.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::checkpoint::{Checkpoint, Difference, Manifest, PARTS, TAGS};
use crate::diagnostic::{Code, Diagnostic, Place, Severity, any_error};
use crate::engine::checkpoint::{head_of, memory, shallow, stamp};
use crate::engine::{Engine, Failure};
use crate::git::{Repository, TagReference};
use crate::signature::Signers;
use crate::text::Bilingual;

/// How many differing files are told one by one.
const TOLD: usize = 20;

/// What came out of verifying.
#[derive(Debug, Default)]
pub struct Verified {
    /// In the order of names; those that are only remembered come last.
    pub checkpoints: Vec<Checked>,
    /// What is wrong with them.
    pub findings: Vec<Diagnostic>,
}

/// One checkpoint that was looked at.
#[derive(Debug)]
pub struct Checked {
    /// The tag's name; nothing where it is known by its line alone.
    pub name: Option<String>,
    pub checkpoint: Checkpoint,
    /// Who signed it, by key in `organisation.yaml` as of the commit.
    pub signed_by: Option<String>,
    /// The moment that its time stamp states.
    pub stamped_at: Option<String>,
    /// Whether nothing is wrong with it.
    pub holds: bool,
}

impl Engine {
    /// Verifies every checkpoint that is there or that this clone ever saw, and remembers those that hold.
    ///
    /// Where a file of certificates is given, time stamps must be by an authority that they vouch for.
    pub fn verify_checkpoints(&self, authority: Option<&Path>) -> Result<Verified, Failure> {
        let repository = self.repository()?;
        let witness = Witness::new(self, &repository)?;
        let memory = memory::read(&repository)?;
        let tags = repository.tags(TAGS)?;
        let mut verified = Verified::default();
        for line in &memory.spoilt {
            verified.findings.push(finding(
                format!(
                    "line {line} of {} in git's folder was changed by hand",
                    memory::NAME
                ),
                format!("git 目录中 {} 的第 {line} 行被手工改动过", memory::NAME),
                "compare the checkpoints with other clones; then take the line out",
                "请与其他克隆核对检查点，再删除该行",
            ));
        }
        for tag in &tags {
            let mut found = Vec::new();
            if let Some(mut checked) = witness.tag(tag, authority, &mut found)? {
                let other = memory
                    .entries
                    .iter()
                    .any(|seen| seen.name == tag.name && seen.tag != tag.id);
                checked.holds = !any_error(&found);
                if checked.holds && !other {
                    memory::remember(&repository, &tag.name, &tag.id, &checked.checkpoint)?;
                }
                checked.holds &= !other;
                verified.checkpoints.push(checked);
            }
            verified.findings.extend(found);
        }
        for seen in &memory.entries {
            let now = tags.iter().find(|tag| tag.name == seen.name);
            if now.is_some_and(|tag| tag.id == seen.tag) {
                continue;
            }
            let mut found = Vec::new();
            let name = (seen.name != memory::BY_LINE).then_some(seen.name.as_str());
            if let Some(name) = name {
                found.push(gone(name, &seen.checkpoint, now));
                if let Some(tag) = now.and_then(|tag| tag.tag.as_ref()) {
                    witness.differences(name, &seen.checkpoint, &tag.target, &mut found)?;
                }
            }
            witness.holds(name, &seen.checkpoint, &mut found)?;
            verified.checkpoints.push(Checked {
                name: name.map(str::to_owned),
                checkpoint: seen.checkpoint.clone(),
                signed_by: None,
                stamped_at: None,
                holds: !any_error(&found),
            });
            verified.findings.extend(found);
        }
        Ok(verified)
    }

    /// Verifies the line of a checkpoint that was kept elsewhere, without any tag, and remembers it where it holds.
    pub fn expect_checkpoint(&self, line: &str) -> Result<Verified, Failure> {
        let Some(checkpoint) = Checkpoint::parse(line.trim_end_matches(['\r', '\n'])) else {
            return Err(Failure::Usage {
                message: Bilingual::new(
                    format!("this is no line of a checkpoint: {line}"),
                    format!("这不是检查点的内容：{line}"),
                ),
                remedy: Some(Bilingual::new(
                    "give the whole line in quotes, as clue checkpoint printed it: 'clue-checkpoint 1 ... manifest=...'",
                    "请用引号括起 clue checkpoint 输出的整行：'clue-checkpoint 1 … manifest=…'",
                )),
            });
        };
        let repository = self.repository()?;
        let mut findings = Vec::new();
        Witness::new(self, &repository)?.holds(None, &checkpoint, &mut findings)?;
        let holds = !any_error(&findings);
        if holds {
            memory::remember(&repository, memory::BY_LINE, memory::BY_LINE, &checkpoint)?;
        }
        let checked = Checked {
            name: None,
            checkpoint,
            signed_by: None,
            stamped_at: None,
            holds,
        };
        Ok(Verified {
            checkpoints: vec![checked],
            findings,
        })
    }
}

/// Who looks into the repository, once for many checkpoints.
pub(super) struct Witness<'a> {
    engine: &'a Engine,
    repository: &'a Repository,
    head: String,
    prefix: String,
    /// SHA-256 of blobs by their ids: most files are the same in every checkpoint.
    digests: RefCell<BTreeMap<[u8; 20], [u8; 32]>>,
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
            compared: RefCell::default(),
        })
    }

    /// The manifest of a commit, hashing only what was not hashed yet.
    fn manifest(&self, commit: &str) -> Result<Manifest, Failure> {
        let wanted = |name: &str| PARTS.contains(&name);
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

    /// Looks at a tag; nothing where it is no checkpoint at all, which is told.
    fn tag(
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
        let manifest = self.manifest(commit)?;
        let numbers = [
            (
                "commits",
                "提交",
                checkpoint.commits,
                self.repository.count_commits(commit)?,
            ),
            ("clues", "线索", checkpoint.clues, manifest.clues()),
            ("records", "记录", checkpoint.records, manifest.records()),
        ];
        for (word, word_zh, says, holds) in numbers {
            if says != holds {
                found.push(finding(
                    format!("{en} says that commit {commit} has {says} {word}, and it has {holds}"),
                    format!("{zh}称提交 {commit} 有 {says} 项{word_zh}，实际为 {holds} 项"),
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
    fn differences(
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
        let differences = self.manifest(commit)?.differences(&self.manifest(other)?);
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

/// A tag that this clone saw, and that is not there any more or is another one.
fn gone(name: &str, checkpoint: &Checkpoint, now: Option<&TagReference>) -> Diagnostic {
    let (en, zh) = match now {
        Some(tag) => {
            let target = tag.tag.as_ref().map_or(&tag.id, |tag| &tag.target);
            (
                format!(
                    "the checkpoint `{name}` was moved: it stood at commit {}, and stands at {target}",
                    checkpoint.commit
                ),
                format!(
                    "检查点 `{name}` 被移动：原指向提交 {}，现指向 {target}",
                    checkpoint.commit
                ),
            )
        }
        None => (
            format!("the checkpoint `{name}` is missing: its tag was deleted"),
            format!("检查点 `{name}` 不见了：其标签被删除"),
        ),
    };
    finding(
        en,
        zh,
        format!("compare with other clones; this clone saw it as: {checkpoint}"),
        format!("请与其他克隆核对；此克隆曾见：{checkpoint}"),
    )
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
