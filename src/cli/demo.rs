//! `clue demo`: the sample organisation's clues, played into a new repository, with their dossiers.

use std::path::PathBuf;

use clap::Args;

use crate::case::Case;
use crate::cli::merging::program;
use crate::cli::{Answer, Context, progress};
use crate::demo::{DOCUMENTS, FOUNDER, play};
use crate::document::DOSSIER;
use crate::engine::{Engine, Failure, mend_merging};
use crate::text::{pad, width};

/// Arguments of `clue demo`.
#[derive(Args)]
pub(super) struct Demo {
    /// Folder of the demonstration; it must be empty or not exist
    #[arg(default_value = "demo", value_name = "FOLDER")]
    folder: PathBuf,
}

impl Demo {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let folder = context.folder.join(&self.folder);
        let bar = progress::bar(context, "playing the steps", "正在逐步办理");
        let played = play(&folder, &|done, of| bar.show(done, of))?;
        drop(bar);
        mend_merging(&folder, &program())?;
        let engine = Engine::open(&folder)?;
        let bar = progress::bar(context, "rendering the dossiers", "正在生成卷宗");
        let documents = folder.join(DOCUMENTS);
        let failed = |error: std::io::Error| Failure::of_system(&documents, &error);
        std::fs::create_dir_all(&documents).map_err(failed)?;
        for (done, id) in played.clues.iter().enumerate() {
            bar.show(done, played.clues.len());
            let html = engine.render_html(id, DOSSIER, engine.world().organisation.language)?;
            std::fs::write(documents.join(format!("{id}.html")), html).map_err(failed)?;
        }
        let index = engine.render_index(&played.clues, engine.world().organisation.language)?;
        std::fs::write(documents.join("index.html"), index).map_err(failed)?;
        drop(bar);
        let shown = self.folder.display().to_string();
        let (clues, steps) = (played.clues.len(), played.steps);
        let examples = examples(&engine, &played.clues);
        let alive = examples
            .iter()
            .find(|(_, what)| what.is_alive)
            .map_or("ID", |(id, _)| id);
        let say = |en: &str, zh: &str| context.say(en, zh);
        let commands = [
            (format!("cd {}", shell_word(&shown)), String::new()),
            (
                "clue list".to_owned(),
                say("every clue and where it stands", "全部线索及所处状态"),
            ),
            (
                "clue check".to_owned(),
                say(
                    "silent: everything obeys the procedure",
                    "没有输出即全部符合流程规定",
                ),
            ),
            (
                format!("clue next {alive}"),
                say(
                    "what can be done with a clue now, and by whom",
                    "一条线索现在能办理什么、由谁办理",
                ),
            ),
            (
                format!("clue due --now {LOOK}"),
                say(
                    "what is late, due and paused on that day; without --now: today",
                    "当日逾期、到期和暂停的事项；不加 --now 则看今天",
                ),
            ),
            (
                format!("clue why {alive}"),
                say(
                    "how its deadlines were counted, day by day",
                    "逐日说明它的期限怎样算出",
                ),
            ),
            (
                format!("clue ledger --now {LOOK}"),
                say(
                    "the tracking ledger, one row a clue",
                    "跟踪台账，一条线索一行",
                ),
            ),
            (
                format!("clue stats --now {LOOK} --minimum 1"),
                say("counts and medians", "统计：数量和中位数"),
            ),
            (
                "git log".to_owned(),
                say("every step is a commit", "每一步都是一次提交"),
            ),
            (
                format!("{DOCUMENTS}/index.html"),
                say(
                    "the register of all dossiers, for a browser",
                    "全部卷宗的目录，用浏览器打开",
                ),
            ),
        ];
        let clues_shown: Vec<(String, String)> = examples
            .iter()
            .map(|(id, what)| (format!("clue show {id}"), say(what.en, what.zh)))
            .collect();
        let widest = commands
            .iter()
            .chain(&clues_shown)
            .map(|(left, _)| width(left))
            .max()
            .unwrap_or_default();
        let lines = |rows: &[(String, String)]| -> String {
            rows.iter()
                .map(|(left, right)| format!("  {}  {right}", pad(left, widest)))
                .map(|line| format!("{}\n", line.trim_end()))
                .collect()
        };
        Ok(Answer::new(format!(
            "{}\n\n{}\n{}\n{}\n{}\n{}",
            context.say(
                &format!(
                    "{clues} clues in {shown}, led by {steps} commits; their dossiers are in {shown}/{DOCUMENTS}"
                ),
                &format!(
                    "已在 {shown} 中办理 {clues} 条线索，共 {steps} 次提交；卷宗在 {shown}/{DOCUMENTS}"
                ),
            ),
            say("Look at it:", "可以这样查看："),
            lines(&commands),
            say("Clues worth a look:", "值得一看的线索："),
            lines(&clues_shown),
            context.say(
                &format!(
                    "To take a step there, be one of the people of organisation.yaml, such as the clue officer:\n  git config user.name {0}\n  git config user.email {1}\n",
                    FOUNDER.0, FOUNDER.1
                ),
                &format!(
                    "要在其中办理步骤，须是 organisation.yaml 中的人员，例如线索管理员：\n  git config user.name {0}\n  git config user.email {1}\n",
                    FOUNDER.0, FOUNDER.1
                ),
            ),
        )))
    }
}

