//! Why a package is not made, or not made again, and what to do. It decides nothing.

use crate::case::Case;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::engine::Failure;
use crate::git::ObjectId;
use crate::text::Bilingual;

pub(super) fn uncommitted(path: &str) -> Failure {
    Failure::Findings(vec![
        Diagnostic::new(
            Code::StepUncommitted,
            Place::file(path),
            "this file is not as it was committed, and an archive package holds what history holds",
            "此文件与已提交的内容不一致，而归档信息包以历史中的内容为准",
        )
        .remedy(
            "commit it first (git add; git commit), or restore it (git checkout HEAD -- FILE)",
            "请先提交（git add，git commit），或恢复（git checkout HEAD -- 文件）",
        )
        .procedure("R1"),
    ])
}

pub(super) fn unnumbered(case: &Case) -> Failure {
    let place = case.card_record.as_ref();
    let place = place.map_or_else(|| Place::file(&case.folder), |card| card.place("/state"));
    Failure::Findings(vec![
        Diagnostic::new(
            Code::StepCondition,
            place,
            "the clue has no archive number, and a package is named by it",
            "该线索没有档号，而信息包以档号命名",
        )
        .remedy(
            "clues that were archived before the rulebook had `archive` get one by being reopened and archived again",
            "在规则书写明 archive 之前归档的线索，请重新启动（reopen）后再归档",
        )
        .procedure("R2"),
    ])
}

pub(super) fn not_in_history(case: &Case, commit: ObjectId, is_shallow: bool) -> Failure {
    let remedy = match is_shallow {
        true => Bilingual::new(
            "this clone holds only the newest commits: git fetch --unshallow, then again",
            "本克隆只有最近的提交：请先 git fetch --unshallow 再试",
        ),
        false => Bilingual::new(
            "history was written anew, or this is another branch: clue audit says what is wrong; take the package from another copy, or archive from a clone that has that commit",
            "历史已被改写，或当前是另一分支：clue audit 可查看问题；请从其他副本取得信息包，或在含有该提交的克隆中办理",
        ),
    };
    Failure::Refused {
        message: Bilingual::new(
            format!(
                "the package of {} was made from commit {commit}, which is not in this branch's history",
                case.id
            ),
            format!(
                "{} 的信息包由提交 {commit} 生成，而当前分支的历史中没有该提交",
                case.id
            ),
        ),
        remedy,
    }
}

pub(super) fn not_again(case: &Case, en: &str, zh: &str) -> Failure {
    Failure::Refused {
        message: Bilingual::new(
            format!(
                "the package of {} cannot be made again byte for byte: {en} changed since",
                case.id
            ),
            format!("无法逐字节重新生成 {} 的信息包：{zh}此后已有变化", case.id),
        ),
        remedy: Bilingual::new(
            "take the package from another copy, and check it: clue verify PACKAGE --expect the sha256 of archive.yaml",
            "请从其他副本取得信息包并核对：clue verify 信息包 --expect archive.yaml 中的 sha256",
        ),
    }
}
