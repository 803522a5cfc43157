//! `clue verify`: whether an archive package is whole and unchanged. It needs no repository.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::findings::FindingsFormat;
use crate::cli::{Answer, Context};
use crate::diagnostic::any_error;
use crate::engine::{Failure, verify_package};
use crate::files::DiskFiles;
use crate::report::{self, Reported, SCHEMA_VERSION};
use crate::text::visible_line;

/// Arguments of `clue verify`.
#[derive(Args)]
pub(super) struct Verify {
    /// The package's folder
    #[arg(value_name = "PACKAGE")]
    package: PathBuf,
    /// The SHA-256 that was kept when the dossier was archived: `sha256` in its archive.yaml
    #[arg(long, value_name = "SHA256")]
    expect: Option<String>,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = FindingsFormat::Text)]
    format: FindingsFormat,
}

impl Verify {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let folder = context.folder.join(&self.package);
        let checked = verify_package(&folder, self.expect.as_deref())?;
        let files = DiskFiles::new(&folder);
        let found = &checked.found;
        let reported = Reported::all(found, &files);
        let language = context.style.language;
        let digest = checked.digest.as_deref().unwrap_or("-");
        let output = match self.format {
            FindingsFormat::Text if any_error(found) => {
                report::text(found, &files, context.style) + "\n"
            }
            FindingsFormat::Text => {
                let mut text = String::new();
                if !found.is_empty() {
                    text = report::text(found, &files, context.style) + "\n";
                }
                let metadata = checked.metadata.unwrap_or_default();
                let name = metadata["archive"]["number"].as_str();
                let name = visible_line(name.unwrap_or(&self.package.display().to_string()));
                let (files, bytes) = (checked.files, checked.bytes);
                text.push_str(&context.say(
                    &format!("{name}: whole, and every file as its manifests say ({files} files, {bytes} bytes)\n"),
                    &format!("{name}：完整，各文件与清单一致（{files} 个文件，{bytes} 字节）\n"),
                ));
                text.push_str(&format!("sha256: {digest}\n"));
                if self.expect.is_none() {
                    text.push_str(&context.say(
                        "whether it is the package that was archived is told by `sha256` in archive.yaml of the clue: --expect SHA256\n",
                        "是否就是当初归档的信息包，请与线索 archive.yaml 中的 sha256 比较：--expect SHA256\n",
                    ));
                }
                text
            }
            FindingsFormat::Json => {
                let mut data = report::json_of(&reported, language);
                data["schemaVersion"] = json!(SCHEMA_VERSION);
                data["sha256"] = json!(checked.digest);
                data["files"] = json!(checked.files);
                data["bytes"] = json!(checked.bytes);
                data["package"] = checked.metadata.unwrap_or_default()["archive"].clone();
                format!("{data:#}\n")
            }
            other => other.write(&reported, &folder, language),
        };
        Ok(Answer {
            findings: any_error(found),
            ..Answer::new(output)
        })
    }
}
