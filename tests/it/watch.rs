//! `clue watch` as a process, driven by saves as people's programs make them, and read as its stream of events.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use clue::case::folder_of;
use serde_json::Value;

use crate::harness::World;
use crate::play::ORGANISATION;

/// How long an event is waited for on a machine that does much else.
const LONG: Duration = Duration::from_secs(60);
/// How long nothing must happen for nothing to have happened.
const CALM: Duration = Duration::from_millis(1_500);

/// A watch that runs.
struct Watching {
    child: Child,
    events: Receiver<Value>,
}

impl Watching {
    /// Starts it, and waits until it has judged everything.
    #[track_caller]
    fn start(world: &World, more: &[&str]) -> Self {
        let arguments = [&["watch", "--format", "json"], more].concat();
        Self::of(&mut world.program("li@example.org", &arguments))
    }

    #[track_caller]
    fn of(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, events) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let event: Value = serde_json::from_str(&line).expect("a line of JSON");
                assert_eq!(event["schemaVersion"], 1, "{line}");
                let _ = sender.send(event);
            }
        });
        let watching = Self { child, events };
        watching.until(|event| event["event"] == "ready");
        watching
    }

    /// Waits for an event; those before it are passed over.
    #[track_caller]
    fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + LONG;
        let mut passed = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(event) if wanted(&event) => return event,
                Ok(event) => passed.push(event.to_string()),
                Err(_) => panic!("it did not come; before it came\n{}", passed.join("\n")),
            }
        }
    }

    /// Waits for what is thought of a clue.
    #[track_caller]
    fn clue(&self, id: &str, valid: bool) -> Value {
        self.until(|event| event["event"] == "clue" && event["id"] == id && event["valid"] == valid)
    }

    /// What comes until nothing comes for a while.
    fn rest(&self) -> Vec<Value> {
        let mut rest = Vec::new();
        loop {
            match self.events.recv_timeout(CALM) {
                Ok(event) => rest.push(event),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return rest,
            }
        }
    }

    #[track_caller]
    fn is_silent(&self) {
        let rest = self.rest();
        assert!(rest.is_empty(), "{rest:#?}");
    }

    /// Ends it as Ctrl-C does.
    #[track_caller]
    fn stop(mut self) {
        let process = self.child.id().to_string();
        let status = Command::new("kill").args(["-INT", &process]).status();
        assert!(status.expect("kill runs").success());
        self.until(|event| event["event"] == "stopped");
        let status = self.child.wait().expect("it ends");
        assert_eq!(status.code(), Some(0));
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A repository with two collected clues; gives their ids.
fn two() -> (World, String, String) {
    let world = World::with_repository(ORGANISATION);
    let [one, other] = [world.collect(), world.collect()];
    // What was made a moment ago is nothing that is edited.
    std::thread::sleep(Duration::from_millis(100));
    (world, one, other)
}

fn form(id: &str) -> String {
    format!("{}/collection.yaml", folder_of(id).expect("an id"))
}

fn full(world: &World, path: &str) -> PathBuf {
    world.path().join(path)
}

const RIGHT: &str = "channel: employee-report";
const WRONG: &str = "channel: pigeon";

#[test]
fn every_way_of_saving_is_seen() {
    let (world, one, _) = two();
    let watching = Watching::start(&world, &[]);
    let path = form(&one);
    let right = world.read(&path);
    let wrong = right.replace(RIGHT, WRONG);
    let file = full(&world, &path);
    let beside = |name: &str| file.with_file_name(name);
    // Truncated and written in place.
    world.write(&path, &wrong);
    let event = watching.clue(&one, false);
    assert_eq!(event["findings"][0]["path"], path.as_str());
    assert!(event["findings"][0]["line"].is_number(), "{event}");
    // Written beside, and put into its place.
    fs::write(beside("lu4711.tmp"), &right).expect("a file");
    fs::rename(beside("lu4711.tmp"), &file).expect("a rename");
    watching.clue(&one, true);
    // The old one kept as a backup, with a swap file beside it.
    fs::write(beside(".collection.yaml.swp"), "swap").expect("a file");
    fs::rename(&file, beside("collection.yaml~")).expect("a rename");
    fs::write(&file, &wrong).expect("a file");
    fs::remove_file(beside("collection.yaml~")).expect("a file");
    fs::remove_file(beside(".collection.yaml.swp")).expect("a file");
    watching.clue(&one, false);
    // Taken away, and written anew.
    fs::remove_file(&file).expect("a file");
    fs::write(&file, &right).expect("a file");
    watching.clue(&one, true);
    // In pieces, by somebody who takes their time and never says that it is whole.
    let mut open = File::create(&file).expect("a file");
    for piece in wrong.as_bytes().chunks(wrong.len() / 3 + 1) {
        open.write_all(piece).expect("written");
        open.flush().expect("written");
        std::thread::sleep(Duration::from_millis(20));
    }
    watching.until(|event| event["event"] == "clue" && event.to_string().contains("pigeon"));
    drop(open);
    watching.rest();
    // What says the same as before is nothing new: a lock, a backup, a touch, the same bytes once more.
    fs::write(beside(".~lock.collection.yaml#"), "li").expect("a file");
    fs::write(beside("collection.yaml~"), &right).expect("a file");
    world.write(&path, &wrong);
    watching.is_silent();
    watching.stop();
}

#[test]
fn folders_come_and_go() {
    let (world, one, _) = two();
    let watching = Watching::start(&world, &[]);
    let id = "20250102-abcd";
    let folder = folder_of(id).expect("an id");
    world.write(
        &format!("{folder}/collection.yaml"),
        &world.read(&form(&one)).replace(RIGHT, WRONG),
    );
    let event = watching.until(|event| event["event"] == "clue" && event["id"] == id);
    assert!(event.to_string().contains("pigeon"), "{event}");
    // What is saved later in a folder that came while it was watched, also below it.
    world.write(&format!("{folder}/transfers/strange.txt"), "x");
    watching.until(|event| event["id"] == id && event.to_string().contains("strange.txt"));
    fs::remove_dir_all(full(&world, "clues/2025")).expect("a folder");
    watching.until(|event| event["event"] == "gone" && event["id"] == id);
    world.write("clues/2026/notes.txt", "x");
    let event = watching.until(|event| event["event"] == "beside");
    assert_eq!(event["path"], "clues/2026/notes.txt");
    fs::remove_file(full(&world, "clues/2026/notes.txt")).expect("a file");
    let event = watching.until(|event| event["event"] == "beside");
    assert_eq!(event["findings"], Value::Array(Vec::new()));
    // An entry of the register that names nobody.
    world.write("register/2026/YW/0/YW-2026-0001", "20261123-zzzz\n");
    let event =
        watching.until(|event| event["event"] == "beside" && event["findings"][0].is_object());
    assert_eq!(event["findings"][0]["code"], "number-unregistered");
    watching.stop();
}

#[test]
fn another_branch_is_checked_out_under_it() {
    let (world, one, other) = two();
    world.git(&["switch", "--quiet", "--create", "wrong"]);
    world.edit(&form(&one), RIGHT, WRONG);
    world.git(&["rm", "-r", "--quiet", &folder_of(&other).expect("an id")]);
    world.git(&["commit", "--quiet", "--all", "--message", "wrong"]);
    world.git(&["switch", "--quiet", "main"]);
    let watching = Watching::start(&world, &[]);
    for _ in 0..2 {
        world.git(&["switch", "--quiet", "wrong"]);
        let mut seen = [false; 2];
        while seen != [true; 2] {
            let event =
                watching.until(|event| event["event"] == "clue" || event["event"] == "gone");
            seen[0] |= event["id"] == one.as_str() && event["valid"] == false;
            seen[1] |= event["id"] == other.as_str() && event["event"] == "gone";
        }
        world.git(&["switch", "--quiet", "main"]);
        let mut seen = [false; 2];
        while seen != [true; 2] {
            let event = watching.until(|event| event["event"] == "clue");
            seen[0] |= event["id"] == one.as_str() && event["valid"] == true;
            seen[1] |= event["id"] == other.as_str() && event["valid"] == true;
        }
    }
    watching.rest();
    // The folder that came back is watched.
    world.edit(&form(&other), RIGHT, WRONG);
    watching.clue(&other, false);
    watching.stop();
}

#[test]
fn thousands_of_files_at_once_are_one_look() {
    let (world, one, _) = two();
    let watching = Watching::start(&world, &[]);
    let text = world.read(&form(&one)).replace(RIGHT, WRONG);
    let letters: Vec<char> = "23456789abcdefghjkmnpqrstuvwxyz".chars().collect();
    let ids: Vec<String> = (0..1_000)
        .map(|index| {
            let day = index % 28 + 1;
            let suffix: String = [index / 900, index / 30 % 30, index % 30]
                .iter()
                .map(|digit| letters[*digit])
                .collect();
            format!("202503{day:02}-a{suffix}")
        })
        .collect();
    for id in &ids {
        let folder = folder_of(id).expect("an id");
        world.write(&format!("{folder}/collection.yaml"), &text);
        world.write(&format!("{folder}/strange.txt"), "x");
    }
    let mut left: std::collections::BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    while !left.is_empty() {
        let event = watching.until(|event| event["event"] == "clue");
        if event.to_string().contains("strange.txt") && event.to_string().contains("pigeon") {
            left.remove(event["id"].as_str().unwrap_or_default());
        }
    }
    fs::remove_dir_all(full(&world, "clues/2025")).expect("a folder");
    let mut gone = 0;
    while gone < ids.len() {
        let event = watching.until(|event| event["event"] != "looked");
        gone += usize::from(event["event"] == "gone");
    }
    world.edit(&form(&one), RIGHT, WRONG);
    watching.clue(&one, false);
    watching.stop();
}

#[test]
fn a_broken_rulebook_is_told_and_the_last_verdicts_stay() {
    let (world, one, _) = two();
    let watching = Watching::start(&world, &[]);
    let rulebook = world.read("workflow.yaml");
    world.write("workflow.yaml", "states: [\n");
    let event = watching.until(|event| event["event"] == "rules");
    assert_eq!(event["usable"], false);
    assert_eq!(event["findings"][0]["path"], "workflow.yaml");
    world.edit(&form(&one), RIGHT, WRONG);
    world.write("workflow.yaml", &rulebook);
    watching.until(|event| event["event"] == "rules" && event["usable"] == true);
    let event = watching.clue(&one, false);
    assert_eq!(event["stale"], false);
    watching.stop();
}

#[test]
fn without_notices_the_folder_is_looked_at_again_and_again() {
    let (world, one, other) = two();
    let watching = Watching::start(&world, &["--poll", "1"]);
    world.edit(&form(&one), RIGHT, WRONG);
    watching.clue(&one, false);
    world.edit(&form(&one), WRONG, RIGHT);
    watching.clue(&one, true);
    fs::remove_dir_all(full(&world, &folder_of(&other).expect("an id"))).expect("a folder");
    watching.until(|event| event["event"] == "gone" && event["id"] == other.as_str());
    watching.until(|event| event["event"] == "waits" && event["why"] == "removed");
    watching.is_silent();
    watching.stop();
}

fn note(world: &World, id: &str, text: &str) {
    let path = form(id);
    let old = world.read(&path);
    world.write(&path, &format!("{old}# {text}\n"));
}

#[test]
fn a_valid_edit_becomes_a_commit_of_its_own() {
    let (world, one, other) = two();
    let watching = Watching::start(&world, &["--commit", "--quiet", "1"]);
    // Somebody stages a file, and another clue is being written: neither comes with it.
    world.write("notes.txt", "mine");
    world.git(&["add", "notes.txt"]);
    world.edit(&form(&other), RIGHT, WRONG);
    note(&world, &one, "an edit");
    let (mut committed, mut waits) = (Value::Null, Value::Null);
    while committed.is_null() || waits.is_null() {
        let event = watching.until(|event| event["event"] != "clue");
        match event["event"].as_str() {
            Some("committed") => committed = event,
            Some("waits") => waits = event,
            _ => panic!("{event}"),
        }
    }
    assert_eq!(committed["id"], one.as_str());
    assert_eq!(committed["subject"], format!("clue {one}: edit collection"));
    assert_eq!(committed["paths"], serde_json::json!([form(&one)]));
    assert_eq!(waits["id"], other.as_str());
    assert_eq!(waits["why"], "invalid");
    // Its own writes are no news.
    watching.is_silent();
    let show = world.git(&[
        "show",
        "--format=%s%n%an <%ae>%n%(trailers)",
        "--name-only",
        "HEAD",
    ]);
    let expected = format!(
        "clue {one}: edit collection\n某人 <li@example.org>\nClue-Id: {one}\n\n\n{}\n",
        form(&one)
    );
    assert_eq!(show, expected);
    let status = world.git(&["status", "--short"]);
    assert_eq!(status, format!(" M {}\nA  notes.txt\n", form(&other)));
    // Mended, it follows.
    world.edit(&form(&other), WRONG, RIGHT);
    note(&world, &other, "another edit");
    let event = watching.until(|event| event["event"] == "committed");
    assert_eq!(event["id"], other.as_str());
    // Two clues edited at once are two commits.
    note(&world, &one, "more");
    note(&world, &other, "more");
    for _ in 0..2 {
        watching.until(|event| event["event"] == "committed");
    }
    watching.stop();
    assert_eq!(world.git(&["status", "--short"]), "A  notes.txt\n");
    world.git(&["reset", "--quiet"]);
    let audit = world.clue("li@example.org", &["audit"]);
    assert_eq!(audit.status, 0, "{}{}", audit.out, audit.err);
}

#[test]
fn what_may_not_be_committed_waits() {
    let (world, one, _) = two();
    let watching = Watching::start(&world, &["--commit", "--quiet", "1"]);
    let head = world.git(&["rev-parse", "HEAD"]);
    // The card is written by steps.
    let card = format!("{}/clue.yaml", folder_of(&one).expect("an id"));
    let was = world.read(&card);
    world.write(
        &card,
        &was.replace("confidentiality: internal", "confidentiality: secret"),
    );
    let event = watching.until(|event| event["event"] == "waits" && event["id"] == one.as_str());
    assert_eq!(event["why"], "invalid", "{event}");
    world.write(&card, &was);
    watching.until(|event| event["event"] == "free" && event["id"] == one.as_str());
    // A file of the rules waits for a person.
    let organisation = world.read("organisation.yaml");
    world.write("organisation.yaml", &format!("{organisation}# more\n"));
    let event = watching.until(|event| event["event"] == "waits");
    assert_eq!(
        (&event["why"], &event["path"]),
        (&"rules".into(), &"organisation.yaml".into())
    );
    world.write("organisation.yaml", &organisation);
    watching.until(|event| event["event"] == "free" && event["path"] == "organisation.yaml");
    // What somebody staged they will commit themselves.
    note(&world, &one, "staged");
    world.git(&["add", &form(&one)]);
    let event = watching.until(|event| event["event"] == "waits");
    assert_eq!(event["why"], "staged");
    world.git(&["reset", "--quiet", "--hard"]);
    watching.until(|event| event["event"] == "free");
    // In the middle of a merge nothing is committed.
    fs::write(full(&world, ".git/MERGE_HEAD"), &head).expect("a file");
    note(&world, &one, "in a merge");
    let event = watching.until(|event| event["event"] == "waits");
    assert_eq!(event["why"], "in-progress");
    assert_eq!(world.git(&["rev-parse", "HEAD"]), head);
    fs::remove_file(full(&world, ".git/MERGE_HEAD")).expect("a file");
    watching.until(|event| event["event"] == "committed");
    // A command of git that is under way is waited for.
    let head = world.git(&["rev-parse", "HEAD"]);
    fs::write(full(&world, ".git/index.lock"), "").expect("a file");
    note(&world, &one, "while git works");
    let event = watching.until(|event| event["event"] == "waits");
    assert_eq!(event["why"], "busy");
    assert_eq!(world.git(&["rev-parse", "HEAD"]), head);
    fs::remove_file(full(&world, ".git/index.lock")).expect("a file");
    watching.until(|event| event["event"] == "committed");
    // Half a file is not committed, however long it rests.
    let mut open = File::options()
        .append(true)
        .open(full(&world, &form(&one)))
        .expect("a file");
    writeln!(open, "# half").expect("written");
    let event = watching.until(|event| event["event"] == "waits");
    assert_eq!(event["why"], "busy");
    writeln!(open, "# and the other half").expect("written");
    drop(open);
    watching.until(|event| event["event"] == "committed");
    let text = world.git(&["show", &format!("HEAD:{}", form(&one))]);
    assert!(text.ends_with("# half\n# and the other half\n"), "{text}");
    watching.stop();
    let audit = world.clue("li@example.org", &["audit"]);
    assert_eq!(audit.status, 0, "{}{}", audit.out, audit.err);
}

#[test]
fn an_edit_from_before_it_began_is_committed_and_a_stranger_commits_nothing() {
    let (world, one, _) = two();
    note(&world, &one, "before");
    let stranger = world.clue("stranger@example.org", &["watch", "--commit"]);
    assert_eq!(stranger.status, 3, "{}", stranger.out);
    assert!(
        stranger.err.contains("organisation.yaml"),
        "{}",
        stranger.err
    );
    let watching = Watching::start(&world, &["--commit", "--quiet", "0"]);
    let event = watching.until(|event| event["event"] == "committed");
    assert_eq!(event["id"], one.as_str());
    watching.stop();
}

/// The kernel keeps so many events for a process that does not take them, and no more.
#[test]
#[cfg(target_os = "linux")]
fn lost_events_are_told_and_everything_is_looked_at() {
    let (world, one, other) = two();
    let watching = Watching::start(&world, &[]);
    let process = watching.child.id().to_string();
    let signal = |name: &str| {
        let status = Command::new("kill").args([name, &process]).status();
        assert!(status.expect("kill runs").success());
    };
    let most = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events");
    let most: usize = most.expect("a setting").trim().parse().expect("a number");
    if most > 100_000 {
        return;
    }
    signal("-STOP");
    // Several events for each: made, opened, closed, taken away.
    let swap = full(&world, &form(&one)).with_file_name(".collection.yaml.swp");
    for _ in 0..most / 2 {
        fs::write(&swap, "").expect("a file");
        fs::remove_file(&swap).expect("a file");
    }
    world.edit(&form(&other), RIGHT, WRONG);
    signal("-CONT");
    let event = watching.until(|event| event["event"] == "look");
    assert_eq!(event["why"], "lost");
    watching.clue(&other, false);
    world.edit(&form(&other), WRONG, RIGHT);
    watching.clue(&other, true);
    watching.stop();
}

#[test]
fn what_is_sealed_is_never_committed() {
    let world = World::new();
    world.clue("li@example.org", &["demo", "demo"]).ok();
    let folder = world.path().join("demo");
    let id = "20260302-k7qd";
    let path = format!("demo/{}", form(id));
    let text = world.read(&path);
    world.write(&path, &format!("{text}# more\n"));
    let officer = "li.wei@huayuan-machinery.example";
    let mut command = world.program(
        officer,
        &[
            "-C", "demo", "watch", "--commit", "--quiet", "0", "--format", "json",
        ],
    );
    let watching = Watching::of(&mut command);
    let event = watching.until(|event| event["event"] == "waits");
    assert_eq!(
        (&event["id"], &event["why"]),
        (&id.into(), &"invalid".into())
    );
    assert_eq!(event["findings"][0]["code"], "seal-broken");
    watching.is_silent();
    watching.stop();
    let head = Command::new("git")
        .args(["status", "--short"])
        .current_dir(folder)
        .output();
    let status = String::from_utf8_lossy(&head.expect("git runs").stdout).into_owned();
    assert_eq!(status, format!(" M {}\n", form(id)));
}

#[test]
fn lines_are_plain_where_there_is_no_terminal() {
    let (world, one, _) = two();
    world.edit(&form(&one), RIGHT, WRONG);
    let mut command = world.program("li@example.org", &["watch"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut next = || lines.next().expect("a line").expect("a line");
    assert!(next().ends_with("2 clues, 1 with findings"));
    assert!(next().contains(&format!("{one}: 1 error")));
    let line = next();
    assert!(
        line.contains("collection.yaml:") && line.contains("pigeon"),
        "{line}"
    );
    assert!(!line.contains('\u{1b}'), "{line}");
    let status = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(status.expect("kill runs").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

/// What is missing is never committed as missing: it waits, with how to bring it back.
#[test]
fn what_was_removed_waits_and_is_never_committed() {
    let (world, one, _) = two();
    let watching = Watching::start(&world, &["--commit", "--quiet", "0"]);
    let head = world.git(&["rev-parse", "HEAD"]);
    let folder = folder_of(&one).expect("an id");
    let card = format!("{folder}/clue.yaml");
    let removed = |event: &Value| event["event"] == "waits" && event["why"] == "removed";
    for path in [form(&one), card] {
        fs::remove_file(full(&world, &path)).expect("a file");
        let event = watching.until(removed);
        assert_eq!(event["id"], one.as_str());
        assert_eq!(event["paths"], serde_json::json!([path]));
        let message = event["message"].as_str().expect("words");
        assert!(
            message.contains(&format!("git checkout HEAD -- {path}")),
            "{message}"
        );
        world.git(&["checkout", "--quiet", "HEAD", "--", &path]);
        watching.until(|event| event["event"] == "free" && event["id"] == one.as_str());
    }
    fs::remove_dir_all(full(&world, &folder)).expect("a folder");
    let event = watching.until(removed);
    let message = event["message"].as_str().expect("words");
    assert!(
        message.contains(&format!("git checkout HEAD -- {folder}")),
        "{message}"
    );
    assert_eq!(world.git(&["rev-parse", "HEAD"]), head);
    world.git(&["checkout", "--quiet", "HEAD", "--", &folder]);
    watching.until(|event| event["event"] == "free" && event["id"] == one.as_str());
    watching.is_silent();
    assert_eq!(world.git(&["rev-parse", "HEAD"]), head);
    watching.stop();
}

#[test]
fn a_folder_that_history_still_has_is_told_with_how_to_restore_it() {
    let (world, one, other) = two();
    let folder = folder_of(&one).expect("an id");
    let watching = Watching::start(&world, &[]);
    fs::remove_dir_all(full(&world, &folder)).expect("a folder");
    watching.until(|event| event["event"] == "gone" && event["id"] == one.as_str());
    let event = watching.until(|event| event["event"] == "waits");
    assert_eq!(
        (&event["why"], &event["id"]),
        (&"removed".into(), &one.as_str().into())
    );
    world.git(&["checkout", "--quiet", "HEAD", "--", &folder]);
    watching.until(|event| event["event"] == "free" && event["id"] == one.as_str());
    watching.rest();
    // A branch that has no such clue is nothing to be restored.
    world.git(&["switch", "--quiet", "--create", "less"]);
    world.git(&["rm", "-r", "--quiet", &folder_of(&other).expect("an id")]);
    world.git(&["commit", "--quiet", "--message", "less"]);
    world.git(&["switch", "--quiet", "main"]);
    watching.rest();
    world.git(&["switch", "--quiet", "less"]);
    let rest = watching.rest();
    assert!(
        rest.iter().any(|event| event["event"] == "gone"),
        "{rest:#?}"
    );
    assert!(
        rest.iter().all(|event| event["event"] != "waits"),
        "{rest:#?}"
    );
    watching.stop();
}

#[test]
fn a_wait_ends_when_its_reason_does() {
    let (world, one, _) = two();
    let watching = Watching::start(&world, &["--commit", "--quiet", "1"]);
    note(&world, &one, "staged");
    world.git(&["add", &form(&one)]);
    watching.until(|event| event["event"] == "waits" && event["why"] == "staged");
    world.git(&["commit", "--quiet", "--message", "by hand"]);
    watching.until(|event| event["event"] == "free" && event["id"] == one.as_str());
    // Taken out of the index, it is committed like any other edit.
    note(&world, &one, "staged again");
    world.git(&["add", &form(&one)]);
    watching.until(|event| event["event"] == "waits" && event["why"] == "staged");
    world.git(&["reset", "--quiet"]);
    watching.until(|event| event["event"] == "committed" && event["id"] == one.as_str());
    watching.is_silent();
    watching.stop();
}

#[test]
fn a_clue_that_comes_and_each_of_its_steps_has_its_deadlines() {
    let (world, _, _) = two();
    // Steps are taken as of now, and deadlines are counted as of now: not as of when the watch began.
    let mut command = world.program("li@example.org", &["watch", "--format", "json"]);
    let watching = Watching::of(command.env("TZ", "America/New_York"));
    std::thread::sleep(Duration::from_millis(1_100));
    let id = world.collect();
    let event = watching.until(|event| event["id"] == id && event["state"].is_string());
    assert!(
        event["due"].as_array().is_some_and(|due| !due.is_empty()),
        "{event}"
    );
    let at = event["at"].as_str().expect("a moment");
    assert!(at.ends_with("+08:00"), "on the organisation's clock: {at}");
    // Neither half a step nor a save under way is told.
    let rest = watching.rest();
    assert!(
        rest.iter().all(|event| event["valid"] != false),
        "{rest:#?}"
    );
    let strange = full(&world, &form(&id)).with_file_name("sedlr5sX4");
    fs::write(&strange, "x").expect("a file");
    fs::remove_file(&strange).expect("a file");
    watching.is_silent();
    fs::write(&strange, "x").expect("a file");
    let event = watching.clue(&id, false);
    assert_eq!(event["findings"][0]["code"], "file-unknown");
    watching.stop();
}

/// The lines that it printed so far.
struct Lines {
    child: Child,
    lines: Receiver<String>,
}

impl Lines {
    #[track_caller]
    fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self { child, lines }
    }

    /// Waits for a line with these words; gives it and those before it.
    #[track_caller]
    fn until(&self, words: &str) -> Vec<String> {
        let mut passed = Vec::new();
        loop {
            match self.lines.recv_timeout(LONG) {
                Ok(line) => {
                    let is_last = line.contains(words);
                    passed.push(line);
                    if is_last {
                        return passed;
                    }
                }
                Err(_) => panic!("no {words:?}; there came\n{}", passed.join("\n")),
            }
        }
    }

    #[track_caller]
    fn stop(mut self) -> Vec<String> {
        let process = self.child.id().to_string();
        let status = Command::new("kill").args(["-INT", &process]).status();
        assert!(status.expect("kill runs").success());
        assert_eq!(self.child.wait().expect("it ends").code(), Some(0));
        self.lines.iter().collect()
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn why_an_edit_waits_is_told_with_every_finding() {
    let (world, one, _) = two();
    let mut command = world.program("li@example.org", &["watch", "--commit", "--quiet", "0"]);
    let lines = Lines::of(&mut command);
    lines.until("valid edits are committed");
    let card = format!("{}/clue.yaml", folder_of(&one).expect("an id"));
    let was = world.read(&card);
    world.write(
        &card,
        &was.replace("confidentiality: internal", "confidentiality: secret"),
    );
    lines.until(&format!("{one}: edited, not committed: 1 error"));
    let finding = lines.until("error[").pop().expect("a line");
    assert!(finding.contains("clue.yaml"), "{finding}");
    world.write(&card, &was);
    lines.until("nothing stands in the way");
    note(&world, &one, "an edit");
    // It became a commit, and nobody is told besides that it waits no longer.
    let passed = lines.until("  committed ").join("\n");
    assert!(!passed.contains("stands in the way"), "{passed}");
    fs::remove_file(full(&world, &card)).expect("a file");
    lines.until("clue.yaml removed; not committed; to restore: git checkout HEAD -- ");
    let last = lines.stop();
    assert!(
        last.last()
            .is_some_and(|line| line.contains("clue watch has ended; 1 not committed")),
        "{last:?}"
    );
}

#[test]
fn steps_are_told_by_name_and_many_clues_in_one_sentence() {
    let (world, one, _) = two();
    let mut command = world.program("li@example.org", &["watch"]);
    let lines = Lines::of(&mut command);
    lines.until("2 clues");
    let step = ["advance", &one, "return", "--reason", "more is needed"];
    world.clue("li@example.org", &step).ok();
    lines.until(&format!(
        "{one}: return to the collector (return) taken, now collected"
    ));
    world.collect();
    world.collect();
    world.edit(&form(&one), RIGHT, WRONG);
    lines.until(&format!("{one}: 1 error"));
    let rules = world.read("workflow.yaml");
    world.write("workflow.yaml", &format!("{rules}# more\n"));
    let passed = lines.until("everything was judged again: 1 with findings");
    let valid = passed.iter().filter(|line| line.contains(": valid"));
    assert!(valid.count() <= 2, "only those that came: {passed:#?}");
    lines.stop();
}

/// The folder itself is moved away and another one takes its place, or is removed.
#[cfg(unix)]
#[test]
fn a_folder_that_is_replaced_or_gone_is_told_and_ends_it() {
    for replaced in [true, false] {
        let (world, ..) = two();
        let folder = world.path().join("cases");
        world.git(&["clone", "--quiet", ".", "cases"]);
        let mut watching = Watching::of(
            world
                .program("li@example.org", &["watch", "--format", "json"])
                .current_dir(&folder)
                .stderr(Stdio::null()),
        );
        fs::rename(&folder, world.path().join("old")).expect("a rename");
        if replaced {
            world.git(&["clone", "--quiet", ".", "cases"]);
        }
        watching.until(|event| event["event"] == "stopped");
        let status = watching.child.wait().expect("it ends");
        assert_eq!(status.code(), Some(3), "replaced: {replaced}");
    }
}
