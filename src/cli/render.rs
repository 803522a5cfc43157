//! `clue render`: a record, or the whole dossier, as a self-contained HTML page.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::{Answer, Context, output};
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
        let Some(file) = self.output else {
            return Ok(Answer::new(html));
        };
        let path = context.folder.join(&file);
        output::permit(engine.root(), &path, &["html", "htm"])?;
        std::fs::write(&path, html).map_err(|error| Failure::Environment {
            message: Bilingual::new(
                format!("{}: {error}", file.display()),
                format!("{}：{error}", file.display()),
            ),
            remedy: None,
        })?;
        Ok(Answer::new(format!("{}\n", file.display())))
    }
}
