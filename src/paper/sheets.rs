//! Sheets that are no record of a clue: the ledger, and the certificate that stays when an archive is destroyed.
//! It draws nothing, and takes only what its caller gives.

use serde_json::{Value, json};

use crate::document::Sheet;
use crate::ledger::Row;
use crate::ledger::page::{self, LedgerFacts};
use crate::template::date;
use crate::text::{Language, visible_line};
use crate::time::Timestamp;
use crate::world::World;

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

/// The tracking ledger, on wide paper.
pub fn ledger(rows: &[Row], world: &World, language: Language, facts: &LedgerFacts<'_>) -> Sheet {
    let title = match language {
        Language::En => "Tracking ledger",
        Language::Zh => "线索跟踪台账",
    };
    Sheet {
        template: "ledger".to_owned(),
        language,
        title: format!("{title} {}", facts.moment.date()),
        ident: format!("ledger/{}/{}", facts.moment, language.code()),
        date: Some(facts.moment),
        source: "organisation.yaml".to_owned(),
        values: page::values(rows, world, language, facts),
    }
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
