//! A finding as every output shows it: with the files that it was found in, and the commit where it is one of history.
//! It tells places, sentences and fingerprints, and knows no format.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Severity};
use crate::disclosure::Quiet;
use crate::files::{Files, MemoryFiles, join};
use crate::text::{Language, position, visible};
use crate::world::MAXIMUM_RECORD;

/// A finding, the files that it is in, and the commit that it belongs to, if it is one of history.
#[derive(Clone, Copy)]
pub struct Reported<'a> {
    pub diagnostic: &'a Diagnostic,
    /// The commit's full id.
    pub commit: Option<&'a str>,
    /// The files in which the finding's lines are counted; none where they are not at hand.
    pub files: Option<&'a dyn Files>,
}

impl<'a> Reported<'a> {
    /// Findings of one folder.
    pub fn all(diagnostics: &'a [Diagnostic], files: &'a dyn Files) -> Vec<Self> {
        let one = |diagnostic| Self {
            diagnostic,
            commit: None,
            files: Some(files),
        };
        diagnostics.iter().map(one).collect()
    }

    /// The rule of the rulebook, or else the code, by which people call the finding.
    pub(super) fn rule(&self) -> &'a str {
        let rule = self.diagnostic.rule.as_deref();
        rule.unwrap_or_else(|| self.diagnostic.code.name())
    }

    pub(super) fn is_error(&self) -> bool {
        self.diagnostic.severity == Severity::Error
    }
}

/// Lines and columns from 1, columns in characters; the end is the first column that is not meant any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

/// A finding with its place counted and its fingerprint taken.
pub(super) struct Placed<'a> {
    pub(super) reported: Reported<'a>,
    /// The finding in words that quote nothing that is kept back.
    pub(super) diagnostic: Cow<'a, Diagnostic>,
    /// Path below the top of the git repository; empty where the finding belongs to no file.
    pub(super) path: String,
    pub(super) region: Option<Region>,
    /// The same for the same fault, also where lines above it come or go; never that of another finding.
    pub(super) fingerprint: String,
}

impl Placed<'_> {
    /// What is wrong, by which rule and in which commit, and in a paragraph of its own what to do.
    pub(super) fn sentence(&self, language: Language) -> String {
        let diagnostic = &self.diagnostic;
        let key = diagnostic.procedure.as_deref().unwrap_or_default();
        let key = if key.is_empty() {
            String::new()
        } else {
            format!(", {key}")
        };
        let mut text = format!(
            "{} ({}{key})",
            diagnostic.message.get(language),
            self.reported.rule()
        );
        if let Some(commit) = self.reported.commit {
            let short: String = commit.chars().take(10).collect();
            text.push_str(&match language {
                Language::En => format!(", in commit {short}"),
                Language::Zh => format!("，提交 {short}"),
            });
        }
        if let Some(remedy) = &diagnostic.remedy {
            let label = match language {
                Language::En => "help: ",
                Language::Zh => "办法：",
            };
            text.push_str(&format!("\n{label}{}", remedy.get(language)));
        }
        visible(&text)
    }
}

/// A file that was read last: its commit and path, and its bytes.
type Read<'a> = ((Option<&'a str>, &'a str), Option<Arc<[u8]>>);

/// Places every finding; `prefix` is the folder of the clue repository below the top of the git repository.
pub(super) fn place<'a>(reported: &[Reported<'a>], prefix: &str) -> Vec<Placed<'a>> {
    let mut read: Option<Read<'_>> = None;
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    let mut placed = Vec::with_capacity(reported.len());
    let nothing = MemoryFiles::default();
    let mut quiet: Option<(Option<&str>, Quiet<'_>)> = None;
    for one in reported {
        // The records of one commit are those of one set of files.
        if quiet.as_ref().is_none_or(|(of, _)| *of != one.commit) {
            quiet = Some((one.commit, Quiet::of(one.files.unwrap_or(&nothing))));
        }
        let Some((_, quiet)) = &quiet else {
            continue;
        };
        let diagnostic = quiet.diagnostic(one.diagnostic);
        let inside = one.diagnostic.place.path.as_str();
        let key = (one.commit, inside);
        // Findings come in the order of files, so that each file is read once.
        if read.as_ref().is_none_or(|(of, _)| *of != key) {
            let bytes = one
                .files
                .filter(|_| !inside.is_empty())
                .and_then(|files| files.read(inside, MAXIMUM_RECORD).ok().flatten());
            read = Some((key, bytes));
        }
        let text = read.as_ref().and_then(|(_, bytes)| bytes.as_deref());
        let text = text.and_then(|bytes| std::str::from_utf8(bytes).ok());
        let span = one.diagnostic.place.span;
        let mut region = None;
        let mut line = Cow::Borrowed("");
        if let (Some(text), Some(span)) = (text, span) {
            let (start, end) = (
                position(text, span.start),
                position(text, span.end.max(span.start)),
            );
            region = Some(Region {
                line: start.line,
                column: start.column,
                end_line: end.line,
                end_column: end.column,
            });
            let written = text.lines().nth(start.line - 1).unwrap_or_default();
            line = quiet.source(inside, written.trim());
        }
        let base = fingerprint(one, &diagnostic, &line);
        let count = alike.entry(base.clone()).or_default();
        *count += 1;
        let path = if inside.is_empty() {
            String::new()
        } else {
            join(prefix, inside)
        };
        placed.push(Placed {
            reported: *one,
            diagnostic,
            path,
            region,
            fingerprint: format!("{base}:{count}"),
        });
    }
    placed
}

/// A digest of what makes a fault this fault. Numbers in the message are left out: they may be those of lines and days.
fn fingerprint(reported: &Reported<'_>, diagnostic: &Diagnostic, line: &str) -> String {
    let message = &diagnostic.message.en;
    let message: String = message
        .chars()
        .filter(|character| !character.is_ascii_digit())
        .collect();
    let mut digest = Sha256::new();
    for part in [
        diagnostic.code.name(),
        diagnostic.rule.as_deref().unwrap_or_default(),
        reported.commit.unwrap_or_default(),
        &diagnostic.place.path,
        &message,
        line,
    ] {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part.as_bytes());
    }
    let bytes = digest.finalize();
    bytes[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
