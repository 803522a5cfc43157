//! The register of numbers: `register/2026/YW/0/YW-2026-0001` holds the id of the clue that bears the number, and
//! `register/archive/2026/0/Z109-ZY.2026-D10-BGS-0001` that of the clue that bears the archive number.

use std::collections::BTreeMap;

use crate::case::{Case, Record, folder_of, is_id};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::files::unreadable;
use crate::files::{Files, file_name};
use crate::rulebook::NumberHead;
use crate::text::visible_line;
use crate::world::MAXIMUM_RECORD;
use crate::yaml;

/// Where a number is registered: by year, category and thousand of the sequence; an archive number, which is told by its
/// `·` (or the `.` that its entry has in the place of it), by year and thousand. `None` where the text is no number.
pub fn entry_path(number: &str) -> Option<String> {
    if number.contains(['·', '.']) {
        return archive_entry_path(number);
    }
    let allowed = |character: char| {
        character.is_ascii_uppercase() || character.is_ascii_digit() || character == '-'
    };
    if !number.chars().all(allowed) {
        return None;
    }
    let parts: Vec<&str> = number.split('-').collect();
    let year = parts
        .iter()
        .find(|part| part.len() == 4 && part.starts_with("20"))?;
    let code = parts
        .iter()
        .find(|part| part.starts_with(|first: char| first.is_ascii_uppercase()))?;
    let sequence: u64 = parts.last()?.parse().ok()?;
    Some(format!(
        "register/{year}/{code}/{}/{number}",
        sequence / 1_000
    ))
}

/// The name of a number's entry: the number, with characters that every file system and archive keeps.
pub fn entry_name(number: &str) -> String {
    number.replace('·', ".")
}

fn archive_entry_path(number: &str) -> Option<String> {
    let name = entry_name(number);
    let parts: Vec<&str> = name.split(['-', '.']).collect();
    let is_code = |part: &&str| {
        let mut characters = part.bytes();
        !part.is_empty()
            && characters.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    if !parts.iter().all(is_code) || name.len() > 96 {
        return None;
    }
    let year = parts.iter().find(|part| {
        part.len() == 4 && part.starts_with("20") && part.bytes().all(|byte| byte.is_ascii_digit())
    })?;
    let item: u64 = parts.last()?.parse().ok()?;
    Some(format!("register/archive/{year}/{}/{name}", item / 1_000))
}

/// The highest item that the registers hold of the archive numbers of a year that begin with a head.
pub fn highest_item(registers: &[&dyn Files], year: i32, head: &NumberHead) -> u64 {
    let base = format!("register/archive/{year}");
    let head = NumberHead {
        text: entry_name(&head.text),
        ..head.clone()
    };
    let highest = |files: &&dyn Files| {
        let entries = files.list(&base).unwrap_or_default().into_iter();
        let mut thousands: Vec<u64> = entries
            .filter_map(|entry| entry.name.parse().ok())
            .collect();
        thousands.sort_unstable_by(|one, other| other.cmp(one));
        // Few entries of a thousand are another head's; the highest thousand that has one of this head decides.
        thousands.into_iter().find_map(|thousand| {
            let entries = files
                .list(&format!("{base}/{thousand}"))
                .unwrap_or_default();
            let items = entries.iter().filter_map(|entry| head.item_of(&entry.name));
            items.max()
        })
    };
    registers.iter().filter_map(highest).max().unwrap_or(0)
}

/// The registered numbers of a category and year: the numbers of the highest thousand.
pub fn number_entries(files: &dyn Files, year: i32, code: &str) -> Vec<String> {
    let base = format!("register/{year}/{code}");
    let highest = files
        .list(&base)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|entry| entry.name.parse::<u64>().ok())
        .max();
    let Some(highest) = highest else {
        return Vec::new();
    };
    files
        .list(&format!("{base}/{highest}"))
        .unwrap_or_default()
        .into_iter()
        .map(|entry| entry.name)
        .collect()
}

/// A clue with a number, or an archive number, has its entry.
pub(super) fn check_case(files: &dyn Files, case: &Case) -> Vec<Diagnostic> {
    let (Some(record), Some(card)) = (&case.card_record, &case.card) else {
        return Vec::new();
    };
    let number = card.number.as_deref();
    let number = number.and_then(|number| check_number(files, case, record, number));
    let archived = card.archive_number.as_deref();
    let archived = archived.and_then(|number| check_archived(files, case, record, number));
    number.into_iter().chain(archived).collect()
}

