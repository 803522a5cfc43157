//! Checkpoints: what a repository held at a commit, in one line that can be kept elsewhere, and the manifest behind it.
//! Pure: paths and digests come in, text goes out and is read again. It knows neither git nor the disk.

pub mod stamp;

use std::collections::BTreeMap;
use std::fmt;

use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

use crate::case::{CARD, id_of};
use crate::time::Timestamp;

/// What the names of the tags begin with.
pub const TAGS: &str = "checkpoint/";

/// The version of the line and the manifest that are made now.
pub const VERSION: u8 = 2;

/// What belongs to the manifest of a version, of all names at the top of a clue repository's folder: every one, and in
/// version 1 only those that records and rules lie in.
pub fn belongs(version: u8, name: &str) -> bool {
    version != 1 || PARTS.contains(&name)
}

const PARTS: [&str; 7] = [
    "clues",
    "register",
    "organisation.yaml",
    "workflow.yaml",
    "schema",
    "calendar",
    "templates",
];

const STAMP: (&str, &str) = (
    "-----BEGIN TIME STAMP REPLY-----\n",
    "-----END TIME STAMP REPLY-----\n",
);

/// How long a line of a time stamp is.
const COLUMNS: usize = 64;

/// What a repository held at a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which files the manifest holds; see [`belongs`].
    pub version: u8,
    /// When the checkpoint was made.
    pub at: Timestamp,
    pub commit: String,
    /// How many commits its history has.
    pub commits: usize,
    /// How many clues there are: folders with an index card.
    pub clues: usize,
    /// How many records the clues have: files in their folders that are no attachments.
    pub records: usize,
    /// SHA-256 of the manifest, in hexadecimal.
    pub manifest: String,
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "clue-checkpoint {} {} commit={} commits={} clues={} records={} manifest={}",
            self.version,
            self.at,
            self.commit,
            self.commits,
            self.clues,
            self.records,
            self.manifest
        )
    }
}

impl Checkpoint {
    /// Reads the line, exactly as it is written; nothing else is one.
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.strip_prefix("clue-checkpoint ")?.split(' ');
        let version = known(words.next()?)?;
        let at = Timestamp::parse(words.next()?)?;
        let mut next = |name: &str| words.next()?.strip_prefix(name)?.strip_prefix('=');
        let read = Self {
            version,
            at,
            commit: next("commit")?.to_owned(),
            commits: next("commits")?.parse().ok()?,
            clues: next("clues")?.parse().ok()?,
            records: next("records")?.parse().ok()?,
            manifest: next("manifest")?.to_owned(),
        };
        let sound = is_hexadecimal(&read.commit, &[40, 64])
            && is_hexadecimal(&read.manifest, &[64])
            && read.to_string() == line;
        sound.then_some(read)
    }

    /// The message of the checkpoint's tag, with the reply of a time-stamping authority where there is one.
    pub fn message(&self, stamp: Option<&[u8]>) -> String {
        let mut text = format!(
            "checkpoint of {} clues\n\nCheckpoint-Version: {}\nCheckpoint-Time: {}\nCheckpoint-Commit: {}\nCheckpoint-Commits: {}\nCheckpoint-Clues: {}\nCheckpoint-Records: {}\nCheckpoint-Manifest: {}\n",
            self.clues,
            self.version,
            self.at,
            self.commit,
            self.commits,
            self.clues,
            self.records,
            self.manifest
        );
        if let Some(stamp) = stamp {
            text.push('\n');
            text.push_str(STAMP.0);
            for line in Base64::encode_string(stamp).as_bytes().chunks(COLUMNS) {
                text.push_str(&String::from_utf8_lossy(line));
                text.push('\n');
            }
            text.push_str(STAMP.1);
        }
        text
    }

    /// Reads the message of a tag, exactly as it is written, with the time stamp where there is one.
    pub fn from_message(message: &str) -> Option<(Self, Option<Vec<u8>>)> {
        let mut lines = message.lines().skip_while(|line| !line.is_empty()).skip(1);
        let mut next = |name: &str| {
            let rest = lines.next()?.strip_prefix("Checkpoint-")?;
            rest.strip_prefix(name)?.strip_prefix(": ")
        };
        let read = Self {
            version: known(next("Version")?)?,
            at: Timestamp::parse(next("Time")?)?,
            commit: next("Commit")?.to_owned(),
            commits: next("Commits")?.parse().ok()?,
            clues: next("Clues")?.parse().ok()?,
            records: next("Records")?.parse().ok()?,
            manifest: next("Manifest")?.to_owned(),
        };
        let stamp = match message.split_once(STAMP.0) {
            Some((_, rest)) => {
                let body: String = rest.strip_suffix(STAMP.1)?.lines().collect();
                Some(Base64::decode_vec(&body).ok()?)
            }
            None => None,
        };
        let sound = read.message(stamp.as_deref()) == message
            && Self::parse(&read.to_string()).as_ref() == Some(&read);
        sound.then_some((read, stamp))
    }

    /// The bytes that a time stamp is over: the line as it is printed, with its line feed.
    pub fn stamped(&self) -> Vec<u8> {
        format!("{self}\n").into_bytes()
    }
}

