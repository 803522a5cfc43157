//! From a record and its schema to the cells that a layout draws: texts, check boxes, tables, groups, signatures.
//! It never decides how anything looks, and leaves out nothing that a record says.

use serde_json::{Map, Value, json};

use crate::document::DocumentInput;
use crate::template::{date, datetime};
use crate::text::{visible, visible_line, width};

/// Columns of text that half a row holds.
const NARROW: usize = 30;
/// Columns that a table inside a form may have; items with more are drawn as groups.
const COLUMNS: usize = 6;

/// Patterns of SHA-256 and of git's names of commits, which are no words.
const HASHES: &[&str] = &["^[0-9a-f]{64}$", "^[0-9a-f]{40}$"];

/// Records seen through their schemas, in the document's language.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub(super) input: &'a DocumentInput<'a>,
}

impl View<'_> {
    /// The fields of a record by key, each with label and cell.
    pub(super) fn fields_of(&self, schema: &str, value: &Value) -> Value {
        let Some(schema) = self.input.schemas.get(schema) else {
            return json!({});
        };
        let fields = properties(schema, value)
            .into_iter()
            .map(|(key, property)| {
                let field = self.field(&key, property, &value[&key]);
                (key, field)
            });
        Value::Object(fields.collect())
    }

    /// The fields of the index card but for its trail, which documents have as a table of its own.
    pub(super) fn card(&self) -> Value {
        let mut card = self.input.clue.clone();
        if let Some(fields) = card.as_object_mut() {
            fields.insert("trail".to_owned(), Value::Null);
        }
        self.fields_of("clue", &card)
    }

    /// The fields of a record as rows of a form: short ones two a row; signatures are left to [`Self::signatures`].
    pub(super) fn rows(&self, schema: &Value, value: &Value) -> Value {
        let fields = properties(schema, value)
            .into_iter()
            .filter(|(_, property)| !is_signature(property))
            .map(|(key, property)| self.field(&key, property, &value[&key]));
        let mut rows: Vec<Vec<Value>> = Vec::new();
        for field in fields {
            let wide = field["wide"] == json!(true);
            match rows.last_mut() {
                Some(last) if !wide && last.len() == 1 && last[0]["wide"] == json!(false) => {
                    last.push(field);
                }
                _ => rows.push(vec![field]),
            }
        }
        json!(rows)
    }

    /// The groups of a record that say who did something and when, such as sent, receipt, approval.
    pub(super) fn signatures(&self, schema: &Value, value: &Value) -> Value {
        let blocks = properties(schema, value)
            .into_iter()
            .filter(|(_, property)| is_signature(property))
            .map(|(key, property)| {
                let group = &value[&key];
                let person = group["by"].as_str().unwrap_or_default();
                let at = group["at"].as_str().unwrap_or_default();
                let others: Vec<Value> = properties(property, group)
                    .into_iter()
                    .filter(|(inner, _)| inner != "by" && inner != "at")
                    .map(|(inner, schema)| self.field(&inner, schema, &group[&inner]))
                    .collect();
                json!({
                    "name": key,
                    "label": self.title(property, &key),
                    "person": self.person(person),
                    "department": self.department_of(person),
                    "date": date(&visible_line(at), self.input.language),
                    "fields": others,
                    "filled": !is_empty(group),
                })
            });
        json!(blocks.collect::<Vec<_>>())
    }

    fn field(&self, key: &str, schema: &Value, value: &Value) -> Value {
        let cell = self.cell(schema, value);
        let wide = match cell["type"].as_str() {
            Some("text") => {
                let text = cell["text"].as_str().unwrap_or_default();
                cell["long"] == json!(true) || width(text) > NARROW
            }
            Some("choice") => {
                let options = cell["options"].as_array().map_or(&[][..], Vec::as_slice);
                let columns: usize = options
                    .iter()
                    .map(|option| width(option["label"].as_str().unwrap_or_default()) + 4)
                    .sum();
                columns > NARROW
            }
            Some("empty") => cell["long"] == json!(true),
            _ => true,
        };
        json!({ "name": key, "label": self.title(schema, key), "cell": cell, "wide": wide })
    }

    /// One value as a cell: `{type: empty | text | choice | list | table | group | groups, …}`.
    fn cell(&self, schema: &Value, value: &Value) -> Value {
        if let Some(choice) = self.choice(schema, value) {
            return choice;
        }
        match value {
            Value::Null => json!({ "type": "empty", "long": is_long(schema) }),
            Value::Object(object) if object.get("anonymous") == Some(&json!(true)) => {
                self.text(self.say("anonymous", "匿名").to_owned())
            }
            Value::Object(_) => self.group(schema, value),
            Value::Array(items) => self.list(&schema["items"], items),
            Value::String(text) => self.string(schema, text),
            Value::Number(number) => self.text(grouped(&number.to_string())),
            Value::Bool(true) => self.text(self.say("yes", "是").to_owned()),
            Value::Bool(false) => self.text(self.say("no", "否").to_owned()),
        }
    }

    fn string(&self, schema: &Value, text: &str) -> Value {
        if let Some(to) = schema["x-reference"].as_str() {
            return self.text(self.reference(to, text));
        }
        // Keys that nothing judges, such as those of a sample drawn by an earlier rulebook, and still have names.
        match schema["x-labels-of"].as_str() {
            Some("stratum") => return self.text(self.stratum(text)),
            Some(list) => return self.text(self.rulebook_label(list, text)),
            None => {}
        }
        match schema["format"].as_str() {
            Some("date") => self.text(date(&visible_line(text), self.input.language)),
            Some("date-time") => self.text(datetime(&visible_line(text), self.input.language)),
            _ if schema["pattern"]
                .as_str()
                .is_some_and(|own| HASHES.contains(&own)) =>
            {
                json!({ "type": "code", "text": visible_line(text) })
            }
            _ => {
                let shown = visible(&text.replace("\r\n", "\n"));
                let paragraphs: Vec<&str> = shown
                    .lines()
                    .filter(|line| !line.trim().is_empty())
                    .collect();
                let long = paragraphs.len() > 1 || width(&shown) > 2 * NARROW;
                json!({ "type": "text", "text": shown.trim_end(), "long": long, "paragraphs": paragraphs })
            }
        }
    }

    fn text(&self, text: String) -> Value {
        json!({ "type": "text", "text": text, "long": false, "paragraphs": [text] })
    }

    /// Check boxes: truth values, enumerations, and the rulebook's short lists.
    fn choice(&self, schema: &Value, value: &Value) -> Option<Value> {
        let items = &schema["items"];
        let options: Vec<(Value, String)> = if has_type(schema, "boolean") {
            vec![
                (json!(true), self.say("yes", "是").to_owned()),
                (json!(false), self.say("no", "否").to_owned()),
            ]
        } else if let Some(labels) = labels(schema).or_else(|| labels(items)) {
            labels
                .iter()
                .map(|(key, label)| {
                    let label = self.wording(label).unwrap_or_else(|| visible_line(key));
                    (json!(key), label)
                })
                .collect()
        } else {
            let declared = self.choices(schema["x-reference"].as_str()?)?;
            declared
                .into_iter()
                .map(|(key, label)| (json!(key), label))
                .collect()
        };
        let chosen: Vec<&Value> = match value {
            Value::Null => Vec::new(),
            Value::Array(values) => values.iter().collect(),
            other => vec![other],
        };
        // A value that is none of the options is shown as the text that it is.
        if !chosen
            .iter()
            .all(|value| options.iter().any(|(key, _)| key == *value))
        {
            return match value {
                Value::Bool(_) => Some(self.text(value.to_string())),
                _ => None,
            };
        }
        let separator = self.say(", ", "、");
        let words: Vec<&str> = options
            .iter()
            .filter(|(key, _)| chosen.contains(&key))
            .map(|(_, label)| label.as_str())
            .collect();
        let words = words.join(separator);
        let options: Vec<Value> = options
            .iter()
            .map(|(key, label)| json!({ "label": label, "chosen": chosen.contains(&key) }))
            .collect();
        Some(json!({ "type": "choice", "options": options, "text": words }))
    }

    fn group(&self, schema: &Value, value: &Value) -> Value {
        let fields: Vec<Value> = properties(schema, value)
            .into_iter()
            .map(|(key, property)| self.field(&key, property, &value[&key]))
            .collect();
        json!({ "type": "group", "fields": fields })
    }

    fn list(&self, schema: &Value, items: &[Value]) -> Value {
        if items.is_empty() {
            return json!({ "type": "empty", "long": false });
        }
        if !items.iter().all(Value::is_object) {
            let cells: Vec<Value> = items.iter().map(|item| self.cell(schema, item)).collect();
            // Names stand in one line, sentences below each other.
            let separator =
                match schema["x-reference"].is_string() || schema["x-labels-of"].is_string() {
                    true => self.say(", ", "、"),
                    false => "",
                };
            return json!({ "type": "list", "items": cells, "separator": separator });
        }
        let mut columns = Map::new();
        for item in items {
            for (key, property) in properties(schema, item) {
                if !is_empty(&item[&key]) {
                    columns.insert(key, property.clone());
                }
            }
        }
        // Groups inside a table's columns, such as an answer with who and when, would leave no room for their text.
        let nested = |schema: &Value| schema["properties"].is_object();
        if columns.len() > COLUMNS || columns.values().any(nested) {
            let groups: Vec<Value> = items
                .iter()
                .map(|item| {
                    let mut group = self.group(schema, item);
                    if let Some(fields) = group["fields"].as_array_mut() {
                        fields.retain(|field| field["cell"]["type"] != json!("empty"));
                    }
                    group
                })
                .collect();
            return json!({ "type": "groups", "items": groups });
        }
        // The schema's order, not the order in which items happened to name their fields.
        let ordered: Vec<(String, Value)> = match schema["properties"].as_object() {
            Some(declared) => declared
                .keys()
                .chain(columns.keys().filter(|key| !declared.contains_key(*key)))
                .filter_map(|key| Some((key.clone(), columns.get(key)?.clone())))
                .collect(),
            None => columns.into_iter().collect(),
        };
        let heads: Vec<Value> = ordered
            .iter()
            .map(|(key, property)| {
                let short = is_short(property);
                json!({ "label": self.title(property, key), "short": short })
            })
            .collect();
        let rows: Vec<Vec<Value>> = items
            .iter()
            .map(|item| {
                let cells = ordered.iter().map(|(key, property)| {
                    let cell = self.cell(property, &item[key]);
                    self.compact(cell)
                });
                cells.collect()
            })
            .collect();
        json!({ "type": "table", "columns": heads, "rows": rows })
    }

    /// In a table's narrow column, only what was chosen is shown, not what could have been.
    fn compact(&self, cell: Value) -> Value {
        match (cell["type"].as_str(), cell["text"].as_str()) {
            (Some("choice"), Some(words)) => self.text(words.to_owned()),
            _ => cell,
        }
    }
}

