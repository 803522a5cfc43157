//! `clue archive`: the step that closes a dossier, with its archive package.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{Answer, Context, Format};
use crate::engine::Failure;

/// Arguments of `clue archive`.
#[derive(Args)]
pub(super) struct Archive {
    /// The clue: id, register number, or a path into its folder
    #[arg(value_name = "ID")]
    clue: String,
    /// Folder, outside of the repository, that the package is put into; made where only it is not there
    #[arg(long, value_name = "FOLDER")]
    into: PathBuf,
    /// Folder of fonts that go before the program's own in a PDF
    #[arg(long, value_name = "FOLDER")]
    fonts: Option<PathBuf>,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Archive {
    #[cfg(feature = "pdf")]
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let request = crate::engine::ArchiveRequest {
            clue: &self.clue,
            into: &self.into,
            fonts: self.fonts.as_deref(),
        };
        let archived = engine.archive(request, &context.environment, context.now)?;
        super::paper::tell(&archived.findings, &engine, context);
        Ok(Answer::new(match self.format {
            Format::Text => text::told(&engine, &archived, &self.into, context),
            Format::Json => format!("{:#}\n", text::data(&archived)),
        }))
    }

    #[cfg(not(feature = "pdf"))]
    pub(super) fn run(self, _context: &Context) -> Result<Answer, Failure> {
        let _ = (self.clue, self.into, self.fonts, self.format);
        Err(super::paper::not_built())
    }
}

#[cfg(feature = "pdf")]
mod text {
    use std::path::Path;

    use serde_json::{Value, json};

    use crate::cli::Context;
    use crate::engine::{Archived, Engine};
    use crate::report::SCHEMA_VERSION;
    use crate::text::visible_line;

    pub(super) fn told(
        engine: &Engine,
        archived: &Archived,
        into: &Path,
        context: &Context,
    ) -> String {
        let language = context.style.language;
        let retention = archived.retention.as_deref().unwrap_or("-");
        let label = engine
            .world()
            .rulebook
            .label("retention", retention, language);
        let number = visible_line(&archived.archive_number);
        // As it was asked for: people copy it into their next command.
        let name = archived.folder.file_name().unwrap_or_default();
        let folder = visible_line(&into.join(name).display().to_string());
        let until = archived.until.as_deref();
        let mut text = match &archived.commit {
            Some(commit) if archived.was_archived => context.say(
                &format!(
                    "{}: the package of {number} was made and recorded (commit {})\n",
                    archived.id,
                    &commit[..10]
                ),
                &format!(
                    "{}：已补做并登记 {number} 的信息包（提交 {}）\n",
                    archived.id,
                    &commit[..10]
                ),
            ),
            Some(commit) => context.say(
                &format!(
                    "{}: archived as {number} (commit {})\n",
                    archived.id,
                    &commit[..10]
                ),
                &format!(
                    "{}：已归档，档号 {number}（提交 {}）\n",
                    archived.id,
                    &commit[..10]
                ),
            ),
            None => context.say(
                &format!(
                    "{}: the package of {number} was made again, byte for byte\n",
                    archived.id
                ),
                &format!("{}：已逐字节重新生成 {number} 的信息包\n", archived.id),
            ),
        };
        let (until_en, until_zh) = until.map_or_else(Default::default, |until| {
            (format!(", until {until}"), format!("，至 {until}"))
        });
        text.push_str(&context.say(
            &format!("retention: {label}{until_en}\n"),
            &format!("保管期限：{label}{until_zh}\n"),
        ));
        let files = archived.files;
        text.push_str(&context.say(
            &format!("package: {folder} ({files} files)\n"),
            &format!("信息包：{folder}（{files} 个文件）\n"),
        ));
        if archived.made_folder.is_some() {
            let folder = visible_line(&into.display().to_string());
            text.push_str(&context.say(
                &format!("folder made: {folder}\n"),
                &format!("已新建目录：{folder}\n"),
            ));
        }
        text.push_str(&format!("sha256: {}\n", archived.digest));
        text
    }

    pub(super) fn data(archived: &Archived) -> Value {
        json!({
            "schemaVersion": SCHEMA_VERSION,
            "id": archived.id,
            "archiveNumber": archived.archive_number,
            "retention": archived.retention,
            "until": archived.until,
            "commit": archived.commit,
            "package": archived.folder.display().to_string(),
            "files": archived.files,
            "bytes": archived.bytes,
            "sha256": archived.digest,
        })
    }
}
