//! Statistics: exact numbers of the sample, small counts kept back, and a page that names nobody.

use std::fs;

use serde_json::{Value, json};

use crate::harness::World;

/// The sample's clues, played into `demo/`, looked at as of a day; arguments follow.
const LOOK: [&str; 5] = ["-C", "demo", "--now", "2026-11-25", "stats"];

fn stats(world: &World, language: &str, arguments: &[&str]) -> String {
    let arguments = [&LOOK, arguments].concat();
    world
        .clue_in(language, "nobody@example.org", &arguments)
        .ok()
}

fn data(world: &World, arguments: &[&str]) -> Value {
    let text = stats(world, "en", &[&["--format", "json"], arguments].concat());
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn the_sample_is_counted_and_named_nowhere() {
    let world = World::new();
    clue::demo::play(&world.path().join("demo"), &|_, _| {}).expect("the demonstration");
    exact_numbers_are_told_where_asked_for(&world);
    small_counts_are_kept_back(&world);
    a_period_is_counted(&world);
    the_page_names_no_clue_and_no_person(&world);
    a_file_is_written_whole(&world);
    unreadable_clues_are_told(&world);
}

fn exact_numbers_are_told_where_asked_for(world: &World) {
    let data = data(world, &["--minimum", "1"]);
    assert_eq!(data["schemaVersion"], 1);
    let total = &data["total"];
    let numbers =
        ["received", "open", "overdue", "finished", "dismissed"].map(|key| &total[key]["value"]);
    assert_eq!(numbers, [19, 7, 5, 10, 2]);
    assert_eq!(
        total["handledInTime"],
        json!({ "value": 12, "of": 12, "percent": 100 })
    );
    assert_eq!(
        total["workingDaysInState"]["handling"],
        json!({ "median": 15.0, "ninetiethPercentile": 21 })
    );
    let tables = data["tables"].as_array().expect("tables");
    let names: Vec<&Value> = tables.iter().map(|table| &table["by"]).collect();
    assert_eq!(
        names,
        [
            "category",
            "kind",
            "urgency",
            "department",
            "channel",
            "month"
        ]
    );
    for table in tables.iter().filter(|table| table["by"] != "department") {
        let rows = table["rows"].as_array().expect("rows");
        let sum = |key: &str| {
            rows.iter()
                .filter_map(|row| row[key]["value"].as_u64())
                .sum::<u64>()
        };
        assert_eq!(
            [sum("received"), sum("open"), sum("overdue")],
            [19, 7, 5],
            "{table:#}"
        );
    }
    let text = stats(world, "zh", &["--minimum", "1", "--by", "urgency"]);
    assert!(
        text.contains("收到 19   在办 7   逾期 5   办结 10   不予受理 2"),
        "{text}"
    );
    assert!(text.contains("未隐去小数目（--minimum 1）"), "{text}");
    assert!(!text.contains("渠道"), "{text}");
}

fn small_counts_are_kept_back(world: &World) {
    let data = data(world, &["--by", "category", "--by", "channel"]);
    let kept = json!({ "value": null, "suppressed": true });
    let total = &data["total"];
    assert_eq!(total["finished"], json!({ "value": 10 }));
    assert_eq!([&total["open"], &total["dismissed"]], [&kept, &kept]);
    let categories = data["tables"][0]["rows"].as_array().expect("rows");
    assert_eq!(categories[0]["received"], json!({ "value": 9 }));
    assert_eq!(categories[0]["open"], kept);
    assert!(categories[1..].iter().all(|row| row["received"] == kept));
    let channels = data["tables"][1]["rows"].as_array().expect("rows");
    assert!(channels.iter().all(|row| row["received"] == kept));
    let text = stats(world, "en", &["--by", "channel"]);
    assert!(
        text.contains("hotline call                            <5  ░"),
        "{text}"
    );
}

fn a_period_is_counted(world: &World) {
    let period = [
        "--minimum",
        "1",
        "--from",
        "2026-01-01",
        "--to",
        "2026-02-28",
    ];
    let counted = data(world, &period);
    assert_eq!(counted["total"]["received"]["value"], 4);
    let months = counted["tables"][5]["rows"].as_array().expect("rows");
    let keys: Vec<&Value> = months.iter().map(|row| &row["key"]).collect();
    assert_eq!(keys, ["2026-01", "2026-02"]);
    // Four are fewer than five, and that is all that is said.
    let text = stats(world, "en", &period[2..]);
    assert!(text.contains("\nreceived <5\n"), "{text}");
    assert_eq!(text.lines().count(), 5, "{text}");
    let none = data(world, &["--from", "2031-01-01", "--to", "2031-12-31"]);
    assert_eq!(none["total"]["received"], json!({ "value": 0 }));
}

fn the_page_names_no_clue_and_no_person(world: &World) {
    let listed = ["-C", "demo", "list", "--format", "json"];
    let listed = world.clue("nobody@example.org", &listed).ok();
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    let clues = listed["clues"].as_array().expect("clues");
    let organisation = world.read("demo/organisation.yaml");
    let (document, _) = clue::yaml::parse("organisation.yaml", organisation.as_bytes());
    let people = document.expect("YAML").root.to_json()["people"].clone();
    for (language, minimum) in [("en", "1"), ("zh", "1"), ("zh", "5")] {
        let arguments = ["--minimum", minimum];
        let page = stats(
            world,
            language,
            &[&["--format", "html"][..], &arguments].concat(),
        );
        let text = stats(world, language, &arguments);
        let json = data(world, &arguments).to_string();
        for told in [&page, &text, &json] {
            for clue in clues {
                for key in ["id", "number", "title"] {
                    if let Some(name) = clue[key].as_str() {
                        assert!(!told.contains(name), "{name}");
                    }
                }
            }
            for person in people.as_object().expect("people").values() {
                let name = person["name"].as_str().expect("a name");
                assert!(!told.contains(name), "{name}");
            }
        }
        well_formed(&page);
        for outside in ["http://", "https://", "<script", "url(http", "src="] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}

/// Every element that is opened is closed, in order.
fn well_formed(page: &str) {
    const VOID: [&str; 2] = ["meta", "!DOCTYPE"];
    let mut open: Vec<&str> = Vec::new();
    for part in page.split('<').skip(1) {
        let tag = part.split('>').next().unwrap_or_default();
        let name = tag
            .trim_start_matches('/')
            .split([' ', '\n', '/'])
            .next()
            .unwrap_or_default();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
        } else if !tag.ends_with('/') && !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert_eq!(open, [""; 0]);
}

fn a_file_is_written_whole(world: &World) {
    let page = stats(world, "zh", &["--format", "html"]);
    let written = stats(world, "zh", &["--format", "html", "-o", "统计.html"]);
    assert_eq!(written, "统计.html\n");
    assert_eq!(world.read("demo/统计.html"), page);
    let left = fs::read_dir(world.path().join("demo")).expect("a folder");
    let left = left.filter(|entry| {
        let name = entry.as_ref().expect("an entry").file_name();
        name.to_string_lossy().ends_with(".tmp")
    });
    assert_eq!(left.count(), 0);
    let over = [&LOOK[..], &["--format", "html", "-o", "workflow.yaml"]].concat();
    world.clue("nobody@example.org", &over).fails(2);
}

fn unreadable_clues_are_told(world: &World) {
    world.edit(
        "demo/clues/2026/01-08/20260108-t3xq/clue.yaml",
        "state:",
        "stat:",
    );
    let text = stats(world, "en", &["--by", "category"]);
    assert!(text.contains("received 18 "), "{text}");
    assert!(
        text.contains("\n1 clue cannot be read; clue check says why\n"),
        "{text}"
    );
}

#[test]
fn what_cannot_be_asked_for_is_told_in_both_languages() {
    let world = World::new();
    world.clue("li@example.org", &["init", "."]).ok();
    #[track_caller]
    fn case(world: &World, arguments: &[&str], en: &str, zh: &str) {
        let arguments = [&["stats"], arguments].concat();
        for (language, expected) in [("en", en), ("zh", zh)] {
            let told = world
                .clue_in(language, "li@example.org", &arguments)
                .fails(2);
            assert!(told.contains(expected), "{told}");
        }
    }
    case(
        &world,
        &["--from", "2026-03-01", "--to", "2026-02-28"],
        "--from 2026-03-01 lies after --to 2026-02-28",
        "--from 2026-03-01 晚于 --to 2026-02-28",
    );
    for minimum in ["0", "2", "-3", "many"] {
        case(
            &world,
            &["--minimum", minimum],
            &format!("--minimum {minimum}: this is no smallest count"),
            &format!("--minimum {minimum}：不能作为最小数目"),
        );
    }
    for day in ["9999-01-01", "2026-02-30", "1/1/2026", "yesterday"] {
        case(
            &world,
            &["--to", day],
            &format!("--to {day}: this is no day of collection"),
            &format!("--to {day}：不是收集日期"),
        );
    }
    case(&world, &["--by", "title"], "title", "不能是“title”");
}
