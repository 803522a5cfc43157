//! The tracking ledger: one row a clue, made of its card, its records and its clocks as of a moment (K2).
//! It holds no reporter: of what was done, only a clue that is open to everybody shows the text (P3).

mod columns;
pub mod page;
mod summary;

use chrono::NaiveDate;
use serde_json::{Value, json};

pub use columns::{cells, departments, headings};
pub use summary::{Totals, tables};

use crate::calendar::{Calendar, Unit};
use crate::case::{Case, Record};
use crate::clock::{Clock, Phase, words};
use crate::disclosure::{mark, repeats};
use crate::text::{Bilingual, Language, shorten, visible_line};
use crate::time::Timestamp;
use crate::world::World;

/// The deadline by which it is judged whether a clue was handled in time.
const COMPLETION: &str = "completion";
/// The state whose entry is the acceptance of the feedback.
const FED_BACK: &str = "fed-back";
/// Columns of the latest progress that a row shows.
const PROGRESS: usize = 60;
/// Working days within which an open deadline is soon over.
const SOON: i64 = 2;

/// Slips that were sent and not declined, and how many of them were received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipts {
    pub sent: usize,
    pub received: usize,
    /// The last day on which one was received.
    pub last: Option<NaiveDate>,
}

/// The latest entry of the handling records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub on: NaiveDate,
    /// What was done, in one short line; none where not everybody may read it, or where it names the reporter.
    pub text: Option<String>,
}

/// The most urgent deadline that is open.
#[derive(Clone, Debug)]
pub struct Open {
    /// Key of the deadline in the rulebook.
    pub deadline: String,
    pub department: Option<String>,
    pub due: Option<NaiveDate>,
    pub phase: Phase,
    pub unit: Unit,
    /// Days of the unit that are left; negative: late by so many.
    pub left: Option<i64>,
    pub left_working: Option<i64>,
    pub provisional: bool,
    /// How it stands, in a whole phrase.
    pub words: Bilingual,
}

impl Open {
    fn new(clock: &Clock, calendar: &Calendar, now: Timestamp) -> Self {
        let standing = clock.standing(calendar, now);
        Self {
            deadline: clock.deadline.clone(),
            department: clock.department.clone(),
            due: clock.due,
            phase: standing.phase,
            unit: clock.unit(),
            left: standing.left,
            left_working: standing.left_working,
            provisional: clock.provisional,
            words: clock.words(&standing),
        }
    }

    /// Whether the last day is over.
    pub fn is_overdue(&self) -> bool {
        self.phase == Phase::Overdue
    }

    /// Whether the last day is not over, and near.
    pub fn is_soon(&self) -> bool {
        matches!(self.phase, Phase::Running | Phase::DueToday)
            && self.left_working.is_some_and(|left| left <= SOON)
    }

    /// How it stands, beside its date: “2 working days late”.
    pub fn short(&self) -> Bilingual {
        let days = words::days(self.left.unwrap_or(0).abs(), self.unit);
        match self.phase {
            Phase::Overdue => {
                Bilingual::new(format!("{} late", days.en), format!("逾期 {}", days.zh))
            }
            Phase::DueToday => Bilingual::new("due today", "今日到期"),
            Phase::Paused => Bilingual::new("paused", "暂停计时"),
            _ if self.due.is_none() => Bilingual::new("no date", "无法确定到期日"),
            _ => Bilingual::new(format!("{} left", days.en), format!("还剩 {}", days.zh)),
        }
    }

    /// What comes first where the most urgent deadline does; one without a last day comes last.
    fn urgency(&self) -> (bool, Option<NaiveDate>) {
        (self.due.is_none(), self.due)
    }
}

/// Whether what was waited for came in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InTime {
    Yes,
    No,
    /// It is still waited for.
    Open,
}

/// Whether the aim of a clue's handling was met, as its feedback says; of several departments the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aim {
    Met,
    Partly,
    NotMet,
}

