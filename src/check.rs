//! The judge: whether a clue is valid in its state, and whether a whole folder obeys the procedure.
//! Everybody asks here: the check, a step before it is published, and whoever reads history. It never writes.

mod attachments;
mod changed;
mod clocks;
mod headings;
mod keys;
mod people;
mod references;
mod register;
mod removed;
mod rules;
mod seals;
mod templates;
mod trail;

use rayon::prelude::*;

pub use changed::{Concern, check_changed, check_place, concern_of};
pub use references::check as check_references;
pub use references::check_one as check_reference;
pub use references::kind_name;
pub use register::check_all as check_register;
pub use register::{
    check_entry, entry_clue, entry_name, entry_path, highest_item, number_entries, numbers_in,
};
pub use rules::judge_rules;
pub use seals::check as check_seals;
pub use templates::check as check_templates;

use crate::case::{CARD, Case, folder_of, is_id};
use crate::diagnostic::{Code, Diagnostic, Place, Severity, drop_doubles, sort};
use crate::files::unreadable;
use crate::files::{FileKind, Files, join};
use crate::rulebook::soundness;
use crate::world::World;

/// Judges one clue as it stands: files, references, records of its state, rules, seals, trail.
pub fn check_case(files: &dyn Files, world: &World, case: &Case) -> Vec<Diagnostic> {
    let mut found = references::check(files, world, case);
    match world.rulebook.only(case.state()) {
        Some(only) => found.extend(removed::check(world, case, only)),
        None => found.extend(attachments::check(files, case)),
    }
    if case.card_record.is_none() {
        if !case.unread.contains(CARD) {
            found.push(uncollected(case));
        }
        return found;
    }
    found.extend(trail::check(world, case));
    // A state that was set by hand is one fault; what that state would ask for is none of its own.
    let by_trail = trail::ends_in(world, case).map(|state| case.in_state(state));
    let case = by_trail.as_ref().unwrap_or(case);
    found.extend(seals::check(world, case));
    found.extend(register::check_case(files, case));
    found.extend(headings::check(world, case));
    found.extend(rules::check(world, case));
    found
}

/// Reads and judges the clue in a folder.
pub fn check_folder(files: &dyn Files, world: &World, folder: &str) -> Vec<Diagnostic> {
    let (case, found) = Case::load(files, world, folder);
    check_loaded(files, world, &case, found)
}

/// Judges a clue that was read; `found` is what reading it said.
pub fn check_loaded(
    files: &dyn Files,
    world: &World,
    case: &Case,
    mut found: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    found.extend(check_case(files, world, case));
    drop_doubles(&mut found);
    if case.card_record.is_none() && !case.unread.contains(CARD) {
        // A form that was not handed in yet is a draft: gaps in it are what is still to do, not violations.
        for diagnostic in &mut found {
            if matches!(
                diagnostic.code,
                Code::SchemaMissing | Code::SchemaType | Code::SchemaValue
            ) {
                diagnostic.severity = Severity::Warning;
            }
        }
    }
    found
}

/// Judges everything in a repository: its organisation, rulebook, calendar, register and every clue, in parallel.
///
/// `only` limits the clues judged to some folders; what is not a clue is judged all the same.
pub fn check_all(
    files: &dyn Files,
    builtin: &dyn Files,
    only: Option<&[String]>,
) -> Vec<Diagnostic> {
    let (world, mut found) = World::load(files, builtin);
    let Some(world) = world else {
        sort(&mut found);
        return found;
    };
    found.extend(check_world(files, &world));
    found.extend(check_templates(files, builtin));
    let (folders, misplaced) = clue_folders(files);
    found.extend(misplaced);
    found.extend(register::check_all(files));
    let chosen: Vec<&String> = folders
        .iter()
        .filter(|folder| only.is_none_or(|only| only.contains(folder)))
        .collect();
    let of_clues: Vec<Vec<Diagnostic>> = chosen
        .par_iter()
        .map(|folder| check_folder(files, &world, folder))
        .collect();
    found.extend(of_clues.into_iter().flatten());
    sort(&mut found);
    found
}

