//! Files that a command was told to write: where they may lie, and that nobody ever sees half of one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::cli::Context;
use crate::engine::Failure;
use crate::text::Bilingual;

/// Folders of the repository that hold records, and what makes them.
const KEPT: &[&str] = &[
    "clues",
    "register",
    "schema",
    "templates",
    "calendar",
    ".git",
];

/// Writes an answer into the file that was asked for, meant from where the command was called: whole, or not at all.
///
/// `endings` are those that such a file may have inside the repository at `root`.
pub(super) fn write(
    context: &Context,
    root: &Path,
    path: &Path,
    endings: &[&str],
    bytes: &[u8],
) -> Result<(), Failure> {
    let whole = context.folder.join(path);
    agrees(path, endings)?;
    permit(root, &whole, endings)?;
    publish(&whole, bytes).map_err(|error| Failure::of_system(path, &error))
}

/// Endings of files that programs open by them.
const KNOWN: &[&str] = &[
    "html", "htm", "pdf", "csv", "xlsx", "json", "ics", "md", "yaml", "txt", "doc", "docx", "wps",
    "rtf", "odt", "ofd", "xls", "et", "ods", "xml", "tsv", "png", "jpg", "zip",
];

/// The ending of a file's name, in small letters; nothing where it has none.
pub(super) fn ending(path: &Path) -> Option<String> {
    let own = path.extension()?;
    Some(own.to_string_lossy().to_lowercase())
}

/// Refuses a name whose ending says that the file is something else than it would be.
pub(super) fn agrees(path: &Path, endings: &[&str]) -> Result<(), Failure> {
    let ending = ending(path).unwrap_or_default();
    let lies = KNOWN.contains(&ending.as_str()) && !endings.contains(&ending.as_str());
    if !lies || ending == "txt" {
        return Ok(());
    }
    let should = endings.first().copied().unwrap_or("txt");
    let shown = path.display();
    Err(Failure::Usage {
        message: Bilingual::new(
            format!("{shown} would hold no {}", ending.to_uppercase()),
            format!(
                "{shown} 的扩展名与内容不符：内容不是 {}",
                ending.to_uppercase()
            ),
        ),
        remedy: Some(Bilingual::new(
            format!("name a .{should} file, or give the --format that is meant"),
            format!("请把文件名改为 .{should}，或用 --format 指定所要的格式"),
        )),
    })
}

/// Refuses a path inside the repository where a document could take the place of a record; outside, anything goes.
///
/// `endings` are those that such a document has.
pub(super) fn permit(root: &Path, path: &Path, endings: &[&str]) -> Result<(), Failure> {
    if !is_forbidden(root, path, endings) {
        return Ok(());
    }
    let all: Vec<String> = endings.iter().map(|ending| format!(".{ending}")).collect();
    let (en, zh) = (all.join(" or "), all.join(" 或 "));
    let article = if en.starts_with(".h") || en.starts_with(".x") {
        "an"
    } else {
        "a"
    };
    Err(Failure::Usage {
        message: Bilingual::new(
            format!("{} is no place for a document", path.display()),
            format!("文书不能写入 {}", path.display()),
        ),
        remedy: Some(Bilingual::new(
            format!("inside the repository, name {article} {en} file in documents/ or beside it"),
            format!("在仓库内请写入 documents/ 或仓库顶层的 {zh} 文件"),
        )),
    })
}

/// The same for a file in a folder that need not be there yet: the nearest folder that is there decides.
pub(super) fn permit_below(root: &Path, path: &Path, endings: &[&str]) -> Result<(), Failure> {
    let there = path.ancestors().skip(1).find(|folder| folder.exists());
    let name = path.file_name();
    match (there, name) {
        (Some(folder), Some(name)) => {
            // From the nearest folder on, the way leads through names that may be forbidden themselves.
            let rest = path.strip_prefix(folder).unwrap_or(path);
            let first = rest.components().next();
            let kept = first
                .is_some_and(|first| KEPT.contains(&first.as_os_str().to_string_lossy().as_ref()));
            let is_top = folder.canonicalize().is_ok_and(|folder| folder == root);
            permit(root, &folder.join(name), endings)?;
            if kept && is_top {
                return permit(root, &root.join(".git").join(name), endings);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn is_forbidden(root: &Path, path: &Path, endings: &[&str]) -> bool {
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    let Some(inside) = folder
        .as_deref()
        .and_then(|folder| folder.strip_prefix(root).ok())
    else {
        return false;
    };
    let first = inside.components().next();
    let first = first.map(|part| part.as_os_str().to_string_lossy().into_owned());
    let is_kept = first.is_some_and(|first| KEPT.contains(&first.as_str()));
    let is_document = path
        .extension()
        .is_some_and(|own| endings.iter().any(|ending| own == *ending));
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file());
    is_kept || !is_document || is_link
}

/// Writes a file so that its name leads to the old content or to all of the new, whatever happens in between.
///
/// A link is followed. What is no file, such as a pipe or a device, is written into as it is.
pub(super) fn publish(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let present = fs::metadata(&target).ok();
    if present.as_ref().is_some_and(|present| !present.is_file()) {
        return File::options().write(true).open(&target)?.write_all(bytes);
    }
    let mut own = target
        .file_name()
        .ok_or(io::ErrorKind::InvalidInput)?
        .to_owned();
    own.push(format!(".{}.part", std::process::id()));
    let temporary = target.with_file_name(own);
    let mut file = File::options()
        .write(true)
        .create_new(true)
        .open(&temporary)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| match &present {
            Some(present) => file.set_permissions(present.permissions()),
            None => Ok(()),
        })
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&temporary, &target));
    if written.is_err() {
        // The old file, if there was one, is untouched; what there is of the new one is of no use.
        let _ = fs::remove_file(&temporary);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("ledger.csv");
        for text in ["long, and old", "new"] {
            publish(&path, text.as_bytes()).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("a file"), text);
        }
        assert!(publish(folder.path(), b"x").is_err());
        assert!(publish(&folder.path().join("no/where"), b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_a_device_stays_one() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").expect("a file");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        publish(&link, b"new").expect("written");
        assert_eq!(fs::read_to_string(&file).expect("a file"), "new");
        assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
        publish(Path::new("/dev/null"), b"x").expect("written");
        assert!(!fs::metadata("/dev/null").expect("a device").is_file());
    }
}
