//! Paths into a value, as people write them (`entries[2].text`) and as JSON Schema does (`/entries/2/text`).
//! It never looks at a value.

use std::borrow::Cow;

/// One part of a path into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    Key(String),
    /// Position in a sequence, from 0.
    Index(usize),
}

/// A path into a value, from the root on; the empty path is the root.
pub type Path = Vec<Segment>;

impl From<&str> for Segment {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<String> for Segment {
    fn from(key: String) -> Self {
        Self::Key(key)
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// Reads `receipt.handler`, `entries[2].text` and `entries.2.text`; a part of digits only is an index.
pub fn parse_path(text: &str) -> Path {
    text.split(['.', '['])
        .map(|part| part.strip_suffix(']').unwrap_or(part))
        .filter(|part| !part.is_empty())
        .map(|part| match part.parse() {
            Ok(index) if part.bytes().all(|byte| byte.is_ascii_digit()) => Segment::Index(index),
            _ => Segment::from(part),
        })
        .collect()
}

/// Writes a path as people write it: `entries[2].text`; the root is the empty text.
pub fn show_path(path: &[Segment]) -> String {
    let mut shown = String::new();
    for segment in path {
        match segment {
            Segment::Key(key) => {
                if !shown.is_empty() {
                    shown.push('.');
                }
                shown.push_str(key);
            }
            Segment::Index(index) => shown.push_str(&format!("[{index}]")),
        }
    }
    shown
}

/// The parts of a JSON pointer, with `~1` and `~0` read as `/` and `~`.
pub(super) fn pointer_parts(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(|part| {
        if part.contains('~') {
            part.replace("~1", "/").replace("~0", "~").into()
        } else {
            part.into()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_and_shown() {
        #[track_caller]
        fn case(text: &str, expected: &[Segment], shown: &str) {
            let path = parse_path(text);
            assert_eq!(path, expected);
            assert_eq!(show_path(&path), shown);
        }
        case("", &[], "");
        case(
            "receipt.handler",
            &["receipt".into(), "handler".into()],
            "receipt.handler",
        );
        case(
            "entries[2].text",
            &["entries".into(), 2.into(), "text".into()],
            "entries[2].text",
        );
        case(
            "entries.2.text",
            &["entries".into(), 2.into(), "text".into()],
            "entries[2].text",
        );
        case("a[0][1]", &["a".into(), 0.into(), 1.into()], "a[0][1]");
        case("客户.姓名", &["客户".into(), "姓名".into()], "客户.姓名");
    }

    #[test]
    fn pointers_are_unescaped() {
        let parts: Vec<_> = pointer_parts("/a~1b/~01/2").collect();
        assert_eq!(parts, ["a/b", "~1", "2"]);
        assert_eq!(pointer_parts("").count(), 0);
    }
}
