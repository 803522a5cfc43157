//! Which fields of a record name something elsewhere (`x-reference`): read off a schema once, then found in every record.
//! It never knows whether what is named exists.

use serde_json::Value;

/// A value that names something elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// JSON pointer to the value.
    pub pointer: String,
    /// What is named: `person`, `department`, `clue`, `category`, ...
    pub what: String,
    pub name: String,
}

/// A step on the way to a field.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Key(String),
    /// Every item of a list.
    Items,
    /// Every key of a mapping but these, which the schema declares.
    Others(Vec<String>),
}

/// The way to a field that names something.
pub(super) struct Way {
    parts: Vec<Part>,
    what: String,
}

/// Every way that a schema declares.
pub(super) fn ways(schema: &Value) -> Vec<Way> {
    let mut found = Vec::new();
    collect(schema, &mut Vec::new(), &mut found);
    found
}

fn collect(schema: &Value, parts: &mut Vec<Part>, found: &mut Vec<Way>) {
    if let Some(what) = schema.get("x-reference").and_then(Value::as_str) {
        found.push(Way {
            parts: parts.clone(),
            what: what.to_owned(),
        });
    }
    let mut inside = |part: Part, inner: &Value| {
        parts.push(part);
        collect(inner, parts, found);
        parts.pop();
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    for (key, inner) in properties.into_iter().flatten() {
        inside(Part::Key(key.clone()), inner);
    }
    if let Some(inner) = schema.get("items") {
        inside(Part::Items, inner);
    }
    if let Some(inner) = schema.get("additionalProperties")
        && inner.is_object()
    {
        let declared = properties.map(|properties| properties.keys().cloned().collect());
        inside(Part::Others(declared.unwrap_or_default()), inner);
    }
}

impl Way {
    /// Finds what a value names on this way.
    pub(super) fn follow(&self, value: &Value, found: &mut Vec<Reference>) {
        self.go(&self.parts, value, &mut String::new(), found);
    }

    fn go(&self, parts: &[Part], value: &Value, pointer: &mut String, found: &mut Vec<Reference>) {
        let Some((part, rest)) = parts.split_first() else {
            if let Value::String(name) = value {
                found.push(Reference {
                    pointer: pointer.clone(),
                    what: self.what.clone(),
                    name: name.clone(),
                });
            }
            return;
        };
        let mut inside = |part: &str, inner: &Value| {
            let length = pointer.len();
            pointer.push('/');
            if part.contains(['~', '/']) {
                pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
            } else {
                pointer.push_str(part);
            }
            self.go(rest, inner, pointer, found);
            pointer.truncate(length);
        };
        match (part, value) {
            (Part::Key(key), Value::Object(object)) => {
                if let Some(inner) = object.get(key) {
                    inside(key, inner);
                }
            }
            (Part::Items, Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    inside(&index.to_string(), item);
                }
            }
            (Part::Others(declared), Value::Object(object)) => {
                for (key, inner) in object {
                    if !declared.contains(key) {
                        inside(key, inner);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_way_is_followed() {
        let schema = json!({
            "properties": {
                "by": {"x-reference": "person"},
                "list": {"items": {"properties": {"department": {"x-reference": "department"}}}},
                "named": {
                    "properties": {"kept": {"type": "string"}},
                    "additionalProperties": {"x-reference": "clue"},
                },
                "several": {"type": ["string", "array"], "x-reference": "role", "items": {"x-reference": "role"}},
            }
        });
        let value = json!({
            "by": "li",
            "list": [{"department": "quality"}, {}, {"department": 3}, "x"],
            "named": {"kept": "no", "a/b": "20260101-abcd"},
            "several": ["one", "two"],
            "other": "x",
        });
        let mut found = Vec::new();
        for way in ways(&schema) {
            way.follow(&value, &mut found);
        }
        let mut told: Vec<_> = found
            .iter()
            .map(|one| format!("{} {} {}", one.pointer, one.what, one.name))
            .collect();
        told.sort();
        assert_eq!(
            told,
            [
                "/by person li",
                "/list/0/department department quality",
                "/named/a~1b clue 20260101-abcd",
                "/several/0 role one",
                "/several/1 role two",
            ]
        );
    }
}
