//! `clue new`: a clue begins with its collection form.

use std::io::Read;

use crate::case::Case;
use crate::cli::advance::told;
use crate::cli::{Answer, Context, err};
use crate::diagnostic::{Code, Diagnostic, any_error};
use crate::engine::Failure;
use crate::report;
use crate::text::{Bilingual, Span, system_words};
use crate::workflow::Command;
use crate::yaml::Node;
use clap::Args;
use serde_json::json;

/// Arguments of `clue new`.
#[derive(Args)]
pub(super) struct New {
    /// What it is about, in one line
    #[arg(long)]
    title: Option<String>,
    /// Where it comes from
    #[arg(long)]
    source: Option<String>,
    /// Channel, as in workflow.yaml
    #[arg(long)]
    channel: Option<String>,
    /// When it was noticed, such as 2026-11-23T09:12:00+08:00 (now)
    #[arg(long, value_name = "TIME")]
    discovered: Option<String>,
    /// Product, person, contract or place concerned (repeatable)
    #[arg(long = "matter", value_name = "TEXT")]
    matters: Vec<String>,
    /// What happened
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The reporter is anonymous
    #[arg(long, conflicts_with_all = ["reporter", "contact"])]
    anonymous: bool,
    /// Name of the reporter
    #[arg(long, value_name = "NAME")]
    reporter: Option<String>,
    /// Telephone or address of the reporter
    #[arg(long)]
    contact: Option<String>,
    /// A filled-in collection form, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["title", "source", "channel", "description"])]
    from: Option<String>,
}

impl New {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let (_, actor, _, _) = engine.actor(&context.environment, context.now)?;
        let id = match &self.from {
            Some(from) => {
                let text = read_form(from, context)?;
                let (_, found) = crate::yaml::parse(from, text.as_bytes());
                if any_error(&found) {
                    return Err(Failure::Findings(found));
                }
                engine.begin_with(&text, &actor)?
            }
            None => {
                let form = json!({
                    "title": self.title, "source": self.source, "channel": self.channel,
                    "discovered_at": self.discovered, "matters": self.matters, "description": self.description,
                    "reporter": {"anonymous": self.anonymous, "name": self.reporter, "contact": self.contact},
                });
                engine.begin(&form, None, &actor)?
            }
        };
        let (case, found) = engine.case(&id)?;
        let form = format!("{}/collection.yaml", case.folder);
        if any_error(&found) {
            // An unfinished form is no fault: it is how most clues begin. What was given and is wrong is one.
            let wrong: Vec<_> = found
                .into_iter()
                .filter(|finding| !is_gap(&case, finding))
                .collect();
            let mut output = context.say(
                &format!("{id}\nThe form is not complete yet: {form}\nFill it in, then: clue advance {id} collect\n"),
                &format!("{id}\n收集表尚未填完：{form}\n请填写后执行：clue advance {id} collect\n"),
            );
            if !wrong.is_empty() {
                output.push('\n');
                output.push_str(&report::text(&wrong, engine.files(), context.style));
                output.push('\n');
            }
            return Ok(Answer {
                findings: any_error(&wrong),
                ..Answer::new(output)
            });
        }
        let command = Command {
            step: "collect".to_owned(),
            ..Command::default()
        };
        let published = engine
            .advance(&id, &command, &context.environment, context.now)
            .inspect_err(|_| {
                // The form stays: whoever began the clue must not begin it again.
                err(&context.say(
                    &format!("{id}: the form is kept in {form}; hand it in with: clue advance {id} collect\n"),
                    &format!("{id}：收集表保留在 {form}，请执行 clue advance {id} collect 提交\n"),
                ));
            })?;
        Ok(Answer::new(format!(
            "{id}\n{}",
            told(&engine, &published, context)
        )))
    }
}

/// Whether a finding says no more than that a field is still to be filled in.
fn is_gap(case: &Case, finding: &Diagnostic) -> bool {
    fn is_empty(node: &Node, span: Span) -> bool {
        node.entries().iter().any(|entry| {
            entry.key_span == span && entry.value.is_null() || is_empty(&entry.value, span)
        })
    }
    let form = case.record("collection").map(|form| &form.document.root);
    match (finding.code, finding.place.span, form) {
        (Code::SchemaMissing, _, _) => true,
        (Code::SchemaType, Some(span), Some(form)) => is_empty(form, span),
        _ => false,
    }
}

fn read_form(from: &str, context: &Context) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::Usage {
        message: Bilingual::new(
            format!("{from}: {error}"),
            format!("{from}：{}", system_words(&error)),
        ),
        remedy: Some(Bilingual::new(
            "name a form that can be read, or - for standard input",
            "请核对表单文件的路径和权限；从标准输入读取的写 -",
        )),
    };
    let mut bytes = Vec::new();
    if from == "-" {
        std::io::stdin()
            .take(crate::yaml::MAXIMUM_SIZE as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
    } else {
        let file = std::fs::File::open(context.folder.join(from)).map_err(failed)?;
        file.take(crate::yaml::MAXIMUM_SIZE as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
    }
    let (text, found) = crate::yaml::check_bytes(from, &bytes);
    text.map(str::to_owned).ok_or(Failure::Findings(found))
}
