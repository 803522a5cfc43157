//! Who may take a step, about which department, and what stands in the way.
//! It changes nothing.

use crate::case::{Case, Record};
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::{Scope, Shape};
use crate::rulebook::Step;
use crate::text::{Language, visible_line};
use crate::time::Timestamp;
use crate::workflow::{Actor, Command, Subject, card_place, step_scope, step_value};
use crate::world::World;

pub(super) fn permitted(
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
        // Who archives a second time looks for the number.
        let number = case
            .card
            .as_ref()
            .filter(|card| step.archives && card.retention.is_some());
        let number = number.and_then(|card| card.archive_number.as_deref());
        let number = number.map(visible_line);
        let (archived_en, archived_zh) = number.map_or_else(Default::default, |number| {
            (
                format!("; it is archived already, as {number}"),
                format!("；本线索已经归档，档号 {number}"),
            )
        });
        found.push(
            Diagnostic::new(
                Code::StepState,
                place.clone(),
                format!(
                    "`{}` cannot be taken: the clue is “{}”, and the step leads from: {}{archived_en}",
                    command.step,
                    label(state, false),
                    from(false).join(", ")
                ),
                format!(
                    "不能办理{}：线索处于“{}”，而该步骤只能从{}出发{archived_zh}",
                    world.rulebook.named_zh("step", &command.step),
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
    let last = case.card.as_ref().and_then(|card| card.trail.last());
    if let Some(last) = last.and_then(|entry| Timestamp::parse(&entry.at))
        && actor.at < last
    {
        found.push(
            Diagnostic::new(
                Code::StepCondition,
                place.clone(),
                format!(
                    "the last step was taken at {last}, and this one would be older: {}",
                    actor.at
                ),
                format!("上一步办理于 {last}，这一步的时间（{}）反而更早", actor.at),
            )
            .remedy(
                "look at the clock of this machine, or at GIT_AUTHOR_DATE",
                "请检查本机时钟或 GIT_AUTHOR_DATE",
            )
            .procedure("P2"),
        );
    }
    if !world.has_role(&actor.person, &step.roles) {
        let name = world.organisation.person_name(&actor.person);
        let roles = |language| world.rulebook.role_labels(&step.roles, language);
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
                    "{name}无权办理{}：该步骤由{}办理",
                    world.rulebook.named_zh("step", &command.step),
                    roles(crate::text::Language::Zh).join("、")
                ),
            )
            .remedy(
                format!("ask {}", who_has(world, &step.roles, " or ")),
                format!("请{}办理", who_has(world, &step.roles, "、")),
            )
            .procedure(step.procedure.joined()),
        );
    }
    if let Some(person) = world.organisation.people.get(&actor.person)
        && let Some(until) = &person.until
        && actor.at.date().to_string() > *until
    {
        let own = &actor.person;
        found.push(ask(
            Diagnostic::new(
                Code::StepRole,
                place.clone(),
                format!("{} acted for the organisation until {until}", person.name),
                format!("{}的任职已于 {until} 结束", person.name),
            ),
            world,
            &step.roles,
            |other| other != own,
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
                format!(
                    "办理{}必须说明理由",
                    world.rulebook.named_zh("step", &command.step)
                ),
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
            let did = |other: &str| {
                let mut fields = step.not_by.iter();
                fields.any(|field| {
                    let (name, pointer) = crate::rulebook::soundness::split_place(field);
                    let record = case.record(&name);
                    record.and_then(|record| record.text_at(&pointer)) == Some(other)
                })
            };
            found.push(ask(
                Diagnostic::new(
                    Code::StepSeparation,
                    case.record(&name)
                        .map_or_else(|| card_place(case, ""), |record| record.place(&pointer)),
                    format!(
                        "{person} did this work, and somebody else must take `{}`",
                        command.step
                    ),
                    format!(
                        "这项工作由{person}本人完成，{}须由他人办理",
                        world.rulebook.named_zh("step", &command.step)
                    ),
                )
                .procedure(step.procedure.joined()),
                world,
                &step.roles,
                |other| !did(other),
            ));
        }
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

pub(super) fn who(
    world: &World,
    case: &Case,
    scope: &Scope,
    step: &Step,
    (command, actor): (&Command, &Actor),
    subject: &Subject,
    record: Option<&Record>,
) -> Result<(), Vec<Diagnostic>> {
    let Some(condition) = &step.who else {
        return Ok(());
    };
    if condition.holds(scope) == Ok(true) {
        return Ok(());
    }
    let person = world.organisation.person_name(&actor.person);
    let named_zh = world.rulebook.named_zh("step", &command.step);
    // Who would be let, were they to take it.
    let lets = |other: &str| {
        let other = Actor {
            person: other.to_owned(),
            at: actor.at,
        };
        let mut scope = scope.clone();
        let shape = world.variables.get("step").unwrap_or(&Shape::Any);
        scope.set("step", step_value(command, &other, subject), shape);
        condition.holds(&scope) == Ok(true)
    };
    let found = Diagnostic::new(
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
            Some(who) => format!("{person}在此无权办理{named_zh}：须由{}办理", who.zh),
            None => format!(
                "{person}在此无权办理{named_zh}：规则书要求 {}",
                condition.source()
            ),
        },
    )
    .procedure(step.procedure.joined());
    Err(vec![ask(found, world, &step.roles, lets)])
}

/// The finding with whom to ask: those with one of the roles who would be let.
fn ask(
    found: Diagnostic,
    world: &World,
    roles: &[String],
    lets: impl Fn(&str) -> bool,
) -> Diagnostic {
    let names = names(world, roles, lets);
    if names.is_empty() {
        let label = |language| world.rulebook.role_labels(roles, language);
        return found.remedy(
            format!(
                "nobody else may take it: organisation.yaml has to give somebody the role {}",
                label(Language::En).join(" or ")
            ),
            format!(
                "目前没有其他人可以办理：请在 organisation.yaml 中另指定一人担任{}",
                label(Language::Zh).join("或")
            ),
        );
    }
    found.remedy(
        format!("ask {}", names.join(" or ")),
        format!("请{}办理", names.join("或")),
    )
}

/// Names of the people who have one of the roles, five at most.
pub(super) fn who_has(world: &World, roles: &[String], or: &str) -> String {
    names(world, roles, |_| true).join(or)
}

/// Names of the people with one of the roles whom something lets, five at most.
fn names(world: &World, roles: &[String], lets: impl Fn(&str) -> bool) -> Vec<String> {
    let people = world.organisation.people.iter();
    people
        .filter(|(_, person)| person.until.is_none())
        .filter(|(key, _)| world.has_role(key, roles) && lets(key))
        .map(|(_, person)| visible_line(&person.name))
        .take(5)
        .collect()
}

/// Why somebody might not add an entry to a list that a step adds to; nothing where no step does, or one would let them.
///
/// `record` is the record with the entry, of the clue that is as `case` says.
pub fn may_append(
    world: &World,
    case: &Case,
    record: &Record,
    list: &str,
    actor: &Actor,
) -> Vec<Diagnostic> {
    let field = format!("{}.{list}", record.name);
    let mut first = None;
    for (name, step) in &world.rulebook.steps {
        if !step.appends.contains_key(&field) {
            continue;
        }
        let department = record.parts.get("department").cloned();
        let command = Command {
            step: name.clone(),
            department: department.clone(),
            reason: Some(String::from("-")),
            ..Command::default()
        };
        let subject = Subject {
            department,
            ..Subject::default()
        };
        let scope = step_scope(world, case, &step_value(&command, actor, &subject));
        let scope = case.scope_of(world, &scope, record);
        let verdict = permitted(world, case, step, &command, actor).and_then(|()| {
            who(
                world,
                case,
                &scope,
                step,
                (&command, actor),
                &subject,
                Some(record),
            )
        });
        match verdict {
            Ok(()) => return Vec::new(),
            Err(found) => first = first.or(Some(found)),
        }
    }
    first.unwrap_or_default()
}
