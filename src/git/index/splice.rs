//! The bytes of an index with some entries changed: those are made anew, all others are copied as they are.
//! It never parses what it copies, beyond finding where each entry ends.
//!
//! libgit2 parses and rewrites the whole index for one changed entry. The format, versions 2 to 4, is that of
//! gitformat-index(5).

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::time::Duration;

use sha1::{Digest, Sha1};

use crate::git::index::entry::{
    CacheLine, Entries, FIXED, HASH, ID, MODE, MODIFIED, SIZE, body_of, cache_line, damaged,
    number, refused,
};
use crate::git::index::{IndexFault, Touched};
use crate::git::store::FileState;

/// Paths, and where the entry of each begins.
type Places = Vec<(String, usize)>;

/// The bytes of a changed index, still without its checksum and without what the touched files are on the disk.
pub(super) struct Spliced {
    pub(super) bytes: Vec<u8>,
    /// Where the entry of each touched path begins.
    entries: Places,
    /// What the touched entries held before.
    pub(super) replaced: Vec<(String, [u8; HASH])>,
    /// With index.skipHash git leaves the checksum zero, and so do we.
    hashed: bool,
}

impl Spliced {
    /// Writes what the files are on the disk into their entries, and the checksum at the end.
    pub(super) fn finish(&mut self, states: &BTreeMap<String, FileState>) {
        for (path, start) in &self.entries {
            let Some(state) = states.get(path) else {
                continue;
            };
            let times = [
                state.changed.0.cast_unsigned(),
                state.changed.1,
                state.modified.0.cast_unsigned(),
                state.modified.1,
                state.device,
                state.inode,
            ];
            let rest = [state.user, state.group, state.size];
            let mut put = |at: usize, values: &[u32]| {
                for (index, value) in values.iter().enumerate() {
                    let at = start + at + index * 4;
                    self.bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
                }
            };
            put(0, &times);
            put(MODE + 4, &rest);
        }
        let checksum = if self.hashed {
            Sha1::digest(&self.bytes).to_vec()
        } else {
            vec![0; HASH]
        };
        self.bytes.extend_from_slice(&checksum);
    }
}

/// Changes the touched entries of an index; `old` is empty where there is no index yet.
///
/// `written` is when the old index was written: an entry whose file changed in that second or later may have changed
/// again without a trace in its times, and gets the size 0, by which git knows that it must look (racy git).
pub(super) fn splice(
    old: &[u8],
    written: Option<Duration>,
    touched: &Touched,
) -> Result<Spliced, IndexFault> {
    const EMPTY: &[u8] = b"DIRC\0\0\0\x02\0\0\0\0";
    let (body, hashed) = if old.is_empty() {
        (EMPTY, true)
    } else {
        (
            body_of(old)?,
            old[old.len() - HASH..].iter().any(|byte| *byte != 0),
        )
    };
    let read = Entries::new(body)?;
    let version = read.version;
    let mut splicer = Splicer {
        read,
        body,
        version,
        written: written.map(|since| since.as_secs()),
        out: Vec::with_capacity(old.len() + touched.len() * 160 + 64),
        written_path: Vec::new(),
        count: 0,
        run: 12,
        dirty: false,
        encoded: 0,
        entries: Vec::new(),
        replaced: Vec::new(),
    };
    splicer.out.extend_from_slice(&body[..12]);
    splicer.all_entries(number(body, 8)?, touched)?;
    let replaced = std::mem::take(&mut splicer.replaced);
    let (bytes, entries) = splicer.finish(touched)?;
    Ok(Spliced {
        bytes,
        entries,
        replaced,
        hashed,
    })
}

