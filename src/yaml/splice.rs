//! Finds, for one change of a value, the bytes that change and what stands there afterwards.
//! It never decides whether the result is right; `edit` reads it again.

mod before;

use serde_json::{Map, Value as Json};

use crate::text::Span;
use crate::yaml::load::find_indicator;
use crate::yaml::write::{Layout, inline, inline_entry, key_like, needs_lines};
use crate::yaml::{Node, Segment, Style, Value};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Bytes to be replaced, and by what.
#[derive(Debug, PartialEq)]
pub(super) struct Change {
    span: Span,
    text: String,
}

impl Change {
    pub(super) fn apply(self, yaml: &mut String) {
        yaml.replace_range(self.span.range(), &self.text);
    }
}

/// Where a node lies in its parent.
#[derive(Clone, Copy)]
struct Slot<'a> {
    node: &'a Node,
    parent: Option<&'a Node>,
    /// Which child of its parent it is.
    index: usize,
    /// Whether a collection in brackets is around it.
    in_flow: bool,
}

/// A text with its tree.
pub(super) struct Splice<'a> {
    text: &'a str,
    root: &'a Node,
    line_break: &'static str,
}

impl<'a> Splice<'a> {
    pub(super) fn new(text: &'a str, root: &'a Node, line_break: &'static str) -> Self {
        Self {
            text,
            root,
            line_break,
        }
    }

    /// Puts a value in the place of the one at a path.
    pub(super) fn replace(&self, path: &[Segment], value: &Json) -> Option<Change> {
        let slot = self.slot(path)?;
        let node = slot.node;
        let in_brackets = node.style == Style::Flow && children(node) > 0 && is_collection(value);
        if !slot.in_flow && !in_brackets && needs_lines(value) {
            return self.rewrite(slot, value, true);
        }
        let text = inline(value, node.style, slot.in_flow || in_brackets);
        match node.style {
            Style::Absent if self.text[..node.span.start].ends_with([':', '-']) => Some(Change {
                span: node.span,
                text: format!(" {text}"),
            }),
            Style::Absent => Some(Change {
                span: node.span,
                text: format!(": {text}"),
            }),
            Style::Block | Style::BlockScalar => self.rewrite(slot, value, false),
            _ => Some(Change {
                span: node.span,
                text,
            }),
        }
    }

    /// Writes a value anew after its colon or dash, up to the end of the old value's last line.
    fn rewrite(&self, slot: Slot<'_>, value: &Json, in_lines: bool) -> Option<Change> {
        let node = slot.node;
        let Some(parent) = slot.parent else {
            return Some(self.rewrite_root(value, in_lines));
        };
        let start = self.start(parent, slot.index)?;
        let indentation = self.column(start);
        let after = self.indicator(parent, slot.index)? + 1;
        let same_line = !self.text[after..node.span.start].contains('\n');
        let comment = match node.style {
            _ if !same_line => self.comment(after),
            Style::Block => "",
            Style::BlockScalar => {
                let header = &self.text[node.span.start..self.line_end(node.span.start)];
                let length = header.find([' ', '\t']).unwrap_or(header.len());
                self.comment(node.span.start + length)
            }
            _ => self.comment(node.span.end),
        };
        let mut text = String::new();
        let layout = self.layout(parent);
        if !in_lines {
            text.push(' ');
            text.push_str(&inline(value, Style::Plain, false));
        } else if matches!(parent.value, Value::Sequence(_)) {
            layout.after_dash(value, indentation, &mut text);
        } else {
            layout.value(value, indentation, &mut text);
        }
        let first = text.find(layout.line_break).unwrap_or(text.len());
        text.insert_str(first, comment);
        Some(Change {
            span: Span::new(after, self.line_end(node.span.end)),
            text,
        })
    }

    fn rewrite_root(&self, value: &Json, in_lines: bool) -> Change {
        let Span { start, end } = self.root.span;
        let (end, text) = if in_lines {
            let text = self.layout(self.root).root(value, self.column(start));
            (self.line_end(end), text)
        } else {
            (end, inline(value, Style::Plain, false))
        };
        Change {
            span: Span::new(start, end),
            text,
        }
    }

