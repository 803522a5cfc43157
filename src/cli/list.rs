//! `clue list`: the clues, filtered, as a table or as data.

use crate::cli::filter::{Filter, unreadable_note};
use crate::cli::{Answer, Context, delimited};
use crate::engine::Failure;
use crate::report::SCHEMA_VERSION;
use crate::text::{Language, pad, shorten, visible_line, width};
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
    #[command(flatten)]
    filter: Filter,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    format: ListFormat,
}

impl List {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let filter = self.filter.with_keys(&engine)?;
        let world = engine.world();
        let language = context.style.language;
        let mut rows: Vec<[String; 8]> = Vec::new();
        let mut data: Vec<Value> = Vec::new();
        let mut unreadable = 0;
        for (case, _) in engine.cases() {
            let Some(card) = &case.card else {
                unreadable += usize::from(case.has_unreadable_card());
                continue;
            };
            if !filter.wants(card) {
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
                    .map(|record| (*record.value).clone())
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
        let mut text = match self.format {
            ListFormat::Json => format!(
                "{:#}\n",
                json!({"schemaVersion": SCHEMA_VERSION, "clues": data})
            ),
            ListFormat::Csv => delimited::csv(
                &headings,
                rows.iter()
                    .map(|row| row.iter().map(|cell| delimited::neutral(cell))),
            )?,
            ListFormat::Table => table(&headings, &rows),
        };
        if unreadable > 0 && self.format == ListFormat::Table {
            text.push_str(&unreadable_note(unreadable, context));
        }
        Ok(Answer::new(text))
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
