//! The entries of an index, read one after the other, and where each of its parts stands.
//! It changes nothing, and looks at no file.
//!
//! The format, versions 2 to 4, is that of gitformat-index(5).

use crate::git::index::IndexFault;
use crate::text::Bilingual;

/// Bytes of an entry before its path, without the extended flags.
pub(super) const FIXED: usize = 62;
/// Where an entry holds the seconds of its file's last change of status, and of its bytes.
pub(super) const CHANGED: usize = 0;
pub(super) const MODIFIED: usize = 8;
/// Where an entry holds the number of its file's inode, its mode, and its size.
pub(super) const INODE: usize = 20;
pub(super) const MODE: usize = 24;
pub(super) const SIZE: usize = 36;
/// Where an entry holds the id of its blob.
pub(super) const ID: usize = 40;
/// Bytes of a SHA-1.
pub(super) const HASH: usize = 20;
/// The flag by which further flags follow.
const EXTENDED: u16 = 0x4000;

/// The bytes of an index without the checksum at its end.
pub(super) fn body_of(bytes: &[u8]) -> Result<&[u8], IndexFault> {
    let end = bytes.len().checked_sub(HASH).filter(|end| *end >= 12);
    Ok(&bytes[..end.ok_or_else(damaged)?])
}

/// Where a folder of the cache of trees begins: its name and a NUL, then how many entries it has (less than none where that
/// is unknown) and how many folders follow.
pub(super) struct CacheLine {
    pub(super) name_end: usize,
    pub(super) line_end: usize,
    pub(super) count: i64,
    pub(super) folders: usize,
}

/// Reads the first line of a folder in the cache of trees; none where it is none.
pub(super) fn cache_line(data: &[u8]) -> Option<CacheLine> {
    let name_end = data.iter().position(|byte| *byte == 0)?;
    let line_end = name_end + data[name_end..].iter().position(|byte| *byte == b'\n')?;
    let numbers = std::str::from_utf8(&data[name_end + 1..line_end]).ok()?;
    let (count, folders) = numbers.split_once(' ')?;
    let count: i64 = count.parse().ok()?;
    let folders: usize = folders.parse().ok()?;
    Some(CacheLine {
        name_end,
        line_end,
        count,
        folders,
    })
}

/// Goes through the entries of an index.
pub(super) struct Entries<'a> {
    body: &'a [u8],
    pub(super) version: u32,
    /// How many entries there are.
    pub(super) count: u32,
    /// Where the next entry begins; behind the last one, the first extension.
    pub(super) position: usize,
    /// The path of the entry read last; version 4 leaves out what it shares with the one before.
    pub(super) path: Vec<u8>,
}

impl<'a> Entries<'a> {
    /// Begins with the first entry; `body` is the index without its checksum.
    pub(super) fn new(body: &'a [u8]) -> Result<Self, IndexFault> {
        if body.get(..4) != Some(b"DIRC".as_slice()) {
            return Err(damaged());
        }
        let version = number(body, 4)?;
        if !(2..=4).contains(&version) {
            return Err(unsupported(
                format!("git's index has the format {version}, which is not known"),
                format!("git 的索引格式为 {version}，无法识别"),
                "git update-index --index-version 2",
            ));
        }
        Ok(Self {
            body,
            version,
            count: number(body, 8)?,
            position: 12,
            path: Vec::new(),
        })
    }

    /// Reads the entry at the position into `path`; gives its flags.
    pub(super) fn next(&mut self) -> Result<u16, IndexFault> {
        let start = self.position;
        let fixed = self.body.get(start..start + FIXED).ok_or_else(damaged)?;
        let flags = u16::from_be_bytes([fixed[60], fixed[61]]);
        let extended = if flags & EXTENDED != 0 && self.version >= 3 {
            2
        } else {
            0
        };
        let mut at = start + FIXED + extended;
        if self.version == 4 {
            let strip = self.varint(&mut at)?;
            let keep = self.path.len().checked_sub(strip).ok_or_else(damaged)?;
            self.path.truncate(keep);
        } else {
            self.path.clear();
        }
        let rest = self.body.get(at..).ok_or_else(damaged)?;
        let known = usize::from(flags & 0x0fff);
        let length = if self.version < 4 && known < 0x0fff {
            known
        } else {
            rest.iter()
                .position(|byte| *byte == 0)
                .ok_or_else(damaged)?
        };
        self.path
            .extend_from_slice(rest.get(..length).ok_or_else(damaged)?);
        at += length;
        self.position = if self.version == 4 {
            at + 1
        } else {
            start + (at - start + 8) / 8 * 8
        };
        if self.position > self.body.len() {
            return Err(damaged());
        }
        Ok(flags)
    }