    /// Adds an entry at the end, or an item before the one at an index, to the collection at a path.
    pub(super) fn insert(&self, path: &[Segment], at: &Segment, value: &Json) -> Option<Change> {
        let slot = self.slot(path)?;
        let node = slot.node;
        let count = children(node);
        match (at, &node.value) {
            (Segment::Key(_), Value::Mapping(_)) => {}
            (Segment::Index(index), Value::Sequence(_)) if *index == count => {}
            (Segment::Index(index), Value::Sequence(_)) if *index < count => {
                return self.insert_before(node, *index, value);
            }
            _ => return None,
        }
        if count == 0 {
            let whole = match at {
                Segment::Key(key) => Json::Object(Map::from_iter([(key.clone(), value.clone())])),
                Segment::Index(_) => Json::Array(vec![value.clone()]),
            };
            return self.replace(path, &whole);
        }
        if node.style == Style::Flow {
            let end = child(node, count - 1)?.span.end;
            let text = match at {
                Segment::Key(key) => inline_entry(key, value),
                Segment::Index(_) => inline(value, Style::Plain, true),
            };
            return Some(Change {
                span: Span::new(end, end),
                text: format!(", {text}"),
            });
        }
        let indentation = self.column(node.span.start);
        let end = self.content_end(node, indentation);
        let layout = self.layout(node);
        let mut text = String::new();
        layout.line(indentation, &mut text);
        match at {
            Segment::Key(key) => {
                let mut keys = node.entries().iter().map(|entry| entry.key_span.start);
                let doubled = keys.any(|start| self.text[start..].starts_with('"'));
                layout.entry_as(&key_like(key, doubled), value, indentation, &mut text);
            }
            Segment::Index(_) => layout.item(value, indentation, &mut text),
        }
        Some(Change {
            span: Span::new(end, end),
            text,
        })
    }

    /// Takes the entry or item at a path away, with its lines.
    pub(super) fn remove(&self, path: &[Segment]) -> Option<Change> {
        let slot = self.slot(path)?;
        let parent = slot.parent?;
        let count = children(parent);
        if count == 1 {
            let empty = match parent.value {
                Value::Mapping(_) => Json::Object(Map::new()),
                _ => Json::Array(Vec::new()),
            };
            return self.replace(&path[..path.len() - 1], &empty);
        }
        let start = self.start(parent, slot.index)?;
        let last = slot.index + 1 == count;
        let cut = |span| {
            Some(Change {
                span,
                text: String::new(),
            })
        };
        if parent.style == Style::Flow {
            return if last {
                cut(Span::new(
                    child(parent, slot.index - 1)?.span.end,
                    slot.node.span.end,
                ))
            } else {
                cut(Span::new(start, self.start(parent, slot.index + 1)?))
            };
        }
        let end = self.content_end(slot.node, self.column(start));
        let line_start = self.line_start(start);
        if !self.text[line_start..start].trim().is_empty() {
            let rest = &self.text[end..];
            return cut(Span::new(start, end + rest.len() - rest.trim_start().len()));
        }
        match self.text[end..].find('\n') {
            Some(length) => cut(Span::new(line_start, end + length + 1)),
            None => {
                let before = self.text[..line_start]
                    .strip_suffix('\n')
                    .unwrap_or(&self.text[..line_start]);
                let before = before.strip_suffix('\r').unwrap_or(before);
                cut(Span::new(before.len(), self.text.len()))
            }
        }
    }

