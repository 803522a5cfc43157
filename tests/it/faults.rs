//! Bad input and bad luck: each gets a clear answer and the right exit status, and nothing is lost.

use std::fs;
use std::time::Duration;

use crate::harness::{FORM, Ran, World};
use crate::play::ORGANISATION;

const LI: &str = "li@example.org";

/// A repository with one collected clue whose preliminary review is filled in: `register` could be taken.
fn ready() -> (World, String) {
    let world = World::with_repository(ORGANISATION);
    let id = begin(&world);
    (world, id)
}

fn begin(world: &World) -> String {
    let id = world.collect();
    let path = format!("{}/triage.yaml", folder(&id));
    for (from, to) in [
        ("reviewed_at:", "reviewed_at: 2026-11-23T10:00:00+08:00"),
        ("authenticity:\n", "authenticity: credible\n"),
        ("\ncomplete:", "\ncomplete: true"),
        ("opinion:", "opinion: 情况属实"),
        ("\ncategory:", "\ncategory: other"),
        ("kind:", "kind: employee-suggestion"),
        ("\nurgency:", "\nurgency: general"),
    ] {
        world.edit(&path, from, to);
    }
    id
}

fn folder(id: &str) -> String {
    clue::case::folder_of(id).expect("an id")
}

/// The step is refused with a status and these words, and changes not one byte.
#[track_caller]
fn refused(world: &World, id: &str, status: i32, words: &str) {
    let before = world.everything();
    let err = world.clue(LI, &["advance", id, "register"]).fails(status);
    assert!(err.contains(words), "{words}: {err}");
    assert!(err.contains("help: "), "no remedy: {err}");
    assert!(world.everything() == before, "{words}: something changed");
}

#[track_caller]
fn in_order(world: &World) {
    assert_eq!(world.clue(LI, &["check"]).ok(), "");
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    world.git(&["fsck", "--strict"]);
}

#[test]
fn git_in_the_middle_of_something_stops_a_step() {
    let (world, id) = ready();
    world.git(&["checkout", "--quiet", "-b", "other"]);
    world.write("x.txt", "a\n");
    world.git(&["add", "x.txt"]);
    world.git(&["commit", "--quiet", "-m", "a"]);
    world.git(&["checkout", "--quiet", "main"]);
    world.write("x.txt", "b\n");
    world.git(&["add", "x.txt"]);
    world.git(&["commit", "--quiet", "-m", "b"]);
    let merge = Ran::of(
        std::process::Command::new("git")
            .current_dir(world.path())
            .args([
                "-c",
                "user.name=x",
                "-c",
                "user.email=x@example.org",
                "merge",
                "other",
            ]),
    );
    assert_eq!(merge.status, 1, "{}", merge.out);
    refused(&world, &id, 4, "in the middle of a merge");
    world.git(&["merge", "--abort"]);
    world.git(&["checkout", "--quiet", "--detach"]);
    refused(&world, &id, 4, "HEAD is detached");
    world.git(&["checkout", "--quiet", "main"]);
    world.clue(LI, &["advance", &id, "register"]).ok();
    in_order(&world);
}

#[test]
fn a_step_rests_on_what_is_committed() {
    let (world, id) = ready();
    // Rules and people that history does not know.
    let organisation = world.read("organisation.yaml");
    world.edit(
        "organisation.yaml",
        "roles: [supervisor]",
        "roles: [supervisor, officer]",
    );
    refused(&world, &id, 4, "step-uncommitted");
    world.write("organisation.yaml", &organisation);
    let rulebook = world.read("workflow.yaml");
    world.edit(
        "workflow.yaml",
        "roles: [officer]\n    conditions:",
        "roles: [collector]\n    conditions:",
    );
    refused(&world, &id, 4, "git commit");
    world.write("workflow.yaml", &rulebook);
    // A card that was written by hand, or taken away.
    let card = format!("{}/clue.yaml", folder(&id));
    let text = world.read(&card);
    world.edit(
        &card,
        "confidentiality: internal",
        "confidentiality: secret",
    );
    refused(&world, &id, 4, "git checkout HEAD");
    fs::remove_file(world.path().join(&card)).expect("the card");
    let err = world
        .clue("zhao@example.org", &["advance", &id, "collect"])
        .fails(4);
    assert!(err.contains("step-uncommitted"), "{err}");
    world.write(&card, &text);
    world.clue(LI, &["advance", &id, "register"]).ok();
    // A number that is gone from the disk was given all the same.
    let other = begin(&world);
    let entry = "register/2026/QT/0/QT-2026-0001";
    let bytes = world.read(entry);
    fs::remove_file(world.path().join(entry)).expect("the entry");
    let err = world.clue(LI, &["advance", &other, "register"]).fails(4);
    assert!(err.contains(entry), "{err}");
    world.write(entry, &bytes);
    world.clue(LI, &["advance", &other, "register"]).ok();
    in_order(&world);
}

