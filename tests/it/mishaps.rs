//! What people do without meaning harm: text that looks like YAML, a version only the index holds, a document written over
//! a record, a clock that is wrong, a filter in their own words.

use std::fs;

use crate::harness::World;
use crate::play::ORGANISATION;

const LI: &str = "li@example.org";

fn begun() -> (World, String) {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    (world, id)
}

fn path(id: &str, record: &str) -> String {
    format!("{}/{record}", clue::case::folder_of(id).expect("an id"))
}

#[test]
fn text_is_taken_as_it_was_typed() {
    let (world, id) = begun();
    #[track_caller]
    fn case(world: &World, id: &str, text: &str) {
        let set = format!("triage.opinion={text}");
        world
            .clue(LI, &["advance", id, "return", "-m", "补充", "--set", &set])
            .ok();
        let out = world.clue(LI, &["show", id, "--format", "json"]).ok();
        let shown: serde_json::Value = serde_json::from_str(&out).expect("data");
        assert_eq!(shown["records"]["triage.yaml"]["opinion"], text);
    }
    for text in [
        "Bearing worn # 7 and 8",
        "一\n二\n",
        " blanks ",
        "\"quoted\"",
        "null",
        "~",
        "Result: ok",
        "1234",
        "true",
        "- x",
        "[a",
        "2026-11-23",
    ] {
        case(&world, &id, text);
    }
    // What is no text is what it looks like.
    let sets = [
        "--set",
        "triage.complete=true",
        "--set",
        "triage.departments=[quality]",
    ];
    let arguments = [
        ["advance", id.as_str(), "return", "-m", "x"].as_slice(),
        &sets,
    ]
    .concat();
    world.clue(LI, &arguments).ok();
    let text = world.read(&path(&id, "triage.yaml"));
    assert!(text.contains("complete: true"), "{text}");
}

#[test]
fn a_version_that_only_the_index_holds_stops_the_step() {
    let (world, id) = begun();
    let record = path(&id, "triage.yaml");
    let committed = world.read(&record);
    world.write(&record, &format!("# staged\n{committed}"));
    world.git(&["add", &record]);
    world.write(&record, &committed);
    let before = world.everything();
    let err = world
        .clue(LI, &["advance", &id, "return", "-m", "补充"])
        .fails(4);
    assert!(err.contains("staged"), "{err}");
    assert!(world.everything() == before, "something changed");
    world.git(&["add", &record]);
    world
        .clue(LI, &["advance", &id, "return", "-m", "补充"])
        .ok();
}

#[test]
fn a_document_takes_the_place_of_no_record() {
    let (world, id) = begun();
    let before = world.everything();
    let record = path(&id, "triage.yaml");
    let page = path(&id, "dossier.html");
    for target in [
        "workflow.yaml",
        &record,
        &page,
        ".git/x.html",
        "templates/x.html",
    ] {
        world.clue(LI, &["render", &id, "-o", target]).fails(2);
        assert!(world.everything() == before, "{target} changed");
    }
    world.clue(LI, &["render", &id, "-o", "dossier.html"]).ok();
}

#[test]
fn who_acts_is_whom_git_means() {
    let (world, id) = begun();
    // The user's own configuration, by the file and by the variables that git takes it from.
    world.write(
        "elsewhere/config",
        "[user]\n\tname = 李伟\n\temail = li@example.org\n",
    );
    let file = world.path().join("elsewhere/config");
    let mut command = world.program("", &["advance", &id, "return", "-m", "一"]);
    for name in [
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_COMMITTER_EMAIL",
    ] {
        command.env_remove(name);
    }
    command.env("GIT_CONFIG_GLOBAL", &file);
    assert!(command.output().expect("the program runs").status.success());
    assert_eq!(
        world.git(&["log", "-1", "--format=%ae"]),
        "li@example.org\n"
    );
    command
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "user.email")
        .env("GIT_CONFIG_VALUE_0", "nobody@example.org");
    assert_eq!(
        command.output().expect("the program runs").status.code(),
        Some(3)
    );
    // Two people of one address cannot be told apart.
    world.edit("organisation.yaml", "zhou@example.org", "LI@example.org");
    world.git(&["commit", "--quiet", "-am", "people"]);
    let err = world
        .clue(LI, &["advance", &id, "return", "-m", "补充"])
        .fails(3);
    assert!(err.contains("same address"), "{err}");
}

#[test]
fn a_step_is_not_taken_in_the_future() {
    let (world, id) = begun();
    let mut command = world.program(LI, &["advance", &id, "return", "-m", "补充"]);
    command.env("GIT_AUTHOR_DATE", "2099-01-01T00:00:00+08:00");
    assert_eq!(
        command.output().expect("the program runs").status.code(),
        Some(3)
    );
}

