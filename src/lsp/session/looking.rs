//! What changed on the disk where the client tells nothing of it: looked for from time to time, at little cost.
//! Only what open documents are judged by is looked at one by one; a move of git's index stands for all the rest.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::Session;
use crate::files::join;
use crate::git::Repository;

/// How often it is looked.
pub(in crate::lsp) const PAUSE: Duration = Duration::from_secs(2);

/// When a file was changed last, and its size.
type Mark = (Option<SystemTime>, u64);

/// What was there when it was looked last.
#[derive(Default)]
pub(super) struct Seen {
    files: Option<BTreeMap<String, Mark>>,
    index: Option<Mark>,
}

impl Session {
    /// Looks at the disk, where the client does not tell of changes, and judges what changed.
    pub(in crate::lsp) fn look(&mut self) {
        let (false, Some(root)) = (self.client.watches, self.root.clone()) else {
            return;
        };
        let top = root.given.as_path();
        let mut files = BTreeMap::new();
        for path in ["organisation.yaml", "workflow.yaml"] {
            add(top, path, &mut files);
        }
        let folders = self.documents.keys().filter_map(|path| {
            let folder = crate::files::parent(path);
            (!folder.is_empty()).then(|| folder.to_owned())
        });
        let folders: std::collections::BTreeSet<String> = folders
            .chain(["schema".to_owned(), "calendar".to_owned()])
            .collect();
        for folder in folders {
            let entries = fs::read_dir(top.join(&folder)).into_iter().flatten();
            for entry in entries.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                add(top, &join(&folder, &name), &mut files);
            }
        }
        let git_folder = Repository::discover(top).ok().flatten();
        let git_folder = git_folder.map(|repository| repository.git_folder().to_owned());
        let index = git_folder.and_then(|folder| mark(&folder.join("index")));
        let moved = self.seen.index.replace(index.unwrap_or_default()) != index.or(Some((None, 0)));
        let Some(before) = self.seen.files.replace(files.clone()) else {
            // The first look tells nothing.
            return;
        };
        let paths = before.keys().chain(files.keys());
        let mut changed: Vec<String> = paths
            .filter(|path| before.get(*path) != files.get(*path))
            .filter(|path| is_known(path, &before, &files, self))
            .cloned()
            .collect();
        changed.dedup();
        if !changed.is_empty() || moved {
            self.changed_on_disk(&changed, moved);
        }
    }
}

/// A folder that is looked at only since, or only until, a document in it was opened or closed tells nothing.
fn is_known(
    path: &str,
    before: &BTreeMap<String, Mark>,
    after: &BTreeMap<String, Mark>,
    session: &Session,
) -> bool {
    if before.contains_key(path) && after.contains_key(path) {
        return true;
    }
    let folder = crate::files::parent(path);
    let beside = |files: &BTreeMap<String, Mark>| {
        files.keys().any(|own| crate::files::parent(own) == folder)
    };
    let is_open = session
        .documents
        .keys()
        .any(|own| crate::files::parent(own) == folder);
    (beside(before) && beside(after)) || (is_open && beside(before))
}

fn add(top: &Path, path: &str, files: &mut BTreeMap<String, Mark>) {
    if let Some(mark) = mark(&top.join(path)) {
        files.insert(path.to_owned(), mark);
    }
}

fn mark(path: &Path) -> Option<Mark> {
    let metadata = fs::symlink_metadata(path).ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}
