//! `clue audit`: does the history prove itself?

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde_json::json;

use crate::audit::{Audited, Finding};
use crate::cli::findings::FindingsFormat;
use crate::cli::{Answer, Context, progress};
use crate::diagnostic::Severity;
use crate::engine::{Failure, HistoryReader, find_root};
use crate::files::{Files, MemoryFiles};
use crate::git::{CommitFacts, ObjectId};
use crate::report::{self, Reported, SCHEMA_VERSION, Style};
use crate::text::{Language, visible_line};

/// Arguments of `clue audit`.
#[derive(Args)]
pub(super) struct Audit {
    /// Commits to judge: a branch or commit with all that it rests on, or two of them as A..B (HEAD)
    #[arg(value_name = "RANGE")]
    range: Option<String>,
    /// Folder of the clue repository in a git repository without a work tree
    #[arg(long, value_name = "FOLDER")]
    folder: Option<String>,
    /// Verify every checkpoint that is there or that this clone ever saw, too
    #[arg(long)]
    checkpoints: bool,
    /// Verify this line of a checkpoint, which was kept elsewhere, too
    #[arg(long, value_name = "LINE")]
    expect: Option<String>,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = FindingsFormat::Text)]
    format: FindingsFormat,
}

impl Audit {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let reader = HistoryReader::open(&context.folder, self.folder.as_deref())?;
        let range = reader.range(self.range.as_deref())?;
        let bar = progress::bar(context, "judging the history", "正在审计历史");
        let mut audited =
            reader.audit(&range, Some(context.now), &|done, of| bar.show(done, of))?;
        drop(bar);
        let mut verified = Vec::new();
        if self.checkpoints {
            verified.push(context.engine()?.verify_checkpoints(None)?);
        }
        if let Some(line) = &self.expect {
            verified.push(context.engine()?.expect_checkpoint(line)?);
        }
        // One that is looked at by its tag and by its line is one.
        let checked: BTreeSet<String> = verified
            .iter()
            .flat_map(|one| &one.checkpoints)
            .map(|one| one.checkpoint.to_string())
            .collect();
        let checked = checked.len();
        let of_checkpoints = verified.into_iter().flat_map(|one| one.findings);
        audited
            .findings
            .extend(of_checkpoints.map(|diagnostic| Finding {
                commit: None,
                diagnostic,
            }));
        let style = context.style;
        let sources = sources(&reader, &audited)?;
        let ids: Vec<Option<String>> = audited
            .findings
            .iter()
            .map(|finding| finding.commit.map(|commit| commit.to_string()))
            .collect();
        let reported: Vec<Reported<'_>> = audited
            .findings
            .iter()
            .zip(&ids)
            .map(|(finding, id)| Reported {
                diagnostic: &finding.diagnostic,
                commit: id.as_deref(),
                files: finding
                    .commit
                    .and_then(|commit| sources.get(&commit))
                    .map(AsRef::as_ref),
            })
            .collect();
        let output = match self.format {
            FindingsFormat::Text => {
                let mut shown = text(&reader, &audited, style)?;
                shown.push_str(&summary(&audited, style.language));
                shown.push('\n');
                if self.checkpoints || self.expect.is_some() {
                    shown.push_str(&context.say(
                        &format!("checkpoints looked at: {checked}\n"),
                        &format!("查看了 {checked} 个检查点\n"),
                    ));
                }
                shown
            }
            FindingsFormat::Json => format!("{:#}\n", data(&reported, &audited, style.language)),
            other => {
                let root = find_root(&context.folder).unwrap_or_else(|| context.folder.clone());
                other.write(&reported, &root, style.language)
            }
        };
        let wrong = audited
            .findings
            .iter()
            .any(|finding| finding.diagnostic.severity == Severity::Error);
        Ok(Answer {
            findings: wrong,
            ..Answer::new(output)
        })
    }
}

/// The files that the findings of each commit are about.
pub(super) fn sources(
    reader: &HistoryReader,
    audited: &Audited,
) -> Result<BTreeMap<ObjectId, Box<dyn Files>>, Failure> {
    let mut sources: BTreeMap<ObjectId, Box<dyn Files>> = BTreeMap::new();
    for commit in audited.findings.iter().filter_map(|finding| finding.commit) {
        if let std::collections::btree_map::Entry::Vacant(place) = sources.entry(commit) {
            place.insert(Box::new(reader.files(commit)?));
        }
    }
    Ok(sources)
}

