//! What editors read: schemas that explain every field, first lines that lead to them, settings that agree with what the
//! program itself writes, and a matcher of problems that knows every finding of the check.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clue::builtin;
use clue::files::Files;
use clue::rulebook::Rulebook;
use regex::Regex;
use serde_json::Value;

use crate::harness::World;
use crate::play::ORGANISATION;

const LI: &str = "li@example.org";
const FILES: &str =
    ".editorconfig\n.vscode/extensions.json\n.vscode/settings.json\n.vscode/tasks.json\n";

fn project(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Every file below a folder, by its path from there.
fn below(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn add(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            let inside = format!("{prefix}{name}");
            if path.is_dir() {
                add(&path, &format!("{inside}/"), found);
            } else {
                found.insert(inside, fs::read(&path).expect("a file"));
            }
        }
    }
    let mut found = BTreeMap::new();
    add(root, "", &mut found);
    found
}

/// The files of the sample repository, which is what the program writes, without what people attach.
fn sample() -> BTreeMap<String, Vec<u8>> {
    let mut files = below(&project("sample-repo"));
    files.retain(|path, _| !path.contains("/attachments/"));
    assert!(files.len() > 100);
    files
}

/// Calls `visit` with every field of a schema, and with what a key that people choose leads to.
fn fields(schema: &Value, place: &str, visit: &mut dyn FnMut(&str, &Value)) {
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let place = format!("{place}/{name}");
        visit(&place, field);
        fields(field, &place, visit);
    }
    if schema["additionalProperties"].is_object() {
        let place = format!("{place}/*");
        visit(&place, &schema["additionalProperties"]);
        fields(&schema["additionalProperties"], &place, visit);
    }
    if schema["items"].is_object() {
        fields(&schema["items"], &format!("{place}[]"), visit);
    }
}

