//! What is judged when: the batch that is due, everything from time to time, and what a move of HEAD brought.
//! It commits nothing.

use std::time::Instant;

use crate::case::id_of;
use crate::check::Concern;
use crate::engine::Engine;
use crate::git::Repository;
use crate::watch::verdict::Verdict;
use crate::watch::{FULL_LOOK, GIT_REST, LONGEST_GIT, LONGEST_STEP, TRY_AGAIN, Told, Watch, Why};

impl Watch<'_> {
    /// Judges what is due.
    pub(super) fn judge(&mut self, told: &mut Vec<Told>) {
        let now = Instant::now();
        if let Some(poll) = self.options.poll
            && now >= self.looked + poll
        {
            self.look(told);
        } else if now >= self.looked + FULL_LOOK {
            self.look(told);
        }
        // A checkout is one change, and not thousands.
        if self.git_is_working() {
            self.batch.postpone(now, LONGEST_GIT);
        }
        // A step's files are judged when all of them, and its commit, are in their place.
        if self.is_being_published() {
            self.batch.hold(now, LONGEST_STEP);
        }
        let ready = self.batch.take(now);
        if ready.everything {
            if !told.iter().any(|one| matches!(one, Told::Look(_))) {
                told.push(Told::Look(Why::Many));
            }
            self.look(told);
            told.push(Told::Looked);
        }
        for concern in &ready.concerns {
            let before = told.len();
            match concern {
                Concern::World => self.state.rules(told),
                Concern::Place(path) => {
                    self.watch_dates(told);
                    self.state.places(told);
                    if path == "register" {
                        if self.root.join(path).is_dir() {
                            self.watch(path, true, told);
                        }
                        self.state.entry(path, told);
                    }
                }
                Concern::Clue(folder) => {
                    if self.anew.remove(folder) {
                        // It is watched before it is read, and read again: what came in between told nobody.
                        self.watch_clue(folder, told);
                        self.batch.again(concern, now);
                    }
                    self.state.clue(folder, told);
                    let verdict = self.state.clues.get(folder);
                    if verdict.is_some_and(Verdict::is_under_way) {
                        self.batch.again(concern, now);
                    }
                }
                Concern::Entry(path) => {
                    if self.anew.remove(path) {
                        self.batch.again(concern, now);
                    }
                    self.state.entry(path, told);
                }
                Concern::Nothing => {}
            }
            for folder in self.after(before, told, now) {
                self.batch.again(&Concern::Clue(folder), now);
            }
        }
        for folder in std::mem::take(&mut self.state.held) {
            self.batch.again(&Concern::Clue(folder), now);
        }
        for one in told.iter() {
            if let Told::Clue(folder) = one
                && self
                    .state
                    .clues
                    .get(folder)
                    .is_some_and(Verdict::is_under_way)
            {
                self.batch.again(&Concern::Clue(folder.clone()), now);
            }
        }
    }

    /// Looks at everything.
    pub(super) fn look(&mut self, told: &mut Vec<Told>) {
        self.watch_dates(told);
        if self.notice.is_some() && self.root.join("register").is_dir() {
            self.watch("register", true, told);
        }
        for folder in std::mem::take(&mut self.anew) {
            if id_of(&folder).is_some() {
                self.watch_clue(&folder, told);
            }
        }
        // What came before it was watched told nobody; whoever brings ever more is followed later.
        for _ in 0..3 {
            let from = told.len();
            self.state.look(told);
            for one in &told[from..] {
                if let Told::Clue(folder) = one {
                    self.watched.remove(folder);
                }
            }
            if self.after(from, told, Instant::now()).is_empty() {
                break;
            }
            self.watch_dates(told);
        }
        if self.notice.is_none() {
            // Nothing tells of git's folder either.
            self.git.get_or_insert(Instant::now());
        }
        self.looked = Instant::now();
    }

    /// What follows from what was judged: what is to be watched, and which edits there are. Gives the clues that are watched
    /// only from now on.
    pub(super) fn after(&mut self, from: usize, told: &mut Vec<Told>, now: Instant) -> Vec<String> {
        let mut anew = Vec::new();
        let news = told[from..].to_vec();
        for one in news {
            match one {
                Told::Clue(folder) => {
                    let verdict = self.state.clues.get(&folder);
                    let is_live = verdict.is_some_and(|verdict| !verdict.is_closed);
                    if is_live && self.notice.is_some() && !self.watched.contains(&folder) {
                        self.watch_clue(&folder, told);
                        anew.push(folder.clone());
                    } else if !is_live && self.watched.contains(&folder) {
                        self.forget(&folder);
                    }
                    // A card that is missing may have been committed.
                    match self.state.clues.get(&folder) {
                        Some(verdict) if verdict.state.is_none() => {
                            self.vanished.insert(folder.clone(), now);
                        }
                        _ => {
                            self.vanished.remove(&folder);
                        }
                    }
                    if self.waits.contains_key(&folder) {
                        self.again.insert(folder.clone(), now + TRY_AGAIN);
                    }
                    if verdict_is_fresh(self.state.clues.get(&folder)) {
                        self.edited.insert(folder, now);
                    }
                }
                Told::Gone(folder) => {
                    self.forget(&folder);
                    self.anew.remove(&folder);
                    if self.waits.remove(&folder).is_some() {
                        told.push(Told::Free(folder.clone()));
                    }
                    self.vanished.insert(folder.clone(), now);
                    self.edited.insert(folder, now);
                }
                Told::World => {
                    // What is valid now, and what waits, is found out anew.
                    self.git.get_or_insert(now);
                }
                _ => {}
            }
        }
        anew
    }

    pub(super) fn git_is_working(&self) -> bool {
        let folder = self.git_folder.as_ref();
        folder.is_some_and(|folder| folder.join("index.lock").exists())
    }

    /// Whether a step, or git, is about to put files and commit into their places.
    fn is_being_published(&self) -> bool {
        let folder = self.git_folder.as_ref();
        let is_there = |name: &str| folder.is_some_and(|folder| folder.join(name).exists());
        is_there("index.lock") || is_there("clue.journal")
    }

    pub(super) fn head_now(&self) -> Option<String> {
        let repository = Repository::discover(&self.root).ok().flatten()?;
        let head = repository.head().ok()?;
        head.commit().map(str::to_owned)
    }

    /// Where HEAD moved, the clues that differ are judged: also those that nobody watches.
    pub(super) fn follow_head(&mut self, told: &mut Vec<Told>) {
        let now = Instant::now();
        if self.git.is_none_or(|since| since + GIT_REST > now) {
            return;
        }
        self.git = None;
        let head = self.head_now();
        if head != self.head {
            let between = match (&self.head, &head) {
                (Some(old), Some(new)) => Engine::open(&self.root)
                    .and_then(|engine| engine.clues_between(old, new))
                    .ok(),
                _ => None,
            };
            self.head = head;
            let before = told.len();
            match between {
                Some(folders) => {
                    for folder in folders {
                        self.state.clue(&folder, told);
                    }
                }
                None => self.state.look(told),
            }
            for folder in self.after(before, told, now) {
                self.batch.again(&Concern::Clue(folder), now);
            }
        }
        for folder in self.waits.keys().filter(|path| id_of(path).is_some()) {
            let due = now + TRY_AGAIN;
            self.again.entry(folder.clone()).or_insert(due);
        }
        if self.options.commit.is_some() {
            self.rules_wait(told);
        }
    }
}

fn verdict_is_fresh(verdict: Option<&Verdict>) -> bool {
    verdict.is_some_and(|verdict| !verdict.is_stale)
}
