//! XLSX workbooks: one sheet's cells as a spreadsheet shows them, read one by one so that a stray cell far away costs nothing.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use calamine::{
    DataRef, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError,
};
use chrono::{NaiveDate, TimeDelta, Timelike};

use crate::import::clean::{clean, number};
use crate::import::table::{Fault, Layout, RawRow};
use crate::template::Cell;
use crate::text::{nearest, visible_line};

/// How large a workbook may be when it is unpacked, in bytes.
const MAXIMUM_UNPACKED: u64 = 1024 * 1024 * 1024;

/// How many columns a sheet has at most.
const MAXIMUM_COLUMNS: usize = 16_384;

type Workbook<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Reads the rows of the sheet that the map names, or of the first visible one, from the header on; gives its name.
pub(super) fn read(bytes: &[u8], layout: &Layout) -> Result<(Vec<RawRow>, String), Fault> {
    let mut archive =
        zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error.to_string()))?;
    let unpacked: u64 = (0..archive.len())
        .filter_map(|index| archive.by_index_raw(index).ok().map(|part| part.size()))
        .fold(0, u64::saturating_add);
    if unpacked > MAXIMUM_UNPACKED {
        return Err(Fault::file(
            "the workbook unpacks to more than 1 GB",
            "工作簿解压后超过 1 GB",
        )
        .remedy("save the sheet as CSV", "请把工作表另存为 CSV"));
    }
    let mut workbook: Workbook<'_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let sheet = chosen(&workbook, layout)?;
    let merged = workbook
        .merge_cells_by_sheet_name(&sheet)
        .map_err(|error| broken(&error))?;
    let mut rows: BTreeMap<usize, Vec<Cell>> = BTreeMap::new();
    let mut width = MAXIMUM_COLUMNS;
    let mut reader = workbook
        .worksheet_cells_reader(&sheet)
        .map_err(|error| broken(&error))?;
    while let Some(found) = reader
        .next_cell_with_formula_metadata()
        .map_err(|error| broken(&error))?
    {
        let (row, column) = (found.pos.0 as usize + 1, found.pos.1 as usize);
        if row > layout.header && width == MAXIMUM_COLUMNS {
            width = rows.get(&layout.header).map_or(0, Vec::len);
        }
        if row < layout.header || column >= width {
            continue;
        }
        let cell = match found.value {
            DataRef::Empty if found.formula.is_some() => Cell::Fault(NO_VALUE.to_owned()),
            value => shown(&value),
        };
        if cell == Cell::Text(Arc::from("")) {
            continue;
        }
        let cells = rows.entry(row).or_default();
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Text(Arc::from("")));
        }
        cells[column] = cell;
    }
    fill_merged(&mut rows, &merged, layout.header);
    let rows = rows
        .into_iter()
        .map(|(line, cells)| RawRow { line, cells })
        .collect();
    Ok((rows, sheet))
}

/// What a cell shows that holds a formula and no result: programs that write workbooks often compute nothing.
const NO_VALUE: &str = "=…";

/// Why an old binary container is refused: an encrypted workbook is one too.
pub(super) fn refuse_container(bytes: &[u8]) -> Fault {
    let name: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    if bytes.windows(name.len()).any(|window| window == name) {
        Fault::file(
            "the workbook is protected with a password",
            "工作簿有密码保护",
        )
        .remedy(
            "open it and save it without a password",
            "请打开后去掉密码另存",
        )
    } else {
        Fault::file(
            "this is a file of the old binary format (.xls)",
            "这是旧的二进制格式（.xls）",
        )
        .remedy("save it as .xlsx", "请另存为 .xlsx")
    }
}

