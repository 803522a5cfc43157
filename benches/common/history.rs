//! A history of any length for the benchmarks: one clue's way through the sample organisation, commit by commit, taken by
//! any number of clues at once, with numbers and seals made anew, so that every commit obeys the procedure.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clue::case::folder_of;
use clue::check::entry_path;
use clue::files::digest;

use super::{MODEL, archive_number, git, id, number, put};

/// One commit of the model.
struct Step {
    message: String,
    /// `NAME <ADDRESS> SECONDS +0800`.
    author: String,
    /// New texts, by path below the clue's folder.
    files: BTreeMap<String, String>,
}

/// Makes a repository in which `clues` clues went the model's whole way: about ten commits each, one after the other.
///
/// A folder that holds such a repository already is taken as it is.
pub(crate) fn history(folder: &Path, clues: usize) -> PathBuf {
    if folder.join("complete").exists() {
        return folder.to_owned();
    }
    let _ = fs::remove_dir_all(folder);
    let model = folder.with_extension("model");
    let _ = fs::remove_dir_all(&model);
    clue::demo::play(&model, &|_, _| {}).expect("the demonstration");
    let steps = steps(&model);
    let first = answer(&model, &["rev-list", "--max-parents=0", "HEAD"]);
    let first = first.trim();
    fs::create_dir_all(folder).expect("a folder");
    git(
        folder,
        &["init", "--quiet", "--bare", "--initial-branch=main"],
    );
    git(folder, &["config", "gc.auto", "0"]);
    git(
        folder,
        &["fetch", "--quiet", &model.to_string_lossy(), first],
    );
    let mut import = Command::new("git")
        .args(["fast-import", "--quiet", "--force"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .spawn()
        .expect("git fast-import");
    let mut stream = std::io::BufWriter::new(import.stdin.take().expect("a pipe"));
    // Seals are of texts; a copy's text has a seal of its own.
    let texts: Vec<&String> = steps.iter().flat_map(|step| step.files.values()).collect();
    let own = texts
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| line.strip_prefix("number: "))
        .find(|number| number.contains("-2026-"))
        .expect("the model's number");
    let archived = texts
        .iter()
        .flat_map(|text| text.lines())
        .find_map(|line| line.strip_prefix("archive_number: "));
    let mut from = Some(first.to_owned());
    for step in &steps {
        for index in 0..clues {
            let (id, number) = (id(index, "k7qd"), number(index));
            let shelved = archived.and_then(|archived| archive_number(archived, &number));
            let renamed = |text: &str| {
                let text = text.replace(MODEL, &id).replace(own, &number);
                match (archived, &shelved) {
                    (Some(old), Some(new)) => text.replace(old, new),
                    _ => text,
                }
            };
            let seals: Vec<(String, String)> = texts
                .iter()
                .map(|text| (digest(text.as_bytes()), digest(renamed(text).as_bytes())))
                .filter(|(old, new)| old != new)
                .collect();
            let registered = match &step.message {
                message if message.contains(": register\n") => Some(number.as_str()),
                message if message.contains(": archive\n") => shelved.as_deref(),
                _ => None,
            };
            commit(&mut stream, step, &id, registered, from.take(), &|text| {
                let mut text = renamed(text);
                for (old, new) in &seals {
                    text = text.replace(old, new);
                }
                text
            });
        }
    }
    stream.flush().expect("the stream");
    drop(stream);
    assert!(
        import.wait().expect("git ends").success(),
        "git fast-import"
    );
    git(folder, &["repack", "-q", "-a", "-d"]);
    let _ = fs::remove_dir_all(&model);
    put(&folder.join("complete"), "");
    folder.to_owned()
}

fn commit(
    stream: &mut impl Write,
    step: &Step,
    id: &str,
    registered: Option<&str>,
    from: Option<String>,
    renamed: &dyn Fn(&str) -> String,
) {
    let data = |stream: &mut dyn Write, text: &str| {
        writeln!(stream, "data {}\n{text}", text.len()).expect("the stream");
    };
    let author = &step.author;
    writeln!(
        stream,
        "commit refs/heads/main\nauthor {author}\ncommitter {author}"
    )
    .expect("the stream");
    data(stream, &step.message.replace(MODEL, id));
    if let Some(from) = from {
        writeln!(stream, "from {from}").expect("the stream");
    }
    let folder = folder_of(id).expect("an id");
    for (path, text) in &step.files {
        writeln!(stream, "M 100644 inline {folder}/{path}").expect("the stream");
        data(stream, &renamed(text));
    }
    if let Some(number) = registered {
        let entry = entry_path(number).expect("a number");
        writeln!(stream, "M 100644 inline {entry}").expect("the stream");
        data(stream, &format!("{id}\n"));
    }
}

/// The model's commits, the oldest first.
fn steps(model: &Path) -> Vec<Step> {
    let folder = folder_of(MODEL).expect("an id");
    let listed = answer(model, &["log", "--reverse", "--format=%H", "--", &folder]);
    listed
        .lines()
        .map(|commit| {
            let names = answer(
                model,
                &[
                    "diff-tree",
                    "--no-commit-id",
                    "--name-only",
                    "-r",
                    commit,
                    "--",
                    &folder,
                ],
            );
            let files = names.lines().map(|path| {
                let text = answer(model, &["show", &format!("{commit}:{path}")]);
                (path[folder.len() + 1..].to_owned(), text)
            });
            Step {
                message: answer(model, &["log", "-1", "--format=%B", commit])
                    .trim_end()
                    .to_owned()
                    + "\n",
                author: answer(
                    model,
                    &["log", "-1", "--format=%an <%ae> %at +0800", commit],
                )
                .trim()
                .to_owned(),
                files: files.collect(),
            }
        })
        .collect()
}

fn answer(folder: &Path, arguments: &[&str]) -> String {
    let out = Command::new("git")
        .args(["-c", "core.quotepath=false"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("git runs");
    assert!(out.status.success(), "git {arguments:?}");
    String::from_utf8(out.stdout).expect("text")
}
