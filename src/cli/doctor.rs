//! `clue doctor`: what is wrong with the repository itself, and mending it.

use clap::Args;
use serde_json::{Value, json};

use crate::cli::merging::program;
use crate::cli::{Answer, Context, Format};
use crate::doctor::{Ailment, CHECKS, Cure, Patient, examine};
use crate::engine::{Engine, Failure, find_root};
use crate::files::{DiskFiles, Files};
use crate::git::Repository;
use crate::record::Organisation;
use crate::report::SCHEMA_VERSION;
use crate::text::{Bilingual, Language, visible};
use crate::world::MAXIMUM_RECORD;
use crate::yaml;

/// Arguments of `clue doctor`.
#[derive(Args)]
pub(super) struct Doctor {
    /// Mend what can be mended without losing anybody's work
    #[arg(long)]
    fix: bool,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Doctor {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let Some(root) = find_root(&context.folder) else {
            // In the engine's words.
            Engine::open(&context.folder)?;
            return Ok(Answer::new(""));
        };
        let organisation = DiskFiles::new(&root)
            .read("organisation.yaml", MAXIMUM_RECORD)
            .ok()
            .flatten()
            .and_then(|bytes| yaml::parse("organisation.yaml", &bytes).0)
            .and_then(|document| {
                serde_json::from_value::<Organisation>(document.root.to_json()).ok()
            });
        let patient = Patient {
            repository: Repository::discover(&root).ok().flatten(),
            root,
            organisation,
            environment: context.environment.clone(),
            program: program(),
            now: context.now,
        };
        let found = examine(&patient, self.fix);
        let output = match self.format {
            Format::Json => format!("{:#}\n", data(&found, context.style.language)),
            Format::Text => text(&found, context),
        };
        Ok(Answer {
            findings: found.iter().any(Ailment::is_open),
            ..Answer::new(output)
        })
    }
}

fn text(found: &[Ailment], context: &Context) -> String {
    let language = context.style.language;
    let say = |text: &Bilingual| visible(text.get(language)).replace('\n', "\n    ");
    let mut text = String::new();
    for check in CHECKS {
        let ailments: Vec<&Ailment> = found
            .iter()
            .filter(|ailment| ailment.check == check.name)
            .collect();
        if ailments.is_empty() {
            text.push_str(&format!("  ✓ {}\n", say(&(check.about)())));
        }
        for ailment in ailments {
            let mark = match ailment.cure {
                _ if ailment.is_note => "·",
                Cure::Done => "✓",
                _ => "✗",
            };
            text.push_str(&format!(
                "  {mark} {} [{}]\n",
                say(&ailment.found),
                check.name
            ));
            text.push_str(&format!("      {}\n", say(&ailment.meaning)));
            let outcome = match &ailment.cure {
                Cure::ByHand => {
                    format!("{}{}", context.say("do: ", "办法："), say(&ailment.remedy))
                }
                Cure::Fixable => format!(
                    "{}{}",
                    context.say(
                        "clue doctor --fix mends it; or: ",
                        "clue doctor --fix 可修复；或者："
                    ),
                    say(&ailment.remedy)
                ),
                // Where what was taken away is kept is worth knowing; what a person would have done by hand is not.
                Cure::Done if check.name == "leftovers" => format!(
                    "{}{}",
                    context.say("mended; ", "已修复；"),
                    say(&ailment.remedy)
                ),
                Cure::Done => context.say("mended", "已修复"),
                Cure::Failed(why) => format!(
                    "{}{}\n      {}{}",
                    context.say("could not be mended: ", "未能修复："),
                    say(why),
                    context.say("do: ", "办法："),
                    say(&ailment.remedy)
                ),
            };
            text.push_str(&format!("      {outcome}\n"));
        }
    }
    text
}

fn data(found: &[Ailment], language: Language) -> Value {
    let ailments: Vec<Value> = found
        .iter()
        .map(|ailment| {
            json!({
                "check": ailment.check,
                "severity": if ailment.is_note { "note" } else { "error" },
                "found": ailment.found.get(language),
                "meaning": ailment.meaning.get(language),
                "remedy": ailment.remedy.get(language),
                "fixable": ailment.cure != Cure::ByHand,
                "fixed": ailment.cure == Cure::Done,
                "failure": match &ailment.cure {
                    Cure::Failed(why) => Some(why.get(language)),
                    _ => None,
                },
            })
        })
        .collect();
    let names: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
    json!({
        "schemaVersion": SCHEMA_VERSION,
        "healthy": !found.iter().any(Ailment::is_open),
        "checks": names,
        "found": ailments,
    })
}
