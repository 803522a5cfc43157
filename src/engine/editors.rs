//! What editors read in a clue repository: VS Code's settings, recommendations and tasks, and EditorConfig.
//! They lie in the clue repository's own folder, which is the one to be opened; a file that is there is never replaced.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use crate::builtin;
use crate::commit::{Publication, recover};
use crate::engine::setup::Planned;
use crate::engine::{Engine, Failure, WAIT, environment, repository_of};
use crate::files::{join, parent};
use crate::git::{Environment, Repository};
use crate::rulebook::Rulebook;
use crate::text::{Bilingual, system_words};
use crate::time::Timestamp;

/// VS Code's settings, which alone depend on the rulebook.
const SETTINGS: &str = ".vscode/settings.json";
/// The settings' line that takes which file has which schema.
const MAPPING: &str = "\"yaml.schemas\": {}";

/// What was added for editors.
#[derive(Debug)]
pub struct EditorFiles {
    /// Paths that were committed, from the top of the work tree.
    pub added: Vec<String>,
    /// Paths where the same was there already.
    pub present: Vec<String>,
    /// Paths of people's own files, which stay as they are.
    pub left: Vec<String>,
    /// Lines of JSON that people's own settings lack, each a schema with the files that have it.
    pub lacking: Vec<String>,
}

/// Adds to a clue repository the files of editors that are missing, as one commit of these files only.
///
/// The settings name the schemas of the records that the repository's own rulebook declares. A file that is there with
/// other content stays as it is, and is told.
pub fn add_editor_files(
    root: &Path,
    environment_: &Environment,
    now: Timestamp,
) -> Result<EditorFiles, Failure> {
    let engine = Engine::open(root)?;
    let mut repository = repository_of(root)?;
    recover(&repository, WAIT)?;
    let (author, committer) = repository.identities(environment_, now)?;
    repository.sign_as_configured(environment_);
    let prefix = repository.prefix(root);
    let rulebook = &engine.world.rulebook;
    let planned = planned(&repository, &prefix, rulebook)?;
    let lacking = lacking(&repository, &join(&prefix, SETTINGS), rulebook)?;
    let added: Vec<String> = planned.missing.keys().cloned().collect();
    if !added.is_empty() {
        let publication = Publication {
            expected_on_disk: added.iter().map(|path| (path.clone(), None)).collect(),
            changes: planned.missing,
            expected_head: repository.head()?,
            message: "clue: set editors up\n".to_owned(),
            author,
            committer,
        };
        publication.publish(&repository, WAIT)?;
    }
    Ok(EditorFiles {
        added,
        present: planned.present,
        left: planned.left,
        lacking,
    })
}

/// The files of editors, held against what lies in the work tree.
fn planned(repository: &Repository, prefix: &str, rulebook: &Rulebook) -> Result<Planned, Failure> {
    let mut planned = Planned::default();
    for (path, bytes) in builtin::editors().iter() {
        let bytes: Arc<[u8]> = if path == SETTINGS {
            Arc::from(settings(&String::from_utf8_lossy(bytes), rulebook)?.into_bytes())
        } else {
            Arc::clone(bytes)
        };
        let path = join(prefix, path);
        let full = repository.work_tree().join(&path);
        let folder = full
            .parent()
            .and_then(|folder| folder.symlink_metadata().ok());
        if folder.is_some_and(|folder| !folder.is_dir()) {
            return Err(no_folder(parent(&path)));
        }
        let present = full.symlink_metadata().ok();
        if present.is_none() {
            planned.missing.insert(path, Some(bytes));
        } else if present.is_some_and(|present| present.is_file())
            && std::fs::read(&full).is_ok_and(|present| *present == *bytes)
        {
            planned.present.push(path);
        } else {
            planned.left.push(path);
        }
    }
    Ok(planned)
}

/// VS Code's settings with the schemas of a rulebook's records.
fn settings(template: &str, rulebook: &Rulebook) -> Result<String, Failure> {
    let mapping = serde_json::to_string_pretty(&mapping(rulebook)).map_err(unwritten)?;
    let filled = format!("\"yaml.schemas\": {}", mapping.replace('\n', "\n  "));
    Ok(template.replacen(MAPPING, &filled, 1))
}

