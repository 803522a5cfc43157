//! Where changes come from: the system's notice of them, or nobody, and then the folder is looked at again and again.
//! The only user of `notify`. It opens no file and judges nothing.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use notify::event::{AccessKind, AccessMode, CreateKind, Flag, ModifyKind, RemoveKind, RenameMode};
use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::watch::batch::Deed;

/// What the loop is told.
pub(super) enum Message {
    /// Something happened to a path below the repository's folder.
    Changed(String, Deed),
    /// Something happened in git's own folder.
    Git,
    /// The system lost events.
    Lost,
    /// There are not enough watches.
    TooFew,
    /// The system's notice failed.
    Failed(String),
    /// Somebody wants it to end.
    Stop,
}

/// Why the system cannot tell of changes.
pub(super) enum NoNotice {
    TooFew,
    Failed(String),
}

/// The system's notice of changes.
pub(super) struct Notice {
    watcher: RecommendedWatcher,
    root: PathBuf,
}

impl Notice {
    /// Begins; changes of the repository's folder are told by their path below it.
    pub(super) fn begin(
        root: &Path,
        git_folder: Option<&Path>,
        sender: Sender<Message>,
    ) -> Result<Self, NoNotice> {
        let (own, git) = (root.to_owned(), git_folder.map(Path::to_owned));
        let handler = move |event: notify::Result<Event>| {
            for message in translated(event, &own, git.as_deref()) {
                // Whoever listened has ended.
                let _ = sender.send(message);
            }
        };
        let watcher = notify::recommended_watcher(handler).map_err(of)?;
        Ok(Self {
            watcher,
            root: root.to_owned(),
        })
    }

    /// Watches a folder by its path below the repository's; all that lies in it, or only its own entries.
    pub(super) fn watch(&mut self, path: &str, deep: bool) -> Result<(), NoNotice> {
        let mode = if deep {
            RecursiveMode::Recursive
        } else {
            RecursiveMode::NonRecursive
        };
        let full = if path.is_empty() {
            self.root.clone()
        } else {
            self.root.join(path)
        };
        self.watch_at(&full, mode)
    }

    /// Watches git's own folder.
    pub(super) fn watch_git(&mut self, folder: &Path) -> Result<(), NoNotice> {
        self.watch_at(folder, RecursiveMode::NonRecursive)
    }

    fn watch_at(&mut self, full: &Path, mode: RecursiveMode) -> Result<(), NoNotice> {
        match self.watcher.watch(full, mode) {
            Ok(()) => Ok(()),
            // It vanished meanwhile, and the folder above tells that.
            Err(error) if !full.exists() && !matches!(error.kind, ErrorKind::MaxFilesWatch) => {
                Ok(())
            }
            Err(error) => Err(of(error)),
        }
    }

    /// Watches a folder no longer.
    pub(super) fn forget(&mut self, path: &str) {
        // Where it is gone, so is the watch.
        let _ = self.watcher.unwatch(&self.root.join(path));
    }
}

fn of(error: notify::Error) -> NoNotice {
    match error.kind {
        ErrorKind::MaxFilesWatch => NoNotice::TooFew,
        ErrorKind::Io(ref inner) if inner.raw_os_error() == Some(24) => NoNotice::TooFew,
        _ => NoNotice::Failed(error.to_string()),
    }
}

fn translated(event: notify::Result<Event>, root: &Path, git: Option<&Path>) -> Vec<Message> {
    let event = match event {
        Ok(event) => event,
        Err(error) => {
            return vec![match of(error) {
                NoNotice::TooFew => Message::TooFew,
                NoNotice::Failed(why) => Message::Failed(why),
            }];
        }
    };
    if event.attrs.flag() == Some(Flag::Rescan) {
        return vec![Message::Lost];
    }
    let deed = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Deed::Whole,
        // Whoever only reads changes nothing, and we read too.
        EventKind::Access(_) => return Vec::new(),
        EventKind::Create(CreateKind::Folder) => Deed::Folder,
        EventKind::Remove(RemoveKind::Other) => return Vec::new(),
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => Deed::Gone,
        // Both halves were told already.
        EventKind::Modify(ModifyKind::Name(RenameMode::Both)) if cfg!(target_os = "linux") => {
            return Vec::new();
        }
        EventKind::Modify(ModifyKind::Name(_)) => Deed::Whole,
        // Mode and times: nothing is being written.
        EventKind::Modify(ModifyKind::Metadata(_)) => Deed::Gone,
        EventKind::Create(_) | EventKind::Modify(_) | EventKind::Any | EventKind::Other => {
            Deed::Part
        }
    };
    let messages = event.paths.iter().filter_map(|path| {
        if git.is_some_and(|git| path.starts_with(git)) {
            return Some(Message::Git);
        }
        let inside = path.strip_prefix(root).ok()?;
        let parts: Vec<_> = inside
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect();
        (!parts.is_empty()).then(|| Message::Changed(parts.join("/"), deed))
    });
    messages.collect()
}
