//! A repository of any number of clues for the benchmarks: one clue of the sample organisation, played through the real
//! engine, and then copied under other ids and numbers, with its seals made anew, so that every copy obeys the procedure.

#![allow(dead_code, reason = "each benchmark uses some of it")]

pub(crate) mod editor;
mod history;
pub(crate) mod live;
#[cfg(feature = "pdf")]
pub(crate) mod paper;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clue::case::folder_of;
use clue::check::entry_path;
use clue::files::digest;

#[allow(unused_imports, reason = "each benchmark uses some of it")]
pub(crate) use history::history;

/// The clue that is copied.
const MODEL: &str = "20260302-k7qd";

/// A repository in a folder of its own, and clues in it that wait for the step `register`.
pub(crate) struct Generated {
    pub(crate) folder: PathBuf,
    pub(crate) waiting: Vec<String>,
}

/// Makes a repository of `clues` archived clues and `waiting` collected ones, all in one commit.
///
/// A folder that holds such a repository already is taken as it is.
pub(crate) fn repository(folder: &Path, clues: usize, waiting: usize) -> Generated {
    let ids: Vec<String> = (0..waiting).map(|index| id(index, "wait")).collect();
    let generated = Generated {
        folder: folder.to_owned(),
        waiting: ids.clone(),
    };
    if folder.join(".git/complete").exists() {
        return generated;
    }
    let _ = fs::remove_dir_all(folder);
    clue::demo::play(folder, &|_, _| {}).expect("the demonstration");
    let archived = files_of(folder, MODEL);
    let collected = waiting_files(&archived);
    for entry in ["clues", "register"] {
        fs::remove_dir_all(folder.join(entry)).expect("a folder");
    }
    for index in 0..clues {
        let (id, number) = (id(index, "k7qd"), number(index));
        write(folder, &copy(&archived, &id, &number), &id);
        let shelved = number_on_the_shelf(&archived).and_then(|old| archive_number(old, &number));
        for number in std::iter::once(number).chain(shelved) {
            let entry = entry_path(&number).expect("a number");
            put(&folder.join(entry), &format!("{id}\n"));
        }
    }
    for id in &ids {
        write(folder, &copy(&collected, id, ""), id);
    }
    // Nothing is to be gathered behind the measurements.
    git(folder, &["config", "gc.auto", "0"]);
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "many clues"]);
    git(folder, &["gc", "--quiet"]);
    put(&folder.join(".git/complete"), "");
    generated
}

/// Runs git in a folder, as the sample organisation's clue officer.
pub(crate) fn git(folder: &Path, arguments: &[&str]) {
    let status = officer(Command::new("git").args(arguments).current_dir(folder))
        .status()
        .expect("git runs");
    assert!(status.success(), "git {arguments:?}");
}

/// Gives a command the identity of the sample organisation's clue officer, and no ambient git configuration.
pub(crate) fn officer(command: &mut Command) -> &mut Command {
    for (name, value) in [
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_AUTHOR_NAME", "李伟"),
        ("GIT_AUTHOR_EMAIL", "li.wei@huayuan-machinery.example"),
        ("GIT_AUTHOR_DATE", "2026-11-23T09:12:00+08:00"),
        ("GIT_COMMITTER_NAME", "李伟"),
        ("GIT_COMMITTER_EMAIL", "li.wei@huayuan-machinery.example"),
    ] {
        command.env(name, value);
    }
    command
}

/// Ids spread over the days of the year, as people's clues are.
fn id(index: usize, letters: &str) -> String {
    let digits: Vec<char> = "23456789abcdefghjkmnpqrstuvwxyz".chars().collect();
    let day = index % 336;
    let mut rest = index / 336;
    let mut suffix = String::new();
    for _ in 0..4 {
        suffix.push(digits[rest % digits.len()]);
        rest /= digits.len();
    }
    format!(
        "2026{:02}{:02}-{letters}{suffix}",
        1 + day / 28,
        1 + day % 28
    )
}

fn number(index: usize) -> String {
    format!("YW-2026-{:04}", index + 1)
}

/// The records of a clue, by their path in its folder.
fn files_of(folder: &Path, id: &str) -> BTreeMap<String, String> {
    let root = folder.join(folder_of(id).expect("an id"));
    let mut files = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let inner = path.strip_prefix(&root).expect("below").to_string_lossy();
                let text = fs::read_to_string(&path).expect("a text");
                files.insert(inner.replace('\\', "/"), text);
            }
        }
    }
    files
}

/// The model as it stood before it was registered, its review filled in.
fn waiting_files(archived: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = archived
        .iter()
        .filter(|(path, _)| {
            ["collection.yaml", "triage.yaml"].contains(&path.as_str())
                || path.starts_with("attachments/")
        })
        .map(|(path, text)| (path.clone(), text.clone()))
        .collect();
    let card = &archived["clue.yaml"];
    let end = card.find("  - step: register").expect("the second step");
    let head: String = card[..end]
        .lines()
        .map(|line| match line.split_once(": ") {
            Some((key @ ("number" | "category" | "kind" | "urgency"), _)) => format!("{key}:\n"),
            Some(("state", _)) => "state: collected\n".to_owned(),
            Some(("responsible", _)) => "responsible: li-wei\n".to_owned(),
            _ => format!("{line}\n"),
        })
        .collect();
    files.insert("clue.yaml".to_owned(), head);
    files
}

/// The archive number in a clue's card, where it has one.
fn number_on_the_shelf(files: &BTreeMap<String, String>) -> Option<&str> {
    let mut lines = files["clue.yaml"].lines();
    lines.find_map(|line| line.strip_prefix("archive_number: "))
}

/// The archive number that a copy with this register number has, after the one of what was copied.
fn archive_number(old: &str, number: &str) -> Option<String> {
    let (head, _) = old.rsplit_once('-')?;
    let (_, sequence) = number.rsplit_once('-')?;
    Some(format!("{head}-{sequence}"))
}

/// The same clue under another id and number, with its seals made anew.
fn copy(files: &BTreeMap<String, String>, id: &str, number: &str) -> BTreeMap<String, String> {
    let card = &files["clue.yaml"];
    let own = card.lines().find_map(|line| line.strip_prefix("number: "));
    let mut copied: BTreeMap<String, String> = files
        .iter()
        .map(|(path, text)| {
            let text = text.replace(MODEL, id);
            let mut text = match own {
                Some(own) => text.replace(own, number),
                None => text,
            };
            if let Some(old) = number_on_the_shelf(files)
                && let Some(new) = archive_number(old, number)
            {
                text = text.replace(old, &new);
            }
            (path.clone(), text)
        })
        .collect();
    let mut card = copied["clue.yaml"].clone();
    for (path, text) in &copied {
        card = card.replace(&digest(files[path].as_bytes()), &digest(text.as_bytes()));
    }
    copied.insert("clue.yaml".to_owned(), card);
    copied
}

fn write(folder: &Path, files: &BTreeMap<String, String>, id: &str) {
    let root = folder.join(folder_of(id).expect("an id"));
    for (path, text) in files {
        put(&root.join(path), text);
    }
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(path, text).expect("a file");
}
