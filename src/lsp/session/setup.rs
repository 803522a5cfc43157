//! How a session begins: what the client can do, what it is offered, and which repository is meant.

use gen_lsp_types::{RootPath, WorkspaceFolders};

use super::{
    Arc, BTreeMap, BTreeSet, Client, Encoding, Event, Findings, InitializeParams, Language, Outlet,
    Path, PathBuf, Root, Sender, Session, Settings, Value, Verdict, find_root, json, path_of,
};
use crate::lsp::commands::COMMANDS;

impl Session {
    /// Begins a session for the client that introduces itself.
    pub(in crate::lsp) fn new(
        settings: Settings,
        parameters: &InitializeParams,
        outlet: Outlet,
        events: Sender<Event>,
    ) -> Self {
        let offered = parameters.capabilities.general.as_ref();
        let offered = offered.and_then(|general| general.position_encodings.as_deref());
        let locale = parameters.locale.as_deref().and_then(Language::parse);
        let language = settings.asked.or(locale).unwrap_or(settings.fallback);
        let folders = folders(parameters);
        let start = folders
            .iter()
            .find(|folder| find_root(folder).is_some())
            .cloned();
        let start = start.unwrap_or_else(|| settings.folder.clone());
        let mut session = Self {
            client: client(parameters),
            encoding: Encoding::negotiated(offered.unwrap_or_default()),
            language,
            settings: Arc::new(settings),
            root: None,
            documents: Arc::new(BTreeMap::new()),
            world: None,
            known: None,
            findings: Findings::default(),
            told: BTreeSet::new(),
            pulls_everything: false,
            changed: BTreeSet::new(),
            verdict: Verdict::default(),
            seen: super::looking::Seen::default(),
            outlet,
            events,
        };
        session.take_root(&start);
        session
    }

    /// Takes the repository that a folder belongs to, if it belongs to one.
    pub(super) fn take_root(&mut self, start: &Path) {
        let Some(path) = find_root(start) else {
            return;
        };
        // The client may know the folder by another name, such as a link; it is answered by that name.
        let given = start
            .ancestors()
            .find(|folder| folder.canonicalize().is_ok_and(|own| own == path));
        let given = given.map_or_else(|| path.clone(), Path::to_owned);
        self.root = Some(Arc::new(Root::new(path, given)));
    }

    /// The client is ready: the repository is loaded, files are watched, and every clue is judged.
    pub(in crate::lsp) fn begin(&mut self) {
        if self.client.watches {
            let patterns = ["**/*.yaml", "**/*.md", "**/schema/*.json", "**/register/**"];
            let watchers: Vec<Value> = patterns
                .iter()
                .map(|pattern| json!({"globPattern": pattern}))
                .collect();
            self.outlet.ask(
                "watch",
                "client/registerCapability",
                json!({"registrations": [{
                    "id": "clue/watch",
                    "method": "workspace/didChangeWatchedFiles",
                    "registerOptions": {"watchers": watchers},
                }]}),
            );
        }
        if self.verdict.turn == 0 {
            self.begin_with_root();
        }
    }

    /// Loads the repository, if there is one, and begins the verdict on everything.
    pub(super) fn begin_with_root(&mut self) {
        if self.root.is_some() {
            self.look();
            let touched = self.load_world();
            self.tell(touched, false);
            self.judge_everything();
        }
    }

    /// What the server can do.
    pub(in crate::lsp) fn capabilities(&self) -> Value {
        json!({
            "positionEncoding": self.encoding.name(),
            "textDocumentSync": {"openClose": true, "change": 2, "save": {"includeText": false}},
            "completionProvider": {"triggerCharacters": [":", " ", "-", "#", "["]},
            "hoverProvider": true,
            "definitionProvider": true,
            "referencesProvider": true,
            "documentSymbolProvider": true,
            "codeActionProvider": {"codeActionKinds": ["quickfix", "refactor", "source"]},
            "codeLensProvider": {"resolveProvider": false},
            "renameProvider": {"prepareProvider": true},
            "executeCommandProvider": {"commands": COMMANDS},
            "diagnosticProvider": {
                "identifier": "clue", "interFileDependencies": true, "workspaceDiagnostics": true,
            },
        })
    }
}

/// The folders that the client works in.
fn folders(parameters: &InitializeParams) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    let given = &parameters
        .workspace_folders_initialize_params
        .workspace_folders;
    if let Some(WorkspaceFolders::WorkspaceFolderList(list)) = given {
        folders.extend(list.iter().filter_map(|folder| path_of(&folder.uri.0)));
    }
    folders.extend(older_folders(parameters));
    folders
}

#[expect(
    deprecated,
    reason = "what clients said before they could name several folders"
)]
fn older_folders(parameters: &InitializeParams) -> impl Iterator<Item = PathBuf> {
    let uri = parameters.root_uri.as_ref().and_then(|uri| path_of(&uri.0));
    let path = match &parameters.root_path {
        Some(RootPath::String(path)) => Some(PathBuf::from(path)),
        _ => None,
    };
    uri.into_iter().chain(path)
}

fn client(parameters: &InitializeParams) -> Client {
    // Read as it was sent: each is one switch, wherever it lies.
    let all = serde_json::to_value(&parameters.capabilities).unwrap_or_default();
    let is = |pointer: &str| all.pointer(pointer) == Some(&Value::Bool(true));
    let operations = all.pointer("/workspace/workspaceEdit/resourceOperations");
    let makes = |what: &str| {
        let own = operations.and_then(Value::as_array);
        own.is_some_and(|own| own.iter().any(|one| one == what))
    };
    Client {
        pulls: all
            .pointer("/textDocument/diagnostic")
            .is_some_and(Value::is_object),
        refreshes: is("/workspace/diagnostics/refreshSupport"),
        refreshes_lenses: is("/workspace/codeLens/refreshSupport"),
        watches: is("/workspace/didChangeWatchedFiles/dynamicRegistration"),
        renames_files: makes("rename"),
        shows_documents: is("/window/showDocument/support"),
        shows_progress: is("/window/workDoneProgress"),
    }
}
