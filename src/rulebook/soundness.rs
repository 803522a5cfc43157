//! Whether a rulebook itself is sound: names declared, states reachable, steps takeable, conditions readable, nothing untranslated.
//! It judges no clue.

mod conditions;
mod deadlines;
mod disclosure;
mod numbers;
mod removal;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::expression::Shape;
use crate::record::Organisation;
use crate::rulebook::{Rule, Rulebook};
use crate::schema::Schemas;
use crate::text::{Bilingual, Span, nearest};
use crate::yaml::{Node, Value, parse_path};

const FILE: &str = "workflow.yaml";

/// Tells what is wrong with a rulebook; `node` is the same file with its places.
pub fn check(
    rulebook: &Rulebook,
    node: &Node,
    schemas: &Schemas,
    organisation: Option<&Organisation>,
) -> Vec<Diagnostic> {
    let mut checker = Checker {
        rulebook,
        node,
        schemas,
        variables: rulebook.variables(schemas),
        found: Vec::new(),
    };
    checker.names();
    checker.paths();
    checker.conditions();
    checker.deadlines();
    checker.numbers();
    checker.removal();
    checker.escalation();
    checker.disclosure();
    checker.translations(node, "");
    if let Some(organisation) = organisation {
        checker.people(organisation);
    }
    checker.found
}

