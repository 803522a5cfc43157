//! How long clues are kept, and how they are destroyed (R3): in memory step by step, and through the program with git.

use clue::case::folder_of;
use clue::workflow::Command;
use serde_json::{Value, json};

use crate::harness::{FORM, World, filled};
use crate::play::{ORGANISATION, Play, command};

fn because(reason: &'static str) -> impl Fn(&mut Command) {
    move |command| command.reason = Some(reason.to_owned())
}

/// Of the step `release`: which hold is meant.
fn hold(entry: usize) -> impl Fn(&mut Command) {
    move |command| {
        command.entry = Some(entry);
        command.reason = Some("诉讼已终结".to_owned());
    }
}

/// A clue that was archived on 23 November 2026 with one attachment, to be kept for ten years.
fn archived() -> Play {
    let mut play = Play::new();
    play.write("attachments/照片.txt", "照片\n");
    play.collect();
    play.triage("business", "product-quality", "general");
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
    play.step("chen-jie", "complete", |_| {});
    let report = filled(&play.read("feedback/quality.md"))
        .replace("written_at:", "written_at: 2026-11-23T12:00:00+08:00")
        .replace("form:", "form: written")
        .replace("aim:", "aim: met");
    play.write("feedback/quality.md", &report);
    play.step("li-wei", "feed-back", |_| {});
    play.step("li-wei", "archive", |_| {});
    play.sound();
    play
}

/// Writes an appraisal as the archivist would.
fn appraisal(play: &mut Play, day: &str, verdict: &str, retention: &str) {
    play.write(
        &format!("appraisals/{day}.yaml"),
        &format!(
            "opinion: 已无保存价值\nappraisers: [li-wei, gao-yan]\nverdict: {verdict}\nretention: {retention}\n"
        ),
    );
}

#[test]
fn the_period_ends_with_a_year_and_is_set_anew_after_reopening() {
    let mut play = archived();
    let card = play.value("clue.yaml");
    assert_eq!(card["retention"], "years-10");
    assert_eq!(card["retention_until"], "2036-12-31");
    // Behind what it belongs to.
    let text = play.read("clue.yaml");
    assert!(
        text.find("retention:") < text.find("retention_until:"),
        "{text}"
    );
    play.step("zhou-min", "reopen", because("客户再次投诉"));
    let card = play.value("clue.yaml");
    assert_eq!(
        (&card["retention"], &card["retention_until"]),
        (&Value::Null, &Value::Null)
    );
    play.sound();
    play.day = "2028-02-01";
    play.step("li-wei", "feed-back", |_| {});
    play.step("li-wei", "archive", |_| {});
    assert_eq!(play.value("clue.yaml")["retention_until"], "2038-12-31");
    play.sound();
    // A day that is earlier than the class allows was not written by a step.
    play.edit("clue.yaml", "2038-12-31", "2037-12-31");
    let found = play.check();
    assert!(
        found
            .iter()
            .any(|one| one.rule.as_deref() == Some("retention-not-shortened")),
        "{found:#?}"
    );
    assert!(found[0].message.en.contains("2038-12-31"), "{found:#?}");
}

#[test]
fn a_clue_is_appraised_approved_by_two_and_destroyed() {
    let mut play = archived();
    // In its period nobody can appraise it.
    appraisal(&mut play, "2036-12-31", "destroy", "");
    play.day = "2036-12-31";
    play.refused("li-wei", "appraise", |_| {}, "period-ended");
    play.day = "2037-01-04";
    play.refused("zhou-min", "appraise", |_| {}, "step-role");
    for (from, to, rule) in [
        ("opinion: 已无保存价值", "opinion:", "appraisal-complete"),
        ("verdict: destroy", "verdict:", "appraisal-complete"),
        ("retention: ", "retention: years-30", "kept-for-how-long"),
    ] {
        let before = play.read("appraisals/2036-12-31.yaml");
        play.edit("appraisals/2036-12-31.yaml", from, to);
        play.refused("li-wei", "appraise", |_| {}, rule);
        play.write("appraisals/2036-12-31.yaml", &before);
    }
    play.refused(
        "zhou-min",
        "approve-destruction",
        because("同意"),
        "approved-after-appraisal",
    );
    play.step("li-wei", "appraise", |_| {});
    play.sound();
    assert_eq!(
        play.value("appraisals/2036-12-31.yaml")["appraised"]["by"],
        "li-wei"
    );
    play.refused(
        "li-wei",
        "destroy",
        because("粉碎"),
        "destroyed-with-approvals",
    );

    // Two different persons, neither of whom appraised.
    play.refused(
        "chen-jie",
        "approve-destruction",
        because("同意"),
        "step-role",
    );
    play.step("zhou-min", "approve-destruction", because("同意销毁"));
    play.refused(
        "zhou-min",
        "approve-destruction",
        because("同意"),
        "approved-once",
    );
    play.refused(
        "li-wei",
        "destroy",
        because("粉碎"),
        "destroyed-with-approvals",
    );
    // What was sealed stays as it is.
    let before = play.read("appraisals/2036-12-31.yaml");
    play.edit("appraisals/2036-12-31.yaml", "已无保存价值", "没有看过");
    play.refused(
        "he-jing",
        "approve-destruction",
        because("同意"),
        "seal-broken",
    );
    play.write("appraisals/2036-12-31.yaml", &before);
    play.step("he-jing", "approve-destruction", because("同意销毁"));
    play.sound();

    // Nothing but a whole clue is destroyed.
    let photo = play.read("attachments/照片.txt");
    play.write("attachments/照片.txt", "另一张\n");
    play.refused("li-wei", "destroy", because("粉碎"), "attachment-changed");
    play.write("attachments/照片.txt", &photo);
    play.write("attachments/草图.txt", "草图\n");
    play.refused("li-wei", "destroy", because("粉碎"), "attachment-unlisted");
    let path = play.path("attachments/草图.txt");
    play.files.remove(&path);
    play.refused("li-wei", "destroy", |_| {}, "step-reason");
    play.refused(
        "li-wei",
        "destroy",
        |command| {
            command.reason = Some("粉碎".to_owned());
            command.sets = vec![("appraisals.opinion".to_owned(), json!("改"))];
        },
        "step-argument",
    );
    let files: Vec<String> = play.inner_files();
    play.step("li-wei", "destroy", because("文件已删除，档案包已粉碎"));
    play.sound();
    assert_eq!(play.inner_files(), ["clue.yaml", "destruction.yaml"]);
    let card = play.value("clue.yaml");
    assert_eq!(card["state"], "destroyed");
    assert_eq!(card["number"], "YW-2026-0001");
    let trail = card["trail"].as_array().expect("a trail");
    // Reasons tell what the records were about; only the one of this step stays.
    let reasons: Vec<_> = trail
        .iter()
        .filter(|entry| entry.get("reason").is_some())
        .collect();
    assert_eq!(reasons.len(), 1);
    assert_eq!(reasons[0]["step"], "destroy");
    let certificate = play.value("destruction.yaml");
    let listed: Vec<&str> = certificate["files"]
        .as_array()
        .expect("files")
        .iter()
        .map(|file| file["file"].as_str().expect("a path"))
        .collect();
    let expected: Vec<&str> = files
        .iter()
        .map(String::as_str)
        .filter(|file| *file != "clue.yaml")
        .collect();
    assert_eq!(listed, expected);
    assert_eq!(certificate["title"], card["title"]);
    assert_eq!(certificate["ended"], "2036-12-31");
    assert_eq!(certificate["grounds"], "已无保存价值");
    assert_eq!(certificate["approved"][0]["by"], "zhou-min");
    assert_eq!(certificate["approved"][1]["by"], "he-jing");
    assert_eq!(certificate["carried_out"]["by"], "li-wei");

    // Those who watch sign; nobody does twice, and not who did it.
    play.refused("li-wei", "witness", |_| {}, "step-role");
    play.step("he-jing", "witness", |_| {});
    play.refused("he-jing", "witness", |_| {}, "witnessed-once");
    play.step("sun-li", "witness", |_| {});
    play.sound();
    assert_eq!(
        play.value("destruction.yaml")["witnesses"][1]["by"],
        "sun-li"
    );

    // It is the end.
    for (by, step) in [
        ("zhou-min", "reopen"),
        ("zhou-min", "hold"),
        ("li-wei", "renumber"),
        ("li-wei", "destroy"),
    ] {
        play.refused(by, step, because("再看"), "step-state");
    }
    play.write("triage.yaml", "reviewer: li-wei\n");
    play.write("attachments/照片.txt", "照片\n");
    let found = play.check();
    let back: Vec<_> = found
        .iter()
        .filter(|one| one.code.name() == "record-removed")
        .collect();
    assert_eq!(back.len(), 2, "{found:#?}");
}

