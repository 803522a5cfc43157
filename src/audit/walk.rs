//! One clue's way through history: every commit that changes it, judged one after the other.
//! Each record's bytes are read and parsed once on the way, under one rulebook.

use std::collections::HashMap;
use std::sync::Arc;

use crate::audit::entries::{self, Added};
use crate::audit::moment::Moment;
use crate::audit::{crossing, merging};
use crate::case::{Case, RecordCache, folder_of};
use crate::check::{check_loaded, entry_name};
use crate::diagnostic::{Code, Diagnostic, Place, Severity, sort};
use crate::files::{FileKind, Files, FolderEntry, ReadError, SharedRepository, TreeFiles};
use crate::git::{GitError, ObjectId};
use crate::time::Timestamp;
use crate::world::World;

/// A step that a commit took.
#[derive(Clone, Debug)]
pub(super) struct StepTaken {
    pub(super) clue: String,
    pub(super) step: String,
    pub(super) by: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) at: Option<Timestamp>,
    pub(super) number_before: Option<String>,
    pub(super) place: Place,
}

/// By which rulebook a commit is judged, and by which the clues that it leaves.
#[derive(Clone)]
pub(super) struct InForce {
    /// Whether some parent has a rulebook; where none has, this commit brings the first.
    pub(super) is_governed: bool,
    pub(super) before: Option<Arc<World>>,
    pub(super) after: Option<Arc<World>>,
}

pub(super) struct Verdict {
    pub(super) clue: String,
    pub(super) moment: usize,
    pub(super) found: Vec<Diagnostic>,
    pub(super) step: Option<StepTaken>,
    pub(super) added: Vec<Added>,
    /// The entries that the clue has in the registers, by name.
    pub(super) numbers: Vec<String>,
}

/// A clue as it was read, with what reading it said.
struct Loaded {
    case: Case,
    found: Vec<Diagnostic>,
}

/// What tells whether two clues are the same under the same rules.
type Under = (Option<ObjectId>, usize);

/// One clue's way through history.
pub(super) struct Walk<'a> {
    repository: &'a SharedRepository,
    moments: &'a [Moment],
    in_force: &'a [InForce],
    loaded: HashMap<Under, Arc<Loaded>>,
    /// Records by what their bytes are: most stay the same from commit to commit.
    records: RecordCache,
    standing: HashMap<Under, Vec<Diagnostic>>,
}

impl<'a> Walk<'a> {
    /// Begins a way.
    pub(super) fn new(
        repository: &'a SharedRepository,
        moments: &'a [Moment],
        in_force: &'a [InForce],
    ) -> Self {
        Self {
            repository,
            moments,
            in_force,
            loaded: HashMap::new(),
            records: RecordCache::default(),
            standing: HashMap::new(),
        }
    }

    /// Judges every change of the clue, the oldest first.
    pub(super) fn judge(mut self, clue: &str, way: &[usize]) -> Result<Vec<Verdict>, GitError> {
        let mut verdicts = Vec::new();
        for &index in way {
            verdicts.extend(self.one(clue, index)?);
        }
        Ok(verdicts)
    }

