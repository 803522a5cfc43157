//! The sheet that is no record of a clue: the ledger.
//! It draws nothing, and takes only what its caller gives.

use crate::document::Sheet;
use crate::ledger::Row;
use crate::ledger::page::{self, LedgerFacts};
use crate::text::Language;
use crate::world::World;

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
