//! Two clones work beside each other, and git brings together what they did: entries, slips, steps and numbers.

use std::path::Path;

use clue::case::folder_of;
use clue::engine::{MergingLack, mend_merging, merging_lacks};

use crate::harness::World;
use crate::play::ORGANISATION;

const LI: &str = "li@example.org";
const DEMO_OFFICER: &str = "li.wei@huayuan-machinery.example";
/// A clue of the demonstration that is being handled.
const HANDLED: &str = "20261020-e2kp";
/// One that went to two departments.
const OF_TWO: &str = "20260408-a9gt";

fn folder(id: &str) -> String {
    folder_of(id).expect("an id")
}

/// A clone with the merge driver, as `clue init` or `clue doctor` registers it.
fn cloned(world: &World) -> World {
    let clone = world.cloned();
    let lacks = mend_merging(clone.path(), env!("CARGO_BIN_EXE_clue")).expect("git");
    assert_eq!(lacks, [MergingLack::Configuration]);
    assert_eq!(merging_lacks(clone.path()).expect("git"), []);
    clone
}

/// Fetches another clone and merges its branch; gives what git prints, with its status at the end.
fn merge(world: &World, other: &World) -> String {
    let from = other.path().to_str().expect("a path");
    world.git(&["fetch", "--quiet", from, "main:refs/remotes/other/main"]);
    let identity = "git -c user.name=li -c user.email=li@example.org";
    let line = format!("{{ {identity} merge --no-edit other/main; echo status $?; }}");
    world.shell("", "en", &line)
}

#[track_caller]
fn merges_cleanly(world: &World, other: &World) {
    let printed = merge(world, other);
    assert!(printed.ends_with("status 0\n"), "{printed}");
    assert_eq!(world.clue(LI, &["check"]).ok(), "");
}

#[test]
fn what_two_clones_of_the_demonstration_do_comes_together() {
    let demonstration = World::new();
    demonstration.clue(DEMO_OFFICER, &["demo", "."]).ok();
    entries_and_fields(&demonstration);
    accepted_slips(&demonstration);
}

fn entries_and_fields(demonstration: &World) {
    let here = cloned(demonstration);
    let there = cloned(demonstration);
    let chen = "chen.jie@huayuan-machinery.example";
    let path = format!("{}/handling/quality.yaml", folder(HANDLED));
    for text in ["联轴器已更换", "客户已确认"] {
        here.clue(chen, &["note", HANDLED, "-m", text]).ok();
    }
    there
        .clue(chen, &["note", HANDLED, "-m", "27台中已查9台"])
        .ok();
    // By hand, next to each other: fields of the same measure, and of the next one.
    here.edit(
        &path,
        "  - type: cause\n    result:",
        "  - type: cause\n    result: 螺钉松动",
    );
    here.git(&["commit", "--quiet", "-am", "cause"]);
    there.edit(
        &path,
        "    result:\n    # 由谁",
        "    result: 已检验\n    # 由谁",
    );
    there.git(&["commit", "--quiet", "-am", "inspection"]);
    merges_cleanly(&here, &there);
    let text = here.read(&path);
    let places: Vec<usize> = [
        "27台中已查9台",
        "客户已确认",
        "result: 已检验",
        "result: 螺钉松动",
        "# 由谁办理",
    ]
    .iter()
    .map(|part| {
        text.find(part)
            .unwrap_or_else(|| panic!("{part} is lost:\n{text}"))
    })
    .collect();
    assert!(places[2] < places[3] && places[1] < places[2], "{text}");
    assert!(text.contains("联轴器已更换"), "{text}");
    // The other way round the same is said.
    merges_cleanly(&there, &here);
    assert_eq!(there.read(&path), text);
}

fn accepted_slips(demonstration: &World) {
    let here = cloned(demonstration);
    let found = here.git(&[
        "log",
        "--format=%H",
        "--fixed-strings",
        &format!("--grep=clue {OF_TWO}: transfer"),
    ]);
    let sent = found.lines().next().expect("a commit").to_owned();
    here.git(&["reset", "--quiet", "--hard", &sent]);
    let there = cloned(&here);
    let accept = |world: &World, email: &str, department: &str, handler: &str| {
        let handler = format!("transfers.receipt.handler={handler}");
        world
            .clue(
                email,
                &[
                    "advance",
                    OF_TWO,
                    "accept",
                    "--department",
                    department,
                    "--set",
                    &handler,
                ],
            )
            .ok();
    };
    accept(
        &here,
        "zhao.gang@huayuan-machinery.example",
        "quality",
        "chen-jie",
    );
    there.git(&["status"]);
    accept(
        &there,
        "qin.hao@huayuan-machinery.example",
        "management",
        "qin-hao",
    );
    merges_cleanly(&here, &there);
    let card = here.read(&format!("{}/clue.yaml", folder(OF_TWO)));
    let steps: Vec<&str> = card
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("department: "))
        .collect();
    assert!(steps.ends_with(&["quality", "management"]), "{card}");
    for department in ["quality", "management"] {
        let slip = here.read(&format!("{}/transfers/{department}.yaml", folder(OF_TWO)));
        assert!(slip.contains("status: accepted"), "{slip}");
        here.read(&format!("{}/handling/{department}.yaml", folder(OF_TWO)));
    }
}

