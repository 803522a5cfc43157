//! The doctor finds what is wrong with a repository, mends what can be mended, and never loses anybody's work.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::harness::{Ran, World};
use crate::play::ORGANISATION;

const LI: &str = "li@example.org";

fn begun() -> (World, String) {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let folder = clue::case::folder_of(&id).expect("an id");
    (world, folder)
}

/// Makes a file as old as an hour.
fn age(world: &World, path: &str) {
    let file = fs::File::options()
        .write(true)
        .open(world.path().join(path))
        .expect("a file");
    file.set_modified(SystemTime::now() - Duration::from_secs(3600))
        .expect("an older date");
}

fn exists(world: &World, path: &str) -> bool {
    world.path().join(path).exists()
}

/// What a check finds, as data.
#[track_caller]
fn found(world: &World, arguments: &[&str], check: &str) -> Vec<Value> {
    let arguments = [&["doctor", "--format", "json"], arguments].concat();
    let ran = world.clue(LI, &arguments);
    let data: Value = serde_json::from_str(&ran.out)
        .unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err));
    let healthy = data["healthy"] == true;
    assert_eq!(ran.status, i32::from(!healthy), "{data:#}");
    let all = data["found"].as_array().cloned().unwrap_or_default();
    for one in &all {
        assert_eq!(one["check"], check, "{data:#}");
    }
    all
}

/// A finding that only a person can mend, with and without `--fix`.
#[track_caller]
fn told(world: &World, check: &str, words: &str) {
    for arguments in [&[] as &[&str], &["--fix"]] {
        let all = found(world, arguments, check);
        assert_eq!(all.len(), 1, "{all:?}");
        assert_eq!(all[0]["fixable"], false);
        assert_eq!(all[0]["severity"], "error");
        let text = all[0]["found"].as_str().expect("a text");
        assert!(text.contains(words), "{text}");
    }
}

/// A finding that `--fix` mends, and that is gone afterwards.
#[track_caller]
fn mended(world: &World, check: &str, count: usize) {
    let all = found(world, &[], check);
    assert_eq!(all.len(), count, "{all:?}");
    assert!(
        all.iter()
            .all(|one| one["fixable"] == true && one["fixed"] == false)
    );
    let all = found(world, &["--fix"], check);
    assert_eq!(all.len(), count, "{all:?}");
    assert!(all.iter().all(|one| one["fixed"] == true), "{all:?}");
    assert_eq!(found(world, &[], check), Vec::<Value>::new());
}

#[test]
fn a_sound_repository_is_sound() {
    let (world, _) = begun();
    let before = world.everything();
    let out = world.clue(LI, &["doctor"]).ok();
    assert!(out.lines().all(|line| line.starts_with("  ✓ ")), "{out}");
    let out = world.clue_in("zh", LI, &["doctor", "--fix"]).ok();
    assert!(out.contains("  ✓ 没有锁"), "{out}");
    assert!(world.everything() == before, "something changed");
    let nowhere = World::new();
    nowhere.clue(LI, &["doctor"]).fails(3);
}

