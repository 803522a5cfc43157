//! The certificate of destruction on paper: the record that stands for all others, as the sheet that is filed.
//! It draws nothing itself.

use serde_json::{Value, json};

use crate::case::{Case, Record};
use crate::document::Sheet;
use crate::engine::{Engine, Failure};
use crate::paper::{Destroyed, Destruction, destruction};
use crate::rulebook::match_path;
use crate::text::Language;

/// The schema of the record that has a sheet of its own.
const SCHEMA: &str = "destruction";

impl Engine {
    /// The sheet of a clue's certificate of destruction, where that is the document meant.
    pub(super) fn certificate(
        &self,
        case: &Case,
        document: &str,
        language: Language,
    ) -> Option<Sheet> {
        let records = &self.world.rulebook.records;
        let mut all = case.records.values().flatten();
        let record = all.find(|record| record.inner == document)?;
        (records.get(&record.name)?.schema == SCHEMA).then(|| {
            let certificate = self.certified(case, record, language);
            destruction(&certificate, &self.world.organisation.name, language)
        })
    }

    /// The same sheet as a page of HTML.
    pub(super) fn certificate_page(&self, sheet: Sheet) -> Result<String, Failure> {
        let mut values = sheet.values;
        values["language"] = json!(sheet.language.code());
        values["title"] = json!(sheet.title);
        values["extract"] = Value::Null;
        values["signatures_of"] = values["signatures"].take();
        let rendered = self
            .templates()
            .render("documents/certificate.html", &values);
        rendered.map_err(|found| Failure::Findings(vec![found]))
    }

    fn certified(&self, case: &Case, record: &Record, language: Language) -> Destruction {
        let rulebook = &self.world.rulebook;
        let text = |pointer: &str| record.text_at(pointer).unwrap_or_default().to_owned();
        let card = case.card.as_ref();
        let label = |what: &str, key: Option<&str>| {
            key.map_or_else(String::new, |key| rulebook.label(what, key, language))
        };
        let say = |en: &'static str, zh: &'static str| match language {
            Language::En => en,
            Language::Zh => zh,
        };
        let list = |key: &str| {
            let items = record.value.get(key).and_then(Value::as_array);
            items.into_iter().flatten()
        };
        let signed_as = |deed: &str, signature: &Value| -> Option<[String; 4]> {
            let by = signature.get("by")?.as_str()?;
            let at = signature.get("at")?.as_str()?;
            let organisation = &self.world.organisation;
            let department = organisation
                .people
                .get(by)
                .map(|own| own.department.as_str());
            Some([
                deed.to_owned(),
                organisation.person_name(by).to_owned(),
                department.map_or_else(String::new, |own| {
                    organisation.department_name(own).to_owned()
                }),
                at.to_owned(),
            ])
        };
        let mut signed: Vec<[String; 4]> = Vec::new();
        signed.extend(signed_as(
            say("Appraised", "鉴定"),
            &record.value["appraised"],
        ));
        signed.extend(list("approved").filter_map(|one| signed_as(say("Approved", "批准"), one)));
        signed.extend(signed_as(
            say("Carried out", "销毁"),
            &record.value["carried_out"],
        ));
        signed.extend(list("witnesses").filter_map(|one| signed_as(say("Witnessed", "监销"), one)));
        let appraisers: Vec<&str> = list("appraisers")
            .filter_map(|person| Some(self.world.organisation.person_name(person.as_str()?)))
            .collect();
        let mut grounds = vec![text("/grounds")];
        if !appraisers.is_empty() {
            grounds.push(match language {
                Language::En => format!("Appraised by {}.", appraisers.join(", ")),
                Language::Zh => format!("鉴定人员：{}。", appraisers.join("、")),
            });
        }
        let item = |file: &Value| {
            let path = file["file"].as_str().unwrap_or_default();
            let mut declared = rulebook.records.iter();
            let of = declared.find(|(_, own)| match_path(&own.path, path).is_some());
            let name = match of {
                Some((name, _)) => {
                    let label = rulebook.label("record", name, language);
                    match language {
                        Language::En => format!("{label} ({path})"),
                        Language::Zh => format!("{label}（{path}）"),
                    }
                }
                None => path.to_owned(),
            };
            Destroyed {
                name,
                size: file["size"].as_u64().unwrap_or_default().to_string(),
                sha256: file["sha256"].as_str().unwrap_or_default().to_owned(),
            }
        };
        Destruction {
            id: case.id.clone(),
            number: match text("/number") {
                none if none.is_empty() => case.id.clone(),
                number => number,
            },
            archive_number: text("/archive_number"),
            title: text("/title"),
            category: label("category", card.and_then(|card| card.category.as_deref())),
            retention: label("retention", record.text_at("/retention")),
            mark: label("confidentiality", card.map(|card| &*card.confidentiality)),
            archived: text("/archived"),
            ended: text("/ended"),
            destroyed: text("/carried_out/at"),
            grounds,
            method: text("/how"),
            hash: text("/package"),
            items: list("files").map(item).collect(),
            signed,
        }
    }
}