#[test]
fn every_field_of_every_schema_is_explained_in_both_languages() {
    let is_chinese = |text: &str| {
        text.chars()
            .any(|one| ('\u{4e00}'..='\u{9fff}').contains(&one))
    };
    let mut faults = Vec::new();
    let mut count = 0;
    for (path, bytes) in below(&project("schema")) {
        if !path.ends_with(".schema.json") {
            continue;
        }
        let schema = json(&String::from_utf8_lossy(&bytes));
        let mut judge = |place: &str, field: &Value| {
            count += 1;
            let title = field["title"].as_str().unwrap_or_default();
            let described = field["description"].as_str().unwrap_or_default();
            let good = match (title.split_once(" · "), described.split_once("\n\n")) {
                (Some((en, zh)), Some((english, chinese))) => {
                    // English words may quote Chinese ones, and the other way round.
                    !is_chinese(en)
                        && (is_chinese(zh) || en == zh)
                        && english.starts_with(|first: char| first.is_ascii())
                        && is_chinese(chinese)
                }
                _ => false,
            };
            if !good {
                faults.push(format!("{path}{place}: {title:?} {described:?}"));
            }
        };
        judge("", &schema);
        fields(&schema, "", &mut judge);
    }
    assert!(count > 500, "{count}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The schema that a file's first line names, as a path from the top of the repository.
fn named_by_first_line(path: &str, text: &str) -> Option<String> {
    let line = text.lines().find(|line| *line != "---")?;
    let relative = line.strip_prefix("# yaml-language-server: $schema=")?;
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    Some(parts.join("/"))
}

/// Also those records that the sample repository has none of are drafted with a first line that leads to their schema.
#[test]
fn the_template_of_each_record_names_its_schema() {
    let rulebook = Rulebook::built_in().expect("a rulebook");
    let mut count = 0;
    for (name, record) in &rulebook.records {
        let Some(template) = &record.template else {
            continue;
        };
        let bytes = builtin::files().read(&format!("templates/{template}"), 1 << 20);
        let bytes = bytes.expect("readable").expect("a template");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (_, text) = text.split_once('\n').expect("a macro, and the record");
        let place = record.path.replace(['{', '}'], "x");
        let path = format!("clues/2026/11-23/20261123-k7qd/{place}");
        let schema = format!("schema/{}.schema.json", record.schema);
        assert_eq!(named_by_first_line(&path, text), Some(schema), "{name}");
        count += 1;
    }
    assert!(count >= 9, "{count}");
}

/// Whether a pattern of the settings means a path; a star stands for anything but a slash.
fn means(pattern: &str, path: &str) -> bool {
    let expression = regex::escape(pattern).replace(r"\*", "[^/]*");
    Regex::new(&format!("^{expression}$"))
        .expect("an expression")
        .is_match(path)
}

#[test]
fn first_lines_and_settings_lead_each_file_to_the_same_schema() {
    let files = sample();
    let settings = json(&String::from_utf8_lossy(&files[".vscode/settings.json"]));
    let schemas = settings["yaml.schemas"].as_object().expect("a mapping");
    let mut seen = BTreeMap::new();
    for (path, bytes) in &files {
        let is_markdown = path.ends_with(".md") && path.starts_with("clues/");
        if !(path.ends_with(".yaml") || is_markdown) || path.starts_with("stories/") {
            continue;
        }
        let text = String::from_utf8_lossy(bytes);
        let schema = named_by_first_line(path, &text).unwrap_or_else(|| panic!("{path}"));
        assert!(files.contains_key(&schema), "{path}: {schema}");
        let mapped: Vec<&String> = schemas
            .iter()
            .filter(|(_, patterns)| {
                let mut patterns = patterns.as_array().expect("patterns").iter();
                patterns.any(|pattern| means(pattern.as_str().expect("a pattern"), path))
            })
            .map(|(schema, _)| schema)
            .collect();
        if is_markdown {
            assert!(mapped.is_empty(), "{path}: {mapped:?}");
        } else {
            assert_eq!(mapped, [&format!("./{schema}")], "{path}");
        }
        *seen.entry(schema).or_insert(0) += 1;
    }
    // Whatever a record is drafted for is there, but what only the archive and its retention write.
    assert!(seen.len() >= 12, "{seen:?}");
    for schema in schemas.keys() {
        assert!(files.contains_key(&schema[2..]), "{schema}");
    }
}

#[test]
fn settings_agree_with_what_the_program_writes() {
    let files = sample();
    let settings = json(&String::from_utf8_lossy(&files[".vscode/settings.json"]));
    assert_eq!(settings["files.eol"], "\n");
    assert_eq!(settings["files.encoding"], "utf8");
    let configuration = String::from_utf8_lossy(&files[".editorconfig"]);
    for line in [
        "charset = utf-8",
        "end_of_line = lf",
        "insert_final_newline = true",
        "trim_trailing_whitespace = false",
        "indent_size = 2",
    ] {
        assert!(configuration.lines().any(|one| one == line), "{line}");
    }
    for (path, bytes) in &files {
        let text = std::str::from_utf8(bytes).unwrap_or_else(|_| panic!("{path}"));
        assert!(
            !text.contains('\r') && !text.starts_with('\u{feff}'),
            "{path}"
        );
        assert!(text.is_empty() || text.ends_with('\n'), "{path}");
        if path.ends_with(".yaml") {
            let by_two = |line: &&str| {
                let indented = line.len() - line.trim_start_matches(' ').len();
                !line.starts_with('\t') && indented.is_multiple_of(2)
            };
            let odd = text.lines().find(|line| !by_two(line));
            assert_eq!(odd, None, "{path}");
        }
    }
}

/// What VS Code makes of a task's output: severity, code, message, file, and line and column where there are any.
type Problem = (String, String, String, String, Option<(u64, u64)>);

/// Runs the matchers of the task over lines as VS Code does: each pair of lines, the matchers in their order, and lines
/// that were matched once are used up.
fn problems(output: &str) -> Vec<Problem> {
    let tasks = builtin::editors();
    let tasks = tasks.iter().find(|(path, _)| *path == ".vscode/tasks.json");
    let tasks = json(&String::from_utf8_lossy(tasks.expect("tasks").1));
    let matchers = tasks["tasks"][0]["problemMatcher"]
        .as_array()
        .expect("matchers");
    let compiled: Vec<(&Value, Regex, Regex)> = matchers
        .iter()
        .map(|matcher| {
            let pattern = |index: usize| {
                let source = matcher["pattern"][index]["regexp"].as_str();
                Regex::new(source.expect("an expression")).expect("an expression")
            };
            (matcher, pattern(0), pattern(1))
        })
        .collect();
    let mut problems = Vec::new();
    let mut before: Option<&str> = None;
    for line in output.lines() {
        let found = before.and_then(|before| {
            compiled.iter().find_map(|(matcher, first, second)| {
                let first = first.captures(before)?;
                let second = second.captures(line)?;
                let group = |captures: &regex::Captures<'_>, index: usize, name: &str| {
                    let group = matcher["pattern"][index][name].as_u64();
                    let group = usize::try_from(group.expect("a group")).expect("a group");
                    captures.get(group).expect("a group").as_str().to_owned()
                };
                let place = matcher["pattern"][0]["kind"].is_null().then(|| {
                    let number = |name| group(&second, 1, name).parse().expect("a number");
                    (number("line"), number("column"))
                });
                Some((
                    matcher["severity"].as_str().expect("a severity").to_owned(),
                    group(&first, 0, "code"),
                    group(&first, 0, "message"),
                    group(&second, 1, "file"),
                    place,
                ))
            })
        });
        before = if found.is_some() { None } else { Some(line) };
        problems.extend(found);
    }
    problems
}

/// Every case of the check in both languages: as many problems as its last line counts, each in a file.
#[test]
fn the_matcher_knows_every_finding_of_the_check() {
    let mut count = 0;
    for (path, bytes) in below(&project("tests/check")) {
        if !path.ends_with(".txt") || !path.contains("/expected.") {
            continue;
        }
        let text = String::from_utf8(bytes).expect("text");
        let numbers: Vec<usize> = text
            .lines()
            .last()
            .unwrap_or_default()
            .split(|one: char| !one.is_ascii_digit())
            .filter_map(|number| number.parse().ok())
            .collect();
        let found = problems(&text);
        let of = |severity: &str| found.iter().filter(|problem| problem.0 == severity).count();
        assert_eq!([of("error"), of("warning")], numbers[..], "{path}\n{text}");
        count += found.len();
    }
    assert!(count > 150, "{count}");
}

/// The same findings, at the same places, as the check gives as data.
#[test]
fn the_task_of_vs_code_shows_what_the_check_finds() {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let folder = clue::case::folder_of(&id).expect("an id");
    let path = format!("{folder}/collection.yaml");
    world.edit(&path, "channel: employee-report", "channel: 员工报告");
    world.write(&format!("{folder}/随手记.txt"), "x\n");
    // A rulebook may say more than a line; the place of that finding is in another, sound clue.
    world.collect();
    world.edit(
        "workflow.yaml",
        "rules:\n  - name: anonymous-reporter",
        "rules:\n  - name: two-lines\n    procedure: C2\n    expect: clue.title == null\n    at: clue.title\n    message:\n      en: |\n        first line\n        second line\n      zh: |\n        第一行\n        第二行\n  - name: anonymous-reporter",
    );
    let tasks = json(&world.read(".vscode/tasks.json"));
    let task = &tasks["tasks"][0];
    assert_eq!(task["command"], "clue");
    let arguments = task["args"].as_array().expect("arguments").iter();
    let arguments: Vec<&str> = arguments.filter_map(Value::as_str).collect();
    for language in ["en", "zh"] {
        let ran = world.clue_in(language, LI, &arguments);
        assert_eq!(ran.status, 1, "{}", ran.err);
        let data = world.clue_in(language, LI, &["check", "--format", "json"]);
        let data = json(&data.out);
        let text =
            |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        let expected: Vec<Problem> = data["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .map(|finding| {
                let rule = finding["rule"].as_str().or(finding["code"].as_str());
                let rule = rule.unwrap_or_default();
                let code = match text(finding, "procedure") {
                    key if key.is_empty() => rule.to_owned(),
                    key => format!("{rule}, {key}"),
                };
                let place = finding["line"].as_u64().zip(finding["column"].as_u64());
                (
                    text(finding, "severity"),
                    code,
                    text(finding, "message").trim_end().replace('\n', " "),
                    text(finding, "path"),
                    place,
                )
            })
            .collect();
        let two_lines = expected.iter().filter(|one| one.1 == "two-lines, C2");
        assert!(two_lines.count() >= 1 && expected.len() >= 3, "{data:#}");
        assert!(expected.iter().any(|problem| problem.4.is_none()));
        assert_eq!(problems(&ran.out), expected, "{}", ran.out);
    }
}

