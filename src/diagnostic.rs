//! Findings as plain data: what is wrong, where, what to do, by which rule.
//! They are never printed here, and never know who asks; `report` turns them into text.

mod codes;

use serde::Serialize;

pub use codes::Code;

use crate::text::{Bilingual, Span};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The procedure or the format is violated.
    Error,
    /// Worth a look, and no violation.
    Warning,
}

/// A place in a repository: a file, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// Path below the repository's folder, parts joined by `/`.
    pub path: String,
    /// The bytes meant; `None` is the file as a whole.
    pub span: Option<Span>,
}

impl Place {
    /// The file as a whole.
    pub fn file(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            span: None,
        }
    }

    /// A part of a file.
    pub fn at(path: impl Into<String>, span: Span) -> Self {
        Self {
            path: path.into(),
            span: Some(span),
        }
    }
}

/// A second place that helps to understand a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    pub place: Place,
    pub en: String,
    pub zh: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    /// Lower-case first letter in English, no full stop.
    pub message: Bilingual,
    /// The one primary place.
    pub place: Place,
    /// Words right at the primary place, where the message alone does not say it.
    pub here: Option<Bilingual>,
    pub labels: Vec<Label>,
    /// What to do.
    pub remedy: Option<Bilingual>,
    /// Key of the procedure (`T3`) that the rule comes from.
    pub procedure: Option<String>,
    /// Name of the rulebook's rule, where it is one.
    pub rule: Option<String>,
}

impl Diagnostic {
    /// A finding with its code's usual severity: what is wrong, in English and Chinese, at one place.
    pub fn new(code: Code, place: Place, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: Bilingual::new(en, zh),
            place,
            here: None,
            labels: Vec::new(),
            remedy: None,
            procedure: None,
            rule: None,
        }
    }

    /// Adds what to do.
    pub fn remedy(mut self, en: impl Into<String>, zh: impl Into<String>) -> Self {
        self.remedy = Some(Bilingual::new(en, zh));
        self
    }

    /// Adds words that stand right at the primary place.
    pub fn here(mut self, en: impl Into<String>, zh: impl Into<String>) -> Self {
        self.here = Some(Bilingual::new(en, zh));
        self
    }

    /// Adds a second place.
    pub fn label(mut self, place: Place, en: impl Into<String>, zh: impl Into<String>) -> Self {
        self.labels.push(Label {
            place,
            en: en.into(),
            zh: zh.into(),
        });
        self
    }

    /// Adds the key of the procedure.
    pub fn procedure(mut self, key: impl Into<String>) -> Self {
        self.procedure = Some(key.into());
        self
    }

    /// Adds the name of the rulebook's rule.
    pub fn rule(mut self, name: impl Into<String>) -> Self {
        self.rule = Some(name.into());
        self
    }
}

/// Puts findings into their one stable order, by place, and drops exact repetitions.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|left, right| {
        let key = |diagnostic: &Diagnostic| {
            (
                diagnostic.place.path.clone(),
                diagnostic.place.span.map_or(0, |span| span.start),
                diagnostic.code,
            )
        };
        key(left)
            .cmp(&key(right))
            .then_with(|| left.message.en.cmp(&right.message.en))
    });
    diagnostics.dedup();
    drop_doubles(diagnostics);
}

/// Takes out what is said already by a finding at the same place: who or what is declared nowhere needs not be told how
/// names are written.
pub fn drop_doubles(diagnostics: &mut Vec<Diagnostic>) {
    let named: Vec<Place> = diagnostics
        .iter()
        .filter(|one| {
            matches!(
                one.code,
                Code::ReferencePerson | Code::ReferenceDepartment | Code::ReferenceRulebook
            )
        })
        .map(|one| one.place.clone())
        .collect();
    diagnostics.retain(|one| one.code != Code::SchemaValue || !named.contains(&one.place));
}

/// Whether any finding is a violation, not only a warning.
pub fn any_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
}
