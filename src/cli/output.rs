//! Files that a command is asked to write its answer into: whole, or not at all.
//! It never writes into a clue repository's history.

use std::io::Write;
use std::path::Path;

use crate::cli::Context;
use crate::engine::Failure;
use crate::text::Bilingual;

/// Writes a file by way of a temporary one beside it, so that nobody ever reads half of it.
///
/// `path` is meant from where the command was called; `endings` are those that such a file may have inside the repository
/// at `root`.
pub(super) fn write(
    context: &Context,
    root: &Path,
    path: &Path,
    endings: &[&str],
    bytes: &[u8],
) -> Result<(), Failure> {
    let whole = context.folder.join(path);
    if let Some(remedy) = forbidden(root, &whole, endings) {
        return Err(Failure::Usage {
            message: Bilingual::new(
                format!("{} is no place for a document", path.display()),
                format!("文书不能写入 {}", path.display()),
            ),
            remedy: Some(remedy),
        });
    }
    put(&whole, bytes).map_err(|error| Failure::Environment {
        message: Bilingual::new(
            format!("{}: {error}", path.display()),
            format!("{}：{error}", path.display()),
        ),
        remedy: Some(Bilingual::new(
            "check the folder, its permissions and the disk",
            "请检查目录、权限和磁盘",
        )),
    })
}

fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".clue-")
        .suffix(".tmp")
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    share(file.path())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Why a document may not be written there: inside the repository it could take the place of a record.
fn forbidden(root: &Path, path: &Path, endings: &[&str]) -> Option<Bilingual> {
    let folder = path.parent()?.canonicalize().ok()?;
    let inside = folder.strip_prefix(root).ok()?;
    let first = inside.components().next();
    let first = first.map(|part| part.as_os_str().to_string_lossy().into_owned());
    let kept = [
        "clues",
        "register",
        "schema",
        "templates",
        "calendar",
        ".git",
    ];
    let is_kept = first.is_some_and(|first| kept.contains(&first.as_str()));
    let has_ending = path
        .extension()
        .is_some_and(|own| endings.iter().any(|ending| own == *ending));
    let is_link = std::fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file());
    (is_kept || !has_ending || is_link).then(|| {
        let ending = endings.first().copied().unwrap_or_default();
        Bilingual::new(
            format!("inside the repository, name a .{ending} file in documents/ or beside it"),
            format!("在仓库内请写入 documents/ 或仓库顶层的 .{ending} 文件"),
        )
    })
}

/// A temporary file is for its owner only; an answer is for whom the folder is for.
#[cfg(unix)]
fn share(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn share(_: &Path) -> std::io::Result<()> {
    Ok(())
}
