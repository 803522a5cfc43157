//! Locks of git that a process left behind when it died. One that may be held is never touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::doctor::{Ailment, Patient, system};
use crate::text::Bilingual;

/// A younger lock is nobody's business: git holds one for the blink of an eye, or while somebody writes a message.
const OLD: Duration = Duration::from_secs(5 * 60);

/// What is known of who holds a lock.
enum Holder {
    Nobody,
    /// A process that has the file open, or a program of git that works in this repository.
    Process(u32),
    /// This system does not tell.
    Unknown,
}

/// Locks that are old and that nobody holds.
pub(super) fn locks(patient: &Patient, fix: bool) -> Result<Vec<Ailment>, Bilingual> {
    let Some(repository) = &patient.repository else {
        return Ok(Vec::new());
    };
    let own = repository.git_folder();
    let common = repository.common_folder();
    let mut paths: Vec<PathBuf> = ["index.lock", "HEAD.lock"]
        .iter()
        .map(|name| own.join(name))
        .collect();
    paths.extend(["HEAD.lock", "packed-refs.lock", "config.lock"].map(|name| common.join(name)));
    below(&common.join("refs"), &mut paths);
    paths.sort();
    paths.dedup();
    let mut found = Vec::new();
    for path in paths {
        let Some(age) = age(&path).filter(|age| *age >= OLD) else {
            continue;
        };
        let minutes = age.as_secs() / 60;
        let meaning = Bilingual::new(
            "as long as it is there, git and clue refuse to write",
            "只要它还在，git 和 clue 就拒绝写入",
        );
        let by_hand = Bilingual::new(
            format!("if no git program runs, delete {}", path.display()),
            format!("如果确实没有 git 程序在运行，请删除 {}", path.display()),
        );
        found.push(match holder(&path, &[repository.work_tree(), own, common]) {
            Holder::Nobody => Ailment::new(
                Bilingual::new(
                    format!("{} was left {minutes} minutes ago, and nobody holds it", path.display()),
                    format!("{} 遗留了 {minutes} 分钟，没有程序占用", path.display()),
                ),
                meaning,
                by_hand,
            )
            .mended(fix, || {
                // Between looking and removing somebody may have taken it anew.
                if self::age(&path).is_none_or(|age| age < OLD) {
                    return Ok(());
                }
                fs::remove_file(&path).map_err(|error| system(&path, &error))
            }),
            Holder::Process(id) => Ailment::new(
                Bilingual::new(
                    format!("{} has been there for {minutes} minutes, and process {id} may hold it", path.display()),
                    format!("{} 已存在 {minutes} 分钟，可能由进程 {id} 占用", path.display()),
                ),
                meaning,
                Bilingual::new(
                    "end that program, such as an editor with a commit message",
                    "请结束该程序，例如正在编辑提交说明的编辑器",
                ),
            ),
            Holder::Unknown => Ailment::new(
                Bilingual::new(
                    format!("{} has been there for {minutes} minutes, and this system does not tell who holds it", path.display()),
                    format!("{} 已存在 {minutes} 分钟，本系统无法得知由谁占用", path.display()),
                ),
                meaning,
                by_hand,
            ),
        });
    }
    Ok(found)
}

fn age(path: &Path) -> Option<Duration> {
    let modified = fs::symlink_metadata(path).ok()?.modified().ok()?;
    SystemTime::now().duration_since(modified).ok()
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => below(&path, found),
            Ok(_) if path.extension().is_some_and(|ending| ending == "lock") => found.push(path),
            _ => {}
        }
    }
}

/// Who holds a lock. git closes the file while an editor is open, so that every git in these folders counts too.
fn holder(lock: &Path, folders: &[&Path]) -> Holder {
    let Ok(processes) = fs::read_dir("/proc") else {
        return Holder::Unknown;
    };
    let lock = lock.canonicalize().unwrap_or_else(|_| lock.to_owned());
    let folders: Vec<PathBuf> = folders
        .iter()
        .filter_map(|folder| folder.canonicalize().ok())
        .collect();
    let mut any = false;
    for process in processes.flatten() {
        let id = process.file_name().to_string_lossy().parse::<u32>();
        let Ok(id) = id else {
            continue;
        };
        any = true;
        if id == std::process::id() {
            continue;
        }
        let folder = process.path();
        let name = fs::read_to_string(folder.join("comm")).unwrap_or_default();
        let is_git = name.trim() == "git" || name.starts_with("git-");
        // Where git runs as another user, nobody knows where: it may be here.
        let is_here = match fs::read_link(folder.join("cwd")) {
            Ok(place) => folders.iter().any(|folder| place.starts_with(folder)),
            Err(error) => error.kind() == std::io::ErrorKind::PermissionDenied,
        };
        if is_git && is_here {
            return Holder::Process(id);
        }
        let open = fs::read_dir(folder.join("fd")).into_iter().flatten();
        let mut open = open
            .flatten()
            .filter_map(|file| fs::read_link(file.path()).ok());
        if open.any(|file| file == lock) {
            return Holder::Process(id);
        }
    }
    if any { Holder::Nobody } else { Holder::Unknown }
}
