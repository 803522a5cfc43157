//! What goes wrong around a language server: broken messages, foreign documents, files that come and go, rulebooks half typed.

use serde_json::{Value, json};

use crate::editor::{Editor, codes, framed, list, range_of};
use crate::harness::World;
use crate::play::ORGANISATION;

fn begun() -> (World, String) {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let folder = clue::case::folder_of(&id).expect("an id");
    (world, folder)
}

fn editor(world: &World) -> Editor {
    Editor::of(world, "li@example.org", &json!({}))
}

#[test]
fn a_server_ends_as_it_is_told_to() {
    let (world, _) = begun();
    assert_eq!(editor(&world).end(), (0, String::new()));
    let mut abrupt = editor(&world);
    abrupt.tell("exit", Value::Null);
    assert_eq!(abrupt.ended(), (1, String::new()));
    // The client is gone without a word, in the middle of one, and before it said anything.
    assert_eq!(editor(&world).ended(), (1, String::new()));
    let mut half = editor(&world);
    half.write(b"Content-Length: 300\r\n\r\n{\"jsonrpc\": \"2.0\", \"id\": 7, \"meth");
    assert_eq!(half.ended(), (1, String::new()));
    let silent = Editor::silent(&world, world.program("li@example.org", &["lsp"]));
    assert_eq!(silent.ended(), (1, String::new()));
    let mut early = Editor::silent(&world, world.program("li@example.org", &["lsp"]));
    early.tell("exit", Value::Null);
    assert_eq!(early.ended(), (1, String::new()));
}

/// Whoever types, or writes something else into it, is told in their language that it is for editors.
#[test]
fn who_is_no_editor_is_told_so() {
    let (world, _) = begun();
    for typed in ["x\n", "hello", "title: x\n", "{\"jsonrpc\": \"2.0\"}\n"] {
        for (language, said) in [("en", "is started by an editor"), ("zh", "由编辑器启动")] {
            let mut command = world.plain_program("li@example.org", &["--lang", language, "lsp"]);
            command.stdin(std::process::Stdio::piped());
            command.stdout(std::process::Stdio::piped());
            command.stderr(std::process::Stdio::piped());
            let mut child = command.spawn().expect("it starts");
            let mut stdin = child.stdin.take().expect("a pipe");
            std::io::Write::write_all(&mut stdin, typed.as_bytes()).expect("it reads");
            drop(stdin);
            let output = child.wait_with_output().expect("it ends");
            let told = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{typed} {told}");
            assert!(told.contains(said), "{typed} {told}");
            assert_eq!(output.stdout, b"", "{typed}");
        }
    }
}

#[test]
fn what_is_no_message_or_comes_at_the_wrong_time_is_answered_with_its_error() {
    let (world, _) = begun();
    let mut editor = Editor::silent(&world, world.program("li@example.org", &["lsp"]));
    assert_eq!(editor.refused("textDocument/hover", json!({})).0, -32002);
    editor.introduce(&json!({}));
    assert_eq!(
        editor
            .refused(
                "initialize",
                json!({"capabilities": {}, "processId": null, "rootUri": null})
            )
            .0,
        -32600
    );
    assert_eq!(editor.refused("clue/unheard", json!({})).0, -32601);
    assert_eq!(
        editor
            .refused("textDocument/hover", json!({"textDocument": 3}))
            .0,
        -32602
    );
    let path = editor.address("organisation.yaml");
    let negative = json!({"textDocument": {"uri": path}, "position": {"line": -1, "character": 0}});
    assert_eq!(editor.refused("textDocument/hover", negative).0, -32602);
    for (message, code) in [
        ("{\"jsonrpc\": \"2.0\", ", -32700),
        ("[]", -32600),
        (
            "{\"jsonrpc\": \"2.0\", \"id\": {}, \"method\": \"x\"}",
            -32600,
        ),
        ("\u{fffd}", -32700),
    ] {
        editor.write(format!("Content-Length: {}\r\n\r\n{message}", message.len()).as_bytes());
        let answer =
            editor.wait(|message| message["error"]["code"] == code && !message["id"].is_number());
        assert!(answer["error"]["message"].is_string(), "{answer}");
    }
    // A notification that nobody knows is left alone, and one that says nothing as well.
    editor.tell("clue/unheard", json!({}));
    editor.tell("textDocument/didChange", json!({"textDocument": []}));
    editor.tell("textDocument/didOpen", json!(null));
    assert_eq!(editor.ask("shutdown", Value::Null), Value::Null);
    assert_eq!(editor.refused("textDocument/hover", json!({})).0, -32600);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.ended(), (0, String::new()));
}

