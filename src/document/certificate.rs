//! The certificate of destruction as the sheet that is filed: what was destroyed, on whose approval, who saw it done.
//! It only gathers; the dossier has the same sheet as the document by itself.

use serde_json::{Value, json};

use crate::document::RecordInput;
use crate::document::fields::{View, grouped};
use crate::rulebook::{WITNESSES, match_path};
use crate::template::date;
use crate::text::{Language, visible, visible_line};

/// The schema of the record that has a sheet of its own.
const SCHEMA: &str = "destruction";

/// What the sheet says; nothing where the record is another.
pub(super) fn certificate(view: &View<'_>, record: &RecordInput) -> Value {
    if record.schema != SCHEMA {
        return Value::Null;
    }
    let value = &record.value;
    let line = |key: &str| visible_line(text(&value[key]));
    let day = |at: &Value| date(&visible_line(text(at)), view.input.language);
    let list = |key: &str| value[key].as_array().into_iter().flatten();
    let paragraphs = visible(text(&value["grounds"]));
    let grounds: Vec<&str> = paragraphs
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let items: Vec<Value> = list("files").map(|file| item(view, file)).collect();
    json!({
        "number": line("number"),
        "archive_number": line("archive_number"),
        "name": line("title"),
        "category": view.rulebook_label("categories", text(&view.input.clue["category"])),
        "retention": view.rulebook_label("retention", text(&value["retention"])),
        "archived": day(&value["archived"]),
        "ended": day(&value["ended"]),
        "destroyed": day(&value["carried_out"]["at"]),
        "grounds": grounds,
        "method": line("how"),
        "hash": line("package"),
        "items": items,
        "signatures": signatures(view, value),
    })
}

/// Everybody who signed, and an empty place for each witness who has yet to.
fn signatures(view: &View<'_>, value: &Value) -> Vec<Value> {
    let signed = |deed: &str, of: &Value, fields: Vec<Value>| {
        let by = text(&of["by"]);
        json!({
            "name": "", "label": deed, "person": view.person(by),
            "department": view.department_of(by),
            "date": date(&visible_line(text(&of["at"])), view.input.language),
            "fields": fields, "filled": !by.is_empty(),
        })
    };
    let list = |key: &str| value[key].as_array().into_iter().flatten();
    let appraisers: Vec<String> = list("appraisers")
        .map(|person| view.person(text(person)))
        .collect();
    let appraisers = match appraisers.is_empty() {
        true => Vec::new(),
        false => {
            let label = view.say("Appraisers", "鉴定人员");
            let text = appraisers.join(view.say(", ", "、"));
            vec![json!({
                "name": "appraisers", "label": label,
                "cell": { "type": "text", "text": text, "long": false, "paragraphs": [text] },
            })]
        }
    };
    let (approval, witness) = (view.say("Approved", "批准"), view.say("Witnessed", "监销"));
    let mut all = vec![signed(
        view.say("Appraised", "鉴定"),
        &value["appraised"],
        appraisers,
    )];
    all.extend(list("approved").map(|one| signed(approval, one, Vec::new())));
    all.push(signed(
        view.say("Carried out", "销毁"),
        &value["carried_out"],
        Vec::new(),
    ));
    let witnesses = list("witnesses").count();
    all.extend(list("witnesses").map(|one| signed(witness, one, Vec::new())));
    let missing = (WITNESSES as usize).saturating_sub(witnesses);
    all.extend((0..missing).map(|_| signed(witness, &Value::Null, Vec::new())));
    all
}

/// A file that was destroyed, by the name of its record.
fn item(view: &View<'_>, file: &Value) -> Value {
    let path = text(&file["file"]);
    let declared = view.input.rulebook["records"].as_object();
    let of = declared.into_iter().flatten().find(|(_, own)| {
        let pattern = own["path"].as_str();
        pattern.is_some_and(|pattern| match_path(pattern, path).is_some())
    });
    let label = of.and_then(|(_, own)| view.wording(&own["label"]));
    let shown = visible_line(path);
    let name = match (label, view.input.language) {
        (Some(label), Language::En) => format!("{} ({shown})", view.capital(&label)),
        (Some(label), Language::Zh) => format!("{label}（{shown}）"),
        (None, _) => shown,
    };
    json!({
        "name": name,
        "size": grouped(&file["size"].as_u64().unwrap_or_default().to_string()),
        "hash": visible_line(text(&file["sha256"])),
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
