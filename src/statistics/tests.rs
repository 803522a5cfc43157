//! Facts in, tables out, over the built-in rulebook and the sample organisation.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::builtin;
use crate::files::{Files, MemoryFiles};

fn world() -> World {
    let mut files: MemoryFiles = builtin::files().clone();
    let organisation = builtin::sample().read("organisation.yaml", u64::MAX - 1);
    files.insert(
        "organisation.yaml",
        organisation.expect("memory").expect("a file"),
    );
    let (world, found) = World::load(&files, builtin::files());
    world.unwrap_or_else(|| panic!("{found:#?}"))
}

fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").expect("a day")
}

fn fact(collected: &str, category: &str, kind: &str, outcome: Outcome) -> Fact {
    Fact {
        collected: day(collected),
        category: Some(category.to_owned()),
        kind: Some(kind.to_owned()),
        urgency: Some("general".to_owned()),
        channel: Some("hotline".to_owned()),
        departments: vec!["quality".to_owned()],
        outcome,
        overdue: false,
        handling: BTreeMap::new(),
        stays: BTreeMap::from([("collected".to_owned(), 2)]),
        duration: None,
        provisional: BTreeSet::new(),
    }
}

fn question(minimum: u64) -> Question {
    Question {
        from: None,
        to: None,
        by: Dimension::ALL.to_vec(),
        minimum,
        today: day("2026-11-25"),
    }
}

fn received(statistics: &Statistics, dimension: Dimension) -> Vec<(String, Cell)> {
    let table = statistics.table(dimension).expect("the table");
    let key = |row: &Row| row.key.clone().unwrap_or_default();
    let rows = table
        .rows()
        .filter(|row| row.figures.received != Cell::Told(0));
    rows.map(|row| (key(row), row.figures.received)).collect()
}

#[test]
fn fewer_clues_than_the_minimum_are_only_said_to_be_few() {
    let four = vec![fact("2026-03-02", "business", "product-quality", Outcome::Open); 4];
    let statistics = Statistics::of(&world(), &four, 0, &question(5));
    assert_eq!(statistics.total, None);
    assert_eq!(statistics.tables, []);
    let data = serde_json::Value::Object(statistics.to_json());
    let kept = serde_json::json!({ "received": { "value": null, "suppressed": true } });
    assert_eq!(data["total"], kept);
}

#[test]
fn months_without_clues_are_rows_and_older_clues_have_one() {
    let facts: Vec<Fact> = ["2024-05-06", "2026-03-02", "2026-03-31", "2026-11-24"]
        .map(|day| fact(day, "business", "product-quality", Outcome::Finished))
        .into();
    let statistics = Statistics::of(&world(), &facts, 0, &question(1));
    let table = statistics.table(Dimension::Month).expect("months");
    let rows: Vec<(&str, u64)> = table
        .rows()
        .filter_map(|row| Some((row.key.as_deref()?, row.figures.received.told()?)))
        .collect();
    assert_eq!(rows.len(), 13);
    assert_eq!(rows[..2], [("earlier", 1), ("2025-12", 0)]);
    assert_eq!(rows[4], ("2026-03", 2));
    assert_eq!(rows[12], ("2026-11", 1));
    let of_period = Question {
        from: Some(day("2026-02-10")),
        to: Some(day("2026-04-01")),
        ..question(1)
    };
    let statistics = Statistics::of(&world(), &facts, 0, &of_period);
    let table = statistics.table(Dimension::Month).expect("months");
    let keys: Vec<_> = table.rows().filter_map(|row| row.key.as_deref()).collect();
    assert_eq!(keys, ["2026-02", "2026-03", "2026-04"]);
}

