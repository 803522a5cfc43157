//! An item put before another one of its list.
//! Whether the result is right is not decided here; `edit` reads it again.

use serde_json::Value as Json;

use crate::text::Span;
use crate::yaml::splice::{Change, Splice, child};
use crate::yaml::write::inline;
use crate::yaml::{Node, Style};

impl Splice<'_> {
    /// Adds an item before another one; a comment above that one stays with it.
    pub(super) fn insert_before(&self, node: &Node, index: usize, value: &Json) -> Option<Change> {
        let start = self.start(node, index)?;
        if node.style == Style::Flow {
            return Some(Change {
                span: Span::new(start, start),
                text: format!("{}, ", inline(value, Style::Plain, true)),
            });
        }
        let indentation = self.column(node.span.start);
        let layout = self.layout(node);
        let mut text = String::new();
        let at = match index.checked_sub(1) {
            None => {
                layout.item(value, indentation, &mut text);
                layout.line(indentation, &mut text);
                start
            }
            Some(before) => {
                layout.line(indentation, &mut text);
                layout.item(value, indentation, &mut text);
                self.content_end(child(node, before)?, indentation)
            }
        };
        Some(Change {
            span: Span::new(at, at),
            text,
        })
    }
}