#[test]
fn steps_that_do_not_follow_are_a_conflict_that_says_why() {
    let here = World::with_repository(ORGANISATION);
    let id = here.collect();
    let there = cloned(&here);
    triage(&here, &id);
    let path = format!("{}/triage.yaml", folder(&id));
    here.edit(&path, "ground:", "ground: unfounded");
    here.clue(LI, &["advance", &id, "dismiss", "-m", "查无实据"])
        .ok();
    there
        .clue(LI, &["advance", &id, "return", "-m", "请补充编号"])
        .ok();
    let printed = merge(&here, &there);
    assert!(printed.ends_with("status 1\n"), "{printed}");
    let reason = "clue.yaml: trail: the steps of the two sides do not follow from each other: here `dismiss` by li-wei at ";
    assert!(printed.contains(reason), "{printed}");
    assert!(
        printed.contains(", there `return` by li-wei at "),
        "{printed}"
    );
    let card = here.read(&format!("{}/clue.yaml", folder(&id)));
    for part in [
        "<<<<<<< ours\n",
        "step: dismiss",
        "=======\n",
        "step: return",
        ">>>>>>> theirs\n",
    ] {
        assert!(card.contains(part), "{part}:\n{card}");
    }
    assert_eq!(card.matches("step: collect").count(), 1, "{card}");
    here.clue(LI, &["check"]).fails(1);
}

#[test]
fn the_driver_needs_no_rulebook_and_loses_nothing() {
    let world = World::new();
    world.write("workflow.yaml", "steps: [\n");
    world.write("organisation.yaml", "language: zh\n???");
    world.write("base", "a: 1\nb: 2\n");
    world.write("ours", "a: 3\nb: 2\n");
    world.write("theirs", "a: 1\nb: 4\n");
    let driver = [
        "merge-driver",
        "base",
        "ours",
        "theirs",
        "--path",
        "clues/x.yaml",
    ];
    assert_eq!(world.clue(LI, &driver).ok(), "");
    assert_eq!(world.read("ours"), "a: 3\nb: 4\n");
    world.write("theirs", "a: 5\nb: 4\n");
    let sized = [driver.as_slice(), &["--marker-size", "12"]].concat();
    let told = world.clue_in("zh", LI, &sized).fails(1);
    assert!(
        told.starts_with("冲突：clues/x.yaml：a：我方为 `3`，对方为 `5`\n"),
        "{told}"
    );
    assert_eq!(
        world.read("ours"),
        "<<<<<<<<<<<< ours\na: 3\n============\na: 5\n>>>>>>>>>>>> theirs\nb: 4\n"
    );
    // A file that is not there is no version of anything.
    std::fs::remove_file(world.path().join("theirs")).expect("a file");
    world.write("ours", "a: 3\nb: 2\n");
    world.clue(LI, &driver).fails(1);
    let text = world.read("ours");
    assert!(
        text.contains("a: 3\n") && text.contains("<<<<<<< ours\n"),
        "{text}"
    );
}

