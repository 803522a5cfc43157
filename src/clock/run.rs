//! Makes the clocks of a clue: evaluates the rulebook's deadlines, and gathers pauses and extensions from the trail.
//! What cannot be computed is a finding; no clock is made up for it.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde_json::Value;

use crate::calendar::Pauses;
use crate::case::{Case, Record};
use crate::clock::{Clock, Extension, Limit, Pause};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::expression::Scope;
use crate::record::TrailEntry;
use crate::rulebook::{ClockDeed, Condition, Deadline};
use crate::text::Bilingual;
use crate::time::Timestamp;
use crate::world::World;

/// Years outside which a date of a record is surely a slip of the pen.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2200;

/// Every clock of a clue that has begun, in the order of the rulebook, and what is wrong with them.
///
/// `scope` is the clue's, as [`Case::scope`] makes it.
pub fn clocks(world: &World, case: &Case, scope: &Scope) -> (Vec<Clock>, Vec<Diagnostic>) {
    let maker = Maker {
        world,
        case,
        judging_only: false,
        clocks: Vec::new(),
        found: Vec::new(),
    };
    let maker = run(maker, scope, &mut BTreeMap::new());
    (maker.clocks, maker.found)
}

/// What is wrong with the clocks of a clue, without making them.
///
/// `scopes` are those of its records that were made already, by their paths.
pub fn faults<'c>(
    world: &'c World,
    case: &'c Case,
    scope: &Scope,
    scopes: &mut BTreeMap<&'c str, Scope>,
) -> Vec<Diagnostic> {
    let maker = Maker {
        world,
        case,
        judging_only: true,
        clocks: Vec::new(),
        found: Vec::new(),
    };
    run(maker, scope, scopes).found
}

fn run<'c>(
    mut maker: Maker<'c>,
    scope: &Scope,
    scopes: &mut BTreeMap<&'c str, Scope>,
) -> Maker<'c> {
    let (world, case) = (maker.world, maker.case);
    if case.card.is_none() {
        return maker;
    }
    for (name, deadline) in &world.rulebook.deadlines {
        if let Some(statute) = &deadline.statute
            && !world.organisation.is_under(statute)
        {
            continue;
        }
        match &deadline.each {
            None => maker.make(name, deadline, scope, None, None),
            Some(each) => {
                for record in case.all(each) {
                    // Many deadlines look at the same record: its scope is made once.
                    let inner = scopes
                        .entry(&record.path)
                        .or_insert_with(|| case.scope_of(world, scope, record));
                    match &deadline.entries {
                        None => maker.make(name, deadline, inner, Some(record), None),
                        Some(list) => maker.of_entries(name, deadline, inner, record, list),
                    }
                }
            }
        }
    }
    maker
}

struct Maker<'a> {
    world: &'a World,
    case: &'a Case,
    /// Whether only faults are asked for.
    judging_only: bool,
    clocks: Vec<Clock>,
    found: Vec<Diagnostic>,
}

