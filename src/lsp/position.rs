//! Lines and columns as editors count them, and the bytes that they mean.
//! A position that a text does not have counts as the nearest one that it has.

use gen_lsp_types::{Position, PositionEncodingKind, Range};

use crate::text::Span;

/// In what columns are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16,
    Utf32,
}

impl Encoding {
    /// The first that the client offers and that is known here; UTF-16 where it offers none.
    pub(super) fn negotiated(offered: &[PositionEncodingKind]) -> Self {
        let known = |kind: &PositionEncodingKind| match kind {
            PositionEncodingKind::UTF8 => Some(Self::Utf8),
            PositionEncodingKind::UTF16 => Some(Self::Utf16),
            PositionEncodingKind::UTF32 => Some(Self::Utf32),
            PositionEncodingKind::Custom(_) => None,
        };
        offered.iter().find_map(known).unwrap_or(Self::Utf16)
    }

    /// The protocol's name of it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
        }
    }

    fn width(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Utf32 => text.chars().count(),
        }
    }
}

/// Where the lines of a text begin; a line ends with LF, CR LF, or a CR by itself.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (index, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' || *byte == b'\r' && bytes.get(index + 1) != Some(&b'\n') {
                starts.push(index + 1);
            }
        }
        Self { starts }
    }

    /// The bytes of a line, without what ends it; an empty one behind the last.
    pub(super) fn line(&self, text: &str, line: usize) -> Span {
        let Some(&start) = self.starts.get(line) else {
            return Span::new(text.len(), text.len());
        };
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        let end = start + text[start..end].trim_end_matches(['\n', '\r']).len();
        Span::new(start, end)
    }

    /// The line that a byte lies in, from 0.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset) - 1
    }

    /// The byte that a position means.
    pub(super) fn offset(&self, text: &str, position: Position, encoding: Encoding) -> usize {
        let span = self.line(text, position.line as usize);
        let column = position.character as usize;
        let mut offset = span.start;
        let mut passed = 0;
        for character in text[span.range()].chars() {
            let width = match encoding {
                Encoding::Utf8 => character.len_utf8(),
                Encoding::Utf16 => character.len_utf16(),
                Encoding::Utf32 => 1,
            };
            if passed + width > column {
                break;
            }
            passed += width;
            offset += character.len_utf8();
        }
        offset
    }

    /// The position of a byte.
    pub(super) fn position(&self, text: &str, offset: usize, encoding: Encoding) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_of(offset);
        let before = &text[self.starts[line]..offset];
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            character: u32::try_from(encoding.width(before)).unwrap_or(u32::MAX),
        }
    }

    /// The range of a span.
    pub(super) fn range(&self, text: &str, span: Span, encoding: Encoding) -> Range {
        Range {
            start: self.position(text, span.start, encoding),
            end: self.position(text, span.end.max(span.start), encoding),
        }
    }

    /// The span of a range; one that ends before it begins is empty.
    pub(super) fn span(&self, text: &str, range: Range, encoding: Encoding) -> Span {
        let start = self.offset(text, range.start, encoding);
        let end = self.offset(text, range.end, encoding);
        Span::new(start, end.max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_go_there_and_back() {
        let text = "线索: 😀x\r\nb\rc\n";
        let lines = Lines::new(text);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (offset, _) in text.char_indices() {
                let position = lines.position(text, offset, encoding);
                let back = lines.offset(text, position, encoding);
                let is_line_end =
                    text[offset..].starts_with('\n') && text[..offset].ends_with('\r');
                assert!(
                    back == offset || is_line_end,
                    "{encoding:?} {offset} {back}"
                );
            }
        }
    }

    #[test]
    fn positions_outside_the_text_are_drawn_into_it() {
        #[track_caller]
        fn case(line: u32, character: u32, expected: usize) {
            let text = "线😀\nb";
            let position = Position { line, character };
            assert_eq!(
                Lines::new(text).offset(text, position, Encoding::Utf16),
                expected
            );
        }
        case(0, 1, 3);
        // In the middle of a pair, behind the line's end, behind the text's end.
        case(0, 2, 3);
        case(0, 99, 7);
        case(1, 1, 9);
        case(7, 3, 9);
        case(u32::MAX, u32::MAX, 9);
    }
}
