//! JSON Schemas of the records: loaded from the repository, compiled when first needed, their findings put into words.
//! It never knows what a record is for; it tells where a value departs from its schema, and what refers to what.

mod field;
mod references;
mod words;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

pub use field::Field;
pub use references::Reference;
use references::Way;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::expression::Shape;
use crate::files::{Files, ReadError};
use crate::text::Bilingual;
use crate::yaml::{Node, Path, Segment};

/// Every schema that a repository must have, by name.
pub const NAMES: &[&str] = &[
    "analysis",
    "calendar",
    "clue",
    "collection",
    "feedback",
    "handling",
    "import",
    "meeting",
    "organisation",
    "supervision",
    "transfer",
    "triage",
    "workflow",
];

/// Largest schema file that is read, in bytes.
const MAXIMUM_SIZE: u64 = 1024 * 1024;

struct Schema {
    value: Value,
    validator: OnceLock<Option<Validator>>,
    ways: OnceLock<Vec<Way>>,
}

/// The schemas of a repository.
pub struct Schemas {
    schemas: BTreeMap<String, Schema>,
}

impl Schemas {
    /// Loads `schema/*.schema.json`; what the repository lacks comes from the built-in ones.
    pub fn load(files: &dyn Files, builtin: &dyn Files) -> (Self, Vec<Diagnostic>) {
        let mut schemas = BTreeMap::new();
        let mut diagnostics = Vec::new();
        let mut names: Vec<String> = NAMES.iter().map(|&name| name.to_owned()).collect();
        for entry in files.list("schema").unwrap_or_default() {
            if let Some(name) = entry.name.strip_suffix(".schema.json")
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
            }
        }
        for name in names {
            let path = format!("schema/{name}.schema.json");
            let value = match read(files, &path) {
                Ok(Some(value)) => Some(value),
                Ok(None) => None,
                Err(why) => {
                    diagnostics.push(invalid(&path, &why));
                    None
                }
            };
            if let Some(value) = value.or_else(|| read(builtin, &path).ok().flatten()) {
                schemas.insert(
                    name,
                    Schema {
                        value,
                        validator: OnceLock::new(),
                        ways: OnceLock::new(),
                    },
                );
            }
        }
        (Self { schemas }, diagnostics)
    }

    /// Compiles every schema, so that a wrong one is found also where no record uses it.
    pub fn check(&self) -> Vec<Diagnostic> {
        self.schemas
            .iter()
            .filter_map(|(name, schema)| {
                let why = compile(&schema.value).err()?;
                Some(invalid(&format!("schema/{name}.schema.json"), &why))
            })
            .collect()
    }

    /// The schema as it is written.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.schemas.get(name).map(|schema| &schema.value)
    }

    /// All schemas by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.schemas
            .iter()
            .map(|(name, schema)| (name.as_str(), &schema.value))
    }

    /// What fields a record of this schema has.
    pub fn shape(&self, name: &str) -> Shape {
        self.get(name).map_or(Shape::Any, Shape::from_schema)
    }

    /// Tells where a value departs from a schema; `node` is the same value with its places.
    pub fn validate(&self, name: &str, path: &str, node: &Node, value: &Value) -> Vec<Diagnostic> {
        let Some(schema) = self.schemas.get(name) else {
            return Vec::new();
        };
        let Some(validator) = schema.validator.get_or_init(|| compile(&schema.value).ok()) else {
            let why = compile(&schema.value).err().unwrap_or_default();
            return vec![invalid(&format!("schema/{name}.schema.json"), &why)];
        };
        if validator.is_valid(value) {
            return Vec::new();
        }
        let mut diagnostics: Vec<Diagnostic> = Vec::new();
        for error in validator.iter_errors(value) {
            for diagnostic in words::describe(&error, path, node, &schema.value) {
                // A misshapen timestamp offends its pattern and its format; once is enough.
                let again = diagnostics.iter().any(|known| {
                    known.place == diagnostic.place
                        && known.code == diagnostic.code
                        && known.code == Code::SchemaValue
                });
                if !again {
                    diagnostics.push(diagnostic);
                }
            }
        }
        diagnostics
    }

    /// Whether a field, named by its JSON pointer, takes text.
    pub fn takes_text(&self, name: &str, pointer: &str) -> bool {
        let kind = self
            .get(name)
            .and_then(|schema| field(schema, pointer)?.get("type"));
        match kind {
            Some(Value::String(kind)) => kind == "string",
            Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
            _ => false,
        }
    }

    /// Fields that only steps write.
    pub fn written_by_steps(&self, name: &str) -> Vec<WrittenBySteps> {
        let mut found = Vec::new();
        if let Some(schema) = self.get(name) {
            collect_written(schema, &mut Vec::new(), &mut found);
        }
        found
    }

    /// Finds every value that the schema says refers to something (`x-reference`).
    pub fn references(&self, name: &str, value: &Value) -> Vec<Reference> {
        let mut found = Vec::new();
        if let Some(schema) = self.schemas.get(name) {
            let ways = schema.ways.get_or_init(|| references::ways(&schema.value));
            for way in ways {
                way.follow(value, &mut found);
            }
        }
        found
    }
}

