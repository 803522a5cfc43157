//! What a set of changed paths concerns, and the judgement of just that: the clues and the entries of the register that
//! were touched, and all that is beside them only where the rules changed.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::case::{folder_of, id_of};
use crate::check::register::{check_entry, entry_clue, entry_path, numbers_in};
use crate::check::{Placed, check_all, check_folder, placed};
use crate::diagnostic::{Diagnostic, sort};
use crate::files::{FileKind, ReadError};
use crate::files::{Files, file_name, is_passing, join, unreadable};
use crate::world::World;

/// What a path of the repository's folder belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// Organisation, rulebook, schemas, calendar: everything is judged by them.
    World,
    /// The clue in this folder.
    Clue(String),
    /// This entry of the register.
    Entry(String),
    /// `clues/`, one of its folders of dates, or something that lies in them and is no clue.
    Place(String),
    /// Nothing that is judged.
    Nothing,
}

/// Tells what a path below the repository's folder belongs to.
pub fn concern_of(path: &str) -> Concern {
    let first = path.split('/').next().unwrap_or_default();
    match first {
        "organisation.yaml" | "workflow.yaml" | "schema" | "calendar" => Concern::World,
        "register" if path != first => Concern::Entry(path.to_owned()),
        "clues" | "register" => match id_of(path).and_then(folder_of) {
            Some(_) if is_passing(file_name(path)) => Concern::Nothing,
            Some(folder) => Concern::Clue(folder),
            None => Concern::Place(path.to_owned()),
        },
        _ => Concern::Nothing,
    }
}

/// Judges what changed paths concern: their clues and entries, those that are tied to them by a number, and everything
/// where the rules changed, or where something is gone that another clue may name. `before` are the files before the change.
pub fn check_changed(
    files: &dyn Files,
    before: &dyn Files,
    builtin: &dyn Files,
    paths: &BTreeSet<String>,
) -> Vec<Diagnostic> {
    let (mut clues, mut entries, mut places) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut everything = false;
    let is_gone =
        |path: &str| matches!(files.kind(path), Ok(None)) && !matches!(before.kind(path), Ok(None));
    for path in paths {
        match concern_of(path) {
            Concern::World => everything = true,
            Concern::Clue(folder) => {
                everything |= *path == format!("{folder}/clue.yaml") && is_gone(path);
                clues.insert(folder);
            }
            Concern::Entry(entry) => {
                everything |= is_gone(path);
                entries.insert(entry);
            }
            Concern::Place(path) => {
                places.insert(path);
            }
            Concern::Nothing => {}
        }
    }
    if everything {
        return check_all(files, builtin, None);
    }
    if clues.is_empty() && entries.is_empty() && places.is_empty() {
        return Vec::new();
    }
    let tied: Vec<String> = clues
        .iter()
        .flat_map(|folder| [numbers_in(files, folder), numbers_in(before, folder)])
        .flatten()
        .filter_map(|number| entry_path(&number))
        .collect();
    for path in &entries {
        let named = [entry_clue(files, path), entry_clue(before, path)];
        clues.extend(named.into_iter().flatten().filter_map(|id| folder_of(&id)));
    }
    entries.extend(tied);
    let (world, mut found) = World::load(files, builtin);
    let Some(world) = world else {
        sort(&mut found);
        return found;
    };
    // What is wrong with the rules was so before, and is not what changed.
    found.clear();
    let clues: Vec<String> = clues
        .into_iter()
        .filter(|folder| !matches!(files.kind(folder), Ok(None)))
        .collect();
    let of_clues: Vec<Vec<Diagnostic>> = clues
        .par_iter()
        .map(|folder| check_folder(files, &world, folder))
        .collect();
    found.extend(of_clues.into_iter().flatten());
    for path in &entries {
        found.extend(check_entry(files, path, &|folder| {
            numbers_in(files, folder)
        }));
    }
    let misplaced: Vec<Diagnostic> = places
        .iter()
        .filter_map(|path| check_place(files, path))
        .collect();
    found.extend(misplaced);
    sort(&mut found);
    found
}

/// What is wrong with the first part of a path below `clues/` that may not lie where it does; none where nothing is wrong,
/// or nothing is there.
pub fn check_place(files: &dyn Files, path: &str) -> Option<Diagnostic> {
    let mut parts = path.split('/');
    let mut inner = parts.next()?.to_owned();
    let kind = files.kind(&inner).ok()??;
    if kind != FileKind::Folder {
        return Some(unreadable(&inner, &ReadError::Kind(kind)));
    }
    for (depth, name) in parts.enumerate() {
        inner = join(&inner, name);
        let kind = files.kind(&inner).ok()??;
        match placed(&inner, name, kind, depth) {
            Placed::Wrong(wrong) => return Some(*wrong),
            Placed::Folder => {}
            Placed::Clue | Placed::Nothing => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(path: &str, expected: &Concern) {
        assert_eq!(concern_of(path), *expected, "{path}");
    }

    #[test]
    fn paths_belong_to_what_they_lie_in() {
        let clue = || Concern::Clue("clues/2026/11-23/20261123-k7qd".to_owned());
        let place = |path: &str| Concern::Place(path.to_owned());
        case("workflow.yaml", &Concern::World);
        case("calendar/cn.yaml", &Concern::World);
        case("schema/clue.schema.json", &Concern::World);
        case("clues/2026/11-23/20261123-k7qd", &clue());
        case("clues/2026/11-23/20261123-k7qd/transfers/a.yaml", &clue());
        case(
            "clues/2026/11-23/20261123-k7qd/.clue.yaml.swp",
            &Concern::Nothing,
        );
        case(
            "clues/2026/11-24/20261123-k7qd/clue.yaml",
            &place("clues/2026/11-24/20261123-k7qd/clue.yaml"),
        );
        case("clues/2026", &place("clues/2026"));
        case(
            "register/2026/YW/0/YW-2026-0001",
            &Concern::Entry("register/2026/YW/0/YW-2026-0001".to_owned()),
        );
        case("templates/dossier.html", &Concern::Nothing);
        case("README.md", &Concern::Nothing);
    }
}
