//! What statistics need to know of one clue, and nothing that tells which clue it is: no id, title or person.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use crate::case::Case;
use crate::clock::Clock;
use crate::rulebook::Rulebook;
use crate::time::Timestamp;
use crate::world::World;

/// The deadline that departments' handling is measured by.
const HANDLING: &str = "completion";

/// Where a clue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Open,
    /// In the final state at the end of the procedure's longest way.
    Finished,
    /// In another final state.
    Dismissed,
}

/// One clue, as it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The day of collection on the organisation's clock.
    pub collected: NaiveDate,
    pub category: Option<String>,
    pub kind: Option<String>,
    pub urgency: Option<String>,
    pub channel: Option<String>,
    pub departments: Vec<String>,
    pub outcome: Outcome,
    /// Whether it is open and some clock of it is overdue.
    pub overdue: bool,
    /// Of each department whose handling ended or is overdue, whether it was in time.
    pub handling: BTreeMap<String, bool>,
    /// Working days that it stayed in each state that it left: the sum of its stays there.
    pub stays: BTreeMap<String, u32>,
    /// Working days from collection to its end; none while it is open.
    pub duration: Option<u32>,
    /// Years that something was counted over and whose calendar is not published.
    pub provisional: BTreeSet<i32>,
}

impl Fact {
    /// What counts of a clue whose clocks are looked at as of a moment; none where its card cannot be used.
    pub fn of(world: &World, case: &Case, clocks: &[Clock], now: Timestamp) -> Option<Self> {
        let card = case.card.as_ref()?;
        let calendar = &world.calendar;
        let rulebook = &world.rulebook;
        let moments: Vec<(Timestamp, &str)> = card
            .trail
            .iter()
            .filter_map(|entry| Some((Timestamp::parse(&entry.at)?, entry.to.as_str())))
            .collect();
        let (first, _) = *moments.first()?;
        let mut provisional = BTreeSet::new();
        let mut working_days = |from: Timestamp, until: Timestamp| {
            let (from, until) = (calendar.day_of(from), calendar.day_of(until));
            let years = from.year()..=until.year();
            provisional.extend(years.filter(|year| !calendar.is_published_year(*year)));
            u32::try_from(calendar.working_days(from, until).max(0)).unwrap_or(u32::MAX)
        };
        let mut stays: BTreeMap<String, u32> = BTreeMap::new();
        let mut entered = (first, moments[0].1);
        for (at, to) in moments.iter().skip(1) {
            if *to != entered.1 {
                let was_final = rulebook
                    .states
                    .get(entered.1)
                    .is_some_and(|state| state.is_final);
                // It had ended already; its destruction, years later, is no part of the time that it took.
                if was_final && rulebook.comes_after(to, entered.1) {
                    continue;
                }
                if !was_final {
                    let days = working_days(entered.0, *at);
                    let sum = stays.entry(entered.1.to_owned()).or_default();
                    *sum = sum.saturating_add(days);
                }
                entered = (*at, *to);
            }
        }
        let outcome = outcome(rulebook, &card.state);
        let duration = (outcome != Outcome::Open).then(|| working_days(first, entered.0));
        let mut overdue = false;
        let mut handling = BTreeMap::new();
        for clock in clocks {
            let phase = clock.standing(calendar, now).phase;
            overdue |= outcome == Outcome::Open && clock.is_open() && phase.is_late();
            if clock.deadline == HANDLING && (phase.is_late() || !clock.is_open()) {
                let department = clock.department.clone().unwrap_or_default();
                let kept = handling.entry(department).or_insert(true);
                *kept &= !phase.is_late();
            }
            // What lies beyond the moment that a clock is measured at does not count.
            let moment = calendar.day_of(clock.end.unwrap_or(now)).year();
            let due = clock.due.map_or(moment, |due| due.year());
            if clock.provisional && (clock.is_open() || clock.deadline == HANDLING) {
                let years = clock.first.year()..=due.min(moment);
                provisional.extend(years.filter(|year| !calendar.is_published_year(*year)));
            }
        }
        let channel = case.record("collection");
        let channel = channel.and_then(|record| record.text_at("/channel"));
        Some(Self {
            collected: calendar.local(first).date_naive(),
            category: card.category.clone(),
            kind: card.kind.clone(),
            urgency: card.urgency.clone(),
            channel: channel.map(str::to_owned),
            departments: card.departments.clone().unwrap_or_default(),
            outcome,
            overdue,
            handling,
            stays,
            duration,
            provisional,
        })
    }

    /// Whether all handling that ended or is overdue was in time; none where there is no such handling.
    pub fn in_time(&self) -> Option<bool> {
        (!self.handling.is_empty()).then(|| self.handling.values().all(|kept| *kept))
    }
}

/// Where a state stands: the final state with the longest way to it is the end, every other final one a dismissal. What
/// was taken out after its retention period counts as what it had come to.
fn outcome(rulebook: &Rulebook, state: &str) -> Outcome {
    let is_final = rulebook
        .states
        .get(state)
        .is_some_and(|state| state.is_final);
    let Some(end) = rulebook.end(state).filter(|_| is_final) else {
        return Outcome::Open;
    };
    let ends = rulebook.states.keys().filter_map(|name| rulebook.end(name));
    let longest = ends.map(|name| rulebook.chain(name).len()).max();
    if longest == Some(rulebook.chain(end).len()) {
        Outcome::Finished
    } else {
        Outcome::Dismissed
    }
}
