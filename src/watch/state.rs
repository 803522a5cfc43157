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
use crate::case::{folder_of, id_of};
use crate::check::{check_world, clue_folders, entry_path};
use crate::diagnostic::{Diagnostic, sort};
use crate::files::{DiskFiles, FileKind, Files, join, parent};
use crate::time::Timestamp;
use crate::watch::Told;
use crate::watch::verdict::Verdict;
use crate::world::{MAXIMUM_RECORD, World};

/// How long a clue that came without a card is taken to be one that is just being collected.
const DRAFT: Duration = Duration::from_secs(1);

/// Everything that is known of a folder.
pub struct State {
    pub(super) files: DiskFiles,
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
    pub(super) entries: BTreeMap<String, (Option<String>, Option<u64>)>,
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
        let before = self.clues.get(folder).map(|before| before.steps);
        let before = before.or_else(|| self.drafts.contains_key(folder).then_some(0));
        Verdict::of(&self.files, world, folder, before, self.now)
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
