//! The rulebook: `workflow.yaml` as types, with its conditions compiled when they are first judged.
//! It holds what an organisation decided, and decides nothing itself.

mod archive;
mod choices;
mod deadline;
mod disclosure;
mod history;
mod keeping;
mod pattern;
pub mod soundness;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

pub use archive::{Archive, NumberHead};
pub use deadline::{Deadline, Escalation, Limit, Recipient, Statute};
pub use disclosure::Withheld;
pub use history::{Change, History};
pub use keeping::{Retention, RetentionFrom, WITNESSES};
pub use pattern::{NameParts, match_path};

use crate::builtin;
use crate::expression::{Expression, Fault, Scope, Shape};
use crate::files::Files;
use crate::schema::Schemas;
use crate::text::{Bilingual, Language, visible_line};

/// A condition or value of the rulebook, written in CEL.
pub struct Condition {
    source: String,
    compiled: OnceLock<Result<Expression, Fault>>,
}

impl Condition {
    /// Takes an expression as it is written; it is compiled when first asked for.
    pub fn new(source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            compiled: OnceLock::new(),
        }
    }

    /// The expression as it is written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The compiled expression, or why there is none.
    pub fn compiled(&self) -> Result<&Expression, &Fault> {
        self.compiled
            .get_or_init(|| Expression::compile(&self.source))
            .as_ref()
    }

    /// Evaluates; the error says why no value came out.
    pub fn evaluate(&self, scope: &Scope) -> Result<Value, Bilingual> {
        self.compiled()
            .map_err(|fault| fault.message.clone())?
            .evaluate(scope)
    }

    /// Judges; the error says why it could not be judged.
    pub fn holds(&self, scope: &Scope) -> Result<bool, Bilingual> {
        self.compiled()
            .map_err(|fault| fault.message.clone())?
            .holds(scope)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(String::deserialize(deserializer)?))
    }
}

impl std::fmt::Debug for Condition {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.source)
    }
}

/// Keys of the procedure: one, or several.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(untagged)]
pub enum Keys {
    #[default]
    None,
    One(String),
    Several(Vec<String>),
}

impl Keys {
    /// All of them.
    pub fn all(&self) -> Vec<&str> {
        match self {
            Self::None => Vec::new(),
            Self::One(key) => vec![key],
            Self::Several(keys) => keys.iter().map(String::as_str).collect(),
        }
    }

    /// `T3` or `B1, B3`.
    pub fn joined(&self) -> String {
        self.all().join(", ")
    }
}

/// Something that only has a name for people.
#[derive(Debug, Deserialize)]
pub struct Named {
    pub label: Bilingual,
    #[serde(default)]
    pub procedure: Keys,
    /// Of a role: whether everybody has it.
    #[serde(default)]
    pub everyone: bool,
    /// Of an urgency: whether such a clue is a major one.
    #[serde(default)]
    pub major: bool,
    /// Of a level of confidentiality: the roles that may know of such a clue.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// A rule: where it applies, what must hold, and what to say when it does not.
#[derive(Debug, Deserialize)]
pub struct Rule {
    pub name: String,
    #[serde(default)]
    pub procedure: Keys,
    #[serde(default)]
    pub each: Option<String>,
    #[serde(default)]
    pub when: Option<Condition>,
    pub expect: Condition,
    #[serde(default)]
    pub at: Option<String>,
    pub message: Bilingual,
    #[serde(default)]
    pub remedy: Option<Bilingual>,
}

/// A category, with its kinds.
#[derive(Debug, Deserialize)]
pub struct Category {
    pub label: Bilingual,
    #[serde(default)]
    pub procedure: Keys,
    pub code: String,
    pub kinds: IndexMap<String, Kind>,
}

/// A kind of clue, with what its handling asks for.
#[derive(Debug, Deserialize)]
pub struct Kind {
    pub label: Bilingual,
    #[serde(default)]
    pub procedure: Keys,
    #[serde(default)]
    pub measures: Vec<String>,
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// A record that a clue's folder may hold.
#[derive(Debug, Deserialize)]
pub struct RecordType {
    pub label: Bilingual,
    #[serde(default)]
    pub procedure: Keys,
    pub path: String,
    pub schema: String,
    #[serde(default)]
    pub template: Option<String>,
    #[serde(default)]
    pub headings: Vec<Heading>,
    /// From when on a record that no state requires counts as finished, so that its headings must be filled in.
    #[serde(default)]
    pub finished: Option<Condition>,
    /// Lists whose entries, once committed, are neither changed nor taken out.
    #[serde(default)]
    pub kept: Vec<String>,
}

impl RecordType {
    /// Whether there may be several, one for each department or occasion.
    pub fn is_many(&self) -> bool {
        self.path.contains('{')
    }