#[test]
fn what_is_held_is_not_destroyed_and_is_appraised_again_afterwards() {
    let mut play = archived();
    play.refused("zhou-min", "hold", |_| {}, "step-reason");
    play.refused("li-wei", "hold", because("诉讼"), "step-role");
    play.step("zhou-min", "hold", because("诉讼"));
    play.step("he-jing", "hold", because("监察"));
    play.sound();
    let holds = play.value("clue.yaml")["holds"].clone();
    assert_eq!(holds[0]["by"], "zhou-min");
    assert_eq!(holds[1]["reason"], "监察");
    play.day = "2037-03-01";
    appraisal(&mut play, "2037-03-01", "destroy", "");
    play.refused("li-wei", "appraise", |_| {}, "not-held-for-appraisal");
    // Who ordered it does not release it.
    play.refused("zhou-min", "release", hold(1), "step-role");
    let found = play.attempt("zhou-min", &command("release", hold(1)));
    let found = found.expect_err("it is somebody else's to release");
    assert_eq!(
        found[0].message.zh,
        "周敏在此无权办理“解除暂缓销毁”（release）：须由作出该决定以外的人办理"
    );
    let ask = found[0].remedy.as_ref().expect("whom to ask");
    assert!(
        ask.zh.contains("何静") && !ask.zh.contains("周敏"),
        "{ask:?}"
    );
    play.step("he-jing", "release", hold(1));
    play.refused("he-jing", "release", hold(1), "held-still");
    let first = play.value("clue.yaml")["holds"][0].clone();
    assert_eq!(first["released"]["by"], "he-jing");
    assert_eq!(first["reason"], "诉讼");
    play.refused("li-wei", "appraise", |_| {}, "not-held-for-appraisal");
    play.step("zhou-min", "release", hold(2));
    play.step("li-wei", "appraise", |_| {});
    play.step("zhou-min", "approve-destruction", because("同意"));
    play.step("zhao-gang", "approve-destruction", because("同意"));
    play.sound();

    // A hold that comes last stops it all the same, and what was decided before it counts no more.
    play.step("zhou-min", "hold", because("审计"));
    play.refused("li-wei", "destroy", because("粉碎"), "destroyed-not-held");
    play.refused(
        "sun-li",
        "approve-destruction",
        because("同意"),
        "approved-not-held",
    );
    play.step("he-jing", "release", hold(3));
    play.refused(
        "li-wei",
        "destroy",
        because("粉碎"),
        "destroyed-after-holds",
    );
    play.refused(
        "sun-li",
        "approve-destruction",
        because("同意"),
        "approved-after-holds",
    );
    play.sound();
    play.day = "2037-03-02";
    appraisal(&mut play, "2037-03-02", "destroy", "");
    play.step("li-wei", "appraise", |_| {});
    // The earlier appraisal with its two approvals is none any more.
    let about = |record: &'static str| {
        move |command: &mut Command| {
            command.record = Some(record.to_owned());
            command.reason = Some("粉碎".to_owned());
        }
    };
    play.refused(
        "li-wei",
        "destroy",
        about("2037-03-01"),
        "destroyed-after-appraisal",
    );
    play.refused(
        "li-wei",
        "destroy",
        about("2037-03-02"),
        "destroyed-with-approvals",
    );
    play.step("zhou-min", "approve-destruction", about("2037-03-02"));
    play.step("zhao-gang", "approve-destruction", about("2037-03-02"));
    play.step("li-wei", "destroy", about("2037-03-02"));
    play.sound();
    // Orders stay on the card, and what they were about does not.
    let card = play.value("clue.yaml");
    assert_eq!(card["holds"].as_array().map(Vec::len), Some(3));
    assert_eq!(card["holds"][0].get("reason"), None);
    assert_eq!(card["holds"][0]["released"]["by"], "he-jing");
    assert_eq!(card["holds"][0]["released"].get("reason"), None);
}

#[test]
fn an_order_to_keep_a_clue_is_no_part_in_handling_it() {
    let mut play = archived();
    play.step("he-jing", "hold", because("诉讼"));
    play.write(
        "supervision/2026-11-23-inspection.yaml",
        "type: inspection\nsupervisor: he-jing\nchecked_at: 2026-11-23T20:00:00+08:00\nsample:\nconforms: true\nreasonable: true\nfindings:\n",
    );
    play.step("he-jing", "supervise", |_| {});
    play.sound();
}

