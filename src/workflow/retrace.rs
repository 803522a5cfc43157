//! A step that somebody took, judged afterwards: might it be taken, by this person, then; and is the result what it gives?
//! It asks the same rules as taking a step does, and changes nothing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::case::{Case, Record};
use crate::change::Changes;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::disclosure::KeptBack;
use crate::expression::Scope;
use crate::files::Files;
use crate::record::TrailEntry;
use crate::rulebook::NumberHead;
use crate::rulebook::Step;
use crate::text::visible_line;
use crate::workflow::card::{
    Archival, archive_head, archive_number, code_of, forget_contents, next_number, trail_entry,
};
use crate::workflow::permission::permitted;
use crate::workflow::renumber::{Renumbering, next_of};
use crate::workflow::subject::subject_of;
use crate::workflow::values::step_values;
use crate::workflow::{
    Actor, Command, Decision, Outcome, Subject, lateness_stays, not_under, outcome, outliving,
    removal, step_scope, step_value, takeable, unknown_step, urgency_changed,
};
use crate::world::World;
use crate::yaml::{Edit, Path, Segment, apply};

/// A step as history holds it.
pub struct Taken<'a> {
    /// Rulebook, schemas and people that were in force when it was taken.
    pub world: &'a World,
    /// The files before it.
    pub files: &'a dyn Files,
    pub before: &'a Case,
    pub after: &'a Case,
    /// The step's entry in the trail, the last one of `after`.
    pub entry: &'a TrailEntry,
    pub actor: &'a Actor,
}

/// Every reason why a step that was taken might not be taken, or why its result is not what it gives.
pub fn retrace(taken: &Taken<'_>) -> Vec<Diagnostic> {
    match judge(taken) {
        Ok(found) | Err(found) => found,
    }
}

fn judge(taken: &Taken<'_>) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let Taken {
        world,
        before,
        after,
        entry,
        actor,
        ..
    } = *taken;
    let command = command_of(entry);
    let Some(step) = world.rulebook.steps.get(&entry.step) else {
        return Err(vec![unknown_step(after, world, &entry.step)]);
    };
    if let Some(statute) = &step.statute
        && !world.organisation.is_under(statute)
    {
        return Err(vec![not_under(after, world, &entry.step, statute)]);
    }
    let (command, _) = outliving(world, before, step, &command);
    let decided = as_decided(world, before, after, step);
    permitted(world, &decided, step, &command, actor)?;
    // Who changed the author's name in the very commit that approves the report has judged their own work all the same.
    permitted(world, before, step, &command, actor)?;
    let subject = subject_of(world, &decided, step, &command, actor)?;
    let about = step_value(&command, actor, &subject);
    let scope = step_scope(world, &decided, &about);
    let inner = subject.scope(world, &decided, &scope, step);
    takeable(world, &decided, &inner, step, &subject, (&command, actor))?;

    let values = step_values(world, &decided, &inner, step, &subject)?;
    let values: Vec<(String, Vec<Edit>)> = values
        .into_iter()
        .map(|(record, edits)| (record.path.clone(), edits))
        .collect();
    let mut written = decided;
    for (path, edits) in &values {
        for record in written.records.values_mut().flatten() {
            if record.path == *path {
                for edit in edits {
                    let _ = apply(record.value_mut(), edit);
                }
            }
        }
    }
    let mut found = fields(world, &written, after, &values);
    let scope = step_scope(world, &written, &about);
    let outcome = outcome(world, &written, step, &subject, &scope, actor)?;
    if let Some(name) = &step.removes {
        // Removed, nobody could tell any more what was missing or had been changed.
        found.extend(removal::lacks(taken.files, world, &before.folder));
        let inner = subject.scope(world, &written, &scope, step);
        let should = removal::certificate(taken.files, world, &written, (step, name), &inner)?;
        found.extend(removal::differing(after, name, &should));
    }
    found.extend(card(taken, step, &command, &subject, &scope, outcome)?);
    Ok(found)
}

/// What was asked for, as the trail tells it.
fn command_of(entry: &TrailEntry) -> Command {
    Command {
        step: entry.step.clone(),
        department: entry.department.clone(),
        reason: entry.reason.clone(),
        record: entry.record.clone(),
        entry: entry.entry,
        deadline: entry.deadline.clone(),
        extension: entry.extension,
        ..Command::default()
    }
}

