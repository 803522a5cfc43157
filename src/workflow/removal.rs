//! The step that takes all records of a clue out, and the record that takes their place: what was taken out, on whose
//! approval (R3). It judges whether the clue is whole, and writes nothing but the change.

use serde_json::{Value, json};

use crate::case::Case;
use crate::change::Changes;
use crate::check::check_loaded;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::disclosure::KeptBack;
use crate::expression::Scope;
use crate::files::{Files, digest};
use crate::rulebook::Step;
use crate::workflow::retrace::{departs, same};
use crate::workflow::{Command, Desk, card_place, value_of};
use crate::world::World;
use crate::yaml::{self, Edit, Segment, apply, parse_path};

/// Values of records that are about to go are not changed in the same breath.
pub(super) fn nothing_set(case: &Case, command: &Command) -> Result<(), Vec<Diagnostic>> {
    if command.sets.is_empty() {
        return Ok(());
    }
    Err(vec![
        Diagnostic::new(
            Code::StepArgument,
            card_place(case, ""),
            format!(
                "`{}` takes all records out, and no value of them can be set with it",
                command.step
            ),
            format!("`{}` 会移除全部记录，不能同时用 --set 修改", command.step),
        )
        .remedy("leave --set out", "请去掉 --set"),
    ])
}

/// Takes every record and attachment out, and writes the record that stands for them. A clue that is not whole is refused:
/// what is missing or was changed could not be told any more afterwards.
pub(super) fn take_out(
    desk: &Desk<'_>,
    case: &Case,
    (step, name): (&Step, &str),
    scope: &Scope,
    changes: &mut Changes,
) -> Result<(), Vec<Diagnostic>> {
    let lacks = lacks(desk.files, desk.world, &case.folder);
    if !lacks.is_empty() {
        return Err(lacks);
    }
    let value = certificate(desk.files, desk.world, case, (step, name), scope)?;
    for record in case.records.values().flatten() {
        changes.remove(&record.path);
    }
    for attachment in &case.attachments {
        changes.remove(format!("{}/attachments/{attachment}", case.folder));
    }
    if let Some(declared) = desk.world.rulebook.records.get(name) {
        let text = format!(
            "# yaml-language-server: $schema=../../../../schema/{}.schema.json\n{}",
            declared.schema,
            yaml::to_yaml(&value, 0)
        );
        changes.write(format!("{}/{}", case.folder, declared.path), text);
    }
    Ok(())
}

/// What is wrong with a clue that is to be taken out.
pub(super) fn lacks(files: &dyn Files, world: &World, folder: &str) -> Vec<Diagnostic> {
    let (case, found) = Case::load(files, world, folder);
    let mut found = check_loaded(files, world, &case, found);
    found.retain(|one| one.severity == Severity::Error);
    found
}

/// What the record says that stands for all others: the values that the step sets, and every file with its SHA-256.
///
/// What an extract would keep back is not carried into it: the fields that say what that is are about to go.
pub(super) fn certificate(
    files: &dyn Files,
    world: &World,
    case: &Case,
    (step, name): (&Step, &str),
    scope: &Scope,
) -> Result<Value, Vec<Diagnostic>> {
    let mut value = json!({});
    for (field, condition) in &step.sets {
        let Some(field) = field
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('.'))
        else {
            continue;
        };
        let edit = Edit::Set {
            path: parse_path(field),
            value: value_of(case, condition, scope)?,
        };
        let _ = apply(&mut value, &edit);
    }
    let declared = world.rulebook.records.get(name);
    let schema = declared.and_then(|declared| world.schemas.get(&declared.schema));
    let mut value = KeptBack::of(world, case).out_of_value(&value, schema.unwrap_or(&Value::Null));
    value["files"] = listed(files, case);
    Ok(value)
}

/// Every record and attachment, by its path below the clue's folder.
fn listed(files: &dyn Files, case: &Case) -> Value {
    let mut all: Vec<(String, usize, String)> = case
        .records
        .values()
        .flatten()
        .map(|record| {
            (
                record.inner.clone(),
                record.bytes.len(),
                record.digest().to_owned(),
            )
        })
        .collect();
    for name in &case.attachments {
        let inner = format!("attachments/{name}");
        // One that cannot be read was told before.
        if let Ok(Some(bytes)) = files.read(&format!("{}/{inner}", case.folder), u64::MAX - 1) {
            all.push((inner, bytes.len(), digest(&bytes)));
        }
    }
    all.sort();
    all.into_iter()
        .map(|(file, size, sha256)| json!({"file": file, "size": size, "sha256": sha256}))
        .collect()
}

/// Where the record that stands for all others says something else than the step wrote.
pub(super) fn differing(after: &Case, name: &str, should: &Value) -> Vec<Diagnostic> {
    // That there is none is told by the check of the clue as it stands.
    let Some(record) = after.record(name) else {
        return Vec::new();
    };
    let empty = serde_json::Map::new();
    let (expected, actual) = (
        should.as_object().unwrap_or(&empty),
        record.value.as_object().unwrap_or(&empty),
    );
    let keys: std::collections::BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
    let mut found = Vec::new();
    for key in keys {
        let (should, is) = (expected.get(key), actual.get(key));
        if same(should, is) {
            continue;
        }
        let mut place = vec![Segment::Key(key.clone())];
        let (mut should, mut is) = (should, is);
        if let (Some(Value::Array(left)), Some(Value::Array(right))) = (should, is) {
            // The first item that differs tells it.
            let count = left.len().max(right.len());
            let differs = |index: &usize| !same(left.get(*index), right.get(*index));
            let index = (0..count).find(differs).unwrap_or(0);
            if index < right.len() {
                place.push(Segment::Index(index));
            }
            (should, is) = (left.get(index), right.get(index));
        }
        found.push(departs(record, &place, should, is));
    }
    found
}
