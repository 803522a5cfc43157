//! An editor as the language server sees one: it opens, types, asks and is told, over pipes.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::World;

/// Longer than anything here takes on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client of `clue lsp`.
pub(crate) struct Editor {
    child: Child,
    stdin: Option<ChildStdin>,
    incoming: Receiver<Value>,
    /// What came while something else was waited for.
    kept: VecDeque<Value>,
    asked: i64,
    root: String,
    /// What the server said it can do.
    pub(crate) capabilities: Value,
}

impl Editor {
    /// An editor that works in a repository as somebody, in English.
    pub(crate) fn of(world: &World, email: &str, capabilities: &Value) -> Self {
        let mut editor = Self::silent(world, world.program(email, &["lsp"]));
        editor.introduce(capabilities);
        editor
    }

    /// A server that was started and not spoken to.
    pub(crate) fn silent(world: &World, mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let stdin = child.stdin.take();
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, incoming) = channel();
        thread::spawn(move || {
            while let Some(message) = read(&mut stdout) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let root = world.path().canonicalize().expect("a folder");
        Self {
            child,
            stdin,
            incoming,
            kept: VecDeque::new(),
            asked: 0,
            root: root.to_string_lossy().into_owned(),
            capabilities: Value::Null,
        }
    }

    pub(crate) fn introduce(&mut self, capabilities: &Value) {
        let parameters = json!({
            "processId": null, "rootUri": format!("file://{}", self.root), "capabilities": capabilities,
        });
        self.capabilities = self.ask("initialize", parameters)["capabilities"].take();
        self.tell("initialized", json!({}));
    }

    pub(crate) fn address(&self, path: &str) -> String {
        format!("file://{}/{path}", self.root)
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("an open pipe");
        stdin.write_all(bytes).expect("the server reads");
        stdin.flush().expect("the server reads");
    }

    fn send(&mut self, message: &Value) {
        self.write(&framed(message));
    }

    pub(crate) fn tell(&mut self, method: &str, parameters: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": parameters}));
    }

    /// Asks without waiting for the answer; gives the request's id.
    pub(crate) fn request(&mut self, method: &str, parameters: Value) -> i64 {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": parameters}));
        id
    }

    /// The answer to a request, whole.
    #[track_caller]
    pub(crate) fn answer(&mut self, id: i64) -> Value {
        self.wait(|message| message.get("method").is_none() && message["id"] == id)
    }

    /// The result of a request that must not fail.
    #[track_caller]
    pub(crate) fn ask(&mut self, method: &str, parameters: Value) -> Value {
        let id = self.request(method, parameters);
        let mut answer = self.answer(id);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    /// The error of a request that must fail: its code, and its words.
    #[track_caller]
    pub(crate) fn refused(&mut self, method: &str, parameters: Value) -> (i64, String) {
        let id = self.request(method, parameters);
        let answer = self.answer(id);
        let error = &answer["error"];
        let code = error["code"].as_i64();
        let code = code.unwrap_or_else(|| panic!("{method} was done: {answer}"));
        (
            code,
            error["message"].as_str().unwrap_or_default().to_owned(),
        )
    }

    /// The first message, of those not taken yet, that something holds for.
    #[track_caller]
    pub(crate) fn wait(&mut self, mut is_meant: impl FnMut(&Value) -> bool) -> Value {
        let at = self.kept.iter().position(&mut is_meant);
        if let Some(message) = at.and_then(|at| self.kept.remove(at)) {
            return message;
        }
        loop {
            let message = self.incoming.recv_timeout(PATIENCE);
            let message = message.unwrap_or_else(|why| panic!("{why}; kept: {:?}", self.kept));
            if is_meant(&message) {
                return message;
            }
            self.kept.push_back(message);
        }
    }

    /// Whether a message that something holds for has come; whatever was begun before is answered first.
    pub(crate) fn has_come(&mut self, is_meant: impl Fn(&Value) -> bool) -> bool {
        let id = self.request("clue/nothing", Value::Null);
        self.answer(id);
        self.kept.iter().any(is_meant)
    }

    pub(crate) fn open(&mut self, path: &str, text: &str) {
        let address = self.address(path);
        self.tell(
            "textDocument/didOpen",
            json!({"textDocument": {"uri": address, "languageId": "yaml", "version": 1, "text": text}}),
        );
    }

    /// Replaces ranges (line, column, line, column) one after the other.
    pub(crate) fn edit(&mut self, path: &str, version: i64, changes: &[([u32; 4], &str)]) {
        let changes: Vec<Value> = changes
            .iter()
            .map(|(range, text)| json!({"range": range_of(*range), "text": text}))
            .collect();
        self.change(path, version, json!(changes));
    }

    pub(crate) fn replace(&mut self, path: &str, version: i64, text: &str) {
        self.change(path, version, json!([{"text": text}]));
    }

    fn change(&mut self, path: &str, version: i64, changes: Value) {
        let document = json!({"uri": self.address(path), "version": version});
        let parameters = json!({"textDocument": document, "contentChanges": changes});
        self.tell("textDocument/didChange", parameters);
    }

    pub(crate) fn close(&mut self, path: &str) {
        let document = self.document(path);
        self.tell("textDocument/didClose", document);
    }

    pub(crate) fn changed_on_disk(&mut self, path: &str, kind: u32) {
        let change = json!({"changes": [{"uri": self.address(path), "type": kind}]});
        self.tell("workspace/didChangeWatchedFiles", change);
    }

    pub(crate) fn document(&self, path: &str) -> Value {
        json!({"textDocument": {"uri": self.address(path)}})
    }

    /// Parameters about the place of a text's first occurrence, so many characters behind its beginning, in UTF-16.
    #[track_caller]
    pub(crate) fn at(&self, path: &str, text: &str, what: &str, behind: usize) -> Value {
        let start = text
            .find(what)
            .unwrap_or_else(|| panic!("no {what:?} in {text}"));
        let inside = text[start..].chars().take(behind).map(char::len_utf8);
        let offset = start + inside.sum::<usize>();
        let position = clue::text::position(text, offset);
        json!({
            "textDocument": {"uri": self.address(path)},
            "position": {"line": position.line - 1, "character": position.utf16},
        })
    }

    /// What is told next about a file, of this version where one is given.
    #[track_caller]
    pub(crate) fn told(&mut self, path: &str, version: Option<i64>) -> Vec<Value> {
        let address = self.address(path);
        let mut message = self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == address
                && version.is_none_or(|version| message["params"]["version"] == version)
        });
        list(message["params"]["diagnostics"].take())
    }

