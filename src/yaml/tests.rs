//! What parsing gives, and where each part of it stands.

use serde_json::json;

use super::*;

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
