//! Tables: the bytes of a CSV file or an XLSX workbook become named columns and rows of clean cells, each with its line.
//! It never decides what a column means, and never gives up a file for one bad row.

mod delimited;
mod workbook;

use std::collections::BTreeMap;
use std::sync::Arc;

use encoding_rs::Encoding;

use crate::import::clean::one_line;
use crate::template::Cell;
use crate::text::{Bilingual, visible_line};

/// Largest file that is read, in bytes.
pub const MAXIMUM_FILE: u64 = 512 * 1024 * 1024;

/// Largest cell, in bytes; Excel allows 32,767 characters.
const MAXIMUM_CELL: usize = 1024 * 1024;

/// How a map says that a file is to be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// Name of the sheet; the first visible one where absent.
    pub(super) sheet: Option<String>,
    /// Which row holds the names of the columns, from 1.
    pub(super) header: usize,
    /// Of a text file; where absent, what its byte order mark says, or UTF-8.
    pub(super) encoding: Option<&'static Encoding>,
    /// Between the cells of a text file.
    pub(super) delimiter: u8,
}

/// What is wrong with a file, or with one row of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Line of a text file, row of a workbook; `None` is the file as a whole.
    pub(super) line: Option<usize>,
    pub(super) message: Bilingual,
    pub(super) remedy: Option<Bilingual>,
}

/// A row with its place.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Line on which it begins (text), or number of the row (workbook).
    pub(super) line: usize,
    pub(super) cells: Arc<[Cell]>,
}

/// A table that could be read.
#[derive(Debug)]
pub(super) struct Table {
    /// Names of the columns, cleaned; one without a name is empty.
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// Rows whose cells cannot be told apart, or are too large.
    pub(super) rejected: Vec<Fault>,
}

/// Rows as a reader gives them, before the header is known.
struct RawRow {
    line: usize,
    cells: Vec<Cell>,
}

impl Fault {
    fn file(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            line: None,
            message: Bilingual::new(en, zh),
            remedy: None,
        }
    }

    fn at(line: usize, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::file(en, zh)
        }
    }

    fn remedy(mut self, en: impl Into<String>, zh: impl Into<String>) -> Self {
        self.remedy = Some(Bilingual::new(en, zh));
        self
    }
}

/// Reads a file by what it holds, not by what it is called.
pub(super) fn read(name: &str, bytes: &[u8], layout: &Layout) -> Result<Table, Fault> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Fault::file("the file is empty", "文件是空的"));
    }
    let lower = name.to_ascii_lowercase();
    let workbook = [".xlsx", ".xlsm", ".xls"]
        .iter()
        .any(|ending| lower.ends_with(ending));
    if bytes.starts_with(b"PK\x03\x04") {
        let (rows, known) = workbook::read(bytes, layout)?;
        return table(rows, layout, Some(known));
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Err(workbook::refuse_container(bytes));
    }
    if workbook && !is_text(bytes) {
        return Err(Fault::file(
            "the file is called a workbook and is none",
            "文件名像工作簿，内容却不是",
        )
        .remedy(
            "open it in the program that made it and save it as .xlsx",
            "请用生成它的程序打开，另存为 .xlsx",
        ));
    }
    table(delimited::read(bytes, layout)?, layout, None)
}

fn is_text(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xfe\xff")
        || !bytes.iter().take(8192).any(|byte| *byte == 0)
}

