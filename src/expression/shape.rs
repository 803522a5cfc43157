//! What fields a value has, read off a JSON Schema, and the static check of the names that an expression uses.

use std::collections::BTreeMap;
use std::sync::Arc;

use cel::Program;
use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue};
use serde_json::Value;

use crate::expression::{Fault, FaultKind};
use crate::text::{Bilingual, Span, nearest};

/// What is known of a value before there is one; cheap to copy.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Nothing is known: every use is taken as right.
    Any,
    /// A text, number or truth value: it has no fields.
    Scalar,
    /// These fields and no others.
    Fields(Arc<BTreeMap<String, Shape>>),
    /// Any key, each with a value of this shape.
    MapOf(Arc<Shape>),
    List(Arc<Shape>),
}

impl Shape {
    /// These fields and no others.
    pub fn fields(fields: impl Iterator<Item = (String, Self)>) -> Self {
        Self::Fields(Arc::new(fields.collect()))
    }

    /// Reads the shape off a JSON Schema.
    pub fn from_schema(schema: &Value) -> Self {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            let fields = properties.iter();
            return Self::fields(
                fields.map(|(name, inner)| (name.clone(), Self::from_schema(inner))),
            );
        }
        if let Some(items) = schema.get("items") {
            return Self::List(Arc::new(Self::from_schema(items)));
        }
        if let Some(inner) = schema
            .get("additionalProperties")
            .filter(|inner| inner.is_object())
        {
            return Self::MapOf(Arc::new(Self::from_schema(inner)));
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("string" | "integer" | "number" | "boolean") => Self::Scalar,
            _ if schema.get("type").is_some_and(Value::is_array)
                || schema.get("enum").is_some() =>
            {
                Self::Scalar
            }
            _ => Self::Any,
        }
    }

    /// Where the shape lies in memory, which tells it from every other that is kept; the plain ones by small numbers.
    pub(super) fn address(&self) -> usize {
        match self {
            Self::Any => 1,
            Self::Scalar => 2,
            Self::Fields(fields) => Arc::as_ptr(fields) as usize,
            Self::MapOf(inner) => Arc::as_ptr(inner) as usize,
            // A list is told from its items, which may be a variable too.
            Self::List(inner) => Arc::as_ptr(inner) as usize + 1,
        }
    }

    fn join(self, other: Self) -> Self {
        match (self, other) {
            (left, right) if left == right => left,
            (Self::List(left), Self::List(right)) => Self::List(Arc::new(
                match (Arc::unwrap_or_clone(left), Arc::unwrap_or_clone(right)) {
                    (Self::Any, known) | (known, Self::Any) => known,
                    (left, right) => left.join(right),
                },
            )),
            (Self::Scalar, Self::Scalar) => Self::Scalar,
            _ => Self::Any,
        }
    }
}

const FUNCTIONS: &[&str] = &[
    "size",
    "timestamp",
    "duration",
    "int",
    "string",
    "double",
    "contains",
    "startsWith",
    "endsWith",
    "max",
    "min",
    "type",
];

/// Names what an expression uses and its variables do not have.
pub(super) fn check(
    program: &Program,
    source: &str,
    variables: &BTreeMap<String, Shape>,
) -> Vec<Fault> {
    let mut checker = Checker {
        source,
        faults: Vec::new(),
    };
    checker.infer(program.expression(), variables);
    checker.faults
}

struct Checker<'a> {
    source: &'a str,
    faults: Vec<Fault>,
}

