use serde_json::{Value, json};

use super::*;
use crate::builtin;
use crate::files::MemoryFiles;
use crate::text::Language;

fn escaped(text: &str) -> String {
    format!("<p>{}</p>", text.replace('&', "&amp;").replace('<', "&lt;"))
}

fn templates(files: &[(&str, &str)]) -> Templates {
    let files: MemoryFiles = files
        .iter()
        .map(|(path, text)| (path.to_string(), text.as_bytes().to_vec()))
        .collect();
    Templates::new(&files, builtin::files(), escaped)
}

/// An object with every property of a built-in schema, null where it is not an object itself.
fn nulls(schema: &Value) -> Value {
    match schema["properties"].as_object() {
        Some(properties) => properties
            .iter()
            .map(|(key, property)| (key.clone(), nulls(property)))
            .collect(),
        None => Value::Null,
    }
}

fn built_in(schema: &str) -> Value {
    let path = format!("schema/{schema}.schema.json");
    let bytes = builtin::files().read(&path, u64::MAX).expect("readable");
    nulls(&serde_json::from_slice(&bytes.expect("there")).expect("JSON"))
}

fn empty(language: &str) -> Value {
    let mut clue = built_in("clue");
    clue["id"] = json!("20261123-k7qd");
    json!({
        "language": language, "clue": clue, "collection": built_in("collection"), "triage": built_in("triage"),
        "analysis": built_in("analysis"), "transfers": [], "handling": [], "feedback": [], "meetings": [],
        "supervision": [], "organisation": { "name": "", "departments": {}, "people": {}, "duty": {} }, "actor": "li",
        "now": "2026-11-23T09:12:00+08:00", "today": "2026-11-23", "department": null, "kind": null, "purpose": null,
        "due": {"completion": "2026-12-31"},
        "record": { "headings": [{ "label": { "en": "Overview", "zh": "概述" } }] },
    })
}

fn full(language: &str) -> Value {
    let mut context = empty(language);
    context["clue"]["responsible"] = json!("wang");
    context["clue"]["confidentiality"] = json!("confidential");
    context["clue"]["departments"] = json!(["quality"]);
    context["collection"]["proposed_category"] = json!("business\nstate: archived");
    context["collection"]["title"] = json!("a: b # c");
    context["collection"]["matters"] = json!(["- x", "电机"]);
    context["collection"]["reporter"] = json!({ "anonymous": true, "name": null, "contact": null });
    context["collection"]["attachments"] =
        json!([{ "file": "照片 1.jpg", "title": null, "size": 5, "sha256": "00" }]);
    context["triage"]["departments"] = json!(["quality"]);
    context["transfers"] = json!([{ "department": "quality", "status": "accepted", "receipt": { "handler": "zhao" } }]);
    context["handling"] = json!([{ "department": "quality", "handler": "zhao" }]);
    context["organisation"] = json!({ "name": "华远", "departments": {}, "duty": { "officer": "wang" },
        "people": { "li": { "roles": ["supervisor", "officer"] } } });
    context["department"] = json!("quality");
    context["purpose"] = json!("coordination");
    context["kind"] = json!({ "label": { "en": "x", "zh": "y" }, "measures": ["inspection", "cause", "follow-up-visit", "legal-action"] });
    context
}

#[test]
fn every_record_template_renders() {
    let templates = templates(&[]);
    let names: Vec<&str> = templates
        .names()
        .filter(|name| name.starts_with("records/"))
        .collect();
    assert_eq!(names.len(), 9);
    for name in names {
        for language in ["en", "zh"] {
            for context in [empty(language), full(language)] {
                let text = match templates.render(name, &context) {
                    Ok(text) => text,
                    Err(finding) => panic!("{name}: {finding:?}"),
                };
                let lines: Vec<&str> = text.lines().collect();
                let first = if name.ends_with(".md") { 1 } else { 0 };
                assert!(
                    lines[first].starts_with("# yaml-language-server: $schema=../../../../"),
                    "{name}: {text}"
                );
                assert!(!text.contains("\nstate: archived"), "{name}: {text}");
                assert!(lines.iter().all(|line| !line.ends_with(' ')), "{text}");
                if name.ends_with(".md") {
                    let heading = if language == "zh" {
                        "# 概述"
                    } else {
                        "# Overview"
                    };
                    assert_eq!(
                        (lines[0], lines.contains(&heading)),
                        ("---", true),
                        "{text}"
                    );
                }
            }
        }
    }
}

#[test]
fn drafts_are_filled_with_what_is_known() {
    let templates = templates(&[]);
    #[track_caller]
    fn case(templates: &Templates, name: &str, expected: &[&str]) {
        let text = templates.render(name, &full("en")).expect("rendered");
        for line in expected {
            assert!(text.contains(line), "{name} lacks {line:?}:\n{text}");
        }
    }
    case(
        &templates,
        "records/collection.yaml",
        &[
            "\ntitle: \"a: b # c\"\n",
            "\nmatters:\n  - \"- x\"\n  - 电机\n",
            "  anonymous: true\n  #",
            "  - file: 照片 1.jpg\n    title:\n    size: 5\n    sha256: \"00\"\n",
            "\ndiscovered_at:\n",
            "\ncollector: li\n",
        ],
    );
    case(
        &templates,
        "records/triage.yaml",
        &["\nreviewer: li\n", "\nconfidentiality: confidential\n"],
    );
    case(
        &templates,
        "records/analysis.md",
        &["\nauthor: wang\n", "\ndepartments:\n  - quality\n"],
    );
    case(
        &templates,
        "records/transfer.yaml",
        &["\ndepartment: quality\n", "\nstatus: draft\n", "照片 1.jpg"],
    );
    case(
        &templates,
        "records/handling.yaml",
        &[
            "\nhandler: zhao\n",
            "  - type: inspection\n    result:\n    # who",
            "    satisfaction:\n",
            "  # only where the negotiation failed\n  - type: legal-action\n    result:\n\n",
        ],
    );
    case(&templates, "records/feedback.md", &["\nauthor: zhao\n"]);
    case(
        &templates,
        "records/meeting.md",
        &["\nduties:\n  - department: quality\n    duty:\n"],
    );
    case(
        &templates,
        "records/supervision.yaml",
        &["\nsupervisor: li\n"],
    );
}

