//! Names for people: what a key, a schema's title or a truth value is called in the document's language.
//! A key that nothing declares is shown as it is, never dropped.

use serde_json::Value;

use crate::document::RecordInput;
use crate::document::fields::View;
use crate::text::{Language, visible, visible_line};

impl View<'_> {
    /// One of two wordings.
    pub(super) fn say(&self, en: &'static str, zh: &'static str) -> &'static str {
        match self.input.language {
            Language::En => en,
            Language::Zh => zh,
        }
    }

    /// The wording of a `{en, zh}` object; the other language where one is empty.
    pub(super) fn wording(&self, label: &Value) -> Option<String> {
        let (first, second) = match self.input.language {
            Language::En => ("en", "zh"),
            Language::Zh => ("zh", "en"),
        };
        let text = |key: &str| label[key].as_str().filter(|text| !text.is_empty());
        text(first).or_else(|| text(second)).map(visible_line)
    }

    /// The title of a schema, `English · 中文`, in the document's language; `key` where it has none.
    pub(super) fn title(&self, schema: &Value, key: &str) -> String {
        let Some(title) = schema["title"].as_str() else {
            return visible_line(key);
        };
        let wording = match (title.split_once(" · "), self.input.language) {
            (Some((en, _)), Language::En) => en,
            (Some((_, zh)), Language::Zh) => zh,
            (None, _) => title,
        };
        visible_line(wording)
    }

    /// The label of `key` in one of the rulebook's lists.
    pub(super) fn rulebook_label(&self, list: &str, key: &str) -> String {
        self.wording(&self.input.rulebook[list][key]["label"])
            .unwrap_or_else(|| visible_line(key))
    }

    /// The name of a department.
    pub(super) fn department(&self, key: &str) -> String {
        let name = self.input.organisation["departments"][key]["name"].as_str();
        visible_line(name.unwrap_or(key))
    }

    /// The name of a person.
    pub(super) fn person(&self, key: &str) -> String {
        let name = self.input.organisation["people"][key]["name"].as_str();
        visible_line(name.unwrap_or(key))
    }

    /// The name of the department that a person belongs to; empty for nobody.
    pub(super) fn department_of(&self, person: &str) -> String {
        let department = self.input.organisation["people"][person]["department"].as_str();
        department.map_or_else(String::new, |key| self.department(key))
    }

    /// What a key means that the schema says refers to something (`x-reference`).
    pub(super) fn reference(&self, to: &str, key: &str) -> String {
        match to {
            "person" => self.person(key),
            "department" => self.department(key),
            "category" => self.rulebook_label("categories", key),
            "kind" => self.kind(key),
            "urgency" => self.rulebook_label("urgencies", key),
            "channel" => self.rulebook_label("channels", key),
            "measure" => self.rulebook_label("measures", key),
            "role" => self.rulebook_label("roles", key),
            "confidentiality" | "retention" => self.rulebook_label(to, key),
            _ => visible_line(key),
        }
    }

    /// The stratum of a sample, `business · important: 1/1`, by the names of category and urgency.
    pub(super) fn stratum(&self, text: &str) -> String {
        let (keys, count) = text.split_once(": ").unwrap_or((text, ""));
        let Some((category, urgency)) = keys.split_once(" · ") else {
            return visible_line(text);
        };
        let category = self.rulebook_label("categories", category);
        let urgency = self.rulebook_label("urgencies", urgency);
        let count = visible_line(count);
        match count.is_empty() {
            true => format!("{category} · {urgency}"),
            false => format!("{category} · {urgency}{}{count}", self.say(": ", "：")),
        }
    }

    /// Keys and labels of a reference that a form shows as check boxes.
    pub(super) fn choices(&self, reference: &str) -> Option<Vec<(String, String)>> {
        let list = match reference {
            "category" => "categories",
            "urgency" => "urgencies",
            "confidentiality" => "confidentiality",
            _ => return None,
        };
        let declared = self.input.rulebook[list].as_object()?;
        let choices = declared
            .keys()
            .map(|key| (key.clone(), self.rulebook_label(list, key)));
        Some(choices.collect())
    }

    /// Who reported the clue, as far as a document other than the collection form tells it (P3).
    pub(super) fn reporter(&self) -> String {
        let mut records = self.input.records.iter();
        let Some(collection) = records.find(|record| record.schema == "collection") else {
            return String::new();
        };
        match collection.value["reporter"]["anonymous"].as_bool() {
            Some(true) => self.say("anonymous", "匿名").to_owned(),
            Some(false) => self
                .say("named (see the collection form)", "实名（见线索收集表）")
                .to_owned(),
            None => String::new(),
        }
    }

    /// What a record is called, from the rulebook, else from its schema.
    pub(super) fn record_title(&self, record: &RecordInput) -> String {
        self.wording(&self.input.rulebook["records"][&record.name]["label"])
            .map(|label| self.capital(&label))
            .or_else(|| {
                let schema = self.input.schemas.get(&record.schema)?;
                Some(self.title(schema, &record.name))
            })
            .unwrap_or_else(|| visible(&record.name))
    }

    /// English labels of the rulebook begin small; a heading does not.
    pub(super) fn capital(&self, text: &str) -> String {
        let mut characters = text.chars();
        match characters.next() {
            Some(first) => first.to_uppercase().chain(characters).collect(),
            None => String::new(),
        }
    }

    fn kind(&self, key: &str) -> String {
        self.input.rulebook["categories"]
            .as_object()
            .into_iter()
            .flat_map(|categories| categories.values())
            .find_map(|category| self.wording(&category["kinds"][key]["label"]))
            .unwrap_or_else(|| visible_line(key))
    }
}
