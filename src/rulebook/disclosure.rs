//! What an extract keeps back: fields of records, each with the level of confidentiality whose readers may see them (P3).
//! It takes nothing out of any record; `disclosure` does that.

use std::sync::OnceLock;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use crate::builtin;
use crate::files::Files;
use crate::rulebook::{Keys, Named};
use crate::text::Bilingual;
use crate::yaml;

/// Fields that only readers of a level may see.
#[derive(Clone, Debug, Deserialize)]
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

/// What the built-in rulebook keeps back, for one that was made before there was such a block: who wants nothing kept back
/// says so by an empty list. A level that is not declared there is the most closed one.
pub(super) fn usual(levels: &IndexMap<String, Named>) -> Vec<Withheld> {
    static BUILTIN: OnceLock<Vec<Withheld>> = OnceLock::new();
    let usual = BUILTIN.get_or_init(|| {
        let bytes = builtin::files()
            .read("workflow.yaml", u64::MAX)
            .ok()
            .flatten();
        let document = bytes.and_then(|bytes| yaml::parse("workflow.yaml", &bytes).0);
        let value = document.map_or(Value::Null, |document| document.root.to_json());
        serde_json::from_value(value["disclosure"].clone()).unwrap_or_default()
    });
    let mut usual = usual.clone();
    for withheld in &mut usual {
        if let Some(last) = levels.keys().last()
            && !levels.contains_key(&withheld.level)
        {
            withheld.level.clone_from(last);
        }
    }
    usual
}
