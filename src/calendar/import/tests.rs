//! Both notations, as they are published and as they go wrong.

use super::*;
use crate::text::position;

fn china() -> Calendar {
    let text = include_str!("../../../sample-repo/calendar/cn.yaml");
    Calendar::of("Asia/Shanghai", None, text)
}

fn taken(text: &str) -> Result<Published, Vec<Diagnostic>> {
    let text = text_of("file", text.as_bytes()).map_err(|found| vec![found])?;
    let notation = notation_of("file", text).map_err(|found| vec![found])?;
    read("file", text, notation, &china())
}

/// Days as `01-31 name`, off before worked.
#[track_caller]
fn gives(text: &str, expected: &[&str]) -> Published {
    let published = taken(text).unwrap_or_else(|found| panic!("{found:#?}"));
    let mut lines = Vec::new();
    for (year, days) in &published.years {
        for (sign, list) in [("-", &days.days_off), ("+", &days.working_days)] {
            lines.extend(list.iter().map(|(day, name)| format!("{sign}{day} {name}")));
        }
        assert!(list_is_of(days, *year));
    }
    assert_eq!(lines, expected);
    published
}

fn list_is_of(days: &PublishedYear, year: i32) -> bool {
    let mut all = days.days_off.keys().chain(days.working_days.keys());
    all.all(|day| day.year() == year)
}

/// The first finding: its line (0 is the file as a whole) and a part of its message.
#[track_caller]
fn refuses(text: &str, line: usize, part: &str) {
    let found = taken(text).expect_err("a finding");
    let first = &found[0];
    assert!(first.message.en.contains(part), "{:?}", first.message.en);
    let at = first.place.span.map(|span| position(text, span.start).line);
    assert_eq!(at.unwrap_or(0), line, "{:?}", first.message.en);
    for found in &found {
        assert_eq!(found.code, Code::CalendarImport);
        assert!(found.remedy.is_some(), "{:?}", found.message.en);
    }
}

fn json(year: i32, days: &str) -> String {
    format!(
        "{{\n\"year\": {year},\n\"papers\": [\"https://a\", \"https://b\"],\n\"days\": [\n{days}\n]}}\n"
    )
}

fn day(name: &str, date: &str, off: bool) -> String {
    format!("{{\"name\": \"{name}\", \"date\": \"{date}\", \"isOffDay\": {off}}}")
}

#[test]
fn holiday_cn_is_read() {
    let days = [
        day("元旦", "2027-01-03", true),
        day("元旦", "2027-01-01", true),
        day("元旦", "2027-01-09", false),
        day("元旦", "2027-01-01", true),
    ];
    let text = json(2027, &days.join(",\n"));
    let expected = ["-2027-01-01 元旦", "-2027-01-03 元旦", "+2027-01-09 元旦"];
    let published = gives(&text, &expected);
    assert_eq!(published.source.as_deref(), Some("https://a https://b"));
    assert_eq!(published.passed_over, []);
    gives(&format!("\u{feff}{text}"), &expected);
    gives(&text.replace('\n', "\r\n"), &expected);
    gives(&text.replace('\n', "\n\t"), &expected);
    // Nothing of a name reaches the file but its words.
    let odd = json(
        2027,
        &day(" 元\\u0000\\u202e旦\\n\\ud83d\\ude00 ", "2027-01-01", true),
    );
    gives(&odd, &["-2027-01-01 元旦 😀"]);
    // A year may be there without its notices.
    let bare = r#"{"$id": "x", "year": 2027, "days": [{"name": "a", "date": "2027-01-01", "isOffDay": true}]}"#;
    assert_eq!(gives(bare, &["-2027-01-01 a"]).source.as_deref(), Some("x"));
}

#[test]
fn days_of_years_beside_are_passed_over_where_nothing_changes() {
    // A Saturday is off anyway; the first of January 2026 is off in the calendar that is there.
    let days = [
        day("元旦", "2026-12-26", true),
        day("元旦", "2027-01-01", true),
        day("元旦", "2027-01-04", false),
    ];
    let published = gives(&json(2027, &days.join(",\n")), &["-2027-01-01 元旦"]);
    let told: Vec<&str> = published
        .passed_over
        .iter()
        .map(|note| note.en.as_str())
        .collect();
    assert_eq!(
        told,
        [
            "1 day of a neighbouring year: the calendar counts the same already",
            "1 day marked as worked: a working day anyway"
        ]
    );
    let days = [
        day("元旦", "2027-01-01", true),
        day("元旦", "2026-12-31", true),
    ];
    refuses(
        &json(2027, &days.join(",\n")),
        6,
        "2026-12-31 is off, and belongs to 2026",
    );
    let days = [
        day("元旦", "2027-01-01", true),
        day("元旦", "2026-05-02", true),
    ];
    refuses(
        &json(2027, &days.join(",\n")),
        6,
        "2026-05-02 is not in 2027",
    );
}

