//! The words of a clue as its documents show them, for searches: what is found is what can be read there.
//! It draws nothing, and keeps nothing back that a document shows.

use serde_json::Value;

use crate::document::fields::View;
use crate::document::{DocumentInput, dossier, record_context};
use crate::markdown;

/// Every document of a clue with its words, a line each: the index card and the trail first, then the records in order.
pub fn texts(input: &DocumentInput<'_>) -> Vec<(String, String)> {
    let view = View { input };
    let context = dossier::context(&view);
    let mut card = Vec::new();
    for key in ["number", "state"] {
        push(&mut card, context[key].as_str().unwrap_or_default());
    }
    for key in [
        "category",
        "kind",
        "urgency",
        "departments",
        "archive_number",
        "retention",
    ] {
        cell(&context["clue"][key]["cell"], &mut card);
    }
    for entry in context["trail"].as_array().into_iter().flatten() {
        for key in ["step", "by"] {
            push(&mut card, entry[key].as_str().unwrap_or_default());
        }
        push(&mut card, entry["reason"].as_str().unwrap_or_default());
    }
    let title = view
        .say("Index card and trail", "索引卡和办理经过")
        .to_owned();
    let mut found = vec![(title, card.join("\n"))];
    for record in dossier::ordered(input) {
        let mut lines = Vec::new();
        let context = record_context(&view, record);
        for row in context["rows"].as_array().into_iter().flatten() {
            for field in row.as_array().into_iter().flatten() {
                cell(&field["cell"], &mut lines);
            }
        }
        for block in context["signatures"].as_array().into_iter().flatten() {
            push(&mut lines, block["person"].as_str().unwrap_or_default());
            for field in block["fields"].as_array().into_iter().flatten() {
                cell(&field["cell"], &mut lines);
            }
        }
        if let Some(body) = record
            .body
            .as_deref()
            .filter(|body| !body.trim().is_empty())
        {
            push(&mut lines, &plain(&markdown::to_html(body)));
        }
        let title = match context["department"].as_str() {
            Some(department) if !department.is_empty() => {
                format!("{} · {department}", view.record_title(record))
            }
            _ => view.record_title(record),
        };
        found.push((title, lines.join("\n")));
    }
    found
}

fn push(lines: &mut Vec<String>, text: &str) {
    if !text.trim().is_empty() {
        lines.push(text.trim().to_owned());
    }
}

/// The words of a cell; hashes and boxes that are not ticked are none.
fn cell(cell: &Value, lines: &mut Vec<String>) {
    match cell["type"].as_str() {
        Some("text" | "choice") => push(lines, cell["text"].as_str().unwrap_or_default()),
        Some("list") => each(&cell["items"], lines),
        Some("table") => {
            for row in cell["rows"].as_array().into_iter().flatten() {
                each(row, lines);
            }
        }
        Some("group") => fields(&cell["fields"], lines),
        Some("groups") => {
            for item in cell["items"].as_array().into_iter().flatten() {
                fields(&item["fields"], lines);
            }
        }
        _ => {}
    }
}

fn each(cells: &Value, lines: &mut Vec<String>) {
    for one in cells.as_array().into_iter().flatten() {
        cell(one, lines);
    }
}

fn fields(fields: &Value, lines: &mut Vec<String>) {
    for field in fields.as_array().into_iter().flatten() {
        cell(&field["cell"], lines);
    }
}

/// The words of a report's HTML, which this program wrote itself.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}
