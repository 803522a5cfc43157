//! The folder around the records: temporary files of dead writers, line ends, hooks.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::commit::{is_idle, write_file};
use crate::doctor::{Ailment, Patient, git, publish, system};
use crate::files::join;
use crate::git::Repository;
use crate::text::Bilingual;

/// No writer takes longer than this for a file.
const OLD: Duration = Duration::from_secs(10 * 60);

/// Temporary files that nobody will rename any more. What is in them is kept in git's object store.
pub(super) fn leftovers(patient: &Patient, fix: bool) -> Result<Vec<Ailment>, Bilingual> {
    let mut paths = Vec::new();
    below(&patient.root, &mut paths);
    paths.sort();
    let idle = patient.repository.as_ref().is_none_or(is_idle);
    let mut found = Vec::new();
    for path in paths.into_iter().filter(|_| idle) {
        let ailment = Ailment::new(
            Bilingual::new(
                format!(
                    "{} is a temporary file whose writer is gone",
                    path.display()
                ),
                format!("{} 是遗留的临时文件，写入它的程序已不在", path.display()),
            ),
            Bilingual::new(
                "it belongs to no record and is in nobody's way, but is carried along with the folder",
                "它不属于任何记录，也不妨碍办理，但会随目录一起留存",
            ),
            Bilingual::new(
                format!("delete {}", path.display()),
                format!("请删除 {}", path.display()),
            ),
        );
        let Some(repository) = &patient.repository else {
            found.push(ailment);
            continue;
        };
        let mut kept = None;
        let mut ailment = ailment.mended(fix, || {
            let bytes = fs::read(&path).map_err(|error| system(&path, &error))?;
            kept = Some(repository.keep(&bytes).map_err(git)?);
            fs::remove_file(&path).map_err(|error| system(&path, &error))
        });
        if let Some(id) = kept {
            ailment.remedy = Bilingual::new(
                format!("git cat-file blob {id} shows what was in it"),
                format!("git cat-file blob {id} 可查看其中内容"),
            );
        }
        found.push(ailment);
    }
    Ok(found)
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() && name != ".git" {
            below(&entry.path(), found);
        } else if kind.is_file() && is_ours(&name) && is_old(&entry.path()) {
            found.push(entry.path());
        }
    }
}