#[test]
fn faults_of_json_are_told_with_their_lines() {
    let good = day("元旦", "2027-01-01", true);
    let two = |second: &str| json(2027, &format!("{good},\n{second}"));
    refuses("", 0, "the file is empty");
    refuses("region: CN\n", 0, "neither JSON nor an iCalendar file");
    refuses("[]", 1, "there is no `year`");
    refuses("{\"year\": 2027,\n\"days\": [\n", 3, "this is not JSON");
    refuses("{\"year\": 2027,\n\"days\": [é]}\n", 2, "this is not JSON");
    refuses(&json(2027, ""), 0, "lists no day off");
    refuses("{\"year\": 2027,\n\"days\": 3}", 2, "`days` is not a list");
    refuses(
        &json(2027, &good).replace("2027,", "\"2027\","),
        2,
        "`year` is not a year",
    );
    refuses(&json(99_999, &good), 2, "`year` is not a year");
    refuses(&two("7"), 6, "there is no `date`");
    refuses(&two("{\"name\": \"x\"}"), 6, "there is no `date`");
    refuses(
        &two(&good.replace("true", "\"yes\"")),
        6,
        "`isOffDay` is not true or false",
    );
    refuses(
        &two(&day("x", "2027-02-30", true)),
        6,
        "there is no day 2027-02-30",
    );
    refuses(
        &two(&day("x", "2027-2-3", true)),
        6,
        "there is no day 2027-2-3",
    );
    refuses(&two(&day("x", "2027-01-01", true)), 6, "stands twice");
    refuses(
        &two(&day("元旦", "2027-01-01", false)),
        6,
        "both a day off and a working day",
    );
    refuses(
        &two(&good.replace("{", "{\"name\": \"y\",")),
        6,
        "stands twice",
    );
    let many = vec![good; MAXIMUM_DAYS + 1].join(",");
    refuses(&json(2027, &many), 0, "5001 days");
    // Deeper than any reader goes.
    refuses(&"[".repeat(100_000), 1, "this is not JSON");
    let many = vec![day("x", "2027-13-01", true); 200].join(",\n");
    let found = taken(&json(2027, &many)).expect_err("findings");
    assert_eq!(found.len(), MAXIMUM_FINDINGS + 1);
    let text = text_of("file", b"\xd4\xaa\xb5\xa9").expect_err("a finding");
    assert!(text.message.en.contains("not UTF-8"));
}

fn ics(events: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Feiertage\r\n{}END:VCALENDAR\r\n",
        events.replace('\n', "\r\n")
    )
}

fn event(title: &str, lines: &str) -> String {
    format!("BEGIN:VEVENT\nSUMMARY:{title}\n{lines}\nEND:VEVENT\n")
}

#[test]
fn icalendar_is_read() {
    let events = [
        event(
            "元旦假期",
            "DTSTART;VALUE=DATE:20270101\nDTEND;VALUE=DATE:20270104",
        ),
        event(
            "上班(补春节假期)",
            "DTSTART;VALUE=DATE:20270130\nDTEND;VALUE=DATE:20270131",
        ),
        event("清明节（休）", "DTSTART:20270405"),
        event("劳动节（班）", "DTSTART:20270508"),
        event("Make-up day", "DTSTART;VALUE=DATE:20270509\nDURATION:P1D"),
        event(
            "Karfreitag",
            "DTSTART:20270326T000000Z\nDTEND:20270327T000000Z",
        ),
        event(
            "Neujahr",
            "DTSTART;VALUE=DATE:20270101\nDTEND;VALUE=DATE:20270101",
        ),
        event(
            "Schöne\\, lange\n  Tage",
            "DTSTART:20270701\nBEGIN:VALARM\nTRIGGER:-P1D\nEND:VALARM",
        ),
        event("gone", "DTSTART:20270702\nSTATUS:CANCELLED"),
        event(
            "Fools' day",
            "DTSTART:20270401\nDESCRIPTION:Observance\\nTo hide",
        ),
    ];
    let published = gives(
        &ics(&events.concat()),
        &[
            "-2027-01-01 元旦、Neujahr",
            "-2027-01-02 元旦",
            "-2027-01-03 元旦",
            "-2027-03-26 Karfreitag",
            "-2027-04-05 清明节",
            "-2027-07-01 Schöne, lange Tage",
            "+2027-01-30 春节",
            "+2027-05-08 劳动节",
            "+2027-05-09 Make-up day",
        ],
    );
    assert_eq!(published.source.as_deref(), Some("Feiertage"));
    assert_eq!(published.passed_over.len(), 2);
    // Blank lines, small letters and single line feeds are forgiven.
    let text = ics(&events[0]);
    let days = ["-2027-01-01 元旦", "-2027-01-02 元旦", "-2027-01-03 元旦"];
    gives(&text.replace("BEGIN:VE", "\r\n\r\nBEGIN:VE"), &days);
    gives(
        &text.replace("SUMMARY", "Summary").replace("\r\n", "\n"),
        &days,
    );
    gives(&(text.clone() + "\r\n  \r\n"), &days);
    gives(text.trim_end(), &days);
    // Apple marks its events; the others are observances.
    let events = [
        event("除夕", "DTSTART:20270205"),
        event(
            "春节（休）",
            "DTSTART:20270208\nX-APPLE-SPECIAL-DAY:WORK-HOLIDAY",
        ),
        event(
            "春节（班）",
            "DTSTART:20270220\nX-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY",
        ),
    ];
    gives(
        &ics(&events.concat()),
        &["-2027-02-08 春节", "+2027-02-20 春节"],
    );
    // Several years, and the turn of a year before them.
    let events = [
        event("a", "DTSTART:20261227"),
        event("b", "DTSTART:20270101"),
        event("c", "DTSTART:20280501"),
        event("d", "DTSTART:20290101"),
    ];
    let text = ics(&events.concat());
    refuses(&text, 18, "2029-01-01 is off, and belongs to 2029");
    gives(
        &text.replace("20290101", "20290106"),
        &["-2027-01-01 b", "-2028-05-01 c"],
    );
}

