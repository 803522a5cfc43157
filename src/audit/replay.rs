//! Going through history: what each commit changes, by which rulebook it is judged, and every clue's way through it.
//!
//! Three rounds, the first and the last over both processors: what differs, commit by commit; which rulebook was in
//! force, one after the other; then clue by clue, so that each record's bytes are read and parsed once.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;

use crate::audit::entries::{self, Added};
use crate::audit::moment::{Key, Moment, Other, moment};
use crate::audit::remedy::remedy;
use crate::audit::signed::KeyRing;
use crate::audit::walk::{InForce, StepTaken, Verdict, Walk, fingerprint};
use crate::audit::{Audited, Finding, aside, beside, commit, name_sealed_versions};
use crate::check::check_world;
use crate::diagnostic::{Code, Diagnostic, Place, Severity, sort};
use crate::files::{Files, SharedRepository, TreeFiles};
use crate::git::{CommitFacts, GitError, ObjectId, Range, Repository};
use crate::time::Timestamp;
use crate::world::World;

/// Where history is read from.
#[derive(Clone, Copy)]
pub struct Stage<'a> {
    pub repository: &'a Repository,
    /// The clue repository's folder below the top of git's trees; empty where they are one.
    pub prefix: &'a str,
    /// The built-in format, which stands in for schemas that a commit lacks.
    pub builtin: &'a dyn Files,
}

/// A commit that is not made yet.
pub struct Pending {
    /// What HEAD is, and what is being merged into it.
    pub parents: Vec<ObjectId>,
    pub tree: ObjectId,
    pub author: crate::git::Identity,
    pub committer: crate::git::Identity,
    pub message: String,
}

/// Judges every commit of a range, the oldest first. `progress` is told how many of how many pieces are done.
pub fn audit(
    stage: Stage<'_>,
    range: &Range,
    now: Option<Timestamp>,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Audited, GitError> {
    let mut ids = stage.repository.commits(range)?;
    // What a shallow clone begins with cannot be compared with what was before it.
    let boundary = stage.repository.shallow_boundary();
    ids.retain(|id| !boundary.contains(id));
    let reopen = Reopen::new(stage.repository)?;
    let moments = ids
        .par_iter()
        .enumerate()
        .map_init(
            || reopen.open(),
            |repository, (index, id)| {
                let repository = repository.as_ref().map_err(Clone::clone)?;
                let repository = repository.lock().unwrap_or_else(PoisonError::into_inner);
                let facts = repository.commit_facts(*id)?;
                moment(&repository, stage.prefix, index, Some(*id), facts)
            },
        )
        .collect::<Result<Vec<_>, _>>()?;
    let begins = range.without.is_empty();
    judge(stage, &reopen, moments, now, begins, progress)
}

/// Judges a commit that is not made yet.
pub fn pending(stage: Stage<'_>, pending: Pending) -> Result<Audited, GitError> {
    let reopen = Reopen::new(stage.repository)?;
    let facts = CommitFacts {
        id: pending.tree,
        parents: pending.parents,
        tree: pending.tree,
        author: pending.author,
        committer: pending.committer,
        message: pending.message,
        is_signed: false,
        bad_headers: Vec::new(),
    };
    let moment = moment(stage.repository, stage.prefix, 0, None, facts)?;
    judge(stage, &reopen, vec![moment], None, true, &|_, _| {})
}

/// How many bytes of unpacked objects all threads together keep; a machine of many cores does not need more memory.
const MAXIMUM_KEPT: usize = 192_000_000;

/// Opens the repository anew for each thread, once: what one has read it reads again, for the next commit or clue.
struct Reopen {
    first: Mutex<Repository>,
    opened: Vec<OnceLock<Result<SharedRepository, GitError>>>,
}

impl Reopen {
    fn new(repository: &Repository) -> Result<Self, GitError> {
        let threads = rayon::current_num_threads();
        Ok(Self {
            first: Mutex::new(repository.again()?),
            opened: (0..threads).map(|_| OnceLock::new()).collect(),
        })
    }

    fn open(&self) -> Result<SharedRepository, GitError> {
        let kept = MAXIMUM_KEPT / self.opened.len().max(1);
        let anew = || {
            let first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(Arc::new(Mutex::new(first.again()?.for_much_reading(kept))))
        };
        let slot = rayon::current_thread_index().and_then(|index| self.opened.get(index));
        slot.map_or_else(anew, |slot| slot.get_or_init(anew).clone())
    }
}

/// The rulebooks of a history: each is loaded once.
struct Worlds<'a> {
    stage: Stage<'a>,
    known: HashMap<Key, Known>,
}

