//! What parsing gives, and every fault with the exact text that its caret points at.

use serde_json::json;

use super::*;
use crate::diagnostic::{Code, Severity};

const PATH: &str = "clues/collection.yaml";

#[track_caller]
fn root(text: &str) -> Node {
    let (document, found) = parse(PATH, text.as_bytes());
    assert_eq!(found, []);
    document.expect("a document").root
}

#[track_caller]
fn reads(text: &str, expected: serde_json::Value) {
    assert_eq!(root(text).to_json(), expected);
}

/// Expects one finding, with its code, the text under its caret and a part of its English message.
#[track_caller]
fn fault(text: &str, code: Code, caret: &str, message: &str) {
    let (_, found) = parse(PATH, text.as_bytes());
    assert_eq!(found.len(), 1, "{found:#?}");
    let finding = &found[0];
    assert_eq!(finding.code, code, "{finding:#?}");
    assert_eq!(
        finding.place.span.map_or("", |span| &text[span.range()]),
        caret,
        "{finding:#?}"
    );
    assert!(finding.message.en.contains(message), "{finding:#?}");
    assert!(!finding.message.zh.is_empty() && !finding.message.en.ends_with('.'));
    assert!(!finding.message.en.starts_with(char::is_uppercase));
}

#[test]
fn scalars_follow_the_core_schema() {
    #[track_caller]
    fn case(scalar: &str, expected: serde_json::Value) {
        reads(&format!("a: {scalar}\n"), json!({ "a": expected }));
    }
    for null in ["", "~", "null", "Null", "NULL"] {
        case(null, json!(null));
    }
    case("true", json!(true));
    case("False", json!(false));
    for text in [
        "yes",
        "no",
        "on",
        "off",
        "tRUE",
        "nUll",
        "2026-11-23",
        "2026-11-23T09:00:00+08:00",
        "10:30",
        "1_000",
        "0b1",
        "-",
        "+",
        ".",
        "1e",
        "e1",
        "0xg",
        "0o8",
        "1.2.3",
    ] {
        if text != "-" {
            case(text, json!(text));
        }
    }
    case("12", json!(12));
    case("-12", json!(-12));
    case("+12", json!(12));
    case("0571", json!(571));
    case("0o17", json!(15));
    case("0xFf", json!(255));
    case("1.5", json!(1.5));
    case("-.5", json!(-0.5));
    case("5.", json!(5.0));
    case("1e3", json!(1000.0));
    case("12345678e9", json!(12_345_678e9));
    case("9223372036854775808", json!(9_223_372_036_854_775_808.0));
    case(".inf", json!(null));
    case("'12'", json!("12"));
    case("\"true\"", json!("true"));
    case("投诉：客户来电", json!("投诉：客户来电"));
    assert_eq!(
        root("a: -.inf").get("a").map(|node| &node.value),
        Some(&Value::Float(f64::NEG_INFINITY))
    );
}

#[test]
fn structures_of_every_style_are_read() {
    reads(
        "a: 1\nb:\n  - x\n  - y: 2\n    z: 3\n",
        json!({"a": 1, "b": ["x", {"y": 2, "z": 3}]}),
    );
    reads(
        "b:\n- x\n- - y\n  - z\n-\n",
        json!({"b": ["x", ["y", "z"], null]}),
    );
    reads(
        "{a: 1, b: [1, \"2\",], c, d: }",
        json!({"a": 1, "b": [1, "2"], "c": null, "d": null}),
    );
    reads("a: b\n  c\n\n  d\n", json!({"a": "b c\nd"}));
    reads(
        "a: \"b\n  c\\\n  d\"\nb: 'it''s\n\n  x'\n",
        json!({"a": "b cd", "b": "it's\nx"}),
    );
    reads(
        "a: |\n  x\n   y\n\nb: >-\n  x\n  y\n\n  z\n",
        json!({"a": "x\n y\n", "b": "x y\nz"}),
    );
    reads(
        "a: |2-\n   x\n  y\nb: |+\n  x\n\nc: >\n",
        json!({"a": " x\ny", "b": "x\n\n", "c": ""}),
    );
    reads(
        "# c\na: 1 # d\n# e\n\nb: e#f\n# g\n",
        json!({"a": 1, "b": "e#f"}),
    );
    reads("---\na: 1\n...\n", json!({"a": 1}));
    reads("%YAML 1.2\n---\na: 1\n", json!({"a": 1}));
    reads(
        "a: 1\r\nb:\r\n  - |\r\n    x\r\n    y\r\n",
        json!({"a": 1, "b": ["x\ny\n"]}),
    );
    reads(
        "1: a\ntrue: b\n~: c\n'd': e\n客户: f\n",
        json!({"1": "a", "true": "b", "~": "c", "d": "e", "客户": "f"}),
    );
    reads("a:\n  |\n  x\n", json!({"a": "x\n"}));
    reads("- a\n- b", json!(["a", "b"]));
    reads("text", json!("text"));
    reads("a: http://x:1/#y\n", json!({"a": "http://x:1/#y"}));
}

