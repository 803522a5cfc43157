//! What can be done about a commit that is at fault, by the kind of fault; said where the finding itself does not know
//! better. It judges nothing.

use crate::diagnostic::Code;
use crate::git::ObjectId;
use crate::text::Bilingual;

/// What to do about a finding of history. `commit` is none where it is not made yet, and can still be another one.
pub(super) fn remedy(code: Code, commit: Option<ObjectId>) -> Option<Bilingual> {
    let (en, zh) = deed(code)?;
    let Some(commit) = commit else {
        return Some(Bilingual::new(en, zh));
    };
    let commit = commit.short();
    Some(Bilingual::new(
        format!(
            "{en}. A commit that nobody else has is made anew: git reset --soft {commit}^. One that is shared stays, and so does this finding, which nothing can acknowledge; clue audit {commit}.. judges what came after it"
        ),
        format!(
            "{zh}。尚未共享的提交可以重做：git reset --soft {commit}^。已经共享的提交不能撤回，这条问题也会一直显示，无法标记为已处理；clue audit {commit}.. 只审计其后的提交"
        ),
    ))
}

/// What puts the matter itself right.
fn deed(code: Code) -> Option<(&'static str, &'static str)> {
    Some(match code {
        Code::HistoryAuthor => (
            "whoever takes a step commits it under their own name and address, as organisation.yaml has them: git config user.email; if the step was rightly taken, its taker confirms it by a further step or an entry",
            "步骤由谁办理，就用其在 organisation.yaml 中登记的姓名和邮箱提交（git config user.email）；所办步骤属实的，由办理人另办一步或另记一条加以确认",
        ),
        Code::HistoryDate => (
            "set the clock of the machine that made the commit right, and leave GIT_AUTHOR_DATE and GIT_COMMITTER_DATE alone; note in the handling record or the reason of the next step when it really was",
            "请校准作出此提交的电脑的时钟，不要设置 GIT_AUTHOR_DATE 和 GIT_COMMITTER_DATE；真实时间请在下一步的理由或处理记录中注明",
        ),
        Code::HistoryTrailer => (
            "take steps with clue, which writes the message, and do not edit it",
            "请用 clue 办理步骤，提交说明由它写入，不要修改",
        ),
        Code::HistoryTrail => (
            "restore the trail as the commits before have it, in a commit of its own",
            "请按之前的提交恢复经过，并单独提交",
        ),
        Code::HistorySteps => (
            "take each step by itself with clue advance, and merge without --squash",
            "请用 clue advance 逐步办理；合并时不要用 --squash",
        ),
        Code::HistoryCard | Code::HistoryField => (
            "take back what was written by hand, in a commit of its own, and take the step with clue advance",
            "请撤回手工写入的内容并单独提交，再用 clue advance 办理相应的步骤",
        ),
        Code::HistoryEntry => (
            "restore the entry, in a commit of its own, and put right what was wrong by another entry",
            "请恢复该条目并单独提交；内容有误的，另加一条更正",
        ),
        Code::HistoryDeletion => (
            "restore what was deleted, in a commit of its own; a clue that is not to be followed is dismissed by a step",
            "请恢复被删除的内容并单独提交；不再办理的线索应通过步骤不予受理",
        ),
        Code::HistoryNumber => (
            "restore the entry of the register, in a commit of its own; a clue gets another number by clue renumber only",
            "请恢复编号登记并单独提交；线索只能用 clue renumber 换号",
        ),
        Code::HistoryAuthority => (
            "somebody who may looks at the change and takes it back or makes it again, in a commit of their own",
            "请由有权者审查这一改动，撤回或重新作出，并以本人名义单独提交",
        ),
        Code::HistoryMerge => (
            "merge again with what both sides have; what is to be changed is changed in a commit of its own",
            "请重新合并，保留双方的内容；需要改动的，另行单独提交",
        ),
        Code::HistoryFile => (
            "take the file away, in a commit of its own; what belongs to a clue is kept in its attachments/",
            "请移走该文件并单独提交；属于线索的材料放在该线索的 attachments/ 中",
        ),
        Code::HistoryUnreadable => (
            "make the commit with git or clue, which write what can be read",
            "请用 git 或 clue 提交，它们写出的内容可以读取",
        ),
        Code::HistorySignature => (
            "sign with a key that organisation.yaml lists for you: git config commit.gpgSign true; clue explain step-signature says how",
            "请用 organisation.yaml 中登记在您名下的密钥签名：git config commit.gpgSign true；详见 clue explain step-signature",
        ),
        _ => return None,
    })
}
