//! What is due: the open clocks of all clues as of a moment, who is answerable, and who is told as time runs out (K1, P4).
//! It reads no file, and sends nothing to anybody.

mod digest;
mod feed;

use serde_json::{Value, json};

pub use digest::{Digest, DigestFormat, digest};
pub use feed::feed;

use crate::case::Case;
use crate::clock::{Clock, Phase, Standing};
use crate::rulebook::{Escalation, Recipient};
use crate::text::{Bilingual, visible_line};
use crate::time::Timestamp;
use crate::world::World;

/// One clock that somebody waits for.
#[derive(Clone, Debug)]
pub struct Item {
    pub id: String,
    pub number: Option<String>,
    pub title: String,
    pub confidentiality: String,
    pub clock: Clock,
    pub standing: Standing,
    /// How many levels of the rulebook's escalation are reached.
    pub level: usize,
    /// The last of them, in words.
    pub escalation: Option<Bilingual>,
    /// Everybody who is told by the levels reached, the answerable person first.
    pub told: Vec<String>,
}

/// The open clocks of a clue, as of a moment.
pub fn items(world: &World, case: &Case, clocks: Vec<Clock>, now: Timestamp) -> Vec<Item> {
    let Some(card) = &case.card else {
        return Vec::new();
    };
    // Looked at as of a moment before it was collected, nobody waited for it.
    let begun = card
        .trail
        .first()
        .and_then(|entry| Timestamp::parse(&entry.at));
    if begun.is_some_and(|begun| begun > now) {
        return Vec::new();
    }
    let open = clocks.into_iter().filter(Clock::is_open);
    open.map(|clock| {
        let standing = clock.standing(&world.calendar, now);
        let urgency = card.urgency.as_deref();
        let levels = reached(world, urgency, &standing);
        Item {
            id: card.id.clone(),
            number: card.number.clone(),
            title: card.title.clone(),
            confidentiality: card.confidentiality.clone(),
            level: levels.len(),
            escalation: levels.last().map(|level| level.label.clone()),
            told: told(world, &clock, &levels),
            standing,
            clock,
        }
    })
    .collect()
}

/// The levels of escalation that a clock has reached.
fn reached<'w>(
    world: &'w World,
    urgency: Option<&str>,
    standing: &Standing,
) -> Vec<&'w Escalation> {
    let Some(left) = standing.left_working else {
        return Vec::new();
    };
    if standing.phase == Phase::Paused {
        return Vec::new();
    }
    let levels = world.rulebook.escalation.iter();
    let meant = |level: &&Escalation| {
        level.urgencies.is_empty()
            || urgency.is_some_and(|urgency| level.urgencies.iter().any(|own| own == urgency))
    };
    levels
        .filter(meant)
        .filter(|level| left <= level.left)
        .collect()
}

fn told(world: &World, clock: &Clock, levels: &[&Escalation]) -> Vec<String> {
    let organisation = &world.organisation;
    let mut people: Vec<String> = vec![clock.responsible.clone()];
    for level in levels {
        match level.to {
            Recipient::Responsible => {}
            Recipient::Head => {
                let own = organisation.people.get(&clock.responsible);
                let department = clock
                    .department
                    .as_ref()
                    .or(own.map(|person| &person.department));
                let head = department
                    .and_then(|key| organisation.departments.get(key))
                    .map(|department| department.head.clone());
                if head.as_ref() == Some(&clock.responsible) {
                    // Nobody is told of their own lateness only: the next level is, at once.
                    people.extend(next_roles(world, level));
                }
                people.extend(head);
            }
            Recipient::Roles => people.extend(with_roles(world, level)),
        }
    }
    let mut known = std::collections::BTreeSet::new();
    people.retain(|person| known.insert(person.clone()));
    people
}

/// Everybody who has one of a level's roles.
fn with_roles(world: &World, level: &Escalation) -> Vec<String> {
    let people = world.organisation.people.iter();
    people
        .filter(|(_, person)| world.rulebook.has_role(&person.roles, &level.roles))
        .filter(|(_, person)| person.until.is_none())
        .map(|(key, _)| key.clone())
        .collect()
}

/// Everybody whom the first level after this one tells by role.
fn next_roles(world: &World, level: &Escalation) -> Vec<String> {
    let later = world.rulebook.escalation.iter();
    later
        .filter(|other| other.to == Recipient::Roles && other.left < level.left)
        .max_by_key(|other| other.left)
        .map(|other| with_roles(world, other))
        .unwrap_or_default()
}

/// The latest first: what is overdue longest, then what is due soonest, then what is paused.
pub fn sort(items: &mut [Item]) {
    let order = |item: &Item| {
        (
            item.standing.phase == Phase::Paused,
            item.clock.due.is_none(),
            item.clock.due,
            item.clock.start,
        )
    };
    items.sort_by(|one, other| {
        order(one)
            .cmp(&order(other))
            .then_with(|| one.id.cmp(&other.id))
            .then_with(|| one.clock.department.cmp(&other.clock.department))
    });
}

impl Item {
    /// Whether a department is concerned: the clock is about it, or its people are answerable.
    pub fn is_of_department(&self, world: &World, department: &str) -> bool {
        match &self.clock.department {
            Some(own) => own == department,
            None => world
                .organisation
                .people
                .get(&self.clock.responsible)
                .is_some_and(|person| person.department == department),
        }
    }

    /// How people call the clue: by its number, else by its id.
    pub fn name(&self) -> &str {
        self.number.as_deref().unwrap_or(&self.id)
    }

    /// What is due, in words: the deadline, the department, and which entry of a record.
    pub fn matter(&self, world: &World) -> Bilingual {
        use crate::text::Language::{En, Zh};
        let say = |language| {
            let mut text = world
                .rulebook
                .label("deadline", &self.clock.deadline, language);
            if let Some(department) = &self.clock.department {
                text.push_str(" · ");
                text.push_str(&visible_line(
                    world.organisation.department_name(department),
                ));
            }
            if let Some(entry) = self.clock.entry {
                text.push_str(&format!(" · {entry}"));
            }
            text
        };
        Bilingual::new(say(En), say(Zh))
    }

    /// The title, where one of a person's roles may know of clues of this confidentiality (P3).
    pub fn title_for(&self, world: &World, person: &str) -> Option<&str> {
        let level = world.rulebook.confidentiality.get(&self.confidentiality)?;
        let own = &world.organisation.people.get(person)?.roles;
        // Who is answerable for the clue works with it.
        let may = person == self.clock.responsible || world.rulebook.has_role(own, &level.roles);
        may.then_some(self.title.as_str())
    }

    /// The item as data.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "number": self.number,
            "title": self.title,
            "confidentiality": self.confidentiality,
            "clock": self.clock.to_json(&self.standing),
            "level": self.level,
            "told": self.told,
        })
    }
}
