//! The press by itself: templates and values in memory.

use serde_json::{Value, json};

use super::*;
use crate::files::MemoryFiles;
use crate::text::Language;

fn press(templates: &[(&str, &str)]) -> Press {
    let mut files = MemoryFiles::default();
    for (name, source) in templates {
        files.insert(format!("{FOLDER}/{name}"), source.as_bytes().to_vec());
    }
    Press::new(&files, &MemoryFiles::default(), Vec::new()).0
}

fn sheet(values: Value) -> Sheet {
    Sheet {
        template: "x".to_owned(),
        language: Language::En,
        title: "title".to_owned(),
        ident: "x".to_owned(),
        date: Timestamp::parse("2026-03-05T09:12:00+08:00"),
        source: "x.yaml".to_owned(),
        values,
    }
}

/// A template that draws one value.
const PLAIN: &str = "#set document(title: json(\"/facts.json\").title)\n#set text(font: json(\"/look.json\").faces.song)\n#json(\"/data.json\").values.text\n";

#[track_caller]
fn drawn(text: &str, expected: &str, missing: &str) {
    let press = press(&[]);
    let mut value = json!({ "values": { "record": text } });
    let has = |character| press.fonts.has(character);
    let (found, _) = values::printable(&mut value, "page", &has);
    let found = found.shown(String::new);
    assert_eq!(value["values"]["record"], json!(expected), "{text:?}");
    assert_eq!(found.into_iter().collect::<String>(), missing, "{text:?}");
}

#[test]
fn text_is_made_drawable_and_nothing_goes_without_a_word() {
    drawn("plain text\n\tand more", "plain text\n\tand more", "");
    drawn(
        "轴承外圈：裂纹（①㎡℃）·《办法》〔2026〕1号",
        "轴承外圈：裂纹（①㎡℃）·《办法》〔2026〕1号",
        "",
    );
    drawn("镕喆堃昇犇", "镕喆堃昇犇", "");
    drawn("e\u{301} is é", "é is é", "");
    drawn("a\u{202e}b\u{200b}c\u{feff}d\u{0}e\r\n", "abcde\n", "");
    drawn("a\u{3000}b\u{a0}c", "a\u{3000}b\u{a0}c", "");
    drawn("好\u{fe00}", "好", "");
    drawn("ok 😀 \u{5e9}\u{5dc}", "ok 〓 〓〓", "\u{5dc}\u{5e9}😀");
    drawn("\u{2a6a5}", "〓", "\u{2a6a5}");
}

#[test]
fn what_stands_there_twice_reaches_a_template_once() {
    let short = json!({ "type": "text", "text": "a", "long": false, "paragraphs": ["a"] });
    let long = json!({ "type": "text", "text": "a\nb", "long": true, "paragraphs": ["a", "b"] });
    let field = |name: &str, cell: &Value| json!({ "name": name, "label": name, "cell": cell });
    let (a, b) = (field("a", &short), field("b", &long));
    let changed = field("c", &json!({ "type": "empty" }));
    let mut record = json!({ "rows": [[a], [b, changed]], "fields": { "a": a, "b": b, "c": a } });
    slim(&mut record);
    assert_eq!(record["rows"], json!([["a"], ["b", changed]]));
    assert_eq!(record["fields"]["b"], b);
    assert_eq!(
        record["fields"]["a"]["cell"],
        json!({ "type": "text", "text": "a", "long": false })
    );
    // The rows of a table are no fields.
    let mut table = json!({ "type": "table", "columns": [], "rows": [[long]] });
    let before = table.clone();
    slim(&mut table);
    assert_eq!(table, before);
}

#[test]
fn every_class_of_face_is_there_and_has_the_mark_for_what_is_missing() {
    let press = press(&[]);
    let classes = press.fonts.classes();
    for class in ["song", "title", "hei", "fang", "kai", "emphasis", "mono"] {
        let families = classes[class].as_array().expect("a class");
        assert!(!families.is_empty(), "{class}");
    }
    assert!(press.fonts.has(MISSING) && press.fonts.has('✓') && press.fonts.has('□'));
    assert_eq!(classes["kai"][0], json!("Clue Kai"));
}

#[test]
fn a_sheet_becomes_the_same_pages_every_time_and_a_panic_or_a_mistake_is_a_finding() {
    let press = press(&[
        ("x.typ", PLAIN),
        ("broken.typ", "#set document(title: \"x\")\n\n#nobody\n"),
        ("bytes.typ", "#read(\"/clue.yaml\")"),
    ]);
    let one = sheet(json!({ "text": "#panic() *x* 轴承" }));
    let printed = press.print(&one).expect("a page");
    assert_eq!(printed.pages, 1);
    assert!(printed.pdf == press.print(&one).expect("a page").pdf);
    let mut broken = one.clone();
    broken.template = "broken".to_owned();
    let found = press.print(&broken).expect_err("a mistake");
    assert_eq!(found.code, Code::TemplateError);
    assert_eq!(found.place.path, "templates/paper/broken.typ");
    assert_eq!(found.place.span.map(|span| span.start), Some(28));
    for template in ["bytes", "nowhere"] {
        broken.template = template.to_owned();
        assert_eq!(
            press.print(&broken).expect_err("nothing").code,
            Code::TemplateError
        );
    }
    assert!(on_own_stack(|| -> u8 { panic!("told as nothing") }).is_none());
}

#[test]
fn what_is_no_text_is_told() {
    let mut files = MemoryFiles::default();
    files.insert(format!("{FOLDER}/x.typ"), vec![0xff, 0xfe]);
    let (press, _) = Press::new(&files, &MemoryFiles::default(), Vec::new());
    let found = press.print(&sheet(json!({}))).expect_err("no text");
    assert!(found.message.en.contains("UTF-8"), "{found:?}");
    let long = sheet(json!({ "text": "x".repeat(LONGEST + 1) }));
    assert_eq!(
        press.print(&long).expect_err("too long").code,
        Code::DocumentTooLong
    );
}

#[test]
fn each_record_is_drawn_by_its_own_template_where_there_is_one() {
    let press = press(&[
        ("transfer.typ", ""),
        ("record.typ", ""),
        ("report.typ", ""),
        ("destruction.typ", "#show: sheet\n"),
    ]);
    let mut values = json!({ "values": {
        "record": { "schema": "transfer", "body": null },
        "sections": [{ "schema": "analysis", "body": [] }, { "schema": "triage", "body": null },
            { "schema": "destruction", "body": null }],
    } });
    press.choose_layouts(&mut values);
    let layout = |pointer: &str| {
        values
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    assert_eq!(layout("/values/record/layout"), "transfer.typ");
    assert_eq!(layout("/values/sections/0/layout"), "report.typ");
    assert_eq!(layout("/values/sections/1/layout"), "record.typ");
    // A sheet that is printed by itself stands in no other.
    assert_eq!(layout("/values/sections/2/layout"), "record.typ");
}