/// A row of the ledger. Days are those of the organisation's clock; keys are those of rulebook and organisation.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: String,
    pub number: Option<String>,
    pub title: String,
    pub category: Option<String>,
    pub kind: Option<String>,
    pub urgency: Option<String>,
    pub channel: Option<String>,
    pub confidentiality: String,
    pub state: String,
    /// Whether the state is a final one.
    pub is_final: bool,
    pub responsible: String,
    pub departments: Vec<String>,
    /// The day of collection.
    pub collected: Option<NaiveDate>,
    /// When each state of the rulebook was last entered, in its order.
    pub entered: Vec<Option<NaiveDate>>,
    /// The day on which the first slip was sent.
    pub transferred: Option<NaiveDate>,
    pub receipts: Receipts,
    pub progress: Option<Progress>,
    pub open: Option<Open>,
    pub extended: bool,
    pub paused: bool,
    /// The day on which the last department was done; none while one is not.
    pub completed: Option<NaiveDate>,
    /// None before the time for the completion runs.
    pub in_time: Option<InTime>,
    /// The day on which the feedback was accepted.
    pub fed_back: Option<NaiveDate>,
    pub aim: Option<Aim>,
    /// Whether some of the clue's records could not be read, so that the row may lack something.
    pub incomplete: bool,
}

impl Row {
    /// The row of a clue as of a moment, given its clocks; none where its card cannot be read, or is not there yet.
    pub fn new(world: &World, case: &Case, clocks: &[Clock], now: Timestamp) -> Option<Self> {
        let card = case.card.as_ref()?;
        let calendar = &world.calendar;
        let states = &world.rulebook.states;
        let entered = case.entered(world);
        let entered_on = |state: &str| day(calendar, entered.get(state).and_then(Value::as_str));
        let open = clocks.iter().filter(|clock| clock.is_open());
        let open = open
            .map(|clock| Open::new(clock, calendar, now))
            .min_by_key(Open::urgency);
        let collection = case.record("collection");
        let fed_back = entered_on(FED_BACK);
        Some(Self {
            id: case.id.clone(),
            number: card.number.clone(),
            title: card.title.clone(),
            category: card.category.clone(),
            kind: card.kind.clone(),
            urgency: card.urgency.clone(),
            channel: collection
                .and_then(|record| record.text_at("/channel"))
                .map(str::to_owned),
            confidentiality: card.confidentiality.clone(),
            state: card.state.clone(),
            is_final: states.get(&card.state).is_some_and(|state| state.is_final),
            responsible: card.responsible.clone(),
            departments: card.departments.clone().unwrap_or_default(),
            collected: day(calendar, card.trail.first().map(|entry| entry.at.as_str())),
            entered: states.keys().map(|state| entered_on(state)).collect(),
            transferred: days(calendar, case.all("transfers"), "/sent/at").min(),
            receipts: receipts(calendar, case),
            progress: progress(world, case, &card.confidentiality),
            open,
            extended: clocks.iter().any(|clock| !clock.extensions.is_empty()),
            paused: clocks.iter().any(|clock| !clock.pauses.is_empty()),
            completed: completed(calendar, case),
            in_time: in_time(calendar, clocks, now),
            fed_back,
            aim: fed_back.and_then(|_| aim(case)),
            incomplete: case.broken,
        })
    }

    /// Whether a deadline is open and over.
    pub fn is_overdue(&self) -> bool {
        self.open.as_ref().is_some_and(Open::is_overdue)
    }

    /// Where the row stands where the most urgent comes first.
    pub fn by_urgency(&self) -> impl Ord + use<> {
        (self.open.is_none(), self.open.as_ref().map(Open::urgency))
    }

    /// The row as data.
    pub fn to_json(&self, world: &World) -> Value {
        let date = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        let entered: serde_json::Map<String, Value> = world
            .rulebook
            .states
            .keys()
            .zip(&self.entered)
            .map(|(state, day)| (state.clone(), json!(date(*day))))
            .collect();
        json!({
            "id": self.id,
            "number": self.number,
            "title": self.title,
            "category": self.category,
            "kind": self.kind,
            "urgency": self.urgency,
            "channel": self.channel,
            "confidentiality": self.confidentiality,
            "state": self.state,
            "final": self.is_final,
            "responsible": self.responsible,
            "departments": self.departments,
            "collected": date(self.collected),
            "entered": entered,
            "transferred": date(self.transferred),
            "receipts": {
                "sent": self.receipts.sent,
                "received": self.receipts.received,
                "last": date(self.receipts.last),
            },
            "progress": self.progress.as_ref().map(|progress| json!({
                "date": progress.on.to_string(),
                "text": progress.text,
            })),
            "deadline": self.open.as_ref().map(|open| json!({
                "deadline": open.deadline,
                "department": open.department,
                "due": date(open.due),
                "provisional": open.provisional,
                "phase": open.phase.name(),
                "unit": open.unit.name(),
                "left": open.left,
            })),
            "extended": self.extended,
            "paused": self.paused,
            "completed": date(self.completed),
            "inTime": self.in_time.map(|in_time| match in_time {
                InTime::Yes => "yes",
                InTime::No => "no",
                InTime::Open => "open",
            }),
            "fedBack": date(self.fed_back),
            "aim": self.aim.map(|aim| match aim {
                Aim::Met => "met",
                Aim::Partly => "partly",
                Aim::NotMet => "not-met",
            }),
            "incomplete": self.incomplete,
        })
    }
}

