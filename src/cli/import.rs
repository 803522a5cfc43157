//! `clue import`: rows of a CSV file or an XLSX workbook become collected clues.

use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::{Answer, Context, Format, err, progress};
use crate::diagnostic::Diagnostic;
use crate::engine::{Engine, Failure};
use crate::files::MemoryFiles;
use crate::import::{Input, MAXIMUM_FILE, Options, Outcome, Reason, import};
use crate::report::{self, SCHEMA_VERSION};
use crate::text::{Bilingual, Language, system_words};

/// Arguments of `clue import`.
#[derive(Args)]
pub(super) struct Import {
    /// A CSV file or an XLSX workbook
    file: PathBuf,
    /// The map: which column becomes which field of the collection form
    #[arg(long, value_name = "MAP")]
    map: PathBuf,
    /// How many clues a commit holds at most
    #[arg(long, value_name = "NUMBER", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    batch: u32,
    /// Judge every row and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Import {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let map = read(&self.map, crate::yaml::MAXIMUM_SIZE as u64, context)?;
        let file = read(&self.file, MAXIMUM_FILE, context)?;
        let bar = progress::bar(context, "importing", "正在导入");
        let options = Options {
            batch: self.batch as usize,
            dry_run: self.dry_run,
        };
        let (file_name, map_name) = (shown(&self.file), shown(&self.map));
        let mut outcome = import(
            &engine,
            &Input {
                name: &file_name,
                bytes: &file,
            },
            &Input {
                name: &map_name,
                bytes: &map,
            },
            options,
            (&context.environment, context.now),
            &|done, of| bar.show(done, of),
        )?;
        drop(bar);
        let stopped = outcome.stopped.take();
        let output = match self.format {
            Format::Json => json_of(&outcome, self.dry_run, context.style.language),
            Format::Text => text_of(&engine, &outcome, (map_name, map), self.dry_run, context),
        };
        match stopped {
            None => Ok(Answer {
                findings: !outcome.findings.is_empty() || !outcome.rejected.is_empty(),
                ..Answer::new(output)
            }),
            Some(failure) => {
                // What was published stays: it has to be told before the reason why there is no more of it.
                err(&output);
                Err(failure)
            }
        }
    }
}

/// How findings call a file: its path as it was given.
pub(super) fn shown(path: &std::path::Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// The bytes of a file that the caller names; one that is not there, or too large, is a mistake of the call.
pub(super) fn read(
    path: &std::path::Path,
    limit: u64,
    context: &Context,
) -> Result<Vec<u8>, Failure> {
    let name = shown(path);
    let failed = |why: &str, why_zh: &str| Failure::Usage {
        message: Bilingual::new(format!("{name}: {why}"), format!("{name}：{why_zh}")),
        remedy: Some(Bilingual::new(
            "name a file that can be read",
            "请核对文件的路径和权限",
        )),
    };
    let full = context.folder.join(path);
    if full.is_dir() {
        return Err(failed("this is a folder", "这是一个目录"));
    }
    let file = std::fs::File::open(&full)
        .map_err(|error| failed(&error.to_string(), &system_words(&error)))?;
    let mut bytes = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(&error.to_string(), &system_words(&error)))?;
    if bytes.len() as u64 > limit {
        return Err(failed(
            &format!("the file has more than {limit} bytes; split it"),
            &format!("文件超过 {limit} 字节，请拆分后导入"),
        ));
    }
    Ok(bytes)
}

fn text_of(
    engine: &Engine,
    outcome: &Outcome,
    map: (String, Vec<u8>),
    dry_run: bool,
    context: &Context,
) -> String {
    let language = context.style.language;
    if !outcome.findings.is_empty() {
        // The map lies anywhere; what it refers to lies in the repository.
        let files: MemoryFiles = [map].into_iter().collect();
        return report::text(&outcome.findings, &files, context.style) + "\n";
    }
    let mut text = String::new();
    for rejection in &outcome.rejected {
        for reason in &rejection.reasons {
            let finding = worded(reason);
            text.push_str(&report::one(&finding, engine.files(), context.style));
            text.push_str("\n\n");
        }
    }
    let (rows, added, present) = (outcome.rows, outcome.added, outcome.present);
    let (rejected, commits) = (outcome.rejected.len(), outcome.commits.len());
    text.push_str(&match (language, dry_run) {
        (Language::En, false) => format!(
            "{rows} rows: {added} imported, {present} there already, {rejected} rejected; commits: {commits}\n"
        ),
        (Language::Zh, false) => format!(
            "共 {rows} 行：导入 {added} 条，已有 {present} 条，未导入 {rejected} 行；提交 {commits} 次\n"
        ),
        (Language::En, true) => format!(
            "{rows} rows: {added} would be imported, {present} there already, {rejected} would be rejected; nothing was written\n"
        ),
        (Language::Zh, true) => format!(
            "共 {rows} 行：可导入 {added} 条，已有 {present} 条，不能导入 {rejected} 行；没有写入任何内容\n"
        ),
    });
    text
}

/// The finding, with the field and the columns that it is about before its message.
fn worded(reason: &Reason) -> Diagnostic {
    let mut finding = reason.finding.clone();
    if let Some(field) = &reason.field {
        let columns = |opening: &str, closing: &str, between: &str| {
            let list: Vec<String> = reason
                .columns
                .iter()
                .map(|column| format!("{opening}{column}{closing}"))
                .collect();
            list.join(between)
        };
        let message = &finding.message;
        finding.message = if reason.columns.is_empty() {
            Bilingual::new(
                format!("{field}: {}", message.en),
                format!("{field}：{}", message.zh),
            )
        } else {
            Bilingual::new(
                format!("{field} from {}: {}", columns("“", "”", ", "), message.en),
                format!("{field}（取自{}）：{}", columns("“", "”", "、"), message.zh),
            )
        };
    }
    finding
}

fn json_of(outcome: &Outcome, dry_run: bool, language: Language) -> String {
    let rejected: Vec<Value> = outcome
        .rejected
        .iter()
        .map(|rejection| {
            let reasons: Vec<Value> = rejection
                .reasons
                .iter()
                .map(|reason| {
                    let finding = &reason.finding;
                    json!({
                        "code": finding.code.name(),
                        "rule": finding.rule,
                        "procedure": finding.procedure,
                        "field": reason.field,
                        "columns": reason.columns,
                        "message": finding.message.get(language),
                        "remedy": finding.remedy.as_ref().map(|remedy| remedy.get(language)),
                    })
                })
                .collect();
            json!({ "line": rejection.line, "reasons": reasons })
        })
        .collect();
    let findings: Vec<Value> = outcome
        .findings
        .iter()
        .map(|finding| {
            json!({
                "code": finding.code.name(),
                "path": finding.place.path,
                "message": finding.message.get(language),
                "remedy": finding.remedy.as_ref().map(|remedy| remedy.get(language)),
            })
        })
        .collect();
    let answer = json!({
        "schemaVersion": SCHEMA_VERSION,
        "system": outcome.system,
        "dryRun": dry_run,
        "rows": outcome.rows,
        "imported": outcome.added,
        "present": outcome.present,
        "rejected": rejected,
        "findings": findings,
        "commits": outcome.commits,
    });
    format!("{answer:#}\n")
}
