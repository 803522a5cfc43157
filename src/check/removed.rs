//! Where the records of a clue were taken out, none of them is there again (R3).

use crate::case::Case;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::text::Language;
use crate::world::World;

/// Tells every record and attachment that is there, and is none of those that alone may be.
pub(super) fn check(world: &World, case: &Case, only: &[String]) -> Vec<Diagnostic> {
    let records = case.records.values().flatten();
    let records = records
        .filter(|record| !only.contains(&record.name))
        .map(|record| record.path.clone());
    let attachments = case.attachments.iter();
    let attachments = attachments.map(|name| format!("{}/attachments/{name}", case.folder));
    let label = |language| world.rulebook.label("state", case.state(), language);
    records
        .chain(attachments)
        .map(|path| {
            Diagnostic::new(
                Code::RecordRemoved,
                Place::file(&path),
                format!(
                    "the clue is “{}”: its records were taken out, and this file is here",
                    label(Language::En)
                ),
                format!(
                    "线索处于“{}”状态，其记录已经移除，而此文件仍在",
                    label(Language::Zh)
                ),
            )
            .remedy(
                "delete it: what was destroyed does not come back; if the state was set by hand, restore clue.yaml and the records",
                "请删除：已销毁的不得恢复；如果是手工改了状态，请恢复 clue.yaml 和各记录",
            )
            .procedure("R3")
        })
        .collect()
}
