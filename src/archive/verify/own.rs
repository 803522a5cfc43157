//! What a package that this program made says of itself, held against the records in it and against each other. It knows no
//! manifest, and nothing of packages that others made.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::archive::differences::{Difference, Witness};
use crate::archive::elements::differing;
use crate::archive::verify::{MAXIMUM_TEXT, Reader, leaves};
use crate::archive::{DIGEST_FILE, FORMAT, METADATA, METADATA_XML, RECORDS};
use crate::diagnostic::Code;
use crate::files;
use crate::text::visible_line;
use crate::yaml;

impl Reader<'_> {
    /// What the package says of itself, compared with the records in it.
    pub(super) fn metadata(&mut self) -> Option<Value> {
        let text = self.text(METADATA);
        let metadata: Option<Value> = text.and_then(|text| serde_json::from_str(&text).ok());
        let Some(metadata) = metadata.filter(|metadata| metadata["format"] == FORMAT) else {
            self.tell(
                Code::PackageMetadata,
                METADATA,
                "this is a bag, and none that this program made: its records cannot be compared with what it says",
                "这是 BagIt 信息包，但不是本程序生成的，无法核对其中的记录",
            );
            return None;
        };
        let records = metadata["records"].as_array().cloned().unwrap_or_default();
        for record in &records {
            let (path, hash) = (&record["path"], &record["sha256"]);
            let (Some(path), Some(hash)) = (path.as_str(), hash.as_str()) else {
                continue;
            };
            self.matches(path, hash, Witness::Metadata);
        }
        for name in [
            "manifest-sha256.txt",
            "manifest-sha512.txt",
            DIGEST_FILE,
            "tagmanifest-sha512.txt",
        ] {
            if !self.present.contains_key(name) {
                self.tell(
                    Code::PackageMissing,
                    name,
                    "this manifest is one of those that the package was made with, and it is gone",
                    "信息包生成时带有这份清单，现在不见了",
                );
            }
        }
        self.card(&metadata);
        self.elements(&metadata);
        Some(metadata)
    }

    /// The metadata that an archive takes over says the same as `metadata.json`; an element that a template of the
    /// repository leaves out says nothing.
    fn elements(&mut self, metadata: &Value) {
        if !self.present.contains_key(METADATA_XML) {
            self.tell(
                Code::PackageMissing,
                METADATA_XML,
                "this is one of the files that the package was made with, and it is gone",
                "信息包生成时带有这个文件，现在不见了",
            );
            return;
        }
        let Some(text) = self.text(METADATA_XML) else {
            return;
        };
        for name in differing(&text, metadata) {
            self.tell(
                Code::PackageMetadata,
                METADATA_XML,
                &format!("`{name}` is not what metadata.json says"),
                &format!("`{name}`与 metadata.json 所载不一致"),
            );
        }
    }

    /// The index card says the same as the metadata, and the seals in its trail are those of the records in the package.
    fn card(&mut self, metadata: &Value) {
        let card = format!("{RECORDS}/clue.yaml");
        let Ok(Some(bytes)) = self.files.read(&card, MAXIMUM_TEXT) else {
            return;
        };
        let Some(document) = yaml::parse(&card, &bytes).0 else {
            return;
        };
        let mut last: BTreeMap<String, String> = BTreeMap::new();
        let value = document.root.to_json();
        for field in ["id", "number", "title"] {
            if value[field].as_str().map(visible_line).as_deref()
                != metadata["clue"][field].as_str()
            {
                self.tell(
                    Code::PackageMetadata,
                    METADATA,
                    &format!("`{field}` is not what the index card in the package says"),
                    &format!("`{field}` 与包内索引卡不一致"),
                );
            }
        }
        let info = self.text("bag-info.txt").unwrap_or_default();
        let number = metadata["archive"]["number"].as_str().unwrap_or_default();
        let mut lines = info.lines();
        if !lines.any(|line| line == format!("External-Identifier: {number}")) {
            self.tell(
                Code::PackageMetadata,
                "bag-info.txt",
                "the archive number is not the one that metadata.json says",
                "档号与 metadata.json 所载不一致",
            );
        }
        for entry in value["trail"].as_array().into_iter().flatten() {
            for (path, hash) in entry["seals"].as_object().into_iter().flatten() {
                last.insert(path.clone(), hash.as_str().unwrap_or_default().to_owned());
            }
        }
        let sealed: Vec<(String, String)> = last.into_iter().collect();
        for (path, hash) in sealed {
            if !leaves(&path) {
                self.matches(&format!("{RECORDS}/{path}"), &hash, Witness::Trail);
            }
        }
    }

    fn matches(&mut self, path: &str, hash: &str, witness: Witness) {
        let bytes = match leaves(path) {
            true => None,
            false => self.files.read(path, u64::MAX - 1).ok().flatten(),
        };
        let difference = match bytes {
            None => Difference::Missing,
            Some(bytes) if files::digest(&bytes) != hash => Difference::Changed,
            Some(_) => return,
        };
        self.differences.add(path, difference, witness);
    }
}
