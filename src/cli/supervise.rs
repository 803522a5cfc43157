//! `clue sample` and `clue supervise`: spot checks that anybody can draw again, and what they find.

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::{Answer, Context, Format, day};
use crate::engine::{Failure, SampleRequest, SupervisionRequest};
use crate::report::SCHEMA_VERSION;
use crate::sampling::Sample as Drawn;
use crate::text::{Bilingual, pad, width};

/// How a sample is drawn.
#[derive(Args)]
struct Drawing {
    /// First day of collection of the clues drawn from
    #[arg(long, value_name = "DATE", value_parser = day::parse)]
    from: Option<NaiveDate>,
    /// Last day of collection of the clues drawn from
    #[arg(long, value_name = "DATE", value_parser = day::parse)]
    to: Option<NaiveDate>,
    /// How many clues to draw
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    size: Option<u32>,
    /// Draw only from clues in this state (repeatable)
    #[arg(long)]
    state: Vec<String>,
    /// Draw from the clues of this commit (HEAD)
    #[arg(long, value_name = "COMMIT")]
    commit: Option<String>,
}

impl Drawing {
    fn request(self) -> Result<Option<SampleRequest>, Failure> {
        match (self.from, self.to, self.size) {
            (None, None, None) if self.state.is_empty() && self.commit.is_none() => Ok(None),
            (Some(from), Some(to), Some(size)) => Ok(Some(SampleRequest {
                from,
                to,
                size: size as usize,
                states: self.state,
                commit: self.commit,
            })),
            _ => Err(Failure::Usage {
                message: Bilingual::new(
                    "a sample needs --from, --to and --size",
                    "抽样需要 --from、--to 和 --size",
                ),
                remedy: Some(Bilingual::new(
                    "for example: --from 2026-07-01 --to 2026-09-30 --size 5",
                    "例如：--from 2026-07-01 --to 2026-09-30 --size 5",
                )),
            }),
        }
    }
}

/// Arguments of `clue sample`.
#[derive(Args)]
pub(super) struct Sample {
    #[command(flatten)]
    drawing: Drawing,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Sample {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let request = self.drawing.request()?.ok_or_else(|| Failure::Usage {
            message: Bilingual::new(
                "a sample needs --from, --to and --size",
                "抽样需要 --from、--to 和 --size",
            ),
            remedy: None,
        })?;
        let sample = engine.sample(&request)?;
        if self.format == Format::Json {
            return Ok(Answer::new(format!("{:#}\n", data(&sample, context))));
        }
        let world = engine.world();
        let language = context.style.language;
        let parameters = &sample.parameters;
        let mut text = context.say(
            &format!(
                "{} of {} clues collected from {} to {}, commit {}\nseed {}\n",
                sample.drawn(),
                sample.population,
                parameters.from,
                parameters.to,
                parameters.commit,
                sample.seed
            ),
            &format!(
                "{} 至 {} 收集的 {} 条线索中抽取 {} 条，提交 {}\n种子 {}\n",
                parameters.from,
                parameters.to,
                sample.population,
                sample.drawn(),
                parameters.commit,
                sample.seed
            ),
        );
        let label = |what: &str, key: &str| match key {
            "-" => context.say("not classified", "未分类"),
            key => world.rulebook.label(what, key, language),
        };
        for stratum in &sample.strata {
            text.push_str(&format!(
                "\n{} · {}  {}/{}\n",
                label("category", &stratum.category),
                label("urgency", &stratum.urgency),
                stratum.drawn.len(),
                stratum.population
            ));
            let numbers = stratum.drawn.iter().map(|drawn| drawn.number.as_deref());
            let widest = numbers.map(|number| width(number.unwrap_or("—"))).max();
            for drawn in &stratum.drawn {
                text.push_str(&format!(
                    "  {}  {}  {}\n",
                    drawn.id,
                    pad(drawn.number.as_deref().unwrap_or("—"), widest.unwrap_or(0)),
                    world.rulebook.label("state", &drawn.state, language)
                ));
            }
        }
        text.push_str(&format!("\n{}\n", Drawn::method(language)));
        Ok(Answer::new(text))
    }
}

fn data(sample: &Drawn, context: &Context) -> serde_json::Value {
    let parameters = &sample.parameters;
    let strata = sample.strata.iter().map(|stratum| {
        json!({
            "category": stratum.category,
            "urgency": stratum.urgency,
            "population": stratum.population,
            "drawn": stratum.drawn.iter().map(|drawn| json!({
                "id": drawn.id, "number": drawn.number, "state": drawn.state,
            })).collect::<Vec<_>>(),
        })
    });
    json!({
        "schemaVersion": SCHEMA_VERSION,
        "commit": parameters.commit,
        "from": parameters.from.to_string(),
        "to": parameters.to.to_string(),
        "size": parameters.size,
        "states": parameters.states,
        "seed": sample.seed,
        "population": sample.population,
        "strata": strata.collect::<Vec<_>>(),
        "method": Drawn::method(context.style.language),
    })
}

/// What kind of supervision it is.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    SpotCheck,
    Inspection,
}

/// Arguments of `clue supervise`.
#[derive(Args)]
pub(super) struct Supervise {
    /// The clue: id, register number, or a path into its folder
    #[arg(value_name = "ID")]
    clue: String,
    /// spot-check of a clue that a sample drew, or inspection for a reason of its own (by whether a sample is given)
    #[arg(long = "type", value_enum)]
    kind: Option<Kind>,
    #[command(flatten)]
    drawing: Drawing,
    /// Whether the process conformed
    #[arg(long, value_name = "true|false")]
    conforms: Option<bool>,
    /// Whether the result is reasonable
    #[arg(long, value_name = "true|false")]
    reasonable: Option<bool>,
    /// What was found, and which department has to rectify it (repeatable)
    #[arg(long = "finding", value_name = "DEPARTMENT=TEXT")]
    findings: Vec<String>,
    /// Day by which the findings are to be rectified (by the rulebook)
    #[arg(long, value_name = "DATE", value_parser = day::parse)]
    due: Option<NaiveDate>,
}

impl Supervise {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let mut findings = Vec::new();
        for text in &self.findings {
            let Some((department, found)) = text.split_once('=') else {
                return Err(Failure::Usage {
                    message: Bilingual::new(
                        format!("--finding {text}: there is no ="),
                        format!("--finding {text}：缺少等号"),
                    ),
                    remedy: Some(Bilingual::new("write DEPARTMENT=TEXT", "请写成 部门=问题")),
                });
            };
            findings.push((department.trim().to_owned(), found.trim().to_owned()));
        }
        let sample = self.drawing.request()?;
        let kind = self.kind.unwrap_or(if sample.is_some() {
            Kind::SpotCheck
        } else {
            Kind::Inspection
        });
        let request = SupervisionRequest {
            kind: match kind {
                Kind::SpotCheck => "spot-check".to_owned(),
                Kind::Inspection => "inspection".to_owned(),
            },
            sample,
            conforms: self.conforms,
            reasonable: self.reasonable,
            findings,
            due: self.due,
        };
        let path = engine.supervise(&self.clue, &request, &context.environment, context.now)?;
        let id = self.clue;
        Ok(Answer::new(context.say(
            &format!("{path}\nfill in what was found, then: clue advance {id} supervise\n"),
            &format!("{path}\n填好检查结果后执行：clue advance {id} supervise\n"),
        )))
    }
}