fn check_archived(
    files: &dyn Files,
    case: &Case,
    record: &Record,
    number: &str,
) -> Option<Diagnostic> {
    let entry = entry_path(number).and_then(|path| files.read(&path, 1_000).ok().flatten());
    let id = entry.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    let place = record.place("/archive_number");
    match id {
        Some(id) if id == case.id => None,
        Some(id) => {
            let other = visible_line(&id);
            Some(
                Diagnostic::new(
                    Code::NumberDuplicate,
                    place,
                    format!("the archive number {number} is registered for {other}"),
                    format!("档号 {number} 登记在 {other} 名下"),
                )
                .remedy(
                    "two branches archived at once: git merge --abort, take the archiving of one side that was not pushed back (git reset), merge, and archive that clue again",
                    "两个分支同时归档：请先 git merge --abort，用 git reset 撤回一方尚未推送的归档，合并后再将该线索重新归档",
                )
                .procedure("R2"),
            )
        }
        None => Some(
            Diagnostic::new(
                Code::NumberUnregistered,
                place,
                format!("the archive number {number} has no entry in register/archive/"),
                format!("档号 {number} 在 register/archive/ 中没有登记"),
            )
            .remedy(
                "archive numbers are given by the step archive; restore the entry from git",
                "档号由归档步骤给出；请从 git 恢复该登记项",
            )
            .procedure("R2"),
        ),
    }
}

fn check_number(
    files: &dyn Files,
    case: &Case,
    record: &Record,
    number: &str,
) -> Option<Diagnostic> {
    let entry = entry_path(number).and_then(|path| files.read(&path, 1_000).ok().flatten());
    let id = entry
        .as_deref()
        .map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned());
    match id {
        Some(id) if id == case.id => None,
        Some(text) if text.contains("<<<<<<<") => Some(
            Diagnostic::new(
                Code::ConflictMarker,
                entry_path(number).map_or_else(|| record.place("/number"), Place::file),
                format!("two branches gave the number {number}, and the conflict is not resolved"),
                format!("两个分支都给出了编号 {number}，冲突尚未解决"),
            )
            .remedy(
                format!(
                    "git merge --abort; clue renumber {0} --against THE-OTHER-BRANCH; then git merge again. Where the conflict was committed: leave the id of the clue that keeps the number in this file, commit it, and renumber the other one",
                    ours(&text).unwrap_or("ID")
                ),
                format!(
                    "请执行 git merge --abort，再执行 clue renumber {0} --against 对方分支，然后重新 git merge。如果冲突已被提交：请在此文件中只留下保留该编号的线索标识并提交，再为另一条换号",
                    ours(&text).unwrap_or("标识")
                ),
            )
            .procedure("T4"),
        ),
        Some(id) => Some(
            Diagnostic::new(
                Code::NumberDuplicate,
                record.place("/number"),
                format!("the number {number} is registered for the clue {id}"),
                format!("编号 {number} 登记在线索 {id} 名下"),
            )
            .remedy(
                format!("give this clue another number: clue renumber {}; in the middle of a merge: git merge --abort, then clue renumber the one of the two that is here, --against THE-OTHER-BRANCH, and git merge again", case.id),
                format!("请为本线索换号：clue renumber {}；如果正在合并：请先 git merge --abort，再为此处的那条线索执行 clue renumber 标识 --against 对方分支，然后重新 git merge", case.id),
            )
            .procedure("T4"),
        ),
        None => Some(
            Diagnostic::new(
                Code::NumberUnregistered,
                record.place("/number"),
                format!("the number {number} has no entry in register/"),
                format!("编号 {number} 在 register/ 中没有登记"),
            )
            .remedy(
                "numbers are given by the step register; restore the entry from git",
                "编号由登记步骤给出；请从 git 恢复该登记项",
            )
            .procedure("T4"),
        ),
    }
}

/// The clue on our side of a conflict: it is here when the merge is given up, and can be renumbered.
fn ours(text: &str) -> Option<&str> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with("<<<<<<<"));
    lines.nth(1).map(str::trim).filter(|id| is_id(id))
}

/// Each entry lies where its number says, names a clue, and that clue bears the number.
pub fn check_all(files: &dyn Files) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let entries = match files.walk("register") {
        Ok(entries) => entries,
        Err(error) => return vec![unreadable("register", &error)],
    };
    let mut numbers_of: BTreeMap<String, String> = BTreeMap::new();
    for (path, _) in entries {
        let mut other =
            |id: &str, number: &str| numbers_of.insert(id.to_owned(), number.to_owned());
        found.extend(one(files, &path, &mut other));
    }
    found
}

/// Judges one entry of the register, as the check of everything does; nothing where none is there. `numbers` are those
/// that the card of a clue's folder speaks of, as [`numbers_in`] gives them.
pub fn check_entry(
    files: &dyn Files,
    path: &str,
    numbers: &dyn Fn(&str) -> Vec<String>,
) -> Vec<Diagnostic> {
    if matches!(files.kind(path), Ok(None)) {
        return Vec::new();
    }
    // Of two entries that name one clue the later tells it. The other one can only be that of the number on the card.
    let mut other = |id: &str, number: &str| {
        let numbers = numbers(&folder_of(id)?);
        let others = numbers.into_iter().filter(|other| !other.contains('.'));
        let mut others = others.filter(|other| {
            let path = entry_path(other);
            let names = path.and_then(|path| entry_clue(files, &path));
            other.as_str() < number && names.as_deref() == Some(id)
        });
        others.next()
    };
    one(files, path, &mut other).into_iter().collect()
}

