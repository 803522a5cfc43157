//! `clue help`: the same text as `--help` of the program or of a command, for whoever asks for it as git's users do.

use clap::{Args, Command};

use crate::cli::{Answer, Arguments, Context, examples, words};
use crate::engine::Failure;
use crate::text::{Bilingual, visible_line};

/// Arguments of `clue help`.
#[derive(Args)]
pub(super) struct Help {
    /// The command to tell about; all of them where none is named
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

impl Help {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        use clap::CommandFactory;
        let language = context.style.language;
        let command = examples::add(Arguments::command(), language);
        let command = words::translate(command, language);
        known(&command, &self.command)?;
        let mut line = vec!["clue".to_owned()];
        line.extend(self.command);
        line.push("--help".to_owned());
        // Asking for help is what ends the parsing early, with the text.
        let shown = command.try_get_matches_from(line).err();
        let shown = shown.map(|error| words::usage(&error, language));
        Ok(Answer::new(shown.unwrap_or_default()))
    }
}

/// Refuses a command that is not there, and names those that are.
fn known(command: &Command, path: &[String]) -> Result<(), Failure> {
    let mut here = command;
    for name in path {
        let Some(inner) = here.find_subcommand(name) else {
            let mut names: Vec<&str> = here.get_subcommands().map(Command::get_name).collect();
            names.sort_unstable();
            let name = visible_line(name);
            return Err(Failure::Usage {
                message: Bilingual::new(
                    format!("there is no command `{name}`"),
                    format!("没有“{name}”这个命令"),
                ),
                remedy: Some(if names.is_empty() {
                    let own = here.get_name();
                    Bilingual::new(
                        format!("{own} has no commands of its own: clue help {own}"),
                        format!("{own} 没有下级命令：clue help {own}"),
                    )
                } else {
                    Bilingual::new(
                        format!("there are: {}", names.join(", ")),
                        format!("可用的命令：{}", names.join("、")),
                    )
                }),
            });
        };
        here = inner;
    }
    Ok(())
}
