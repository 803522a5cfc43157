//! The textual three-way merge, as git itself does it.
//! It knows nothing of what the lines mean, and never sees a repository.

use git2::{FileFavor, MergeFileInput, MergeFileOptions};

/// How many bytes git looks at to tell text from anything else.
const LOOKED_AT: usize = 8_000;

/// What stands where both sides changed the same lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Favour {
    /// Both, between conflict markers.
    Markers,
    /// The lines of our side.
    Ours,
    /// The lines of their side.
    Theirs,
    /// Our lines, and then theirs.
    Union,
}

/// Whether git takes bytes for something else than text.
pub fn is_binary(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(LOOKED_AT)].contains(&0)
}

/// Merges lines; gives the text, and whether it is free of conflict markers. `None` where one of the three is no text.
///
/// `marker_size` is the length of the conflict markers.
pub fn merge_text(
    base: &[u8],
    ours: &[u8],
    theirs: &[u8],
    favour: Favour,
    marker_size: u16,
) -> Option<(Vec<u8>, bool)> {
    if [base, ours, theirs].into_iter().any(is_binary) {
        return None;
    }
    let input = |bytes| {
        let mut input = MergeFileInput::new();
        input.content(bytes);
        input
    };
    let mut options = MergeFileOptions::new();
    options
        .our_label("ours")
        .their_label("theirs")
        .marker_size(marker_size)
        .favor(match favour {
            Favour::Markers => FileFavor::Normal,
            Favour::Ours => FileFavor::Ours,
            Favour::Theirs => FileFavor::Theirs,
            Favour::Union => FileFavor::Union,
        });
    let merged = git2::merge_file(
        &input(base),
        &input(ours),
        &input(theirs),
        Some(&mut options),
    )
    .ok()?;
    Some((merged.content().to_vec(), merged.is_automergeable()))
}
