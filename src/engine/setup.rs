//! Making a new clue repository: the built-in format, an organisation, a first commit.
//! It adds files and never replaces one that is there.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::builtin;
use crate::commit::Publication;
use crate::engine::merging::ATTRIBUTES;
use crate::engine::{Failure, WAIT, environment, find_root};
use crate::files::below;
use crate::git::{Environment, Repository};
use crate::text::Bilingual;
use crate::time::Timestamp;

/// Makes a new clue repository in a folder: the built-in format, a sample organisation, a first commit.
///
/// `host` is the code host (`github`, `gitlab`) whose runs of check and audit are written too.
pub fn init(
    folder: &Path,
    organisation: &str,
    host: Option<&str>,
    environment_: &Environment,
    now: Timestamp,
) -> Result<Vec<String>, Failure> {
    if let Some(root) = find_root(folder) {
        return Err(Failure::Usage {
            message: Bilingual::new(
                format!("{} is a clue repository already", root.display()),
                format!("{} 已经是线索仓库", root.display()),
            ),
            remedy: None,
        });
    }
    std::fs::create_dir_all(folder).map_err(|error| {
        environment(
            format!("{}: {error}", folder.display()),
            format!("{}：{error}", folder.display()),
        )
    })?;
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
    if let Some(host) = host {
        for (path, bytes) in builtin::continuous_integration(host).iter() {
            changes.insert(path.to_owned(), Some(Arc::clone(bytes)));
        }
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
    let placed = below(&prefix, changes);
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
    let paths: Vec<String> = placed.keys().cloned().collect();
    let publication = Publication {
        expected_on_disk: BTreeMap::new(),
        changes: placed,
        expected_head: repository.head()?,
        message: "clue: begin the repository\n".to_owned(),
        author,
        committer,
    };
    publication.publish(&repository, WAIT)?;
    Ok(paths)
}
