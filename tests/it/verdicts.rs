//! What the audit says of histories that are broken, joined from two lines, or told by other clocks; and what to do then.

use clue::case::folder_of;
use serde_json::Value;

use crate::harness::World;
use crate::play::ORGANISATION;

const LI: &str = "li@example.org";

fn folder(id: &str) -> String {
    folder_of(id).expect("an id")
}

/// A commit on HEAD's tree and HEAD, with lines of its own for author and committer; the branch is moved to it.
fn raw_commit(world: &World, who: &str) -> String {
    let id = |what: &str| world.git(&["rev-parse", what]).trim().to_owned();
    let text = format!(
        "tree {}\nparent {}\n{who}\n\nraw\n",
        id("HEAD^{tree}"),
        id("HEAD")
    );
    let made = world.git_with(
        &[
            "hash-object",
            "-t",
            "commit",
            "-w",
            "--stdin",
            "--literally",
        ],
        &text,
    );
    world.git(&["update-ref", "refs/heads/main", made.trim()]);
    made.trim().to_owned()
}

/// The findings of an audit: code, commit, message.
fn audit(world: &World, range: &str) -> Vec<[String; 3]> {
    let ran = world.clue(LI, &["audit", "--format", "json", range]);
    assert!(ran.status == 0 || ran.status == 1, "{}{}", ran.out, ran.err);
    let data: Value = serde_json::from_str(&ran.out).expect("JSON");
    let findings = data["findings"].as_array().expect("findings").clone();
    for finding in &findings {
        let is_history = finding["code"]
            .as_str()
            .is_some_and(|code| code.starts_with("history-"));
        assert!(!is_history || finding["remedy"].is_string(), "{finding}");
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |one: &Value| {
        [
            text(&one["code"]),
            text(&one["commit"]),
            text(&one["message"]),
        ]
    };
    findings.iter().map(one).collect()
}

#[test]
fn a_commit_whose_header_cannot_be_read_is_a_finding_and_blinds_nobody() {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    assert!(audit(&world, "HEAD").is_empty());
    for who in [
        "author nobody yesterday\ncommitter li <li@example.org> 1795392000 +0800",
        "author li <li@example.org> 1795392000 +0800\ncommitter li <li@example.org> never +0800",
        "author li <li@example.org> 1795392000 +0800",
        // Two people in one header: git names one, and this program must not name the other.
        "author li <li@example.org> 1795392000 +0800\nauthor wang <wang@example.org> 1795392000 +0800\ncommitter li <li@example.org> 1795392000 +0800",
        "author wang <wang@example.org> <li@example.org> 1795392000 +0800\ncommitter li <li@example.org> 1795392000 +0800",
        "author li <li@example.org> 1795392000 +99999999\ncommitter li <li@example.org> 1795392000 +0800",
    ] {
        let before = world.git(&["rev-parse", "HEAD"]).trim().to_owned();
        let broken = raw_commit(&world, who);
        let found = audit(&world, "HEAD");
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(
            found[0][..2],
            ["history-unreadable".to_owned(), broken.clone()]
        );
        assert_eq!(audit(&world, "HEAD~1..HEAD").len(), 1);
        assert!(audit(&world, &format!("{before}^..{before}")).is_empty());
        for arguments in [&["log", &id][..], &["check"], &["list"], &["next", &id]] {
            world.clue(LI, arguments).ok();
        }
        let shown = world.clue(LI, &["audit"]).out;
        assert!(
            shown.contains("author and time unknown") || who.starts_with("author li"),
            "{shown}"
        );
        // A step goes on from it, and a merge of two lines over it is judged.
        world
            .clue(LI, &["advance", &id, "return", "-m", "编号？"])
            .ok();
        assert_eq!(audit(&world, "HEAD").len(), 1);
        world.git(&["reset", "--quiet", "--hard", &before]);
    }
}

#[test]
fn a_missing_object_is_named_and_accuses_nobody() {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    // Every object in a file of its own, so that one can be taken away.
    world.shell(
        "",
        "en",
        "mkdir packs; mv .git/objects/pack/* packs; for pack in packs/*.pack; do git unpack-objects -q < $pack; done; rm -rf packs",
    );
    let record = format!("HEAD:{}/collection.yaml", folder(&id));
    for what in [&record[..], "HEAD^{tree}", "HEAD:workflow.yaml", "HEAD~1"] {
        let object = world.git(&["rev-parse", what]).trim().to_owned();
        let path = world
            .path()
            .join(format!(".git/objects/{}/{}", &object[..2], &object[2..]));
        let aside = world.path().join("aside");
        std::fs::rename(&path, &aside).expect("a loose object");
        let err = world.clue(LI, &["audit"]).fails(3);
        std::fs::rename(&aside, &path).expect("put back");
        assert!(
            err.contains(&format!("the object {object} is missing")),
            "{what}: {err}"
        );
        assert!(err.contains("git fsck"), "{err}");
    }
    assert!(audit(&world, "HEAD").is_empty());
}

#[test]
fn a_date_in_the_future_is_told_and_times_are_those_of_the_organisation() {
    let world = World::with_repository(ORGANISATION);
    world.collect();
    // The year 2096, as a clock in Greenwich has it.
    let who = "li <li@example.org> 3976000000 +0000";
    let far = raw_commit(&world, &format!("author {who}\ncommitter {who}"));
    let found = audit(&world, "HEAD");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0][..2], ["history-date".to_owned(), far]);
    assert!(found[0][2].contains("2095-12-29T"), "{found:?}");
    let shown = world.clue(LI, &["audit"]).out;
    assert!(shown.contains("+08:00  li <li@example.org>"), "{shown}");
    assert!(!shown.contains("+00:00"), "{shown}");
    // No file, so no margin of one.
    assert!(!shown.lines().any(|line| line.trim() == "|"), "{shown}");
    let shown = world.clue_in("zh", LI, &["audit"]).out;
    assert!(shown.contains("  = 办法："), "{shown}");
}

