//! Checkpoints verified: every one that this clone ever saw is still there, is in HEAD's history, is signed by somebody of
//! the organisation, and says what its commit holds. It changes nothing but the memory of what was seen.

use std::path::Path;

use crate::checkpoint::{Checkpoint, TAGS};
use crate::diagnostic::{Diagnostic, any_error};
use crate::engine::checkpoint::witness::{Witness, finding};
use crate::engine::checkpoint::{memory, stamp};
use crate::engine::{Engine, Failure};
use crate::git::TagReference;
use crate::text::Bilingual;

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
        if let Some(path) = authority {
            stamp::authority(path)?;
        }
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
        if verified.checkpoints.is_empty() && verified.findings.is_empty() {
            verified.findings.push(finding(
                "there is no checkpoint here, and nothing that could be verified",
                "此处没有检查点，没有可核验的内容",
                "fetch the tags, which a clone by a CI job may lack: git fetch --tags; where none was made yet: clue checkpoint",
                "请获取标签（CI 的克隆可能没有）：git fetch --tags；如果从未生成过：clue checkpoint",
            ));
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
                    "give the whole line in quotes, as clue checkpoint printed it: 'clue-checkpoint 2 ... manifest=...'",
                    "请用引号括起 clue checkpoint 输出的整行：'clue-checkpoint 2 … manifest=…'",
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
