//! The built-in rulebook is sound, and a clue can be led through it in memory, each step judged.

use serde_json::{Value, json};

use crate::harness::filled;
use crate::play::Play;

#[test]
fn the_built_in_rulebook_is_sound() {
    Play::new().sound();
}

#[test]
fn a_clue_goes_from_collection_to_archive() {
    let mut play = Play::new();
    play.collect();
    play.sound();
    play.refused("wu-di", "register", |_| {}, "step-role");
    play.refused("li-wei", "register", |_| {}, "review-complete");
    play.triage("business", "product-quality", "general");
    let registered = play.step("li-wei", "register", |_| {});
    assert_eq!(registered.number.as_deref(), Some("YW-2026-0001"));
    play.sound();
    play.refused("zhou-min", "analyse", |_| {}, "risk-assessed");
    play.refused("li-wei", "archive", |_| {}, "step-state");
    play.analyse();
    play.sound();
    play.refused("li-wei", "transfer", |_| {}, "slip-sent");
    play.step("li-wei", "transfer", |command| {
        command.sets = vec![
            ("transfers.reason".to_owned(), json!("质量问题由质量部办理")),
            (
                "transfers.expected_completion".to_owned(),
                json!("2026-12-31"),
            ),
        ];
    });
    play.sound();
    play.refused("sun-li", "accept", |_| {}, "step-role");
    play.refused("zhao-gang", "accept", |_| {}, "handler-named");
    let accepted = play.step("zhao-gang", "accept", |command| {
        command.sets = vec![("transfers.receipt.handler".to_owned(), json!("chen-jie"))];
    });
    assert_eq!(
        (accepted.to.as_str(), accepted.responsible.as_str()),
        ("handling", "chen-jie")
    );
    play.sound();
    play.step("chen-jie", "note", |command| {
        command.reason = Some("更换轴承".to_owned());
        command.entry_type = Some("measure".to_owned());
    });
    play.refused("chen-jie", "complete", |_| {}, "completion-outcome");
    play.edit("handling/quality.yaml", "outcome:", "outcome: 已解决");
    play.refused("chen-jie", "complete", |_| {}, "quality-inspection");
    let complete = play
        .read("handling/quality.yaml")
        .replace("result:", "result: 完成")
        .replace("    by:\n", "    by: chen-jie\n");
    play.write("handling/quality.yaml", &complete);
    play.step("chen-jie", "complete", |_| {});
    play.sound();
    let text = play.read("handling/quality.yaml");
    play.write("handling/quality.yaml", &text.replace("已解决", "未解决"));
    let found = play.check();
    assert!(
        found
            .iter()
            .any(|diagnostic| diagnostic.code.name() == "seal-broken"),
        "{found:#?}"
    );
    play.write("handling/quality.yaml", &text);
    play.step("li-wei", "rework", |command| {
        command.reason = Some("原因不清".to_owned())
    });
    play.sound();
    play.step("chen-jie", "complete", |_| {});
    play.refused("li-wei", "feed-back", |_| {}, "markdown-section");
    let report = filled(&play.read("feedback/quality.md"))
        .replace("written_at:", "written_at: 2026-11-23T12:00:00+08:00")
        .replace("form:", "form: written")
        .replace("aim:", "aim: met");
    play.write("feedback/quality.md", &report);
    play.step("li-wei", "feed-back", |_| {});
    play.sound();
    let archived = play.step("li-wei", "archive", |_| {});
    assert_eq!(archived.to, "archived");
    play.sound();
    play.step("zhou-min", "reopen", |command| {
        command.reason = Some("客户再次投诉".to_owned())
    });
    play.sound();
}

#[test]
fn a_duplicate_is_dismissed_and_an_incomplete_form_returned() {
    let mut play = Play::new();
    play.collect();
    play.refused("li-wei", "return", |_| {}, "step-reason");
    play.step("li-wei", "return", |command| {
        command.reason = Some("请补充型号".to_owned())
    });
    play.refused("li-wei", "register", |_| {}, "not-while-returned");
    play.step("wu-di", "collect", |_| {});
    play.refused("wu-di", "collect", |_| {}, "only-returned-forms");
    play.edit("triage.yaml", "ground:", "ground: duplicate");
    play.refused(
        "li-wei",
        "dismiss",
        |command| command.reason = Some("重复".to_owned()),
        "duplicate-link",
    );
    play.edit("triage.yaml", "ground: duplicate", "ground: not-a-clue");
    play.step("li-wei", "dismiss", |command| {
        command.reason = Some("咨询，不属于线索".to_owned())
    });
    play.sound();
}

#[test]
fn several_departments_are_tracked_each_on_its_own() {
    let mut play = Play::new();
    play.collect();
    play.triage("business", "service-complaint", "urgent");
    play.edit(
        "triage.yaml",
        "departments:\n",
        "departments: [quality, service]\n",
    );
    play.step("li-wei", "register", |_| {});
    let text = filled(&play.read("analysis.md"))
        .replace("methods:\n", "methods: [comparison]\n")
        .replace("level:", "level: low")
        .replace("overall:", "overall: low");
    play.write("analysis.md", &text);
    play.refused("zhou-min", "analyse", |_| {}, "discussed-first");
    play.draft("meetings", None, Some("discussion"));
    let minutes = filled(&play.read("meetings/2026-11-23-discussion.md"))
        .replace("held_at:", "held_at: 2026-11-23T10:30:00+08:00");
    play.write("meetings/2026-11-23-discussion.md", &minutes);
    play.step("zhou-min", "analyse", |_| {});
    let sets = |department: &str| -> Vec<(String, Value)> {
        vec![
            (format!("transfers/{department}.reason"), json!("分工办理")),
            (
                format!("transfers/{department}.expected_completion"),
                json!("2026-12-31"),
            ),
        ]
    };
    let both: Vec<_> = sets("quality").into_iter().chain(sets("service")).collect();
    play.refused(
        "li-wei",
        "transfer",
        |command| command.sets = both.clone(),
        "coordination-meeting",
    );
    play.draft("meetings", None, Some("coordination"));
    let minutes = filled(&play.read("meetings/2026-11-23-coordination.md"))
        .replace("held_at:", "held_at: 2026-11-23T11:00:00+08:00")
        .replace("duty:\n", "duty: 分工\n");
    play.write("meetings/2026-11-23-coordination.md", &minutes);
    play.step("li-wei", "transfer", |command| command.sets = both);
    play.sound();
    play.refused("zhao-gang", "accept", |_| {}, "step-argument");
    play.step("sun-li", "accept", |command| {
        command.department = Some("service".to_owned());
        command.sets = vec![("transfers.receipt.handler".to_owned(), json!("wu-di"))];
    });
    let declined = play.step("zhao-gang", "decline", |command| {
        command.department = Some("quality".to_owned());
        command.reason = Some("与质量无关".to_owned());
    });
    assert_eq!(declined.to, "handling");
    play.sound();
}
