//! The repository as an editor has it at one moment: the disk, the unsaved buffers over it, and the rulebook.
//! It is cheap to copy, never changes, and is all that an answer is made of.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gen_lsp_types::{Position, Range};
use serde_json::{Value, json};

use crate::case::{CARD, folder_of, id_of};
use crate::files::{DiskFiles, Files, OverlayFiles};
use crate::lsp::Settings;
use crate::lsp::address::{address_of, path_of};
use crate::lsp::position::{Encoding, Lines};
use crate::markdown;
use crate::rulebook::{NameParts, match_path};
use crate::text::{Bilingual, Language, Span};
use crate::world::{MAXIMUM_RECORD, World};
use crate::yaml::{self, Node};

/// What the client can do, as far as answers depend on it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Client {
    /// It asks for findings itself.
    pub(super) pulls: bool,
    pub(super) refreshes: bool,
    pub(super) refreshes_lenses: bool,
    pub(super) watches: bool,
    /// It renames files as part of an edit.
    pub(super) renames_files: bool,
    pub(super) shows_documents: bool,
    pub(super) shows_progress: bool,
}

/// The folder of the repository.
pub(super) struct Root {
    pub(super) path: PathBuf,
    /// The same, as the client calls it.
    pub(super) given: PathBuf,
    pub(super) disk: DiskFiles,
}

impl Root {
    pub(super) fn new(path: PathBuf, given: PathBuf) -> Self {
        let disk = crate::engine::disk(&path);
        Self { path, given, disk }
    }
}

/// A text, and where its lines begin.
#[derive(Clone)]
pub(super) struct Text {
    pub(super) text: Arc<str>,
    pub(super) lines: Arc<Lines>,
}

impl Text {
    pub(super) fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let lines = Arc::new(Lines::new(&text));
        Self { text, lines }
    }
}

/// A document that is open in the editor.
pub(super) struct Document {
    /// Its address, as the client writes it.
    pub(super) address: String,
    pub(super) version: i32,
    pub(super) text: Text,
}

/// The record, or other file of the repository, that a path says it is.
pub(super) struct FileOf {
    /// The clue's folder; none of a file beside the clues.
    pub(super) folder: Option<String>,
    /// The rulebook's name of the record, or that of the schema.
    pub(super) record: String,
    pub(super) schema: String,
    pub(super) is_markdown: bool,
    pub(super) parts: NameParts,
}

/// Everything that an answer is made of.
#[derive(Clone)]
pub(super) struct View {
    pub(super) root: Arc<Root>,
    /// Open documents, by path below the repository's folder.
    pub(super) documents: Arc<BTreeMap<String, Arc<Document>>>,
    /// Organisation and rulebook; none while they cannot be used.
    pub(super) world: Option<Arc<World>>,
    /// The last that could be used, so that an editor can still be helped while they are being written.
    pub(super) known: Option<Arc<World>>,
    pub(super) language: Language,
    pub(super) encoding: Encoding,
    pub(super) client: Client,
    pub(super) settings: Arc<Settings>,
    /// Set when nobody waits for the answer any more.
    pub(super) cancelled: Arc<AtomicBool>,
}

impl View {
    /// The disk, with the buffers over it.
    pub(super) fn files(&self) -> OverlayFiles<'_> {
        let open = self.documents.iter();
        let changes = open.map(|(path, document)| {
            let text: Arc<[u8]> = Arc::from(Arc::clone(&document.text.text));
            (path.clone(), Some(text))
        });
        OverlayFiles::new(&self.root.disk, changes.collect())
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// The path of an address below the repository's folder; none outside of it.
    pub(super) fn inside(&self, address: &str) -> Option<String> {
        inside(&self.root, address)
    }

    /// The address of a path, as the client writes it where it has the document open.
    pub(super) fn address(&self, path: &str) -> String {
        match self.documents.get(path) {
            Some(document) => document.address.clone(),
            None => address_of(&self.root.given.join(path)),
        }
    }

