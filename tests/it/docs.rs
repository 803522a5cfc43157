//! What the READMEs say is true: every command in them runs and answers what they show, and every key of the procedure
//! is in their table, with rules and steps that exist.
//!
//! `CLUE_BLESS=1 cargo test --test it docs` writes the answers anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use clue::builtin;
use clue::case::folder_of;
use clue::diagnostic::Code;
use clue::files::Files;
use serde_json::Value;

use crate::harness::{World, filled};

/// The keys of the procedure: every rule that an organisation's policy of this kind has.
const KEYS: &[&str] = &[
    "P1", "P2", "P3", "P4", "C1", "C2", "C3", "T1", "T2", "T3", "T4", "T5", "A1", "A2", "A3", "A4",
    "A5", "F1", "F2", "F3", "F4", "H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8", "H9", "B1", "B2",
    "B3", "K1", "K2", "S1", "S2", "S3", "R1", "R2", "R3",
];

/// The id that the READMEs give to the clue of their tour.
const ID: &str = "20261123-k7qd";

const READMES: &[(&str, &str)] = &[("README.md", "en"), ("README.zh-CN.md", "zh")];

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A tour being walked: its folder, and the id that its clue really has.
struct Tour {
    world: World,
    language: &'static str,
    folder: String,
    id: Option<String>,
}

impl Tour {
    fn new(language: &'static str) -> Self {
        let world = World::new();
        world.write(
            ".nowhere/.gitconfig",
            "[user]\n\tname = Ann Lee\n\temail = ann@acme.example\n",
        );
        Self {
            world,
            language,
            folder: String::new(),
            id: None,
        }
    }

    /// Runs one command line; gives what it prints, as a README shows it.
    fn run(&mut self, line: &str) -> String {
        if let Some(folder) = line.strip_prefix("cd ") {
            self.folder = format!("{}/{folder}", self.folder);
            return String::new();
        }
        let line = match &self.id {
            Some(id) => line.replace(ID, id),
            None => line.to_owned(),
        };
        // What looks at the clock looks at the day on which the tour is taken.
        let line = if LOOKING.iter().any(|command| line.starts_with(command)) {
            format!("CLUE_NOW=2026-11-23T12:00:00+08:00 {line}")
        } else {
            line
        };
        let out = self.world.shell(&self.folder, self.language, &line);
        if line.starts_with("clue new") {
            let id = out.lines().next().unwrap_or_default().to_owned();
            assert!(folder_of(&id).is_some(), "clue new printed no id: {out}");
            self.id = Some(id);
        }
        let out = match &self.id {
            Some(id) => out.replace(id, ID),
            None => out,
        };
        mask_commits(&out)
    }

    /// What a person writes into a report between two commands of the tour.
    fn fill(&self, inner: &str) {
        let id = self.id.as_deref().expect("a clue");
        let folder = folder_of(id).expect("an id");
        let path = format!("{}/{folder}/{inner}", self.folder.trim_start_matches('/'));
        let text = filled(&self.world.read(&path))
            .replace("methods:\n", "methods: [comparison]\n")
            .replace("level:", "level: low")
            .replace("overall:", "overall: low")
            .replace("written_at:", "written_at: 2026-11-24T12:00:00+08:00")
            .replace("form:", "form: written")
            .replace("aim:", "aim: met");
        self.world.write(&path, &text);
    }
}

/// Commands whose answer depends on the time of day.
const LOOKING: &[&str] = &[
    "clue next",
    "clue due",
    "clue why",
    "clue ledger",
    "clue stats",
    "clue calendar show",
];

/// A commit's id, and the hash of what names it, is another one each time.
fn mask_commits(text: &str) -> String {
    let mut masked = String::new();
    let mut word = String::new();
    let flush = |word: &mut String, masked: &mut String| {
        let is_hash = word.bytes().all(|byte| byte.is_ascii_hexdigit())
            && word.bytes().any(|byte| byte.is_ascii_digit());
        masked.push_str(match word.len() {
            10 if is_hash => "3f2a9c1b07",
            64 if is_hash => "5d0c6e…",
            _ => word,
        });
        word.clear();
    };
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            word.push(character);
        } else {
            flush(&mut word, &mut masked);
            masked.push(character);
        }
    }
    flush(&mut word, &mut masked);
    masked
}

