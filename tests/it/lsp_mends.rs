//! What the language server proposes against what people who write no YAML get wrong, and that it accuses nobody.

use serde_json::{Value, json};

use crate::editor::{Editor, codes, edited, list, range_of};
use crate::harness::World;
use crate::play::ORGANISATION;

const LI: &str = "li@example.org";

/// A repository with a clue in it, and the path of its collection form.
fn begun() -> (World, String, String) {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let folder = clue::case::folder_of(&id).expect("an id");
    (world, id, folder)
}

fn actions(editor: &mut Editor, path: &str) -> Vec<Value> {
    let asked = json!({
        "textDocument": {"uri": editor.address(path)}, "context": {"diagnostics": [], "only": ["quickfix"]},
        "range": range_of([0, 0, 999, 0]),
    });
    list(editor.ask("textDocument/codeAction", asked))
}

/// What a text is after the proposal of a title was taken.
fn taken(editor: &mut Editor, path: &str, text: &str, title: &str) -> String {
    let actions = actions(editor, path);
    let action = actions.iter().find(|one| one["title"] == title);
    let titles: Vec<&Value> = actions.iter().map(|one| &one["title"]).collect();
    let action = action.unwrap_or_else(|| panic!("{title}: {titles:?}"));
    edited(text, &action["edit"]["changes"][editor.address(path)])
}

