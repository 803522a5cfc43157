//! `clue lsp`: the language server, on standard input and output.

use std::io::{IsTerminal, stdin, stdout};

use clap::Args;

use crate::cli::{Answer, Context};
use crate::engine::Failure;
use crate::lsp::{Ended, Settings, serve};
use crate::text::Bilingual;
use crate::time::Timestamp;

/// Arguments of `clue lsp`.
#[derive(Args)]
pub(super) struct Lsp {}

impl Lsp {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        if stdin().is_terminal() {
            return Err(no_editor());
        }
        let ended = serve(
            stdin(),
            stdout(),
            Settings {
                folder: context.folder.clone(),
                asked: context.asked,
                fallback: context.style.language,
                environment: context.environment.clone(),
                clock: now,
            },
        );
        match ended {
            Ended::Unspoken => Err(no_editor()),
            ended => Ok(Answer {
                findings: ended == Ended::Abruptly,
                ..Answer::new("")
            }),
        }
    }
}

/// What is said to whoever calls the server by hand.
fn no_editor() -> Failure {
    Failure::Usage {
        message: Bilingual::new(
            "clue lsp is started by an editor, and speaks the language server protocol with it",
            "clue lsp 由编辑器启动，按语言服务器协议与其通信，不供直接使用",
        ),
        remedy: Some(Bilingual::new(
            "name it in the editor's settings, as the README shows; clue check tells the findings here",
            "请按 README 在编辑器中配置；要在终端查看问题，请用 clue check",
        )),
    }
}

fn now() -> Timestamp {
    Timestamp::from_chrono(chrono::Local::now().fixed_offset())
}
