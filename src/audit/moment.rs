//! A commit, and what it changes: an entry for each path that it does not have as every parent has it.
//! It reads trees and judges nothing.

use std::collections::BTreeMap;

use crate::audit::beside;
use crate::case::folder_of;
use crate::git::{CommitFacts, Difference, GitError, ObjectId, Repository, TreeKind};
use crate::time::Timestamp;

pub(super) type Entry = Option<(TreeKind, ObjectId)>;

/// A path outside the clues that a commit does not have as every parent has it.
pub(super) struct Other {
    pub(super) path: String,
    pub(super) parents: Vec<Entry>,
    pub(super) after: Entry,
    /// Of a merge: what its parents had in common, once for each commit that they rest on together.
    pub(super) bases: Vec<Entry>,
}

impl Other {
    /// Whether some parent has it just so.
    pub(super) fn is_inherited(&self) -> bool {
        self.parents.contains(&self.after)
    }
}

/// A clue that a commit does not have as every parent has it.
pub(super) struct Change {
    pub(super) parents: Vec<Option<ObjectId>>,
    pub(super) after: Option<ObjectId>,
    pub(super) bases: Vec<Option<ObjectId>>,
}

pub(super) type Key = [Option<ObjectId>; 4];

/// A commit, and what it changes.
pub(super) struct Moment {
    /// Its place in the order of history.
    pub(super) index: usize,
    /// None where it is not made yet.
    pub(super) id: Option<ObjectId>,
    pub(super) facts: CommitFacts,
    /// The clue repository's folder, as the commit and as each parent has it.
    pub(super) top: Option<ObjectId>,
    pub(super) parent_tops: Vec<Option<ObjectId>>,
    pub(super) parent_times: Vec<Timestamp>,
    pub(super) key: Key,
    /// The register of numbers.
    pub(super) register: Option<ObjectId>,
    pub(super) parent_keys: Vec<Key>,
    pub(super) clues: BTreeMap<String, Change>,
    pub(super) others: Vec<Other>,
}

impl Moment {
    /// What the commit itself changes: no parent has it so.
    pub(super) fn own_others(&self) -> impl Iterator<Item = &Other> {
        self.others.iter().filter(|other| !other.is_inherited())
    }

    /// Whether it brings several histories together.
    pub(super) fn is_merge(&self) -> bool {
        self.parent_tops.len() > 1
    }
}

fn folder(
    repository: &Repository,
    tree: ObjectId,
    path: &str,
) -> Result<Option<ObjectId>, GitError> {
    let found = repository.below_tree(tree, path)?;
    Ok(found
        .filter(|(kind, _)| *kind == TreeKind::Folder)
        .map(|(_, id)| id))
}

/// What decides which rulebook is in force.
fn key(repository: &Repository, top: Option<ObjectId>) -> Result<Key, GitError> {
    let Some(top) = top else {
        return Ok([None; 4]);
    };
    let mut key = [None; 4];
    let names = ["organisation.yaml", "workflow.yaml", "schema", "calendar"];
    for (place, name) in key.iter_mut().zip(names) {
        *place = repository.below_tree(top, name)?.map(|(_, id)| id);
    }
    Ok(key)
}

/// What decides which rulebook is in force in a commit's tree, and the clue repository's folder there.
pub(super) fn state_of(
    repository: &Repository,
    prefix: &str,
    tree: ObjectId,
) -> Result<(Key, Option<ObjectId>), GitError> {
    let top = folder(repository, tree, prefix)?;
    Ok((key(repository, top)?, top))
}

/// Finds what a commit changes: an entry for each path that it does not have as every parent has it.
pub(super) fn moment(
    repository: &Repository,
    prefix: &str,
    index: usize,
    id: Option<ObjectId>,
    facts: CommitFacts,
) -> Result<Moment, GitError> {
    let top = folder(repository, facts.tree, prefix)?;
    let mut parent_tops = Vec::new();
    let mut parent_times = Vec::new();
    let mut parent_keys = Vec::new();
    for parent in &facts.parents {
        let parent = repository.commit_facts(*parent)?;
        let parent_top = folder(repository, parent.tree, prefix)?;
        parent_keys.push(key(repository, parent_top)?);
        parent_tops.push(parent_top);
        parent_times.push(parent.committer.time);
    }
    let is_clue = |path: &str| beside::clue_of(path).is_some();
    let mut sides: Vec<Vec<Difference>> = Vec::new();
    if parent_tops.is_empty() {
        sides.push(repository.differences(None, top, &is_clue)?);
    }
    for parent in &parent_tops {
        sides.push(repository.differences(*parent, top, &is_clue)?);
    }
    let count = sides.len();
    let mut paths: BTreeMap<String, (Vec<Option<Entry>>, Entry)> = BTreeMap::new();
    for (side, differences) in sides.into_iter().enumerate() {
        for difference in differences {
            let known = paths
                .entry(difference.path)
                .or_insert_with(|| (vec![None; count], difference.after));
            known.0[side] = Some(difference.before);
        }
    }
    let mut base_tops = Vec::new();
    if facts.parents.len() > 1 && !paths.is_empty() {
        for base in repository.merge_bases(&facts.parents)? {
            let tree = repository.commit_facts(base)?.tree;
            base_tops.push(folder(repository, tree, prefix)?);
        }
    }
    let mut clues = BTreeMap::new();
    let mut others = Vec::new();
    for (path, (parents, after)) in paths {
        // A parent that shows no difference has it as the commit has it.
        let parents: Vec<Entry> = parents
            .into_iter()
            .map(|side| side.unwrap_or(after))
            .collect();
        let mut of_bases = Vec::new();
        for base in &base_tops {
            of_bases.push(match base {
                Some(base) => repository.below_tree(*base, &path)?,
                None => None,
            });
        }
        match beside::clue_of(&path) {
            Some(clue) if folder_of(clue).as_deref() == Some(path.as_str()) => {
                let tree = |entry: Entry| match entry {
                    Some((TreeKind::Folder, id)) => Some(id),
                    _ => None,
                };
                let change = Change {
                    parents: parents.iter().map(|entry| tree(*entry)).collect(),
                    after: tree(after),
                    bases: of_bases.into_iter().map(tree).collect(),
                };
                clues.insert(clue.to_owned(), change);
            }
            _ => others.push(Other {
                path,
                parents,
                after,
                bases: of_bases,
            }),
        }
    }
    Ok(Moment {
        index,
        id,
        key: key(repository, top)?,
        register: match top {
            Some(top) => folder(repository, top, "register")?,
            None => None,
        },
        facts,
        top,
        parent_tops,
        parent_times,
        parent_keys,
        clues,
        others,
    })
}
