//! The built-in rulebook is sound, and a clue can be led through it in memory, each step judged.

use clue::workflow::Command;
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
    // A step that opens a record does not cover up that it was changed while it was sealed.
    let report = play.read("feedback/quality.md");
    play.write("feedback/quality.md", &format!("{report}\n补记。\n"));
    let reopen = |command: &mut Command| command.reason = Some("客户再次投诉".to_owned());
    play.refused("zhou-min", "reopen", reopen, "seal-broken");
    play.write("feedback/quality.md", &report);
    play.step("zhou-min", "reopen", reopen);
    play.sound();
}

#[test]
fn what_steps_write_is_not_written_by_hand() {
    let mut play = Play::new();
    play.collect();
    play.triage("business", "product-quality", "general");
    play.step("li-wei", "register", |_| {});
    play.analyse();
    let slip = |command: &mut Command| {
        command.sets = vec![
            ("transfers.reason".to_owned(), json!("质量问题")),
            (
                "transfers.expected_completion".to_owned(),
                json!("2026-12-31"),
            ),
        ];
    };
    let forged = |more: &'static [(&'static str, &'static str, &'static str)]| {
        move |command: &mut Command| {
            slip(command);
            command.reason = Some("试一试".to_owned());
            command.entry_type = Some("progress".to_owned());
            for (field, by, key) in more {
                let mut value = json!({"by": by, "at": "2026-11-23T09:01:00+08:00"});
                if !key.is_empty() {
                    value[*key] = json!("chen-jie");
                }
                let status = if *key == "handler" {
                    "accepted"
                } else {
                    "declined"
                };
                command.sets.push(((*field).to_owned(), value));
                command
                    .sets
                    .push(("transfers.status".to_owned(), json!(status)));
            }
        }
    };
    play.step("li-wei", "transfer", slip);
    let receipt: &[_] = &[("transfers.receipt", "zhao-gang", "handler")];
    play.refused("li-wei", "transfer", forged(receipt), "slip-drafted");
    play.step("zhao-gang", "accept", |command| {
        command.sets = vec![("transfers.receipt.handler".to_owned(), json!("chen-jie"))];
    });
    // Somebody of the department notes something, and would have declined along the way.
    let decline: &[_] = &[("transfers.decline", "zhao-gang", "reason")];
    play.refused("chen-jie", "note", forged(decline), "slip-by-steps");
    let status = |command: &mut Command| {
        command.reason = Some("试一试".to_owned());
        command.entry_type = Some("progress".to_owned());
        command.sets = vec![("transfers.status".to_owned(), json!("draft"))];
    };
    play.refused("chen-jie", "note", status, "slip-status");
    let handler = |command: &mut Command| {
        command.reason = Some("试一试".to_owned());
        command.entry_type = Some("progress".to_owned());
        command.sets = vec![
            ("transfers.status".to_owned(), json!("completed")),
            (
                "handling.completion".to_owned(),
                json!({"by": "chen-jie", "at": "2026-11-23T09:30:00+08:00", "outcome": "好了"}),
            ),
        ];
    };
    play.refused("chen-jie", "note", handler, "not-after-completion");
}

#[test]
fn a_registered_clue_can_still_be_dismissed() {
    let mut play = Play::new();
    play.collect();
    play.triage("business", "product-quality", "general");
    let number = play.step("li-wei", "register", |_| {}).number;
    // Registration sealed the review; the step writes the dismissal into it and seals it anew.
    play.step("li-wei", "dismiss", |command| {
        command.reason = Some("经核实不属于线索".to_owned());
        command.sets = vec![("triage.dismissal.ground".to_owned(), json!("not-a-clue"))];
    });
    play.sound();
    assert_eq!(
        play.value("clue.yaml")["number"].as_str(),
        number.as_deref()
    );
    play.step("zhou-min", "reopen", |command| {
        command.reason = Some("有新证据".to_owned())
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
    // A department that is done has its record sealed, while another one is still to be found.
    for kind in ["measure", "progress"] {
        play.step("wu-di", "note", |command| {
            command.department = Some("service".to_owned());
            command.reason = Some("已与客户沟通".to_owned());
            command.entry_type = Some(kind.to_owned());
        });
    }
    play.edit("handling/service.yaml", "outcome:", "outcome: 已解决");
    let done = play.step("wu-di", "complete", |command| {
        command.department = Some("service".to_owned());
    });
    assert_eq!(done.to, "handling");
    play.sound();
    play.edit(
        "handling/service.yaml",
        "outcome: 已解决",
        "outcome: 未解决",
    );
    let found = play.check();
    assert!(
        found
            .iter()
            .any(|diagnostic| diagnostic.code.name() == "seal-broken"),
        "{found:#?}"
    );
}
