//! `clue hook`: the gate before a commit and before a push is taken, as git calls it, and its installation.

use std::io::Read;
use std::path::Path;

use clap::{Args, Subcommand};

use crate::cli::{Answer, Context, audit, err};
use crate::engine::{Failure, HistoryReader, Push, Pushed, find_root, install_hooks};
use crate::git::Repository;
use crate::report::{self, Style};
use crate::text::{Bilingual, Language, visible_line};

/// Arguments of `clue hook`.
#[derive(Args)]
pub(super) struct Hook {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Write the hooks into this repository
    Install(Install),
    /// Judge what is staged, as if it were committed now (git calls this)
    PreCommit(PreCommit),
    /// Judge what a push brings, before it is taken (git calls this)
    PreReceive(PreReceive),
}

#[derive(Args)]
struct Install {
    /// Judge what is staged before each commit
    #[arg(long)]
    pre_commit: bool,
    /// Judge each push to this repository
    #[arg(long)]
    pre_receive: bool,
}

#[derive(Args)]
struct PreCommit {
    /// Files that pre-commit names; everything that is staged is judged
    #[arg(value_name = "FILE")]
    files: Vec<String>,
}

#[derive(Args)]
struct PreReceive {
    /// Folder of the clue repository in a git repository without a work tree
    #[arg(long, value_name = "FOLDER")]
    folder: Option<String>,
}

impl Hook {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        match self.deed {
            Deed::Install(install) => install.run(context),
            Deed::PreCommit(pre_commit) => pre_commit.run(context),
            Deed::PreReceive(pre_receive) => pre_receive.run(context),
        }
    }
}

impl Install {
    fn run(self, context: &Context) -> Result<Answer, Failure> {
        if !self.pre_commit && !self.pre_receive {
            return Err(Failure::Usage {
                message: Bilingual::new("which hook is not said", "没有说明安装哪个钩子"),
                remedy: Some(Bilingual::new(
                    "clue hook install --pre-commit in a clone, --pre-receive on the server",
                    "在克隆中用 clue hook install --pre-commit，在服务器上用 --pre-receive",
                )),
            });
        }
        let Some(repository) = Repository::discover_any(&context.folder)? else {
            return Err(Failure::Environment {
                message: Bilingual::new(
                    "this folder is in no git repository",
                    "此目录不在 git 仓库中",
                ),
                remedy: None,
            });
        };
        let program = std::env::current_exe().ok();
        let program = program.map_or_else(|| "clue".to_owned(), |path| path.display().to_string());
        let names = [
            (self.pre_commit, "pre-commit"),
            (self.pre_receive, "pre-receive"),
        ];
        let names: Vec<&str> = names
            .iter()
            .filter(|(asked, _)| *asked)
            .map(|(_, name)| *name)
            .collect();
        let root = find_root(&context.folder).filter(|_| !repository.is_bare());
        let folder = root.map_or_else(String::new, |root| repository.prefix(&root));
        let settings = &context.environment;
        let written = install_hooks(&repository, &names, &folder, &program, settings)?;
        let written = written.iter().map(|path| format!("{}\n", path.display()));
        Ok(Answer::new(written.collect::<String>()))
    }
}

impl PreCommit {
    fn run(self, context: &Context) -> Result<Answer, Failure> {
        let reader = HistoryReader::open(&context.folder, None)?;
        // For `git commit -a` and `git commit FILE` git fills an index of its own.
        let index = std::env::var_os("GIT_INDEX_FILE");
        let index = index.as_deref().map(Path::new);
        let (audited, files) = reader.staged(index, &context.environment, context.now)?;
        let mut shown = String::new();
        for finding in &audited.findings {
            shown.push_str(&report::one(&finding.diagnostic, &files, context.style));
            shown.push_str("\n\n");
        }
        if !audited.findings.is_empty() {
            shown.push_str(&context.say(
                "what is staged breaks the rules, and was not committed\n",
                "暂存的内容不符合规则，没有提交\n",
            ));
            err(&shown);
        }
        Ok(Answer {
            findings: !audited.findings.is_empty(),
            ..Answer::new("")
        })
    }
}

impl PreReceive {
    fn run(self, context: &Context) -> Result<Answer, Failure> {
        let mut text = String::new();
        std::io::stdin()
            .lock()
            .read_to_string(&mut text)
            .map_err(|error| unreadable(&error.to_string()))?;
        let mut pushes = Vec::new();
        for line in text.lines() {
            pushes.push(Push::parse(line).ok_or_else(|| unreadable(&visible_line(line)))?);
        }
        let git_folder = std::env::var_os("GIT_DIR");
        let git_folder = git_folder
            .as_deref()
            .map_or(context.folder.as_path(), Path::new);
        let pushed = Pushed::judge(git_folder, &pushes, self.folder.as_deref(), context.now)?;
        let given = std::env::var_os("CLUE_LANG").is_some();
        let language = pushed
            .language
            .filter(|_| !given)
            .unwrap_or(context.style.language);
        let style = Style {
            language,
            colour: false,
        };
        let mut shown = String::new();
        for refusal in &pushed.refusals {
            let nothing = crate::files::MemoryFiles::default();
            shown.push_str(&report::one(&refusal.diagnostic, &nothing, style));
            shown.push_str("\n\n");
        }
        shown.push_str(&audit::text(&pushed.reader, &pushed.audited, style)?);
        let refused = !pushed.refusals.is_empty() || !pushed.audited.findings.is_empty();
        if refused {
            if !pushed.audited.findings.is_empty() {
                shown.push_str(&audit::summary(&pushed.audited, language));
                shown.push('\n');
            }
            let zh = language == Language::Zh;
            shown.push_str(if zh {
                "推送被拒绝，服务器上没有任何改动\n"
            } else {
                "the push was refused, and nothing was changed on the server\n"
            });
            if !pushed.audited.findings.is_empty() {
                shown.push_str(if zh {
                    "有问题的提交本身须改正，其后再加提交不能弥补：git reset --soft 该提交^，改正后重新提交\n"
                } else {
                    "a bad commit is not mended by a later one: git reset --soft COMMIT^, put it right, commit anew\n"
                });
            }
            err(&shown);
        }
        Ok(Answer {
            findings: refused,
            ..Answer::new("")
        })
    }
}

fn unreadable(what: &str) -> Failure {
    Failure::Usage {
        message: Bilingual::new(
            format!("git should give lines of OLD NEW REFERENCE: {what}"),
            format!("git 应逐行给出“旧 新 引用”，而这里是：{what}"),
        ),
        remedy: Some(Bilingual::new(
            "git calls this command; install it with clue hook install --pre-receive",
            "此命令由 git 调用；请用 clue hook install --pre-receive 安装",
        )),
    }
}
