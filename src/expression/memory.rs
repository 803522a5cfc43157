//! What expressions gave before: an expression that reads the same values again gives the same again, and is not evaluated.
//! It never guesses: the values that an expression reads are compared whole, none by a hash of it alone.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use cel::common::ast::{EntryExpr, Expr, IdedExpr};
use foldhash::fast::RandomState;
use serde_json::Value;

use crate::expression::{Prepared, Scope, Shape};
use crate::text::Bilingual;

/// How many bytes a part of a memory keeps before it begins anew; all parts together keep 16 MB.
const MAXIMUM_BYTES: usize = 2_000_000;
/// Parts that are locked apart from one another, so that threads seldom wait.
const PARTS: usize = 8;

/// A value that an expression reads: a variable, and the fields from there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Read {
    variable: String,
    fields: Vec<String>,
}

/// The one value that an expression gives as it stands, where it is nothing but a name: `handling.completion.at`.
pub(super) fn names(expression: &IdedExpr) -> Option<Read> {
    let mut fields = Vec::new();
    let mut operand = expression;
    while let Expr::Select(select) = &operand.expr {
        if select.test {
            return None;
        }
        fields.push(select.field.clone());
        operand = &select.operand;
    }
    fields.reverse();
    match &operand.expr {
        Expr::Ident(variable) => Some(Read {
            variable: variable.clone(),
            fields,
        }),
        _ => None,
    }
}

impl Read {
    /// The text, number or truth value that is read, or null where the shape knows of it; none where it is anything else, or
    /// is an error to be told.
    pub(super) fn plain(&self, scope: &Scope) -> Option<Value> {
        let (value, shape) = scope.get(&self.variable)?.one()?;
        let (mut value, mut shape) = (Some(value), shape);
        for field in &self.fields {
            let declared = match shape {
                Shape::Fields(fields) => fields.get(field),
                _ => None,
            };
            value = match value {
                Some(Value::Object(object)) => match object.get(field) {
                    Some(inner) => Some(inner),
                    None if declared.is_some() => None,
                    None => return None,
                },
                None | Some(Value::Null) if declared.is_some() => None,
                _ => return None,
            };
            shape = match shape {
                Shape::MapOf(inner) => inner,
                _ => declared.unwrap_or(&Shape::Any),
            };
        }
        match value {
            None | Some(Value::Null) => {
                matches!(shape, Shape::Scalar | Shape::Any).then_some(Value::Null)
            }
            Some(value @ (Value::String(_) | Value::Bool(_))) => Some(value.clone()),
            Some(value @ Value::Number(number)) if number.is_i64() => Some(value.clone()),
            Some(_) => None,
        }
    }
}

/// Everything that an expression may read.
pub(super) fn reads(expression: &IdedExpr) -> Vec<Read> {
    let mut found = Vec::new();
    collect(expression, &mut Vec::new(), &mut found);
    found.sort();
    found.dedup();
    // Who reads a whole needs not be told that a part of it is read too.
    let all = found.clone();
    found.retain(|read| {
        !all.iter().any(|other| {
            other != read
                && other.variable == read.variable
                && read.fields.starts_with(&other.fields)
        })
    });
    found
}

/// `bound` are the names that comprehensions around the expression give to their items.
fn collect<'e>(expression: &'e IdedExpr, bound: &mut Vec<&'e str>, found: &mut Vec<Read>) {
    match &expression.expr {
        Expr::Unspecified | Expr::Literal(_) => {}
        Expr::Ident(_) | Expr::Select(_) => {
            let mut fields = Vec::new();
            let mut operand = expression;
            while let Expr::Select(select) = &operand.expr {
                fields.push(select.field.clone());
                operand = &select.operand;
            }
            fields.reverse();
            match &operand.expr {
                Expr::Ident(name) if bound.contains(&name.as_str()) => {}
                Expr::Ident(name) => found.push(Read {
                    variable: name.clone(),
                    fields,
                }),
                _ => collect(operand, bound, found),
            }
        }
        Expr::Call(call) => {
            for part in call.args.iter().chain(call.target.as_deref()) {
                collect(part, bound, found);
            }
        }
        Expr::Comprehension(comprehension) => {
            collect(&comprehension.iter_range, bound, found);
            collect(&comprehension.accu_init, bound, found);
            let before = bound.len();
            bound.push(&comprehension.iter_var);
            bound.extend(comprehension.iter_var2.as_deref());
            bound.push(&comprehension.accu_var);
            collect(&comprehension.loop_cond, bound, found);
            collect(&comprehension.loop_step, bound, found);
            collect(&comprehension.result, bound, found);
            bound.truncate(before);
        }
        Expr::List(list) => {
            for element in &list.elements {
                collect(element, bound, found);
            }
        }
        Expr::Map(map) => {
            for entry in &map.entries {
                collect_entry(&entry.expr, bound, found);
            }
        }
        Expr::Struct(structure) => {
            for entry in &structure.entries {
                collect_entry(&entry.expr, bound, found);
            }
        }
    }
}

