//! `clue explain`: a code, a rule or a key of the procedure, told whole.

use crate::builtin;
use crate::cli::{Answer, Context};
use crate::diagnostic::Code;
use crate::engine::{Failure, find_root};
use crate::files::DiskFiles;
use crate::text::{Bilingual, pad, visible};
use crate::world::World;
use clap::Args;

/// Arguments of `clue explain`.
#[derive(Args)]
pub(super) struct Explain {
    /// A code, rule or key
    name: Option<String>,
}

impl Explain {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let language = context.style.language;
        let Some(name) = self.name else {
            let widest = Code::ALL
                .iter()
                .map(|code| code.name().len())
                .max()
                .unwrap_or(0);
            let lines: String = Code::ALL
                .iter()
                .map(|code| {
                    format!(
                        "{}  {}\n",
                        pad(code.name(), widest),
                        code.summary().get(language)
                    )
                })
                .collect();
            return Ok(Answer::new(lines));
        };
        // A key of the procedure is one letter and a digit; people write it small as well.
        let name = if name.len() == 2 {
            name.to_uppercase()
        } else {
            name
        };
        if let Some(code) = Code::by_name(&name) {
            return Ok(Answer::new(format!(
                "{name}: {}\n\n{}\n",
                code.summary().get(language),
                code.explanation().get(language)
            )));
        }
        let files = find_root(&context.folder).map(DiskFiles::new);
        let own = files.as_ref().and_then(|files| {
            World::load(files, builtin::files())
                .0
                .map(|world| world.rulebook)
        });
        let rulebook = match own {
            Some(rulebook) => rulebook,
            None => built_in_rulebook()?,
        };
        let mut text = String::new();
        for rule in rulebook
            .all_rules()
            .filter(|rule| rule.name == name || rule.procedure.all().contains(&name.as_str()))
        {
            text.push_str(&format!("{} [{}]\n", rule.name, rule.procedure.joined()));
            text.push_str(&format!("  {}\n", visible(rule.message.get(language))));
            if let Some(each) = &rule.each {
                text.push_str(&context.say(
                    &format!("  for each: {each}\n"),
                    &format!("  逐份判定：{each}\n"),
                ));
            }
            if let Some(when) = &rule.when {
                text.push_str(&context.say(
                    &format!("  where:  {}\n", when.source()),
                    &format!("  适用：{}\n", when.source()),
                ));
            }
            text.push_str(&context.say(
                &format!("  expect: {}\n", rule.expect.source()),
                &format!("  要求：{}\n", rule.expect.source()),
            ));
            if let Some(remedy) = &rule.remedy {
                text.push_str(&context.say(
                    &format!("  help:   {}\n", remedy.en),
                    &format!("  办法：{}\n", remedy.zh),
                ));
            }
            text.push('\n');
        }
        if let Some(principle) = rulebook.principles.get(&name) {
            text.push_str(&format!("{name}: {}\n", principle.get(language)));
        }
        for (key, state) in rulebook.states.iter().filter(|(key, _)| **key == name) {
            text.push_str(&context.say(
                &format!("state {key}: {}\n", state.label.en),
                &format!("状态 {key}：{}\n", state.label.zh),
            ));
        }
        for (key, record) in rulebook.records.iter().filter(|(key, _)| **key == name) {
            text.push_str(&context.say(
                &format!("record {key}: {}, {}\n", record.label.en, record.path),
                &format!("记录 {key}：{}，{}\n", record.label.zh, record.path),
            ));
        }
        let steps = rulebook
            .steps
            .iter()
            .filter(|(key, step)| **key == name || step.procedure.all().contains(&name.as_str()));
        for (key, step) in steps {
            text.push_str(&context.say(
                &format!("step {key}: {}\n", step.label.en),
                &format!("步骤 {key}：{}\n", step.label.zh),
            ));
        }
        for (key, deadline) in rulebook.deadlines.iter().filter(|(key, deadline)| {
            **key == name || deadline.procedure.all().contains(&name.as_str())
        }) {
            text.push_str(&context.say(
                &format!("deadline {key}: {}\n", deadline.label.en),
                &format!("期限 {key}：{}\n", deadline.label.zh),
            ));
        }
        if text.is_empty() {
            let codes = Code::ALL.iter().map(|code| code.name());
            let rules: Vec<&str> = rulebook
                .all_rules()
                .map(|rule| rule.name.as_str())
                .collect();
            let near = crate::text::nearest(&name, codes.chain(rules.iter().copied()));
            return Err(Failure::Usage {
                message: Bilingual::new(
                    format!("there is no code, rule or key `{name}`"),
                    format!("没有 `{name}` 这个代码、规则或条款"),
                ),
                remedy: Some(near.map_or_else(
                    || {
                        Bilingual::new(
                            "clue explain lists all codes",
                            "clue explain 可列出全部代码",
                        )
                    },
                    |near| {
                        Bilingual::new(
                            format!("perhaps `{near}` is meant"),
                            format!("是否想查 `{near}`？"),
                        )
                    },
                )),
            });
        }
        Ok(Answer::new(text))
    }
}

fn built_in_rulebook() -> Result<crate::rulebook::Rulebook, Failure> {
    crate::rulebook::Rulebook::built_in().map_err(|error| Failure::Environment {
        message: Bilingual::new(error.clone(), error),
        remedy: None,
    })
}
