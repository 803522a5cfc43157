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

/// A clue that was collected, analysed and archived, whose package was recorded later.
fn archived() -> World {
    let mut world = World::new();
    let step = |step: &str, at: &str| json!({ "step": step, "at": at, "by": "he" });
    world.clue["trail"] = json!([
        step("collect", "2026-03-05T09:00:00+08:00"),
        step("archive", "2026-06-26T10:00:00+08:00"),
        step("record-package", "2026-11-23T10:00:00+08:00"),
    ]);
    world.clue["retention"] = json!("years-10");
    world.clue["archive_number"] = json!("J042-ZY·2026-D10-XSB-0004");
    world.rulebook["steps"]["archive"]["archives"] = json!(true);
    world.records = vec![
        RecordInput {
            name: "collection".to_owned(),
            path: "collection.yaml".to_owned(),
            schema: "collection".to_owned(),
            value: json!({ "discovered_at": "2026-03-02T09:00:00+08:00" }),
            body: None,
        },
        RecordInput {
            name: "archive".to_owned(),
            path: "archive.yaml".to_owned(),
            schema: "archive".to_owned(),
            value: json!({ "recorded": { "by": "he", "at": "2026-11-23T10:00:00+08:00" } }),
            body: None,
        },
    ];
    world
}

#[test]
fn a_dossier_reaches_from_its_first_document_to_the_day_on_which_it_was_filed() {
    let mut world = archived();
    let span = |world: &World| dossier_values(&world.input(Language::Zh))["span"].clone();
    assert_eq!(span(&world), "2026年3月2日至2026年6月26日");
    // Not filed yet, it reaches to the last of what there is.
    world.clue["retention"] = Value::Null;
    assert_eq!(span(&world), "2026年3月2日至2026年11月23日");
    world.clue["trail"] = json!([]);
    world.records.clear();
    assert_eq!(span(&world), "");
}

#[test]
fn the_number_of_documents_is_that_of_the_rows_of_the_register() {
    let mut world = archived();
    world.records[0].value["attachments"] = json!([{ "file": "照片.jpg" }]);
    let values = dossier_values(&world.input(Language::Zh));
    let rows = values["contents"].as_array().map_or(0, Vec::len);
    assert_eq!((values["pieces"].clone(), rows), (json!(3), 3));
}

#[test]
fn a_spine_label_breaks_no_number_but_the_archive_number_between_its_parts() {
    let world = archived();
    let values = dossier_values(&world.input(Language::Zh));
    assert_eq!(
        values["archive_number_lines"],
        json!(["J042-ZY·2026-", "D10-XSB-0004"])
    );
    assert_eq!(values["year"], "2026");
    let label = world.render(Language::Zh, SPINE);
    assert!(
        label.contains("<span class=\"part\">D10-XSB-0004</span>"),
        "{label}"
    );
}

#[test]
fn a_report_that_nobody_signs_ends_with_department_and_day() {
    let mut world = World::new();
    world.records.retain(|record| record.schema == "feedback");
    world.records[0].value["written_at"] = json!("2026-10-26T09:50:00+08:00");
    let (path, body) = (world.records[0].path.clone(), "# 一\n\n好。\n".to_owned());
    world.records[0].body = Some(body);
    let department = world.records[0].value["department"]
        .as_str()
        .expect("a department");
    let department = world.organisation["departments"][department]["name"]
        .as_str()
        .expect("a name");
    let report = world.render(Language::Zh, &path);
    let closing =
        format!("<p class=\"issued\"><span>{department}</span><span>2026年10月26日</span></p>");
    assert!(report.contains(&closing), "{closing} is not in {report}");
}

#[test]
fn a_sample_is_told_by_the_names_of_its_keys() {
    let mut world = World::new();
    let label = |zh: &str| json!({ "label": { "en": zh, "zh": zh } });
    world.rulebook["states"]["archived"] = label("已归档");
    world.rulebook["categories"]["business"] = label("业务类");
    world.rulebook["urgencies"]["important"] = label("重要");
    world.records = vec![RecordInput {
        name: "supervision".to_owned(),
        path: "supervision/x.yaml".to_owned(),
        schema: "supervision".to_owned(),
        value: json!({ "sample": { "states": ["archived", "gone"], "stratum": "business · important: 1/1" } }),
        body: None,
    }];
    let record = world.render(Language::Zh, "supervision/x.yaml");
    for words in ["已归档</span>、", "gone", "业务类 · 重要：1"] {
        assert!(record.contains(words), "{words} is not in {record}");
    }
}
