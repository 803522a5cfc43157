//! Making a new clue repository: the built-in format, an organisation, a first commit; and what a code host runs.
//! It adds files and never replaces one that is there.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::builtin;
use crate::commit::{Publication, recover};
use crate::engine::editors;
use crate::engine::merging::ATTRIBUTES;
use crate::engine::{Failure, WAIT, find_root, repository_of};
use crate::files::below;
use crate::git::{Environment, Repository};
use crate::text::Bilingual;
use crate::time::Timestamp;
use crate::yaml::scalar;

/// What a new clue repository began with.
#[derive(Debug)]
pub struct Begun {
    /// Paths of the first commit, from the top of the work tree.
    pub committed: Vec<String>,
    /// Paths of files for editors that were there already, and stay as they are.
    pub left: Vec<String>,
}

/// Makes a new clue repository in a folder: the built-in format, a sample organisation, what editors read, a first commit.
///
/// `host` is the code host (`github`, `gitlab`) whose runs of check and audit are written too.
pub fn init(
    folder: &Path,
    organisation: &str,
    host: Option<&str>,
    environment_: &Environment,
    now: Timestamp,
) -> Result<Begun, Failure> {
    if let Some(root) = find_root(folder) {
        return Err(Failure::Usage {
            message: Bilingual::new(
                format!("{} is a clue repository already", root.display()),
                format!("{} 已经是线索仓库", root.display()),
            ),
            remedy: Some(Bilingual::new(
                "clue init --ci github (or gitlab) adds to it what a code host runs, clue init --editor what editors read",
                "clue init --ci github（或 gitlab）可为其添加代码托管平台的检查，clue init --editor 可添加编辑器设置",
            )),
        });
    }
    std::fs::create_dir_all(folder).map_err(|error| Failure::of_system(folder, &error))?;
    let mut repository = match Repository::discover(folder)? {
        Some(repository) => repository,
        None => Repository::init(folder)?,
    };
    let (author, committer) = repository.identities(environment_, now)?;
    repository.sign_as_configured(environment_);
    let mut changes: BTreeMap<String, Option<Arc<[u8]>>> = BTreeMap::new();
    for (path, bytes) in builtin::files().iter() {
        changes.insert(path.to_owned(), Some(Arc::clone(bytes)));
    }
    let mut text =
        |path: &str, text: &str| changes.insert(path.to_owned(), Some(Arc::from(text.as_bytes())));
    text("organisation.yaml", organisation);
    text(
        ".gitattributes",
        &format!(
            "# Records keep their bytes: their SHA-256 is in the trail.\nclues/** -text\nregister/** -text\n{ATTRIBUTES}"
        ),
    );
    text(
        ".gitignore",
        "*~\n*.swp\n.~lock.*\n.DS_Store\nThumbs.db\n.clue-*.tmp\n/documents/\n",
    );
    text("clues/.gitkeep", "");
    text("register/.gitkeep", "");
    let prefix = repository.prefix(folder);
    let mut placed = below(&prefix, changes);
    // A file that is there already is somebody's work: init adds, and never replaces.
    let there: Vec<&String> = placed
        .keys()
        .filter(|path| repository.work_tree().join(path).exists())
        .collect();
    if let Some(path) = there.first() {
        return Err(Failure::Usage {
            message: Bilingual::new(format!("{path} exists already"), format!("{path} 已经存在")),
            remedy: Some(Bilingual::new("choose an empty folder", "请选择空目录")),
        });
    }
    // An editor writes its settings as soon as a folder is opened: these are no reason to begin elsewhere.
    let editors = editors::at_the_beginning(&repository, &prefix)?;
    placed.extend(editors.missing);
    if let Some(host) = host {
        let files = host_files(&repository, &prefix, host)?;
        placed.extend(files.missing);
    }
    let committed: Vec<String> = placed.keys().cloned().collect();
    let publication = Publication {
        expected_on_disk: BTreeMap::new(),
        changes: placed,
        expected_head: repository.head()?,
        message: "clue: begin the repository\n".to_owned(),
        author,
        committer,
    };
    publication.publish(&repository, WAIT)?;
    Ok(Begun {
        committed,
        left: editors.left,
    })
}

