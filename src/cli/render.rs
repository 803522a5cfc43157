//! `clue render`: a record, or the whole dossier, of one clue or of all, as a self-contained HTML page or as PDF.

mod all;

use std::path::{Path, PathBuf};

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
    #[arg(value_name = "ID", required_unless_present = "all")]
    clue: Option<String>,
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
    /// Print every clue, each into a file of its own in the folder that -o names
    #[arg(long, requires = "output")]
    all: bool,
    /// Write into this file; with --all into this folder (standard output)
    #[arg(short = 'o', long, value_name = "FILE|FOLDER")]
    output: Option<PathBuf>,
}

impl Render {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let reader = self.reader.as_deref();
        let reader = reader.map(|who| engine.reader("--for", who)).transpose()?;
        let format = self.format()?;
        let endings: &[&str] = match format {
            DocumentFormat::Html => &["html", "htm"],
            DocumentFormat::Pdf => &["pdf"],
        };
        if format == DocumentFormat::Html && self.fonts.is_some() {
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
        if format == DocumentFormat::Pdf {
            super::paper::judge(self.output.as_deref())?;
        }
        super::paper::tell(&engine.ignored_templates(), &engine, context);
        let printer = Printer::new(&engine, context, format, self.fonts.as_deref())?;
        let (clue, document) = match (&self.clue, self.all) {
            // The first word that is given names the document where no clue is named.
            (Some(document), true) if self.document == DOSSIER => ("", document.as_str()),
            (Some(clue), true) => {
                return Err(Failure::Usage {
                    message: Bilingual::new(
                        format!("--all prints every clue, and {clue} names one"),
                        format!("--all 会生成全部线索，不能再指定 {clue}"),
                    ),
                    remedy: Some(Bilingual::new("leave out one of the two", "请去掉其中一个")),
                });
            }
            (clue, _) => (clue.as_deref().unwrap_or_default(), self.document.as_str()),
        };
        if let (true, Some(folder)) = (self.all, &self.output) {
            let request = all::Request {
                document,
                reader: reader.as_ref(),
                folder,
                endings,
            };
            let draw = |clue: &str| printer.print(clue, document, reader.as_ref());
            return all::run(&engine, context, &request, &draw);
        }
        let bytes = printer.print(clue, document, reader.as_ref())?;
        let Some(output) = self.output else {
            return Ok(Answer::of_bytes(bytes));
        };
        output::write(context, engine.root(), &output, endings, &bytes)?;
        Ok(Answer::new(format!("{}\n", output.display())))
    }

    /// The format that was asked for, or that the file's name says; a name that says another one is refused.
    fn format(&self) -> Result<DocumentFormat, Failure> {
        if let Some(format) = self.format {
            return Ok(format);
        }
        // A folder may be called as one likes.
        let file = self.output.as_ref().filter(|_| !self.all);
        match file.and_then(|file| output::ending(file)).as_deref() {
            None | Some("html" | "htm") => Ok(DocumentFormat::Html),
            Some("pdf") => Ok(DocumentFormat::Pdf),
            Some(other) => Err(Failure::Usage {
                message: Bilingual::new(
                    format!("a document is not made as .{other}"),
                    format!("文书不能生成为 .{other} 文件"),
                ),
                remedy: Some(Bilingual::new(
                    "name a .html or a .pdf file, or give --format html or --format pdf",
                    "请把文件名改为 .html 或 .pdf，或用 --format html、--format pdf 指定格式",
                )),
            }),
        }
    }
}

/// What draws documents, made ready once.
struct Printer<'a> {
    engine: &'a Engine,
    context: &'a Context,
    #[cfg(feature = "pdf")]
    press: Option<crate::paper::Press>,
}

impl<'a> Printer<'a> {
    #[cfg(feature = "pdf")]
    fn new(
        engine: &'a Engine,
        context: &'a Context,
        format: DocumentFormat,
        fonts: Option<&Path>,
    ) -> Result<Self, Failure> {
        let mut press = None;
        if format == DocumentFormat::Pdf {
            let (made, found) = engine.press(fonts)?;
            super::paper::tell(&found, engine, context);
            press = Some(made);
        }
        Ok(Self {
            engine,
            context,
            press,
        })
    }

    #[cfg(not(feature = "pdf"))]
    fn new(
        engine: &'a Engine,
        context: &'a Context,
        format: DocumentFormat,
        _fonts: Option<&Path>,
    ) -> Result<Self, Failure> {
        match format {
            DocumentFormat::Html => Ok(Self { engine, context }),
            DocumentFormat::Pdf => Err(super::paper::not_built()),
        }
    }

    /// The bytes of a document; what its reader should know is told on standard error.
    fn print(
        &self,
        clue: &str,
        document: &str,
        reader: Option<&Reader>,
    ) -> Result<Vec<u8>, Failure> {
        let language = self.context.style.language;
        let shown = self.engine.shown(clue, reader, language)?;
        #[cfg(feature = "pdf")]
        if let Some(press) = &self.press {
            let paper = self.engine.pdf(press, &shown, document, language)?;
            super::paper::tell(&paper.findings, self.engine, self.context);
            return Ok(paper.pdf);
        }
        let html = self.engine.html(&shown, document, language)?;
        let absent = self.engine.absent_attachments(&shown, document);
        super::paper::tell(&absent, self.engine, self.context);
        Ok(html.into_bytes())
    }
}