#[test]
fn spans_are_exact() {
    #[track_caller]
    fn case(text: &str, path: &str, expected: &str) {
        let root = root(text);
        let node = root.at(&parse_path(path)).expect("a node");
        assert_eq!(&text[node.span.range()], expected);
    }
    case("# c\na: b # c\n", "", "a: b");
    case("a: b # c\n", "a", "b");
    case("线索: '投 诉' # c\n", "线索", "'投 诉'");
    case("a: b\n  c # d\ne: f\n", "a", "b\n  c");
    case("a:\n  b: 1\n  c: 2\n\n# d\ne: 3\n", "a", "b: 1\n  c: 2");
    case("a:\n  - 1\n  - b: 2\n", "a", "- 1\n  - b: 2");
    case("a:\n- 1\n- 2\n", "a", "- 1\n- 2");
    case("a:\n# c\n- - 1\n  - 2\n- 3\n", "a", "- - 1\n  - 2\n- 3");
    case("a:\n# c\n- - 1\n  - 2\n- 3\n", "a[0]", "- 1\n  - 2");
    case("a: {b: [1, 2]} # c\n", "a", "{b: [1, 2]}");
    case("a: {b: [1, 2]} # c\n", "a.b", "[1, 2]");
    case(
        "a: |  # c\n  x\n\n  y\n\n\nb: 1\n",
        "a",
        "|  # c\n  x\n\n  y",
    );
    case("a:\n  - >-\n    x\n  - y", "a[0]", ">-\n    x");
    case("a: |\n\nb: 1\n", "a", "|");
    case("a:   # c\nb:\n", "a", "");
    let node = root("a:   # c\nb:\n");
    assert_eq!(node.get("a").map(|node| node.span), Some(Span::new(2, 2)));
    let node = root("- # c\n-\n");
    assert_eq!(node.items()[0].span, Span::new(1, 1));
    assert_eq!(node.items()[1].span, Span::new(7, 7));
    let (document, _) = parse_at(PATH, "a: b\n", 100);
    let root = document.expect("a document").root;
    assert_eq!(
        root.entry("a")
            .map(|entry| (entry.key_span, entry.value.span)),
        Some((Span::new(100, 101), Span::new(103, 104)))
    );
}

#[test]
fn pointers_lead_to_places() {
    #[track_caller]
    fn case(pointer: &str, expected: &str) {
        let text =
            "id: x\nentries:\n  - text: a\n    empty:\n  - text: b\nslip:\n  receipt: {by: li}\n";
        assert_eq!(&text[root(text).locate_pointer(pointer).range()], expected);
    }
    case("/id", "x");
    case("/entries/1/text", "b");
    case("/entries/0/empty", "empty");
    case("/slip/receipt/by", "li");
    case("/slip/receipt/when", "receipt");
    case("/slip/deadline/end", "slip");
    case("/entries/1/missing", "text");
    case("/entries/7/text", "entries");
    case("/nothing", "id");
    case("/slip/receipt/by/deeper", "by");
    assert!(root("a: {b: 1}").at_pointer("/a/b").is_some());
    assert!(root("a: {b: 1}").at_pointer("/a/c").is_none());
}

