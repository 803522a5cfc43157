//! Values between JSON and CEL: what an expression sees, and what comes out of it.
//! A value is converted once, when it is first asked for, and lent to every expression; none is copied for an evaluation.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString,
};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::objects::Key;
use serde_json::Value;

use crate::expression::memory::write_value;
use crate::expression::shared::SharedMap;
use crate::expression::{MAXIMUM_LIST, Memory, Shape};

/// Where a variable's value comes from.
enum Source {
    One(Arc<Value>),
    /// A list of values that lie apart from one another.
    Many(Vec<Arc<Value>>),
    /// A part of the rulebook or the organisation, which its name tells.
    Part(String, Arc<Value>),
}

struct Inner {
    source: Source,
    shape: Shape,
    /// The value as expressions see it, made when the first of them asks.
    converted: OnceLock<Box<dyn Val>>,
}

/// A value for expressions, cheap to share; it is converted once, and only where an expression is evaluated with it.
///
/// What the shape declares and the value lacks becomes null, an absent list becomes empty.
#[derive(Clone)]
pub struct Prepared(Arc<Inner>);

impl Prepared {
    /// Takes a value.
    pub fn new(value: Arc<Value>, shape: Shape) -> Self {
        Self::of(Source::One(value), shape)
    }

    /// Takes a list of values; the shape is the list's.
    pub fn list(values: Vec<Arc<Value>>, shape: Shape) -> Self {
        Self::of(Source::Many(values), shape)
    }

    /// Takes a part of the rulebook or the organisation, which is the same wherever it has this name.
    pub fn part(name: String, value: Arc<Value>, shape: Shape) -> Self {
        Self::of(Source::Part(name, value), shape)
    }

    fn of(source: Source, shape: Shape) -> Self {
        Self(Arc::new(Inner {
            source,
            shape,
            converted: OnceLock::new(),
        }))
    }

    fn converted(&self) -> &dyn Val {
        let inner = &self.0;
        &**inner.converted.get_or_init(|| match &inner.source {
            Source::One(value) | Source::Part(_, value) => fill(value, &inner.shape),
            Source::Many(values) => {
                let item = match &inner.shape {
                    Shape::List(item) => item,
                    _ => &Shape::Any,
                };
                let values = values.iter().take(MAXIMUM_LIST);
                list_of(values.map(|value| fill(value, item)))
            }
        })
    }

    /// The value with its shape, where it is a single one.
    pub(super) fn one(&self) -> Option<(&Value, &Shape)> {
        match &self.0.source {
            Source::One(value) | Source::Part(_, value) => Some((value, &self.0.shape)),
            Source::Many(_) => None,
        }
    }

    /// The shape, where what expressions see of the value depends on it.
    pub(super) fn shape(&self) -> Option<&Shape> {
        match self.0.source {
            Source::Part(..) => None,
            _ => Some(&self.0.shape),
        }
    }

    /// Writes what an expression that reads these fields of the value sees, so that nothing else is written alike.
    pub(super) fn write(&self, fields: &[String], key: &mut Vec<u8>) {
        let value = match &self.0.source {
            Source::Part(name, _) => {
                key.push(b'p');
                key.extend(name.as_bytes());
                key.push(0);
                return;
            }
            Source::Many(values) => {
                key.push(b'l');
                key.extend(self.0.shape.address().to_le_bytes());
                key.extend((values.len() as u64).to_le_bytes());
                for value in values {
                    write_value(value, key);
                }
                return;
            }
            Source::One(value) => value,
        };
        key.push(b'v');
        key.extend(self.0.shape.address().to_le_bytes());
        let mut value: &Value = value;
        for (depth, field) in fields.iter().enumerate() {
            // What is not there is what the shape makes of nothing.
            let inner = match value {
                Value::Object(object) => object.get(field),
                _ => None,
            };
            match inner {
                Some(inner) => value = inner,
                None => {
                    let is_absent = value.is_object();
                    key.push(b'0' + u8::from(is_absent));
                    key.extend((depth as u64).to_le_bytes());
                    if !is_absent {
                        write_value(value, key);
                    }
                    return;
                }
            }
        }
        write_value(value, key);
    }
}

/// The variables that an expression is evaluated with.
#[derive(Clone, Default)]
pub struct Scope {
    /// What a scope had when it was copied; it is not copied again.
    shared: Arc<Vec<(String, Prepared)>>,
    /// What was set since.
    own: Vec<(String, Prepared)>,
    /// What expressions of this rulebook gave before.
    pub(super) memory: Option<Arc<Memory>>,
}

impl Scope {
    /// A scope of nothing yet, whose expressions are remembered.
    pub fn remembered(memory: Arc<Memory>) -> Self {
        Self {
            memory: Some(memory),
            ..Self::default()
        }
    }

