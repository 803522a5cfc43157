//! An archive package on the disk, verified: its manifests, its records, and its history against them.
//! It needs no repository, and writes nothing but a scratch folder that it takes away again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::archive::{self, BUNDLE, Checked, DIGEST_FILE, RECORDS, safe_name};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::engine::Failure;
use crate::files::{DiskFiles, Files};
use crate::git::{Bundled, file_id, read_bundle};
use crate::text::{Bilingual, system_words};

/// Verifies the package in a folder; `expected` is the SHA-256 that was kept of it.
pub fn verify_package(folder: &Path, expected: Option<&str>) -> Result<Checked, Failure> {
    if !folder.is_dir() {
        return Err(Failure::Usage {
            message: Bilingual::new(
                format!("{} is no folder", folder.display()),
                format!("{} 不是目录", folder.display()),
            ),
            remedy: Some(Bilingual::new(
                "name the package's folder, in which bagit.txt lies; unpack an archive file first",
                "请指定含有 bagit.txt 的信息包目录；压缩包请先解压",
            )),
        });
    }
    let expected = expected.map(|text| text.trim().to_ascii_lowercase());
    let is_hash =
        |text: &String| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if expected.as_ref().is_some_and(|text| !is_hash(text)) {
        return Err(Failure::Usage {
            message: Bilingual::new(
                "--expect takes a SHA-256: 64 hexadecimal digits",
                "--expect 须为 SHA-256：64 位十六进制数",
            ),
            remedy: Some(Bilingual::new(
                "it is `sha256` in archive.yaml of the clue",
                "即线索 archive.yaml 中的 sha256",
            )),
        });
    }
    let files = DiskFiles::new(folder);
    let mut checked = archive::verify(&files);
    if let Some(metadata) = &checked.metadata {
        let inside = metadata["history"]["folder"].as_str().unwrap_or_default();
        let mut of_history = history(&files, metadata, inside);
        // A record that its manifests name otherwise is told once: that history does so too says nothing more.
        of_history.retain(|one| {
            let told = |other: &Diagnostic| {
                one.place.path.starts_with(RECORDS)
                    && other.place.path == one.place.path
                    && [
                        Code::PackageChanged,
                        Code::PackageMissing,
                        Code::PackageExtra,
                    ]
                    .contains(&other.code)
            };
            !checked.found.iter().any(told)
        });
        checked.found.extend(of_history);
    }
    if let Some(expected) = expected
        && checked.digest.as_ref() != Some(&expected)
    {
        let is = checked.digest.as_deref().unwrap_or("-");
        checked.found.push(
            Diagnostic::new(
                Code::PackageOther,
                Place::file(DIGEST_FILE),
                format!(
                    "this is another package: its SHA-256 is {is}, and {expected} was expected"
                ),
                format!("这是另一个信息包：其 SHA-256 为 {is}，预期为 {expected}"),
            )
            .remedy(
                "compare the hash with sha256 in archive.yaml of the clue; where that is the one expected, take another copy of the package",
                "请与线索 archive.yaml 中的 sha256 核对；如果预期值无误，请改用信息包的另一份副本",
            )
            .procedure("R1"),
        );
    }
    Ok(checked)
}

/// Whether the bundle can be read, and its newest commit holds the records that lie in the package.
fn history(files: &DiskFiles, metadata: &Value, folder: &str) -> Vec<Diagnostic> {
    let tell = |path: &str, en: String, zh: String| vec![of_history(path, en, zh)];
    let Ok(Some(bytes)) = files.read(BUNDLE, u64::MAX - 1) else {
        return tell(
            BUNDLE,
            "the package has no history".to_owned(),
            "信息包中没有历史".to_owned(),
        );
    };
    let bundled = match with_scratch(|scratch| read_bundle(&bytes, scratch)) {
        Ok(bundled) => bundled,
        Err(why) => {
            return tell(
                BUNDLE,
                format!("the history cannot be read: {why}"),
                format!("无法读取历史：{}", system_words(&why)),
            );
        }
    };
    let mut found = compare(files, folder, &bundled);
    // Every step is a commit of its own; the last one of the trail is the one that the package was made for.
    let steps = metadata["trail"]
        .as_array()
        .map_or(0, Vec::len)
        .saturating_sub(1);
    let said = metadata["history"]["commits"].as_u64();
    let is_whole = bundled.commits >= steps
        && said.and_then(|said| usize::try_from(said).ok()) == Some(bundled.commits);
    if !is_whole {
        found.extend(tell(
            BUNDLE,
            format!("the history has {} commits, which is less than the steps of the trail or not what metadata.json says", bundled.commits),
            format!("历史共 {} 次提交，少于办理经过中的步骤，或与 metadata.json 所载不符", bundled.commits),
        ));
    }
    found
}

fn of_history(path: &str, en: String, zh: String) -> Diagnostic {
    Diagnostic::new(Code::PackageHistory, Place::file(path), en, zh)
        .remedy(
            "take another copy of the package, and compare its sha256 with the one that was kept; clue archive makes it again from the repository",
            "请改用信息包的另一份副本，并与留存的 sha256 核对；也可在仓库中用 clue archive 重新生成",
        )
        .procedure("R1")
}

fn compare(files: &DiskFiles, folder: &str, bundled: &Bundled) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut tell = |path: &str, en: &str, zh: &str| {
        found.push(of_history(path, en.to_owned(), zh.to_owned()));
    };
    let mut known = Vec::new();
    for (path, id) in &bundled.files {
        let Some(inner) = path.strip_prefix(&format!("{folder}/")) else {
            tell(
                BUNDLE,
                "the history holds files of something else than this clue",
                "历史中含有不属于该线索的文件",
            );
            continue;
        };
        let path = format!("{RECORDS}/{}", safe_name(inner));
        let bytes = files.read(&path, u64::MAX - 1).ok().flatten();
        if bytes.and_then(|bytes| file_id(&bytes)) != Some(*id) {
            tell(
                &path,
                "this record is not the one that the newest commit of the history holds",
                "这份记录与历史中最新一次提交的不同",
            );
        }
        known.push(path);
    }
    for (path, _) in files.walk(RECORDS).unwrap_or_default() {
        if !known.contains(&path) {
            tell(
                &path,
                "the newest commit of the history does not hold this record",
                "历史中最新一次提交没有这份记录",
            );
        }
    }
    found
}

/// Runs with an empty folder of its own, which is taken away afterwards.
fn with_scratch<T>(run: impl FnOnce(&Path) -> Result<T, String>) -> Result<T, String> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("clue-verify-{}-{count}", std::process::id());
    let scratch: PathBuf = std::env::temp_dir().join(name);
    fs::create_dir(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
    let result = run(&scratch);
    let _ = fs::remove_dir_all(&scratch);
    result
}
