//! Tables of every shape that people send.

use super::*;

fn layout() -> Layout {
    Layout {
        header: 1,
        delimiter: b',',
        ..Layout::default()
    }
}

fn texts(row: &Row) -> Vec<&str> {
    row.cells
        .iter()
        .map(|cell| match cell {
            Cell::Text(text) => &**text,
            Cell::Fault(what) => what.as_str(),
        })
        .collect()
}

#[test]
fn rows_know_their_line() {
    #[track_caller]
    fn case(text: &str, expected: &[(usize, &str)], rejected: &[usize]) {
        let table = read("a.csv", text.as_bytes(), &layout())
            .map_err(|fault| fault.message.en)
            .expect("a table");
        let rows: Vec<(usize, String)> = table
            .rows
            .iter()
            .map(|row| (row.line, texts(row).join("|")))
            .collect();
        let rows: Vec<(usize, &str)> = rows
            .iter()
            .map(|(line, text)| (*line, text.as_str()))
            .collect();
        assert_eq!(rows, expected, "{text:?}");
        let lines: Vec<Option<usize>> = table.rejected.iter().map(|fault| fault.line).collect();
        let rejected: Vec<Option<usize>> = rejected.iter().copied().map(Some).collect();
        assert_eq!(lines, rejected, "{text:?}");
    }
    case("a,b\n1,2\n3,4\n", &[(2, "1|2"), (3, "3|4")], &[]);
    case("a,b\r\n1,2\r\n3,4", &[(2, "1|2"), (3, "3|4")], &[]);
    case("a,b\r1,2\r3,4", &[(2, "1|2"), (3, "3|4")], &[]);
    case("\u{feff}a,b\n1,2\n", &[(2, "1|2")], &[]);
    // A cell of three lines, blank lines, and blank rows.
    case(
        "a,b\n\"1\nx\ny\",2\n\n\n3,4\n , \n5,6\n",
        &[(2, "1\nx\ny|2"), (7, "3|4"), (9, "5|6")],
        &[],
    );
    case(
        "a,b\r\n\"1\r\nx\",2\r\n\r\n3,4\r\n",
        &[(2, "1\nx|2"), (5, "3|4")],
        &[],
    );
    case(
        "a,b\n\"say \"\"hi\"\"\",\u{3000}2\t\n",
        &[(2, "say \"hi\"|2")],
        &[],
    );
    // Ragged: too few, too many, and too many that are empty.
    case("a,b\n1\n1,2,3\n1,2,,\n", &[(4, "1|2")], &[2, 3]);
    // A quote that is never closed swallows the rest.
    case("a,b\n1,2\n\"3,4\n5,6\n", &[(2, "1|2")], &[3]);
    case(
        &format!("a,b\n1,{}\n3,4\n", "x".repeat(2_000_000)),
        &[(3, "3|4")],
        &[2],
    );
}

#[test]
fn bad_files_say_what_to_do() {
    #[track_caller]
    fn case(name: &str, bytes: &[u8], line: Option<usize>, part: &str) {
        let fault = read(name, bytes, &layout()).expect_err("no table");
        assert_eq!(fault.line, line, "{:?}", fault.message);
        let remedy = fault.remedy.unwrap_or_default();
        let told = format!("{}; {}", fault.message.en, remedy.en);
        assert!(told.contains(part), "{told}");
        assert!(!fault.message.zh.is_empty());
        assert_eq!(remedy.en.is_empty(), remedy.zh.is_empty());
    }
    case("a.csv", b"", None, "empty");
    case("a.csv", b" \r\n\t", None, "empty");
    case("a.csv", b",,\n1,2,3\n", Some(1), "header: 2");
    case(
        "a.csv",
        b"a,b,a\n",
        Some(1),
        "columns 1 and 3 are both called `a`",
    );
    case("a.csv", b"a, b ,\"b\t\"\n", Some(1), "columns 2 and 3");
    case("a.csv", b"a,b\n1,2\n3,\xff\xff\n", Some(3), "no UTF-8 text");
    case(
        "a.csv",
        "编号,标题\n1,漏水\n"
            .as_bytes()
            .split_last()
            .map_or(&[][..], |(_, rest)| &rest[..rest.len() - 1]),
        Some(2),
        "UTF-8",
    );
    let (gbk, _, _) = encoding_rs::GB18030.encode("编号,标题\n1,楼上漏水，无人处理\n");
    case("a.csv", &gbk, Some(1), "encoding: gb18030");
    case("a.csv", b"a,b\n\0\x01\x02\x03,\n", Some(2), "NUL");
    case("a.xlsx", b"\0\x01\x02\x03", None, "called a workbook");
    case(
        "a.xlsx",
        b"PK\x03\x04 and nothing of a workbook",
        None,
        "save it again as .xlsx",
    );
    let mut container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    case("a.xls", &container, None, "save it as .xlsx");
    container.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    case("a.xlsx", &container, None, "without a password");
}

#[test]
fn encodings_are_understood() {
    let text = "编号;标题\n1;楼上漏水\n";
    #[track_caller]
    fn case(bytes: &[u8], encoding: Option<&'static Encoding>) {
        let layout = Layout {
            header: 1,
            encoding,
            delimiter: b';',
            ..Layout::default()
        };
        let table = read("a.csv", bytes, &layout)
            .map_err(|fault| fault.message.en)
            .expect("a table");
        assert_eq!(table.columns, ["编号", "标题"]);
        assert_eq!(texts(&table.rows[0]), ["1", "楼上漏水"]);
    }
    case(text.as_bytes(), None);
    case(
        &encoding_rs::GB18030.encode(text).0,
        Some(encoding_rs::GB18030),
    );
    case(&encoding_rs::GBK.encode(text).0, Some(encoding_rs::GBK));
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    case(&utf16, Some(encoding_rs::UTF_16LE));
    let mut marked = b"\xff\xfe".to_vec();
    marked.extend(&utf16);
    case(&marked, None);
    // What the file says of itself outweighs the map.
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend(text.as_bytes());
    case(&marked, Some(encoding_rs::GB18030));
}

#[test]
fn the_header_may_stand_lower() {
    let lower = Layout {
        header: 3,
        ..layout()
    };
    let table = read(
        "a.csv",
        "某市留言汇总\n2026 年\n编号,标题\n1,漏水\n".as_bytes(),
        &lower,
    )
    .map_err(|fault| fault.message.en)
    .expect("a table");
    assert_eq!(table.columns, ["编号", "标题"]);
    assert_eq!(table.rows[0].line, 4);
    assert!(read("a.csv", b"a\n", &lower).is_err());
}