#[test]
fn titles_say_what_a_day_is() {
    #[track_caller]
    fn case(title: &str, weekend: bool, worked: bool) {
        let mark = super::ics::title::mark_of(title, weekend);
        assert_eq!(mark == Mark::Worked, worked, "{title}");
    }
    for title in [
        "春节补班",
        "上班(补春节假期)",
        "班",
        "Working day",
        "调休",
        "Make-up day",
    ] {
        case(title, true, true);
    }
    for title in ["上班(补春节假期)", "Working day (moved)"] {
        case(title, false, true);
    }
    for title in ["调休", "Make-up day"] {
        case(title, false, false);
    }
    for title in [
        "春节",
        "调休放假",
        "Non-working day",
        "Make-up holiday",
        "Labour Day",
        "",
    ] {
        case(title, true, false);
        case(title, false, false);
    }
}

#[test]
fn faults_of_icalendar_are_told_with_their_events() {
    #[track_caller]
    fn case(event: &str, line: usize, part: &str) {
        let text = ics(&(super::tests::event("ok", "DTSTART:20270101") + event));
        refuses(&text, line, part);
    }
    // The second event begins on line 8.
    let rule = event("Neujahr", "DTSTART:20200101\nRRULE:FREQ=YEARLY");
    case(
        &rule,
        11,
        "event 2, “Neujahr”, repeats by a rule (FREQ=YEARLY)",
    );
    case(
        &event("x", "DTSTART:20270230"),
        10,
        "has no date in DTSTART: 20270230",
    );
    case(&event("x", "DTSTART:soon"), 10, "has no date");
    case(&event("x", "UID:1"), 8, "has no beginning");
    case(&event("", "DTSTART:20270102"), 9, "has no title");
    case(
        &event("x", "DTSTART:20270102T083000"),
        10,
        "does not last whole days",
    );
    case(
        &event("x", "DTSTART:20270102T000000"),
        10,
        "does not last whole days",
    );
    case(
        &event("x", "DTSTART:20270102\nDURATION:PT1H"),
        10,
        "does not last whole days",
    );
    case(
        &event("x", "DTSTART:20270102\nDTEND:20270101"),
        11,
        "ends before it begins",
    );
    case(
        &event("x", "DTSTART:20270102\nDTEND:21990101"),
        11,
        "lasts 62821 days",
    );
    case(
        &event("x", "DTSTART:00010101"),
        10,
        "lies outside the years",
    );
}

#[test]
fn damaged_icalendar_files_are_refused() {
    let good = event("x", "DTSTART:20270102");
    refuses(&ics(""), 0, "lists no day off");
    refuses(
        &ics(&good).replace("END:VCALENDAR", ""),
        1,
        "there is no END:VCALENDAR",
    );
    refuses(
        &ics(&good).replace("END:VEVENT", "END:VTODO"),
        7,
        "no line of an iCalendar",
    );
    refuses(
        &ics(&good).replace("DTSTART:", "DTSTART"),
        6,
        "no line of an iCalendar",
    );
    refuses(
        &"BEGIN:VCALENDAR\n".repeat(100_000),
        9,
        "no line of an iCalendar",
    );
    refuses(&ics(&good.repeat(MAXIMUM_DAYS + 1)), 0, "5001 days");
    let long = event("x", "DTSTART:20270102\nDTEND:20270402");
    refuses(&ics(&long.repeat(1_000)), 0, "5001 days");
    let both = good.clone() + &event("x补班", "DTSTART:20270102");
    refuses(&ics(&both), 10, "both a day off and a working day");
}

#[test]
fn nothing_panics() {
    let texts = [
        json(2027, &day("元旦", "2027-01-01", true)),
        ics(&event("春节（班）", "DTSTART:20270109\nDTEND:20270110")),
    ];
    for text in &texts {
        for (at, _) in text.char_indices() {
            let _ = taken(&text[..at]);
            for odd in ["", "\"", "\n", ":", "é", "9", "\0"] {
                let rest: String = text[at..].chars().skip(1).collect();
                let _ = taken(&[&text[..at], odd, &rest].concat());
            }
        }
    }
}
