//! The language server, driven over pipes: what it tells and answers is what the judge says, and nothing stays behind.

use serde_json::{Value, json};

use crate::editor::{Editor, codes, edited, list, range_of};
use crate::harness::World;
use crate::play::ORGANISATION;

/// A repository with a clue in it: its world, the clue's id and folder.
fn begun() -> (World, String, String) {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let folder = clue::case::folder_of(&id).expect("an id");
    (world, id, folder)
}

fn editor(world: &World) -> Editor {
    Editor::of(world, "li@example.org", &json!({}))
}

const TRIAGE: [(&str, &str); 7] = [
    ("reviewed_at:", "reviewed_at: 2026-11-23T10:00:00+08:00"),
    ("authenticity:\n", "authenticity: credible\n"),
    ("\ncomplete:", "\ncomplete: true"),
    ("opinion:", "opinion: 情况属实"),
    ("\ncategory:", "\ncategory: other"),
    ("kind:", "kind: employee-suggestion"),
    ("\nurgency:", "\nurgency: general"),
];

fn triage(world: &World, folder: &str) {
    for (from, to) in TRIAGE {
        world.edit(&format!("{folder}/triage.yaml"), from, to);
    }
}

#[test]
fn findings_stand_at_the_column_that_the_editor_counts() {
    let (world, _, _) = begun();
    let text = ORGANISATION.replacen(
        "name: 李伟, email: li@example.org, department: office",
        "name: 李😀伟, email: li@example.org, department: offic",
        1,
    );
    for (offered, encoding, shift) in [
        (json!(null), "utf-16", 0),
        (json!(["utf-16", "utf-8"]), "utf-16", 0),
        (json!(["utf-8", "utf-16"]), "utf-8", 6),
        (json!(["utf-7", "utf-32"]), "utf-32", -1),
    ] {
        let capabilities = json!({"general": {"positionEncodings": offered}});
        let mut editor = Editor::of(&world, "li@example.org", &capabilities);
        assert_eq!(editor.capabilities["positionEncoding"], encoding);
        editor.open("organisation.yaml", &text);
        let found = editor.told("organisation.yaml", Some(1));
        assert_eq!(codes(&found), ["reference-department"], "{found:?}");
        let line = text
            .lines()
            .position(|line| line.contains("offic,"))
            .expect("a line");
        let before = text
            .lines()
            .nth(line)
            .and_then(|line| line.split("offic,").next());
        let column = before.expect("a column").encode_utf16().count();
        let column = i64::try_from(column).expect("short") + shift;
        let line = i64::try_from(line).expect("short");
        assert_eq!(
            found[0]["range"],
            json!({"start": {"line": line, "character": column}, "end": {"line": line, "character": column + 5}})
        );
        let message = found[0]["message"].as_str().expect("a message");
        assert!(
            message.contains("there is no department `offic`"),
            "{message}"
        );
        assert!(
            message.contains("help: perhaps `office` is meant"),
            "{message}"
        );
        assert_eq!(
            found[0]["data"]["explain"],
            "clue explain reference-department"
        );
        assert_eq!(editor.end(), (0, String::new()));
    }
}

