//! Steps: whether one may be taken, by whom, and what it changes. Pure: files, clue, actor and moment come in, a change goes out.
//! It never writes, never asks the clock, and never judges by another rulebook than the one it is given.

mod draft;
mod next;

use serde_json::{Map, Value, json};

pub use draft::{DraftRequest, draft, draft_context, routed_departments};
pub use next::{Possibility, options};

use crate::case::{CARD, Case, Record};
use crate::change::{Changes, set};
use crate::check::{
    check_case, check_references, check_seals, digest, entry_path, judge_rules, number_entries,
};
use crate::diagnostic::{Code, Diagnostic, Place, any_error};
use crate::expression::{Scope, Shape};
use crate::files::Files;
use crate::rulebook::{Branch, Condition, Step, Target};
use crate::template::Templates;
use crate::text::nearest;
use crate::time::Timestamp;
use crate::world::World;
use crate::yaml::{self, Edit, Path, parse_path};

/// What somebody asks for.
#[derive(Clone, Debug, Default)]
pub struct Command {
    pub step: String,
    pub department: Option<String>,
    pub reason: Option<String>,
    /// `collection.reporter.name` and the value that it shall have.
    pub sets: Vec<(String, Value)>,
    /// Of a handling entry: its type.
    pub entry_type: Option<String>,
    /// Of a handling entry: with whom.
    pub with: Option<String>,
}

/// Who acts, and when.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Key in `organisation.yaml`.
    pub person: String,
    pub at: Timestamp,
}

/// What a step would do.
#[derive(Debug)]
pub struct Decision {
    pub id: String,
    pub step: String,
    pub from: String,
    pub to: String,
    pub department: Option<String>,
    /// The register number that the step gives.
    pub number: Option<String>,
    pub responsible: String,
    /// Paths of the records that the step drafts.
    pub drafted: Vec<String>,
    pub changes: Changes,
}

/// Everything that deciding needs and that does not change meanwhile.
pub struct Desk<'a> {
    pub files: &'a dyn Files,
    pub world: &'a World,
    pub templates: &'a Templates,
}

/// Decides a step: the change that it makes, or every reason why it cannot be taken.
pub fn decide(
    desk: &Desk<'_>,
    case: &Case,
    command: &Command,
    actor: &Actor,
) -> Result<Decision, Vec<Diagnostic>> {
    let world = desk.world;
    let Some(step) = world.rulebook.steps.get(&command.step) else {
        return Err(vec![unknown_step(case, world, &command.step)]);
    };
    let state = case.state().to_owned();
    permitted(world, case, step, command, actor)?;
    // A step that opens a record must not cover up that it was changed while it was sealed.
    let broken: Vec<Diagnostic> = check_seals(world, case)
        .into_iter()
        .filter(|found| found.code == Code::SealBroken)
        .collect();
    if !broken.is_empty() {
        return Err(broken);
    }

    // What the actor sets comes first, and the step's own values see it.
    let mut changes = Changes::default();
    apply_sets(
        world,
        case,
        &command.sets,
        command.department.as_deref(),
        &mut changes,
    )?;
    list_new_attachments(desk, case, command, &mut changes)?;
    let (case, department) = chosen(desk, case, step, command, &changes)?;
    let step_value = json!({
        "name": command.step, "by": actor.person, "at": actor.at.to_string(), "department": department,
        "reason": command.reason, "type": command.entry_type, "with": command.with,
    });
    let scope = step_scope(world, &case, &step_value);
    let record = step
        .each
        .as_ref()
        .and_then(|each| case.of_department(each, department.as_deref()?));
    who(world, &case, &scope, step, command, actor, record)?;
    let unmet = judge_rules(world, &case, &scope, step.conditions.iter(), record);
    if !unmet.is_empty() {
        return Err(unmet
            .into_iter()
            .map(|mut diagnostic| {
                diagnostic.code = if diagnostic.code == Code::Rule {
                    Code::StepCondition
                } else {
                    diagnostic.code
                };
                diagnostic
            })
            .collect());
    }
    write_values(
        world,
        &case,
        &scope,
        step,
        department.as_deref(),
        &mut changes,
    )?;

    let overlay = changes.over(desk.files);
    let (case, _) = Case::load(&overlay, world, &case.folder);
    let scope = step_scope(world, &case, &step_value);
    let record = step
        .each
        .as_ref()
        .and_then(|each| case.of_department(each, department.as_deref()?));
    let inner = record.map_or_else(
        || scope.clone(),
        |record| case.scope_of(world, &scope, record),
    );
    let to = target(&case, step, &inner, &state)?;
    let mut card = Map::new();
    for (field, condition) in step
        .sets
        .iter()
        .filter(|(field, _)| field.starts_with("clue."))
    {
        let mut with_retention = inner.clone();
        if condition.source() == "retention" {
            with_retention.set(
                "retention",
                &json!(retention(world, &scope)),
                &Shape::Scalar,
            );
        }
        card.insert(
            field["clue.".len()..].to_owned(),
            value_of(&case, condition, &with_retention)?,
        );
    }
    let number = match (&case.card, step.numbers) {
        (Some(present), true) if present.number.is_none() => {
            let category = card
                .get("category")
                .and_then(Value::as_str)
                .or(present.category.as_deref());
            Some(next_number(desk.files, world, category, actor.at).map_err(|found| vec![*found])?)
        }
        _ => None,
    };
    let responsible = match &step.responsible {
        Some(condition) => value_of(&case, condition, &inner)?
            .as_str()
            .map(str::to_owned),
        None => case.card.as_ref().map(|card| card.responsible.clone()),
    };
    let responsible = responsible.unwrap_or_else(|| actor.person.clone());
    let decision = Decision {
        id: case.id.clone(),
        step: command.step.clone(),
        from: state,
        to,
        department,
        number,
        responsible,
        drafted: Vec::new(),
        changes,
    };
    finish(desk, &case, step, command, actor, card, decision)
}

