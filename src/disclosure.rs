//! Extracts: what a reader may see of a clue, by the rulebook's levels of confidentiality and its `disclosure` (P3).
//! This is the one place that takes anything out; whatever is drawn, listed or indexed of an extract is made of its case.
//!
//! A field that the reader may not see stands as a mark, and what stood in it is kept back wherever a text of the clue
//! repeats it. What of it is looked for is said in `value`, where it is found in `needle`; what names clues that the reader may not know of, in `unknown`.

mod fold;
mod needle;
mod quiet;
mod unknown;
mod value;
mod walk;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

pub use quiet::Quiet;
pub use unknown::Unknown;

use crate::case::{CARD, Case, Record};
use crate::disclosure::needle::Needles;
use crate::disclosure::walk::{Path, path_of};
use crate::rulebook::Rulebook;
use crate::text::{Bilingual, Language, Span};
use crate::world::World;

/// Whom an extract is made for: a role of the rulebook, or a level of confidentiality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// `role:officer`, `level:internal`.
    pub key: String,
    /// What the reader is called.
    pub label: Bilingual,
    /// The levels that the reader may see.
    levels: BTreeSet<String>,
}

impl Reader {
    /// Who has a role sees the levels that name it, or that name a role that everybody has.
    pub fn of_role(rulebook: &Rulebook, role: &str) -> Option<Self> {
        let named = rulebook.roles.get(role)?;
        let own = [role.to_owned()];
        let levels = rulebook.confidentiality.iter();
        Some(Self {
            key: format!("role:{role}"),
            label: named.label.clone(),
            levels: levels
                .filter(|(_, level)| rulebook.has_role(&own, &level.roles))
                .map(|(key, _)| key.clone())
                .collect(),
        })
    }

    /// Who may see a level sees those before it as well; the rulebook has the most open one first.
    pub fn of_level(rulebook: &Rulebook, level: &str) -> Option<Self> {
        let (position, _, named) = rulebook.confidentiality.get_full(level)?;
        let levels = rulebook.confidentiality.keys().take(position + 1);
        Some(Self {
            key: format!("level:{level}"),
            label: named.label.clone(),
            levels: levels.cloned().collect(),
        })
    }

    /// The reader who sees least: that of the most open level; none where the rulebook has no level.
    pub fn least(rulebook: &Rulebook) -> Option<Self> {
        Self::of_level(rulebook, rulebook.confidentiality.keys().next()?)
    }

    /// Whether the reader may see what is of a level; of one that is not declared nobody may see anything.
    pub fn sees(&self, level: &str) -> bool {
        self.levels.contains(level)
    }
}

/// What stands where something is kept back.
pub fn mark(language: Language) -> &'static str {
    match language {
        Language::En => "[withheld]",
        Language::Zh => "〔不予公开〕",
    }
}

/// A clue as a reader may see it.
pub struct Extract {
    /// The case without what is kept back. Its records have no bytes of their files any more, but for a report's text.
    pub case: Case,
    /// At how many places something was kept back.
    pub withheld: usize,
    /// Whom it was made for.
    pub reader: Reader,
}

impl Extract {
    /// What the first page says: for whom it was made, and that something is kept back.
    pub fn notice(&self, language: Language) -> String {
        let name = self.reader.label.get(language);
        match (language, self.withheld) {
            (Language::En, 0) => format!("Extract for readers of “{name}”; nothing was withheld"),
            (Language::En, 1) => format!("Extract for readers of “{name}”; withheld at 1 place"),
            (Language::En, count) => {
                format!("Extract for readers of “{name}”; withheld at {count} places")
            }
            (Language::Zh, 0) => format!("摘录：供“{name}”查阅，无不予公开的内容"),
            (Language::Zh, count) => {
                format!("摘录：供“{name}”查阅，有 {count} 处内容不予公开")
            }
        }
    }
}