    fn one(&mut self, clue: &str, index: usize) -> Result<Option<Verdict>, GitError> {
        let moments = self.moments;
        let moment = &moments[index];
        let change = &moment.clues[clue];
        let force = self.in_force[index].clone();
        let (Some(before_world), Some(after_world)) = (force.before, force.after) else {
            return Ok(None);
        };
        let Some(folder) = folder_of(clue) else {
            return Ok(None);
        };
        let mut files = self.files(&folder, moment.top, change.after)?;
        if moment.register.is_some() {
            files.register = Some(self.tree(moment.register)?);
        }
        let mut verdict = Verdict {
            clue: clue.to_owned(),
            moment: index,
            found: Vec::new(),
            step: None,
            added: Vec::new(),
            numbers: Vec::new(),
        };
        let parents: Vec<Option<ObjectId>> = if change.parents.is_empty() {
            vec![None]
        } else {
            change.parents.clone()
        };
        if moment.is_merge() {
            // The side that alone changed it is what a merge takes: nothing of its own.
            let inherited = change.parents.contains(&change.after);
            let others_unchanged = change
                .parents
                .iter()
                .all(|parent| *parent == change.after || change.bases.contains(parent));
            if inherited && others_unchanged && !change.bases.contains(&change.after) {
                return Ok(None);
            }
        }
        let after = self.load(&files, &before_world, &folder, change.after);
        let mut olds = Vec::new();
        for (side, tree) in parents.iter().enumerate() {
            let top = moment.parent_tops.get(side).copied().flatten();
            let files = self.files(&folder, top, *tree)?;
            let old = self.load(&files, &before_world, &folder, *tree);
            olds.push((files, old, *tree));
        }
        if moment.is_merge() {
            let cases: Vec<&Case> = olds.iter().map(|(_, old, _)| &old.case).collect();
            let mut bases = Vec::new();
            for tree in &change.bases {
                let files = self.files(&folder, None, *tree)?;
                bases.push(self.load(&files, &before_world, &folder, *tree));
                files.intact()?;
            }
            let bases: Vec<&Case> = bases.iter().map(|base| &base.case).collect();
            verdict
                .found
                .extend(merging::merged(&before_world, &bases, &cases, &after.case));
        } else if let Some((files, old, _)) = olds.first() {
            let (found, step) = crossing(&before_world, files, &old.case, &after.case);
            verdict.found.extend(found);
            let (added, found) = entries::added(&before_world, &old.case, &after.case);
            verdict.found.extend(found);
            verdict.added = added;
            verdict.step = step.map(|entry| taken(&after.case, entry));
        }
        // Nobody is at fault for what a damaged repository does not give.
        files.intact()?;
        for (files, ..) in &olds {
            files.intact()?;
        }
        // What stands wrong now and did not before.
        let mut known = Vec::new();
        for (files, _, tree) in &olds {
            let old = self.stands(files, &after_world, &folder, *tree);
            known.extend(old.iter().map(fingerprint));
        }
        let stands = self.stands(&files, &after_world, &folder, change.after);
        files.intact()?;
        let new = stands
            .into_iter()
            .filter(|one| !known.contains(&fingerprint(one)));
        let told: Vec<Place> = verdict.found.iter().map(|one| one.place.clone()).collect();
        for finding in new {
            // The number that the register lacks or gives to another is told with the commit's register.
            if finding.code == Code::TrailBroken && told.contains(&finding.place) {
                continue;
            }
            verdict.found.push(finding);
        }
        verdict.numbers = after.case.card.as_ref().map_or_else(Vec::new, |card| {
            let numbers = card.number.iter().chain(&card.archive_number);
            numbers.map(|number| entry_name(number)).collect()
        });
        Ok(Some(verdict))
    }

    fn tree(&self, id: Option<ObjectId>) -> Result<TreeFiles, GitError> {
        TreeFiles::of_tree(Arc::clone(self.repository), id, "")
    }

    fn files<'f>(
        &self,
        folder: &'f str,
        top: Option<ObjectId>,
        clue: Option<ObjectId>,
    ) -> Result<ClueFiles<'f>, GitError> {
        Ok(ClueFiles {
            folder,
            clue: self.tree(clue)?,
            register: None,
            others: self.tree(top)?,
        })
    }

    fn load(
        &mut self,
        files: &dyn Files,
        world: &Arc<World>,
        folder: &str,
        tree: Option<ObjectId>,
    ) -> Arc<Loaded> {
        let under = (tree, Arc::as_ptr(world) as usize);
        if let Some(known) = self.loaded.get(&under) {
            return Arc::clone(known);
        }
        let (case, found) = match tree {
            Some(_) => Case::load_with(files, world, folder, &self.records),
            None => (Case::empty(folder), Vec::new()),
        };
        let loaded = Arc::new(Loaded { case, found });
        self.loaded.insert(under, Arc::clone(&loaded));
        loaded
    }

    /// What is wrong with the clue as it stands, by a rulebook.
    fn stands(
        &mut self,
        files: &dyn Files,
        world: &Arc<World>,
        folder: &str,
        tree: Option<ObjectId>,
    ) -> Vec<Diagnostic> {
        if tree.is_none() {
            return Vec::new();
        }
        let under = (tree, Arc::as_ptr(world) as usize);
        if let Some(known) = self.standing.get(&under) {
            return known.clone();
        }
        let loaded = self.load(files, world, folder, tree);
        let mut found = check_loaded(files, world, &loaded.case, loaded.found.clone());
        found.retain(|found| found.severity == Severity::Error);
        sort(&mut found);
        self.standing.insert(under, found.clone());
        found
    }
}

