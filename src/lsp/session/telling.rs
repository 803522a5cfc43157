//! What the client is told about findings, and what it asks for.
//!
//! A client that asks for findings is not told those of open documents as well, or it would show them twice; those of
//! other files are told until it asks for them too. No list stays behind: where nothing is left, an empty one is told.

use std::hash::{DefaultHasher, Hash, Hasher};

use gen_lsp_types::WorkspaceDiagnosticParams;
use serde::Deserialize;

use super::{BTreeSet, Language, Session, Value, json, of_file};

/// Whose findings are asked for, and what the client has of them.
#[derive(Deserialize)]
pub(in crate::lsp) struct Pull {
    #[serde(rename = "textDocument")]
    text_document: gen_lsp_types::TextDocumentIdentifier,
    #[serde(rename = "previousResultId", default)]
    previous: Option<String>,
}

impl Session {
    /// Tells what is said now about some files. `is_asked` where the client is about to ask for itself.
    pub(super) fn tell(&mut self, paths: BTreeSet<String>, is_asked: bool) {
        let Some(view) = self.view() else {
            return;
        };
        let mut is_stale = false;
        for path in paths {
            let document = self.documents.get(&path);
            if self.client.pulls && (self.pulls_everything || document.is_some()) {
                is_stale = true;
                if self.told.remove(&path) {
                    self.publish(&view.address(&path), None, Vec::new());
                }
                continue;
            }
            let found = of_file(&view, &path, &self.findings.of(&path));
            let was_told = self.told.contains(&path);
            if found.is_empty() && !was_told && document.is_none() {
                continue;
            }
            let version = document.map(|document| document.version);
            if found.is_empty() {
                self.told.remove(&path);
            } else {
                self.told.insert(path.clone());
            }
            self.publish(&view.address(&path), version, found);
        }
        if is_stale && !is_asked && self.client.refreshes {
            self.outlet
                .ask("refresh", "workspace/diagnostic/refresh", Value::Null);
        }
    }

    /// Takes back what was told of a file under another spelling of its address than the one that counts from now on.
    pub(super) fn withdraw(&mut self, path: &str, address: &str) {
        let Some(view) = self.view() else {
            return;
        };
        let old = view.address(path);
        if old != address && (self.told.remove(path) || self.documents.contains_key(path)) {
            self.publish(&old, None, Vec::new());
        }
    }

    fn publish(&self, address: &str, version: Option<i32>, found: Vec<Value>) {
        let mut parameters = json!({"uri": address, "diagnostics": found});
        if let Some(version) = version {
            parameters["version"] = json!(version);
        }
        self.outlet
            .notify("textDocument/publishDiagnostics", parameters);
    }

    /// Asks the client to show that every clue is being judged.
    pub(super) fn ask_for_progress(&mut self) {
        if self.client.shows_progress {
            self.verdict.progress = (false, false);
            let token = self.progress_token();
            let parameters = json!({"token": token});
            self.outlet
                .ask(&token, "window/workDoneProgress/create", parameters);
        }
    }

    fn progress_token(&self) -> String {
        format!("verdict-{}", self.verdict.turn)
    }

    /// The client shows what it was asked to.
    pub(in crate::lsp) fn progress_shown(&mut self, token: &str) {
        if token != self.progress_token() || self.verdict.progress.0 {
            return;
        }
        let title = match self.language {
            Language::Zh => "正在核查全部线索",
            Language::En => "checking all clues",
        };
        self.progress(json!({"kind": "begin", "title": title, "cancellable": false}));
        self.verdict.progress.0 = true;
        if self.verdict.progress.1 {
            self.progress(json!({"kind": "end"}));
        }
    }

    /// Every clue was judged, or is judged anew.
    pub(super) fn end_progress(&mut self) {
        if self.verdict.progress == (true, false) {
            self.progress(json!({"kind": "end"}));
        }
        self.verdict.progress.1 = true;
    }

    fn progress(&self, value: Value) {
        let parameters = json!({"token": self.progress_token(), "value": value});
        self.outlet.notify("$/progress", parameters);
    }

    /// The findings of one document.
    pub(in crate::lsp) fn pulled(&self, parameters: &Pull) -> Value {
        let found = match (self.view(), self.inside(&parameters.text_document.uri.0)) {
            (Some(view), Some(path)) => of_file(&view, &path, &self.findings.of(&path)),
            _ => Vec::new(),
        };
        report(found, parameters.previous.as_deref())
    }

    /// The findings of all files.
    pub(in crate::lsp) fn pulled_all(&mut self, parameters: &WorkspaceDiagnosticParams) -> Value {
        let Some(view) = self.view() else {
            return json!({"items": []});
        };
        self.pulls_everything = self.client.pulls;
        if self.pulls_everything {
            // From now on the client knows by asking what it was told.
            for path in std::mem::take(&mut self.told) {
                self.publish(&view.address(&path), None, Vec::new());
            }
        }
        let previous = &parameters.previous_result_ids;
        let mut paths: BTreeSet<String> = self.findings.paths().into_iter().collect();
        paths.extend(previous.iter().filter_map(|one| self.inside(&one.uri.0)));
        let items: Vec<Value> = paths
            .into_iter()
            .map(|path| {
                let known = previous
                    .iter()
                    .find(|one| self.inside(&one.uri.0).as_deref() == Some(&*path));
                let found = of_file(&view, &path, &self.findings.of(&path));
                let mut own = report(found, known.map(|one| one.value.as_str()));
                own["uri"] = json!(view.address(&path));
                own["version"] = json!(self.documents.get(&path).map(|own| own.version));
                own
            })
            .collect();
        json!({"items": items})
    }
}

fn report(found: Vec<Value>, previous: Option<&str>) -> Value {
    let mut hasher = DefaultHasher::new();
    Value::Array(found.clone()).to_string().hash(&mut hasher);
    let id = format!("{:016x}", hasher.finish());
    if previous == Some(&*id) {
        json!({"kind": "unchanged", "resultId": id})
    } else {
        json!({"kind": "full", "resultId": id, "items": found})
    }
}
