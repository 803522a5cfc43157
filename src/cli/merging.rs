//! `clue merge-driver`: what git calls to merge a record. It needs no rulebook, so that a broken one costs no data.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::{Answer, Context, err};
use crate::commit::write_file;
use crate::engine::Failure;
use crate::merge::{MARKER_SIZE, merge};
use crate::text::visible_line;

/// Arguments of `clue merge-driver`.
#[derive(Args)]
pub(super) struct MergeDriver {
    /// The version that both sides came of (git: %O)
    base: PathBuf,
    /// Our version; the result is written here (git: %A)
    ours: PathBuf,
    /// Their version (git: %B)
    theirs: PathBuf,
    /// The file's path in the repository (git: %P)
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
    /// Length of the conflict markers (git: %L)
    #[arg(long, value_name = "NUMBER", default_value_t = MARKER_SIZE, value_parser = clap::value_parser!(u16).range(1..=1000))]
    marker_size: u16,
}

impl MergeDriver {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let at = |path: &Path| context.folder.join(path);
        let base = read(&at(&self.base))?;
        let ours = read(&at(&self.ours))?;
        let theirs = read(&at(&self.theirs))?;
        let path = self
            .path
            .unwrap_or_else(|| self.ours.to_string_lossy().into_owned());
        let merged = merge(
            &path,
            base.as_deref(),
            ours.as_deref(),
            theirs.as_deref(),
            self.marker_size,
        );
        if merged.bytes != ours {
            write(
                &at(&self.ours),
                merged.bytes.as_deref().unwrap_or_default(),
                ours.as_deref(),
            )?;
        }
        let shown = visible_line(&path);
        let mut told = String::new();
        let language = context.style.language;
        for note in &merged.notes {
            let note = note.get(language);
            told.push_str(&context.say(
                &format!("note: {shown}: {note}\n"),
                &format!("提示：{shown}：{note}\n"),
            ));
        }
        for found in &merged.contradictions {
            let message = found.message.get(language);
            let field = visible_line(&found.field);
            let (en, zh) = match field.is_empty() {
                true => (String::new(), String::new()),
                false => (format!("{field}: "), format!("{field}：")),
            };
            told.push_str(&context.say(
                &format!("conflict: {shown}: {en}{message}\n"),
                &format!("冲突：{shown}：{zh}{message}\n"),
            ));
        }
        if !merged.is_clean() && path.ends_with("clue.yaml") {
            // Markers in a card cannot be decided by hand: whatever is left out is a step that somebody took.
            told.push_str(&context.say(
                "help: both sides took a step of this clue, and only one can stand. Give the merge up: git merge --abort; take your own step back, if it is your last commit: git reset --keep HEAD~1; merge again, and take the step anew if it is still possible\n",
                "办法：双方都对这条线索办理了步骤，只能保留一步。请放弃合并：git merge --abort；自己的步骤如果是最后一次提交，请退回：git reset --keep HEAD~1；然后重新合并，仍可办理的再重新办理\n",
            ));
        } else if !merged.is_clean() {
            told.push_str(&context.say(
                &format!(
                    "help: decide between the markers in the file, then git add {shown}; clue check says whether it is right\n"
                ),
                &format!(
                    "办法：在文件的冲突标记之间作出取舍，再 git add {shown}；clue check 可检查结果\n"
                ),
            ));
        }
        err(&told);
        let mut answer = Answer::new("");
        answer.findings = !merged.is_clean();
        Ok(answer)
    }
}

/// The bytes of a file; `None` where there is none.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::of_system(path, &error)),
    }
}

/// Writes the result durably in the place of our version.
fn write(path: &Path, bytes: &[u8], before: Option<&[u8]>) -> Result<(), Failure> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(write_file(folder, &name, bytes, before)?)
}

/// What git shall call: `clue` where a shell finds it, else this very program.
pub(super) fn program() -> String {
    let name = if cfg!(windows) { "clue.exe" } else { "clue" };
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()));
    let own = std::env::current_exe().ok().filter(|_| !found);
    own.map_or_else(
        || "clue".to_owned(),
        |path| path.to_string_lossy().into_owned(),
    )
}