#[test]
fn a_request_that_is_cancelled_is_answered_once_and_with_that() {
    let (world, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let text = world.read(&path);
    let mut editor = editor(&world);
    let place = editor.at(&path, &text, "zhao-gang", 1);
    let mut all = Vec::new();
    for id in 1_000..1_300 {
        all.extend(framed(
            &json!({"jsonrpc": "2.0", "id": id, "method": "textDocument/hover", "params": place}),
        ));
    }
    all.extend(framed(
        &json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 1_299}}),
    ));
    all.extend(framed(
        &json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 77}}),
    ));
    editor.write(&all);
    assert_eq!(editor.answer(1_299)["error"]["code"], -32800);
    for id in 1_000..1_299 {
        assert!(editor.answer(id).get("result").is_some());
    }
    assert!(!editor.has_come(|message| message["id"].as_i64().is_some_and(|id| id >= 1_000)));
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn positions_outside_the_text_and_documents_outside_the_folder_do_no_harm() {
    let (world, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let mut editor = editor(&world);
    editor.open(&path, "title: 线索\n");
    editor.edit(
        &path,
        2,
        &[
            ([900, 0, 901, 5], "source: 车间\n"),
            ([0, 500, 0, 9_999], "。"),
            ([1, 3, 0, 1], ""),
        ],
    );
    let found = editor.told(&path, Some(2));
    assert!(codes(&found).contains(&"schema-missing"), "{found:?}");
    for method in ["hover", "definition", "completion", "prepareRename"] {
        for position in [
            json!({"line": 4_000_000, "character": 0}),
            json!({"line": 0, "character": 4_294_967_295_u32}),
        ] {
            let asked =
                json!({"textDocument": {"uri": editor.address(&path)}, "position": position});
            editor.ask(&format!("textDocument/{method}"), asked);
        }
    }
    for address in [
        "file:///nowhere/clue.yaml",
        "untitled:Untitled-1",
        "file:///%ff",
        "",
        "file:///nowhere/../clue.yaml",
    ] {
        let document = json!({"uri": address, "languageId": "yaml", "version": 1, "text": "a: ["});
        editor.tell("textDocument/didOpen", json!({"textDocument": document}));
        let at = json!({"textDocument": {"uri": address}, "position": {"line": 0, "character": 1}});
        assert_eq!(editor.ask("textDocument/hover", at.clone()), Value::Null);
        assert_eq!(editor.ask("textDocument/definition", at), Value::Null);
        let report = editor.ask(
            "textDocument/diagnostic",
            json!({"textDocument": {"uri": address}}),
        );
        assert_eq!(report["items"], json!([]));
        editor.tell(
            "textDocument/didClose",
            json!({"textDocument": {"uri": address}}),
        );
        assert!(!editor.has_come(|message| message["params"]["uri"] == address));
    }
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn ten_megabytes_in_one_buffer_are_told_to_be_too_much_and_kept_up_with() {
    let (world, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let mut editor = editor(&world);
    let whole = world.read(&path);
    let long = whole.replacen(
        "description:",
        &format!("description: {}\nx:", "线索".repeat(1_800_000)),
        1,
    );
    assert!(long.len() > 10 * 1_024 * 1_024);
    editor.open(&path, &long);
    let found = editor.told(&path, Some(1));
    assert_eq!(codes(&found), ["file-size"], "{found:?}");
    editor.edit(&path, 2, &[([0, 0, 0, 0], "# x\n")]);
    editor.told(&path, Some(2));
    editor.replace(&path, 3, &whole);
    assert_eq!(editor.told(&path, Some(3)), [Value::Null; 0]);
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn a_rulebook_that_is_broken_while_it_is_typed_leaves_no_verdict_by_it() {
    let (world, folder) = begun();
    let (open, closed) = (
        format!("{folder}/collection.yaml"),
        format!("{folder}/triage.yaml"),
    );
    world.edit(&closed, "reviewer: li-wei", "reviewer: nobody");
    let mut editor = editor(&world);
    let text = world
        .read(&open)
        .replace("channel: employee-report", "channel: telepathy");
    editor.told_codes(&closed, &["reference-person"]);
    editor.open(&open, &text);
    assert_eq!(codes(&editor.told(&open, Some(1))), ["reference-rulebook"]);
    let rulebook = world.read("workflow.yaml");
    editor.open("workflow.yaml", &rulebook);
    assert_eq!(editor.told("workflow.yaml", Some(1)), [Value::Null; 0]);
    editor.replace(
        "workflow.yaml",
        2,
        &rulebook.replacen("channels:", "channels: [", 1),
    );
    editor.told_codes(&open, &[]);
    editor.told_codes(&closed, &[]);
    let found = editor.told("workflow.yaml", Some(2));
    assert!(!found.is_empty());
    // Help goes on by the last rulebook that could be used.
    let place = editor.at(&open, &text, "telepathy", 0);
    let offered = editor.ask("textDocument/completion", place);
    assert!(!list(offered["items"].clone()).is_empty());
    // Mended, and with the channel that was missing.
    let mended = rulebook.replacen(
        "channels:\n",
        "channels:\n  telepathy: { label: { en: Telepathy, zh: 传心 }, procedure: C1, origin: internal }\n",
        1,
    );
    editor.replace("workflow.yaml", 3, &mended);
    editor.told_codes(&closed, &["reference-person"]);
    editor.told_codes("workflow.yaml", &[]);
    editor.replace(&open, 2, &text);
    assert_eq!(editor.told(&open, Some(2)), [Value::Null; 0]);
    // Closed without saving, the rulebook on the disk counts again.
    editor.close("workflow.yaml");
    editor.told_codes(&open, &["reference-rulebook"]);
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn no_finding_stays_behind_when_a_file_closes_goes_or_says_it_elsewhere() {
    let (world, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let mut editor = editor(&world);
    let whole = world.read(&path);
    editor.open(&path, &whole.replace("employee-report", "telepathy"));
    assert_eq!(codes(&editor.told(&path, Some(1))), ["reference-rulebook"]);
    editor.close(&path);
    assert_eq!(editor.told(&path, None), [Value::Null; 0]);
    // A file that is nowhere but in the editor.
    let stray = format!("{folder}/notes.yaml");
    editor.open(&stray, "a: 1\n");
    assert_eq!(codes(&editor.told(&stray, Some(1))), ["file-unknown"]);
    editor.close(&stray);
    assert_eq!(editor.told(&stray, None), [Value::Null; 0]);
    // One that is there, is told, and is deleted.
    world.write(&stray, "a: 1\n");
    editor.changed_on_disk(&stray, 1);
    assert_eq!(codes(&editor.told(&stray, None)), ["file-unknown"]);
    std::fs::remove_file(world.path().join(&stray)).expect("gone");
    editor.changed_on_disk(&stray, 3);
    assert_eq!(editor.told(&stray, None), [Value::Null; 0]);
    // A whole clue that goes takes with it what was said of it.
    let triage = format!("{folder}/triage.yaml");
    world.edit(&triage, "reviewer: li-wei", "reviewer: nobody");
    editor.changed_on_disk(&triage, 2);
    assert_eq!(codes(&editor.told(&triage, None)), ["reference-person"]);
    std::fs::remove_dir_all(world.path().join(&folder)).expect("gone");
    editor.changed_on_disk(&format!("{folder}/clue.yaml"), 3);
    assert_eq!(editor.told(&triage, None), [Value::Null; 0]);
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn two_editors_work_in_one_folder_each_with_its_own_buffers() {
    let (world, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let (mut one, mut other) = (editor(&world), editor(&world));
    let whole = world.read(&path);
    one.open(&path, &whole.replace("employee-report", "telepathy"));
    other.open(&path, &whole);
    assert_eq!(codes(&one.told(&path, Some(1))), ["reference-rulebook"]);
    assert_eq!(other.told(&path, Some(1)), [Value::Null; 0]);
    assert_eq!(one.end(), (0, String::new()));
    other.replace(&path, 2, "");
    assert!(!other.told(&path, Some(2)).is_empty());
    assert_eq!(other.end(), (0, String::new()));
}

#[test]
fn files_are_watched_where_the_client_can_and_read_again_when_it_saves() {
    let (world, folder) = begun();
    let watching = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    let mut editor_that_watches = Editor::of(&world, "li@example.org", &watching);
    let asked =
        editor_that_watches.wait(|message| message["method"] == "client/registerCapability");
    assert_eq!(
        asked["params"]["registrations"][0]["method"],
        "workspace/didChangeWatchedFiles"
    );
    assert_eq!(editor_that_watches.end(), (0, String::new()));
    let mut editor = editor(&world);
    let path = format!("{folder}/collection.yaml");
    editor.open(&path, &world.read(&path));
    editor.told(&path, Some(1));
    let triage = format!("{folder}/triage.yaml");
    world.edit(&triage, "reviewer: li-wei", "reviewer: nobody");
    let document = editor.document(&path);
    editor.tell("textDocument/didSave", document);
    editor.told_codes(&triage, &["reference-person"]);
    world.edit(
        "organisation.yaml",
        "people:\n",
        "people:\n  nobody: { name: 无名, email: no@example.org, department: office }\n",
    );
    let document = editor.document(&path);
    editor.tell("textDocument/didSave", document);
    editor.told_codes(&triage, &[]);
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn the_outline_is_told_also_of_what_cannot_be_read() {
    let (world, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let mut editor = editor(&world);
    let names = |editor: &mut Editor, path: &str| -> Vec<String> {
        let symbols = list(editor.ask("textDocument/documentSymbol", editor.document(path)));
        let names = symbols.iter().filter_map(|one| one["name"].as_str());
        names.map(str::to_owned).collect()
    };
    assert_eq!(
        names(&mut editor, &path)[..3],
        ["title", "source", "channel"]
    );
    editor.open(
        &path,
        "title: 标题\nsource: \"never closed\nchannel: hotline\n",
    );
    assert_eq!(names(&mut editor, &path), ["title", "source", "channel"]);
    let found = editor.told(&path, Some(1));
    assert_eq!(codes(&found)[0], "yaml-syntax", "{found:?}");
    let report = format!("{folder}/analysis.md");
    editor.open(&report, "---\nauthor: li-wei\n---\n## A\n### B\n## C\n");
    let symbols = list(editor.ask("textDocument/documentSymbol", editor.document(&report)));
    assert_eq!(symbols[1]["name"], "A");
    assert_eq!(symbols[1]["children"][0]["name"], "B");
    assert_eq!(symbols[2]["name"], "C");
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn a_key_is_renamed_everywhere_or_nowhere() {
    let (world, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let text = world.read(&path);
    let renames = json!({"workspace": {"workspaceEdit": {"documentChanges": true, "resourceOperations": ["rename"]}}});
    let mut editor = Editor::of(&world, "li@example.org", &renames);
    let organisation = world.read("organisation.yaml");
    let rename = |editor: &Editor, text: &str, what: &str, new: &str| {
        let mut asked = editor.at("organisation.yaml", text, what, 3);
        asked["newName"] = json!(new);
        asked
    };
    // Who has taken a step stands in its trail.
    let (code, why) = editor.refused(
        "textDocument/rename",
        rename(&editor, &organisation, "  zhao-gang:", "zhao"),
    );
    assert!(
        code == -32803 && why.contains("clue.yaml:") && why.contains("change its `name`"),
        "{why}"
    );
    for (new, word) in [
        ("Zhou Min", "small letters"),
        ("li-wei", "taken"),
        ("", "small letters"),
    ] {
        let (_, why) = editor.refused(
            "textDocument/rename",
            rename(&editor, &organisation, "  zhou-min:", new),
        );
        assert!(why.contains(word), "{new}: {why}");
    }
    // Who has not, is renamed in everything that is still being written, also where it is not saved.
    let triage = format!("{folder}/triage.yaml");
    editor.open(
        &triage,
        &world
            .read(&triage)
            .replace("reviewer: li-wei", "reviewer: zhou-min"),
    );
    let edit = editor.ask(
        "textDocument/rename",
        rename(&editor, &organisation, "  zhou-min:", "zhou-m"),
    );
    let changes = edit["changes"].as_object().expect("changes");
    assert!(
        changes.contains_key(&editor.address("organisation.yaml")),
        "{edit}"
    );
    assert!(changes.contains_key(&editor.address(&triage)), "{edit}");
    let renamed = crate::editor::edited(
        &organisation,
        &changes[&editor.address("organisation.yaml")],
    );
    assert!(
        renamed.contains("  zhou-m: {") && !renamed.contains("zhou-min"),
        "{renamed}"
    );
    // A department takes the names of its drafted records along.
    world.write(
        &format!("{folder}/transfers/service.yaml"),
        "department: service\nreason: x\nstatus: draft\n",
    );
    let edit = editor.ask(
        "textDocument/rename",
        rename(&editor, &organisation, "  service:", "care"),
    );
    let edit = edit.to_string();
    assert!(
        edit.contains(&format!("{folder}/transfers/care.yaml")),
        "{edit}"
    );
    let prepared = editor.ask(
        "textDocument/prepareRename",
        editor.at(&path, &text, "zhao-gang", 2),
    );
    assert_eq!(prepared["placeholder"], "zhao-gang");
    assert_eq!(
        editor.ask(
            "textDocument/prepareRename",
            editor.at(&path, &text, "title", 2)
        ),
        Value::Null
    );
    assert_eq!(editor.end(), (0, String::new()));
}

#[test]
fn messages_are_in_the_repositorys_language_where_nobody_asks_for_another() {
    let (world, folder) = begun();
    let path = format!("{folder}/collection.yaml");
    let program = world.plain_program("li@example.org", &["lsp"]);
    let mut editor = Editor::silent(&world, program);
    editor.introduce(&json!({}));
    editor.open(&path, "titel: x\n");
    let found = editor.told(&path, Some(1));
    assert!(
        found.iter().any(|one| one["message"]
            .as_str()
            .is_some_and(|said| said.contains("没有 `titel`"))),
        "{found:?}"
    );
    let asked = json!({"textDocument": {"uri": editor.address(&path)}, "context": {"diagnostics": []}, "range": range_of([0, 0, 0, 5])});
    let actions = editor.ask("textDocument/codeAction", asked).to_string();
    assert!(actions.contains("改为：title"), "{actions}");
    assert_eq!(editor.end(), (0, String::new()));
}
