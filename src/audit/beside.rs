//! What a commit changes beside the clues: rules and people, the register of numbers, files that belong nowhere.
//! It never looks into a clue.

use std::collections::BTreeMap;

use crate::audit::moment::{Moment, Other};
use crate::audit::walk::StepTaken;
use crate::case::{id_of, is_id};
use crate::check::entry_path;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::files::file_name;
use crate::git::{ObjectId, TreeKind};
use crate::text::{Language, visible_line};
use crate::world::World;

/// Whether somebody who may not changed organisation, rulebook, schemas, templates or calendar (P2).
pub(super) fn authority(world: &World, author: &str, moment: &Moment) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut told: Vec<*const crate::rulebook::Change> = Vec::new();
    for other in moment.own_others() {
        let Some(change) = world.rulebook.history.change_of(&other.path) else {
            continue;
        };
        if world.has_role(author, &change.roles) || told.contains(&std::ptr::from_ref(change)) {
            continue;
        }
        told.push(change);
        let roles = |language| world.rulebook.role_labels(&change.roles, language);
        let name = visible_line(world.organisation.person_name(author));
        found.push(
            Diagnostic::new(
                Code::HistoryAuthority,
                Place::file(&other.path),
                format!(
                    "{name} may not change {}: it is for the role {}",
                    other.path,
                    roles(Language::En).join(" or ")
                ),
                format!(
                    "{name}无权修改 {}：须由{}修改",
                    other.path,
                    roles(Language::Zh).join("或")
                ),
            )
            .procedure(change.procedure.joined()),
        );
    }
    found
}

/// Whether a name differs from one that the clue repository has at its top only in upper and lower case.
fn is_disguised(top: &str) -> bool {
    const GOVERNED: &[&str] = &[
        "clues",
        "register",
        "schema",
        "calendar",
        "templates",
        "organisation.yaml",
        "workflow.yaml",
        ".gitattributes",
    ];
    !GOVERNED.contains(&top) && GOVERNED.contains(&top.to_lowercase().as_str())
}

/// Files that are no part of the format.
pub(super) fn strangers(moment: &Moment) -> Vec<Diagnostic> {
    moment
        .own_others()
        .filter_map(|other| {
            let (kind, _) = other.after?;
            let path = &other.path;
            let name = file_name(path);
            if name == ".gitkeep" {
                return None;
            }
            let (top, rest) = path.split_once('/').unwrap_or((path, ""));
            let fits = match top {
                "clues" => false,
                "register" => is_entry(path),
                "schema" => rest == "workflow.yaml" || name.ends_with(".schema.json"),
                "calendar" => name.ends_with(".yaml"),
                "templates" => true,
                // On Windows and macOS the one would lie in the place of the other.
                _ if is_disguised(top) => false,
                _ => return None,
            };
            let ordinary = kind == TreeKind::File;
            (!fits || !ordinary).then(|| {
                let (en, zh) = if ordinary {
                    (
                        "this file belongs to nothing",
                        "这个文件不属于任何线索、登记或设置",
                    )
                } else {
                    ("this is not an ordinary file", "这不是普通文件")
                };
                Diagnostic::new(Code::HistoryFile, Place::file(path), en, zh).procedure("P2")
            })
        })
        .collect()
}

fn is_entry(path: &str) -> bool {
    entry_path(file_name(path)).as_deref() == Some(path)
}

/// A number as history first gave it.
pub(super) struct Given {
    pub(super) moment: usize,
    pub(super) clue: String,
}

/// Judges what a commit does to the register; `entry` reads one, `bears` tells whether a clue has a number as the commit
/// leaves it.
pub(super) fn register(
    moment: &Moment,
    steps: &[StepTaken],
    entry: &dyn Fn(ObjectId) -> Option<String>,
    bears: &dyn Fn(&str, &str) -> bool,
    given: &mut BTreeMap<String, Vec<Given>>,
    is_ancestor: &dyn Fn(usize) -> bool,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let entries = moment
        .own_others()
        .filter(|other| other.path.starts_with("register/") && is_entry(&other.path));
    for other in entries {
        let number = file_name(&other.path);
        let tell = |en: String, zh: String| {
            Diagnostic::new(Code::HistoryNumber, Place::file(&other.path), en, zh).procedure("T4")
        };
        let old = other.parents.iter().flatten().next().map(|(_, id)| *id);
        let text = |id: ObjectId| entry(id).map(|text| text.trim().to_owned());
        let new = other.after.and_then(|(_, id)| text(id));
        let renumbered = steps
            .iter()
            .any(|step| step.number_before.as_deref() == Some(number));
        match (old.and_then(text), new) {
            (Some(old), None) if !renumbered => found.push(tell(
                format!("the entry of the number {number} (clue {old}) was deleted"),
                format!("编号 {number}（线索 {old}）的登记被删除"),
            )),
            (Some(old), Some(new)) if old != new && !renumbered => found.push(tell(
                format!(
                    "the number {number} of the clue {old} was given to {}",
                    visible_line(&new)
                ),
                format!("线索 {old} 的编号 {number} 被改给了 {}", visible_line(&new)),
            )),
            (None, Some(new)) => {
                let earlier = given.entry(number.to_owned()).or_default();
                let before = earlier
                    .iter()
                    .find(|before| before.clue != new && is_ancestor(before.moment));
                if let Some(before) = before {
                    found.push(tell(
                        format!(
                            "the number {number} was the clue {}'s before, and is given again",
                            before.clue
                        ),
                        format!("编号 {number} 曾属于线索 {}，现在被重新使用", before.clue),
                    ));
                } else if !bears(&new, number) {
                    found.push(tell(
                        format!(
                            "the number {number} is entered for {}, which does not bear it",
                            visible_line(&new)
                        ),
                        format!(
                            "编号 {number} 登记给 {}，该线索却没有使用它",
                            visible_line(&new)
                        ),
                    ));
                }
                earlier.push(Given {
                    moment: moment.index,
                    clue: new,
                });
            }
            _ => {}
        }
    }
    found
}

/// Files beside the clues that exactly one side of a merge changed, and that are as they were before: the merge takes
/// that change back.
pub(super) fn taken_back(others: &[Other]) -> Vec<Diagnostic> {
    others
        .iter()
        .filter(|other| {
            other.is_inherited()
                && !other.bases.is_empty()
                && other.bases.iter().all(|base| *base == other.after)
                && other.parents.iter().any(|side| *side != other.after)
        })
        .map(|other| {
            Diagnostic::new(
                Code::HistoryMerge,
                Place::file(&other.path),
                "the merge takes back what one of its sides had changed here",
                "合并撤销了其中一方对此文件的改动",
            )
            .procedure("P2")
        })
        .collect()
}

/// The clue that a path below `clues/` belongs to, where its folder is in its place.
pub(super) fn clue_of(path: &str) -> Option<&str> {
    let id = id_of(path).filter(|id| is_id(id))?;
    let folder = crate::case::folder_of(id)?;
    (path == folder
        || path
            .strip_prefix(&folder)
            .is_some_and(|rest| rest.starts_with('/')))
    .then_some(id)
}