/// `.clue-` with sixteen digits and `.tmp`: exactly what a publish writes beside a record.
fn is_ours(name: &str) -> bool {
    let digits = name
        .strip_prefix(".clue-")
        .and_then(|name| name.strip_suffix(".tmp"));
    digits.is_some_and(|digits| {
        digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn is_old(path: &Path) -> bool {
    let modified = fs::symlink_metadata(path).and_then(|file| file.modified());
    let age = modified
        .ok()
        .and_then(|time| SystemTime::now().duration_since(time).ok());
    age.is_some_and(|age| age >= OLD)
}

/// Folders whose records git may give other line ends.
pub(super) fn line_ends(patient: &Patient, fix: bool) -> Result<Vec<Ailment>, Bilingual> {
    let Some(repository) = &patient.repository else {
        return Ok(Vec::new());
    };
    let prefix = repository.prefix(&patient.root);
    let missing = |repository: &Repository| -> Result<Vec<&'static str>, Bilingual> {
        let mut missing = Vec::new();
        for folder in ["clues", "register"] {
            let probe = format!("{}/2000/01-01/record", join(&prefix, folder));
            if !repository.keeps_bytes(&probe).map_err(git)? {
                missing.push(folder);
            }
        }
        Ok(missing)
    };
    let folders = missing(repository)?;
    if folders.is_empty() {
        return Ok(Vec::new());
    }
    let lines: Vec<String> = folders
        .iter()
        .map(|folder| format!("{folder}/** -text"))
        .collect();
    let shown = lines.join("; ");
    let setting = repository.setting("core.autocrlf").unwrap_or_default();
    let changes = !matches!(setting.as_str(), "" | "false" | "no" | "off" | "0");
    let ailment = Ailment::new(
        if changes {
            Bilingual::new(
                format!(
                    "core.autocrlf is {setting}, and .gitattributes does not exempt the records"
                ),
                format!("core.autocrlf 为 {setting}，而 .gitattributes 没有排除记录文件"),
            )
        } else {
            Bilingual::new(
                format!(".gitattributes lacks: {shown}"),
                format!(".gitattributes 缺少：{shown}"),
            )
        },
        Bilingual::new(
            "git may change the line ends of records, and their SHA-256 in the trail no longer agrees",
            "git 可能改动记录的换行符，使其与经过中的 SHA-256 不符",
        ),
        Bilingual::new(
            format!("add to .gitattributes and commit it: {shown}"),
            format!("请在 .gitattributes 中加入并提交：{shown}"),
        ),
    );
    Ok(vec![ailment.mended(fix, || {
        let path = patient.root.join(".gitattributes");
        let before = match fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(system(&path, &error)),
        };
        let mut bytes = before.clone().unwrap_or_default();
        if bytes.last().is_some_and(|&last| last != b'\n') {
            bytes.push(b'\n');
        }
        for line in &lines {
            bytes.extend_from_slice(line.as_bytes());
            bytes.push(b'\n');
        }
        write_file(&patient.root, ".gitattributes", &bytes, before.as_deref()).map_err(publish)?;
        // Attributes are cached; and another file may go before this one.
        let again = repository.again().map_err(git)?;
        if missing(&again)?.is_empty() {
            return Ok(());
        }
        Err(Bilingual::new(
            "the lines were added, and another file of attributes goes before them (git check-attr -a clues/x tells)",
            "已加入，但另有属性文件优先（可用 git check-attr -a clues/x 查看）",
        ))
    })])
}

/// Hooks that git passes over, and those that steps do not run.
pub(super) fn hooks(patient: &Patient, _: bool) -> Result<Vec<Ailment>, Bilingual> {
    let Some(repository) = &patient.repository else {
        return Ok(Vec::new());
    };
    let folder = repository.hooks_folder();
    let mut found = Vec::new();
    let mut names: Vec<String> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| HOOKS.contains(&name.as_str()))
        .collect();
    names.sort();
    for name in names {
        let path = folder.join(&name);
        if !is_executable(&path) {
            found.push(Ailment::new(
                Bilingual::new(
                    format!("the hook {name} is not executable"),
                    format!("钩子 {name} 没有执行权限"),
                ),
                Bilingual::new(
                    "git passes over it without a word, or with a hint",
                    "git 会直接跳过它",
                ),
                Bilingual::new(
                    format!("chmod +x {}", path.display()),
                    format!("请执行 chmod +x {}", path.display()),
                ),
            ));
        }
        let bytes = fs::read(&path).unwrap_or_default();
        if !String::from_utf8_lossy(&bytes).contains("clue") {
            let mut note = Ailment::new(
                Bilingual::new(
                    format!("the hook {name} is not one of clue"),
                    format!("钩子 {name} 不是 clue 的"),
                ),
                Bilingual::new(
                    "git runs it; the steps of clue run no hooks, so what it enforces does not hold for them",
                    "git 会运行它；clue 的步骤不运行任何钩子，它的要求对步骤不起作用",
                ),
                Bilingual::new("nothing needs to be done", "无须处理"),
            );
            note.is_note = true;
            found.push(note);
        }
    }
    Ok(found)
}

/// Hooks that git calls around commits and pushes.
const HOOKS: &[&str] = &[
    "applypatch-msg",
    "commit-msg",
    "post-checkout",
    "post-commit",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "pre-receive",
    "prepare-commit-msg",
    "proc-receive",
    "reference-transaction",
    "update",
];

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

/// Elsewhere git asks for no such permission.
#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}
