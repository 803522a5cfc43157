//! The little world that a template sees: templates and pictures in memory, the sheet's values, fonts, and its date.
//! There are no packages, no network and no clock in it.

use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::{Map, Value};
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World};

use crate::paper::Press;

/// What is the same for every document of a language: its code, and the faces.
const LOOK: &str = "look.json";
/// The document's title, and what it says of itself and of its clue.
const FACTS: &str = "facts.json";
/// Everything that the document says.
const DATA: &str = "data.json";

/// The files from which a template reads the values that it draws. What is read by what all documents share stands apart
/// from the rest, so that it is read and remembered once and not once a document, which was a sixth of the time.
pub(super) struct Data([(&'static str, Bytes); 3]);

impl Data {
    /// `all` has a title and values; lists among them, and the record that is drawn, are no facts.
    pub(super) fn of(look: &Value, mut all: Value) -> Self {
        let whole = Bytes::from_string(all.to_string());
        let mut facts = match all.get_mut("values").map(Value::take) {
            Some(Value::Object(values)) => values,
            _ => Map::new(),
        };
        facts.retain(|name, value| name != "record" && !value.is_array());
        facts.insert("title".to_owned(), all["title"].take());
        let facts = Value::Object(facts);
        Self([
            (LOOK, Bytes::from_string(look.to_string())),
            (FACTS, Bytes::from_string(facts.to_string())),
            (DATA, whole),
        ])
    }

    /// Names and bytes.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &Bytes)> {
        self.0.iter().map(|(name, bytes)| (*name, bytes))
    }

    fn get(&self, name: &str) -> Option<Bytes> {
        let found = self.iter().find(|(own, _)| *own == name);
        found.map(|(_, bytes)| bytes.clone())
    }
}

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    // Row labels that are header cells for whoever listens to a form.
    let features = [Feature::A11yExtras].into_iter().collect();
    LazyHash::new(Library::builder().with_features(features).build())
});

/// One document being drawn.
pub(super) struct Desk<'a> {
    press: &'a Press,
    main: FileId,
    data: &'a Data,
    today: Option<Datetime>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        press: &'a Press,
        main: FileId,
        data: &'a Data,
        today: Option<Datetime>,
    ) -> Self {
        Self {
            press,
            main,
            data,
            today,
        }
    }
}

/// The identity of a template by its name below `templates/paper/`. It is the same for every document: the compiler
/// keeps only so many of them.
pub(super) fn file_id(name: &str) -> FileId {
    let path = VirtualPath::new(format!("/{name}"))
        .or_else(|_| VirtualPath::new("/unnamed.typ"))
        .unwrap_or_else(|_| unreachable!("a plain name is a path"));
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// The name of a template by its identity; none for what is no file of the project.
pub(super) fn name_of(id: FileId) -> Option<&'static str> {
    let path = id.get();
    matches!(path.root(), VirtualRoot::Project).then(|| path.vpath().get_without_slash())
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.press.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let name = name_of(id).unwrap_or_default();
        match self.press.sources.get(name) {
            Some(Ok(source)) => Ok(source.clone()),
            Some(Err(why)) => Err(FileError::Other(Some(why.as_str().into()))),
            None => Err(FileError::NotFound(PathBuf::from(name))),
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let name = name_of(id).unwrap_or_default();
        if let Some(bytes) = self.data.get(name) {
            return Ok(bytes);
        }
        match self.press.others.get(name) {
            Some(bytes) => Ok(bytes.clone()),
            None => self
                .source(id)
                .map(|source| Bytes::from_string(source.text().to_owned())),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.get(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}
