//! Changes as the protocol has them: the least that makes one text of another.
//! They are proposed, and never made here.

use serde_json::{Map, Value, json};

use crate::lsp::view::{Text, View};
use crate::text::Span;

/// One replacement in a text.
pub(super) fn replace(view: &View, text: &Text, span: Span, with: &str) -> Value {
    json!({"range": view.range(text, span), "newText": with})
}

/// The one replacement that makes a text another; none where they are the same.
pub(super) fn difference(view: &View, text: &Text, new: &str) -> Option<Value> {
    let old = &*text.text;
    if old == new {
        return None;
    }
    let mut start = old
        .bytes()
        .zip(new.bytes())
        .take_while(|(one, other)| one == other)
        .count();
    while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
        start -= 1;
    }
    let rest = old[start..].bytes().rev().zip(new[start..].bytes().rev());
    let mut end = rest.take_while(|(one, other)| one == other).count();
    while !old.is_char_boundary(old.len() - end) || !new.is_char_boundary(new.len() - end) {
        end -= 1;
    }
    let span = Span::new(start, old.len() - end);
    Some(replace(view, text, span, &new[start..new.len() - end]))
}

/// An edit of one file.
pub(super) fn of_file(view: &View, path: &str, edits: Vec<Value>) -> Value {
    let mut changes = Map::new();
    changes.insert(view.address(path), Value::Array(edits));
    json!({"changes": changes})
}