#[test]
fn a_rulebook_that_takes_records_out_by_half_is_unsound() {
    #[track_caller]
    fn case(from: &str, to: &str, expected: &str) {
        let mut play = Play::new();
        let text = clue::builtin::files()
            .iter()
            .find(|(path, _)| *path == "schema/workflow.yaml" || *path == "workflow.yaml")
            .map(|(_, bytes)| String::from_utf8(bytes.to_vec()).expect("text"))
            .expect("the rulebook");
        assert!(text.contains(from), "{from}");
        let text = text.replacen(from, to, 1);
        play.files.insert("workflow.yaml", text.into_bytes());
        let found = play.check();
        assert!(
            found.iter().any(|one| one.message.en.contains(expected)),
            "{to}: {found:#?}"
        );
    }
    case(
        "    only: [destruction]\n",
        "",
        "does not say `only` which are left",
    );
    case(
        "    only: [destruction]\n",
        "    only: [triage]\n",
        "asks for a record that may not exist",
    );
    case(
        "    only: [destruction]\n",
        "    only: [nonsense]\n",
        "there is no record `nonsense`",
    );
    case(
        "    removes: destruction\n",
        "",
        "does not take the others out",
    );
    case(
        "    removes: destruction\n",
        "    removes: nonsense\n",
        "there is no record `nonsense`",
    );
    case(
        "    removes: destruction\n",
        "    removes: destruction\n    trail: false\n",
        "leave nothing in the trail",
    );
    case(
        "    removes: destruction\n",
        "    removes: destruction\n    drafts: [triage]\n",
        "drafts a record at once",
    );
    case(
        "    removes: destruction\n",
        "    removes: appraisals\n",
        "that there may be several of",
    );
    case(
        "      destruction.number: clue.number\n",
        "      triage.opinion: clue.number\n",
        "writes into one that goes",
    );
    case(
        "    from: [archived, dismissed]\n    to:\n",
        "    from: [archived, dismissed, destroyed]\n    to:\n",
        "leads out of a state in which the records are gone",
    );
    case(
        "    each: clue\n",
        "    each: card\n",
        "there is no record `card`",
    );
    case(
        "retention_from: year-end",
        "retention_from: january",
        "january",
    );
    case(
        "retention_approvals: 2",
        "retention_approvals: 0",
        "retention_approvals",
    );
}

#[test]
fn what_is_kept_on_gets_a_new_period() {
    let mut play = archived();
    play.day = "2037-06-01";
    appraisal(&mut play, "2037-06-01", "keep", "years-10");
    play.step("li-wei", "appraise", |_| {});
    play.sound();
    let card = play.value("clue.yaml");
    assert_eq!(card["retention_until"], "2047-12-31");
    // Nobody approves what is to be kept.
    play.refused(
        "zhou-min",
        "approve-destruction",
        because("同意"),
        "approved-after-appraisal",
    );
    play.refused(
        "li-wei",
        "destroy",
        because("粉碎"),
        "destroyed-after-appraisal",
    );
    play.day = "2048-01-02";
    appraisal(&mut play, "2048-01-02", "keep", "permanent");
    play.step("li-wei", "appraise", |_| {});
    play.sound();
    let card = play.value("clue.yaml");
    assert_eq!(card["retention"], "permanent");
    assert_eq!(card["retention_until"], Value::Null);
    play.day = "2099-01-02";
    appraisal(&mut play, "2099-01-02", "destroy", "");
    let this = |command: &mut Command| command.record = Some("2099-01-02".to_owned());
    play.refused("li-wei", "appraise", this, "period-known");
}

#[test]
fn a_clue_that_an_earlier_version_archived_is_kept_as_long() {
    let mut play = archived();
    let text = play.read("clue.yaml");
    let line = text
        .lines()
        .find(|line| line.starts_with("retention_until"))
        .expect("a line");
    let without = text.replace(&format!("{line}\n"), "");
    play.write("clue.yaml", &without);
    play.sound();
    play.day = "2036-12-30";
    appraisal(&mut play, "2036-12-30", "destroy", "");
    play.refused("li-wei", "appraise", |_| {}, "period-ended");
    play.day = "2037-01-02";
    play.step("li-wei", "appraise", |_| {});
    // The day that was computed is written down with the appraisal.
    assert_eq!(play.value("clue.yaml")["retention_until"], "2036-12-31");
    play.sound();
}

#[test]
fn an_approval_is_somebody_elses_than_the_appraisers() {
    let mut play = archived();
    play.day = "2037-01-04";
    appraisal(&mut play, "2037-01-04", "destroy", "");
    // A head who took part in the appraisal has judged already.
    play.edit(
        "appraisals/2037-01-04.yaml",
        "[li-wei, gao-yan]",
        "[li-wei, sun-li]",
    );
    play.step("li-wei", "appraise", |_| {});
    play.refused(
        "sun-li",
        "approve-destruction",
        because("同意"),
        "step-role",
    );
    play.step("zhao-gang", "approve-destruction", because("同意"));
    play.step("he-jing", "approve-destruction", because("同意"));
    play.step("li-wei", "destroy", because("粉碎"));
    play.sound();
}

const LI: &str = "li@example.org";

/// All that lies in the folder of the clue of 2014 beside its card.
const RECORDS: [&str; 7] = [
    "analysis.md",
    "attachments",
    "collection.yaml",
    "feedback",
    "handling",
    "transfers",
    "triage.yaml",
];