#[test]
fn filters_are_taken_in_peoples_own_words() {
    let (world, id) = begun();
    for state in ["collected", "已收集", "Collected"] {
        let out = world.clue(LI, &["list", "--state", state]).ok();
        assert!(out.contains(&id), "{state}: {out}");
    }
    let err = world.clue(LI, &["list", "--state", "colected"]).fails(2);
    assert!(err.contains("collected, registered"), "{err}");
    world.clue(LI, &["list", "--responsible", "李伟"]).ok();
    world
        .clue(LI, &["list", "--department", "nowhere"])
        .fails(2);
}

#[test]
fn a_form_with_a_wrong_value_is_told_at_once() {
    let (world, _) = begun();
    let ran = world.clue(LI, &["new", "--title", "x"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let ran = world.clue(LI, &["new", "--title", "x", "--discovered", "2026-3-5"]);
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("2026-3-5"), "{}", ran.out);
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let (world, id) = begun();
    let moved = tempfile::TempDir::new().expect("a folder");
    let outside = moved.path().join("clues");
    fs::rename(world.path().join("clues"), &outside).expect("moved");
    symlink(&outside, world.path().join("clues")).expect("a link");
    let ran = world.clue(LI, &["check"]);
    assert!(ran.out.contains("[file-kind"), "{}{}", ran.out, ran.err);
    let ran = world.clue(LI, &["advance", &id, "return", "-m", "补充"]);
    assert_ne!(ran.status, 0, "{}", ran.out);
    // A device in the place of the organisation is not read without end.
    fs::remove_file(world.path().join("organisation.yaml")).expect("a file");
    symlink("/dev/zero", world.path().join("organisation.yaml")).expect("a link");
    let mut command = world.program(LI, &["check"]);
    command.env_remove("CLUE_LANG");
    assert_eq!(
        command.output().expect("the program runs").status.code(),
        Some(1)
    );
}

#[cfg(unix)]
#[test]
fn an_attachment_that_lies_elsewhere_is_never_opened() {
    use std::os::unix::fs::symlink;
    // SHA-256 of "test".
    const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let (world, id) = begun();
    let outside = tempfile::TempDir::new().expect("a folder");
    fs::write(outside.path().join("outside.txt"), "test").expect("written");
    world.write("outside.txt", "test");
    let list = |file: &str| {
        let form = world.read(&path(&id, "collection.yaml"));
        let form = form
            .split("attachments:")
            .next()
            .expect("a form")
            .to_owned();
        let item = format!("attachments:\n  - {{ file: {file}, size: 4, sha256: {HASH} }}\n");
        world.write(&path(&id, "collection.yaml"), &(form + &item));
    };
    let check = || {
        let found = world.clue(LI, &["check"]);
        assert_eq!(found.status, 1, "{}", found.out);
        found.out + &found.err
    };
    // A file of the right size and hash does not make it one of the clue's.
    list("../../../../../../outside.txt");
    assert!(check().contains("attachment-outside"));
    world
        .clue(LI, &["advance", &id, "return", "-m", "补充"])
        .fails(4);
    // A folder that is a link, and a link in the folder, are told once and not followed.
    symlink(outside.path(), world.path().join(path(&id, "attachments"))).expect("a link");
    list("outside.txt");
    let found = check();
    assert_eq!(found.matches("file-kind").count(), 1, "{found}");
    assert!(!found.contains("attachment-"), "{found}");
    fs::remove_file(world.path().join(path(&id, "attachments"))).expect("removed");
    world.write(&path(&id, "attachments/own.txt"), "own");
    symlink(
        outside.path().join("outside.txt"),
        world.path().join(path(&id, "attachments/outside.txt")),
    )
    .expect("a link");
    let found = check();
    assert_eq!(found.matches("[file-kind").count(), 1, "{found}");
    assert!(
        !found.contains("attachment-missing") && !found.contains("attachment-changed"),
        "{found}"
    );
}

#[cfg(unix)]
#[test]
fn a_template_that_is_no_file_is_told() {
    let (world, id) = begun();
    let at = |path: &str| world.path().join(path);
    fs::remove_file(at("templates/paper/cover.typ")).expect("removed");
    fs::create_dir(at("templates/paper/cover.typ")).expect("a folder");
    fs::remove_file(at("templates/documents/page.html")).expect("removed");
    std::os::unix::fs::symlink("/nowhere", at("templates/documents/page.html")).expect("a link");
    let check = world.clue(LI, &["check"]);
    assert_eq!(check.status, 0, "{}", check.out);
    for path in ["templates/paper/cover.typ", "templates/documents/page.html"] {
        assert!(check.out.contains(path), "{path}: {}", check.out);
    }
    assert!(check.out.contains("0 errors, 2 warnings"), "{}", check.out);
    let site = tempfile::TempDir::new().expect("a folder");
    let site = site.path().to_str().expect("a path");
    for arguments in [
        &["render", id.as_str()][..],
        &["render", &id, "triage.yaml"],
        &["site", site],
    ] {
        let ran = world.clue(LI, arguments);
        assert_eq!(ran.status, 0, "{}", ran.err);
        assert!(ran.err.contains("documents/page.html"), "{}", ran.err);
    }
}
