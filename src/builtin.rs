//! What every new repository begins with, embedded in the program: schemas, rulebook, templates, calendar.
//! It never decides whether a repository uses it.

use std::sync::OnceLock;

use include_dir::{Dir, include_dir};

use crate::files::MemoryFiles;

static SCHEMAS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/schema");
static RECORDS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/records");
static DOCUMENTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/documents");
static PAPER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/paper");
static ARCHIVE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/archive");
static SITE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/site");
static HOSTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/ci");
static EDITORS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/editors");
static STORIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sample-repo/stories");
static SAMPLE_ORGANISATION: &str = include_str!("../sample-repo/organisation.yaml");
static CALENDAR: &str = include_str!("../sample-repo/calendar/cn.yaml");

/// The built-in files, each at the path that it has in a repository.
pub fn files() -> &'static MemoryFiles {
    static FILES: OnceLock<MemoryFiles> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut files = MemoryFiles::default();
        for (folder, base) in [
            (&SCHEMAS, "schema"),
            (&RECORDS, "templates/records"),
            (&DOCUMENTS, "templates/documents"),
            (&SITE, "templates/site"),
            (&PAPER, "templates/paper"),
            (&ARCHIVE, "templates/archive"),
        ] {
            add(folder, base, &mut files);
        }
        files.insert("calendar/cn.yaml", CALENDAR.as_bytes().to_vec());
        files
    })
}

/// The sample organisation: `organisation.yaml`, and the stories of its clues in `stories/`.
pub fn sample() -> &'static MemoryFiles {
    static FILES: OnceLock<MemoryFiles> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut files = MemoryFiles::default();
        add(&STORIES, "stories", &mut files);
        files.insert("organisation.yaml", SAMPLE_ORGANISATION.as_bytes().to_vec());
        files
    })
}

/// What a code host (`github`, `gitlab`) runs on each push, and what pre-commit runs in a clone, at their paths.
pub fn continuous_integration(host: &str) -> MemoryFiles {
    let mut files = MemoryFiles::default();
    for (own, name, path) in [
        ("github", "github.yml", ".github/workflows/clue.yml"),
        ("gitlab", "gitlab.yml", ".gitlab-ci.yml"),
        (host, "pre-commit-config.yaml", ".pre-commit-config.yaml"),
        (host, "pre-commit-hooks.yaml", ".pre-commit-hooks.yaml"),
    ] {
        let file = HOSTS.get_file(name);
        if let Some(file) = file.filter(|_| own == host) {
            files.insert(path, file.contents().to_vec());
        }
    }
    files
}

/// What editors read in a clue repository, at their paths; the settings still lack which file has which schema.
pub fn editors() -> MemoryFiles {
    let mut files = MemoryFiles::default();
    for (name, path) in [
        ("settings.json", ".vscode/settings.json"),
        ("extensions.json", ".vscode/extensions.json"),
        ("tasks.json", ".vscode/tasks.json"),
        ("editorconfig", ".editorconfig"),
    ] {
        if let Some(file) = EDITORS.get_file(name) {
            files.insert(path, file.contents().to_vec());
        }
    }
    files
}

fn add(folder: &Dir<'_>, base: &str, files: &mut MemoryFiles) {
    for file in folder.files() {
        let path = format!(
            "{base}/{}",
            file.path().to_string_lossy().replace('\\', "/")
        );
        if path == "schema/workflow.yaml" {
            // In a repository the rulebook lies at the top, one folder above its schema.
            let text = String::from_utf8_lossy(file.contents());
            files.insert(
                "workflow.yaml",
                text.replacen("$schema=", "$schema=schema/", 1).into_bytes(),
            );
        } else {
            files.insert(path, file.contents().to_vec());
        }
    }
    for inner in folder.dirs() {
        add(inner, base, files);
    }
}
