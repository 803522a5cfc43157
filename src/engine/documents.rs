//! A clue's documents: its records and its dossier, gathered for the templates that draw them.
//! It draws nothing itself.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostic::any_error;
use crate::document::{DocumentInput, RecordInput, documents, render_html};
use crate::engine::{Engine, Failure};
use crate::text::{Bilingual, Language};

impl Engine {
    /// Renders a record, named by its path in the clue's folder, or the dossier, as one self-contained HTML page.
    pub fn render_html(
        &self,
        clue: &str,
        document: &str,
        language: Language,
    ) -> Result<String, Failure> {
        let (case, found) = self.case(clue)?;
        let Some(card) = case.card_record.as_ref().filter(|_| !any_error(&found)) else {
            return Err(Failure::Findings(found));
        };
        let world = self.world();
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
            language,
            organisation: &world.organisation_value,
            rulebook: &world.rulebook.value,
            schemas: &schemas,
            clue: &card.value,
            records: &records,
            templates: self.templates(),
        };
        let known = documents(&input);
        if !known.iter().any(|name| name == document) {
            let all = known.join(", ");
            return Err(Failure::Usage {
                message: Bilingual::new(
                    format!("the clue has no document `{document}`"),
                    format!("该线索没有 `{document}` 这份文书"),
                ),
                remedy: Some(Bilingual::new(
                    format!("there are: {all}"),
                    format!("可用的有：{all}"),
                )),
            });
        }
        render_html(&input, document).map_err(|found| Failure::Findings(vec![found]))
    }
}
