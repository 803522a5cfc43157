//! What can be done with a clue now: every step that its state allows, by whom, and what is still missing for it.

use serde_json::json;

use crate::case::Case;
use crate::diagnostic::Diagnostic;
use crate::time::Timestamp;
use crate::workflow::{Actor, Command, Desk, decide};

/// A step that the clue's state allows.
pub struct Possibility {
    pub step: String,
    pub department: Option<String>,
    /// People who could take it at once; where nobody could, those who have a role for it.
    pub people: Vec<String>,
    /// What stands in the way; empty where it could be taken at once.
    pub missing: Vec<Diagnostic>,
    pub needs_reason: bool,
}

/// Lists the steps that the clue's state allows, each tried in memory by somebody who may take it.
pub fn options(desk: &Desk<'_>, case: &Case, at: Timestamp) -> Vec<Possibility> {
    let world = desk.world;
    let state = case.state();
    let mut options = Vec::new();
    for (name, step) in &world.rulebook.steps {
        if !step.from.iter().any(|from| from == state) {
            continue;
        }
        let departments: Vec<Option<String>> = match &step.each {
            Some(each) => case
                .all(each)
                .iter()
                .map(|record| record.parts.get("department").cloned())
                .collect(),
            None => vec![None],
        };
        for department in departments {
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
                    department: department.clone(),
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
                    department,
                    people,
                    missing,
                    needs_reason: step.reason,
                });
            }
        }
    }
    options
}

impl Possibility {
    /// The option as data, for `--format json`.
    pub fn to_json(&self) -> serde_json::Value {
        json!({
            "step": self.step,
            "department": self.department,
            "people": self.people,
            "needsReason": self.needs_reason,
            "missing": self.missing.iter().map(|diagnostic| json!({
                "code": diagnostic.code.name(), "rule": diagnostic.rule, "procedure": diagnostic.procedure,
                "path": diagnostic.place.path, "en": diagnostic.message.en, "zh": diagnostic.message.zh,
            })).collect::<Vec<_>>(),
        })
    }
}
