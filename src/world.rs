//! What judging a clue needs beside the clue: schemas, organisation, rulebook, each loaded with its findings.
//! It never looks into `clues/`.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::calendar::Calendar;
use crate::diagnostic::{Code, Diagnostic, Place, any_error};
use crate::expression::{Memory, Prepared, Scope, Shape};
use crate::files::{Files, unreadable};
use crate::record::Organisation;
use crate::rulebook::Rulebook;
use crate::schema::{Schemas, WrittenBySteps};
use crate::text::{Bilingual, Choices};
use crate::yaml::{self, Document};

/// Largest record that is read, in bytes.
pub const MAXIMUM_RECORD: u64 = yaml::MAXIMUM_SIZE as u64;

/// The organisation, its rulebook and its schemas, as of one moment.
pub struct World {
    pub schemas: Schemas,
    pub organisation: Organisation,
    /// `organisation.yaml` as a value, for expressions and documents.
    pub organisation_value: Value,
    pub calendar: Calendar,
    pub rulebook: Rulebook,
    pub rulebook_document: Document,
    /// The names that expressions may use.
    pub variables: BTreeMap<String, Shape>,
    /// By record, the fields that only steps write.
    written: BTreeMap<String, Vec<WrittenBySteps>>,
    prepared: PreparedParts,
    /// What the rulebook's expressions gave before.
    memory: Arc<Memory>,
}

/// Parts of organisation and rulebook that expressions about every clue see, converted once.
struct PreparedParts {
    organisation: Prepared,
    nothing: BTreeMap<&'static str, Prepared>,
    /// By the name of the variable, and by key; a kind by its category and its own key.
    parts: BTreeMap<(&'static str, String), Prepared>,
}

impl PreparedParts {
    fn new(rulebook: &Value, organisation: &Value, variables: &BTreeMap<String, Shape>) -> Self {
        let prepare = |name: &str, key: &str, value: &Value| {
            let shape = variables.get(name).unwrap_or(&Shape::Any).clone();
            Prepared::part(format!("{name}:{key}"), Arc::new(value.clone()), shape)
        };
        let entries = |value: &Value| value.as_object().cloned().unwrap_or_default();
        let mut parts = BTreeMap::new();
        for (key, urgency) in entries(&rulebook["urgencies"]) {
            let value = prepare("urgency", &key, &urgency);
            parts.insert(("urgency", key), value);
        }
        for (key, category) in entries(&rulebook["categories"]) {
            for (kind, value) in entries(&category["kinds"]) {
                let key = format!("{key}/{kind}");
                let value = prepare("kind", &key, &value);
                parts.insert(("kind", key), value);
            }
            let value = prepare("category", &key, &category);
            parts.insert(("category", key), value);
        }
        let names = ["urgency", "category", "kind"];
        Self {
            organisation: prepare("organisation", "", organisation),
            nothing: names
                .map(|name| (name, prepare(name, "", &Value::Null)))
                .into(),
            parts,
        }
    }
}

impl World {
    /// Loads what a repository says; `None` where organisation or rulebook cannot be used, with the findings why.
    pub fn load(files: &dyn Files, builtin: &dyn Files) -> (Option<Self>, Vec<Diagnostic>) {
        let (schemas, mut diagnostics) = Schemas::load(files, builtin);
        let organisation = load_value(
            files,
            &schemas,
            "organisation.yaml",
            "organisation",
            &mut diagnostics,
        );
        let rulebook = load_value(
            files,
            &schemas,
            "workflow.yaml",
            "workflow",
            &mut diagnostics,
        );
        let (organisation_value, (rulebook_value, rulebook_document)) =
            match (organisation, rulebook) {
                (Some((organisation, _)), Some(rulebook)) => (organisation, rulebook),
                (_, rulebook) => {
                    let rulebook = rulebook.and_then(|(value, _)| Rulebook::from_value(value).ok());
                    suggest(files, &schemas, rulebook.as_ref(), &mut diagnostics);
                    return (None, diagnostics);
                }
            };
        let organisation: Organisation = match serde_json::from_value(organisation_value.clone()) {
            Ok(organisation) => organisation,
            Err(error) => {
                diagnostics.push(unusable("organisation.yaml", &error.to_string()));
                return (None, diagnostics);
            }
        };
        let rulebook = match Rulebook::from_value(rulebook_value) {
            Ok(rulebook) => rulebook,
            Err(error) => {
                diagnostics.push(unusable("workflow.yaml", &error));
                return (None, diagnostics);
            }
        };
        let (calendar, found) = Calendar::load(files, &schemas, &organisation);
        diagnostics.extend(found);
        let variables = rulebook.variables(&schemas);
        let records = rulebook.records.iter();
        let written = records
            .map(|(name, record)| (name.clone(), schemas.written_by_steps(&record.schema)))
            .collect();
        let prepared = PreparedParts::new(&rulebook.value, &organisation_value, &variables);
        (
            Some(Self {
                schemas,
                organisation,
                organisation_value,
                calendar,
                rulebook,
                rulebook_document,
                variables,
                written,
                prepared,
                memory: Arc::default(),
            }),
            diagnostics,
        )
    }

