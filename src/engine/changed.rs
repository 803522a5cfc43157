//! The check of what changed: what is staged, and what differs from a revision. Its cost is that of what changed.
//! It only reads, but for what a step that died left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::builtin;
use crate::check::check_changed;
use crate::commit::recover;
use crate::diagnostic::{Code, Diagnostic, Place, sort};
use crate::engine::{Engine, Failure, disk, name_sealed, repository_of};
use crate::files::{DiskFiles, Files, StagedFiles, TreeFiles, file_name, is_passing, join};
use crate::git::{Difference, IndexFault, ObjectId, Repository};
use crate::text::{Bilingual, system_words};

/// What of a repository's folder is judged.
const JUDGED: [&str; 6] = [
    "organisation.yaml",
    "workflow.yaml",
    "schema",
    "calendar",
    "register",
    "clues",
];

impl Engine {
    /// Judges what git's index holds otherwise than HEAD, as it is staged; gives what was found, and the files as they are
    /// staged. `index` is the index where it is not the repository's own, as for `git commit FILE`.
    pub fn check_staged(
        root: &Path,
        index: Option<&Path>,
    ) -> Result<(Vec<Diagnostic>, StagedFiles), Failure> {
        let repository = repository_of(root)?;
        let _ = recover(&repository, Duration::ZERO);
        let prefix = repository.prefix(root);
        let staged = repository.staged(index).map_err(of_index)?;
        let differences = staged.differences.into_iter();
        let differences: BTreeMap<String, Difference> = differences
            .filter_map(|one| Some((inside(&prefix, &one.path)?, one)))
            .collect();
        let before = tree_files(&repository, repository.head_tree()?, &prefix)?;
        let below = tree_files(&repository, repository.head_tree()?, &prefix)?;
        let changes = differences.iter();
        let changes = changes.map(|(path, one)| (path.clone(), one.after));
        let shared = Arc::new(Mutex::new(repository.again()?));
        let files = StagedFiles::new(below, shared, changes.collect());
        let paths: BTreeSet<String> = differences.into_keys().collect();
        let mut found = check_changed(&files, &before, builtin::files(), &paths);
        let conflicted = staged.conflicted.iter();
        found.extend(
            conflicted
                .filter_map(|path| inside(&prefix, path))
                .map(|path| conflict(&path)),
        );
        sort(&mut found);
        name_sealed(root, &mut found);
        Ok((found, files))
    }

    /// Judges the clues of the working folder that are not as a revision has them: what was committed since, what is
    /// staged, what is not, and what git does not know yet.
    pub fn check_since(root: &Path, revision: &str) -> Result<Vec<Diagnostic>, Failure> {
        let repository = repository_of(root)?;
        let _ = recover(&repository, Duration::ZERO);
        // git takes nothing for HEAD in places, and a variable of a build that is not set is nothing.
        let commit = match revision.trim() {
            "" => None,
            revision => repository.resolve(revision)?,
        };
        let Some(commit) = commit.as_deref().and_then(ObjectId::parse) else {
            return Err(Failure::Usage {
                message: Bilingual::new(
                    format!("there is no commit `{revision}`"),
                    format!("没有 `{revision}` 这个提交"),
                ),
                remedy: Some(Bilingual::new(
                    "name a branch, a tag or a commit: main, HEAD~3",
                    "请写分支、标签或提交，例如 main、HEAD~3",
                )),
            });
        };
        let tree = repository.commit_facts(commit)?.tree;
        let before = tree_files(&repository, Some(tree), &repository.prefix(root))?;
        let files = disk(root);
        let paths = departed(&repository, root, &files, &before, tree)?;
        let mut found = check_changed(&files, &before, builtin::files(), &paths);
        name_sealed(root, &mut found);
        Ok(found)
    }
}

