//! Templates that are no files: a symbolic link, a folder or a pipe where a template should be is ignored, and the built-in
//! template serves. It judges no template's text; who draws by it says what is wrong with that.

use crate::diagnostic::{Code, Diagnostic, Place, Severity};
use crate::files::{FileKind, Files};

/// Where a repository keeps its templates.
const FOLDER: &str = "templates";

/// Warns of each thing in `templates/` that is ignored because it is no ordinary file.
pub fn check(files: &dyn Files, builtin: &dyn Files) -> Vec<Diagnostic> {
    let kind = |path: &str| files.kind(path).ok().flatten();
    if let Some(kind @ (FileKind::SymbolicLink | FileKind::Other)) = kind(FOLDER) {
        return vec![ignored(FOLDER, kind)];
    }
    let mut found: Vec<Diagnostic> = files
        .walk(FOLDER)
        .unwrap_or_default()
        .into_iter()
        .filter(|(_, kind)| matches!(kind, FileKind::SymbolicLink | FileKind::Other))
        .map(|(path, kind)| ignored(&path, kind))
        .collect();
    let known = builtin.walk(FOLDER).unwrap_or_default();
    let folders = known
        .iter()
        .filter(|(path, _)| kind(path) == Some(FileKind::Folder));
    found.extend(folders.map(|(path, _)| ignored(path, FileKind::Folder)));
    found
}

fn ignored(path: &str, kind: FileKind) -> Diagnostic {
    let (en, zh) = match kind {
        FileKind::SymbolicLink => ("a symbolic link", "符号链接"),
        FileKind::Folder => ("a folder", "目录"),
        _ => ("not an ordinary file", "特殊文件"),
    };
    let mut found = Diagnostic::new(
        Code::FileKind,
        Place::file(path),
        format!("this is {en}, and is ignored: built-in templates and fonts serve in its place"),
        format!("此处是{zh}，不予使用，改用内置的模板和字体"),
    )
    .remedy(
        "put the file itself here, or delete this to use the built-in one",
        "请把文件本身放在这里；如要使用内置的，请将其删除",
    );
    found.severity = Severity::Warning;
    found
}
