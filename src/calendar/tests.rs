//! Working days, periods and moments, day by day.

use chrono::{Datelike, NaiveDate};

use crate::calendar::period::Pauses;
use crate::calendar::{Calendar, DayKind, Period, Unit};
use crate::time::Timestamp;

fn china() -> Calendar {
    let text = include_str!("../../sample-repo/calendar/cn.yaml");
    Calendar::of("Asia/Shanghai", None, text)
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

#[test]
fn china_has_248_working_days_a_year() {
    let calendar = china();
    for year in [2025, 2026] {
        let eve = NaiveDate::from_ymd_opt(year - 1, 12, 31).expect("a date");
        let last = NaiveDate::from_ymd_opt(year, 12, 31).expect("a date");
        assert_eq!(calendar.working_days(eve, last), 248, "{year}");
    }
}

#[test]
fn days_are_what_the_notices_say() {
    #[track_caller]
    fn case(text: &str, expected: DayKind) {
        assert_eq!(china().day(day(text)), expected);
    }
    let named = |name: &str| Some(name.to_owned());
    case("2026-10-01", DayKind::Holiday(named("国庆节")));
    case("2026-10-10", DayKind::MakeUp(named("国庆节")));
    case("2026-11-25", DayKind::Working);
    case("2026-11-28", DayKind::Weekend);
    case("2027-10-01", DayKind::Working);
    case("2024-02-29", DayKind::Working);
}

#[test]
fn counting_agrees_with_walking() {
    let calendar = china();
    let starts = [
        "2023-12-30",
        "2024-02-28",
        "2025-01-26",
        "2026-09-19",
        "2027-12-31",
    ];
    for start in starts {
        let start = day(start);
        let mut walked = 0;
        for later in start.iter_days().skip(1).take(900) {
            walked += i64::from(calendar.day(later).is_working());
            assert_eq!(calendar.day(later).is_working(), calendar.is_working(later));
            assert_eq!(
                calendar.working_days(start, later),
                walked,
                "{start} {later}"
            );
            assert_eq!(calendar.working_days(later, start), -walked);
        }
    }
}

#[test]
fn periods_end_where_they_should() {
    #[track_caller]
    fn case(count: u32, unit: Unit, from: &str, expected: &str) {
        let last = Period {
            count,
            unit,
            moves: true,
        }
        .last_day(&china(), day(from), &Pauses::default());
        assert_eq!(last, Some(day(expected)), "{count} {unit:?} after {from}");
    }
    use Unit::{Days, Months, WorkingDays};
    // A Friday, a Saturday, and the day before the longest holiday.
    case(1, WorkingDays, "2026-11-20", "2026-11-23");
    case(1, WorkingDays, "2026-11-21", "2026-11-23");
    case(3, WorkingDays, "2026-02-13", "2026-02-25");
    case(5, WorkingDays, "2026-09-30", "2026-10-13");
    // Into a year that is not published: plain weekends.
    case(10, WorkingDays, "2026-12-28", "2027-01-11");
    case(7, Days, "2026-11-23", "2026-11-30");
    // Ends on National Day, and so after the holidays.
    case(7, Days, "2026-09-24", "2026-10-08");
    // The end of a month, in a leap year and in another; 28 February 2026 is worked.
    case(1, Months, "2024-01-31", "2024-02-29");
    case(1, Months, "2026-01-31", "2026-02-28");
    case(1, Months, "2024-02-29", "2024-03-29");
    case(12, Months, "2024-02-29", "2025-02-28");
    case(3, Months, "2026-08-31", "2026-11-30");
    // The ends of time.
    case(3, WorkingDays, "1900-02-28", "1900-03-05");
    case(3, WorkingDays, "9999-12-30", "+10000-01-04");
}

#[test]
fn pauses_do_not_count() {
    #[track_caller]
    fn case(unit: Unit, count: u32, spans: &[(&str, Option<&str>)], expected: Option<&str>) {
        let spans = spans
            .iter()
            .map(|(first, again)| (day(first), again.map(day)));
        let last = Period {
            count,
            unit,
            moves: true,
        }
        .last_day(&china(), day("2026-11-02"), &Pauses::new(spans));
        assert_eq!(last, expected.map(day), "{unit:?}");
    }
    use Unit::{Days, Months, WorkingDays};
    case(WorkingDays, 5, &[], Some("2026-11-09"));
    // Paused on Wednesday, running again on Friday: Wednesday and Thursday do not count.
    case(
        WorkingDays,
        5,
        &[("2026-11-04", Some("2026-11-06"))],
        Some("2026-11-11"),
    );
    // On one and the same day.
    case(
        WorkingDays,
        5,
        &[("2026-11-04", Some("2026-11-04"))],
        Some("2026-11-09"),
    );
    // After the period was over.
    case(WorkingDays, 5, &[("2026-11-10", None)], Some("2026-11-09"));
    case(WorkingDays, 5, &[("2026-11-09", None)], None);
    // Twice, and a span that runs backwards.
    case(
        WorkingDays,
        5,
        &[
            ("2026-11-04", Some("2026-11-06")),
            ("2026-11-05", Some("2026-11-04")),
            ("2026-11-09", Some("2026-11-10")),
        ],
        Some("2026-11-12"),
    );
    case(
        Days,
        7,
        &[("2026-11-04", Some("2026-11-06"))],
        Some("2026-11-11"),
    );
    case(
        Months,
        1,
        &[("2026-11-01", Some("2026-11-06"))],
        Some("2026-12-07"),
    );
    case(Days, 7, &[("2026-11-04", None)], None);
    // From one end of time to the other.
    case(
        WorkingDays,
        1,
        &[("2026-11-03", Some("9999-12-30"))],
        Some("9999-12-30"),
    );
}

#[test]
fn a_calendar_without_working_days_ends_no_period() {
    let text =
        "region: X\nweekend: [monday, tuesday, wednesday, thursday, friday, saturday]\nyears: {}\n";
    let calendar = Calendar::of("UTC", None, text);
    let period = Period {
        count: 2,
        unit: Unit::WorkingDays,
        moves: true,
    };
    assert_eq!(
        period.last_day(&calendar, day("2026-11-25"), &Pauses::default()),
        Some(day("2026-12-06"))
    );
    let mut all = calendar;
    all.weekend.push(chrono::Weekday::Sun);
    assert_eq!(
        period.last_day(&all, day("2026-11-25"), &Pauses::default()),
        None
    );
}

#[test]
fn moments_belong_to_days_on_the_organisations_clock() {
    #[track_caller]
    fn case(zone: &str, closing: Option<&str>, moment: &str, expected: &str) {
        let calendar = Calendar::of(zone, closing, "region: X\nyears: {}\n");
        let moment = Timestamp::parse(moment).expect("a timestamp");
        assert_eq!(calendar.day_of(moment), day(expected), "{moment}");
    }
    case(
        "Asia/Shanghai",
        None,
        "2026-11-23T23:30:00+08:00",
        "2026-11-23",
    );
    case(
        "Asia/Shanghai",
        None,
        "2026-11-23T23:30:00+00:00",
        "2026-11-24",
    );
    case(
        "Asia/Shanghai",
        Some("17:30"),
        "2026-11-23T17:30:00+08:00",
        "2026-11-23",
    );
    case(
        "Asia/Shanghai",
        Some("17:30"),
        "2026-11-23T17:30:01+08:00",
        "2026-11-24",
    );
    // Berlin puts its clock forward at 2 in the morning of 2026-03-29.
    case("Europe/Berlin", None, "2026-03-28T23:30:00Z", "2026-03-29");
    case("Europe/Berlin", None, "2026-03-29T22:30:00Z", "2026-03-30");
}

#[test]
fn days_end_at_moments_that_exist() {
    #[track_caller]
    fn case(zone: &str, closing: Option<&str>, on: &str, expected: &str) {
        let calendar = Calendar::of(zone, closing, "region: X\nyears: {}\n");
        assert_eq!(calendar.end_of(day(on)).to_string(), expected);
    }
    case(
        "Asia/Shanghai",
        None,
        "2026-11-23",
        "2026-11-24T00:00:00+08:00",
    );
    case(
        "Asia/Shanghai",
        Some("17:30"),
        "2026-11-23",
        "2026-11-23T17:30:00+08:00",
    );
    // There is no half past two that night, and an hour later half past two is there twice.
    case(
        "Europe/Berlin",
        Some("02:30"),
        "2026-03-29",
        "2026-03-29T03:00:00+02:00",
    );
    case(
        "Europe/Berlin",
        Some("02:30"),
        "2026-10-25",
        "2026-10-25T02:30:00+01:00",
    );
    // Beirut has no midnight on the day that summer begins.
    case(
        "Asia/Beirut",
        None,
        "2026-03-28",
        "2026-03-29T01:00:00+03:00",
    );
}

#[test]
fn what_is_not_published_is_known() {
    let calendar = china();
    assert!(calendar.is_published(day("2026-12-31")));
    assert!(!calendar.is_published(day("2027-01-01")));
    assert_eq!(calendar.years().collect::<Vec<_>>(), [2025, 2026]);
    assert_eq!(day("2026-11-25").weekday(), chrono::Weekday::Wed);
}
