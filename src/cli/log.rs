//! `clue log`: one clue's story from history.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::cli::{Answer, Context, err, output};
use crate::document::story_text;
use crate::engine::Failure;
use crate::report::SCHEMA_VERSION;
use crate::story::{Change, Chapter, Deed, Story, What};

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
                (story_text(&story, &told, language), &["txt"])
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