#[test]
fn kinds_are_protected_within_their_category() {
    let mut facts = vec![fact("2026-03-02", "business", "product-quality", Outcome::Open); 30];
    facts.extend(vec![
        fact(
            "2026-03-02",
            "business",
            "service-complaint",
            Outcome::Open
        );
        3
    ]);
    facts.extend(vec![
        fact(
            "2026-03-02",
            "business",
            "cooperation-dispute",
            Outcome::Open
        );
        20
    ]);
    facts.extend(vec![
        fact(
            "2026-03-02",
            "compliance",
            "tax-issue",
            Outcome::Open
        );
        4
    ]);
    facts.extend(vec![
        fact(
            "2026-03-02",
            "other",
            "market-feedback",
            Outcome::Open
        );
        9
    ]);
    let statistics = Statistics::of(&world(), &facts, 0, &question(5));
    let told = |key: &str, cell| (key.to_owned(), cell);
    assert_eq!(
        received(&statistics, Dimension::Category),
        [
            told("business", Cell::Told(53)),
            told("compliance", Cell::Withheld),
            told("other", Cell::Withheld),
        ]
    );
    // The next smallest kind of the same category covers the three; a category kept back keeps all its kinds back.
    let kinds = received(&statistics, Dimension::Kind);
    let kept: Vec<&str> = kinds
        .iter()
        .filter(|(_, cell)| cell.told().is_none())
        .map(|(key, _)| key.as_str())
        .collect();
    assert_eq!(
        kept,
        [
            "service-complaint",
            "cooperation-dispute",
            "violation-report",
            "tax-issue",
            "employee-suggestion",
            "market-feedback",
        ]
    );
}

/// Whatever the clues: no told count is small, and of no column whose total is told is a single row hidden.
#[test]
fn nothing_small_is_told_and_no_row_is_hidden_alone() {
    let world = world();
    let kinds = [
        ("business", "product-quality"),
        ("business", "service-complaint"),
        ("business", "cooperation-dispute"),
        ("compliance", "tax-issue"),
        ("other", "market-feedback"),
    ];
    let outcomes = [Outcome::Open, Outcome::Finished, Outcome::Dismissed];
    let clue = (0..5_usize, 0..3_usize, any::<bool>(), 1..6_u32, 0..3_u8);
    let mut runner = TestRunner::new(Config::with_cases(120));
    runner
        .run(&(vec(clue, 5..70), 3..7_u64), |(clues, minimum)| {
            let facts: Vec<Fact> = clues
                .into_iter()
                .map(|(kind, outcome, overdue, month, handling)| {
                    let day = format!("2026-{month:02}-02");
                    let (category, kind) = kinds[kind];
                    let mut fact = fact(&day, category, kind, outcomes[outcome]);
                    fact.overdue = overdue && fact.outcome == Outcome::Open;
                    if handling > 0 {
                        fact.handling.insert("quality".to_owned(), handling == 1);
                    }
                    fact
                })
                .collect();
            let statistics = Statistics::of(&world, &facts, 0, &question(minimum));
            let Some(total) = &statistics.total else {
                return Ok(());
            };
            let columns: [fn(&Figures) -> Option<u64>; 6] = [
                |figures| figures.received.told(),
                |figures| figures.open.told(),
                |figures| figures.finished.told(),
                |figures| figures.dismissed.told(),
                |figures| figures.overdue.told(),
                |figures| figures.in_time.told().map(|share| share.whole - share.kept),
            ];
            for table in &statistics.tables {
                for group in &table.groups {
                    let whole = group.category.as_ref().map_or(total, |row| &row.figures);
                    for column in columns {
                        let cells: Vec<Option<u64>> =
                            group.rows.iter().map(|row| column(&row.figures)).collect();
                        let small = cells
                            .iter()
                            .flatten()
                            .any(|count| is_small(*count, minimum));
                        prop_assert!(!small, "{table:#?}");
                        let told: u64 = cells.iter().flatten().sum();
                        let hidden = cells.iter().filter(|cell| cell.is_none()).count();
                        // What one hidden row could hold is then as large as may be told, or nothing.
                        if hidden == 1
                            && let Some(sum) = column(whole)
                        {
                            prop_assert!(
                                !is_small(sum.saturating_sub(told), minimum),
                                "{table:#?}"
                            );
                        }
                    }
                }
            }
            Ok(())
        })
        .expect("nothing small is told");
}
