//! The promises about speed, as ratios against a named reference in the same run: `cargo bench --bench ratios`.
//!
//! Each figure is processor time (user and system) of whole processes; the median of several runs where one is short.
//! `CLUE_BENCH_FOLDER` names a folder in which the generated repositories are kept for the next time.
//! `cargo bench --bench ratios -- ledger` measures one part alone: advance, check, ledger, memory, paper, audit, gate, lsp,
//! staged or watch; `CLUE_BENCH_TYPST` a program to compare documents with (see `compare_paper`); `CLUE_BENCH_CLUES` how many
//! clues the history for the audit has (10,000: some 100,000 commits), and the folders of lsp, staged and watch.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clue::case::folder_of;
use clue::files::{DiskFiles, Files};
use clue::spreadsheet::{Book, Cell, Summary};
use common::{Generated, git, officer, repository};

/// As the program itself has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often a short command is run.
const RUNS: usize = 15;
/// The argument by which this program runs itself as the reference of the check.
const REFERENCE: &str = "--read-and-parse";
/// The argument by which this program runs itself to write a long workbook and tell how much memory that took.
const WORKBOOK: &str = "--write-workbook";
/// The argument by which this program runs itself to draw so many dossiers as PDF.
#[cfg(feature = "pdf")]
const DOSSIERS: &str = "--draw-dossiers";
/// Rows of that workbook.
const ROWS: i64 = 100_000;
/// Keystrokes that are measured.
const KEYSTROKES: usize = 1_000;
/// Kilobytes that it may take.
const MEMORY: u64 = 300 * 1_024;

#[expect(
    clippy::print_stdout,
    reason = "a benchmark answers on standard output"
)]
fn main() {
    clue::memory::keep_freed();
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == REFERENCE) {
        read_and_parse(Path::new(&arguments[at + 1]));
        return;
    }
    if arguments.iter().any(|argument| argument == WORKBOOK) {
        println!("{}", write_workbook());
        return;
    }
    #[cfg(feature = "pdf")]
    if let Some(at) = arguments.iter().position(|argument| argument == DOSSIERS) {
        let count = arguments[at + 1].parse().expect("a number");
        let (pages, peak) = common::paper::draw(count);
        println!("{pages} {peak}");
        return;
    }
    let parts: Vec<&String> = arguments[1..]
        .iter()
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let wants = |part: &str| parts.is_empty() || parts.iter().any(|own| *own == part);
    if wants("memory") {
        memory();
    }
    #[cfg(feature = "pdf")]
    if wants("paper") {
        compare_paper();
    }
    let kept = std::env::var_os("CLUE_BENCH_FOLDER").map(PathBuf::from);
    let temporary = tempfile::TempDir::new().expect("a temporary folder");
    let base = kept.unwrap_or_else(|| temporary.path().to_owned());
    let clues = std::env::var("CLUE_BENCH_CLUES").ok();
    let clues = clues.and_then(|clues| clues.parse().ok()).unwrap_or(10_000);
    if wants("staged") {
        compare_staged(&base, clues);
    }
    if wants("watch") {
        compare_watch(&base, clues);
    }
    if wants("audit") || wants("gate") {
        let folder = common::history(&base.join(format!("history-{clues}")), clues);
        if wants("audit") {
            compare_audit(&folder, clues);
        }
        if wants("gate") {
            compare_gate(&base, &folder, clues);
        }
    }
    if wants("lsp") {
        let clues = std::env::var("CLUE_BENCH_CLUES").ok();
        let clues = clues.and_then(|clues| clues.parse().ok()).unwrap_or(10_000);
        let generated = repository(&base.join(format!("clues-{clues}")), clues, RUNS);
        compare_editor(&generated, clues);
    }
    if !["advance", "check", "ledger"].into_iter().any(wants) {
        return;
    }
    let large = repository(&base.join("clues-10000"), 10_000, RUNS);
    println!("processor time in milliseconds; ratios within this run\n");
    if wants("advance") {
        compare_advance(&base, &large);
    }
    if wants("check") || wants("ledger") {
        let checked = cost_of(&large.folder, &["check"]);
        if wants("check") {
            compare_check(&large.folder, checked);
        }
        if wants("ledger") {
            compare_ledger(&base, &large.folder, checked);
        }
    }
}

fn compare_advance(base: &Path, large: &Generated) {
    let small = repository(&base.join("clues-1000"), 1_000, RUNS);
    let [step_small, _] = advance(base, &small);
    let [step_large, git_large] = advance(base, large);
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
}

