//! What a step is about: a department's record, another record, an entry of its list, or a clock.
//! It decides nothing about whether the step may be taken.

use crate::case::{Case, Record};
use crate::change::Changes;
use crate::check::check_references;
use crate::diagnostic::{Code, Diagnostic, any_error};
use crate::expression::Scope;
use crate::files::file_name;
use crate::rulebook::{Condition, Rule, Step};
use crate::text::Bilingual;
use crate::workflow::clock::of_clock;
use crate::workflow::{Actor, Command, Desk, card_place};
use crate::world::World;

/// What a step is about, beside the clue itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    pub department: Option<String>,
    /// A record that is none of a department; path below the clue's folder.
    pub record: Option<String>,
    /// An entry of that record's list, counted from one.
    pub entry: Option<usize>,
    /// The deadline whose clock is meant.
    pub deadline: Option<String>,
    /// By how much it is extended.
    pub extension: Option<u32>,
}

impl Subject {
    /// The record that the step is about.
    pub(super) fn own<'c>(&self, case: &'c Case, step: &Step) -> Option<&'c Record> {
        let each = step.each.as_ref()?;
        match (&self.record, &self.department) {
            (Some(inner), _) => case.all(each).iter().find(|record| record.inner == *inner),
            (None, Some(department)) => case.of_department(each, department),
            (None, None) => None,
        }
    }

    /// A field's path with the entry that the step is about, for which the star stands.
    pub(super) fn in_entry(&self, field: &str) -> String {
        let entry = self.entry.unwrap_or(1).saturating_sub(1);
        field.replace('*', &entry.to_string())
    }

    /// The clue's scope with the record and the entry that the step is about.
    pub(super) fn scope(&self, world: &World, case: &Case, scope: &Scope, step: &Step) -> Scope {
        let Some(record) = self.own(case, step) else {
            return scope.clone();
        };
        let inner = case.scope_of(world, scope, record);
        match (&step.entries, self.entry) {
            (Some(list), Some(entry)) => {
                case.scope_of_entry(world, &inner, record, list, entry.saturating_sub(1))
            }
            _ => inner,
        }
    }
}

/// The clue with the actor's own values, and what the step is about.
pub(super) fn chosen(
    desk: &Desk<'_>,
    case: &Case,
    step: &Step,
    command: &Command,
    actor: &Actor,
    changes: &Changes,
) -> Result<(Case, Subject), Vec<Diagnostic>> {
    let overlay = changes.over(desk.files);
    let (case, mut found) = Case::load(&overlay, desk.world, &case.folder);
    if any_error(&found) {
        // What a value may be is said by the references, beside what its form may be.
        found.extend(check_references(&overlay, desk.world, &case));
        return Err(found);
    }
    let subject = subject_of(desk.world, &case, step, command, actor)?;
    Ok((case, subject))
}

/// What the step is about.
pub(super) fn subject_of(
    world: &World,
    case: &Case,
    step: &Step,
    command: &Command,
    actor: &Actor,
) -> Result<Subject, Vec<Diagnostic>> {
    match (&step.each, step.clock) {
        (_, Some(deed)) => of_clock(world, case, command, deed, actor),
        (None, None) => Ok(Subject {
            department: command.department.clone(),
            ..Subject::default()
        }),
        (Some(each), None) => {
            let declared = world.rulebook.records.get(each);
            if declared.is_some_and(|declared| declared.is_by_department()) {
                of_department(case, each, command)
            } else {
                of_record(world, case, each, step, command)
            }
        }
    }
}

/// A refusal that says what could have been given.
pub(super) fn argument(
    case: &Case,
    message: Bilingual,
    option: &str,
    known: &[String],
) -> Vec<Diagnostic> {
    let diagnostic = Diagnostic::new(
        Code::StepArgument,
        card_place(case, "/departments"),
        message.en,
        message.zh,
    );
    let list = known.join(", ");
    vec![if known.is_empty() {
        diagnostic
    } else {
        diagnostic.remedy(
            format!("{option} with one of: {list}"),
            format!("请用 {option} 指定：{list}"),
        )
    }]
}

fn of_department(case: &Case, each: &str, command: &Command) -> Result<Subject, Vec<Diagnostic>> {
    let known: Vec<String> = case
        .all(each)
        .iter()
        .filter_map(|record| record.parts.get("department").cloned())
        .collect();
    let step = &command.step;
    let department = match (&command.department, known.as_slice()) {
        (Some(department), _) if known.contains(department) => department.clone(),
        (Some(department), _) => {
            let message = Bilingual::new(
                format!("`{department}` has no such record in this clue"),
                format!("本线索中没有 `{department}` 的这类记录"),
            );
            return Err(argument(case, message, "--department", &known));
        }
        (None, [only]) => only.clone(),
        (None, []) => {
            let message = Bilingual::new(
                format!("`{step}` needs a record of a department, and there is none"),
                format!("办理 `{step}` 需要部门的记录，现在还没有"),
            );
            return Err(argument(case, message, "--department", &known));
        }
        (None, _) => {
            let message = Bilingual::new(
                format!("`{step}` is about one department, and there are several"),
                format!("`{step}` 针对一个部门办理，本线索涉及多个部门"),
            );
            return Err(argument(case, message, "--department", &known));
        }
    };
    Ok(Subject {
        department: Some(department),
        ..Subject::default()
    })
}

