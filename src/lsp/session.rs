//! What the server knows of one client: its documents, the world they are judged by, what was found and what was told.
//! It never waits: whatever takes long is begun here and done beside.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::Sender;

use gen_lsp_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, FileChangeType, InitializeParams,
    TextDocumentContentChangeEvent,
};
use lsp_server::Notification;
use serde_json::{Value, json};

use crate::case::{folder_of, id_of};
use crate::engine::find_root;
use crate::files::{file_name, is_passing};
use crate::lsp::address::{address_of, path_of};
use crate::lsp::diagnostics::of_file;
use crate::lsp::findings::Findings;
use crate::lsp::position::Encoding;
use crate::lsp::view::{Client, Document, Root, Text, View, inside};
use crate::lsp::{Event, Outlet, Settings, requests};
use crate::text::Language;
use crate::world::World;

pub(super) use looking::PAUSE;

mod judging;
mod looking;
mod setup;
mod telling;

/// So many clues that changed on the disk are judged at once; more are judged beside.
const AT_ONCE: usize = 8;

/// One client's session.
pub(super) struct Session {
    settings: Arc<Settings>,
    client: Client,
    encoding: Encoding,
    language: Language,
    root: Option<Arc<Root>>,
    documents: Arc<BTreeMap<String, Arc<Document>>>,
    world: Option<Arc<World>>,
    known: Option<Arc<World>>,
    findings: Findings,
    /// Files whose last list, as it was pushed, was not empty.
    told: BTreeSet<String>,
    /// Whether the client asks for the findings of all files by itself.
    pulls_everything: bool,
    /// Documents that changed and were not judged yet.
    changed: BTreeSet<String>,
    verdict: Verdict,
    seen: looking::Seen,
    outlet: Outlet,
    events: Sender<Event>,
}

/// The verdict on everything that is being made.
#[derive(Default)]
struct Verdict {
    turn: u64,
    stop: Arc<AtomicBool>,
    /// How often each clue was judged by itself.
    versions: BTreeMap<String, u64>,
    /// Clues that were judged by themselves since the verdict began: it knows no better.
    newer: BTreeSet<String>,
    /// The progress that the client shows of it: whether it began to, and whether there is nothing more to come.
    progress: (bool, bool),
    /// How often the register was judged by itself.
    register: u64,
    is_register_newer: bool,
}

/// What a change of a file has to do with.
enum Concern {
    Clue(String),
    World,
    Register,
    Layout,
    Nothing,
}

fn concern(path: &str) -> Concern {
    if matches!(path, "organisation.yaml" | "workflow.yaml")
        || path.starts_with("schema/")
        || path.starts_with("calendar/")
    {
        return Concern::World;
    }
    if path.starts_with("register/") {
        return Concern::Register;
    }
    match id_of(path).and_then(folder_of) {
        Some(folder) => Concern::Clue(folder),
        None if path.starts_with("clues/") => Concern::Layout,
        None => Concern::Nothing,
    }
}

/// Whether two changes are of one document.
pub(super) fn is_same_document(one: &Notification, other: &Notification) -> bool {
    let name = |own: &Notification| {
        own.params["textDocument"]["uri"]
            .as_str()
            .map(str::to_owned)
    };
    name(one) == name(other)
}

impl Session {
    /// The repository as the editor has it now; none where there is none.
    pub(super) fn view(&self) -> Option<View> {
        Some(View {
            root: Arc::clone(self.root.as_ref()?),
            documents: Arc::clone(&self.documents),
            world: self.world.clone(),
            known: self.known.clone(),
            language: self.language,
            encoding: self.encoding,
            client: self.client,
            settings: Arc::clone(&self.settings),
            cancelled: Arc::default(),
        })
    }

    fn inside(&self, address: &str) -> Option<String> {
        inside(self.root.as_ref()?, address)
    }

    /// A document was opened.
    pub(super) fn open(&mut self, parameters: DidOpenTextDocumentParams) {
        let own = parameters.text_document;
        if self.root.is_none()
            && let Some(path) = path_of(&own.uri.0)
            && let Some(folder) = path.parent()
        {
            self.take_root(folder);
            self.begin_with_root();
        }
        let Some(path) = self.inside(&own.uri.0) else {
            return;
        };
        self.withdraw(&path, &own.uri.0);
        let document = Document {
            address: own.uri.0,
            version: own.version,
            text: Text::new(own.text),
        };
        self.put(path.clone(), Some(document));
        self.look();
        self.judge(&path, true);
    }

