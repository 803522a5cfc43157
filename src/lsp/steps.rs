//! What can be done next with a clue that is open in the editor, by whom, and until when.
//! It asks the engine's own list of possibilities, with the unsaved buffers in the place of the files.

use crate::builtin;
use crate::case::{CARD, Case};
use crate::clock::{Clock, clocks};
use crate::diagnostic::{Code, Diagnostic, any_error};
use crate::files::{Files, file_name};
use crate::git::Repository;
use crate::lsp::view::View;
use crate::markdown;
use crate::template::Templates;
use crate::text::Language;
use crate::time::Timestamp;
use crate::workflow::{Desk, Possibility, options, routed_departments};
use crate::world::World;

/// People that are named of those who could take a step.
const MOST_PEOPLE: usize = 3;

/// A clue's prospects.
pub(super) struct Prospects {
    pub(super) case: Case,
    pub(super) possible: Vec<Possibility>,
    pub(super) clocks: Vec<Clock>,
    pub(super) now: Timestamp,
    /// What stands in the way of everything.
    pub(super) found: Vec<Diagnostic>,
}

/// A record that could be drafted.
pub(super) struct Lacking {
    pub(super) record: String,
    pub(super) department: Option<String>,
}

/// The moment, on the organisation's clock.
pub(super) fn now(view: &View, world: &World) -> Timestamp {
    (view.settings.clock)().in_zone(world.calendar.zone())
}

/// What can be done with the clue of a folder; none where the rulebook cannot be used, or there is no such clue.
pub(super) fn prospects(view: &View, folder: &str) -> Option<Prospects> {
    let world = view.world.as_ref()?;
    let files = view.files();
    files.kind(folder).ok()??;
    let now = now(view, world);
    let (case, found) = Case::load(&files, world, folder);
    let mut possible = Vec::new();
    let mut running = Vec::new();
    if !any_error(&found) {
        let templates = Templates::new(&files, builtin::files(), markdown::to_html);
        let desk = Desk {
            files: &files,
            world,
            templates: &templates,
            against: None,
        };
        possible = options(&desk, &case, now);
        // What can be done at once stands first.
        possible.sort_by_key(|step| !step.missing.is_empty());
        if case.card.is_some() {
            running = clocks(world, &case, &case.scope(world)).0;
            running.retain(Clock::is_open);
        }
    }
    Some(Prospects {
        case,
        possible,
        clocks: running,
        now,
        found,
    })
}

/// The key of the person who acts here; none where git does not say who, or the organisation does not know them.
pub(super) fn actor(view: &View, world: &World) -> Option<String> {
    let repository = Repository::discover(&view.root.path).ok()??;
    let (author, _) = repository
        .identities(&view.settings.environment, (view.settings.clock)())
        .ok()?;
    let person = world.organisation.person_by_email(&author.email)?;
    Some(person.to_owned())
}

/// Records that the clue lacks for what it is in, or for a step that it could take next.
pub(super) fn lacking(view: &View, world: &World, prospects: &Prospects) -> Vec<Lacking> {
    let Prospects { case, possible, .. } = prospects;
    let rulebook = &world.rulebook;
    let mut names: Vec<&str> = rulebook.required(case.state());
    for step in possible {
        let step = rulebook.steps.get(&step.step);
        for target in step.map(crate::rulebook::Step::targets).unwrap_or_default() {
            // What a step drafts by itself needs not be drafted before.
            let required = rulebook.required(target).into_iter();
            let drafts = step.map_or(&[][..], |step| step.drafts.as_slice());
            names.extend(required.filter(|name| !drafts.iter().any(|own| own == name)));
        }
    }
    // A rule that has no record to look at says which record it waits for.
    let missing = possible.iter().flat_map(|step| &step.missing);
    let missing = missing.filter(|one| one.code == Code::RecordMissing);
    let said: Vec<String> = missing.filter_map(record_of).collect();
    names.extend(said.iter().map(String::as_str));
    let mut found = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let sealed = rulebook.seals(case.state());
    for name in names {
        let Some(declared) = rulebook.records.get(name) else {
            continue;
        };
        let is_wanted = case.all(name).is_empty()
            && !case.unread.contains(name)
            && declared.template.is_some()
            && !sealed.contains(name)
            && seen.insert(name.to_owned());
        if !is_wanted {
            continue;
        }
        let departments = if declared.is_by_department() {
            routed(view, world, case)
        } else {
            Vec::new()
        };
        if departments.is_empty() && !declared.is_by_department() {
            found.push(Lacking {
                record: name.to_owned(),
                department: None,
            });
        }
        found.extend(departments.into_iter().map(|department| Lacking {
            record: name.to_owned(),
            department: Some(department),
        }));
    }
    found
}

