//! What is known of a folder while it is watched: the verdict of every clue, and what is beside them. Each is judged anew
//! when it changed, by itself and with what is tied to it by a number. It knows no events and waits for nothing.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::builtin;
use crate::case::{Case, folder_of, id_of};
use crate::check::{
    check_entry, check_loaded, check_world, clue_folders, entry_clue, entry_name, entry_path,
    numbers_in,
};
use crate::clock::clocks;
use crate::diagnostic::{Code, Diagnostic, any_error, sort};
use crate::due::{Item, items};
use crate::files::{DiskFiles, FileKind, Files, SeenFiles, Sight, join, mark, parent};
use crate::time::Timestamp;
use crate::watch::Told;
use crate::world::{MAXIMUM_RECORD, World};

/// How long a file that belongs to no record is taken to be somebody's save under way.
const YOUNG: Duration = Duration::from_millis(300);

/// How long a clue that came without a card is taken to be one that is just being collected.
const DRAFT: Duration = Duration::from_secs(1);

/// What is thought of one clue.
#[derive(Debug)]
pub struct Verdict {
    pub id: String,
    pub number: Option<String>,
    pub state: Option<String>,
    /// Its title, and the key of the person responsible for it; none before it was collected.
    pub title: Option<String>,
    pub responsible: Option<String>,
    /// How many steps were taken.
    steps: usize,
    /// The keys of the steps that were taken since it was judged before.
    pub taken: Vec<String>,
    /// In a final state nothing is expected to change any more.
    pub is_closed: bool,
    /// In the order of places.
    pub findings: Vec<Diagnostic>,
    /// Its open deadlines.
    pub items: Vec<Item>,
    /// Whether the clue, or the rules, changed since, and it could not be judged anew.
    pub is_stale: bool,
    /// Whether a file was passed over that belongs nowhere and came a moment ago: it may be somebody's save.
    is_held: bool,
    /// Clues that its records name, by id or number.
    named: Vec<String>,
    /// Names of its entries in the register.
    numbers: Vec<String>,
    sight: Sight,
}

impl Verdict {
    /// Whether somebody is just saving a file of it, so that it is to be judged again.
    pub(super) fn is_under_way(&self) -> bool {
        self.sight.is_under_way || self.is_held
    }

    /// Whether nothing is wrong with the clue.
    pub fn is_valid(&self) -> bool {
        !any_error(&self.findings)
    }
}

/// Everything that is known of a folder.
pub struct State {
    files: DiskFiles,
    world: Option<World>,
    /// What tells the files of the rules from others.
    rules: u64,
    /// What is wrong with organisation, rulebook, schemas and calendar.
    pub world_findings: Vec<Diagnostic>,
    /// Whether the rules cannot be used; the verdicts are those from before.
    pub is_broken: bool,
    /// By folder.
    pub clues: BTreeMap<String, Verdict>,
    /// What is wrong beside the clues: entries of the register, and what lies where nothing may.
    pub beside: BTreeMap<String, Vec<Diagnostic>>,
    /// The clue that each entry of the register names, and what tells whether the entry changed.
    entries: BTreeMap<String, (Option<String>, Option<u64>)>,
    /// Clues that came with a form and no card, and when that was seen.
    drafts: BTreeMap<String, Instant>,
    /// Those of them that are to be judged again, because they may become more in a moment.
    pub(super) held: BTreeSet<String>,
    now: Timestamp,
}

impl State {
    /// Knows nothing yet.
    pub(super) fn new(files: DiskFiles, now: Timestamp) -> Self {
        Self {
            files,
            world: None,
            rules: 0,
            world_findings: Vec::new(),
            is_broken: false,
            clues: BTreeMap::new(),
            beside: BTreeMap::new(),
            entries: BTreeMap::new(),
            drafts: BTreeMap::new(),
            held: BTreeSet::new(),
            now,
        }
    }

    /// The rules by which clues are judged; none where there are none that could be used yet.
    pub fn world(&self) -> Option<&World> {
        self.world.as_ref()
    }

    /// The files of the folder.
    pub fn files(&self) -> &DiskFiles {
        &self.files
    }

