//! What commands that draw documents have in common, above all those that answer with a PDF.

use std::io::{self, IsTerminal};
use std::path::Path;

use crate::engine::Failure;
use crate::text::Bilingual;

/// Refuses to write a PDF on a terminal.
pub(super) fn judge(output: Option<&Path>) -> Result<(), Failure> {
    if output.is_some() || !io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Failure::Usage {
        message: Bilingual::new("a PDF is nothing for a terminal", "PDF 无法在终端中显示"),
        remedy: Some(Bilingual::new(
            "name a file: --output dossier.pdf",
            "请写明文件：--output 卷宗.pdf",
        )),
    })
}

/// Tells on standard error what a reader of the document should know.
pub(super) fn tell(
    found: &[crate::diagnostic::Diagnostic],
    engine: &crate::engine::Engine,
    context: &crate::cli::Context,
) {
    if !found.is_empty() {
        super::err(&(crate::report::text(found, engine.files(), context.style) + "\n"));
    }
}

/// Says that this program draws no PDF.
#[cfg(not(feature = "pdf"))]
pub(super) fn not_built() -> Failure {
    Failure::Usage {
        message: Bilingual::new(
            "this program was built without PDF",
            "本程序编译时没有包含 PDF 功能",
        ),
        remedy: Some(Bilingual::new(
            "render as HTML (--format html), or build with the feature `pdf`",
            "请改用 HTML 格式（--format html），或启用 pdf 功能重新编译",
        )),
    }
}
