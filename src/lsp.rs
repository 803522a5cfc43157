//! The language server: what editors ask while a record is written, answered by the judge that `clue check` asks.
//!
//! One thread keeps the session and decides what is said; answers are made on others, each of an unchanging view, so
//! that none of them ever holds up a keystroke. Only this module knows the protocol, and it judges nothing by itself.

mod actions;
mod address;
mod background;
mod commands;
mod completion;
mod cursor;
mod diagnostics;
mod edits;
mod findings;
mod hover;
mod lens;
mod names;
mod navigate;
mod position;
mod rename;
mod requests;
mod session;
mod steps;
mod symbols;
mod transport;
mod view;

use std::collections::VecDeque;
use std::io::{BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use gen_lsp_types::InitializeParams;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use crate::git::Environment;
use crate::lsp::background::{Judged, Named};
use crate::lsp::requests::{Answer, Pool};
use crate::lsp::session::Session;
use crate::lsp::transport::{Outgoing, Received};
use crate::text::Language;
use crate::time::Timestamp;

/// What the server is given by whoever starts it.
pub struct Settings {
    /// Where it was started.
    pub folder: PathBuf,
    /// The language that was asked for, before anything else.
    pub asked: Option<Language>,
    /// The language where nothing says one, not even the client.
    pub fallback: Language,
    /// Who acts when a step is taken.
    pub environment: Environment,
    pub clock: fn() -> Timestamp,
}

/// What the session's thread is told.
enum Event {
    Received(Received),
    /// An answer that was asked for is ready.
    Answered(RequestId, Answer),
    /// A part of a verdict on every clue.
    Judged(Judged),
    Named(Named),
    /// The register, judged for the so many-th time.
    Register(u64, Vec<crate::diagnostic::Diagnostic>),
    /// Files below the repository's folder changed by something that was done here.
    Changed(Vec<String>),
    /// Something to be told to the client.
    Tell(String, Value),
    /// It is time to look whether something changed.
    Tick,
    /// The program that started the server is no more.
    Orphaned,
}

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The client shut the server down, as the protocol asks.
    Cleanly,
    /// The client went away without a word.
    Abruptly,
    /// What came in was no message of the protocol from the beginning: whoever wrote it is no editor.
    Unspoken,
}

/// Serves one client until it says goodbye or goes away; gives how it ended.
pub fn serve(
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
    settings: Settings,
) -> Ended {
    let (events, incoming) = channel();
    let (outgoing, written) = channel();
    let reader = events.clone();
    // The reader waits for the client, and nobody waits for the reader.
    thread::spawn(move || {
        let mut input = BufReader::new(input);
        loop {
            let received = transport::read(&mut input);
            let is_end = matches!(received, Received::End(_));
            if reader.send(Event::Received(received)).is_err() || is_end {
                return;
            }
        }
    });
    let writer = thread::spawn(move || write_all(output, &written));
    let outlet = Outlet(outgoing);
    let mut server = Server {
        session: None,
        settings: Some(settings),
        pool: Pool::new(events.clone()),
        outlet: outlet.clone(),
        events,
        is_shut_down: false,
        has_spoken: false,
    };
    let ended = server.run(&incoming);
    outlet.send(Outgoing::End);
    let _ = writer.join();
    ended
}

fn write_all(mut output: impl Write, outgoing: &Receiver<Outgoing>) {
    // A client that has gone away is told nothing more; that it is gone, the reader finds.
    while let Ok(message) = outgoing.recv() {
        if matches!(message, Outgoing::End) || transport::write(&mut output, &message).is_err() {
            return;
        }
    }
}

/// Where messages go out.
#[derive(Clone)]
struct Outlet(Sender<Outgoing>);

impl Outlet {
    fn send(&self, outgoing: Outgoing) {
        let _ = self.0.send(outgoing);
    }

    fn notify(&self, method: &str, parameters: Value) {
        let notification = Notification::new(method.to_owned(), parameters);
        self.send(Outgoing::Message(notification.into()));
    }

    /// Asks the client for something; what it answers is not waited for.
    fn ask(&self, name: &str, method: &str, parameters: Value) {
        let id = RequestId::from(format!("clue/{name}"));
        let request = Request::new(id, method.to_owned(), parameters);
        self.send(Outgoing::Message(request.into()));
    }

    fn answer(&self, id: RequestId, result: Value) {
        self.send(Outgoing::Message(Response::new_ok(id, result).into()));
    }

    fn refuse(&self, id: RequestId, code: ErrorCode, why: impl Into<String>) {
        let response = Response::new_err(id, code as i32, why.into());
        self.send(Outgoing::Message(response.into()));
    }
}

