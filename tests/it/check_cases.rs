//! Every finding of the check, with the words that people read: a folder a code in `tests/check/`.
//!
//! A case changes a small sound repository (`change.yaml`, and whole files in `files/`); `expected.en.txt` and
//! `expected.zh.txt` are what `clue check --color never` prints. `CLUE_BLESS=1 cargo test` writes them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clue::check::check_all;
use clue::diagnostic::{Code, any_error};
use clue::files::{FileKind, Files, FolderEntry, MemoryFiles, OverlayFiles, ReadError};
use clue::report::{self, Style};
use clue::text::Language;
use serde_json::json;

use crate::harness::filled;
use crate::play::Play;

/// Codes without a case, and why.
const WITHOUT: &[(&str, &str)] = &[
    ("template-error", "the check renders nothing"),
    ("character-without-font", "told when a PDF is drawn"),
    ("font-unreadable", "told when a PDF is drawn"),
    ("document-", "told when a PDF is drawn"),
    ("step-", "told when a step is asked for"),
    ("history-", "told by the audit"),
    ("import-", "told by an import"),
    ("package-", "told by clue verify"),
    ("calendar-import", "told by an import of a calendar"),
];

/// Files in memory, some of which are something else, or cannot be read.
struct Odd<'a> {
    below: OverlayFiles<'a>,
    kinds: BTreeMap<String, FileKind>,
    broken: Vec<String>,
}

impl Files for Odd<'_> {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Arc<[u8]>>, ReadError> {
        if let Some(&kind) = self.kinds.get(path)
            && kind != FileKind::Executable
        {
            return Err(ReadError::Kind(kind));
        }
        if self.broken.iter().any(|broken| broken == path) {
            return Err(ReadError::Failed(
                "Permission denied (os error 13)".to_owned(),
            ));
        }
        self.below.read(path, limit)
    }

    fn list(&self, folder: &str) -> Result<Vec<FolderEntry>, ReadError> {
        let mut entries = self.below.list(folder)?;
        for entry in &mut entries {
            let path = format!("{folder}/{}", entry.name);
            entry.kind = self.kinds.get(&path).copied().unwrap_or(entry.kind);
        }
        Ok(entries)
    }

    fn kind(&self, path: &str) -> Result<Option<FileKind>, ReadError> {
        match self.kinds.get(path) {
            Some(kind) => Ok(Some(*kind)),
            None => self.below.kind(path),
        }
    }
}

/// A sound repository: one clue that was collected, and one whose department is done.
fn base() -> MemoryFiles {
    let mut play = Play::new();
    play.collect();
    play.id = "20261123-m2xw".to_owned();
    play.write_form("wu-di", false);
    play.write("attachments/照片.txt", "照片\n");
    play.step("wu-di", "collect", |_| {});
    play.triage("business", "product-quality", "general");
    play.step("li-wei", "register", |_| {});
    play.analyse();
    play.step("li-wei", "transfer", |command| {
        command.sets = vec![
            ("transfers.reason".to_owned(), json!("由质量部办理")),
            (
                "transfers.expected_completion".to_owned(),
                json!("2026-12-31"),
            ),
        ];
    });
    play.step("zhao-gang", "accept", |command| {
        command.sets = vec![("transfers.receipt.handler".to_owned(), json!("chen-jie"))];
    });
    play.step("chen-jie", "note", |command| {
        command.reason = Some("更换轴承".to_owned());
        command.entry_type = Some("measure".to_owned());
    });
    let record = play
        .read("handling/quality.yaml")
        .replace("result:", "result: 完成")
        .replace("    by:\n", "    by: chen-jie\n")
        .replace("outcome:", "outcome: 已解决");
    play.write("handling/quality.yaml", &record);
    play.step("chen-jie", "complete", |_| {});
    let report = filled(&play.read("feedback/quality.md"));
    play.write("feedback/quality.md", &report);
    play.sound();
    play.files
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check")
}

fn cases() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .expect("tests/check")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// The whole files of a case, by their paths in the repository.
fn whole_files(folder: &Path, inner: &str, found: &mut BTreeMap<String, Option<Arc<[u8]>>>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        let inner = if inner.is_empty() {
            name.into_owned()
        } else {
            format!("{inner}/{name}")
        };
        if path.is_dir() {
            whole_files(&path, &inner, found);
        } else {
            found.insert(inner, Some(Arc::from(fs::read(&path).expect("a file"))));
        }
    }
}

