//! What is judged beside the session: every clue, the register, and which version a broken seal was set on.
//! It answers with events, and stops where something newer was begun.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;

use rayon::prelude::*;

use crate::audit::name_sealed_versions;
use crate::check::{check_folder, check_register, clue_folders};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::files::{FileKind, Files};
use crate::git::{ObjectId, Repository};
use crate::lsp::Event;
use crate::lsp::view::View;
use crate::world::World;

/// So many clues are judged before what was found is told.
const PORTION: usize = 512;

/// A part of the verdict on everything.
pub(super) struct Judged {
    /// Which verdict it belongs to.
    pub(super) turn: u64,
    pub(super) what: Part,
}

/// What a part of a verdict is about.
pub(super) enum Part {
    /// What lies among the clues and is none.
    Layout(Vec<Diagnostic>),
    Register(Vec<Diagnostic>),
    /// Clues by their folders, also those about which nothing is to be said.
    Clues(Vec<(String, Vec<Diagnostic>)>),
    /// The last part: every clue that there is.
    Done(Vec<String>),
}

/// A clue whose broken seals history was asked about.
pub(super) struct Named {
    pub(super) folder: String,
    /// How often the clue had been judged.
    pub(super) version: u64,
    pub(super) found: Vec<Diagnostic>,
}

/// Judges everything but the organisation and the rulebook.
pub(super) fn judge_all(
    view: View,
    world: Arc<World>,
    turn: u64,
    stop: Arc<AtomicBool>,
    events: Sender<Event>,
) {
    thread::spawn(move || {
        let tell = |what| {
            let is_wanted = !stop.load(Ordering::Relaxed);
            is_wanted && events.send(Event::Judged(Judged { turn, what })).is_ok()
        };
        let files = view.files();
        let (folders, misplaced) = clue_folders(&files);
        if !tell(Part::Layout(misplaced)) {
            return;
        }
        let mut broken = Vec::new();
        for portion in folders.chunks(PORTION) {
            let judged: Vec<_> = portion
                .par_iter()
                .map(|folder| {
                    let found = if stop.load(Ordering::Relaxed) {
                        Vec::new()
                    } else {
                        settled(&files, folder, check_folder(&files, &world, folder))
                    };
                    (folder.clone(), found)
                })
                .collect();
            let sealed = judged.iter().filter(|(_, found)| has_broken_seal(found));
            broken.extend(sealed.cloned());
            if !tell(Part::Clues(judged)) {
                return;
            }
        }
        if !tell(Part::Register(check_register(&files))) {
            return;
        }
        if !broken.is_empty() {
            for (_, found) in &mut broken {
                name_versions(&view, found);
            }
            if !tell(Part::Clues(broken)) {
                return;
            }
        }
        tell(Part::Done(folders));
    });
}

/// Judges the register alone.
pub(super) fn judge_register(view: View, turn: u64, events: Sender<Event>) {
    thread::spawn(move || {
        let found = check_register(&view.files());
        let _ = events.send(Event::Register(turn, found));
    });
}

/// Says of broken seals which version of the file they were set on.
pub(super) fn name_seals(
    view: View,
    folder: String,
    version: u64,
    mut found: Vec<Diagnostic>,
    events: Sender<Event>,
) {
    thread::spawn(move || {
        name_versions(&view, &mut found);
        let _ = events.send(Event::Named(Named {
            folder,
            version,
            found,
        }));
    });
}

pub(super) fn has_broken_seal(found: &[Diagnostic]) -> bool {
    found.iter().any(|one| one.code == Code::SealBroken)
}

fn name_versions(view: &View, found: &mut [Diagnostic]) {
    if let Ok(Some(repository)) = Repository::discover(&view.root.path)
        && let Ok(head) = repository.head()
        && let Some(head) = head.commit().and_then(ObjectId::parse)
    {
        let prefix = repository.prefix(&view.root.path);
        // Where history does not tell it, the finding says what it did.
        let _ = name_sealed_versions(&repository, &prefix, head, found);
    }
}

/// Judges one clue as the editor has it; nothing is said of one that is not there.
pub(super) fn judge_clue(files: &dyn Files, world: &World, folder: &str) -> Vec<Diagnostic> {
    match files.kind(folder) {
        Ok(Some(_)) => settled(files, folder, check_folder(files, world, folder)),
        _ => Vec::new(),
    }
}

/// What is said of a file that is not there stands where an editor can show it: at the clue's card, or the form that it
/// begins with.
fn settled(files: &dyn Files, folder: &str, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let is_file = |path: &str| {
        let kind = files.kind(path);
        matches!(kind, Ok(Some(FileKind::File | FileKind::Executable)))
    };
    for one in &mut found {
        let Some(inner) = one.place.path.strip_prefix(folder) else {
            continue;
        };
        if is_file(&one.place.path) {
            continue;
        }
        let inner = inner.trim_matches('/').to_owned();
        let names = ["clue.yaml", "collection.yaml"];
        let mut stand_in = names.iter().map(|name| format!("{folder}/{name}"));
        let Some(path) = stand_in.find(|path| is_file(path)) else {
            continue;
        };
        if !inner.is_empty() {
            one.message.en = format!("{inner}: {}", one.message.en);
            one.message.zh = format!("{inner}：{}", one.message.zh);
        }
        one.place = Place::file(path);
    }
    found
}
