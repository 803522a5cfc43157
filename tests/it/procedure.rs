//! The built-in rulebook is sound, and a clue can be led through it in memory, each step judged.

use std::sync::Arc;

use clue::case::{Case, folder_of};
use clue::change::Changes;
use clue::check::check_all;
use clue::diagnostic::Diagnostic;
use clue::files::{Files, MemoryFiles};
use clue::template::Templates;
use clue::time::Timestamp;
use clue::workflow::{Actor, Command, Decision, Desk, DraftRequest, decide, draft};
use clue::world::World;
use serde_json::{Value, json};

use crate::harness::filled;

const ORGANISATION: &str = "\
name: 华远机械股份有限公司
language: zh
time_zone: Asia/Shanghai
departments:
  office: { name: 线索管理办公室, head: li-wei }
  quality: { name: 质量部, head: zhao-gang }
  service: { name: 客户服务部, head: sun-li }
people:
  li-wei: { name: 李伟, email: li@example.org, department: office, roles: [officer, archivist] }
  zhou-min: { name: 周敏, email: zhou@example.org, department: office, roles: [reviewer, leader] }
  zhao-gang: { name: 赵刚, email: zhao@example.org, department: quality, roles: [head] }
  sun-li: { name: 孙丽, email: sun@example.org, department: service, roles: [head] }
  chen-jie: { name: 陈洁, email: chen@example.org, department: quality }
  wu-di: { name: 吴迪, email: wu@example.org, department: service }
  he-jing: { name: 何静, email: he@example.org, department: office, roles: [supervisor] }
duty: { officer: li-wei, archivist: li-wei }
responsibilities: { product-quality: [quality], service-complaint: [service] }
";

const ID: &str = "20261123-k7qd";

struct Play {
    files: MemoryFiles,
    minute: u32,
}

impl Play {
    fn new() -> Self {
        let mut files = MemoryFiles::default();
        for (path, bytes) in clue::builtin::files().iter() {
            files.insert(path, Arc::clone(bytes));
        }
        files.insert("organisation.yaml", ORGANISATION.as_bytes().to_vec());
        Self { files, minute: 0 }
    }

    fn path(&self, inner: &str) -> String {
        format!("{}/{inner}", folder_of(ID).expect("an id"))
    }

    fn write(&mut self, inner: &str, text: &str) {
        let path = self.path(inner);
        self.files.insert(path, text.as_bytes().to_vec());
    }

    fn read(&self, inner: &str) -> String {
        let bytes = self
            .files
            .read(&self.path(inner), 1_000_000)
            .expect("memory")
            .unwrap_or_else(|| panic!("{inner}"));
        String::from_utf8(bytes.to_vec()).expect("text")
    }

    /// Replaces the first `from` in a record, as a person would in an editor.
    #[track_caller]
    fn edit(&mut self, inner: &str, from: &str, to: &str) {
        let text = self.read(inner);
        assert!(text.contains(from), "{inner} has no {from:?}:\n{text}");
        self.write(inner, &text.replacen(from, to, 1));
    }

    fn apply(&mut self, changes: &Changes) {
        for (path, bytes) in changes.files() {
            self.files.insert(
                path.clone(),
                Arc::clone(bytes.as_ref().expect("no step deletes")),
            );
        }
    }

    fn attempt(&mut self, by: &str, command: Command) -> Result<Decision, Vec<Diagnostic>> {
        self.minute += 1;
        let at = format!(
            "2026-11-23T{:02}:{:02}:00+08:00",
            9 + self.minute / 60,
            self.minute % 60
        );
        let actor = Actor {
            person: by.to_owned(),
            at: Timestamp::parse(&at).expect("a time"),
        };
        let builtin = clue::builtin::files();
        let (world, found) = World::load(&self.files, builtin);
        assert_eq!(found, [], "the world");
        let world = world.expect("a world");
        let templates = Templates::new(&self.files, builtin, clue::markdown::to_html);
        let desk = Desk {
            files: &self.files,
            world: &world,
            templates: &templates,
        };
        let (case, _) = Case::load(&self.files, &world, &folder_of(ID).expect("an id"));
        decide(&desk, &case, &command, &actor)
    }

