//! A language server beside a disk and a client that do as they like: changes that nobody tells of, one file under several
//! addresses, texts cut in the middle of a sign, a client that dies.

use std::process::Command;

use serde_json::{Value, json};

use crate::editor::{Editor, codes, list};
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

/// What is told of an address next.
fn told(editor: &mut Editor, address: &str) -> Vec<Value> {
    let mut message = editor.wait(|message| {
        message["method"] == "textDocument/publishDiagnostics"
            && message["params"]["uri"] == address
    });
    list(message["params"]["diagnostics"].take())
}

#[test]
fn what_changes_on_the_disk_is_seen_where_the_client_does_not_tell() {
    let (world, folder) = begun();
    let form = format!("{folder}/collection.yaml");
    let mut editor = editor(&world);
    editor.open(&form, &world.read(&form));
    editor.told_codes(&form, &[]);
    // The collector is in no organisation any more, and is again.
    let organisation = world.read("organisation.yaml");
    world.write(
        "organisation.yaml",
        &organisation.replace("  zhao-gang: {", "  zhao-gong: {"),
    );
    editor.told_codes(&form, &["reference-person"]);
    world.write("organisation.yaml", &organisation);
    editor.told_codes(&form, &[]);
    // git brings back what stood in a clue of which nothing is open.
    let card = format!("{folder}/clue.yaml");
    world.edit(&card, "urgency:", "urgent:");
    let address = editor.address(&card);
    while !codes(&told(&mut editor, &address)).contains(&"schema-unknown") {}
    world.git(&["checkout", "--quiet", "--", "."]);
    editor.told_codes(&card, &[]);
}

#[test]
fn one_file_has_one_list_however_its_address_is_written() {
    let (world, folder) = begun();
    let form = format!("{folder}/collection.yaml");
    let bad = world.read(&form).replace("employee-report", "pigeon");
    world.write(&form, &bad);
    let mut editor = editor(&world);
    let plain = editor.address(&form);
    assert_eq!(codes(&told(&mut editor, &plain)), ["reference-rulebook"]);
    let other = plain.replace("file:///", "file://localhost/");
    let document = json!({"uri": other, "languageId": "yaml", "version": 1, "text": bad});
    editor.tell("textDocument/didOpen", json!({"textDocument": document}));
    assert_eq!(told(&mut editor, &plain), Vec::<Value>::new());
    assert_eq!(codes(&told(&mut editor, &other)), ["reference-rulebook"]);
    editor.tell(
        "textDocument/didClose",
        json!({"textDocument": {"uri": other}}),
    );
    assert_eq!(told(&mut editor, &other), Vec::<Value>::new());
    assert_eq!(codes(&told(&mut editor, &plain)), ["reference-rulebook"]);
}

#[test]
fn half_a_sign_leaves_the_document_in_step_and_every_question_answered() {
    let (world, folder) = begun();
    let form = format!("{folder}/collection.yaml");
    let mut editor = editor(&world);
    let text = world.read(&form);
    editor.open(&form, &text);
    editor.told_codes(&form, &[]);
    let address = editor.address(&form);
    let send = |editor: &mut Editor, message: &str| {
        editor.write(format!("Content-Length: {}\r\n\r\n{message}", message.len()).as_bytes());
    };
    let start = r#"{"start":{"line":0,"character":0},"end":{"line":0,"character":0}}"#;
    let change = format!(
        r##"{{"jsonrpc":"2.0","method":"textDocument/didChange","params":{{"textDocument":{{"uri":"{address}","version":2}},"contentChanges":[{{"range":{start},"text":"# \ud83d\n# two\n"}}]}}}}"##
    );
    send(&mut editor, &change);
    assert_eq!(editor.told(&form, Some(2)), Vec::<Value>::new());
    let line = text.lines().position(|line| line.starts_with("channel:"));
    let line = u32::try_from(line.expect("a channel") + 2).expect("a line");
    editor.edit(&form, 3, &[([line, 9, line, 9], "pigeon-")]);
    let found = editor.told(&form, Some(3));
    assert_eq!(codes(&found), ["reference-rulebook"]);
    assert_eq!(found[0]["range"]["start"]["line"], line);
    let question = format!(
        r#"{{"jsonrpc":"2.0","id":"half","method":"textDocument/rename","params":{{"textDocument":{{"uri":"{address}"}},"position":{{"line":0,"character":0}},"newName":"\ud83d"}}}}"#
    );
    send(&mut editor, &question);
    editor.wait(|message| message["id"] == "half");
}

#[test]
fn a_server_whose_client_has_died_ends_though_its_pipes_stay_open() {
    let (world, _) = begun();
    let mut dead = Command::new("true").spawn().expect("a process");
    let process = dead.id();
    dead.wait().expect("it ends");
    let mut editor = Editor::silent(&world, world.program("li@example.org", &["lsp"]));
    editor.ask(
        "initialize",
        json!({"processId": process, "rootUri": null, "capabilities": {}}),
    );
    assert_eq!(editor.left_alone(), 1);
}
