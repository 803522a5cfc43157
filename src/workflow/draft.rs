//! Drafts of records: a template, filled with what is already known.

use serde_json::{Value, json};

use crate::calendar::Pauses;
use crate::case::{Case, check_name};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::expression::{Scope, Shape};
use crate::markdown;
use crate::rulebook::{RecordType, match_path};
use crate::text::Span;
use crate::text::visible_line;
use crate::workflow::{Actor, Desk};
use crate::world::World;
use crate::yaml;

/// Which record to draft.
#[derive(Clone, Debug, Default)]
pub struct DraftRequest {
    /// The rulebook's name of the record.
    pub record: String,
    pub department: Option<String>,
    /// Of minutes and supervision: what the file is called after.
    pub purpose: Option<String>,
    /// `YYYY-MM-DD`; today where absent.
    pub date: Option<String>,
}

/// The departments that the rulebook routes a clue to (F1).
pub fn routed_departments(desk: &Desk<'_>, case: &Case, scope: &Scope) -> Vec<String> {
    let route = desk
        .world
        .rulebook
        .routing
        .iter()
        .find(|route| route.when.holds(scope) == Ok(true));
    let list = route.and_then(|route| route.departments.evaluate(scope).ok());
    let mut departments: Vec<String> = Vec::new();
    for name in list
        .as_ref()
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        let known = case.of_department("transfers", name).is_some()
            || departments.iter().any(|other| other == name);
        if !known {
            departments.push(name.to_owned());
        }
    }
    departments
}

/// Renders the draft of one record; gives its path and text. A record that exists is refused, never overwritten.
pub fn draft(
    desk: &Desk<'_>,
    case: &Case,
    request: &DraftRequest,
    actor: &Actor,
) -> Result<(String, String), Vec<Diagnostic>> {
    let name = request.record.as_str();
    let fault = |en: String, zh: String| {
        vec![Diagnostic::new(
            Code::StepArgument,
            Place::file(&case.folder),
            en,
            zh,
        )]
    };
    let Some(declared) = desk.world.rulebook.records.get(name) else {
        let all: Vec<&str> = desk
            .world
            .rulebook
            .records
            .keys()
            .map(String::as_str)
            .collect();
        let all = all.join(", ");
        return Err(fault(
            format!("there is no record `{name}`; records are: {all}"),
            format!("没有名为 `{name}` 的记录；可用的有：{all}"),
        ));
    };
    let Some(template) = &declared.template else {
        return Err(fault(
            format!("the rulebook gives no template for `{name}`"),
            format!("规则书没有为 `{name}` 指定模板"),
        ));
    };
    let department = match (&request.department, declared.is_by_department()) {
        (Some(department), _) => Some(department.clone()),
        (None, true) => match default_departments(desk, case, name).as_slice() {
            [only] => Some(only.clone()),
            [] => {
                let all: Vec<&str> = desk
                    .world
                    .organisation
                    .departments
                    .keys()
                    .map(String::as_str)
                    .collect();
                let all = all.join(", ");
                return Err(fault(
                    format!("say for which department: --department with one of: {all}"),
                    format!("请用 --department 指定部门，可用的有：{all}"),
                ));
            }
            several => {
                let list = several.join(", ");
                return Err(fault(
                    format!("say for which department: --department ({list})"),
                    format!("请用 --department 指定部门（{list}）"),
                ));
            }
        },
        (None, false) => None,
    };
    if let Some(department) = &department
        && !desk.world.organisation.departments.contains_key(department)
    {
        return Err(fault(
            format!("there is no department `{department}` in the organisation"),
            format!("组织中没有 `{department}` 这个部门"),
        ));
    }
    let date = request
        .date
        .clone()
        .unwrap_or_else(|| actor.at.date().to_string());
    let purpose = request
        .purpose
        .clone()
        .unwrap_or_else(|| default_purpose(case, name).to_owned());
    let inner = declared
        .path
        .replace("{department}", department.as_deref().unwrap_or_default())
        .replace("{date}", &date)
        .replace("{what}", &purpose);
    if let Some(found) = misnamed(case, declared, &inner, &date, &purpose) {
        return Err(vec![found]);
    }
    if let Some(only) = desk.world.rulebook.only(case.state())
        && !only.iter().any(|own| own == name)
    {
        let state = &desk.world.rulebook.states[case.state()].label;
        return Err(fault(
            format!("the clue is “{}”, and takes no record any more", state.en),
            format!("线索处于“{}”状态，不再接受任何记录", state.zh),
        ));
    }
    if desk.world.rulebook.seals(case.state()).contains(name) {
        let state = &desk.world.rulebook.states[case.state()].label;
        let (en, zh) = (&declared.label.en, &declared.label.zh);
        return Err(fault(
            format!(
                "in the state “{}” the {en} is sealed: none can be added",
                state.en
            ),
            format!("“{}”状态下{zh}已封存，不能再添加", state.zh),
        ));
    }
    let path = format!("{}/{inner}", case.folder);
    if !matches!(desk.files.kind(&path), Ok(None)) {
        return Err(vec![
            Diagnostic::new(
                Code::StepArgument,
                Place::file(&path),
                format!("{inner} exists already and is left as it is"),
                format!("{inner} 已经存在，保持不变"),
            )
            .remedy(
                "edit it, or delete it first; where it is sealed, draft another under another day: --date YYYY-MM-DD",
                "请直接编辑，或先删除；已经封存的，请用 --date 另定日期起草",
            ),
        ]);
    }
    let mut context = draft_context(desk, case, actor);
    context["department"] = json!(department);
    context["purpose"] = json!(purpose);
    context["record"] = desk.world.rulebook.value["records"][name].clone();
    context["record"]["name"] = json!(name);
    let text = desk
        .templates
        .render(template, &context)
        .map_err(|found| vec![found])?;
    let wrong = wrong_values(desk, &declared.schema, declared.is_markdown(), &path, &text);
    if wrong.is_empty() {
        Ok((path, text))
    } else {
        Err(wrong)
    }
}

