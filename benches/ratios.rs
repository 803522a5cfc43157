//! The promises about speed, as ratios against a named reference in the same run: `cargo bench --bench ratios`.
//!
//! Each figure is processor time (user and system) of whole processes; the median of several runs where one is short.
//! `CLUE_BENCH_FOLDER` names a folder in which the generated repositories are kept for the next time.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clue::case::folder_of;
use clue::files::{DiskFiles, Files};
use common::{Generated, git, officer, repository};

/// How often a short command is run.
const RUNS: usize = 15;
/// The argument by which this program runs itself as the reference of the check.
const REFERENCE: &str = "--read-and-parse";

#[expect(
    clippy::print_stdout,
    reason = "a benchmark answers on standard output"
)]
fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == REFERENCE) {
        read_and_parse(Path::new(&arguments[at + 1]));
        return;
    }
    let kept = std::env::var_os("CLUE_BENCH_FOLDER").map(PathBuf::from);
    let temporary = tempfile::TempDir::new().expect("a temporary folder");
    let base = kept.unwrap_or_else(|| temporary.path().to_owned());
    let small = repository(&base.join("clues-1000"), 1_000, RUNS);
    let large = repository(&base.join("clues-10000"), 10_000, RUNS);
    println!("processor time in milliseconds; ratios within this run\n");
    let [step_small, _] = advance(&base, &small);
    let [step_large, git_large] = advance(&base, &large);
    row(
        "clue advance, 10,000 clues",
        step_large,
        "git add + git commit of the same files",
        git_large,
        0.25,
    );
    row(
        "clue advance, 10,000 clues",
        step_large,
        "clue advance, 1,000 clues",
        step_small,
        2.0,
    );
    let [check, reference] = check(&large.folder);
    row(
        "clue check, 10,000 clues",
        check,
        "reading and parsing every file once",
        reference,
        3.0,
    );
    let mut costs = Vec::new();
    for _ in 0..3 {
        costs.push(cost(
            Command::new(env!("CARGO_BIN_EXE_clue"))
                .arg("stats")
                .current_dir(&large.folder),
        ));
    }
    row(
        "clue stats, 10,000 clues",
        median(costs),
        "clue check, 10,000 clues",
        check,
        1.5,
    );
}

#[expect(
    clippy::print_stdout,
    reason = "a benchmark answers on standard output"
)]
fn row(what: &str, cost: Duration, reference_name: &str, reference: Duration, limit: f64) {
    let ratio = cost.as_secs_f64() / reference.as_secs_f64();
    let verdict = if ratio <= limit {
        "holds"
    } else {
        "DOES NOT HOLD"
    };
    println!(
        "{what}: {:.1} ms; {reference_name}: {:.1} ms; ratio {ratio:.2} (at most {limit}: {verdict})",
        cost.as_secs_f64() * 1e3,
        reference.as_secs_f64() * 1e3,
    );
}

/// Medians of the step `register` by `clue`, and of `git add` and `git commit` of the files that it writes.
fn advance(base: &Path, generated: &Generated) -> [Duration; 2] {
    let work = base.join("step");
    let reference = base.join("reference");
    for folder in [&work, &reference] {
        let _ = fs::remove_dir_all(folder);
        let status = Command::new("cp")
            .arg("--archive")
            .args([&generated.folder, folder])
            .status()
            .expect("cp runs");
        assert!(status.success(), "cp");
        // A copy has other times: let git look at every file once, as it has in people's folders.
        git(folder, &["update-index", "-q", "--refresh"]);
    }
    let mut steps = Vec::new();
    let mut commits = Vec::new();
    for id in &generated.waiting {
        steps.push(cost(
            officer(&mut Command::new(env!("CARGO_BIN_EXE_clue")))
                .args(["advance", id, "register"])
                .current_dir(&work),
        ));
        let paths = changed(&work);
        for path in &paths {
            let target = reference.join(path);
            fs::create_dir_all(target.parent().expect("a folder")).expect("folders");
            fs::copy(work.join(path), target).expect("a copy");
        }
        let add = cost(
            officer(&mut Command::new("git"))
                .arg("add")
                .args(&paths)
                .current_dir(&reference),
        );
        let commit = cost(
            officer(&mut Command::new("git"))
                .args(["commit", "--quiet", "--message", "register"])
                .current_dir(&reference),
        );
        commits.push(add + commit);
    }
    for folder in [&work, &reference] {
        let _ = fs::remove_dir_all(folder);
    }
    [median(steps), median(commits)]
}

