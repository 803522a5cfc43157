//! A package on the disk: written beside its place, synced, and renamed into it when its step is published.
//! It replaces nothing that is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::Failure;
use crate::text::{Bilingual, system_words};

/// A package that is written and not in its place yet.
pub(super) struct Prepared {
    temporary: PathBuf,
    target: PathBuf,
}

/// The folder that packages are put into; made where it is not there.
pub(super) fn folder(root: &Path, folder: &Path) -> Result<PathBuf, Failure> {
    // What is not there yet lies where the nearest folder lies that is.
    let there = folder.ancestors().find(|folder| folder.exists());
    let there = there.and_then(|there| there.canonicalize().ok());
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    if there.is_none_or(|there| there.starts_with(&root)) {
        return Err(Failure::Usage {
            message: Bilingual::new(
                format!("{} lies in the repository", folder.display()),
                format!("{} 在仓库之内", folder.display()),
            ),
            remedy: Some(Bilingual::new(
                "archive packages are kept elsewhere: name a folder outside of the repository",
                "归档信息包应另行保存，请指定仓库之外的目录",
            )),
        });
    }
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    folder
        .canonicalize()
        .map_err(|error| failed(folder, &error))
}

/// Writes a package beside its place, durably.
pub(super) fn prepare(
    into: &Path,
    name: &str,
    files: &BTreeMap<String, Arc<[u8]>>,
) -> Result<Prepared, Failure> {
    let target = into.join(name);
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
    let temporary = into.join(format!(".{name}.{}.part", std::process::id()));
    let prepared = Prepared { temporary, target };
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
    }

    /// Gives the package its name.
    pub(super) fn publish(self) -> Result<PathBuf, Failure> {
        let renamed = fs::rename(&self.temporary, &self.target);
        renamed
            .and_then(|()| self.target.parent().map_or(Ok(()), sync))
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