#[test]
fn old_locks_are_taken_away_and_others_are_not() {
    let (world, _) = begun();
    for lock in [
        ".git/index.lock",
        ".git/HEAD.lock",
        ".git/refs/heads/a/b.lock",
    ] {
        world.write(lock, "");
        age(&world, lock);
    }
    mended(&world, "locks", 3);
    assert!(!exists(&world, ".git/index.lock"));
    // A fresh one is told as a note, and left.
    world.write(".git/index.lock", "");
    let all = found(&world, &["--fix"], "locks");
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(
        (&all[0]["severity"], &all[0]["fixed"]),
        (&Value::from("note"), &Value::from(false)),
        "{all:?}"
    );
    let words = all[0].to_string();
    for part in [
        "index.lock has been there for ",
        " seconds, and no program is seen",
        "probably in use",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let out = world.clue_in("zh", LI, &["doctor"]).ok();
    assert!(out.contains("很可能正在使用中"), "{out}");
    assert!(!out.contains("没有锁"), "{out}");
    assert!(exists(&world, ".git/index.lock"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_lock_that_may_be_held_is_left() {
    let (world, _) = begun();
    world.write(".git/index.lock", "");
    age(&world, ".git/index.lock");
    let file = fs::File::open(world.path().join(".git/index.lock")).expect("the lock");
    let mut holder = std::process::Command::new("sleep")
        .arg("60")
        .stdin(file)
        .spawn()
        .expect("a process");
    let process = format!("process {} may hold it", holder.id());
    told(&world, "locks", &process);
    holder.kill().expect("an end");
    holder.wait().expect("an end");
    // git closes the file while an editor is open.
    let mut git = std::process::Command::new("git")
        .args(["cat-file", "--batch"])
        .current_dir(world.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("git runs");
    let process = format!("process {} may hold it", git.id());
    told(&world, "locks", &process);
    git.kill().expect("an end");
    git.wait().expect("an end");
    assert!(exists(&world, ".git/index.lock"));
    mended(&world, "locks", 1);
}

#[test]
fn a_step_that_died_is_completed() {
    let (world, _) = begun();
    let [after, before] = ["HEAD", "HEAD~1"].map(|name| world.git(&["rev-parse", name]));
    let names = world.git(&["show", "--name-only", "--format=", "HEAD"]);
    let files: Vec<Value> = names
        .lines()
        .map(|path| {
            let id = world.git(&["hash-object", path]);
            json!({"path": path, "before": null, "after": id.trim()})
        })
        .collect();
    let journal = json!({"before": before.trim(), "commit": after.trim(), "files": files});
    // As if it had been killed before the index was told.
    for name in names.lines() {
        world.git(&["rm", "--quiet", "--cached", name]);
    }
    world.write(".git/clue.journal", &journal.to_string());
    let all = found_any(&world, &[]);
    assert_eq!(all, ["journal", "index"]);
    let all = found_any(&world, &["--fix"]);
    assert_eq!(all, ["journal"]);
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    assert!(!exists(&world, ".git/clue.journal"));
    world.clue(LI, &["doctor"]).ok();
}

/// The checks that find something.
fn found_any(world: &World, arguments: &[&str]) -> Vec<String> {
    let arguments = [&["doctor", "--format", "json"], arguments].concat();
    let ran = world.clue(LI, &arguments);
    let data: Value = serde_json::from_str(&ran.out).expect("data");
    let all = data["found"].as_array().expect("a list").iter();
    all.map(|one| one["check"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn an_index_that_was_left_behind_is_mended_and_what_was_staged_stays() {
    let (world, folder) = begun();
    let id = clue::case::id_of(&folder).expect("an id").to_owned();
    world.write("note.txt", "staged");
    world.git(&["add", "note.txt"]);
    world.write("note.txt", "and changed since");
    let index = fs::read(world.path().join(".git/index")).expect("the index");
    world
        .clue(LI, &["advance", &id, "return", "-m", "补充"])
        .ok();
    fs::write(world.path().join(".git/index"), index).expect("the index");
    assert!(world.git(&["status", "--porcelain"]).contains("MM clues/"));
    mended(&world, "index", 1);
    assert_eq!(world.git(&["status", "--porcelain"]), "AM note.txt\n");
    assert_eq!(world.git(&["show", ":note.txt"]), "staged");
    world.git(&["fsck", "--strict"]);
}

#[test]
fn a_version_of_a_record_that_was_staged_by_hand_is_told_and_kept() {
    let (world, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let committed = world.read(&path);
    world.write(&path, &format!("# staged\n{committed}"));
    world.git(&["add", &path]);
    // An ordinary edit that is staged is nobody's fault.
    world.clue(LI, &["doctor"]).ok();
    world.write(&path, &committed);
    told(&world, "index", "is staged in a version");
    assert!(
        world
            .git(&["show", &format!(":{path}")])
            .starts_with("# staged\n")
    );
}

#[test]
fn line_ends_of_records_are_protected() {
    let (world, _) = begun();
    let merged =
        "clues/**/*.yaml merge=clue\nclues/**/*.md merge=clue\nclues/**/attachments/** !merge\n";
    world.write(".gitattributes", &format!("{merged}*.png binary"));
    world.git(&["commit", "--quiet", "-am", "attributes"]);
    world.git(&["config", "core.autocrlf", "true"]);
    let all = found(&world, &[], "line-ends");
    let text = all[0]["found"].as_str().expect("a text");
    assert!(text.starts_with("core.autocrlf is true"), "{text}");
    mended(&world, "line-ends", 1);
    let text = world.read(".gitattributes");
    let added = "*.png binary\nclues/** -text\nregister/** -text\n";
    assert_eq!(text, format!("{merged}{added}"));
    let attribute = world.git(&["check-attr", "text", "--", "clues/2026/x.yaml"]);
    assert!(attribute.ends_with("unset\n"), "{attribute}");
    // One that goes before it cannot be mended here, and is not said to be.
    world.write(".gitattributes", merged);
    world.write(".git/info/attributes", "clues/** text\n");
    let all = found(&world, &["--fix"], "line-ends");
    assert_eq!(all[0]["fixed"], false, "{all:?}");
    assert!(all[0]["failure"].is_string(), "{all:?}");
}

#[test]
fn who_acts_is_asked_for() {
    let (world, _) = begun();
    let ran = world.clue("stranger@example.org", &["doctor"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.out.contains("address of nobody"), "{}", ran.out);
    let mut command = world.program(LI, &["doctor"]);
    for name in ["AUTHOR", "COMMITTER"] {
        command
            .env_remove(format!("GIT_{name}_NAME"))
            .env_remove(format!("GIT_{name}_EMAIL"));
    }
    let ran = Ran::of(&mut command);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.out.contains("does not know who you are"), "{}", ran.out);
}

#[test]
fn a_shallow_clone_is_told() {
    let (world, _) = begun();
    let origin = format!("file://{}", world.path().display());
    world.git(&["clone", "--quiet", "--depth", "1", &origin, "part"]);
    let ran = world.clue(LI, &["-C", "part", "doctor"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.out.contains("git fetch --unshallow"), "{}", ran.out);
    world.git(&["-C", "part", "fetch", "--quiet", "--unshallow"]);
    // A clone has no merge driver of its own until the doctor registers it.
    let ran = world.clue(LI, &["-C", "part", "doctor"]);
    assert!(ran.out.contains("merge.clue.driver"), "{}", ran.out);
    world.clue(LI, &["-C", "part", "doctor", "--fix"]).ok();
    world.clue(LI, &["-C", "part", "doctor"]).ok();
}

#[test]
fn a_merge_that_is_not_finished_is_told() {
    let (world, _) = begun();
    world.git(&["switch", "--quiet", "-c", "side"]);
    world.write("note.txt", "x");
    world.git(&["add", "note.txt"]);
    world.git(&["commit", "--quiet", "-m", "side"]);
    world.git(&["switch", "--quiet", "main"]);
    world.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
    told(&world, "in-progress", "in the middle of a merge");
    assert!(exists(&world, ".git/MERGE_HEAD"));
    world.git(&["merge", "--abort"]);
    world.clue(LI, &["doctor"]).ok();
}

#[test]
fn temporary_files_of_dead_writers_are_taken_away_and_kept() {
    let (world, folder) = begun();
    let ours = format!("{folder}/.clue-0123456789abcdef.tmp");
    let theirs = format!("{folder}/.clue-mine.tmp");
    let young = format!("{folder}/.clue-fedcba9876543210.tmp");
    for path in [&ours, &theirs, &young] {
        world.write(path, "half a record");
    }
    age(&world, &ours);
    age(&world, &theirs);
    assert_eq!(found(&world, &[], "leftovers").len(), 1);
    let all = found(&world, &["--fix"], "leftovers");
    assert_eq!(all[0]["fixed"], true, "{all:?}");
    let remedy = all[0]["remedy"].as_str().expect("a text");
    let id = remedy.split(' ').nth(3).expect("an id");
    assert_eq!(world.git(&["cat-file", "blob", id]), "half a record");
    assert!(!exists(&world, &ours) && exists(&world, &theirs) && exists(&world, &young));
}

#[cfg(unix)]
#[test]
fn hooks_that_git_passes_over_are_told() {
    use std::os::unix::fs::PermissionsExt;
    let (world, _) = begun();
    world.write(".git/hooks/pre-commit", "#!/bin/sh\nexec clue check\n");
    told(&world, "hooks", "pre-commit is not executable");
    let path = world.path().join(".git/hooks/pre-commit");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
    assert_eq!(found(&world, &[], "hooks"), Vec::<Value>::new());
    world.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n");
    let all = found(&world, &[], "hooks");
    assert_eq!(all[0]["severity"], "note", "{all:?}");
    world.clue(LI, &["doctor"]).ok();
}

#[test]
fn formats_that_cannot_be_read_are_named() {
    for (option, name) in [
        ("--object-format=sha256", "sha256"),
        ("--ref-format=reftable", "reftable"),
    ] {
        let world = World::new();
        world.git(&["init", "--quiet", option, "."]);
        world.write("organisation.yaml", ORGANISATION);
        told(&world, "format", name);
    }
    let world = World::new();
    world.write("organisation.yaml", ORGANISATION);
    told(&world, "format", "in no git repository");
}

#[test]
fn a_commit_from_the_future_is_told() {
    let (world, _) = begun();
    // The first second of 2099.
    world.git_with(
        &["fast-import", "--quiet"],
        "commit refs/heads/main\ncommitter Li <li@example.org> 4070908800 +0000\ndata 1\nx\nfrom refs/heads/main^0\n",
    );
    told(&world, "clock", "the last commit is dated 2099-01-01 ");
}

#[test]
fn several_illnesses_are_told_together() {
    let (world, _) = begun();
    world.write(".gitattributes", "");
    world.git(&["commit", "--quiet", "-am", "attributes"]);
    world.write(".git/index.lock", "");
    age(&world, ".git/index.lock");
    let ran = world.clue(LI, &["doctor"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.out.contains("[locks]") && ran.out.contains("[line-ends]"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("clue doctor --fix mends it"),
        "{}",
        ran.out
    );
    let out = world.clue(LI, &["doctor", "--fix"]).ok();
    assert!(out.contains("mended"), "{out}");
    world.clue(LI, &["doctor"]).ok();
}
