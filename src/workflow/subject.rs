//! What a step is about: a department's record, another record, an entry of its list, or a clock.
//! It decides nothing about whether the step may be taken.

use crate::case::{Case, Record};
use crate::change::Changes;
use crate::check::check_references;
use crate::clock::{Clock, Phase, clocks};
use crate::diagnostic::{Code, Diagnostic, any_error};
use crate::expression::Scope;
use crate::files::file_name;
use crate::rulebook::{ClockDeed, Step};
use crate::text::Bilingual;
use crate::workflow::permission::who_has;
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
    let subject = match (&step.each, step.clock) {
        (_, Some(deed)) => of_clock(desk.world, &case, command, deed, actor)?,
        (None, None) => Subject {
            department: command.department.clone(),
            ..Subject::default()
        },
        (Some(each), None) => {
            let declared = desk.world.rulebook.records.get(each);
            if declared.is_some_and(|declared| declared.is_by_department()) {
                of_department(&case, each, command)?
            } else {
                of_record(desk.world, &case, each, step, command)?
            }
        }
    };
    Ok((case, subject))
}

fn argument(case: &Case, message: Bilingual, option: &str, known: &[String]) -> Vec<Diagnostic> {
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
            let message = Bilingual::new(
                format!(
                    "`{name}` needs a record, and there is none; draft it: clue draft {} {each}",
                    case.id
                ),
                format!(
                    "办理 `{name}` 需要先有记录，可起草：clue draft {} {each}",
                    case.id
                ),
            );
            return Err(argument(case, message, "--record", &known));
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

/// Clocks that a step can pause, resume or extend at all, whoever takes it.
pub(super) fn clocks_for(world: &World, case: &Case, deed: ClockDeed) -> Vec<Clock> {
    let scope = case.scope(world);
    let (all, _) = clocks(world, case, &scope);
    let fits = |clock: &Clock| {
        let deadline = &world.rulebook.deadlines[&clock.deadline];
        clock.is_open()
            && match deed {
                ClockDeed::Pause => !deadline.pause.is_empty() && !clock.is_paused(),
                ClockDeed::Resume => clock.is_paused(),
                ClockDeed::Extend => !deadline.extend.is_empty(),
            }
    };
    all.into_iter().filter(fits).collect()
}

fn of_clock(
    world: &World,
    case: &Case,
    command: &Command,
    deed: ClockDeed,
    actor: &Actor,
) -> Result<Subject, Vec<Diagnostic>> {
    let possible = clocks_for(world, case, deed);
    let name = &command.step;
    let asked = |clock: &&Clock| {
        (command.deadline.is_none() || command.deadline.as_ref() == Some(&clock.deadline))
            && (command.department.is_none() || command.department == clock.department)
            && (command.entry.is_none() || command.entry == clock.entry)
    };
    let fitting: Vec<&Clock> = possible.iter().filter(asked).collect();
    let known: Vec<String> = possible.iter().map(call).collect();
    let clock = match fitting.as_slice() {
        [only] => *only,
        [] => {
            let message = why_none(world, case, command, deed);
            let found = argument(case, message, "--deadline", &known);
            return Err(if known.is_empty() {
                allowing(world, deed, found)
            } else {
                found
            });
        }
        _ => {
            let message = Bilingual::new(
                format!("`{name}` is about one deadline, and several run"),
                format!("有多个期限正在计时，请说明对哪一个办理 `{name}`"),
            );
            return Err(argument(case, message, "--deadline", &known));
        }
    };
    allowed(world, case, command, deed, clock, actor)?;
    Ok(Subject {
        department: clock.department.clone(),
        record: clock.entry.and(clock.record.clone()),
        entry: clock.entry,
        deadline: Some(clock.deadline.clone()),
        extension: command.extension.filter(|_| deed == ClockDeed::Extend),
    })
}

/// Why no clock fits what was asked for.
fn why_none(world: &World, case: &Case, command: &Command, deed: ClockDeed) -> Bilingual {
    let name = &command.step;
    let Some(asked) = &command.deadline else {
        return match deed {
            ClockDeed::Resume => Bilingual::new("no deadline is paused", "没有暂停中的期限"),
            _ => Bilingual::new(
                format!("`{name}` finds no running deadline that it could be about"),
                format!("现在没有可以办理 `{name}` 的期限"),
            ),
        };
    };
    let Some(deadline) = world.rulebook.deadlines.get(asked) else {
        return Bilingual::new(
            format!("there is no deadline `{asked}`"),
            format!("没有名为 `{asked}` 的期限"),
        );
    };
    let label = &deadline.label;
    let (all, _) = clocks(world, case, &case.scope(world));
    let of_name: Vec<&Clock> = all
        .iter()
        .filter(|clock| clock.deadline == *asked)
        .collect();
    let own: Vec<&&Clock> = of_name
        .iter()
        .filter(|clock| command.department.is_none() || command.department == clock.department)
        .collect();
    let allowed = match deed {
        ClockDeed::Pause | ClockDeed::Resume => !deadline.pause.is_empty(),
        ClockDeed::Extend => !deadline.extend.is_empty(),
    };
    let open = own.iter().find(|clock| clock.is_open());
    match open {
        _ if !allowed => Bilingual::new(
            format!("the rulebook does not allow `{name}` for “{}”", label.en),
            format!("规则书不允许对“{}”办理 `{name}`", label.zh),
        ),
        Some(clock) if deed == ClockDeed::Pause && clock.is_paused() => {
            let since = clock
                .pauses
                .last()
                .map(|pause| pause.from.date().to_string());
            let since = since.unwrap_or_default();
            Bilingual::new(
                format!("“{}” is paused already, since {since}", label.en),
                format!("“{}”自 {since} 起已经暂停", label.zh),
            )
        }
        Some(_) if deed == ClockDeed::Resume => Bilingual::new(
            format!("“{}” is not paused, and needs no `{name}`", label.en),
            format!("“{}”没有暂停，无须恢复", label.zh),
        ),
        Some(_) => Bilingual::new(
            format!("`{name}` finds no such clock of “{}”", label.en),
            format!("没有找到所指的“{}”期限", label.zh),
        ),
        None if of_name.is_empty() => Bilingual::new(
            format!("“{}” does not run in this clue now", label.en),
            format!("本线索现在没有“{}”这个期限", label.zh),
        ),
        None if own.is_empty() => Bilingual::new(
            format!("“{}” does not run for that department", label.en),
            format!("该部门没有“{}”这个期限", label.zh),
        ),
        None => Bilingual::new(
            format!("“{}” has ended", label.en),
            format!("“{}”已经结束", label.zh),
        ),
    }
}

/// The same findings, with the deadlines that allow the deed at all.
fn allowing(world: &World, deed: ClockDeed, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let deadlines = world.rulebook.deadlines.iter();
    let names: Vec<&str> = deadlines
        .filter(|(_, deadline)| match deed {
            ClockDeed::Pause | ClockDeed::Resume => !deadline.pause.is_empty(),
            ClockDeed::Extend => !deadline.extend.is_empty(),
        })
        .map(|(name, _)| name.as_str())
        .collect();
    let names = names.join(", ");
    found
        .into_iter()
        .map(|found| {
            found.remedy(
                format!("the rulebook allows it for: {names}"),
                format!("规则书允许的期限有：{names}"),
            )
        })
        .collect()
}

/// How a clock is called on the command line.
fn call(clock: &Clock) -> String {
    let mut text = clock.deadline.clone();
    if let Some(department) = &clock.department {
        text.push_str(&format!(" --department {department}"));
    }
    if let Some(entry) = clock.entry {
        text.push_str(&format!(" --entry {entry}"));
    }
    text
}

/// Whether this person may do that to the clock now (H8).
fn allowed(
    world: &World,
    case: &Case,
    command: &Command,
    deed: ClockDeed,
    clock: &Clock,
    actor: &Actor,
) -> Result<(), Vec<Diagnostic>> {
    use crate::text::Language::{En, Zh};
    let deadline = &world.rulebook.deadlines[&clock.deadline];
    let procedure = deadline.procedure.joined();
    let person = world.organisation.person_name(&actor.person);
    let label = &deadline.label;
    let place = card_place(case, "/trail");
    let refuse = |code: Code, en: String, zh: String| {
        Diagnostic::new(code, place.clone(), en, zh).procedure(procedure.clone())
    };
    let roles = match deed {
        ClockDeed::Pause | ClockDeed::Resume => &deadline.pause,
        ClockDeed::Extend => &deadline.extend,
    };
    if !world.has_role(&actor.person, roles) {
        let names = |language| {
            let names: Vec<String> = roles
                .iter()
                .map(|role| world.rulebook.label("role", role, language))
                .collect();
            names
        };
        return Err(vec![
            refuse(
                Code::StepRole,
                format!(
                    "{person} may not take `{}` on “{}”: it is for the role {}",
                    command.step,
                    label.en,
                    names(En).join(" or ")
                ),
                format!(
                    "{person}无权对“{}”办理 `{}`：须由{}办理",
                    label.zh,
                    command.step,
                    names(Zh).join("或")
                ),
            )
            .remedy(
                format!("ask {}", who_has(world, roles, " or ")),
                format!("请{}办理", who_has(world, roles, "或")),
            ),
        ]);
    }
    if deed == ClockDeed::Resume {
        return Ok(());
    }
    if deed == ClockDeed::Extend && clock.responsible == actor.person {
        return Err(vec![refuse(
            Code::StepSeparation,
            format!(
                "{person} is answerable for “{}”, and somebody else must approve more time",
                label.en
            ),
            format!("“{}”由{person}本人负责，延期须由他人批准", label.zh),
        )]);
    }
    if clock.standing(&world.calendar, actor.at).phase == Phase::Overdue {
        let due = clock.due.map(|due| due.to_string()).unwrap_or_default();
        return Err(vec![
            refuse(
                Code::StepCondition,
                format!("“{}” was due on {due}: what is late stays late", label.en),
                format!("“{}”已于 {due} 到期，逾期之后不能再暂停或延期", label.zh),
            )
            .remedy(
                "pause or extend before the time is over; the lateness stays in the ledger",
                "暂停和延期须在到期之前办理；逾期情况会如实列入台账",
            ),
        ]);
    }
    if deed == ClockDeed::Extend && command.extension.is_none() {
        return Err(vec![
            refuse(
                Code::StepArgument,
                format!("by how much “{}” is extended is not said", label.en),
                format!("没有写明“{}”延长多少", label.zh),
            )
            .remedy("give it with --by NUMBER", "请用 --by 数字 指定"),
        ]);
    }
    Ok(())
}
