//! `clue list`: the clues, filtered, as a table or as data.

use crate::cli::keys::{departments, key_of, people};
use crate::cli::{Answer, Context};
use crate::engine::{Engine, Failure};
use crate::report::SCHEMA_VERSION;
use crate::text::{Bilingual, Language, pad, shorten, visible_line, width};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

/// A table for people, or data for programs.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    Table,
    Json,
    Csv,
}

/// Arguments of `clue list`.
#[derive(Args)]
pub(super) struct List {
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
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    format: ListFormat,
}

impl List {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let this = self.with_keys(&engine)?;
        let world = engine.world();
        let language = context.style.language;
        let mut rows: Vec<[String; 8]> = Vec::new();
        let mut data: Vec<Value> = Vec::new();
        let mut unreadable = 0;
        for (case, _) in engine.cases() {
            let Some(card) = &case.card else {
                unreadable += usize::from(case.card_record.is_some());
                continue;
            };
            if !this.wants(card) {
                continue;
            }
            let departments: Vec<&str> = card
                .departments
                .iter()
                .flatten()
                .map(|department| world.organisation.department_name(department))
                .collect();
            let label = |what: &str, key: &Option<String>| {
                key.as_ref()
                    .map_or_else(String::new, |key| world.rulebook.label(what, key, language))
            };
            rows.push([
                case.id.clone(),
                card.number.clone().unwrap_or_default(),
                world.rulebook.label("state", &card.state, language),
                label("urgency", &card.urgency),
                label("kind", &card.kind),
                world.organisation.person_name(&card.responsible).to_owned(),
                departments.join(", "),
                visible_line(&card.title),
            ]);
            data.push(
                case.card_record
                    .as_ref()
                    .map(|record| record.value.clone())
                    .unwrap_or_default(),
            );
        }
        let headings = if language == Language::Zh {
            [
                "标识",
                "编号",
                "状态",
                "紧急程度",
                "种类",
                "责任人",
                "责任部门",
                "标题",
            ]
        } else {
            [
                "id",
                "number",
                "state",
                "urgency",
                "kind",
                "responsible",
                "departments",
                "title",
            ]
        };
        let mut text = match this.format {
            ListFormat::Json => format!(
                "{:#}\n",
                json!({"schemaVersion": SCHEMA_VERSION, "clues": data})
            ),
            ListFormat::Csv => csv(&headings, &rows)?,
            ListFormat::Table => table(&headings, &rows),
        };
        if unreadable > 0 && this.format == ListFormat::Table {
            text.push_str(&context.say(
                &format!("{unreadable} clues cannot be read; clue check says why\n"),
                &format!("另有 {unreadable} 条线索无法读取，clue check 可查看原因\n"),
            ));
        }
        Ok(Answer::new(text))
    }

    /// The filters with keys in the place of the labels and names that the table shows; a value that is neither is told.
    fn with_keys(mut self, engine: &Engine) -> Result<Self, Failure> {
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
        for state in &mut self.state {
            *state = key_of("--state", state, &states)?;
        }
        for (option, value, known) in [
            ("--category", &mut self.category, &categories),
            ("--kind", &mut self.kind, &kinds),
            ("--urgency", &mut self.urgency, &urgencies),
            ("--department", &mut self.department, &departments),
            ("--responsible", &mut self.responsible, &people),
        ] {
            if let Some(text) = value {
                *text = key_of(option, text, known)?;
            }
        }
        Ok(self)
    }

    fn wants(&self, card: &crate::record::Card) -> bool {
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

fn table(headings: &[&str; 8], rows: &[[String; 8]]) -> String {
    let mut widths = headings.map(width);
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            widths[column] = widths[column].max(width(cell)).min(40);
        }
    }
    let line = |cells: &[String; 8]| {
        let shown: Vec<String> = cells
            .iter()
            .zip(widths)
            .enumerate()
            .map(|(column, (cell, columns))| {
                if column == 7 {
                    shorten(cell, 60)
                } else {
                    pad(&shorten(cell, columns), columns)
                }
            })
            .collect();
        format!("{}\n", shown.join("  ").trim_end())
    };
    let mut text = line(&headings.map(str::to_owned));
    for row in rows {
        text.push_str(&line(row));
    }
    text
}

fn csv(headings: &[&str; 8], rows: &[[String; 8]]) -> Result<String, Failure> {
    let failed = |error: csv::Error| Failure::Environment {
        message: Bilingual::new(error.to_string(), error.to_string()),
        remedy: None,
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(headings).map_err(failed)?;
    for row in rows {
        // A cell that a spreadsheet would take for a formula is text.
        let neutral = row.iter().map(|cell| {
            if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
                format!("'{cell}")
            } else {
                cell.clone()
            }
        });
        writer.write_record(neutral).map_err(failed)?;
    }
    let bytes = writer.into_inner().unwrap_or_default();
    Ok(String::from_utf8(bytes).unwrap_or_default())
}
