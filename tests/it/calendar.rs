//! The calendar that a new repository gets, against the data it was made from.

use std::path::PathBuf;

use chrono::NaiveDate;
use clue::builtin;
use clue::world::World;
use serde_json::Value;

use crate::play::Play;

/// Day by day, where the folder with the shared data is there: `CLUE_SHARED` names it.
#[test]
fn the_built_in_calendar_is_the_published_one() {
    let Some(shared) = std::env::var_os("CLUE_SHARED") else {
        return;
    };
    let text = std::fs::read_to_string(PathBuf::from(shared).join("cn-workdays.json"))
        .expect("the shared calendar");
    let data: Value = serde_json::from_str(&text).expect("JSON");
    let files = Play::new().files;
    let (world, found) = World::load(&files, builtin::files());
    assert!(found.is_empty(), "{found:?}");
    let calendar = world.expect("a world").calendar;
    let days = |year: &Value, list: &str| -> Vec<NaiveDate> {
        let days = year[list].as_array().expect("days");
        days.iter()
            .map(|day| {
                day["date"]
                    .as_str()
                    .expect("a date")
                    .parse()
                    .expect("a date")
            })
            .collect()
    };
    for (number, year) in data["years"].as_object().expect("years") {
        let off = days(year, "days_off");
        let worked = days(year, "adjusted_workdays");
        let first: NaiveDate = format!("{number}-01-01").parse().expect("a date");
        let mut count = 0;
        for day in first
            .iter_days()
            .take_while(|day| day.to_string().starts_with(number))
        {
            use chrono::Datelike;
            let plain = day.weekday().number_from_monday() <= 5;
            let expected = worked.contains(&day) || plain && !off.contains(&day);
            assert_eq!(calendar.is_working(day), expected, "{day}");
            count += u64::from(expected);
        }
        assert_eq!(Some(count), year["workday_count"].as_u64(), "{number}");
    }
}