#[test]
fn files_for_editors_are_there_from_the_beginning_and_no_strays() {
    let world = World::new();
    world.clue(LI, &["init", "."]).ok();
    let committed = world.git(&["ls-tree", "-r", "--name-only", "HEAD"]);
    for path in FILES.lines() {
        assert!(committed.lines().any(|one| one == path), "{path}");
    }
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    world.clue(LI, &["check"]).ok();
    world.clue(LI, &["audit"]).ok();
    // Again there is nothing to do.
    let ran = world.clue(LI, &["init", "--editor"]);
    let told = "note: nothing is missing, all files for editors are there already\n";
    assert_eq!(ran.err, told);
    assert!(!ran.err.contains("yaml.schemas"), "{}", ran.err);
    assert_eq!(ran.ok(), "");
}

/// An editor may have written its settings before the repository was made.
#[test]
fn what_people_have_set_stays() {
    let world = World::new();
    let own = "{\n  // mine\n  \"editor.fontSize\": 16\n}\n";
    for (language, told) in [("en", "is your own and stays"), ("zh", "是您自己的文件")] {
        let folder = language;
        world.write(&format!("{folder}/.vscode/settings.json"), own);
        let ran = world.clue_in(language, LI, &["init", folder]);
        assert!(ran.err.contains(told), "{}", ran.err);
        ran.ok();
        assert_eq!(world.read(&format!("{folder}/.vscode/settings.json")), own);
        world.read(&format!("{folder}/.vscode/tasks.json"));
        // What would help is said, and done by nobody but them.
        let ran = world.clue_in(language, LI, &["-C", folder, "init", "--editor"]);
        assert!(ran.err.contains(told), "{}", ran.err);
        assert!(
            ran.err
                .contains("\"./schema/triage.schema.json\": [\"clues/*/*/*/triage.yaml\"]"),
            "{}",
            ran.err
        );
        assert_eq!(ran.ok(), "");
        assert_eq!(world.read(&format!("{folder}/.vscode/settings.json")), own);
    }
}

