//! Whether git merges records by what they say, by this program's driver, and its registration.
//! It merges nothing.

use crate::doctor::{Ailment, Patient};
use crate::engine::{Failure, MergingLack, mend_merging, merging_lacks};
use crate::text::Bilingual;

/// What is missing: lines in `.gitattributes`, which go to everybody, or the registration in this clone.
pub(super) fn merging(patient: &Patient, fix: bool) -> Result<Vec<Ailment>, Bilingual> {
    if patient.repository.is_none() {
        return Ok(Vec::new());
    }
    let lacks = merging_lacks(&patient.root).map_err(words)?;
    let mut mended = None;
    let mut ailments = Vec::new();
    for lack in lacks {
        let meaning = Bilingual::new(
            "git merges records by lines, with conflicts that need not be",
            "git 会按行合并记录，产生本不必要的冲突",
        );
        let command = "git config merge.clue.driver \"clue merge-driver %O %A %B --marker-size %L --path %P\"";
        let lines = "clues/**/*.yaml merge=clue, clues/**/*.md merge=clue";
        let remedy = match lack {
            MergingLack::Configuration => Bilingual::new(command, command),
            MergingLack::Attributes => Bilingual::new(
                format!("write into .gitattributes: {lines}"),
                format!("在 .gitattributes 中写入：{lines}"),
            ),
        };
        let ailment = Ailment::new(lack.message(), meaning, remedy).mended(fix, || {
            let done = mended.get_or_insert_with(|| {
                mend_merging(&patient.root, &patient.program).map_err(words)
            });
            done.as_ref().map(|_| ()).map_err(Clone::clone)
        });
        ailments.push(ailment);
    }
    Ok(ailments)
}

fn words(failure: Failure) -> Bilingual {
    match failure {
        Failure::Environment { message, .. }
        | Failure::Usage { message, .. }
        | Failure::Refused { message, .. } => message,
        Failure::Publish(error) => error.message(),
        Failure::Findings(found) => found.into_iter().next().map_or_else(
            || Bilingual::new("it was refused", "操作被拒绝"),
            |found| found.message,
        ),
    }
}