#[test]
fn a_record_that_was_deleted_is_deleted_by_the_step() {
    let (world, id) = ready();
    let minutes = format!("{}/meetings/2026-11-23-discussion.md", folder(&id));
    world
        .clue(LI, &["draft", &id, "meetings", "--date", "2026-11-23"])
        .ok();
    world.git(&["add", "clues"]);
    world.git(&["commit", "--quiet", "-m", "minutes"]);
    fs::remove_file(world.path().join(&minutes)).expect("the minutes");
    world.clue(LI, &["advance", &id, "register"]).ok();
    // What was judged is what was committed.
    assert_eq!(
        world.git(&["ls-tree", "-r", "--name-only", "HEAD", &minutes]),
        ""
    );
    in_order(&world);
}

#[test]
fn an_empty_repository_has_no_rules_to_judge_by() {
    let (world, id) = ready();
    fs::remove_dir_all(world.path().join(".git")).expect(".git");
    let err = world.clue(LI, &["advance", &id, "register"]).fails(3);
    assert!(err.contains("git init"), "{err}");
    world.git(&["init", "--quiet", "--initial-branch", "main", "."]);
    refused(&world, &id, 4, "workflow.yaml");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "begin"]);
    world.clue(LI, &["advance", &id, "register"]).ok();
    in_order(&world);
}

#[test]
fn a_bare_repository_and_no_identity_are_told() {
    let (world, id) = ready();
    world.git(&["clone", "--quiet", "--bare", ".", "bare.git"]);
    let bare = world.path().join("bare.git");
    let bare = bare.to_str().expect("a path");
    let err = world.clue(LI, &["-C", bare, "init", "."]).fails(2);
    assert!(err.contains("clue repository already"), "{err}");
    let outside = World::new();
    outside.git(&["init", "--quiet", "--bare", "bare.git"]);
    let err = outside.clue(LI, &["-C", "bare.git", "init", "."]).fails(3);
    assert!(err.contains("bare"), "{err}");
    let mut program = world.program(LI, &["advance", &id, "register"]);
    for name in ["AUTHOR", "COMMITTER"] {
        program.env_remove(format!("GIT_{name}_NAME"));
        program.env_remove(format!("GIT_{name}_EMAIL"));
    }
    let err = Ran::of(&mut program).fails(3);
    assert!(err.contains("git config user.email"), "{err}");
}

#[test]
fn a_lock_that_another_process_holds_is_waited_for_and_told() {
    let (world, id) = ready();
    let path = world.path().join(".git/clue.lock");
    let lock = fs::File::create(&path).expect("a lock");
    lock.lock().expect("the lock");
    let err = world.clue(LI, &["advance", &id, "register"]).fails(4);
    assert!(err.contains("another process"), "{err}");
    assert!(
        !err.contains("delete"),
        "deleting a held lock lets two in: {err}"
    );
    drop(lock);
    world.clue(LI, &["advance", &id, "register"]).ok();
    in_order(&world);
}

#[test]
fn two_steps_at_once_both_happen_or_one_is_told() {
    let world = World::with_repository(ORGANISATION);
    let ids = [begin(&world), begin(&world), begin(&world)];
    let start = |id: &str| {
        world
            .program(LI, &["advance", id, "register"])
            .stderr(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("the program starts")
    };
    // Three clues, and one of them twice.
    let running: Vec<_> = [&ids[0], &ids[1], &ids[2], &ids[0]]
        .map(|id| start(id))
        .into_iter()
        .collect();
    let mut codes: Vec<i32> = running
        .into_iter()
        .map(|mut child| child.wait().expect("an end").code().unwrap_or(-1))
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 0, 0, 4]);
    let mut numbers: Vec<String> = ids
        .iter()
        .map(|id| {
            let card = world.read(&format!("{}/clue.yaml", folder(id)));
            let line = card.lines().find(|line| line.starts_with("number:"));
            line.expect("a number").to_owned()
        })
        .collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 3);
    in_order(&world);
}

