//! Another register number for a clue whose number two clones gave: the next one that is free on both sides.
//! It looks at registers and at what refers to the number; it never touches the other clue, nor a sealed record.

use serde_json::{Value, json};

use crate::case::{Case, is_id};
use crate::change::{Changes, set};
use crate::check::{clue_folders, entry_path};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::files::Files;
use crate::text::visible_line;
use crate::workflow::card::next_number;
use crate::workflow::{Desk, card_place};
use crate::world::{MAXIMUM_RECORD, World};
use crate::yaml::{conflicts, parse_path};

/// What a step does that gives a clue another number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renumbering {
    /// The number that the clue had.
    pub before: String,
    /// The clue that keeps it.
    pub keeper: String,
    /// Records that named this clue by the old number, and name it by the new one now.
    pub rewritten: Vec<String>,
    /// Records that do so and are sealed, and so stay as they are.
    pub sealed: Vec<String>,
}

/// The clue that bears a number, by the register: a conflict that nobody resolved is no answer.
enum Holder {
    Nobody,
    Clue(String),
    Conflict,
}

fn holder(files: &dyn Files, number: &str) -> Holder {
    let bytes = entry_path(number).and_then(|path| files.read(&path, 10_000).ok().flatten());
    let Some(bytes) = bytes else {
        return Holder::Nobody;
    };
    let text = String::from_utf8_lossy(&bytes);
    if !conflicts("", &text, 0).is_empty() {
        return Holder::Conflict;
    }
    match text.trim() {
        id if is_id(id) => Holder::Clue(id.to_owned()),
        _ => Holder::Nobody,
    }
}

/// Whether the register here, or the one that is compared with, gives the clue's number to another clue.
pub(super) fn is_in_dispute(desk: &Desk<'_>, case: &Case) -> bool {
    let number = case.card.as_ref().and_then(|card| card.number.as_deref());
    let mut registers = std::iter::once(desk.files).chain(desk.against);
    number.is_some_and(|number| {
        registers.any(|files| match holder(files, number) {
            Holder::Nobody => false,
            Holder::Clue(id) => id != case.id,
            Holder::Conflict => true,
        })
    })
}

/// Finds the new number, and writes all that changes outside the clue's own folder but the new entry.
pub(super) fn renumber(
    desk: &Desk<'_>,
    case: &Case,
    changes: &mut Changes,
) -> Result<(String, Renumbering), Vec<Diagnostic>> {
    let number = case.card.as_ref().and_then(|card| card.number.clone());
    let Some((before, path)) =
        number.and_then(|number| Some((number.clone(), entry_path(&number)?)))
    else {
        return Err(refused(
            card_place(case, "/number"),
            "the clue has no register number".to_owned(),
            "本线索还没有编号".to_owned(),
            ("it is given by the step register", "编号由登记步骤给出"),
        ));
    };
    let here = holder(desk.files, &before);
    if matches!(here, Holder::Conflict) {
        return Err(refused(
            Place::file(&path),
            format!("two branches gave the number {before}, and the conflict is not resolved"),
            format!("两个分支都给出了编号 {before}，冲突尚未解决"),
            (
                "leave the id of the clue that keeps the number in this file, commit it, and renumber the other one",
                "请在此文件中只留下保留该编号的线索标识并提交，再为另一条换号",
            ),
        ));
    }
    let there = desk.against.map(|files| holder(files, &before));
    let other = |holder: &Holder| match holder {
        Holder::Clue(id) if *id != case.id => Some(id.clone()),
        _ => None,
    };
    let named_us = matches!(&here, Holder::Clue(id) if *id == case.id);
    let taken_there = there.as_ref().and_then(other);
    if let (false, Some(Holder::Clue(id)), Some(keeper)) = (named_us, &there, other(&here))
        && *id == case.id
    {
        return Err(refused(
            Place::file(&path),
            format!("there, {before} is this clue's; here, it is that of {keeper}"),
            format!("对方的登记中 {before} 属于本线索，而这里属于 {keeper}"),
            (
                "renumber the other clue, whose number is known here only",
                "请为另一条线索换号：它的编号只在这里登记过",
            ),
        ));
    }
    let Some(keeper) = other(&here).or_else(|| taken_there.clone()) else {
        return Err(refused(
            card_place(case, "/number"),
            format!("no other clue has the number {before}: there is nothing to resolve"),
            format!("没有其他线索使用编号 {before}，不需要换号"),
            (
                "if the other clone gave it, fetch first: git fetch; clue renumber ID --against origin/main",
                "如果是另一克隆给出的，请先同步：git fetch，再执行 clue renumber 标识 --against origin/main",
            ),
        ));
    };
    let registers: Vec<&dyn Files> = std::iter::once(desk.files).chain(desk.against).collect();
    let new = next_of(&registers, desk.world, &before).map_err(|found| vec![*found])?;
    let mut renumbering = Renumbering {
        before,
        keeper,
        rewritten: Vec::new(),
        sealed: Vec::new(),
    };
    if named_us && taken_there.is_some() {
        changes.remove(path);
        references(desk, case, &new, &mut renumbering, changes)?;
    }
    Ok((new, renumbering))
}

