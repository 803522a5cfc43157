//! Renumbering: the step that the rulebook declares for it, taken against another branch's register.
//! It merges nothing; git does, before or after.

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::engine::{Engine, Failure, Published};
use crate::files::TreeFiles;
use crate::git::{Environment, doing_zh};
use crate::text::{Bilingual, Language};
use crate::time::Timestamp;
use crate::workflow::Command;

impl Engine {
    /// Gives a clue another register number, where another clue has its number here or in a revision's register.
    pub fn renumber(
        &self,
        name: &str,
        against: Option<&str>,
        reason: Option<&str>,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<Published, Failure> {
        if let Some(what) = self.repository()?.in_progress() {
            return Err(Failure::Findings(vec![
                Diagnostic::new(
                    Code::StepCondition,
                    Place::file("register"),
                    format!("a git {what} is not finished, and no step is taken in the middle of it"),
                    format!("git 的{}尚未完成，其间不能办理步骤", doing_zh(what)),
                )
                .remedy(
                    format!(
                        "git {what} --abort; clue renumber {name} --against THE-OTHER-BRANCH; then git {what} again"
                    ),
                    format!(
                        "请先 git {what} --abort，再执行 clue renumber {name} --against 对方分支，然后重新 git {what}"
                    ),
                )
                .procedure("T4"),
            ]));
        }
        let mut steps = self.world.rulebook.steps.iter();
        let Some((step, _)) = steps.find(|(_, step)| step.renumbers) else {
            return Err(Failure::Usage {
                message: Bilingual::new(
                    "workflow.yaml has no step that renumbers",
                    "workflow.yaml 没有用于换号的步骤",
                ),
                remedy: Some(Bilingual::new(
                    "declare one, as the built-in rulebook does: `renumbers: true`",
                    "请仿照内置规则书声明一个：renumbers: true",
                )),
            });
        };
        let usual = match self.world.organisation.language {
            Language::En => "two clones gave the same number",
            Language::Zh => "两个克隆给出了同一编号",
        };
        let command = Command {
            step: step.clone(),
            reason: Some(reason.unwrap_or(usual).to_owned()),
            against: against.map(str::to_owned),
            ..Command::default()
        };
        self.advance(name, &command, environment, now)
    }

    /// The files of the clue repository in a branch or commit.
    pub(super) fn tree_of(&self, revision: &str) -> Result<TreeFiles, Failure> {
        let repository = self.repository()?;
        let Some(commit) = repository.resolve(revision)? else {
            return Err(Failure::Usage {
                message: Bilingual::new(
                    format!("--against {revision}: there is no such branch or commit"),
                    format!("--against {revision}：没有这个分支或提交"),
                ),
                remedy: Some(Bilingual::new(
                    "git fetch, and name it as git branch -a does: origin/main",
                    "请先 git fetch，并按 git branch -a 的写法填写：origin/main",
                )),
            });
        };
        let prefix = repository.prefix(&self.root);
        Ok(TreeFiles::new(repository, &commit, &prefix)?)
    }
}