    /// The text of a file, as the editor has it; none where it is no text, or not there.
    pub(super) fn text(&self, path: &str) -> Option<Text> {
        if let Some(document) = self.documents.get(path) {
            return Some(document.text.clone());
        }
        let bytes = self.root.disk.read(path, MAXIMUM_RECORD).ok()??;
        Some(Text::new(std::str::from_utf8(&bytes).ok()?))
    }

    pub(super) fn range(&self, text: &Text, span: Span) -> Range {
        text.lines.range(&text.text, span, self.encoding)
    }

    pub(super) fn offset(&self, text: &Text, position: Position) -> usize {
        text.lines.offset(&text.text, position, self.encoding)
    }

    /// A place as the protocol has it.
    pub(super) fn location(&self, path: &str, span: Span) -> Value {
        let range = self.text(path).map(|text| self.range(&text, span));
        json!({"uri": self.address(path), "range": range.unwrap_or_else(nowhere)})
    }

    pub(super) fn say<'t>(&self, en: &'t str, zh: &'t str) -> &'t str {
        if self.language == Language::Zh {
            zh
        } else {
            en
        }
    }

    pub(super) fn words<'t>(&self, words: &'t Bilingual) -> &'t str {
        words.get(self.language)
    }

    /// What a path says that a file is.
    pub(super) fn file_of(&self, path: &str) -> Option<FileOf> {
        let own = |name: &str, folder| FileOf {
            folder,
            record: name.to_owned(),
            schema: name.to_owned(),
            is_markdown: false,
            parts: NameParts::new(),
        };
        match path {
            "organisation.yaml" => return Some(own("organisation", None)),
            "workflow.yaml" => return Some(own("workflow", None)),
            _ => {}
        }
        if path.starts_with("calendar/") && path.ends_with(".yaml") {
            return Some(own("calendar", None));
        }
        let folder = folder_of(id_of(path)?)?;
        let inner = path.strip_prefix(&folder)?.strip_prefix('/')?;
        if inner == "clue.yaml" {
            return Some(own(CARD, Some(folder)));
        }
        let records = &self.known.as_ref()?.rulebook.records;
        records.iter().find_map(|(name, declared)| {
            let parts = match_path(&declared.path, inner)?;
            Some(FileOf {
                folder: Some(folder.clone()),
                record: name.clone(),
                schema: declared.schema.clone(),
                is_markdown: declared.is_markdown(),
                parts,
            })
        })
    }
}

/// The path of an address below a repository's folder, with its parts joined by `/`.
pub(super) fn inside(root: &Root, address: &str) -> Option<String> {
    let path = path_of(address)?;
    let below = |base: &Path, path: &Path| {
        let inner = path.strip_prefix(base).ok()?;
        let parts = inner.components().map(|part| match part {
            std::path::Component::Normal(part) => part.to_str(),
            _ => None,
        });
        let parts: Option<Vec<_>> = parts.collect();
        parts
            .filter(|parts| !parts.is_empty())
            .map(|parts| parts.join("/"))
    };
    below(&root.given, &path)
        .or_else(|| below(&root.path, &path))
        .or_else(|| {
            // By another way to the same folder; the file itself need not be there.
            let folder = path.parent()?.canonicalize().ok()?;
            below(&root.path, &folder.join(path.file_name()?))
        })
}

/// The very beginning of a file.
pub(super) fn nowhere() -> Range {
    let start = Position {
        line: 0,
        character: 0,
    };
    Range { start, end: start }
}

/// The YAML of a file: all of it, or the front matter.
pub(super) fn yaml_span(text: &str, is_markdown: bool) -> Span {
    if !is_markdown {
        return Span::new(0, text.len());
    }
    match markdown::parts("", text) {
        Ok((front, _)) => front,
        // A front matter that is not closed yet goes on to the end.
        Err(_) if text.trim_start_matches('\u{feff}').starts_with("---") => Span::new(
            text.find('\n').map_or(text.len(), |end| end + 1),
            text.len(),
        ),
        Err(_) => Span::default(),
    }
}

/// The tree of a file's YAML, where it can be made out.
pub(super) fn tree(path: &str, text: &str, is_markdown: bool) -> Option<Node> {
    let span = yaml_span(text, is_markdown);
    let (document, _) = yaml::parse_at(path, &text[span.range()], span.start);
    document.map(|document| document.root)
}
