//! Values between JSON and CEL: what an expression sees, and what comes out of it.
//! A value is converted once and then lent to every expression; none is copied for an evaluation.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString,
};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::objects::Key;
use serde_json::Value;

use crate::expression::{MAXIMUM_LIST, Shape};

/// A value made ready for expressions, cheap to share.
#[derive(Clone, Debug)]
pub struct Prepared(Arc<dyn Val>);

impl Prepared {
    /// Converts a value; what the shape declares and the value lacks becomes null, an absent list becomes empty.
    pub fn new(value: &Value, shape: &Shape) -> Self {
        Self(Arc::from(fill(value, shape)))
    }
}

/// The variables that an expression is evaluated with.
#[derive(Clone, Default)]
pub struct Scope {
    /// What a scope had when it was copied; it is not copied again.
    shared: Arc<HashMap<String, Prepared>>,
    /// What was set since.
    own: Vec<(String, Prepared)>,
}

impl Scope {
    /// Sets a variable, as [`Prepared::new`] converts it.
    pub fn set(&mut self, name: &str, value: &Value, shape: &Shape) {
        self.lend(name, Prepared::new(value, shape));
    }

    /// Sets a variable that was converted before.
    pub fn lend(&mut self, name: &str, value: Prepared) {
        match Arc::get_mut(&mut self.shared) {
            Some(variables) if self.own.is_empty() => {
                variables.insert(name.to_owned(), value);
            }
            _ => self.own.push((name.to_owned(), value)),
        }
    }
}

impl VariableResolver for Scope {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let own = self.own.iter().rev().find(|(name, _)| name == variable);
        let value = match own {
            Some((_, value)) => value,
            None => self.shared.get(variable)?,
        };
        Some(CowVal::Borrowed(&*value.0))
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
    Box::new(CelMap::from(map))
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
