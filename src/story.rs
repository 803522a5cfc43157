//! A clue's story: the commits that changed its folder, and what each of them changed in records, reports and attachments.
//! Values in, changes out: it reads no file and no history, and judges nothing.

mod changes;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value;

pub use changes::{changes, steps};

use crate::time::Timestamp;

/// The whole story of a clue.
#[derive(Clone, Debug)]
pub struct Story {
    pub id: String,
    /// The clue's folder, below the repository's.
    pub folder: String,
    /// The index card as it was last known; null where there never was one.
    pub card: Value,
    /// Whether the folder is there in the newest commit.
    pub is_present: bool,
    /// Whether history was cut off when it was cloned, so that the beginning may be missing.
    pub is_shallow: bool,
    /// Oldest first.
    pub chapters: Vec<Chapter>,
}

/// One commit that changed the clue.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// The commit's full id.
    pub commit: String,
    pub author: String,
    pub email: String,
    /// The person of the organisation that the author is.
    pub person: Option<String>,
    /// The author's date, on the organisation's clock.
    pub at: Timestamp,
    pub is_merge: bool,
    /// The entries that the commit added to the trail; where there are none, somebody edited files.
    pub steps: Vec<Value>,
    pub changes: Vec<Change>,
}

/// A file as a commit holds it.
#[derive(Clone, Debug)]
pub struct Version {
    /// None where it is no ordinary file, or larger than a record may be.
    pub bytes: Option<Arc<[u8]>>,
    pub size: u64,
}

/// A file that two commits do not have alike.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Path below the clue's folder.
    pub inner: String,
    pub before: Option<Version>,
    pub after: Option<Version>,
}

/// What the rulebook says that a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Name of the record, such as `transfers`.
    pub record: String,
    /// Name of its schema, such as `transfer`.
    pub schema: String,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Added,
    Changed,
    Removed,
}

/// A file that was added, changed or removed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Path below the clue's folder.
    pub inner: String,
    pub kind: Option<Kind>,
    pub deed: Deed,
    pub what: What,
}

/// What changed in a file.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A record's fields and a report's sections; where nothing is listed, only comments or layout changed.
    Record {
        fields: Vec<Field>,
        sections: Vec<Section>,
    },
    /// An attachment, or a file that belongs to no record: sizes in bytes.
    Attachment {
        before: Option<u64>,
        after: Option<u64>,
    },
    /// A record that cannot be read before or after: sizes in bytes.
    Unreadable {
        before: Option<u64>,
        after: Option<u64>,
    },
}

/// A field that changed; a value is none where the field was empty or not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// JSON pointer.
    pub pointer: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// A section of a report whose own text changed; the text before the first heading has an empty title.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    pub title: String,
    pub before: Option<String>,
    pub after: Option<String>,
}