/// The clue as it was when the step was decided: what people wrote is there, what the step wrote and drafted is not yet.
fn as_decided(world: &World, before: &Case, after: &Case, step: &Step) -> Case {
    let mut decided = Case::empty(&after.folder);
    decided.card = before.card.clone();
    decided.card_record = before.card_record.clone();
    if step.removes.is_some() {
        // All that the step was about is gone afterwards.
        decided.records = before.records.clone();
        decided.attachments = before.attachments.clone();
        return decided;
    }
    decided.attachments = after.attachments.clone();
    for (name, records) in &after.records {
        let mut kept = Vec::new();
        for record in records {
            let old = before.all(name).iter().find(|old| old.path == record.path);
            if old.is_none() && step.drafts.iter().any(|drafted| drafted == name) {
                continue;
            }
            let mut record = record.clone();
            restore(world, &mut record, old);
            kept.push(record);
        }
        if !kept.is_empty() {
            decided.records.insert(name.clone(), kept);
        }
    }
    decided
}

/// Puts every field that only steps write back to what it was.
fn restore(world: &World, record: &mut Record, old: Option<&Record>) {
    for field in world.written_by_steps(&record.name) {
        for place in field.places(&record.value) {
            let value = match old {
                Some(old) => at(&old.value, &place).cloned().unwrap_or(Value::Null),
                None => field.default.clone(),
            };
            if !same(at(&record.value, &place), Some(&value)) {
                let _ = apply(record.value_mut(), &Edit::Set { path: place, value });
            }
        }
    }
}

/// Fields that hold something else than the step wrote.
fn fields(
    world: &World,
    written: &Case,
    after: &Case,
    values: &[(String, Vec<Edit>)],
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for record in after.records.values().flatten() {
        let own = written.all(&record.name);
        let Some(expected) = own.iter().find(|own| own.path == record.path) else {
            continue;
        };
        let mut places: BTreeSet<Path> = BTreeSet::new();
        for field in world.written_by_steps(&record.name) {
            places.extend(field.places(&record.value));
            places.extend(field.places(&expected.value));
        }
        for edit in values
            .iter()
            .filter(|(path, _)| *path == record.path)
            .flat_map(|(_, edits)| edits)
        {
            if let Edit::Set { path, .. } = edit {
                places.insert(path.clone());
            }
        }
        for place in places {
            let (should, is) = (at(&expected.value, &place), at(&record.value, &place));
            if !same(should, is) {
                found.push(departs(record, &place, should, is));
            }
        }
    }
    found
}

/// A field that only steps write, and that holds something else than a step wrote.
pub fn departs(
    record: &Record,
    place: &[Segment],
    should: Option<&Value>,
    is: Option<&Value>,
) -> Diagnostic {
    let pointer: String = place
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => format!("/{key}"),
            Segment::Index(index) => format!("/{index}"),
        })
        .collect();
    let name = crate::yaml::show_path(place);
    Diagnostic::new(
        Code::HistoryField,
        record.place(&pointer),
        format!(
            "`{name}` is written by steps; it should be {}, and it is {}",
            shown(should, "empty"),
            shown(is, "empty")
        ),
        format!(
            "`{name}` 只由步骤写入：应为 {}，实为 {}",
            shown(should, "空"),
            shown(is, "空")
        ),
    )
    .procedure("P2")
}

fn shown(value: Option<&Value>, nothing: &str) -> String {
    match value {
        None | Some(Value::Null) => nothing.to_owned(),
        Some(Value::String(text)) => format!("`{}`", visible_line(text)),
        Some(value) => {
            let text = visible_line(&value.to_string());
            let cut: String = text.chars().take(80).collect();
            if cut.len() < text.len() {
                format!("{cut}…")
            } else {
                text
            }
        }
    }
}

/// The value at a path.
pub fn at<'v>(value: &'v Value, path: &[Segment]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, segment| match segment {
        Segment::Key(key) => value.get(key),
        Segment::Index(index) => value.get(index),
    })
}

/// Whether two values say the same: what is not there, what is null, and a list or mapping of nothing are one.
pub fn same(left: Option<&Value>, right: Option<&Value>) -> bool {
    fn nothing(value: Option<&Value>) -> bool {
        match value {
            None | Some(Value::Null) => true,
            Some(Value::Array(items)) => items.is_empty(),
            Some(Value::Object(fields)) => fields.values().all(|value| nothing(Some(value))),
            _ => false,
        }
    }
    match (left, right) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => left
            .keys()
            .chain(right.keys())
            .all(|key| same(left.get(key), right.get(key))),
        (Some(Value::Array(left)), Some(Value::Array(right))) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(Some(left), Some(right)))
        }
        (left, right) if nothing(left) || nothing(right) => nothing(left) && nothing(right),
        (left, right) => left == right,
    }
}