    /// The folder.
    pub fn root(&self) -> PathBuf {
        self.files.root().to_owned()
    }

    /// Sets the moment as of which deadlines are counted that are counted from now on.
    pub(super) fn since(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// A moment on the organisation's clock, as far as it is known.
    pub(super) fn on_the_clock(&self, now: Timestamp) -> Timestamp {
        let world = self.world.as_ref();
        world.map_or(now, |world| now.in_zone(world.calendar.zone()))
    }

    /// Sets the moment as of which deadlines are looked at, and counts all of them anew.
    pub(super) fn at(&mut self, now: Timestamp) {
        self.now = now;
        if let Some(world) = &self.world {
            let now = now.in_zone(world.calendar.zone());
            for item in self.clues.values_mut().flat_map(|clue| &mut clue.items) {
                item.standing = item.clock.standing(&world.calendar, now);
            }
        }
    }

    /// Reads the rules, and everything that is judged by them; `live` is told of each clue that is not closed as soon as it
    /// is judged. It ends early where it is to stop.
    pub(super) fn begin(&mut self, live: &(dyn Fn(&str) + Sync), is_stopped: &AtomicBool) {
        self.load_rules();
        let (folders, misplaced) = clue_folders(&self.files);
        self.set_misplaced(misplaced);
        let judged: Vec<Option<Verdict>> = folders
            .par_iter()
            .map(|folder| {
                if is_stopped.load(Ordering::Relaxed) {
                    return None;
                }
                let verdict = self.judge(folder)?;
                if !verdict.is_closed {
                    live(folder);
                }
                Some(verdict)
            })
            .collect();
        let judged = folders.into_iter().zip(judged);
        self.clues = judged
            .filter_map(|(folder, verdict)| Some((folder, verdict?)))
            .collect();
        self.look_at_entries(&mut Vec::new());
    }

    /// Looks whether the rules changed, and judges everything anew where they did.
    pub(super) fn rules(&mut self, told: &mut Vec<Told>) {
        if !self.load_rules() {
            return;
        }
        told.push(Told::World);
        if self.is_broken {
            for verdict in self.clues.values_mut() {
                verdict.is_stale = true;
            }
            return;
        }
        let folders: Vec<String> = self.clues.keys().cloned().collect();
        self.judge_all(&folders, told);
        // What could not be judged before has no verdict yet.
        self.places(told);
    }

    /// Looks whether anything changed; what did not is not opened.
    pub(super) fn look(&mut self, told: &mut Vec<Told>) {
        self.rules(told);
        self.places(told);
        let changed: Vec<String> = self
            .clues
            .par_iter()
            .filter(|(folder, verdict)| {
                verdict.is_stale || !verdict.sight.is_still(&self.files, folder)
            })
            .map(|(folder, _)| folder.clone())
            .collect();
        self.judge_all(&changed, told);
        self.look_at_entries(told);
    }

    /// Looks which clues there are, and what lies beside them in `clues/`.
    pub(super) fn places(&mut self, told: &mut Vec<Told>) {
        let (folders, misplaced) = clue_folders(&self.files);
        for path in self.set_misplaced(misplaced) {
            told.push(Told::Beside(path));
        }
        let there: BTreeSet<&String> = folders.iter().collect();
        let gone: Vec<String> = self
            .clues
            .keys()
            .filter(|folder| !there.contains(folder))
            .cloned()
            .collect();
        let new: Vec<String> = folders
            .iter()
            .filter(|folder| !self.clues.contains_key(*folder))
            .cloned()
            .collect();
        self.judge_all(&new, told);
        for folder in gone {
            self.clue(&folder, told);
        }
    }

    /// Judges a clue anew.
    pub(super) fn clue(&mut self, folder: &str, told: &mut Vec<Told>) {
        let verdict = self.judge(folder);
        self.take(folder, verdict, told);
    }

    /// Judges an entry of the register anew, and the clues that it named and names.
    pub(super) fn entry(&mut self, path: &str, told: &mut Vec<Told>) {
        let clue = entry_clue(&self.files, path);
        let kind = self.files.kind(path);
        let is_there = !matches!(kind, Ok(None));
        if matches!(kind, Ok(Some(FileKind::Folder)))
            || !is_there && !self.entries.contains_key(path)
        {
            // A folder came or went, with all that lies in it.
            self.look_at_entries(told);
            return;
        }
        let before = if is_there {
            let known = (clue.clone(), mark(&self.files, path));
            self.entries.insert(path.to_owned(), known)
        } else {
            self.entries.remove(path)
        };
        let before = before.map(|(clue, _)| clue);
        self.judge_entry(path, told);
        if before.as_ref() != Some(&clue) {
            let mut clues: BTreeSet<String> =
                [before.flatten(), clue].into_iter().flatten().collect();
            clues.extend(self.naming(path.rsplit('/').next().unwrap_or(path)));
            for folder in clues.iter().filter_map(|id| folder_of(id)) {
                if self.clues.contains_key(&folder) {
                    self.clue(&folder, told);
                }
            }
        }
    }

    /// Gives what is wrong with it where it was not known.
    fn judge_entry(&mut self, path: &str, told: &mut Vec<Told>) {
        let found = check_entry(&self.files, path, &|folder| self.numbers_of(folder));
        self.set_beside(path, found, told);
    }

    fn numbers_of(&self, folder: &str) -> Vec<String> {
        match self.clues.get(folder) {
            Some(verdict) => verdict.numbers.clone(),
            None => numbers_in(&self.files, folder),
        }
    }

    /// The ids of the clues whose records name a clue, by its id or number.
    fn naming(&self, name: &str) -> Vec<String> {
        let clues = self.clues.values();
        clues
            .filter(|verdict| verdict.named.iter().any(|named| entry_name(named) == name))
            .map(|verdict| verdict.id.clone())
            .collect()
    }

    fn set_beside(&mut self, path: &str, found: Vec<Diagnostic>, told: &mut Vec<Told>) {
        if self.beside.get(path).map_or(&[][..], Vec::as_slice) == found.as_slice() {
            return;
        }
        if found.is_empty() {
            self.beside.remove(path);
        } else {
            self.beside.insert(path.to_owned(), found);
        }
        told.push(Told::Beside(path.to_owned()));
    }

    /// Gives the paths of which something else is known now.
    fn set_misplaced(&mut self, misplaced: Vec<Diagnostic>) -> Vec<String> {
        let is_entry = |path: &str| path.starts_with("register/");
        let mut now: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
        for one in misplaced {
            now.entry(one.place.path.clone()).or_default().push(one);
        }
        let paths: BTreeSet<String> = self.beside.keys().chain(now.keys()).cloned().collect();
        let paths = paths.into_iter().filter(|path| !is_entry(path));
        let changed: Vec<String> = paths
            .filter(|path| self.beside.get(path) != now.get(path))
            .collect();
        self.beside.retain(|path, _| is_entry(path));
        self.beside.extend(now);
        changed
    }

    /// Judges several clues at once, and then takes their verdicts one by one.
    fn judge_all(&mut self, folders: &[String], told: &mut Vec<Told>) {
        let judged: Vec<Option<Verdict>> = folders
            .par_iter()
            .map(|folder| self.judge(folder))
            .collect();
        for (folder, verdict) in folders.iter().zip(judged) {
            self.take(folder, verdict, told);
        }
    }

    fn take(&mut self, folder: &str, verdict: Option<Verdict>, told: &mut Vec<Told>) {
        let before = self.clues.remove(folder);
        let had_card = before
            .as_ref()
            .is_some_and(|verdict| verdict.state.is_some());
        let has_card = verdict
            .as_ref()
            .is_some_and(|verdict| verdict.state.is_some());
        let mut tied: BTreeSet<String> = BTreeSet::new();
        for one in before.iter().chain(&verdict) {
            tied.extend(one.numbers.iter().filter_map(|number| entry_path(number)));
        }
        let is_there = matches!(self.files.kind(folder), Ok(Some(FileKind::Folder)));
        match (verdict, before) {
            // But for what is passed over it says what was said before: what it is will show in a moment.
            (Some(verdict), Some(mut before))
                if verdict.is_held
                    && before.findings == verdict.findings
                    && before.steps == verdict.steps
                    && !before.is_stale =>
            {
                before.is_held = true;
                self.clues.insert(folder.to_owned(), before);
            }
            // `clue new` writes the form, and a moment later takes the first step.
            (Some(verdict), None)
                if verdict.state.is_none()
                    && self
                        .drafts
                        .entry(folder.to_owned())
                        .or_insert_with(Instant::now)
                        .elapsed()
                        < DRAFT =>
            {
                self.held.insert(folder.to_owned());
            }
            (Some(verdict), before) => {
                self.drafts.remove(folder);
                let is_same = before.is_some_and(|before| {
                    before.sight.is_same(&verdict.sight)
                        && before.findings == verdict.findings
                        && !before.is_stale
                });
                self.clues.insert(folder.to_owned(), verdict);
                if !is_same {
                    told.push(Told::Clue(folder.to_owned()));
                }
            }
            // The rules are broken: what was thought of it stays, and is marked.
            (None, Some(mut before)) if is_there => {
                let is_news = !before.is_stale;
                before.is_stale = true;
                self.clues.insert(folder.to_owned(), before);
                if is_news {
                    told.push(Told::Clue(folder.to_owned()));
                }
            }
            (None, Some(_)) => told.push(Told::Gone(folder.to_owned())),
            (None, None) => {
                self.drafts.remove(folder);
            }
        }
        for path in tied {
            self.judge_entry(&path, told);
        }
        if had_card != has_card
            && let Some(id) = id_of(folder)
        {
            for other in self.naming(id).iter().filter_map(|id| folder_of(id)) {
                if other != folder {
                    self.clue(&other, told);
                }
            }
        }
    }

    /// None where nothing is there, or there are no rules to judge by.
    fn judge(&self, folder: &str) -> Option<Verdict> {
        let world = self.world.as_ref().filter(|_| !self.is_broken)?;
        if !matches!(self.files.kind(folder), Ok(Some(FileKind::Folder))) {
            return None;
        }
        let seen = SeenFiles::new(&self.files, folder);
        let (case, found) = Case::load(&seen, world, folder);
        let mut findings = check_loaded(&seen, world, &case, found);
        let whole = findings.len();
        findings.retain(|one| one.code != Code::FileUnknown || !is_young(&self.files, one));
        let is_held = findings.len() < whole;
        sort(&mut findings);
        let mut named = Vec::new();
        for record in case
            .card_record
            .iter()
            .chain(case.records.values().flatten())
        {
            let references = record.references(world).iter();
            let clues = references.filter(|reference| reference.what == "clue");
            named.extend(clues.map(|reference| reference.name.clone()));
        }
        let card = case.card.as_ref();
        let state = card.map(|card| card.state.clone());
        let declared = state
            .as_ref()
            .and_then(|state| world.rulebook.states.get(state));
        let is_closed = declared.is_some_and(|state| state.is_final);
        let items = if card.is_some() && !is_closed {
            let (clocks, _) = clocks(world, &case, &case.scope(world));
            items(
                world,
                &case,
                clocks,
                self.now.in_zone(world.calendar.zone()),
            )
        } else {
            Vec::new()
        };
        let numbers = card.map_or_else(Vec::new, |card| {
            let aliases = card.aliases.iter().flatten();
            let own = card.number.iter().chain(&card.archive_number);
            own.chain(aliases)
                .map(|number| entry_name(number))
                .collect()
        });
        let trail = card.map_or(&[][..], |card| &card.trail);
        let before = self.clues.get(folder).map(|before| before.steps);
        let before = before.or_else(|| self.drafts.contains_key(folder).then_some(0));
        // A card that is missing for a while takes no steps back.
        let steps = match card {
            Some(_) => trail.len(),
            None => before.unwrap_or(0),
        };
        let before = before.unwrap_or(steps);
        let taken = trail.iter().skip(before);
        let taken = taken.map(|entry| entry.step.clone()).collect();
        Some(Verdict {
            id: case.id.clone(),
            number: card.and_then(|card| card.number.clone()),
            state,
            title: card.map(|card| card.title.clone()),
            responsible: card.map(|card| card.responsible.clone()),
            steps,
            taken,
            is_closed,
            is_held,
            findings,
            items,
            is_stale: false,
            named,
            numbers,
            sight: seen.sight(),
        })
    }

    /// Reads the rules where their files are not what they were; gives whether that was so.
    fn load_rules(&mut self) -> bool {
        let rules = self.rules_as_they_are();
        if rules == self.rules {
            return false;
        }
        self.rules = rules;
        let (world, found) = World::load(&self.files, builtin::files());
        self.world_findings = found;
        self.is_broken = world.is_none();
        if let Some(world) = world {
            self.world_findings.extend(check_world(&self.files, &world));
            self.world = Some(world);
        }
        sort(&mut self.world_findings);
        true
    }

    fn rules_as_they_are(&self) -> u64 {
        let mut paths = vec!["organisation.yaml".to_owned(), "workflow.yaml".to_owned()];
        for folder in ["schema", "calendar"] {
            let walked = self.files.walk(folder).unwrap_or_default();
            paths.extend(walked.into_iter().map(|(path, _)| path));
        }
        let mut hasher = DefaultHasher::new();
        for path in paths {
            let bytes = self.files.read(&path, MAXIMUM_RECORD);
            (path, bytes.ok().flatten()).hash(&mut hasher);
        }
        // Nothing is known before the first time.
        hasher.finish().max(1)
    }

    /// Judges every entry of the register that may have changed.
    fn look_at_entries(&mut self, told: &mut Vec<Told>) {
        let walked = self.files.walk("register").unwrap_or_default();
        let paths: BTreeSet<String> = walked.into_iter().map(|(path, _)| path).collect();
        let changed: Vec<(String, Option<u64>)> = paths
            .par_iter()
            .map(|path| (path.clone(), mark(&self.files, path)))
            .filter(|(path, mark)| {
                let known = self.entries.get(path);
                mark.is_none() || known.is_none_or(|(_, known)| known != mark)
            })
            .collect();
        let judged: Vec<(Option<String>, Vec<Diagnostic>)> = changed
            .par_iter()
            .map(|(path, _)| {
                let found = check_entry(&self.files, path, &|folder| self.numbers_of(folder));
                (entry_clue(&self.files, path), found)
            })
            .collect();
        let is_first = self.entries.is_empty();
        for ((path, mark), (clue, found)) in changed.into_iter().zip(judged) {
            let before = self.entries.insert(path.clone(), (clue.clone(), mark));
            self.set_beside(&path, found, told);
            if !is_first && before.map(|(clue, _)| clue) != Some(clue) {
                self.entries.remove(&path);
                self.entry(&path, told);
            }
        }
        let gone: Vec<String> = self
            .entries
            .keys()
            .filter(|path| !paths.contains(*path))
            .cloned()
            .collect();
        for path in gone {
            self.entry(&path, told);
        }
    }
}

/// Whether the file that a finding is about came or changed a moment ago, or is gone already.
fn is_young(files: &DiskFiles, found: &Diagnostic) -> bool {
    let full = files.root().join(&found.place.path);
    let Ok(metadata) = std::fs::symlink_metadata(full) else {
        return true;
    };
    let since = metadata.modified().ok();
    // What is younger than now by another machine's clock is as old as can be.
    let age = since.and_then(|since| since.elapsed().ok());
    age.is_some_and(|age| age < YOUNG)
}

/// The folders of dates, and `clues` itself, that are there.
pub(super) fn date_folders(files: &DiskFiles) -> Vec<String> {
    let mut folders = Vec::new();
    let mut level = vec!["clues".to_owned()];
    for _ in 0..3 {
        let mut below = Vec::new();
        for folder in level {
            let Ok(entries) = files.list(&folder) else {
                continue;
            };
            if parent(&folder).matches('/').count() == 0 {
                let inner = entries
                    .iter()
                    .filter(|entry| entry.kind == FileKind::Folder);
                below.extend(inner.map(|entry| join(&folder, &entry.name)));
            }
            folders.push(folder);
        }
        level = below;
    }
    folders
}