/// A repository in which a suggestion was archived in 2014, to be kept until the end of 2024.
fn of_2014() -> (World, String) {
    let world = World::new();
    world.on("2014-03-03");
    world.clue(LI, &["init", "."]).ok();
    world.write("organisation.yaml", ORGANISATION);
    world.git(&["commit", "--quiet", "-am", "people"]);
    let form = [&FORM[..], &["--reporter", "钱多多"]].concat();
    let out = world.clue("zhao@example.org", &form).ok();
    let id = out.lines().next().expect("an id").to_owned();
    let folder = folder_of(&id).expect("an id");
    let triage = format!("{folder}/triage.yaml");
    for (from, to) in [
        ("reviewed_at:", "reviewed_at: 2014-03-03T10:00:00+08:00"),
        ("authenticity:\n", "authenticity: credible\n"),
        ("\ncomplete:", "\ncomplete: true"),
        ("opinion:", "opinion: 情况属实"),
        ("\ncategory:", "\ncategory: other"),
        ("kind:", "kind: employee-suggestion"),
        ("\nurgency:", "\nurgency: general"),
    ] {
        world.edit(&triage, from, to);
    }
    world.write(&format!("{folder}/attachments/图纸.txt"), "图纸\n");
    world.clue(LI, &["advance", &id, "register"]).ok();
    let report = filled(&world.read(&format!("{folder}/analysis.md")))
        .replace("methods:\n", "methods: [other]\n")
        .replace("level:", "level: low")
        .replace("overall:", "overall: low");
    world.write(&format!("{folder}/analysis.md"), &report);
    world
        .clue("zhou@example.org", &["advance", &id, "analyse"])
        .ok();
    let slip = [
        "--set",
        "transfers.reason=由质量部评估",
        "--set",
        "transfers.expected_completion=2014-12-31",
    ];
    world
        .clue(
            LI,
            &[&["advance", id.as_str(), "transfer"], &slip[..]].concat(),
        )
        .ok();
    let handler = "transfers.receipt.handler=zhao-gang";
    world
        .clue(
            "zhao@example.org",
            &["advance", &id, "accept", "--set", handler],
        )
        .ok();
    world
        .clue(
            "zhao@example.org",
            &["note", &id, "-m", "试用", "--type", "measure"],
        )
        .ok();
    let handling = format!("{folder}/handling/quality.yaml");
    let text = world
        .read(&handling)
        .replace("result:", "result: 完成")
        .replace("adopted:", "adopted: true")
        .replace("outcome:", "outcome: 采纳");
    world.write(&handling, &text);
    world
        .clue("zhao@example.org", &["advance", &id, "complete"])
        .ok();
    let feedback = format!("{folder}/feedback/quality.md");
    let text = filled(&world.read(&feedback))
        .replace("written_at:", "written_at: 2014-03-03T12:00:00+08:00")
        .replace("form:", "form: written")
        .replace("aim:", "aim: met");
    world.write(&feedback, &text);
    world.clue(LI, &["advance", &id, "feed-back"]).ok();
    world.clue(LI, &["advance", &id, "archive"]).ok();
    (world, id)
}

/// Everything that a clue's folder holds on the disk, by its path there.
fn inside(world: &World, id: &str) -> Vec<String> {
    let folder = world.path().join(folder_of(id).expect("an id"));
    let mut found: Vec<String> = world
        .everything()
        .into_iter()
        .filter_map(|(path, _)| {
            let inner = path.strip_prefix(&folder).ok()?;
            Some(inner.to_string_lossy().replace('\\', "/"))
        })
        .collect();
    found.sort();
    found
}

/// Drafts an appraisal and fills it in.
fn appraised(world: &World, id: &str, day: &str) {
    let path = world
        .clue(LI, &["draft", id, "appraisals", "--date", day])
        .ok();
    let path = path.trim();
    world.edit(path, "opinion:", "opinion: 已无保存价值");
    world.edit(path, "verdict:", "verdict: destroy");
}

const ZHOU: &str = "zhou@example.org";
const HE: &str = "he@example.org";

/// Takes the steps that lead to a destruction.
fn destroyed(world: &World, id: &str) {
    appraised(world, id, "2026-11-23");
    world.clue(LI, &["advance", id, "appraise"]).ok();
    for email in [ZHOU, HE] {
        let step = ["advance", id, "approve-destruction", "-m", "同意销毁"];
        world.clue(email, &step).ok();
    }
    world
        .clue(
            LI,
            &["advance", id, "destroy", "-m", "已删除，档案包已粉碎"],
        )
        .ok();
}

/// What the audit says since a commit: the codes, each with the subject of its commit.
fn audit(world: &World, since: &str) -> Vec<(String, String)> {
    let range = format!("{since}..HEAD");
    let ran = world.clue(LI, &["audit", "--format", "json", &range]);
    assert!(ran.status == 0 || ran.status == 1, "{}{}", ran.out, ran.err);
    let data: Value = serde_json::from_str(&ran.out).expect("JSON");
    let findings = data["findings"].as_array().expect("findings").clone();
    let one = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let subject = world.git(&["log", "-1", "--format=%s", &text("commit")]);
        let step = subject
            .trim()
            .rsplit(": ")
            .next()
            .unwrap_or_default()
            .to_owned();
        (text("code"), step)
    };
    findings.iter().map(one).collect()
}

