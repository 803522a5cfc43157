//! `clue audit`: does the history prove itself?

use std::collections::BTreeMap;

use clap::Args;
use serde_json::json;

use crate::audit::{Audited, Finding};
use crate::cli::{Answer, Context, Format, progress};
use crate::engine::{AuditRequest, Failure, HistoryReader};
use crate::files::{Files, MemoryFiles};
use crate::git::{CommitFacts, ObjectId};
use crate::report::{self, SCHEMA_VERSION, Style};
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
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Audit {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let reader = HistoryReader::open(&context.folder, self.folder.as_deref())?;
        let request = AuditRequest {
            range: self.range,
            folder: self.folder,
        };
        let range = reader.range(&request)?;
        let bar = progress::bar(context, "judging the history", "正在审计历史");
        let audited = reader.audit(&range, None, &|done, of| bar.show(done, of))?;
        drop(bar);
        let style = context.style;
        let output = match self.format {
            Format::Text => {
                text(&reader, &audited, style)? + &summary(&audited, style.language) + "\n"
            }
            Format::Json => format!("{:#}\n", data(&reader, &audited, style.language)?),
        };
        Ok(Answer {
            findings: !audited.findings.is_empty(),
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
    format!(
        "{bold}{word} {}{plain}  {}  {} <{}>\n    {subject}\n",
        facts.id.short(),
        facts.author.time.minutes(),
        visible_line(&facts.author.name),
        visible_line(&facts.author.email),
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
            "\nthis clone holds only a part of the history: git fetch --unshallow"
        }
        (true, Language::Zh) => "\n此克隆只有部分历史，请执行 git fetch --unshallow",
    };
    match (findings, language) {
        (0, Language::En) => format!("{judged}: the history obeys its rules{shallow}"),
        (0, Language::Zh) => format!("{judged}：历史符合规则{shallow}"),
        (_, Language::En) => format!(
            "{judged}: {} in {}{shallow}",
            plural(findings, "finding"),
            plural(commits, "commit")
        ),
        (_, Language::Zh) => format!("{judged}：{commits} 个提交中发现 {findings} 个问题{shallow}"),
    }
}

fn data(
    reader: &HistoryReader,
    audited: &Audited,
    language: Language,
) -> Result<serde_json::Value, Failure> {
    let sources = sources(reader, audited)?;
    let nothing = MemoryFiles::default();
    let mut findings = Vec::new();
    for finding in &audited.findings {
        let files = finding.commit.and_then(|commit| sources.get(&commit));
        let files = files.map_or(&nothing as &dyn Files, AsRef::as_ref);
        let own = report::json(std::slice::from_ref(&finding.diagnostic), files, language);
        let mut own = own["findings"][0].clone();
        own["commit"] = json!(finding.commit.map(|commit| commit.to_string()));
        let clue = crate::case::id_of(&finding.diagnostic.place.path);
        own["clue"] = json!(clue);
        findings.push(own);
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
    Ok(json!({
        "schemaVersion": SCHEMA_VERSION,
        "commits": audited.commits,
        "clues": audited.clues,
        "shallow": audited.is_shallow,
        "findings": findings,
        "inCommits": commits,
    }))
}