struct Checker<'a> {
    rulebook: &'a Rulebook,
    node: &'a Node,
    schemas: &'a Schemas,
    variables: BTreeMap<String, Shape>,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn place(&self, pointer: &str) -> Place {
        Place::at(FILE, self.node.locate_pointer(pointer))
    }

    pub(super) fn declared<'n>(
        &mut self,
        pointer: &str,
        what: (&str, &str),
        name: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) {
        if known.clone().any(|candidate| candidate == name) {
            return;
        }
        let diagnostic = Diagnostic::new(
            Code::RulebookReference,
            self.place(pointer),
            format!("there is no {} `{name}`", what.0),
            format!("没有名为 `{name}` 的{}", what.1),
        );
        self.found.push(match nearest(name, known) {
            Some(near) => diagnostic.remedy(
                format!("perhaps `{near}` is meant"),
                format!("是否想写 `{near}`？"),
            ),
            None => diagnostic,
        });
    }

    fn names(&mut self) {
        let rulebook = self.rulebook;
        let roles = || rulebook.roles.keys().map(String::as_str);
        let records = || rulebook.records.keys().map(String::as_str);
        let states = || rulebook.states.keys().map(String::as_str);
        const ROLE: (&str, &str) = ("role", "角色");
        const RECORD: (&str, &str) = ("record", "记录");
        const STATE: (&str, &str) = ("state", "状态");
        for (name, state) in &rulebook.states {
            let base = format!("/states/{name}");
            if let Some(after) = &state.after {
                self.declared(&format!("{base}/after"), STATE, after, states());
            }
            for (index, role) in state.turn.iter().enumerate() {
                self.declared(&format!("{base}/turn/{index}"), ROLE, role, roles());
            }
            let lists = [
                ("records", &state.records),
                ("seals", &state.seals),
                ("only", &state.only),
            ];
            for (list, names) in lists {
                for (index, record) in names.iter().enumerate() {
                    self.declared(&format!("{base}/{list}/{index}"), RECORD, record, records());
                }
            }
            self.each_of(&state.rules, &format!("{base}/rules"));
        }
        for (name, step) in &rulebook.steps {
            let base = format!("/steps/{name}");
            for (index, from) in step.from.iter().enumerate() {
                self.declared(
                    &format!("{base}/from/{index}"),
                    STATE,
                    from,
                    states().chain(["none"]),
                );
            }
            for target in step.targets() {
                self.declared(&format!("{base}/to"), STATE, target, states());
            }
            for (index, role) in step.roles.iter().enumerate() {
                self.declared(&format!("{base}/roles/{index}"), ROLE, role, roles());
            }
            for (list, names) in [("drafts", &step.drafts), ("seals", &step.seals)] {
                for (index, record) in names.iter().enumerate() {
                    self.declared(&format!("{base}/{list}/{index}"), RECORD, record, records());
                }
            }
            if let Some(each) = &step.each {
                // A step may be about an entry of a list of the index card.
                let known = records().chain(["clue"]);
                self.declared(&format!("{base}/each"), RECORD, each, known);
            }
            if let Some(record) = &step.removes {
                self.declared(&format!("{base}/removes"), RECORD, record, records());
            }
            for list in ["sets", "appends"] {
                let fields = if list == "sets" {
                    &step.sets
                } else {
                    &step.appends
                };
                for field in fields.keys() {
                    self.field(&format!("{base}/{list}/{field}"), field);
                }
            }
            for (index, field) in step.not_by.iter().enumerate() {
                self.field(&format!("{base}/not_by/{index}"), field);
            }
            self.each_of(&step.conditions, &format!("{base}/conditions"));
        }
        self.each_of(&rulebook.rules, "/rules");
        let schema_names: Vec<String> = self
            .schemas
            .iter()
            .map(|(name, _)| name.to_owned())
            .collect();
        for (name, record) in &rulebook.records {
            self.declared(
                &format!("/records/{name}/schema"),
                ("schema", "模式"),
                &record.schema,
                schema_names.iter().map(String::as_str),
            );
        }
        for (index, change) in rulebook.history.changes.iter().enumerate() {
            for (number, role) in change.roles.iter().enumerate() {
                let pointer = format!("/history/changes/{index}/roles/{number}");
                self.declared(&pointer, ROLE, role, roles());
            }
        }
        for (name, record) in &rulebook.records {
            for (index, list) in record.kept.iter().enumerate() {
                let pointer = format!("/records/{name}/kept/{index}");
                self.field(&pointer, &format!("{name}.{list}"));
            }
        }
        for (category_name, category) in &rulebook.categories {
            for (kind_name, kind) in &category.kinds {
                let base = format!("/categories/{category_name}/kinds/{kind_name}");
                for (index, measure) in kind.measures.iter().enumerate() {
                    self.declared(
                        &format!("{base}/measures/{index}"),
                        ("measure", "措施"),
                        measure,
                        rulebook.measures.keys().map(String::as_str),
                    );
                }
            }
        }
        let mut seen = BTreeSet::new();
        for rule in rulebook.all_rules() {
            if !seen.insert(rule.name.as_str()) {
                self.found.push(Diagnostic::new(
                    Code::RulebookReference,
                    Place::file(FILE),
                    format!("two rules are named `{}`", rule.name),
                    format!("有两条规则都叫 `{}`", rule.name),
                ));
            }
        }
    }

    fn each_of(&mut self, rules: &[Rule], base: &str) {
        let rulebook = self.rulebook;
        for (index, rule) in rules.iter().enumerate() {
            if let Some(each) = &rule.each {
                let known = rulebook.records.keys().map(String::as_str);
                self.declared(
                    &format!("{base}/{index}/each"),
                    ("record", "记录"),
                    each,
                    known,
                );
            }
        }
    }

    /// A field that a step writes or reads, such as `analysis.approval.by`.
    fn field(&mut self, pointer: &str, field: &str) {
        let (name, rest) = field.split_once('.').unwrap_or((field, ""));
        let mut shape = self.variables.get(name).cloned();
        if let Some(Shape::List(inner)) = shape {
            shape = Some(Arc::unwrap_or_clone(inner));
        }
        for part in rest.split('.').filter(|part| !part.is_empty()) {
            shape = match shape {
                Some(Shape::Fields(fields)) => fields.get(part).cloned(),
                Some(Shape::Any) => Some(Shape::Any),
                Some(Shape::MapOf(inner)) => Some(Arc::unwrap_or_clone(inner)),
                // The entry that the step is about.
                Some(Shape::List(inner)) if part == "*" => Some(Arc::unwrap_or_clone(inner)),
                _ => None,
            };
        }
        if shape.is_none() {
            self.found.push(
                Diagnostic::new(
                    Code::ExpressionName,
                    self.place(pointer),
                    format!("no schema has the field {field}"),
                    format!("没有任何模式含有字段 {field}"),
                )
                .remedy("write it as record.field", "请写成 记录.字段 的形式"),
            );
        }
    }

    fn paths(&mut self) {
        let rulebook = self.rulebook;
        let mut reached: BTreeSet<&str> = BTreeSet::from(["none"]);
        loop {
            let before = reached.len();
            for step in rulebook.steps.values() {
                if step.from.iter().any(|from| reached.contains(from.as_str())) {
                    reached.extend(step.targets());
                }
            }
            if reached.len() == before {
                break;
            }
        }
        for (name, state) in &rulebook.states {
            if !reached.contains(name.as_str()) {
                self.found.push(
                    Diagnostic::new(
                        Code::RulebookUnreachable,
                        Place::at(FILE, self.key(&format!("/states/{name}"))),
                        format!("no step leads to the state `{name}`"),
                        format!("没有步骤能到达状态 `{name}`"),
                    )
                    .remedy(
                        "add a step that leads there, or delete the state",
                        "请增加通往该状态的步骤，或删除该状态",
                    )
                    .procedure("P4"),
                );
            }
            let leaves = rulebook.steps.values().any(|step| {
                step.from.contains(name) && step.targets().iter().any(|target| target != name)
            });
            if !state.is_final && !leaves {
                self.found.push(
                    Diagnostic::new(
                        Code::RulebookDeadEnd,
                        Place::at(FILE, self.key(&format!("/states/{name}"))),
                        format!("no step leads out of the state `{name}`"),
                        format!("状态 `{name}` 没有出路"),
                    )
                    .remedy(
                        "add a step from it, or mark it `final: true`",
                        "请增加从它出发的步骤，或标为 final: true",
                    )
                    .procedure("P4"),
                );
            }
            if !state.is_final && state.turn.is_empty() {
                self.found.push(
                    Diagnostic::new(
                        Code::RulebookNobody,
                        Place::at(FILE, self.key(&format!("/states/{name}"))),
                        format!("nobody's turn is it in the state `{name}`"),
                        format!("状态 `{name}` 没有写明轮到谁"),
                    )
                    .remedy("add `turn: [role]`", "请补充 turn: [角色]")
                    .procedure("P1"),
                );
            }
        }
    }

    /// The span of the key that a pointer ends in.
    fn key(&self, pointer: &str) -> Span {
        let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
        self.node
            .at_pointer(parent)
            .and_then(|parent| parent.entry(name))
            .map_or_else(|| self.node.locate_pointer(pointer), |entry| entry.key_span)
    }

    /// Every group that is made of `en` and `zh` must have both.
    fn translations(&mut self, node: &Node, pointer: &str) {
        match &node.value {
            Value::Mapping(entries) => {
                let is_text = !entries.is_empty()
                    && entries
                        .iter()
                        .all(|entry| entry.key == "en" || entry.key == "zh");
                if is_text {
                    let absent = |key: &str| {
                        node.get(key)
                            .and_then(Node::as_str)
                            .is_none_or(|text| text.trim().is_empty())
                    };
                    for (key, en, zh) in [("en", "English", "英文"), ("zh", "Chinese", "中文")]
                    {
                        if absent(key) {
                            self.found.push(
                                Diagnostic::new(
                                    Code::RulebookTranslation,
                                    Place::at(FILE, entries[0].key_span),
                                    format!("the {en} wording is missing"),
                                    format!("缺少{zh}文字"),
                                )
                                .remedy(format!("fill in `{key}`"), format!("请填写 `{key}`")),
                            );
                        }
                    }
                }
                for entry in entries {
                    self.translations(&entry.value, &format!("{pointer}/{}", entry.key));
                }
            }
            Value::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.translations(item, &format!("{pointer}/{index}"));
                }
            }
            _ => {}
        }
    }

    fn people(&mut self, organisation: &Organisation) {
        let rulebook = self.rulebook;
        for (name, step) in &rulebook.steps {
            let somebody = organisation
                .people
                .values()
                .any(|person| rulebook.has_role(&person.roles, &step.roles));
            if !somebody {
                self.found.push(
                    Diagnostic::new(
                        Code::RulebookNobody,
                        self.place(&format!("/steps/{name}/roles/0")),
                        format!("nobody in the organisation may take the step `{name}`"),
                        format!("组织中没有人可以办理步骤 `{name}`"),
                    )
                    .remedy(
                        format!(
                            "give somebody the role {} in organisation.yaml",
                            step.roles.join(" or ")
                        ),
                        format!(
                            "请在 organisation.yaml 中授予某人角色 {}",
                            step.roles.join(" 或 ")
                        ),
                    )
                    .procedure("P1"),
                );
            }
        }
    }
}

/// The expressions in braces of a message.
pub fn placeholders(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else {
            break;
        };
        found.push(&rest[open + 1..open + length]);
        rest = &rest[open + length + 1..];
    }
    found
}

/// A message with the expressions in braces replaced by what `value` gives for each.
pub fn fill_in(message: &Bilingual, value: &dyn Fn(&str) -> String) -> Bilingual {
    let fill = |text: &str| {
        placeholders(text)
            .into_iter()
            .fold(text.to_owned(), |text, source| {
                text.replace(&format!("{{{source}}}"), &value(source))
            })
    };
    Bilingual::new(fill(&message.en), fill(&message.zh))
}

/// Splits `collection.reporter` into the record's name and the JSON pointer inside.
pub fn split_place(at: &str) -> (String, String) {
    let (record, rest) = at.split_once('.').unwrap_or((at, ""));
    let pointer: String = parse_path(rest)
        .iter()
        .map(|segment| match segment {
            crate::yaml::Segment::Key(key) => format!("/{key}"),
            crate::yaml::Segment::Index(index) => format!("/{index}"),
        })
        .collect();
    (record.to_owned(), pointer)
}