/// Writes the card with its trail and seals, drafts what comes next, and judges the whole as it would stand.
fn finish(
    desk: &Desk<'_>,
    case: &Case,
    step: &Step,
    command: &Command,
    actor: &Actor,
    card: Map<String, Value>,
    mut decision: Decision,
) -> Result<Decision, Vec<Diagnostic>> {
    let world = desk.world;
    if step.trail {
        let entry = trail_entry(world, case, command, actor, &decision);
        write_card(case, card, entry, &mut decision)?;
    }
    if let (Some(number), id) = (&decision.number, &decision.id)
        && let Some(path) = entry_path(number)
    {
        decision.changes.write(path, format!("{id}\n"));
    }
    let overlay = decision.changes.over(desk.files);
    let (stood, _) = Case::load(&overlay, world, &case.folder);
    for name in &step.drafts {
        let request = DraftRequest {
            record: name.clone(),
            department: decision.department.clone(),
            purpose: None,
            date: None,
        };
        for (path, text) in draft::drafts_of_step(desk, &stood, &request, actor)? {
            decision.drafted.push(path.clone());
            decision.changes.write(path, text);
        }
    }
    let overlay = decision.changes.over(desk.files);
    let (stood, mut found) = Case::load(&overlay, world, &case.folder);
    found.extend(check_case(&overlay, world, &stood));
    if any_error(&found) {
        return Err(found);
    }
    Ok(decision)
}

