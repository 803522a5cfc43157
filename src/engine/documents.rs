//! A clue's documents: its records and its dossier, gathered for the templates that draw them.
//! It draws nothing itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::builtin;
use crate::case::Case;
use crate::check::check_templates;
use crate::diagnostic::{Code, Diagnostic, Place, any_error};
use crate::document::{
    COVER, DOSSIER, DocumentInput, RecordInput, SPINE, Sheet, documents, render_html, render_index,
    sheet,
};
use crate::engine::{Engine, Failure, Shown};
use crate::text::{Bilingual, Language, visible_line};

impl Engine {
    /// Renders a record, named by its path in the clue's folder, the dossier, its cover alone or the spine label, as one
    /// self-contained HTML page with everything in it.
    pub fn render_html(
        &self,
        clue: &str,
        document: &str,
        language: Language,
    ) -> Result<String, Failure> {
        self.html(&self.shown(clue, None, language)?, document, language)
    }

    /// The same of a clue as it is shown to a reader.
    pub fn html(
        &self,
        shown: &Shown,
        document: &str,
        language: Language,
    ) -> Result<String, Failure> {
        self.with_records(shown, language, |input| {
            known(input, document, &[COVER, SPINE])?;
            render_html(input, named(document)).map_err(|found| Failure::Findings(vec![found]))
        })
    }

    /// Gathers what a document on paper is drawn from: a record, the dossier, its cover alone, or the spine label.
    pub fn sheet(
        &self,
        shown: &Shown,
        document: &str,
        language: Language,
    ) -> Result<Sheet, Failure> {
        self.with_records(shown, language, |input| {
            known(input, document, &[COVER, SPINE])?;
            sheet(input, named(document)).map_err(|found| Failure::Findings(vec![found]))
        })
    }

    /// Attachments that a document's register of contents lists and the folder does not hold: warnings.
    pub fn absent_attachments(&self, shown: &Shown, document: &str) -> Vec<Diagnostic> {
        let case = &shown.case;
        let mut findings = Vec::new();
        if ![DOSSIER, COVER].contains(&named(document)) {
            return findings;
        }
        for record in case.records.values().flatten() {
            let listed = record.value.get("attachments").and_then(Value::as_array);
            for (index, item) in listed.into_iter().flatten().enumerate() {
                let Some(file) = item["file"].as_str() else {
                    continue;
                };
                if case.attachments.iter().any(|own| own == file) {
                    continue;
                }
                // An extract's records are not those of the files, and no place in them is.
                let place = match shown.extract {
                    Some(_) => Place::file(&case.folder),
                    None => record.place(&format!("/attachments/{index}/file")),
                };
                let file = visible_line(file);
                let finding = Diagnostic::new(
                    Code::DocumentAttachment,
                    place,
                    format!("attachments/{file} is listed and is not there"),
                    format!("attachments/{file} 已登记，但文件不存在"),
                );
                findings.push(
                    finding
                        .remedy(
                            "put the file back, or correct the list of attachments",
                            "请放回该文件，或更正附件清单",
                        )
                        .procedure("R1"),
                );
            }
        }
        findings
    }

    /// What of `templates/` is ignored, because it is no ordinary file: warnings.
    pub fn ignored_templates(&self) -> Vec<Diagnostic> {
        check_templates(self.files(), builtin::files())
    }

    /// Names the documents that a clue has: each record's path, in the rulebook's order, and the dossier.
    pub fn documents(&self, case: &Case, language: Language) -> Result<Vec<String>, Failure> {
        self.with_case(case, None, language, |input| Ok(documents(input)))
    }

    /// Whether a clue has a document: a record, by its path in the clue's folder, the dossier, its cover or the spine label.
    pub fn has_document(&self, case: &Case, document: &str, language: Language) -> bool {
        let known = self.with_case(case, None, language, |input| {
            known(input, document, &[COVER, SPINE])
        });
        known.is_ok()
    }

    /// Reads a clue that can be printed: one without an error in what its records say.
    pub fn readable(&self, clue: &str) -> Result<Case, Failure> {
        let (case, found) = self.case(clue)?;
        if any_error(&found) || case.card_record.is_none() {
            return Err(Failure::Findings(found));
        }
        Ok(case)
    }

    /// What every document of a clue is made from, in the one shape in which documents take it.
    pub fn with_records<T>(
        &self,
        shown: &Shown,
        language: Language,
        make: impl FnOnce(&DocumentInput<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let notice = shown.extract.as_ref().map(|(_, notice)| notice.as_str());
        self.with_case(&shown.case, notice, language, make)
    }

    fn with_case<T>(
        &self,
        case: &Case,
        extract: Option<&str>,
        language: Language,
        make: impl FnOnce(&DocumentInput<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
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
        let nothing = Value::Null;
        let input = DocumentInput {
            language,
            organisation: &world.organisation_value,
            rulebook: &world.rulebook.value,
            schemas,
            clue: case
                .card_record
                .as_ref()
                .map_or(&nothing, |card| &card.value),
            records: &records,
            templates: self.templates(),
            held: &case.attachments,
            extract,
        };
        make(&input)
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
                schemas,
                clue,
                records: &[],
                templates: self.templates(),
                held: &[],
                extract: None,
            })
            .collect();
        render_index(&inputs).map_err(|found| Failure::Findings(vec![found]))
    }

    /// The schemas as documents take them, made once.
    pub(super) fn schemas(&self) -> &BTreeMap<String, Value> {
        self.schemas.get_or_init(|| {
            let schemas = self.world().schemas.iter();
            schemas
                .map(|(name, schema)| (name.to_owned(), schema.clone()))
                .collect()
        })
    }
}

/// The name of a document that people call by its Chinese name.
fn named(document: &str) -> &str {
    match document {
        "卷宗" => DOSSIER,
        // The register of contents stands behind the cover.
        "封面" | "目录" | "卷内目录" => COVER,
        "卷脊" | "脊背" | "书脊" => SPINE,
        other => other,
    }
}

/// Refuses a name that is none of the clue's documents.
fn known(input: &DocumentInput<'_>, document: &str, more: &[&str]) -> Result<(), Failure> {
    let mut known = documents(input);
    known.extend(more.iter().map(|name| (*name).to_owned()));
    if known.iter().any(|name| name == named(document)) {
        return Ok(());
    }
    let all = known.join(", ");
    let called = |name: &String| match name.as_str() {
        DOSSIER => "卷宗（dossier）".to_owned(),
        COVER => "封面（cover）".to_owned(),
        SPINE => "卷脊（spine）".to_owned(),
        other => other.to_owned(),
    };
    let zh: Vec<String> = known.iter().map(called).collect();
    let zh = zh.join("、");
    Err(Failure::Usage {
        message: Bilingual::new(
            format!("the clue has no document `{document}`"),
            format!("该线索没有 `{document}` 这份文书"),
        ),
        remedy: Some(Bilingual::new(
            format!("there are: {all}"),
            format!("可用的有：{zh}"),
        )),
    })
}
