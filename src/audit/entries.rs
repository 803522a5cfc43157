//! Entries that a commit adds to lists that only grow, such as the handling record's: by whom, when, and whether that person
//! may add one. Whoever writes in a file with an editor does what the step does, and is held to the same.

use serde_json::Value;

use crate::audit::crossing::items;
use crate::case::{Case, Record};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::text::visible_line;
use crate::time::Timestamp;
use crate::workflow::{Actor, may_append, same};
use crate::world::World;

/// An entry that was not there before.
pub(super) struct Added {
    place: Place,
    list: String,
    by: String,
    at: Timestamp,
}

/// The new entries that say who made them and when, and those that the person named might not add.
pub(super) fn added(world: &World, before: &Case, after: &Case) -> (Vec<Added>, Vec<Diagnostic>) {
    let (mut added, mut found) = (Vec::new(), Vec::new());
    for (name, declared) in &world.rulebook.records {
        for record in after.all(name) {
            let old = before.all(name).iter().find(|old| old.path == record.path);
            if old.is_some_and(|old| old.bytes == record.bytes) {
                continue;
            }
            for list in &declared.kept {
                let mut known = old.map_or_else(Vec::new, |old| items(old, list));
                for (index, entry) in items(record, list).into_iter().enumerate() {
                    if let Some(place) = known.iter().position(|own| same(Some(own), Some(entry))) {
                        known.remove(place);
                        continue;
                    }
                    let place = record.place(&format!("/{list}/{index}"));
                    let Some((by, at)) = who_and_when(entry) else {
                        continue;
                    };
                    found.extend(permitted(world, before, record, list, (by, at), &place));
                    added.push(Added {
                        place,
                        list: list.clone(),
                        by: by.to_owned(),
                        at,
                    });
                }
            }
        }
    }
    (added, found)
}

fn who_and_when(entry: &Value) -> Option<(&str, Timestamp)> {
    let at = Timestamp::parse(entry.get("at")?.as_str()?)?;
    Some((entry.get("by")?.as_str()?, at))
}

fn permitted(
    world: &World,
    before: &Case,
    record: &Record,
    list: &str,
    (by, at): (&str, Timestamp),
    place: &Place,
) -> Vec<Diagnostic> {
    let last = before.card.as_ref().and_then(|card| card.trail.last());
    let last = last.and_then(|entry| Timestamp::parse(&entry.at));
    let actor = Actor {
        person: by.to_owned(),
        // What was done before the last step may be written down after it.
        at: last.map_or(at, |last| last.max(at)),
    };
    let mut found = may_append(world, before, record, list, &actor);
    for finding in &mut found {
        finding.place = place.clone();
    }
    found
}

/// What the audit would say of the entries that a commit by this author, written now, adds.
pub fn judge_entries(
    world: &World,
    before: &Case,
    after: &Case,
    author: &Actor,
) -> Vec<Diagnostic> {
    let (added, mut found) = added(world, before, after);
    found.extend(judge(world, author.at, Some(&author.person), &added));
    found
}

/// Each entry was written by the author of the commit, at a time that may be meant; `written` is the commit's author date.
pub(super) fn judge(
    world: &World,
    written: Timestamp,
    author: Option<&str>,
    added: &[Added],
) -> Vec<Diagnostic> {
    let name = |key: &str| visible_line(world.organisation.person_name(key));
    let history = &world.rulebook.history;
    let zone = world.calendar.zone();
    let (earliest, latest) = (
        written.seconds() - i64::from(history.dating_hours) * 3_600,
        written.seconds() + i64::from(history.trail_minutes) * 60,
    );
    let mut found = Vec::new();
    for entry in added {
        let list = &entry.list;
        if let Some(author) = author
            && entry.by != author
        {
            found.push(
                Diagnostic::new(
                    Code::HistoryAuthor,
                    entry.place.clone(),
                    format!(
                        "an entry of `{list}` says that it is by {}, and {} committed it",
                        name(&entry.by),
                        name(author)
                    ),
                    format!(
                        "`{list}` 中的条目写明由{}填写，提交的作者却是{}",
                        name(&entry.by),
                        name(author)
                    ),
                )
                .procedure("H9"),
            );
        }
        if !(earliest..=latest).contains(&entry.at.seconds()) {
            let (at, dated) = (entry.at.in_zone(zone), written.in_zone(zone));
            found.push(
                Diagnostic::new(
                    Code::HistoryDate,
                    entry.place.clone(),
                    format!(
                        "an entry of `{list}` is dated {at}, and was written at {dated}; at most {} hours may lie between them",
                        history.dating_hours
                    ),
                    format!(
                        "`{list}` 中的条目日期是 {at}，写入时间却是 {dated}，最多相隔 {} 小时",
                        history.dating_hours
                    ),
                )
                .procedure("H9"),
            );
        }
    }
    found
}