/// What an entry of the register holds: the id of a clue, where it is one.
pub fn entry_clue(files: &dyn Files, path: &str) -> Option<String> {
    let bytes = files.read(path, 1_000).ok().flatten()?;
    let id = String::from_utf8_lossy(&bytes).trim().to_owned();
    is_id(&id).then_some(id)
}

/// The names of the entries that the card of a clue speaks of: its number, its archive number, and those before them.
pub fn numbers_in(files: &dyn Files, folder: &str) -> Vec<String> {
    let path = format!("{folder}/clue.yaml");
    let bytes = files.read(&path, MAXIMUM_RECORD).ok().flatten();
    let document = bytes.and_then(|bytes| yaml::parse(&path, &bytes).0);
    let Some(card) = document.map(|document| document.root.to_json()) else {
        return Vec::new();
    };
    let aliases = card["aliases"].as_array().into_iter().flatten();
    let named = [&card["number"], &card["archive_number"]];
    named
        .into_iter()
        .chain(aliases)
        .filter_map(|number| Some(entry_name(number.as_str()?)))
        .collect()
}

/// Judges an entry; `other` is told of a clue and its number, and gives another number that an entry gave it before.
fn one(
    files: &dyn Files,
    path: &str,
    other: &mut dyn FnMut(&str, &str) -> Option<String>,
) -> Option<Diagnostic> {
    let number = file_name(path);
    if number == ".gitkeep" {
        return None;
    }
    if entry_path(number).as_deref() != Some(path) {
        return Some(
            Diagnostic::new(
                Code::FileMisplaced,
                Place::file(path),
                "this is no entry of the register",
                "这不是有效的编号登记项",
            )
            .remedy(
                "entries lie at register/YEAR/CODE/THOUSAND/NUMBER, written by the step register: move it there, or delete it",
                "登记项由登记步骤写在 register/年/类别代码/千位/编号，请移到那里，或者删除",
            ),
        );
    }
    let id = match files.read(path, 1_000) {
        Ok(bytes) => String::from_utf8_lossy(&bytes.unwrap_or_default())
            .trim()
            .to_owned(),
        Err(error) => return Some(unreadable(path, &error)),
    };
    // A conflict is told by the clues that bear the number, with what to do.
    let is_told = id.contains("<<<<<<<")
        && id.lines().map(str::trim).any(|id| {
            let card = folder_of(id).map(|folder| format!("{folder}/clue.yaml"));
            let card = card.filter(|card| matches!(files.kind(card), Ok(Some(_))));
            card.is_some() && bears(files, card.as_deref(), number)
        });
    if is_told {
        return None;
    }
    let card = folder_of(&id).map(|folder| format!("{folder}/clue.yaml"));
    let there = card
        .as_deref()
        .is_some_and(|card| matches!(files.kind(card), Ok(Some(_))));
    if !is_id(&id) || !there {
        return Some(
            Diagnostic::new(
                Code::NumberUnregistered,
                Place::file(path),
                format!("the number {number} names no clue that is here"),
                format!("编号 {number} 所指的线索不存在"),
            )
            .remedy(
                "fetch the clue, or restore it from git",
                "请先同步该线索，或从 git 恢复",
            )
            .procedure("T4"),
        );
    }
    if !number.contains('.')
        && let Some(other) = other(&id, number)
    {
        return Some(
            Diagnostic::new(
                Code::NumberDuplicate,
                Place::file(path),
                format!("the clue {id} has two numbers, {other} and {number}"),
                format!("线索 {id} 有两个编号：{other} 和 {number}"),
            )
            .procedure("T4"),
        );
    }
    if bears(files, card.as_deref(), number) {
        return None;
    }
    Some(
        Diagnostic::new(
            Code::NumberUnregistered,
            Place::file(path),
            format!("the clue {id} does not bear the number {number}"),
            format!("线索 {id} 并没有使用编号 {number}"),
        )
        .remedy(
            "numbers are given by the step register; restore clue.yaml, or this entry, from git",
            "编号由登记步骤给出；请从 git 恢复 clue.yaml 或该登记项",
        )
        .procedure("T4"),
    )
}

/// Whether the card holds the number at all; the clue's own check says the rest.
fn bears(files: &dyn Files, card: Option<&str>, number: &str) -> bool {
    let bytes = card.and_then(|card| files.read(card, MAXIMUM_RECORD).ok().flatten());
    // In the card an archive number has a `·`, and stands among the aliases once the clue was archived anew.
    let number = number.replace('.', "·");
    bytes.is_none_or(|bytes| {
        bytes
            .windows(number.len())
            .any(|window| window == number.as_bytes())
    })
}