fn chosen(workbook: &Workbook<'_>, layout: &Layout) -> Result<String, Fault> {
    let sheets: Vec<_> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .collect();
    let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    let list = visible_line(&names.join(", "));
    match &layout.sheet {
        Some(wanted) if names.contains(&wanted.as_str()) => Ok(wanted.clone()),
        Some(wanted) => {
            let shown = visible_line(wanted);
            let near = nearest(wanted, names.iter().copied());
            let (en, zh) = near.map_or_else(
                || (format!("there are: {list}"), format!("现有：{list}")),
                |near| {
                    (
                        format!("perhaps `{near}` is meant; there are: {list}"),
                        format!("是否应为 `{near}`？现有：{list}"),
                    )
                },
            );
            Err(Fault::file(
                format!("the workbook has no sheet `{shown}`"),
                format!("工作簿中没有工作表 `{shown}`"),
            )
            .remedy(en, zh))
        }
        None => sheets
            .iter()
            .find(|sheet| sheet.visible == SheetVisible::Visible)
            .or(sheets.first())
            .map(|sheet| sheet.name.clone())
            .ok_or_else(|| Fault::file("the workbook has no sheet", "工作簿中没有工作表")),
    }
}

/// Cells merged downwards show one value for several rows; each of these rows has it, if it has anything else.
fn fill_merged(rows: &mut BTreeMap<usize, Vec<Cell>>, merged: &[Dimensions], header: usize) {
    for region in merged {
        let (first, last) = (region.start.0 as usize + 1, region.end.0 as usize + 1);
        let column = region.start.1 as usize;
        if first <= header || last <= first {
            continue;
        }
        let Some(value) = rows
            .get(&first)
            .and_then(|cells| cells.get(column))
            .cloned()
        else {
            continue;
        };
        for cells in rows.range_mut(first + 1..=last).map(|(_, cells)| cells) {
            if cells.len() <= column {
                cells.resize(column + 1, Cell::Text(Arc::from("")));
            }
            cells[column] = value.clone();
        }
    }
}

/// A value as the spreadsheet shows it.
fn shown(value: &DataRef<'_>) -> Cell {
    let text = match value {
        DataRef::Empty => String::new(),
        DataRef::Int(integer) => integer.to_string(),
        DataRef::Float(float) => number(*float),
        DataRef::String(text) => clean(text),
        DataRef::SharedString(text) => clean(text),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(moment) => moment_shown(moment),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => clean(text),
        DataRef::Error(error) => return Cell::Fault(error.to_string()),
    };
    Cell::Text(Arc::from(text))
}

/// `2020-01-06 12:09:38`, without the time at midnight and without the date where there is none; seconds are rounded.
fn moment_shown(moment: &ExcelDateTime) -> String {
    let serial = moment.as_f64();
    if moment.is_duration() {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a duration beyond 64 bits of seconds is cut to the largest"
        )]
        let seconds = (serial * 86_400.0).round() as i64;
        let sign = if seconds < 0 { "-" } else { "" };
        let seconds = seconds.unsigned_abs();
        return format!(
            "{sign}{}:{:02}:{:02}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        );
    }
    let (year, month, day, hour, minute, second, millisecond) = moment.to_ymd_hms_milli();
    let time = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day))
        .and_then(|date| {
            date.and_hms_milli_opt(
                u32::from(hour),
                u32::from(minute),
                u32::from(second),
                u32::from(millisecond),
            )
        })
        .and_then(|time| time.checked_add_signed(TimeDelta::milliseconds(500)));
    let Some(time) = time.filter(|_| serial.is_finite() && serial >= 0.0) else {
        return number(serial);
    };
    let midnight = time.num_seconds_from_midnight() == 0;
    let format = match (serial < 1.0, midnight) {
        (true, _) => "%H:%M:%S",
        (false, true) => "%Y-%m-%d",
        (false, false) => "%Y-%m-%d %H:%M:%S",
    };
    time.format(format).to_string()
}

fn broken(error: &XlsxError) -> Fault {
    match error {
        XlsxError::Password => refuse_container(
            &"EncryptedPackage"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>(),
        ),
        other => unreadable(&other.to_string()),
    }
}

fn unreadable(why: &str) -> Fault {
    Fault::file(
        format!("the workbook cannot be read: {why}"),
        format!("工作簿无法读取：{why}"),
    )
    .remedy(
        "open it in a spreadsheet program and save it again as .xlsx",
        "请用表格软件打开并另存为 .xlsx",
    )
}
