//! Which findings there are, kept by whom they are about, so that a clue that is judged again replaces its own and no others.
//! It judges nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, sort};

/// What findings are about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// Organisation, rulebook, schemas, calendar.
    World,
    Register,
    /// What lies in `clues/` and is no clue.
    Layout,
    /// A clue, by its folder.
    Clue(String),
}

/// All findings.
#[derive(Default)]
pub(super) struct Findings {
    groups: BTreeMap<Group, Vec<Diagnostic>>,
    /// Which groups say something about a file.
    by_path: BTreeMap<String, BTreeSet<Group>>,
}

impl Findings {
    /// Replaces what is said about a group; gives the files about which something else is said now.
    pub(super) fn set(&mut self, group: &Group, found: Vec<Diagnostic>) -> BTreeSet<String> {
        let before = self.groups.remove(group).unwrap_or_default();
        let mut touched = BTreeSet::new();
        for path in before.into_iter().map(|one| one.place.path) {
            if let Some(groups) = self.by_path.get_mut(&path) {
                groups.remove(group);
                if groups.is_empty() {
                    self.by_path.remove(&path);
                }
            }
            touched.insert(path);
        }
        for one in &found {
            let path = &one.place.path;
            let groups = self.by_path.entry(path.clone()).or_default();
            groups.insert(group.clone());
            touched.insert(path.clone());
        }
        if !found.is_empty() {
            self.groups.insert(group.clone(), found);
        }
        touched
    }

    /// What is said about a file, in the order of places.
    pub(super) fn of(&self, path: &str) -> Vec<Diagnostic> {
        let groups = self.by_path.get(path).into_iter().flatten();
        let all = groups.filter_map(|group| self.groups.get(group)).flatten();
        let mut found: Vec<Diagnostic> =
            all.filter(|one| one.place.path == path).cloned().collect();
        sort(&mut found);
        found
    }

    /// Every file about which something is said.
    pub(super) fn paths(&self) -> Vec<String> {
        self.by_path.keys().cloned().collect()
    }

    /// Every clue about which something is said.
    pub(super) fn clues(&self) -> Vec<String> {
        let clues = self.groups.keys().filter_map(|group| match group {
            Group::Clue(folder) => Some(folder.clone()),
            _ => None,
        });
        clues.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Place};

    #[test]
    fn a_finding_that_moves_to_another_file_is_gone_from_the_first() {
        let at = |path: &str| vec![Diagnostic::new(Code::Rule, Place::file(path), "x", "x")];
        let mut findings = Findings::default();
        let group = Group::Clue("clues/x".to_owned());
        findings.set(&group, at("a"));
        findings.set(&Group::Register, at("a"));
        assert_eq!(findings.of("a").len(), 1, "the same twice is said once");
        let touched = findings.set(&group, at("b"));
        assert_eq!(touched.into_iter().collect::<Vec<_>>(), ["a", "b"]);
        findings.set(&Group::Register, Vec::new());
        assert_eq!(findings.of("a"), []);
        assert_eq!(findings.paths(), ["b"]);
        assert_eq!(findings.clues(), ["clues/x"]);
    }
}
