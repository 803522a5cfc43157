//! Who acts, what git is in the middle of, how much of the history is there, and whether the clock can be believed.

use crate::doctor::{Ailment, Patient, git};
use crate::git::{GitError, ObjectId, doing_zh};
use crate::text::Bilingual;
use crate::time::Timestamp;

/// By how many seconds the last commit may lie in the future: clocks differ.
const DRIFT: i64 = 10 * 60;

/// Nobody, or somebody whom the organisation does not know.
pub(super) fn identity(patient: &Patient, _: bool) -> Result<Vec<Ailment>, Bilingual> {
    let Some(repository) = &patient.repository else {
        return Ok(Vec::new());
    };
    let (author, _) = match repository.identities(&patient.environment, patient.now) {
        Ok(identities) => identities,
        Err(error @ (GitError::NoIdentity | GitError::Date(_))) => {
            let remedy = error.remedy().unwrap_or_default();
            return Ok(vec![Ailment::new(
                error.message(),
                Bilingual::new("no step can be taken", "无法办理任何步骤"),
                remedy,
            )]);
        }
        Err(error) => return Err(git(error)),
    };
    let Some(organisation) = &patient.organisation else {
        return Ok(Vec::new());
    };
    if organisation.person_by_email(&author.email).is_some() {
        return Ok(Vec::new());
    }
    Ok(vec![Ailment::new(
        Bilingual::new(
            format!(
                "{} is the address of nobody in organisation.yaml",
                author.email
            ),
            format!("organisation.yaml 中没有人使用邮箱 {}", author.email),
        ),
        Bilingual::new(
            "whoever acts is looked up by the address, and every step will be refused",
            "办理人按邮箱查找，任何步骤都会被拒绝",
        ),
        Bilingual::new(
            "git config user.email ADDRESS with the one that stands there, or let somebody add this one",
            "请执行 git config user.email 邮箱，使用其中登记的邮箱；或请人登记此邮箱",
        ),
    )])
}

/// A merge, a rebase, ... that was begun.
pub(super) fn in_progress(patient: &Patient, _: bool) -> Result<Vec<Ailment>, Bilingual> {
    let what = patient
        .repository
        .as_ref()
        .and_then(|repository| repository.in_progress());
    let Some(what) = what else {
        return Ok(Vec::new());
    };
    Ok(vec![Ailment::new(
        Bilingual::new(
            format!("git is in the middle of a {what}"),
            format!("git 的{}尚未完成", doing_zh(what)),
        ),
        Bilingual::new(
            "no step can be taken until it is finished or given up",
            "完成或放弃之前，无法办理任何步骤",
        ),
        match what {
            "bisect" => Bilingual::new("git bisect reset", "请执行 git bisect reset"),
            _ => Bilingual::new(
                format!(
                    "resolve what git status shows, then git {what} --continue; or git {what} --abort"
                ),
                format!(
                    "请解决 git status 所列的问题后执行 git {what} --continue；或执行 git {what} --abort 放弃"
                ),
            ),
        },
    )])
}

/// A clone with only a part of the history.
pub(super) fn shallow(patient: &Patient, _: bool) -> Result<Vec<Ailment>, Bilingual> {
    let is_shallow = patient
        .repository
        .as_ref()
        .is_some_and(|repository| repository.is_shallow());
    if !is_shallow {
        return Ok(Vec::new());
    }
    Ok(vec![Ailment::new(
        Bilingual::new(
            "this clone has only a part of the history (it is shallow)",
            "此克隆只含部分历史（浅克隆）",
        ),
        Bilingual::new(
            "an audit and clue log cannot see what was before",
            "审计和 clue log 看不到更早的内容",
        ),
        Bilingual::new("git fetch --unshallow", "请执行 git fetch --unshallow"),
    )])
}

/// A last commit that lies in the future.
pub(super) fn clock(patient: &Patient, _: bool) -> Result<Vec<Ailment>, Bilingual> {
    let Some(repository) = &patient.repository else {
        return Ok(Vec::new());
    };
    let head = repository.head().map_err(git)?;
    let Some(id) = head.commit().and_then(ObjectId::parse) else {
        return Ok(Vec::new());
    };
    let last = repository.commit_facts(id).map_err(git)?.committer.time;
    let ahead = last.seconds() - patient.now.seconds();
    if ahead <= DRIFT {
        return Ok(Vec::new());
    }
    let here = patient.now.minutes();
    // Both on one clock, so that they can be compared.
    let same = Timestamp::from_git(last.seconds(), patient.now.offset_minutes());
    let there = same.unwrap_or(last).minutes();
    Ok(vec![Ailment::new(
        Bilingual::new(
            format!("the last commit is dated {there}, and this computer's clock says {here}"),
            format!("最近一次提交的时间是 {there}，而本机时钟是 {here}"),
        ),
        Bilingual::new(
            "either this clock is slow, or the commit was made on one that is fast; steps would be dated before it, and deadlines counted wrongly",
            "或者本机时钟慢了，或者那次提交所在的时钟快了；步骤的时间会早于它，期限也会算错",
        ),
        Bilingual::new(
            "set the clock (best by a time service); if it is right, tell whoever made the commit",
            "请校准时钟（最好使用时间服务）；如果本机无误，请告知提交人",
        ),
    )])
}
