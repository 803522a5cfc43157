//! Where the version of a record stands that was sealed: what a broken seal is mended with.
//! After a merge that need not be the version before it. It only looks, and only where a seal is broken.

use crate::case::{folder_of, id_of};
use crate::diagnostic::{Code, Diagnostic};
use crate::files::{digest, join};
use crate::git::{GitError, ObjectId, Range, Repository};
use crate::text::Bilingual;
use crate::world::MAXIMUM_RECORD;
use crate::yaml;

/// Says of every broken seal which commit sealed the record, where the history of a commit has it.
pub fn name_sealed_versions(
    repository: &Repository,
    prefix: &str,
    from: ObjectId,
    found: &mut [Diagnostic],
) -> Result<(), GitError> {
    let is_open = |one: &&mut Diagnostic| {
        let remedy = one.remedy.as_ref();
        one.code == Code::SealBroken
            && remedy.is_some_and(|remedy| remedy.en.contains("git checkout HEAD -- "))
    };
    for broken in found.iter_mut().filter(is_open) {
        let path = &broken.place.path;
        let Some(folder) = id_of(path).and_then(folder_of) else {
            continue;
        };
        let Some(inner) = path.strip_prefix(&format!("{folder}/")) else {
            continue;
        };
        if let Some(commit) = sealed_by(repository, &join(prefix, &folder), inner, from)? {
            let commit = commit.short();
            broken.remedy = Some(Bilingual::new(
                format!("restore it as it was sealed in {commit}: git checkout {commit} -- {path}"),
                format!("请恢复为 {commit} 中封存的内容：git checkout {commit} -- {path}"),
            ));
        }
    }
    Ok(())
}

/// The commit whose trail was the first to hold the seal that counts now, and that has the record just so.
fn sealed_by(
    repository: &Repository,
    folder: &str,
    inner: &str,
    from: ObjectId,
) -> Result<Option<ObjectId>, GitError> {
    let read = |tree: ObjectId, path: &str| -> Result<Option<_>, GitError> {
        match repository.below_tree(tree, path)? {
            Some((_, id)) => Ok(repository.blob(id, MAXIMUM_RECORD)?.ok()),
            None => Ok(None),
        }
    };
    let top = repository.commit_facts(from)?.tree;
    let seal = read(top, &join(folder, "clue.yaml"))?.and_then(|card| {
        let value = yaml::parse("clue.yaml", &card).0?.root.to_json();
        let trail = value.get("trail")?.as_array()?.iter().rev();
        let mut seals = trail.filter_map(|entry| entry.get("seals")?.get(inner)?.as_str());
        seals.next().map(str::to_owned)
    });
    let Some(seal) = seal else {
        return Ok(None);
    };
    let range = Range {
        from: vec![from],
        without: Vec::new(),
    };
    for turn in repository.history_of(&range, folder)? {
        let Some(tree) = turn.after else {
            continue;
        };
        let holds = |card: &[u8]| String::from_utf8_lossy(card).contains(&seal);
        if read(tree, "clue.yaml")?.is_some_and(|card| holds(&card))
            && read(tree, inner)?.is_some_and(|record| digest(&record) == seal)
        {
            return Ok(Some(turn.commit));
        }
    }
    Ok(None)
}
