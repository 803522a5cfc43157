//! New text, byte for byte.

use serde_json::json;

use crate::yaml::{scalar, to_yaml};

#[test]
fn texts_are_plain_only_where_every_reader_sees_text() {
    #[track_caller]
    fn case(text: &str, expected: &str) {
        assert_eq!(scalar(text), expected);
    }
    for plain in [
        "text",
        "20261123-k7qd",
        "2026-11-23",
        "2026-11-23T09:00:00+08:00",
        "YW-2026-0001",
        "投诉：客户",
        "a:b",
        "a#b",
        "it's",
        "http://x/y?z#a",
        "C:\\x",
    ] {
        case(plain, plain);
    }
    for quoted in [
        "",
        " a",
        "a ",
        "yes",
        "No",
        "ON",
        "off",
        "y",
        "N",
        "true",
        "null",
        "~",
        "12",
        "0571",
        "1_0",
        "1.5",
        "1e3",
        "0x1f",
        "0b1",
        "0o7",
        "10:30",
        "+1",
        ".5",
        ".inf",
        "-",
        "- a",
        "-x",
        "? a",
        ": a",
        "a: b",
        "a:",
        "a #b",
        "#a",
        "[a",
        "{a",
        "*a",
        "&a",
        "!a",
        "|",
        ">",
        "\"a",
        "%a",
        "@a",
        "`a",
        "=",
        "<<",
        "---",
        "...",
        "\u{3000}a",
    ] {
        case(quoted, &format!("'{quoted}'"));
    }
    case("'a", "\"'a\"");
    case(
        "a\tb\u{202e}\u{feff}\u{1f}\u{e0001}",
        "\"a\\tb\\u202e\\ufeff\\x1f\\U000e0001\"",
    );
    case("a\nb", "\"a\\nb\"");
}

#[test]
fn new_files_are_written_in_block_style() {
    let value = json!({"id": "x", "o": [1, 2.5, null, true], "m": {"a": {}, "b": []}, "t": "p\nq\n", "l": [[1], {"k": [2]}]});
    let expected = "id: x\no:\n  - 1\n  - 2.5\n  - null\n  - true\nm:\n  a: {}\n  b: []\nt: |\n  p\n  q\nl:\n  - - 1\n  - k:\n      - 2\n";
    assert_eq!(to_yaml(&value, 0), expected);
    assert_eq!(
        to_yaml(&json!({"a": 1, "b": ["x"]}), 4),
        "    a: 1\n    b:\n      - x\n"
    );
    assert_eq!(to_yaml(&json!(1e300), 0), "1.0e+300\n");
    assert_eq!(to_yaml(&json!("a\nb"), 0), "|-\n  a\n  b\n");
}
