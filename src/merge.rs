//! Three-way merging of a clue's records by what they say, field by field and entry by entry, not by lines.
//! Pure: bytes come in, bytes and contradictions go out. It knows no rulebook, never reads the disk, and never drops what a
//! side has added: what cannot be brought together stands in the result twice, between git's conflict markers.

mod card;
mod list;
#[cfg(test)]
mod tests;
mod value;
mod write;

use serde_json::Value as Json;

use crate::diagnostic::any_error;
use crate::files::file_name;
use crate::git::{Favour, is_binary, merge_text};
use crate::markdown;
use crate::text::{Bilingual, Span};
use crate::yaml::{Node, Value, parse_at};

/// The usual length of a conflict marker.
pub const MARKER_SIZE: u16 = 7;

/// Something that the two sides say differently, and that only people can decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The field, as people write it: `receipt.handler`; empty for the file as a whole.
    pub field: String,
    pub message: Bilingual,
}

/// What a merge gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The merged file; `None` where it is deleted.
    pub bytes: Option<Vec<u8>>,
    /// Why there are conflict markers; none where the merge is clean.
    pub contradictions: Vec<Contradiction>,
    /// What could not be kept although nothing contradicts: comments at places that had to be written anew.
    pub notes: Vec<Bilingual>,
}