/// The record that a finding about its lack means.
pub(super) fn record_of(one: &Diagnostic) -> Option<String> {
    let remedy = &one.remedy.as_ref()?.en;
    let mut words = remedy.strip_prefix("clue draft ")?.split(' ');
    words.nth(1).map(str::to_owned)
}

fn routed(view: &View, world: &World, case: &Case) -> Vec<String> {
    let files = view.files();
    let templates = Templates::new(&files, builtin::files(), markdown::to_html);
    let desk = Desk {
        files: &files,
        world,
        templates: &templates,
        against: None,
    };
    let slips = case.all("transfers").iter();
    let mut departments: Vec<String> = slips
        .filter_map(|slip| slip.parts.get("department").cloned())
        .collect();
    departments.extend(routed_departments(&desk, case, &case.scope(world)));
    departments
}

/// A step in the user's words, with what it is about.
pub(super) fn title(view: &View, world: &World, step: &Possibility) -> String {
    let language = view.language;
    let mut title = world.rulebook.label("step", &step.step, language);
    let subject = &step.subject;
    if let Some(deadline) = &subject.deadline {
        title.push_str(&format!(
            " · {}",
            world.rulebook.label("deadline", deadline, language)
        ));
    }
    if let Some(key) = &subject.department {
        title.push_str(&format!(" · {}", world.organisation.department_name(key)));
    }
    if let Some(record) = &subject.record {
        title.push_str(&format!(" · {}", file_name(record)));
    }
    if let Some(entry) = subject.entry {
        title.push_str(&format!(" · {entry}"));
    }
    title
}

/// Who can take a step: the first few of them.
pub(super) fn people_of(view: &View, world: &World, step: &Possibility) -> String {
    let people = step.people.iter().take(MOST_PEOPLE);
    let people: Vec<&str> = people
        .map(|person| world.organisation.person_name(person))
        .collect();
    let more = if step.people.len() > MOST_PEOPLE {
        " …"
    } else {
        ""
    };
    format!("{}{more}", people.join(view.say(", ", "、")))
}

/// `triage.yaml:5: `, where something is wrong in a file of the clue that is there and people write.
pub(super) fn place_of(view: &View, folder: &str, one: &Diagnostic) -> String {
    let path = &one.place.path;
    let inner = path.strip_prefix(&format!("{folder}/"));
    let (Some(inner), Some(text)) = (inner, view.text(path)) else {
        return String::new();
    };
    match one.place.span {
        // A step writes the card by itself: nothing is to be filled in there.
        _ if inner == CARD => String::new(),
        Some(span) => {
            let line = text.lines.line_of(span.start.min(text.text.len())) + 1;
            format!("{inner}:{line}: ")
        }
        None => format!("{inner}: "),
    }
}

/// The command line that takes a step, for what an editor cannot ask for.
pub(super) fn command_line(id: &str, step: &Possibility, language: Language) -> String {
    let subject = &step.subject;
    let mut line = match step.step.as_str() {
        "note" => format!("clue note {id}"),
        name => format!("clue advance {id} {name}"),
    };
    for (option, value) in [
        ("deadline", &subject.deadline),
        ("department", &subject.department),
        ("record", &subject.record.as_deref().map(stem)),
        ("entry", &subject.entry.map(|entry| entry.to_string())),
    ] {
        if let Some(value) = value {
            line.push_str(&format!(" --{option} {value}"));
        }
    }
    let is_chinese = language == Language::Zh;
    if step.extends {
        line.push_str(if is_chinese {
            " --by 数字"
        } else {
            " --by NUMBER"
        });
    }
    if step.needs_reason {
        line.push_str(if is_chinese {
            " -m 理由"
        } else {
            " -m REASON"
        });
    }
    line
}

/// A record by its file's name, as the command line takes it.
pub(super) fn stem(record: &str) -> String {
    let name = file_name(record);
    name.rsplit_once('.')
        .map_or(name, |(stem, _)| stem)
        .to_owned()
}