/// The day of a timestamp on the organisation's clock.
fn day(calendar: &Calendar, at: Option<&str>) -> Option<NaiveDate> {
    let moment = Timestamp::parse(at?)?;
    Some(calendar.local(moment).date_naive())
}

/// The days of a field of some records, where it is filled in.
fn days(calendar: &Calendar, records: &[Record], pointer: &str) -> impl Iterator<Item = NaiveDate> {
    records
        .iter()
        .filter_map(move |record| day(calendar, record.text_at(pointer)))
}

fn receipts(calendar: &Calendar, case: &Case) -> Receipts {
    let mut receipts = Receipts::default();
    for slip in case.all("transfers") {
        if slip.text_at("/sent/at").is_none() || slip.text_at("/decline/at").is_some() {
            continue;
        }
        receipts.sent += 1;
        if let Some(on) = day(calendar, slip.text_at("/receipt/at")) {
            receipts.received += 1;
            receipts.last = receipts.last.max(Some(on));
        }
    }
    receipts
}

fn progress(world: &World, case: &Case, confidentiality: &str) -> Option<Progress> {
    let entries = case
        .all("handling")
        .iter()
        .filter_map(|record| record.value["entries"].as_array())
        .flatten();
    let (at, entry) = entries
        .filter_map(|entry| Some((Timestamp::parse(entry["at"].as_str()?)?, entry)))
        .max_by_key(|(at, _)| at.seconds())?;
    let text = entry["text"].as_str().unwrap_or_default();
    let is_shown = is_for_everybody(world, confidentiality)
        && !repeats(world, case, text)
        && !mentions_mark(text);
    Some(Progress {
        on: world.calendar.local(at).date_naive(),
        text: is_shown.then(|| one_line(text)),
    })
}

/// Whether everybody has a role that may read what is of this confidentiality.
fn is_for_everybody(world: &World, confidentiality: &str) -> bool {
    let roles = world.rulebook.value["confidentiality"][confidentiality]["roles"].as_array();
    roles
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .any(|role| {
            let role = world.rulebook.roles.get(role);
            role.is_some_and(|role| role.everyone)
        })
}

/// Whether an extract has kept something back here: what is left of the sentence tells who was meant.
fn mentions_mark(text: &str) -> bool {
    [Language::En, Language::Zh]
        .iter()
        .any(|language| text.contains(mark(*language)))
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    shorten(&visible_line(&words.join(" ")), PROGRESS)
}

fn completed(calendar: &Calendar, case: &Case) -> Option<NaiveDate> {
    let records = case.all("handling");
    let done = |record: &Record| record.text_at("/completion/at").is_some();
    let waits = case
        .all("transfers")
        .iter()
        .any(|slip| matches!(slip.text_at("/status"), Some("sent" | "accepted")));
    if waits || !records.iter().all(done) {
        return None;
    }
    days(calendar, records, "/completion/at").max()
}

fn in_time(calendar: &Calendar, clocks: &[Clock], now: Timestamp) -> Option<InTime> {
    let mut worst = None;
    for clock in clocks.iter().filter(|clock| clock.deadline == COMPLETION) {
        if clock.standing(calendar, now).phase.is_late() {
            return Some(InTime::No);
        }
        if clock.is_open() {
            worst = Some(InTime::Open);
        }
        worst = worst.or(Some(InTime::Yes));
    }
    worst
}

fn aim(case: &Case) -> Option<Aim> {
    let aims = case.all("feedback").iter();
    aims.filter_map(|record| match record.text_at("/aim")? {
        "met" => Some(Aim::Met),
        "partly" => Some(Aim::Partly),
        "not-met" => Some(Aim::NotMet),
        _ => None,
    })
    .max()
}