#[test]
fn scalars_cannot_be_taken_for_anything_else() {
    #[track_caller]
    fn case(text: &str, expected: &str) {
        assert_eq!(yaml_scalar(text), expected);
    }
    case("quality", "quality");
    case("线索 一（甲）", "线索 一（甲）");
    case("20261123-k7qd", "20261123-k7qd");
    case("2026-11-23T09:12:00+08:00", "2026-11-23T09:12:00+08:00");
    case("", "\"\"");
    case("no", "\"no\"");
    case("Null", "\"Null\"");
    case("0571", "\"0571\"");
    case("1e5", "\"1e5\"");
    case("12:30", "\"12:30\"");
    case("a: b", "\"a: b\"");
    case("a #b", "\"a #b\"");
    case("a ", "\"a \"");
    case("- a", "\"- a\"");
    case("*x", "\"*x\"");
    case("a\n\"b\\\u{202e}\u{85}", "\"a\\n\\\"b\\\\\\u202e\\u0085\"");
}

#[test]
fn text_of_several_lines_stands_below_its_key() {
    #[track_caller]
    fn case(text: &str, expected: &str) {
        let templates = templates(&[("templates/a.yaml", "a: {{ text|yaml_text }}\n")]);
        let rendered = match templates.render("a.yaml", &json!({ "text": text })) {
            Ok(rendered) => rendered,
            Err(finding) => panic!("{finding:?}"),
        };
        assert_eq!(rendered, expected);
    }
    case("一行", "a: 一行\n");
    case("一\n# 二: x", "a: |-\n  一\n  # 二: x\n");
    case("一\n\n二\n", "a: |\n  一\n\n  二\n");
    case(" 一\n二", "a: \" 一\\n二\"\n");
    case("一\t\n二", "a: \"一\\t\\n二\"\n");
    case("一\n二\n\n", "a: \"一\\n二\\n\\n\"\n");
}

#[test]
fn dates_are_written_in_words() {
    #[track_caller]
    fn case(text: &str, zh: &str, en: &str) {
        assert_eq!(datetime(text, Language::Zh), zh);
        assert_eq!(datetime(text, Language::En), en);
    }
    case("2026-03-05", "2026年3月5日", "5 March 2026");
    case(
        "2026-03-05T09:02:00+08:00",
        "2026年3月5日 09:02",
        "5 March 2026, 09:02",
    );
    case("soon", "soon", "soon");
    assert_eq!(date("2026-03-05T09:02:00Z", Language::Zh), "2026年3月5日");
}

#[test]
fn a_fault_is_found_at_its_line() {
    #[track_caller]
    fn case(source: &str, expected: &str) {
        let templates = templates(&[("templates/a.html", source)]);
        let finding = templates
            .render("a.html", &json!({ "known": "x" }))
            .expect_err("a finding");
        let span = finding.place.span.expect("a span");
        assert_eq!(finding.place.path, "templates/a.html");
        assert_eq!(finding.code, Code::TemplateError);
        assert!(source[span.range()].contains(expected), "{finding:?}");
        assert!(!finding.message.zh.is_empty());
    }
    case("线\n{{ unknown }}\n", "unknown");
    case("a\n{{ known.inner.deep }}\n", "inner");
    case("a\n{{ known|nothing }}\n", "nothing");
    case("a\n{% if %}\n", "%}");
    case(
        "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
        "",
    );
    case("a\n{% include 'a.html' %}\n", "");
}

#[test]
fn the_repository_comes_before_the_built_in() {
    let templates = templates(&[
        ("templates/records/triage.yaml", "own {{ x|yaml }}\n"),
        ("templates/fonts/a.otf", "\u{0}"),
    ]);
    let text = templates.render("records/triage.yaml", &json!({ "x": null }));
    assert_eq!(text.expect("rendered"), "own\n");
    assert!(templates.contains("records/transfer.yaml"));
    assert!(!templates.contains("fonts/a.otf"));
    assert_eq!(templates.check(), []);
}

#[test]
fn only_html_is_escaped() {
    let templates = templates(&[
        ("templates/a.html", "{{ x }}{{ x|markdown(1) }}"),
        ("templates/a.md", "{{ x }}"),
    ]);
    let context = json!({ "x": "<b>\u{202e}" });
    assert_eq!(
        templates.render("a.html", &context).expect("rendered"),
        "&lt;b&gt;\u{202e}<p>&lt;b>\\u{202e}</p>"
    );
    assert_eq!(
        templates.render("a.md", &context).expect("rendered"),
        "<b>\u{202e}"
    );
}
