//! What can be done with a clue now: every step that its state allows, by whom, and what is still missing for it.

use serde_json::{Value, json};

use crate::case::Case;
use crate::check::judge_rules;
use crate::diagnostic::Diagnostic;
use crate::rulebook::{ClockDeed, Step};
use crate::time::Timestamp;
use crate::workflow::clock::clocks_for;
use crate::workflow::renumber::is_in_dispute;
use crate::workflow::subject::before_any_record;
use crate::workflow::{Actor, Command, Desk, Subject, decide, step_scope};
use crate::world::World;

/// A step that the clue's state allows.
pub struct Possibility {
    pub step: String,
    /// What it would be about.
    pub subject: Subject,
    /// People who could take it at once; where nobody could, those who have a role for it.
    pub people: Vec<String>,
    /// What stands in the way; empty where it could be taken at once.
    pub missing: Vec<Diagnostic>,
    pub needs_reason: bool,
    /// Whether it extends a clock, and so needs to know by how much.
    pub extends: bool,
}

/// Lists the steps that the clue's state allows, each tried in memory by somebody who may take it.
pub fn options(desk: &Desk<'_>, case: &Case, at: Timestamp) -> Vec<Possibility> {
    let world = desk.world;
    let state = case.state();
    // No step is older than the one before it, also where an earlier moment is looked at.
    let last = case.card.as_ref().and_then(|card| card.trail.last());
    let at = last
        .and_then(|entry| Timestamp::parse(&entry.at))
        .map_or(at, |last| at.max(last));
    let mut options = Vec::new();
    for (name, step) in &world.rulebook.steps {
        if !step.from.iter().any(|from| from == state) {
            continue;
        }
        if let Some(statute) = &step.statute
            && !world.organisation.is_under(statute)
        {
            continue;
        }
        // Nobody thinks of another number where nothing is wrong with this one.
        if step.renumbers && !is_in_dispute(desk, case) {
            continue;
        }
        for subject in subjects(world, case, step, at) {
            let candidates: Vec<String> = world
                .organisation
                .people
                .iter()
                .filter(|(_, person)| world.rulebook.has_role(&person.roles, &step.roles))
                .map(|(key, _)| key.clone())
                .collect();
            let mut people = Vec::new();
            let mut missing: Option<Vec<Diagnostic>> = None;
            let mut possible = false;
            for person in candidates {
                let command = Command {
                    step: name.clone(),
                    department: subject.department.clone(),
                    record: subject.record.clone(),
                    entry: subject.entry,
                    deadline: subject.deadline.clone(),
                    extension: subject.deadline.as_ref().map(|_| 1),
                    reason: step.reason.then(|| "-".to_owned()),
                    entry_type: Some("measure".to_owned()),
                    ..Command::default()
                };
                match decide(
                    desk,
                    case,
                    &command,
                    &Actor {
                        person: person.clone(),
                        at,
                    },
                ) {
                    Ok(_) => {
                        if !possible {
                            // Others have the role as well, and something stands in the way of them only.
                            people.clear();
                        }
                        possible = true;
                        people.push(person);
                        missing = Some(Vec::new());
                    }
                    Err(found) => {
                        use crate::diagnostic::Code;
                        let refused = found.iter().any(|diagnostic| {
                            matches!(diagnostic.code, Code::StepRole | Code::StepSeparation)
                        });
                        if !refused && !possible {
                            people.push(person);
                            missing.get_or_insert(found);
                        }
                    }
                }
                // Everybody may collect; one person of a long list is enough to know what is missing.
                if people.len() >= 20 {
                    break;
                }
            }
            if let Some(missing) = missing {
                options.push(Possibility {
                    step: name.clone(),
                    subject,
                    people,
                    missing,
                    needs_reason: step.reason,
                    extends: step.clock == Some(ClockDeed::Extend),
                });
            }
        }
    }
    options
}

/// Everything that a step could be about.
fn subjects(world: &World, case: &Case, step: &Step, at: Timestamp) -> Vec<Subject> {
    if let Some(deed) = step.clock {
        let clocks = clocks_for(world, case, deed).into_iter();
        let about = clocks.map(|clock| Subject {
            department: clock.department,
            record: clock.entry.and(clock.record),
            entry: clock.entry,
            deadline: Some(clock.deadline),
            extension: None,
        });
        return about.collect();
    }
    let Some(each) = &step.each else {
        return vec![Subject::default()];
    };
    // A step whose record is not drafted yet is told where its time has come: where it has conditions that ask for no
    // record, and all of them hold.
    if case.all(each).is_empty() && each != crate::case::CARD {
        let declared = world.rulebook.records.get(each);
        let is_drafted = declared
            .is_some_and(|declared| declared.template.is_some() && !declared.is_by_department());
        let mut rules = before_any_record(step).peekable();
        if !is_drafted || rules.peek().is_none() {
            return Vec::new();
        }
        let scope = step_scope(world, case, &json!({"at": at.to_string()}));
        let holds = judge_rules(world, case, &scope, rules, None).is_empty();
        return if holds {
            vec![Subject::default()]
        } else {
            Vec::new()
        };
    }
    let records = case.all(each).iter();
    let about = records.flat_map(|record| {
        let department = record.parts.get("department").cloned();
        let own = Subject {
            record: department.is_none().then(|| record.inner.clone()),
            department,
            ..Subject::default()
        };
        match &step.entries {
            None => vec![own],
            Some(list) => {
                let entries = record.value.get(list).and_then(Value::as_array);
                let numbers = 1..=entries.map_or(0, Vec::len);
                let each = numbers.map(|number| Subject {
                    entry: Some(number),
                    ..own.clone()
                });
                each.collect()
            }
        }
    });
    about.collect()
}

impl Possibility {
    /// The option as data, for `--format json`.
    pub fn to_json(&self) -> serde_json::Value {
        json!({
            "step": self.step,
            "department": self.subject.department,
            "record": self.subject.record,
            "entry": self.subject.entry,
            "deadline": self.subject.deadline,
            "people": self.people,
            "needsReason": self.needs_reason,
            "missing": self.missing.iter().map(|diagnostic| json!({
                "code": diagnostic.code.name(), "rule": diagnostic.rule, "procedure": diagnostic.procedure,
                "path": diagnostic.place.path, "en": diagnostic.message.en, "zh": diagnostic.message.zh,
            })).collect::<Vec<_>>(),
        })
    }
}
