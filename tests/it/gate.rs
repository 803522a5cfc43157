//! The gate: pushes over `file://` into a bare repository, commits under the pre-commit hook, audits of ranges.

use std::path::Path;
use std::process::Command;

use crate::harness::{Ran, World};

const PEOPLE: &str = include_str!("../../sample-repo/organisation.yaml");
const OFFICER: &str = "li.wei@huayuan-machinery.example";
const COLLECTOR: &str = "jiang.tao@huayuan-machinery.example";

/// A demonstration in `demo`, a bare repository `server.git` with the gate, and a clone `work` of it.
fn served() -> World {
    let world = World::new();
    world.clue(OFFICER, &["demo", "demo"]).ok();
    world.git(&["clone", "--quiet", "--bare", "demo", "server.git"]);
    world
        .clue(
            OFFICER,
            &["-C", "server.git", "hook", "install", "--pre-receive"],
        )
        .ok();
    let url = format!("file://{}", world.path().join("server.git").display());
    world.git(&["clone", "--quiet", &url, "work"]);
    assert!(PEOPLE.contains(OFFICER) && PEOPLE.contains(COLLECTOR));
    world
}

fn commit(world: &World, email: &str, arguments: &[&str]) -> Ran {
    let mut command = Command::new("git");
    // Later than whatever the demonstration holds.
    let date = "2026-11-24T10:00:00+08:00";
    command
        .current_dir(world.path().join("work"))
        .env("HOME", world.path().join(".nowhere"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_NAME", "某人")
        .env("GIT_AUTHOR_EMAIL", email)
        .env("GIT_AUTHOR_DATE", date)
        .env("GIT_COMMITTER_NAME", "某人")
        .env("GIT_COMMITTER_EMAIL", email)
        .env("GIT_COMMITTER_DATE", date)
        .env("CLUE_LANG", "en")
        .args(arguments);
    Ran::new(command.output().expect("git runs"))
}

fn push(world: &World, arguments: &[&str]) -> Ran {
    commit(world, OFFICER, &[&["push", "--quiet"], arguments].concat())
}

fn a_card(world: &World) -> String {
    let listed = world.git(&["-C", "work", "ls-files", "clues/*/clue.yaml"]);
    listed.lines().next().expect("a card").to_owned()
}

#[track_caller]
fn refused(ran: &Ran, words: &str) {
    assert_ne!(ran.status, 0, "{}", ran.err);
    assert!(ran.err.contains(words), "{words}: {}", ran.err);
}

fn heads(world: &World) -> String {
    world.git(&["-C", "server.git", "for-each-ref"])
}

#[test]
fn a_push_is_judged_before_it_is_taken() {
    let world = served();
    let before = heads(&world);
    let card = a_card(&world);
    let text = world.read(&format!("work/{card}"));

    world.write(
        &format!("work/{card}"),
        &text.replacen("\ntitle: ", "\ntitle: x", 1),
    );
    commit(&world, OFFICER, &["commit", "--quiet", "-am", "edit"]);
    refused(&push(&world, &["origin", "main"]), "history-card");
    assert_eq!(heads(&world), before);
    // On another branch the rules are the same.
    refused(&push(&world, &["origin", "main:work"]), "history-card");
    commit(
        &world,
        OFFICER,
        &["reset", "--quiet", "--hard", "origin/main"],
    );

    world.write(
        "work/workflow.yaml",
        &(world.read("work/workflow.yaml") + "# x\n"),
    );
    commit(&world, COLLECTOR, &["commit", "--quiet", "-am", "rules"]);
    refused(&push(&world, &["origin", "main"]), "history-authority");
    commit(
        &world,
        OFFICER,
        &["reset", "--quiet", "--hard", "origin/main"],
    );

    refused(&push(&world, &["origin", ":main"]), "may not be deleted");
    commit(
        &world,
        OFFICER,
        &["reset", "--quiet", "--hard", "origin/main~1"],
    );
    refused(
        &push(&world, &["--force", "origin", "main"]),
        "would take back commits",
    );
    commit(
        &world,
        OFFICER,
        &["reset", "--quiet", "--hard", "origin/main"],
    );
    assert_eq!(heads(&world), before);

    world.write("work/README.md", "what this is\n");
    commit(&world, OFFICER, &["add", "README.md"]);
    commit(
        &world,
        OFFICER,
        &["commit", "--quiet", "-m", "a word about it"],
    );
    let ran = push(&world, &["origin", "main"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_ne!(heads(&world), before);
}

#[test]
fn what_is_staged_is_judged_before_the_commit() {
    let world = served();
    world
        .clue(OFFICER, &["-C", "work", "hook", "install", "--pre-commit"])
        .ok();
    let card = a_card(&world);
    let text = world.read(&format!("work/{card}"));
    world.write(
        &format!("work/{card}"),
        &text.replacen("\ntitle: ", "\ntitle: x", 1),
    );
    let ran = commit(&world, OFFICER, &["commit", "--quiet", "-am", "edit"]);
    refused(&ran, "history-card");
    // What is not staged is not judged.
    world.write("work/README.md", "what this is\n");
    commit(&world, OFFICER, &["add", "README.md"]);
    let ran = commit(
        &world,
        OFFICER,
        &["commit", "--quiet", "-m", "a word about it"],
    );
    assert_eq!(ran.status, 0, "{}", ran.err);
    // Somebody else's hook is left alone.
    let hook = Path::new("work/.git/hooks/pre-commit")
        .to_str()
        .expect("a path");
    world.write(hook, "#!/bin/sh\ntrue\n");
    let ran = world.clue(OFFICER, &["-C", "work", "hook", "install", "--pre-commit"]);
    assert_eq!(ran.status, 4, "{}", ran.err);
    assert_eq!(world.read(hook), "#!/bin/sh\ntrue\n");
}

#[test]
fn an_audit_says_what_it_judged() {
    let world = served();
    let ran = world.clue(OFFICER, &["-C", "work", "audit"]);
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert!(
        ran.out.contains("the history obeys its rules"),
        "{}",
        ran.out
    );
    // A bare repository is audited as well.
    let ran = world.clue_in("zh", OFFICER, &["-C", "server.git", "audit"]);
    assert!(ran.out.contains("历史符合规则"), "{}", ran.out);
    let ran = world.clue(OFFICER, &["-C", "work", "audit", "main~3..main"]);
    assert!(ran.out.starts_with("3 commits judged"), "{}", ran.out);
    // A shallow clone is judged as far as it goes, and says so.
    let url = format!("file://{}", world.path().join("server.git").display());
    world.git(&["clone", "--quiet", "--depth", "5", &url, "shallow"]);
    let ran = world.clue(OFFICER, &["-C", "shallow", "audit"]);
    assert!(ran.out.starts_with("4 commits judged"), "{}", ran.out);
    assert!(ran.out.contains("git fetch --unshallow"), "{}", ran.out);
    let ran = world.clue(OFFICER, &["-C", "work", "audit", "nothing"]);
    assert_eq!(ran.status, 2, "{}", ran.err);

    let card = a_card(&world);
    let text = world.read(&format!("work/{card}"));
    world.write(
        &format!("work/{card}"),
        &text.replacen("\ntitle: ", "\ntitle: x", 1),
    );
    commit(&world, OFFICER, &["commit", "--quiet", "-am", "edit"]);
    world.write("work/README.md", "what this is\n");
    commit(&world, OFFICER, &["add", "README.md"]);
    commit(
        &world,
        OFFICER,
        &["commit", "--quiet", "-m", "a word about it"],
    );
    let ran = world.clue(OFFICER, &["-C", "work", "audit", "--format", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.out);
    let data: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let edit = world.git(&["-C", "work", "rev-parse", "HEAD~1"]);
    let findings = data["findings"].as_array().expect("findings");
    assert!(
        findings
            .iter()
            .all(|finding| finding["commit"] == edit.trim()),
        "{findings:#?}"
    );
    let codes: Vec<_> = findings
        .iter()
        .map(|finding| finding["code"].as_str())
        .collect();
    assert!(codes.contains(&Some("history-card")), "{codes:?}");
    assert!(
        findings.iter().all(|finding| finding["line"].is_u64()),
        "{findings:#?}"
    );
}

#[test]
fn what_came_with_another_reference_is_judged_when_a_branch_is_to_hold_it() {
    let world = served();
    let card = a_card(&world);
    let text = world.read(&format!("work/{card}"));
    world.write(
        &format!("work/{card}"),
        &text.replacen("\ntitle: ", "\ntitle: x", 1),
    );
    commit(&world, OFFICER, &["commit", "--quiet", "-am", "edit"]);
    // A tag is judged like a branch; what git's other references hold is nobody's record until a branch is to have it.
    refused(
        &push(&world, &["origin", "HEAD:refs/tags/v1"]),
        "history-card",
    );
    let ran = push(&world, &["origin", "HEAD:refs/notes/x"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    refused(&push(&world, &["origin", "HEAD:main"]), "history-card");
    refused(
        &push(&world, &["origin", "HEAD:main", ":refs/notes/x"]),
        "history-card",
    );
}

#[test]
fn names_that_differ_in_case_and_squashed_clues_are_refused() {
    let world = served();
    let blob = world.git(&["-C", "work", "rev-parse", "HEAD:organisation.yaml"]);
    for path in [
        "ORGANISATION.yaml",
        "Clues/2026/x.yaml",
        "Schema/clue.schema.json",
    ] {
        let entry = format!("100644,{},{path}", blob.trim());
        commit(
            &world,
            OFFICER,
            &["update-index", "--add", "--cacheinfo", &entry],
        );
    }
    commit(&world, OFFICER, &["commit", "--quiet", "-m", "names"]);
    refused(&push(&world, &["origin", "HEAD:main"]), "history-file");
    commit(
        &world,
        OFFICER,
        &["reset", "--quiet", "--hard", "origin/main"],
    );

    let steps = [
        [
            "20261109-f7dw",
            "resume",
            "--deadline",
            "analysis",
            "-m",
            "it has come",
        ]
        .as_slice(),
        ["20261112-x3cv", "return", "-m", "which one?"].as_slice(),
    ];
    for step in steps {
        let mut command = world.program(OFFICER, &["-C", "work", "advance"]);
        command.args(step);
        for name in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{name}_DATE"), "2026-11-24T09:00:00+08:00");
        }
        Ran::of(&mut command).ok();
    }
    commit(&world, OFFICER, &["reset", "--quiet", "--soft", "HEAD~2"]);
    let mut squash = Command::new("git");
    squash
        .current_dir(world.path().join("work"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_NAME", "李伟")
        .env("GIT_AUTHOR_EMAIL", OFFICER)
        .env("GIT_AUTHOR_DATE", "2026-11-24T09:00:00+08:00")
        .env("GIT_COMMITTER_NAME", "李伟")
        .env("GIT_COMMITTER_EMAIL", OFFICER)
        .env("GIT_COMMITTER_DATE", "2026-11-24T09:00:00+08:00")
        .args(["commit", "--quiet", "-m", "squash"]);
    assert_eq!(Ran::new(squash.output().expect("git runs")).status, 0);
    refused(&push(&world, &["origin", "HEAD:main"]), "history-steps");
}

#[test]
fn a_repository_that_had_a_history_before_is_begun_without_a_finding() {
    let world = World::new();
    world.git(&["init", "--quiet", "--initial-branch=main", "."]);
    world.git(&["config", "user.name", "Me"]);
    world.git(&["config", "user.email", "me@example.org"]);
    world.write("README", "what was here before\n");
    world.git(&["add", "README"]);
    world.git(&["commit", "--quiet", "-m", "before"]);
    world.clue("me@example.org", &["init", "cases"]).ok();
    let ran = world.clue("me@example.org", &["-C", "cases", "audit"]);
    assert_eq!(ran.status, 0, "{}", ran.out);
    let ran = world.clue("me@example.org", &["-C", "cases", "audit", "HEAD..HEAD"]);
    assert!(ran.out.contains("no commit to judge"), "{}", ran.out);
}

#[test]
fn a_push_through_ssh_is_judged_too() {
    let world = served();
    let before = heads(&world);
    // What ssh would run on the other side, run here: git sees a remote host all the same.
    let program = world.path().join("ssh.sh");
    world.write(
        "ssh.sh",
        "#!/bin/sh\nfor last; do :; done\nexec sh -c \"$last\"\n",
    );
    let remote = format!("host:{}", world.path().join("server.git").display());
    let ssh = format!("core.sshCommand=sh '{}'", program.display());
    let push = |reference: &str| {
        commit(
            &world,
            OFFICER,
            &["-c", &ssh, "push", "--quiet", &remote, reference],
        )
    };
    world.write(
        "work/workflow.yaml",
        &(world.read("work/workflow.yaml") + "# x\n"),
    );
    commit(&world, COLLECTOR, &["commit", "--quiet", "-am", "rules"]);
    let ran = push("main");
    refused(&ran, "history-authority");
    refused(&ran, "is not mended by a later one");
    assert_eq!(heads(&world), before);
    commit(
        &world,
        OFFICER,
        &["reset", "--quiet", "--hard", "origin/main"],
    );
    commit(
        &world,
        OFFICER,
        &["commit", "--quiet", "--allow-empty", "-m", "nothing"],
    );
    let ran = push("main");
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_ne!(heads(&world), before);
}

#[test]
fn a_server_whose_head_names_no_branch_protects_all_of_them() {
    let world = served();
    world.git(&[
        "-C",
        "server.git",
        "symbolic-ref",
        "HEAD",
        "refs/heads/nothing",
    ]);
    refused(&push(&world, &["origin", ":main"]), "may not be deleted");
    // The program that the hook calls is the one that installed it, whatever the environment of the person says.
    world.write(
        "work/workflow.yaml",
        &(world.read("work/workflow.yaml") + "# x\n"),
    );
    commit(&world, COLLECTOR, &["commit", "--quiet", "-am", "rules"]);
    let mut command = Command::new("git");
    command
        .current_dir(world.path().join("work"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("CLUE", "/bin/true")
        .args(["push", "--quiet", "origin", "main"]);
    let ran = Ran::new(command.output().expect("git runs"));
    assert_ne!(ran.status, 0, "{}", ran.err);
}
