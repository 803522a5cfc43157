//! A package on the disk: written beside its place, synced, and renamed into it when its step is published.
//! It replaces nothing that is there, and makes no folder before there is a package for it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::{Failure, lies_in_repository};
use crate::text::{Bilingual, system_words};

/// A package that is written and not in its place yet.
pub(super) struct Prepared {
    temporary: PathBuf,
    target: PathBuf,
    /// The folder that was made for it.
    pub(super) made: Option<PathBuf>,
}

/// The folder that packages are put into.
pub(super) struct Into {
    folder: PathBuf,
    /// Whether it is not there yet. Then only its last part is: a path that was mistyped makes no tree of folders.
    is_new: bool,
}

impl Into {
    /// Where a package of that name lies in it.
    pub(super) fn target(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Judges the folder that packages are put into, and makes nothing yet.
pub(super) fn folder(root: &Path, folder: &Path) -> Result<Into, Failure> {
    if lies_in_repository(root, folder) {
        return Err(Failure::Usage {
            message: Bilingual::new(
                format!("{} lies in the repository", folder.display()),
                format!("{} 在仓库之内", folder.display()),
            ),
            remedy: Some(Bilingual::new(
                "archive packages are kept elsewhere: name a folder outside of the repository, of its other work trees and of what it is a part of",
                "归档信息包应另行保存，请指定仓库、其他工作树以及上级仓库之外的目录",
            )),
        });
    }
    if let Ok(there) = folder.canonicalize() {
        if there.is_dir() {
            return Ok(Into {
                folder: there,
                is_new: false,
            });
        }
        return Err(unusable(folder, "is no folder", "不是目录"));
    }
    let name = folder.file_name();
    let above = folder.parent().and_then(|above| above.canonicalize().ok());
    match above.zip(name) {
        Some((above, name)) if above.is_dir() && folder.symlink_metadata().is_err() => Ok(Into {
            folder: above.join(name),
            is_new: true,
        }),
        _ => Err(unusable(
            folder,
            "is not there, nor is the folder above it",
            "不存在，其上级目录也不存在",
        )),
    }
}

fn unusable(folder: &Path, en: &str, zh: &str) -> Failure {
    Failure::Usage {
        message: Bilingual::new(
            format!("{} {en}", folder.display()),
            format!("{} {zh}", folder.display()),
        ),
        remedy: Some(Bilingual::new(
            "name a folder that is there, or a new one in a folder that is there",
            "请指定已有的目录，或已有目录下的新目录",
        )),
    }
}

/// Writes a package beside its place, durably.
pub(super) fn prepare(
    into: &Into,
    name: &str,
    files: &BTreeMap<String, Arc<[u8]>>,
) -> Result<Prepared, Failure> {
    let target = into.target(name);
    if target.symlink_metadata().is_ok() {
        return Err(Failure::Refused {
            message: Bilingual::new(
                format!("{} is there already", target.display()),
                format!("{} 已经存在", target.display()),
            ),
            remedy: Bilingual::new(
                "a package is never written over: verify it (clue verify), move it away, or name another folder",
                "信息包不会被覆盖：请先核对（clue verify）、移开，或指定其他目录",
            ),
        });
    }
    let part = format!(".{name}.{}.part", std::process::id());
    let temporary = into.folder.join(part);
    let mut made = None;
    if into.is_new {
        fs::create_dir(&into.folder).map_err(|error| failed(&into.folder, &error))?;
        made = Some(into.folder.clone());
    }
    let prepared = Prepared {
        temporary,
        target,
        made,
    };
    if let Err(error) = prepared.write(files) {
        let failure = failed(&prepared.temporary, &error);
        prepared.discard();
        return Err(failure);
    }
    Ok(prepared)
}

impl Prepared {
    fn write(&self, files: &BTreeMap<String, Arc<[u8]>>) -> io::Result<()> {
        let mut folders: BTreeSet<PathBuf> = BTreeSet::from([self.temporary.clone()]);
        fs::create_dir(&self.temporary)?;
        for (path, bytes) in files {
            let full = self.temporary.join(path);
            let mut ancestors = full.ancestors().skip(1);
            if let Some(parent) = full.parent() {
                fs::create_dir_all(parent)?;
            }
            folders.extend(
                ancestors
                    .by_ref()
                    .take_while(|folder| folder.starts_with(&self.temporary))
                    .map(Path::to_owned),
            );
            let mut file = File::options().write(true).create_new(true).open(&full)?;
            file.write_all(bytes)?;
            file.sync_all()?;
        }
        folders.iter().try_for_each(|folder| sync(folder))
    }

    /// Takes what was written away again.
    pub(super) fn discard(&self) {
        let _ = fs::remove_dir_all(&self.temporary);
        if let Some(made) = &self.made {
            let _ = fs::remove_dir(made);
        }
    }

    /// Gives the package its name.
    pub(super) fn publish(self) -> Result<PathBuf, Failure> {
        // A folder that was made has its name in the one above.
        let above = self.made.as_deref().and_then(Path::parent);
        let renamed = fs::rename(&self.temporary, &self.target);
        renamed
            .and_then(|()| self.target.parent().map_or(Ok(()), sync))
            .and_then(|()| above.map_or(Ok(()), sync))
            .map_err(|error| Failure::Environment {
                message: Bilingual::new(
                    format!(
                        "the clue is archived, and its package could not get its name: {error}"
                    ),
                    format!(
                        "线索已经归档，但信息包未能改名到位：{}",
                        system_words(&error)
                    ),
                ),
                remedy: Some(Bilingual::new(
                    format!(
                        "it lies whole in {}: rename it to {}",
                        self.temporary.display(),
                        self.target.display()
                    ),
                    format!(
                        "信息包完整存放在 {}，请改名为 {}",
                        self.temporary.display(),
                        self.target.display()
                    ),
                )),
            })?;
        Ok(self.target)
    }
}

/// Has a folder's names written to the disk, where the system can.
fn sync(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some systems open no folder as a file; their names are written when they like.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && cfg!(windows) => Ok(()),
        result => result,
    }
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::Environment {
        message: Bilingual::new(
            format!("{}: {error}", path.display()),
            format!("{}：{}", path.display(), system_words(&error)),
        ),
        remedy: Some(Bilingual::new(
            "nothing was changed in the repository; check the folder, its permissions and the disk",
            "仓库没有任何变动；请检查目录、权限和磁盘空间",
        )),
    }
}
