//! Whether git merges records by what they say: the attributes that tell which files, and the driver's registration.
//! Attributes come with the files; the registration belongs to each clone, as git takes no command from others.

use std::path::Path;

use crate::commit::write_file;
use crate::engine::{Failure, environment};
use crate::git::{Repository, program_of};
use crate::text::{Bilingual, system_words};

/// The lines of `.gitattributes` that give records to the driver, and not what people attach.
pub(super) const ATTRIBUTES: &str = "\
# Records are merged by what they say, where the driver is registered: clue init does it.
clues/**/*.yaml merge=clue
clues/**/*.md merge=clue
clues/**/attachments/** !merge
";

/// Files that stand for all that is merged by the driver, and for what is not.
const MERGED: [&str; 2] = [
    "clues/2026/01-01/20260101-aaaa/clue.yaml",
    "clues/2026/01-01/20260101-aaaa/feedback/office.md",
];

/// What is missing for records to be merged by what they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergingLack {
    /// `.gitattributes` does not give the records to the driver.
    Attributes,
    /// This clone's configuration has no driver, or one whose program is gone.
    Configuration,
}

impl MergingLack {
    /// What is missing, in words.
    pub fn message(self) -> Bilingual {
        match self {
            Self::Attributes => Bilingual::new(
                ".gitattributes does not say `merge=clue` for the records in clues/",
                ".gitattributes 没有为 clues/ 中的记录写明 merge=clue",
            ),
            Self::Configuration => Bilingual::new(
                "the merge driver is not registered in this clone (merge.clue.driver), or its program is gone",
                "本克隆没有登记合并驱动（merge.clue.driver），或其程序已不存在",
            ),
        }
    }
}

/// What is missing in a clue repository for records to be merged by what they say; nothing where all is well.
pub fn merging_lacks(root: &Path) -> Result<Vec<MergingLack>, Failure> {
    let repository = repository_of(root)?;
    let mut lacks = Vec::new();
    let prefix = repository.prefix(root);
    for path in MERGED {
        let path = if prefix.is_empty() {
            path.to_owned()
        } else {
            format!("{prefix}/{path}")
        };
        if !repository.is_merged_by_driver(&path)? {
            lacks.push(MergingLack::Attributes);
            break;
        }
    }
    let is_there = |command: &String| {
        let program = program_of(command);
        let path = Path::new(&program);
        !path.is_absolute() || path.is_file()
    };
    if !repository.merge_driver()?.as_ref().is_some_and(is_there) {
        lacks.push(MergingLack::Configuration);
    }
    Ok(lacks)
}

/// Mends what is missing; `program` is what git shall call. Gives what was mended; attributes are written and not committed.
pub fn mend_merging(root: &Path, program: &str) -> Result<Vec<MergingLack>, Failure> {
    let lacks = merging_lacks(root)?;
    for lack in &lacks {
        match lack {
            MergingLack::Attributes => {
                const FILE: &str = ".gitattributes";
                let before = match std::fs::read(root.join(FILE)) {
                    Ok(bytes) => Some(bytes),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                    Err(error) => {
                        return Err(environment(
                            format!("{FILE}: {error}"),
                            format!("{FILE}：{}", system_words(&error)),
                        ));
                    }
                };
                let mut bytes = before.clone().unwrap_or_default();
                if !bytes.is_empty() && !bytes.ends_with(b"\n") {
                    bytes.push(b'\n');
                }
                bytes.extend(ATTRIBUTES.as_bytes());
                write_file(root, FILE, &bytes, before.as_deref())?;
            }
            MergingLack::Configuration => repository_of(root)?.register_merge_driver(program)?,
        }
    }
    Ok(lacks)
}

fn repository_of(root: &Path) -> Result<Repository, Failure> {
    Repository::discover(root)?.ok_or_else(|| {
        environment(
            "this folder is in no git repository",
            "此目录不在 git 仓库中",
        )
    })
}
