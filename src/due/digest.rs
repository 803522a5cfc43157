//! One text a person, ready to be mailed: what is overdue, due today and due soon, and what is told by escalation.
//! It mails nothing; titles stand only where the person's roles may know of them (P3).

use serde_json::{Value, json};

use crate::calendar::Calendar;
use crate::clock::Phase;
use crate::diagnostic::Diagnostic;
use crate::due::Item;
use crate::markdown;
use crate::template::Templates;
use crate::text::{Bilingual, Language, visible_line};
use crate::time::Timestamp;
use crate::world::World;

/// In which form a digest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestFormat {
    Markdown,
    Html,
}

impl DigestFormat {
    /// The ending of a file of this form.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Html => "html",
        }
    }
}

/// A person's digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    pub person: String,
    pub text: String,
}

/// A digest for everybody who is answerable for one of the items or told of it, or only for `person`.
///
/// The error is a fault of the template.
pub fn digest(
    world: &World,
    templates: &Templates,
    items: &[Item],
    now: Timestamp,
    (format, language): (DigestFormat, Language),
    person: Option<&str>,
) -> Result<Vec<Digest>, Diagnostic> {
    let mut digests = Vec::new();
    for key in world.organisation.people.keys() {
        if person.is_some_and(|person| person != key) {
            continue;
        }
        let own: Vec<&Item> = items
            .iter()
            .filter(|item| item.told.iter().any(|told| told == key))
            .collect();
        if own.is_empty() && person.is_none() {
            continue;
        }
        let context = context(world, &own, now, (format, language), key);
        let name = format!("documents/digest.{}", format.ending());
        let text = templates.render(&name, &context)?;
        digests.push(Digest {
            person: key.clone(),
            text,
        });
    }
    Ok(digests)
}

fn context(
    world: &World,
    items: &[&Item],
    now: Timestamp,
    (format, language): (DigestFormat, Language),
    person: &str,
) -> Value {
    let say = |en: &str, zh: &str| Bilingual::new(en, zh).get(language).to_owned();
    let group = |label: String, wanted: &dyn Fn(&Item) -> bool| {
        let rows: Vec<Value> = items
            .iter()
            .filter(|item| wanted(item))
            .map(|item| row(world, item, (format, language), person))
            .collect();
        json!({"label": label, "rows": rows})
    };
    let mine = |item: &Item| item.clock.responsible == person;
    let phase = |item: &Item| item.standing.phase;
    let soon = |item: &Item| matches!(phase(item), Phase::Running | Phase::Paused);
    let groups = vec![
        group(say("Overdue", "已逾期"), &|item| {
            mine(item) && phase(item) == Phase::Overdue
        }),
        group(say("Due today", "今日到期"), &|item| {
            mine(item) && phase(item) == Phase::DueToday
        }),
        group(say("Due soon", "即将到期"), &|item| {
            mine(item) && soon(item)
        }),
        group(say("For your attention", "提请关注"), &|item| {
            !mine(item)
        }),
    ];
    let groups: Vec<Value> = groups
        .into_iter()
        .filter(|group| {
            group["rows"]
                .as_array()
                .is_some_and(|rows| !rows.is_empty())
        })
        .collect();
    let calendar: &Calendar = &world.calendar;
    json!({
        "language": language.code(),
        "organisation": visible_line(&world.organisation.name),
        "person": visible_line(world.organisation.person_name(person)),
        "email": world.organisation.people.get(person).map(|person| person.email.first()),
        "now": calendar.local(now).format("%Y-%m-%d %H:%M").to_string(),
        "count": items.len(),
        "groups": groups,
    })
}

fn row(
    world: &World,
    item: &Item,
    (format, language): (DigestFormat, Language),
    person: &str,
) -> Value {
    let text = |text: &str| match format {
        DigestFormat::Markdown => markdown::escape(&visible_line(text)),
        DigestFormat::Html => visible_line(text),
    };
    let level = item.escalation.as_ref().map(|label| label.get(language));
    json!({
        "name": item.name(),
        "title": item.title_for(world, person).map(text),
        "matter": item.matter(world).get(language),
        "words": item.clock.words(&item.standing).get(language),
        "due": item.clock.due.map(|due| due.to_string()),
        "late": item.standing.phase.is_late(),
        "level": level,
        "responsible": text(world.organisation.person_name(&item.clock.responsible)),
        "mine": item.clock.responsible == person,
    })
}