/// The next number that is free in all registers; it stays in the year and the category of the old one.
pub(super) fn next_of(
    registers: &[&dyn Files],
    world: &World,
    old: &str,
) -> Result<String, Box<Diagnostic>> {
    let path = entry_path(old).unwrap_or_default();
    let mut parts = path.split('/').skip(1);
    let year = parts.next().and_then(|year| year.parse().ok());
    let code = parts.next().unwrap_or_default();
    next_number(registers, world, code, year.unwrap_or_default())
}

/// Other clues' records that mean this clue by its old number: rewritten, or told where they are sealed.
fn references(
    desk: &Desk<'_>,
    case: &Case,
    new: &str,
    renumbering: &mut Renumbering,
    changes: &mut Changes,
) -> Result<(), Vec<Diagnostic>> {
    let world = desk.world;
    let (folders, _) = clue_folders(desk.files);
    for folder in folders.iter().filter(|folder| **folder != case.folder) {
        if !mentions(desk.files, folder, &renumbering.before) {
            continue;
        }
        let (other, _) = Case::load(desk.files, world, folder);
        let sealed = world.rulebook.seals(other.state());
        for record in other.records.values().flatten() {
            let edits: Vec<_> = pointers(world, &record.name, &record.value, &renumbering.before)
                .iter()
                .map(|pointer| set(parse_path(&pointer.replace('/', ".")), json!(new)))
                .collect();
            if edits.is_empty() {
                continue;
            }
            if sealed.contains(record.name.as_str()) {
                renumbering.sealed.push(record.path.clone());
            } else {
                changes.edit(record, &edits).map_err(|found| vec![found])?;
                renumbering.rewritten.push(record.path.clone());
            }
        }
    }
    Ok(())
}

/// Whether any file of a folder holds a text at all: most folders need no closer look.
fn mentions(files: &dyn Files, folder: &str, text: &str) -> bool {
    let paths = files.walk(folder).unwrap_or_default().into_iter();
    let records = paths.filter(|(path, _)| path.ends_with(".yaml") || path.ends_with(".md"));
    let mut bytes =
        records.filter_map(|(path, _)| files.read(&path, MAXIMUM_RECORD).ok().flatten());
    bytes.any(|bytes| {
        let mut windows = bytes.windows(text.len());
        windows.any(|window| window == text.as_bytes())
    })
}

/// Where a record refers to a clue by a name.
fn pointers(world: &World, record: &str, value: &Value, name: &str) -> Vec<String> {
    let Some(declared) = world.rulebook.records.get(record) else {
        return Vec::new();
    };
    let references = world
        .schemas
        .references(&declared.schema, value)
        .into_iter();
    let own = references.filter(|reference| reference.what == "clue" && reference.name == name);
    own.map(|reference| reference.pointer).collect()
}

fn refused(place: Place, en: String, zh: String, remedy: (&str, &str)) -> Vec<Diagnostic> {
    let (en, zh) = (visible_line(&en), visible_line(&zh));
    vec![
        Diagnostic::new(Code::StepCondition, place, en, zh)
            .remedy(remedy.0, remedy.1)
            .procedure("T4"),
    ]
}
