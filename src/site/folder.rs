//! The folder of a site: whose files it may replace and delete, and how a run that broke off is known.
//!
//! Every file of a site begins with a mark, and only files that have it are ever replaced or deleted. While a run is under
//! way `clue-site.json` says that it is not complete; it says so until the last file is written and the old ones are gone.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::json;

use crate::engine::Failure;
use crate::text::{Bilingual, system_words};

/// The file that makes a folder a site.
const MARKER: &str = "clue-site.json";
/// The file that a run holds a lock on.
const LOCK: &str = ".clue-site.lock";
/// What every other file of a site has in its first bytes.
const MARK: &str = "clue-site";
/// The bytes in which the mark is looked for.
const HEAD: u64 = 200;
/// The folders that a site has.
const FOLDERS: &[&str] = &["clues", "assets", "search"];

/// A folder that is being made a site of.
pub(super) struct SiteFolder {
    folder: PathBuf,
    /// What was written in this run.
    written: Mutex<BTreeSet<String>>,
    /// Held while the run is under way; the system lets it go when the process ends, however it ends.
    lock: Mutex<Option<fs::File>>,
}

impl SiteFolder {
    /// Takes a folder that is new, empty, or a site; every other one is refused, and so is one inside the repository.
    pub(super) fn open(root: &Path, folder: &Path) -> Result<Self, Failure> {
        let shown = folder.display().to_string();
        // The nearest folder that is there decides where a new one would lie.
        let there = folder.ancestors().find(|one| one.exists());
        let there = there.and_then(|one| Some((one, one.canonicalize().ok()?)));
        let whole = match there {
            Some((one, whole)) => match folder.strip_prefix(one) {
                Ok(rest) if rest.as_os_str().is_empty() => whole,
                Ok(rest) => whole.join(rest),
                Err(_) => whole,
            },
            None => folder.to_owned(),
        };
        let top = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        if whole.starts_with(&top) || whole.components().any(|part| part.as_os_str() == "..") {
            return Err(Failure::Usage {
                message: Bilingual::new(
                    format!(
                        "{shown} lies inside the repository, where every file is accounted for"
                    ),
                    format!("{shown} 在仓库之内，而仓库中的每个文件都有规定的用途"),
                ),
                remedy: Some(Bilingual::new(
                    "name a folder beside the repository",
                    "请指定仓库之外的目录",
                )),
            });
        }
        if folder.exists() {
            let entries = fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
            let is_empty = entries.into_iter().next().is_none();
            if !is_empty && !is_site(folder) {
                return Err(Failure::Usage {
                    message: Bilingual::new(
                        format!("{shown} is not empty, and is no site that was made before"),
                        format!("{shown} 不是空目录，也不是以前生成的网站"),
                    ),
                    remedy: Some(Bilingual::new(
                        "name a new or an empty folder; nothing was written",
                        "请指定新的或空的目录；没有写入任何内容",
                    )),
                });
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            written: Mutex::default(),
            lock: Mutex::default(),
        })
    }

    /// Says that a run is under way, and makes the folders.
    pub(super) fn begin(&self) -> Result<(), Failure> {
        for inner in std::iter::once("").chain(FOLDERS.iter().copied()) {
            let path = self.folder.join(inner);
            let is_link = fs::symlink_metadata(&path).is_ok_and(|found| !found.is_dir());
            if is_link && !inner.is_empty() {
                return Err(foreign(&path));
            }
            fs::create_dir_all(&path).map_err(|error| failed(&path, &error))?;
        }
        self.take_lock()?;
        let marker = json!({ "clueSite": 1, "complete": false });
        self.put(MARKER, &format!("{marker:#}\n"))
    }