#[test]
fn a_destruction_is_one_commit_and_the_history_stays_sound() {
    let (world, id) = of_2014();
    world.on("2026-11-23");
    let folder = folder_of(&id).expect("an id");
    let files: Vec<String> = inside(&world, &id)
        .into_iter()
        .filter(|file| file != "clue.yaml")
        .collect();
    appraised(&world, &id, "2026-11-23");
    world.clue(LI, &["advance", &id, "appraise"]).ok();
    for email in [ZHOU, HE] {
        let step = ["advance", &id, "approve-destruction", "-m", "同意销毁"];
        world.clue(email, &step).ok();
    }
    // What git does not have yet would be lost, or left behind.
    let destroy = [
        "advance",
        id.as_str(),
        "destroy",
        "-m",
        "已删除，档案包已粉碎；已告知钱多多",
    ];
    for name in [".DS_Store", "handling/quality.yaml~"] {
        let path = format!("{folder}/{name}");
        world.write(&path, "x");
        let before = world.everything();
        let err = world.clue(LI, &destroy).fails(4);
        assert!(
            err.contains("step-uncommitted") && err.contains(name),
            "{err}"
        );
        assert!(world.everything() == before);
        std::fs::remove_file(world.path().join(path)).expect("a file");
    }
    let photo = format!("{folder}/attachments/图纸.txt");
    std::fs::remove_file(world.path().join(&photo)).expect("a file");
    let err = world.clue(LI, &destroy).fails(4);
    assert!(err.contains("attachment-missing"), "{err}");
    world.git(&["checkout", "--", &photo]);
    world.clue(LI, &destroy).ok();
    assert_eq!(inside(&world, &id), ["clue.yaml", "destruction.yaml"]);
    // Not even empty folders stay.
    let entries = std::fs::read_dir(world.path().join(&folder))
        .expect("a folder")
        .count();
    assert_eq!(entries, 2);
    let certificate = world.read(&format!("{folder}/destruction.yaml"));
    // With the form goes what says whose name must not be told: neither certificate nor card carry it on.
    let card = world.read(&format!("{folder}/clue.yaml"));
    for text in [&certificate, &card] {
        assert!(
            text.contains("已告知") && !text.contains("钱多多"),
            "{text}"
        );
    }
    for file in &files {
        assert!(
            certificate.contains(&format!("file: {file}\n")),
            "{file}: {certificate}"
        );
    }
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    assert_eq!(world.clue(LI, &["check"]).ok(), "");
    world.clue(HE, &["advance", &id, "witness"]).ok();
    world
        .clue("sun@example.org", &["advance", &id, "witness"])
        .ok();
    assert_eq!(world.clue(LI, &["check"]).ok(), "");
    world.clue(LI, &["audit", "HEAD"]).ok();
    world.git(&["fsck", "--strict"]);
    // Its number is given to nobody else.
    let other = world.collect();
    let triage = format!("{}/triage.yaml", folder_of(&other).expect("an id"));
    for (from, to) in [
        ("reviewed_at:", "reviewed_at: 2026-11-23T10:00:00+08:00"),
        ("authenticity:\n", "authenticity: credible\n"),
        ("\ncomplete:", "\ncomplete: true"),
        ("opinion:", "opinion: 重复"),
        ("ground:", "ground: duplicate"),
        ("duplicate_of:", "duplicate_of: QT-2014-0001"),
    ] {
        world.edit(&triage, from, to);
    }
    world
        .clue(LI, &["advance", &other, "dismiss", "-m", "重复"])
        .ok();
    assert_eq!(world.clue(LI, &["check"]).ok(), "");
    world.clue(LI, &["audit", "HEAD"]).ok();

    // Everything that looks at clues looks at one that was destroyed.
    for arguments in [
        vec!["show", "QT-2014-0001"],
        vec!["list", "--state", "destroyed"],
        vec!["log", &id],
        vec!["next", &id],
        vec!["why", &id],
        vec!["due", "--all"],
        vec!["ledger"],
        vec!["ledger", "--format", "csv"],
        vec!["stats", "--minimum", "1"],
        vec!["render", &id],
        vec!["render", &id, "destruction.yaml"],
        vec!["doctor"],
    ] {
        let ran = world.clue(LI, &arguments);
        assert_eq!(ran.status, 0, "{arguments:?}: {}{}", ran.out, ran.err);
    }
    // Its story tells one step, though the reasons of the earlier ones are gone from the card.
    let log = world.clue(LI, &["log", &id]).ok();
    let told: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("destroy"))
        .collect();
    assert!(told[0].contains("  destroy [appraisals"), "{log}");
    assert!(!log.contains("the trail names"), "{log}");
    // It had ended when it was archived.
    let stats = ["stats", "--minimum", "1", "--format", "json"];
    let stats: Value = serde_json::from_str(&world.clue(LI, &stats).ok()).expect("JSON");
    assert_eq!(stats["total"]["finished"]["value"], 1);
    assert_eq!(stats["total"]["dismissed"]["value"], 1);
    assert_eq!(stats["total"]["overdue"]["value"], 0);
    assert_eq!(stats["total"]["workingDaysToEnd"]["ninetiethPercentile"], 0);
    let list = world.clue(LI, &["list", "--state", "destroyed"]).ok();
    assert!(list.contains("QT-2014-0001"), "{list}");
    let due = world.clue(LI, &["due", "--all", "--format", "json"]).ok();
    assert!(
        !due.contains(&id),
        "nobody waits for what was destroyed: {due}"
    );
    let page = world.clue(LI, &["render", &id, "destruction.yaml"]).ok();
    assert!(
        page.contains("quality.yaml") && page.contains("周敏"),
        "{page}"
    );
    #[cfg(feature = "pdf")]
    for (language, document) in [
        ("en", "destruction.yaml"),
        ("zh", "destruction.yaml"),
        ("zh", "dossier"),
        ("en", "cover"),
    ] {
        let arguments = ["render", &id, document, "--format", "pdf", "-o", "it.pdf"];
        let ran = world.clue_in(language, LI, &arguments);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{document}");
        let pdf = std::fs::read(world.path().join("it.pdf")).expect("a file");
        assert!(pdf.starts_with(b"%PDF-"), "{document}");
        if let Some(folder) = std::env::var_os("CLUE_LOOK") {
            let name = format!("{language}-{document}.pdf");
            std::fs::write(std::path::Path::new(&folder).join(name), pdf).expect("a file");
        }
    }
    let err = world.clue(LI, &["draft", &id, "meetings"]).fails(4);
    assert!(err.contains("takes no record any more"), "{err}");
}

