//! Locks of git that a process left behind when it died. One that may be held is never touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::doctor::{Ailment, Patient, system};
use crate::text::Bilingual;

/// A younger lock is told and never taken away: git holds one for the blink of an eye, or while somebody writes a message.
const OLD: Duration = Duration::from_secs(5 * 60);

/// What is known of who holds a lock.
enum Holder {
    Nobody,
    /// A process that has the file open, or a program of git that works in this repository.
    Process(u32),
    /// This system does not tell.
    Unknown,
}

/// Locks that are there: old ones that nobody holds are mended, fresh ones are only told.
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
        let Some(age) = age(&path) else {
            continue;
        };
        let folders = [repository.work_tree(), own, common];
        if age < OLD {
            found.push(fresh(&path, age, &holder(&path, &folders)));
            continue;
        }
        let minutes = age.as_secs() / 60;
        let meaning = Bilingual::new(
            "as long as it is there, git and clue refuse to write",
            "只要它还在，git 和 clue 就拒绝写入",
        );
        let by_hand = Bilingual::new(
            format!("if no git program runs, delete {}", path.display()),
            format!("如果确实没有 git 程序在运行，请删除 {}", path.display()),
        );
        found.push(match holder(&path, &folders) {
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

/// A lock that is probably in use: nothing is wrong yet, and whoever is refused by it knows why.
fn fresh(path: &Path, age: Duration, holder: &Holder) -> Ailment {
    let (shown, seconds) = (path.display(), age.as_secs());
    let by = match holder {
        Holder::Process(id) => (
            format!("process {id} may hold it"),
            format!("可能由进程 {id} 占用"),
        ),
        Holder::Nobody => (
            "no program is seen that holds it".to_owned(),
            "没有发现占用它的程序".to_owned(),
        ),
        Holder::Unknown => (
            "this system does not tell who holds it".to_owned(),
            "本系统无法得知由谁占用".to_owned(),
        ),
    };
    let mut note = Ailment::new(
        Bilingual::new(
            format!("{shown} has been there for {seconds} seconds, and {}", by.0),
            format!("{shown} 已存在 {seconds} 秒，{}", by.1),
        ),
        Bilingual::new(
            "it is probably in use: as long as it is there, git and clue refuse to write",
            "很可能正在使用中：只要它还在，git 和 clue 就拒绝写入",
        ),
        Bilingual::new(
            "wait until git has ended, such as an editor with a commit message; if it is still there in 5 minutes: clue doctor again",
            "请等待 git 结束，例如正在编辑提交说明的编辑器；如果 5 分钟后仍在，请再次执行 clue doctor",
        ),
    );
    note.is_note = true;
    note
}

/// How long a lock has been there; one that comes from the future, by another clock, is as fresh as can be.
fn age(path: &Path) -> Option<Duration> {
    let modified = fs::symlink_metadata(path).ok()?.modified().ok()?;
    let age = SystemTime::now().duration_since(modified);
    Some(age.unwrap_or_default())
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
