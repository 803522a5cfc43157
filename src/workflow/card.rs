//! The index card as a step leaves it: state, responsible person, register number, and the trail with its seals.
//! It judges nothing.

use serde_json::{Map, Value, json};

use crate::case::Case;
use crate::change::set;
use crate::check::{entry_path, highest_item, number_entries};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::disclosure::KeptBack;
use crate::expression::Scope;
use crate::files::Files;
use crate::rulebook::NumberHead;
use crate::time::Timestamp;
use crate::workflow::{Actor, Command, Decision};
use crate::world::World;
use crate::yaml::{self, Edit, apply, parse_path};

pub(super) fn write_card(
    case: &Case,
    (mut card, inside): (Map<String, Value>, Vec<Edit>),
    entry: Value,
    removes: Option<&mut KeptBack>,
    decision: &mut Decision,
) -> Result<(), Vec<Diagnostic>> {
    match &case.card_record {
        Some(record) => {
            let mut edits: Vec<Edit> = Vec::new();
            if let Some(number) = &decision.number {
                edits.push(set(parse_path("number"), json!(number)));
            }
            if let Some(number) = &decision.archive_number {
                edits.push(set(parse_path("archive_number"), json!(number)));
            }
            // What the card does not have needs not be emptied.
            let has = |field: &str, value: &Value| {
                !value.is_null() || record.value.get(field).is_some_and(|own| !own.is_null())
            };
            edits.extend(
                card.into_iter()
                    .filter(|(field, value)| has(field, value))
                    .map(|(field, value)| set(parse_path(&field), value)),
            );
            edits.extend(inside);
            edits.push(set(parse_path("state"), json!(decision.to)));
            edits.push(set(parse_path("responsible"), json!(decision.responsible)));
            edits.push(Edit::Append {
                path: parse_path("trail"),
                value: entry,
            });
            if let Some(kept_back) = removes {
                let value = without_contents(&record.value, &edits, kept_back);
                decision.changes.write(&record.path, text_of(&value));
                return Ok(());
            }
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
            let mut value = Value::Object(value);
            for edit in &inside {
                let _ = apply(&mut value, edit);
            }
            if let Some(fields) = value.as_object_mut() {
                fields.insert("trail".to_owned(), json!([entry]));
            }
            decision
                .changes
                .write(format!("{}/clue.yaml", case.folder), text_of(&value));
            Ok(())
        }
    }
}

/// The card as a file that has nothing but what it says.
fn text_of(value: &Value) -> String {
    format!(
        "# yaml-language-server: $schema=../../../../schema/clue.schema.json\n{}",
        yaml::to_yaml(value, 0)
    )
}

/// The card after the step that takes all records out: written anew, without comments and without the reasons of
/// earlier steps and holds, which tell what the records were about.
fn without_contents(card: &Value, edits: &[Edit], kept_back: &mut KeptBack) -> Value {
    let mut card = card.clone();
    let (entry, edits) = edits
        .split_last()
        .map_or((None, edits), |(last, edits)| (Some(last), edits));
    for edit in edits {
        let _ = apply(&mut card, edit);
    }
    forget_contents(&mut card, kept_back);
    if let Some(entry) = entry {
        let _ = apply(&mut card, entry);
    }
    card
}

/// Takes the reasons out of a card's trail and of its holds, and out of its title what an extract would keep back: the
/// fields that say what that is are gone with the records.
pub(super) fn forget_contents(card: &mut Value, kept_back: &mut KeptBack) {
    if let Some(title) = card.get("title").and_then(Value::as_str) {
        card["title"] = json!(kept_back.out_of(title));
    }
    for list in ["trail", "holds"] {
        let entries = card.get_mut(list).and_then(Value::as_array_mut);
        for entry in entries.into_iter().flatten() {
            forget_reason(entry);
            if let Some(released) = entry.get_mut("released") {
                forget_reason(released);
            }
        }
    }
}

/// Takes the reason out of an entry of the trail.
pub fn forget_reason(entry: &mut Value) {
    if let Some(entry) = entry.as_object_mut() {
        entry.shift_remove("reason");
    }
}

pub(super) fn trail_entry(
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
    let subject = &decision.subject;
    let renumbered = decision.renumbering.as_ref();
    let about = [
        ("department", json!(subject.department)),
        ("record", json!(subject.record)),
        ("entry", json!(subject.entry)),
        ("deadline", json!(subject.deadline)),
        ("extension", json!(subject.extension)),
        (
            "urgency_before",
            json!(decision.urgency.as_ref().map(|(before, _)| before)),
        ),
        (
            "urgency",
            json!(decision.urgency.as_ref().map(|(_, after)| after)),
        ),
        ("number_before", json!(renumbered.map(|done| &done.before))),
        ("number", json!(renumbered.and(decision.number.as_ref()))),
    ];
    for (field, value) in about {
        if !value.is_null() {
            entry.insert(field.to_owned(), value);
        }
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
        let own = match &decision.subject.record {
            Some(inner) => record.inner == *inner,
            None => record.parts.get("department") == decision.subject.department.as_ref(),
        };
        let by_step = own && step.is_some_and(|step| step.seals.iter().any(|own| own == name));
        if by_state || by_step {
            seals.insert(record.inner.clone(), json!(record.digest()));
        }
    }
    seals
}