#[test]
fn what_is_missing_is_told_and_mended() {
    let world = World::with_repository(ORGANISATION);
    let root = world.path();
    assert_eq!(merging_lacks(root).expect("git"), []);
    let driver = world.git(&["config", "merge.clue.driver"]);
    assert!(
        driver.ends_with("clue merge-driver %O %A %B --marker-size %L --path %P\n"),
        "{driver}"
    );
    let attribute = |path: &str| world.git(&["check-attr", "merge", "--", path]);
    let clue = "clues/2026/01-01/20260101-aaaa";
    assert!(attribute(&format!("{clue}/handling/quality.yaml")).ends_with(": clue\n"));
    assert!(attribute(&format!("{clue}/analysis.md")).ends_with(": clue\n"));
    assert!(attribute(&format!("{clue}/attachments/a.yaml")).ends_with(": unspecified\n"));
    assert!(attribute("register/2026/YW/0/YW-2026-0001").ends_with(": unspecified\n"));
    // A program that is gone, and attributes of an older version.
    world.git(&[
        "config",
        "merge.clue.driver",
        "/nowhere/clue merge-driver %O %A %B",
    ]);
    world.write(".gitattributes", "clues/** -text");
    world.git(&["add", ".gitattributes"]);
    let all = [MergingLack::Attributes, MergingLack::Configuration];
    assert_eq!(merging_lacks(root).expect("git"), all);
    assert_eq!(mend_merging(root, "/opt/a b/clue").expect("git"), all);
    assert!(
        world
            .read(".gitattributes")
            .starts_with("clues/** -text\n# Records")
    );
    assert!(
        world
            .git(&["config", "merge.clue.driver"])
            .starts_with("'/opt/a b/clue' merge-driver")
    );
    assert_eq!(
        mend_merging(root, "clue").expect("git"),
        [MergingLack::Configuration]
    );
    assert_eq!(mend_merging(root, "clue").expect("git"), []);
}

fn triage(world: &World, id: &str) {
    let path = format!("{}/triage.yaml", folder(id));
    for (from, to) in [
        ("reviewed_at:", "reviewed_at: 2026-11-23T08:30:00+08:00"),
        ("authenticity:\n", "authenticity: credible\n"),
        ("\ncomplete:", "\ncomplete: true"),
        ("opinion:", "opinion: 情况属实"),
        ("\ncategory:", "\ncategory: other"),
        ("kind:", "kind: employee-suggestion"),
        ("\nurgency:", "\nurgency: general"),
    ] {
        world.edit(&path, from, to);
    }
}

const NUMBER: &str = "QT-2026-0001";
const ENTRY: &str = "register/2026/QT/0/QT-2026-0001";

/// Two clones that gave the same number to two clues; two more are only collected.
fn given_twice() -> (World, World, [String; 4]) {
    let here = World::with_repository(ORGANISATION);
    let ids = [
        here.collect(),
        here.collect(),
        here.collect(),
        here.collect(),
    ];
    let there = cloned(&here);
    for (world, id) in [(&here, &ids[0]), (&there, &ids[1])] {
        triage(world, id);
        let out = world.clue(LI, &["advance", id, "register"]).ok();
        assert!(
            out.contains(&format!("register number: {NUMBER}\n")),
            "{out}"
        );
    }
    (here, there, ids)
}

fn fetch(world: &World, other: &World) {
    let from = other.path().to_str().expect("a path");
    world.git(&["fetch", "--quiet", from, "main:refs/remotes/other/main"]);
}