#[test]
fn what_was_destroyed_otherwise_is_found() {
    let (world, id) = of_2014();
    let folder = folder_of(&id).expect("an id");
    let forged = |day: &'static str, rules: &[(&str, &str)], steps: &dyn Fn(&World)| {
        // Under rules that let it pass, and then put upon those that do not.
        let world = world.cloned();
        world.on(day);
        let strict = world.git(&["rev-parse", "HEAD"]).trim().to_owned();
        for (from, to) in rules {
            let text = world.read("workflow.yaml");
            assert!(text.contains(from), "{from}");
            world.write("workflow.yaml", &text.replace(from, to));
        }
        world.git(&["commit", "--quiet", "--allow-empty", "-am", "lax"]);
        let lax = world.git(&["rev-parse", "HEAD"]).trim().to_owned();
        steps(&world);
        world.git(&["rebase", "--quiet", "--onto", &strict, &lax]);
        (audit(&world, &strict), world)
    };
    #[track_caller]
    fn found(what: &str, (found, _): &(Vec<(String, String)>, World), expected: &[(&str, &str)]) {
        for (code, step) in expected {
            assert!(
                found.iter().any(|(own, of)| own == code && of == step),
                "{what}: {code} in {step}: {found:#?}"
            );
        }
    }
    let by_the_rules = |world: &World| destroyed(world, &id);
    let step = |world: &World, email: &str, step: &str| {
        let ran = world.clue(email, &["advance", &id, step, "-m", "按程序办理"]);
        ran.ok()
    };
    let honest = forged("2026-11-23", &[], &by_the_rules);
    assert_eq!(honest.0, [], "what was done by the rules is not found");

    // Under laxer rules, each of them.
    let early = [
        ("step.at > retained.until + 'T24'", "retained.until != null"),
        ("&& record.appraised.at > retained.until + 'T24'", ""),
    ];
    let verdict = forged("2020-11-23", &early, &by_the_rules);
    found(
        "before the period",
        &verdict,
        &[
            ("step-condition", "appraise"),
            ("step-condition", "approve-destruction"),
            ("step-condition", "destroy"),
        ],
    );
    let one = [("retention_approvals: 2", "retention_approvals: 1")];
    let verdict = forged("2026-11-23", &one, &|world| {
        appraised(world, &id, "2026-11-23");
        step(world, LI, "appraise");
        step(world, ZHOU, "approve-destruction");
        step(world, LI, "destroy");
    });
    found(
        "one approver",
        &verdict,
        &[("step-condition", "destroy"), ("rule", "destroy")],
    );
    let twice = [
        (
            "\"!record.approvals.exists(a, a.by == step.by)\"",
            "\"true\"",
        ),
        (
            " && size(record.approvals.filter(b, b.by == a.by)) == 1",
            "",
        ),
        (
            "size(destruction.approved.filter(b, b.by == a.by)) == 1 && ",
            "",
        ),
    ];
    let verdict = forged("2026-11-23", &twice, &|world| {
        appraised(world, &id, "2026-11-23");
        step(world, LI, "appraise");
        step(world, ZHOU, "approve-destruction");
        step(world, ZHOU, "approve-destruction");
        step(world, LI, "destroy");
    });
    found(
        "the same person twice",
        &verdict,
        &[
            ("step-condition", "approve-destruction"),
            ("step-condition", "destroy"),
            ("rule", "destroy"),
        ],
    );
    // Liu Yang, who still worked here, had every role.
    let own = [
        (
            "step.by != record.appraised.by && !(step.by in record.appraisers)",
            "step.by != null",
        ),
        ("a.by != record.appraised.by && clue.trail", "clue.trail"),
        ("a.by != step.by && a.by != record.appraised.by && ", ""),
        (
            " && a.by != destruction.appraised.by && a.by != destruction.carried_out.by",
            "",
        ),
    ];
    let verdict = forged("2026-06-01", &own, &|world| {
        appraised(world, &id, "2026-06-01");
        step(world, "liu@example.org", "appraise");
        step(world, "liu@example.org", "approve-destruction");
        step(world, ZHOU, "approve-destruction");
        step(world, LI, "destroy");
    });
    found(
        "the appraiser approves",
        &verdict,
        &[
            ("step-role", "approve-destruction"),
            ("step-condition", "destroy"),
            ("rule", "destroy"),
        ],
    );
    let held = [(
        "clue.holds.all(h, h.released.at != null)",
        "size(clue.holds) >= 0",
    )];
    let verdict = forged("2026-11-23", &held, &|world| {
        step(world, HE, "hold");
        by_the_rules(world);
    });
    found(
        "a hold is open",
        &verdict,
        &[
            ("step-condition", "appraise"),
            ("step-condition", "approve-destruction"),
            ("step-condition", "destroy"),
            ("rule", "destroy"),
        ],
    );
    let own_hold = [("    who: step.by != entry.by\n", "    who: \"true\"\n")];
    let verdict = forged("2026-11-23", &own_hold, &|world| {
        step(world, HE, "hold");
        step(world, HE, "release");
    });
    found(
        "who ordered it releases it",
        &verdict,
        &[("step-role", "release")],
    );

    // By hand, in the commit itself or after it.
    let card = format!("{folder}/clue.yaml");
    let certificate = format!("{folder}/destruction.yaml");
    let again = |world: &World| {
        world.git(&["add", "--all"]);
        world.git(&["commit", "--quiet", "--amend", "--no-edit"]);
    };
    let reseal = |world: &World, before: &str| {
        let seal = |text: &str| clue::files::digest(text.as_bytes());
        let after = world.read(&certificate);
        world.edit(&card, &seal(before), &seal(&after));
    };
    let commit = |world: &World, message: &str| {
        world.git(&["add", "--all"]);
        world.git(&["commit", "--quiet", "-m", message]);
    };
    let by_hand = |change: &dyn Fn(&World)| {
        forged("2026-11-23", &[], &|world| {
            by_the_rules(world);
            change(world);
        })
    };
    let verdict = by_hand(&|world| {
        world.git(&["rm", "--quiet", &certificate]);
        again(world);
    });
    found("no certificate", &verdict, &[("seal-broken", "destroy")]);
    let verdict = by_hand(&|world| {
        let before = world.read(&certificate);
        let from = before.find("  - file: handling").expect("a file");
        let to = before[from + 3..].find("  - file:").expect("another") + from + 3;
        world.write(
            &certificate,
            &format!("{}{}", &before[..from], &before[to..]),
        );
        reseal(world, &before);
        again(world);
    });
    found(
        "a file that the certificate does not list",
        &verdict,
        &[("history-field", "destroy")],
    );
    let verdict = by_hand(&|world| {
        let before = world.read(&certificate);
        let marker = "sha256: ";
        let place = before.find(marker).expect("a hash") + marker.len();
        let other = if before[place..].starts_with('0') {
            "1"
        } else {
            "0"
        };
        world.write(
            &certificate,
            &format!("{}{other}{}", &before[..place], &before[place + 1..]),
        );
        reseal(world, &before);
        again(world);
    });
    found("another hash", &verdict, &[("history-field", "destroy")]);
    let verdict = by_hand(&|world| {
        let before = world.read(&certificate);
        world.edit(&certificate, "by: he-jing", "by: zhao-gang");
        reseal(world, &before);
        again(world);
    });
    found(
        "somebody else's approval",
        &verdict,
        &[("history-field", "destroy"), ("rule", "destroy")],
    );
    let verdict = by_hand(&|world| {
        world.git(&[
            "checkout",
            "HEAD~1",
            "--",
            &format!("{folder}/collection.yaml"),
        ]);
        again(world);
    });
    found(
        "a record that stayed",
        &verdict,
        &[("record-removed", "destroy")],
    );
    let verdict = by_hand(&|world| {
        world.git(&["checkout", "HEAD~1", "--", &format!("{folder}/attachments")]);
        commit(world, "edit");
    });
    found(
        "an attachment that came back",
        &verdict,
        &[("record-removed", "edit")],
    );
    let verdict = by_hand(&|world| {
        world.edit(&certificate, "已无保存价值", "没有看过");
        commit(world, "edit");
    });
    found(
        "a certificate that was changed later",
        &verdict,
        &[("seal-broken", "edit"), ("history-field", "edit")],
    );
    let verdict = by_hand(&|world| {
        world.edit(&card, "step: analyse", "step: analyse\n    reason: 补一条");
        again(world);
    });
    found(
        "a reason that was put in",
        &verdict,
        &[("history-trail", "destroy")],
    );
    let verdict = by_hand(&|world| {
        world.edit(
            &certificate,
            "witnesses: []",
            "witnesses:\n  - at: 2026-11-23T12:00:00+08:00\n    by: sun-li",
        );
        commit(world, "edit");
    });
    found(
        "a witness who was written in",
        &verdict,
        &[("history-field", "edit"), ("rule", "edit")],
    );

    // Without any step.
    let verdict = forged("2026-11-23", &[], &|world| {
        world.git(&["rm", "--quiet", "-r", &format!("{folder}/analysis.md")]);
        commit(world, "edit");
    });
    found(
        "a sealed record that is gone",
        &verdict,
        &[("seal-broken", "edit")],
    );
    let verdict = forged("2026-11-23", &[], &|world| {
        for inner in RECORDS {
            world.git(&["rm", "--quiet", "-r", &format!("{folder}/{inner}")]);
        }
        world.edit(&card, "state: archived", "state: destroyed");
        commit(world, "edit");
    });
    found(
        "the state set by hand",
        &verdict,
        &[("history-card", "edit"), ("seal-broken", "edit")],
    );
    let verdict = forged("2026-11-23", &[], &|world| {
        for inner in RECORDS {
            world.git(&["rm", "--quiet", "-r", &format!("{folder}/{inner}")]);
        }
        let made = "carried_out:\n  by: li-wei\n  at: 2026-11-23T09:00:00+08:00\napproved:\n  - { by: zhou-min, at: 2026-11-23T09:00:00+08:00 }\n  - { by: he-jing, at: 2026-11-23T09:00:00+08:00 }\nfiles: []\n";
        world.write(&certificate, made);
        world.edit(&card, "state: archived", "state: destroyed");
        let entry = format!(
            "  - step: destroy\n    at: 2026-11-23T09:00:00+08:00\n    by: li-wei\n    from: archived\n    to: destroyed\n    reason: 已粉碎\n    seals:\n      destruction.yaml: {}\n",
            clue::files::digest(made.as_bytes())
        );
        world.edit(
            &card,
            "\ndepartments:",
            &format!("\n{}\ndepartments:", entry.trim_end()),
        );
        commit(world, "edit");
    });
    found(
        "the step forged, with nobody's appraisal",
        &verdict,
        &[("step-argument", "edit"), ("rule", "edit")],
    );
    let verdict = forged("2026-11-23", &[], &|world| {
        world.edit(
            &card,
            "retention_until: 2024-12-31",
            "retention_until: 2020-12-31",
        );
        commit(world, "edit");
    });
    found(
        "another day by hand",
        &verdict,
        &[("history-card", "edit"), ("rule", "edit")],
    );
    let verdict = forged("2026-11-23", &[], &|world| {
        world.git(&["rm", "--quiet", "-r", &folder]);
        commit(world, "edit");
    });
    found("the whole clue", &verdict, &[("history-deletion", "edit")]);
}