/// Takes out of a case what a reader may not see; none where the reader may not know of the clue, or nobody can tell.
/// `unknown` are the names of all clues that the reader may not know of.
pub fn extract(
    world: &World,
    reader: &Reader,
    unknown: &Unknown,
    mut case: Case,
    language: Language,
) -> Option<Extract> {
    let card = case.card.as_ref()?;
    if !reader.sees(&card.confidentiality) {
        return None;
    }
    let rulebook = &world.rulebook;
    let hidden = rulebook
        .disclosure
        .iter()
        .filter(|entry| !reader.sees(&entry.level));
    let hidden: Vec<(&str, Path, bool)> = hidden
        .flat_map(|entry| {
            entry
                .fields
                .iter()
                .map(move |field| (field, entry.elsewhere))
        })
        .map(|(field, elsewhere)| {
            let (record, inner) = field.split_once('.').unwrap_or((field, ""));
            (record, path_of(inner), elsewhere)
        })
        .collect();
    let paths_of = |name: &str| -> Vec<&Path> {
        let own = hidden.iter().filter(|(record, ..)| *record == name);
        own.map(|(_, path, _)| path).collect()
    };
    let mut words = Vec::new();
    for record in case.records.values().flatten() {
        for (name, path, elsewhere) in &hidden {
            if *name == record.name && *elsewhere {
                walk::texts(&record.value, path, &mut words);
            }
        }
    }
    let mut taker = walk::Taker {
        needles: Needles::new(&words, &departments(world)),
        unknown: Some(unknown),
        mark: mark(language),
        withheld: 0,
    };
    let nothing = Value::Null;
    for record in case.records.values_mut().flatten() {
        let declared = rulebook.records.get(&record.name);
        let schema = declared.and_then(|declared| world.schemas.get(&declared.schema));
        take_from(
            record,
            schema.unwrap_or(&nothing),
            &paths_of(&record.name.clone()),
            &mut taker,
        );
    }
    if let Some(record) = &mut case.card_record {
        let schema = world.schemas.get(CARD).unwrap_or(&nothing);
        take_from(record, schema, &[], &mut taker);
    }
    // The card as a type says the same as the card as a value, and is counted there.
    let counted = taker.withheld;
    if let Some(card) = &mut case.card {
        card.title = taker.line(&card.title);
        for entry in &mut card.trail {
            entry.reason = entry.reason.as_deref().map(|reason| taker.line(reason));
        }
    }
    for name in &mut case.attachments {
        *name = taker.line(name);
    }
    Some(Extract {
        case,
        withheld: counted,
        reader: reader.clone(),
    })
}

/// Whether a text repeats something of a clue that anybody's extract would keep back elsewhere.
pub fn repeats(world: &World, case: &Case, text: &str) -> bool {
    !Needles::new(&hidden_words(world, case), &departments(world))
        .found(text)
        .is_empty()
}

/// The names of departments, which name no person.
fn departments(world: &World) -> Vec<&str> {
    let departments = world.organisation.departments.values();
    departments
        .map(|department| department.name.as_str())
        .collect()
}

/// What stands in the fields that some reader may not see, and that other texts may not repeat either.
fn hidden_words(world: &World, case: &Case) -> Vec<String> {
    let mut words = Vec::new();
    let entries = world.rulebook.disclosure.iter();
    for field in entries
        .filter(|entry| entry.elsewhere)
        .flat_map(|entry| &entry.fields)
    {
        let (record, inner) = field.split_once('.').unwrap_or((field, ""));
        for record in case.all(record) {
            walk::texts(&record.value, &path_of(inner), &mut words);
        }
    }
    words
}

/// Everything of a clue that anybody's extract would keep back elsewhere, to be taken out of texts that outlive it.
pub struct KeptBack {
    taker: walk::Taker<'static>,
}

impl KeptBack {
    /// What the records of a clue hold of it.
    pub fn of(world: &World, case: &Case) -> Self {
        Self {
            taker: walk::Taker {
                needles: Needles::new(&hidden_words(world, case), &departments(world)),
                unknown: None,
                mark: mark(world.organisation.language),
                withheld: 0,
            },
        }
    }

    /// A record's value with the mark in the place of what is kept back; by its schema, keys and numbers stay.
    pub fn out_of_value(&mut self, value: &Value, schema: &Value) -> Value {
        self.taker.value(value, schema, &[])
    }

    /// A text with the mark in the place of what is kept back.
    pub fn out_of(&mut self, text: &str) -> String {
        self.taker.line(text)
    }
}

fn take_from(record: &mut Record, schema: &Value, hidden: &[&Path], taker: &mut walk::Taker<'_>) {
    let body = record
        .body
        .map(|body| taker.markdown(&record.text()[body.range()]));
    let value = taker.value(&record.value, schema, hidden);
    *record.value_mut() = value;
    record.body = body.as_ref().map(|body| Span::new(0, body.len()));
    record.yaml = Span::default();
    record.bytes = Arc::from(body.unwrap_or_default().into_bytes());
    let inner = taker.line(&record.inner);
    record.inner = inner;
}

#[cfg(test)]
mod tests;
