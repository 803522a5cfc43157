//! Deadlines run, are paused, resumed and extended by those who may, and are told to those whom they concern (P4, H8, S3).

use clue::clock::{Clock, Phase, Standing};
use serde_json::{Value, json};

use crate::harness::{FORM, World};
use crate::play::{ORGANISATION, Play};

const LI: &str = "li@example.org";
const ZHOU: &str = "zhou@example.org";
const HE: &str = "he@example.org";

/// A clue whose only department has received its slip on Monday, 23 November 2026.
fn in_handling(urgency: &str) -> Play {
    let mut play = Play::new();
    play.collect();
    play.triage("business", "product-quality", urgency);
    play.step("li-wei", "register", |_| {});
    play.analyse();
    play.step("li-wei", "transfer", |command| {
        command.sets = vec![
            ("transfers.reason".to_owned(), json!("由质量部办理")),
            (
                "transfers.expected_completion".to_owned(),
                json!("2026-12-31"),
            ),
        ];
    });
    play.step("zhao-gang", "accept", |command| {
        command.sets = vec![("transfers.receipt.handler".to_owned(), json!("chen-jie"))];
    });
    play
}

#[track_caller]
fn clock(play: &Play, name: &str, now: &str) -> (Clock, Standing) {
    let clocks = play.clocks(now);
    let found = clocks.into_iter().find(|(clock, _)| clock.deadline == name);
    found.unwrap_or_else(|| panic!("no clock {name}"))
}

#[track_caller]
fn due(play: &Play, name: &str) -> Option<String> {
    let (clock, _) = clock(play, name, "2026-11-23T23:00:00+08:00");
    clock.due.map(|due| due.to_string())
}

#[test]
fn each_urgency_has_its_time() {
    #[track_caller]
    fn case(urgency: &str, name: &str, expected: &str) {
        assert_eq!(due(&in_handling(urgency), name).as_deref(), Some(expected));
    }
    case("urgent", "first-handling", "2026-11-24");
    case("urgent", "progress-report", "2026-11-26");
    case("urgent", "completion", "2026-12-07");
    case("important", "plan", "2026-11-30");
    case("important", "completion", "2026-12-21");
    case("general", "completion", "2027-01-04");
    let general = in_handling("general");
    let (clock, standing) = clock(&general, "completion", "2026-11-30T09:00:00+08:00");
    // The calendar of 2027 is not published.
    assert!(clock.provisional);
    assert_eq!((standing.used, standing.left), (5, Some(25)));
    assert_eq!(clock.responsible, "chen-jie");
    assert_eq!(clock.department.as_deref(), Some("quality"));
    let (receipt, _) = self::clock(&general, "receipt", "2026-11-30T09:00:00+08:00");
    assert_eq!(receipt.responsible, "zhao-gang");
    assert!(!receipt.is_open());
}

#[test]
fn pauses_and_extensions_move_the_day() {
    let mut play = in_handling("urgent");
    let about = |command: &mut clue::workflow::Command| {
        command.deadline = Some("completion".to_owned());
        command.reason = Some("等待客户寄回零件".to_owned());
    };
    play.day = "2026-11-25";
    play.refused("chen-jie", "pause", about, "step-role");
    play.refused("li-wei", "resume", about, "step-argument");
    play.step("li-wei", "pause", about);
    play.refused("li-wei", "pause", about, "step-argument");
    let (paused, standing) = clock(&play, "completion", "2026-12-30T09:00:00+08:00");
    assert_eq!((paused.due, standing.phase), (None, Phase::Paused));
    assert_eq!((standing.used, standing.left), (1, Some(9)));
    play.day = "2026-11-30";
    play.step("gao-yan", "resume", about);
    // Wednesday to Friday did not count.
    assert_eq!(due(&play, "completion").as_deref(), Some("2026-12-10"));
    play.refused("zhou-min", "extend", about, "step-argument");
    let longer = |command: &mut clue::workflow::Command| {
        about(command);
        command.extension = Some(3);
    };
    play.refused("li-wei", "extend", longer, "step-role");
    play.step("zhou-min", "extend", longer);
    assert_eq!(due(&play, "completion").as_deref(), Some("2026-12-15"));
    let (clock, _) = clock(&play, "completion", "2026-12-30T09:00:00+08:00");
    assert_eq!((clock.pauses.len(), clock.extensions.len()), (1, 1));
    assert_eq!(clock.extensions[0].by, "zhou-min");
    // What is late stays late.
    play.day = "2026-12-16";
    play.refused("li-wei", "pause", about, "step-condition");
    play.refused("zhou-min", "extend", longer, "step-condition");
    play.sound();
}

