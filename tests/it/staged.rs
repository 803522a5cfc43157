//! `clue check --staged` and `--since`: what changed is judged, as it is staged or as it lies in the folder, and nothing else.

use std::fs;

use clue::case::folder_of;

use crate::harness::World;
use crate::play::ORGANISATION;

/// A repository with two collected clues; gives their folders.
fn two() -> (World, String, String) {
    let world = World::with_repository(ORGANISATION);
    let folders = [world.collect(), world.collect()].map(|id| folder_of(&id).expect("an id"));
    let [one, other] = folders;
    (world, one, other)
}

fn spoil(world: &World, folder: &str) {
    world.edit(
        &format!("{folder}/collection.yaml"),
        "channel: employee-report",
        "channel: pigeon",
    );
}

#[track_caller]
fn check(world: &World, arguments: &[&str]) -> (i32, String) {
    let ran = world.clue("li@example.org", &[&["check"], arguments].concat());
    (ran.status, ran.out + &ran.err)
}

#[test]
fn staged_is_judged_as_it_is_staged() {
    let (world, one, other) = two();
    assert_eq!(check(&world, &["--staged"]), (0, String::new()));
    spoil(&world, &one);
    assert_eq!(
        check(&world, &["--staged"]),
        (0, String::new()),
        "not staged"
    );
    world.git(&["add", "--all"]);
    // The file is mended and the index is not: what is staged is judged, and its line is quoted.
    world.git(&["show", "HEAD:organisation.yaml"]);
    world.edit(
        &format!("{one}/collection.yaml"),
        "channel: pigeon",
        "channel: employee-report",
    );
    spoil(&world, &other);
    let (status, out) = check(&world, &["--staged"]);
    assert_eq!(status, 1, "{out}");
    assert!(out.contains(&format!("{one}/collection.yaml:")), "{out}");
    assert!(out.contains("channel: pigeon"), "{out}");
    assert!(!out.contains(&other), "{out}");
    world.git(&["add", "--all"]);
    let (status, out) = check(&world, &["--staged"]);
    assert_eq!(status, 1, "{out}");
    assert!(out.contains(&other) && !out.contains(&one), "{out}");
    let (status, out) = check(&world, &["--staged", "--format", "json"]);
    assert_eq!(status, 1, "{out}");
    assert!(out.contains("\"schemaVersion\""), "{out}");
}

#[test]
fn every_form_of_the_index_is_read() {
    for version in ["2", "3", "4"] {
        let (world, one, _) = two();
        world.git(&["update-index", "--index-version", version]);
        // One entry with flags of its own needs the third version.
        if version == "3" {
            world.git(&["update-index", "--skip-worktree", "workflow.yaml"]);
        }
        spoil(&world, &one);
        world.git(&["add", &one]);
        let (status, out) = check(&world, &["--staged"]);
        assert_eq!(status, 1, "version {version}: {out}");
        world.git(&["reset", "--quiet"]);
        // A file that is only announced is not staged.
        world.write(&format!("{one}/nonsense.txt"), "x");
        world.git(&["add", "--intent-to-add", &format!("{one}/nonsense.txt")]);
        assert_eq!(
            check(&world, &["--staged"]),
            (0, String::new()),
            "{version}"
        );
        world.git(&["add", &format!("{one}/nonsense.txt")]);
        let (status, out) = check(&world, &["--staged"]);
        assert!(status == 1 && out.contains("nonsense.txt"), "{out}");
    }
    let (world, ..) = two();
    world.git(&["update-index", "--split-index"]);
    let (status, out) = check(&world, &["--staged"]);
    assert_eq!(status, 3, "{out}");
    assert!(out.contains("--no-split-index"), "{out}");
}

#[test]
fn an_index_without_its_cache_of_trees_says_the_same() {
    let (world, one, _) = two();
    let list = world.git(&["ls-files", "--stage"]);
    fs::remove_file(world.path().join(".git/index")).expect("an index");
    world.git_with(&["update-index", "--index-info"], &list);
    assert_eq!(check(&world, &["--staged"]), (0, String::new()));
    spoil(&world, &one);
    world.git(&["add", &one]);
    assert_eq!(check(&world, &["--staged"]).0, 1);
}

#[test]
fn where_the_rules_change_everything_is_judged() {
    let (world, one, other) = two();
    // What was wrong before is nobody's change, until the rules change.
    spoil(&world, &other);
    world.git(&["commit", "--quiet", "--all", "--message", "wrong"]);
    world.write(&format!("{one}/collection.yaml.new"), "x");
    world.git(&["add", &one]);
    let (_, out) = check(&world, &["--staged"]);
    assert!(!out.contains(&other), "{out}");
    let organisation = world.read("organisation.yaml");
    world.write(
        "organisation.yaml",
        &format!("{organisation}\n# and more\n"),
    );
    world.git(&["add", "organisation.yaml"]);
    let (status, out) = check(&world, &["--staged"]);
    assert!(status == 1 && out.contains(&other), "{out}");
}