    /// A document changed; it is judged when [`Session::judge_changed`] is called.
    pub(super) fn change(&mut self, notification: &Notification) {
        let parameters: DidChangeTextDocumentParams =
            match requests::parameters(notification.params.clone()) {
                Ok(parameters) => parameters,
                Err((_, why)) => {
                    let message = format!("textDocument/didChange: {why}");
                    self.outlet
                        .notify("window/logMessage", json!({"type": 2, "message": message}));
                    return;
                }
            };
        let address = &parameters.text_document.text_document_identifier.uri.0;
        let Some(path) = self.inside(address) else {
            return;
        };
        let Some(document) = self.documents.get(&path) else {
            return;
        };
        let mut text = document.text.clone();
        for change in parameters.content_changes {
            text = match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(change) => {
                    let span = text.lines.span(&text.text, change.range, self.encoding);
                    let whole = &text.text;
                    Text::new([&whole[..span.start], &change.text, &whole[span.end..]].concat())
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(change) => {
                    Text::new(change.text)
                }
            };
        }
        let document = Document {
            address: document.address.clone(),
            version: parameters.text_document.version,
            text,
        };
        self.put(path.clone(), Some(document));
        self.changed.insert(path);
    }

    /// Judges the documents that changed.
    pub(super) fn judge_changed(&mut self) {
        for path in std::mem::take(&mut self.changed) {
            self.judge(&path, true);
        }
    }

    /// A document was closed: what counts is on the disk again.
    pub(super) fn close(&mut self, parameters: &DidCloseTextDocumentParams) {
        let Some(path) = self.inside(&parameters.text_document.uri.0) else {
            return;
        };
        if self.documents.contains_key(&path) {
            let address = address_of(
                &self
                    .root
                    .as_ref()
                    .map_or_else(PathBuf::new, |root| root.given.join(&path)),
            );
            self.withdraw(&path, &address);
            self.put(path.clone(), None);
            self.judge(&path, false);
            // What was pulled while it was open is nobody's any more; whoever pulls is told by a list.
            self.tell(BTreeSet::from([path]), false);
        }
    }

    /// A document was saved. A client that watches no files tells in this way that something else may have changed too.
    pub(super) fn saved(&mut self, parameters: &DidSaveTextDocumentParams) {
        let Some(path) = self.inside(&parameters.text_document.uri.0) else {
            return;
        };
        self.judge(&path, true);
        if !self.client.watches {
            if !matches!(concern(&path), Concern::World) {
                let touched = self.load_world();
                self.tell(touched, false);
            }
            self.judge_everything();
        }
    }

    /// Files changed on the disk.
    pub(super) fn watched(&mut self, parameters: &DidChangeWatchedFilesParams) {
        let mut paths = Vec::new();
        let mut is_whole = false;
        for change in &parameters.changes {
            let Some(path) = self.inside(&change.uri.0) else {
                continue;
            };
            if path.starts_with(".git/") || is_passing(file_name(&path)) {
                continue;
            }
            // Other clues may refer to one that came or went.
            is_whole |= change.kind != FileChangeType::Changed && path.ends_with("/clue.yaml");
            paths.push(path);
        }
        self.changed_on_disk(&paths, is_whole);
    }

    /// Files changed on the disk; where more than they are concerned, everything is judged anew.
    pub(super) fn changed_on_disk(&mut self, paths: &[String], mut is_whole: bool) {
        let mut clues = BTreeSet::new();
        let mut is_world = false;
        for path in paths {
            match concern(path) {
                Concern::Clue(folder) => {
                    clues.insert(folder);
                }
                Concern::World => is_world = true,
                Concern::Register | Concern::Layout => is_whole = true,
                Concern::Nothing => {}
            }
        }
        if is_world {
            let touched = self.load_world();
            self.tell(touched, false);
        }
        is_whole |= is_world || clues.len() > AT_ONCE;
        if is_whole {
            let open = self.documents.keys();
            let open: BTreeSet<String> = open.filter_map(|path| folder_of(id_of(path)?)).collect();
            clues.retain(|folder| open.contains(folder));
        }
        for folder in clues {
            let touched = self.judge_one(&folder);
            self.tell(touched, false);
        }
        if is_whole {
            self.judge_everything();
        }
        if self.client.refreshes_lenses && !paths.is_empty() {
            self.outlet
                .ask("lenses", "workspace/codeLens/refresh", Value::Null);
        }
    }

    fn put(&mut self, path: String, document: Option<Document>) {
        let documents = Arc::make_mut(&mut self.documents);
        match document {
            Some(document) => documents.insert(path, Arc::new(document)),
            None => documents.remove(&path),
        };
    }
}