struct Splicer<'a> {
    /// The entries of the old index, read one after the other.
    read: Entries<'a>,
    body: &'a [u8],
    version: u32,
    /// Seconds since 1970 at which the old index was written.
    written: Option<u64>,
    out: Vec<u8>,
    /// The path of the entry written last, kept for version 4 only.
    written_path: Vec<u8>,
    count: u32,
    /// Where the untouched bytes begin that are not copied yet.
    run: usize,
    /// Whether the next entry of version 4 must be encoded anew, since another one goes before it now.
    dirty: bool,
    /// Bytes of the entry that was encoded anew last.
    encoded: usize,
    replaced: Vec<(String, [u8; HASH])>,
    /// Where each touched entry begins in `out`.
    entries: Places,
}

impl Splicer<'_> {
    fn all_entries(&mut self, count: u32, touched: &Touched) -> Result<(), IndexFault> {
        let mut pending = touched.iter().peekable();
        for _ in 0..count {
            let start = self.read.position;
            let flags = self.read.next()?;
            while let Some((path, change)) =
                pending.next_if(|(path, _)| path.as_bytes().cmp(&self.read.path) == Ordering::Less)
            {
                self.copy_to(start);
                self.insert(path, change.as_ref());
            }
            let same = pending
                .peek()
                .is_some_and(|(path, _)| path.as_bytes() == self.read.path.as_slice());
            if same {
                if flags & 0x3000 != 0 {
                    return Err(IndexFault::Conflicted {
                        path: String::from_utf8_lossy(&self.read.path).into_owned(),
                    });
                }
                self.copy_to(start);
                self.run = self.read.position;
                if let Some((path, change)) = pending.next() {
                    let mut held = [0; HASH];
                    held.copy_from_slice(&self.body[start + ID..start + ID + HASH]);
                    self.replaced.push((path.clone(), held));
                    self.insert(path, change.as_ref());
                }
                self.dirty = true;
                continue;
            }
            if self.dirty && self.version == 4 {
                self.copy_to(start);
                self.encode_again(start);
                self.run = self.read.position;
            }
            self.dirty = false;
            self.count += 1;
            self.smudge(start);
            if self.version == 4 {
                self.written_path.clone_from(&self.read.path);
            }
        }
        self.copy_to(self.read.position);
        for (path, change) in pending {
            self.insert(path, change.as_ref());
        }
        self.run = self.read.position;
        self.out[8..12].copy_from_slice(&self.count.to_be_bytes());
        Ok(())
    }

    /// Marks an entry of the old index, read and not yet copied, that may be racy.
    fn smudge(&mut self, start: usize) {
        let body = self.body;
        let four =
            |at: usize| u32::from_be_bytes([body[at], body[at + 1], body[at + 2], body[at + 3]]);
        let racy = self
            .written
            .is_none_or(|written| u64::from(four(start + MODIFIED)) >= written);
        if !racy || four(start + SIZE) == 0 {
            return;
        }
        let is_encoded = self.run >= self.read.position;
        self.copy_to(self.read.position);
        // The entry stands at the end of what is written, whether it was copied or encoded anew.
        let length = if is_encoded {
            self.encoded
        } else {
            self.read.position - start
        };
        let at = self.out.len() - length + SIZE;
        self.out[at..at + 4].fill(0);
    }

    fn copy_to(&mut self, end: usize) {
        if self.run < end {
            self.out.extend_from_slice(&self.body[self.run..end]);
        }
        self.run = end;
    }

    fn insert(&mut self, path: &str, change: Option<&[u8; HASH]>) {
        self.dirty = true;
        let Some(id) = change else { return };
        let start = self.out.len();
        // What the file is on the disk is filled in when it is written.
        self.out.extend_from_slice(&[0; MODE]);
        self.out.extend_from_slice(&0o100_644_u32.to_be_bytes());
        self.out.extend_from_slice(&[0; 12]);
        self.out.extend_from_slice(id);
        let length = u16::try_from(path.len()).unwrap_or(u16::MAX).min(0x0fff);
        self.out.extend_from_slice(&length.to_be_bytes());
        self.write_path(path.as_bytes(), start);
        self.entries.push((path.to_owned(), start));
        self.count += 1;
    }

    /// Writes the entry that stands at `start` of the old index after another predecessor than it had.
    fn encode_again(&mut self, start: usize) {
        let flags = u16::from_be_bytes([self.body[start + 60], self.body[start + 61]]);
        let extended = if flags & 0x4000 != 0 { 2 } else { 0 };
        let from = self.out.len();
        self.out
            .extend_from_slice(&self.body[start..start + FIXED + extended]);
        let path = self.read.path.clone();
        self.write_path(&path, from);
        self.encoded = self.out.len() - from;
    }

    fn write_path(&mut self, path: &[u8], start: usize) {
        if self.version == 4 {
            let shared = self
                .written_path
                .iter()
                .zip(path)
                .take_while(|(left, right)| left == right)
                .count();
            write_varint(&mut self.out, self.written_path.len() - shared);
            self.out.extend_from_slice(&path[shared..]);
            self.out.push(0);
            self.written_path = path.to_vec();
        } else {
            self.out.extend_from_slice(path);
            let length = (self.out.len() - start + 8) / 8 * 8;
            self.out.resize(start + length, 0);
        }
    }

    /// Copies the extensions that stay true, and the cache of trees without the touched folders.
    fn finish(mut self, touched: &Touched) -> Result<(Vec<u8>, Places), IndexFault> {
        let paths: Vec<&str> = touched.keys().map(String::as_str).collect();
        while self.read.position < self.body.len() {
            let header = self
                .body
                .get(self.read.position..self.read.position + 8)
                .ok_or_else(damaged)?;
            let length = number(self.body, self.read.position + 4)? as usize;
            let data = self
                .body
                .get(self.read.position + 8..self.read.position + 8 + length)
                .ok_or_else(damaged)?;
            match &header[..4] {
                b"TREE" => {
                    let mut cache = Vec::with_capacity(data.len());
                    if copy_tree(data, &paths, &mut cache).is_some() {
                        self.out.extend_from_slice(b"TREE");
                        self.out.extend_from_slice(
                            &u32::try_from(cache.len()).unwrap_or(0).to_be_bytes(),
                        );
                        self.out.extend_from_slice(&cache);
                    }
                }
                other if let Some(fault) = refused(other) => return Err(fault),
                // Caches of the untracked files, the file monitor and offsets: wrong now, and git makes them again.
                _ => {}
            }
            self.read.position += 8 + length;
        }
        Ok((self.out, self.entries))
    }
}

