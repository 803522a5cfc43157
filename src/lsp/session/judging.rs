//! What a session has judged, and when: the clue that is typed into at once, the world with the clues that are open,
//! and everything else beside, in the place of whatever was begun before.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Concern, Session, concern};
use crate::builtin;
use crate::case::{folder_of, id_of};
use crate::check::check_world;
use crate::diagnostic::{Diagnostic, sort};
use crate::lsp::background::{
    Judged, Named, Part, has_broken_seal, judge_all, judge_clue, judge_register, name_seals,
};
use crate::lsp::findings::Group;
use crate::world::World;

impl Session {
    /// Judges what a file has to do with; the file's own list is told in any case where it was just edited.
    pub(super) fn judge(&mut self, path: &str, is_edited: bool) {
        let mut touched = match concern(path) {
            Concern::Clue(folder) => {
                if path.ends_with("/clue.yaml") {
                    self.judge_the_register();
                }
                self.judge_one(&folder)
            }
            Concern::World => {
                let touched = self.load_world();
                self.judge_everything();
                touched
            }
            Concern::Register => {
                self.judge_everything();
                BTreeSet::new()
            }
            Concern::Layout | Concern::Nothing => BTreeSet::new(),
        };
        if is_edited {
            touched.insert(path.to_owned());
        }
        self.tell(touched, is_edited);
    }

    /// Judges one clue; gives the files about which something else is said now.
    pub(super) fn judge_one(&mut self, folder: &str) -> BTreeSet<String> {
        let (Some(view), Some(world)) = (self.view(), self.world.clone()) else {
            return BTreeSet::new();
        };
        let found = judge_clue(&view.files(), &world, folder);
        let version = self.verdict.versions.entry(folder.to_owned()).or_default();
        *version += 1;
        let version = *version;
        self.verdict.newer.insert(folder.to_owned());
        if has_broken_seal(&found) {
            let events = self.events.clone();
            name_seals(view, folder.to_owned(), version, found.clone(), events);
        }
        self.findings.set(&Group::Clue(folder.to_owned()), found)
    }

    fn judge_the_register(&mut self) {
        if let Some(view) = self.view() {
            self.verdict.register += 1;
            self.verdict.is_register_newer = true;
            judge_register(view, self.verdict.register, self.events.clone());
        }
    }

    /// Loads organisation, rulebook, schemas and calendar, and judges them and the clues that are open; gives the files about
    /// which something else is said now.
    pub(super) fn load_world(&mut self) -> BTreeSet<String> {
        let Some(view) = self.view() else {
            return BTreeSet::new();
        };
        let files = view.files();
        let (world, mut found) = World::load(&files, builtin::files());
        if let Some(world) = &world {
            found.extend(check_world(&files, world));
        }
        sort(&mut found);
        let mut touched = self.findings.set(&Group::World, found);
        self.world = world.map(Arc::new);
        match &self.world {
            Some(world) => {
                self.known = Some(Arc::clone(world));
                let own = world.organisation.language;
                self.language = self.settings.asked.unwrap_or(own);
                let open: BTreeSet<String> = self
                    .documents
                    .keys()
                    .filter_map(|path| folder_of(id_of(path)?))
                    .collect();
                for folder in open {
                    touched.extend(self.judge_one(&folder));
                }
            }
            // By a rulebook that cannot be used nothing can be said about any clue, and what was said is not known to hold.
            None => {
                for folder in self.findings.clues() {
                    touched.extend(self.findings.set(&Group::Clue(folder), Vec::new()));
                }
                touched.extend(self.findings.set(&Group::Layout, Vec::new()));
                touched.extend(self.findings.set(&Group::Register, Vec::new()));
            }
        }
        touched
    }

    /// Begins the verdict on everything, in the place of the one that is being made.
    pub(super) fn judge_everything(&mut self) {
        self.verdict.stop.store(true, Ordering::Relaxed);
        self.verdict.stop = Arc::default();
        self.end_progress();
        self.verdict.turn += 1;
        self.verdict.newer.clear();
        self.verdict.is_register_newer = false;
        self.verdict.register += 1;
        if let (Some(view), Some(world)) = (self.view(), self.world.clone()) {
            let stop = Arc::clone(&self.verdict.stop);
            self.ask_for_progress();
            judge_all(view, world, self.verdict.turn, stop, self.events.clone());
        }
    }

    /// Takes a part of the verdict on everything.
    pub(in crate::lsp) fn judged(&mut self, part: Judged) {
        if part.turn != self.verdict.turn {
            return;
        }
        let mut touched = BTreeSet::new();
        match part.what {
            Part::Layout(found) => touched.extend(self.findings.set(&Group::Layout, found)),
            Part::Register(found) => {
                if !self.verdict.is_register_newer {
                    touched.extend(self.findings.set(&Group::Register, found));
                }
            }
            Part::Clues(clues) => {
                for (folder, found) in clues {
                    if !self.verdict.newer.contains(&folder) {
                        touched.extend(self.findings.set(&Group::Clue(folder), found));
                    }
                }
            }
            Part::Done(there) => {
                let there: BTreeSet<String> = there.into_iter().collect();
                for folder in self.findings.clues() {
                    if !there.contains(&folder) && !self.verdict.newer.contains(&folder) {
                        touched.extend(self.findings.set(&Group::Clue(folder), Vec::new()));
                    }
                }
                self.tell(std::mem::take(&mut touched), false);
                self.end_progress();
            }
        }
        self.tell(touched, false);
    }

    pub(in crate::lsp) fn named(&mut self, named: Named) {
        if self.verdict.versions.get(&named.folder) == Some(&named.version) {
            let touched = self.findings.set(&Group::Clue(named.folder), named.found);
            self.tell(touched, false);
        }
    }

    pub(in crate::lsp) fn register_judged(&mut self, turn: u64, found: Vec<Diagnostic>) {
        if turn == self.verdict.register && self.world.is_some() {
            let touched = self.findings.set(&Group::Register, found);
            self.tell(touched, false);
        }
    }

    /// Ends what is being done beside.
    pub(in crate::lsp) fn stop(&self) {
        self.verdict.stop.store(true, Ordering::Relaxed);
    }
}
