//! Archive packages: a clue's dossier as a bag that anybody can verify, with this program or without it.
//! It holds what a package is made of and how it is checked; it reads no repository, draws nothing, and writes nothing.

mod bag;
mod differences;
mod elements;
mod verify;

pub use bag::{Bag, DIGEST_FILE, Info, pack, safe_name};
pub use verify::{Checked, verify};

/// Version of what lies where in a package; a reader of a later one can tell.
pub const FORMAT: &str = "clue-archive 1";
/// The records as they are, with the attachments.
pub const RECORDS: &str = "data/records";
/// The renderings for people.
pub const DOCUMENTS: &str = "data/documents";
/// The clue's history as a git bundle.
pub const BUNDLE: &str = "data/history/history.bundle";
/// The clue's history for people.
pub const STORY: &str = "data/history/history.txt";
/// What the package is about, for programs.
pub const METADATA: &str = "data/metadata/metadata.json";
/// The same in the elements of DA/T 46.
pub const METADATA_XML: &str = "data/metadata/metadata.xml";
/// Rulebook, people and schemas, by which the records are read.
pub const RULES: &str = "data/rules";
/// How the package is verified without this program.
pub const README: &str = "README.txt";