/// A version that can be read.
fn known(text: &str) -> Option<u8> {
    let version = text.parse().ok()?;
    (1..=VERSION).contains(&version).then_some(version)
}

fn is_hexadecimal(text: &str, lengths: &[usize]) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    lengths.contains(&text.len()) && text.bytes().all(digit)
}

/// Every file with its SHA-256, in the order of the bytes of their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    pub files: BTreeMap<Vec<u8>, [u8; 32]>,
}

/// How a file of one manifest stands in another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    Changed,
    Added,
    Removed,
}

impl Manifest {
    /// The manifest as text, in the form that `sha256sum -c` reads.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.files.len() * 128);
        for (path, digest) in &self.files {
            // A name with such characters is marked and escaped, as sha256sum does it.
            if path.iter().any(|byte| b"\\\n\r".contains(byte)) {
                bytes.push(b'\\');
            }
            bytes.extend_from_slice(hexadecimal(digest).as_bytes());
            bytes.extend_from_slice(b"  ");
            for byte in path {
                match byte {
                    b'\\' => bytes.extend_from_slice(b"\\\\"),
                    b'\n' => bytes.extend_from_slice(b"\\n"),
                    b'\r' => bytes.extend_from_slice(b"\\r"),
                    other => bytes.push(*other),
                }
            }
            bytes.push(b'\n');
        }
        bytes
    }

    /// The SHA-256 of the manifest's text, in hexadecimal.
    pub fn digest(&self) -> String {
        hexadecimal(&Sha256::digest(self.bytes()).into())
    }

    /// How many clues there are: folders with an index card.
    pub fn clues(&self) -> usize {
        self.inside()
            .filter(|(_, inner)| *inner == format!("{CARD}.yaml"))
            .count()
    }

    /// How many records the clues have: files in their folders that are no attachments.
    pub fn records(&self) -> usize {
        self.inside()
            .filter(|(_, inner)| !inner.starts_with("attachments/"))
            .count()
    }

    /// The files that lie in folders of clues: the clue's id, and the path below its folder.
    fn inside(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.keys().filter_map(|path| {
            let path = std::str::from_utf8(path).ok()?;
            let id = id_of(path)?;
            let (_, inner) = path.split_once(&format!("/{id}/"))?;
            Some((id, inner))
        })
    }

    /// What another manifest has otherwise, by path.
    pub fn differences(&self, other: &Self) -> BTreeMap<Vec<u8>, Difference> {
        let mut found = BTreeMap::new();
        for (path, digest) in &self.files {
            match other.files.get(path) {
                None => found.insert(path.clone(), Difference::Removed),
                Some(its) if its != digest => found.insert(path.clone(), Difference::Changed),
                Some(_) => None,
            };
        }
        for path in other.files.keys() {
            if !self.files.contains_key(path) {
                found.insert(path.clone(), Difference::Added);
            }
        }
        found
    }
}

