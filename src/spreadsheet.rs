//! Excel workbooks: a long table, and a summary with charts, out of typed cells. The only user of `rust_xlsxwriter`.
//! It knows nothing about clues. The same input gives the same bytes; the rows of the table are never all in memory.

use std::io::{self, Seek, Write};

use chrono::{DateTime, NaiveDate, Utc};
use rust_xlsxwriter::{
    Chart, ChartType, Color, DocProperties, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};

use crate::text::width;
use crate::time::Timestamp;

/// Columns of a cell's text that a sheet's column is widened for; longer text is wrapped.
const WIDEST: usize = 30;
/// Room for the button of the filter, and a margin.
const BUTTON: usize = 3;
/// Columns of the widest heading that stands in one line; longer ones take two, so that more columns fit a page.
const HEADING: usize = 8;
/// Points that a line of text is high.
const LINE: f64 = 15.0;
/// Lines of a cell that a row is made high enough for.
const MOST_LINES: usize = 6;
/// Characters that a cell can hold.
const MAXIMUM_TEXT: usize = 32_767;
/// A3, which so many columns can be read on.
const PAPER: u8 = 8;
const DATE: &str = "yyyy-mm-dd";
/// Rows of a sheet that a chart covers.
const CHART_ROWS: u32 = 17;

/// What a cell holds. Text is text: it never becomes a formula or a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Empty,
    Text(String),
    Number(i64),
    Date(NaiveDate),
}

/// How a cell catches the eye.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Plain,
    /// Amber: soon too late.
    Soon,
    /// Red: too late.
    Late,
}

/// A cell of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub value: Value,
    pub mark: Mark,
}

impl Cell {
    /// A text; an empty one is an empty cell.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(if text.is_empty() {
            Value::Empty
        } else {
            Value::Text(text)
        })
    }

    /// A day, or an empty cell.
    pub fn date(day: Option<NaiveDate>) -> Self {
        Self::new(day.map_or(Value::Empty, Value::Date))
    }

    /// A number, or an empty cell.
    pub fn number(number: Option<i64>) -> Self {
        Self::new(number.map_or(Value::Empty, Value::Number))
    }

    /// The same cell, marked.
    pub fn marked(self, mark: Mark) -> Self {
        Self { mark, ..self }
    }

    fn new(value: Value) -> Self {
        Self {
            value,
            mark: Mark::Plain,
        }
    }

    /// Columns of text that it takes.
    fn width(&self) -> usize {
        match &self.value {
            Value::Empty => 0,
            Value::Text(text) => width(text),
            Value::Number(number) => number.to_string().len(),
            Value::Date(_) => DATE.len(),
        }
    }
}

/// A workbook but for the rows of its table.
#[derive(Clone, Debug)]
pub struct Book {
    pub title: String,
    pub author: String,
    /// The moment that the document says it was made at.
    pub created: Timestamp,
    /// Name of the table's sheet.
    pub sheet: String,
    pub headings: Vec<String>,
    pub summary: Summary,
}

/// The second sheet: facts in the order given, then tables, each with its chart.
#[derive(Clone, Debug)]
pub struct Summary {
    pub sheet: String,
    pub title: String,
    pub facts: Vec<(String, Value)>,
    pub tables: Vec<Table>,
}

/// Counts by some name.
#[derive(Clone, Debug)]
pub struct Table {
    /// The heading of the names comes first.
    pub headings: Vec<String>,
    pub rows: Vec<(String, Vec<i64>)>,
    /// Which of the counts a chart shows, each with its colour; none where there is no chart.
    pub charted: Vec<(usize, u32)>,
}

/// Writes a workbook; the rows are taken one after the other.
pub fn write<W: Write + Seek + Send>(
    book: &Book,
    rows: impl IntoIterator<Item = Vec<Cell>>,
    to: W,
) -> io::Result<()> {
    write_book(book, rows, to).map_err(|error| match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other),
    })
}

fn write_book<W: Write + Seek + Send>(
    book: &Book,
    rows: impl IntoIterator<Item = Vec<Cell>>,
    to: W,
) -> Result<(), XlsxError> {
    let mut workbook = Workbook::new();
    // Without a folder for them, making a sheet would end the program.
    workbook.set_tempdir(std::env::temp_dir())?;
    let created = DateTime::<Utc>::from_timestamp(book.created.seconds(), 0).unwrap_or_default();
    workbook.set_properties(
        &DocProperties::new()
            .set_title(&book.title)
            .set_author(&book.author)
            .set_creation_datetime(&created),
    );
    let sheet = workbook.add_worksheet_with_constant_memory();
    table(sheet, book, rows)?;
    summary(workbook.add_worksheet(), &book.summary)?;
    workbook.save_to_writer(to)
}

