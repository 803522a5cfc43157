//! Builds the tree from the parser's events, with byte spans put right where the parser gives others.
//! It never recurses, so that no nesting can exhaust the stack.

use std::borrow::Cow;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

use crate::diagnostic::Diagnostic;
use crate::text::Span;
use crate::yaml::fault::Faults;
use crate::yaml::resolve::resolve;
use crate::yaml::{Entry, MAXIMUM_DEPTH, Node, Style, Value};

/// Reads the one document of `text`; spans and findings are `offset` bytes further on.
pub(super) fn load(path: &str, text: &str, offset: usize) -> (Option<Node>, Vec<Diagnostic>) {
    let mut loader = Loader {
        text,
        offset,
        faults: Faults::new(path, text, offset),
        frames: Vec::new(),
        root: None,
        end: 0,
    };
    let readable = loader.run();
    let root = loader.root.take().filter(|_| readable);
    (root, loader.faults.found)
}

/// A mapping or sequence that is not closed yet.
struct Frame {
    style: Style,
    start: usize,
    children: Children,
}

enum Children {
    Items(Vec<Node>),
    Entries {
        entries: Vec<Entry>,
        /// The key whose value is still to come.
        key: Option<(String, Span)>,
    },
}

struct Loader<'a> {
    text: &'a str,
    offset: usize,
    faults: Faults<'a>,
    frames: Vec<Frame>,
    root: Option<Node>,
    /// Where the last scalar ended, or the last collection began or ended.
    end: usize,
}

impl<'a> Loader<'a> {
    /// Takes all events; false where the text cannot be understood.
    fn run(&mut self) -> bool {
        let options = granit_parser::options! {
            strict_indentation: true,
            emit_unresolved_aliases: true,
            emit_anchor_events: true,
            flow_nesting_limit: MAXIMUM_DEPTH,
            block_nesting_limit: MAXIMUM_DEPTH,
        };
        let mut begun = false;
        for event in Parser::new_from_str_with_options(self.text, options) {
            let (event, source) = match event {
                Ok(event) => event,
                Err(error) => {
                    self.faults.syntax(&error, self.end);
                    return false;
                }
            };
            let span = Span::new(
                source.start.byte_offset().unwrap_or(self.end),
                source.end.byte_offset().unwrap_or(self.end),
            );
            if let Some(tag) = source.tag_span() {
                self.faults.tag(
                    tag.byte_range()
                        .map_or(span, |range| Span::new(range.start, range.end)),
                );
            }
            let understood = match event {
                Event::DocumentStart(..) if begun => {
                    self.faults.second_document(span);
                    return true;
                }
                Event::DocumentStart(..) => {
                    begun = true;
                    true
                }
                Event::Scalar(text, style, ..) => self.scalar(text, style, span),
                Event::SequenceStart(style, ..) => {
                    self.open(style, span, Children::Items(Vec::new()))
                }
                Event::MappingStart(style, ..) => {
                    let children = Children::Entries {
                        entries: Vec::new(),
                        key: None,
                    };
                    self.open(style, span, children)
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    self.close(span);
                    true
                }
                Event::Alias(_) | Event::UnresolvedAlias(_) => {
                    self.faults.alias(span);
                    self.scalar(Cow::Borrowed("~"), ScalarStyle::Plain, span)
                }
                Event::Anchor(..) => {
                    self.faults.anchor(span);
                    true
                }
                _ => true,
            };
            if !understood {
                return false;
            }
        }
        match &self.root {
            Some(root) if root.style != Style::Absent => true,
            _ => {
                self.faults.empty();
                false
            }
        }
    }

    fn awaits_key(&self) -> bool {
        matches!(
            self.frames.last(),
            Some(Frame {
                children: Children::Entries { key: None, .. },
                ..
            })
        )
    }

    fn awaits_value(&self) -> bool {
        matches!(
            self.frames.last(),
            Some(Frame {
                children: Children::Entries { key: Some(_), .. },
                ..
            })
        )
    }

    fn scalar(&mut self, text: Cow<'a, str>, style: ScalarStyle, span: Span) -> bool {
        if self.awaits_key() {
            return self.key(text, style, span);
        }
        let style = match style {
            ScalarStyle::Plain if span.start == span.end => Style::Absent,
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::BlockScalar,
        };
        let span = match style {
            Style::BlockScalar => self.block_scalar(span),
            Style::Absent => self.absent(span),
            _ => span,
        };
        if style == Style::Plain {
            let own_line = self.frames.is_empty()
                || self.awaits_value() && self.text[self.end..span.start].contains('\n');
            self.faults.plain_value(span, own_line);
        }
        let value = match style {
            Style::Absent => Value::Null,
            Style::Plain => resolve(text),
            _ => Value::String(text.into_owned()),
        };
        self.end = span.end;
        let node = Node {
            value,
            span: span.shifted(self.offset),
            plain: style == Style::Plain,
            style,
        };
        self.place(node);
        true
    }