#[test]
fn files_for_editors_can_be_added_later() {
    let world = World::new();
    world.clue(LI, &["init", "."]).ok();
    world.git(&["config", "user.name", "Li"]);
    world.git(&["config", "user.email", LI]);
    world.git(&["rm", "--quiet", "-r", ".vscode", ".editorconfig"]);
    // An organisation's own record has its own schema.
    world.edit(
        "workflow.yaml",
        "  # Written by clue archive.",
        "  visits:\n    label: { en: visit, zh: 走访记录 }\n    path: \"visits/{date}.yaml\"\n    schema: visit\n\n  # Written by clue archive.",
    );
    world.write(
        "schema/visit.schema.json",
        "{\"$id\": \"visit.schema.json\", \"type\": \"object\"}\n",
    );
    world.git(&["add", "--all"]);
    world.git(&["commit", "--quiet", "-m", "visits"]);
    world.write("note", "not committed\n");
    let out = world.clue(LI, &["init", "--editor"]).ok();
    assert_eq!(out, FILES);
    assert_eq!(world.git(&["show", "--format=", "--name-only"]), out);
    assert_eq!(world.git(&["status", "--porcelain"]), "?? note\n");
    let settings = json(&world.read(".vscode/settings.json"));
    assert_eq!(
        settings["yaml.schemas"]["./schema/visit.schema.json"][0],
        "clues/*/*/*/visits/*.yaml"
    );
    world.clue(LI, &["check"]).ok();
    // Both at once.
    let out = world.clue(LI, &["init", "--editor", "--ci", "gitlab"]).ok();
    assert_eq!(
        out,
        ".gitlab-ci.yml\n.pre-commit-config.yaml\n.pre-commit-hooks.yaml\n"
    );
    // A rulebook that cannot be read says nothing about records.
    world.edit("workflow.yaml", "records:", "records: [");
    let told = world.clue(LI, &["init", "--editor"]).fails(4);
    assert!(told.contains("workflow.yaml:373"), "{told}");
}

