//! `clue demo`: the sample organisation's clues, played into a new repository, with their dossiers.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{Answer, Context, progress};
use crate::demo::{DOCUMENTS, play};
use crate::document::DOSSIER;
use crate::engine::{Engine, Failure};
use crate::text::Bilingual;

/// Arguments of `clue demo`.
#[derive(Args)]
pub(super) struct Demo {
    /// Folder of the demonstration; it must be empty or not exist
    #[arg(default_value = "demo", value_name = "FOLDER")]
    folder: PathBuf,
}

impl Demo {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let folder = context.folder.join(&self.folder);
        let bar = progress::bar(context, "playing the steps", "正在逐步办理");
        let played = play(&folder, &|done, of| bar.show(done, of))?;
        drop(bar);
        let engine = Engine::open(&folder)?;
        let bar = progress::bar(context, "rendering the dossiers", "正在生成卷宗");
        let documents = folder.join(DOCUMENTS);
        let failed = |error: std::io::Error| Failure::Environment {
            message: Bilingual::new(
                format!("{}: {error}", documents.display()),
                format!("{}：{error}", documents.display()),
            ),
            remedy: None,
        };
        std::fs::create_dir_all(&documents).map_err(failed)?;
        for (done, id) in played.clues.iter().enumerate() {
            bar.show(done, played.clues.len());
            let html = engine.render_html(id, DOSSIER, engine.world().organisation.language)?;
            std::fs::write(documents.join(format!("{id}.html")), html).map_err(failed)?;
        }
        drop(bar);
        let shown = self.folder.display().to_string();
        let (clues, steps) = (played.clues.len(), played.steps);
        let example = played
            .clues
            .iter()
            .find(|id| {
                engine
                    .case(id)
                    .is_ok_and(|(case, _)| case.state() == "archived")
            })
            .or_else(|| played.clues.first())
            .cloned()
            .unwrap_or_default();
        Ok(Answer::new(context.say(
            &format!(
                "{clues} clues in {shown}, led by {steps} commits; documents are in {shown}/{DOCUMENTS}\n\
                 \n\
                 Look at it:\n  \
                 cd {shown}\n  \
                 clue list                        every clue and where it stands\n  \
                 clue show {example}      one clue with its trail\n  \
                 clue next {example}      what can be done with it now\n  \
                 clue check                       silent: everything obeys the procedure\n  \
                 git log                          every step is a commit\n  \
                 {DOCUMENTS}/{example}.html   its dossier, for a browser\n"
            ),
            &format!(
                "已在 {shown} 中办理 {clues} 条线索，共 {steps} 次提交；文书在 {shown}/{DOCUMENTS}\n\
                 \n\
                 可以这样查看：\n  \
                 cd {shown}\n  \
                 clue list                        全部线索及所处状态\n  \
                 clue show {example}      一条线索及其办理经过\n  \
                 clue next {example}      现在能办理什么\n  \
                 clue check                       没有输出即全部符合流程规定\n  \
                 git log                          每一步都是一次提交\n  \
                 {DOCUMENTS}/{example}.html   卷宗，用浏览器打开\n"
            ),
        )))
    }
}
