//! The ledger as a page: the columns that fit on wide paper, their cells in words, and what stands beside the table.
//! The same values are drawn as PDF; nothing here is hidden or chosen, that the rows were made for.

use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;
use crate::ledger::{Row, Totals, departments};
use crate::template::Templates;
use crate::text::{Language, visible_line};
use crate::time::Timestamp;
use crate::world::World;

/// What a ledger on a page says beside its rows.
#[derive(Clone, Debug)]
pub struct LedgerFacts<'a> {
    /// The moment as of which the rows stand.
    pub moment: Timestamp,
    /// The options that chose the rows; empty where all were taken.
    pub selection: String,
    pub totals: &'a Totals,
    /// What stands above the table where it is made for a reader; else empty.
    pub extract: String,
    /// Sentences below the table, such as what could not be read.
    pub notes: Vec<String>,
}

/// What the templates of the ledger are given; its mark is the highest level among its rows.
pub fn values(rows: &[Row], world: &World, language: Language, facts: &LedgerFacts<'_>) -> Value {
    let say = |en: &'static str, zh: &'static str| match language {
        Language::En => en,
        Language::Zh => zh,
    };
    let headings = [
        say("#", "序号"),
        say("Number", "编号"),
        say("Title", "线索名称"),
        say("Category", "类别"),
        say("Urgency", "紧急程度"),
        say("State", "状态"),
        say("Responsible", "责任人"),
        say("Departments", "责任部门"),
        say("Collected", "收集日期"),
        say("Due", "到期日"),
        say("Standing", "时限情况"),
        say("Latest progress", "最新进展"),
    ];
    let level = |row: &Row| {
        world
            .rulebook
            .confidentiality
            .get_index_of(&row.confidentiality)
    };
    let mark = rows
        .iter()
        .max_by_key(|row| level(row))
        .map_or_else(String::new, |row| {
            visible_line(
                &world
                    .rulebook
                    .label("confidentiality", &row.confidentiality, language),
            )
        });
    let cells: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "id": row.id,
                "late": row.is_overdue(),
                "open": !row.is_final,
                "cells": cells(row, world, language),
            })
        })
        .collect();
    json!({
        "language": language.code(),
        "organisation": visible_line(&world.organisation.name),
        "number": "",
        "mark": mark,
        "extract": facts.extract,
        "moment": facts.moment.minutes(),
        "selection": facts.selection,
        "counts": { "clues": facts.totals.clues, "open": facts.totals.open, "overdue": facts.totals.overdue },
        "headings": headings,
        "rows": cells,
        "notes": facts.notes,
        "linked": false,
    })
}

/// Renders the ledger as one self-contained HTML page.
#[expect(
    clippy::result_large_err,
    reason = "made once a page, and every caller prints it"
)]
pub fn html(
    rows: &[Row],
    world: &World,
    language: Language,
    facts: &LedgerFacts<'_>,
    templates: &Templates,
) -> Result<String, Diagnostic> {
    let values = values(rows, world, language, facts);
    templates.render_rows("documents/ledger.html", &values, rows.len())
}

fn cells(row: &Row, world: &World, language: Language) -> Vec<String> {
    let label = |what: &str, key: Option<&str>| {
        key.map_or_else(String::new, |key| {
            visible_line(&world.rulebook.label(what, key, language))
        })
    };
    let day = |day: Option<chrono::NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
    let progress =
        row.progress
            .as_ref()
            .map_or_else(String::new, |progress| match &progress.text {
                Some(text) => format!("{} {text}", progress.on),
                None => progress.on.to_string(),
            });
    let open = row.open.as_ref();
    let standing = open.map_or_else(String::new, |open| {
        let (name, short) = (label("deadline", Some(&open.deadline)), open.short());
        match language {
            Language::En => format!("{name}: {}", short.en),
            Language::Zh => format!("{name}：{}", short.zh),
        }
    });
    vec![
        visible_line(row.number.as_ref().unwrap_or(&row.id)),
        visible_line(&row.title),
        label("category", row.category.as_deref()),
        label("urgency", row.urgency.as_deref()),
        label("state", Some(&row.state)),
        visible_line(world.organisation.person_name(&row.responsible)),
        departments(row, world, language),
        day(row.collected),
        day(open.and_then(|open| open.due)),
        standing,
        visible_line(&progress),
    ]
}