/// The format of headings.
fn heading() -> Format {
    Format::new()
        .set_bold()
        .set_font_color(Color::White)
        .set_background_color(Color::RGB(0x1f_3a_5f))
        .set_align(FormatAlign::VerticalCenter)
        .set_border_bottom(FormatBorder::Thin)
}

/// The formats of cells, by mark: of text and numbers, and of days.
struct Formats([[Format; 2]; 3]);

impl Formats {
    fn new() -> Self {
        let plain = Format::new().set_align(FormatAlign::Top);
        let marked = |font: u32, ground: u32| {
            plain
                .clone()
                .set_font_color(Color::RGB(font))
                .set_background_color(Color::RGB(ground))
        };
        let both = |format: Format| {
            let day = format.clone().set_align(FormatAlign::Left);
            [format.set_text_wrap(), day.set_num_format(DATE)]
        };
        Self([
            both(plain.clone()),
            both(marked(0x7a_4f_00, 0xff_e8_b3)),
            both(marked(0x9c_00_06, 0xff_c7_ce)),
        ])
    }

    fn of(&self, cell: &Cell) -> &Format {
        let mark = match cell.mark {
            Mark::Plain => 0,
            Mark::Soon => 1,
            Mark::Late => 2,
        };
        &self.0[mark][usize::from(matches!(cell.value, Value::Date(_)))]
    }
}

fn table(
    sheet: &mut Worksheet,
    book: &Book,
    rows: impl IntoIterator<Item = Vec<Cell>>,
) -> Result<(), XlsxError> {
    sheet
        .set_name(&book.sheet)?
        .set_landscape()
        .set_paper_size(PAPER)
        .set_print_fit_to_pages(1, 0)
        .set_repeat_rows(0, 0)?
        .set_freeze_panes(1, 2)?
        // An ampersand begins a code there.
        .set_header(format!("&C{}", book.title.replace('&', "&&")))
        .set_footer("&C&P / &N");
    let (heading, formats) = (heading(), Formats::new());
    sheet.set_row_height(0, 34)?;
    let mut widths = Vec::new();
    for (column, text) in (0_u16..).zip(&book.headings) {
        sheet.write_string_with_format(0, column, text, &heading.clone().set_text_wrap())?;
        let whole = width(text);
        widths.push(whole.min(whole.div_ceil(2).max(HEADING)) + BUTTON);
    }
    let mut last = 0;
    for (row, cells) in (1_u32..).zip(rows) {
        last = row;
        // Not every program finds out by itself how high wrapped text is.
        let lines = cells.iter().map(|cell| cell.width().div_ceil(WIDEST)).max();
        if let Some(lines) = lines.filter(|lines| *lines > 1) {
            sheet.set_row_height(row, LINE * lines.min(MOST_LINES) as f64)?;
        }
        for (column, cell) in (0_u16..).zip(&cells) {
            write_cell(sheet, row, column, cell, formats.of(cell))?;
            if let Some(width) = widths.get_mut(usize::from(column)) {
                *width = (*width).max(cell.width().min(WIDEST) + 2);
            }
        }
    }
    // Widths stand in the head of the sheet, which is put together at the end.
    for (column, width) in (0_u16..).zip(&widths) {
        sheet.set_column_width(column, *width as f64)?;
    }
    if let Some(right) = (0_u16..).zip(&book.headings).last() {
        sheet.autofilter(0, 0, last, right.0)?;
    }
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    format: &Format,
) -> Result<(), XlsxError> {
    match &cell.value {
        Value::Empty => {}
        Value::Text(text) if text.len() > MAXIMUM_TEXT => {
            // A character takes up to two of those that Excel counts.
            let text: String = text.chars().take(MAXIMUM_TEXT / 2).collect();
            sheet.write_string_with_format(row, column, text, format)?;
        }
        Value::Text(text) => {
            sheet.write_string_with_format(row, column, text, format)?;
        }
        Value::Number(number) => {
            sheet.write_number_with_format(row, column, *number as f64, format)?;
        }
        Value::Date(day) => {
            sheet.write_date_with_format(row, column, day, format)?;
        }
    }
    Ok(())
}