    /// Where every entry begins; afterwards the position is behind the last. Paths are read only where that cannot be helped.
    pub(super) fn places(&mut self) -> Result<Vec<usize>, IndexFault> {
        let mut places = Vec::with_capacity(self.count as usize);
        for _ in 0..self.count {
            places.push(self.position);
            match self.short(self.position) {
                Some(length) => {
                    self.position += (FIXED + length + 8) / 8 * 8;
                }
                None => {
                    self.next()?;
                }
            }
        }
        if self.position > self.body.len() {
            return Err(damaged());
        }
        Ok(places)
    }

    /// How many bytes the path of an entry has, where the entry tells it, and has no further flags.
    fn short(&self, start: usize) -> Option<usize> {
        let flags = self.body.get(start + 60..start + FIXED)?;
        let flags = u16::from_be_bytes([flags[0], flags[1]]);
        let length = flags & 0x0fff;
        let is_plain = self.version < 4 && flags & EXTENDED == 0 && length < 0x0fff;
        is_plain.then_some(usize::from(length))
    }

    /// The path of the entry that begins at a place, in a version in which entries stand by themselves.
    pub(super) fn path_at(&self, start: usize) -> Option<&'a [u8]> {
        if let Some(length) = self.short(start) {
            return self.body.get(start + FIXED..start + FIXED + length);
        }
        let flags = self.body.get(start + 60..start + FIXED)?;
        let extended = if flags[0] & 0x40 != 0 { 2 } else { 0 };
        let rest = self.body.get(start + FIXED + extended..)?;
        rest.split(|byte| *byte == 0).next()
    }

    /// The flags of the entry that begins at a place.
    pub(super) fn flags_at(&self, start: usize) -> u16 {
        let flags = self.body.get(start + 60..start + FIXED);
        flags.map_or(0, |flags| u16::from_be_bytes([flags[0], flags[1]]))
    }

    /// Whether an entry only says that a file is to be added later (`git add --intent-to-add`).
    pub(super) fn is_intent(&self, start: usize, flags: u16) -> bool {
        flags & EXTENDED != 0
            && self
                .body
                .get(start + FIXED)
                .is_some_and(|byte| byte & 0x20 != 0)
    }

    /// git's offset encoding: seven bits a byte, each further byte adding one.
    fn varint(&self, at: &mut usize) -> Result<usize, IndexFault> {
        let mut byte = *self.body.get(*at).ok_or_else(damaged)?;
        *at += 1;
        let mut value = usize::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = *self.body.get(*at).ok_or_else(damaged)?;
            *at += 1;
            value = value
                .checked_add(1)
                .and_then(|value| value.checked_mul(128))
                .ok_or_else(damaged)?;
            value += usize::from(byte & 0x7f);
        }
        Ok(value)
    }
}

/// Why an index with an extension of this name cannot be used; none where the extension may be passed over.
pub(super) fn refused(name: &[u8]) -> Option<IndexFault> {
    match name {
        b"link" => Some(unsupported(
            "git's index is split",
            "git 的索引是拆分的（split index）",
            "git update-index --no-split-index",
        )),
        b"sdir" => Some(unsupported(
            "git's index is sparse",
            "git 的索引是稀疏的（sparse index）",
            "git sparse-checkout disable",
        )),
        // A small letter means: nobody may pass over this without knowing it.
        other if other[0].is_ascii_lowercase() => {
            let name = String::from_utf8_lossy(other);
            Some(unsupported(
                format!("git's index has the extension {name}, which is not known"),
                format!("git 的索引含有无法识别的扩展 {name}"),
                "git reset",
            ))
        }
        _ => None,
    }
}

/// A number of four bytes.
pub(super) fn number(bytes: &[u8], at: usize) -> Result<u32, IndexFault> {
    let four = bytes.get(at..at + 4).ok_or_else(damaged)?;
    Ok(u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
}

fn unsupported(en: impl Into<String>, zh: impl Into<String>, remedy: &'static str) -> IndexFault {
    IndexFault::Unsupported {
        why: Bilingual::new(en, zh),
        remedy,
    }
}

/// The fault of an index whose bytes end, or go on, where they should not.
pub(super) fn damaged() -> IndexFault {
    unsupported("git's index is damaged", "git 的索引已损坏", "git reset")
}