    /// Sets a variable, as [`Prepared::new`] takes it.
    pub fn set(&mut self, name: &str, value: Value, shape: &Shape) {
        self.lend(name, Prepared::new(Arc::new(value), shape.clone()));
    }

    /// Sets a variable that may be lent to other scopes too.
    pub fn lend(&mut self, name: &str, value: Prepared) {
        match Arc::get_mut(&mut self.shared) {
            Some(variables) if self.own.is_empty() => variables.push((name.to_owned(), value)),
            _ => self.own.push((name.to_owned(), value)),
        }
    }

    /// The variable; what was set last goes before what was set earlier.
    pub(super) fn get(&self, variable: &str) -> Option<&Prepared> {
        let own = self.own.iter().rev().chain(self.shared.iter().rev());
        let mut all = own.map(|(name, value)| (name.as_str(), value));
        all.find(|(name, _)| *name == variable)
            .map(|(_, value)| value)
    }
}

impl VariableResolver for Scope {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        Some(CowVal::Borrowed(self.get(variable)?.converted()))
    }
}

fn fill(value: &Value, shape: &Shape) -> Box<dyn Val> {
    match (value, shape) {
        (Value::Null, Shape::List(_)) => list_of([].into_iter()),
        (Value::Null, Shape::Fields(fields)) => {
            let null = Value::Null;
            map_of(
                fields
                    .iter()
                    .map(|(name, shape)| (name, fill(&null, shape))),
            )
        }
        (Value::Null, Shape::MapOf(_)) => map_of([].into_iter()),
        (Value::Object(object), Shape::Fields(fields)) => {
            let null = Value::Null;
            let declared = fields
                .iter()
                .map(|(name, shape)| (name, fill(object.get(name).unwrap_or(&null), shape)));
            let others = object
                .iter()
                .filter(|(name, _)| !fields.contains_key(*name))
                .map(|(name, value)| (name, fill(value, &Shape::Any)));
            map_of(declared.chain(others))
        }
        (Value::Object(object), shape) => {
            let inner = match shape {
                Shape::MapOf(inner) => inner,
                _ => &Shape::Any,
            };
            map_of(
                object
                    .iter()
                    .map(|(name, value)| (name, fill(value, inner))),
            )
        }
        (Value::Array(items), shape) => {
            let inner = match shape {
                Shape::List(inner) => inner,
                _ => &Shape::Any,
            };
            list_of(
                items
                    .iter()
                    .take(MAXIMUM_LIST)
                    .map(|item| fill(item, inner)),
            )
        }
        (Value::Null, _) => Box::new(CelNull),
        (Value::Bool(value), _) => Box::new(CelBool::from(*value)),
        (Value::Number(number), _) => match number.as_i64() {
            Some(number) => Box::new(CelInt::from(number)),
            None => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        (Value::String(text), _) => Box::new(CelString::from(text.clone())),
    }
}

fn map_of<'a>(entries: impl Iterator<Item = (&'a String, Box<dyn Val>)>) -> Box<dyn Val> {
    let map: HashMap<CelMapKey<'static>, Box<dyn Val>> = entries
        .map(|(name, value)| (CelMapKey::from(name.clone()), value))
        .collect();
    Box::new(SharedMap(Arc::new(CelMap::from(map))))
}

fn list_of(items: impl Iterator<Item = Box<dyn Val>>) -> Box<dyn Val> {
    Box::new(CelList::from(items.collect::<Vec<_>>()))
}

/// What came out of an expression.
pub(super) fn to_json(value: &cel::Value) -> Value {
    match value {
        cel::Value::List(items) => Value::Array(items.iter().map(to_json).collect()),
        cel::Value::Map(map) => {
            // A hash map has no order of its own: sorted, so that the same input gives the same bytes.
            let sorted: BTreeMap<String, Value> = map
                .map
                .iter()
                .map(|(key, value)| {
                    let name = match key {
                        Key::Int(number) => number.to_string(),
                        Key::Uint(number) => number.to_string(),
                        Key::Bool(truth) => truth.to_string(),
                        Key::String(text) => text.to_string(),
                    };
                    (name, to_json(value))
                })
                .collect();
            Value::Object(sorted.into_iter().collect())
        }
        cel::Value::Int(number) => Value::from(*number),
        cel::Value::UInt(number) => Value::from(*number),
        cel::Value::Float(number) => Value::from(*number),
        cel::Value::String(text) => Value::String(text.to_string()),
        cel::Value::Bool(truth) => Value::Bool(*truth),
        cel::Value::Timestamp(moment) => {
            Value::String(moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, false))
        }
        _ => Value::Null,
    }
}