    fn slot(&self, path: &[Segment]) -> Option<Slot<'a>> {
        let mut slot = Slot {
            node: self.root,
            parent: None,
            index: 0,
            in_flow: false,
        };
        for segment in path {
            let index = match segment {
                Segment::Key(key) => slot
                    .node
                    .entries()
                    .iter()
                    .position(|entry| entry.key == *key)?,
                Segment::Index(index) if *index < slot.node.items().len() => *index,
                Segment::Index(_) => return None,
            };
            slot = Slot {
                node: child(slot.node, index)?,
                parent: Some(slot.node),
                index,
                in_flow: slot.in_flow || slot.node.style == Style::Flow,
            };
        }
        Some(slot)
    }

    /// Where a child begins: at its key, at its dash, or in brackets at its value.
    fn start(&self, parent: &Node, index: usize) -> Option<usize> {
        match &parent.value {
            Value::Mapping(entries) => Some(entries.get(index)?.key_span.start),
            Value::Sequence(items) if parent.style == Style::Flow => {
                Some(items.get(index)?.span.start)
            }
            _ => self.indicator(parent, index),
        }
    }

    /// The colon or the dash before a child.
    fn indicator(&self, parent: &Node, index: usize) -> Option<usize> {
        match &parent.value {
            Value::Mapping(entries) => {
                find_indicator(self.text, entries.get(index)?.key_span.end, b":")
            }
            Value::Sequence(items) => {
                let from = match index.checked_sub(1) {
                    Some(before) => items.get(before)?.span.end,
                    None => parent.span.start,
                };
                find_indicator(self.text, from, b"-")
            }
            _ => None,
        }
    }

    fn line_start(&self, at: usize) -> usize {
        let start = self.text[..at].rfind('\n').map_or(0, |index| index + 1);
        if start == 0 && self.text.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len_utf8()
        } else {
            start
        }
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        let line = rest.split('\n').next().unwrap_or(rest);
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    fn column(&self, at: usize) -> usize {
        at - self.line_start(at)
    }

    /// The comment on the rest of a line, with the white space before it.
    fn comment(&self, from: usize) -> &'a str {
        let rest = &self.text[from..self.line_end(from)];
        if rest.trim_start().starts_with('#') {
            rest
        } else {
            ""
        }
    }

    /// The end of the last line that belongs to a node whose key or dash stands at `column`, comments that are
    /// indented deeper included.
    fn content_end(&self, node: &Node, column: usize) -> usize {
        let mut last = node;
        while let Some(deeper) = children(last)
            .checked_sub(1)
            .and_then(|index| child(last, index))
        {
            last = deeper;
        }
        let mut end = self.line_end(node.span.end);
        let header = &self.text[last.span.start..self.line_end(last.span.start)];
        let keeps = last.style == Style::BlockScalar
            && header
                .split([' ', '\t'])
                .next()
                .is_some_and(|header| header.contains('+'));
        loop {
            let Some(length) = self.text[end..].find('\n') else {
                return end;
            };
            let next = end + length + 1;
            let line = &self.text[next..self.line_end(next)];
            let body = line.trim_start_matches([' ', '\t']);
            let belongs = if body.is_empty() {
                keeps && next < self.text.len()
            } else {
                body.starts_with('#') && line.len() - body.len() > column
            };
            if !belongs {
                return end;
            }
            end = next + line.len();
        }
    }

    /// The habits of the file: first of the neighbours in a collection, then of the whole.
    fn layout(&self, near: &Node) -> Layout {
        let mut mapping = None;
        let mut sequence = None;
        for node in [near, self.root] {
            self.habits(node, &mut mapping, &mut sequence);
        }
        let usual = Layout::default();
        Layout {
            mapping: mapping.unwrap_or(usual.mapping),
            sequence: sequence.unwrap_or(usual.sequence),
            line_break: self.line_break,
        }
    }

    fn habits(&self, node: &Node, mapping: &mut Option<usize>, sequence: &mut Option<usize>) {
        for entry in node.entries() {
            if entry.value.style == Style::Block {
                let deeper = self
                    .column(entry.value.span.start)
                    .checked_sub(self.column(entry.key_span.start));
                match entry.value.value {
                    Value::Mapping(_) => *mapping = mapping.or(deeper.filter(|&step| step > 0)),
                    _ => *sequence = sequence.or(deeper),
                }
            }
        }
        for index in 0..children(node) {
            if mapping.is_some() && sequence.is_some() {
                return;
            }
            if let Some(child) = child(node, index) {
                self.habits(child, mapping, sequence);
            }
        }
    }
}

fn is_collection(value: &Json) -> bool {
    value.is_array() || value.is_object()
}

fn children(node: &Node) -> usize {
    node.entries().len() + node.items().len()
}

fn child(node: &Node, index: usize) -> Option<&Node> {
    match &node.value {
        Value::Mapping(entries) => Some(&entries.get(index)?.value),
        Value::Sequence(items) => items.get(index),
        _ => None,
    }
}