/// The paths of the working folder that are not as a tree has them; `before` are that tree's files.
pub(super) fn departed(
    repository: &Repository,
    root: &Path,
    files: &DiskFiles,
    before: &TreeFiles,
    tree: ObjectId,
) -> Result<BTreeSet<String>, Failure> {
    let prefix = repository.prefix(root);
    let mut paths = BTreeSet::new();
    // Whatever is alike in the tree and HEAD, in HEAD and the index, in the index and on the disk is so in the tree and on
    // the disk; each of the three is found by its own means.
    let since = repository.differences(Some(tree), repository.head_tree()?, &|_| false)?;
    paths.extend(since.into_iter().map(|one| one.path));
    let staged = repository.staged(None).map_err(of_index)?;
    paths.extend(staged.differences.into_iter().map(|one| one.path));
    paths.extend(staged.conflicted);
    let below: Vec<String> = JUDGED
        .iter()
        .map(|path| {
            if prefix.is_empty() {
                (*path).to_owned()
            } else {
                join(&prefix, path)
            }
        })
        .collect();
    paths.extend(repository.working_differences(&below).map_err(of_index)?);
    let paths = paths.iter().filter_map(|path| inside(&prefix, path));
    let mut departed = BTreeSet::new();
    for path in paths {
        if is_passing(file_name(&path)) && path.starts_with("clues/") {
            continue;
        }
        // What was changed and changed back is no difference.
        let all = u64::MAX - 1;
        let is_same = match (files.kind(&path), before.kind(&path)) {
            // What is no Unicode goes by a name under which nothing can be found.
            (Ok(None), Ok(None)) => !path.contains('\u{fffd}'),
            (Ok(Some(one)), Ok(Some(other))) if one == other => {
                match (files.read(&path, all), before.identity(&path)) {
                    (Ok(Some(bytes)), Some(id)) => Repository::blob_id(&bytes)? == id,
                    _ => false,
                }
            }
            _ => false,
        };
        if !is_same {
            departed.insert(path);
        }
    }
    Ok(departed)
}

/// The files of a tree, or of none, below the folder of the clue repository.
pub(super) fn tree_files(
    repository: &Repository,
    tree: Option<ObjectId>,
    prefix: &str,
) -> Result<TreeFiles, Failure> {
    let shared = Arc::new(Mutex::new(repository.again()?));
    Ok(TreeFiles::of_tree(shared, tree, prefix)?)
}

/// A path of the work tree as it is below the clue repository's folder; none where it lies elsewhere.
pub(super) fn inside(prefix: &str, path: &str) -> Option<String> {
    if prefix.is_empty() {
        return Some(path.to_owned());
    }
    let rest = path.strip_prefix(prefix)?.strip_prefix('/')?;
    Some(rest.to_owned())
}

/// An index that cannot be read, in words.
pub(super) fn of_index(fault: IndexFault) -> Failure {
    let (message, remedy) = match fault {
        IndexFault::Unsupported { why, remedy } => (why, Some(Bilingual::new(remedy, remedy))),
        IndexFault::Failed(why) => (
            Bilingual::new(
                format!("git's index cannot be read: {why}"),
                format!("无法读取 git 的索引：{}", system_words(&why)),
            ),
            None,
        ),
        IndexFault::Conflicted { path } => (
            Bilingual::new(
                format!("{path} has an unresolved conflict"),
                format!("{path} 有未解决的冲突"),
            ),
            None,
        ),
        IndexFault::Locked { lock } => (
            Bilingual::new(
                format!("git is working: {}", lock.display()),
                format!("git 正在工作：{}", lock.display()),
            ),
            None,
        ),
    };
    Failure::Environment { message, remedy }
}

fn conflict(path: &str) -> Diagnostic {
    Diagnostic::new(
        Code::ConflictMarker,
        Place::file(path),
        "git's index holds an unresolved conflict of this file",
        "git 的索引中，此文件的冲突尚未解决",
    )
    .remedy(
        format!("resolve it, then: git add {path}"),
        format!("请先解决冲突，再执行：git add {path}"),
    )
}
