//! Mending what a publish that died has left: whether there is anything, and git's index for files that are committed.
//! It never changes a file of the work tree, and no entry of the index but those it is given.

use std::time::Duration;

use crate::commit::{PublishError, before, folder, journal, lock};
use crate::git::{Repository, Touched};

/// Whether a publish has begun and not ended, and nobody is at it.
pub fn is_left(repository: &Repository) -> bool {
    journal::place(repository).exists() && is_idle(repository)
}

/// Whether nobody publishes in this repository.
pub fn is_idle(repository: &Repository) -> bool {
    lock(repository, Duration::ZERO).is_ok()
}

/// Writes the entries of some files into git's index as they are committed; all others stay, staged or not.
pub fn mend_index(
    repository: &Repository,
    committed: Touched,
    wait: Duration,
) -> Result<(), PublishError> {
    let _lock = lock(repository, wait)?;
    let states = folder::states(repository.work_tree(), committed.keys());
    let index = repository.prepare_index(committed).map_err(before)?;
    repository.write_index(index, &states, wait).map_err(before)
}
