//! Whether a package is whole and unchanged: every manifest against every file; what it says of itself is held against its
//! records in `own`. It needs no repository and no network, and believes nothing that a package says about paths.

mod own;

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256, Sha512};

use crate::archive::DIGEST_FILE;
use crate::archive::differences::{Difference, Differences, Witness};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::files::{self, FileKind, Files, unreadable};
use crate::text::{Bilingual, visible_line};

/// The largest text of a bag that is read as one: a manifest of a hundred thousand files.
const MAXIMUM_TEXT: u64 = 64 * 1024 * 1024;

/// What was found of a package.
#[derive(Debug, Default)]
pub struct Checked {
    pub found: Vec<Diagnostic>,
    /// The SHA-256 of [`DIGEST_FILE`], which stands for the whole package.
    pub digest: Option<String>,
    /// Files of the payload that were compared.
    pub files: usize,
    pub bytes: u64,
    /// `metadata.json`, where the package was made by this program.
    pub metadata: Option<Value>,
}

/// Verifies a package, whose top folder is that of `files`.
pub fn verify(files: &dyn Files) -> Checked {
    let mut checked = Checked::default();
    let mut reader = Reader {
        files,
        found: Vec::new(),
        present: BTreeMap::new(),
        differences: Differences::default(),
    };
    if !reader.declaration() {
        checked.found = reader.found;
        return checked;
    }
    reader.present();
    let payload = reader.payload();
    reader.tags();
    reader.info(&payload);
    checked.files = payload.len();
    checked.bytes = payload.values().sum();
    checked.digest = reader
        .text(DIGEST_FILE)
        .map(|text| files::digest(text.as_bytes()));
    checked.metadata = reader.metadata();
    for (code, path, words) in std::mem::take(&mut reader.differences).told() {
        reader.tell(code, &path, &words.en, &words.zh);
    }
    checked.found = reader.found;
    checked
}

struct Reader<'a> {
    files: &'a dyn Files,
    found: Vec<Diagnostic>,
    /// What lies in the package, by path.
    present: BTreeMap<String, FileKind>,
    differences: Differences,
}

/// A line of a manifest.
struct Listed {
    hash: String,
    path: String,
}

