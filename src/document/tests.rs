use super::*;
use crate::builtin;
use crate::files::{Files, MemoryFiles};

/// Paragraphs and headings only: enough for layouts.
fn markdown(text: &str) -> String {
    let mut html = String::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let safe = line.replace('&', "&amp;").replace('<', "&lt;");
        match safe.strip_prefix("# ") {
            Some(heading) => html.push_str(&format!("<h1>{heading}</h1>\n")),
            None => html.push_str(&format!("<p>{safe}</p>\n")),
        }
    }
    html
}

struct World {
    organisation: Value,
    rulebook: Value,
    schemas: BTreeMap<String, Value>,
    clue: Value,
    records: Vec<RecordInput>,
    templates: Templates,
}

impl World {
    fn new() -> Self {
        let mut schemas = BTreeMap::new();
        for entry in builtin::files().list("schema").expect("listed") {
            let path = format!("schema/{}", entry.name);
            let bytes = builtin::files().read(&path, u64::MAX).expect("readable");
            let schema = serde_json::from_slice(&bytes.expect("there")).expect("JSON");
            schemas.insert(entry.name.replace(".schema.json", ""), schema);
        }
        let data: Value = serde_json::from_str(include_str!("tests/dossier.json")).expect("JSON");
        let records = data["records"].as_array().expect("records").iter();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self {
            organisation: data["organisation"].clone(),
            rulebook: data["rulebook"].clone(),
            schemas,
            clue: data["clue"].clone(),
            records: records
                .map(|record| RecordInput {
                    name: text(&record["name"]),
                    path: text(&record["path"]),
                    schema: text(&record["schema"]),
                    value: record["value"].clone(),
                    body: record["body"].as_str().map(str::to_owned),
                })
                .collect(),
            templates: Templates::new(&MemoryFiles::default(), builtin::files(), markdown),
        }
    }

    fn render(&self, language: Language, document: &str) -> String {
        match render_html(&self.input(language), document) {
            Ok(html) => html,
            Err(finding) => panic!("{document}: {finding:?}"),
        }
    }

    fn input(&self, language: Language) -> DocumentInput<'_> {
        DocumentInput {
            language,
            organisation: &self.organisation,
            rulebook: &self.rulebook,
            schemas: &self.schemas,
            clue: &self.clue,
            records: &self.records,
            templates: &self.templates,
            held: &[],
            extract: None,
        }
    }
}

/// Puts markup behind every text of a value.
fn poison(value: &mut Value) {
    match value {
        Value::String(text) => text.push_str("<script>alert(1)</script>\"'"),
        Value::Array(items) => items.iter_mut().for_each(poison),
        Value::Object(object) => object.values_mut().for_each(poison),
        _ => {}
    }
}

#[test]
fn every_document_renders_in_both_languages() {
    let world = World::new();
    for language in [Language::En, Language::Zh] {
        for document in documents(&world.input(language)) {
            let html = world.render(language, &document);
            assert!(html.starts_with("<!DOCTYPE html>"), "{html}");
            for outside in ["http://", "https://", "<script", "url(", "@import"] {
                assert!(!html.contains(outside), "{document} has {outside}");
            }
            if let Some(folder) = std::env::var_os("CLUE_DOCUMENTS") {
                let name = format!("{}-{}.html", document.replace('/', "-"), language.code());
                std::fs::write(std::path::Path::new(&folder).join(name), &html).expect("written");
            }
        }
    }
}

#[test]
fn documents_follow_the_rulebook() {
    let world = World::new();
    assert_eq!(
        documents(&world.input(Language::Zh))[..3],
        ["collection.yaml", "triage.yaml", "analysis.md"]
    );
}

#[test]
fn keys_are_shown_by_their_names() {
    let world = World::new();
    let slip = world.render(Language::Zh, "transfers/quality.yaml");
    for text in [
        "线索流转单",
        "质量管理部",
        "赵建国",
        "2026年12月21日",
        "盖章处",
        "产品质量问题",
        "lang=\"zh-CN\"",
        "密级：",
    ] {
        assert!(slip.contains(text), "the slip lacks {text}");
    }
    for key in [">quality<", ">zhao<", ">urgent<", ">product-quality<"] {
        assert!(!slip.contains(key), "the slip shows the key {key}");
    }
    let slip = world.render(Language::En, "transfers/quality.yaml");
    assert!(slip.contains("21 December 2026"), "{slip}");
}

#[test]
fn a_record_never_becomes_markup() {
    let mut world = World::new();
    poison(&mut world.clue);
    poison(&mut world.organisation);
    for record in &mut world.records {
        poison(&mut record.value);
        if let Some(body) = &mut record.body {
            body.push_str("\n\n<script>alert(2)</script>\n");
        }
    }
    for language in [Language::En, Language::Zh] {
        for document in documents(&world.input(language)) {
            let html = world.render(language, &document);
            assert!(!html.contains("<script"), "{document}");
            assert!(html.contains("&lt;script"), "{document}");
        }
    }
}

#[test]
fn an_anonymous_reporter_is_not_named() {
    let mut world = World::new();
    for record in &mut world.records {
        if record.schema == "collection" {
            record.value["reporter"] =
                json!({ "anonymous": true, "name": "Deep Throat", "contact": "0571-1" });
        }
    }
    for document in documents(&world.input(Language::Zh)) {
        let html = world.render(Language::Zh, &document);
        assert!(
            !html.contains("Deep Throat") && !html.contains("0571-1"),
            "{document}"
        );
    }
    assert!(
        world
            .render(Language::Zh, "collection.yaml")
            .contains("匿名")
    );
    assert!(
        world
            .render(Language::En, "transfers/quality.yaml")
            .contains("anonymous")
    );
}

#[test]
fn blank_and_broken_records_still_print() {
    let mut world = World::new();
    world.clue = Value::Null;
    world.organisation = Value::Null;
    world.rulebook = Value::Null;
    for record in &mut world.records {
        record.value = Value::Null;
        record.body = None;
    }
    world.records.push(RecordInput {
        name: "unknown".to_owned(),
        path: "unknown.yaml".to_owned(),
        schema: "unknown".to_owned(),
        value: json!({ "a": [1, { "b": [[true]] }], "c": 1234567, "d": false }),
        body: None,
    });
    for document in documents(&world.input(Language::Zh)) {
        world.render(Language::Zh, &document);
    }
    let html = world.render(Language::En, "unknown.yaml");
    assert!(html.contains("1,234,567"), "{html}");
}

#[test]
fn a_record_that_is_not_there_is_a_finding() {
    let world = World::new();
    let finding = render_html(&world.input(Language::En), "no.yaml").expect_err("a finding");
    assert_eq!(finding.code, Code::RecordMissing);
}