    /// A scope of nothing yet, in which an expression that reads what one read before gives what that gave.
    pub fn scope(&self) -> Scope {
        Scope::remembered(Arc::clone(&self.memory))
    }

    /// Lends a scope what the organisation and the rulebook say that concerns a clue of this category, kind and urgency.
    pub fn lend(&self, scope: &mut Scope, category: &str, kind: &str, urgency: &str) {
        scope.lend("organisation", self.prepared.organisation.clone());
        let parts = [
            ("urgency", urgency.to_owned()),
            ("category", category.to_owned()),
            ("kind", format!("{category}/{kind}")),
        ];
        for part in parts {
            let known = self.prepared.parts.get(&part);
            if let Some(value) = known.or_else(|| self.prepared.nothing.get(part.0)) {
                scope.lend(part.0, value.clone());
            }
        }
    }

    /// The fields of a record that only steps write.
    pub fn written_by_steps(&self, record: &str) -> &[WrittenBySteps] {
        self.written.get(record).map_or(&[], Vec::as_slice)
    }

    /// Whether a person has one of the roles.
    pub fn has_role(&self, person: &str, roles: &[String]) -> bool {
        self.organisation
            .people
            .get(person)
            .is_some_and(|person| self.rulebook.has_role(&person.roles, roles))
    }
}

fn load_value(
    files: &dyn Files,
    schemas: &Schemas,
    path: &str,
    schema: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Value, Document)> {
    let bytes = match files.read(path, MAXIMUM_RECORD) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            diagnostics.push(
                Diagnostic::new(
                    Code::RecordMissing,
                    Place::file(path),
                    format!("there is no {path}"),
                    format!("缺少 {path}"),
                )
                .remedy(
                    format!("restore it: git checkout HEAD -- {path}"),
                    format!("请恢复：git checkout HEAD -- {path}"),
                ),
            );
            return None;
        }
        Err(error) => {
            diagnostics.push(unreadable(path, &error));
            return None;
        }
    };
    let (document, found) = yaml::parse(path, &bytes);
    let broken = any_error(&found);
    diagnostics.extend(found);
    let document = document.filter(|_| !broken)?;
    let value = document.root.to_json();
    let found = schemas.validate(schema, path, &document.root, &value);
    let broken = any_error(&found);
    diagnostics.extend(found);
    (!broken).then_some((value, document))
}

/// What is no key in `organisation.yaml` may be the name or the label of what was meant.
fn suggest(
    files: &dyn Files,
    schemas: &Schemas,
    rulebook: Option<&Rulebook>,
    diagnostics: &mut [Diagnostic],
) {
    const PATH: &str = "organisation.yaml";
    let bytes = files.read(PATH, MAXIMUM_RECORD).ok().flatten();
    let (Some(document), _) = yaml::parse(PATH, &bytes.unwrap_or_default()) else {
        return;
    };
    let value = document.root.to_json();
    let named = |list: &str| {
        let entries = value[list].as_object().into_iter().flatten();
        Choices::new(entries.map(|(key, entry)| {
            let name = entry["name"].as_str().unwrap_or_default();
            (key.clone(), Bilingual::new(name, name))
        }))
    };
    for reference in schemas.references("organisation", &value) {
        let place = Place::at(PATH, document.root.locate_pointer(&reference.pointer));
        let mut found = diagnostics.iter_mut();
        let found = found.find(|one| one.code == Code::SchemaValue && one.place == place);
        let Some(found) = found else {
            continue;
        };
        let choices = match reference.what.as_str() {
            "person" => Some(named("people")),
            "department" => Some(named("departments")),
            what => rulebook.map(|rulebook| rulebook.choices(what)),
        };
        if let Some(meant) = choices.and_then(|choices| choices.suggestion(&reference.name)) {
            found.remedy = Some(meant);
        }
    }
}

fn unusable(path: &str, why: &str) -> Diagnostic {
    Diagnostic::new(
        Code::SchemaType,
        Place::file(path),
        format!("the file cannot be used: {why}"),
        format!("文件无法使用：{why}"),
    )
}