fn compare_check(folder: &Path, checked: Duration) {
    let own = std::env::current_exe().expect("this program");
    let references = (0..3).map(|_| cost(Command::new(&own).arg(REFERENCE).arg(folder)));
    row(
        "clue check, 10,000 clues",
        checked,
        "reading and parsing every file once",
        median(references.collect()),
        3.0,
    );
}

fn compare_ledger(base: &Path, folder: &Path, checked: Duration) {
    let table = cost_of(folder, &["ledger"]);
    let file = base.join("ledger.xlsx");
    let output = file.to_string_lossy();
    let workbook = cost_of(folder, &["ledger", "--format", "xlsx", "-o", &output]);
    let _ = fs::remove_file(&file);
    let due = cost_of(folder, &["due", "--all"]);
    for (what, cost) in [
        ("clue due --all, 10,000 clues", due),
        ("clue stats, 10,000 clues", cost_of(folder, &["stats"])),
        ("clue ledger, 10,000 clues", table),
        ("clue ledger --format xlsx, 10,000 clues", workbook),
    ] {
        row(what, cost, "clue check, 10,000 clues", checked, 1.5);
    }
}

/// The language server: its verdict on every clue beside the check, then keystrokes in one record, and the memory at the end.
#[expect(
    clippy::print_stdout,
    reason = "a benchmark answers on standard output"
)]
fn compare_editor(generated: &Generated, clues: usize) {
    let folder = &generated.folder;
    let checked = cost_of(folder, &["check"]);
    let started = median(
        (0..3)
            .map(|_| {
                let before = children();
                let mut editor = common::editor::Editor::of(folder);
                editor.wait_for_the_verdict();
                editor.end();
                children() - before
            })
            .collect(),
    );
    row(
        &format!("clue lsp until every clue is judged, {clues} clues"),
        started,
        &format!("clue check, {clues} clues"),
        checked,
        2.0,
    );
    let mut editor = common::editor::Editor::of(folder);
    editor.wait_for_the_verdict();
    let id = &generated.waiting[generated.waiting.len() / 2];
    let path = format!("{}/collection.yaml", folder_of(id).expect("an id"));
    let mut times = editor.type_into(&path, KEYSTROKES);
    let (resident, peak) = editor.memory();
    editor.end();
    times.sort();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    let holds = |is_so: bool| if is_so { "holds" } else { "DOES NOT HOLD" };
    println!(
        "keystroke to findings, {clues} clues, {KEYSTROKES} keystrokes: median {:.2} ms, 99th percentile {:.2} ms (at most 20: {})",
        at(50).as_secs_f64() * 1e3,
        at(99).as_secs_f64() * 1e3,
        holds(at(99) <= Duration::from_millis(20)),
    );
    println!(
        "memory of clue lsp, {clues} clues: {} MB, {} MB at the most (at most {}: {})",
        resident / 1_024,
        peak / 1_024,
        MEMORY / 1_024,
        holds(peak <= MEMORY),
    );
}

/// The check of one staged clue, beside the same in a repository of a tenth of the size.
fn compare_staged(base: &Path, clues: usize) {
    let cost_in = |clues: usize| {
        let generated = common::live::half_live(base, clues);
        common::live::stage_one(&generated);
        let runs = (0..RUNS).map(|_| {
            cost(
                Command::new(env!("CARGO_BIN_EXE_clue"))
                    .args(["check", "--staged"])
                    .current_dir(&generated.folder),
            )
        });
        let cost = median(runs.collect());
        git(&generated.folder, &["reset", "--quiet", "--hard"]);
        cost
    };
    let (large, small) = (cost_in(clues), cost_in(clues / 10));
    row(
        &format!("clue check --staged of one clue, {clues} clues"),
        large,
        &format!("the same, {} clues", clues / 10),
        small,
        1.5,
    );
}

