//! The rulebook's rules over one clue: the records that its state requires, and every condition that must hold.

use std::collections::BTreeMap;

use crate::case::{Case, Record};
use crate::check::clocks;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::expression::Scope;
use crate::rulebook::soundness::{fill_in, split_place};
use crate::rulebook::{Condition, RecordType, Rule, match_path};
use crate::text::visible_line;
use crate::time::Timestamp;
use crate::world::World;

/// Judges the records and rules of the clue's state.
pub(super) fn check(world: &World, case: &Case) -> Vec<Diagnostic> {
    let mut found = required(world, case);
    // With a record missing or misshapen, conditions would complain about what is already said.
    if case.broken || !found.is_empty() || case.card.is_none() {
        return found;
    }
    let scope = case.scope(world);
    let state = case.state();
    let rules = world.rulebook.rules.iter().chain(
        world
            .rulebook
            .demands(state)
            .into_iter()
            .flat_map(|(_, state)| &state.rules),
    );
    let mut scopes = BTreeMap::new();
    found.extend(judge_all(world, case, &scope, rules, None, &mut scopes));
    found.extend(of_kind(world, case, &scope));
    found.extend(turn(world, case));
    found.extend(clocks::check(world, case, &scope, &mut scopes));
    found
}

/// A kind's requirements hold from the state on that seals the handling records, over the measures of all departments
/// together: one inspects, another speaks with the customer.
fn of_kind(world: &World, case: &Case, scope: &Scope) -> Vec<Diagnostic> {
    let kind = case.card.as_ref().and_then(|card| {
        world
            .rulebook
            .kind(card.category.as_deref()?, card.kind.as_deref()?)
    });
    let handling = case.all("handling");
    // Who completes last is told what is missing.
    let last = handling
        .iter()
        .max_by_key(|record| record.text_at("/completion/at").and_then(Timestamp::parse));
    let (Some((_, kind)), Some(last)) = (kind, last) else {
        return Vec::new();
    };
    if !world.rulebook.seals(case.state()).contains("handling") {
        return Vec::new();
    }
    let mut together = last.clone();
    together.value_mut()["measures"] = handling
        .iter()
        .filter_map(|record| record.value["measures"].as_array())
        .flatten()
        .cloned()
        .collect();
    judge_rules(world, case, scope, kind.rules.iter(), Some(&together))
}

fn required(world: &World, case: &Case) -> Vec<Diagnostic> {
    let id = &case.id;
    let mut found = Vec::new();
    for (name, state) in world.rulebook.demands(case.state()) {
        for record in &state.records {
            let Some(declared) = world.rulebook.records.get(record) else {
                continue;
            };
            // A record that was sealed and is gone is the seals' to tell: drafting it anew would not bring it back.
            if !case.all(record).is_empty()
                || case.unread.contains(record)
                || was_sealed(case, declared)
            {
                continue;
            }
            let path = declared.path.split('{').next().unwrap_or_default();
            let (whom_en, whom_zh) = if declared.is_by_department() {
                (" --department DEPARTMENT", " --department 部门")
            } else {
                ("", "")
            };
            found.push(
                Diagnostic::new(
                    Code::RecordMissing,
                    Place::file(format!("{}/{path}", case.folder)),
                    format!(
                        "the {} is missing; the state “{}” requires it",
                        declared.label.en, world.rulebook.states[name].label.en
                    ),
                    format!(
                        "缺少{}，“{}”状态要求必须有",
                        declared.label.zh, world.rulebook.states[name].label.zh
                    ),
                )
                .remedy(
                    format!("clue draft {id} {record}{whom_en}"),
                    format!("clue draft {id} {record}{whom_zh} 可生成草稿"),
                )
                .procedure(declared.procedure.joined()),
            );
        }
    }
    found
}

fn was_sealed(case: &Case, declared: &RecordType) -> bool {
    case.card
        .iter()
        .flat_map(|card| &card.trail)
        .flat_map(|entry| entry.seals.iter().flatten())
        .any(|(path, _)| match_path(&declared.path, path).is_some())
}

