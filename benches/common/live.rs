//! What is done at the cost of what changed: the check of what is staged, and a folder that is watched.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use clue::case::folder_of;

use super::{Generated, git, repository};

/// A repository of which half of the clues are archived, and half are live.
pub(crate) fn half_live(base: &Path, clues: usize) -> Generated {
    repository(&base.join(format!("half-{clues}")), clues / 2, clues / 2)
}

/// The form of a clue.
pub(crate) fn form(folder: &Path, id: &str) -> PathBuf {
    let clue = folder_of(id).expect("an id");
    folder.join(clue).join("collection.yaml")
}

/// Stages an edit of one clue.
pub(crate) fn stage_one(generated: &Generated) {
    git(&generated.folder, &["reset", "--quiet", "--hard"]);
    let path = form(&generated.folder, &generated.waiting[0]);
    let text = fs::read_to_string(&path).expect("a form");
    fs::write(&path, text + "# staged\n").expect("a form");
    git(&generated.folder, &["add", "clues"]);
}

/// A watch that runs.
pub(crate) struct Watching {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Watching {
    /// Starts it in a folder; gives it with the time that it took until it had judged everything.
    pub(crate) fn start(folder: &Path) -> (Self, Duration) {
        let begun = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_clue"))
            .args(["watch", "--format", "json"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("clue runs");
        let out = child.stdout.take().expect("a pipe");
        let lines = BufReader::new(out).lines();
        let mut watching = Self { child, lines };
        watching.until("\"event\":\"ready\"");
        (watching, begun.elapsed())
    }

    fn until(&mut self, wanted: &str) {
        for line in &mut self.lines {
            if line.expect("a line").contains(wanted) {
                return;
            }
        }
        panic!("the watch ended");
    }

    /// Saves a form with a fault and without one, in turn; gives the times from each saved byte to what is said of it.
    pub(crate) fn latencies(&mut self, generated: &Generated, count: usize) -> Vec<Duration> {
        let mut latencies = Vec::new();
        for index in 0..count {
            let id = &generated.waiting[(index / 2) % generated.waiting.len()];
            let path = form(&generated.folder, id);
            let right = fs::read_to_string(&path).expect("a form");
            let wrong = right
                .lines()
                .map(|line| match line.starts_with("channel:") {
                    true => "channel: pigeon\n".to_owned(),
                    false => format!("{line}\n"),
                })
                .collect::<String>();
            for (text, wanted) in [(&wrong, "\"valid\":false"), (&right, "\"valid\":true")] {
                std::thread::sleep(Duration::from_millis(150));
                fs::write(&path, text).expect("a form");
                let saved = Instant::now();
                self.until(wanted);
                latencies.push(saved.elapsed());
            }
        }
        latencies.sort();
        latencies
    }

    /// The most memory that it had, in kilobytes.
    pub(crate) fn memory(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(path).unwrap_or_default();
        let peak = status.lines().find_map(|line| {
            let rest = line.strip_prefix("VmHWM:")?.trim();
            rest.strip_suffix(" kB")?.trim().parse().ok()
        });
        peak.unwrap_or(0)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