fn write_card(
    case: &Case,
    mut card: Map<String, Value>,
    entry: Value,
    decision: &mut Decision,
) -> Result<(), Vec<Diagnostic>> {
    match &case.card_record {
        Some(record) => {
            let mut edits: Vec<Edit> = Vec::new();
            if let Some(number) = &decision.number {
                edits.push(set(parse_path("number"), json!(number)));
            }
            edits.extend(
                card.into_iter()
                    .map(|(field, value)| set(parse_path(&field), value)),
            );
            edits.push(set(parse_path("state"), json!(decision.to)));
            edits.push(set(parse_path("responsible"), json!(decision.responsible)));
            edits.push(Edit::Append {
                path: parse_path("trail"),
                value: entry,
            });
            decision
                .changes
                .edit(record, &edits)
                .map_err(|found| vec![found])
        }
        None => {
            let mut value = Map::new();
            value.insert("id".to_owned(), json!(case.id));
            value.insert("number".to_owned(), Value::Null);
            for field in ["title", "category", "kind", "urgency", "confidentiality"] {
                value.insert(field.to_owned(), card.remove(field).unwrap_or(Value::Null));
            }
            value.insert("state".to_owned(), json!(decision.to));
            value.insert("responsible".to_owned(), json!(decision.responsible));
            value.extend(card);
            value.insert("trail".to_owned(), json!([entry]));
            let text = format!(
                "# yaml-language-server: $schema=../../../../schema/clue.schema.json\n{}",
                yaml::to_yaml(&Value::Object(value), 0)
            );
            decision
                .changes
                .write(format!("{}/clue.yaml", case.folder), text);
            Ok(())
        }
    }
}

fn trail_entry(
    world: &World,
    case: &Case,
    command: &Command,
    actor: &Actor,
    decision: &Decision,
) -> Value {
    let mut entry = Map::new();
    entry.insert("step".to_owned(), json!(decision.step));
    entry.insert("at".to_owned(), json!(actor.at.to_string()));
    entry.insert("by".to_owned(), json!(actor.person));
    if decision.from != "none" {
        entry.insert("from".to_owned(), json!(decision.from));
    }
    entry.insert("to".to_owned(), json!(decision.to));
    if let Some(department) = &decision.department {
        entry.insert("department".to_owned(), json!(department));
    }
    if let Some(reason) = &command.reason {
        entry.insert("reason".to_owned(), json!(reason));
    }
    let seals = seals(world, case, decision);
    if !seals.is_empty() {
        entry.insert("seals".to_owned(), Value::Object(seals));
    }
    Value::Object(entry)
}

/// SHA-256 of each record that the new state seals and the old one did not, that the step itself writes into, or that
/// it seals of its own department.
fn seals(world: &World, case: &Case, decision: &Decision) -> Map<String, Value> {
    let before = world.rulebook.seals(&decision.from);
    let after = world.rulebook.seals(&decision.to);
    let step = world.rulebook.steps.get(&decision.step);
    let mut seals = Map::new();
    for record in case.records.values().flatten() {
        let name = record.name.as_str();
        let written = step.is_some_and(|step| step.writes(name));
        let by_state = after.contains(name)
            && (!before.contains(name)
                || written && decision.changes.files().contains_key(&record.path));
        let own = record.parts.get("department") == decision.department.as_ref();
        let by_step = own && step.is_some_and(|step| step.seals.iter().any(|own| own == name));
        if by_state || by_step {
            seals.insert(record.inner.clone(), json!(digest(&record.bytes)));
        }
    }
    seals
}

fn step_scope(world: &World, case: &Case, step: &Value) -> Scope {
    let mut scope = case.scope(world);
    let any = Shape::Any;
    scope.set("step", step, world.variables.get("step").unwrap_or(&any));
    scope
}