impl Merged {
    fn clean(bytes: Option<&[u8]>) -> Self {
        Self {
            bytes: bytes.map(<[u8]>::to_vec),
            contradictions: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Whether nothing is left to be decided.
    pub fn is_clean(&self) -> bool {
        self.contradictions.is_empty()
    }
}

/// Merges the two versions of a file that came of a common one; each may be absent.
///
/// `path` tells by its name what the file is: `clue.yaml` the index card, `.yaml` a record, `.md` a report.
/// `marker_size` is the length of the conflict markers.
pub fn merge(
    path: &str,
    base: Option<&[u8]>,
    ours: Option<&[u8]>,
    theirs: Option<&[u8]>,
    marker_size: u16,
) -> Merged {
    if ours == theirs || theirs == base {
        return Merged::clean(ours);
    }
    if ours == base {
        return Merged::clean(theirs);
    }
    let (Some(own), Some(other)) = (ours, theirs) else {
        return deleted(ours, theirs, marker_size);
    };
    // git gives an empty file where there was none.
    let before = base.unwrap_or_default();
    if [before, own, other].into_iter().any(is_binary) {
        return Merged {
            contradictions: vec![whole(
                "both sides changed this file, which is no text: this side's is kept here, the other one stands in git (git checkout --theirs)",
                "双方都改动了此文件，而它不是文本：这里保留我方的版本，对方的版本可用 git checkout --theirs 取得",
            )],
            ..Merged::clean(Some(own))
        };
    }
    let texts = [before, own, other].map(|bytes| std::str::from_utf8(bytes).ok());
    if let [Some(before), Some(own), Some(other)] = texts {
        let before = alike(own, before);
        let other = alike(own, other);
        let merged = if path.ends_with(".md") {
            report(path, &before, own, &other, marker_size)
        } else {
            record(path, &before, own, &other, marker_size)
        };
        if let Some(merged) = merged {
            return merged;
        }
    }
    lines(before, own, other, marker_size)
}

/// One side deleted the file, and the other changed it.
fn deleted(ours: Option<&[u8]>, theirs: Option<&[u8]>, marker_size: u16) -> Merged {
    let found = match ours {
        None => whole(
            "this side deleted the file, and the other changed it",
            "我方删除了此文件，而对方作了改动",
        ),
        Some(_) => whole(
            "the other side deleted the file, and this one changed it",
            "对方删除了此文件，而我方作了改动",
        ),
    };
    let (own, other) = (ours.unwrap_or_default(), theirs.unwrap_or_default());
    let bytes = if is_binary(own) || is_binary(other) {
        [own, other].concat()
    } else {
        write::both(own, other, marker_size)
    };
    Merged {
        bytes: Some(bytes),
        contradictions: vec![found],
        notes: Vec::new(),
    }
}

/// Merges by lines alone: for what cannot be read as what it should be.
fn lines(before: &[u8], own: &[u8], other: &[u8], marker_size: u16) -> Merged {
    match merge_text(before, own, other, Favour::Markers, marker_size) {
        Some((bytes, true)) => Merged::clean(Some(&bytes)),
        Some((bytes, false)) => Merged {
            contradictions: vec![whole(
                "both sides changed the same lines, and the file cannot be read as a record on both",
                "双方改动了相同的行，而文件并非在双方都能作为记录读取",
            )],
            ..Merged::clean(Some(&bytes))
        },
        None => Merged {
            contradictions: vec![whole(
                "the two versions could not be merged",
                "两个版本无法合并",
            )],
            ..Merged::clean(Some(&write::both(own, other, marker_size)))
        },
    }
}

/// A YAML record; `None` where it has to be merged by lines.
fn record(path: &str, before: &str, own: &str, other: &str, marker_size: u16) -> Option<Merged> {
    let is_card = file_name(path) == "clue.yaml";
    let merged = typed(is_card, before, own, other, marker_size)?;
    Some(Merged {
        bytes: Some(merged.text),
        contradictions: merged.contradictions,
        notes: merged.notes,
    })
}

/// A Markdown report: its front matter by fields, its text by lines; `None` where it has to be merged by lines as a whole.
fn report(path: &str, before: &str, own: &str, other: &str, marker_size: u16) -> Option<Merged> {
    let nothing = (Span::new(0, 0), Span::new(0, 0));
    let old = match before.trim().is_empty() {
        true => nothing,
        false => markdown::parts(path, before).ok()?,
    };
    let (front, body) = markdown::parts(path, own).ok()?;
    let (their_front, their_body) = markdown::parts(path, other).ok()?;
    let head = typed(
        false,
        &before[old.0.range()],
        &own[front.range()],
        &other[their_front.range()],
        marker_size,
    )?;
    let (text, is_clean) = merge_text(
        &before.as_bytes()[old.1.range()],
        &own.as_bytes()[body.range()],
        &other.as_bytes()[their_body.range()],
        Favour::Markers,
        marker_size,
    )?;
    let mut contradictions = head.contradictions;
    if !is_clean {
        contradictions.push(whole(
            "both sides changed the same paragraphs of the text",
            "双方改动了正文的相同段落",
        ));
    }
    let bytes = [
        &own.as_bytes()[..front.start],
        &head.text,
        &own.as_bytes()[front.end..body.start],
        &text,
    ]
    .concat();
    Some(Merged {
        bytes: Some(bytes),
        contradictions,
        notes: head.notes,
    })
}

/// A YAML text, merged.
struct Typed {
    text: Vec<u8>,
    contradictions: Vec<Contradiction>,
    notes: Vec<Bilingual>,
}

/// Merges YAML by what it says; `None` where one of the three cannot be read, or says what JSON has no way to hold.
fn typed(is_card: bool, before: &str, own: &str, other: &str, marker_size: u16) -> Option<Typed> {
    let old = match before.trim().is_empty() {
        true => None,
        false => Some(read(before)?),
    };
    let (ours, theirs) = (read(own)?, read(other)?);
    let mut contradictions = Vec::new();
    let merge = if is_card { card::merge } else { value::merge };
    let (here, there) = merge(
        old.as_ref(),
        Some(&ours),
        Some(&theirs),
        "",
        &mut contradictions,
    );
    // A record is never merged away: both sides have one.
    let (here, there) = (here?, there?);
    let sides = write::Sides {
        before,
        ours: own,
        theirs: other,
        marker_size,
    };
    if contradictions.is_empty() {
        if let Some((text, notes)) = sides.agreed(&ours, &here) {
            return Some(Typed {
                text,
                contradictions,
                notes,
            });
        }
        contradictions.push(whole(
            "nothing contradicts, but the merged record cannot be written without disturbing the layout: put it together by hand",
            "内容没有矛盾，但无法在不打乱版面的情况下写出合并结果，请手工合并",
        ));
        return Some(Typed {
            text: write::both(own.as_bytes(), other.as_bytes(), marker_size),
            contradictions,
            notes: Vec::new(),
        });
    }
    let (text, notes) = sides.disputed(&ours, &here, &there);
    Some(Typed {
        text,
        contradictions,
        notes,
    })
}

/// The value of a YAML text; `None` where it has errors, or a number that would not survive.
fn read(text: &str) -> Option<Json> {
    let (document, found) = parse_at("", text, 0);
    if any_error(&found) {
        return None;
    }
    let root = document?.root;
    is_exact(&root).then(|| root.to_json())
}

/// Whether every number of a tree is the same in JSON.
fn is_exact(node: &Node) -> bool {
    /// From here on, not every integer is a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match &node.value {
        Value::Float(number) => number.is_finite() && number.abs() < EXACT,
        Value::Sequence(items) => items.iter().all(is_exact),
        Value::Mapping(entries) => entries.iter().all(|entry| is_exact(&entry.value)),
        _ => true,
    }
}

/// A text with the line ends of another one: a checkout may have changed them on one side only.
fn alike<'t>(own: &str, text: &'t str) -> std::borrow::Cow<'t, str> {
    match (own.contains("\r\n"), text.contains("\r\n")) {
        (false, true) => text.replace("\r\n", "\n").into(),
        (true, false) => text.replace('\n', "\r\n").into(),
        _ => text.into(),
    }
}

/// A contradiction of the file as a whole.
fn whole(en: &str, zh: &str) -> Contradiction {
    Contradiction {
        field: String::new(),
        message: Bilingual::new(en, zh),
    }
}