impl Reader<'_> {
    fn tell(&mut self, code: Code, path: &str, en: &str, zh: &str) -> &mut Diagnostic {
        let finding = Diagnostic::new(code, Place::file(visible_line(path)), en, zh)
            .remedy(
                "take another copy of the package, and compare its sha256 with the one that was kept",
                "请改用信息包的另一份副本，并与留存的 sha256 核对",
            )
            .procedure("R1");
        self.found.push(finding);
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    fn text(&self, path: &str) -> Option<String> {
        let bytes = self.files.read(path, MAXIMUM_TEXT).ok().flatten()?;
        String::from_utf8(bytes.to_vec()).ok()
    }

    /// Whether this is a bag at all, of a version that can be read.
    fn declaration(&mut self) -> bool {
        let Some(text) = self.text("bagit.txt") else {
            self.no_package();
            return false;
        };
        let text = self.without_mark("bagit.txt", text);
        let line = |label: &str| {
            let mut lines = text.lines();
            lines.find_map(|line| line.strip_prefix(label)?.strip_prefix(':').map(str::trim))
        };
        let version = line("BagIt-Version");
        let encoding = line("Tag-File-Character-Encoding").unwrap_or_default();
        if !matches!(version, Some("1.0" | "0.97")) || !encoding.eq_ignore_ascii_case("UTF-8") {
            self.tell(
                Code::PackageFormat,
                "bagit.txt",
                "bagit.txt declares a version other than 1.0 and 0.97, or an encoding other than UTF-8",
                "bagit.txt 声明的版本不是 1.0 或 0.97，或者编码不是 UTF-8",
            );
            return false;
        }
        true
    }

    /// A text without the byte order mark that some editors put before it; one that has it is told.
    fn without_mark(&mut self, name: &str, text: String) -> String {
        match text.strip_prefix('\u{feff}') {
            None => text,
            Some(rest) => {
                let rest = rest.to_owned();
                self.tell(
                    Code::PackageFormat,
                    name,
                    "this file begins with a byte order mark (BOM), which the format does not allow: an editor wrote it anew",
                    "文件以字节顺序标记（BOM）开头，格式不允许，说明曾被编辑器重新保存",
                );
                rest
            }
        }
    }

    /// A folder without a declaration: one in which packages lie, or something else.
    fn no_package(&mut self) {
        /// How many packages are named.
        const NAMED: usize = 5;
        let below = self.files.list("").unwrap_or_default().into_iter();
        let packages: Vec<String> = below
            .map(|entry| entry.name)
            .filter(|name| {
                let declaration = files::join(name, "bagit.txt");
                matches!(self.files.kind(&declaration), Ok(Some(FileKind::File)))
            })
            .collect();
        let finding = self.tell(
            Code::PackageFormat,
            "bagit.txt",
            "this folder is no archive package: it has no readable bagit.txt",
            "此目录不是归档信息包：没有可读的 bagit.txt",
        );
        let mut named: Vec<String> = packages.iter().map(|name| visible_line(name)).collect();
        named.truncate(NAMED);
        let (en, zh) = match packages.len() {
            0 => (
                "name the package's folder, in which bagit.txt lies; unpack an archive file first"
                    .to_owned(),
                "请指定含有 bagit.txt 的信息包目录；压缩包请先解压".to_owned(),
            ),
            count => (
                format!(
                    "packages lie in it ({count}); name one of them: {}{}",
                    named.join(", "),
                    if count > NAMED { ", …" } else { "" }
                ),
                format!(
                    "其中有 {count} 个信息包，请逐个指定：{}{}",
                    named.join("、"),
                    if count > NAMED { "等" } else { "" }
                ),
            ),
        };
        finding.remedy = Some(Bilingual::new(en, zh));
    }

    /// What lies in the package. Nothing but ordinary files can be verified.
    fn present(&mut self) {
        match self.files.walk("") {
            Ok(entries) => {
                for (path, kind) in entries {
                    if !matches!(kind, FileKind::File | FileKind::Executable) {
                        self.tell(
                            Code::PackageFormat,
                            &path,
                            "a package holds ordinary files only; this is a link or a device",
                            "信息包只能含有普通文件，而这是链接或设备",
                        );
                    }
                    self.present.insert(path, kind);
                }
            }
            Err(error) => self.found.push(unreadable("", &error)),
        }
        for folder in empty_folders(self.files, "") {
            self.tell(
                Code::PackageExtra,
                &folder,
                "this folder holds nothing, and no manifest can list it: it was added afterwards",
                "这个目录是空的，清单无法列出，是后来加入的",
            );
        }
        if self.present.contains_key("fetch.txt") {
            self.tell(
                Code::PackageFormat,
                "fetch.txt",
                "parts of this package lie elsewhere (fetch.txt): it does not stand for itself",
                "信息包的一部分存放在别处（fetch.txt），因此不完整",
            );
        }
    }

    /// The lines of a manifest; a path that leaves the package, or stands twice, is told.
    fn manifest(&mut self, name: &str) -> Option<Vec<Listed>> {
        self.present.get(name)?;
        let Some(text) = self.text(name) else {
            self.tell(
                Code::PackageFormat,
                name,
                "this manifest is not readable UTF-8 text, or too large",
                "清单不是可读的 UTF-8 文本，或者过大",
            );
            return None;
        };
        let text = self.without_mark(name, text);
        let mut listed: BTreeMap<String, String> = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            if line.is_empty() {
                continue;
            }
            let number = number + 1;
            let parts = line.split_once([' ', '\t']);
            let parts = parts.map(|(hash, path)| {
                let path = path.trim_start_matches([' ', '\t']);
                (hash, path.strip_prefix('*').unwrap_or(path))
            });
            let Some((hash, path)) = parts.filter(|(hash, path)| {
                !path.is_empty() && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
            }) else {
                self.tell(
                    Code::PackageFormat,
                    name,
                    &format!("line {number} holds no hash and path"),
                    &format!("第 {number} 行不是“哈希值 路径”"),
                );
                continue;
            };
            if leaves(path) {
                let shown = visible_line(path);
                self.tell(
                    Code::PackageFormat,
                    name,
                    &format!("line {number} names a path outside of the package: {shown}"),
                    &format!("第 {number} 行的路径在信息包之外：{shown}"),
                );
                continue;
            }
            let path = path.strip_prefix("./").unwrap_or(path).to_owned();
            if listed.insert(path, hash.to_ascii_lowercase()).is_some() {
                self.tell(
                    Code::PackageFormat,
                    name,
                    &format!("line {number} lists a file that was listed before"),
                    &format!("第 {number} 行的文件在前面已经列出"),
                );
            }
        }
        let listed = listed.into_iter();
        Some(listed.map(|(path, hash)| Listed { hash, path }).collect())
    }

    /// Compares the payload with its manifests; gives each file's size.
    fn payload(&mut self) -> BTreeMap<String, u64> {
        let mut sizes = BTreeMap::new();
        let mut one = false;
        for (name, long) in [
            ("manifest-sha256.txt", false),
            ("manifest-sha512.txt", true),
        ] {
            let Some(listed) = self.manifest(name) else {
                continue;
            };
            one = true;
            let mut known: BTreeMap<&str, ()> = BTreeMap::new();
            for line in &listed {
                known.insert(&line.path, ());
                if let Some(size) = self.compare(line, name, long) {
                    sizes.insert(line.path.clone(), size);
                }
            }
            let extra: Vec<String> = self
                .present
                .keys()
                .filter(|path| path.starts_with("data/") && !known.contains_key(path.as_str()))
                .cloned()
                .collect();
            for path in extra {
                let manifest = Witness::Manifest(name.to_owned());
                self.differences.add(&path, Difference::Extra, manifest);
            }
        }
        if !one {
            self.tell(
                Code::PackageFormat,
                "manifest-sha256.txt",
                "there is no manifest of SHA-256 or SHA-512, so nothing can be verified",
                "没有 SHA-256 或 SHA-512 清单，无法核对",
            );
        }
        sizes
    }

    /// Compares the files beside the payload with the manifests of tags.
    fn tags(&mut self) {
        let mut listed_any: Option<Vec<String>> = None;
        for (name, long) in [(DIGEST_FILE, false), ("tagmanifest-sha512.txt", true)] {
            let Some(listed) = self.manifest(name) else {
                continue;
            };
            for line in &listed {
                self.compare(line, name, long);
            }
            let paths = listed.into_iter().map(|line| line.path);
            listed_any.get_or_insert_default().extend(paths);
        }
        let Some(listed) = listed_any else {
            self.tell(
                Code::PackageMissing,
                DIGEST_FILE,
                "there is no manifest of the manifests: whoever changes a file can change its line too",
                "没有标签清单：改动文件的人可以同时改动清单",
            );
            return;
        };
        let extra: Vec<String> = self
            .present
            .keys()
            .filter(|path| !path.starts_with("data/") && !path.starts_with("tagmanifest-"))
            .filter(|path| !listed.contains(path))
            .cloned()
            .collect();
        for path in extra {
            self.tell(
                Code::PackageExtra,
                &path,
                "no manifest lists this file: it was added afterwards",
                "没有任何清单列出这个文件，是后来加入的",
            );
        }
    }

    /// Compares a file with its line; gives its size where it is there.
    fn compare(&mut self, line: &Listed, name: &str, long: bool) -> Option<u64> {
        // What is no ordinary file was told, and can be compared with nothing.
        let kind = self.present.get(&line.path);
        if kind.is_some_and(|kind| !matches!(kind, FileKind::File | FileKind::Executable)) {
            return None;
        }
        let bytes = match self.files.read(&line.path, u64::MAX - 1) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                let manifest = Witness::Manifest(name.to_owned());
                self.differences
                    .add(&line.path, Difference::Missing, manifest);
                return None;
            }
            Err(error) => {
                // Two manifests list it, and it is one fault.
                let finding = unreadable(&line.path, &error);
                if !self.found.contains(&finding) {
                    self.found.push(finding);
                }
                return None;
            }
        };
        let hash = if long {
            files::hexadecimal(&Sha512::digest(&bytes))
        } else {
            files::hexadecimal(&Sha256::digest(&bytes))
        };
        if hash != line.hash {
            let manifest = Witness::Manifest(name.to_owned());
            self.differences
                .add(&line.path, Difference::Changed, manifest);
        }
        Some(bytes.len() as u64)
    }

    /// Compares the sum of the payload with what `bag-info.txt` says.
    fn info(&mut self, payload: &BTreeMap<String, u64>) {
        let Some(text) = self.text("bag-info.txt") else {
            return;
        };
        let sum = format!("{}.{}", payload.values().sum::<u64>(), payload.len());
        let mut lines = text.lines();
        let said = lines.find_map(|line| line.strip_prefix("Payload-Oxum:").map(str::trim));
        if let Some(said) = said.filter(|said| *said != sum) {
            let said = visible_line(said);
            self.tell(
                Code::PackageChanged,
                "bag-info.txt",
                &format!("the payload has {sum} (bytes.files), and bag-info.txt says {said}"),
                &format!("载荷为 {sum}（字节数.文件数），而 bag-info.txt 写的是 {said}"),
            );
        }
    }
}

/// Folders in which nothing lies.
fn empty_folders(files: &dyn Files, folder: &str) -> Vec<String> {
    let entries = files.list(folder).unwrap_or_default();
    let below = entries
        .iter()
        .filter(|entry| entry.kind == FileKind::Folder);
    let empty = below.flat_map(|entry| {
        let path = files::join(folder, &entry.name);
        match files.list(&path).is_ok_and(|inner| inner.is_empty()) {
            true => vec![path],
            false => empty_folders(files, &path),
        }
    });
    empty.collect()
}

/// Whether a path leads out of the package, or could on some system.
fn leaves(path: &str) -> bool {
    path.starts_with(['/', '\\', '~'])
        || path.contains('\0')
        || path.as_bytes().get(1) == Some(&b':')
        || path.split(['/', '\\']).any(|part| part == "..")
}