fn summary(sheet: &mut Worksheet, summary: &Summary) -> Result<(), XlsxError> {
    sheet
        .set_name(&summary.sheet)?
        .set_print_fit_to_pages(1, 0)
        .set_footer("&C&P / &N");
    let (heading, formats) = (heading(), Formats::new());
    let title = Format::new().set_bold().set_font_size(16);
    sheet.write_string_with_format(0, 0, &summary.title, &title)?;
    let mut row = 2;
    let mut first = 0;
    let mut second = 0;
    let left = Format::new().set_align(FormatAlign::Left);
    let numbers = heading.clone().set_align(FormatAlign::Right);
    for (label, value) in &summary.facts {
        sheet.write_string(row, 0, label)?;
        let cell = Cell::new(value.clone());
        let format = match value {
            Value::Date(_) => formats.of(&cell),
            _ => &left,
        };
        write_cell(sheet, row, 1, &cell, format)?;
        first = first.max(width(label));
        row += 1;
    }
    row += 1;
    for table in &summary.tables {
        let top = row;
        for (column, text) in (0_u16..).zip(&table.headings) {
            let format = if column > 0 { &numbers } else { &heading };
            sheet.write_string_with_format(row, column, text, format)?;
            if column > 0 {
                second = second.max(width(text));
            }
        }
        for (label, counts) in &table.rows {
            row += 1;
            sheet.write_string(row, 0, label)?;
            first = first.max(width(label));
            for (column, count) in (1_u16..).zip(counts) {
                sheet.write_number(row, column, *count as f64)?;
            }
        }
        if !table.charted.is_empty() && row > top {
            let right = u16::try_from(table.headings.len()).unwrap_or(u16::MAX) + 1;
            sheet.insert_chart(top, right, &chart(&summary.sheet, table, top, row))?;
            row = row.max(top + CHART_ROWS);
        }
        row += 2;
    }
    sheet.set_column_width(0, first.clamp(12, WIDEST) as f64 + 2.0)?;
    sheet.set_column_range_width(1, 4, second.clamp(10, WIDEST) as f64 + 2.0)?;
    Ok(())
}

/// Columns that stand for the counts of a table whose headings are in the row `top`.
fn chart(sheet: &str, table: &Table, top: u32, bottom: u32) -> Chart {
    let mut chart = Chart::new(ChartType::Column);
    for (count, colour) in &table.charted {
        let column = u16::try_from(count + 1).unwrap_or(u16::MAX);
        chart
            .add_series()
            .set_name((sheet, top, column))
            .set_categories((sheet, top + 1, 0, bottom, 0))
            .set_values((sheet, top + 1, column, bottom, column))
            .set_format(rust_xlsxwriter::ChartFormat::new().set_solid_fill(
                rust_xlsxwriter::ChartSolidFill::new().set_color(Color::RGB(*colour)),
            ));
    }
    let name = table.headings.first().map_or("", String::as_str);
    chart.title().set_name(name);
    if table.charted.len() < 2 {
        chart.legend().set_hidden();
    } else {
        chart
            .legend()
            .set_position(rust_xlsxwriter::ChartLegendPosition::Bottom);
    }
    // Counts are whole.
    chart.y_axis().set_num_format("0").set_min(0);
    chart.set_width(640).set_height(320);
    chart
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(rows: Vec<Vec<Cell>>) -> io::Result<Vec<u8>> {
        let book = Book {
            title: "A & B".to_owned(),
            author: String::new(),
            created: Timestamp::parse("2026-11-23T09:12:00+08:00").expect("a time"),
            sheet: "台账".to_owned(),
            headings: vec!["a".to_owned(), "b".to_owned()],
            summary: Summary {
                sheet: "汇总".to_owned(),
                title: String::new(),
                facts: Vec::new(),
                tables: vec![Table {
                    headings: vec!["状态".to_owned(), "线索数".to_owned()],
                    rows: Vec::new(),
                    charted: vec![(0, 0)],
                }],
            },
        };
        let mut bytes = io::Cursor::new(Vec::new());
        write(&book, rows, &mut bytes)?;
        Ok(bytes.into_inner())
    }

    #[test]
    fn whatever_a_text_holds_a_workbook_comes_out() {
        for text in [
            "线".repeat(40_000),
            "\u{301}".repeat(40_000),
            "_x0041_\u{7}\0".to_owned(),
        ] {
            let rows = vec![vec![Cell::text(text), Cell::number(Some(-1))], Vec::new()];
            assert!(book(rows).is_ok());
        }
    }

    #[test]
    fn no_rows_are_a_workbook_too() {
        assert!(book(Vec::new()).is_ok());
    }
}
