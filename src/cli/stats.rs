//! `clue stats`: counts and medians over the clues, as text, data, or an HTML page.

use std::path::PathBuf;

use chrono::{Datelike, NaiveDate};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::cli::{Answer, Context, day, output};
use crate::engine::Failure;
use crate::report::SCHEMA_VERSION;
use crate::statistics::{Dimension, Question};
use crate::text::Bilingual;

/// The smallest count that is told where nobody says otherwise.
const MINIMUM: &str = "5";
/// Years that a day of collection can lie in.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2200;

/// Text for people, data for programs, or a page.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StatsFormat {
    Text,
    Json,
    Html,
}

/// What the clues are broken down by.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Category,
    Kind,
    Urgency,
    Department,
    Channel,
    Month,
}

impl From<By> for Dimension {
    fn from(by: By) -> Self {
        match by {
            By::Category => Self::Category,
            By::Kind => Self::Kind,
            By::Urgency => Self::Urgency,
            By::Department => Self::Department,
            By::Channel => Self::Channel,
            By::Month => Self::Month,
        }
    }
}

/// Arguments of `clue stats`.
#[derive(Args)]
pub(super) struct Stats {
    /// Only clues collected on this day or later
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    from: Option<String>,
    /// Only clues collected on this day or earlier
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    to: Option<String>,
    /// Only the table by this (repeatable; all)
    #[arg(long, value_enum)]
    by: Vec<By>,
    /// Smallest count that is told; smaller ones are kept back (1: none is)
    #[arg(long, value_name = "NUMBER", default_value = MINIMUM, allow_hyphen_values = true)]
    minimum: String,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = StatsFormat::Text)]
    format: StatsFormat,
    /// Write into this file (standard output)
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Stats {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let from = self.from.as_deref().map(|text| day("--from", text));
        let to = self.to.as_deref().map(|text| day("--to", text));
        let (from, to) = (from.transpose()?, to.transpose()?);
        if let (Some(first), Some(last)) = (from, to)
            && first > last
        {
            return Err(Failure::Usage {
                message: Bilingual::new(
                    format!("--from {first} lies after --to {last}"),
                    format!("--from {first} 晚于 --to {last}"),
                ),
                remedy: Some(Bilingual::new(
                    "give the first day as --from, the last as --to",
                    "请用 --from 写起始日期，用 --to 写截止日期",
                )),
            });
        }
        let minimum = minimum(&self.minimum)?;
        let engine = context.engine()?;
        let now = context.moment(&engine)?;
        let by = if self.by.is_empty() {
            Dimension::ALL.to_vec()
        } else {
            self.by.iter().map(|by| Dimension::from(*by)).collect()
        };
        let question = Question {
            from,
            to,
            by,
            minimum,
            today: engine.world().calendar.local(now).date_naive(),
        };
        let statistics = engine.statistics(&question, now);
        let imprint = engine.imprint(now, context.style.language)?;
        let text = match self.format {
            StatsFormat::Text => statistics.text(&imprint),
            StatsFormat::Html => engine.statistics_html(&statistics, &imprint)?,
            StatsFormat::Json => {
                let mut data = json!({
                    "schemaVersion": SCHEMA_VERSION,
                    "organisation": imprint.organisation,
                    "asOf": imprint.moment.to_string(),
                    "commit": imprint.commit,
                });
                if let Value::Object(object) = &mut data {
                    object.extend(statistics.to_json());
                }
                format!("{data:#}\n")
            }
        };
        let Some(output) = self.output else {
            return Ok(Answer::new(text));
        };
        let endings: &[&str] = match self.format {
            StatsFormat::Text => &["txt"],
            StatsFormat::Json => &["json"],
            StatsFormat::Html => &["html", "htm"],
        };
        output::write(context, engine.root(), &output, endings, text.as_bytes())?;
        Ok(Answer::new(format!("{}\n", output.display())))
    }
}

fn day(option: &str, text: &str) -> Result<NaiveDate, Failure> {
    day::read(text)
        .filter(|day| YEARS.contains(&day.year()))
        .ok_or_else(|| Failure::Usage {
            message: Bilingual::new(
                format!("{option} {text}: this is no day of collection"),
                format!("{option} {text}：不是收集日期"),
            ),
            remedy: Some(Bilingual::new(
                "write a day from 1970 to 2200 like 2026-11-25",
                "请写 1970 年至 2200 年之间的日期，例如 2026-11-25",
            )),
        })
}

fn minimum(text: &str) -> Result<u64, Failure> {
    let number = text.parse::<u64>().ok();
    number
        // What is below two and not zero is one: to keep it back would tell it.
        .filter(|number| *number == 1 || (3..=1_000).contains(number))
        .ok_or_else(|| Failure::Usage {
            message: Bilingual::new(
                format!("--minimum {text}: this is no smallest count"),
                format!("--minimum {text}：不能作为最小数目"),
            ),
            remedy: Some(Bilingual::new(
                "give a number from 3 to 1000, or 1 to keep nothing back",
                "请写 3 至 1000 的整数；1 表示不隐去任何数目",
            )),
        })
}