/// Copies one folder of the cache of trees with all below it; a touched one is marked as unknown. Gives what follows.
fn copy_tree<'a>(data: &'a [u8], touched: &[&str], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    let CacheLine {
        name_end,
        line_end,
        count,
        folders,
    } = cache_line(data)?;
    let mut rest = &data[line_end + 1..];
    out.extend_from_slice(&data[..=name_end]);
    if touched.is_empty() && count >= 0 {
        out.extend_from_slice(&data[name_end + 1..=line_end]);
        out.extend_from_slice(rest.get(..HASH)?);
    } else {
        out.extend_from_slice(format!("-1 {folders}\n").as_bytes());
    }
    if count >= 0 {
        rest = rest.get(HASH..)?;
    }
    for _ in 0..folders {
        let end = rest.iter().position(|byte| *byte == 0)?;
        let name = &rest[..end];
        let inside: Vec<&str> = touched
            .iter()
            .filter_map(|path| {
                let (first, below) = path.split_once('/')?;
                (first.as_bytes() == name).then_some(below)
            })
            .collect();
        rest = copy_tree(rest, &inside, out)?;
    }
    Some(rest)
}

fn write_varint(out: &mut Vec<u8>, mut value: usize) {
    let mut bytes = vec![(value & 0x7f) as u8];
    value >>= 7;
    while value > 0 {
        value -= 1;
        bytes.push(0x80 | (value & 0x7f) as u8);
        value >>= 7;
    }
    bytes.reverse();
    out.extend_from_slice(&bytes);
}