/// Somebody takes the officer's role from li on main; `first` and `then` are done by li in a clone, before and after.
fn dismissed(first: &[&str], then: &[&str]) -> World {
    let here = World::with_repository(ORGANISATION);
    let id = here.collect();
    let step = |world: &World, arguments: &[&str]| {
        if !arguments.is_empty() {
            world
                .clue(LI, &[&["advance", &id], arguments].concat())
                .ok();
        }
    };
    here.git(&["switch", "--quiet", "-c", "fork"]);
    step(&here, first);
    here.git(&["switch", "--quiet", "main"]);
    here.edit(
        "organisation.yaml",
        "roles: [officer, archivist]",
        "roles: [archivist]",
    );
    here.edit(
        "organisation.yaml",
        "duty: { officer: li-wei",
        "duty: { officer: gao-yan",
    );
    here.git(&[
        "commit",
        "--quiet",
        "-am",
        "people",
        "--author=周敏 <zhou@example.org>",
    ]);
    here.git(&["switch", "--quiet", "fork"]);
    step(&here, then);
    here
}

#[test]
fn who_lost_a_role_does_not_go_on_from_where_they_had_it() {
    let back = ["return", "-m", "编号？"];
    // Either way round of the merge.
    for (on, with) in [("main", "fork"), ("fork", "main")] {
        let world = dismissed(&[], &back);
        let step = world.git(&["rev-parse", "fork"]).trim().to_owned();
        let taken_away = world.git(&["rev-parse", "main"]).trim().to_owned();
        assert!(audit(&world, "fork").is_empty() && audit(&world, "main").is_empty());
        world.git(&["switch", "--quiet", on]);
        world.git(&["merge", "--quiet", "--no-edit", "--no-ff", with]);
        let merge = world.git(&["rev-parse", "HEAD"]).trim().to_owned();
        // What was judged with the branches before does not hide it.
        for range in [
            "HEAD".to_owned(),
            format!("{with}..HEAD"),
            "HEAD~1..HEAD".to_owned(),
        ] {
            let found = audit(&world, &range);
            assert_eq!(found.len(), 1, "{range}: {found:#?}");
            assert_eq!(
                found[0][..2],
                ["history-authority".to_owned(), merge.clone()]
            );
            assert!(found[0][2].contains(&step[..10]), "{found:?}");
            assert!(found[0][2].contains(&taken_away[..10]), "{found:?}");
        }
    }
    // What was done before the role was lost stays right.
    let world = dismissed(&back, &[]);
    world.git(&["switch", "--quiet", "main"]);
    world.git(&["merge", "--quiet", "--no-edit", "fork"]);
    assert_eq!(audit(&world, "HEAD"), Vec::<[String; 3]>::new());
}

