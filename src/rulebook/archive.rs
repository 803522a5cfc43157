//! How archive numbers are made: from the rulebook's pattern, the organisation's codes and the class of retention.
//! It counts nothing: which items are taken already is the register's to say.

use serde::Deserialize;

use crate::record::Organisation;
use crate::rulebook::{Condition, Keys, Retention};

/// What stands between the parts of an archive number.
const SEPARATORS: &[char] = &['-', '·'];

/// How archive numbers are made (R2; by default after DA/T 22).
#[derive(Debug, Deserialize)]
pub struct Archive {
    #[serde(default)]
    pub procedure: Keys,
    /// Made of `{fonds}`, `{class}`, `{year}`, `{retention}`, `{department}` and `{item:N}`.
    pub number: String,
    pub class: String,
    pub department: Condition,
}

/// An archive number that lacks its item: what stands before it, and how many digits it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberHead {
    pub text: String,
    pub digits: usize,
}

impl NumberHead {
    /// The number of an item.
    pub fn item(&self, item: u64) -> String {
        let Self { text, digits } = self;
        format!("{text}{item:0digits$}")
    }

    /// The item of a number that begins so.
    pub fn item_of(&self, number: &str) -> Option<u64> {
        let item = number.strip_prefix(&self.text)?;
        let is_plain = !item.is_empty() && item.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| item.parse().ok()).flatten()
    }
}

impl Archive {
    /// All of the number but its item.
    ///
    /// A part that the organisation has no code for, such as the fonds, is left out with the separator behind it.
    pub fn head(
        &self,
        organisation: &Organisation,
        year: i32,
        retention: &Retention,
        department: &str,
    ) -> NumberHead {
        let (pattern, digits) = match self.number.split_once("{item") {
            Some((head, tail)) => {
                let digits = tail
                    .strip_prefix(':')
                    .and_then(|tail| tail.split('}').next()?.parse().ok());
                (head, digits.unwrap_or(1))
            }
            None => (self.number.as_str(), 1),
        };
        let code = organisation
            .departments
            .get(department)
            .and_then(|department| department.code.clone())
            .unwrap_or_else(|| capitals(department));
        let parts = [
            ("{fonds}", organisation.fonds.clone().unwrap_or_default()),
            ("{class}", self.class.clone()),
            ("{year}", year.to_string()),
            ("{retention}", retention.code()),
            ("{department}", code),
        ];
        let mut text = pattern.to_owned();
        for (name, value) in parts {
            if value.is_empty() {
                for separator in SEPARATORS {
                    text = text.replace(&format!("{name}{separator}"), "");
                }
            }
            text = text.replace(name, &value);
        }
        NumberHead { text, digits }
    }
}

impl Retention {
    /// The code of the period in archive numbers: `Y` for permanent, `D` with the years, or what the rulebook says.
    pub fn code(&self) -> String {
        let own = self.code.clone();
        own.unwrap_or_else(|| {
            self.years
                .map_or_else(|| "Y".to_owned(), |years| format!("D{years}"))
        })
    }
}

/// A key as a code: its letters and digits, in capitals.
fn capitals(key: &str) -> String {
    let letters = key.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_uppercase()).collect()
}
