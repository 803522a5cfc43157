//! What the rulebook declares of each kind, with its labels, for whoever wrote something else.
//! It never says whether a name is declared.

use crate::rulebook::Rulebook;
use crate::text::{Bilingual, Choices, Language};

impl Rulebook {
    /// What a list of the rulebook declares: `role`, `channel`, `category`, ...; of any other word, nothing.
    pub fn choices(&self, what: &str) -> Choices {
        let keys: Vec<&String> = match what {
            "role" => self.roles.keys().collect(),
            "channel" => self.channels.keys().collect(),
            "urgency" => self.urgencies.keys().collect(),
            "confidentiality" => self.confidentiality.keys().collect(),
            "measure" => self.measures.keys().collect(),
            "category" => self.categories.keys().collect(),
            "kind" => {
                let categories = self.categories.values();
                categories
                    .flat_map(|category| category.kinds.keys())
                    .collect()
            }
            "retention" => self.retention.keys().collect(),
            _ => Vec::new(),
        };
        self.labelled(what, keys)
    }

    /// Keys of a list with their labels.
    pub fn labelled<'k>(&self, what: &str, keys: impl IntoIterator<Item = &'k String>) -> Choices {
        let label = |key: &str, language| match self.label(what, key, language) {
            label if label == key => String::new(),
            label => label,
        };
        Choices::new(keys.into_iter().map(|key| {
            let label = Bilingual::new(label(key, Language::En), label(key, Language::Zh));
            (key.clone(), label)
        }))
    }
}