/// Values of a draft that its schema does not allow: what was asked for cannot be drafted. Gaps are what a draft is for.
fn wrong_values(
    desk: &Desk<'_>,
    schema: &str,
    is_markdown: bool,
    path: &str,
    text: &str,
) -> Vec<Diagnostic> {
    let front = match markdown::parts(path, text) {
        Ok((front, _)) if is_markdown => front,
        _ => Span::new(0, text.len()),
    };
    let (Some(document), _) = yaml::parse_at(path, &text[front.range()], front.start) else {
        return Vec::new();
    };
    let value = document.root.to_json();
    let schemas = &desk.world.schemas;
    let mut found = schemas.validate(schema, path, &document.root, &value);
    found.retain(|finding| finding.code == Code::SchemaValue);
    for finding in &mut found {
        // The draft is not there to be shown.
        finding.place = Place::file(path);
    }
    found
}

/// A date or purpose that would make a name that is no record's, or lead out of the clue's folder.
fn misnamed(
    case: &Case,
    declared: &RecordType,
    inner: &str,
    date: &str,
    purpose: &str,
) -> Option<Diagnostic> {
    let place = Place::file(&case.folder);
    if declared.path.contains("{date}")
        && chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").is_err()
    {
        let shown = visible_line(date);
        return Some(
            Diagnostic::new(
                Code::StepArgument,
                place,
                format!("`{shown}` is no date"),
                format!("`{shown}` 不是有效的日期"),
            )
            .remedy("write it like 2026-11-23", "请写成 2026-11-23 的形式"),
        );
    }
    let allowed = inner
        .split('/')
        .all(|part| check_name(inner, part).is_none());
    if allowed && match_path(&declared.path, inner).is_some() {
        return None;
    }
    let shown = visible_line(purpose);
    Some(
        Diagnostic::new(
            Code::StepArgument,
            place,
            format!("`{shown}` cannot be part of a file's name"),
            format!("`{shown}` 不能用在文件名中"),
        )
        .remedy(
            "use letters, digits and hyphens, such as discussion",
            "请用字母、数字和连字符，例如 discussion",
        ),
    )
}

/// The drafts that a step leaves behind: one record, or one for each department concerned; none where it exists.
pub(super) fn drafts_of_step(
    desk: &Desk<'_>,
    case: &Case,
    request: &DraftRequest,
    actor: &Actor,
) -> Result<Vec<(String, String)>, Vec<Diagnostic>> {
    let Some(declared) = desk.world.rulebook.records.get(&request.record) else {
        return Ok(Vec::new());
    };
    if !declared.is_many() && !case.all(&request.record).is_empty() {
        return Ok(Vec::new());
    }
    let departments: Vec<Option<String>> = match (&request.department, declared.is_by_department())
    {
        (Some(department), true) => vec![Some(department.clone())],
        (None, true) => routed_departments(desk, case, &case.scope(desk.world))
            .into_iter()
            .map(Some)
            .collect(),
        _ => vec![None],
    };
    let mut drafted = Vec::new();
    for department in departments {
        let there = department
            .as_ref()
            .is_some_and(|department| case.of_department(&request.record, department).is_some());
        if !there {
            drafted.push(draft(
                desk,
                case,
                &DraftRequest {
                    department,
                    ..request.clone()
                },
                actor,
            )?);
        }
    }
    Ok(drafted)
}