    /// The codes that are told of a file at last, where something has to come from beside first.
    #[track_caller]
    pub(crate) fn told_codes(&mut self, path: &str, expected: &[&str]) {
        loop {
            let found = self.told(path, None);
            if codes(&found) == expected {
                return;
            }
        }
    }

    /// Says goodbye as the protocol asks; gives the exit status.
    pub(crate) fn end(mut self) -> (i32, String) {
        assert_eq!(self.ask("shutdown", Value::Null), Value::Null);
        self.tell("exit", Value::Null);
        self.ended()
    }

    /// The exit status of a server that ends though nothing is closed.
    pub(crate) fn left_alone(mut self) -> i32 {
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }

    /// The exit status of a server that ends, and what it said on standard error.
    pub(crate) fn ended(mut self) -> (i32, String) {
        self.stdin = None;
        let status = self.child.wait().expect("it ends").code().unwrap_or(-1);
        let mut said = String::new();
        let stderr = self.child.stderr.as_mut().expect("a pipe");
        stderr.read_to_string(&mut said).expect("text");
        (status, said)
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn framed(message: &Value) -> Vec<u8> {
    let text = message.to_string();
    format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes()
}

fn read(stdout: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.parse().expect("a number");
        }
    }
    let mut body = vec![0; length];
    stdout.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("JSON"))
}

pub(crate) fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        other => panic!("no list: {other}"),
    }
}

pub(crate) fn codes(found: &[Value]) -> Vec<&str> {
    let codes = found.iter().map(|one| one["code"].as_str());
    codes.map(Option::unwrap_or_default).collect()
}

pub(crate) fn range_of([line, column, end_line, end_column]: [u32; 4]) -> Value {
    json!({
        "start": {"line": line, "character": column},
        "end": {"line": end_line, "character": end_column},
    })
}

/// A text with the edits of an answer made, whose columns are UTF-16.
pub(crate) fn edited(text: &str, edits: &Value) -> String {
    let offset = |position: &Value| {
        let (line, column) = (position["line"].as_u64(), position["character"].as_u64());
        let (line, column) = (line.expect("a line"), column.expect("a column"));
        let mut at = 0;
        for _ in 0..line {
            at += text[at..].find('\n').map_or(text.len() - at, |end| end + 1);
        }
        let mut passed = 0;
        for character in text[at..].chars() {
            if passed >= column {
                break;
            }
            passed += character.len_utf16() as u64;
            at += character.len_utf8();
        }
        at
    };
    let mut places: Vec<(usize, usize, String)> = list(edits.clone())
        .iter()
        .map(|edit| {
            let new = edit["newText"].as_str().expect("a text").to_owned();
            (
                offset(&edit["range"]["start"]),
                offset(&edit["range"]["end"]),
                new,
            )
        })
        .collect();
    places.sort();
    let mut text = text.to_owned();
    for (start, end, new) in places.into_iter().rev() {
        text.replace_range(start..end, &new);
    }
    text
}