/// What a case prints in a language, and the codes of its findings.
fn told<'a>(base: &'a MemoryFiles, name: &str) -> (Odd<'a>, Vec<clue::diagnostic::Diagnostic>) {
    let case = folder().join(name);
    let mut changes = BTreeMap::new();
    whole_files(&case.join("files"), "", &mut changes);
    let mut kinds = BTreeMap::new();
    let mut broken = Vec::new();
    if let Ok(bytes) = fs::read(case.join("change.yaml")) {
        let (document, found) = clue::yaml::parse("change.yaml", &bytes);
        assert_eq!(found, [], "{name}");
        let list = document.expect("a document").root.to_json();
        for change in list.as_array().expect("a list") {
            let file = change["file"].as_str().expect("a file").to_owned();
            if change["remove"] == true {
                changes.insert(file, None);
            } else if let Some(kind) = change["kind"].as_str() {
                let kind = match kind {
                    "link" => FileKind::SymbolicLink,
                    "executable" => FileKind::Executable,
                    other => panic!("{name}: {other}"),
                };
                kinds.insert(file.clone(), kind);
                changes.entry(file).or_insert_with_key(|file| {
                    Some(
                        base.read(file, u64::MAX)
                            .expect("memory")
                            .unwrap_or_else(|| Arc::from(*b"x")),
                    )
                });
            } else if change["unreadable"] == true {
                broken.push(file);
            } else if let Some(times) = change["times"].as_u64() {
                let text = change["text"].as_str().expect("a text");
                let text = text.repeat(usize::try_from(times).expect("a number"));
                changes.insert(file, Some(Arc::from(text.into_bytes())));
            } else if let Some(text) = change["text"].as_str() {
                changes.insert(file, Some(Arc::from(text.as_bytes())));
            } else {
                let before = match changes.get(&file) {
                    Some(Some(bytes)) => Arc::clone(bytes),
                    _ => base
                        .read(&file, u64::MAX)
                        .expect("memory")
                        .unwrap_or_else(|| panic!("{name}: there is no {file}")),
                };
                let text = String::from_utf8(before.to_vec()).expect("text");
                let part = |key: &str| {
                    change[key]
                        .as_str()
                        .unwrap_or_else(|| panic!("{name}: {key}"))
                };
                assert!(
                    text.contains(part("from")),
                    "{name}: {file} has no {:?}",
                    part("from")
                );
                let text = text.replacen(part("from"), part("to"), 1);
                changes.insert(file, Some(Arc::from(text.into_bytes())));
            }
        }
    }
    let files = Odd {
        below: OverlayFiles::new(base, changes),
        kinds,
        broken,
    };
    let found = check_all(&files, clue::builtin::files(), None);
    (files, found)
}

/// The text without the line numbers of the rulebook, which every change of it would move.
fn masked(text: &str) -> String {
    let mut in_rulebook = false;
    let mut masked = String::new();
    for line in text.lines() {
        let rest = line.trim_start();
        if line.is_empty() {
            in_rulebook = false;
        } else if let Some(place) = rest.strip_prefix("--> workflow.yaml:") {
            in_rulebook = true;
            let column = place.rsplit(':').next().unwrap_or_default();
            masked.push_str(&format!("--> workflow.yaml:LINE:{column}\n"));
            continue;
        }
        let gutter = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        match (
            in_rulebook,
            gutter.strip_prefix(" |").or(gutter.strip_prefix('|')),
        ) {
            (true, Some(source)) => masked.push_str(&format!("  |{source}\n")),
            (true, None) => masked.push_str(&format!("  {rest}\n")),
            (false, _) => masked.push_str(&format!("{line}\n")),
        }
    }
    masked
}

#[test]
fn every_case_says_what_is_expected() {
    let base = base();
    let bless = std::env::var_os("CLUE_BLESS").is_some();
    let mut wrong = Vec::new();
    for name in cases() {
        let (files, found) = told(&base, &name);
        let code = Code::by_name(&name).unwrap_or_else(|| panic!("{name} is no code"));
        if !found.iter().any(|one| one.code == code) {
            wrong.push(format!("{name} does not report itself: {found:#?}"));
        }
        for (language, suffix) in [(Language::En, "en"), (Language::Zh, "zh")] {
            let style = Style {
                language,
                colour: false,
            };
            let text = masked(&(report::text(&found, &files, style) + "\n"));
            let path = folder().join(&name).join(format!("expected.{suffix}.txt"));
            if bless {
                fs::write(&path, text).expect("a file");
                continue;
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            if expected != text {
                let difference = similar::TextDiff::from_lines(&expected, &text);
                wrong.push(format!(
                    "{name}:\n{}",
                    difference.unified_diff().header("expected", "told")
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "CLUE_BLESS=1 writes them anew\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_code_of_the_check_has_a_case() {
    let cases = cases();
    for code in Code::ALL {
        let name = code.name();
        let excused = WITHOUT
            .iter()
            .any(|(start, _)| name == *start || start.ends_with('-') && name.starts_with(start));
        let there = cases.iter().any(|case| case == name);
        assert!(
            there != excused,
            "{name}: {}",
            if there {
                "has a case and an excuse"
            } else {
                "has no case"
            }
        );
    }
}

#[test]
fn a_case_ends_as_the_program_does() {
    // What the cases compare is what the program prints, and warnings alone are no findings.
    let base = base();
    let world = crate::harness::World::with_repository(crate::play::ORGANISATION);
    for (path, bytes) in base.iter() {
        if path.starts_with("clues/") || path.starts_with("register/") {
            world.write(path, std::str::from_utf8(bytes).expect("text"));
        }
    }
    for name in ["seal-broken", "yaml-colon", "rule"] {
        let (files, found) = told(&base, name);
        let changed: Vec<String> = base
            .iter()
            .map(|(path, _)| path.to_owned())
            .filter(|path| path.starts_with("clues/"))
            .collect();
        for path in &changed {
            match files.read(path, u64::MAX).expect("memory") {
                Some(bytes) => world.write(path, std::str::from_utf8(&bytes).expect("text")),
                None => fs::remove_file(world.path().join(path)).expect("a file"),
            }
        }
        let ran = world.clue("li@example.org", &["check", "--color", "never"]);
        assert_eq!(
            ran.status,
            i32::from(any_error(&found)),
            "{name}: {}",
            ran.err
        );
        let expected = fs::read_to_string(folder().join(name).join("expected.en.txt"));
        assert_eq!(ran.out, expected.expect("a file"), "{name}");
    }
}
