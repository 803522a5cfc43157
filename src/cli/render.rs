//! `clue render`: a record, or the whole dossier, as a self-contained HTML page.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::{Answer, Context};
use crate::document::DOSSIER;
use crate::engine::Failure;
use crate::text::Bilingual;

/// What a document is made as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DocumentFormat {
    Html,
}

/// Arguments of `clue render`.
#[derive(Args)]
pub(super) struct Render {
    /// The clue: id, register number, or a path into its folder
    #[arg(value_name = "ID")]
    clue: String,
    /// A record's path in the clue's folder, such as triage.yaml, or dossier
    #[arg(default_value = DOSSIER)]
    document: String,
    /// Format of the document
    #[arg(long, value_enum, default_value_t = DocumentFormat::Html)]
    format: DocumentFormat,
    /// Write into this file (standard output)
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Render {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let DocumentFormat::Html = self.format;
        let html = engine.render_html(&self.clue, &self.document, context.style.language)?;
        let Some(output) = self.output else {
            return Ok(Answer::new(html));
        };
        let path = context.folder.join(&output);
        if let Some(remedy) = forbidden(engine.root(), &path) {
            return Err(Failure::Usage {
                message: Bilingual::new(
                    format!("{} is no place for a document", output.display()),
                    format!("文书不能写入 {}", output.display()),
                ),
                remedy: Some(remedy),
            });
        }
        std::fs::write(&path, html).map_err(|error| Failure::Environment {
            message: Bilingual::new(
                format!("{}: {error}", output.display()),
                format!("{}：{error}", output.display()),
            ),
            remedy: None,
        })?;
        Ok(Answer::new(format!("{}\n", output.display())))
    }
}

/// Why a document may not be written there: inside the repository it could take the place of a record.
pub(super) fn forbidden(root: &Path, path: &Path) -> Option<Bilingual> {
    let folder = path.parent()?.canonicalize().ok()?;
    let inside = folder.strip_prefix(root).ok()?;
    let first = inside.components().next();
    let first = first.map(|part| part.as_os_str().to_string_lossy().into_owned());
    let kept = [
        "clues",
        "register",
        "schema",
        "templates",
        "calendar",
        ".git",
    ];
    let is_kept = first.is_some_and(|first| kept.contains(&first.as_str()));
    let is_page = path
        .extension()
        .is_some_and(|ending| ending == "html" || ending == "htm");
    let is_link = std::fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file());
    (is_kept || !is_page || is_link).then(|| {
        Bilingual::new(
            "inside the repository, name an .html file in documents/ or beside it",
            "在仓库内请写入 documents/ 或仓库顶层的 .html 文件",
        )
    })
}