fn of_record(
    world: &World,
    case: &Case,
    each: &str,
    step: &Step,
    command: &Command,
) -> Result<Subject, Vec<Diagnostic>> {
    let stem = |record: &Record| {
        let name = file_name(&record.inner);
        name.rsplit_once('.')
            .map_or(name, |(stem, _)| stem)
            .to_owned()
    };
    let records = case.all(each);
    let known: Vec<String> = records.iter().map(stem).collect();
    let name = &command.step;
    let record = match (&command.record, records) {
        (Some(wanted), _) => {
            let found = records.iter().find(|record| {
                *wanted == stem(record) || *wanted == record.inner || *wanted == record.path
            });
            found.ok_or_else(|| {
                let message = Bilingual::new(
                    format!("there is no record `{wanted}` in this clue"),
                    format!("本线索中没有记录 `{wanted}`"),
                );
                argument(case, message, "--record", &known)
            })?
        }
        (None, [only]) => only,
        (None, []) => {
            let label = world.rulebook.records.get(each).map(|record| &record.label);
            let (en, zh) = label.map_or((each, each), |label| (&*label.en, &*label.zh));
            let found = Diagnostic::new(
                Code::StepArgument,
                card_place(case, "/state"),
                format!("`{name}` needs the {en}, and there is none yet"),
                format!(
                    "办理{}需要先有{zh}，现在还没有",
                    world.rulebook.named_zh("step", name)
                ),
            );
            return Err(vec![found.remedy(
                format!("draft it: clue draft {} {each}", case.id),
                format!("请先起草：clue draft {} {each}", case.id),
            )]);
        }
        (None, _) => {
            // Where only one of them waits for this step, it is meant.
            let waiting: Vec<&Record> = records
                .iter()
                .filter(|record| waits(world, case, step, record))
                .collect();
            match waiting.as_slice() {
                [only] => *only,
                _ => {
                    let message = Bilingual::new(
                        format!("`{name}` is about one record, and there are several"),
                        format!("有多份记录，请说明对哪一份办理 `{name}`"),
                    );
                    return Err(argument(case, message, "--record", &known));
                }
            }
        }
    };
    let entry = match &step.entries {
        None => None,
        Some(list) => Some(entry_of(world, case, record, (step, list), command)?),
    };
    Ok(Subject {
        record: Some(record.inner.clone()),
        entry,
        ..Subject::default()
    })
}

/// Whether the step's conditions hold for a record, or for one of its entries.
fn waits(world: &World, case: &Case, step: &Step, record: &Record) -> bool {
    let scope = case.scope_of(world, &case.scope(world), record);
    match &step.entries {
        None => holds(step, &scope),
        Some(list) => !waiting_entries(world, case, record, (step, list)).is_empty(),
    }
}

/// Entries for which the step's conditions hold, counted from one.
fn waiting_entries(
    world: &World,
    case: &Case,
    record: &Record,
    (step, list): (&Step, &str),
) -> Vec<usize> {
    let scope = case.scope_of(world, &case.scope(world), record);
    let entries = record.value.get(list).and_then(serde_json::Value::as_array);
    let count = entries.map_or(0, Vec::len);
    (1..=count)
        .filter(|number| {
            holds(
                step,
                &case.scope_of_entry(world, &scope, record, list, number - 1),
            )
        })
        .collect()
}

/// Conditions of a step that ask about no record of its own: they can be judged before there is one.
pub(super) fn before_any_record(step: &Step) -> impl Iterator<Item = &Rule> {
    let asks = |rule: &Rule| {
        let own = |condition: &Condition| {
            ["record.", "entry."]
                .iter()
                .any(|name| condition.source().contains(name))
        };
        own(&rule.expect) || rule.when.as_ref().is_some_and(own)
    };
    step.conditions.iter().filter(move |rule| !asks(rule))
}

/// Whether no condition of a step fails; one that asks about the step itself is left to the step.
fn holds(step: &Step, scope: &Scope) -> bool {
    step.conditions
        .iter()
        .filter(|rule| !rule.expect.source().contains("step."))
        .all(|rule| rule.expect.holds(scope) == Ok(true))
}

fn entry_of(
    world: &World,
    case: &Case,
    record: &Record,
    (step, list): (&Step, &str),
    command: &Command,
) -> Result<usize, Vec<Diagnostic>> {
    let entries = record.value.get(list).and_then(serde_json::Value::as_array);
    let count = entries.map_or(0, Vec::len);
    let known: Vec<String> = (1..=count).map(|number| number.to_string()).collect();
    let name = &command.step;
    match (command.entry, count) {
        (Some(entry), _) if (1..=count).contains(&entry) => Ok(entry),
        (None, 1) => Ok(1),
        (Some(entry), _) => {
            let message = Bilingual::new(
                format!(
                    "{} has {count} of `{list}`, and no number {entry}",
                    record.inner
                ),
                format!(
                    "{} 的 `{list}` 共 {count} 条，没有第 {entry} 条",
                    record.inner
                ),
            );
            Err(argument(case, message, "--entry", &known))
        }
        (None, 0) => {
            let message = Bilingual::new(
                format!("{} has none of `{list}`", record.inner),
                format!("{} 的 `{list}` 没有内容", record.inner),
            );
            Err(argument(case, message, "--entry", &known))
        }
        (None, _) => match waiting_entries(world, case, record, (step, list)).as_slice() {
            [only] => Ok(*only),
            _ => {
                let message = Bilingual::new(
                    format!("`{name}` is about one of the {count} entries of `{list}`"),
                    format!("`{list}` 共有 {count} 条，请说明对第几条办理 `{name}`"),
                );
                Err(argument(case, message, "--entry", &known))
            }
        },
    }
}
