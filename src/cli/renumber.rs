//! `clue renumber`: another register number, where two clones gave the same one.

use clap::Args;

use crate::cli::advance::told;
use crate::cli::{Answer, Context};
use crate::engine::Failure;
use crate::text::visible_line;

/// Arguments of `clue renumber`.
#[derive(Args)]
pub(super) struct Renumber {
    /// The clue, by its id: the number is what is in dispute
    #[arg(value_name = "ID")]
    clue: String,
    /// A branch or commit whose register counts too, such as origin/main
    #[arg(long, value_name = "REVISION")]
    against: Option<String>,
    /// Why the clue gets another number
    #[arg(short = 'm', long = "reason")]
    reason: Option<String>,
}

impl Renumber {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let published = engine.renumber(
            &self.clue,
            self.against.as_deref(),
            self.reason.as_deref(),
            &context.environment,
            context.now,
        )?;
        let mut text = told(&engine, &published, context);
        if let Some(renumbering) = &published.decision.renumbering {
            let (before, keeper) = (&renumbering.before, &renumbering.keeper);
            text.push_str(&context.say(
                &format!("{before} stays with {keeper}\n"),
                &format!("{before} 由 {keeper} 保留\n"),
            ));
            for path in &renumbering.rewritten {
                let path = visible_line(path);
                text.push_str(&context.say(
                    &format!("refers to the new number now: {path}\n"),
                    &format!("已改为引用新编号：{path}\n"),
                ));
            }
            for path in &renumbering.sealed {
                let path = visible_line(path);
                text.push_str(&context.say(
                    &format!("sealed, and still refers to {before}: {path}\n"),
                    &format!("已封存，仍引用 {before}：{path}\n"),
                ));
            }
        }
        Ok(Answer::new(text))
    }
}
