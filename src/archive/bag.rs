//! A bag after RFC 8493 (BagIt 1.0): the payload, its manifests, what it is, and the manifests of all that.
//! The same payload gives the same bytes. It writes no file.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256, Sha512};

use crate::files;

/// The file whose SHA-256 stands for the whole package: it lists every manifest, and these list all else.
pub const DIGEST_FILE: &str = "tagmanifest-sha256.txt";
/// How a bag says that it is one.
const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// What a bag says about itself, in the order in which it says it.
#[derive(Clone, Debug, Default)]
pub struct Info(Vec<(String, String)>);

impl Info {
    /// Adds a line; nothing where there is nothing to say. Line breaks in the value become spaces.
    pub fn say(&mut self, label: &str, value: &str) {
        let words: Vec<&str> = value.split_whitespace().collect();
        if !words.is_empty() {
            self.0.push((label.to_owned(), words.join(" ")));
        }
    }

    fn text(&self) -> String {
        let lines = self.0.iter();
        lines
            .map(|(label, value)| format!("{label}: {value}\n"))
            .collect()
    }
}

/// A whole bag in memory.
#[derive(Clone, Debug)]
pub struct Bag {
    /// Every file by its path in the bag.
    pub files: BTreeMap<String, Arc<[u8]>>,
    /// The SHA-256 of [`DIGEST_FILE`], in 64 hexadecimal digits.
    pub digest: String,
    /// Files of the payload.
    pub count: usize,
    /// Bytes of the payload.
    pub bytes: u64,
}

/// Makes a bag of a payload, whose paths begin with `data/`, of further files beside it, and of what it says about itself.
pub fn pack(
    payload: BTreeMap<String, Arc<[u8]>>,
    beside: BTreeMap<String, Arc<[u8]>>,
    mut info: Info,
) -> Bag {
    let count = payload.len();
    let bytes: u64 = payload.values().map(|bytes| bytes.len() as u64).sum();
    info.say("Payload-Oxum", &format!("{bytes}.{count}"));
    let mut tags = beside;
    let mut tag = |name: &str, text: String| {
        tags.insert(name.to_owned(), Arc::from(text.into_bytes()));
    };
    tag("bagit.txt", DECLARATION.to_owned());
    tag("bag-info.txt", info.text());
    tag("manifest-sha256.txt", manifest::<Sha256>(&payload));
    tag("manifest-sha512.txt", manifest::<Sha512>(&payload));
    let of_tags = [
        (DIGEST_FILE, manifest::<Sha256>(&tags)),
        ("tagmanifest-sha512.txt", manifest::<Sha512>(&tags)),
    ];
    let digest = files::digest(of_tags[0].1.as_bytes());
    let mut files = payload;
    files.extend(tags);
    for (name, text) in of_tags {
        files.insert(name.to_owned(), Arc::from(text.into_bytes()));
    }
    Bag {
        files,
        digest,
        count,
        bytes,
    }
}

/// A line for each file: its hash and its path.
fn manifest<D: Digest>(files: &BTreeMap<String, Arc<[u8]>>) -> String {
    let lines = files.iter();
    lines
        .map(|(path, bytes)| format!("{}  {path}\n", files::hexadecimal(&D::digest(bytes))))
        .collect()
}

/// The name that a file has in a package: `%` is read in two ways by the programs that read bags, so none is in one.
pub fn safe_name(path: &str) -> String {
    path.replace(['%', '\r', '\n'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(files: &[(&str, &str)]) -> BTreeMap<String, Arc<[u8]>> {
        let files = files.iter();
        files
            .map(|(path, text)| ((*path).to_owned(), Arc::from(text.as_bytes())))
            .collect()
    }

    #[test]
    fn a_bag_lists_its_payload_and_its_tags() {
        let mut info = Info::default();
        info.say("Source-Organization", "华远\n机械");
        info.say("External-Description", "  ");
        let bag = pack(
            payload(&[("data/b", "two"), ("data/a", "one")]),
            payload(&[("README.txt", "read me")]),
            info,
        );
        let text = |name: &str| String::from_utf8_lossy(&bag.files[name]).into_owned();
        assert_eq!(
            text("bag-info.txt"),
            "Source-Organization: 华远 机械\nPayload-Oxum: 6.2\n"
        );
        let one = files::digest(b"one");
        assert!(text("manifest-sha256.txt").starts_with(&format!("{one}  data/a\n")));
        let tags = text(DIGEST_FILE);
        let listed: Vec<&str> = tags
            .lines()
            .filter_map(|line| line.split("  ").nth(1))
            .collect();
        assert_eq!(
            listed,
            [
                "README.txt",
                "bag-info.txt",
                "bagit.txt",
                "manifest-sha256.txt",
                "manifest-sha512.txt"
            ]
        );
        assert_eq!(bag.digest, files::digest(tags.as_bytes()));
        assert_eq!((bag.count, bag.bytes), (2, 6));
    }
}
