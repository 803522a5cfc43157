//! `clue init`, `clue completions`, `clue man`.

use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory, ValueEnum};

use crate::cli::merging::program;
use crate::cli::{Answer, Arguments, Context};
use crate::engine::{Failure, init, mend_merging};
use crate::git::Repository;
use crate::text::{Bilingual, Language};
use crate::yaml::scalar;

/// Arguments of `clue init`.
#[derive(Args)]
pub(super) struct Init {
    /// Folder of the new repository
    #[arg(default_value = ".", value_name = "FOLDER")]
    folder: PathBuf,
    /// Name of the organisation
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    /// Write what this code host runs on each push: the check and the audit
    #[arg(long, value_enum, value_name = "HOST")]
    ci: Option<Host>,
}

/// Code hosts that run the check and the audit.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Host {
    Github,
    Gitlab,
}

impl Init {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let folder = context.folder.join(&self.folder);
        let organisation = self.sample(context, &folder)?;
        let paths = init(
            &folder,
            &organisation,
            self.ci.map(|host| match host {
                Host::Github => "github",
                Host::Gitlab => "gitlab",
            }),
            &context.environment,
            context.now,
        )?;
        mend_merging(&folder, &program())?;
        let shown = self.folder.display();
        Ok(Answer::new(context.say(
            &format!(
                "{} files committed in {shown}\nNext: put your departments and people into organisation.yaml, commit it, then: clue new\n",
                paths.len()
            ),
            &format!("已在 {shown} 提交 {} 个文件\n下一步：在 organisation.yaml 中填写部门和人员并提交，然后执行 clue new\n", paths.len()),
        )))
    }

    /// A first organisation in which the person who calls has every role, so that the procedure can be tried at once.
    fn sample(&self, context: &Context, folder: &Path) -> Result<String, Failure> {
        let zh = context.style.language == Language::Zh;
        let identity = identity_in(folder, context)?;
        let name = self
            .organisation
            .clone()
            .unwrap_or_else(|| if zh { "示例公司" } else { "Example Ltd" }.to_owned());
        let say = |en: &'static str, chinese: &'static str| if zh { chinese } else { en };
        Ok(format!(
            "# yaml-language-server: $schema=schema/organisation.schema.json\n\
             # {}\n\
             name: {}\nlanguage: {}\ntime_zone: {}\n\
             departments:\n  office:\n    name: {}\n    head: me\n\
             people:\n  me:\n    name: {}\n    email: {}\n    department: office\n    roles: [officer, head, archivist, leader]\n  \
             # {}\n  reviewer:\n    name: {}\n    email: reviewer@example.org\n    department: office\n    roles: [reviewer, leader, supervisor]\n\
             # {}\nduty:\n  officer: me\n  archivist: me\n\
             # {}\nresponsibilities:\n  product-quality: [office]\n",
            say(
                "Departments, people and their roles. Replace what stands here by your own.",
                "部门、人员及角色。请换成自己的。"
            ),
            scalar(&name),
            context.style.language.code(),
            say("UTC", "Asia/Shanghai"),
            say("Clue office", "线索管理办公室"),
            scalar(&identity.0),
            scalar(&identity.1),
            say(
                "Somebody other than the author approves the analysis report (A5).",
                "分析报告由撰写人以外的人审批（A5）。"
            ),
            say("Reviewer", "审批人"),
            say(
                "Who is responsible by default for what a role has to do.",
                "各角色的工作默认由谁负责。"
            ),
            say(
                "Which departments handle which kind of clue.",
                "哪类线索由哪些部门办理。"
            ),
        ))
    }
}

/// Name and address of whoever calls, by the repository that the folder lies in where there is one.
fn identity_in(folder: &Path, context: &Context) -> Result<(String, String), Failure> {
    let near = folder.ancestors().find(|folder| folder.is_dir());
    match near.map(Repository::discover_any).transpose()?.flatten() {
        Some(repository) => {
            let (author, _) = repository.identities(&context.environment, context.now)?;
            Ok((author.name, author.email))
        }
        None => Ok(crate::git::configured_identity(&context.environment)?),
    }
}

/// Arguments of `clue completions`.
#[derive(Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: clap_complete::Shell,
}

impl Completions {
    pub(super) fn run(self, _: &Context) -> Result<Answer, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "clue", &mut script);
        Ok(Answer::new(String::from_utf8_lossy(&script)))
    }
}

/// Arguments of `clue man`.
#[derive(Args)]
pub(super) struct Man {}

impl Man {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let mut page = Vec::new();
        let language = context.style.language;
        let command = super::examples::add(Arguments::command(), language);
        let command = super::words::translate(command, language);
        clap_mangen::Man::new(command)
            .render(&mut page)
            .map_err(|error| Failure::Environment {
                message: Bilingual::new(error.to_string(), error.to_string()),
                remedy: None,
            })?;
        Ok(Answer::new(String::from_utf8_lossy(&page)))
    }
}