    /// Whether there is one for each department.
    pub fn is_by_department(&self) -> bool {
        self.path.contains("{department}")
    }

    /// Whether it is a Markdown report with a front matter.
    pub fn is_markdown(&self) -> bool {
        self.path.ends_with(".md")
    }
}

/// A heading that a Markdown record must have.
#[derive(Debug, Deserialize)]
pub struct Heading {
    pub label: Bilingual,
    #[serde(default)]
    pub procedure: Keys,
}

/// A state of a clue.
#[derive(Debug, Deserialize)]
pub struct State {
    pub label: Bilingual,
    #[serde(default)]
    pub procedure: Keys,
    #[serde(default)]
    pub after: Option<String>,
    #[serde(default, rename = "final")]
    pub is_final: bool,
    #[serde(default)]
    pub turn: Vec<String>,
    #[serde(default)]
    pub records: Vec<String>,
    #[serde(default)]
    pub seals: Vec<String>,
    /// Records that alone exist in this state; none where every record of the earlier states does.
    #[serde(default)]
    pub only: Vec<String>,
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// Where a step leads.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Target {
    Always(String),
    First(Vec<Branch>),
}

/// One of several states that a step may lead to.
#[derive(Debug, Deserialize)]
pub struct Branch {
    #[serde(default)]
    pub when: Option<Condition>,
    pub to: String,
}

/// A step.
#[derive(Debug, Deserialize)]
pub struct Step {
    pub label: Bilingual,
    #[serde(default)]
    pub procedure: Keys,
    pub from: Vec<String>,
    #[serde(default)]
    pub to: Option<Target>,
    pub roles: Vec<String>,
    #[serde(default)]
    pub who: Option<Condition>,
    /// Who that is, in words.
    #[serde(default)]
    pub who_is: Option<Bilingual>,
    /// Records of the step's own department that it seals, until a step about that department writes into them again.
    #[serde(default)]
    pub seals: Vec<String>,
    #[serde(default)]
    pub not_by: Vec<String>,
    #[serde(default)]
    pub each: Option<String>,
    /// The step is about one entry of this list of its record, chosen with `--entry`.
    #[serde(default)]
    pub entries: Option<String>,
    /// The step pauses, resumes or extends a clock.
    #[serde(default)]
    pub clock: Option<ClockDeed>,
    /// The statute that asks for the step; there is no such step where the organisation is not under it.
    #[serde(default)]
    pub statute: Option<String>,
    #[serde(default)]
    pub reason: bool,
    /// Whether the step's commit must be signed.
    #[serde(default)]
    pub signed: bool,
    #[serde(default)]
    pub conditions: Vec<Rule>,
    #[serde(default)]
    pub sets: IndexMap<String, Condition>,
    #[serde(default)]
    pub appends: IndexMap<String, Condition>,
    #[serde(default)]
    pub responsible: Option<Condition>,
    #[serde(default)]
    pub numbers: bool,
    /// The step gives a clue another number, where another clue has the one that it bears.
    #[serde(default)]
    pub renumbers: bool,
    /// The step gives the archive number.
    #[serde(default)]
    pub archives: bool,
    /// The record that takes the place of all others, which the step takes out (R3).
    #[serde(default)]
    pub removes: Option<String>,
    #[serde(default)]
    pub drafts: Vec<String>,
    #[serde(default = "yes")]
    pub trail: bool,
}

fn yes() -> bool {
    true
}

impl Step {
    /// Every state that the step may lead to; none where the state stays.
    pub fn targets(&self) -> Vec<&str> {
        match &self.to {
            None => Vec::new(),
            Some(Target::Always(state)) => vec![state],
            Some(Target::First(branches)) => {
                branches.iter().map(|branch| branch.to.as_str()).collect()
            }
        }
    }
}

/// What a step does to a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockDeed {
    Pause,
    Resume,
    Extend,
}

/// To which departments clues go.
#[derive(Debug, Deserialize)]
pub struct Route {
    pub when: Condition,
    pub departments: Condition,
    #[serde(default)]
    pub procedure: Keys,
}

/// How register numbers are made.
#[derive(Debug, Deserialize)]
pub struct Numbering {
    #[serde(default)]
    pub procedure: Keys,
    pub pattern: String,
}

/// The whole rulebook.
#[derive(Debug, Deserialize)]
pub struct Rulebook {
    pub name: Bilingual,
    #[serde(default)]
    pub principles: IndexMap<String, Bilingual>,
    pub numbering: Numbering,
    pub roles: IndexMap<String, Named>,
    pub confidentiality: IndexMap<String, Named>,
    /// What an extract keeps back from whom.
    #[serde(default)]
    pub disclosure: Vec<Withheld>,
    pub channels: IndexMap<String, Named>,
    pub urgencies: IndexMap<String, Named>,
    #[serde(default)]
    pub measures: IndexMap<String, Named>,
    pub categories: IndexMap<String, Category>,
    pub records: IndexMap<String, RecordType>,
    #[serde(default)]
    pub rules: Vec<Rule>,
    pub states: IndexMap<String, State>,
    pub steps: IndexMap<String, Step>,
    #[serde(default)]
    pub statutes: IndexMap<String, Statute>,
    pub deadlines: IndexMap<String, Deadline>,
    #[serde(default)]
    pub escalation: Vec<Escalation>,
    pub routing: Vec<Route>,
    pub retention: IndexMap<String, Retention>,
    /// From when on a period of retention counts.
    #[serde(default)]
    pub retention_from: RetentionFrom,
    /// How many different persons must approve a destruction.
    #[serde(default = "keeping::approvals")]
    pub retention_approvals: u32,
    #[serde(default)]
    pub archive: Option<Archive>,
    #[serde(default)]
    pub history: History,
    /// The file as a value, for expressions and documents.
    #[serde(skip)]
    pub value: Value,
}

impl Step {
    /// Whether the step itself writes into a record.
    pub fn writes(&self, record: &str) -> bool {
        let fields = self.sets.keys().chain(self.appends.keys());
        fields
            .into_iter()
            .any(|field| field.split('.').next() == Some(record))
    }
}

impl Rulebook {
    /// The rulebook that a new repository begins with; the error is what is wrong with the program's own file.
    pub fn built_in() -> Result<Self, String> {
        let bytes = builtin::files().read("workflow.yaml", u64::MAX - 1);
        let bytes = bytes.ok().flatten().unwrap_or_default();
        let (document, _) = crate::yaml::parse("workflow.yaml", &bytes);
        Self::from_value(
            document
                .map(|document| document.root.to_json())
                .unwrap_or_default(),
        )
    }

