//! The calendar that a new repository gets, against the data it was made from; years imported and shown.

use std::path::PathBuf;

use chrono::NaiveDate;
use clue::builtin;
use clue::world::World;
use serde_json::Value;

use crate::harness;
use crate::play::{ORGANISATION, Play};

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

/// A year as holiday-cn publishes it, shortened.
const YEAR_2027: &str = r#"{
    "$schema": "https://example.org/schema.json",
    "year": 2027,
    "papers": ["https://example.org/notice"],
    "days": [
        {"name": "元旦", "date": "2027-01-01", "isOffDay": true},
        {"name": "春节", "date": "2027-02-05", "isOffDay": true},
        {"name": "春节", "date": "2027-02-08", "isOffDay": true},
        {"name": "春节", "date": "2027-01-31", "isOffDay": false}
    ]
}"#;

fn repository() -> harness::World {
    harness::World::with_repository(ORGANISATION)
}

const LI: &str = "li@example.org";

#[test]
fn a_year_is_imported_once_and_nothing_else_changes() {
    let world = repository();
    let before = world.read("calendar/cn.yaml") + "# the end, by hand\n";
    world.write("calendar/cn.yaml", &before);
    world.write("2027.json", YEAR_2027);
    let import = ["calendar", "import", "2027.json"];
    let dry = world
        .clue(LI, &["calendar", "import", "2027.json", "--dry-run"])
        .ok();
    assert!(dry.contains("+      2027-02-05: 春节\n"), "{dry}");
    assert!(dry.ends_with("nothing was written\n"), "{dry}");
    assert_eq!(world.read("calendar/cn.yaml"), before);
    let out = world.clue(LI, &import).ok();
    assert_eq!(
        out,
        "2027: 3 days off, 1 make-up working day, 259 working days (added)\n\
         written: calendar/cn.yaml\nLook at it (git diff), then commit it:\n    \
         git add calendar/cn.yaml\n    git commit -m \"calendar: 2027\"\n"
    );
    let after = world.read("calendar/cn.yaml");
    let year = "  \"2027\":\n    source: https://example.org/notice\n    days_off:\n      2027-01-01: 元旦\n      2027-02-05: 春节\n      2027-02-08: 春节\n    working_days:\n      2027-01-31: 春节\n";
    assert_eq!(
        after,
        before.replace("# the end", &format!("{year}# the end"))
    );
    // Nothing is committed, and no other file lies about.
    assert_eq!(
        world.git(&["status", "--porcelain"]),
        " M calendar/cn.yaml\n?? 2027.json\n"
    );
    assert_eq!(world.clue(LI, &["check"]).ok(), "");
    let again = world.clue(LI, &import).ok();
    assert!(again.ends_with("(nothing to change)\n"), "{again}");
    assert_eq!(world.read("calendar/cn.yaml"), after);
    // A comment in the year stays where days are added behind and changed.
    world.edit(
        "calendar/cn.yaml",
        "2027-02-05: 春节",
        "2027-02-05: 春节 # eve",
    );
    let more = YEAR_2027.replace(
        "2027-02-08\", \"isOffDay\": true},",
        "2027-02-08\", \"isOffDay\": true},\n{\"name\": \"清明节\", \"date\": \"2027-04-05\", \"isOffDay\": true},",
    );
    world.write("2027.json", &more);
    let out = world
        .clue_in("zh", LI, &["calendar", "import", "2027.json"])
        .ok();
    assert!(
        out.starts_with(
            "2027 年：放假 4 天，调休上班 1 天，全年工作日 258 天（替换原有的不同内容）\n"
        ),
        "{out}"
    );
    let text = world.read("calendar/cn.yaml");
    assert!(
        text.contains("2027-02-05: 春节 # eve\n      2027-02-08: 春节\n      2027-04-05: 清明节\n    working_days:"),
        "{text}"
    );
    // Days between others are put in order, and a day may go.
    let fewer = more.replace("2027-01-01", "2027-02-06");
    world.write("2027.json", &fewer);
    world.clue(LI, &import).ok();
    let text = world.read("calendar/cn.yaml");
    let days = "    days_off:\n      2027-02-05: 春节\n      2027-02-06: 元旦\n      2027-02-08: 春节\n      2027-04-05: 清明节\n    working_days:\n      2027-01-31: 春节\n# the end";
    assert!(text.contains(days), "{text}");
    assert!(text.starts_with(before.split("# the end").next().expect("a part")));
    assert_eq!(world.clue(LI, &["check"]).ok(), "");
}