/// Judges rules; those that are about `each` record are judged for each, or only for `record` where one is given.
pub fn judge_rules<'a>(
    world: &World,
    case: &Case,
    scope: &Scope,
    rules: impl Iterator<Item = &'a Rule>,
    record: Option<&Record>,
) -> Vec<Diagnostic> {
    judge_all(world, case, scope, rules, record, &mut BTreeMap::new())
}

/// The same; many rules look at the same record, and its scope is made once.
fn judge_all<'a, 'c>(
    world: &World,
    case: &'c Case,
    scope: &Scope,
    rules: impl Iterator<Item = &'a Rule>,
    record: Option<&'c Record>,
    scopes: &mut BTreeMap<&'c str, Scope>,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in rules {
        let records = match (&rule.each, record) {
            (_, Some(record)) => std::slice::from_ref(record),
            (Some(each), None) => case.all(each),
            (None, None) => {
                found.extend(judge(case, scope, rule, None));
                continue;
            }
        };
        for record in records {
            let inner = scopes
                .entry(&record.path)
                .or_insert_with(|| case.scope_of(world, scope, record));
            found.extend(judge(case, inner, rule, Some(record)));
        }
    }
    found
}

fn judge(case: &Case, scope: &Scope, rule: &Rule, record: Option<&Record>) -> Option<Diagnostic> {
    let holds = |condition: &Condition| condition.holds(scope);
    let verdict = match rule.when.as_ref().map(holds) {
        Some(Ok(false)) => return None,
        Some(Err(why)) => Err(why),
        _ => holds(&rule.expect),
    };
    let place = || place(case, rule, record);
    let diagnostic = match verdict {
        Ok(true) => return None,
        Ok(false) => {
            let message = fill_in(&rule.message, &|source| match Condition::new(source)
                .evaluate(scope)
            {
                Ok(serde_json::Value::String(text)) => visible_line(&text),
                Ok(value) => value.to_string(),
                Err(_) => source.to_owned(),
            });
            let mut diagnostic = Diagnostic::new(Code::Rule, place(), message.en, message.zh);
            diagnostic.remedy.clone_from(&rule.remedy);
            diagnostic
        }
        Err(why) => Diagnostic::new(
            Code::RuleJudgement,
            place(),
            format!("the rule {} could not be judged: {}", rule.name, why.en),
            format!("规则 {} 无法判定：{}", rule.name, why.zh),
        )
        .remedy(
            "mend the rule in workflow.yaml; what cannot be judged counts as violated",
            "请修正 workflow.yaml 中的这条规则；无法判定的一律视为不满足",
        ),
    };
    Some(
        diagnostic
            .procedure(rule.procedure.joined())
            .rule(&rule.name),
    )
}

fn place(case: &Case, rule: &Rule, record: Option<&Record>) -> Place {
    let at = rule.at.as_deref().unwrap_or_default();
    if let Some(record) = record {
        let (first, rest) = split_place(at);
        let pointer = if first.is_empty() {
            String::new()
        } else {
            format!("/{first}{rest}")
        };
        return record.place(&pointer);
    }
    let (name, pointer) = split_place(at);
    let card = case.card_record.as_ref();
    match case.record(&name).or(card) {
        Some(found) if found.name == name => found.place(&pointer),
        Some(card) => card.place("/state"),
        None => Place::file(&case.folder),
    }
}

/// P1: the person responsible has a role whose turn it is.
fn turn(world: &World, case: &Case) -> Option<Diagnostic> {
    let card = case.card.as_ref()?;
    let state = world.rulebook.states.get(&card.state)?;
    if state.turn.is_empty() || !world.organisation.people.contains_key(&card.responsible) {
        return None;
    }
    if world.has_role(&card.responsible, &state.turn) {
        return None;
    }
    let names = |language| world.rulebook.role_labels(&state.turn, language);
    let record = case.card_record.as_ref()?;
    let name = world.organisation.person_name(&card.responsible);
    Some(
        Diagnostic::new(
            Code::Rule,
            record.place("/responsible"),
            format!(
                "in the state “{}” the next step is up to: {}; {name} is none",
                state.label.en,
                names(crate::text::Language::En).join(", ")
            ),
            format!(
                "“{}”状态的下一步应由{}负责，{name}不具备该角色",
                state.label.zh,
                names(crate::text::Language::Zh).join("或")
            ),
        )
        .procedure(state.procedure.joined())
        .rule("responsible-person"),
    )
}
