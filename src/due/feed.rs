//! The deadlines as an iCalendar feed (RFC 5545) that calendar programs subscribe to.
//! It holds no title: a calendar is read by more people than the record is meant for (P3).

use icalendar::{
    Alarm, Calendar as Feed, Component, Event, EventLike, EventStatus, Property, Trigger,
};

use crate::clock::Phase;
use crate::due::Item;
use crate::text::{Bilingual, Language};
use crate::time::Timestamp;
use crate::world::World;

/// Fifteen hours before the day begins: nine in the morning of the day before.
const REMINDER_HOURS: i64 = 15;

/// The feed of some items, as of a moment; the same items give the same bytes. What is paused has no day and is left out.
pub fn feed(world: &World, items: &[Item], now: Timestamp, language: Language) -> String {
    let say = |text: &Bilingual| text.get(language).to_owned();
    let mut feed = Feed::empty();
    feed.append_property(Property::new("VERSION", "2.0"));
    feed.append_property(Property::new("PRODID", "-//clue//deadlines//EN"));
    feed.append_property(Property::new("CALSCALE", "GREGORIAN"));
    feed.append_property(Property::new("METHOD", "PUBLISH"));
    let name = Bilingual::new("Deadlines of clues", "线索办理期限");
    feed.name(&format!("{} · {}", say(&name), world.organisation.name));
    for item in items
        .iter()
        .filter(|item| item.standing.phase != Phase::Paused)
    {
        let Some(due) = item.clock.due else {
            continue;
        };
        let matter = say(&item.matter(world));
        let late = match item.standing.phase {
            Phase::Overdue => say(&Bilingual::new("Overdue: ", "逾期：")),
            _ => String::new(),
        };
        let person = world.organisation.person_name(&item.clock.responsible);
        let words = say(&item.clock.words(&item.standing));
        let description = say(&Bilingual::new(
            format!("{words}\nAnswerable: {person}\nclue why {}", item.name()),
            format!("{words}\n责任人：{person}\nclue why {}", item.name()),
        ));
        let reminder = say(&Bilingual::new(
            format!("Due tomorrow: {} {matter}", item.name()),
            format!("明日到期：{} {matter}", item.name()),
        ));
        let mut event = Event::new();
        event
            .uid(&uid(item))
            .summary(&format!("{late}{} {matter}", item.name()))
            .description(&description)
            .starts(due)
            // The end of an event of whole days is the day after it.
            .ends(due.succ_opt().unwrap_or(due))
            .status(if item.clock.provisional {
                EventStatus::Tentative
            } else {
                EventStatus::Confirmed
            });
        if item.standing.phase == Phase::Overdue {
            feed.push(with_marks(event, item, now).done());
            continue;
        }
        let before = Trigger::before_start(chrono::TimeDelta::hours(REMINDER_HOURS));
        let mut alarm = Alarm::display(&reminder, before);
        // Without them the library makes up others each time.
        alarm.add_property("UID", format!("reminder.{}", uid(item)));
        alarm.add_property("DTSTAMP", now.compact_utc());
        event.alarm(alarm);
        feed.push(with_marks(event, item, now).done());
    }
    feed.to_string()
}

/// Takes nobody's time in a calendar, and says when it was made and how it stands.
fn with_marks(mut event: Event, item: &Item, now: Timestamp) -> Event {
    event.add_property("TRANSP", "TRANSPARENT");
    event.add_property("DTSTAMP", now.compact_utc());
    event.append_property(Property::new("CATEGORIES", item.standing.phase.name()));
    event
}

/// The same for the same clock, whenever the feed is made, so that calendar programs move an event and do not add one.
fn uid(item: &Item) -> String {
    let clock = &item.clock;
    let mut uid = format!("{}.{}", item.id, clock.deadline);
    if let Some(department) = &clock.department {
        uid.push_str(&format!(".{department}"));
    }
    if let (Some(record), Some(entry)) = (&clock.record, clock.entry) {
        let name: String = record
            .chars()
            .map(|letter| {
                if letter.is_ascii_alphanumeric() {
                    letter
                } else {
                    '-'
                }
            })
            .collect();
        uid.push_str(&format!(".{name}.{entry}"));
    }
    format!("{uid}@clue")
}