#[test]
fn a_process_that_is_killed_leaves_a_repository_that_can_go_on() {
    let (world, id) = ready();
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "review"]);
    let before = world.git(&["rev-parse", "HEAD"]);
    for wait in [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 80] {
        world.git(&["reset", "--quiet", "--hard", before.trim()]);
        world.git(&["clean", "--quiet", "-ffd"]);
        let mut child = world
            .program(LI, &["advance", &id, "register"])
            .stderr(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_millis(wait));
        child.kill().ok();
        child.wait().expect("an end");
        world.git(&["fsck", "--strict"]);
        // What the killed process held for git is told, with the file to delete; then the next step puts all in order.
        let next = world.clue(LI, &["advance", &id, "register"]);
        if next.err.contains(".lock") {
            for lock in ["refs/heads/main.lock", "index.lock", "HEAD.lock"] {
                let _ = fs::remove_file(world.path().join(".git").join(lock));
            }
            world.clue(LI, &["advance", &id, "register"]);
        }
        assert!(!world.path().join(".git/clue.journal").exists());
        in_order(&world);
        assert_ne!(world.git(&["rev-parse", "HEAD"]), before);
    }
}

#[test]
fn a_sub_folder_and_a_worktree_and_a_shallow_clone_are_worked_in() {
    let outer = World::new();
    outer.git(&["init", "--quiet", "--initial-branch", "main", "."]);
    outer.write("README", "x\n");
    outer.git(&["add", "."]);
    outer.git(&["commit", "--quiet", "-m", "x"]);
    outer.clue(LI, &["init", "sub/folder"]).ok();
    outer.write("sub/folder/organisation.yaml", ORGANISATION);
    outer.git(&["commit", "--quiet", "-am", "people"]);
    outer.git(&["worktree", "add", "--quiet", "side", "-b", "side"]);
    outer.write(".git/info/exclude", "/side/\n/shallow/\n");
    let begun = |place: &str| {
        let form = [["-C", place].as_slice(), &FORM].concat();
        let out = outer.clue("zhao@example.org", &form).ok();
        out.lines().next().expect("an id").to_owned()
    };
    let first = begun("sub/folder");
    assert_eq!(outer.git(&["status", "--porcelain"]), "");
    // A path into the clue's folder names it, from where one stands.
    let inside = format!("sub/folder/{}", folder(&first));
    assert!(
        outer
            .clue(LI, &["-C", &inside, "show", "."])
            .ok()
            .contains(&first)
    );
    assert!(
        outer
            .clue(LI, &["-C", &inside, "show", "clue.yaml"])
            .ok()
            .contains(&first)
    );
    assert_eq!(outer.clue(LI, &["-C", &inside, "check"]).ok(), "");
    begun("side/sub/folder");
    assert_eq!(outer.git(&["-C", "side", "status", "--porcelain"]), "");
    let url = format!("file://{}", outer.path().display());
    outer.git(&["clone", "--quiet", "--depth", "1", &url, "shallow"]);
    begun("shallow/sub/folder");
    assert_eq!(outer.git(&["-C", "shallow", "status", "--porcelain"]), "");
    outer.git(&["-C", "shallow", "fsck", "--strict"]);
}

#[test]
fn settings_of_git_do_not_change_what_is_judged() {
    let (world, id) = ready();
    // Line ends that git changes on checkout, where it may.
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "review"]);
    world.write(".git/info/exclude", "/clone/\n*.log\n");
    world.git(&[
        "-c",
        "core.autocrlf=true",
        "clone",
        "--quiet",
        "-c",
        "core.autocrlf=true",
        ".",
        "clone",
    ]);
    let in_clone = |arguments: &[&str]| world.clue(LI, &[&["-C", "clone"], arguments].concat());
    assert!(world.read("clone/organisation.yaml").contains("\r\n"));
    in_clone(&["advance", &id, "register"]).ok();
    assert_eq!(in_clone(&["check"]).ok(), "");
    assert_eq!(world.git(&["-C", "clone", "status", "--porcelain"]), "");
    // Records that people saved with other line ends, or without the last one, keep them.
    for record in ["collection.yaml", "triage.yaml", "clue.yaml"] {
        let path = format!("{}/{record}", folder(&id));
        let text = world.read(&path).replace('\n', "\r\n");
        world.write(&path, text.trim_end());
    }
    // A file that git ignores is evidence all the same.
    world.write(&format!("{}/attachments/机床.log", folder(&id)), "日志\n");
    world.clue(LI, &["advance", &id, "register"]).ok();
    let card = world.read(&format!("{}/clue.yaml", folder(&id)));
    assert!(!card.replace("\r\n", "").contains('\n'), "{card:?}");
    let listed = world.git(&["-c", "core.quotePath=false", "ls-files", "clues"]);
    assert!(listed.contains("机床.log"), "{listed}");
    in_order(&world);
}

