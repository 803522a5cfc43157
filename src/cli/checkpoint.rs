//! `clue checkpoint`: what the repository holds, as a signed tag and one line; and whether earlier ones still hold.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::checkpoint::Checkpoint as State;
use crate::cli::{Answer, Context, Format, err};
use crate::diagnostic::any_error;
use crate::engine::{Checked, CheckpointRequest, Engine, Failure, Made, StampRequest, Verified};
use crate::report::{self, SCHEMA_VERSION};
use crate::text::{pad, visible_line, width};

/// Arguments of `clue checkpoint`.
#[derive(Args)]
#[command(group = clap::ArgGroup::new("what").multiple(false))]
pub(super) struct Checkpoint {
    /// Make one without a signature, which anybody could have made
    #[arg(long, conflicts_with_all = ["verify", "expect", "manifest", "time_stamp_request"])]
    unsigned: bool,
    /// Make none; verify every checkpoint that is there or that this clone ever saw
    #[arg(long, group = "what")]
    verify: bool,
    /// Make none; verify this line of a checkpoint, which was kept elsewhere
    #[arg(long, group = "what", value_name = "LINE")]
    expect: Option<String>,
    /// Make none; print every file of a commit (HEAD) with its SHA-256, as sha256sum -c reads it
    #[arg(long, group = "what", value_name = "REVISION", num_args = 0..=1, default_missing_value = "HEAD")]
    manifest: Option<String>,
    /// Have it stamped by the time-stamping authority at this address (RFC 3161; needs openssl and curl)
    #[arg(long, group = "what", value_name = "URL")]
    time_stamp: Option<String>,
    /// Make none yet; write a request for a time stamp into this file (needs openssl)
    #[arg(long, group = "what", value_name = "FILE")]
    time_stamp_request: Option<PathBuf>,
    /// Make the one that was requested, with the authority's reply in this file
    #[arg(long, group = "what", value_name = "FILE")]
    time_stamp_reply: Option<PathBuf>,
    /// Certificates (PEM) of the authorities whose time stamps are believed (needs openssl)
    #[arg(long, requires = "verify", value_name = "FILE")]
    authority: Option<PathBuf>,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Checkpoint {
    /// Whether a checkpoint is made, which has to keep to the real clock.
    pub(super) fn makes(&self) -> bool {
        !self.verify && self.expect.is_none() && self.manifest.is_none()
    }

    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        if let Some(revision) = &self.manifest {
            return manifest(&engine, revision, self.format);
        }
        if self.verify {
            let authority = self.authority.map(|path| context.folder.join(path));
            let verified = engine.verify_checkpoints(authority.as_deref())?;
            return Ok(told(&engine, &verified, self.format, context));
        }
        if let Some(line) = &self.expect {
            let verified = engine.expect_checkpoint(line)?;
            return Ok(told(&engine, &verified, self.format, context));
        }
        let (environment, now) = (&context.environment, context.now);
        if let Some(path) = &self.time_stamp_request {
            let state = engine.request_time_stamp(&context.folder.join(path), environment, now)?;
            let shown = visible_line(&path.display().to_string());
            err(&context.say(
                &format!("{shown} written: send it to the authority, then: clue checkpoint --time-stamp-reply FILE.tsr\n"),
                &format!("已写入 {shown}：请发给时间戳服务，收到应答后执行 clue checkpoint --time-stamp-reply 文件.tsr\n"),
            ));
            return Ok(Answer::new(match self.format {
                Format::Text => format!("{state}\n"),
                Format::Json => format!("{:#}\n", data(&state, None)),
            }));
        }
        let reply = self.time_stamp_reply.map(|path| context.folder.join(path));
        let request = CheckpointRequest {
            unsigned: self.unsigned,
            stamp: reply
                .map(StampRequest::Reply)
                .or(self.time_stamp.map(StampRequest::Url)),
        };
        let made = engine.checkpoint(&request, environment, now)?;
        Ok(made_answer(&engine, &made, self.format, context))
    }
}

