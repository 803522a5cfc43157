//! Names of clue folders and of files that people bring: which are allowed on every system, and where a clue lies.

use unicode_normalization::is_nfc;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::text::{is_invisible, visible_line};

/// Letters and digits of an id's random part; those that look alike (0 o, 1 l i) are left out.
pub const ID_LETTERS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// Longest name of a file, in bytes.
const MAXIMUM_NAME: usize = 200;

/// Whether a text has the form of a clue's id: `20261123-k7qd`.
pub fn is_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(date, random)| {
        date.len() == 8
            && date.bytes().all(|byte| byte.is_ascii_digit())
            && (4..=12).contains(&random.len())
            && random
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// The folder of a clue, from its id alone.
pub fn folder_of(id: &str) -> Option<String> {
    is_id(id).then(|| format!("clues/{}/{}-{}/{id}", &id[..4], &id[4..6], &id[6..8]))
}

/// The id of the clue that a path below the repository's folder belongs to.
pub fn id_of(path: &str) -> Option<&str> {
    let mut parts = path.split('/');
    let id = (parts.next() == Some("clues"))
        .then(|| parts.nth(2))
        .flatten()?;
    (is_id(id) && path.starts_with(&folder_of(id)?)).then_some(id)
}

/// A name as it may be shown; nothing is made of it where it is not.
struct Shown<'a>(&'a str);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&visible_line(self.0))
    }
}

/// Says what is wrong with one part of a path, if anything is.
pub fn check_name(path: &str, name: &str) -> Option<Diagnostic> {
    let finding = |en: String, zh: String| {
        Some(
            Diagnostic::new(Code::FileName, Place::file(path), en, zh).remedy(
                "rename the file (and its entry in the list of attachments)",
                "请改名（附件清单中的名称也要一并修改）",
            ),
        )
    };
    let shown = Shown(name);
    if name.len() > MAXIMUM_NAME {
        return finding(
            format!(
                "the name has {} bytes; {MAXIMUM_NAME} are allowed",
                name.len()
            ),
            format!(
                "文件名有 {} 字节，超过了 {MAXIMUM_NAME} 字节的上限",
                name.len()
            ),
        );
    }
    if name.contains('\u{fffd}') {
        return finding(
            "the name is not Unicode".to_owned(),
            "文件名不是有效的 Unicode".to_owned(),
        );
    }
    if let Some(character) = name.chars().find(|&character| is_invisible(character)) {
        let code = u32::from(character);
        return finding(
            format!("the name `{shown}` holds the invisible character U+{code:04X}"),
            format!("文件名 `{shown}` 含有不可见字符 U+{code:04X}"),
        );
    }
    if let Some(character) = name
        .chars()
        .find(|character| r#"/\:*?"<>|"#.contains(*character))
    {
        return finding(
            format!("the name `{shown}` holds `{character}`, which not every system allows"),
            format!("文件名 `{shown}` 含有 `{character}`，不是所有系统都允许"),
        );
    }
    if !is_nfc(name) {
        return finding(
            format!("the name `{shown}` is not in Unicode form NFC"),
            format!("文件名 `{shown}` 不是 Unicode NFC 形式"),
        );
    }
    if name.starts_with(' ') || name.ends_with([' ', '.']) || name.is_empty() {
        return finding(
            format!("the name `{shown}` begins with a space, or ends with a space or full stop"),
            format!("文件名 `{shown}` 以空格开头，或以空格、句点结尾"),
        );
    }
    let stem = name
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_ascii_uppercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| {
            rest.chars().count() == 1
                && rest
                    .chars()
                    .all(|c| c.is_ascii_digit() || "¹²³".contains(c))
        })
    };
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
    {
        return finding(
            format!("the name `{shown}` is that of a device on Windows"),
            format!("`{shown}` 是 Windows 的设备名"),
        );
    }
    let lower = name.to_lowercase();
    if lower == ".git"
        || lower.starts_with("git~")
        || lower.starts_with(".git:")
        || lower == ".gitmodules"
    {
        return finding(
            format!("the name `{shown}` means something to git"),
            format!("`{shown}` 对 git 有特殊含义"),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_allowed_or_not() {
        #[track_caller]
        fn case(name: &str, allowed: bool) {
            assert_eq!(check_name("x", name).is_none(), allowed, "{name:?}");
        }
        case("照片 1.jpg", true);
        case("合同（扫描件）.pdf", true);
        case("a\u{202e}gpj.exe", false);
        case("a\u{200b}b", false);
        case("CON", false);
        case("con.txt", false);
        case("COM1.log", false);
        case("COMMENT.txt", true);
        case(".GIT", false);
        case("git~1", false);
        case("a:b", false);
        case("a.", false);
        case(" a", false);
        case("e\u{301}", false);
        case("é", true);
        case(&"长".repeat(67), false);
        case(&"长".repeat(66), true);
    }

    #[test]
    fn ids_tell_their_folder() {
        assert_eq!(
            folder_of("20261123-k7qd").as_deref(),
            Some("clues/2026/11-23/20261123-k7qd")
        );
        assert_eq!(folder_of("YW-2026-0001"), None);
        assert_eq!(
            id_of("clues/2026/11-23/20261123-k7qd/clue.yaml"),
            Some("20261123-k7qd")
        );
        assert_eq!(id_of("clues/2026/11-24/20261123-k7qd/clue.yaml"), None);
    }
}
