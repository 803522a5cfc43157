//! Attachments: what is listed is there and unchanged, what is there is listed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::case::{CARD, Case, Record};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::files::{FileKind, Files, ReadError, digest, unreadable};

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