/// A rulebook with its people, schemas and calendar.
struct Known {
    top: Option<ObjectId>,
    world: Option<Arc<World>>,
    /// What loading it said.
    loaded: Vec<Diagnostic>,
}

impl Worlds<'_> {
    fn files(&self, top: Option<ObjectId>) -> Result<TreeFiles, GitError> {
        let repository = Arc::new(Mutex::new(self.stage.repository.again()?));
        TreeFiles::of_tree(repository, top, "")
    }

    fn of(&mut self, key: Key, top: Option<ObjectId>) -> Result<Option<Arc<World>>, GitError> {
        if let Some(known) = self.known.get(&key) {
            return Ok(known.world.clone());
        }
        let files = self.files(top)?;
        let (world, loaded) = World::load(&files, self.stage.builtin);
        files.intact()?;
        let world = world.map(Arc::new);
        let known = Known {
            top,
            world: world.clone(),
            loaded,
        };
        self.known.insert(key, known);
        Ok(world)
    }

    /// What is wrong with a rulebook; asked only where one changed, since it takes longer than all else of a short range.
    fn faults(&self, key: &Key) -> Result<Vec<Diagnostic>, GitError> {
        let Some(known) = self.known.get(key) else {
            return Ok(Vec::new());
        };
        let mut found = known.loaded.clone();
        if let Some(world) = &known.world {
            found.extend(check_world(&self.files(known.top)?, world));
        }
        found.retain(|found| found.severity == Severity::Error);
        sort(&mut found);
        Ok(found)
    }
}

