//! The values that a step writes into records: what the actor sets, what the step itself says, attachments that are new.
//! It never writes the index card.

use serde_json::{Value, json};

use crate::case::{CARD, Case, Record};
use crate::change::{Changes, set};
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::Scope;
use crate::files::{digest, file_name};
use crate::rulebook::Step;
use crate::text::nearest;
use crate::workflow::{Command, Desk, Subject, card_place, value_of};
use crate::world::World;
use crate::yaml::{Edit, Path, parse_path};

/// The values given with `--set`.
pub(super) fn apply_sets(
    world: &World,
    case: &Case,
    sets: &[(String, Value)],
    (department, chosen): (Option<&str>, Option<&str>),
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
                let stem = |record: &Record| {
                    let file = file_name(&record.inner);
                    file.rsplit_once('.')
                        .map_or(file, |(stem, _)| stem)
                        .to_owned()
                };
                // The one that is named, or the only one that is not sealed: in what is sealed nothing can be set.
                let named = records.iter().find(|record| {
                    chosen.is_some_and(|chosen| chosen == stem(record) || chosen == record.inner)
                });
                let mut open = records
                    .iter()
                    .filter(|record| !is_sealed(case, &record.inner));
                let only = open.next().filter(|_| open.next().is_none());
                match (named.or(only), declared.is_by_department()) {
                    (Some(record), _) => Some(record),
                    (None, true) => {
                        return Err(argument(
                            format!(
                                "there are several of `{name}`; write {name}/DEPARTMENT.{rest}, or give --department"
                            ),
                            format!(
                                "`{name}` 有多份，请写 {name}/部门.{rest}，或用 --department 指定"
                            ),
                        ));
                    }
                    (None, false) => {
                        let all: Vec<String> = records.iter().map(stem).collect();
                        let all = all.join(", ");
                        return Err(argument(
                            format!(
                                "there are several of `{name}`; write {name}/WHICH.{rest}, or give --record: {all}"
                            ),
                            format!(
                                "{}有多份，请写 {name}/哪一份.{rest}，或用 --record 指定：{all}",
                                declared.label.zh
                            ),
                        ));
                    }
                }
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

/// Whether the trail holds a seal of a record.
fn is_sealed(case: &Case, inner: &str) -> bool {
    let trail = case.card.iter().flat_map(|card| &card.trail);
    trail
        .filter_map(|entry| entry.seals.as_ref())
        .any(|seals| seals.contains_key(inner))
}

/// Files that were put into `attachments/` are listed in the collection form while it is open (C3), later in the
/// handling record of the department concerned (H9).
pub(super) fn list_new_attachments(
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

/// The values that the step itself writes into records other than the card; `scope` is that of the step's subject.
pub(super) fn write_values(
    world: &World,
    case: &Case,
    scope: &Scope,
    step: &Step,
    subject: &Subject,
    changes: &mut Changes,
) -> Result<(), Vec<Diagnostic>> {
    for (record, edits) in step_values(world, case, scope, step, subject)? {
        changes.edit(record, &edits).map_err(|found| vec![found])?;
    }
    Ok(())
}

/// What the step writes into which record.
pub(super) fn step_values<'c>(
    world: &World,
    case: &'c Case,
    scope: &Scope,
    step: &Step,
    subject: &Subject,
) -> Result<Vec<(&'c Record, Vec<Edit>)>, Vec<Diagnostic>> {
    let mut by_record: Vec<(&'c Record, Vec<Edit>)> = Vec::new();
    let own = subject.own(case, step);
    let fields = step
        .sets
        .iter()
        .map(|field| (field, false))
        .chain(step.appends.iter().map(|field| (field, true)));
    for ((field, condition), appends) in
        fields.filter(|((field, _), _)| !field.starts_with("clue."))
    {
        let (name, rest) = field.split_once('.').unwrap_or((field, ""));
        let rest = subject.in_entry(rest);
        let targets = case.all(name).iter().filter(|record| match own {
            None => true,
            Some(own) if own.name == name => own.path == record.path,
            Some(_) => {
                let part = record.parts.get("department");
                part.is_none() || part == subject.department.as_ref()
            }
        });
        for record in targets {
            // A step about one record sees that record; one about the clue sees each record itself.
            let value = match own {
                Some(_) => value_of(case, condition, scope)?,
                None => value_of(case, condition, &case.scope_of(world, scope, record))?,
            };
            let path: Path = parse_path(&rest);
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
    Ok(by_record)
}

pub(super) fn without_nulls(value: Value) -> Value {
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
