//! `clue draft`: a record from its template.

use crate::cli::{Answer, Context, day};
use crate::engine::Failure;
use crate::workflow::DraftRequest;
use chrono::NaiveDate;
use clap::Args;

/// Arguments of `clue draft`.
#[derive(Args)]
pub(super) struct Draft {
    /// The clue: id, register number, or a path into its folder
    #[arg(value_name = "ID")]
    clue: String,
    /// The record: triage, transfers, meetings, ...
    record: String,
    /// The department that is meant
    #[arg(long)]
    department: Option<String>,
    /// What minutes are about: discussion, coordination, feedback
    #[arg(long)]
    purpose: Option<String>,
    /// Day of the meeting or check (today)
    #[arg(long, value_name = "DATE", value_parser = day::parse)]
    date: Option<NaiveDate>,
}

impl Draft {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let request = DraftRequest {
            record: self.record,
            department: self.department,
            purpose: self.purpose,
            date: self.date.map(|day| day.to_string()),
        };
        let path = engine.draft(&self.clue, &request, &context.environment, context.now)?;
        Ok(Answer::new(format!("{path}\n")))
    }
}