    /// Two runs for different readers would leave pages of one in the site of the other.
    fn take_lock(&self) -> Result<(), Failure> {
        let path = self.folder.join(LOCK);
        if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Err(foreign(&path));
        }
        let mut options = fs::OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|error| failed(&path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                let shown = self.folder.display();
                return Err(Failure::Refused {
                    message: Bilingual::new(
                        format!("another run makes a site in {shown}"),
                        format!("另一个进程正在 {shown} 生成网站"),
                    ),
                    remedy: Bilingual::new(
                        "wait until it is done, or name another folder",
                        "请等它完成，或指定别的目录",
                    ),
                });
            }
            Err(fs::TryLockError::Error(error)) => return Err(failed(&path, &error)),
        }
        if let Ok(mut held) = self.lock.lock() {
            *held = Some(file);
        }
        Ok(())
    }

    /// Writes one file of the site, so that its name leads to all of it or to the old one.
    pub(super) fn write(&self, path: &str, text: &str) -> Result<(), Failure> {
        let full = self.folder.join(path);
        if fs::symlink_metadata(&full).is_ok() && !is_own(&full) {
            return Err(foreign(&full));
        }
        let text = marked(path, text);
        self.put(path, &text)?;
        if let Ok(mut written) = self.written.lock() {
            written.insert(path.to_owned());
        }
        Ok(())
    }

    fn put(&self, path: &str, text: &str) -> Result<(), Failure> {
        let full = self.folder.join(path);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).map_err(|error| failed(parent, &error))?;
        }
        let mut temporary = full.clone().into_os_string();
        temporary.push(".part");
        let temporary = PathBuf::from(temporary);
        fs::write(&temporary, text)
            .and_then(|()| fs::rename(&temporary, &full))
            .map_err(|error| {
                let _ = fs::remove_file(&temporary);
                failed(&full, &error)
            })
    }

    /// Deletes what former runs left, and says that the site is complete.
    pub(super) fn finish(&self, marker: &str) -> Result<(), Failure> {
        let written = self.written.lock().map(|written| written.clone());
        let written = written.unwrap_or_default();
        for inner in std::iter::once("").chain(FOLDERS.iter().copied()) {
            self.sweep(inner, &written, !inner.is_empty())?;
        }
        self.put(MARKER, marker)
    }

    fn sweep(&self, inner: &str, written: &BTreeSet<String>, deep: bool) -> Result<(), Failure> {
        let folder = self.folder.join(inner);
        let entries = fs::read_dir(&folder).map_err(|error| failed(&folder, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| failed(&folder, &error))?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = crate::files::join(inner, &name);
            let kind = entry.file_type().map_err(|error| failed(&folder, &error))?;
            if kind.is_dir() {
                if deep {
                    self.sweep(&path, written, true)?;
                    // Only a folder that is empty now goes.
                    let _ = fs::remove_dir(entry.path());
                }
            } else if !written.contains(&path)
                && path != MARKER
                && path != LOCK
                && is_own(&entry.path())
            {
                fs::remove_file(entry.path()).map_err(|error| failed(&entry.path(), &error))?;
            }
        }
        Ok(())
    }
}

/// The text with the mark, as a comment of its language.
fn marked(path: &str, text: &str) -> String {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => {
            let (first, rest) = text.trim_start().split_once('\n').unwrap_or((text, ""));
            format!("{first}\n<!-- {MARK} -->\n{rest}")
        }
        _ => format!("/* {MARK} */\n{text}"),
    }
}

fn is_own(path: &Path) -> bool {
    let is_file = fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    let Some(file) = is_file.then(|| fs::File::open(path).ok()).flatten() else {
        return false;
    };
    let mut head = Vec::new();
    let read = file.take(HEAD).read_to_end(&mut head);
    read.is_ok() && head.windows(MARK.len()).any(|part| part == MARK.as_bytes())
}

fn is_site(folder: &Path) -> bool {
    let marker = folder.join(MARKER);
    let is_file = fs::symlink_metadata(&marker).is_ok_and(|found| found.is_file());
    let text = is_file.then(|| fs::read_to_string(marker).ok()).flatten();
    let value = text.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    value.is_some_and(|value| value["clueSite"] == json!(1))
}

fn foreign(path: &Path) -> Failure {
    let shown = path.display();
    Failure::Refused {
        message: Bilingual::new(
            format!("{shown} was not made by this command, and is in the way"),
            format!("{shown} 不是本命令生成的，妨碍写入"),
        ),
        remedy: Bilingual::new(
            "move it elsewhere, or name another folder; the site is not complete",
            "请移走该文件或指定别的目录；网站尚未生成完整",
        ),
    }
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    let shown = path.display();
    Failure::Environment {
        message: Bilingual::new(
            format!("{shown}: {error}"),
            format!("{shown}：{}", system_words(&error)),
        ),
        remedy: Some(Bilingual::new(
            "check the folder, its permissions and the disk; the site is not complete",
            "请检查目录、权限和磁盘；网站尚未生成完整",
        )),
    }
}
