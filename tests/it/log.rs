//! A clue's story from history: every commit that changed its folder, and what it changed, also where the clue is gone.

use serde_json::Value;

use crate::harness::World;
use crate::play::ORGANISATION;

fn begun() -> (World, String, String) {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let folder = clue::case::folder_of(&id).expect("an id");
    (world, id, folder)
}

fn triage(world: &World, folder: &str) {
    let path = format!("{folder}/triage.yaml");
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
}

fn commit(world: &World, message: &str) {
    world.git(&["add", "-A"]);
    world.git(&["commit", "--quiet", "-m", message]);
}

fn data(world: &World, arguments: &[&str]) -> Value {
    let arguments = [&["log", "--format", "json"], arguments].concat();
    let out = world.clue("li@example.org", &arguments).ok();
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
}

#[test]
fn steps_and_edits_are_told_with_their_fields() {
    let (world, id, folder) = begun();
    triage(&world, &folder);
    world
        .clue("li@example.org", &["advance", &id, "register"])
        .ok();
    world.edit(
        &format!("{folder}/triage.yaml"),
        "opinion: 情况属实",
        "opinion: 情况基本属实",
    );
    commit(&world, "edit");
    // Another clue, and a file that belongs to none: neither is part of the story.
    world.collect();
    world.write("note.txt", "x");
    commit(&world, "elsewhere");
    let out = world.clue("li@example.org", &["log", &id]).ok();
    let heads: Vec<&str> = out
        .lines()
        .filter(|line| line.starts_with("2026-"))
        .collect();
    assert!(out.starts_with(&format!("{id}  QT-2026-0001  ")), "{out}");
    assert_eq!(heads.len(), 3, "{out}");
    assert!(
        heads[0].contains("collect") && heads[0].contains("赵刚"),
        "{out}"
    );
    assert!(
        heads[1].contains("register") && heads[1].contains("李伟"),
        "{out}"
    );
    assert!(
        heads[2].contains("edit") && heads[2].contains("李伟"),
        "{out}"
    );
    assert!(out.contains("State: collected -> registered"), "{out}");
    assert!(out.contains("Register number: — -> QT-2026-0001"), "{out}");
    assert!(out.contains("    collection.yaml: added, "), "{out}");
    assert!(out.contains(": 情况属实 -> 情况基本属实"), "{out}");
    let chinese = world
        .clue_in("zh", "li@example.org", &["log", "QT-2026-0001"])
        .ok();
    assert!(
        chinese.contains("编辑") && chinese.contains("紧急程度："),
        "{chinese}"
    );
    let reversed = world
        .clue("li@example.org", &["log", &id, "--newest-first"])
        .ok();
    let first = reversed
        .lines()
        .find(|line| line.starts_with("2026-11-23 "));
    assert!(
        first.is_some_and(|line| line.contains("edit")),
        "{reversed}"
    );
}

#[test]
fn data_holds_values_whole_and_raw() {
    let (world, id, folder) = begun();
    let long = "很长的说明".repeat(60);
    world.edit(
        &format!("{folder}/collection.yaml"),
        "现有包装易破损",
        &long,
    );
    commit(&world, "edit");
    let story = data(&world, &[&id]);
    assert_eq!(story["present"], true);
    let commits = story["commits"].as_array().expect("commits");
    assert_eq!(commits.len(), 2);
    assert_eq!(commits[0]["steps"][0]["step"], "collect");
    assert_eq!(commits[0]["author"]["person"], "zhao-gang");
    let change = &commits[1]["changes"][0];
    assert_eq!(change["path"], "collection.yaml");
    assert_eq!(change["record"], "collection");
    assert_eq!(change["fields"][0]["field"], "/description");
    assert_eq!(change["fields"][0]["after"], long.as_str());
    let shown = world.clue("li@example.org", &["log", &id]).ok();
    assert!(
        !shown.contains(&long) && shown.contains("… (300 characters)"),
        "{shown}"
    );
    let full = world.clue("li@example.org", &["log", &id, "--full"]).ok();
    assert!(full.contains(&long));
    assert!(full.contains("Title: — -> 建议改进包装"), "{full}");
}

#[test]
fn reports_tell_their_headings_and_attachments_their_sizes() {
    let (world, id, folder) = begun();
    let report = format!("{folder}/analysis.md");
    world.write(
        &report,
        "---\nauthor: li-wei\n---\n# 概述\n\n一\n\n# 建议\n\n二\n",
    );
    world.write(&format!("{folder}/attachments/a.bin"), "12345");
    commit(&world, "add");
    world.write(
        &report,
        "---\nauthor: li-wei\n---\n# 概述\n\n一\n\n# 建议\n\n二三\n",
    );
    world.write(&format!("{folder}/attachments/a.bin"), "1");
    commit(&world, "change");
    std::fs::remove_file(world.path().join(format!("{folder}/attachments/a.bin"))).expect("gone");
    world.write(&report, "---\nauthor: [\n");
    commit(&world, "break");
    let out = world.clue("li@example.org", &["log", &id]).ok();
    assert!(out.contains("§ 建议: 1 character -> 2 characters"), "{out}");
    assert!(!out.contains("§ 概述"), "{out}");
    assert!(out.contains("attachments/a.bin: added: 5 bytes"), "{out}");
    assert!(
        out.contains("attachments/a.bin: changed: 5 bytes -> 1 byte"),
        "{out}"
    );
    assert!(out.contains("attachments/a.bin: removed: 1 byte"), "{out}");
    assert!(out.contains("cannot be read as a record"), "{out}");
}

