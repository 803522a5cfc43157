//! Attachments: what is listed is there and unchanged, what is there is listed.
//! It opens nothing outside a clue's `attachments/`: neither by a name that leads elsewhere nor through a symbolic link.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::case::{CARD, Case, Record};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::files::{FileKind, Files, ReadError, digest, unreadable};
use crate::text::visible_line;

/// Largest attachment that is read for its hash, in bytes.
const MAXIMUM_ATTACHMENT: u64 = 2 * 1024 * 1024 * 1024;

/// Checks the lists of attachments of every record against the files.
pub(super) fn check(files: &dyn Files, case: &Case) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut listed = BTreeSet::new();
    for record in case.records.values().flatten() {
        let Some(items) = record.value.get("attachments").and_then(Value::as_array) else {
            continue;
        };
        for (index, item) in items.iter().enumerate() {
            let Some(name) = item.get("file").and_then(Value::as_str) else {
                continue;
            };
            if !listed.insert(name.to_owned()) {
                continue;
            }
            found.extend(one(files, case, record, index, name, item));
        }
    }
    // What a record lists that cannot be read is not known; it is told when that is mended.
    if case.unread.iter().any(|name| name != CARD) {
        return found;
    }
    for name in &case.attachments {
        if !listed.contains(name) {
            found.push(
                Diagnostic::new(
                    Code::AttachmentUnlisted,
                    Place::file(format!("{}/attachments/{name}", case.folder)),
                    "this attachment is not listed in any record",
                    "这个附件没有登记在任何记录中",
                )
                .remedy(
                    "list it under attachments: with file, size and sha256 (a step does it by itself: in the collection form while that is open, then in the department's handling record)",
                    "请在 attachments 中登记文件名、大小和 sha256（办理步骤时会自动登记：收集表封存之前登记在收集表，之后登记在该部门的处理记录）",
                )
                .procedure("C3"),
            );
        }
    }
    found
}

fn one(
    files: &dyn Files,
    case: &Case,
    record: &Record,
    index: usize,
    name: &str,
    item: &Value,
) -> Option<Diagnostic> {
    let path = format!("{}/attachments/{name}", case.folder);
    let place = record.place(&format!("/attachments/{index}/file"));
    if !is_inside(name) {
        let shown = visible_line(name);
        return Some(
            Diagnostic::new(
                Code::AttachmentOutside,
                place,
                format!("`{shown}` names no file in the clue's attachments/"),
                format!("`{shown}` 不是本线索 attachments/ 中的文件"),
            )
            .remedy(
                "write the name of the file as it lies in attachments/, without `..`, `.`, `\\` or a leading `/`",
                "请填写该文件在 attachments/ 中的名称，不得含有 `..`、`.`、`\\`，也不得以 `/` 开头",
            )
            .procedure("C3"),
        );
    }
    // The walk through the clue's folder told the link, or whatever it is, already.
    if leads_elsewhere(files, case, name) {
        return None;
    }
    match files.read(&path, MAXIMUM_ATTACHMENT) {
        Ok(Some(bytes)) => {
            let size = item.get("size").and_then(Value::as_u64);
            let hash = item.get("sha256").and_then(Value::as_str);
            let same = size == Some(bytes.len() as u64) && hash == Some(digest(&bytes).as_str());
            (!same).then(|| {
                Diagnostic::new(
                    Code::AttachmentChanged,
                    place,
                    format!("{name} is not the file that was listed: its size or SHA-256 differs"),
                    format!("{name} 与登记的不一致：大小或 SHA-256 不符"),
                )
                .remedy(
                    "restore the file; new material gets its own name",
                    "请恢复原文件；新材料另用新名",
                )
                .procedure("C3")
            })
        }
        Ok(None) | Err(ReadError::Kind(FileKind::Folder)) => Some(
            Diagnostic::new(
                Code::AttachmentMissing,
                place,
                format!("{name} is listed and not in attachments/"),
                format!("{name} 已登记，但不在 attachments/ 中"),
            )
            .remedy("put the file back", "请放回该文件")
            .procedure("C3"),
        ),
        Err(error) => Some(unreadable(&path, &error)),
    }
}

/// Whether a listed name can only mean a file in the clue's `attachments/`, on every system.
fn is_inside(name: &str) -> bool {
    let may = |part: &str| !part.is_empty() && part != "." && part != "..";
    !name.contains(['\\', ':', '\0']) && name.split('/').all(may)
}

/// Whether the file, or a folder on the way to it, is a symbolic link, a device or the like.
fn leads_elsewhere(files: &dyn Files, case: &Case, name: &str) -> bool {
    let inner = format!("attachments/{name}");
    let ends = inner.match_indices('/').map(|(at, _)| at);
    ends.chain([inner.len()]).any(|end| {
        let path = format!("{}/{}", case.folder, &inner[..end]);
        let kind = files.kind(&path);
        matches!(kind, Ok(Some(FileKind::SymbolicLink | FileKind::Other)))
    })
}

#[cfg(test)]
mod tests {
    use super::is_inside;

    #[test]
    fn a_name_leads_nowhere_else() {
        #[track_caller]
        fn case(name: &str, expected: bool) {
            assert_eq!(is_inside(name), expected, "{name:?}");
        }
        case("照片 1.jpg", true);
        case("2026/a..b.txt", true);
        case("..a", true);
        case("../clue.yaml", false);
        case("a/../../../../../../outside.txt", false);
        case("a/..", false);
        case("./a", false);
        case("a//b", false);
        case("a/", false);
        case("/etc/hostname", false);
        case("..\\clue.yaml", false);
        case("C:a", false);
        case("", false);
    }
}
