//! `clue render`: a record, or the whole dossier, as a self-contained HTML page or as PDF.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::{Answer, Context, output};
use crate::disclosure::Reader;
use crate::document::DOSSIER;
use crate::engine::{Engine, Failure};
use crate::text::Bilingual;

/// What a document is made as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DocumentFormat {
    Html,
    Pdf,
}

/// Arguments of `clue render`.
#[derive(Args)]
pub(super) struct Render {
    /// The clue: id, register number, or a path into its folder
    #[arg(value_name = "ID")]
    clue: String,
    /// A record's path in the clue's folder, such as triage.yaml, or dossier, cover or spine
    #[arg(default_value = DOSSIER)]
    document: String,
    /// Format of the document (by the ending of FILE, else html)
    #[arg(long, value_enum)]
    format: Option<DocumentFormat>,
    /// Make an extract: only what this role, or who may see this confidentiality level, may know
    #[arg(long = "for", value_name = "WHO")]
    reader: Option<String>,
    /// Folder of fonts that go before the program's own in a PDF
    #[arg(long, value_name = "FOLDER")]
    fonts: Option<PathBuf>,
    /// Write into this file (standard output)
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Render {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let reader = self.reader.as_deref();
        let reader = reader.map(|who| engine.reader("--for", who)).transpose()?;
        let language = context.style.language;
        let (bytes, endings) = match self.format() {
            DocumentFormat::Html if self.fonts.is_some() => {
                return Err(Failure::Usage {
                    message: Bilingual::new(
                        "--fonts is for PDF: a page of HTML uses the fonts of its reader",
                        "--fonts 只用于 PDF：HTML 使用阅读者机器上的字体",
                    ),
                    remedy: Some(Bilingual::new(
                        "add --format pdf, or leave --fonts out",
                        "请加上 --format pdf，或不用 --fonts",
                    )),
                });
            }
            DocumentFormat::Html => {
                let shown = engine.shown(&self.clue, reader.as_ref(), language)?;
                let html = engine.html(&shown, &self.document, language)?;
                (html.into_bytes(), &["html", "htm"][..])
            }
            DocumentFormat::Pdf => {
                super::paper::judge(self.output.as_deref())?;
                (self.pdf(&engine, reader.as_ref(), context)?, &["pdf"][..])
            }
        };
        let Some(output) = self.output else {
            return Ok(Answer::of_bytes(bytes));
        };
        output::write(context, engine.root(), &output, endings, &bytes)?;
        Ok(Answer::new(format!("{}\n", output.display())))
    }

    /// The format that was asked for, or that the file's name says.
    fn format(&self) -> DocumentFormat {
        let ending = self.output.as_ref().and_then(|path| path.extension());
        let is_pdf = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("pdf"));
        self.format.unwrap_or(match is_pdf {
            true => DocumentFormat::Pdf,
            false => DocumentFormat::Html,
        })
    }

    #[cfg(feature = "pdf")]
    fn pdf(
        &self,
        engine: &Engine,
        reader: Option<&Reader>,
        context: &Context,
    ) -> Result<Vec<u8>, Failure> {
        let language = context.style.language;
        let shown = engine.shown(&self.clue, reader, language)?;
        let (press, mut found) = engine.press(self.fonts.as_deref())?;
        let paper = engine.pdf(&press, &shown, &self.document, language)?;
        found.extend(paper.findings);
        super::paper::tell(&found, engine, context);
        Ok(paper.pdf)
    }

    #[cfg(not(feature = "pdf"))]
    fn pdf(
        &self,
        _engine: &Engine,
        _reader: Option<&Reader>,
        _context: &Context,
    ) -> Result<Vec<u8>, Failure> {
        Err(super::paper::not_built())
    }
}