/// The files of the last commit.
fn changed(folder: &Path) -> Vec<String> {
    let out = Command::new("git")
        .args([
            "-c",
            "core.quotePath=false",
            "show",
            "--format=",
            "--name-only",
            "HEAD",
        ])
        .current_dir(folder)
        .output()
        .expect("git runs");
    String::from_utf8_lossy(&out.stdout)
        .lines()
        .map(str::to_owned)
        .collect()
}

fn check(folder: &Path) -> [Duration; 2] {
    let mut checks = Vec::new();
    let mut references = Vec::new();
    for _ in 0..3 {
        checks.push(cost(
            Command::new(env!("CARGO_BIN_EXE_clue"))
                .arg("check")
                .current_dir(folder),
        ));
        let own = std::env::current_exe().expect("this program");
        references.push(cost(Command::new(own).arg(REFERENCE).arg(folder)));
    }
    [median(checks), median(references)]
}

/// The reference of the check: every file of every clue read, its YAML parsed with the parser in use, nothing judged.
fn read_and_parse(folder: &Path) {
    use rayon::prelude::*;
    let files = DiskFiles::new(folder);
    let (folders, _) = clue::check::clue_folders(&files);
    let nodes: usize = folders
        .par_iter()
        .map(|folder| {
            let mut count = 0;
            for (path, _) in files.walk(folder).expect("a folder") {
                let bytes = files
                    .read(&path, u64::MAX - 1)
                    .expect("a file")
                    .expect("a file");
                let yaml = if path.ends_with(".md") {
                    let text = std::str::from_utf8(&bytes).expect("a text");
                    let (report, _) = clue::markdown::cut(&path, text);
                    let front = report.expect("a report").front;
                    clue::yaml::parse_at(&path, &text[front.range()], front.start).0
                } else if path.ends_with(".yaml") {
                    clue::yaml::parse(&path, &bytes).0
                } else {
                    None
                };
                count += usize::from(yaml.is_some());
            }
            count
        })
        .sum();
    assert!(nodes >= folders.len() * 3, "the records were parsed");
    assert!(
        folders
            .iter()
            .all(|folder| folder_of(folder.rsplit('/').next().unwrap_or("")).is_some())
    );
}

/// Processor time that a command takes; it must succeed.
fn cost(command: &mut Command) -> Duration {
    let before = children();
    let begun = Instant::now();
    let out = command
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    let elapsed = begun.elapsed();
    assert!(
        out.status.success(),
        "{command:?} after {elapsed:?}: {}{}",
        beginning(&out.stdout),
        beginning(&out.stderr)
    );
    children() - before
}

fn beginning(output: &[u8]) -> String {
    String::from_utf8_lossy(output)
        .chars()
        .take(1_000)
        .collect()
}

/// Processor time of all processes that this one waited for.
fn children() -> Duration {
    #[expect(
        unsafe_code,
        reason = "the standard library does not tell the processor time of children"
    )]
    // SAFETY: getrusage fills the structure that it is given, which is plain numbers.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        assert_eq!(libc::getrusage(libc::RUSAGE_CHILDREN, &mut usage), 0);
        usage
    };
    let time = |value: libc::timeval| {
        Duration::new(
            u64::try_from(value.tv_sec).unwrap_or(0),
            u32::try_from(value.tv_usec).unwrap_or(0) * 1_000,
        )
    };
    time(usage.ru_utime) + time(usage.ru_stime)
}

fn median(mut costs: Vec<Duration>) -> Duration {
    costs.sort();
    costs[costs.len() / 2]
}