/// Where the index card and the new entry of the trail are not as the step leaves them.
fn card(
    taken: &Taken<'_>,
    step: &Step,
    command: &Command,
    subject: &Subject,
    scope: &Scope,
    outcome: Outcome,
) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let Taken {
        world,
        files,
        before,
        after,
        actor,
        ..
    } = *taken;
    let Some(record) = &after.card_record else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    let old = before.card_record.as_ref().map(|record| &*record.value);
    // The trail, which is long, is compared entry by entry elsewhere.
    let fields = old.and_then(Value::as_object).into_iter().flatten();
    let fields = fields.filter(|(key, _)| *key != "trail");
    let mut expected: serde_json::Map<String, Value> = fields
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    expected.insert("id".to_owned(), json!(before.id));
    expected.insert("state".to_owned(), json!(outcome.to));
    expected.insert("responsible".to_owned(), json!(outcome.responsible));
    let urgency = urgency_changed(before, &outcome.card);
    let given = after.card.as_ref().and_then(|card| card.number.clone());
    let numbered = before
        .card
        .as_ref()
        .is_some_and(|card| card.number.is_some());
    let mut renumbering = None;
    if step.numbers && !numbered {
        let category = outcome.card.get("category").and_then(Value::as_str);
        let next = next_number(&[files], world, code_of(world, category), actor.at.year());
        let next = next.map_err(|found| vec![*found])?;
        found.extend(number(record, given.as_deref(), &next));
        expected.insert("number".to_owned(), json!(given));
    }
    let old_card = before.card.as_ref();
    if step.renumbers
        && let Some(old) = old_card.and_then(|card| card.number.clone())
    {
        let next = next_of(&[files], world, &old).map_err(|found| vec![*found])?;
        found.extend(number(record, given.as_deref(), &next));
        let mut aliases = old_card
            .and_then(|card| card.aliases.clone())
            .unwrap_or_default();
        aliases.push(old.clone());
        expected.insert("aliases".to_owned(), json!(aliases));
        expected.insert("number".to_owned(), json!(given));
        renumbering = Some(Renumbering {
            before: old,
            keeper: String::new(),
            rewritten: Vec::new(),
            sealed: Vec::new(),
        });
    }
    let mut archived = None;
    if step.archives {
        let retention = outcome.card.get("retention").and_then(Value::as_str);
        let (registers, year) = ([files], actor.at.year());
        let next = archive_number(&registers, world, before, scope, retention, year)?;
        if let Some(Archival {
            number: next,
            aliases,
        }) = next
        {
            let given = after
                .card
                .as_ref()
                .and_then(|card| card.archive_number.clone());
            let head = archive_head(world, scope, retention, year)?;
            found.extend(archive_item(record, given.as_deref(), &next, head.as_ref()));
            expected.insert("archive_number".to_owned(), json!(given));
            expected.extend(aliases.map(|aliases| ("aliases".to_owned(), json!(aliases))));
            archived = given;
        }
    }
    expected.extend(outcome.card);
    let mut expected = Value::Object(expected);
    for edit in &outcome.edits {
        let _ = apply(&mut expected, edit);
    }
    if step.removes.is_some() {
        forget_contents(&mut expected, &mut KeptBack::of(world, before));
    }
    let expected = expected.as_object().cloned().unwrap_or_default();
    let empty = serde_json::Map::new();
    let actual = record.value.as_object().unwrap_or(&empty);
    let keys: BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
    for key in keys.into_iter().filter(|key| *key != "trail") {
        let (should, is) = (expected.get(key), actual.get(key));
        if !same(should, is) {
            found.push(differs(record, &format!("/{key}"), key, should, is));
        }
    }
    // The entry itself, with its seals.
    let mut changes = Changes::default();
    for record in after.records.values().flatten() {
        let old = before
            .all(&record.name)
            .iter()
            .find(|old| old.path == record.path);
        if old.is_none_or(|old| old.bytes != record.bytes) {
            changes.write(&record.path, record.bytes.to_vec());
        }
    }
    let decision = Decision {
        id: before.id.clone(),
        step: command.step.clone(),
        from: before.state().to_owned(),
        to: outcome.to,
        subject: subject.clone(),
        number: given,
        archive_number: archived,
        renumbering,
        responsible: outcome.responsible,
        urgency,
        drafted: Vec::new(),
        changes,
    };
    let stood = without_drafts(before, after, step);
    let should = trail_entry(world, &stood, command, actor, &decision);
    let last = actual.get("trail").and_then(Value::as_array);
    let index = last.map_or(0, |trail| trail.len().saturating_sub(1));
    let is = last.and_then(|trail| trail.last());
    let (should, is) = (
        should.as_object().unwrap_or(&empty),
        is.and_then(Value::as_object).unwrap_or(&empty),
    );
    let keys: BTreeSet<&String> = should.keys().chain(is.keys()).collect();
    for key in keys {
        if !same(should.get(key), is.get(key)) {
            let pointer = format!("/trail/{index}/{key}");
            found.push(differs(record, &pointer, key, should.get(key), is.get(key)));
        }
    }
    if decision.urgency.is_some()
        && let Err(late) = lateness_stays(world, before, after, actor)
    {
        found.extend(late);
    }
    Ok(found)
}