/// Why a clue is worth a look.
struct Example {
    en: &'static str,
    zh: &'static str,
    /// Whether something can still be done with it.
    is_alive: bool,
    shows: fn(&Case) -> bool,
}

/// A day shortly after the last act of the stories, on which something is late, something due and something paused.
const LOOK: &str = "2026-11-18";

const EXAMPLES: [Example; 9] = [
    Example {
        en: "several departments; one declines, and another takes over",
        zh: "多个部门分工办理，其中一个退回流转单，改由另一部门办理",
        is_alive: false,
        shows: |case| {
            let slips = case.all("transfers");
            slips.len() > 1
                && slips
                    .iter()
                    .any(|slip| slip.text_at("/status") == Some("declined"))
        },
    },
    Example {
        en: "an anonymous report: confidential, the reporter nowhere named",
        zh: "匿名举报：按秘密件办理，任何记录都不出现举报人",
        is_alive: false,
        shows: |case| {
            case.record("collection")
                .is_some_and(|form| form.value.pointer("/reporter/anonymous") == Some(&true.into()))
        },
    },
    Example {
        en: "an urgent accident, reported to senior management",
        zh: "紧急事故，向高层汇报",
        is_alive: false,
        shows: |case| case.card.as_ref().and_then(|card| card.urgency.as_deref()) == Some("urgent"),
    },
    Example {
        en: "returned for rework, until the customer was content",
        zh: "处理不到位被退回返工，直到客户满意",
        is_alive: false,
        shows: |case| took(case, "rework") && !took(case, "reopen"),
    },
    Example {
        en: "reopened after a spot check, and archived again",
        zh: "归档后经抽查重新启动，再次归档",
        is_alive: false,
        shows: |case| took(case, "reopen"),
    },
    Example {
        en: "a duplicate, dismissed with its link",
        zh: "重复线索，写明所重复的线索后不予受理",
        is_alive: false,
        shows: |case| {
            case.record("triage")
                .is_some_and(|form| form.text_at("/dismissal/duplicate_of").is_some())
        },
    },
    Example {
        en: "a spot check ordered a rectification, which was answered and closed",
        zh: "抽查责成整改，部门答复后销号",
        is_alive: false,
        shows: |case| took(case, "close"),
    },
    Example {
        en: "a deadline is paused",
        zh: "期限暂停计时",
        is_alive: false,
        shows: |case| took(case, "pause"),
    },
    Example {
        en: "still in handling, its urgency changed and its deadline extended",
        zh: "正在处理，紧急程度作过调整，期限已延长",
        is_alive: true,
        shows: |case| case.state() == "handling" && took(case, "extend"),
    },
];

fn took(case: &Case, step: &str) -> bool {
    case.card
        .as_ref()
        .is_some_and(|card| card.trail.iter().any(|entry| entry.step == step))
}

/// The first clue that shows each of the examples.
fn examples(engine: &Engine, clues: &[String]) -> Vec<(String, &'static Example)> {
    let cases: Vec<Case> = clues
        .iter()
        .filter_map(|id| engine.case(id).ok())
        .map(|(case, _)| case)
        .collect();
    EXAMPLES
        .iter()
        .filter_map(|example| {
            let case = cases.iter().find(|case| (example.shows)(case))?;
            Some((case.id.clone(), example))
        })
        .collect()
}
/// A folder's name as a shell takes it: in quotes where a blank or another sign would part it or mean something.
fn shell_word(name: &str) -> String {
    let plain = |sign: char| sign.is_alphanumeric() || "/._-+:~\\".contains(sign);
    match (name.chars().all(plain), name.contains(['"', '$', '`', '!'])) {
        (true, _) => name.to_owned(),
        (false, false) => format!("\"{name}\""),
        (false, true) => format!("'{}'", name.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_a_blank_stands_in_quotes() {
        assert_eq!(shell_word("档案演示"), "档案演示");
        assert_eq!(shell_word("档案 演示"), "\"档案 演示\"");
        assert_eq!(shell_word("a $b's"), "'a $b'\\''s'");
    }
}