/// Where there is no clue repository yet, nothing is begun unasked.
#[test]
fn files_for_editors_are_added_to_no_other_repository() {
    let world = World::new();
    world.git(&["init", "--quiet", "."]);
    let before = world.git(&["status", "--porcelain"]);
    for (language, said) in [("en", "no clue repository here"), ("zh", "此处不是线索库")] {
        let told = world.clue_in(language, LI, &["init", "--editor"]).fails(2);
        assert!(told.contains(said) && told.contains("clue init"), "{told}");
    }
    assert_eq!(world.git(&["status", "--porcelain"]), before);
}

/// Where the repository is a folder of something larger, that folder is what people open.
#[test]
fn files_for_editors_lie_in_the_folder_of_the_clues() {
    let world = World::new();
    world.git(&["init", "--quiet", "."]);
    world.clue(LI, &["init", "cases"]).ok();
    assert!(!world.path().join(".vscode").exists());
    assert!(!world.path().join(".editorconfig").exists());
    let settings = json(&world.read("cases/.vscode/settings.json"));
    assert!(settings["yaml.schemas"]["./schema/clue.schema.json"].is_array());
    assert!(world.read("cases/.editorconfig").contains("root = true\n"));
    world.git(&["rm", "--quiet", "--cached", "cases/.editorconfig"]);
    fs::remove_file(world.path().join("cases/.editorconfig")).expect("a file");
    world.git(&["config", "user.name", "Li"]);
    world.git(&["config", "user.email", LI]);
    world.git(&["commit", "--quiet", "-m", "without"]);
    let out = world.clue(LI, &["-C", "cases", "init", "--editor"]).ok();
    assert_eq!(out, "cases/.editorconfig\n");
    world.clue(LI, &["-C", "cases", "check"]).ok();
}

/// A pipe would be read for ever, and a link leads who knows where.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_left_and_a_folder_that_is_none_refused() {
    let world = World::new();
    world.clue(LI, &["init", "."]).ok();
    world.git(&["rm", "-r", "--quiet", ".vscode", ".editorconfig"]);
    world.git(&["commit", "--quiet", "--message", "none"]);
    let pipe = |path: &str| {
        let status = std::process::Command::new("mkfifo")
            .arg(world.path().join(path))
            .status();
        assert!(status.expect("mkfifo runs").success());
    };
    pipe(".editorconfig");
    fs::create_dir(world.path().join(".vscode")).expect("a folder");
    pipe(".vscode/settings.json");
    let ran = world.clue(LI, &["init", "--editor"]);
    assert!(ran.err.contains(".editorconfig"), "{}", ran.err);
    ran.ok();
    fs::remove_dir_all(world.path().join(".vscode")).expect("a folder");
    std::os::unix::fs::symlink("elsewhere", world.path().join(".vscode")).expect("a link");
    let told = world.clue(LI, &["init", "--editor"]).fails(4);
    assert!(told.contains(".vscode is no folder"), "{told}");
}
