//! The entries of the register while a folder is watched: each is judged anew when it changed, and so are the clues that it
//! named and names. It reads no records of clues but for their numbers.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::case::folder_of;
use crate::check::{check_entry, entry_clue, entry_name, numbers_in};
use crate::diagnostic::Diagnostic;
use crate::files::{FileKind, Files, mark};
use crate::watch::Told;
use crate::watch::state::State;

impl State {
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
    pub(super) fn judge_entry(&mut self, path: &str, told: &mut Vec<Told>) {
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
    pub(super) fn naming(&self, name: &str) -> Vec<String> {
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

    /// Judges every entry of the register that may have changed.
    pub(super) fn look_at_entries(&mut self, told: &mut Vec<Told>) {
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