#[test]
fn findings_are_pulled_by_those_who_can_and_not_pushed_as_well() {
    let (world, _, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    world.edit(&format!("{folder}/clue.yaml"), "title:", "titel:");
    let capabilities = json!({"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": true}}});
    let mut editor = Editor::of(&world, "li@example.org", &capabilities);
    let text = world
        .read(&path)
        .replace("channel: employee-report", "channel: e-mial");
    editor.open(&path, &text);
    let pulled = editor.ask("textDocument/diagnostic", editor.document(&path));
    assert_eq!(pulled["kind"], "full");
    assert_eq!(
        codes(&list(pulled["items"].clone())),
        ["reference-rulebook"]
    );
    let mut again = editor.document(&path);
    again["previousResultId"] = pulled["resultId"].clone();
    assert_eq!(
        editor.ask("textDocument/diagnostic", again)["kind"],
        "unchanged"
    );
    // What is not open is told, until it is asked for.
    let card = format!("{folder}/clue.yaml");
    assert!(!editor.told(&card, None).is_empty());
    let address = editor.address(&path);
    assert!(!editor.has_come(|message| message["params"]["uri"] == address));
    let all = editor.ask("workspace/diagnostic", json!({"previousResultIds": []}));
    assert_eq!(editor.told(&card, None), [Value::Null; 0]);
    let items = list(all["items"].clone());
    assert_eq!(items.len(), 2, "{items:?}");
    // What is changed beside the editor makes it ask again, and what is mended is told to be empty.
    world.edit(&card, "titel:", "title:");
    editor.changed_on_disk(&card, 2);
    editor.wait(|message| message["method"] == "workspace/diagnostic/refresh");
    let known: Vec<Value> = items
        .iter()
        .map(|item| json!({"uri": item["uri"], "value": item["resultId"]}))
        .collect();
    let all = editor.ask("workspace/diagnostic", json!({"previousResultIds": known}));
    let mended = list(all["items"].clone());
    let mended = mended
        .iter()
        .find(|item| item["uri"] == editor.address(&card))
        .expect("told");
    assert_eq!(mended["items"], json!([]));
    assert_eq!(editor.end().0, 0);
}

