//! `clue render`: a record, or the whole dossier, as a self-contained HTML page.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::cli::{Answer, Context};
use crate::diagnostic::any_error;
use crate::document::{DOSSIER, DocumentInput, RecordInput, documents, render_html};
use crate::engine::Failure;
use crate::text::Bilingual;

/// What a document is made as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DocumentFormat {
    Html,
}

/// Arguments of `clue render`.
#[derive(Args)]
pub(super) struct Render {
    /// The clue: id, register number, or a path into its folder
    #[arg(value_name = "ID")]
    clue: String,
    /// A record's path in the clue's folder, such as triage.yaml, or dossier
    #[arg(default_value = DOSSIER)]
    document: String,
    /// Format of the document
    #[arg(long, value_enum, default_value_t = DocumentFormat::Html)]
    format: DocumentFormat,
    /// Write into this file (standard output)
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Render {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let (case, found) = engine.case(&self.clue)?;
        let Some(card) = case.card_record.as_ref().filter(|_| !any_error(&found)) else {
            return Err(Failure::Findings(found));
        };
        let world = engine.world();
        let schemas: BTreeMap<String, Value> = world
            .schemas
            .iter()
            .map(|(name, schema)| (name.to_owned(), schema.clone()))
            .collect();
        let records: Vec<RecordInput> = case
            .records
            .values()
            .flatten()
            .map(|record| RecordInput {
                name: record.name.clone(),
                path: record.inner.clone(),
                schema: world.rulebook.records[&record.name].schema.clone(),
                value: record.value.clone(),
                body: record
                    .body
                    .map(|body| record.text()[body.range()].to_owned()),
            })
            .collect();
        let input = DocumentInput {
            language: context.style.language,
            organisation: &world.organisation_value,
            rulebook: &world.rulebook.value,
            schemas: &schemas,
            clue: &card.value,
            records: &records,
            templates: engine.templates(),
        };
        let DocumentFormat::Html = self.format;
        let known = documents(&input);
        if !known.contains(&self.document) {
            let all = known.join(", ");
            return Err(Failure::Usage {
                message: Bilingual::new(
                    format!("the clue has no document `{}`", self.document),
                    format!("该线索没有 `{}` 这份文书", self.document),
                ),
                remedy: Some(Bilingual::new(
                    format!("there are: {all}"),
                    format!("可用的有：{all}"),
                )),
            });
        }
        let html =
            render_html(&input, &self.document).map_err(|found| Failure::Findings(vec![found]))?;
        let Some(output) = self.output else {
            return Ok(Answer::new(html));
        };
        let path = context.folder.join(&output);
        std::fs::write(&path, html).map_err(|error| Failure::Environment {
            message: Bilingual::new(
                format!("{}: {error}", output.display()),
                format!("{}：{error}", output.display()),
            ),
            remedy: None,
        })?;
        Ok(Answer::new(format!("{}\n", output.display())))
    }
}