#[test]
fn calendars_of_other_countries_come_as_icalendar() {
    let world = repository();
    world.write(
        "feiertage.ics",
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Feiertage: Bayern\r\n\
         BEGIN:VEVENT\r\nSUMMARY:Neujahr\r\nDTSTART;VALUE=DATE:20270101\r\nEND:VEVENT\r\n\
         BEGIN:VEVENT\r\nSUMMARY:Weihnachten\r\nDTSTART;VALUE=DATE:20281225\r\nDTEND;VALUE=DATE:20281227\r\nEND:VEVENT\r\n\
         END:VCALENDAR\r\n",
    );
    let import = ["calendar", "import", "../feiertage.ics", "--name", "de-by"];
    let out = world
        .clue(LI, &[&["-C", "clues"][..], &import].concat())
        .ok();
    assert_eq!(
        out,
        "2027: 1 day off, 0 make-up working days, 260 working days (added)\n\
         2028: 2 days off, 0 make-up working days, 258 working days (added)\n\
         note: there are several calendars: add `calendar: de-by` to organisation.yaml to count by this one\n\
         written: calendar/de-by.yaml\nLook at it (git diff), then commit it:\n    \
         git add ../calendar/de-by.yaml\n    git commit -m \"calendar: 2027, 2028\"\n"
    );
    assert_eq!(
        world.read("calendar/de-by.yaml"),
        "# yaml-language-server: $schema=../schema/calendar.schema.json\nregion: DE-BY\nyears:\n  \
         \"2027\":\n    source: 'Feiertage: Bayern'\n    days_off:\n      2027-01-01: Neujahr\n    working_days: {}\n  \
         \"2028\":\n    source: 'Feiertage: Bayern'\n    days_off:\n      2028-12-25: Weihnachten\n      2028-12-26: Weihnachten\n    working_days: {}\n"
    );
    // Which of the two is meant has to be said, here and in the organisation.
    let error = world
        .clue(LI, &["calendar", "import", "feiertage.ics"])
        .fails(2);
    assert!(
        error.contains("there are several calendars: cn, de-by"),
        "{error}"
    );
    world.clue(LI, &["check"]).fails(1);
    let out = world.clue(LI, &["calendar", "show", "2027"]);
    assert_eq!(out.status, 1);
    assert!(
        out.out.contains("error[calendar-unknown, H8]"),
        "{}",
        out.out
    );
    let organisation = world.read("organisation.yaml");
    world.write(
        "organisation.yaml",
        &format!("{organisation}calendar: de-by\n"),
    );
    assert_eq!(world.clue(LI, &["check"]).ok(), "");
    let shown = world.clue(LI, &["calendar", "show", "2028"]).ok();
    assert!(
        shown.contains("  12-25 – 12-26  Weihnachten  (2 days)\n"),
        "{shown}"
    );
    assert!(shown.ends_with("source: Feiertage: Bayern\n"), "{shown}");
}