#[test]
fn a_change_of_urgency_keeps_the_time_that_was_used() {
    let mut play = in_handling("general");
    play.day = "2026-11-27";
    let urgent = |command: &mut clue::workflow::Command| {
        command.sets = vec![("triage.urgency".to_owned(), json!("urgent"))];
        command.reason = Some("媒体开始关注".to_owned());
    };
    play.refused("chen-jie", "reclassify", urgent, "step-role");
    play.step("li-wei", "reclassify", urgent);
    play.sound();
    assert_eq!(play.value("clue.yaml")["urgency"], "urgent");
    let (completion, standing) = clock(&play, "completion", "2026-11-27T18:00:00+08:00");
    assert_eq!(
        completion.due.map(|due| due.to_string()).as_deref(),
        Some("2026-12-07")
    );
    assert_eq!((standing.used, standing.left), (4, Some(6)));
    // What the new urgency asks for begins with the change, and is not late before it was asked for.
    assert_eq!(due(&play, "first-handling").as_deref(), Some("2026-11-30"));
    play.refused("li-wei", "reclassify", urgent, "urgency-changes");
    // Nobody changes the urgency by writing it down.
    play.edit("triage.yaml", "urgency: urgent", "urgency: general");
    assert!(
        play.check()
            .iter()
            .any(|found| found.code.name() == "seal-broken")
    );
}

#[test]
fn a_rework_has_a_clock_of_its_own() {
    let mut play = in_handling("general");
    play.step("chen-jie", "note", |command| {
        command.reason = Some("更换轴承".to_owned());
        command.entry_type = Some("measure".to_owned());
    });
    let record = play
        .read("handling/quality.yaml")
        .replace("result:", "result: 完成")
        .replace("    by:\n", "    by: chen-jie\n")
        .replace("outcome:", "outcome: 已解决");
    play.write("handling/quality.yaml", &record);
    play.day = "2026-11-26";
    play.step("chen-jie", "complete", |_| {});
    play.day = "2027-03-01";
    play.step("li-wei", "rework", |command| {
        command.reason = Some("没有排查同批机床".to_owned());
    });
    let now = "2027-03-02T09:00:00+08:00";
    let (completion, standing) = clock(&play, "completion", now);
    assert_eq!((standing.phase, completion.is_open()), (Phase::Kept, false));
    let (rework, standing) = clock(&play, "rework", now);
    assert_eq!(
        rework.due.map(|due| due.to_string()).as_deref(),
        Some("2027-03-15")
    );
    assert_eq!(standing.phase, Phase::Running);
    // The clue went back: nobody waits for its feedback yet.
    assert!(
        play.clocks(now)
            .iter()
            .all(|(clock, _)| clock.deadline != "feedback")
    );
}

/// A repository with a clue in it, and the clue's id.
fn begun(organisation: &str) -> (World, String) {
    let world = World::with_repository(organisation);
    let id = world.collect();
    (world, id)
}

fn data(text: &str) -> Value {
    serde_json::from_str(text).expect("data")
}

