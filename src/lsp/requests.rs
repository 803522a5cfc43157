//! Requests: which there are, and the threads on which they are answered.
//! An answer is made of a view alone, and is dropped where nobody waits for it any more.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use gen_lsp_types::{
    CodeActionParams, ExecuteCommandParams, ReferenceParams, RenameParams,
    TextDocumentPositionParams,
};
use lsp_server::{ErrorCode, RequestId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::lsp::view::View;
use crate::lsp::{
    Event, Outlet, actions, commands, completion, hover, lens, navigate, rename, symbols,
};

/// A result, or the protocol's code of an error and its words.
pub(super) type Answer = Result<Value, (ErrorCode, String)>;

/// Parameters that name a document alone.
#[derive(Deserialize)]
struct OfDocument {
    #[serde(rename = "textDocument")]
    text_document: gen_lsp_types::TextDocumentIdentifier,
}

const KNOWN: &[&str] = &[
    "textDocument/completion",
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/codeAction",
    "textDocument/codeLens",
    "textDocument/documentSymbol",
    "workspace/executeCommand",
];

/// How many answers are made at once.
const HANDS: usize = 2;

pub(super) fn is_known(method: &str) -> bool {
    KNOWN.contains(&method)
}

/// Reads parameters; what is wrong with them is the protocol's error.
pub(super) fn parameters<T: DeserializeOwned>(value: Value) -> Result<T, (ErrorCode, String)> {
    serde_json::from_value(value).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}

struct Job {
    id: RequestId,
    method: String,
    parameters: Value,
    view: View,
    events: Sender<Event>,
}

/// The threads that answer.
pub(super) struct Pool {
    jobs: Sender<Job>,
    waiting: HashMap<RequestId, Arc<AtomicBool>>,
}

impl Pool {
    pub(super) fn new(events: Sender<Event>) -> Self {
        let (jobs, taken) = channel();
        let taken = Arc::new(Mutex::new(taken));
        for _ in 0..HANDS {
            let (taken, events) = (Arc::clone(&taken), events.clone());
            thread::spawn(move || work(&taken, &events));
        }
        Self {
            jobs,
            waiting: HashMap::new(),
        }
    }

    pub(super) fn ask(
        &mut self,
        id: RequestId,
        method: String,
        parameters: Value,
        view: View,
        events: &Sender<Event>,
    ) {
        self.waiting.insert(id.clone(), Arc::clone(&view.cancelled));
        let events = events.clone();
        let _ = self.jobs.send(Job {
            id,
            method,
            parameters,
            view,
            events,
        });
    }

    /// Whether an answer is still waited for; it is waited for once.
    pub(super) fn is_waited_for(&mut self, id: &RequestId) -> bool {
        self.waiting.remove(id).is_some()
    }

    pub(super) fn cancel(&mut self, parameters: &Value, outlet: &Outlet) {
        let id = parameters.get("id").cloned().unwrap_or_default();
        let Ok(id) = serde_json::from_value::<RequestId>(id) else {
            return;
        };
        if let Some(cancelled) = self.waiting.remove(&id) {
            cancelled.store(true, Ordering::Relaxed);
            outlet.refuse(id, ErrorCode::RequestCanceled, "cancelled");
        }
    }

    pub(super) fn cancel_all(&mut self, outlet: &Outlet) {
        for (id, cancelled) in self.waiting.drain() {
            cancelled.store(true, Ordering::Relaxed);
            outlet.refuse(id, ErrorCode::RequestCanceled, "the server was shut down");
        }
    }
}

fn work(taken: &Mutex<Receiver<Job>>, events: &Sender<Event>) {
    loop {
        let job = taken.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else {
            return;
        };
        let id = job.id.clone();
        let answer = if job.view.is_cancelled() {
            Err((ErrorCode::RequestCanceled, "cancelled".to_owned()))
        } else {
            catch_unwind(AssertUnwindSafe(|| answer(job))).unwrap_or_else(|_| {
                let why = "the server failed to answer this".to_owned();
                Err((ErrorCode::InternalError, why))
            })
        };
        if events.send(Event::Answered(id, answer)).is_err() {
            return;
        }
    }
}

fn answer(job: Job) -> Answer {
    let Job {
        method,
        parameters: given,
        view,
        events,
        ..
    } = job;
    let at = |own: &TextDocumentPositionParams| view.inside(&own.text_document.uri.0);
    match method.as_str() {
        "textDocument/completion" => {
            let own: TextDocumentPositionParams = parameters(given)?;
            Ok(at(&own).map_or(Value::Null, |path| {
                completion::complete(&view, &path, own.position)
            }))
        }
        "textDocument/hover" => {
            let own: TextDocumentPositionParams = parameters(given)?;
            Ok(at(&own).map_or(Value::Null, |path| hover::hover(&view, &path, own.position)))
        }
        "textDocument/definition" => {
            let own: TextDocumentPositionParams = parameters(given)?;
            Ok(at(&own).map_or(Value::Null, |path| {
                navigate::definition(&view, &path, own.position)
            }))
        }
        "textDocument/references" => {
            let own: ReferenceParams = parameters(given)?;
            let place = &own.text_document_position_params;
            let with_declaration = own.context.include_declaration;
            Ok(at(place).map_or(Value::Null, |path| {
                navigate::references(&view, &path, place.position, with_declaration)
            }))
        }
        "textDocument/prepareRename" => {
            let own: TextDocumentPositionParams = parameters(given)?;
            match at(&own) {
                Some(path) => rename::prepare(&view, &path, own.position),
                None => Ok(Value::Null),
            }
        }
        "textDocument/rename" => {
            let own: RenameParams = parameters(given)?;
            let place = &own.text_document_position_params;
            match at(place) {
                Some(path) => rename::rename(&view, &path, place.position, &own.new_name),
                None => Ok(Value::Null),
            }
        }
        "textDocument/codeAction" => {
            let own: CodeActionParams = parameters(given)?;
            let path = view.inside(&own.text_document.uri.0);
            Ok(path.map_or(Value::Null, |path| actions::actions(&view, &path, &own)))
        }
        "textDocument/codeLens" => {
            let own: OfDocument = parameters(given)?;
            let path = view.inside(&own.text_document.uri.0);
            Ok(path.map_or(Value::Null, |path| lens::lenses(&view, &path)))
        }
        "textDocument/documentSymbol" => {
            let own: OfDocument = parameters(given)?;
            let path = view.inside(&own.text_document.uri.0);
            Ok(path.map_or(Value::Null, |path| symbols::symbols(&view, &path)))
        }
        _ => {
            let own: ExecuteCommandParams = parameters(given)?;
            let arguments = own.arguments.unwrap_or_default();
            commands::execute(&view, &own.command, &arguments, &events)
        }
    }
}