fn judge(
    stage: Stage<'_>,
    reopen: &Reopen,
    mut moments: Vec<Moment>,
    now: Option<Timestamp>,
    begins: bool,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Audited, GitError> {
    let mut worlds = Worlds {
        stage,
        known: HashMap::new(),
    };
    let mut in_force: Vec<InForce> = Vec::new();
    let mut findings: Vec<Vec<Diagnostic>> = Vec::new();
    let places: HashMap<ObjectId, usize> = moments
        .iter()
        .filter_map(|moment| Some((moment.id?, moment.index)))
        .collect();
    for moment in &moments {
        let own = worlds.of(moment.key, moment.top)?;
        let mut before = None;
        for (side, parent) in moment.facts.parents.iter().enumerate() {
            let known = places.get(parent).and_then(|place| in_force.get(*place));
            let world = match known {
                Some(known) => known.after.clone(),
                None => worlds.of(moment.parent_keys[side], moment.parent_tops[side])?,
            };
            before = before.or(world);
        }
        // A merge that brings the rules of one side goes by them; one that changes them itself does not.
        if moment.is_merge() && moment.parent_keys.contains(&moment.key) {
            before = own.clone().or(before);
        }
        let is_governed = before.is_some();
        let before = before.or_else(|| own.clone());
        let mut found = Vec::new();
        // Before there is a clue repository, nothing of it is missing.
        let absent = |key: &Key| key[0].is_none() && key[1].is_none();
        let nothing_yet = absent(&moment.key) && moment.parent_keys.iter().all(absent);
        if !moment.parent_keys.contains(&moment.key) && !nothing_yet {
            let mut old: Vec<_> = Vec::new();
            for (key, top) in moment.parent_keys.iter().zip(&moment.parent_tops) {
                worlds.of(*key, *top)?;
                old.extend(worlds.faults(key)?.iter().map(fingerprint));
            }
            let new = worlds.faults(&moment.key)?.into_iter();
            found.extend(new.filter(|fault| !old.contains(&fingerprint(fault))));
        }
        if moment.is_merge() {
            let mut world_of = |key, top| worlds.of(key, top);
            let late = aside::late(stage.repository, stage.prefix, moment, &mut world_of)?;
            found.extend(late);
        }
        in_force.push(InForce {
            is_governed,
            after: own.or_else(|| before.clone()),
            before,
        });
        findings.push(found);
    }
    for index in second_beginnings(&moments, &places, begins) {
        findings[index].push(
            Diagnostic::new(
                Code::HistoryMerge,
                Place::file(""),
                "the history begins a second time here: nothing says by whose rules this was done",
                "历史在此另起了开头：无从知道这里依据谁的规则",
            )
            .remedy(
                "bring in what it holds by steps of this repository",
                "其中的内容应在本仓库中按步骤办理",
            )
            .procedure("P2"),
        );
    }
    let by_clue = ways(&moments);
    let total = by_clue.len();
    let done = std::sync::atomic::AtomicUsize::new(0);
    let judged: Vec<Vec<Verdict>> = by_clue
        .par_iter()
        .map_init(
            || reopen.open(),
            |repository, (clue, way)| {
                let repository = repository.as_ref().map_err(Clone::clone)?;
                let walk = Walk::new(repository, &moments, &in_force);
                let verdicts = walk.judge(clue, way);
                let count = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
                progress(count, total);
                verdicts
            },
        )
        .collect::<Result<_, GitError>>()?;
    let mut steps: Vec<Vec<StepTaken>> = moments.iter().map(|_| Vec::new()).collect();
    let mut added: Vec<Vec<Added>> = moments.iter().map(|_| Vec::new()).collect();
    let mut numbers: Vec<BTreeMap<String, Vec<String>>> =
        moments.iter().map(|_| BTreeMap::new()).collect();
    for verdict in judged.into_iter().flatten() {
        findings[verdict.moment].extend(verdict.found);
        steps[verdict.moment].extend(verdict.step);
        added[verdict.moment].extend(verdict.added);
        numbers[verdict.moment].insert(verdict.clue, verdict.numbers);
    }
    let mut given = BTreeMap::new();
    let mut ring = KeyRing::default();
    for moment in &moments {
        let index = moment.index;
        let context = Context {
            world: in_force[index].before.as_deref(),
            is_governed: in_force[index].is_governed,
            steps: &steps[index],
            added: &added[index],
            numbers: &numbers[index],
            now,
        };
        let found = itself(stage, &moments, moment, &context, &mut given, &mut ring)?;
        findings[index].extend(found);
    }
    // Everybody's clock is told as the organisation's.
    for (moment, force) in moments.iter_mut().zip(&in_force) {
        if let Some(world) = force.after.as_ref().or(force.before.as_ref()) {
            let zone = world.calendar.zone();
            moment.facts.author.time = moment.facts.author.time.in_zone(zone);
        }
    }
    gathered(stage, moments, total, findings)
}

fn gathered(
    stage: Stage<'_>,
    moments: Vec<Moment>,
    clues: usize,
    findings: Vec<Vec<Diagnostic>>,
) -> Result<Audited, GitError> {
    let mut audited = Audited {
        commits: moments.len(),
        clues,
        is_shallow: stage.repository.is_shallow(),
        ..Audited::default()
    };
    for (moment, mut found) in moments.into_iter().zip(findings) {
        if found.is_empty() {
            continue;
        }
        sort(&mut found);
        let commit = moment.id;
        for found in &mut found {
            if found.remedy.is_none() {
                found.remedy = remedy(found.code, commit);
            }
        }
        for from in commit.iter().chain(&moment.facts.parents) {
            // Where history does not go back so far, the version before this commit is all that can be named.
            let _ = name_sealed_versions(stage.repository, stage.prefix, *from, &mut found);
        }
        for remedy in found.iter_mut().filter_map(|found| found.remedy.as_mut()) {
            // HEAD may hold the fault already; the commit before this one does not.
            if let Some(commit) = commit {
                let before = format!("git checkout {}^ -- ", commit.short());
                for text in [&mut remedy.en, &mut remedy.zh] {
                    *text = text.replace("git checkout HEAD -- ", &before);
                }
            }
        }
        audited.findings.extend(
            found
                .into_iter()
                .map(|diagnostic| Finding { commit, diagnostic }),
        );
        audited.facts.push(moment.facts);
    }
    Ok(audited)
}

/// What the judgement of a commit itself needs to know.
struct Context<'a> {
    world: Option<&'a World>,
    is_governed: bool,
    steps: &'a [StepTaken],
    added: &'a [Added],
    numbers: &'a BTreeMap<String, Vec<String>>,
    now: Option<Timestamp>,
}

