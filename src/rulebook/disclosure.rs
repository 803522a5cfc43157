//! What an extract keeps back: fields of records, each with the level of confidentiality whose readers may see them (P3).
//! It takes nothing out of any record; `disclosure` does that.

use serde::Deserialize;

use crate::rulebook::Keys;
use crate::text::Bilingual;

/// Fields that only readers of a level may see.
#[derive(Debug, Deserialize)]
pub struct Withheld {
    pub label: Bilingual,
    #[serde(default)]
    pub procedure: Keys,
    /// Such as `collection.reporter.name`; `*` stands for every entry of a list.
    pub fields: Vec<String>,
    /// Who may see this level of confidentiality sees the fields.
    pub level: String,
    /// Whether what stands in the fields is kept back wherever else it is written.
    #[serde(default = "everywhere")]
    pub elsewhere: bool,
}

fn everywhere() -> bool {
    true
}
