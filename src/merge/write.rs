//! The text of a merged value: by lines where they say exactly that, else our text with the values changed.
//! It never gives a text that it has not read again and found to say what was meant.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use crate::git::{Favour, merge_text};
use crate::merge::{MARKER_SIZE, list, read};
use crate::text::{Bilingual, Span, shorten, visible_line};
use crate::yaml::{Edit, Path, Segment, edit};

/// How many bytes are read anew for a change of values at most: each edit reads its whole text again.
const MOST_READ: usize = 256 * 1024 * 1024;
/// How long two versions are compared for the narrowest conflict.
const MOST_TIME: Duration = Duration::from_secs(2);
/// How many comments that could not be kept are told.
const MOST_NOTES: usize = 20;

/// The three texts.
pub(super) struct Sides<'t> {
    pub(super) before: &'t str,
    pub(super) ours: &'t str,
    pub(super) theirs: &'t str,
    pub(super) marker_size: u16,
}

impl Sides<'_> {
    /// The text of a value that both sides agree on, with what could not be kept of their comments.
    pub(super) fn agreed(&self, ours: &Json, merged: &Json) -> Option<(Vec<u8>, Vec<Bilingual>)> {
        let says = |text: &[u8]| {
            let text = std::str::from_utf8(text).ok();
            text.and_then(read).as_ref() == Some(merged)
        };
        let (own, other) = (self.ours, self.theirs);
        let by_lines = [
            (own, other, Favour::Markers),
            (own, other, Favour::Union),
            (other, own, Favour::Union),
        ];
        for (one, two, favour) in by_lines {
            if let Some((text, true)) = self.lines(one, two, favour)
                && says(&text)
            {
                return Some((text, Vec::new()));
            }
        }
        let text = changed(self.ours, ours, merged)?;
        let notes = self.comments_lost(&text);
        says(text.as_bytes()).then(|| (text.into_bytes(), notes))
    }

    /// The text where the sides contradict, with markers around what differs between the two views alone.
    pub(super) fn disputed(
        &self,
        ours: &Json,
        here: &Json,
        there: &Json,
    ) -> (Vec<u8>, Vec<Bilingual>) {
        let says = |favour, view: &Json| {
            let text = self.lines(self.ours, self.theirs, favour);
            let text = text.and_then(|(text, _)| String::from_utf8(text).ok());
            text.as_deref().and_then(read).as_ref() == Some(view)
        };
        if let Some((text, false)) = self.lines(self.ours, self.theirs, Favour::Markers)
            && says(Favour::Ours, here)
            && says(Favour::Theirs, there)
        {
            return (text, Vec::new());
        }
        let views = changed(self.ours, ours, here)
            .and_then(|own| Some((changed(&own, here, there)?, own)))
            .filter(|(other, own)| {
                read(own).as_ref() == Some(here) && read(other).as_ref() == Some(there)
            });
        match views {
            Some((other, own)) => {
                let text = both(own.as_bytes(), other.as_bytes(), self.marker_size);
                let notes = self.comments_lost(&String::from_utf8_lossy(&text));
                (text, notes)
            }
            None => {
                let text = both(
                    self.ours.as_bytes(),
                    self.theirs.as_bytes(),
                    self.marker_size,
                );
                (text, Vec::new())
            }
        }
    }

    fn lines(&self, one: &str, two: &str, favour: Favour) -> Option<(Vec<u8>, bool)> {
        let before = self.before.as_bytes();
        let size = match favour {
            Favour::Markers => self.marker_size,
            _ => MARKER_SIZE,
        };
        merge_text(before, one.as_bytes(), two.as_bytes(), favour, size)
    }

    /// Comments that the other side added and that stand nowhere in a text.
    fn comments_lost(&self, text: &str) -> Vec<Bilingual> {
        let comments = |text: &str| -> HashSet<String> {
            let lines = text.lines().map(str::trim);
            lines
                .filter(|line| line.starts_with('#'))
                .map(str::to_owned)
                .collect()
        };
        let (kept, old) = (comments(text), comments(self.before));
        let lines = self.theirs.lines().map(str::trim);
        let lost = lines
            .filter(|line| line.starts_with('#') && !kept.contains(*line) && !old.contains(*line));
        let told = lost.take(MOST_NOTES).map(|line| {
            let line = shorten(&visible_line(line), 100);
            Bilingual::new(
                format!("a comment of the other side found no place: {line}"),
                format!("对方的一条注释未能保留：{line}"),
            )
        });
        told.collect()
    }
}

