//! Hooks written where git will call them: never over somebody's own, never where other repositories share the folder.
//! It decides everything first, and writes only when nothing stands in the way of any of them.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::engine::Failure;
use crate::git::{Environment, Repository};
use crate::text::Bilingual;

/// The second line of a hook that this program wrote.
const OURS: &str = "# Written by clue hook install.";

/// Writes hooks (`pre-commit`, `pre-receive`) that call this program; gives their paths.
///
/// `folder` is the clue repository's below the top of the work tree. Nothing is written where any of them is refused:
/// git would never call it, another hook is there, or the folder is not this repository's alone.
pub fn install_hooks(
    repository: &Repository,
    names: &[&str],
    folder: &str,
    program: &str,
    settings: &Environment,
) -> Result<Vec<PathBuf>, Failure> {
    for name in names {
        runs(repository, name)?;
    }
    let place = place(repository, names, settings)?;
    let mut planned = Vec::new();
    for name in names {
        let path = place.join(name);
        let is_there = is_there(&path, name)?;
        planned.push((path, text(name, folder, program), is_there));
    }
    std::fs::create_dir_all(&place).map_err(|error| failed(&place, &error))?;
    let mut written = Vec::new();
    for (path, text, is_there) in planned {
        write(&path, &text, is_there).map_err(|error| failed(&path, &error))?;
        written.push(path);
    }
    Ok(written)
}

/// Refuses a hook that git would never call here.
fn runs(repository: &Repository, name: &str) -> Result<(), Failure> {
    if name == "pre-commit" && repository.is_bare() {
        return Err(Failure::Refused {
            message: Bilingual::new(
                "this git repository is bare: nobody commits in it, and the hook pre-commit would never run",
                "这是裸仓库：没有人在其中提交，pre-commit 钩子永远不会运行",
            ),
            remedy: Bilingual::new(
                "install it in each clone: clue hook install --pre-commit; here: clue hook install --pre-receive",
                "请在各个克隆中安装：clue hook install --pre-commit；此处请用 clue hook install --pre-receive",
            ),
        });
    }
    // A work tree takes pushes to its branch only where git is told so.
    let takes_pushes = repository
        .setting("receive.denyCurrentBranch")
        .is_some_and(|setting| {
            let setting = setting.to_ascii_lowercase();
            ["updateinstead", "ignore", "warn", "false", "no", "off", "0"]
                .contains(&setting.as_str())
        });
    if name == "pre-receive" && !repository.is_bare() && !takes_pushes {
        return Err(Failure::Refused {
            message: Bilingual::new(
                "this repository has a work tree and takes no pushes: the hook pre-receive would never run",
                "此仓库有工作区，不接受推送，pre-receive 钩子永远不会运行",
            ),
            remedy: Bilingual::new(
                "install it in the repository that is pushed to: clue -C SERVER.git hook install --pre-receive; here: clue hook install --pre-commit. Where this one is pushed to after all: git config receive.denyCurrentBranch updateInstead, then again",
                "请在接受推送的仓库中安装：clue -C 服务器仓库.git hook install --pre-receive；此处请用 clue hook install --pre-commit。如果确实向此仓库推送，请先执行 git config receive.denyCurrentBranch updateInstead 再安装",
            ),
        });
    }
    Ok(())
}