#[test]
fn lines_that_cannot_be_read_are_mended() {
    let (world, _, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let whole = world.read(&path);
    let mut editor = Editor::of(&world, LI, &json!({}));
    editor.open(&path, &whole);
    let mut version = 1;
    for (wrong, title, right) in [
        (
            "source: 开机: 有异响",
            "Put it in quotes: \"开机: 有异响\"",
            "source: \"开机: 有异响\"",
        ),
        (
            "source: @某人 反映",
            "Put it in quotes: \"@某人 反映\"",
            "source: \"@某人 反映\"",
        ),
        (
            "source: %a \"b\"",
            "Put it in quotes: '%a \"b\"'",
            "source: '%a \"b\"'",
        ),
        (
            "source:车间",
            "Insert a space after the colon",
            "source: 车间",
        ),
        (
            "source：车间",
            "Use an ASCII colon and space",
            "source: 车间",
        ),
    ] {
        let text = whole.replacen("source: 车间", wrong, 1);
        assert_ne!(text, whole, "{wrong}");
        version += 1;
        editor.replace(&path, version, &text);
        let found = editor.told(&path, Some(version));
        assert_eq!(codes(&found), ["yaml-syntax"], "{wrong}: {found:?}");
        let mended = taken(&mut editor, &path, &text, title);
        assert_eq!(mended, whole.replacen("source: 车间", right, 1));
    }
    let text = whole.replacen("\n  anonymous:", "\n\tanonymous:", 1);
    assert_ne!(text, whole);
    version += 1;
    editor.replace(&path, version, &text);
    let title = "Indent with two spaces for each tab";
    assert_eq!(taken(&mut editor, &path, &text, title), whole);
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn labels_and_words_for_true_become_what_is_meant() {
    let (world, _, folder) = begun();
    let form = format!("{folder}/collection.yaml");
    let triage = format!("{folder}/triage.yaml");
    let mut editor = Editor::of(&world, LI, &json!({}));
    for (path, from, wrong, right, code) in [
        (
            &form,
            "channel: employee-report",
            "channel: 客户投诉",
            "customer-complaint",
            "reference-rulebook",
        ),
        (
            &form,
            "channel: employee-report",
            "channel: Customer complaint",
            "customer-complaint",
            "reference-rulebook",
        ),
        (
            &triage,
            "\ncategory:",
            "\ncategory: 业务",
            "business",
            "reference-rulebook",
        ),
        (
            &triage,
            "\nauthenticity:",
            "\nauthenticity: 可信",
            "credible",
            "schema-value",
        ),
        (
            &triage,
            "\ncomplete:",
            "\ncomplete: 是",
            "true",
            "schema-type",
        ),
        (
            &triage,
            "\ncomplete:",
            "\ncomplete: no",
            "false",
            "schema-type",
        ),
    ] {
        let whole = world.read(path);
        let text = whole.replacen(from, wrong, 1);
        assert_ne!(text, whole, "{wrong}");
        editor.open(path, &text);
        let found = editor.told(path, Some(1));
        let own: Vec<&str> = codes(&found)
            .into_iter()
            .filter(|own| own.starts_with("schema-") || *own == code)
            .collect();
        assert_eq!(own, [code], "{wrong}: {found:?}");
        let mended = taken(&mut editor, path, &text, &format!("Change to: {right}"));
        let key = wrong.split(':').next().unwrap_or_default();
        assert_eq!(mended, whole.replacen(from, &format!("{key}: {right}"), 1));
        editor.close(path);
    }
    let text = ORGANISATION.replacen(
        "roles: [officer, archivist]",
        "roles: [officer, 档案管理员]",
        1,
    );
    editor.open("organisation.yaml", &text);
    let found = editor.told("organisation.yaml", Some(1));
    assert_eq!(codes(&found), ["schema-value"], "{found:?}");
    let mended = taken(
        &mut editor,
        "organisation.yaml",
        &text,
        "Change to: archivist",
    );
    assert_eq!(mended, ORGANISATION);
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn what_is_missing_is_put_behind_what_comes_before_it() {
    let (world, _, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let whole = world.read(&path);
    let mut editor = Editor::of(&world, LI, &json!({}));
    let line = "channel: employee-report\n";
    let without = whole.replacen(line, "", 1);
    assert_ne!(without, whole);
    editor.open(&path, &without);
    let mended = taken(
        &mut editor,
        &path,
        &without,
        "Insert what is missing: channel",
    );
    let source = "source: 车间\n";
    assert_eq!(
        mended,
        without.replacen(source, &format!("{source}channel:\n"), 1)
    );
    // Where it is there and only misspelt, nothing is to be added.
    let misspelt = whole.replacen("channel:", "chanel:", 1);
    editor.replace(&path, 2, &misspelt);
    let titles: Vec<Value> = actions(&mut editor, &path)
        .into_iter()
        .map(|one| one["title"].clone())
        .collect();
    assert!(titles.contains(&json!("Change to: channel")), "{titles:?}");
    assert!(
        !titles
            .iter()
            .any(|one| one.as_str().is_some_and(|one| one.starts_with("Insert"))),
        "{titles:?}"
    );
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn hover_names_rules_and_accuses_nobody() {
    let (world, _, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let mut editor = Editor::of(&world, LI, &json!({}));
    let text = world.read(&path);
    let place = editor.at(&path, &text, "title:", 2);
    let told = editor.ask("textDocument/hover", place)["contents"]["value"].to_string();
    assert!(
        told.contains("looked at by the rule `title-agrees` [C2]"),
        "{told}"
    );
    assert!(!told.contains("different titles"), "{told}");
    let place = editor.at(&path, &text, "collector:", 2);
    let told = editor.ask("textDocument/hover", place)["contents"]["value"].to_string();
    assert!(told.contains("`C2` step `collect`"), "{told}");
    let path = format!("{folder}/clue.yaml");
    let text = world.read(&path);
    let place = editor.at(&path, &text, "at: 2026", 1);
    let told = editor.ask("textDocument/hover", place)["contents"]["value"].to_string();
    assert!(told.contains(":00+08:00"), "{told}");
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn the_card_says_which_file_stands_in_the_way_and_who_does_what() {
    let (world, id, folder) = begun();
    let card = format!("{folder}/clue.yaml");
    let mut editor = Editor::of(&world, LI, &json!({}));
    let titles = |editor: &mut Editor| -> Vec<String> {
        let lenses = editor.ask("textDocument/codeLens", editor.document(&card));
        let titles = list(lenses)
            .into_iter()
            .map(|one| one["command"]["title"].clone());
        titles
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect()
    };
    let register = |title: &&String| title.starts_with("· register") && title.contains("李伟");
    let told = titles(&mut editor);
    let waits = told
        .iter()
        .find(register)
        .unwrap_or_else(|| panic!("{told:?}"));
    assert!(waits.contains("高燕: triage.yaml:5: fill in"), "{waits}");
    let command = json!({"command": "clue.next", "arguments": [{"clue": id}]});
    let next = editor.ask("workspace/executeCommand", command);
    let next = next["text"].as_str().expect("a text");
    assert!(
        next.contains("高燕\n") && next.contains("triage.yaml:"),
        "{next}"
    );
    let path = format!("{folder}/collection.yaml");
    let wrong =
        world
            .read(&path)
            .replacen("channel: employee-report", "chanel: employee-report", 1);
    editor.open(&path, &wrong);
    let told = titles(&mut editor);
    assert_eq!(
        told,
        ["2 errors in collection.yaml stand in the way of every step"]
    );
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn a_finding_of_a_rule_has_the_code_that_is_explained() {
    let (world, id, folder) = begun();
    for (from, to) in [
        ("reviewed_at:", "reviewed_at: 2026-11-23T10:00:00+08:00"),
        ("authenticity:\n", "authenticity: credible\n"),
        ("\ncomplete:", "\ncomplete: true"),
        ("opinion:", "opinion: 情况属实"),
        ("\ncategory:", "\ncategory: other"),
        ("kind:", "kind: employee-suggestion"),
        ("\nurgency:", "\nurgency: general"),
    ] {
        world.edit(&format!("{folder}/triage.yaml"), from, to);
    }
    world.clue(LI, &["advance", &id, "register"]).ok();
    let path = format!("{folder}/collection.yaml");
    let mut editor = Editor::of(&world, LI, &json!({}));
    let text = world.read(&path);
    let title = text
        .lines()
        .find(|line| line.starts_with("title:"))
        .expect("a title");
    let text = text.replacen(title, "title: 另一个标题", 1);
    editor.open(&path, &text);
    let found = editor.told(&path, Some(1));
    let own = found.iter().find(|one| one["code"] == "title-agrees");
    let own = own.unwrap_or_else(|| panic!("{found:?}"));
    assert_eq!(own["data"]["explain"], "clue explain title-agrees");
    let message = own["message"].as_str().expect("a message");
    assert!(
        message.contains("collection.yaml and clue.yaml"),
        "{message}"
    );
    world.clue(LI, &["explain", "title-agrees"]).ok();
    assert_eq!(editor.end(), (0, String::new()));
}