/// The properties that a schema declares, in its order, and then those that only the value has.
fn properties<'a>(schema: &'a Value, value: &Value) -> Vec<(String, &'a Value)> {
    let declared = schema["properties"].as_object();
    let additional = &schema["additionalProperties"];
    let mut found: Vec<(String, &'a Value)> = declared
        .into_iter()
        .flatten()
        .map(|(key, property)| (key.clone(), property))
        .collect();
    for key in value.as_object().into_iter().flat_map(Map::keys) {
        if declared.is_none_or(|declared| !declared.contains_key(key)) {
            found.push((key.clone(), additional));
        }
    }
    found
}

/// Who and when: such a group is signed.
fn is_signature(schema: &Value) -> bool {
    let properties = &schema["properties"];
    properties["by"]["x-reference"] == json!("person")
        && properties["at"]["format"] == json!("date-time")
}

/// Free text without a bound is given a whole row, also when empty.
fn is_long(schema: &Value) -> bool {
    has_type(schema, "string")
        && ["format", "pattern", "enum", "maxLength", "x-reference"]
            .iter()
            .all(|key| schema[*key].is_null())
}

/// What a table never breaks: days, people, enumerations, numbers.
fn is_short(schema: &Value) -> bool {
    schema["format"].is_string()
        || schema["x-reference"] == json!("person")
        || labels(schema).is_some()
        || has_type(schema, "integer")
}

fn has_type(schema: &Value, name: &str) -> bool {
    match &schema["type"] {
        Value::String(only) => only == name,
        Value::Array(several) => several.contains(&json!(name)),
        _ => false,
    }
}

fn labels(schema: &Value) -> Option<&Map<String, Value>> {
    schema["x-labels"].as_object()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(object) => object.values().all(is_empty),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Digits in threes, as sizes and amounts are read.
pub(super) fn grouped(number: &str) -> String {
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut shown = String::new();
    for (index, digit) in number.chars().enumerate() {
        if index > 0 && (number.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}