fn collect_entry<'e>(entry: &'e EntryExpr, bound: &mut Vec<&'e str>, found: &mut Vec<Read>) {
    match entry {
        EntryExpr::StructField(field) => collect(&field.value, bound, found),
        EntryExpr::MapEntry(entry) => {
            collect(&entry.key, bound, found);
            collect(&entry.value, bound, found);
        }
    }
}

type Answer = Result<Value, Bilingual>;

#[derive(Default)]
struct Part {
    known: HashMap<Box<[u8]>, Answer, RandomState>,
    bytes: usize,
    /// Shapes that keys name by where they lie in memory: while they are kept, no other lies there.
    shapes: HashMap<usize, Shape>,
}

/// The answers of expressions, by what they read. It belongs to one rulebook: parts of it are named, not compared.
#[derive(Default)]
pub struct Memory {
    parts: [Mutex<Part>; PARTS],
}

impl Memory {
    /// What an expression gave for the same values; asked of `evaluate` where that is not known.
    pub(super) fn recall(
        &self,
        expression: u64,
        reads: &[Read],
        scope: &Scope,
        evaluate: impl FnOnce() -> Answer,
    ) -> Answer {
        let mut key = Vec::with_capacity(256);
        key.extend(expression.to_le_bytes());
        for read in reads {
            match scope.get(&read.variable) {
                Some(value) => value.write(&read.fields, &mut key),
                None => key.push(b'-'),
            }
        }
        let part = usize::try_from(expression).unwrap_or_default() % PARTS;
        let part = &self.parts[part];
        let lock = || part.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().known.get(key.as_slice()) {
            return known.clone();
        }
        let answer = evaluate();
        let mut part = lock();
        if part.bytes > MAXIMUM_BYTES {
            *part = Part::default();
        }
        for read in reads {
            if let Some(shape) = scope.get(&read.variable).and_then(Prepared::shape) {
                part.shapes
                    .entry(shape.address())
                    .or_insert_with(|| shape.clone());
            }
        }
        part.bytes += key.len() + 100;
        part.known.insert(key.into(), answer.clone());
        answer
    }
}

