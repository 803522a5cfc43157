//! What a schema says of one field, for whoever helps people to fill it in.
//! It never judges a value.

use serde_json::Value;

use crate::schema::{Schemas, field};
use crate::text::Bilingual;

/// What a schema says of one field.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a>(&'a Value);

impl Schemas {
    /// What the schema of a name says of the field that a JSON pointer leads to; the empty one leads to the whole record.
    pub fn field(&self, name: &str, pointer: &str) -> Option<Field<'_>> {
        Some(Field(field(self.get(name)?, pointer)?))
    }
}

impl<'a> Field<'a> {
    /// Its name for people.
    pub fn title(self) -> Option<Bilingual> {
        parted(self.0.get("title")?.as_str()?, " · ")
    }

    /// What it is for; keys of the procedure stand in it in brackets.
    pub fn description(self) -> Option<Bilingual> {
        parted(self.0.get("description")?.as_str()?, "\n\n")
    }

    /// The values that it may have, where the schema lists them, each with its label.
    pub fn values(self) -> Vec<(&'a str, Bilingual)> {
        let labels = self.0.get("x-labels");
        let values = self.0.get("enum").and_then(Value::as_array);
        let values = values.into_iter().flatten().filter_map(Value::as_str);
        values
            .map(|value| {
                let label = labels.and_then(|labels| labels.get(value)).cloned();
                let label = label.and_then(|label| serde_json::from_value(label).ok());
                (value, label.unwrap_or_default())
            })
            .collect()
    }

    /// What it names elsewhere: `person`, `department`, `clue`, ...
    pub fn reference(self) -> Option<&'a str> {
        self.0.get("x-reference")?.as_str()
    }

    /// Whether only steps write it.
    pub fn is_written_by_steps(self) -> bool {
        self.0.get("readOnly") == Some(&Value::Bool(true))
    }

    /// Whether a value may be of a type of JSON Schema, such as `string` or `array`.
    pub fn takes(self, kind: &str) -> bool {
        match self.0.get("type") {
            Some(Value::String(own)) => own == kind,
            Some(Value::Array(own)) => own.iter().any(|own| own == kind),
            _ => false,
        }
    }

    /// The format of its text: `date`, `date-time`.
    pub fn format(self) -> Option<&'a str> {
        self.0.get("format")?.as_str()
    }

    /// Of a list, what each of its items is.
    pub fn items(self) -> Option<Field<'a>> {
        self.0.get("items").map(Field)
    }

    /// Of a group, the fields in it.
    pub fn fields(self) -> impl Iterator<Item = (&'a str, Field<'a>)> {
        let properties = self.0.get("properties").and_then(Value::as_object);
        let properties = properties.into_iter().flatten();
        properties.map(|(key, inner)| (key.as_str(), Field(inner)))
    }

    /// Of a group, whether a field must be there.
    pub fn requires(self, key: &str) -> bool {
        let required = self.0.get("required").and_then(Value::as_array);
        required.is_some_and(|required| required.iter().any(|own| own == key))
    }
}

fn parted(text: &str, by: &str) -> Option<Bilingual> {
    let (en, zh) = text.split_once(by)?;
    Some(Bilingual::new(en, zh))
}