#[test]
fn what_is_due_is_told() {
    let (world, id) = begun(ORGANISATION);
    let at = |now: &str, more: &[&str]| world.clue(LI, &[&["due", "--now", now], more].concat());
    assert!(at("2026-11-24", &[]).ok().starts_with("due (1)\n"));
    assert!(at("2026-11-25", &[]).ok().starts_with("due today (1)\n"));
    let late = at("2026-11-26", &[]).ok();
    assert!(late.starts_with("overdue (1)\n"), "{late}");
    assert!(
        late.contains("overdue since 2026-11-25, 1 working day late"),
        "{late}"
    );
    at("2026-11-26", &["--fail-overdue"]).fails(1);
    at("2026-11-25", &["--fail-overdue"]).ok();
    // A time of day, in another zone.
    let moment = ["--now", "2026-11-25T16:30:00Z"];
    let late = world.clue(LI, &[&["due"], moment.as_slice()].concat()).ok();
    assert!(late.starts_with("overdue"), "{late}");
    // By whom it concerns, in people's own words.
    assert_eq!(
        at("2026-11-26", &["--person", "陈洁"]).ok(),
        "nothing is due\n"
    );
    assert!(at("2026-11-26", &["--person", "李伟"]).ok().contains(&id));
    assert!(
        at("2026-11-26", &["--department", "office"])
            .ok()
            .contains(&id)
    );
    assert_eq!(
        at("2026-11-26", &["--department", "quality"]).ok(),
        "nothing is due\n"
    );
    at("2026-11-26", &["--person", "nobody"]).fails(2);
    // Who is told as time runs out: the head on the last day, senior management three days after.
    let told = |now: &str| data(&at(now, &["--format", "json"]).ok())["items"][0]["told"].clone();
    assert_eq!(told("2026-11-24"), json!(["li-wei"]));
    assert_eq!(told("2026-11-30"), json!(["li-wei", "zhou-min"]));
    // A day that is none, and a command that writes.
    for wrong in ["2026-13-01", "morning", "5/1/2026", "1900"] {
        at(wrong, &[]).fails(2);
    }
    let refused = world
        .clue(LI, &["advance", &id, "register", "--now", "2026-11-24"])
        .fails(2);
    assert!(refused.contains("GIT_AUTHOR_DATE"), "{refused}");
    // The ends of time.
    assert!(at("9999-12-31", &[]).ok().contains("working days late"));
    assert_eq!(at("1900-01-01", &[]).ok(), "nothing is due\n");
    assert_eq!(at("1900-01-01", &["--all"]).ok(), "nothing is due\n");
}

