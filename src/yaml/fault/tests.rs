//! Every fault, with the exact text that its caret points at.

use serde_json::json;

use crate::diagnostic::{Code, Severity};
use crate::text::Span;
use crate::yaml::{MAXIMUM_SIZE, Node, parse, parse_at};

const PATH: &str = "clues/collection.yaml";

#[track_caller]
fn root(text: &str) -> Node {
    let (document, found) = parse(PATH, text.as_bytes());
    assert_eq!(found, []);
    document.expect("a document").root
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
    let text = root("a: |\n  <<<<<<< x\n  >>>>>>> y\n");
    assert_eq!(text.to_json(), json!({"a": "<<<<<<< x\n>>>>>>> y\n"}));
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
fn findings_are_bounded() {
    let (_, found) = parse(PATH, "a:\n".repeat(10_000).as_bytes());
    assert_eq!(found.len(), 100);
    let (_, found) = parse(PATH, "- &x\n".repeat(10_000).as_bytes());
    assert_eq!(found.len(), 100);
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
    case(&format!("{}[[[1]]]", "- ".repeat(62)));
    root(&format!("{}[[1]]", "- ".repeat(62)));
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
    fault("a: [1, 2\nb: 3\n", syntax, "b: 3", "between brackets");
    fault("a: {\n  b: 3\n}\n", syntax, "}", "between brackets");
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
    // The entries behind the wrong one are right, and nothing is said of them.
    for text in [
        "title：x\nsource: y\n",
        "title：x\n# how it came\nsource: y\n",
        "title：x\n\nsource: y\nchannel: z\n",
        "# form\ntitle：x\n# how\nsource:\n  a: 1\n",
        "title：x\npeople:\n- a\n",
        "title：x\n# a\npeople:\n- a\n",
        "title：x\nother：z\nsource: y\n",
        "a:\n  姓名：张三\n  # who\n  b: 2\n",
        "a:\n  姓名：张三\n  b: 2\nc: 1\n",
        "title：x\n# a\nsource: |\n  y\n",
    ] {
        fault(text, Code::YamlSyntax, "：", "full-width colon");
    }
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
