//! What a step that died leaves: its journal, and an index that does not know what was committed.

use crate::commit::{is_left, mend_index, recover};
use crate::doctor::{Ailment, Patient, WAIT, git, publish};
use crate::files::join;
use crate::git::{IndexDeviation, Repository, Touched};
use crate::text::Bilingual;

/// A step that died while it was published.
pub(super) fn journal(patient: &Patient, fix: bool) -> Result<Vec<Ailment>, Bilingual> {
    let Some(repository) = &patient.repository else {
        return Ok(Vec::new());
    };
    if !is_left(repository) {
        return Ok(Vec::new());
    }
    let ailment = Ailment::new(
        Bilingual::new(
            "a step died while it was published",
            "有一个步骤在写入途中中断",
        ),
        Bilingual::new(
            "its files may stand half way; if its commit is there it is completed, else what was there is put back",
            "它的文件可能只写了一半；提交已完成的将补全，未完成的将恢复原状",
        ),
        Bilingual::new("clue doctor --fix", "请执行 clue doctor --fix"),
    );
    let mend = || recover(repository, WAIT).map(|_| ()).map_err(publish);
    Ok(vec![ailment.mended(fix, mend)])
}

/// Records whose committed version is in the folder, while the index holds another one.
pub(super) fn index(patient: &Patient, fix: bool) -> Result<Vec<Ailment>, Bilingual> {
    let Some(repository) = &patient.repository else {
        return Ok(Vec::new());
    };
    // In the middle of a merge the index holds what git is about to commit.
    if repository.in_progress().is_some() {
        return Ok(Vec::new());
    }
    let prefix = repository.prefix(&patient.root);
    let folders = [join(&prefix, "clues"), join(&prefix, "register")];
    let deviations = repository.index_deviations(&folders).map_err(git)?;
    let mut as_committed = Vec::new();
    for deviation in deviations {
        if on_disk(repository, &deviation)? == deviation.head {
            as_committed.push(deviation);
        }
    }
    let behind = repository.left_behind(&as_committed).map_err(git)?;
    let (behind, staged): (Vec<IndexDeviation>, Vec<IndexDeviation>) = as_committed
        .into_iter()
        .partition(|one| behind.contains(&one.path));
    let mut found = Vec::new();
    if let Some(first) = behind.first() {
        let count = behind.len();
        let ailment = Ailment::new(
            Bilingual::new(
                format!(
                    "git's index holds old versions of {count} committed files, such as {}",
                    first.path
                ),
                format!(
                    "git 索引中有 {count} 个已提交文件的旧版本，例如 {}",
                    first.path
                ),
            ),
            Bilingual::new(
                "the next git commit would undo what was committed",
                "下一次 git commit 会撤销已提交的内容",
            ),
            Bilingual::new(
                "clue doctor --fix rebuilds these entries alone (git reset would take everything else out of the index, too)",
                "请执行 clue doctor --fix，只重建这些条目（git reset 会连同其他暂存内容一并清除）",
            ),
        );
        found.push(ailment.mended(fix, || {
            let committed: Touched = behind
                .iter()
                .map(|one| (one.path.clone(), one.head))
                .collect();
            mend_index(repository, committed, WAIT).map_err(publish)
        }));
    }
    for one in staged {
        found.push(Ailment::new(
            Bilingual::new(
                format!("{} is staged in a version that is neither committed nor in the folder", one.path),
                format!("{} 暂存了一个既未提交、也不在目录中的版本", one.path),
            ),
            Bilingual::new(
                "somebody staged it by hand; the next git commit would commit it",
                "这是手工暂存的；下一次 git commit 会提交它",
            ),
            Bilingual::new(
                format!("git diff --cached -- {0} shows it; git checkout -- {0} takes it, git reset -- {0} drops it", one.path),
                format!("git diff --cached -- {0} 可查看；git checkout -- {0} 采用它，git reset -- {0} 放弃它", one.path),
            ),
        ));
    }
    Ok(found)
}

/// The id that the file in the folder has as a blob; none where there is none. What is no file equals nothing.
fn on_disk(
    repository: &Repository,
    deviation: &IndexDeviation,
) -> Result<Option<[u8; 20]>, Bilingual> {
    let full = repository.work_tree().join(&deviation.path);
    match std::fs::symlink_metadata(&full) {
        Ok(metadata) if metadata.is_file() => {
            let bytes = std::fs::read(&full).map_err(|error| super::system(&full, &error))?;
            Repository::blob_id(&bytes).map(Some).map_err(git)
        }
        Ok(_) => Ok(Some([0; 20])),
        Err(_) => Ok(None),
    }
}