#[test]
fn the_arithmetic_is_shown_day_by_day() {
    let (world, id) = begun(ORGANISATION);
    let out = world.clue(LI, &["why", &id, "--now", "2026-11-26"]).ok();
    let expected = "\
preliminary review (triage, P4, C3) · 李伟
  from 2026-11-23 08:05, 2 working days
    2026-11-23 Mon  –    begins; the day itself does not count
    2026-11-24 Tue  1
    2026-11-25 Wed  2      ← due
    2026-11-26 Thu  –    late
  overdue since 2026-11-25, 1 working day late
";
    let cut = |text: &str| {
        let lines = text
            .lines()
            .filter(|line| !line.contains("from 2026-11-23"));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    assert_eq!(cut(&out), cut(expected));
    let out = world
        .clue(LI, &["why", &id, "--now", "2026-11-26", "--format", "json"])
        .ok();
    let days = &data(&out)["clocks"][0]["days"];
    assert_eq!(
        days[2],
        json!({"day": "2026-11-25", "counts": true, "count": 2, "due": true, "published": true, "why": "working-day"})
    );
    world
        .clue(LI, &["why", &id, "--deadline", "completions"])
        .fails(2);
    assert_eq!(
        world
            .clue(LI, &["why", &id, "--deadline", "completion"])
            .ok(),
        "no such deadline runs in this clue\n"
    );
    let zh = world
        .clue_in("zh", LI, &["why", &id, "--now", "2026-11-26"])
        .ok();
    assert!(
        zh.contains("2026-11-23 周一  –    起算日，当日不计"),
        "{zh}"
    );
}

#[test]
fn the_feed_and_the_digests_are_whole_and_say_no_more_than_they_may() {
    let (world, id) = begun(ORGANISATION);
    let feed = world
        .clue(
            LI,
            &[
                "due",
                "--now",
                "2026-11-24",
                "--format",
                "ics",
                "--output",
                "feed.ics",
            ],
        )
        .ok();
    assert_eq!(feed, "");
    let feed = world.read("feed.ics");
    let again = world
        .clue(LI, &["due", "--now", "2026-11-24", "--format", "ics"])
        .ok();
    assert_eq!(feed, again);
    let title = "建议改进包装";
    assert!(!feed.contains(title) && feed.contains(&format!("UID:{id}.triage@clue\r\n")));
    let read: icalendar::Calendar = feed.parse().expect("an iCalendar file");
    assert_eq!(read.components.len(), 1);
    assert!(feed.contains("DTSTART;VALUE=DATE:20261125\r\n"), "{feed}");
    assert!(feed.contains("DTEND;VALUE=DATE:20261126\r\n"), "{feed}");
    // A file that a record could be taken for is not written.
    for place in ["clues/feed.ics", "workflow.yaml", "calendar/feed.ics"] {
        world
            .clue(LI, &["due", "--format", "ics", "-o", place])
            .fails(2);
    }
    for place in ["clues/x", "calendar/x/y", ".git/x", "workflow.yaml"] {
        world
            .clue(LI, &["due", "--digest", "html", "-o", place])
            .fails(2);
        assert!(!world.path().join("clues/x").exists());
    }
    // What cannot be computed is told, not left out in silence.
    world.edit("workflow.yaml", "from: taken.collect", "from: clue.title");
    let told = world.clue(LI, &["due"]);
    assert!(
        told.err.contains("1 deadlines cannot be computed"),
        "{}",
        told.err
    );
    world.git(&["checkout", "--quiet", "workflow.yaml"]);
    let out = world
        .clue(
            LI,
            &[
                "due",
                "--now",
                "2026-11-26",
                "--digest",
                "html",
                "-o",
                "mails",
            ],
        )
        .ok();
    // The head is the one who is late: the next level is told at once.
    assert_eq!(
        out,
        "mails/li-wei.html\tli@example.org\nmails/zhou-min.html\tzhou@example.org\n"
    );
    assert!(world.read("mails/li-wei.html").contains("Overdue (1)"));
    let text = world
        .clue(
            LI,
            &[
                "due",
                "--now",
                "2026-11-26",
                "--digest",
                "markdown",
                "--person",
                "li-wei",
            ],
        )
        .ok();
    assert!(
        text.contains(&format!(
            "- **{id}** preliminary review: overdue since 2026-11-25"
        )),
        "{text}"
    );
    world.clue(LI, &["due", "--digest", "markdown"]).fails(2);
    world
        .clue(LI, &["due", "--digest", "html", "--format", "ics"])
        .fails(2);
}

/// A real calendar program reads the feed, where it is there: khal, which CI installs.
#[test]
fn a_calendar_program_reads_the_feed() {
    let khal = std::process::Command::new("khal").arg("--version").output();
    if khal.is_err() {
        return;
    }
    let (world, id) = begun(ORGANISATION);
    world
        .clue(
            LI,
            &[
                "due",
                "--now",
                "2026-11-24",
                "--format",
                "ics",
                "-o",
                "feed.ics",
            ],
        )
        .ok();
    let folder = world.path().display().to_string();
    world.write("events/.keep", "");
    let formats = "dateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ntimeformat = %H:%M\ndatetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n";
    world.write(
        "khal.conf",
        &format!(
            "[calendars]\n[[clues]]\npath = {folder}/events\n[locale]\n{formats}local_timezone = Asia/Shanghai\ndefault_timezone = Asia/Shanghai\n[sqlite]\npath = {folder}/khal.db\n"
        ),
    );
    let khal = |arguments: &str| {
        world.shell(
            "",
            "en",
            &format!("LC_ALL=C.UTF-8 khal -c khal.conf {arguments}"),
        )
    };
    let out = khal("import --batch -a clues feed.ics");
    let listed = khal("list 2026-11-20 2026-11-30");
    assert!(
        listed.contains(&id) && listed.contains("2026-11-25"),
        "{out}{listed}"
    );
}

#[test]
fn statutes_bring_their_clocks_where_the_organisation_is_under_them() {
    let (world, id) = begun(ORGANISATION);
    let refused = world.clue(LI, &["advance", &id, "acknowledge"]).fails(4);
    assert!(refused.contains("statutes: [eu-2019-1937]"), "{refused}");
    assert!(!world.clue(LI, &["next", &id]).ok().contains("acknowledge"));

    let under = ORGANISATION.replace(
        "time_zone: Asia/Shanghai\n",
        "time_zone: Europe/Berlin\nstatutes: [eu-2019-1937]\n",
    );
    let world = World::with_repository(&under);
    let reporter = ["--reporter", "某员工", "--contact", "13800000000"];
    let form = [FORM.as_slice(), &reporter].concat();
    let out = world.clue("zhao@example.org", &form).ok();
    let id = out.lines().next().expect("an id").to_owned();
    let due = |now: &str| {
        let out = world
            .clue(LI, &["due", "--all", "--format", "json", "--now", now])
            .ok();
        let items = data(&out)["items"].clone();
        let each = items.as_array().expect("items").iter();
        each.map(|item| {
            let clock = &item["clock"];
            format!(
                "{} {}",
                clock["deadline"].as_str().expect("a deadline"),
                clock["due"].as_str().expect("a day")
            )
        })
        .collect::<Vec<_>>()
    };
    // Seven days, and three months from their end where nothing was sent; a Sunday stays a Sunday.
    let before = due("2026-11-24");
    assert!(
        before.contains(&"acknowledgement 2026-11-30".to_owned()),
        "{before:?}"
    );
    assert!(
        before.contains(&"reporter-feedback 2027-02-28".to_owned()),
        "{before:?}"
    );
    world.clue(LI, &["advance", &id, "acknowledge"]).ok();
    let after = due("2026-11-24");
    assert!(
        after.contains(&"reporter-feedback 2027-02-23".to_owned()),
        "{after:?}"
    );
    assert!(!after.iter().any(|item| item.starts_with("acknowledgement")));
    world.clue(LI, &["advance", &id, "acknowledge"]).fails(4);
    let why = world
        .clue(
            LI,
            &[
                "why",
                &id,
                "--deadline",
                "reporter-feedback",
                "--now",
                "2026-11-24",
            ],
        )
        .ok();
    assert!(why.contains("Directive (EU) 2019/1937"), "{why}");
    assert_eq!(world.clue(LI, &["check"]).ok(), "");
    world.edit("organisation.yaml", "eu-2019-1937", "eu-2019-1938");
    let told = world.clue(LI, &["check"]);
    assert_eq!(told.status, 1, "{}{}", told.out, told.err);
}

#[test]
fn a_sample_is_drawn_alike_by_everybody() {
    let (world, first) = begun(ORGANISATION);
    for _ in 0..7 {
        world.collect();
    }
    let arguments = [
        "sample",
        "--from",
        "2026-11-01",
        "--to",
        "2026-11-30",
        "--size",
        "3",
    ];
    let sample = world.clue(HE, &arguments).ok();
    assert_eq!(world.clue(ZHOU, &arguments).ok(), sample);
    assert!(sample.contains("3 of 8 clues"), "{sample}");
    let json = world
        .clue(HE, &[&arguments, ["--format", "json"].as_slice()].concat())
        .ok();
    let json = data(&json);
    // What lies in the folder uncommitted has no part in it, and what comes later does not change it.
    let commit = json["commit"].as_str().expect("a commit").to_owned();
    world.collect();
    let again = [arguments.as_slice(), &["--commit", &commit]].concat();
    assert_eq!(world.clue(HE, &again).ok(), sample);
    assert_ne!(world.clue(HE, &arguments).ok(), sample);
    // Anybody can make the seed with other tools.
    let text = format!("commit={commit}\\nfrom=2026-11-01\\nto=2026-11-30\\nsize=3\\nstates=\\n");
    let seed = world.shell(
        "",
        "en",
        &format!("printf '{text}' | sha256sum | cut -d' ' -f1"),
    );
    assert_eq!(seed.trim(), json["seed"].as_str().expect("a seed"));
    // The keys, too.
    let drawn: Vec<&str> = json["strata"][0]["drawn"]
        .as_array()
        .expect("clues")
        .iter()
        .map(|drawn| drawn["id"].as_str().expect("an id"))
        .collect();
    let key = |id: &str| {
        let line = format!("printf '%s %s' {} {id} | sha256sum", seed.trim());
        world.shell("", "en", &line)
    };
    let last = key(drawn[2]);
    assert!(drawn.contains(&first.as_str()) == (key(&first) <= last));
    for wrong in [
        ["--from", "2026-11-30", "--to", "2026-11-01", "--size", "3"].as_slice(),
        &["--from", "2026-11-01", "--to", "2026-11-30"],
        &["--from", "2026-11-01", "--to", "2026-11-30", "--size", "0"],
        &["--from", "2026-02-30", "--to", "2026-11-30", "--size", "1"],
        &["--from", "2025-01-01", "--to", "2025-12-31", "--size", "1"],
        &[
            "--from",
            "2026-11-01",
            "--to",
            "2026-11-30",
            "--size",
            "1",
            "--state",
            "archivd",
        ],
        &[
            "--from",
            "2026-11-01",
            "--to",
            "2026-11-30",
            "--size",
            "1",
            "--commit",
            "no-such",
        ],
    ] {
        world.clue(HE, &[&["sample"], wrong].concat()).fails(2);
    }
}

#[test]
fn a_rectification_is_ordered_answered_and_closed() {
    let (world, id) = begun(ORGANISATION);
    let advance = |email: &str, step: &str, more: &[&str]| {
        world.clue(email, &[&["advance", &id, step], more].concat())
    };
    advance(LI, "register", &REVIEWED).ok();
    let period = ["--from", "2026-11-01", "--to", "2026-11-30", "--size", "5"];
    let supervise = |email: &str, more: &[&str]| {
        let arguments = [&["supervise", id.as_str()], more].concat();
        world.clue(email, &arguments)
    };
    // Whoever took part, or is no supervisor, is refused (S1).
    supervise(LI, &period).fails(4);
    supervise(HE, &["--finding", "quality"]).fails(2);
    supervise(HE, &["--finding", "qualty=x"]).fails(4);
    let out = supervise(
        HE,
        &[
            &period,
            [
                "--conforms",
                "false",
                "--reasonable",
                "true",
                "--finding",
                "office=没有当日登记",
                "--finding",
                "service=没有附录音",
            ]
            .as_slice(),
        ]
        .concat(),
    )
    .ok();
    let path = out.lines().next().expect("a path").to_owned();
    let record = world.read(&path);
    assert!(
        record.contains("due: 2026-12-07") && record.contains("stratum: 'business · general: 1/1'"),
        "{record}"
    );
    // A draft binds nobody: other steps go on.
    advance(LI, "answer", &["--entry", "1", "-m", "x"]).fails(4);
    advance(LI, "supervise", &[]).fails(4);
    advance(HE, "supervise", &[]).ok();
    advance(HE, "supervise", &[]).fails(4);
    let due = world
        .clue(
            LI,
            &["due", "--all", "--now", "2026-12-08", "--format", "json"],
        )
        .ok();
    let rectifications = data(&due)["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter(|item| item["clock"]["deadline"] == "rectification")
        .map(|item| {
            (
                item["clock"]["entry"].clone(),
                item["clock"]["responsible"].clone(),
                item["clock"]["phase"].clone(),
            )
        })
        .collect::<Vec<_>>();
    assert_eq!(
        rectifications,
        [
            (json!(1), json!("li-wei"), json!("overdue")),
            (json!(2), json!("sun-li"), json!("overdue")),
        ]
    );
    // Nobody writes an answer by hand, closes what was not answered, or answers for another department.
    advance(HE, "close", &["--entry", "1"]).fails(4);
    advance(LI, "answer", &["--entry", "2", "-m", "已补"]).fails(4);
    advance(LI, "answer", &["-m", "已补"]).fails(4);
    advance(LI, "answer", &["--entry", "3", "-m", "已补"]).fails(4);
    advance(LI, "answer", &["--entry", "1", "-m", "已补登记"]).ok();
    advance(LI, "close", &["--entry", "1"]).fails(4);
    advance(HE, "reject-answer", &["--entry", "1", "-m", "没有附截图"]).ok();
    advance(LI, "answer", &["--entry", "1", "-m", "已附截图"]).ok();
    advance(HE, "close", &["--entry", "1"]).ok();
    // More time for the other, granted by the supervisor.
    let more = [
        "--deadline",
        "rectification",
        "--entry",
        "2",
        "--by",
        "5",
        "-m",
        "录音须向运营商调取",
    ];
    advance(ZHOU, "extend", &more).fails(4);
    advance(HE, "extend", &more).ok();
    let why = world
        .clue(
            LI,
            &[
                "why",
                &id,
                "--deadline",
                "rectification",
                "--now",
                "2026-12-08",
            ],
        )
        .ok();
    assert!(why.contains("due 2026-12-14, 4 working days left"), "{why}");
    assert_eq!(world.clue(LI, &["check"]).ok(), "");
    world.edit(&path, "没有附录音", "没有录音");
    let told = world.clue(LI, &["check"]);
    assert!(
        told.status == 1 && told.out.contains("seal-broken"),
        "{}{}",
        told.out,
        told.err
    );
}

/// What the preliminary review of the form of the harness says.
const REVIEWED: [&str; 18] = [
    "--set",
    "triage.reviewed_at=2026-11-23T08:06:00+08:00",
    "--set",
    "triage.authenticity=credible",
    "--set",
    "triage.complete=true",
    "--set",
    "triage.opinion=属实",
    "--set",
    "triage.category=business",
    "--set",
    "triage.kind=product-quality",
    "--set",
    "triage.urgency=general",
    "--set",
    "triage.confidentiality=internal",
    "--set",
    "triage.complex=false",
];
