//! `clue log`: one clue's story from history.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::cli::{Answer, Context, err, output};
use crate::document::Telling;
use crate::engine::Failure;
use crate::report::SCHEMA_VERSION;
use crate::story::{Change, Chapter, Deed, Story, What};
use crate::text::{pad, visible_line, width};

/// What a story is told as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    Text,
    Json,
    Html,
}

/// Arguments of `clue log`.
#[derive(Args)]
pub(super) struct Log {
    /// The clue, also one that is gone: id, register number, or a path into its folder
    #[arg(value_name = "ID")]
    clue: String,
    /// The newest commit first (the oldest)
    #[arg(long)]
    newest_first: bool,
    /// Shorten nothing, and list every field of records that were added or removed
    #[arg(long)]
    full: bool,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    format: LogFormat,
    /// Write into this file (standard output)
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Log {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let language = context.style.language;
        let mut story = engine.story(&self.clue)?;
        let (text, suffixes): (String, &[&str]) = match self.format {
            LogFormat::Text => {
                let mut told = engine.tell(&story, language, self.full);
                if self.newest_first {
                    told.reverse();
                }
                (text(&story, &told, context), &["txt"])
            }
            LogFormat::Json => {
                if self.newest_first {
                    story.chapters.reverse();
                }
                (format!("{:#}\n", data(&story)), &["json"])
            }
            LogFormat::Html => {
                let page = engine.render_story(&story, language, self.newest_first, self.full)?;
                (page, &["html", "htm"])
            }
        };
        if story.is_shallow {
            err(&context.say(
                "warning: this clone has only a part of the history, and the beginning may be missing; git fetch --unshallow\n",
                "警告：此克隆只含部分历史，开头可能缺失；请执行 git fetch --unshallow\n",
            ));
        }
        let Some(file) = self.output else {
            return Ok(Answer::new(text));
        };
        output::write(context, engine.root(), &file, suffixes, text.as_bytes())?;
        Ok(Answer::new(format!("{}\n", file.display())))
    }
}

fn text(story: &Story, told: &[Telling], context: &Context) -> String {
    let field = |key: &str| visible_line(story.card[key].as_str().unwrap_or_default());
    let mut head: Vec<String> = vec![story.id.clone(), field("number"), field("title")];
    head.retain(|part| !part.is_empty());
    let mut text = head.join("  ") + "\n";
    let aliases: Vec<String> = story.card["aliases"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(visible_line)
        .collect();
    if !aliases.is_empty() {
        text.push_str(&format!(
            "{}{}\n",
            context.say("earlier numbers: ", "曾用编号："),
            aliases.join(&context.say(", ", "、"))
        ));
    }
    if !story.is_present {
        text.push_str(&context.say(
            "the folder of this clue is no longer there\n",
            "该线索的目录已不在当前分支中\n",
        ));
    }
    let between = context.say(", ", "、");
    let what: Vec<String> = told.iter().map(|one| one.what.join(&between)).collect();
    let widest = what.iter().map(|what| width(what)).max().unwrap_or(0);
    for (one, what) in told.iter().zip(&what) {
        text.push_str(&format!(
            "\n{}  {}  {}  ({})",
            one.at,
            pad(what, widest),
            one.who,
            one.commit
        ));
        if !one.notes.is_empty() {
            text.push_str(&format!("  [{}]", one.notes.join("; ")));
        }
        text.push('\n');
        for reason in &one.reasons {
            text.push_str(&format!(
                "    {}{reason}\n",
                context.say("reason: ", "理由：")
            ));
        }
        for file in &one.files {
            let colon = if file.deed.is_empty() {
                String::new()
            } else {
                format!("{}{}", context.say(": ", "："), file.deed)
            };
            text.push_str(&format!("    {}{colon}\n", file.path));
            for line in &file.lines {
                let shown = format!(
                    "{}{}{}{}{}",
                    line.label,
                    context.say(": ", "："),
                    line.before,
                    context.say(" -> ", " → "),
                    line.after
                );
                text.push_str(&format!("      {}\n", shown.replace('\n', "\n        ")));
            }
        }
    }
    text
}

fn data(story: &Story) -> Value {
    let commits: Vec<Value> = story.chapters.iter().map(chapter).collect();
    json!({
        "schemaVersion": SCHEMA_VERSION,
        "id": story.id,
        "folder": story.folder,
        "number": story.card["number"],
        "aliases": story.card["aliases"].as_array().cloned().unwrap_or_default(),
        "title": story.card["title"],
        "present": story.is_present,
        "shallow": story.is_shallow,
        "commits": commits,
    })
}

fn chapter(chapter: &Chapter) -> Value {
    json!({
        "commit": chapter.commit,
        "at": chapter.at.to_string(),
        "author": {"name": chapter.author, "email": chapter.email, "person": chapter.person},
        "merge": chapter.is_merge,
        "steps": chapter.steps,
        "changes": chapter.changes.iter().map(change).collect::<Vec<_>>(),
    })
}

fn change(change: &Change) -> Value {
    let deed = match change.deed {
        Deed::Added => "added",
        Deed::Changed => "changed",
        Deed::Removed => "removed",
    };
    let mut data = json!({
        "path": change.inner,
        "record": change.kind.as_ref().map(|kind| &kind.record),
        "change": deed,
    });
    match &change.what {
        What::Record { fields, sections } => {
            let fields = fields.iter().map(|field| {
                json!({"field": field.pointer, "before": field.before, "after": field.after})
            });
            data["fields"] = fields.collect();
            let sections = sections.iter().map(|section| {
                json!({"heading": section.title, "before": section.before, "after": section.after})
            });
            data["sections"] = sections.collect();
        }
        What::Attachment { before, after } => {
            data["bytes"] = json!({"before": before, "after": after});
        }
        What::Unreadable { before, after } => {
            data["unreadable"] = json!(true);
            data["bytes"] = json!({"before": before, "after": after});
        }
    }
    data
}