impl Checker<'_> {
    fn infer(&mut self, expression: &IdedExpr, variables: &BTreeMap<String, Shape>) -> Shape {
        match &expression.expr {
            Expr::Unspecified | Expr::Struct(_) => Shape::Any,
            Expr::Literal(LiteralValue::Null) => Shape::Any,
            Expr::Literal(_) => Shape::Scalar,
            Expr::Ident(name) => variables.get(name).cloned().unwrap_or_else(|| {
                self.unknown(
                    name,
                    variables.keys().map(String::as_str),
                    "is no name that can be used here",
                    "不是此处可用的名称",
                );
                Shape::Any
            }),
            Expr::Select(select) => {
                let operand = self.infer(&select.operand, variables);
                self.field(&operand, &select.field)
            }
            Expr::List(list) => {
                let shapes: Vec<_> = list
                    .elements
                    .iter()
                    .map(|element| self.infer(element, variables))
                    .collect();
                Shape::List(Arc::new(
                    shapes.into_iter().reduce(Shape::join).unwrap_or(Shape::Any),
                ))
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    match &entry.expr {
                        EntryExpr::StructField(field) => {
                            self.infer(&field.value, variables);
                        }
                        EntryExpr::MapEntry(entry) => {
                            self.infer(&entry.key, variables);
                            self.infer(&entry.value, variables);
                        }
                    }
                }
                Shape::Any
            }
            Expr::Comprehension(comprehension) => {
                let item = match self.infer(&comprehension.iter_range, variables) {
                    Shape::List(item) => Arc::unwrap_or_clone(item),
                    Shape::MapOf(_) | Shape::Fields(_) => Shape::Scalar,
                    Shape::Any | Shape::Scalar => Shape::Any,
                };
                let mut inner = variables.clone();
                inner.insert(comprehension.iter_var.clone(), item);
                if let Some(second) = &comprehension.iter_var2 {
                    inner.insert(second.clone(), Shape::Any);
                }
                let start = self.infer(&comprehension.accu_init, variables);
                inner.insert(comprehension.accu_var.clone(), start);
                self.infer(&comprehension.loop_cond, &inner);
                let step = self.infer(&comprehension.loop_step, &inner);
                inner.insert(comprehension.accu_var.clone(), step);
                self.infer(&comprehension.result, &inner)
            }
            Expr::Call(call) => {
                let target = call
                    .target
                    .as_deref()
                    .map(|target| self.infer(target, variables));
                let arguments: Vec<_> = call
                    .args
                    .iter()
                    .map(|argument| self.infer(argument, variables))
                    .collect();
                let name = call.func_name.as_str();
                match (name, arguments.as_slice()) {
                    ("_?_:_", [_, yes, no]) => match (yes.clone(), no.clone()) {
                        (Shape::Any, known) | (known, Shape::Any) => known,
                        (yes, no) => yes.join(no),
                    },
                    ("_+_", [left, right]) => left.clone().join(right.clone()),
                    ("_[_]", [Shape::List(item), _]) => (**item).clone(),
                    ("_[_]", [Shape::MapOf(inner), _]) => (**inner).clone(),
                    ("_[_]", [fields @ Shape::Fields(_), _]) => match &call.args[1].expr {
                        Expr::Literal(LiteralValue::String(key)) => self.field(fields, key.inner()),
                        _ => Shape::Any,
                    },
                    _ => {
                        let operator = !name.starts_with(|first: char| first.is_alphabetic());
                        if !operator && !FUNCTIONS.contains(&name) {
                            self.unknown(
                                name,
                                FUNCTIONS.iter().copied(),
                                "is no function",
                                "不是可用的函数",
                            );
                        }
                        drop(target);
                        if operator && name.contains("[_]") {
                            Shape::Any
                        } else {
                            Shape::Scalar
                        }
                    }
                }
            }
        }
    }

    fn field(&mut self, operand: &Shape, name: &str) -> Shape {
        match operand {
            Shape::Any => Shape::Any,
            Shape::MapOf(inner) => (**inner).clone(),
            Shape::Fields(fields) => fields.get(name).cloned().unwrap_or_else(|| {
                self.unknown(
                    name,
                    fields.keys().map(String::as_str),
                    "is no field that the schema has",
                    "不是模式中的字段",
                );
                Shape::Any
            }),
            Shape::Scalar | Shape::List(_) => {
                self.unknown(
                    name,
                    std::iter::empty(),
                    "is asked of a value that has no fields",
                    "所属的值没有字段",
                );
                Shape::Any
            }
        }
    }

    fn unknown<'n>(
        &mut self,
        name: &str,
        known: impl Iterator<Item = &'n str>,
        en: &str,
        zh: &str,
    ) {
        // The parser keeps the place of the dot, not of the name; the name itself is what a person looks for.
        let start = find_word(self.source, name).unwrap_or(0);
        let nearest = nearest(name, known);
        let hint = nearest.as_ref().map_or_else(Default::default, |near| {
            (
                format!("; perhaps {near} is meant"),
                format!("；是否想写 {near}？"),
            )
        });
        self.faults.push(Fault {
            kind: FaultKind::Name,
            span: Span::new(start, start + name.len()),
            message: Bilingual::new(
                format!("{name} {en}{}", hint.0),
                format!("{name} {zh}{}", hint.1),
            ),
        });
    }
}

fn find_word(source: &str, word: &str) -> Option<usize> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    source
        .match_indices(word)
        .map(|(index, _)| index)
        .find(|&index| {
            !source[..index].ends_with(is_word)
                && !source[index + word.len()..].starts_with(is_word)
        })
}
