//! What is thought of one clue while its folder is watched. It reads that clue alone, and remembers nothing of it.

use std::time::Duration;

use crate::case::Case;
use crate::check::{check_loaded, entry_name};
use crate::clock::clocks;
use crate::diagnostic::{Code, Diagnostic, any_error, sort};
use crate::due::{Item, items};
use crate::files::{DiskFiles, FileKind, Files, SeenFiles, Sight};
use crate::time::Timestamp;
use crate::world::World;

/// How long a file that belongs to no record is taken to be somebody's save under way.
const YOUNG: Duration = Duration::from_millis(300);

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
    pub(super) steps: usize,
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
    pub(super) is_held: bool,
    /// Clues that its records name, by id or number.
    pub(super) named: Vec<String>,
    /// Names of its entries in the register.
    pub(super) numbers: Vec<String>,
    pub(super) sight: Sight,
}

impl Verdict {
    /// Whether somebody is just saving a file of it, so that it is to be judged again.
    pub(super) fn is_under_way(&self) -> bool {
        self.sight.is_under_way || self.is_held
    }

    /// What is thought of the clue in a folder, with deadlines as of `now`; `before` are the steps that it had taken when it
    /// was judged before, if it was. None where nothing is there.
    pub(super) fn of(
        files: &DiskFiles,
        world: &World,
        folder: &str,
        before: Option<usize>,
        now: Timestamp,
    ) -> Option<Self> {
        if !matches!(files.kind(folder), Ok(Some(FileKind::Folder))) {
            return None;
        }
        let seen = SeenFiles::new(files, folder);
        let (case, found) = Case::load(&seen, world, folder);
        let mut findings = check_loaded(&seen, world, &case, found);
        let whole = findings.len();
        findings.retain(|one| one.code != Code::FileUnknown || !is_young(files, one));
        let is_held = findings.len() < whole;
        sort(&mut findings);
        let card = case.card.as_ref();
        let state = card.map(|card| card.state.clone());
        let declared = state
            .as_ref()
            .and_then(|state| world.rulebook.states.get(state));
        let is_closed = declared.is_some_and(|state| state.is_final);
        let items = if card.is_some() && !is_closed {
            let (clocks, _) = clocks(world, &case, &case.scope(world));
            items(world, &case, clocks, now.in_zone(world.calendar.zone()))
        } else {
            Vec::new()
        };
        let trail = card.map_or(&[][..], |card| &card.trail);
        // A card that is missing for a while takes no steps back.
        let steps = match card {
            Some(_) => trail.len(),
            None => before.unwrap_or(0),
        };
        let taken = trail.iter().skip(before.unwrap_or(steps));
        let taken = taken.map(|entry| entry.step.clone()).collect();
        Some(Self {
            id: case.id.clone(),
            number: card.and_then(|card| card.number.clone()),
            title: card.map(|card| card.title.clone()),
            responsible: card.map(|card| card.responsible.clone()),
            named: clues_named(&case, world),
            numbers: numbers_of(&case),
            state,
            steps,
            taken,
            is_closed,
            is_held,
            findings,
            items,
            is_stale: false,
            sight: seen.sight(),
        })
    }

    /// Whether nothing is wrong with the clue.
    pub fn is_valid(&self) -> bool {
        !any_error(&self.findings)
    }
}

/// The clues that a clue's records name, by id or number.
fn clues_named(case: &Case, world: &World) -> Vec<String> {
    let records = case
        .card_record
        .iter()
        .chain(case.records.values().flatten());
    let references = records.flat_map(|record| record.references(world).iter());
    let clues = references.filter(|reference| reference.what == "clue");
    clues.map(|reference| reference.name.clone()).collect()
}

/// The names of a clue's entries in the register.
fn numbers_of(case: &Case) -> Vec<String> {
    let Some(card) = &case.card else {
        return Vec::new();
    };
    let aliases = card.aliases.iter().flatten();
    let own = card.number.iter().chain(&card.archive_number);
    own.chain(aliases)
        .map(|number| entry_name(number))
        .collect()
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