pub(super) fn retention(world: &World, scope: &Scope) -> Option<String> {
    world
        .rulebook
        .retention
        .iter()
        .find(|(_, class)| class.when.holds(scope) == Ok(true))
        .map(|(name, _)| name.clone())
}

/// An archive number that a step gives, or leaves.
pub(super) struct Archival {
    pub(super) number: String,
    /// The clue's aliases with the archive number that it had, where that was another one.
    pub(super) aliases: Option<Vec<String>>,
}

/// The archive number of a clue that a step archives: the one that it has, where that still says what it should, else
/// the next item (R2).
pub(super) fn archive_number(
    registers: &[&dyn Files],
    world: &World,
    case: &Case,
    scope: &Scope,
    retention: Option<&str>,
    year: i32,
) -> Result<Option<Archival>, Vec<Diagnostic>> {
    let Some(head) = archive_head(world, scope, retention, year)? else {
        return Ok(None);
    };
    let card = case.card.as_ref();
    let present = card.and_then(|card| card.archive_number.clone());
    if let Some(present) = &present
        && head.item_of(present).is_some()
    {
        return Ok(Some(Archival {
            number: present.clone(),
            aliases: None,
        }));
    }
    let number = head.item(highest_item(registers, year, &head) + 1);
    if entry_path(&number).is_none() {
        let pattern = &world
            .rulebook
            .archive
            .as_ref()
            .map(|archive| &archive.number);
        let pattern = pattern.map_or("", |pattern| pattern);
        return Err(vec![
            Diagnostic::new(
                Code::RulebookReference,
                Place::file("workflow.yaml"),
                format!("the pattern `{pattern}` makes `{number}`, which cannot be registered"),
                format!("档号格式 `{pattern}` 生成的 `{number}` 无法登记"),
            )
            .remedy(
                "use {fonds}-{class}·{year}-{retention}-{department}-{item:4}, with codes of capitals and digits",
                "请使用 {fonds}-{class}·{year}-{retention}-{department}-{item:4}，各代码由大写字母和数字组成",
            )
            .procedure("R2"),
        ]);
    }
    let aliases = present.map(|present| {
        let mut aliases = card
            .and_then(|card| card.aliases.clone())
            .unwrap_or_default();
        aliases.push(present);
        aliases
    });
    Ok(Some(Archival { number, aliases }))
}

/// What an archive number begins with; none where the rulebook gives none, or no class of retention holds.
pub(super) fn archive_head(
    world: &World,
    scope: &Scope,
    retention: Option<&str>,
    year: i32,
) -> Result<Option<NumberHead>, Vec<Diagnostic>> {
    let rulebook = &world.rulebook;
    let (Some(archive), Some(class)) = (
        &rulebook.archive,
        retention.and_then(|name| rulebook.retention.get(name)),
    ) else {
        return Ok(None);
    };
    let department = archive.department.evaluate(scope).map_err(|why| {
        vec![
            Diagnostic::new(
                Code::RulebookReference,
                Place::file("workflow.yaml"),
                format!("the filing department cannot be computed: {}", why.en),
                format!("无法计算立卷部门：{}", why.zh),
            )
            .procedure("R2"),
        ]
    })?;
    let department = department.as_str().unwrap_or_default();
    Ok(Some(archive.head(
        &world.organisation,
        year,
        class,
        department,
    )))
}

/// The last day of a period of retention of this class that begins at a moment; none where it is permanent.
pub(super) fn last_day(world: &World, class: Option<&str>, at: Timestamp) -> Option<String> {
    let years = world.rulebook.retention.get(class?)?.years?;
    let day = at.in_zone(world.calendar.zone()).date();
    let last = world.rulebook.retention_from.last_day(day, years)?;
    Some(last.to_string())
}

/// The code of a category in register numbers.
pub(super) fn code_of<'w>(world: &'w World, category: Option<&str>) -> &'w str {
    category
        .and_then(|category| world.rulebook.categories.get(category))
        .map_or("XS", |category| &category.code)
}

/// The next register number of a category's code in a year that is free in all registers (T4).
pub(super) fn next_number(
    registers: &[&dyn Files],
    world: &World,
    code: &str,
    year: i32,
) -> Result<String, Box<Diagnostic>> {
    let pattern = &world.rulebook.numbering.pattern;
    let highest = registers
        .iter()
        .flat_map(|files| number_entries(*files, year, code))
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