/// Findings under the commit that each is about.
pub(super) fn text(
    reader: &HistoryReader,
    audited: &Audited,
    style: Style,
) -> Result<String, Failure> {
    let sources = sources(reader, audited)?;
    let nothing = MemoryFiles::default();
    let mut shown = String::new();
    for facts in &audited.facts {
        let of_commit: Vec<&Finding> = audited
            .findings
            .iter()
            .filter(|finding| finding.commit == Some(facts.id))
            .collect();
        if of_commit.is_empty() {
            continue;
        }
        shown.push_str(&heading(facts, style));
        for finding in of_commit {
            let files = sources.get(&facts.id).map(AsRef::as_ref);
            let text = report::one(&finding.diagnostic, files.unwrap_or(&nothing), style);
            shown.push_str(&text);
            shown.push_str("\n\n");
        }
    }
    // What is about no single commit: checkpoints.
    for finding in audited
        .findings
        .iter()
        .filter(|finding| finding.commit.is_none())
    {
        shown.push_str(&report::one(&finding.diagnostic, &nothing, style));
        shown.push_str("\n\n");
    }
    Ok(shown)
}

/// Who made a commit and when, and what its message says.
fn heading(facts: &CommitFacts, style: Style) -> String {
    let subject = visible_line(facts.message.lines().next().unwrap_or_default());
    let word = if style.language == Language::Zh {
        "提交"
    } else {
        "commit"
    };
    let (bold, plain) = if style.colour {
        ("\x1b[1m", "\x1b[0m")
    } else {
        ("", "")
    };
    let is_known = facts.bad_headers.iter().all(|bad| bad.header != "author");
    let by = match (is_known, style.language) {
        (true, _) => format!(
            "{}  {} <{}>",
            facts.author.time.minutes_with_offset(),
            visible_line(&facts.author.name),
            visible_line(&facts.author.email)
        ),
        (false, Language::En) => "author and time unknown".to_owned(),
        (false, Language::Zh) => "作者和时间不明".to_owned(),
    };
    format!(
        "{bold}{word} {}{plain}  {by}\n    {subject}\n",
        facts.id.short()
    )
}

/// The last line: how much was judged, and how many findings there are.
pub(super) fn summary(audited: &Audited, language: Language) -> String {
    let commits = audited.facts.len();
    let findings = audited.findings.len();
    let plural =
        |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let judged = match language {
        Language::En => format!(
            "{} judged, which changed {}",
            plural(audited.commits, "commit"),
            plural(audited.clues, "clue")
        ),
        Language::Zh => format!(
            "共审计 {} 个提交，涉及 {} 条线索",
            audited.commits, audited.clues
        ),
    };
    let shallow = match (audited.is_shallow, language) {
        (false, _) => "",
        (true, Language::En) => {
            "\nthis clone holds only a part of the history, and only that part was judged: git fetch --unshallow"
        }
        (true, Language::Zh) => {
            "\n此克隆只有部分历史，以上只针对这一部分；取得全部历史：git fetch --unshallow"
        }
    };
    match (findings, language) {
        (0, Language::En) if audited.commits == 0 => {
            format!("there is no commit to judge{shallow}")
        }
        (0, Language::Zh) if audited.commits == 0 => format!("没有可审计的提交{shallow}"),
        (0, Language::En) => format!("{judged}: the history obeys its rules{shallow}"),
        (0, Language::Zh) => format!("{judged}：历史符合规则{shallow}"),
        (_, Language::En) => format!(
            "{judged}: {} in {}{shallow}",
            plural(findings, "finding"),
            plural(commits, "commit")
        ),
        (_, Language::Zh) => format!("{judged}：{commits} 个提交中发现 {findings} 条问题{shallow}"),
    }
}

fn data(reported: &[Reported<'_>], audited: &Audited, language: Language) -> serde_json::Value {
    let mut findings = report::json_of(reported, language)["findings"].take();
    for (finding, of) in findings
        .as_array_mut()
        .into_iter()
        .flatten()
        .zip(&audited.findings)
    {
        finding["commit"] = json!(of.commit.map(|commit| commit.to_string()));
        finding["clue"] = json!(crate::case::id_of(&of.diagnostic.place.path));
    }
    let commits: Vec<_> = audited
        .facts
        .iter()
        .map(|facts| {
            json!({
                "id": facts.id.to_string(),
                "author": {"name": facts.author.name, "email": facts.author.email},
                "at": facts.author.time.to_string(),
                "subject": facts.message.lines().next(),
            })
        })
        .collect();
    json!({
        "schemaVersion": SCHEMA_VERSION,
        "commits": audited.commits,
        "clues": audited.clues,
        "shallow": audited.is_shallow,
        "findings": findings,
        "inCommits": commits,
    })
}
