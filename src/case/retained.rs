//! Until when an archived clue is kept: what its card says, or what follows from when it was archived (R3).
//! It judges nothing; whether a clue may be destroyed is a matter of the rulebook's conditions.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::case::Case;
use crate::record::Card;
use crate::time::Timestamp;
use crate::world::World;

/// How long a clue is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retained {
    /// The last day of the period; none where it is permanent, not archived, or of a class that nobody knows.
    pub until: Option<NaiveDate>,
    /// The last day by the class alone, counted from the last archiving.
    pub least: Option<NaiveDate>,
    /// Whether `until` is `least` because the card, of an earlier version, says none.
    pub is_computed: bool,
    /// When the clue was archived last, as long as it is.
    pub archived: Option<Timestamp>,
}

impl Retained {
    /// What a card says of it, and what follows from its trail.
    pub fn of(world: &World, card: &Card) -> Self {
        let Some(class) = &card.retention else {
            return Self::default();
        };
        let archived = archived(world, card);
        let years = world
            .rulebook
            .retention
            .get(class)
            .and_then(|class| class.years);
        let least = years.zip(archived).and_then(|(years, at)| {
            let day = at.in_zone(world.calendar.zone()).date();
            world.rulebook.retention_from.last_day(day, years)
        });
        let written = card.retention_until.as_deref();
        let written = written.and_then(|day| day.parse::<NaiveDate>().ok());
        Self {
            until: written.or(least),
            least,
            is_computed: written.is_none() && least.is_some(),
            archived,
        }
    }

    /// What expressions see.
    pub(super) fn to_json(self, world: &World) -> Value {
        let text = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        json!({
            "until": text(self.until),
            "least": text(self.least),
            "approvals": world.rulebook.retention_approvals,
        })
    }
}

impl Case {
    /// How long the clue is kept.
    pub fn retained(&self, world: &World) -> Retained {
        let card = self.card.as_ref();
        card.map_or_else(Retained::default, |card| Retained::of(world, card))
    }
}

/// When the last step was taken that sets the class of retention with the state, if it sets one.
fn archived(world: &World, card: &Card) -> Option<Timestamp> {
    let mut trail = card.trail.iter().rev();
    trail.find_map(|entry| {
        if entry.from.as_deref() == Some(&*entry.to) {
            return None;
        }
        let step = world.rulebook.steps.get(&entry.step)?;
        let class = step.sets.get("clue.retention")?;
        let at = Timestamp::parse(&entry.at);
        Some(at.filter(|_| class.source().trim() != "null"))
    })?
}