/// Parts header and rows, and takes out what is no row: blank ones silently, broken ones with the reason.
fn table(rows: Vec<RawRow>, layout: &Layout, sheet: Option<String>) -> Result<Table, Fault> {
    let in_sheet = |en: &str, zh: &str| match &sheet {
        Some(sheet) => (
            format!("sheet `{}` {en}", visible_line(sheet)),
            format!("工作表 `{}` {zh}", visible_line(sheet)),
        ),
        None => (format!("the file {en}"), format!("文件{zh}")),
    };
    let is_header = |(index, row): (usize, &RawRow)| match sheet {
        Some(_) => row.line == layout.header,
        None => index + 1 == layout.header,
    };
    let Some(at) = rows.iter().enumerate().position(is_header) else {
        let (en, zh) = in_sheet(
            &format!(
                "has nothing in row {}, where the column names should be",
                layout.header
            ),
            &format!("的第 {} 行没有内容，而那里应是列名", layout.header),
        );
        let fault = Fault::file(en, zh);
        return Err(match sheet {
            Some(_) => fault.remedy(
                "say in the map which row holds the names (header: 2), or which sheet is meant (sheet: NAME)",
                "请在映射中写明列名所在的行（header: 2），或工作表的名称（sheet: 名称）",
            ),
            None => fault.remedy(
                "say in the map which row holds the names: header: 2",
                "请在映射中写明列名所在的行，例如 header: 2",
            ),
        });
    };
    let columns: Vec<String> = rows[at]
        .cells
        .iter()
        .map(|cell| match cell {
            Cell::Text(text) => one_line(text),
            Cell::Fault(_) => String::new(),
        })
        .collect();
    let header_line = rows[at].line;
    if columns.iter().all(String::is_empty) {
        let (en, zh) = in_sheet("names no column", "没有列名");
        return Err(Fault {
            line: Some(header_line),
            ..Fault::file(en, zh)
        }
        .remedy(
            "say in the map which row holds the names: header: 2",
            "请在映射中写明列名所在的行，例如 header: 2",
        ));
    }
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, name) in columns
        .iter()
        .enumerate()
        .filter(|(_, name)| !name.is_empty())
    {
        if let Some(first) = known.insert(name, index) {
            let shown = visible_line(name);
            return Err(Fault::at(
                header_line,
                format!(
                    "columns {} and {} are both called `{shown}`",
                    first + 1,
                    index + 1
                ),
                format!("第 {} 列和第 {} 列都叫 `{shown}`", first + 1, index + 1),
            )
            .remedy(
                "give one of them another name in the file",
                "请在文件中把其中一列改名",
            ));
        }
    }
    let mut read = Table {
        rows: Vec::with_capacity(rows.len()),
        rejected: Vec::new(),
        columns,
    };
    let width = read.columns.len();
    let blank = |cell: &Cell| matches!(cell, Cell::Text(text) if text.is_empty());
    for mut row in rows.into_iter().skip(at + 1) {
        if row.cells.iter().all(blank) {
            continue;
        }
        while row.cells.len() > width && row.cells.last().is_some_and(blank) {
            row.cells.pop();
        }
        match broken(&row, width, sheet.is_some()) {
            Some(fault) => read.rejected.push(fault),
            None => read.rows.push(Row {
                line: row.line,
                cells: row.cells.into(),
            }),
        }
    }
    Ok(read)
}

/// What is wrong with a row as such. To the right of a workbook's table anything may stand; in a text file a row that
/// is wider or narrower than the header usually has a quote or a delimiter in the wrong place.
fn broken(row: &RawRow, width: usize, is_workbook: bool) -> Option<Fault> {
    let size = |cell: &Cell| match cell {
        Cell::Text(text) => text.len(),
        Cell::Fault(_) => 0,
    };
    let largest = row.cells.iter().map(size).max().unwrap_or(0);
    if largest > MAXIMUM_CELL {
        return Some(
            Fault::at(
                row.line,
                format!("a cell has {largest} bytes; {MAXIMUM_CELL} are allowed"),
                format!("有单元格达 {largest} 字节，超过了 {MAXIMUM_CELL} 字节的上限"),
            )
            .remedy(
                "shorten it and put the whole into the clue's attachments/; a quote that is never closed has the same effect",
                "请缩短内容，全文放入线索的 attachments/；引号没有闭合也会这样",
            ),
        );
    }
    let count = row.cells.len();
    (count != width && !is_workbook).then(|| {
        Fault::at(
            row.line,
            format!("the row has {count} cells, and the header names {width} columns"),
            format!("该行有 {count} 个单元格，而表头有 {width} 列"),
        )
        .remedy(
            "put a cell that holds the delimiter in double quotes; see that every quote is closed",
            "含分隔符的单元格请加双引号，并检查引号是否都已闭合",
        )
    })
}

#[cfg(test)]
mod tests;