#[test]
fn a_bad_file_changes_nothing() {
    #[track_caller]
    fn case(world: &harness::World, bytes: &[u8], parts: &[&str]) {
        std::fs::write(world.path().join("bad"), bytes).expect("a file");
        let before = world.everything();
        let ran = world.clue(LI, &["calendar", "import", "bad"]);
        assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
        for part in parts.iter().chain(&["error[calendar-import]", "help: "]) {
            assert!(ran.out.contains(part), "{part:?} in\n{}", ran.out);
        }
        assert!(before == world.everything());
    }
    let world = repository();
    let with = |from: &str, to: &str| YEAR_2027.replace(from, to).into_bytes();
    case(&world, b"", &["the file is empty"]);
    case(
        &world,
        b"years: {}\n",
        &["neither JSON nor an iCalendar file"],
    );
    case(
        &world,
        b"{\"year\": 2027",
        &["bad:1:13", "this is not JSON"],
    );
    case(
        &world,
        b"{\"year\": 2027, \"days\": []}",
        &["lists no day off"],
    );
    case(&world, b"\xff\xfe{\0", &["is not UTF-8 text"]);
    case(
        &world,
        &with("2027-02-05", "2027-02-29"),
        &["bad:7:", "no day 2027-02-29"],
    );
    case(
        &world,
        &with("2027-02-05", "2028-05-05"),
        &["bad:7:", "2028-05-05 is not in 2027"],
    );
    case(
        &world,
        &with("2027-01-31", "2027-02-08"),
        &["bad:9:", "both a day off and a working day"],
    );
    case(
        &world,
        &with("2027-02-08", "2027-01-01"),
        &["bad:8:", "stands twice"],
    );
    case(
        &world,
        &with("true", "1"),
        &["bad:6:", "`isOffDay` is not true or false", "3 errors"],
    );
    case(
        &world,
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nDTSTART:20200101\nRRULE:FREQ=YEARLY\nEND:VEVENT\nEND:VCALENDAR\n",
        &["bad:5:1", "event 1, “x”, repeats by a rule"],
    );
    let long = "BEGIN:VEVENT\nSUMMARY:x\nDTSTART:20270101\nEND:VEVENT\n".repeat(100_000);
    case(
        &world,
        format!("BEGIN:VCALENDAR\n{long}END:VCALENDAR\n").as_bytes(),
        &["the file lists 100000 days"],
    );
    // What is no file at all is a mistake of the call, and a calendar that is broken already is not written to.
    world.write("good.json", YEAR_2027);
    std::fs::write(world.path().join("bad"), vec![b' '; 10 * 1024 * 1024 + 1]).expect("a file");
    for file in ["nowhere.json", "calendar", "bad"] {
        world.clue(LI, &["calendar", "import", file]).fails(2);
    }
    for name in ["../x", "CN", ""] {
        let import = ["calendar", "import", "good.json", "--name", name];
        world.clue(LI, &import).fails(2);
    }
    world.edit("calendar/cn.yaml", "2026-01-02: 元旦", "2026-01-04: 元旦");
    let before = world.everything();
    let ran = world.clue(LI, &["calendar", "import", "good.json"]);
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("error[calendar-conflict, H8]"),
        "{}",
        ran.out
    );
    assert!(before == world.everything());
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let world = repository();
    world.write("2027.json", YEAR_2027);
    let calendar = world.path().join("calendar");
    std::fs::rename(&calendar, world.path().join("elsewhere")).expect("a folder");
    std::os::unix::fs::symlink("elsewhere", &calendar).expect("a link");
    let before = world.everything();
    let ran = world.clue(LI, &["calendar", "import", "2027.json"]);
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
    assert!(before == world.everything());
}

#[test]
fn a_year_is_shown() {
    let world = repository();
    let shown = world.clue(LI, &["calendar", "show", "2026"]).ok();
    for part in [
        "January: 21 working     February: 16 working    March: 22 working\n",
        "          1* 2* 3* 4+                      1.                      1.\n",
        "  02-15 – 02-23  春节  (9 days)\n",
        "2026: 33 days off, 6 make-up working days, 248 working days\n",
    ] {
        assert!(shown.contains(part), "{part:?} in\n{shown}");
    }
    assert!(!shown.contains("provisional"), "{shown}");
    let shown = world.clue_in("zh", LI, &["calendar", "show", "2026"]).ok();
    let line = "             1休 2休 3休 4班                            1.\n";
    assert!(shown.contains(line), "{shown}");
    let coloured = ["--color", "always", "calendar", "show", "2026"];
    let coloured = world.clue(LI, &coloured).ok();
    assert!(coloured.contains("\u{1b}[31m 1*\u{1b}[0m"), "{coloured}");
    // What is not published is said to be so, before and after.
    let shown = world.clue(LI, &["calendar", "show", "2031"]).ok();
    assert!(shown.starts_with("provisional: the calendar of 2031 is not published"));
    assert_eq!(shown.matches("provisional").count(), 2);
    let json = world
        .clue(LI, &["calendar", "show", "2026", "--format", "json"])
        .ok();
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["schemaVersion"], 1);
    assert_eq!(json["published"], true);
    assert_eq!(json["workingDays"], 248);
    assert_eq!(json["days"].as_array().map(Vec::len), Some(365));
    assert_eq!(
        json["days"][3],
        serde_json::json!({"date": "2026-01-04", "kind": "make-up", "working": true, "name": "元旦"})
    );
    world.clue(LI, &["calendar", "show", "26"]).fails(2);
}
