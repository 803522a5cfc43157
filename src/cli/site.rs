//! `clue site`: the whole repository as a static site for one reader, with a search that needs no server (P3).

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::cli::{Answer, Context, err};
use crate::disclosure::Reader;
use crate::engine::Failure;
use crate::site::{SiteRequest, make};
use crate::text::{Bilingual, Language};

/// Arguments of `clue site`.
#[derive(Args)]
#[command(group = ArgGroup::new("whose").args(["level", "reader"]))]
pub(super) struct Site {
    /// Folder of the site: new, empty, or a site that was made before
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// For who may see this confidentiality level (the most open one)
    #[arg(long, value_name = "LEVEL")]
    level: Option<String>,
    /// For this role, or for who may see this confidentiality level
    #[arg(long = "for", value_name = "WHO")]
    reader: Option<String>,
    /// Language of the pages: en or zh (that of the messages)
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
}

impl Site {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let language = match &self.language {
            None => context.style.language,
            Some(name) => Language::parse(name).ok_or_else(|| Failure::Usage {
                message: Bilingual::new(
                    format!("--language {name}: there is no such language"),
                    format!("--language {name}：没有这种语言"),
                ),
                remedy: Some(Bilingual::new("write en or zh", "请写 en 或 zh")),
            })?,
        };
        let engine = context.engine()?;
        let reader = match (&self.level, &self.reader) {
            (Some(level), _) => engine.reader_of_level("--level", level)?,
            (None, Some(who)) => engine.reader("--for", who)?,
            (None, None) => {
                Reader::least(&engine.world().rulebook).ok_or_else(|| Failure::Usage {
                    message: Bilingual::new(
                        "workflow.yaml declares no confidentiality level",
                        "workflow.yaml 没有声明任何密级",
                    ),
                    remedy: Some(Bilingual::new(
                        "declare one under `confidentiality`, or name a role by --for",
                        "请在 confidentiality 下声明密级，或用 --for 指定角色",
                    )),
                })?
            }
        };
        let moment = match &context.looked_at {
            Some(_) => Some(context.moment(&engine)?),
            None => None,
        };
        let request = SiteRequest {
            reader,
            language,
            moment,
        };
        super::paper::tell(&engine.ignored_templates(), &engine, context);
        let made = make(&engine, &context.folder.join(&self.folder), &request)?;
        let told = [made.warnings.as_slice(), &made.findings].concat();
        super::paper::tell(&told, &engine, context);
        let (label, clues, hidden) = (&request.reader.label, made.clues, made.hidden);
        let noun = if clues == 1 { "clue" } else { "clues" };
        err(&context.say(
            &format!(
                "{clues} {noun} for readers of “{}”; {hidden} left out\n",
                label.en
            ),
            &format!("供“{}”查阅，{clues} 条线索；{hidden} 条未列入\n", label.zh),
        ));
        Ok(Answer {
            findings: !made.findings.is_empty(),
            ..Answer::new(format!("{}\n", self.folder.join("index.html").display()))
        })
    }
}