/// What was added for a code host.
#[derive(Debug)]
pub struct HostFiles {
    /// Paths that were committed, from the top of the work tree.
    pub added: Vec<String>,
    /// Paths where the same was there already.
    pub present: Vec<String>,
    /// Paths of other people's files of that name, which only this clone would have used, and which stay as they are.
    pub left: Vec<String>,
}

/// Adds to a clue repository what a code host (`github`, `gitlab`) runs on each push, as one commit of these files only.
///
/// A file of the host that is there with other content stops it, and nothing is written.
pub fn add_host_files(
    root: &Path,
    host: &str,
    environment_: &Environment,
    now: Timestamp,
) -> Result<HostFiles, Failure> {
    let mut repository = repository_of(root)?;
    recover(&repository, WAIT)?;
    let (author, committer) = repository.identities(environment_, now)?;
    repository.sign_as_configured(environment_);
    let prefix = repository.prefix(root);
    let files = host_files(&repository, &prefix, host)?;
    let added: Vec<String> = files.missing.keys().cloned().collect();
    if !added.is_empty() {
        let publication = Publication {
            expected_on_disk: added.iter().map(|path| (path.clone(), None)).collect(),
            changes: files.missing,
            expected_head: repository.head()?,
            message: format!("clue: let {host} run the check and the audit\n"),
            author,
            committer,
        };
        publication.publish(&repository, WAIT)?;
    }
    Ok(HostFiles {
        added,
        present: files.present,
        left: files.left,
    })
}

/// Files to be added, held against what lies in the work tree.
#[derive(Default)]
pub(super) struct Planned {
    pub(super) missing: BTreeMap<String, Option<Arc<[u8]>>>,
    pub(super) present: Vec<String>,
    pub(super) left: Vec<String>,
}

fn host_files(repository: &Repository, prefix: &str, host: &str) -> Result<Planned, Failure> {
    let mut planned = Planned::default();
    for (path, bytes) in builtin::continuous_integration(host).iter() {
        let Some((path, bytes)) = at_the_top(path, bytes, prefix) else {
            continue;
        };
        let full = repository.work_tree().join(&path);
        if full.symlink_metadata().is_err() {
            planned.missing.insert(path, Some(bytes));
        } else if std::fs::read(&full).is_ok_and(|present| *present == *bytes) {
            planned.present.push(path);
        } else if path.starts_with(".pre-commit") {
            planned.left.push(path);
        } else {
            return Err(Failure::Refused {
                message: Bilingual::new(
                    format!("{path} is there already with other content, and is left as it is"),
                    format!("{path} 已经存在且内容不同，保持原样"),
                ),
                remedy: Bilingual::new(
                    format!(
                        "move it away (git mv {path} {path}.mine), do this again, and take into the new file what the old one had"
                    ),
                    format!(
                        "请先移走（git mv {path} {path}.mine）再重试，然后把原有内容合并到新文件"
                    ),
                ),
            });
        }
    }
    Ok(planned)
}

/// Code hosts look only at the top of the work tree: there it lies, and goes from there into the clue repository's folder.
fn at_the_top(path: &str, bytes: &Arc<[u8]>, prefix: &str) -> Option<(String, Arc<[u8]>)> {
    if prefix.is_empty() {
        return Some((path.to_owned(), Arc::clone(bytes)));
    }
    let shell = format!("'{}'", prefix.replace('\'', "'\\''"));
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (path, text) = match path {
        ".github/workflows/clue.yml" => {
            let named: String = prefix
                .chars()
                .map(|one| if one.is_alphanumeric() { one } else { '-' })
                .collect();
            let into = format!(
                "    defaults:\n      run:\n        working-directory: {}\n    steps:\n",
                scalar(prefix)
            );
            (
                format!(".github/workflows/clue-{named}.yml"),
                text.replacen("    steps:\n", &into, 1),
            )
        }
        ".gitlab-ci.yml" => {
            let line = scalar(&format!("cd {shell}"));
            let into = format!("  script:\n    - {line}\n");
            (
                path.to_owned(),
                text.replacen("\n  script:\n", &format!("\n{into}"), 1),
            )
        }
        ".pre-commit-config.yaml" => {
            let line = scalar(&format!("clue -C {shell} hook pre-commit"));
            let into = format!("entry: {line}");
            (
                path.to_owned(),
                text.replacen("entry: clue hook pre-commit", &into, 1),
            )
        }
        // Other repositories name this one for its top folder.
        _ => return None,
    };
    Some((path, Arc::from(text.into_bytes())))
}