/// A field that only steps write (`readOnly`), with the value that it may have from the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenBySteps {
    /// The keys on the way; `*` stands for every item of a list.
    pub path: Vec<String>,
    pub default: Value,
}

impl WrittenBySteps {
    /// Where the field is in a record, once for each item of a list on the way.
    pub fn places(&self, value: &Value) -> Vec<Path> {
        let mut places = vec![(Path::new(), Some(value))];
        for part in &self.path {
            let mut next = Vec::new();
            for (place, value) in places {
                if part == "*" {
                    let items = value.and_then(Value::as_array);
                    for (index, item) in items.into_iter().flatten().enumerate() {
                        let mut place = place.clone();
                        place.push(Segment::Index(index));
                        next.push((place, Some(item)));
                    }
                } else {
                    let mut place = place;
                    place.push(Segment::Key(part.clone()));
                    next.push((place, value.and_then(|value| value.get(part))));
                }
            }
            places = next;
        }
        places.into_iter().map(|(place, _)| place).collect()
    }
}

fn collect_written(schema: &Value, path: &mut Vec<String>, found: &mut Vec<WrittenBySteps>) {
    if schema.get("readOnly") == Some(&Value::Bool(true)) {
        found.push(WrittenBySteps {
            path: path.clone(),
            default: schema.get("default").cloned().unwrap_or(Value::Null),
        });
        return;
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (key, inner) in properties.into_iter().flatten() {
        path.push(key.clone());
        collect_written(inner, path, found);
        path.pop();
    }
    if let Some(items) = schema.get("items") {
        path.push("*".to_owned());
        collect_written(items, path, found);
        path.pop();
    }
}

/// What a schema says of the field that a JSON pointer leads to.
fn field<'a>(schema: &'a Value, pointer: &str) -> Option<&'a Value> {
    let mut schema = schema;
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        schema = schema
            .get("properties")
            .and_then(|properties| properties.get(&part))
            .or_else(|| schema.get("items"))
            .or_else(|| {
                schema
                    .get("additionalProperties")
                    .filter(|inner| inner.is_object())
            })?;
    }
    Some(schema)
}

/// The title of the field that a JSON pointer leads to, in both languages.
pub fn title(schema: &Value, pointer: &str) -> Option<Bilingual> {
    let (en, zh) = field(schema, pointer)?
        .get("title")?
        .as_str()?
        .split_once(" · ")?;
    Some(Bilingual::new(en, zh))
}

fn read(files: &dyn Files, path: &str) -> Result<Option<Value>, String> {
    match files.read(path, MAXIMUM_SIZE) {
        Ok(Some(bytes)) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| error.to_string()),
        Ok(None) => Ok(None),
        Err(ReadError::Kind(_)) => Err("it is not an ordinary file".to_owned()),
        Err(ReadError::TooLarge(size)) => Err(format!("it has {size} bytes")),
        Err(ReadError::Failed(why)) => Err(why),
    }
}

fn compile(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft7)
        .should_validate_formats(true)
        .build(schema)
        .map_err(|error| error.to_string())
}

fn invalid(path: &str, why: &str) -> Diagnostic {
    Diagnostic::new(
        Code::SchemaInvalid,
        Place::file(path),
        format!("this is not a usable JSON Schema: {why}"),
        format!("不是可用的 JSON Schema：{why}"),
    )
    .remedy(
        "mend it, or delete it so that the built-in one is used",
        "请修正；删除后将使用内置版本",
    )
}
