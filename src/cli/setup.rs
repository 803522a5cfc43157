//! `clue init`, `clue completions`, `clue man`.

use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory, ValueEnum};

use crate::cli::merging::program;
use crate::cli::{Answer, Arguments, Context, err};
use crate::engine::{
    EditorFiles, Failure, HostFiles, add_editor_files, add_host_files, find_root, init,
    mend_merging,
};
use crate::git::Repository;
use crate::text::{Bilingual, Language, visible_line};
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
    /// Write what this code host runs on each push: the check and the audit; also into a repository that exists
    #[arg(long, value_enum, value_name = "HOST")]
    ci: Option<Host>,
    /// Add to a repository that exists what editors read: .vscode and .editorconfig; a new one has it anyway
    #[arg(long)]
    editor: bool,
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
        let host = self.ci.map(|host| match host {
            Host::Github => "github",
            Host::Gitlab => "gitlab",
        });
        if let (true, Some(root), None) = (
            host.is_some() || self.editor,
            find_root(&folder),
            &self.organisation,
        ) {
            let mut answer = Answer::new("");
            if let Some(host) = host {
                let files = add_host_files(&root, host, &context.environment, context.now)?;
                answer.output.push_str(&added(&files, context).output);
            }
            if self.editor {
                let files = add_editor_files(&root, &context.environment, context.now)?;
                answer.output.push_str(&added_for_editors(&files, context));
            }
            return Ok(answer);
        }
        if self.editor && find_root(&folder).is_none() && is_in_repository(&folder)? {
            return Err(Failure::Usage {
                message: Bilingual::new(
                    "there is no clue repository here to which files for editors could be added",
                    "此处不是线索库，无法补充编辑器所需的文件",
                ),
                remedy: Some(Bilingual::new(
                    "go to the clue repository's folder; clue init makes a new one, with these files",
                    "请进入线索库目录；如需新建线索库，请执行 clue init，其中已包含这些文件",
                )),
            });
        }
        let organisation = self.sample(context, &folder)?;
        let begun = init(
            &folder,
            &organisation,
            host,
            &context.environment,
            context.now,
        )?;
        mend_merging(&folder, &program())?;
        tell_left(&begun.left, context);
        let shown = self.folder.display();
        Ok(Answer::new(context.say(
            &format!(
                "{} files committed in {shown}\nNext: put your departments and people into organisation.yaml, commit it, then: clue new\n",
                begun.committed.len()
            ),
            &format!("已在 {shown} 提交 {} 个文件\n下一步：在 organisation.yaml 中填写部门和人员并提交，然后执行 clue new\n", begun.committed.len()),
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

/// What was added for a code host, and what was not, with what is to be done there.
fn added(files: &HostFiles, context: &Context) -> Answer {
    for path in &files.left {
        let path = visible_line(path);
        err(&context.say(
            &format!("note: {path} is your own and stays as it is; for the check before each commit: clue hook install --pre-commit\n"),
            &format!("说明：{path} 是您自己的文件，保持原样；如需提交前检查：clue hook install --pre-commit\n"),
        ));
    }
    for path in &files.present {
        let path = visible_line(path);
        err(&context.say(
            &format!("note: {path} is there already\n"),
            &format!("说明：{path} 已经存在\n"),
        ));
    }
    if files.added.is_empty() {
        return Answer::new("");
    }
    err(&context.say(
        "committed; now set the variable CLUE_URL at the code host to where the program for Linux is kept\n",
        "已提交；请在代码托管平台上把变量 CLUE_URL 设为 Linux 版程序的下载地址\n",
    ));
    let shown = files
        .added
        .iter()
        .map(|path| format!("{}\n", visible_line(path)));
    Answer::new(shown.collect::<String>())
}

/// What was added for editors; what was not is told.
fn added_for_editors(files: &EditorFiles, context: &Context) -> String {
    if files.added.is_empty() && files.left.is_empty() {
        err(&context.say(
            "note: nothing is missing, all files for editors are there already\n",
            "说明：编辑器所需的文件均已存在，无需补充\n",
        ));
        return lacking_for_editors(files, context);
    }
    for path in &files.present {
        let path = visible_line(path);
        err(&context.say(
            &format!("note: {path} is there already\n"),
            &format!("说明：{path} 已经存在\n"),
        ));
    }
    tell_left(&files.left, context);
    lacking_for_editors(files, context)
}

/// What people's own settings lack, and the files that were added.
fn lacking_for_editors(files: &EditorFiles, context: &Context) -> String {
    if !files.lacking.is_empty() {
        let lines: String = files
            .lacking
            .iter()
            .map(|line| format!("    {}\n", visible_line(line)))
            .collect();
        err(&context.say(
            &format!("help: for completion and hover in VS Code also without the first line of a record, add to yaml.schemas in it:\n{lines}"),
            &format!("办法：要使 VS Code 对没有首行模式注释的记录也能补全和提示，请在其 yaml.schemas 中加入：\n{lines}"),
        ));
    }
    let shown = files
        .added
        .iter()
        .map(|path| format!("{}\n", visible_line(path)));
    shown.collect()
}

/// Says which files of people stay as they are.
fn tell_left(left: &[String], context: &Context) {
    for path in left {
        let path = visible_line(path);
        err(&context.say(
            &format!("note: {path} is your own and stays as it is\n"),
            &format!("说明：{path} 是您自己的文件，保持原样\n"),
        ));
    }
}

/// Whether a folder, or the nearest one above it that is there, lies in a repository of git.
fn is_in_repository(folder: &Path) -> Result<bool, Failure> {
    let near = folder.ancestors().find(|folder| folder.is_dir());
    let repository = near.map(Repository::discover_any).transpose()?.flatten();
    Ok(repository.is_some())
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