struct Server {
    session: Option<Session>,
    settings: Option<Settings>,
    pool: Pool,
    outlet: Outlet,
    events: Sender<Event>,
    is_shut_down: bool,
    /// Whether anything came that was a message, if only by its header.
    has_spoken: bool,
}

impl Server {
    fn ended(&self) -> Ended {
        match self.is_shut_down {
            true => Ended::Cleanly,
            false => Ended::Abruptly,
        }
    }

    fn run(&mut self, incoming: &Receiver<Event>) -> Ended {
        let mut queue = VecDeque::new();
        loop {
            if queue.is_empty() {
                match incoming.recv() {
                    Ok(event) => queue.push_back(event),
                    Err(_) => return self.ended(),
                }
            }
            queue.extend(incoming.try_iter());
            self.cancel_waiting(&mut queue);
            let Some(event) = queue.pop_front() else {
                continue;
            };
            // Keystrokes that came while the last one was judged are judged together.
            if self.session.is_some()
                && let Some(notification) = as_change(&event)
            {
                let again = queue.front().and_then(as_change);
                let goes_on =
                    again.is_some_and(|next| session::is_same_document(next, notification));
                self.guarded(None, |server| {
                    if let Some(session) = &mut server.session {
                        session.change(notification);
                        if !goes_on {
                            session.judge_changed();
                        }
                    }
                });
                continue;
            }
            match event {
                Event::Received(Received::End(answer)) => {
                    // Who is no editor is not answered in the protocol.
                    if !self.has_spoken && answer.is_some() {
                        return Ended::Unspoken;
                    }
                    self.outlet_raw(answer);
                    return self.ended();
                }
                Event::Orphaned => return self.ended(),
                Event::Received(Received::Message(Message::Notification(own)))
                    if own.method == "exit" =>
                {
                    return self.ended();
                }
                event => {
                    self.has_spoken |= matches!(event, Event::Received(_));
                    let id = match &event {
                        Event::Received(Received::Message(Message::Request(own))) => {
                            Some(own.id.clone())
                        }
                        _ => None,
                    };
                    self.guarded(id, |server| server.take(event));
                }
            }
        }
    }

