//! The folder of a site: whose files it may replace and delete, and how a run that broke off is known.
//!
//! Every file of a site begins with a mark, and only files that have it are ever replaced or deleted. What a former run made
//! is deleted before anything is written: it may be of a reader who may see more. While a run is under way `clue-site.json`
//! says that it is not complete; it says so until the last file is written.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::engine::{Failure, lies_in_repository};
use crate::text::Bilingual;

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
    /// Whether the folder was changed, and whether nothing of a former run is left in it.
    begun: AtomicBool,
    cleared: AtomicBool,
    /// Held while the run is under way; the system lets it go when the process ends, however it ends.
    lock: Mutex<Option<fs::File>>,
}

impl SiteFolder {
    /// Takes a folder that is new, empty, or a site; every other one is refused, and so is one inside the repository.
    pub(super) fn open(root: &Path, folder: &Path) -> Result<Self, Failure> {
        let shown = folder.display().to_string();
        if lies_in_repository(root, folder) {
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
        if fs::symlink_metadata(folder).is_ok() && !folder.exists() {
            return Err(Failure::Usage {
                message: Bilingual::new(
                    format!("{shown} is a symbolic link to a folder that is not there"),
                    format!("{shown} 是符号链接，但它指向的目录不存在"),
                ),
                remedy: Some(Bilingual::new(
                    "make that folder, or name another one; nothing was written",
                    "请建立它指向的目录，或另指定目录；没有写入任何内容",
                )),
            });
        }
        if folder.exists() {
            let entries =
                fs::read_dir(folder).map_err(|error| Failure::of_system(folder, &error))?;
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
            begun: AtomicBool::new(false),
            cleared: AtomicBool::new(false),
            lock: Mutex::default(),
        })
    }

    /// Deletes what a former run made, says that a run is under way, and makes the folders.
    pub(super) fn begin(&self) -> Result<(), Failure> {
        fs::create_dir_all(&self.folder)
            .map_err(|error| Failure::of_system(&self.folder, &error))?;
        for inner in FOLDERS {
            let path = self.folder.join(inner);
            if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_dir()) {
                return Err(foreign(&path));
            }
        }
        self.take_lock()?;
        self.begun.store(true, Ordering::Relaxed);
        let marker = json!({ "clueSite": 1, "complete": false });
        // On a full disk nothing can be written, and yet what was there must go.
        let said = self.put(MARKER, &format!("{marker:#}\n"));
        for inner in std::iter::once("").chain(FOLDERS.iter().copied()) {
            self.clear(inner, !inner.is_empty())?;
        }
        self.cleared.store(true, Ordering::Relaxed);
        said?;
        for inner in FOLDERS {
            let path = self.folder.join(inner);
            fs::create_dir_all(&path).map_err(|error| Failure::of_system(&path, &error))?;
        }
        Ok(())
    }

    /// The failure of a run that broke off, with what state it left the folder in.
    pub(super) fn broken_off(&self, failure: Failure) -> Failure {
        let is = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        let state = match (is(&self.begun), is(&self.cleared)) {
            (false, _) => {
                Bilingual::new("nothing in the folder was changed", "目录中的内容没有改动")
            }
            (true, false) => Bilingual::new(
                "the site is not complete, and pages of the former one may still stand there: do not hand it on, delete the folder",
                "网站尚未生成完整，目录中可能还留有以前的网页：请勿交给他人，并请删除该目录",
            ),
            (true, true) => Bilingual::new(
                "the site is not complete; nothing of the former one is left, and what stands there is for this reader: run the command again",
                "网站尚未生成完整；以前的网页已全部删除，现有内容均可供本次的查阅者查阅：排除原因后请重新运行",
            ),
        };
        let with = |remedy: Bilingual| {
            Bilingual::new(
                format!("{}; {}", remedy.en, state.en),
                format!("{}；{}", remedy.zh, state.zh),
            )
        };
        match failure {
            Failure::Environment { message, remedy } => Failure::Environment {
                message,
                remedy: Some(remedy.map_or_else(|| state.clone(), with)),
            },
            Failure::Refused { message, remedy } => Failure::Refused {
                message,
                remedy: with(remedy),
            },
            Failure::Findings(mut found) => {
                if let Some(first) = found.first_mut() {
                    let remedy = first.remedy.take();
                    first.remedy = Some(remedy.map_or_else(|| state.clone(), with));
                }
                Failure::Findings(found)
            }
            other => other,
        }
    }

    /// Two runs for different readers would leave pages of one in the site of the other.
    fn take_lock(&self) -> Result<(), Failure> {
        let path = self.folder.join(LOCK);
        if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Err(foreign(&path));
        }
        let mut options = fs::OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|error| Failure::of_system(&path, &error))?;
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
            Err(fs::TryLockError::Error(error)) => return Err(Failure::of_system(&path, &error)),
        }
        if let Ok(mut held) = self.lock.lock() {
            *held = Some(file);
        }
        Ok(())
    }

    /// Writes one file of the site, so that its name leads to all of it or to nothing.
    pub(super) fn write(&self, path: &str, text: &str) -> Result<(), Failure> {
        let full = self.folder.join(path);
        if fs::symlink_metadata(&full).is_ok() && !is_own(&full) {
            return Err(foreign(&full));
        }
        self.put(path, &marked(path, text))
    }

    fn put(&self, path: &str, text: &str) -> Result<(), Failure> {
        let full = self.folder.join(path);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).map_err(|error| Failure::of_system(parent, &error))?;
        }
        let mut temporary = full.clone().into_os_string();
        temporary.push(".part");
        let temporary = PathBuf::from(temporary);
        fs::write(&temporary, text)
            .and_then(|()| fs::rename(&temporary, &full))
            .map_err(|error| {
                let _ = fs::remove_file(&temporary);
                Failure::of_system(&full, &error)
            })
    }

    /// Says that the site is complete.
    pub(super) fn finish(&self, marker: &str) -> Result<(), Failure> {
        self.put(MARKER, marker)
    }

    /// Deletes the files that a former run made, and the folders that are empty then.
    fn clear(&self, inner: &str, deep: bool) -> Result<(), Failure> {
        let folder = self.folder.join(inner);
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(|error| Failure::of_system(&folder, &error))?,
        };
        for entry in entries {
            let entry = entry.map_err(|error| Failure::of_system(&folder, &error))?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = crate::files::join(inner, &name);
            let kind = entry
                .file_type()
                .map_err(|error| Failure::of_system(&folder, &error))?;
            if kind.is_dir() {
                if deep {
                    self.clear(&path, true)?;
                    // Only a folder that is empty now goes.
                    let _ = fs::remove_dir(entry.path());
                }
            } else if path != MARKER && path != LOCK && is_own(&entry.path()) {
                fs::remove_file(entry.path())
                    .map_err(|error| Failure::of_system(&entry.path(), &error))?;
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
            "move it elsewhere, or name another folder",
            "请移走该文件，或指定别的目录",
        ),
    }
}