impl Maker<'_> {
    fn of_entries(
        &mut self,
        name: &str,
        deadline: &Deadline,
        scope: &Scope,
        record: &Record,
        list: &str,
    ) {
        let entries = record.value.get(list).and_then(Value::as_array);
        for index in 0..entries.map_or(0, Vec::len) {
            let inner = self
                .case
                .scope_of_entry(self.world, scope, record, list, index);
            self.make(name, deadline, &inner, Some(record), Some(index));
        }
    }

    fn make(
        &mut self,
        name: &str,
        deadline: &Deadline,
        scope: &Scope,
        record: Option<&Record>,
        entry: Option<usize>,
    ) {
        match deadline.when.as_ref().map(|when| when.holds(scope)) {
            None | Some(Ok(true)) => {}
            Some(Ok(false)) => return,
            Some(Err(why)) => return self.unjudged(name, &why),
        }
        let Some(start) = self.moment(name, &deadline.from, scope) else {
            return;
        };
        let end = self.moment(name, &deadline.until, scope);
        let place = || {
            record.or(self.case.card_record.as_ref()).map_or_else(
                || Place::file(&self.case.folder),
                |record| Place::file(&record.path),
            )
        };
        for moment in std::iter::once(start).chain(end) {
            if !YEARS.contains(&moment.year()) {
                self.found.push(
                    Diagnostic::new(
                        Code::ClockRange,
                        place(),
                        format!("the deadline `{name}` is counted with {moment}, which is surely not meant"),
                        format!("期限 `{name}` 用到了 {moment}，显然有误"),
                    )
                    .remedy("correct the year", "请改正年份")
                    .procedure(deadline.procedure.joined()),
                );
            }
        }
        if end.is_some_and(|end| end < start) {
            self.found.push(
                Diagnostic::new(
                    Code::ClockOrder,
                    place(),
                    format!(
                        "the deadline `{name}` ends before it begins: from {start} until {}",
                        shown(end)
                    ),
                    format!("期限 `{name}` 的终点早于起点：从 {start} 到 {}", shown(end)),
                )
                .remedy(
                    "look at the two times; it counts as kept on its first day",
                    "请核对这两个时间；在此之前按当日办结计算",
                )
                .procedure(deadline.procedure.joined()),
            );
        }
        let Some(limit) = self.limit(name, deadline, scope) else {
            return;
        };
        if self.judging_only {
            return;
        }
        let department = record.and_then(|record| {
            record.parts.get("department").cloned().or_else(|| {
                let list = deadline.entries.as_deref()?;
                record
                    .text_at(&format!("/{list}/{}/department", entry?))
                    .map(str::to_owned)
            })
        });
        let responsible = deadline
            .responsible
            .as_ref()
            .and_then(|condition| match condition.evaluate(scope) {
                Ok(Value::String(person)) => Some(person),
                _ => None,
            })
            .or_else(|| self.ended_by(end))
            .or_else(|| Some(self.case.card.as_ref()?.responsible.clone()))
            .unwrap_or_default();
        let mut clock = Clock {
            deadline: name.to_owned(),
            department,
            record: record.map(|record| record.inner.clone()),
            entry: entry.map(|index| index + 1),
            responsible,
            start,
            end: end.map(|end| end.max(start)),
            limit,
            pauses: Vec::new(),
            extensions: Vec::new(),
            first: NaiveDate::MIN,
            due: None,
            provisional: false,
            spans: Pauses::default(),
        };
        let trail = self.case.card.iter().flat_map(|card| &card.trail);
        for entry in trail {
            if clock.is_meant(entry) {
                clock.tell(self.world, entry);
            }
        }
        clock.settle(&self.world.calendar);
        self.clocks.push(clock);
    }

    /// Who took the step that ended a clock: while it ran, the clue was theirs.
    fn ended_by(&self, end: Option<Timestamp>) -> Option<String> {
        let trail = &self.case.card.as_ref()?.trail;
        let entry = trail
            .iter()
            .find(|entry| Timestamp::parse(&entry.at) == end);
        entry
            .filter(|_| end.is_some())
            .map(|entry| entry.by.clone())
    }

    /// The moment that an expression gives; none where it gives null.
    fn moment(&mut self, name: &str, condition: &Condition, scope: &Scope) -> Option<Timestamp> {
        match condition.evaluate(scope) {
            Ok(Value::Null) => None,
            Ok(Value::String(text)) => match Timestamp::parse(&text) {
                Some(moment) => Some(moment),
                None => {
                    self.unjudged(
                        name,
                        &Bilingual::new(
                            format!("`{}` gives `{text}`, which is no time", condition.source()),
                            format!("`{}` 的结果 `{text}` 不是时间", condition.source()),
                        ),
                    );
                    None
                }
            },
            Ok(other) => {
                self.unjudged(
                    name,
                    &Bilingual::new(
                        format!("`{}` gives {other}, which is no time", condition.source()),
                        format!("`{}` 的结果 {other} 不是时间", condition.source()),
                    ),
                );
                None
            }
            Err(why) => {
                self.unjudged(name, &why);
                None
            }
        }
    }

    fn limit(&mut self, name: &str, deadline: &Deadline, scope: &Scope) -> Option<Limit> {
        let day = deadline.limit.day.as_ref().map(|day| day.evaluate(scope));
        match day {
            Some(Ok(Value::String(text))) => {
                if let Ok(day) = NaiveDate::parse_from_str(&text, "%Y-%m-%d")
                    && YEARS.contains(&day.year())
                {
                    return Some(Limit::Day(day, deadline.limit.unit));
                }
                self.unjudged(
                    name,
                    &Bilingual::new(
                        format!("`{text}` is no day that can be meant"),
                        format!("`{text}` 不是合理的日期"),
                    ),
                );
            }
            Some(Err(why)) => self.unjudged(name, &why),
            Some(Ok(_)) | None => {}
        }
        let urgency = self.case.card.as_ref()?.urgency.as_deref();
        deadline.limit.period(urgency).map(Limit::Period)
    }

    fn unjudged(&mut self, name: &str, why: &Bilingual) {
        let place = self.case.card_record.as_ref().map_or_else(
            || Place::file(&self.case.folder),
            |record| Place::file(&record.path),
        );
        self.found.push(
            Diagnostic::new(
                Code::ClockJudgement,
                place,
                format!("the deadline `{name}` cannot be computed: {}", why.en),
                format!("期限 `{name}` 无法计算：{}", why.zh),
            )
            .remedy(
                format!("mend `deadlines.{name}` in workflow.yaml, or the record that it looks at"),
                format!("请修正 workflow.yaml 中的 deadlines.{name}，或它所引用的记录"),
            )
            .procedure("P4"),
        );
    }
}

fn shown(moment: Option<Timestamp>) -> String {
    moment.map_or_else(String::new, |moment| moment.to_string())
}

impl Clock {
    /// Whether an entry of the trail is about this clock.
    pub fn is_meant(&self, entry: &TrailEntry) -> bool {
        entry.deadline.as_ref() == Some(&self.deadline)
            && (entry.department.is_none() || entry.department == self.department)
            && (entry.record.is_none() || entry.record == self.record)
            && entry.entry == self.entry
    }

    /// Takes in what a step did to the clock; what it could not do is left out, and is the check's to tell.
    fn tell(&mut self, world: &World, entry: &TrailEntry) {
        let deed = world
            .rulebook
            .steps
            .get(&entry.step)
            .and_then(|step| step.clock);
        let (Some(deed), Some(at)) = (deed, Timestamp::parse(&entry.at)) else {
            return;
        };
        let open = self.pauses.last_mut().filter(|pause| pause.until.is_none());
        match (deed, open) {
            (ClockDeed::Pause, None) => self.pauses.push(Pause {
                from: at,
                by: entry.by.clone(),
                reason: entry.reason.clone(),
                until: None,
            }),
            (ClockDeed::Resume, Some(pause)) => pause.until = Some((at, entry.by.clone())),
            (ClockDeed::Extend, _) => self.extensions.push(Extension {
                at,
                by: entry.by.clone(),
                reason: entry.reason.clone(),
                count: entry.extension.unwrap_or(0),
            }),
            (ClockDeed::Pause, Some(_)) | (ClockDeed::Resume, None) => {}
        }
    }
}
