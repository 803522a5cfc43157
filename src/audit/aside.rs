//! What comes in with a merge although the other side had taken the authority for it away: somebody who lost a role goes
//! on from where they still had it, and merges. By the rules of that branch alone such a step is right.
//! What was done before the authority was taken away, by the dates of the commits, is never at fault.

use std::collections::HashSet;

use crate::audit::commit;
use crate::audit::moment::{Key, Moment, moment, state_of};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::git::{CommitFacts, GitError, ObjectId, Range, Repository, TreeKind};
use crate::text::visible_line;
use crate::world::{MAXIMUM_RECORD, World};
use crate::yaml;

/// Gives the world of a key and the top folder that it was taken from.
pub(super) type WorldOf<'w> =
    dyn FnMut(Key, Option<ObjectId>) -> Result<Option<std::sync::Arc<World>>, GitError> + 'w;

/// A deed that asks for an authority.
enum Deed {
    Step { step: String, place: String },
    Rules { path: String },
}

/// A commit of a side's first-parent line, the newest first.
struct Stage {
    id: ObjectId,
    seconds: i64,
    key: Key,
    top: Option<ObjectId>,
}

/// Judges what each side of a merge brings by what the others had decided when it was done.
pub(super) fn late(
    repository: &Repository,
    prefix: &str,
    merge: &Moment,
    world_of: &mut WorldOf<'_>,
) -> Result<Vec<Diagnostic>, GitError> {
    let parents = &merge.facts.parents;
    let mut found: Vec<Diagnostic> = Vec::new();
    for own in parents {
        for other in parents.iter().filter(|other| *other != own) {
            for one in brought(repository, prefix, *own, *other, world_of)? {
                if !found.contains(&one) {
                    found.push(one);
                }
            }
        }
    }
    Ok(found)
}

/// Who may do what is decided by these.
fn rules(key: &Key) -> [Option<ObjectId>; 2] {
    [key[0], key[1]]
}

fn brought(
    repository: &Repository,
    prefix: &str,
    own: ObjectId,
    other: ObjectId,
    world_of: &mut WorldOf<'_>,
) -> Result<Vec<Diagnostic>, GitError> {
    let bases = repository.merge_bases(&[own, other])?;
    let Some(base) = bases.first() else {
        return Ok(Vec::new());
    };
    let (base_key, base_top) = state_of(repository, prefix, repository.commit_facts(*base)?.tree)?;
    let other_tree = repository.commit_facts(other)?.tree;
    let (other_key, _) = state_of(repository, prefix, other_tree)?;
    if rules(&base_key) == rules(&other_key) {
        return Ok(Vec::new());
    }
    let Some(before) = world_of(base_key, base_top)? else {
        return Ok(Vec::new());
    };
    let side = |from: ObjectId, without: ObjectId| {
        repository.commits(&Range {
            from: vec![from],
            without: vec![without],
        })
    };
    let others: HashSet<ObjectId> = side(other, own)?.into_iter().collect();
    let mut line = Vec::new();
    let mut next = Some(other).filter(|id| others.contains(id));
    while let Some(id) = next {
        let facts = repository.commit_facts(id)?;
        let (key, top) = state_of(repository, prefix, facts.tree)?;
        line.push(Stage {
            id,
            seconds: facts.committer.time.seconds(),
            key,
            top,
        });
        next = facts.parents.first().copied();
        next = next.filter(|id| others.contains(id));
    }
    let mut found = Vec::new();
    for id in side(own, other)? {
        let facts = repository.commit_facts(id)?;
        let then = facts.committer.time.seconds();
        let decided = line.iter().position(|stage| stage.seconds < then);
        let Some(decided) = decided.filter(|at| rules(&line[*at].key) != rules(&base_key)) else {
            continue;
        };
        if facts.parents.len() > 1 {
            continue;
        }
        let Ok(person) = commit::author(&before, &facts) else {
            continue;
        };
        for deed in deeds(repository, prefix, &before, &facts)? {
            let mut taken_away = None;
            for stage in &line[decided..] {
                let after = world_of(stage.key, stage.top)?;
                match after {
                    Some(after) if lost(&before, &after, person, &facts, &deed) => {
                        taken_away = Some(stage.id);
                    }
                    _ => break,
                }
            }
            if let Some(taken_away) = taken_away {
                found.push(told(&before, person, &facts, &deed, taken_away));
            }
        }
    }
    Ok(found)
}

