//! YAML: text -> a tree whose every key and value knows its place, and findings; edits that change only what they mean.
//! It never reads the disk, never knows what a record means, and never writes a text that it has not read back.

mod edit;
mod fault;
mod load;
mod path;
mod resolve;
mod splice;
#[cfg(test)]
mod tests;
mod write;

use serde_json::{Map, Number};

pub use edit::{Edit, apply, edit};
pub use fault::{check_bytes, conflicts};
pub use path::{Path, Segment, parse_path, show_path};
pub use write::{scalar, to_yaml};

use crate::diagnostic::{Diagnostic, any_error};
use crate::text::Span;

/// The size in bytes that a record or report may have at most.
pub const MAXIMUM_SIZE: usize = 10 * 1024 * 1024;

/// How many mappings and sequences may lie inside each other.
pub const MAXIMUM_DEPTH: usize = 64;

/// A key of a mapping, with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: String,
    /// The key as it is written, quotes included.
    pub key_span: Span,
    pub value: Node,
}

/// What a node says, by the core schema of YAML 1.2.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    /// A number with a point or an exponent, or an integer that 64 bits cannot hold.
    Float(f64),
    /// Text; dates and timestamps too.
    String(String),
    Sequence(Vec<Node>),
    /// Entries in the order of the file; a key stands here once, also where the file has it twice.
    Mapping(Vec<Entry>),
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub value: Value,
    /// From the first byte (the quote, the bracket, the `|`, the first key or dash) to after the last one.
    /// A value that is left out has the empty span after its colon or dash.
    pub span: Span,
    /// Whether it is a scalar written without quotes, so that "put it in quotes" is good advice.
    pub plain: bool,
    style: Style,
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// Left out, which means null.
    Absent,
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// A scalar after `|` or `>`.
    BlockScalar,
    /// A mapping or sequence of indented lines.
    Block,
    /// A mapping or sequence in brackets.
    Flow,
}

/// A file, or a front matter, that could be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub root: Node,
}

/// Reads a file; spans are offsets into `bytes`.
///
/// A document is given wherever one can be made out, also beside findings that are errors (a key that stands twice,
/// an alias); it is `None` where the file cannot be understood as YAML at all.
pub fn parse(path: &str, bytes: &[u8]) -> (Option<Document>, Vec<Diagnostic>) {
    let (text, mut diagnostics) = check_bytes(path, bytes);
    let Some(text) = text else {
        return (None, diagnostics);
    };
    let (document, found) = parse_at(path, text, 0);
    diagnostics.extend(found);
    (document, diagnostics)
}

/// Reads YAML that begins at byte `offset` of its file, such as the front matter of a report; spans are offsets into
/// the whole file.
pub fn parse_at(path: &str, text: &str, offset: usize) -> (Option<Document>, Vec<Diagnostic>) {
    let conflicts = conflicts(path, text, offset);
    if any_error(&conflicts) {
        return (None, conflicts);
    }
    let (root, diagnostics) = load::load(path, text, offset);
    (root.map(|root| Document { root }), diagnostics)
}

impl Node {
    /// The value of a key; `None` where this is no mapping or has no such key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key, which also tells where the key stands.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The node at a path below this one.
    pub fn at(&self, path: &[Segment]) -> Option<&Node> {
        path.iter().try_fold(self, |node, segment| match segment {
            Segment::Key(key) => node.get(key),
            Segment::Index(index) => node.items().get(*index),
        })
    }

    /// The text of a string; `None` for anything else.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A truth value; `None` for anything else.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    /// An integer; `None` for anything else.
    pub fn as_integer(&self) -> Option<i64> {
        match self.value {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }

    /// Whether it is null, written or left out.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// The same as JSON, keys in the order of the file; `.inf` and `.nan`, which JSON does not know, become null.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(truth) => (*truth).into(),
            Value::Integer(number) => (*number).into(),
            Value::Float(number) => {
                Number::from_f64(*number).map_or(serde_json::Value::Null, Into::into)
            }
            Value::String(text) => text.as_str().into(),
            Value::Sequence(items) => items.iter().map(Node::to_json).collect(),
            Value::Mapping(entries) => entries
                .iter()
                .map(|entry| (entry.key.clone(), entry.value.to_json()))
                .collect::<Map<_, _>>()
                .into(),
        }
    }

    /// The node that a JSON pointer (`/entries/2/text`) names.
    pub fn at_pointer(&self, pointer: &str) -> Option<&Node> {
        path::pointer_parts(pointer)
            .try_fold(self, |node, part| node.child(&part).map(|(_, child)| child))
    }

    /// The place that a finding about a JSON pointer points at: the value; where it is left out, its key; where the
    /// pointer leads nowhere, the key of the nearest parent that is there (of the first entry, if that has no key).
    pub fn locate_pointer(&self, pointer: &str) -> Span {
        let mut node = self;
        let mut key = None;
        for part in path::pointer_parts(pointer) {
            match node.child(&part) {
                Some((child_key, child)) => (key, node) = (child_key, child),
                None => return key.unwrap_or_else(|| node.head()),
            }
        }
        match key {
            Some(key) if node.style == Style::Absent => key,
            _ => node.span,
        }
    }

    /// The child that one part of a JSON pointer names, and where its key stands, if it has one.
    fn child(&self, part: &str) -> Option<(Option<Span>, &Node)> {
        match &self.value {
            Value::Mapping(_) => {
                let entry = self.entry(part)?;
                Some((Some(entry.key_span), &entry.value))
            }
            Value::Sequence(items) => {
                let child = items.get(part.parse::<usize>().ok()?)?;
                Some((None, child))
            }
            _ => None,
        }
    }

    /// A short span at the beginning of the node.
    fn head(&self) -> Span {
        self.entries()
            .first()
            .map_or(self.span, |entry| entry.key_span)
    }
}
