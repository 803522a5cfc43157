//! Files as editors name them: `file:` addresses, and the paths below the repository's folder that they mean.
//! It never asks the disk.

use std::path::{Path, PathBuf};

/// The path that a `file:` address names; none for any other address.
pub(super) fn path_of(address: &str) -> Option<PathBuf> {
    let rest = address.strip_prefix("file:")?;
    // `file:///path`, `file://localhost/path`, `file:/path`.
    let rest = match rest.strip_prefix("//") {
        Some(rest) => &rest[rest.find('/')?..],
        None => rest,
    };
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let bytes = decoded(rest)?;
    let text = String::from_utf8(bytes).ok()?;
    if text.contains('\0') {
        return None;
    }
    // `/C:/clues` on Windows.
    let text = match text.as_bytes() {
        [b'/', letter, b':', ..] if letter.is_ascii_alphabetic() && cfg!(windows) => {
            text[1..].to_owned()
        }
        _ => text,
    };
    Some(PathBuf::from(text))
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let value = digit(rest.next())? * 16 + digit(rest.next())?;
        bytes.push(u8::try_from(value).ok()?);
    }
    Some(bytes)
}

/// The address of a path.
pub(super) fn address_of(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let mut address = String::from("file://");
    if !text.starts_with('/') {
        address.push('/');
    }
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                address.push(char::from(byte));
            }
            other => address.push_str(&format!("%{other:02X}")),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_paths() {
        #[track_caller]
        fn case(address: &str, expected: Option<&str>) {
            assert_eq!(path_of(address), expected.map(PathBuf::from));
        }
        case("file:///a/b%20c.yaml", Some("/a/b c.yaml"));
        case("file:///%E7%BA%BF%E7%B4%A2/x", Some("/线索/x"));
        case("file://localhost/a", Some("/a"));
        case("file:///a#L3", Some("/a"));
        case("file:///a%2", None);
        case("file:///a%ff", None);
        case("untitled:Untitled-1", None);
        case("http://x/a", None);
        assert_eq!(address_of(Path::new("/线 a/b")), "file:///%E7%BA%BF%20a/b");
    }
}