#[test]
fn what_goes_is_missed_by_who_names_it() {
    let (world, one, _) = two();
    // A registered number whose entry is taken out.
    world.write("register/2026/YW/0/YW-2026-0001", "20261123-zzzz\n");
    world.git(&["add", "register"]);
    let (status, out) = check(&world, &["--staged"]);
    assert!(status == 1 && out.contains("names no clue"), "{out}");
    world.git(&["reset", "--quiet"]);
    fs::remove_dir_all(world.path().join("register/2026")).expect("a folder");
    world.git(&["rm", "-r", "--quiet", &one]);
    assert_eq!(check(&world, &["--staged"]).0, 0, "nobody names it");
    // What lies where nothing may lie.
    world.write("clues/notes.txt", "x");
    world.git(&["add", "clues/notes.txt"]);
    let (status, out) = check(&world, &["--staged"]);
    assert!(status == 1 && out.contains("clues/notes.txt"), "{out}");
}

#[test]
fn a_repository_below_the_top_and_one_without_commits() {
    let world = World::new();
    world.git(&["init", "--quiet", "."]);
    world.write("notes.txt", "x");
    let init = world.clue("li@example.org", &["init", "cases"]);
    assert_eq!(init.status, 0, "{}{}", init.out, init.err);
    world.write("cases/clues/notes.txt", "x");
    world.write("clues/notes.txt", "nobody's");
    world.git(&["add", "--all"]);
    let ran = world.clue("li@example.org", &["-C", "cases", "check", "--staged"]);
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
    assert_eq!(ran.out.matches("notes.txt").count(), 1, "{}", ran.out);
}

#[test]
fn since_judges_what_differs_from_a_revision() {
    let (world, one, other) = two();
    let first = world.git(&["rev-parse", "HEAD"]);
    let first = first.trim();
    assert_eq!(check(&world, &["--since", "HEAD"]), (0, String::new()));
    // Committed since.
    spoil(&world, &one);
    world.git(&["commit", "--quiet", "--all", "--message", "wrong"]);
    assert_eq!(check(&world, &["--since", "HEAD"]), (0, String::new()));
    assert_eq!(check(&world, &["--since", first]).0, 1);
    // Unstaged, staged, and unknown to git.
    spoil(&world, &other);
    let (status, out) = check(&world, &["--since", "HEAD"]);
    assert!(
        status == 1 && out.contains(&other) && !out.contains(&one),
        "{out}"
    );
    world.git(&["add", "--all"]);
    assert_eq!(check(&world, &["--since", "HEAD"]).0, 1);
    world.git(&["reset", "--quiet", "--hard"]);
    assert_eq!(check(&world, &["--since", "HEAD"]), (0, String::new()));
    world.write(&format!("{other}/notes.txt"), "x");
    let (status, out) = check(&world, &["--since", "HEAD"]);
    assert!(status == 1 && out.contains("notes.txt"), "{out}");
    // What an editor leaves behind is nobody's change.
    fs::remove_file(world.path().join(format!("{other}/notes.txt"))).expect("a file");
    world.write(&format!("{other}/.collection.yaml.swp"), "x");
    assert_eq!(check(&world, &["--since", "HEAD"]), (0, String::new()));
    let (status, out) = check(&world, &["--since", "nothing"]);
    assert!(status == 2 && out.contains("there is no commit"), "{out}");
}

/// The whole check and the check of everything that is staged say the same.
#[test]
fn the_check_of_all_and_of_what_is_staged_agree() {
    let (world, one, other) = two();
    spoil(&world, &one);
    world.write(&format!("{other}/strange.txt"), "x");
    world.write("clues/2026/stray.txt", "x");
    world.write("register/2026/YW/0/YW-2026-0009", "20261123-zzzz\n");
    world.git(&["add", "--all"]);
    let (_, all) = check(&world, &[]);
    let (_, staged) = check(&world, &["--staged"]);
    assert_eq!(staged, all);
    let (_, since) = check(&world, &["--since", "HEAD"]);
    assert_eq!(since, all);
}

#[test]
fn a_revision_that_is_nothing_is_refused_and_a_name_that_is_no_text_is_found() {
    let (world, one, _) = two();
    for revision in ["", " ", "no-such"] {
        let (status, out) = check(&world, &["--since", revision]);
        assert_eq!(status, 2, "{revision:?}: {out}");
    }
    #[cfg(target_os = "linux")]
    {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let path = world.path().join(&one);
        fs::write(path.join(OsStr::from_bytes(b"\xff.yaml")), "x").expect("a file");
        let found = |since: &str| {
            let (status, out) = check(&world, &["--since", since]);
            assert_eq!(status, 1, "{since}: {out}");
            assert!(out.contains("file-name"), "{out}");
        };
        found("HEAD");
        world.git(&["add", "--all"]);
        world.git(&["commit", "--quiet", "--message", "x"]);
        found("HEAD~1");
    }
}