/// A watch: how long its start takes beside a check, how long a saved byte takes to its finding, and how much memory it has.
#[expect(
    clippy::print_stdout,
    reason = "a benchmark answers on standard output"
)]
fn compare_watch(base: &Path, clues: usize) {
    let generated = common::live::half_live(base, clues);
    git(&generated.folder, &["reset", "--quiet", "--hard"]);
    let elapsed = || {
        let begun = Instant::now();
        cost(
            Command::new(env!("CARGO_BIN_EXE_clue"))
                .arg("check")
                .current_dir(&generated.folder),
        );
        begun.elapsed()
    };
    let checked = median((0..3).map(|_| elapsed()).collect());
    let start = || common::live::Watching::start(&generated.folder).1;
    let started = median((0..3).map(|_| start()).collect());
    row(
        &format!("start of clue watch, {clues} clues (elapsed)"),
        started,
        "clue check (elapsed)",
        checked,
        2.0,
    );
    let (mut watching, _) = common::live::Watching::start(&generated.folder);
    let latencies = watching.latencies(&generated, 100);
    let (middle, late) = (
        latencies[latencies.len() / 2],
        latencies[latencies.len() * 99 / 100],
    );
    let verdict = |holds: bool| if holds { "holds" } else { "DOES NOT HOLD" };
    println!(
        "from a saved byte to its finding, {clues} clues: median {:.1} ms, 99th percentile {:.1} ms (at most 20: {})",
        middle.as_secs_f64() * 1e3,
        late.as_secs_f64() * 1e3,
        verdict(late <= Duration::from_millis(20))
    );
    let peak = watching.memory();
    println!(
        "memory of clue watch, {clues} clues: {} MB at the most (at most {}: {})",
        peak / 1_024,
        MEMORY / 1_024,
        verdict(peak <= MEMORY)
    );
}

/// The audit of a whole history, beside git's own reading of it: what each commit changed, and the bytes of that.
fn compare_audit(folder: &Path, clues: usize) {
    let audited = cost(
        Command::new(env!("CARGO_BIN_EXE_clue"))
            .args(["audit"])
            .current_dir(folder),
    );
    let line = "git log --raw --no-abbrev | awk '/^:/ { print $4 }' | grep -v '^0*$' | git cat-file --batch > blobs";
    let read = cost(Command::new("sh").args(["-c", line]).current_dir(folder));
    let _ = fs::remove_file(folder.join("blobs"));
    let what = format!("clue audit, {clues} clues");
    row(
        &what,
        audited,
        "git log --raw and git cat-file --batch",
        read,
        4.0,
    );
}

/// A push of ten commits, with the gate and without it, by the clock: a person waits for it.
fn compare_gate(base: &Path, history: &Path, clues: usize) {
    let server = base.join("server.git");
    let clone = |from: &Path, to: &Path, bare: bool| {
        let _ = fs::remove_dir_all(to);
        let (from, to) = (from.to_string_lossy(), to.to_string_lossy());
        let kind = if bare { "--bare" } else { "--no-checkout" };
        git(
            base,
            &["clone", "--quiet", "--no-hardlinks", kind, &from, &to],
        );
    };
    let push = |gated: bool| {
        clone(history, &server, true);
        git(&server, &["update-ref", "refs/heads/main", "main~10"]);
        if gated {
            let out = Command::new(env!("CARGO_BIN_EXE_clue"))
                .args(["hook", "install", "--pre-receive"])
                .current_dir(&server)
                .output();
            assert!(out.expect("clue runs").status.success());
        }
        let begun = Instant::now();
        let url = format!("file://{}", server.display());
        git(history, &["push", "--quiet", &url, "main"]);
        begun.elapsed()
    };
    let with = median((0..5).map(|_| push(true)).collect());
    let without = median((0..5).map(|_| push(false)).collect());
    let _ = fs::remove_dir_all(&server);
    let what = format!("git push of 10 commits through the gate, {clues} clues (elapsed)");
    row(&what, with, "without the gate", without, 2.0);
}

