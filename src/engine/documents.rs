//! A clue's documents: its records and its dossier, gathered for the templates that draw them.
//! It draws nothing itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::diagnostic::any_error;
use crate::document::{DocumentInput, RecordInput, documents, render_html, render_index};
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
        let schemas = self.schemas();
        let records: Vec<RecordInput> = case
            .records
            .values()
            .flatten()
            .map(|record| RecordInput {
                name: record.name.clone(),
                path: record.inner.clone(),
                schema: world.rulebook.records[&record.name].schema.clone(),
                value: (*record.value).clone(),
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

    /// Renders the index of dossiers over clues, named by id, that stand in the order of time.
    pub fn render_index(&self, clues: &[String], language: Language) -> Result<String, Failure> {
        let world = self.world();
        let schemas = self.schemas();
        let mut cards: Vec<Value> = Vec::new();
        for clue in clues {
            let (case, found) = self.case(clue)?;
            match case.card_record {
                Some(card) => cards.push(Arc::unwrap_or_clone(card.value)),
                None => return Err(Failure::Findings(found)),
            }
        }
        let inputs: Vec<DocumentInput<'_>> = cards
            .iter()
            .map(|clue| DocumentInput {
                language,
                organisation: &world.organisation_value,
                rulebook: &world.rulebook.value,
                schemas: &schemas,
                clue,
                records: &[],
                templates: self.templates(),
            })
            .collect();
        render_index(&inputs).map_err(|found| Failure::Findings(vec![found]))
    }

    pub(super) fn schemas(&self) -> BTreeMap<String, Value> {
        self.world()
            .schemas
            .iter()
            .map(|(name, schema)| (name.to_owned(), schema.clone()))
            .collect()
    }
}