/// The README with every command's answer as it really is; a line `…` in an answer stands for what is left out.
fn walked(text: &str, language: &'static str) -> String {
    let mut tour = Tour::new(language);
    let mut result = String::new();
    let mut lines = text.lines().peekable();
    let mut inside = false;
    while let Some(line) = lines.next() {
        let _ = writeln!(result, "{line}");
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(inner) = line
            .strip_prefix("<!-- fill ")
            .and_then(|rest| rest.strip_suffix(" -->"))
        {
            tour.fill(inner);
        } else if inside && let Some(command) = line.strip_prefix("$ ") {
            let mut command = command.to_owned();
            while command.ends_with('\\') {
                let next = lines.next().unwrap_or_default();
                let _ = writeln!(result, "{next}");
                command.truncate(command.len() - 1);
                command.push_str(next.trim_start());
            }
            let mut shown = Vec::new();
            while let Some(next) =
                lines.next_if(|next| !next.starts_with("$ ") && !next.starts_with("```"))
            {
                shown.push(next);
            }
            for line in answer(&tour.run(&command), &shown) {
                let _ = writeln!(result, "{line}");
            }
        }
    }
    result
}

/// The real answer, shortened where the README shortens it.
fn answer(real: &str, shown: &[&str]) -> Vec<String> {
    let real: Vec<String> = real.trim_end().lines().map(str::to_owned).collect();
    let Some(cut) = shown.iter().position(|line| *line == "…") else {
        return real;
    };
    let after = shown.len() - cut - 1;
    if real.len() <= cut + after {
        return real;
    }
    let mut lines = real[..cut].to_vec();
    lines.push("…".to_owned());
    lines.extend_from_slice(&real[real.len() - after..]);
    lines
}

#[test]
fn every_command_of_the_readmes_answers_what_they_show() {
    for (name, language) in READMES {
        let text = read(name);
        let real = walked(&text, language);
        if std::env::var_os("CLUE_BLESS").is_some() {
            fs::write(path(name), &real).expect("the README");
            continue;
        }
        for (number, (shown, real)) in text.lines().zip(real.lines()).enumerate() {
            assert_eq!(
                shown,
                real,
                "{name}:{}: CLUE_BLESS=1 cargo test --test it docs writes it anew",
                number + 1
            );
        }
        assert_eq!(text, real, "{name}");
    }
}

/// The rows of a README's table of keys: the key, and where it is enforced.
fn rows(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| ")?.split(" | ");
            let key = cells.next()?.trim().to_owned();
            let place = cells.last()?.trim_end_matches(" |").to_owned();
            KEYS.contains(&key.as_str()).then_some((key, place))
        })
        .collect()
}

fn rulebook() -> Value {
    let bytes = builtin::files()
        .read("workflow.yaml", u64::MAX - 1)
        .expect("memory")
        .expect("the rulebook");
    let (document, found) = clue::yaml::parse("workflow.yaml", &bytes);
    assert_eq!(found, []);
    document.expect("the rulebook").root.to_json()
}

/// Every key that the rulebook gives as a `procedure`, and every name that it declares.
fn collect(value: &Value, keys: &mut BTreeSet<String>, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                if name == "procedure" {
                    let several = inner
                        .as_array()
                        .cloned()
                        .unwrap_or_else(|| vec![inner.clone()]);
                    keys.extend(several.iter().filter_map(Value::as_str).map(str::to_owned));
                } else if name == "name" {
                    names.extend(inner.as_str().map(str::to_owned));
                }
                names.insert(name.clone());
                collect(inner, keys, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, keys, names)),
        _ => {}
    }
}

#[test]
fn the_tables_of_keys_are_complete_and_true() {
    let (mut keys, mut names) = (BTreeSet::new(), BTreeSet::new());
    let rulebook = rulebook();
    collect(&rulebook, &mut keys, &mut names);
    keys.extend(
        rulebook["principles"]
            .as_object()
            .expect("principles")
            .keys()
            .cloned(),
    );
    let all: BTreeSet<String> = KEYS.iter().map(|key| (*key).to_owned()).collect();
    assert_eq!(keys, all, "the keys of the built-in rulebook");
    // The one rule that the engine adds to each state's `turn`.
    names.insert("responsible-person".to_owned());
    names.extend(Code::ALL.iter().map(|code| code.name().to_owned()));
    for (name, _) in READMES {
        let rows = rows(&read(name));
        let known: Vec<&str> = rows.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(known, KEYS, "{name}");
        for (key, place) in &rows {
            let named: Vec<&str> = place.split('`').skip(1).step_by(2).collect();
            assert!(!named.is_empty(), "{name}, {key}: names nothing");
            for word in named {
                let exists = names.contains(word) || path(word).exists();
                assert!(
                    exists || word.starts_with("clue "),
                    "{name}, {key}: there is no `{word}`"
                );
            }
        }
    }
}