/// 200 dossiers in one process, on all processors, beside a process for each of them one after another, by the clock; and
/// how much memory the last of them finds taken.
///
/// The reference is the program that `CLUE_BENCH_TYPST` names, run as `typst compile` is (`benches/typst-compile.py` does
/// so by PyPI's wheel); without it this program, run once a dossier, which reads templates and fonts just as well.
#[cfg(feature = "pdf")]
#[expect(
    clippy::print_stdout,
    reason = "a benchmark answers on standard output"
)]
fn compare_paper() {
    let own = std::env::current_exe().expect("this program");
    let drawn = |count: usize| {
        let (before, begun) = (children(), Instant::now());
        let out = Command::new(&own)
            .args([DOSSIERS, &count.to_string()])
            .output()
            .expect("a run");
        assert!(out.status.success(), "{}", beginning(&out.stderr));
        let (elapsed, cost) = (begun.elapsed(), children() - before);
        let answer = String::from_utf8_lossy(&out.stdout);
        let numbers: Vec<u64> = answer
            .split_whitespace()
            .map(|number| number.parse().expect("a number"))
            .collect();
        (elapsed, cost, numbers[0], numbers[1])
    };
    let (.., few) = drawn(20);
    // The middle one of three: a machine is not as fast at every moment.
    let mut runs: Vec<_> = (0..3).map(|_| drawn(200)).collect();
    runs.sort_by_key(|run| run.0);
    let (together, cost, pages, many) = runs[1];
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let template = common::paper::lay_out(folder.path());
    let typst = std::env::var_os("CLUE_BENCH_TYPST");
    let single = || match &typst {
        Some(typst) => {
            let target = template.with_extension("pdf");
            let (before, begun) = (children(), Instant::now());
            let status = Command::new(typst).args([&template, &target]).status();
            assert!(status.is_ok_and(|status| status.success()), "typst");
            (begun.elapsed(), children() - before)
        }
        None => {
            let (elapsed, cost, ..) = drawn(1);
            (elapsed, cost)
        }
    };
    let name = match &typst {
        Some(_) => "typst compile for each",
        None => "a process of this program for each",
    };
    let runs: Vec<_> = (0..9).map(|_| single()).collect();
    let elapsed = median(runs.iter().map(|run| run.0).collect());
    let what = format!("a dossier of {} pages, of 200 (elapsed)", pages / 200);
    row(&what, together / 200, name, elapsed, 0.2);
    println!(
        "processor time: {:.1} ms; {name}: {:.1} ms",
        cost.as_secs_f64() * 1e3 / 200.0,
        median(runs.iter().map(|run| run.1).collect()).as_secs_f64() * 1e3
    );
    let verdict = if many <= few * 5 / 4 {
        "holds"
    } else {
        "DOES NOT HOLD"
    };
    println!(
        "memory at the most: {} MB with 20 dossiers, {} MB with 200 (at most a quarter more: {verdict})",
        few / 1_024,
        many / 1_024
    );
}

/// Median cost of a command in a folder.
fn cost_of(folder: &Path, arguments: &[&str]) -> Duration {
    let runs = (0..3).map(|_| {
        cost(
            Command::new(env!("CARGO_BIN_EXE_clue"))
                .args(arguments)
                .current_dir(folder),
        )
    });
    median(runs.collect())
}

/// The most memory that a process has which writes a long ledger as a workbook.
#[expect(
    clippy::print_stdout,
    reason = "a benchmark answers on standard output"
)]
fn memory() {
    let own = std::env::current_exe().expect("this program");
    let out = Command::new(own).arg(WORKBOOK).output().expect("a run");
    assert!(out.status.success(), "{}", beginning(&out.stderr));
    let answer = String::from_utf8_lossy(&out.stdout);
    let peak: u64 = answer.trim().parse().expect("kilobytes");
    let verdict = if peak <= MEMORY {
        "holds"
    } else {
        "DOES NOT HOLD"
    };
    println!(
        "workbook of {ROWS} rows: {} MB at the most (at most {}: {verdict})",
        peak / 1_024,
        MEMORY / 1_024
    );
}

/// Writes a workbook of rows like the ledger's, each made when it is asked for; gives the peak of memory in kilobytes.
fn write_workbook() -> u64 {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day");
    let columns = 36;
    let book = Book {
        title: "台账".to_owned(),
        author: "华远机械股份有限公司".to_owned(),
        created: clue::time::Timestamp::parse("2026-11-23T09:12:00+08:00").expect("a time"),
        sheet: "台账".to_owned(),
        headings: (0..columns).map(|column| format!("栏目{column}")).collect(),
        summary: Summary {
            sheet: "汇总".to_owned(),
            title: "台账".to_owned(),
            facts: Vec::new(),
            tables: Vec::new(),
        },
    };
    let rows = (0..ROWS).map(|row| {
        (0..columns)
            .map(|column| match column % 3 {
                0 => Cell::text(format!("三号机床异响，第{row}条，第{column}栏")),
                1 => Cell::date(day.checked_add_days(chrono::Days::new(row.unsigned_abs() % 365))),
                _ => Cell::number(Some(row)),
            })
            .collect()
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    clue::spreadsheet::write(&book, rows, &mut bytes).expect("a workbook");
    assert!(bytes.into_inner().len() > 1_000_000);
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| {
        let rest = line.strip_prefix("VmHWM:")?.trim();
        rest.strip_suffix(" kB")?.trim().parse().ok()
    });
    peak.unwrap_or(0)
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
