//! HTML documents from a clue's records: every record as a form, and the whole dossier.
//! It is pure: it reads no file, knows no clock, and never lets a record's text become markup.

mod certificate;
mod dossier;
mod fields;
mod index;
mod labels;
mod sheet;
mod story;
mod story_text;
mod texts;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub use sheet::{COVER, SPINE, Sheet, sheet};
pub use story::{Telling, ToldFile, ToldLine, render_story, tell};
pub use story_text::story_text;
pub use texts::texts;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::fields::View;
use crate::template::Templates;
use crate::text::{Language, visible};

/// The name of the document that holds everything.
pub const DOSSIER: &str = "dossier";

/// What documents are made from.
#[derive(Clone, Copy, Debug)]
pub struct DocumentInput<'a> {
    pub language: Language,
    /// `organisation.yaml`.
    pub organisation: &'a Value,
    /// `workflow.yaml`.
    pub rulebook: &'a Value,
    /// JSON Schemas by name, such as `collection`.
    pub schemas: &'a BTreeMap<String, Value>,
    /// `clue.yaml`.
    pub clue: &'a Value,
    pub records: &'a [RecordInput],
    pub templates: &'a Templates,
    /// Names of the files in the clue's `attachments/`; one that is listed and not among them is marked.
    pub held: &'a [String],
    /// What the first page says where the records are an extract.
    pub extract: Option<&'a str>,
}

/// One record of the clue.
#[derive(Clone, Debug, Default)]
pub struct RecordInput {
    /// Name of the record in the rulebook, such as `transfers`.
    pub name: String,
    /// Path below the clue's folder, such as `transfers/quality.yaml`.
    pub path: String,
    /// Name of the schema, such as `transfer`.
    pub schema: String,
    /// The YAML, or a report's front matter.
    pub value: Value,
    /// A report's Markdown below its front matter.
    pub body: Option<String>,
}

/// Renders a record, named by its path below the clue's folder, or the [`DOSSIER`], as one self-contained HTML page.
///
/// A schema with a layout of its own (`templates/documents/<schema>.html`) is drawn by it, every other one by
/// `templates/documents/record.html`.
#[expect(
    clippy::result_large_err,
    reason = "made once a document, and every caller prints it"
)]
pub fn render_html(input: &DocumentInput<'_>, document: &str) -> Result<String, Diagnostic> {
    let view = View { input };
    if [DOSSIER, COVER, SPINE].contains(&document) {
        let context = dossier::context(&view);
        let name = format!("documents/{document}.html");
        return Ok(announced(input, input.templates.render(&name, &context)?));
    }
    let Some(record) = input.records.iter().find(|record| record.path == document) else {
        return Err(no_such_document(document));
    };
    let mut context = base_context(&view);
    context["record"] = record_context(&view, record);
    context["layout"] = json!(layout(input.templates, &record.schema));
    Ok(announced(
        input,
        input.templates.render("documents/page.html", &context)?,
    ))
}

/// The page of an extract says that it is one, also where a template of the repository leaves it out.
fn announced(input: &DocumentInput<'_>, html: String) -> String {
    let Some(notice) = input
        .extract
        .filter(|_| !html.contains("class=\"extract\""))
    else {
        return html;
    };
    let notice = crate::template::escaped(notice);
    let notice = format!("<p class=\"extract\">{notice}</p>");
    match html
        .find("<body")
        .and_then(|at| Some(at + html[at..].find('>')? + 1))
    {
        Some(at) => format!("{}\n{notice}{}", &html[..at], &html[at..]),
        None => notice + "\n" + &html,
    }
}

/// What the dossier's template is given, for pages that show it in another frame.
pub fn dossier_values(input: &DocumentInput<'_>) -> Value {
    dossier::context(&View { input })
}

fn no_such_document(document: &str) -> Diagnostic {
    Diagnostic::new(
        Code::RecordMissing,
        Place::file(document),
        format!("the clue has no record {document} to print"),
        format!("该线索没有可打印的记录 {document}"),
    )
    .remedy(
        "name a record by its path below the clue's folder, or dossier",
        "请写记录在线索目录中的路径，或写 dossier",
    )
}

/// Renders the index of dossiers, one page with a link to `<id>.html` for each clue; nothing where there is no clue.
#[expect(
    clippy::result_large_err,
    reason = "made once a repository, and every caller prints it"
)]
pub fn render_index(inputs: &[DocumentInput<'_>]) -> Result<String, Diagnostic> {
    let Some(first) = inputs.first() else {
        return Ok(String::new());
    };
    let context = index::context(inputs);
    first.templates.render("documents/index.html", &context)
}

/// Lists the documents that can be rendered: each record's path, in the rulebook's order, and the dossier.
pub fn documents(input: &DocumentInput<'_>) -> Vec<String> {
    let mut documents: Vec<String> = dossier::ordered(input)
        .into_iter()
        .map(|record| record.path.clone())
        .collect();
    documents.push(DOSSIER.to_owned());
    documents
}

/// What every document is given: language, organisation, the index card, and the records that forms quote.
fn base_context(view: &View<'_>) -> Value {
    let input = view.input;
    let quoted = |schema: &str| {
        input
            .records
            .iter()
            .find(|record| record.schema == schema)
            .map_or(Value::Null, |record| view.fields_of(schema, &record.value))
    };
    let number = match input.clue["number"].as_str() {
        Some(number) => number,
        None => input.clue["id"].as_str().unwrap_or_default(),
    };
    json!({
        "language": input.language.code(),
        "organisation": visible(input.organisation["name"].as_str().unwrap_or_default()),
        "number": visible(number),
        "mark": view.rulebook_label("confidentiality", input.clue["confidentiality"].as_str().unwrap_or_default()),
        "clue": view.card(),
        "collection": quoted("collection"),
        "triage": quoted("triage"),
        "office": view.department_of(input.organisation["duty"]["officer"].as_str().unwrap_or_default()),
        "reporter": view.reporter(),
        "layout": Value::Null,
        "extract": input.extract.unwrap_or_default(),
    })
}

/// What the layout of one record is given.
fn record_context(view: &View<'_>, record: &RecordInput) -> Value {
    let department = record.value["department"].as_str().unwrap_or_default();
    let schema = view.input.schemas.get(&record.schema);
    json!({
        "name": record.name,
        "path": visible(&record.path),
        "schema": record.schema,
        "title": view.record_title(record),
        "department": view.department(department),
        "rows": view.rows(schema.unwrap_or(&Value::Null), &record.value),
        "fields": view.fields_of(&record.schema, &record.value),
        "signatures": view.signatures(schema.unwrap_or(&Value::Null), &record.value),
        "closing": dossier::closing(view, record),
        "certificate": certificate::certificate(view, record),
        "body": record.body.as_deref().unwrap_or_default(),
    })
}

/// The template that draws a record of this schema.
fn layout(templates: &Templates, schema: &str) -> String {
    let own = format!("documents/{schema}.html");
    if templates.contains(&own) {
        own
    } else {
        "documents/record.html".to_owned()
    }
}

#[cfg(test)]
mod tests;