fn permitted(
    world: &World,
    case: &Case,
    step: &Step,
    command: &Command,
    actor: &Actor,
) -> Result<(), Vec<Diagnostic>> {
    let mut found = Vec::new();
    let state = case.state();
    let place = card_place(case, "/state");
    let id = &case.id;
    if !step.from.iter().any(|from| from == state) {
        let label = |name: &str, zh: bool| {
            world.rulebook.states.get(name).map_or_else(
                || name.to_owned(),
                |state| {
                    if zh {
                        state.label.zh.clone()
                    } else {
                        state.label.en.clone()
                    }
                },
            )
        };
        let from = |zh: bool| {
            step.from
                .iter()
                .map(|name| label(name, zh))
                .collect::<Vec<_>>()
        };
        found.push(
            Diagnostic::new(
                Code::StepState,
                place.clone(),
                format!(
                    "`{}` cannot be taken: the clue is “{}”, and the step leads from: {}",
                    command.step,
                    label(state, false),
                    from(false).join(", ")
                ),
                format!(
                    "不能办理 `{}`：线索处于“{}”，而该步骤只能从{}出发",
                    command.step,
                    label(state, true),
                    from(true).join("、")
                ),
            )
            .remedy(
                format!("clue next {id} shows what can be done now"),
                format!("clue next {id} 可查看现在能办理的步骤"),
            )
            .procedure(step.procedure.joined()),
        );
    }
    if !world.has_role(&actor.person, &step.roles) {
        let name = world.organisation.person_name(&actor.person);
        let roles = |language| {
            step.roles
                .iter()
                .map(|role| world.rulebook.label("role", role, language))
                .collect::<Vec<_>>()
        };
        found.push(
            Diagnostic::new(
                Code::StepRole,
                place.clone(),
                format!(
                    "{name} may not take `{}`: it is for the role {}",
                    command.step,
                    roles(crate::text::Language::En).join(" or ")
                ),
                format!(
                    "{name}无权办理 `{}`：该步骤由{}办理",
                    command.step,
                    roles(crate::text::Language::Zh).join("或")
                ),
            )
            .procedure(step.procedure.joined()),
        );
    }
    if let Some(person) = world.organisation.people.get(&actor.person)
        && let Some(until) = &person.until
        && actor.at.date().to_string() > *until
    {
        found.push(Diagnostic::new(
            Code::StepRole,
            place.clone(),
            format!("{} acted for the organisation until {until}", person.name),
            format!("{}的任职已于 {until} 结束", person.name),
        ));
    }
    if step.reason
        && command
            .reason
            .as_deref()
            .is_none_or(|reason| reason.trim().is_empty())
    {
        found.push(
            Diagnostic::new(
                Code::StepReason,
                place,
                format!("`{}` needs a reason", command.step),
                format!("办理 `{}` 必须说明理由", command.step),
            )
            .remedy("give it with -m REASON", "请用 -m 说明理由")
            .procedure("P2"),
        );
    }
    for field in &step.not_by {
        let (name, pointer) = crate::rulebook::soundness::split_place(field);
        if case
            .record(&name)
            .and_then(|record| record.text_at(&pointer))
            == Some(actor.person.as_str())
        {
            let person = world.organisation.person_name(&actor.person);
            found.push(
                Diagnostic::new(
                    Code::StepSeparation,
                    case.record(&name)
                        .map_or_else(|| card_place(case, ""), |record| record.place(&pointer)),
                    format!(
                        "{person} did this work, and somebody else must take `{}`",
                        command.step
                    ),
                    format!(
                        "这项工作由{person}本人完成，`{}` 须由他人办理",
                        command.step
                    ),
                )
                .procedure(step.procedure.joined()),
            );
        }
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// The clue with the actor's own values, and the department that the step is about.
fn chosen(
    desk: &Desk<'_>,
    case: &Case,
    step: &Step,
    command: &Command,
    changes: &Changes,
) -> Result<(Case, Option<String>), Vec<Diagnostic>> {
    let overlay = changes.over(desk.files);
    let (case, mut found) = Case::load(&overlay, desk.world, &case.folder);
    if any_error(&found) {
        // What a value may be is said by the references, beside what its form may be.
        found.extend(check_references(&overlay, desk.world, &case));
        return Err(found);
    }
    let Some(each) = &step.each else {
        return Ok((case, command.department.clone()));
    };
    let known: Vec<String> = case
        .all(each)
        .iter()
        .filter_map(|record| record.parts.get("department").cloned())
        .collect();
    let argument = |en: String, zh: String| {
        let list = known.join(", ");
        Err(vec![
            Diagnostic::new(
                Code::StepArgument,
                card_place(&case, "/departments"),
                en,
                zh,
            )
            .remedy(
                format!("--department with one of: {list}"),
                format!("请用 --department 指定：{list}"),
            ),
        ])
    };
    let chosen = match (&command.department, known.as_slice()) {
        (Some(department), _) if known.contains(department) => department.clone(),
        (Some(department), _) => {
            return argument(
                format!("`{department}` has no such record in this clue"),
                format!("本线索中没有 `{department}` 的这类记录"),
            );
        }
        (None, [only]) => only.clone(),
        (None, []) => {
            return argument(
                format!(
                    "`{}` needs a record of a department, and there is none",
                    command.step
                ),
                format!("办理 `{}` 需要部门的记录，现在还没有", command.step),
            );
        }
        (None, _) => {
            return argument(
                format!(
                    "`{}` is about one department, and there are several",
                    command.step
                ),
                format!("`{}` 针对一个部门办理，本线索涉及多个部门", command.step),
            );
        }
    };
    Ok((case, Some(chosen)))
}

fn who(
    world: &World,
    case: &Case,
    scope: &Scope,
    step: &Step,
    command: &Command,
    actor: &Actor,
    record: Option<&Record>,
) -> Result<(), Vec<Diagnostic>> {
    let Some(condition) = &step.who else {
        return Ok(());
    };
    let inner = record.map_or_else(
        || scope.clone(),
        |record| case.scope_of(world, scope, record),
    );
    if condition.holds(&inner) == Ok(true) {
        return Ok(());
    }
    let person = world.organisation.person_name(&actor.person);
    Err(vec![
        Diagnostic::new(
            Code::StepRole,
            record.map_or_else(
                || card_place(case, "/responsible"),
                |record| record.place("/department"),
            ),
            match &step.who_is {
                Some(who) => format!(
                    "{person} may not take `{}` here: it is for {}",
                    command.step, who.en
                ),
                None => format!(
                    "{person} may not take `{}` here: the rulebook asks that {}",
                    command.step,
                    condition.source()
                ),
            },
            match &step.who_is {
                Some(who) => format!(
                    "{person}在此无权办理 `{}`：须由{}办理",
                    command.step, who.zh
                ),
                None => format!(
                    "{person}在此无权办理 `{}`：规则书要求 {}",
                    command.step,
                    condition.source()
                ),
            },
        )
        .procedure(step.procedure.joined()),
    ])
}

/// The values given with `--set`.
fn apply_sets(
    world: &World,
    case: &Case,
    sets: &[(String, Value)],
    department: Option<&str>,
    changes: &mut Changes,
) -> Result<(), Vec<Diagnostic>> {
    let mut by_record: Vec<(&Record, Vec<Edit>)> = Vec::new();
    for (field, value) in sets {
        let (target, rest) = field.split_once('.').unwrap_or((field, ""));
        let (name, own) = target
            .split_once('/')
            .map_or((target, department), |(name, own)| (name, Some(own)));
        let argument = |en: String, zh: String| {
            vec![Diagnostic::new(
                Code::StepArgument,
                card_place(case, ""),
                en,
                zh,
            )]
        };
        if name == CARD {
            return Err(argument(
                "steps write clue.yaml; it is not set by hand".to_owned(),
                "clue.yaml 由步骤写入，不能用 --set 修改".to_owned(),
            ));
        }
        let Some(declared) = world.rulebook.records.get(name) else {
            let known = world.rulebook.records.keys().map(String::as_str);
            let near = nearest(name, known).map_or_else(String::new, |near| format!(" ({near}?)"));
            return Err(argument(
                format!("there is no record `{name}`{near}"),
                format!("没有名为 `{name}` 的记录{near}"),
            ));
        };
        let records = case.all(name);
        let record = match own {
            Some(own) if declared.is_many() => records.iter().find(|record| {
                record
                    .parts
                    .get("department")
                    .is_some_and(|part| part == own)
                    || record.inner.contains(own)
            }),
            _ if records.len() > 1 => {
                return Err(argument(
                    format!(
                        "there are several of `{name}`; write {name}/DEPARTMENT.{rest}, or give --department"
                    ),
                    format!("`{name}` 有多份，请写 {name}/部门.{rest}，或用 --department 指定"),
                ));
            }
            _ => records.first(),
        };
        let Some(record) = record else {
            return Err(argument(
                format!("the clue has no {} yet", declared.label.en),
                format!("本线索还没有{}", declared.label.zh),
            ));
        };
        let edit = set(parse_path(rest), value.clone());
        match by_record
            .iter_mut()
            .find(|(known, _)| known.path == record.path)
        {
            Some((_, edits)) => edits.push(edit),
            None => by_record.push((record, vec![edit])),
        }
    }
    for (record, edits) in by_record {
        changes.edit(record, &edits).map_err(|found| vec![found])?;
    }
    Ok(())
}

/// Files that were put into `attachments/` are listed in the collection form while it is open (C3), later in the
/// handling record of the department concerned (H9).
fn list_new_attachments(
    desk: &Desk<'_>,
    case: &Case,
    command: &Command,
    changes: &mut Changes,
) -> Result<(), Vec<Diagnostic>> {
    let sealed = desk.world.rulebook.seals(case.state());
    let overlay = changes.over(desk.files);
    let (case, _) = Case::load(&overlay, desk.world, &case.folder);
    let list = if !sealed.contains("collection") {
        case.record("collection")
    } else if !sealed.contains("handling") {
        match (&command.department, case.all("handling")) {
            (Some(department), _) => case.of_department("handling", department),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    } else {
        None
    };
    let Some(list) = list else {
        return Ok(());
    };
    let listed = |name: &str| {
        case.records.values().flatten().any(|record| {
            record
                .value
                .get("attachments")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .any(|item| item["file"] == name)
        })
    };
    let mut edits = Vec::new();
    for name in case.attachments.iter().filter(|name| !listed(name)) {
        let path = format!("{}/attachments/{name}", case.folder);
        if let Ok(Some(bytes)) = desk.files.read(&path, u64::MAX - 1) {
            let value = json!({"file": name, "size": bytes.len(), "sha256": digest(&bytes)});
            edits.push(Edit::Append {
                path: parse_path("attachments"),
                value,
            });
        }
    }
    if edits.is_empty() {
        Ok(())
    } else {
        changes.edit(list, &edits).map_err(|found| vec![found])
    }
}

/// The values that the step itself writes into records other than the card.
fn write_values(
    world: &World,
    case: &Case,
    scope: &Scope,
    step: &Step,
    department: Option<&str>,
    changes: &mut Changes,
) -> Result<(), Vec<Diagnostic>> {
    let mut by_record: Vec<(&Record, Vec<Edit>)> = Vec::new();
    let own = step
        .each
        .as_ref()
        .and_then(|each| case.of_department(each, department?));
    let fields = step
        .sets
        .iter()
        .map(|field| (field, false))
        .chain(step.appends.iter().map(|field| (field, true)));
    for ((field, condition), appends) in
        fields.filter(|((field, _), _)| !field.starts_with("clue."))
    {
        let (name, rest) = field.split_once('.').unwrap_or((field, ""));
        let by_department = world
            .rulebook
            .records
            .get(name)
            .is_some_and(|record| record.is_by_department());
        let targets = case.all(name).iter().filter(|record| {
            step.each.is_none()
                || !by_department
                || record.parts.get("department").map(String::as_str) == department
        });
        for record in targets {
            // A step about one department sees that department's record; one about the clue sees each record itself.
            let inner = case.scope_of(world, scope, own.unwrap_or(record));
            let value = value_of(case, condition, &inner)?;
            let path: Path = parse_path(rest);
            let edit = if appends {
                Edit::Append {
                    path,
                    value: without_nulls(value),
                }
            } else {
                set(path, value)
            };
            match by_record
                .iter_mut()
                .find(|(known, _)| known.path == record.path)
            {
                Some((_, edits)) => edits.push(edit),
                None => by_record.push((record, vec![edit])),
            }
        }
    }
    for (record, edits) in by_record {
        changes.edit(record, &edits).map_err(|found| vec![found])?;
    }
    Ok(())
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            // Who and when stand first in an entry, as people read it.
            let order = ["at", "by", "type", "with", "text", "reason"];
            let rank = |key: &str| {
                order
                    .iter()
                    .position(|known| *known == key)
                    .unwrap_or(order.len())
            };
            let mut fields: Vec<_> = object
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .collect();
            fields.sort_by_key(|(key, _)| rank(key));
            Value::Object(fields.into_iter().collect())
        }
        other => other,
    }
}

fn target(case: &Case, step: &Step, scope: &Scope, state: &str) -> Result<String, Vec<Diagnostic>> {
    match &step.to {
        None => Ok(state.to_owned()),
        Some(Target::Always(to)) => Ok(to.clone()),
        Some(Target::First(branches)) => {
            for Branch { when, to } in branches {
                let holds = match when {
                    None => true,
                    Some(condition) => condition
                        .holds(scope)
                        .map_err(|why| vec![unjudged(case, condition, &why.en, &why.zh)])?,
                };
                if holds {
                    return Ok(to.clone());
                }
            }
            Ok(state.to_owned())
        }
    }
}

fn value_of(case: &Case, condition: &Condition, scope: &Scope) -> Result<Value, Vec<Diagnostic>> {
    condition
        .evaluate(scope)
        .map_err(|why| vec![unjudged(case, condition, &why.en, &why.zh)])
}

fn unjudged(case: &Case, condition: &Condition, en: &str, zh: &str) -> Diagnostic {
    Diagnostic::new(
        Code::RuleJudgement,
        card_place(case, ""),
        format!(
            "`{}` in the rulebook could not be evaluated: {en}",
            condition.source()
        ),
        format!("规则书中的 `{}` 无法求值：{zh}", condition.source()),
    )
}

fn retention(world: &World, scope: &Scope) -> Option<String> {
    world
        .rulebook
        .retention
        .iter()
        .find(|(_, class)| class.when.holds(scope) == Ok(true))
        .map(|(name, _)| name.clone())
}

/// The next register number of a category in a year (T4).
fn next_number(
    files: &dyn Files,
    world: &World,
    category: Option<&str>,
    at: Timestamp,
) -> Result<String, Box<Diagnostic>> {
    let pattern = &world.rulebook.numbering.pattern;
    let code = category
        .and_then(|category| world.rulebook.categories.get(category))
        .map_or("XS", |category| &category.code);
    let year = at.year();
    let highest = number_entries(files, year, code)
        .iter()
        .filter_map(|number| number.rsplit('-').next()?.parse::<u64>().ok())
        .max()
        .unwrap_or(0);
    let sequence = highest + 1;
    let mut number = pattern
        .replace("{code}", code)
        .replace("{year}", &year.to_string());
    if let Some(start) = number.find("{sequence")
        && let Some(length) = number[start..].find('}')
    {
        let digits = number[start..start + length]
            .split(':')
            .nth(1)
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(1);
        number.replace_range(start..=start + length, &format!("{sequence:0digits$}"));
    }
    if entry_path(&number).is_none() {
        return Err(Box::new(
            Diagnostic::new(
                Code::RulebookReference,
                Place::file("workflow.yaml"),
                format!("the pattern `{pattern}` makes `{number}`, which cannot be registered"),
                format!("编号格式 `{pattern}` 生成的 `{number}` 无法登记"),
            )
            .remedy(
                "use {code}-{year}-{sequence:4}",
                "请使用 {code}-{year}-{sequence:4}",
            ),
        ));
    }
    Ok(number)
}

fn card_place(case: &Case, pointer: &str) -> Place {
    match &case.card_record {
        Some(record) => record.place(pointer),
        None => Place::file(format!("{}/collection.yaml", case.folder)),
    }
}

fn unknown_step(case: &Case, world: &World, name: &str) -> Diagnostic {
    let known = world.rulebook.steps.keys().map(String::as_str);
    let id = &case.id;
    let diagnostic = Diagnostic::new(
        Code::StepUnknown,
        card_place(case, "/state"),
        format!("there is no step `{name}`"),
        format!("没有 `{name}` 这个步骤"),
    );
    match nearest(name, known) {
        Some(near) => diagnostic.remedy(
            format!("perhaps `{near}` is meant"),
            format!("是否想写 `{near}`？"),
        ),
        None => diagnostic.remedy(
            format!("clue next {id} lists the steps that can be taken"),
            format!("clue next {id} 可列出能办理的步骤"),
        ),
    }
}