/// A commit's files, of which one clue's tree is known already: the way down to it is not gone again for every file.
struct ClueFiles<'a> {
    folder: &'a str,
    clue: TreeFiles,
    /// The register of numbers, where it is known too.
    register: Option<TreeFiles>,
    others: TreeFiles,
}

/// Where the entries of the register lie.
const REGISTER: &str = "register/";

impl ClueFiles<'_> {
    /// Fails where git could not give an object that was asked for.
    fn intact(&self) -> Result<(), GitError> {
        self.clue.intact()?;
        if let Some(register) = &self.register {
            register.intact()?;
        }
        self.others.intact()
    }

    /// Where a path is to be looked for, and under which name.
    fn at<'p>(&self, path: &'p str) -> (&TreeFiles, &'p str) {
        match path.strip_prefix(self.folder) {
            Some("") => (&self.clue, ""),
            Some(rest) => match rest.strip_prefix('/') {
                Some(inner) => (&self.clue, inner),
                None => (&self.others, path),
            },
            None => match (&self.register, path.strip_prefix(REGISTER)) {
                (Some(register), Some(inner)) => (register, inner),
                _ => (&self.others, path),
            },
        }
    }
}

impl Files for ClueFiles<'_> {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Arc<[u8]>>, ReadError> {
        let (files, path) = self.at(path);
        files.read(path, limit)
    }

    fn list(&self, folder: &str) -> Result<Vec<FolderEntry>, ReadError> {
        let (files, folder) = self.at(folder);
        files.list(folder)
    }

    fn kind(&self, path: &str) -> Result<Option<FileKind>, ReadError> {
        let (files, path) = self.at(path);
        files.kind(path)
    }

    fn identity(&self, path: &str) -> Option<[u8; 20]> {
        let (files, path) = self.at(path);
        files.identity(path)
    }

    fn walk(&self, folder: &str) -> Result<Vec<(String, FileKind)>, ReadError> {
        let (files, inner) = self.at(folder);
        let mut found = files.walk(inner)?;
        // Below a tree that is known by itself, paths begin there.
        let before = &folder[..folder.len() - inner.len()];
        for (path, _) in &mut found {
            let slash = if before.is_empty() || before.ends_with('/') {
                ""
            } else {
                "/"
            };
            *path = format!("{before}{slash}{path}");
        }
        Ok(found)
    }
}

fn taken(case: &Case, entry: &crate::record::TrailEntry) -> StepTaken {
    let record = case.card_record.as_ref();
    let trail = record.and_then(|record| record.value.get("trail")?.as_array());
    let index = trail.map_or(0, |trail| trail.len().saturating_sub(1));
    let number_before = trail
        .and_then(|trail| trail.last())
        .and_then(|entry| entry.get("number_before")?.as_str().map(str::to_owned));
    StepTaken {
        clue: case.id.clone(),
        step: entry.step.clone(),
        by: entry.by.clone(),
        from: entry.from.clone().unwrap_or_else(|| "none".to_owned()),
        to: entry.to.clone(),
        at: Timestamp::parse(&entry.at),
        number_before,
        place: record.map_or_else(
            || Place::file(&case.folder),
            |record| record.place(&format!("/trail/{index}")),
        ),
    }
}

/// What makes two findings the same, wherever in the file they stand now.
pub(super) fn fingerprint(found: &Diagnostic) -> (Code, String, String) {
    let message = found.message.en.clone();
    (found.code, found.place.path.clone(), message)
}
