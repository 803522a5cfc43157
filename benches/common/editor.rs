//! An editor that types: a client of `clue lsp` that measures how long findings take.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A client of the language server.
pub(crate) struct Editor {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl Editor {
    /// Starts the server in a repository and introduces itself.
    pub(crate) fn of(folder: &Path) -> Self {
        let mut child = super::officer(&mut Command::new(env!("CARGO_BIN_EXE_clue")))
            .arg("lsp")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let stdin = child.stdin.take().expect("a pipe");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let folder = folder.canonicalize().expect("a folder");
        let mut editor = Self {
            child,
            stdin,
            stdout,
            folder,
        };
        let capabilities = json!({"window": {"workDoneProgress": true}});
        let root = format!("file://{}", editor.folder.display());
        editor.send(&json!({"id": 1, "method": "initialize", "params": {
            "processId": null, "rootUri": root, "capabilities": capabilities,
        }}));
        editor.wait(|message| message["id"] == 1);
        editor.send(&json!({"method": "initialized", "params": {}}));
        editor
    }

    fn send(&mut self, message: &Value) {
        let mut message = message.clone();
        message["jsonrpc"] = json!("2.0");
        let text = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{text}", text.len())
            .expect("the server reads");
        self.stdin.flush().expect("the server reads");
    }

    /// The next message that something holds for; progress that is asked for is granted.
    fn wait(&mut self, is_meant: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.read();
            if message["method"] == "window/workDoneProgress/create" {
                self.send(&json!({"id": message["id"], "result": null}));
            }
            if is_meant(&message) {
                return message;
            }
        }
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            let read = self.stdout.read_line(&mut line).expect("the server writes");
            assert!(read > 0, "the server has gone");
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.parse().expect("a number");
            }
        }
        let mut body = vec![0; length];
        self.stdout
            .read_exact(&mut body)
            .expect("the server writes");
        serde_json::from_slice(&body).expect("JSON")
    }

    /// Waits until every clue was judged.
    pub(crate) fn wait_for_the_verdict(&mut self) {
        self.wait(|message| {
            message["method"] == "$/progress" && message["params"]["value"]["kind"] == "end"
        });
    }

    /// Types letters into the title of a record; gives, for each, the time until the findings of that version are there.
    pub(crate) fn type_into(&mut self, path: &str, count: usize) -> Vec<Duration> {
        let text = std::fs::read_to_string(self.folder.join(path)).expect("a text");
        let address = format!("file://{}/{path}", self.folder.display());
        self.send(
            &json!({"method": "textDocument/didOpen", "params": {"textDocument": {
                "uri": address, "languageId": "yaml", "version": 0, "text": text,
            }}}),
        );
        self.findings(&address, 0);
        let line = text.lines().position(|line| line.starts_with("title: "));
        let line = line.expect("a title");
        let mut times = Vec::with_capacity(count);
        for version in 1..=count {
            // A letter is typed, and every other time taken out again: most of what is typed is half a word.
            let (end, letter) = if version % 2 == 1 {
                (7, "线")
            } else {
                (8, "")
            };
            let change = json!({"text": letter, "range": {
                "start": {"line": line, "character": 7}, "end": {"line": line, "character": end},
            }});
            let begun = Instant::now();
            self.send(&json!({"method": "textDocument/didChange", "params": {
                "textDocument": {"uri": address, "version": version}, "contentChanges": [change],
            }}));
            self.findings(&address, version);
            times.push(begun.elapsed());
        }
        times
    }

    fn findings(&mut self, address: &str, version: usize) {
        self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == address
                && message["params"]["version"] == version
        });
    }

    /// Resident memory now and at the most, in kilobytes.
    pub(crate) fn memory(&self) -> (u64, u64) {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).unwrap_or_default();
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
            number
                .and_then(|number| number.trim().parse().ok())
                .unwrap_or(0)
        };
        (of("VmRSS:"), of("VmHWM:"))
    }

    /// Says goodbye, and waits for the end.
    pub(crate) fn end(mut self) {
        self.send(&json!({"id": 2, "method": "shutdown"}));
        self.wait(|message| message["id"] == 2);
        self.send(&json!({"method": "exit"}));
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "{status}");
    }
}