/// Writes a value so that no two values are written alike.
pub(super) fn write_value(value: &Value, key: &mut Vec<u8>) {
    let length = |length: usize, key: &mut Vec<u8>| key.extend((length as u64).to_le_bytes());
    match value {
        Value::Null => key.push(b'n'),
        Value::Bool(true) => key.push(b't'),
        Value::Bool(false) => key.push(b'f'),
        Value::Number(number) => {
            let text = number.to_string();
            key.push(b'#');
            length(text.len(), key);
            key.extend(text.as_bytes());
        }
        Value::String(text) => {
            key.push(b's');
            length(text.len(), key);
            key.extend(text.as_bytes());
        }
        Value::Array(items) => {
            key.push(b'[');
            length(items.len(), key);
            for item in items {
                write_value(item, key);
            }
        }
        Value::Object(fields) => {
            key.push(b'{');
            length(fields.len(), key);
            for (name, value) in fields {
                length(name.len(), key);
                key.extend(name.as_bytes());
                write_value(value, key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::expression::Expression;

    const SOURCES: &[&str] = &[
        "record.status",
        "record.status == 'sent'",
        "has(record.status)",
        "has(record.other)",
        "record.sent.at",
        "record.sent.at.deeper",
        "record.sent",
        "record.entries",
        "record.entries.type",
        "record.other",
        "kind",
        "record.other.at",
        "record",
        "size(record.entries)",
        "record.entries.exists(e, e.type == clue.type)",
        "record.entries.exists(record, record.type == 'a')",
        "record.entries.map(e, e.type)",
        "record.entries[0].type",
        "all_of_them.exists(r, r.status == record.status)",
        "all_of_them[1].status",
        "{'a': clue.type, record.status: 1}",
        "clue.type",
        "kind.label",
        "nobody.status",
    ];

    fn scopes(memory: Option<&Arc<Memory>>) -> Vec<Scope> {
        let inner = json!({"properties": {
            "status": {"type": "string"},
            "sent": {"properties": {"at": {"type": "string"}}},
            "entries": {"items": {"properties": {"type": {"type": "string"}}}},
        }});
        // The memory keeps what it is told of; here the shapes live as long as a rulebook does.
        static SHAPES: std::sync::OnceLock<[Shape; 3]> = std::sync::OnceLock::new();
        let [known, list, other] = SHAPES.get_or_init(|| {
            let known = Shape::from_schema(&inner);
            let other = Shape::fields(std::iter::once(("other".to_owned(), Shape::Any)));
            [known.clone(), Shape::List(Arc::new(known)), other]
        });
        let values = [
            json!(null),
            json!({}),
            json!({"status": null}),
            json!({"status": "sent", "sent": null}),
            json!({"status": "", "sent": {"at": "2026"}}),
            json!({"status": "sent", "sent": "2026", "entries": [{"type": "a"}]}),
            json!({"status": 1, "other": {"at": 1.5}, "entries": [{"type": "b"}, {}]}),
            json!({"status": "1", "other": null, "entries": []}),
            json!("sent"),
            json!([{"status": "sent"}]),
        ];
        let mut scopes = Vec::new();
        for (index, record) in values.iter().enumerate() {
            for shape in [known, other, &Shape::Any] {
                let mut scope = memory.map_or_else(Scope::default, |memory| {
                    Scope::remembered(Arc::clone(memory))
                });
                let kind = json!({"label": format!("kind {}", index % 2)});
                let kind = Prepared::part(format!("kind {}", index % 2), kind.into(), Shape::Any);
                scope.lend("kind", kind);
                let card = json!({"type": if index % 3 == 0 { "a" } else { "b" }});
                scope.set("clue", card, &Shape::Any);
                let several = [record, &values[(index * 7 + 3) % values.len()]];
                let several = several.map(|value| Arc::new(value.clone())).to_vec();
                scope.lend("all_of_them", Prepared::list(several, list.clone()));
                let mut inner = scope.clone();
                inner.set("record", record.clone(), shape);
                scopes.push(scope);
                scopes.push(inner);
            }
        }
        scopes
    }

    #[test]
    fn what_is_remembered_is_what_would_come_out() {
        let memory = Arc::new(Memory::default());
        let expressions: Vec<Expression> = SOURCES
            .iter()
            .filter_map(|source| Expression::compile(source).ok())
            .collect();
        assert_eq!(expressions.len(), SOURCES.len());
        let anew: Vec<Vec<Answer>> = scopes(None)
            .iter()
            .map(|scope| {
                let anew = expressions.iter().map(|one| one.evaluate_anew(scope));
                anew.collect()
            })
            .collect();
        // Twice, so that the second time all is known.
        for _ in 0..2 {
            for (scope, expected) in scopes(Some(&memory)).iter().zip(&anew) {
                for (expression, expected) in expressions.iter().zip(expected) {
                    let source = expression.source();
                    assert_eq!(&expression.evaluate(scope), expected, "{source}");
                }
            }
        }
        // Something was remembered: fewer answers than questions.
        let known: usize = memory
            .parts
            .iter()
            .map(|part| {
                part.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .known
                    .len()
            })
            .sum();
        assert!(known > 0 && known < SOURCES.len() * anew.len(), "{known}");
    }

    #[test]
    fn an_expression_reads_what_it_names() {
        #[track_caller]
        fn case(source: &str, expected: &[&str]) {
            let expression =
                Expression::compile(source).unwrap_or_else(|fault| panic!("{source}: {fault:?}"));
            let found: Vec<String> = expression
                .reads
                .iter()
                .map(|read| {
                    let all: Vec<&str> = std::iter::once(&read.variable)
                        .chain(&read.fields)
                        .map(String::as_str)
                        .collect();
                    all.join(".")
                })
                .collect();
            assert_eq!(found, expected, "{source}");
        }
        case("record.a.b == clue.c", &["clue.c", "record.a.b"]);
        case("has(record.a.b) || record.a == null", &["record.a"]);
        case(
            "record.list.exists(r, r.x == clue.y)",
            &["clue.y", "record.list"],
        );
        case("clue.list.all(clue, clue.x > 1)", &["clue.list"]);
        case("clue.trail[0].by", &["clue.trail"]);
        case("{record.a: [clue.b]}", &["clue.b", "record.a"]);
        case("1 == 2", &[]);
    }

    #[test]
    fn a_memory_does_not_grow_without_end() {
        let memory = Arc::new(Memory::default());
        let Ok(expression) = Expression::compile("record.text == ''") else {
            panic!("it does not compile")
        };
        for index in 0..400 {
            let mut scope = Scope::remembered(Arc::clone(&memory));
            let text = format!("{index}{}", "x".repeat(100_000));
            scope.set("record", json!({ "text": text }), &Shape::Any);
            assert_eq!(expression.holds(&scope), Ok(false));
        }
        let bytes: usize = memory
            .parts
            .iter()
            .map(|part| part.lock().unwrap_or_else(PoisonError::into_inner).bytes)
            .sum();
        assert!(bytes < (MAXIMUM_BYTES + 200_000) * PARTS, "{bytes}");
    }
}