    /// Makes a rulebook of a value that its schema has accepted.
    pub fn from_value(value: Value) -> Result<Self, String> {
        let mut rulebook: Self =
            serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
        if value.get("disclosure").is_none() {
            rulebook.disclosure = disclosure::usual(&rulebook.confidentiality);
        }
        rulebook.value = value;
        Ok(rulebook)
    }

    /// A state and all those that it comes after, the farthest first; a circle ends where it closes.
    pub fn chain<'a>(&'a self, state: &'a str) -> Vec<(&'a str, &'a State)> {
        let mut chain: Vec<(&str, &State)> = Vec::new();
        let mut next = Some(state);
        while let Some(name) = next {
            let Some((name, state)) = self.states.get_key_value(name) else {
                break;
            };
            if chain.iter().any(|(known, _)| known == name) {
                break;
            }
            chain.push((name, state));
            next = state.after.as_deref();
        }
        chain.reverse();
        chain
    }

    /// Whether a state comes after another one.
    pub fn comes_after(&self, state: &str, other: &str) -> bool {
        let mut next = self
            .states
            .get(state)
            .and_then(|state| state.after.as_deref());
        // No chain is longer than there are states; one that is a circle ends.
        for _ in 0..self.states.len() {
            match next {
                Some(name) if name == other => return true,
                Some(name) => {
                    next = self
                        .states
                        .get(name)
                        .and_then(|state| state.after.as_deref())
                }
                None => return false,
            }
        }
        false
    }