    #[track_caller]
    fn step(&mut self, by: &str, step: &str, more: impl FnOnce(&mut Command)) -> Decision {
        let mut command = Command {
            step: step.to_owned(),
            ..Command::default()
        };
        more(&mut command);
        let decision = self
            .attempt(by, command)
            .unwrap_or_else(|found| panic!("{step} by {by}: {found:#?}"));
        self.apply(&decision.changes);
        decision
    }

    #[track_caller]
    fn refused(&mut self, by: &str, step: &str, more: impl FnOnce(&mut Command), code: &str) {
        let mut command = Command {
            step: step.to_owned(),
            ..Command::default()
        };
        more(&mut command);
        match self.attempt(by, command) {
            Ok(_) => panic!("{step} by {by} was not refused"),
            Err(found) => {
                let named = |diagnostic: &Diagnostic| {
                    diagnostic.code.name() == code || diagnostic.rule.as_deref() == Some(code)
                };
                assert!(
                    found.iter().any(named),
                    "{step} by {by}, expected {code}: {found:#?}"
                );
            }
        }
    }

    #[track_caller]
    fn draft(&mut self, record: &str, department: Option<&str>, purpose: Option<&str>) {
        let builtin = clue::builtin::files();
        let (world, _) = World::load(&self.files, builtin);
        let world = world.expect("a world");
        let templates = Templates::new(&self.files, builtin, clue::markdown::to_html);
        let desk = Desk {
            files: &self.files,
            world: &world,
            templates: &templates,
        };
        let (case, _) = Case::load(&self.files, &world, &folder_of(ID).expect("an id"));
        let request = DraftRequest {
            record: record.to_owned(),
            department: department.map(str::to_owned),
            purpose: purpose.map(str::to_owned),
            date: None,
        };
        let actor = Actor {
            person: "li-wei".to_owned(),
            at: Timestamp::parse("2026-11-23T09:00:00+08:00").expect("a time"),
        };
        let (path, text) =
            draft(&desk, &case, &request, &actor).unwrap_or_else(|found| panic!("{found:#?}"));
        self.files.insert(path, text.into_bytes());
    }

    #[track_caller]
    fn sound(&self) {
        assert_eq!(check_all(&self.files, clue::builtin::files(), None), []);
    }

    fn collect(&mut self) {
        self.write(
            "collection.yaml",
            "title: 三号机床异响\nsource: 宏达公司\nchannel: customer-complaint\ndiscovered_at: 2026-11-23T08:30:00+08:00\nmatters: [三号机床]\ndescription: 开机后有异响\ncollector: wu-di\nreporter:\n  anonymous: false\n  name: 王先生\n  contact: \"0571\"\n",
        );
        self.step("wu-di", "collect", |_| {});
    }

    fn triage(&mut self, category: &str, kind: &str, urgency: &str) {
        for (from, to) in [
            (
                "reviewed_at:",
                "reviewed_at: 2026-11-23T10:00:00+08:00".to_owned(),
            ),
            ("authenticity:\n", "authenticity: credible\n".to_owned()),
            ("\ncomplete:", "\ncomplete: true".to_owned()),
            ("opinion:", "opinion: 情况属实".to_owned()),
            ("\ncategory:", format!("\ncategory: {category}")),
            ("kind:", format!("kind: {kind}")),
            ("\nurgency:", format!("\nurgency: {urgency}")),
        ] {
            self.edit("triage.yaml", from, &to);
        }
    }

    fn analyse(&mut self) {
        let mut text = filled(&self.read("analysis.md"));
        text = text
            .replace("methods:\n", "methods: [data-analysis]\n")
            .replace("level:", "level: low")
            .replace("overall:", "overall: low");
        self.write("analysis.md", &text);
        self.step("zhou-min", "analyse", |_| {});
    }
}

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
    let found = check_all(&play.files, clue::builtin::files(), None);
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
