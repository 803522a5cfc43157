//! The index of dossiers: every clue with where it stands and a link to its dossier, by category and time (R2).

use serde_json::{Value, json};

use crate::document::fields::View;
use crate::document::{DocumentInput, base_context};
use crate::template::date;
use crate::text::visible_line;

/// What `documents/index.html` is given; the inputs are the clues in the order of time.
pub(super) fn context(inputs: &[DocumentInput<'_>]) -> Value {
    let Some(first) = inputs.first() else {
        return Value::Null;
    };
    let mut categories: Vec<Value> = first.rulebook["categories"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| json!(key))
        .collect();
    // Clues that have no category yet, or never got one, stand at the end.
    categories.push(Value::Null);
    let groups: Vec<Value> = categories
        .iter()
        .filter_map(|category| {
            let rows: Vec<Value> = inputs
                .iter()
                .filter(|input| input.clue["category"] == *category)
                .map(row)
                .collect();
            let view = View { input: first };
            let label = match category.as_str() {
                Some(category) => view.rulebook_label("categories", category),
                None => view.say("not classified", "未分类").to_owned(),
            };
            (!rows.is_empty()).then(|| json!({ "label": label, "rows": rows }))
        })
        .collect();
    let mut context = base_context(&View { input: first });
    context["groups"] = json!(groups);
    context["count"] = json!(inputs.len());
    context
}

fn row(input: &DocumentInput<'_>) -> Value {
    let view = View { input };
    let text = |value: &Value| visible_line(value.as_str().unwrap_or_default());
    let departments: Vec<String> = input.clue["departments"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|key| view.department(key))
        .collect();
    json!({
        "id": text(&input.clue["id"]),
        "number": text(&input.clue["number"]),
        "title": text(&input.clue["title"]),
        "kind": view.reference("kind", &text(&input.clue["kind"])),
        "urgency": view.rulebook_label("urgencies", &text(&input.clue["urgency"])),
        "mark": view.rulebook_label("confidentiality", &text(&input.clue["confidentiality"])),
        "state": view.rulebook_label("states", &text(&input.clue["state"])),
        "departments": departments,
        "opened": date(&text(&input.clue["trail"][0]["at"]), input.language),
    })
}
