//! The filters that `clue list` and `clue ledger` have in common.
//! A value may be a key, or the label or name that people know it by.

use clap::Args;

use crate::cli::Context;
use crate::cli::keys::{departments, key_of, people};
use crate::disclosure::Reader;
use crate::engine::{Engine, Failure};
use crate::record::Card;
use crate::text::Bilingual;

/// Which clues are wanted.
#[derive(Args, Clone)]
pub(super) struct Filter {
    /// Only clues in this state (repeatable)
    #[arg(long)]
    state: Vec<String>,
    /// Only clues of this category
    #[arg(long)]
    category: Option<String>,
    /// Only clues of this kind
    #[arg(long)]
    kind: Option<String>,
    /// Only clues of this urgency
    #[arg(long)]
    urgency: Option<String>,
    /// Only clues of this department
    #[arg(long)]
    department: Option<String>,
    /// Only clues that this person is responsible for
    #[arg(long, value_name = "PERSON")]
    responsible: Option<String>,
    /// Only clues whose title holds this text
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
}

impl Filter {
    /// The filters with keys in the place of the labels and names that the table shows; a value that is neither is told.
    pub(super) fn with_keys(&self, engine: &Engine) -> Result<Self, Failure> {
        let mut keys = self.clone();
        let rulebook = &engine.world().rulebook;
        let labelled = |key: &String, label: &Bilingual| {
            (key.clone(), vec![label.en.clone(), label.zh.clone()])
        };
        let states = rulebook.states.iter();
        let states: Vec<_> = states
            .map(|(key, state)| labelled(key, &state.label))
            .collect();
        let urgencies = rulebook.urgencies.iter();
        let urgencies: Vec<_> = urgencies
            .map(|(key, urgency)| labelled(key, &urgency.label))
            .collect();
        let categories = rulebook.categories.iter();
        let categories: Vec<_> = categories
            .map(|(key, category)| labelled(key, &category.label))
            .collect();
        let kinds = rulebook.categories.values();
        let kinds: Vec<_> = kinds
            .flat_map(|category| &category.kinds)
            .map(|(key, kind)| labelled(key, &kind.label))
            .collect();
        let departments = departments(engine);
        let people = people(engine);
        for state in &mut keys.state {
            *state = key_of("--state", state, &states)?;
        }
        for (option, value, known) in [
            ("--category", &mut keys.category, &categories),
            ("--kind", &mut keys.kind, &kinds),
            ("--urgency", &mut keys.urgency, &urgencies),
            ("--department", &mut keys.department, &departments),
            ("--responsible", &mut keys.responsible, &people),
        ] {
            if let Some(text) = value {
                *text = key_of(option, text, known)?;
            }
        }
        Ok(keys)
    }

    /// The options as they were typed.
    pub(super) fn typed(&self) -> Vec<String> {
        let states = self.state.iter().map(|state| ("--state", Some(state)));
        states
            .chain([
                ("--category", self.category.as_ref()),
                ("--kind", self.kind.as_ref()),
                ("--urgency", self.urgency.as_ref()),
                ("--department", self.department.as_ref()),
                ("--responsible", self.responsible.as_ref()),
                ("--search", self.search.as_ref()),
            ])
            .filter_map(|(option, value)| Some(format!("{option} {}", value?)))
            .collect()
    }

    /// The same in words, for the head of a document.
    pub(super) fn worded(&self, context: &Context) -> Vec<String> {
        let states = self
            .state
            .iter()
            .map(|state| (("state", "状态"), Some(state)));
        states
            .chain([
                (("category", "类别"), self.category.as_ref()),
                (("kind", "种类"), self.kind.as_ref()),
                (("urgency", "紧急程度"), self.urgency.as_ref()),
                (("department", "责任部门"), self.department.as_ref()),
                (("responsible", "责任人"), self.responsible.as_ref()),
                (("title", "标题"), self.search.as_ref()),
            ])
            .filter_map(|((en, zh), value)| {
                let value = value?;
                Some(context.say(&format!("{en} {value}"), &format!("{zh} {value}")))
            })
            .collect()
    }

    pub(super) fn wants(&self, card: &Card) -> bool {
        let same =
            |wanted: &Option<String>, own: &Option<String>| wanted.is_none() || wanted == own;
        (self.state.is_empty() || self.state.contains(&card.state))
            && same(&self.category, &card.category)
            && same(&self.kind, &card.kind)
            && same(&self.urgency, &card.urgency)
            && self.department.as_ref().is_none_or(|department| {
                card.departments
                    .iter()
                    .flatten()
                    .any(|own| own == department)
            })
            && self
                .responsible
                .as_ref()
                .is_none_or(|person| *person == card.responsible)
            && self
                .search
                .as_ref()
                .is_none_or(|text| card.title.to_lowercase().contains(&text.to_lowercase()))
    }
}

/// What is said below a list that could not hold all clues.
pub(super) fn unreadable_note(count: usize, context: &Context) -> String {
    let noun = if count == 1 { "clue" } else { "clues" };
    context.say(
        &format!("{count} {noun} cannot be read; clue check says why\n"),
        &format!("另有 {count} 条线索无法读取，clue check 可查看原因\n"),
    )
}

/// What is said below a list that was made for a reader: whom it is for, and how many clues are not theirs to know of.
pub(super) fn hidden_note(reader: &Reader, hidden: usize, context: &Context) -> String {
    let (en, zh) = (&reader.label.en, &reader.label.zh);
    let (noun, verb) = match hidden {
        1 => ("clue", "is"),
        _ => ("clues", "are"),
    };
    context.say(
        &format!(
            "for readers of “{en}”; {hidden} {noun} that they may not know of {verb} left out\n"
        ),
        &format!("供“{zh}”查阅；其无权知悉的 {hidden} 条线索未列入\n"),
    )
}