#[test]
fn bytes_are_checked_first() {
    #[track_caller]
    fn case(bytes: &[u8], at: usize, message: &str) {
        let (document, found) = parse(PATH, bytes);
        assert_eq!(document, None);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].code, Code::FileEncoding);
        assert_eq!(found[0].place.span.map(|span| span.start), Some(at));
        assert!(
            found[0].message.en.contains(message),
            "{}",
            found[0].message.en
        );
    }
    case(b"a: \xff\n", 3, "byte 3 (0xFF) is not UTF-8");
    case(b"a: b\0c\n", 4, "byte 4 is NUL");
    case(b"\xff\xfea\0:\0 \0b\0", 0, "UTF-16");
    case(b"a\0:\0 \0b\0\n\0", 1, "UTF-16");
    case(b"a: \xcf\xdf\xcb\xf7\n", 3, "GBK");
    let (document, found) = parse(PATH, b"\xef\xbb\xbfa: b\n");
    assert_eq!(
        document
            .expect("a document")
            .root
            .entry("a")
            .map(|entry| entry.key_span),
        Some(Span::new(3, 4))
    );
    assert_eq!(
        (found[0].code, found[0].severity),
        (Code::FileByteOrderMark, Severity::Warning)
    );
    let (_, found) = parse(PATH, &vec![b'#'; MAXIMUM_SIZE + 1]);
    assert_eq!(found[0].code, Code::FileSize);
}

#[test]
fn empty_files_and_conflicts_are_named() {
    fault("", Code::FileEmpty, "", "is empty");
    fault(" \n\n", Code::FileEmpty, "", "is empty");
    fault("# only\n", Code::FileEmpty, "", "only comments");
    fault("---\n", Code::FileEmpty, "", "only comments");
    assert_eq!(
        parse_at(PATH, "# c\n", 4).1[0].message.en,
        "the front matter is empty"
    );
    fault(
        "a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n",
        Code::ConflictMarker,
        "<<<<<<< HEAD",
        "merge",
    );
    let two = "<<<<<<< a\r\n=======\r\n>>>>>>> b\r\nx: 1\r\n<<<<<<< c\r\n=======\r\n>>>>>>> d\r\n";
    assert_eq!(parse(PATH, two.as_bytes()).1.len(), 2);
    reads(
        "a: |\n  <<<<<<< x\n  >>>>>>> y\n",
        json!({"a": "<<<<<<< x\n>>>>>>> y\n"}),
    );
}

#[test]
fn what_is_not_used_here_is_refused_with_its_place() {
    fault("a: &x 1\n", Code::YamlAlias, "&x", "anchor &x");
    fault("a: *x\n", Code::YamlAlias, "*x", "alias *x");
    fault("a: !!str 3\n", Code::YamlAlias, "!!str", "tag !!str");
    fault("a: !重要\n", Code::YamlSyntax, "!", "");
    fault("a: !t\n  b: 1\n", Code::YamlAlias, "!t", "tag");
    fault("<<: {a: 1}\n", Code::YamlAlias, "<<", "merge key");
    fault(
        "a: 1\n---\nb: 2\n",
        Code::YamlSyntax,
        "---",
        "second document",
    );
    fault("? a\n: b\n", Code::YamlSyntax, "a", "one line");
    fault("? [a]\n: b\n", Code::YamlSyntax, "[", "one line");
    fault("[a]: b\n", Code::YamlSyntax, "[", "one line");
    fault("? - a\n: b\n", Code::YamlSyntax, "-", "one line");
    fault(": b\n", Code::YamlSyntax, ":", "no key");
}

#[test]
fn a_key_twice_is_found_and_the_rest_is_read() {
    let text = "a: 1\nb:\n  c: 1\n  c: 2\nd: 3\n";
    let (document, found) = parse(PATH, text.as_bytes());
    assert_eq!(
        document.expect("a document").root.to_json(),
        json!({"a": 1, "b": {"c": 1}, "d": 3})
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, Code::YamlDuplicateKey);
    assert_eq!(found[0].place.span, Some(Span::new(17, 18)));
    assert_eq!(found[0].labels[0].place.span, Some(Span::new(10, 11)));
    let many: String = (0..30_000)
        .map(|index| format!("k{}: 1\n", index % 29_999))
        .collect();
    assert_eq!(parse(PATH, many.as_bytes()).1.len(), 1);
}

#[test]
fn depth_is_bounded() {
    #[track_caller]
    fn case(text: &str) {
        let (document, found) = parse(PATH, text.as_bytes());
        assert_eq!(document, None);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].code, Code::YamlDepth, "{found:?}");
    }
    case(&"- ".repeat(100_000));
    case(&"[".repeat(100_000));
    case(&"{a: ".repeat(100_000));
    case(&format!("{}{}", "[".repeat(65), "]".repeat(65)));
    case(&format!("{}[[[", "- ".repeat(62)));
    root(&format!("{}{}", "[".repeat(64), "]".repeat(64)));
}