    /// What goes wrong with one message is no reason to leave the others unanswered.
    fn guarded(&mut self, id: Option<RequestId>, deed: impl FnOnce(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| deed(self))).is_err()
            && let Some(id) = id
        {
            let why = "the server failed to answer this";
            self.outlet.refuse(id, ErrorCode::InternalError, why);
        }
    }

    fn outlet_raw(&self, answer: Option<Value>) {
        if let Some(answer) = answer {
            self.outlet.send(Outgoing::Raw(answer));
        }
    }

    /// Requests that were cancelled before anything was done about them.
    fn cancel_waiting(&mut self, queue: &mut VecDeque<Event>) {
        let cancelled: Vec<Value> = queue
            .iter()
            .filter_map(|event| match event {
                Event::Received(Received::Message(Message::Notification(own)))
                    if own.method == "$/cancelRequest" =>
                {
                    own.params.get("id").cloned()
                }
                _ => None,
            })
            .collect();
        if cancelled.is_empty() {
            return;
        }
        let outlet = self.outlet.clone();
        queue.retain(|event| {
            let Event::Received(Received::Message(Message::Request(own))) = event else {
                return true;
            };
            let id = serde_json::to_value(&own.id).unwrap_or_default();
            let is_cancelled =
                cancelled.contains(&id) && own.method != "initialize" && own.method != "shutdown";
            if is_cancelled {
                outlet.refuse(own.id.clone(), ErrorCode::RequestCanceled, "cancelled");
            }
            !is_cancelled
        });
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Received(Received::Malformed(answer) | Received::End(answer)) => {
                self.outlet_raw(answer);
            }
            Event::Received(Received::Message(Message::Request(request))) => self.request(request),
            Event::Received(Received::Message(Message::Notification(own))) => self.notified(own),
            // What the client answers to registrations and refreshes changes nothing.
            Event::Received(Received::Message(Message::Response(own))) => {
                let id = serde_json::to_value(&own.id).unwrap_or_default();
                if let Some(session) = &mut self.session
                    && own.response_result.is_ok()
                    && let Some(token) = id.as_str().and_then(|id| id.strip_prefix("clue/"))
                {
                    session.progress_shown(token);
                }
            }
            Event::Answered(id, answer) => {
                if self.pool.is_waited_for(&id) {
                    match answer {
                        Ok(result) => self.outlet.answer(id, result),
                        Err((code, why)) => self.outlet.refuse(id, code, why),
                    }
                }
            }
            Event::Tell(method, parameters) => match method.as_str() {
                "window/showDocument" => self.outlet.ask("show", &method, parameters),
                _ => self.outlet.notify(&method, parameters),
            },
            other => {
                let Some(session) = &mut self.session else {
                    return;
                };
                match other {
                    Event::Judged(part) => session.judged(part),
                    Event::Named(named) => session.named(named),
                    Event::Register(turn, found) => session.register_judged(turn, found),
                    Event::Changed(paths) => session.changed_on_disk(&paths, false),
                    Event::Tick => session.look(),
                    _ => {}
                }
            }
        }
    }

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        if self.is_shut_down {
            let why = "the server was shut down";
            return self.outlet.refuse(id, ErrorCode::InvalidRequest, why);
        }
        if method == "initialize" {
            return self.initialize(id, params);
        }
        let Some(session) = &mut self.session else {
            let why = "initialize comes first";
            return self.outlet.refuse(id, ErrorCode::ServerNotInitialized, why);
        };
        match method.as_str() {
            "shutdown" => {
                self.is_shut_down = true;
                session.stop();
                self.pool.cancel_all(&self.outlet);
                self.outlet.answer(id, Value::Null);
            }
            "textDocument/diagnostic" => match requests::parameters(params) {
                Ok(parameters) => self.outlet.answer(id, session.pulled(&parameters)),
                Err((code, why)) => self.outlet.refuse(id, code, why),
            },
            "workspace/diagnostic" => match requests::parameters(params) {
                Ok(parameters) => self.outlet.answer(id, session.pulled_all(&parameters)),
                Err((code, why)) => self.outlet.refuse(id, code, why),
            },
            name if requests::is_known(name) => match session.view() {
                Some(view) => self.pool.ask(id, method, params, view, &self.events),
                // Without a repository there is nothing to be said about any document.
                None => self.outlet.answer(id, Value::Null),
            },
            name => {
                let why = format!("there is no method {name}");
                self.outlet.refuse(id, ErrorCode::MethodNotFound, why);
            }
        }
    }

    fn initialize(&mut self, id: RequestId, parameters: Value) {
        let Some(settings) = self.settings.take() else {
            let why = "the server was initialized before";
            return self.outlet.refuse(id, ErrorCode::InvalidRequest, why);
        };
        let parameters: InitializeParams = match requests::parameters(parameters) {
            Ok(parameters) => parameters,
            Err((code, why)) => {
                self.settings = Some(settings);
                return self.outlet.refuse(id, code, why);
            }
        };
        tick(parameters.process_id, self.events.clone());
        let session = Session::new(
            settings,
            &parameters,
            self.outlet.clone(),
            self.events.clone(),
        );
        let capabilities = session.capabilities();
        self.session = Some(session);
        self.outlet.answer(
            id,
            json!({
                "capabilities": capabilities,
                "serverInfo": {"name": "clue", "version": env!("CARGO_PKG_VERSION")},
            }),
        );
    }

    fn notified(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        let Some(session) = &mut self.session else {
            return;
        };
        if method == "$/cancelRequest" {
            self.pool.cancel(&params, &self.outlet);
            return;
        }
        if self.is_shut_down {
            return;
        }
        let outcome = match method.as_str() {
            "initialized" => {
                session.begin();
                Ok(())
            }
            "textDocument/didOpen" => requests::parameters(params).map(|own| session.open(own)),
            "textDocument/didClose" => requests::parameters(params).map(|own| session.close(&own)),
            "textDocument/didSave" => requests::parameters(params).map(|own| session.saved(&own)),
            "workspace/didChangeWatchedFiles" => {
                requests::parameters(params).map(|own| session.watched(&own))
            }
            // Whatever else is told needs no answer.
            _ => Ok(()),
        };
        if let Err((_, why)) = outcome {
            let message = format!("{method}: {why}");
            self.outlet
                .notify("window/logMessage", json!({"type": 2, "message": message}));
        }
    }
}

/// Tells the server from time to time to look around, and when the program that started it has died: its pipes may stay
/// open in another one's hands.
fn tick(parent: Option<i32>, events: Sender<Event>) {
    thread::spawn(move || {
        loop {
            thread::sleep(session::PAUSE);
            // Only where the system lists processes as folders; elsewhere the end of the pipe tells it.
            let processes = Path::new("/proc");
            let is_gone = parent.is_some_and(|parent| {
                processes.join("self").exists() && !processes.join(parent.to_string()).exists()
            });
            let event = if is_gone {
                Event::Orphaned
            } else {
                Event::Tick
            };
            if events.send(event).is_err() || is_gone {
                return;
            }
        }
    });
}

/// The notification, where an event is a change of a document.
fn as_change(event: &Event) -> Option<&Notification> {
    match event {
        Event::Received(Received::Message(Message::Notification(own)))
            if own.method == "textDocument/didChange" =>
        {
            Some(own)
        }
        _ => None,
    }
}
