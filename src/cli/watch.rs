//! `clue watch`: what is wrong in the folder, always current; as a view on a terminal, as lines, or as a stream of events.

mod events;
mod screen;
mod sentences;
mod view;

use std::io::Write;
use std::time::Duration;

use clap::Args;

use crate::cli::{Answer, Context, Format};
use crate::engine::Failure;
use crate::text::{Bilingual, visible_line};
use crate::time::Timestamp;
use crate::watch::{Options, Polling, Wait, Watch as Watched, Why};

/// Arguments of `clue watch`.
#[derive(Args)]
pub(super) struct Watch {
    /// Commit each valid edit that has been quiet for a while, one commit a clue
    #[arg(long)]
    commit: bool,
    /// How long an edit rests before it is committed, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(0..=86_400), requires = "commit")]
    quiet: u64,
    /// Look at the folder every so many seconds (2), where the system does not tell of changes, as on network drives
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "2", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    poll: Option<u64>,
    /// A view for people, or a stream of events for programs, one JSON object a line
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Watch {
    /// Whether it changes the repository.
    pub(super) fn commits(&self) -> bool {
        self.commit
    }

    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let looked_at = match &context.looked_at {
            Some(_) => Some(context.moment(&context.engine()?)?),
            None => None,
        };
        let clock = move || {
            looked_at.unwrap_or_else(|| Timestamp::from_chrono(chrono::Local::now().fixed_offset()))
        };
        let options = Options {
            poll: self.poll.map(Duration::from_secs),
            commit: self.commit.then(|| Duration::from_secs(self.quiet)),
            environment: context.environment.clone(),
        };
        let watch = Watched::open(&context.folder, options, &clock)?;
        let stop = watch.stop();
        // Where no handler can be set, Ctrl-C ends the program as it ends any other.
        let _ = ctrlc::set_handler(move || stop.stop());
        let mut shown = view::Shown::new(context.style);
        watch.run(&mut |view, told| {
            let text = match self.format {
                Format::Json => events::lines(view, told, context.style.language),
                Format::Text => shown.text(view, told),
            };
            print(&text)
        })?;
        Ok(Answer::new(String::new()))
    }
}

/// Prints at once; gives whether anybody reads it.
fn print(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .is_ok()
}

/// Why an edit waits, in words; findings are counted elsewhere. `path` is that of the clue's folder, or of a file of the rules.
/// `is_said` where it is known already that it is not committed.
fn waits(path: &str, wait: &Wait, is_said: bool) -> Bilingual {
    let (en, zh) = match is_said {
        true => ("", "；"),
        false => ("not committed; ", "，暂不提交；"),
    };
    match wait {
        Wait::Rules => {
            let git = quoted(path);
            Bilingual::new(
                format!("edited; you commit it yourself: git add {git}; git commit"),
                format!("有改动，须由您提交：git add {git}，再 git commit"),
            )
        }
        Wait::Removed { is_whole: true, .. } => {
            let git = quoted(path);
            Bilingual::new(
                format!(
                    "the folder was removed, and history still has it; to restore it: git checkout HEAD -- {git}"
                ),
                format!("目录被删除，但提交历史中仍有；恢复：git checkout HEAD -- {git}"),
            )
        }
        Wait::Removed { paths, .. } => {
            let inner = |own: &String| {
                let inner = own.strip_prefix(path).unwrap_or(own);
                visible_line(inner.trim_start_matches('/'))
            };
            let names: Vec<String> = paths.iter().map(inner).collect();
            let git: Vec<String> = paths.iter().map(|path| quoted(path)).collect();
            let git = git.join(" ");
            Bilingual::new(
                format!(
                    "{} removed; {en}to restore: git checkout HEAD -- {git}",
                    names.join(", ")
                ),
                format!(
                    "{} 被删除{zh}恢复：git checkout HEAD -- {git}",
                    names.join("、")
                ),
            )
        }
        Wait::Invalid(_) => Bilingual::new("edited, not committed", "有改动，暂不提交"),
        Wait::Other(_, why) if is_said => why.clone(),
        Wait::Other(_, why) => Bilingual::new(
            format!("edited, not committed: {}", why.en),
            format!("有改动，暂不提交：{}", why.zh),
        ),
    }
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "/._-+:@".contains(character);
    if path.chars().all(plain) {
        return path.to_owned();
    }
    format!("'{}'", path.replace('\'', "'\\''"))
}

/// Why everything is looked at again, in words.
fn why(why: Why) -> Bilingual {
    match why {
        Why::Lost => Bilingual::new(
            "the system lost notices of changes; everything is looked at again",
            "系统丢失了改动通知，正在重新查看全部内容",
        ),
        Why::Many => Bilingual::new(
            "very much changed at once; everything is looked at again",
            "同时有大量改动，正在重新查看全部内容",
        ),
    }
}

/// Why the folder is looked at again and again, in words.
fn polling(polling: &Polling) -> Bilingual {
    match polling {
        Polling::Wanted => {
            Bilingual::new("the folder is looked at again and again", "定时查看目录")
        }
        Polling::TooFewWatches => Bilingual::new(
            "the system has too few watches for so many folders, and the folder is looked at again and again instead; to raise them: sudo sysctl fs.inotify.max_user_watches=1048576 fs.inotify.max_user_instances=1024",
            "系统的监视数不足，改为定时查看目录；提高上限：sudo sysctl fs.inotify.max_user_watches=1048576 fs.inotify.max_user_instances=1024",
        ),
        Polling::Failed(why) => Bilingual::new(
            format!(
                "the system does not tell of changes ({why}), and the folder is looked at again and again instead"
            ),
            format!("系统不通知改动（{why}），改为定时查看目录"),
        ),
    }
}
