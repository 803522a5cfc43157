//! The dossier: cover, register of contents, every record as a section, the trail as a table.
//! It only gathers; each section is what the single document would be.

use serde_json::{Value, json};

use crate::document::fields::View;
use crate::document::{DocumentInput, RecordInput, base_context, layout, record_context};
use crate::template::{date, datetime};
use crate::text::{visible, visible_line};

/// The schema of the record about the archive package, which holds the dossier and is no part of it.
const PACKAGE: &str = "archive";
/// Where a record says who answers for it, the first that is filled.
const RESPONSIBLE: &[&str] = &[
    "/collector",
    "/reviewer",
    "/author",
    "/sent/by",
    "/handler",
    "/chair",
    "/supervisor",
    "/carried_out/by",
    "/appraised/by",
    "/recorded/by",
];
/// Where a record says when it was finished, the first that is filled.
const DATES: &[&str] = &[
    "/reviewed_at",
    "/written_at",
    "/completion/at",
    "/sent/at",
    "/held_at",
    "/checked_at",
    "/carried_out/at",
    "/appraised/at",
    "/recorded/at",
    "/discovered_at",
];

/// What `documents/dossier.html` is given.
pub(super) fn context(view: &View<'_>) -> Value {
    let input = view.input;
    let mut records = ordered(input);
    // What is recorded about the package comes after it: the dossier in the package and the one of later are the same.
    records.retain(|record| record.schema != PACKAGE);
    let mut contents: Vec<Value> = Vec::new();
    let mut sections: Vec<Value> = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let anchor = format!("section-{}", index + 1);
        let mut section = record_context(view, record);
        section["anchor"] = json!(anchor);
        section["layout"] = json!(layout(input.templates, &record.schema));
        contents.push(json!({
            "anchor": anchor,
            "title": section["title"],
            "department": about(view, record, &section),
            "responsible": first(&record.value, RESPONSIBLE).map_or_else(String::new, |key| view.person(key)),
            "date": day(view, record),
        }));
        sections.push(section);
    }
    for record in &records {
        contents.extend(attachments(view, record));
    }
    contents.push(json!({
        "anchor": "trail",
        "title": view.say("Trail", "办理经过"),
        "department": "",
        "responsible": "",
        "date": last_day(view),
    }));
    let mut context = base_context(view);
    context["contents"] = json!(contents);
    context["sections"] = json!(sections);
    context["trail"] = json!(trail(view));
    context["linked"] = json!(false);
    context["state"] = json!(view.rulebook_label("states", text(&input.clue["state"])));
    let day = |at: &Value| date(&visible_line(text(at)), input.language);
    let trail = input.clue["trail"].as_array();
    context["opened"] = json!(day(&input.clue["trail"][0]["at"]));
    // A dossier is filed when it is archived, for which the retention stands.
    let archived = trail.into_iter().flatten().rev().find(|entry| {
        let step = &input.rulebook["steps"][text(&entry["step"])];
        step["archives"] == true || step["sets"]["clue.retention"] == "retention"
    });
    let filed = archived.filter(|_| !input.clue["retention"].is_null());
    let year_of = filed.unwrap_or(&input.clue["trail"][0]);
    context["year"] = json!(text(&year_of["at"]).get(..4).unwrap_or_default());
    context["archive_number_lines"] =
        json!(in_two(&visible_line(text(&input.clue["archive_number"]))));
    context["filed"] = json!(filed.map_or_else(String::new, |entry| day(&entry["at"])));
    let days = span(view, &records, filed);
    context["span"] = json!(days.join(view.say(" – ", "至")));
    context["span_days"] = json!(days);
    // What the register of contents lists, and the note at the end counts.
    context["pieces"] = json!(context["contents"].as_array().map_or(0, Vec::len));
    context
}

/// From the earliest day of any document or step to the day on which the dossier was filed; where it is not yet, to the last
/// of them. What is recorded about a filed dossier afterwards, such as its package, is no part of its time.
fn span(view: &View<'_>, records: &[&RecordInput], filed: Option<&Value>) -> Vec<String> {
    let steps = view.input.clue["trail"].as_array();
    let steps = steps
        .into_iter()
        .flatten()
        .filter_map(|entry| entry["at"].as_str());
    let written = records.iter().filter_map(|record| finished(&record.value));
    // A day as it is written, `2026-03-05`: as people at the place of the deed count it.
    let mut days: Vec<&str> = steps.chain(written).filter_map(|at| at.get(..10)).collect();
    days.sort_unstable();
    let shown = |day: &str| date(&visible_line(day), view.input.language);
    let filed = filed.and_then(|entry| entry["at"].as_str()?.get(..10));
    let (Some(first), Some(last)) = (days.first(), filed.or(days.last().copied())) else {
        return Vec::new();
    };
    match *first == last {
        true => vec![shown(first)],
        false => vec![shown(first), shown(last)],
    }
}