/// Bytes in hexadecimal, small letters.
pub fn hexadecimal(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Checkpoint {
        Checkpoint {
            version: 1,
            at: Timestamp::parse("2026-11-25T10:00:00+08:00").expect("a time"),
            commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
            commits: 12,
            clues: 3,
            records: 0,
            manifest: "ab".repeat(32),
        }
    }

    #[test]
    fn a_line_is_read_exactly_as_it_is_written() {
        let line = example().to_string();
        assert_eq!(Checkpoint::parse(&line), Some(example()));
        #[track_caller]
        fn refused(line: &str) {
            assert_eq!(Checkpoint::parse(line), None, "{line}");
        }
        refused("");
        refused(&format!("{line} "));
        refused(&format!("{line}\n"));
        refused(&format!("{line} more=1"));
        let second = Checkpoint {
            version: 2,
            ..example()
        };
        assert_eq!(Checkpoint::parse(&second.to_string()), Some(second));
        for version in ["0", "3", "02", "+2", ""] {
            refused(&line.replace("clue-checkpoint 1", &format!("clue-checkpoint {version}")));
        }
        refused(&line.replace("clues=3", "clues=03"));
        refused(&line.replace("clues=3", "clues=+3"));
        refused(&line.replace("clues=3 ", ""));
        refused(&line.replace("commits=12 clues=3", "clues=3 commits=12"));
        refused(&line.replace("commit=0123", "commit=01234"));
        refused(&line.replace("commit=0123456789a", "commit=0123456789A"));
        refused(&line.replace("manifest=ab", "manifest=aB"));
        refused(&line.replace("+08:00", "Z"));
        refused(&line.replace("clues=3", "clues=99999999999999999999999999"));
    }

    #[test]
    fn a_message_holds_the_same_and_the_time_stamp() {
        for stamp in [None, Some(vec![7; 300]), Some(Vec::new())] {
            let message = example().message(stamp.as_deref());
            assert_eq!(
                Checkpoint::from_message(&message),
                Some((example(), stamp)),
                "{message}"
            );
            assert_eq!(Checkpoint::from_message(&format!("{message}more\n")), None);
            assert_eq!(
                Checkpoint::from_message(&message.replace("Clues: 3", "Clues: 4")),
                None
            );
        }
        assert_eq!(Checkpoint::from_message(""), None);
    }

    #[test]
    fn a_manifest_counts_and_compares() {
        let of = |files: &[(&str, u8)]| Manifest {
            files: files
                .iter()
                .map(|(path, byte)| (path.as_bytes().to_vec(), [*byte; 32]))
                .collect(),
        };
        let folder = "clues/2026/11-23/20261123-k7qd";
        let manifest = of(&[
            (&format!("{folder}/clue.yaml"), 1),
            (&format!("{folder}/collection.yaml"), 2),
            (&format!("{folder}/transfers/quality.yaml"), 2),
            (&format!("{folder}/attachments/clue.yaml"), 3),
            ("clues/2026/11-23/20261123-m2xw/collection.yaml", 4),
            ("clues/.gitkeep", 5),
            ("register/2026/YW/0/1", 6),
            ("schema/odd\\name", 7),
        ]);
        assert_eq!((manifest.clues(), manifest.records()), (1, 4));
        let text = String::from_utf8(manifest.bytes()).expect("text");
        assert!(
            text.starts_with(&format!("{}  clues/.gitkeep\n", "05".repeat(32))),
            "{text}"
        );
        assert!(
            text.ends_with(&format!("\\{}  schema/odd\\\\name\n", "07".repeat(32))),
            "{text}"
        );
        let mut other = manifest.clone();
        other.files.insert(b"clues/.gitkeep".to_vec(), [0; 32]);
        other.files.remove(b"register/2026/YW/0/1".as_slice());
        other.files.insert(b"workflow.yaml".to_vec(), [8; 32]);
        let found: Vec<Difference> = manifest.differences(&other).into_values().collect();
        assert_eq!(
            found,
            [Difference::Changed, Difference::Removed, Difference::Added]
        );
        assert_ne!(manifest.digest(), other.digest());
    }
}
