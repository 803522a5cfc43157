//! Sheets that are no record of a clue: the ledger, and the certificate that stays when an archive is destroyed.
//! It draws nothing, and takes only what its caller gives.

use serde_json::{Value, json};

use crate::document::Sheet;
use crate::ledger::{Row, Totals, departments};
use crate::template::date;
use crate::text::{Language, visible_line};
use crate::time::Timestamp;
use crate::world::World;

/// What a ledger on paper says beside its rows.
#[derive(Clone, Debug)]
pub struct LedgerFacts<'a> {
    /// The moment as of which the rows stand.
    pub moment: Timestamp,
    /// The options that chose the rows; empty where all were taken.
    pub selection: String,
    pub totals: &'a Totals,
    /// Sentences below the table, such as what could not be read.
    pub notes: Vec<String>,
}

/// A file that was destroyed.
#[derive(Clone, Debug, Default)]
pub struct Destroyed {
    pub name: String,
    /// In bytes.
    pub size: String,
    pub sha256: String,
}

/// What a certificate of destruction says; dates are given as `2026-03-05`, or as timestamps.
#[derive(Clone, Debug, Default)]
pub struct Destruction {
    pub id: String,
    pub number: String,
    pub archive_number: String,
    pub title: String,
    pub category: String,
    pub retention: String,
    /// Label of the confidentiality level.
    pub mark: String,
    pub archived: String,
    pub ended: String,
    pub destroyed: String,
    /// Paragraphs: by which rule, and why.
    pub grounds: Vec<String>,
    pub method: String,
    /// SHA-256 of the archive package; empty where there was none.
    pub hash: String,
    /// Every file that was destroyed.
    pub items: Vec<Destroyed>,
    /// Who signed: what as (`批准`, `approved`), name, department, when.
    pub signed: Vec<[String; 4]>,
}

/// The tracking ledger, on wide paper; its mark is the highest level among its rows.
pub fn ledger(rows: &[Row], world: &World, language: Language, facts: &LedgerFacts<'_>) -> Sheet {
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
        .map(|row| json!({ "late": row.is_overdue(), "cells": cells(row, world, language) }))
        .collect();
    let title = say("Tracking ledger", "线索跟踪台账");
    Sheet {
        template: "ledger".to_owned(),
        language,
        title: format!("{title} {}", facts.moment.date()),
        ident: format!("ledger/{}/{}", facts.moment, language.code()),
        date: Some(facts.moment),
        source: "organisation.yaml".to_owned(),
        values: json!({
            "organisation": visible_line(&world.organisation.name),
            "number": "",
            "mark": mark,
            "moment": facts.moment.minutes(),
            "selection": facts.selection,
            "counts": { "clues": facts.totals.clues, "open": facts.totals.open, "overdue": facts.totals.overdue },
            "headings": headings,
            "rows": cells,
            "notes": facts.notes,
        }),
    }
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

/// The certificate of destruction.
pub fn destruction(certificate: &Destruction, organisation: &str, language: Language) -> Sheet {
    let day = |text: &str| date(&visible_line(text), language);
    let title = match language {
        Language::En => "Certificate of destruction",
        Language::Zh => "档案销毁证明",
    };
    let signatures: Vec<Value> = certificate
        .signed
        .iter()
        .map(|[deed, person, department, at]| {
            json!({
                "name": "", "label": visible_line(deed), "person": visible_line(person),
                "department": visible_line(department), "date": day(at), "fields": [], "filled": true,
            })
        })
        .collect();
    let items: Vec<Value> = certificate
        .items
        .iter()
        .map(|item| {
            json!({
                "name": visible_line(&item.name), "size": visible_line(&item.size),
                "hash": visible_line(&item.sha256),
            })
        })
        .collect();
    let line = |text: &String| visible_line(text);
    Sheet {
        template: "destruction".to_owned(),
        language,
        title: format!("{title} {}", certificate.number),
        ident: format!("{}/destruction/{}", certificate.id, language.code()),
        date: Timestamp::parse(&certificate.destroyed),
        source: "clue.yaml".to_owned(),
        values: json!({
            "organisation": visible_line(organisation),
            "number": line(&certificate.number),
            "archive_number": line(&certificate.archive_number),
            "name": line(&certificate.title),
            "category": line(&certificate.category),
            "retention": line(&certificate.retention),
            "mark": line(&certificate.mark),
            "archived": day(&certificate.archived),
            "ended": day(&certificate.ended),
            "destroyed": day(&certificate.destroyed),
            "grounds": certificate.grounds.iter().map(line).collect::<Vec<_>>(),
            "method": line(&certificate.method),
            "hash": line(&certificate.hash),
            "items": items,
            "signatures": signatures,
        }),
    }
}