#[test]
fn a_clue_that_is_gone_has_a_story_still() {
    let (world, id, folder) = begun();
    world.git(&["rm", "--quiet", "-r", &folder]);
    commit(&world, "gone");
    let out = world.clue("li@example.org", &["log", &id]).ok();
    assert!(
        out.contains("the folder of this clue is no longer there"),
        "{out}"
    );
    assert!(out.contains("clue.yaml: removed"), "{out}");
    assert!(out.starts_with(&format!("{id}  建议改进包装\n")), "{out}");
    let story = data(&world, &[&id]);
    assert_eq!(story["present"], false);
    let err = world
        .clue("li@example.org", &["log", "20200101-aaaa"])
        .fails(2);
    assert!(err.contains("no commit of this branch"), "{err}");
}

#[test]
fn a_merge_is_told_only_where_it_differs_from_every_parent() {
    let (world, id, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    world.git(&["switch", "--quiet", "-c", "side"]);
    world.edit(&path, "title: 建议改进包装", "title: 建议改进外包装");
    commit(&world, "side");
    world.git(&["switch", "--quiet", "main"]);
    world.write("note.txt", "x");
    commit(&world, "main");
    world.git(&["merge", "--quiet", "--no-edit", "side"]);
    let commits = |world: &World| data(world, &[&id])["commits"].as_array().map(Vec::len);
    assert_eq!(commits(&world), Some(2));
    world.git(&["switch", "--quiet", "-c", "other", "HEAD~1"]);
    world.edit(&path, "source: 车间", "source: 一车间");
    commit(&world, "other");
    world.git(&["switch", "--quiet", "main"]);
    world.git(&["merge", "--quiet", "--no-edit", "other"]);
    let story = data(&world, &[&id]);
    let last = story["commits"]
        .as_array()
        .and_then(|all| all.last())
        .cloned();
    assert_eq!(commits(&world), Some(4));
    assert_eq!(last.expect("a commit")["merge"], true);
}

#[test]
fn hostile_texts_steer_neither_terminal_nor_page() {
    let (world, id, folder) = begun();
    world.edit(
        &format!("{folder}/collection.yaml"),
        "source: 车间",
        "source: \"<script>alert(1)</script>\\e[2J\\u202e\"",
    );
    world.git(&["add", "-A"]);
    world.git(&[
        "-c",
        "user.name=x",
        "commit",
        "--quiet",
        "--author=Eve\u{1b}[31m\u{202e}&amp; <eve@example.org>",
        "-m",
        "edit",
    ]);
    let out = world.clue("li@example.org", &["log", &id]).ok();
    assert!(
        !out.contains('\u{1b}') && !out.contains('\u{202e}'),
        "{out}"
    );
    assert!(out.contains("\\u{1b}[2J\\u{202e}"), "{out}");
    let page = world
        .clue("li@example.org", &["log", &id, "--format", "html"])
        .ok();
    assert!(
        !page.contains("<script") && page.contains("&amp;amp"),
        "{page}"
    );
    assert!(page.contains("&lt;script&gt;"), "{page}");
    assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'));
    let chinese = world
        .clue_in(
            "zh",
            "li@example.org",
            &["log", &id, "--format", "html", "-o", "log.html"],
        )
        .ok();
    assert_eq!(chinese, "log.html\n");
    let page = world.read("log.html");
    assert!(
        page.contains("线索变更历史") && page.contains("lang=\"zh-CN\""),
        "{page}"
    );
}

#[test]
fn what_steps_did_not_write_is_told_as_it_is() {
    let (world, id, folder) = begun();
    let path = format!("{folder}/clue.yaml");
    world.edit(&path, "step: collect", "step: register");
    commit(&world, "forged");
    let story = data(&world, &[&id]);
    let fields = &story["commits"][1]["changes"][0]["fields"];
    assert_eq!(fields[0]["field"], "/trail/0/step");
    assert_eq!(fields[0]["before"], "collect");
    let form = format!("{folder}/collection.yaml");
    let text = world.read(&form);
    world.write(&form, &format!("# a comment\n{text}"));
    commit(&world, "comment");
    let out = world.clue("li@example.org", &["log", &id]).ok();
    assert!(
        out.contains("collection.yaml: only comments or layout changed"),
        "{out}"
    );
}