/// Judges what stands beside the clues.
pub fn check_world(files: &dyn Files, world: &World) -> Vec<Diagnostic> {
    let mut found = world.schemas.check();
    found.extend(soundness::check(
        &world.rulebook,
        &world.rulebook_document.root,
        &world.schemas,
        Some(&world.organisation),
    ));
    found.extend(references::check_organisation(files, world));
    found
}

/// Every clue's folder in the order of paths, and what lies in `clues/` and is none.
pub fn clue_folders(files: &dyn Files) -> (Vec<String>, Vec<Diagnostic>) {
    let mut folders = Vec::new();
    let mut found = Vec::new();
    for folder in ["clues", "register"] {
        if let Ok(Some(kind)) = files.kind(folder)
            && kind != FileKind::Folder
        {
            found.push(unreadable(folder, &crate::files::ReadError::Kind(kind)));
        }
    }
    descend(files, "clues", 0, &mut folders, &mut found);
    (folders, found)
}

fn descend(
    files: &dyn Files,
    folder: &str,
    depth: usize,
    folders: &mut Vec<String>,
    found: &mut Vec<Diagnostic>,
) {
    let entries = match files.list(folder) {
        Ok(entries) => entries,
        Err(error) => {
            found.push(unreadable(folder, &error));
            return;
        }
    };
    for entry in entries {
        let path = join(folder, &entry.name);
        match placed(&path, &entry.name, entry.kind, depth) {
            Placed::Nothing => {}
            Placed::Clue => folders.push(path),
            Placed::Folder => descend(files, &path, depth + 1, folders, found),
            Placed::Wrong(wrong) => found.push(*wrong),
        }
    }
}

/// What a name in `clues/` or in one of its folders of dates is.
enum Placed {
    Nothing,
    Clue,
    /// A folder of dates.
    Folder,
    Wrong(Box<Diagnostic>),
}

/// `depth` is how many folders of dates the path lies in.
fn placed(path: &str, name: &str, kind: FileKind, depth: usize) -> Placed {
    let wrong = |found| Placed::Wrong(Box::new(found));
    if name == ".gitkeep" {
        return Placed::Nothing;
    }
    if kind != FileKind::Folder {
        return wrong(misplaced(path, "no file may lie here", "此处不应有文件"));
    }
    if is_id(name) {
        let right = folder_of(name).unwrap_or_default();
        if depth == 2 && right == path {
            return Placed::Clue;
        }
        return wrong(misplaced(
            path,
            &format!("this clue belongs at {right}"),
            &format!("这条线索应放在 {right}"),
        ));
    }
    if depth == 2 {
        return wrong(misplaced(
            path,
            "the folder's name is no clue id such as 20261123-k7qd",
            "目录名不是线索标识（如 20261123-k7qd）",
        ));
    }
    if is_date_folder(name, depth) {
        return Placed::Folder;
    }
    wrong(misplaced(
        path,
        "clues lie in folders by year (2026) and day (11-23)",
        "线索按年（2026）和日（11-23）分目录存放",
    ))
}

fn is_date_folder(name: &str, depth: usize) -> bool {
    let digits = |text: &str, count: usize| {
        text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if depth == 0 {
        digits(name, 4)
    } else {
        name.split_once('-')
            .is_some_and(|(month, day)| digits(month, 2) && digits(day, 2))
    }
}

fn misplaced(path: &str, en: &str, zh: &str) -> Diagnostic {
    Diagnostic::new(Code::FileMisplaced, Place::file(path), en, zh).remedy(
        "move it where it belongs, or delete it",
        "请移到应在的位置，或者删除",
    )
}

fn uncollected(case: &Case) -> Diagnostic {
    let path = case
        .record("collection")
        .map_or_else(|| case.folder.clone(), |record| record.path.clone());
    let id = &case.id;
    Diagnostic::new(
        Code::ClueUncollected,
        Place::file(path),
        format!("clue {id} was begun and not yet collected"),
        format!("线索 {id} 已起草，尚未提交"),
    )
    .remedy(
        format!("complete the form, then: clue advance {id} collect"),
        format!("填完收集表后执行：clue advance {id} collect"),
    )
    .procedure("C3")
}