/// What `clue retention` says is next for each clue, as data.
fn next(world: &World, more: &[&str]) -> Vec<(String, String, Value)> {
    let out = world
        .clue(LI, &[&["retention", "--format", "json"], more].concat())
        .ok();
    let data: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(data["schemaVersion"], 1);
    let one = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        (text("number"), text("next"), row["until"].clone())
    };
    data["clues"]
        .as_array()
        .expect("clues")
        .iter()
        .map(one)
        .collect()
}

#[test]
fn archived_clues_are_listed_by_when_they_fall_due() {
    let (world, id) = of_2014();
    let folder = folder_of(&id).expect("an id");
    let card = format!("{folder}/clue.yaml");
    let only = |next: &str| {
        vec![(
            "QT-2014-0001".to_owned(),
            next.to_owned(),
            json!("2024-12-31"),
        )]
    };
    world.on("2026-11-23");
    let _ = world.collect();
    assert_eq!(next(&world, &["--on", "2023-12-30"]), []);
    assert_eq!(
        next(&world, &["--on", "2023-12-31"]),
        only("in-period"),
        "within twelve months"
    );
    assert_eq!(next(&world, &["--on", "2024-09-01", "--within", "90d"]), []);
    assert_eq!(
        next(&world, &["--on", "2020-01-01", "--within", "5y"]),
        only("in-period")
    );
    assert_eq!(
        next(&world, &["--on", "2020-01-01", "--all"]),
        only("in-period")
    );
    assert_eq!(
        next(&world, &["--on", "2024-12-31"]),
        only("in-period"),
        "its last day"
    );
    assert_eq!(next(&world, &[]), only("due-for-appraisal"));
    for (language, expected) in [
        (
            "en",
            "until       archive number           number        retention  next               title",
        ),
        (
            "zh",
            "到期日      档号                     编号          保管期限  下一步      题名",
        ),
    ] {
        let text = world.clue_in(language, LI, &["retention"]).ok();
        assert_eq!(text.lines().next(), Some(expected), "{text}");
        assert!(text.contains("2024-12-31  "), "{text}");
    }
    let csv = world.clue(LI, &["retention", "--format", "csv"]).ok();
    assert!(
        csv.contains(",2014-03-03,2024-12-31,,due for appraisal"),
        "{csv}"
    );
    let file = world.path().join("retention.xlsx");
    let path = file.to_str().expect("a path");
    let ran = world.clue(LI, &["retention", "--format", "xlsx", "-o", path]);
    assert!(ran.err.contains("1 clue written into"), "{}", ran.err);
    ran.ok();
    assert!(std::fs::read(&file).expect("a file").starts_with(b"PK"));
    std::fs::remove_file(file).expect("a file");
    // What to write is said with the refusal; how people write days and spans is understood.
    for (option, value, words) in [
        ("--within", "12", "12 个月"),
        ("--within", "12月", "12 个月"),
        ("--on", "2026-13-01", "历上没有这一天"),
        ("--on", "2026-02-30", "历上没有这一天"),
        ("--on", "明天", "2036年12月31日"),
    ] {
        let ran = world.clue_in("zh", LI, &["retention", option, value]);
        let error = ran.fails(2);
        assert!(error.contains(words) && error.contains("办法"), "{error}");
        let error = world.clue(LI, &["retention", option, value]).fails(2);
        assert!(
            error.contains("12m") || error.contains("2036-12-31"),
            "{error}"
        );
    }
    for day in ["2024年12月31日", "2024/12/31", "20241231"] {
        assert_eq!(
            next(&world, &["--on", day, "--within", "3年"]),
            only("in-period")
        );
    }
    // What begins with a hyphen is a wrong time, and no option that nobody knows.
    for command in ["retention", "due"] {
        let said = world.clue(LI, &[command, "--within", "-5d"]).fails(2);
        assert!(said.contains("invalid value '-5d'"), "{said}");
    }

    world.clue(HE, &["advance", &id, "hold", "-m", "诉讼"]).ok();
    assert_eq!(next(&world, &[]), only("on-hold"));
    world
        .clue(ZHOU, &["advance", &id, "release", "-m", "诉讼终结"])
        .ok();
    appraised(&world, &id, "2026-11-23");
    assert_eq!(next(&world, &[]), only("due-for-appraisal"));
    world.clue(LI, &["advance", &id, "appraise"]).ok();
    assert_eq!(next(&world, &[]), only("destruction-proposed"));
    world
        .clue(ZHOU, &["advance", &id, "approve-destruction", "-m", "同意"])
        .ok();
    let text = world.clue(LI, &["retention"]).ok();
    assert!(
        text.contains("destruction proposed, 1 of 2 approvals"),
        "{text}"
    );
    world
        .clue(HE, &["advance", &id, "approve-destruction", "-m", "同意"])
        .ok();
    let text = world.clue_in("zh", LI, &["retention"]).ok();
    assert!(text.contains("已批准销毁（2 人），待执行"), "{text}");
    // A hold stands before everything else.
    world.clue(HE, &["advance", &id, "hold", "-m", "审计"]).ok();
    assert_eq!(next(&world, &[]), only("on-hold"));
    world
        .clue(ZHOU, &["advance", &id, "release", "-m", "审计结束"])
        .ok();
    assert_eq!(next(&world, &[]), only("due-for-appraisal"));

    // What an earlier version archived has no day on its card, and is told so.
    let text = world.read(&card);
    world.edit(&card, "retention_until: 2024-12-31\n", "");
    let out = world.clue(LI, &["retention"]).ok();
    assert!(
        out.contains("2024-12-31*") && out.contains("* computed"),
        "{out}"
    );
    // A class that the rulebook does not have any more ends nothing.
    world.edit("workflow.yaml", "  years-10:\n", "  years-11:\n");
    assert_eq!(
        next(&world, &[]),
        [(
            "QT-2014-0001".to_owned(),
            "unknown-class".to_owned(),
            Value::Null
        )]
    );
    world.write(&card, &text);
    assert_eq!(next(&world, &[]), only("due-for-appraisal"));
    let ran = world.clue(LI, &["check"]);
    let found = ran.out + &ran.err;
    assert!(
        found.contains("declares no retention class `years-10`"),
        "{found}"
    );
    world.git(&["checkout", "--", "workflow.yaml"]);
    // A card that cannot be read is told, and hides nobody.
    world.write(&card, "state: [\n");
    let out = world.clue(LI, &["retention"]).ok();
    assert!(
        out.contains("0 clues as of") && out.contains("clue check"),
        "{out}"
    );
    world.write(&card, &text);
    world.edit(
        &card,
        "retention_until: 2024-12-31",
        "retention_until: 2024-13-31",
    );
    let ran = world.clue(LI, &["check"]);
    let out = ran.out + &ran.err;
    assert!(out.contains("2024-13-31"), "{out}");
    world.write(&card, &text);

    world.on("2026-11-24");
    appraised(&world, &id, "2026-11-24");
    let record = ["--record", "2026-11-24", "-m", "按程序办理"];
    let step = |email: &str, step: &str| {
        world
            .clue(
                email,
                &[&["advance", id.as_str(), step], &record[..]].concat(),
            )
            .ok()
    };
    step(LI, "appraise");
    step(ZHOU, "approve-destruction");
    step(HE, "approve-destruction");
    step(LI, "destroy");
    // Until two others have signed the certificate, somebody has to do something.
    assert_eq!(next(&world, &[]), only("destroyed"));
    let text = world.clue_in("zh", LI, &["retention"]).ok();
    assert!(text.contains("已销毁，待监销（0/2）"), "{text}");
    for email in [HE, "sun@example.org"] {
        world.clue(email, &["advance", &id, "witness"]).ok();
    }
    assert_eq!(next(&world, &[]), []);
    assert_eq!(next(&world, &["--all"]), only("destroyed"));
}

