//! What a document on paper is made from: a template's name, the values that it draws, title, date and identity.
//! It draws nothing, and knows no typesetter.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::document::fields::View;
use crate::document::{
    DOSSIER, DocumentInput, RecordInput, base_context, dossier, no_such_document, record_context,
};
use crate::text::{Language, is_invisible};
use crate::time::Timestamp;

/// The dossier's cover with the register of contents, alone.
pub const COVER: &str = "cover";
/// The label for the back of a folder.
pub const SPINE: &str = "spine";

/// A document before it is drawn: all its values, which may be filtered further before they are printed.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Name of the template below `templates/paper/`, without its ending.
    pub template: String,
    pub language: Language,
    /// The document's title, for its metadata and the foot of its pages.
    pub title: String,
    /// What the document is, for ever: two renderings of it have the same identity.
    pub ident: String,
    /// When the step was taken that the document records.
    pub date: Option<Timestamp>,
    /// The file that it was mainly made from, for findings.
    pub source: String,
    pub values: Value,
}

/// Gathers a record, named by its path below the clue's folder, or one of [`DOSSIER`], [`COVER`], [`SPINE`].
///
/// Characters that nobody sees (bidirectional controls, zero-width ones, controls) are left out.
#[expect(
    clippy::result_large_err,
    reason = "made once a document, and every caller prints it"
)]
pub fn sheet(
    input: &DocumentInput<'_>,
    document: &str,
) -> Result<Sheet, crate::diagnostic::Diagnostic> {
    let organisation = seen(input.organisation);
    let clue = seen(input.clue);
    let records: Vec<RecordInput> = input
        .records
        .iter()
        .map(|record| RecordInput {
            value: seen(&record.value),
            body: record
                .body
                .as_deref()
                .map(|body| seen_text(body).into_owned()),
            ..record.clone()
        })
        .collect();
    let input = DocumentInput {
        organisation: &organisation,
        clue: &clue,
        records: &records,
        ..*input
    };
    let view = View { input: &input };
    let number = clue["number"]
        .as_str()
        .or(clue["id"].as_str())
        .unwrap_or_default();
    let id = clue["id"].as_str().unwrap_or_default();
    // The foot of every page and the file's own data say it too, whatever the templates draw.
    let suffix = match input.extract {
        Some(_) => view.say(" (extract)", "（摘录）"),
        None => "",
    };
    let made = |template: &str, title: String, date, values| Sheet {
        template: template.to_owned(),
        language: input.language,
        title: title + suffix,
        ident: format!(
            "{id}/{document}/{}{}",
            input.language.code(),
            input
                .extract
                .map_or_else(String::new, |words| format!("/{words}"))
        ),
        date,
        source: document.to_owned(),
        values,
    };
    if [DOSSIER, COVER, SPINE].contains(&document) {
        let mut values = dossier::context(&view);
        for section in values["sections"].as_array_mut().into_iter().flatten() {
            body_as_nodes(section);
        }
        let title = match document {
            SPINE => view.say("Spine label", "卷脊标签"),
            COVER => view.say("Dossier: cover and contents", "线索办理卷宗封面及卷内目录"),
            _ => view.say("Dossier", "线索办理卷宗"),
        };
        return Ok(made(
            document,
            format!("{title} {number}"),
            last_step(&clue),
            values,
        ));
    }
    let Some(record) = records.iter().find(|record| record.path == document) else {
        return Err(no_such_document(document));
    };
    let mut values = base_context(&view);
    values["record"] = record_context(&view, record);
    body_as_nodes(&mut values["record"]);
    let title = format!("{} {number}", view.record_title(record));
    Ok(made("page", title, date_of(record, &clue), values))
}

/// A report's Markdown as its nodes, where there is any; the title and the levels stay as they are.
fn body_as_nodes(record: &mut Value) {
    let body = record["body"].as_str().unwrap_or_default();
    record["body"] = match body.trim().is_empty() {
        true => Value::Null,
        false => crate::markdown::to_nodes(&body.replace("\r\n", "\n")),
    };
}

/// When the step was taken that a record is about; of a collection form, when it was handed in.
fn date_of(record: &RecordInput, clue: &Value) -> Option<Timestamp> {
    let own = match record.schema.as_str() {
        "collection" => clue["trail"][0]["at"].as_str(),
        _ => dossier::finished(&record.value),
    };
    own.and_then(Timestamp::parse).or_else(|| last_step(clue))
}

fn last_step(clue: &Value) -> Option<Timestamp> {
    Timestamp::parse(clue["trail"].as_array()?.last()?["at"].as_str()?)
}

/// The value without characters that nobody sees.
fn seen(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(seen_text(text)),
        Value::Array(items) => items.iter().map(seen).collect(),
        Value::Object(object) => {
            let entries = object
                .iter()
                .map(|(key, value)| (seen_text(key).into_owned(), seen(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn seen_text(text: &str) -> Cow<'_, str> {
    let hidden =
        |character: char| is_invisible(character) && !matches!(character, '\n' | '\r' | '\t');
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{2028}' | '\u{2029}' => seen.push('\n'),
            other if hidden(other) => {}
            other => seen.push(other),
        }
    }
    Cow::Owned(seen)
}