/// A number that is long in two lines, broken behind the one of its signs that is nearest to the middle.
fn in_two(number: &str) -> Vec<&str> {
    const ONE_LINE: usize = 14;
    let length = number.chars().count();
    let ends = number
        .char_indices()
        .enumerate()
        .filter(|(_, (_, sign))| !sign.is_alphanumeric())
        .map(|(count, (at, sign))| (count + 1, at + sign.len_utf8()));
    let middle = ends
        .filter(|(_, at)| *at < number.len())
        .min_by_key(|(count, _)| (count * 2).abs_diff(length));
    match middle {
        Some((_, at)) if length > ONE_LINE => vec![&number[..at], &number[at..]],
        _ => vec![number],
    }
}

/// What tells records of one name apart: the department, or what minutes were taken for.
fn about(view: &View<'_>, record: &RecordInput, section: &Value) -> Value {
    let purpose = text(&record.value["purpose"]);
    let schema = view.input.schemas.get(&record.schema);
    let labels = schema.map(|schema| &schema["properties"]["purpose"]["x-labels"][purpose]);
    match labels.and_then(|labels| view.wording(labels)) {
        Some(label) => json!(label),
        None => section["department"].clone(),
    }
}

/// The records in the order of the rulebook, then of time, then by path.
pub(super) fn ordered<'a>(input: &DocumentInput<'a>) -> Vec<&'a RecordInput> {
    let position = |record: &RecordInput| {
        let declared = input.rulebook["records"].as_object();
        declared
            .and_then(|declared| declared.keys().position(|name| *name == record.name))
            .unwrap_or(usize::MAX)
    };
    let mut records: Vec<&RecordInput> = input.records.iter().collect();
    // What is of one kind stands in the order of time, and then by department.
    let finished_at = |record: &RecordInput| finished(&record.value).unwrap_or_default().to_owned();
    records.sort_by_key(|record| (position(record), finished_at(record), record.path.clone()));
    records
}

fn attachments(view: &View<'_>, record: &RecordInput) -> Vec<Value> {
    let listed = record.value["attachments"].as_array();
    let rows = listed.into_iter().flatten().map(|attachment| {
        let file = text(&attachment["file"]);
        let title = attachment["title"].as_str().unwrap_or(file);
        json!({
            "anchor": "",
            "absent": !view.input.held.iter().any(|own| own == file),
            "title": format!("{}{}", view.say("Attachment: ", "附件："), visible_line(title)),
            "department": view.department(text(&record.value["department"])),
            "responsible": "",
            "date": "",
        })
    });
    rows.collect()
}

fn trail(view: &View<'_>) -> Vec<Value> {
    let entries = view.input.clue["trail"].as_array();
    let rows = entries.into_iter().flatten().map(|entry| {
        json!({
            "at": datetime(&visible_line(text(&entry["at"])), view.input.language),
            "step": deed(view, entry),
            "by": view.person(text(&entry["by"])),
            "department": view.department(text(&entry["department"])),
            "to": view.rulebook_label("states", text(&entry["to"])),
            "reason": visible(text(&entry["reason"])),
        })
    });
    rows.collect()
}

/// The step, with the deadline that it was about.
fn deed(view: &View<'_>, entry: &Value) -> String {
    let step = view.rulebook_label("steps", text(&entry["step"]));
    let deadline = text(&entry["deadline"]);
    if deadline.is_empty() {
        return step;
    }
    let deadline = view.rulebook_label("deadlines", deadline);
    let more = entry["extension"]
        .as_u64()
        .map_or_else(String::new, |more| format!(" +{more}"));
    match view.input.language {
        crate::text::Language::En => format!("{step} ({deadline}{more})"),
        crate::text::Language::Zh => format!("{step}（{deadline}{more}）"),
    }
}

/// Who answers for a document, by department and day, as stands below one that nobody signs.
pub(super) fn closing(view: &View<'_>, record: &RecordInput) -> Value {
    let department = match text(&record.value["department"]) {
        "" => first(&record.value, RESPONSIBLE)
            .map_or_else(String::new, |person| view.department_of(person)),
        own => view.department(own),
    };
    json!({ "department": department, "date": day(view, record) })
}

fn day(view: &View<'_>, record: &RecordInput) -> String {
    first(&record.value, DATES).map_or_else(String::new, |at| {
        date(&visible_line(at), view.input.language)
    })
}

/// When a record was finished, as it says itself.
pub(super) fn finished(record: &Value) -> Option<&str> {
    first(record, DATES)
}

fn last_day(view: &View<'_>) -> String {
    let entries = view.input.clue["trail"].as_array();
    let last = entries.and_then(|entries| entries.last());
    last.map_or_else(String::new, |entry| {
        date(&visible_line(text(&entry["at"])), view.input.language)
    })
}

fn first<'a>(value: &'a Value, pointers: &[&str]) -> Option<&'a str> {
    pointers
        .iter()
        .find_map(|pointer| value.pointer(pointer)?.as_str())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
