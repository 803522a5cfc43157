//! The gate: what a push brings is judged before the server takes it, and the branches that it would move.
//! It reads the objects that are pushed and not accepted yet, and never changes anything.

use std::path::Path;

use crate::audit::Audited;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::engine::Failure;
use crate::engine::audit::HistoryReader;
use crate::git::{ObjectId, Range, Repository};
use crate::text::{Language, visible_line};
use crate::time::Timestamp;

/// One line that git gives a pre-receive hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// None where the reference is new.
    pub old: Option<ObjectId>,
    /// None where the reference is deleted.
    pub new: Option<ObjectId>,
    pub reference: String,
}

/// Why a reference may not be moved.
pub struct Refusal {
    pub reference: String,
    pub diagnostic: Diagnostic,
}

/// What a push was judged to be.
pub struct Pushed {
    pub reader: HistoryReader,
    pub refusals: Vec<Refusal>,
    pub audited: Audited,
    /// The language of the organisation that the push is for.
    pub language: Option<Language>,
}

impl Push {
    /// Reads `OLD NEW REFERENCE`; an id of zeros stands for nothing.
    pub fn parse(line: &str) -> Option<Self> {
        let mut parts = line.splitn(3, ' ');
        let id = |text: Option<&str>| {
            let text = text?;
            let id = ObjectId::parse(text)?;
            Some(if text.bytes().all(|byte| byte == b'0') {
                None
            } else {
                Some(id)
            })
        };
        Some(Self {
            old: id(parts.next())?,
            new: id(parts.next())?,
            reference: parts.next()?.trim_end().to_owned(),
        })
    }
}

impl Pushed {
    /// Judges a push, in the repository that git calls the hook in. `folder` is the clue repository's below the top.
    pub fn judge(
        git_folder: &Path,
        pushes: &[Push],
        folder: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let repository = Repository::of_hook(git_folder)?;
        let configured = repository.configured_all("clue.folder").pop();
        let folder = folder.map(str::to_owned).or(configured);
        let reader = HistoryReader::new(repository, git_folder, folder.as_deref());
        let repository = reader.repository();
        let refusals = refusals(repository, pushes)?;
        // What a tag leads to is judged as well. Only what branches hold was judged before: a commit that came with some
        // other reference is new to the branch that it is pushed to next.
        let mut from = Vec::new();
        for push in pushes {
            let judged = ["refs/heads/", "refs/tags/"]
                .iter()
                .any(|kind| push.reference.starts_with(kind));
            if let (true, Some(new)) = (judged, push.new) {
                from.extend(repository.commit_of(new)?);
            }
        }
        let range = Range {
            from,
            without: repository.branch_commits()?,
        };
        let language = range
            .from
            .first()
            .and_then(|commit| reader.language(*commit));
        let audited = if range.from.is_empty() {
            Audited::default()
        } else {
            reader.audit(&range, Some(now), &|_, _| {})?
        };
        Ok(Self {
            reader,
            refusals,
            audited,
            language,
        })
    }
}

/// Branches that only grow: those that the configuration names (`clue.protected`), else the one that HEAD names, else, where
/// that one does not exist (a server made with another first branch than is pushed), every branch.
fn protected(repository: &Repository, pushes: &[Push]) -> Vec<String> {
    let named = repository.configured_all("clue.protected");
    if named.is_empty() {
        if repository.has_unborn_head() {
            let all = pushes.iter().map(|push| push.reference.clone());
            return all.filter(|name| name.starts_with("refs/heads/")).collect();
        }
        return repository.head_reference().into_iter().collect();
    }
    let full = |name: String| {
        if name.starts_with("refs/") {
            name
        } else {
            format!("refs/heads/{name}")
        }
    };
    named.into_iter().map(full).collect()
}

fn refusals(repository: &Repository, pushes: &[Push]) -> Result<Vec<Refusal>, Failure> {
    let protected = protected(repository, pushes);
    let mut refusals = Vec::new();
    for push in pushes {
        let reference = visible_line(&push.reference);
        let mut refuse = |en: String, zh: String| {
            let mut diagnostic =
                Diagnostic::new(Code::HistoryReference, Place::file(""), en, zh).procedure("P2");
            if push.new.is_some() {
                diagnostic = diagnostic.remedy(
                    "fetch, merge onto it, and push again; what is wrong is put right by a new commit",
                    "请先拉取并合并，再推送；有误的内容请另作提交更正",
                );
            }
            refusals.push(Refusal {
                reference: push.reference.clone(),
                diagnostic,
            });
        };
        let is_checkpoint = push.reference.starts_with("refs/tags/checkpoint/");
        if is_checkpoint && push.old.is_some() {
            refuse(
                format!(
                    "the checkpoint {reference} is there already, and is neither moved nor deleted"
                ),
                format!("检查点 {reference} 已经存在，不得移动或删除"),
            );
        }
        if !protected.contains(&push.reference) {
            continue;
        }
        match (push.old, push.new) {
            (_, None) => refuse(
                format!("{reference} is protected and may not be deleted"),
                format!("{reference} 受保护，不得删除"),
            ),
            (Some(old), Some(new)) if !repository.is_ancestor(old, new)? => refuse(
                format!(
                    "{reference} is protected, and this push would take back commits that it has"
                ),
                format!("{reference} 受保护，此次推送会撤回其中已有的提交"),
            ),
            _ => {}
        }
    }
    Ok(refusals)
}