/// Two versions in one text: what they share once, what differs between conflict markers.
pub(super) fn both(ours: &[u8], theirs: &[u8], marker_size: u16) -> Vec<u8> {
    let split =
        |text| -> Vec<&[u8]> { <[u8]>::split_inclusive(text, |&byte| byte == b'\n').collect() };
    let (own, other) = (split(ours), split(theirs));
    let has_returns = [ours, theirs]
        .iter()
        .any(|text| text.windows(2).any(|pair| pair == b"\r\n"));
    let line_break: &[u8] = if has_returns { b"\r\n" } else { b"\n" };
    let mut text: Vec<u8> = Vec::with_capacity(ours.len() + theirs.len());
    let until = Instant::now() + MOST_TIME;
    for operation in capture_diff_slices_deadline(Algorithm::Myers, &own, &other, Some(until)) {
        let (old, new) = (operation.old_range(), operation.new_range());
        if matches!(operation, DiffOp::Equal { .. }) {
            text.extend(own[old].concat());
            continue;
        }
        let parts = [
            (b'<', " ours", own[old].concat()),
            (b'=', "", other[new].concat()),
            (b'>', " theirs", Vec::new()),
        ];
        for (sign, label, part) in parts {
            // A marker stands on a line of its own.
            if !text.is_empty() && !text.ends_with(b"\n") {
                text.extend(line_break);
            }
            text.extend(std::iter::repeat_n(sign, usize::from(marker_size)));
            text.extend(label.as_bytes());
            text.extend(line_break);
            text.extend(part);
        }
    }
    text
}

/// A text with the values of another value; `None` where it cannot be written.
fn changed(text: &str, old: &Json, new: &Json) -> Option<String> {
    let mut edits = Vec::new();
    differences(old, new, &mut Vec::new(), &mut edits);
    if edits.len().saturating_mul(text.len()) > MOST_READ {
        return None;
    }
    edit("", text, Span::new(0, text.len()), &edits).ok()
}

/// The edits that make one value of another.
fn differences(old: &Json, new: &Json, path: &mut Path, edits: &mut Vec<Edit>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Json::Object(before), Json::Object(after)) if !before.is_empty() && !after.is_empty() => {
            for key in before.keys().filter(|key| !after.contains_key(*key)) {
                edits.push(Edit::Remove {
                    path: with(path, key.as_str()),
                });
            }
            for (key, value) in after {
                match before.get(key) {
                    Some(present) => {
                        path.push(key.as_str().into());
                        differences(present, value, path, edits);
                        path.pop();
                    }
                    None => edits.push(Edit::Set {
                        path: with(path, key.as_str()),
                        value: value.clone(),
                    }),
                }
            }
        }
        (Json::Array(before), Json::Array(after)) if !before.is_empty() && !after.is_empty() => {
            items(before, after, path, edits);
        }
        _ => edits.push(Edit::Set {
            path: path.clone(),
            value: new.clone(),
        }),
    }
}

/// The edits of a list: items that go, then those that come or change, from the first on.
fn items(before: &[Json], after: &[Json], path: &mut Path, edits: &mut Vec<Edit>) {
    // What changed its place goes and comes again.
    let mut last = None;
    let kept: Vec<Option<usize>> = list::pair(before, after)
        .into_iter()
        .map(|old| {
            let old = old.filter(|&old| last.is_none_or(|last| old > last))?;
            last = Some(old);
            Some(old)
        })
        .collect();
    let stays: HashSet<usize> = kept.iter().flatten().copied().collect();
    if stays.is_empty() {
        edits.push(Edit::Set {
            path: path.clone(),
            value: Json::Array(after.to_vec()),
        });
        return;
    }
    for index in (0..before.len())
        .rev()
        .filter(|index| !stays.contains(index))
    {
        edits.push(Edit::Remove {
            path: with(path, index),
        });
    }
    for (index, (item, old)) in after.iter().zip(kept).enumerate() {
        match old {
            Some(old) => {
                path.push(index.into());
                differences(&before[old], item, path, edits);
                path.pop();
            }
            None => edits.push(Edit::Insert {
                path: path.clone(),
                index,
                value: item.clone(),
            }),
        }
    }
}

fn with(path: &Path, last: impl Into<Segment>) -> Path {
    let mut path = path.clone();
    path.push(last.into());
    path
}