/// The records that a step could seal: what it drafted came after.
fn without_drafts(before: &Case, after: &Case, step: &Step) -> Case {
    let mut stood = Case::empty(&after.folder);
    for (name, records) in &after.records {
        let drafted = step.drafts.iter().any(|drafted| drafted == name);
        let known = |record: &&Record| {
            !drafted || before.all(name).iter().any(|old| old.path == record.path)
        };
        stood.records.insert(
            name.clone(),
            records.iter().filter(known).cloned().collect(),
        );
    }
    stood
}

fn differs(
    record: &Record,
    pointer: &str,
    key: &str,
    should: Option<&Value>,
    is: Option<&Value>,
) -> Diagnostic {
    let place = match record.document.root.at_pointer(pointer) {
        Some(_) => record.place(pointer),
        None => Place::file(&record.path),
    };
    Diagnostic::new(
        Code::HistoryCard,
        place,
        format!(
            "`{key}` of the {} should be {} after this step, and it is {}",
            if pointer.starts_with("/trail/") {
                "trail's new entry"
            } else {
                "index card"
            },
            shown(should, "empty"),
            shown(is, "empty")
        ),
        format!(
            "办理此步骤后，{}的 `{key}` 应为 {}，实为 {}",
            if pointer.starts_with("/trail/") {
                "经过新条目"
            } else {
                "索引卡"
            },
            shown(should, "空"),
            shown(is, "空")
        ),
    )
    .procedure("P2")
}

/// The archive number is one that the pattern makes, behind all that were given, or the one that the clue has (R2).
fn archive_item(
    record: &Record,
    given: Option<&str>,
    next: &str,
    head: Option<&NumberHead>,
) -> Option<Diagnostic> {
    let item = |number: &str| head.and_then(|head| head.item_of(number));
    let fits = given
        .and_then(item)
        .zip(item(next))
        .is_some_and(|(given, next)| given >= next);
    if fits {
        return None;
    }
    let shown = visible_line(given.unwrap_or("-"));
    Some(
        Diagnostic::new(
            Code::HistoryNumber,
            record.place("/archive_number"),
            format!("the archive number {shown} is not the next one, which is {next}"),
            format!("档号 {shown} 不是接续的档号，应为 {next}"),
        )
        .procedure("R2"),
    )
}

/// The number is one that the pattern makes, behind all that were given (T4).
fn number(record: &Record, given: Option<&str>, next: &str) -> Option<Diagnostic> {
    let sequence = |number: &str| {
        let (head, tail) = number.rsplit_once('-')?;
        Some((head.to_owned(), tail.parse::<u64>().ok()?))
    };
    let fits = given
        .and_then(sequence)
        .zip(sequence(next))
        .is_some_and(|(given, next)| given.0 == next.0 && given.1 >= next.1);
    if fits {
        return None;
    }
    let shown = given.unwrap_or("-");
    Some(
        Diagnostic::new(
            Code::HistoryNumber,
            record.place("/number"),
            format!("the number {shown} is not the next one, which is {next}"),
            format!("编号 {shown} 不是接续的编号，应为 {next}"),
        )
        .procedure("T4"),
    )
}
