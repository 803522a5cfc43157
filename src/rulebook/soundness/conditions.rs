//! Every expression of the rulebook: readable, within its limits, and about names that there are.
//! It evaluates none.

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::expression::{FaultKind, Shape};
use crate::rulebook::soundness::{Checker, FILE, placeholders};
use crate::rulebook::{Condition, Rule, Target};
use crate::text::Span;
use crate::yaml::Node;

/// What an expression is about, and so which names it may use.
#[derive(Clone, Copy, Default)]
struct About<'a> {
    /// In a step: `step` is known.
    in_step: bool,
    /// About one record: `record` is known.
    record: Option<&'a str>,
    /// About one entry of that record's list: `entry` is known.
    entries: Option<&'a str>,
}

impl Checker<'_> {
    pub(super) fn conditions(&mut self) {
        let rulebook = self.rulebook;
        let nothing = About::default();
        self.rules(&rulebook.rules, "/rules", nothing);
        for (category_name, category) in &rulebook.categories {
            for (kind_name, kind) in &category.kinds {
                let base = format!("/categories/{category_name}/kinds/{kind_name}/rules");
                let handling = About {
                    record: Some("handling"),
                    ..nothing
                };
                self.rules(&kind.rules, &base, handling);
            }
        }
        for (name, state) in &rulebook.states {
            self.rules(&state.rules, &format!("/states/{name}/rules"), nothing);
        }
        for (name, step) in &rulebook.steps {
            let base = format!("/steps/{name}");
            let about = About {
                in_step: true,
                record: step.each.as_deref(),
                entries: step.entries.as_deref(),
            };
            self.rules(&step.conditions, &format!("{base}/conditions"), about);
            for (part, condition) in [("who", &step.who), ("responsible", &step.responsible)] {
                if let Some(condition) = condition {
                    self.condition(condition, &format!("{base}/{part}"), about);
                }
            }
            for (list, fields) in [("sets", &step.sets), ("appends", &step.appends)] {
                for (field, condition) in fields {
                    let record = field.split('.').next();
                    let about = About {
                        record: about.record.or(record.filter(|record| *record != "clue")),
                        ..about
                    };
                    self.condition(condition, &format!("{base}/{list}/{field}"), about);
                }
            }
            if let Some(Target::First(branches)) = &step.to {
                for (index, branch) in branches.iter().enumerate() {
                    if let Some(condition) = &branch.when {
                        self.condition(condition, &format!("{base}/to/{index}/when"), about);
                    }
                }
            }
        }
        for (name, record) in &rulebook.records {
            if let Some(finished) = &record.finished {
                let about = About {
                    record: Some(name),
                    ..nothing
                };
                self.condition(finished, &format!("/records/{name}/finished"), about);
            }
        }
        for (name, deadline) in &rulebook.deadlines {
            let base = format!("/deadlines/{name}");
            let about = About {
                in_step: false,
                record: deadline.each.as_deref(),
                entries: deadline.entries.as_deref(),
            };
            let parts = [
                ("when", deadline.when.as_ref()),
                ("from", Some(&deadline.from)),
                ("until", Some(&deadline.until)),
                ("limit/day", deadline.limit.day.as_ref()),
                ("responsible", deadline.responsible.as_ref()),
            ];
            for (part, condition) in parts {
                if let Some(condition) = condition {
                    self.condition(condition, &format!("{base}/{part}"), about);
                }
            }
        }
        for (index, route) in rulebook.routing.iter().enumerate() {
            self.condition(&route.when, &format!("/routing/{index}/when"), nothing);
            self.condition(
                &route.departments,
                &format!("/routing/{index}/departments"),
                nothing,
            );
        }
        for (name, retention) in &rulebook.retention {
            self.condition(&retention.when, &format!("/retention/{name}/when"), nothing);
        }
        if let Some(archive) = &rulebook.archive {
            let about = About {
                in_step: true,
                ..nothing
            };
            self.condition(&archive.department, "/archive/department", about);
        }
    }

    fn rules(&mut self, rules: &[Rule], base: &str, about: About<'_>) {
        for (index, rule) in rules.iter().enumerate() {
            let about = About {
                record: rule.each.as_deref().or(about.record),
                ..about
            };
            if let Some(when) = &rule.when {
                self.condition(when, &format!("{base}/{index}/when"), about);
            }
            self.condition(&rule.expect, &format!("{base}/{index}/expect"), about);
            for (language, text) in [("en", &rule.message.en), ("zh", &rule.message.zh)] {
                for source in placeholders(text) {
                    let pointer = format!("{base}/{index}/message/{language}");
                    self.condition(&Condition::new(source), &pointer, about);
                }
            }
            if let Some(at) = &rule.at {
                let field = match about.record {
                    Some(each) => format!("{each}.{at}"),
                    None => at.clone(),
                };
                self.field(&format!("{base}/{index}/at"), &field);
            }
        }
    }

    fn condition(&mut self, condition: &Condition, pointer: &str, about: About<'_>) {
        let mut variables = self.variables.clone();
        if !about.in_step {
            variables.remove("step");
        }
        let record = about.record.and_then(|name| variables.get(name).cloned());
        let record = record.map(item);
        if let (Some(Shape::Fields(fields)), Some(list)) = (&record, about.entries)
            && let Some(shape) = fields.get(list)
        {
            variables.insert("entry".to_owned(), item(shape.clone()));
        }
        if let Some(shape) = record {
            variables.insert("record".to_owned(), shape);
        }
        let faults = match condition.compiled() {
            Ok(expression) => expression.check(&variables),
            Err(fault) => vec![fault.clone()],
        };
        for fault in faults {
            let code = match fault.kind {
                FaultKind::Syntax => Code::ExpressionSyntax,
                FaultKind::Name => Code::ExpressionName,
                FaultKind::Limit => Code::ExpressionLimit,
            };
            let place = Place::at(FILE, self.inside(pointer, condition.source(), fault.span));
            self.found.push(Diagnostic::new(
                code,
                place,
                fault.message.en,
                fault.message.zh,
            ));
        }
    }

    /// The place of a part of an expression in the file: exact where the expression stands there as it is.
    fn inside(&self, pointer: &str, source: &str, part: Span) -> Span {
        let Some(node) = self.at_field(pointer) else {
            return self.node.locate_pointer(pointer);
        };
        let length = node.span.end - node.span.start;
        if node.plain && length == source.len() {
            part.shifted(node.span.start)
        } else if !node.plain && length == source.len() + 2 {
            part.shifted(node.span.start + 1)
        } else {
            node.span
        }
    }

    /// Keys of `sets` hold dots, which a JSON pointer takes as they are.
    fn at_field(&self, pointer: &str) -> Option<&Node> {
        self.node.at_pointer(pointer)
    }
}

/// What one of several is like.
fn item(shape: Shape) -> Shape {
    match shape {
        Shape::List(inner) => std::sync::Arc::unwrap_or_clone(inner),
        other => other,
    }
}
