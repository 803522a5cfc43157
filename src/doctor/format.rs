//! Whether the repository can be opened at all, and where not, why.

use std::fs;
use std::path::{Path, PathBuf};

use crate::doctor::{Ailment, Patient};
use crate::git::{GitError, Repository};
use crate::text::Bilingual;

/// A repository that is not there, that belongs to somebody else, or whose format the library does not know.
pub(super) fn format(patient: &Patient, _: bool) -> Result<Vec<Ailment>, Bilingual> {
    if patient.repository.is_some() {
        return Ok(Vec::new());
    }
    let nothing_works = Bilingual::new(
        "no step can be taken, and the checks that need git are left out",
        "无法办理任何步骤，依赖 git 的检查均已略过",
    );
    if let Some(folder) = git_folder(&patient.root) {
        let config = fs::read_to_string(folder.join("config")).unwrap_or_default();
        let of = |key: &str, usual: &str| extension(&config, key).filter(|value| value != usual);
        let error = of("objectformat", "sha1")
            .map(GitError::ObjectFormat)
            .or_else(|| of("refstorage", "files").map(GitError::ReferenceFormat));
        if let Some(error) = error {
            let remedy = error.remedy().unwrap_or_default();
            return Ok(vec![Ailment::new(error.message(), nothing_works, remedy)]);
        }
    }
    Ok(vec![match Repository::discover(&patient.root) {
        Err(error) => {
            let remedy = error.remedy().unwrap_or_else(|| {
                Bilingual::new("git status tells more", "git status 会给出详情")
            });
            Ailment::new(error.message(), nothing_works, remedy)
        }
        Ok(_) => Ailment::new(
            Bilingual::new(
                "this folder is in no git repository",
                "此目录不在 git 仓库中",
            ),
            nothing_works,
            Bilingual::new(
                "git init, then git add and git commit",
                "请先 git init，再 git add、git commit",
            ),
        ),
    }])
}

/// git's own folder for a work tree, found without the library.
fn git_folder(root: &Path) -> Option<PathBuf> {
    let found = root
        .ancestors()
        .map(|folder| folder.join(".git"))
        .find(|path| path.exists())?;
    if found.is_dir() {
        return Some(found);
    }
    // A linked work tree: the file says where, and the settings lie in the folder that all share.
    let text = fs::read_to_string(&found).ok()?;
    let own = found.parent()?.join(text.strip_prefix("gitdir:")?.trim());
    let common = fs::read_to_string(own.join("commondir")).ok();
    Some(common.map_or(own.clone(), |common| own.join(common.trim())))
}

/// The value of a key of the section `extensions`.
fn extension(config: &str, key: &str) -> Option<String> {
    let mut inside = false;
    let mut found = None;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line.to_ascii_lowercase().starts_with("[extensions]");
        } else if inside
            && let Some((name, value)) = line.split_once('=')
            && name.trim().eq_ignore_ascii_case(key)
        {
            found = Some(value.trim().trim_matches('"').to_ascii_lowercase());
        }
    }
    found
}