#[test]
fn a_broken_seal_names_the_version_that_was_sealed() {
    let world = World::new();
    let officer = "li.wei@huayuan-machinery.example";
    world.clue(officer, &["demo", "."]).ok();
    let id = "20261020-e2kp";
    let path = format!("{}/collection.yaml", folder(id));
    let grep = format!("--grep=clue {id}: register");
    let sealed = world.git(&["log", "--format=%H", "--fixed-strings", &grep]);
    let sealed = sealed.lines().next().expect("a commit").to_owned();
    world.git(&["switch", "--quiet", "-c", "fork"]);
    world.write(&path, &(world.read(&path) + "# x\n"));
    world.git(&["commit", "--quiet", "-am", "edit"]);
    world.git(&["switch", "--quiet", "main"]);
    world.write("README.md", "what this is\n");
    world.git(&["add", "README.md"]);
    world.git(&["commit", "--quiet", "-m", "a word about it"]);
    world.git(&["merge", "--quiet", "--no-edit", "fork"]);
    // HEAD holds the edited one.
    let advice = format!("git checkout {} -- {path}", &sealed[..10]);
    for command in ["check", "audit"] {
        let ran = world.clue(officer, &[command]);
        assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
        assert!(
            ran.out.contains(&advice),
            "{command}: {advice}: {}",
            ran.out
        );
    }
    world.git(&["checkout", "--quiet", &sealed, "--", &path]);
    let out = world.clue(officer, &["check"]).out;
    assert!(!out.contains("[seal-broken"), "{out}");
}

#[test]
fn a_merge_with_conflict_markers_is_told_as_that() {
    let here = World::with_repository(ORGANISATION);
    let id = here.collect();
    let card = format!("{}/clue.yaml", folder(&id));
    here.git(&["switch", "--quiet", "-c", "fork"]);
    here.clue(LI, &["advance", &id, "return", "-m", "编号？"])
        .ok();
    here.git(&["switch", "--quiet", "main"]);
    here.clue(LI, &["advance", &id, "return", "-m", "型号？"])
        .ok();
    here.shell(
        "",
        "en",
        "git -c user.name=li -c user.email=li@example.org merge --no-commit fork",
    );
    let text = here.read(&card);
    if !text.contains("<<<<<<< ") {
        let markers = "\n<<<<<<< main\n=======\n>>>>>>> fork\nstate: ";
        here.write(&card, &text.replacen("\nstate: ", markers, 1));
    }
    here.git(&["add", "."]);
    here.git(&["commit", "--quiet", "--no-edit"]);
    assert!(here.git(&["rev-parse", "HEAD^2"]).len() > 40);
    let found = audit(&here, "HEAD");
    let codes: Vec<&str> = found.iter().map(|one| one[0].as_str()).collect();
    assert!(codes.contains(&"conflict-marker"), "{found:#?}");
    assert!(!codes.contains(&"history-deletion"), "{found:#?}");
    let shown = here.clue(LI, &["audit"]).out;
    assert!(shown.contains(&format!("{card}:")), "{shown}");
}

#[test]
fn a_state_set_by_hand_is_one_fault() {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let card = format!("{}/clue.yaml", folder(&id));
    for state in ["archived", "handling", "analysed"] {
        world.edit(&card, "\nstate: collected", &format!("\nstate: {state}"));
        let out = world.clue(LI, &["check"]).out;
        assert!(
            out.contains("[trail-broken") && out.contains("1 error,"),
            "{out}"
        );
        world.git(&["commit", "--quiet", "-am", "edit"]);
        let found = audit(&world, "HEAD");
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0][0], "history-card");
        world.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    }
}
