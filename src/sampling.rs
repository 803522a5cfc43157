//! Spot checks on a random sample that anybody can draw again (S2): the seed is made of the commit and the parameters.
//! There is no random number in it, and it looks at nothing but index cards.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::files::digest;
use crate::text::{Bilingual, Language};

/// What a sample is drawn from, and how large it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Full id of the commit whose clues are drawn from.
    pub commit: String,
    /// First and last day of collection.
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub size: usize,
    /// Only clues in these states; empty: all.
    pub states: Vec<String>,
}

/// A clue that may be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub id: String,
    pub number: Option<String>,
    pub category: String,
    pub urgency: String,
    pub state: String,
}

/// Clues of one category and urgency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stratum {
    pub category: String,
    pub urgency: String,
    /// How many there are.
    pub population: usize,
    /// Those that were drawn, in the order of their keys.
    pub drawn: Vec<Candidate>,
}

/// A sample that was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    pub parameters: Parameters,
    /// SHA-256 of [`Parameters::canonical`], in hexadecimal digits.
    pub seed: String,
    pub population: usize,
    pub strata: Vec<Stratum>,
}

impl Parameters {
    /// The text whose SHA-256 is the seed.
    pub fn canonical(&self) -> String {
        format!(
            "commit={}\nfrom={}\nto={}\nsize={}\nstates={}\n",
            self.commit,
            self.from,
            self.to,
            self.size,
            self.states.join(",")
        )
    }
}

/// Draws a sample: each stratum gets its share by the method of the largest remainder, and at least one where there is
/// room; within a stratum the clues with the smallest keys are drawn, a key being the SHA-256 of `<seed> <id>`.
pub fn draw(parameters: Parameters, candidates: Vec<Candidate>) -> Sample {
    let seed = digest(parameters.canonical().as_bytes());
    let population = candidates.len();
    let mut strata: BTreeMap<(String, String), Vec<(String, Candidate)>> = BTreeMap::new();
    for candidate in candidates {
        let key = digest(format!("{seed} {}", candidate.id).as_bytes());
        strata
            .entry((candidate.category.clone(), candidate.urgency.clone()))
            .or_default()
            .push((key, candidate));
    }
    let sizes: Vec<usize> = strata.values().map(Vec::len).collect();
    let shares = shares(parameters.size, &sizes);
    let strata = strata
        .into_iter()
        .zip(shares)
        .map(|(((category, urgency), mut members), share)| {
            members.sort_by(|(one, _), (other, _)| one.cmp(other));
            Stratum {
                category,
                urgency,
                population: members.len(),
                drawn: members
                    .into_iter()
                    .take(share)
                    .map(|(_, candidate)| candidate)
                    .collect(),
            }
        })
        .collect();
    Sample {
        parameters,
        seed,
        population,
        strata,
    }
}

/// How many each stratum gets.
fn shares(size: usize, strata: &[usize]) -> Vec<usize> {
    let all: usize = strata.iter().sum();
    if size >= all {
        return strata.to_vec();
    }
    let least = usize::from(size >= strata.len());
    // In whole numbers: the remainders are compared exactly.
    let mut shares: Vec<usize> = strata
        .iter()
        .map(|stratum| (size * stratum / all).max(least))
        .collect();
    let remainder = |index: usize| size * strata[index] % all;
    let mut order: Vec<usize> = (0..strata.len()).collect();
    order.sort_by_key(|index| (std::cmp::Reverse(remainder(*index)), *index));
    let mut given: usize = shares.iter().sum();
    while given < size {
        for index in &order {
            if given < size && shares[*index] < strata[*index] {
                shares[*index] += 1;
                given += 1;
            }
        }
    }
    // Strata that were raised to one take it from the largest.
    while given > size {
        let Some(largest) = (0..shares.len()).max_by_key(|index| (shares[*index], *index)) else {
            break;
        };
        shares[largest] -= 1;
        given -= 1;
    }
    shares
}

impl Sample {
    /// The stratum that a clue was drawn in; none where it was not drawn.
    pub fn stratum_of(&self, id: &str) -> Option<&Stratum> {
        self.strata
            .iter()
            .find(|stratum| stratum.drawn.iter().any(|drawn| drawn.id == id))
    }