/// Whether a person had the authority for a deed, and has it no longer.
fn lost(before: &World, after: &World, person: &str, facts: &CommitFacts, deed: &Deed) -> bool {
    let roles = |world: &World| -> Option<Vec<String>> {
        match deed {
            Deed::Step { step, .. } => Some(world.rulebook.steps.get(step)?.roles.clone()),
            Deed::Rules { path } => Some(world.rulebook.history.change_of(path)?.roles.clone()),
        }
    };
    let (Some(asked), Some(asks)) = (roles(before), roles(after)) else {
        return false;
    };
    let may = |person: &str| after.has_role(person, &asks);
    before.has_role(person, &asked) && !commit::author(after, facts).is_ok_and(may)
}

fn told(
    before: &World,
    person: &str,
    facts: &CommitFacts,
    deed: &Deed,
    taken_away: ObjectId,
) -> Diagnostic {
    let name = visible_line(before.organisation.person_name(person));
    let (commit, taken_away) = (facts.id.short(), taken_away.short());
    let at = facts.committer.time.in_zone(before.calendar.zone());
    let (place, en, zh) = match deed {
        Deed::Step { step, place } => (
            place,
            format!("took `{step}`"),
            format!("办理了{}", before.rulebook.named_zh("step", step)),
        ),
        Deed::Rules { path } => (path, format!("changed {path}"), format!("修改了 {path}")),
    };
    Diagnostic::new(
        Code::HistoryAuthority,
        Place::file(place),
        format!(
            "the merge brings in {commit}, in which {name} {en} at {at}; {taken_away}, on the other side, had taken the authority for it away before"
        ),
        format!(
            "合并带入了 {commit}：{name}于 {at} {zh}，而另一方的 {taken_away} 此前已取消其相应权限"
        ),
    )
    .remedy(
        format!(
            "before it is shared, merge without {commit}; where it is right all the same, somebody who has the authority takes the step anew. A merge that is shared stays, and so does this finding"
        ),
        format!(
            "尚未共享的，请重新合并，不带入 {commit}；内容属实的，由有权者重新办理。已经共享的合并不能撤回，这条问题会一直显示"
        ),
    )
    .procedure("P2")
}

/// The steps that a commit took and the governed files that it changed.
fn deeds(
    repository: &Repository,
    prefix: &str,
    world: &World,
    facts: &CommitFacts,
) -> Result<Vec<Deed>, GitError> {
    let trail = |folder: Option<ObjectId>| -> Result<Vec<serde_json::Value>, GitError> {
        let Some(folder) = folder else {
            return Ok(Vec::new());
        };
        let card = match repository.below_tree(folder, "clue.yaml")? {
            Some((TreeKind::File | TreeKind::Executable, id)) => {
                repository.blob(id, MAXIMUM_RECORD)?.ok()
            }
            _ => None,
        };
        let value = card.and_then(|card| Some(yaml::parse("clue.yaml", &card).0?.root.to_json()));
        let trail = value.and_then(|mut value| match value["trail"].take() {
            serde_json::Value::Array(trail) => Some(trail),
            _ => None,
        });
        Ok(trail.unwrap_or_default())
    };
    let changed = moment(repository, prefix, 0, Some(facts.id), facts.clone())?;
    let mut deeds = Vec::new();
    for (clue, change) in &changed.clues {
        let old = trail(change.parents.first().copied().flatten())?.len();
        let place = crate::case::folder_of(clue).unwrap_or_default() + "/clue.yaml";
        for entry in trail(change.after)?.iter().skip(old) {
            if let Some(step) = entry["step"].as_str() {
                deeds.push(Deed::Step {
                    step: step.to_owned(),
                    place: place.clone(),
                });
            }
        }
    }
    for other in changed.own_others() {
        if world.rulebook.history.change_of(&other.path).is_some() {
            deeds.push(Deed::Rules {
                path: other.path.clone(),
            });
        }
    }
    Ok(deeds)
}