    /// The states whose demands hold in a state: its chain, from the last one on in which only some records are left.
    pub fn demands<'a>(&'a self, state: &'a str) -> Vec<(&'a str, &'a State)> {
        let mut chain = self.chain(state);
        let removed = chain.iter().rposition(|(_, state)| !state.only.is_empty());
        chain.drain(..removed.unwrap_or(0));
        chain
    }

    /// Names of the records that alone may exist in a state, where all others were taken out.
    pub fn only<'a>(&'a self, state: &'a str) -> Option<&'a [String]> {
        let (_, state) = self.demands(state).into_iter().next()?;
        (!state.only.is_empty()).then_some(&*state.only)
    }

    /// The final state that a clue in this state has come to first: what is destroyed was archived.
    pub fn end<'a>(&'a self, state: &'a str) -> Option<&'a str> {
        let mut chain = self.chain(state).into_iter();
        chain
            .find(|(_, state)| state.is_final)
            .map(|(name, _)| name)
    }

    /// Names of the records that are sealed in a state.
    pub fn seals<'a>(&'a self, state: &'a str) -> BTreeSet<&'a str> {
        self.demands(state)
            .iter()
            .flat_map(|(_, state)| state.seals.iter().map(String::as_str))
            .collect()
    }

    /// Names of the records that must exist in a state.
    pub fn required<'a>(&'a self, state: &'a str) -> Vec<&'a str> {
        self.demands(state)
            .iter()
            .flat_map(|(_, state)| state.records.iter().map(String::as_str))
            .collect()
    }

    /// The kind, with its category.
    pub fn kind(&self, category: &str, kind: &str) -> Option<(&Category, &Kind)> {
        let category = self.categories.get(category)?;
        Some((category, category.kinds.get(kind)?))
    }

    /// Whether somebody who has `roles` has one of those `asked` for.
    pub fn has_role(&self, roles: &[String], asked: &[String]) -> bool {
        asked.iter().any(|role| {
            roles.contains(role) || self.roles.get(role).is_some_and(|role| role.everyone)
        })
    }

    /// Every rule there is, with where it stands.
    pub fn all_rules(&self) -> impl Iterator<Item = &Rule> {
        let kinds = self
            .categories
            .values()
            .flat_map(|category| category.kinds.values());
        self.rules
            .iter()
            .chain(kinds.flat_map(|kind| &kind.rules))
            .chain(self.states.values().flat_map(|state| &state.rules))
            .chain(self.steps.values().flat_map(|step| &step.conditions))
    }

    /// The labels of roles, in their order.
    pub fn role_labels<'r>(
        &self,
        roles: impl IntoIterator<Item = &'r String>,
        language: Language,
    ) -> Vec<String> {
        let roles = roles.into_iter();
        roles
            .map(|role| self.label("role", role, language))
            .collect()
    }

    /// The label of a value of some list of the rulebook: `role`, `category`, `kind`, `state`, ...
    pub fn label(&self, what: &str, key: &str, language: Language) -> String {
        let label = match what {
            "role" => self.roles.get(key).map(|named| &named.label),
            "channel" => self.channels.get(key).map(|named| &named.label),
            "urgency" => self.urgencies.get(key).map(|named| &named.label),
            "confidentiality" => self.confidentiality.get(key).map(|named| &named.label),
            "measure" => self.measures.get(key).map(|named| &named.label),
            "category" => self.categories.get(key).map(|category| &category.label),
            "kind" => self
                .categories
                .values()
                .find_map(|category| category.kinds.get(key))
                .map(|kind| &kind.label),
            "state" => self.states.get(key).map(|state| &state.label),
            "step" => self.steps.get(key).map(|step| &step.label),
            "deadline" => self.deadlines.get(key).map(|deadline| &deadline.label),
            "statute" => self.statutes.get(key).map(|statute| &statute.label),
            "record" => self.records.get(key).map(|record| &record.label),
            "retention" => self.retention.get(key).map(|retention| &retention.label),
            _ => None,
        };
        label.map_or(key, |label| label.get(language)).to_owned()
    }

    /// A step or a state in a Chinese sentence: by its label, with its key.
    pub fn named_zh(&self, what: &str, key: &str) -> String {
        let label = self.label(what, key, Language::Zh);
        if label == key {
            format!("“{}”", visible_line(key))
        } else {
            format!("“{}”（{}）", visible_line(&label), visible_line(key))
        }
    }

    /// Whether a name is declared in the list that a schema's `x-reference` means; `None` for other lists.
    pub fn declares(&self, what: &str, key: &str) -> Option<bool> {
        Some(match what {
            "role" => self.roles.contains_key(key),
            "channel" => self.channels.contains_key(key),
            "urgency" => self.urgencies.contains_key(key),
            "confidentiality" => self.confidentiality.contains_key(key),
            "measure" => self.measures.contains_key(key),
            "category" => self.categories.contains_key(key),
            "kind" => self
                .categories
                .values()
                .any(|category| category.kinds.contains_key(key)),
            "retention" => self.retention.contains_key(key),
            "statute" => self.statutes.contains_key(key),
            _ => return None,
        })
    }

    /// The names that expressions may use, with what fields they have.
    pub fn variables(&self, schemas: &Schemas) -> BTreeMap<String, Shape> {
        let workflow = schemas.shape("workflow");
        let inside = |list: &str| match &workflow {
            Shape::Fields(fields) => match fields.get(list) {
                Some(Shape::MapOf(inner)) => (**inner).clone(),
                _ => Shape::Any,
            },
            _ => Shape::Any,
        };
        let category = inside("categories");
        let kind = match &category {
            Shape::Fields(fields) => match fields.get("kinds") {
                Some(Shape::MapOf(inner)) => (**inner).clone(),
                _ => Shape::Any,
            },
            _ => Shape::Any,
        };
        let texts = |names: &mut dyn Iterator<Item = &str>| {
            Shape::fields(names.map(|name| (name.to_owned(), Shape::Scalar)))
        };
        let mut variables = BTreeMap::from([
            ("clue".to_owned(), schemas.shape("clue")),
            ("organisation".to_owned(), schemas.shape("organisation")),
            ("urgency".to_owned(), inside("urgencies")),
            ("category".to_owned(), category),
            ("kind".to_owned(), kind),
            (
                "entered".to_owned(),
                texts(&mut self.states.keys().map(String::as_str)),
            ),
            (
                "taken".to_owned(),
                texts(&mut self.steps.keys().map(String::as_str)),
            ),
            ("retention".to_owned(), Shape::Scalar),
            ("retention_until".to_owned(), Shape::Scalar),
            (
                "retained".to_owned(),
                texts(&mut ["until", "least", "approvals"].into_iter()),
            ),
            ("step".to_owned(), texts(&mut STEP_FIELDS.iter().copied())),
        ]);
        for (name, record) in &self.records {
            let shape = schemas.shape(&record.schema);
            let shape = if record.is_many() {
                Shape::List(Arc::new(shape))
            } else {
                shape
            };
            variables.insert(name.clone(), shape);
        }
        variables
    }
}

/// What an expression of a step may ask about the step itself.
pub const STEP_FIELDS: &[&str] = &[
    "name",
    "by",
    "at",
    "department",
    "reason",
    "type",
    "with",
    "deadline",
    "extension",
];