/// Each schema with the files that have it, as the YAML extension of VS Code takes it: paths from the opened folder.
///
/// Markdown is left out: that extension reads no front matter.
fn mapping(rulebook: &Rulebook) -> IndexMap<String, Vec<String>> {
    let mut mapping: IndexMap<String, Vec<String>> = IndexMap::new();
    let mut add = |schema: &str, files: String| {
        let schema = format!("./schema/{schema}.schema.json");
        mapping.entry(schema).or_default().push(files);
    };
    add("organisation", "organisation.yaml".to_owned());
    add("workflow", "workflow.yaml".to_owned());
    add("calendar", "calendar/*.yaml".to_owned());
    add("clue", "clues/*/*/*/clue.yaml".to_owned());
    for record in rulebook.records.values() {
        if !record.is_markdown() {
            add(
                &record.schema,
                format!("clues/*/*/*/{}", with_stars(&record.path)),
            );
        }
    }
    mapping
}

/// A record's file pattern with `*` for each `{place}`.
fn with_stars(pattern: &str) -> String {
    let mut parts = pattern.split('{');
    let mut stars = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        stars.push('*');
        stars.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    stars
}

/// The entries of the mapping whose schema or files people's own settings do not name; none where there are no settings.
fn lacking(
    repository: &Repository,
    path: &str,
    rulebook: &Rulebook,
) -> Result<Vec<String>, Failure> {
    let full = repository.work_tree().join(path);
    // A pipe would never end; what is no file is left to whoever put it there.
    if !full
        .symlink_metadata()
        .is_ok_and(|present| present.is_file())
    {
        return Ok(Vec::new());
    }
    // People may write comments into it, so it is searched and not parsed.
    let text = std::fs::read(&full).map_err(|error| {
        environment(
            format!("{path}: {error}"),
            format!("{path}：{}", system_words(&error)),
        )
    })?;
    let text = String::from_utf8_lossy(&text);
    let quoted = |text: &str| Value::from(text).to_string();
    let entries = mapping(rulebook).into_iter().filter(|(schema, files)| {
        let mut named = std::iter::once(schema).chain(files);
        !named.all(|name| text.contains(&quoted(name)))
    });
    Ok(entries
        .map(|(schema, files)| format!("{}: {}", quoted(&schema), Value::from(files)))
        .collect())
}

fn no_folder(path: &str) -> Failure {
    Failure::Refused {
        message: Bilingual::new(
            format!("{path} is no folder, or a link to one"),
            format!("{path} 不是普通目录（可能是文件或链接）"),
        ),
        remedy: Bilingual::new(
            "move it away, then: clue init --editor",
            "请先移走，再执行 clue init --editor",
        ),
    }
}

fn unwritten(error: serde_json::Error) -> Failure {
    environment(error.to_string(), error.to_string())
}

/// The files of editors for a repository that begins, with the built-in rulebook.
pub(super) fn at_the_beginning(repository: &Repository, prefix: &str) -> Result<Planned, Failure> {
    let rulebook = Rulebook::built_in().map_err(|error| environment(error.clone(), error))?;
    planned(repository, prefix, &rulebook)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_a_pattern_become_stars() {
        for (pattern, expected) in [
            ("triage.yaml", "triage.yaml"),
            ("transfers/{department}.yaml", "transfers/*.yaml"),
            ("supervision/{date}-{what}.yaml", "supervision/*-*.yaml"),
        ] {
            assert_eq!(with_stars(pattern), expected);
        }
    }

    #[test]
    fn every_record_of_the_rulebook_has_its_schema() {
        let rulebook = Rulebook::built_in().expect("a rulebook");
        let mapping = mapping(&rulebook);
        for (name, record) in &rulebook.records {
            let schema = format!("./schema/{}.schema.json", record.schema);
            assert_eq!(
                mapping.contains_key(&schema),
                !record.is_markdown(),
                "{name}"
            );
        }
        assert!(mapping["./schema/transfer.schema.json"] == ["clues/*/*/*/transfers/*.yaml"]);
    }
}
