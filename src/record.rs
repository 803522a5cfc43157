//! Records as types, where the engine itself needs their fields: the index card and the organisation.
//! All other records stay values that the rulebook's expressions look at.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::text::Language;

/// The index card of a clue, `clue.yaml`.
#[derive(Clone, Debug, Deserialize)]
pub struct Card {
    pub id: String,
    #[serde(default)]
    pub number: Option<String>,
    /// Numbers that the clue bore before.
    #[serde(default)]
    pub aliases: Option<Vec<String>>,
    pub title: String,
    #[serde(default)]
    pub category: Option<String>,
    #[serde(default)]
    pub kind: Option<String>,
    #[serde(default)]
    pub urgency: Option<String>,
    pub confidentiality: String,
    pub state: String,
    pub responsible: String,
    #[serde(default)]
    pub departments: Option<Vec<String>>,
    #[serde(default)]
    pub retention: Option<String>,
    /// The last day of the retention period, `YYYY-MM-DD`.
    #[serde(default)]
    pub retention_until: Option<String>,
    #[serde(default)]
    pub archive_number: Option<String>,
    /// Orders to keep the clue, whatever its period says.
    #[serde(default)]
    pub holds: Option<Vec<Hold>>,
    pub trail: Vec<TrailEntry>,
}

/// An order to keep a clue.
#[derive(Clone, Debug, Deserialize)]
pub struct Hold {
    pub at: String,
    pub by: String,
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub released: Option<Release>,
}

/// The release of a hold; nothing in it is filled in before.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Release {
    #[serde(default)]
    pub by: Option<String>,
    #[serde(default)]
    pub at: Option<String>,
    #[serde(default)]
    pub reason: Option<String>,
}

impl Card {
    /// The orders to keep the clue that stand.
    pub fn open_holds(&self) -> impl Iterator<Item = &Hold> {
        let holds = self.holds.iter().flatten();
        holds.filter(|hold| hold.released.as_ref().is_none_or(|own| own.at.is_none()))
    }
}

/// One step that was taken.
#[derive(Clone, Debug, Deserialize)]
pub struct TrailEntry {
    pub step: String,
    pub at: String,
    pub by: String,
    #[serde(default)]
    pub from: Option<String>,
    pub to: String,
    #[serde(default)]
    pub department: Option<String>,
    #[serde(default)]
    pub reason: Option<String>,
    /// The record that the step was about, where it is none of a department; path below the clue's folder.
    #[serde(default)]
    pub record: Option<String>,
    /// Which entry of the record's list the step was about, counted from one.
    #[serde(default)]
    pub entry: Option<usize>,
    /// The deadline whose clock the step paused, resumed or extended.
    #[serde(default)]
    pub deadline: Option<String>,
    /// By how much it was extended, in the deadline's own unit.
    #[serde(default)]
    pub extension: Option<u32>,
    /// What the urgency was before the step changed it, and what it changed it to.
    #[serde(default)]
    pub urgency_before: Option<String>,
    #[serde(default)]
    pub urgency: Option<String>,
    /// What the register number was before the step changed it, and what it changed it to.
    #[serde(default)]
    pub number_before: Option<String>,
    #[serde(default)]
    pub number: Option<String>,
    /// SHA-256 of each record that the step sealed, by path below the clue's folder.
    #[serde(default)]
    pub seals: Option<BTreeMap<String, String>>,
}

/// `organisation.yaml`.
#[derive(Clone, Debug, Deserialize)]
pub struct Organisation {
    pub name: String,
    pub language: Language,
    pub time_zone: String,
    /// The file in `calendar/` that working days are counted by.
    #[serde(default)]
    pub calendar: Option<String>,
    /// The hour at which a working day ends, `HH:MM`.
    #[serde(default)]
    pub closing_time: Option<String>,
    /// Statutes of the rulebook whose deadlines apply.
    #[serde(default)]
    pub statutes: Option<Vec<String>>,
    /// The code of its fonds, with which archive numbers begin.
    #[serde(default)]
    pub fonds: Option<String>,
    pub departments: IndexMap<String, Department>,
    pub people: IndexMap<String, Person>,
    #[serde(default)]
    pub duty: IndexMap<String, String>,
}

/// A department.
#[derive(Clone, Debug, Deserialize)]
pub struct Department {
    pub name: String,
    pub head: String,
    /// Its code in archive numbers.
    #[serde(default)]
    pub code: Option<String>,
}

/// A person of the organisation.
#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    pub name: String,
    pub email: Addresses,
    pub department: String,
    #[serde(default)]
    pub roles: Vec<String>,
    /// Last day, `YYYY-MM-DD`, on which the person acts for the organisation.
    #[serde(default)]
    pub until: Option<String>,
    /// SSH public keys that the person signs with.
    #[serde(default)]
    pub keys: Vec<PersonKey>,
}

/// An SSH public key of a person, and when it is valid.
#[derive(Clone, Debug, Deserialize)]
pub struct PersonKey {
    /// `ssh-ed25519 AAAA... comment`, as in a `.pub` file.
    pub key: String,
    /// First day, `YYYY-MM-DD`.
    #[serde(default)]
    pub from: Option<String>,
    /// Last day, `YYYY-MM-DD`.
    #[serde(default)]
    pub until: Option<String>,
}

/// One e-mail address, or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Addresses {
    One(String),
    Several(Vec<String>),
}

impl Addresses {
    /// The address that is used where one is enough.
    pub fn first(&self) -> &str {
        match self {
            Self::One(own) => own,
            Self::Several(several) => several.first().map_or("", String::as_str),
        }
    }

    /// Whether the address is among them; upper and lower case are the same.
    pub fn contains(&self, address: &str) -> bool {
        match self {
            Self::One(own) => own.eq_ignore_ascii_case(address),
            Self::Several(several) => several.iter().any(|own| own.eq_ignore_ascii_case(address)),
        }
    }
}

impl Organisation {
    /// Whether the organisation is under a statute of the rulebook.
    pub fn is_under(&self, statute: &str) -> bool {
        self.statutes.iter().flatten().any(|own| own == statute)
    }

    /// Finds the key of the person who commits with an e-mail address.
    pub fn person_by_email(&self, address: &str) -> Option<&str> {
        self.people
            .iter()
            .find(|(_, person)| person.email.contains(address))
            .map(|(key, _)| key.as_str())
    }

    /// The name of a person, or the key where there is none.
    pub fn person_name<'a>(&'a self, key: &'a str) -> &'a str {
        self.people.get(key).map_or(key, |person| &person.name)
    }

    /// The name of a department, or the key where there is none.
    pub fn department_name<'a>(&'a self, key: &'a str) -> &'a str {
        self.departments
            .get(key)
            .map_or(key, |department| &department.name)
    }
}