#[test]
fn the_gate_takes_a_destruction_and_no_other_deletion() {
    let (world, id) = of_2014();
    let folder = folder_of(&id).expect("an id");
    world.on("2026-11-23");
    let server = World::new();
    let from = world.path().to_str().expect("a path");
    server.git(&["clone", "--quiet", "--bare", from, "server.git"]);
    let hook = ["-C", "server.git", "hook", "install", "--pre-receive"];
    server.clue(LI, &hook).ok();
    let url = server.path().join("server.git");
    let push = format!("git push --quiet {} HEAD:main", url.display());
    let head = |world: &World| world.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let taken = || {
        let main = server.git(&["-C", "server.git", "rev-parse", "main"]);
        main.trim().to_owned()
    };

    world.git(&["rm", "--quiet", "-r", &format!("{folder}/analysis.md")]);
    world.git(&["commit", "--quiet", "-m", "edit"]);
    let told = world.shell("", "en", &push);
    assert!(told.contains("seal-broken"), "{told}");
    assert_ne!(taken(), head(&world));
    world.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    destroyed(&world, &id);
    let told = world.shell("", "en", &push);
    assert_eq!(taken(), head(&world), "{told}");
    let attachments = format!("{folder}/attachments");
    world.git(&["checkout", "HEAD~1", "--", &attachments]);
    world.git(&["commit", "--quiet", "-m", "edit"]);
    let told = world.shell("", "en", &push);
    assert!(told.contains("record-removed"), "{told}");
    assert_ne!(taken(), head(&world));
}

#[test]
fn a_merge_does_not_get_round_a_hold() {
    let (world, id) = of_2014();
    world.on("2026-11-23");
    appraised(&world, &id, "2026-11-23");
    world.clue(LI, &["advance", &id, "appraise"]).ok();
    for email in [ZHOU, HE] {
        let step = ["advance", &id, "approve-destruction", "-m", "同意销毁"];
        world.clue(email, &step).ok();
    }
    let since = world.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let other = world.cloned();
    other
        .clue(ZHOU, &["advance", &id, "hold", "-m", "诉讼"])
        .ok();
    let held = other.path().to_str().expect("a path").to_owned();
    world.on("2026-11-24");
    world
        .clue(LI, &["advance", &id, "destroy", "-m", "粉碎"])
        .ok();
    world.git(&["config", "user.name", "li"]);
    world.git(&["config", "user.email", LI]);
    let told = world.shell("", "en", &format!("git pull --quiet --no-rebase {held}"));
    let card = format!("{}/clue.yaml", folder_of(&id).expect("an id"));
    assert!(told.contains(&card), "the merge stops: {told}");
    // Whoever takes one side all the same drops the order of the other.
    world.git(&["checkout", "--ours", "--", &card]);
    world.git(&["add", "--all"]);
    world.git(&["commit", "--quiet", "-m", "merge"]);
    let found = audit(&world, &since);
    assert!(
        found.iter().any(|(code, _)| code == "history-trail"),
        "{found:#?}"
    );
}