    /// How many were drawn.
    pub fn drawn(&self) -> usize {
        self.strata.iter().map(|stratum| stratum.drawn.len()).sum()
    }

    /// The method in words, as it is written into a supervision record.
    pub fn method(language: Language) -> String {
        Bilingual::new(
            "Stratified by category and urgency, shares by largest remainder, at least one each where there is room. \
             Seed: SHA-256 of the lines commit, from, to, size, states (as name=value). Within a stratum the clues whose \
             SHA-256 of “seed id” is smallest. To draw it again: clue sample with the same parameters.",
            "按类别和紧急程度分层，各层数量按最大余数法分配，名额足够时每层至少一条。种子：commit、from、to、size、\
             states 各行（名称=值）的 SHA-256。层内取“种子 标识”的 SHA-256 最小者。用相同参数执行 clue sample 即可重现。",
        )
        .get(language)
        .to_owned()
    }

    /// What a supervision record says of the sample that a clue was drawn in.
    pub fn to_record(&self, id: &str, language: Language) -> Option<Value> {
        let stratum = self.stratum_of(id)?;
        let parameters = &self.parameters;
        Some(json!({
            "commit": parameters.commit,
            "from": parameters.from.to_string(),
            "to": parameters.to.to_string(),
            "size": parameters.size,
            "states": parameters.states,
            "population": self.population,
            "seed": self.seed,
            "stratum": format!(
                "{} · {}: {}/{}", stratum.category, stratum.urgency, stratum.drawn.len(), stratum.population
            ),
            "method": Self::method(language),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(size: usize) -> Parameters {
        Parameters {
            commit: "0123456789012345678901234567890123456789".to_owned(),
            from: NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date"),
            to: NaiveDate::from_ymd_opt(2026, 12, 31).expect("a date"),
            size,
            states: Vec::new(),
        }
    }

    fn candidates() -> Vec<Candidate> {
        let of = |count: usize, category: &str, urgency: &str| -> Vec<Candidate> {
            let numbers = 0..count;
            let each = numbers.map(|number| Candidate {
                id: format!("20260101-{category}{urgency}{number}"),
                number: None,
                category: category.to_owned(),
                urgency: urgency.to_owned(),
                state: "archived".to_owned(),
            });
            each.collect()
        };
        [
            of(60, "business", "general"),
            of(30, "business", "important"),
            of(9, "compliance", "general"),
            of(1, "compliance", "urgent"),
        ]
        .concat()
    }

    #[test]
    fn shares_are_fair() {
        #[track_caller]
        fn case(size: usize, strata: &[usize], expected: &[usize]) {
            assert_eq!(shares(size, strata), expected, "{size} of {strata:?}");
        }
        case(10, &[60, 30, 9, 1], &[5, 3, 1, 1]);
        case(20, &[60, 30, 9, 1], &[12, 6, 1, 1]);
        case(2, &[60, 30, 9, 1], &[1, 1, 0, 0]);
        case(1, &[1, 1, 1], &[1, 0, 0]);
        case(100, &[60, 30, 9, 1], &[60, 30, 9, 1]);
        case(1000, &[3], &[3]);
        case(5, &[], &[]);
        case(3, &[1, 1, 1, 1], &[1, 1, 1, 0]);
    }

    #[test]
    fn a_sample_has_its_size_and_does_not_depend_on_the_order() {
        for size in [1, 3, 4, 10, 37, 99, 100, 500] {
            let sample = draw(parameters(size), candidates());
            assert_eq!(sample.drawn(), size.min(100));
            let mut turned = candidates();
            turned.reverse();
            assert_eq!(draw(parameters(size), turned), sample);
        }
    }

    #[test]
    fn anybody_can_draw_it_again() {
        let sample = draw(parameters(10), candidates());
        // printf 'commit=…\nfrom=2026-01-01\nto=2026-12-31\nsize=10\nstates=\n' | sha256sum
        assert_eq!(
            sample.seed,
            digest(sample.parameters.canonical().as_bytes())
        );
        for stratum in &sample.strata {
            let keys: Vec<String> = stratum
                .drawn
                .iter()
                .map(|drawn| digest(format!("{} {}", sample.seed, drawn.id).as_bytes()))
                .collect();
            assert!(keys.is_sorted());
        }
        let other = draw(parameters(11), candidates());
        assert_ne!(other.seed, sample.seed);
    }
}