fn made_answer(engine: &Engine, made: &Made, format: Format, context: &Context) -> Answer {
    let name = visible_line(&made.name);
    let by = made
        .signed_by
        .as_deref()
        .map(|person| visible_line(engine.world().organisation.person_name(person)));
    let (en, zh) = match &by {
        Some(by) => (format!("signed by {by}"), format!("由 {by} 签名")),
        None => ("not signed".to_owned(), "无签名".to_owned()),
    };
    err(&context.say(
        &format!("{name}, {en}: keep this line outside of the repository, and share the tag: git push origin {name}\n"),
        &format!("{name}，{zh}：请把这一行另行保存在仓库之外，并分享标签：git push origin {name}\n"),
    ));
    Answer::new(match format {
        Format::Text => format!("{}\n", made.checkpoint),
        Format::Json => {
            let mut value = data(&made.checkpoint, Some(&made.name));
            value["tag"] = json!(made.tag);
            value["signedBy"] = json!(made.signed_by);
            value["stampedAt"] = json!(made.stamped_at);
            format!("{value:#}\n")
        }
    })
}

fn data(state: &State, name: Option<&str>) -> Value {
    json!({
        "schemaVersion": SCHEMA_VERSION,
        "line": state.to_string(),
        "name": name,
        "version": state.version,
        "at": state.at.to_string(),
        "commit": state.commit,
        "commits": state.commits,
        "clues": state.clues,
        "records": state.records,
        "manifest": state.manifest,
    })
}

fn manifest(engine: &Engine, revision: &str, format: Format) -> Result<Answer, Failure> {
    let manifest = engine.manifest(Some(revision))?;
    Ok(match format {
        Format::Text => Answer::of_bytes(manifest.bytes()),
        Format::Json => {
            let files = manifest.files.iter().map(|(path, digest)| {
                json!({
                    "path": String::from_utf8_lossy(path),
                    "sha256": crate::checkpoint::hexadecimal(digest),
                })
            });
            let value = json!({
                "schemaVersion": SCHEMA_VERSION,
                "manifest": manifest.digest(),
                "files": files.collect::<Vec<_>>(),
            });
            Answer::new(format!("{value:#}\n"))
        }
    })
}

/// What came out of verifying: a line for each checkpoint, and the findings.
fn told(engine: &Engine, verified: &Verified, format: Format, context: &Context) -> Answer {
    let found = &verified.findings;
    let output = match format {
        Format::Json => {
            let mut value = report::json(found, engine.files(), context.style.language);
            let checkpoints = verified.checkpoints.iter().map(|checked| {
                let mut value = data(&checked.checkpoint, checked.name.as_deref());
                if let Some(fields) = value.as_object_mut() {
                    fields.remove("schemaVersion");
                }
                value["signedBy"] = json!(checked.signed_by);
                value["stampedAt"] = json!(checked.stamped_at);
                value["holds"] = json!(checked.holds);
                value
            });
            value["checkpoints"] = checkpoints.collect();
            format!("{value:#}\n")
        }
        Format::Text => {
            let mut text = lines(engine, &verified.checkpoints, context);
            if !found.is_empty() {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&(report::text(found, engine.files(), context.style) + "\n"));
            }
            text
        }
    };
    Answer {
        findings: any_error(found),
        ..Answer::new(output)
    }
}

fn lines(engine: &Engine, checkpoints: &[Checked], context: &Context) -> String {
    let name = |checked: &Checked| match &checked.name {
        Some(name) => visible_line(name),
        None => context.say("by its line", "另存的一行"),
    };
    let widest = checkpoints.iter().map(|checked| width(&name(checked)));
    let widest = widest.max().unwrap_or(0);
    let mut text = String::new();
    for checked in checkpoints {
        let state = &checked.checkpoint;
        let mark = if checked.holds { "✓" } else { "✗" };
        let commit = state.commit.get(..10).unwrap_or(&state.commit);
        text.push_str(&format!(
            "{mark} {}  {}  {commit}",
            pad(&name(checked), widest),
            state.at
        ));
        text.push_str(&context.say(
            &format!(
                "  {} commits, {} clues, {} records",
                state.commits, state.clues, state.records
            ),
            &format!(
                "  {} 次提交，{} 条线索，{} 份记录",
                state.commits, state.clues, state.records
            ),
        ));
        if let Some(person) = &checked.signed_by {
            let by = visible_line(engine.world().organisation.person_name(person));
            text.push_str(&context.say(&format!(", signed by {by}"), &format!("，由 {by} 签名")));
        }
        if let Some(at) = &checked.stamped_at {
            text.push_str(
                &context.say(&format!(", time stamp of {at}"), &format!("，时间戳 {at}")),
            );
        }
        text.push('\n');
    }
    text
}