#[cfg(unix)]
#[test]
fn modes_count_where_git_says_that_they_do() {
    use std::os::unix::fs::PermissionsExt;
    let (world, id) = ready();
    let path = world.path().join(folder(&id)).join("triage.yaml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
    refused(&world, &id, 4, "chmod -x");
    world.git(&["config", "core.fileMode", "false"]);
    world.clue(LI, &["advance", &id, "register"]).ok();
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_to_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let (world, id) = ready();
    let place = world.path().join(folder(&id));
    fs::set_permissions(&place, fs::Permissions::from_mode(0o555)).expect("a mode");
    if fs::write(place.join("x"), "x").is_ok() {
        // The administrator may write anywhere: there is nothing to see.
        skipped("this user may write into a read-only folder");
        fs::remove_file(place.join("x")).expect("the file");
        return;
    }
    let before = world.git(&["rev-parse", "HEAD"]);
    let err = world.clue(LI, &["advance", &id, "register"]).fails(3);
    fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).expect("a mode");
    assert!(err.contains("nothing was changed"), "{err}");
    assert_eq!(world.git(&["rev-parse", "HEAD"]), before);
    world.clue(LI, &["advance", &id, "register"]).ok();
    in_order(&world);
}

#[cfg(unix)]
#[test]
fn records_that_are_something_else_are_told() {
    let (world, id) = ready();
    let path = format!("{}/triage.yaml", folder(&id));
    let full = world.path().join(&path);
    let text = world.read(&path);
    let told = |words: &str| {
        let ran = world.clue(LI, &["check"]);
        assert_eq!(ran.status, 1, "{words}: {}", ran.out);
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
        assert!(!ran.out.contains("record-missing"), "{words}: {}", ran.out);
        refused(&world, &id, 4, words);
    };
    fs::remove_file(&full).expect("the record");
    std::os::unix::fs::symlink("collection.yaml", &full).expect("a link");
    told("a symbolic link");
    fs::remove_file(&full).expect("the link");
    fs::create_dir(&full).expect("a folder");
    told("a folder");
    fs::remove_dir(&full).expect("the folder");
    world.write(&path, &text);
    // A repository inside a clue's folder hides nothing.
    world.write(&format!("{}/attachments/.git/config", folder(&id)), "x\n");
    told("file-kind");
}

#[test]
fn names_from_outside_lead_nowhere_else() {
    let (world, id) = ready();
    for arguments in [
        [
            "draft",
            id.as_str(),
            "meetings",
            "--purpose",
            "../../../../x",
        ],
        ["draft", id.as_str(), "meetings", "--purpose", "a/b"],
        ["draft", id.as_str(), "meetings", "--purpose", "a\u{202e}b"],
        ["draft", id.as_str(), "transfers", "--department", "../x"],
    ] {
        let before = world.everything();
        world.clue(LI, &arguments).fails(4);
        assert!(world.everything() == before, "{arguments:?}");
    }
    // What is no day gets no further than the command line.
    world
        .clue(LI, &["draft", &id, "meetings", "--date", "../../../../x"])
        .fails(2);
    for name in [
        "../../etc/passwd",
        "/etc",
        "20261123-ab\u{202e}cd",
        "CON",
        "",
    ] {
        world.clue(LI, &["show", name]).fails(2);
    }
    // A name with a line feed or a control character stays on its line.
    #[cfg(unix)]
    {
        world.write(
            &format!("{}/attachments/a\nerror[b]: c\u{1b}[2J", folder(&id)),
            "x\n",
        );
        let out = world.clue(LI, &["check"]).out;
        assert!(
            !out.contains("\nerror[b]") && !out.contains('\u{1b}'),
            "{out}"
        );
    }
}

#[test]
fn templates_and_expressions_that_go_wrong_are_told() {
    let (world, id) = ready();
    let template = "templates/records/analysis.md";
    let good = world.read(template);
    for bad in [
        "{% for x in range(100000000) %}{{ x }}{% endfor %}",
        "{{ nothing.at.all }}",
        "{% if %}",
    ] {
        world.write(template, bad);
        refused_with(&world, &id, "template-error");
    }
    world.write(template, &good);
    let rulebook = world.read("workflow.yaml");
    for (bad, code) in [
        (
            "transfers.all(a, transfers.all(b, transfers.all(c, a == c)))",
            "expression-limit",
        ),
        ("size(analysis.methods) >", "expression-syntax"),
    ] {
        world.write(
            "workflow.yaml",
            &rulebook.replacen("size(analysis.methods) > 0", bad, 1),
        );
        let ran = world.clue(LI, &["check"]);
        assert_eq!(ran.status, 1, "{}", ran.out);
        assert!(ran.out.contains(code), "{code}: {}", ran.out);
    }
}

#[track_caller]
fn refused_with(world: &World, id: &str, words: &str) {
    let before = world.everything();
    let err = world.clue(LI, &["advance", id, "register"]).fails(4);
    assert!(err.contains(words), "{words}: {err}");
    assert!(world.everything() == before, "{words}: something changed");
}

#[cfg(unix)]
#[expect(
    clippy::print_stderr,
    reason = "a test that could not be made must say so"
)]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}