/// What a template of a draft is given.
pub fn draft_context(desk: &Desk<'_>, case: &Case, actor: &Actor) -> Value {
    let world = desk.world;
    let mut context = json!({
        "language": world.organisation.language.code(),
        "organisation": world.organisation_value,
        "actor": actor.person,
        "actor_roles": world.organisation.people.get(&actor.person).map(|person| person.roles.clone()),
        "now": actor.at.to_string(),
        "today": actor.at.date().to_string(),
        "department": null,
        "purpose": null,
    });
    let any = Shape::Any;
    let shape = |name: &str| world.variables.get(name).unwrap_or(&any);
    context["organisation"] = fill(Some(&world.organisation_value), shape("organisation"));
    context["clue"] = fill(
        case.card_record.as_ref().map(|record| &*record.value),
        shape("clue"),
    );
    for (name, declared) in &world.rulebook.records {
        if declared.is_many() {
            let inner = match shape(name) {
                Shape::List(inner) => (**inner).clone(),
                other => other.clone(),
            };
            context[name] = case
                .all(name)
                .iter()
                .map(|record| fill(Some(&record.value), &inner))
                .collect();
        } else {
            context[name] = fill(case.record(name).map(|record| &*record.value), shape(name));
        }
    }
    let kind = case.card.as_ref().and_then(|card| {
        world
            .rulebook
            .kind(card.category.as_deref()?, card.kind.as_deref()?)
    });
    context["kind"] = kind.map_or(
        Value::Null,
        |(_, kind)| json!({"label": kind.label, "measures": kind.measures}),
    );
    context["measures"] = world.rulebook.value["measures"].clone();
    context["due"] = due(world, case, actor);
    context
}

/// The last day of each deadline, were it to begin at once: what a draft can propose.
fn due(world: &World, case: &Case, actor: &Actor) -> Value {
    let calendar = &world.calendar;
    let today = calendar.day_of(actor.at);
    let urgency = case.card.as_ref().and_then(|card| card.urgency.as_deref());
    let deadlines = world.rulebook.deadlines.iter();
    let days = deadlines.filter_map(|(name, deadline)| {
        let period = deadline.limit.period(urgency)?;
        let last = period.last_day(calendar, today, &Pauses::default())?;
        Some((name.clone(), json!(last.to_string())))
    });
    Value::Object(days.collect())
}

/// A value with everything that its shape declares, null where absent: templates are strict about names.
fn fill(value: Option<&Value>, shape: &Shape) -> Value {
    match (value, shape) {
        (value, Shape::Fields(fields)) => {
            let mut filled = serde_json::Map::new();
            for (name, shape) in fields.iter() {
                filled.insert(
                    name.clone(),
                    fill(value.and_then(|value| value.get(name)), shape),
                );
            }
            Value::Object(filled)
        }
        (Some(Value::Object(object)), Shape::MapOf(inner)) => Value::Object(
            object
                .iter()
                .map(|(name, value)| (name.clone(), fill(Some(value), inner)))
                .collect(),
        ),
        (None | Some(Value::Null), Shape::List(_)) => json!([]),
        (Some(Value::Array(items)), Shape::List(inner)) => {
            items.iter().map(|item| fill(Some(item), inner)).collect()
        }
        (value, _) => value.cloned().unwrap_or_default(),
    }
}

fn default_departments(desk: &Desk<'_>, case: &Case, name: &str) -> Vec<String> {
    if name == "transfers" {
        return routed_departments(desk, case, &case.scope(desk.world));
    }
    case.all("transfers")
        .iter()
        .filter_map(|slip| slip.parts.get("department").cloned())
        .filter(|department| case.of_department(name, department).is_none())
        .collect()
}

/// What minutes or a supervision record are about, by where the clue stands.
fn default_purpose(case: &Case, name: &str) -> &'static str {
    match (name, case.state()) {
        ("supervision", _) => "spot-check",
        (_, "collected" | "registered") => "discussion",
        (_, "handled" | "fed-back" | "archived") => "feedback",
        _ => "coordination",
    }
}
