//! git: finding a repository, who acts, what a commit's tree holds, and durable objects and refs.
//! The only user of git2. It never reads the environment by itself, and never writes to the work tree.

mod bundle;
mod driver;
mod error;
mod history;
mod identity;
mod index;
mod inspect;
mod objects;
mod pack;
mod path;
mod raw;
mod sign;
mod signature;
mod store;
mod tag;
mod text;
mod trees;

use std::path::{Path, PathBuf};

use git2::{ErrorCode, ObjectType, Oid};

pub use bundle::{BUNDLE_BRANCH, Bundled, ORIGINAL, file_id, read_bundle};
pub use driver::{MERGE_DRIVER, program_of};
pub use error::GitError;
pub use history::{CommitFacts, ObjectId, Range};
pub use identity::{Environment, Identity};
pub use index::{IndexFault, NewIndex, Staged, Touched};
pub use inspect::IndexDeviation;
pub use path::Turn;
pub use raw::BadHeader;
pub use sign::{NAMESPACE, Signer};
pub use signature::SignedObject;
pub use store::{FileState, NewCommit, RefMoved};
pub use text::{Favour, is_binary, merge_text};
pub use trees::{Difference, TreeEntry};

pub use tag::{Tag, TagReference, TreeFile};

/// Where HEAD stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// On a branch that has no commit yet.
    Unborn {
        reference: String,
    },
    Branch {
        reference: String,
        commit: String,
    },
    Detached {
        commit: String,
    },
}

impl Head {
    /// The commit that HEAD leads to.
    pub fn commit(&self) -> Option<&str> {
        match self {
            Self::Unborn { .. } => None,
            Self::Branch { commit, .. } | Self::Detached { commit } => Some(commit),
        }
    }
}

/// What a name in a commit's tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeKind {
    File,
    Executable,
    Folder,
    SymbolicLink,
    Submodule,
}

/// A git repository with a work tree.
pub struct Repository {
    inner: git2::Repository,
    work_tree: PathBuf,
    /// Whether it was opened as a hook of git has it, with the objects that are not accepted yet.
    of_hook: bool,
    /// What signs the commits that are written; none where they are not signed.
    signer: Result<Option<Signer>, GitError>,
    /// Objects that were read.
    known: std::sync::Mutex<trees::KnownObjects>,
    /// What reads objects where very many are read.
    objects: std::sync::Mutex<Option<objects::Objects>>,
}