#[test]
fn syntax_errors_are_told_in_words() {
    let syntax = Code::YamlSyntax;
    fault("a:\n\t- b\n", syntax, "\t", "a tab is used for indentation");
    fault(
        "a:\n  b: 1\n\tc: 2\n",
        syntax,
        "\t",
        "a tab is used for indentation",
    );
    fault(
        "a:\n\t\tb: 1\n",
        syntax,
        "\t\t",
        "a tab is used for indentation",
    );
    fault("a: \"x\nb: 1\n", syntax, "\"", "a quote is opened here");
    fault("a: 'x\n", syntax, "'", "a quote is opened here");
    fault("a: b's\nc: \"x\n", syntax, "\"", "a quote is opened here");
    fault("a: 'it's'\n", syntax, "s'", "after the closing quote");
    fault("a: \"b\" c\n", syntax, "c", "after the closing quote");
    fault("a: \"C:\\\\x\\dir\"\n", syntax, "\\d", "a backslash");
    fault("a: \"\\xZZ\"\n", syntax, "\\x", "a backslash");
    fault("a: b: c\n", syntax, ":", "a second `: `");
    fault("a: - b\n", syntax, "-", "a list entry");
    fault("a: @x\n", syntax, "@", "cannot begin with `@`");
    fault("a: `x\n", syntax, "`", "cannot begin with ```");
    fault("a: %x\n", syntax, "%", "cannot begin with `%`");
    fault("a:1\nb: 2\n", syntax, ":", "space after the colon");
    fault("a: 1\nb:2\nc: 3\n", syntax, ":", "space after the colon");
    fault("a: 1\nbb\nc: 2\n", syntax, "bb", "a key with a colon");
    fault("a: 1\n  b: 2\n", syntax, "b: 2", "indented deeper");
    fault(
        "a:\n    b: 1\n  c: 2\n",
        syntax,
        "c: 2",
        "not indented like",
    );
    fault("- a\nb: 1\n", syntax, "b: 1", "not indented like");
    fault("a: [1, 2\nb: 3\n", syntax, "b: 3", "");
    fault("a: {b: 1\n", syntax, "{", "not closed");
    fault("a: [b}\n", syntax, "[", "not closed");
    fault("a: }\n", syntax, "}", "never opened");
    fault("a: |x\n", syntax, "|x", "next line");
    fault("%x\n", syntax, "", "does not belong");
}

#[test]
fn full_width_punctuation_is_noticed() {
    let colon = Code::YamlColon;
    fault("标题：测试\n", colon, "：", "full-width colon");
    fault("a:\n  姓名：张三\n", colon, "：", "full-width colon");
    fault("a:\u{3000}x\n", colon, "\u{3000}", "full-width space");
    fault("a: \u{3000}x\n", colon, "\u{3000}", "full-width space");
    fault("\u{3000}a: x\n", colon, "\u{3000}", "full-width space");
    fault("标题：a: x\n", colon, "：", "full-width colon");
    fault(
        "a: 1\n标题：测试\nb: 2\n",
        Code::YamlSyntax,
        "：",
        "full-width colon",
    );
    fault(
        "标题：测试\nb: 2\n",
        Code::YamlSyntax,
        "：",
        "full-width colon",
    );
    fault(
        "a: 1\nb:\u{3000}2\n",
        Code::YamlSyntax,
        "\u{3000}",
        "full-width space",
    );
    for text in [
        "title: 投诉：客户来电\n",
        "- 甲：乙\n",
        "a: |\n  甲：乙\n",
        "a: '\u{3000}x'\n",
        "a: 甲\n  乙：丙\n",
        "'标题：测试'\n",
    ] {
        root(text);
    }
}

proptest::proptest! {
    #[test]
    fn nothing_panics(text in "[ab:\\-?#&*!|>'\"%@`{}\\[\\], \t\n\r。：\u{3000}\u{feff}\\\\x0.~<=]{0,40}") {
        let (_, found) = parse(PATH, text.as_bytes());
        for finding in found {
            if let Some(span) = finding.place.span {
                proptest::prop_assert!(text.get(span.range()).is_some(), "{:?}", finding);
            }
        }
    }
}