/// The commit itself: author, dates, message, rules, register, files that belong nowhere.
fn itself(
    stage: Stage<'_>,
    moments: &[Moment],
    moment: &Moment,
    context: &Context<'_>,
    given: &mut BTreeMap<String, Vec<beside::Given>>,
    ring: &mut KeyRing,
) -> Result<Vec<Diagnostic>, GitError> {
    let Some(world) = context.world else {
        // Before there is a rulebook there is nothing to go by, and nothing that may be there.
        let ours = !moment.clues.is_empty();
        let told = Diagnostic::new(
            Code::HistoryUnreadable,
            Place::file("workflow.yaml"),
            "there are clues, and no rulebook that can be used",
            "有线索，却没有可用的规则书",
        )
        .remedy(
            "the first commit of a clue repository is made by clue init; commit workflow.yaml and organisation.yaml as it writes them, before any clue",
            "线索仓库的第一个提交由 clue init 作出；请先提交它写出的 workflow.yaml 和 organisation.yaml，再提交线索",
        );
        return Ok(if ours { vec![told] } else { Vec::new() });
    };
    let repository = stage.repository;
    let mut found = Vec::new();
    let ours = |other: &Other| {
        let (top, _) = other.path.split_once('/').unwrap_or((&other.path, ""));
        matches!(top, "register" | "clues")
            || world.rulebook.history.change_of(&other.path).is_some()
    };
    let changes = moment
        .clues
        .values()
        .any(|change| !change.parents.contains(&change.after));
    found.extend(commit::unreadable(&moment.facts));
    let is_readable = found.is_empty();
    let author = commit::author(world, &moment.facts);
    // Of a commit that does not say who made it and when, nothing more is asked about either.
    if is_readable && (changes || moment.own_others().any(ours)) {
        match &author {
            Ok(author) => {
                found.extend(commit::hands(world, author, context.steps));
                if context.is_governed {
                    found.extend(beside::authority(world, author, moment));
                }
            }
            Err(finding) => found.push(finding.clone()),
        }
    }
    let by = author.as_ref().ok().map(ToString::to_string);
    if is_readable {
        let by = by.as_deref();
        found.extend(entries::judge(
            world,
            moment.facts.author.time,
            by,
            context.added,
        ));
    }
    if moment.id.is_some() && is_readable {
        let author = author.ok();
        found.extend(ring.judge(repository, world, &moment.facts, author, context.steps)?);
    }
    if is_readable {
        found.extend(commit::dates(
            world,
            &moment.facts,
            &moment.parent_times,
            context.now,
            context.steps,
        ));
    }
    if moment.id.is_some() {
        let clues: Vec<&str> = moment.clues.keys().map(String::as_str).collect();
        found.extend(commit::trailers(
            world,
            &moment.facts,
            context.steps,
            &clues,
        ));
    }
    found.extend(commit::squashed(context.steps));
    found.extend(beside::strangers(moment));
    if moment.is_merge() {
        found.extend(beside::taken_back(&moment.others));
    }
    let entry = |id: ObjectId| {
        let bytes = repository.blob(id, 1_000).ok()?.ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    let bears = |clue: &str, number: &str| {
        let numbers = context.numbers.get(clue).into_iter().flatten();
        numbers.into_iter().any(|own| own == number)
    };
    let is_ancestor = |other: usize| {
        let other = moments.get(other).and_then(|other| other.id);
        let own = moment.id.or(moment.facts.parents.first().copied());
        match (other, own) {
            (Some(other), Some(own)) => repository.is_ancestor(other, own).unwrap_or(true),
            _ => true,
        }
    };
    found.extend(beside::register(
        moment,
        context.steps,
        &entry,
        &bears,
        given,
        &is_ancestor,
    ));
    Ok(found)
}

/// Commits that rest on nothing, but for the one with which the history begins: that is where the first parents lead from
/// the newest commit. Who joins another history to this one brings rules and people of their own.
fn second_beginnings(
    moments: &[Moment],
    places: &HashMap<ObjectId, usize>,
    begins: bool,
) -> Vec<usize> {
    let mut first = moments.last();
    while let Some(parent) = first.and_then(|moment| moment.facts.parents.first()) {
        first = places.get(parent).map(|place| &moments[*place]);
    }
    let first = first.filter(|_| begins).map(|moment| moment.index);
    moments
        .iter()
        .filter(|moment| moment.facts.parents.is_empty() && Some(moment.index) != first)
        .filter(|moment| !moment.clues.is_empty() || !moment.others.is_empty())
        .map(|moment| moment.index)
        .collect()
}

/// Every clue's way: the commits that change it, in the order of history.
fn ways(moments: &[Moment]) -> Vec<(&String, Vec<usize>)> {
    let mut ways: BTreeMap<&String, Vec<usize>> = BTreeMap::new();
    for moment in moments {
        for clue in moment.clues.keys() {
            ways.entry(clue).or_default().push(moment.index);
        }
    }
    ways.into_iter().collect()
}