impl Repository {
    /// Finds the repository that a folder belongs to; `None` where there is none.
    pub fn discover(folder: &Path) -> Result<Option<Self>, GitError> {
        match git2::Repository::discover(folder) {
            Ok(inner) => Self::wrap(inner).map(Some),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a repository whose first branch is `main`.
    pub fn init(folder: &Path) -> Result<Self, GitError> {
        let mut options = git2::RepositoryInitOptions::new();
        options
            .initial_head("main")
            .mkpath(true)
            .external_template(false);
        Self::wrap(git2::Repository::init_opts(folder, &options)?)
    }

    fn wrap(inner: git2::Repository) -> Result<Self, GitError> {
        if inner.workdir().is_none() {
            return Err(GitError::Bare);
        }
        Self::wrap_any(inner)
    }

    /// A repository that has no work tree is its own folder: it can be read, and no step is taken in it.
    fn wrap_any(inner: git2::Repository) -> Result<Self, GitError> {
        store::enable_fsync();
        let work_tree = inner.workdir().unwrap_or_else(|| inner.path());
        let work_tree = work_tree
            .canonicalize()
            .unwrap_or_else(|_| work_tree.to_owned());
        Ok(Self {
            inner,
            work_tree,
            of_hook: false,
            signer: Ok(None),
            known: std::sync::Mutex::default(),
            objects: std::sync::Mutex::default(),
        })
    }

    /// The folder of the work tree.
    pub fn work_tree(&self) -> &Path {
        &self.work_tree
    }

    /// The folder of git's own files.
    pub fn git_folder(&self) -> &Path {
        self.inner.path()
    }

    /// The path of a folder below the work tree, parts joined by `/`; empty for the work tree itself.
    pub fn prefix(&self, folder: &Path) -> String {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let inside = folder
            .strip_prefix(&self.work_tree)
            .unwrap_or(Path::new(""));
        inside
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/")
    }

    /// Where HEAD stands.
    pub fn head(&self) -> Result<Head, GitError> {
        let reference = self.inner.find_reference("HEAD")?;
        let Some(target) = reference.symbolic_target().ok().flatten() else {
            let commit = reference
                .target()
                .ok_or_else(|| GitError::Failed("HEAD leads nowhere".to_owned()))?;
            return Ok(Head::Detached {
                commit: commit.to_string(),
            });
        };
        match self.inner.find_reference(target) {
            Ok(branch) => {
                // What the branch holds need not be a commit that the library can read.
                let commit = match branch.resolve()?.target() {
                    Some(commit) => commit.to_string(),
                    None => branch.peel(ObjectType::Commit)?.id().to_string(),
                };
                Ok(Head::Branch {
                    reference: target.to_owned(),
                    commit,
                })
            }
            Err(error) if error.code() == ErrorCode::NotFound => Ok(Head::Unborn {
                reference: target.to_owned(),
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// The full id of the commit that a revision names; none where there is none.
    pub fn resolve(&self, revision: &str) -> Result<Option<String>, GitError> {
        let object = match self.inner.revparse_single(revision) {
            Ok(object) => object,
            Err(_) if let Some(commit) = self.raw_resolve(revision) => {
                return Ok(Some(commit.to_string()));
            }
            Err(error)
                if matches!(
                    error.code(),
                    ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::Ambiguous
                ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        Ok(object
            .peel(ObjectType::Commit)
            .ok()
            .map(|commit| commit.id().to_string()))
    }

    /// What git is in the middle of, if anything: a merge, a rebase, ...
    pub fn in_progress(&self) -> Option<&'static str> {
        use git2::RepositoryState as State;
        match self.inner.state() {
            State::Clean => None,
            State::Merge => Some("merge"),
            State::Revert | State::RevertSequence => Some("revert"),
            State::CherryPick | State::CherryPickSequence => Some("cherry-pick"),
            State::Bisect => Some("bisect"),
            State::Rebase | State::RebaseInteractive | State::RebaseMerge => Some("rebase"),
            State::ApplyMailbox | State::ApplyMailboxOrRebase => Some("am"),
        }
    }

    /// Whether the executable bit of files in the work tree means anything (`core.fileMode`).
    pub fn trusts_modes(&self) -> bool {
        self.inner
            .config()
            .and_then(|config| config.get_bool("core.filemode"))
            .unwrap_or(true)
    }

    /// Who acts and who commits, by the environment first and git's configuration second.
    pub fn identities(
        &self,
        environment: &Environment,
        now: crate::time::Timestamp,
    ) -> Result<(Identity, Identity), GitError> {
        let mut config = self.inner.config()?;
        use_configuration(&mut config, environment)?;
        let config = config.snapshot()?;
        let configured = |key: &str| configured(environment, &config, key);
        identity::identities(environment, &configured, now)
    }

    /// Reads a file of a commit's tree of at most `limit` bytes.
    pub fn read_blob(
        &self,
        commit: &str,
        path: &str,
        limit: u64,
    ) -> Result<Option<Vec<u8>>, GitError> {
        let Some((id, kind)) = self.entry(commit, path)? else {
            return Ok(None);
        };
        if !matches!(kind, TreeKind::File | TreeKind::Executable) {
            return Ok(None);
        }
        let header = self.inner.odb()?.read_header(id);
        let (size, _) = header.map_err(|error| raw::unread(id, error))?;
        if size as u64 > limit {
            return Err(GitError::Failed(format!("{path} has {size} bytes")));
        }
        let blob = self.inner.find_blob(id);
        Ok(Some(
            blob.map_err(|error| raw::unread(id, error))?
                .content()
                .to_vec(),
        ))
    }

    /// Lists a folder of a commit's tree.
    pub fn list_tree(&self, commit: &str, path: &str) -> Result<Vec<(String, TreeKind)>, GitError> {
        let root = self.tree_of(Oid::from_str(commit)?)?;
        let tree = if path.is_empty() {
            root
        } else {
            match root.get_path(Path::new(path)) {
                Ok(entry) if entry.kind() == Some(ObjectType::Tree) => {
                    self.inner.find_tree(entry.id())?
                }
                Ok(_) => return Ok(Vec::new()),
                Err(error) if error.code() == ErrorCode::NotFound => return Ok(Vec::new()),
                Err(error) => return Err(error.into()),
            }
        };
        Ok(tree
            .iter()
            .map(|entry| {
                (
                    String::from_utf8_lossy(entry.name_bytes()).into_owned(),
                    kind_of(entry.filemode()),
                )
            })
            .collect())
    }

    /// Tells what lies at a path of a commit's tree.
    pub fn tree_kind(&self, commit: &str, path: &str) -> Result<Option<TreeKind>, GitError> {
        Ok(self.entry(commit, path)?.map(|(_, kind)| kind))
    }

    /// The id of the blob that a file of a commit's tree is.
    pub fn file_id(&self, commit: &str, path: &str) -> Result<Option<[u8; 20]>, GitError> {
        let Some((id, _)) = self.entry(commit, path)? else {
            return Ok(None);
        };
        let mut bytes = [0; 20];
        bytes.copy_from_slice(id.as_bytes());
        Ok(Some(bytes))
    }

    fn entry(&self, commit: &str, path: &str) -> Result<Option<(Oid, TreeKind)>, GitError> {
        let root = self.tree_of(Oid::from_str(commit)?)?;
        if path.is_empty() {
            return Ok(Some((root.id(), TreeKind::Folder)));
        }
        match root.get_path(Path::new(path)) {
            Ok(entry) => Ok(Some((entry.id(), kind_of(entry.filemode())))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// What git is in the middle of, in Chinese.
pub fn doing_zh(what: &str) -> &str {
    match what {
        "merge" => "合并",
        "revert" => "还原（revert）",
        "cherry-pick" => "拣选（cherry-pick）",
        "bisect" => "二分查找（bisect）",
        "rebase" => "变基（rebase）",
        "am" => "补丁应用（am）",
        other => other,
    }
}

fn kind_of(mode: i32) -> TreeKind {
    match mode {
        0o040_000 => TreeKind::Folder,
        0o100_755 => TreeKind::Executable,
        0o120_000 => TreeKind::SymbolicLink,
        0o160_000 => TreeKind::Submodule,
        _ => TreeKind::File,
    }
}

/// Puts the file that the environment names in the place of the user's own configuration, as git does.
fn use_configuration(config: &mut git2::Config, environment: &Environment) -> Result<(), GitError> {
    if let Some(path) = &environment.global_configuration
        && path.is_file()
    {
        config.add_file(path, git2::ConfigLevel::Global, true)?;
    }
    Ok(())
}

fn configured(environment: &Environment, config: &git2::Config, key: &str) -> Option<String> {
    let given = environment.configuration.iter().rev();
    given
        .clone()
        .find(|(name, _)| name.eq_ignore_ascii_case(key))
        .map(|(_, value)| value.clone())
        .or_else(|| config.get_string(key).ok())
}

/// Name and e-mail of whoever acts, by environment and git's own configuration, where no repository is yet.
pub fn configured_identity(environment: &Environment) -> Result<(String, String), GitError> {
    let mut config = git2::Config::open_default()?;
    use_configuration(&mut config, environment)?;
    let config = config.snapshot()?;
    let configured = |key: &str| configured(environment, &config, key);
    let now = crate::time::Timestamp::from_git(0, 0).ok_or(GitError::NoIdentity)?;
    let (author, _) = identity::identities(environment, &configured, now)?;
    Ok((author.name, author.email))
}
