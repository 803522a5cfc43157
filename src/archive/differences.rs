//! What a package says of its files and what lies there, gathered so that each file is told once, with all that disagree.
//! It compares nothing itself.

use std::collections::BTreeMap;

use crate::diagnostic::Code;
use crate::text::Bilingual;

/// What names a file and its hash: a manifest, or another place in the package.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Witness {
    Manifest(String),
    Metadata,
    Trail,
}

/// How a file differs from what is said of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Difference {
    Missing,
    Changed,
    Extra,
}

/// Files that differ, with who says so.
#[derive(Default)]
pub(super) struct Differences(BTreeMap<(String, Difference), Vec<Witness>>);

impl Differences {
    pub(super) fn add(&mut self, path: &str, difference: Difference, witness: Witness) {
        let all = self.0.entry((path.to_owned(), difference)).or_default();
        if !all.contains(&witness) {
            all.push(witness);
        }
    }

    /// A finding for each file: its code, its path, and the words.
    pub(super) fn told(self) -> impl Iterator<Item = (Code, String, Bilingual)> {
        self.0.into_iter().map(|((path, difference), witnesses)| {
            let (code, words) = words(difference, &witnesses);
            (code, path, words)
        })
    }
}

fn words(difference: Difference, witnesses: &[Witness]) -> (Code, Bilingual) {
    let by_manifest = witnesses
        .iter()
        .any(|one| matches!(one, Witness::Manifest(_)));
    let name = |one: &Witness| match one {
        Witness::Manifest(name) => (name.clone(), name.clone()),
        Witness::Metadata => ("metadata.json".to_owned(), "metadata.json".to_owned()),
        Witness::Trail => ("the trail".to_owned(), "办理经过".to_owned()),
    };
    let (en, zh): (Vec<String>, Vec<String>) = witnesses.iter().map(name).unzip();
    let (en, zh) = (en.join(", "), spaced(&zh.join("、")));
    let one = witnesses.len() == 1;
    let verb = |single: &'static str, several: &'static str| if one { single } else { several };
    match difference {
        Difference::Missing => (
            match by_manifest {
                true => Code::PackageMissing,
                false => Code::PackageMetadata,
            },
            Bilingual::new(
                format!(
                    "{en} {} this file, and it is not there",
                    verb("lists", "list")
                ),
                format!("{zh}列有这个文件，但文件不存在").trim_start(),
            ),
        ),
        Difference::Changed => (
            match by_manifest {
                true => Code::PackageChanged,
                false => Code::PackageMetadata,
            },
            Bilingual::new(
                format!(
                    "this file is not the one that {en} {}: its hash is another",
                    verb("names", "name")
                ),
                format!("文件与{zh}所载不一致：哈希值不同"),
            ),
        ),
        Difference::Extra => (
            Code::PackageExtra,
            Bilingual::new(
                format!("this file is not in {en}: it was added afterwards"),
                format!("{zh}中没有这个文件，是后来加入的").trim_start(),
            ),
        ),
    }
}

/// Western words inside a Chinese sentence, with a space where they begin and end.
fn spaced(words: &str) -> String {
    let western = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii());
    let space = |is: bool| if is { " " } else { "" };
    format!(
        "{}{words}{}",
        space(western(words.chars().next())),
        space(western(words.chars().next_back()))
    )
}