#[test]
fn typing_changes_what_is_meant_and_nothing_else() {
    let (world, _, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let mut editor = editor(&world);
    editor.open(&path, "title: 线😀索\nsource: 车间\n");
    let found = editor.told(&path, Some(1));
    assert!(codes(&found).contains(&"schema-missing"), "{found:?}");
    // Behind the pair of UTF-16; then a line in between; then all at once.
    editor.edit(
        &path,
        2,
        &[([0, 10, 0, 11], "案\nreporter: x"), ([1, 0, 1, 3], "")],
    );
    let symbols = editor.ask("textDocument/documentSymbol", editor.document(&path));
    let names: Vec<Value> = list(symbols)
        .into_iter()
        .map(|mut one| one["name"].take())
        .collect();
    assert_eq!(names, ["title", "orter", "source"]);
    let found = editor.told(&path, Some(2));
    assert!(codes(&found).contains(&"schema-unknown"), "{found:?}");
    editor.replace(&path, 3, &world.read(&path));
    assert_eq!(editor.told(&path, Some(3)), [Value::Null; 0]);
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn completion_offers_what_is_known_in_the_users_language() {
    let (world, id, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let mut editor = Editor::silent(
        &world,
        world.plain_program("li@example.org", &["--lang", "zh", "lsp"]),
    );
    editor.introduce(&json!({}));
    let mut labels = |path: &str, text: &str, what: &str, behind: usize| {
        editor.open(path, text);
        let place = editor.at(path, text, what, behind);
        let found = editor.ask("textDocument/completion", place);
        let items = list(found["items"].clone());
        editor.close(path);
        let told = items.iter().map(|item| {
            let text = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
            (text("label"), text("detail"))
        });
        let told: Vec<_> = told.collect();
        (told, items)
    };
    let has = |found: &[(String, String)], label: &str, detail: &str| {
        found
            .iter()
            .any(|(one, other)| one == label && other.contains(detail))
    };
    let (found, items) = labels(&path, "channel:\n", "channel:", 8);
    assert!(has(&found, "hotline", "热线"), "{found:?}");
    // Behind a colon without a space one is put in.
    assert!(items.iter().all(|item| {
        item["textEdit"]["newText"]
            .as_str()
            .is_some_and(|new| new.starts_with(' '))
    }));
    let (found, _) = labels(&path, "title: x\ncol", "col", 3);
    assert!(has(&found, "collector", "收集人"), "{found:?}");
    assert!(
        !found.iter().any(|(label, _)| label == "title"),
        "what is there is not offered"
    );
    let (found, _) = labels(&path, "collector: \n", "collector: ", 11);
    assert!(has(&found, "li-wei", "李伟"), "{found:?}");
    let (found, _) = labels(&path, "reporter:\n  anonymous: \n", "anonymous: ", 11);
    assert!(has(&found, "true", "是"), "{found:?}");
    let path = format!("{folder}/triage.yaml");
    let (found, _) = labels(&path, "category: other\nkind: \n", "kind: ", 6);
    assert!(has(&found, "employee-suggestion", "员工建议"), "{found:?}");
    assert!(
        !has(&found, "tax-issue", ""),
        "kinds of another category: {found:?}"
    );
    let (found, _) = labels(
        &path,
        "dismissal:\n  duplicate_of: \n",
        "duplicate_of: ",
        14,
    );
    assert!(has(&found, &id, "建议改进包装"), "{found:?}");
    let (found, _) = labels(
        "organisation.yaml",
        "people:\n  li:\n    roles: [off]\n",
        "off]",
        3,
    );
    assert!(has(&found, "officer", ""), "{found:?}");
    let (found, _) = labels(
        "organisation.yaml",
        "people:\n  li:\n    department: \n",
        "department: ",
        12,
    );
    assert!(has(&found, "quality", "质量部"), "{found:?}");
    let path = format!("{folder}/analysis.md");
    let (found, items) = labels(&path, "---\nauthor: li-wei\n---\n# 概述\n\n#\n", "#\n", 1);
    assert!(
        found.iter().any(|(label, _)| label.starts_with("# ")),
        "{found:?}"
    );
    assert!(
        !found.iter().any(|(label, _)| label == "# 概述"),
        "{found:?}"
    );
    assert_eq!(items[0]["textEdit"]["range"], range_of([5, 0, 5, 1]));
    let (found, _) = labels(&path, "---\nauthor: \n---\n", "author: ", 8);
    assert!(has(&found, "zhou-min", "周敏"), "{found:?}");
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn hover_says_what_a_field_is_and_who_changed_it() {
    let (world, _, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let mut editor = editor(&world);
    let text = world.read(&path);
    let said = |hover: Value| {
        hover["contents"]["value"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let said_at = |editor: &mut Editor, what: &str, behind: usize| {
        said(editor.ask("textDocument/hover", editor.at(&path, &text, what, behind)))
    };
    // Also of a document that is not open.
    let told = said_at(&mut editor, "collector:", 3);
    for part in ["**Collector** `collector`", "`C2`", "Last changed by 赵刚"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let told = said_at(&mut editor, "zhao-gang", 2);
    assert!(
        told.contains("person: **赵刚** `zhao\\-gang`")
            || told.contains("person: **赵刚** `zhao-gang`"),
        "{told}"
    );
    assert_eq!(
        editor.ask("textDocument/hover", editor.at(&path, &text, "#", 1)),
        Value::Null
    );
    let card = world.read(&format!("{folder}/clue.yaml"));
    let place = editor.at(&format!("{folder}/clue.yaml"), &card, "state: collected", 9);
    let told = said(editor.ask("textDocument/hover", place));
    assert!(told.contains("state: **"), "{told}");
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn names_lead_to_where_they_are_declared_and_used() {
    let (world, id, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let mut editor = editor(&world);
    let text = world.read(&path);
    let place = editor.at(&path, &text, "zhao-gang", 2);
    let found = editor.ask("textDocument/definition", place.clone());
    assert_eq!(found["uri"], editor.address("organisation.yaml"));
    let line = ORGANISATION
        .lines()
        .position(|line| line.starts_with("  zhao-gang:"))
        .expect("a line");
    assert_eq!(
        found["range"]["start"],
        json!({"line": line, "character": 2})
    );
    let mut asked = place;
    asked["context"] = json!({"includeDeclaration": true});
    let found = list(editor.ask("textDocument/references", asked));
    let addresses: Vec<&str> = found.iter().filter_map(|one| one["uri"].as_str()).collect();
    assert_eq!(addresses[0], editor.address("organisation.yaml"));
    assert!(
        addresses.contains(&editor.address(&path).as_str()),
        "{addresses:?}"
    );
    assert!(
        addresses.contains(&editor.address(&format!("{folder}/clue.yaml")).as_str()),
        "{addresses:?}"
    );
    // From a buffer that names the clue to the clue; and the rulebook's word to the rulebook.
    let other = "channel: employee-report\n";
    editor.open(&path, other);
    let found = editor.ask(
        "textDocument/definition",
        editor.at(&path, other, "employee", 1),
    );
    assert_eq!(found["uri"], editor.address("workflow.yaml"));
    let path = format!("{folder}/triage.yaml");
    let other = format!("dismissal:\n  duplicate_of: {id}\n");
    editor.open(&path, &other);
    let found = editor.ask("textDocument/definition", editor.at(&path, &other, &id, 1));
    assert_eq!(found["uri"], editor.address(&format!("{folder}/clue.yaml")));
    assert_eq!(
        editor.ask(
            "textDocument/definition",
            editor.at(&path, &other, "duplicate", 1)
        ),
        Value::Null
    );
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn what_is_proposed_mends_what_was_found() {
    let (world, _, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let whole = world.read(&path);
    let mut editor = editor(&world);
    let mut version = 1;
    editor.open(&path, &whole);
    editor.told(&path, Some(1));
    for (from, to, title, code) in [
        (
            "source: 车间",
            "source: 0571",
            "Put it in quotes: \"0571\"",
            "schema-type",
        ),
        (
            "channel: employee-report",
            "channel: employe-report",
            "Change to: employee-report",
            "reference-rulebook",
        ),
        (
            "channel: employee-report",
            "chanel: employee-report",
            "Change to: channel",
            "schema-unknown",
        ),
        (
            "source: 车间\n",
            "",
            "Insert what is missing: source",
            "schema-missing",
        ),
        (
            "source: 车间",
            "source：车间",
            "Use an ASCII colon and space",
            "",
        ),
    ] {
        let text = whole.replacen(from, to, 1);
        assert_ne!(text, whole, "{from}");
        version += 1;
        editor.replace(&path, version, &text);
        let found = editor.told(&path, Some(version));
        assert!(
            code.is_empty() || codes(&found).contains(&code),
            "{title}: {found:?}"
        );
        let asked = json!({
            "textDocument": {"uri": editor.address(&path)}, "context": {"diagnostics": []},
            "range": range_of([0, 0, 999, 0]),
        });
        let actions = list(editor.ask("textDocument/codeAction", asked));
        let titles: Vec<&str> = actions
            .iter()
            .filter_map(|one| one["title"].as_str())
            .collect();
        let action = actions.iter().find(|one| one["title"] == title);
        let action = action.unwrap_or_else(|| panic!("{title}: {titles:?} {found:?}"));
        let mended = edited(&text, &action["edit"]["changes"][editor.address(&path)]);
        version += 1;
        editor.replace(&path, version, &mended);
        let left = editor.told(&path, Some(version));
        assert!(!codes(&left).contains(&code), "{title}: {left:?}\n{mended}");
    }
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn a_heading_that_is_missing_is_put_where_it_belongs() {
    let (world, id, _) = begun();
    let path = world
        .clue("li@example.org", &["draft", &id, "meetings"])
        .ok();
    let path = path.trim();
    let text = crate::harness::filled(&world.read(path));
    let text = text.replacen("held_at:", "held_at: 2026-11-23T10:00:00+08:00", 1);
    let headings = |text: &str| -> Vec<String> {
        let body = text.splitn(3, "---\n").nth(2).expect("a body").lines();
        let own = body.filter(|line| line.starts_with('#'));
        own.map(str::to_owned).collect()
    };
    let all = headings(&text);
    assert_eq!(all.len(), 2, "{all:?}");
    let mut editor = editor(&world);
    editor.open(path, &text);
    for (index, heading) in all.iter().enumerate() {
        let version = i64::try_from(index).expect("short") * 3 + 2;
        let without = text.replacen(&format!("{heading}\n"), "", 1);
        // What is missing is offered where a heading is begun, and nothing else is.
        let begun = format!("{without}\n#");
        editor.replace(path, version, &begun);
        let end = begun.lines().count() - 1;
        let mut place = editor.document(path);
        place["position"] = json!({"line": end, "character": 1});
        let offered = editor.ask("textDocument/completion", place);
        let offered = list(offered["items"].clone());
        assert_eq!(offered.len(), 1, "{offered:?}");
        let label = offered[0]["label"].as_str().expect("a label");
        editor.replace(path, version + 1, &without);
        let found = editor.told(path, Some(version + 1));
        assert!(codes(&found).contains(&"markdown-heading"), "{found:?}");
        let asked = json!({
            "textDocument": {"uri": editor.address(path)}, "context": {"diagnostics": [], "only": ["quickfix"]},
            "range": range_of([0, 0, 0, 1]),
        });
        let actions = list(editor.ask("textDocument/codeAction", asked));
        let title = format!("Insert what is missing: {label}");
        let action = actions.iter().find(|one| one["title"] == title);
        let action = action.unwrap_or_else(|| panic!("{title}: {actions:?}"));
        let mended = edited(&without, &action["edit"]["changes"][editor.address(path)]);
        let mut expected = all.clone();
        label.clone_into(&mut expected[index]);
        assert_eq!(headings(&mended), expected);
        editor.replace(path, version + 2, &mended);
        let left = editor.told(path, Some(version + 2));
        assert!(!codes(&left).contains(&"markdown-heading"), "{left:?}");
    }
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn a_step_is_seen_above_the_card_and_taken_by_a_command() {
    let (world, id, folder) = begun();
    let card = format!("{folder}/clue.yaml");
    let triage_path = format!("{folder}/triage.yaml");
    let mut editor = Editor::of(
        &world,
        "li@example.org",
        &json!({"window": {"showDocument": {"support": true}}}),
    );
    let titles = |lenses: Value| -> Vec<(String, String)> {
        let lenses = list(lenses).into_iter();
        let told = lenses.map(|one| {
            let text = |key: &str| one["command"][key].as_str().unwrap_or_default().to_owned();
            (text("title"), text("command"))
        });
        told.collect()
    };
    let lenses = titles(editor.ask("textDocument/codeLens", editor.document(&card)));
    assert!(
        lenses.iter().any(|(title, _)| title.starts_with('⏱')),
        "until when: {lenses:?}"
    );
    assert!(
        lenses
            .iter()
            .any(|(title, command)| title.starts_with('·') && command == "clue.next"),
        "{lenses:?}"
    );
    let next = editor.ask(
        "workspace/executeCommand",
        json!({"command": "clue.next", "arguments": [{"clue": id}]}),
    );
    assert!(
        next["text"].as_str().is_some_and(|text| text.contains('·')),
        "{next}"
    );
    triage(&world, &folder);
    let asked = json!({
        "textDocument": {"uri": editor.address(&card)}, "context": {"diagnostics": []},
        "range": range_of([0, 0, 0, 0]),
    });
    let actions = list(editor.ask("textDocument/codeAction", asked));
    let register = actions
        .iter()
        .find(|one| one["command"]["arguments"][0]["step"] == "register")
        .unwrap_or_else(|| panic!("{actions:?}"))["command"]
        .clone();
    let command = json!({"command": register["command"], "arguments": register["arguments"]});
    // What is not saved would be left out.
    editor.open(&triage_path, "category: other\n");
    let (code, why) = editor.refused("workspace/executeCommand", command.clone());
    assert!(
        code == -32803 && why.contains("is not saved"),
        "{code} {why}"
    );
    editor.close(&triage_path);
    let done = editor.ask("workspace/executeCommand", command.clone());
    assert_eq!(done["state"], "registered");
    assert_eq!(done["number"], "QT-2026-0001");
    let subject = world.git(&["log", "-1", "--format=%ae %s"]);
    assert_eq!(
        subject.trim(),
        format!("li@example.org clue {id}: register")
    );
    editor.wait(|message| {
        message["method"] == "window/showMessage"
            && message["params"]["message"]
                .as_str()
                .is_some_and(|said| said.contains("QT") || said.contains("now"))
    });
    let (code, why) = editor.refused("workspace/executeCommand", command);
    assert!(code == -32803 && !why.is_empty(), "{code} {why}");
    // A record is drafted, and shown.
    let draft = json!({"command": "clue.draft", "arguments": [{"clue": id, "record": "meetings"}]});
    let drafted = editor.ask("workspace/executeCommand", draft);
    let path = drafted["path"].as_str().expect("a path");
    assert!(world.path().join(path).is_file(), "{path}");
    let shown = editor.wait(|message| message["method"] == "window/showDocument");
    assert_eq!(shown["params"]["uri"], editor.address(path));
    let (code, _) = editor.refused(
        "workspace/executeCommand",
        json!({"command": "rm", "arguments": []}),
    );
    assert_eq!(code, -32602);
    assert_eq!(editor.end(), (0, String::new()));
}
