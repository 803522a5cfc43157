//! What is said of a file that could not be read as what it should be.
//! It reads nothing.

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::files::{FileKind, ReadError};
use crate::text::system_words;

/// The finding for a file that could not be given.
pub fn unreadable(path: &str, error: &ReadError) -> Diagnostic {
    match error {
        ReadError::Kind(kind) => {
            let (en, zh) = match kind {
                FileKind::SymbolicLink => ("a symbolic link", "符号链接"),
                FileKind::Folder => ("a folder", "目录"),
                FileKind::Executable => ("an executable file", "可执行文件"),
                FileKind::File | FileKind::Other => ("not an ordinary file", "特殊文件"),
            };
            let diagnostic = Diagnostic::new(
                Code::FileKind,
                Place::file(path),
                format!("this is {en} where an ordinary file should be"),
                format!("此处应为普通文件，实际是{zh}"),
            );
            match kind {
                FileKind::Executable => diagnostic.remedy(
                    "take the permission away: chmod -x",
                    "请去掉执行权限：chmod -x",
                ),
                FileKind::Folder => {
                    diagnostic.remedy("rename or delete the folder", "请把这个目录改名或删除")
                }
                _ => diagnostic.remedy("put the file itself here", "请把文件本身放在这里"),
            }
        }
        ReadError::TooLarge(size) => Diagnostic::new(
            Code::FileSize,
            Place::file(path),
            format!(
                "the file has {:.1} MB, and 10 MB are allowed",
                megabytes(*size)
            ),
            format!("文件有 {:.1} MB，超过了 10 MB 的上限", megabytes(*size)),
        )
        .remedy(
            "put large material into attachments/ and list it in the collection form",
            "请把大件材料放入 attachments/，并在线索收集表中登记",
        ),
        ReadError::Failed(why) => Diagnostic::new(
            Code::FileUnreadable,
            Place::file(path),
            format!("the file cannot be read: {why}"),
            format!("文件无法读取：{}", system_words(&why)),
        )
        .remedy("check its permissions and the disk", "请检查文件权限和磁盘"),
    }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}