    fn key(&mut self, text: Cow<'a, str>, style: ScalarStyle, span: Span) -> bool {
        let plain = style == ScalarStyle::Plain;
        let before = self.text[..span.start].trim_end_matches([' ', '\t']);
        let explicit =
            before.ends_with('?') && (before.len() < span.start || span.start == span.end);
        if explicit || matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            self.faults.complex_key(span);
            return false;
        }
        if plain && span.start == span.end {
            self.faults.missing_key(span);
            return false;
        }
        if plain {
            self.faults.plain_key(&text, span);
        }
        self.end = span.end;
        if let Some(Frame {
            children: Children::Entries { key, .. },
            ..
        }) = self.frames.last_mut()
        {
            *key = Some((text.into_owned(), span.shifted(self.offset)));
        }
        true
    }

    fn open(&mut self, style: StructureStyle, span: Span, children: Children) -> bool {
        if self.awaits_key() {
            self.faults.complex_key(span);
            return false;
        }
        if self.frames.len() >= MAXIMUM_DEPTH {
            self.faults.depth(span.start);
            return false;
        }
        let style = match style {
            StructureStyle::Flow => Style::Flow,
            StructureStyle::Block => Style::Block,
        };
        // A sequence at the indentation of its key is reported at its first item, not at the dash.
        let start = match children {
            Children::Items(_) if style == Style::Block && self.awaits_value() => {
                find_indicator(self.text, self.end, b"-").unwrap_or(span.start)
            }
            _ => span.start,
        };
        self.end = if style == Style::Flow {
            span.end
        } else {
            start
        };
        self.frames.push(Frame {
            style,
            start,
            children,
        });
        true
    }

    fn close(&mut self, span: Span) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if frame.style == Style::Flow {
            self.end = self.end.max(span.end);
        }
        let value = match frame.children {
            Children::Items(items) => Value::Sequence(items),
            Children::Entries { mut entries, .. } => {
                self.faults.duplicates(&mut entries);
                Value::Mapping(entries)
            }
        };
        self.place(Node {
            value,
            span: Span::new(frame.start, self.end).shifted(self.offset),
            plain: false,
            style: frame.style,
        });
    }

    fn place(&mut self, node: Node) {
        match self.frames.last_mut() {
            None => self.root = Some(node),
            Some(frame) => match &mut frame.children {
                Children::Items(items) => items.push(node),
                Children::Entries { entries, key } => {
                    if let Some((key, key_span)) = key.take() {
                        entries.push(Entry {
                            key,
                            key_span,
                            value: node,
                        });
                    }
                }
            },
        }
    }

    /// The span of a value that is left out: right after its colon or dash.
    fn absent(&self, span: Span) -> Span {
        let indicator: &[u8] = if self.awaits_value() { b":" } else { b"-" };
        match find_indicator(self.text, self.end, indicator) {
            Some(found) if !self.frames.is_empty() => Span::new(found + 1, found + 1),
            _ => span,
        }
    }

    /// The span of a block scalar, from its `|` or `>`, which the parser leaves out, to the end of its last line.
    fn block_scalar(&self, span: Span) -> Span {
        let start = find_indicator(self.text, self.end, b"|>").unwrap_or(span.start);
        let header = self.text[start..]
            .find(['\r', '\n'])
            .map_or(self.text.len(), |length| start + length);
        // The parser counts the indentation of the line after it in.
        let content = &self.text[..span.end];
        let content = match content.rfind('\n') {
            Some(last) if content[last..].trim().is_empty() => &content[..last],
            _ => content,
        };
        let end = content.trim_end_matches(['\r', '\n']).len();
        Span::new(start, end.max(header))
    }
}

/// Finds the next of `wanted` after a token, past white space, comments, properties and other indicators.
pub(super) fn find_indicator(text: &str, from: usize, wanted: &[u8]) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut index = from;
    while let Some(&byte) = bytes.get(index) {
        if wanted.contains(&byte) {
            return Some(index);
        }
        let until = |stop: fn(&u8) -> bool| {
            bytes[index..]
                .iter()
                .position(stop)
                .map_or(bytes.len(), |length| index + length)
        };
        index = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b':' | b'-' | b',' | b'?' => index + 1,
            b'#' => until(|byte| *byte == b'\n'),
            b'&' | b'!' => until(u8::is_ascii_whitespace),
            _ => return None,
        };
    }
    None
}
