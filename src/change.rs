//! A change in the making: new bytes of files, held in memory, laid over what is there.
//! It never writes to the disk and never asks whether the change is allowed.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::case::Record;
use crate::diagnostic::Diagnostic;
use crate::files::{Files, OverlayFiles};
use crate::yaml::{self, Edit, Path};

/// New bytes by path below the repository's folder; `None` removes a file.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    files: BTreeMap<String, Option<Arc<[u8]>>>,
}

impl Changes {
    /// The files that the change touches.
    pub fn files(&self) -> &BTreeMap<String, Option<Arc<[u8]>>> {
        &self.files
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Gives a file new bytes.
    pub fn write(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files
            .insert(path.into(), Some(Arc::from(bytes.into())));
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: impl Into<String>) {
        self.files.insert(path.into(), None);
    }

    /// Edits values of a record; only the bytes of changed values change.
    pub fn edit(&mut self, record: &Record, edits: &[Edit]) -> Result<(), Diagnostic> {
        let text = yaml::edit(&record.path, record.text(), record.yaml, edits)?;
        if text.as_bytes() != &*record.bytes {
            self.write(&record.path, text);
        }
        Ok(())
    }

    /// The files as they would stand.
    pub fn over<'a>(&self, below: &'a dyn Files) -> OverlayFiles<'a> {
        OverlayFiles::new(below, self.files.clone())
    }

    /// Drops what is the same as below already.
    pub fn without_unchanged(mut self, below: &dyn Files) -> Self {
        self.files
            .retain(|path, bytes| match below.read(path, u64::MAX - 1) {
                Ok(present) => present != *bytes,
                Err(_) => true,
            });
        self
    }
}

/// A `Set` of one field.
pub fn set(path: Path, value: Value) -> Edit {
    Edit::Set { path, value }
}
