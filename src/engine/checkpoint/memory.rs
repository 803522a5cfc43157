//! The checkpoints that this clone has seen, one a line in git's folder: a tag that is deleted or moved later is missed.
//! Lines are added and never taken away.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::PathBuf;

use crate::checkpoint::Checkpoint;
use crate::engine::Failure;
use crate::git::Repository;
use crate::text::{Bilingual, system_words};

/// The file's name in the folder that all work trees share.
pub(super) const NAME: &str = "clue-checkpoints";

/// What stands for name and tag of a checkpoint that was verified by its line alone.
pub(super) const BY_LINE: &str = "-";

/// Largest such file that is read: room for some hundred thousand checkpoints.
const MAXIMUM: u64 = 64 * 1024 * 1024;

/// A checkpoint that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) name: String,
    /// The id of the tag's object.
    pub(super) tag: String,
    pub(super) checkpoint: Checkpoint,
}

/// All that was seen, and the numbers of lines that nobody can have written.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) entries: Vec<Seen>,
    pub(super) spoilt: Vec<usize>,
}

fn path(repository: &Repository) -> PathBuf {
    repository.common_folder().join(NAME)
}

fn failed(repository: &Repository, error: &std::io::Error) -> Failure {
    let path = path(repository);
    Failure::Environment {
        message: Bilingual::new(
            format!("{}: {error}", path.display()),
            format!("{}：{}", path.display(), system_words(&error)),
        ),
        remedy: Some(Bilingual::new(
            "check its permissions and the disk",
            "请检查权限和磁盘",
        )),
    }
}

/// Reads what was seen; nothing where nothing was yet.
pub(super) fn read(repository: &Repository) -> Result<Memory, Failure> {
    let mut bytes = Vec::new();
    match File::open(path(repository)) {
        Ok(file) => file.take(MAXIMUM).read_to_end(&mut bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Memory::default()),
        Err(error) => Err(error),
    }
    .map_err(|error| failed(repository, &error))?;
    let mut memory = Memory::default();
    for (index, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
        match parsed(line) {
            Some(seen) => memory.entries.push(seen),
            None => memory.spoilt.push(index + 1),
        }
    }
    Ok(memory)
}

fn parsed(line: &str) -> Option<Seen> {
    let (name, rest) = line.split_once(' ')?;
    let (tag, rest) = rest.split_once(' ')?;
    Some(Seen {
        name: name.to_owned(),
        tag: tag.to_owned(),
        checkpoint: Checkpoint::parse(rest)?,
    })
}

/// Adds a checkpoint, durably, where it is not there yet.
pub(super) fn remember(
    repository: &Repository,
    name: &str,
    tag: &str,
    checkpoint: &Checkpoint,
) -> Result<(), Failure> {
    let seen = Seen {
        name: name.to_owned(),
        tag: tag.to_owned(),
        checkpoint: checkpoint.clone(),
    };
    if read(repository)?.entries.contains(&seen) {
        return Ok(());
    }
    let line = format!("{name} {tag} {checkpoint}\n");
    // One write, so that two processes do not mix their lines.
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path(repository))
        .and_then(|mut file| {
            file.write_all(line.as_bytes())?;
            file.sync_all()
        })
        .map_err(|error| failed(repository, &error))
}
