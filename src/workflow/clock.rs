//! Steps that pause, resume and extend clocks: which clock is meant, whether it can be, and by whom (H8).
//! It changes nothing: the trail keeps what was done.

use crate::case::Case;
use crate::clock::{Clock, Phase, clocks};
use crate::diagnostic::{Code, Diagnostic};
use crate::rulebook::ClockDeed;
use crate::text::Bilingual;
use crate::workflow::permission::who_has;
use crate::workflow::subject::{Subject, argument};
use crate::workflow::{Actor, Command, card_place};
use crate::world::World;

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

/// The clock that a step is about, where this person may do that to it now.
pub(super) fn of_clock(
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
        let names = |language| world.rulebook.role_labels(roles, language);
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