/// The folder that git calls hooks from, where it belongs to this repository alone.
fn place(
    repository: &Repository,
    names: &[&str],
    settings: &Environment,
) -> Result<PathBuf, Failure> {
    let own = repository.common_folder().join("hooks");
    let Some(told) = repository.told_hooks_folder(settings)? else {
        return Ok(own);
    };
    if same(&told, &own) {
        return Ok(own);
    }
    let shown = told.display();
    let own_setting = format!("git config core.hooksPath \"{}\"", own.display());
    if !told.is_dir() {
        return Err(Failure::Refused {
            message: Bilingual::new(
                format!(
                    "git looks for hooks in {shown} (core.hooksPath), and there is no such folder"
                ),
                format!("git 在 {shown} 查找钩子（core.hooksPath），但该目录不存在"),
            ),
            remedy: Bilingual::new(
                format!(
                    "make the folder if it is right, or let this repository have its own: {own_setting}; then again"
                ),
                format!(
                    "如果设置无误，请先建立该目录；或让此仓库使用自己的钩子：{own_setting}；然后重试"
                ),
            ),
        });
    }
    let inside = [repository.work_tree(), repository.common_folder()];
    if inside.iter().any(|folder| lies_in(&told, folder)) {
        return Ok(told);
    }
    let lines: Vec<String> = names
        .iter()
        .map(|name| format!("`clue hook {name} \"$@\"`"))
        .collect();
    let lines = lines.join(", ");
    Err(Failure::Refused {
        message: Bilingual::new(
            format!(
                "git looks for hooks in {shown} (core.hooksPath), which other repositories may share: nothing was written"
            ),
            format!(
                "git 在 {shown} 查找钩子（core.hooksPath），其他仓库可能共用该目录，因此没有写入"
            ),
        ),
        remedy: Bilingual::new(
            format!(
                "let this repository have its own hooks, and the shared ones not: {own_setting}; then again. Or add to the hook there, for repositories of clues only: {lines}"
            ),
            format!(
                "让此仓库使用自己的钩子（不再使用共用的）：{own_setting}，然后重试；或在该目录的钩子中只对线索仓库加入：{lines}"
            ),
        ),
    })
}

fn same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    // A folder that is not there yet is compared by the one above it.
    let above = |path: &Path| Some((path.parent().map(whole)?, path.file_name()?.to_owned()));
    whole(one) == whole(other) || (above(one).is_some() && above(one) == above(other))
}

fn lies_in(path: &Path, folder: &Path) -> bool {
    match (path.canonicalize(), folder.canonicalize()) {
        (Ok(path), Ok(folder)) => path.starts_with(folder),
        _ => false,
    }
}

/// Whether a hook of this program is there already, unchanged; any other one is left alone, and refused.
fn is_there(path: &Path, name: &str) -> Result<bool, Failure> {
    let metadata = match std::fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(path, &error)),
    };
    if metadata.is_file() {
        let bytes = std::fs::read(path).map_err(|error| failed(path, &error))?;
        if is_ours(&String::from_utf8_lossy(&bytes), name) {
            return Ok(true);
        }
    }
    Err(Failure::Refused {
        message: Bilingual::new(
            format!(
                "{} is there already, and is not this program's alone",
                path.display()
            ),
            format!("{} 已经存在，且不完全是本程序写的", path.display()),
        ),
        remedy: Bilingual::new(
            format!("add the line `clue hook {name} \"$@\"` to it, or move it away"),
            format!("请在其中加入一行 `clue hook {name} \"$@\"`，或先移走它"),
        ),
    })
}

/// A hook to which somebody added a line of their own is theirs.
fn is_ours(text: &str, name: &str) -> bool {
    let mut lines = text.lines();
    let head = (lines.next(), lines.next()) == (Some("#!/bin/sh"), Some(OURS));
    let call = lines.next().unwrap_or_default();
    head && call.starts_with("exec \"")
        && call.ends_with(&format!(" hook {name} \"$@\""))
        && lines.next().is_none()
}

fn text(name: &str, folder: &str, program: &str) -> String {
    let program = program
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('$', "\\$")
        .replace('`', "\\`");
    // git calls it in the top of the work tree.
    let there = if folder.is_empty() || name != "pre-commit" {
        String::new()
    } else {
        format!(" -C '{}'", folder.replace('\'', "'\\''"))
    };
    // Over a file path the hook runs with the environment of whoever pushes: it names no program there.
    format!("#!/bin/sh\n{OURS}\nexec \"{program}\"{there} hook {name} \"$@\"\n")
}

fn write(path: &Path, text: &str, is_there: bool) -> std::io::Result<()> {
    let mut options = std::fs::File::options();
    options.write(true);
    if is_there {
        options.truncate(true);
    } else {
        // What came there in the meantime is somebody's.
        options.create_new(true);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o755))?;
    }
    file.sync_all()
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::of_system(path, error)
}
