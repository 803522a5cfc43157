//! `clue check`: what does not obey the procedure.

use std::path::Path;

use crate::case::id_of;
use crate::cli::findings::FindingsFormat;
use crate::cli::{Answer, Context};
use crate::diagnostic::{Diagnostic, any_error};
use crate::engine::{Engine, Failure, find_root, no_such_path, usable};
use crate::files::{DiskFiles, Files};
use crate::report::{self, Reported};
use crate::text::Bilingual;
use clap::Args;

/// Arguments of `clue check`.
#[derive(Args)]
pub(super) struct Check {
    /// Folders, files or clues (everything)
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// Only what is staged and differs from the last commit, as it is staged
    #[arg(long, conflicts_with_all = ["paths", "since"])]
    staged: bool,
    /// Only what differs from this revision: committed since, staged, unstaged or new
    #[arg(long, value_name = "REV", conflicts_with = "paths")]
    since: Option<String>,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = FindingsFormat::Text)]
    format: FindingsFormat,
}

impl Check {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let start = self
            .paths
            .iter()
            .map(|path| context.folder.join(path))
            .find(|path| path.exists());
        let start = start.map(|path| {
            if path.is_dir() {
                path
            } else {
                path.parent().map(ToOwned::to_owned).unwrap_or(path)
            }
        });
        let start = start.unwrap_or_else(|| context.folder.clone());
        usable(&start)?;
        let Some(root) = find_root(&start) else {
            return Err(Engine::open(&start)
                .err()
                .unwrap_or_else(|| no_repository(&start)));
        };
        if self.staged {
            // For `git commit -a` and `git commit FILE` git fills an index of its own, and tells it the hook.
            let index = std::env::var_os("GIT_INDEX_FILE");
            let index = index.map(|file| context.folder.join(file));
            let (found, files) = Engine::check_staged(&root, index.as_deref())?;
            return Ok(self.answer(context, &root, &found, &files));
        }
        if let Some(revision) = &self.since {
            let found = Engine::check_since(&root, revision)?;
            return Ok(self.answer(context, &root, &found, &DiskFiles::new(&root)));
        }
        let mut missing = Vec::new();
        let mut chosen: Vec<String> = Vec::new();
        let mut everything = self.paths.is_empty();
        for path in &self.paths {
            let full = context.folder.join(path).canonicalize();
            match full {
                Ok(full) => {
                    let inside = full
                        .strip_prefix(&root)
                        .unwrap_or(&full)
                        .to_string_lossy()
                        .replace('\\', "/");
                    match id_of(&inside).and_then(crate::case::folder_of) {
                        Some(folder) => chosen.push(folder),
                        None => everything = true,
                    }
                }
                Err(_) => match Engine::open(&root).and_then(|engine| engine.find(path)) {
                    Ok(folder) => chosen.push(folder),
                    Err(_) => missing.push(no_such_path(path)),
                },
            }
        }
        let mut found = Engine::check(&root, (!everything).then_some(chosen.as_slice()));
        found.extend(missing);
        Ok(self.answer(context, &root, &found, &DiskFiles::new(&root)))
    }

    fn answer(
        &self,
        context: &Context,
        root: &Path,
        found: &[Diagnostic],
        files: &dyn Files,
    ) -> Answer {
        let output = match self.format {
            FindingsFormat::Text if found.is_empty() => String::new(),
            FindingsFormat::Text => report::text(found, files, context.style) + "\n",
            other => other.write(&Reported::all(found, files), root, context.style.language),
        };
        Answer {
            findings: any_error(found),
            ..Answer::new(output)
        }
    }
}

fn no_repository(start: &Path) -> Failure {
    Failure::Environment {
        message: Bilingual::new(
            format!("{} is in no clue repository", start.display()),
            format!("{} 不在线索仓库中", start.display()),
        ),
        remedy: None,
    }
}