#[test]
fn a_number_given_twice_is_resolved_before_the_merge() {
    let (here, there, [own, other, third, fourth]) = given_twice();
    // Two clues that refer to ours by its number: one still open, one sealed.
    triage(&here, &third);
    let path = format!("{}/triage.yaml", folder(&third));
    here.edit(&path, "duplicate_of:", &format!("duplicate_of: {NUMBER}"));
    here.git(&["commit", "--quiet", "-am", "duplicate"]);
    triage(&here, &fourth);
    let sealed = format!("{}/triage.yaml", folder(&fourth));
    here.edit(&sealed, "duplicate_of:", &format!("duplicate_of: {NUMBER}"));
    here.edit(&sealed, "ground:", "ground: duplicate");
    here.clue(LI, &["advance", &fourth, "dismiss", "-m", "重复"])
        .ok();
    // Nothing to resolve while nobody knows of the other clue.
    let refused = here.clue(LI, &["renumber", &own]).fails(4);
    assert!(refused.contains("nothing to resolve"), "{refused}");
    assert!(!here.clue(LI, &["next", &own]).ok().contains("renumber"));
    fetch(&here, &there);
    let printed = merge(&here, &there);
    assert!(printed.ends_with("status 1\n"), "{printed}");
    let refused = here
        .clue(LI, &["renumber", &own, "--against", "other/main"])
        .fails(4);
    let advice = format!("git merge --abort; clue renumber {own} --against THE-OTHER-BRANCH");
    assert!(refused.contains(&advice), "{refused}");
    // The check advises the same.
    let told = here.clue(LI, &["check"]);
    assert!(told.out.contains(&advice), "{}", told.out);
    assert!(!told.out.contains("number-unregistered"), "{}", told.out);
    let told = here.clue_in("zh", LI, &["check"]);
    let advice = format!("git merge --abort，再执行 clue renumber {own} --against 对方分支");
    assert!(told.out.contains(&advice), "{}", told.out);
    here.git(&["merge", "--abort"]);
    here.clue(LI, &["renumber", &own, "--against", "nowhere"])
        .fails(2);
    here.clue(
        "zhao@example.org",
        &["renumber", &own, "--against", "other/main"],
    )
    .fails(4);
    let out = here
        .clue(LI, &["renumber", &own, "--against", "other/main"])
        .ok();
    assert!(out.contains("register number: QT-2026-0002\n"), "{out}");
    assert!(
        out.contains(&format!("{NUMBER} stays with {other}\n")),
        "{out}"
    );
    assert!(
        out.contains(&format!("refers to the new number now: {path}\n")),
        "{out}"
    );
    assert!(here.read(&path).contains("duplicate_of: QT-2026-0002"));
    assert!(
        out.contains(&format!("sealed, and still refers to {NUMBER}: {sealed}\n")),
        "{out}"
    );
    assert!(
        here.read(&sealed)
            .contains(&format!("duplicate_of: {NUMBER}\n"))
    );
    assert!(!here.path().join(ENTRY).exists());
    let card = here.read(&format!("{}/clue.yaml", folder(&own)));
    for part in [
        "number: QT-2026-0002\n",
        "step: renumber\n",
        "number_before: QT-2026-0001\n",
        "reason: 两个克隆给出了同一编号\n",
        "aliases:\n  - QT-2026-0001\n",
    ] {
        assert!(card.contains(part), "{part}:\n{card}");
    }
    assert_eq!(here.git(&["status", "--porcelain"]), "");
    let message = here.git(&["log", "-1", "--format=%B"]);
    assert!(
        message.contains(&format!(
            "clue {own}: renumber\n\nClue-Id: {own}\nClue-Step: renumber\n"
        )),
        "{message}"
    );
    // Until the other clue comes, the old number finds ours.
    assert!(here.clue(LI, &["show", NUMBER]).ok().contains(&own));
    merges_cleanly(&here, &there);
    assert!(here.clue(LI, &["show", NUMBER]).ok().contains(&other));
    let shown = here.clue(LI, &["show", "QT-2026-0002"]).ok();
    assert!(
        shown.contains(&own) && shown.contains("QT-2026-0001 → QT-2026-0002"),
        "{shown}"
    );
    // The next number is free in both.
    let out = here.clue(LI, &["advance", &third, "register"]).ok();
    assert!(out.contains("QT-2026-0003"), "{out}");
}

#[test]
fn a_number_given_twice_is_resolved_after_the_merge() {
    let (here, there, [own, other, ..]) = given_twice();
    let printed = merge(&here, &there);
    assert!(printed.ends_with("status 1\n"), "{printed}");
    // Somebody resolved it in favour of the other clue, and thought no more of it.
    here.write(ENTRY, &format!("{other}\n"));
    here.git(&["add", "register"]);
    here.git(&["commit", "--quiet", "--no-edit"]);
    here.clue(LI, &["check"]).fails(1);
    assert!(here.clue(LI, &["next", &own]).ok().contains("renumber"));
    here.clue(LI, &["renumber", &other]).fails(4);
    let out = here
        .clue(LI, &["renumber", &own, "-m", "登记时未同步"])
        .ok();
    assert!(out.contains("register number: QT-2026-0002\n"), "{out}");
    assert_eq!(here.read(ENTRY), format!("{other}\n"));
    assert_eq!(here.clue(LI, &["check"]).ok(), "");
    assert!(Path::new(&here.path().join("register/2026/QT/0/QT-2026-0002")).exists());
    here.clue(LI, &["renumber", &own]).fails(4);
}

#[test]
fn a_rulebook_renumbers_in_a_step_of_its_own() {
    let world = World::with_repository(ORGANISATION);
    assert_eq!(world.clue(LI, &["check"]).ok(), "");
    world.edit(
        "workflow.yaml",
        "    renumbers: true\n",
        "    renumbers: true\n    numbers: true\n    trail: false\n    to: registered\n",
    );
    let found = world.clue(LI, &["check", "--format", "json"]);
    assert_eq!(found.status, 1);
    for part in [
        "the step `renumber` gives a first number and another one at once",
        "the step `renumber` changes the number, and would leave nothing in the trail",
        "the step `renumber` changes the number, and the state with it",
    ] {
        assert!(found.out.contains(part), "{part}: {}", found.out);
    }
}
