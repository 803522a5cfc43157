//! Text files: CSV and its relatives, in the encodings that spreadsheets write, each row with the line that it begins on.

use std::borrow::Cow;
use std::sync::Arc;

use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_8, UTF_16LE};

use crate::import::clean::clean;
use crate::import::table::{Fault, Layout, RawRow};
use crate::template::Cell;
use crate::text::system_words;

/// Reads every row; blank lines are none.
pub(super) fn read(bytes: &[u8], layout: &Layout) -> Result<Vec<RawRow>, Fault> {
    let text = decode(bytes, layout.encoding)?;
    if let Some(at) = text.find('\0') {
        return Err(Fault::at(
            line_of(&text[..at]),
            "this is no text: it holds a NUL byte",
            "这不是文本文件：其中有 NUL 字节",
        )
        .remedy(
            "save the table as CSV or XLSX; for UTF-16 say encoding: utf-16 in the map",
            "请另存为 CSV 或 XLSX；如果是 UTF-16，请在映射中写 encoding: utf-16",
        ));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(layout.delimiter)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut lines = Lines::new(&text);
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(rows),
            Ok(true) => {}
            Err(error) => {
                return Err(Fault::file(
                    format!("the table cannot be read: {error}"),
                    format!("表格无法读取：{}", system_words(&error)),
                ));
            }
        }
        let start = record.position().map_or(0, |position| {
            usize::try_from(position.byte()).unwrap_or(usize::MAX)
        });
        rows.push(RawRow {
            line: lines.at_content(start),
            cells: record
                .iter()
                .map(|cell| Cell::Text(Arc::from(clean(cell))))
                .collect(),
        });
    }
}

/// The text of a file. A byte order mark outweighs the map, which may have been written for another export.
fn decode<'b>(bytes: &'b [u8], declared: Option<&'static Encoding>) -> Result<Cow<'b, str>, Fault> {
    let (encoding, mark) =
        Encoding::for_bom(bytes).unwrap_or_else(|| (declared.unwrap_or(UTF_8), 0));
    let body = &bytes[mark..];
    if encoding == UTF_8
        && let Ok(text) = std::str::from_utf8(body)
    {
        return Ok(Cow::Borrowed(text));
    }
    match decode_strictly(body, encoding) {
        Ok(text) => Ok(Cow::Owned(text)),
        Err(line) => {
            let name = encoding.name();
            let fault = Fault::at(
                line,
                format!("this is no {name} text"),
                format!("此处不是有效的 {name} 文本"),
            );
            let likely = [GB18030, UTF_16LE].into_iter().find(|other| {
                *other != encoding
                    && decode_strictly(body, other).is_ok_and(|text| looks_right(&text))
            });
            Err(match likely {
                Some(other) => {
                    let other = if other == GB18030 {
                        "gb18030"
                    } else {
                        "utf-16"
                    };
                    fault.remedy(
                        format!("it looks like {other}: say encoding: {other} in the map"),
                        format!("看起来是 {other} 编码：请在映射中写 encoding: {other}"),
                    )
                }
                None => fault.remedy(
                    "save the file as UTF-8, or say its encoding in the map",
                    "请另存为 UTF-8，或在映射中写明编码",
                ),
            })
        }
    }
}

/// Nearly any bytes are UTF-16, and many are GB18030: text of people has no controls and no private characters.
fn looks_right(text: &str) -> bool {
    !text.chars().any(|character| {
        (character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
            || ('\u{e000}'..='\u{f8ff}').contains(&character)
    })
}

/// Decodes; the error is the line on which it fails.
fn decode_strictly(bytes: &[u8], encoding: &'static Encoding) -> Result<String, usize> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::new();
    let capacity = decoder
        .max_utf8_buffer_length_without_replacement(bytes.len())
        .ok_or(1_usize)?;
    text.reserve(capacity);
    match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
        (DecoderResult::InputEmpty, _) => Ok(text),
        _ => Err(line_of(&text)),
    }
}

fn line_of(before: &str) -> usize {
    Lines::new(before).at(before.len())
}

/// Counts lines as editors do, going forward only.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    /// The line of a byte.
    fn at(&mut self, offset: usize) -> usize {
        while self.at < offset.min(self.bytes.len()) {
            self.step();
        }
        self.line
    }

    /// The line of the first byte from an offset on that ends no line: the reader counts blank lines to the row below.
    fn at_content(&mut self, offset: usize) -> usize {
        self.at(offset);
        while matches!(self.bytes.get(self.at), Some(b'\r' | b'\n')) {
            self.step();
        }
        self.line
    }

    fn step(&mut self) {
        match self.bytes[self.at] {
            b'\n' => self.line += 1,
            b'\r' if self.bytes.get(self.at + 1) != Some(&b'\n') => self.line += 1,
            _ => {}
        }
        self.at += 1;
    }
}
