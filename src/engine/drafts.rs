//! Drafts and new clues: files written into the folder for people to fill in.
//! Nothing here is committed, and no file that is there is replaced.

use std::path::Path;

use serde_json::{Value, json};

use crate::case::{Case, ID_LETTERS, folder_of};
use crate::diagnostic::any_error;
use crate::engine::{Engine, Failure, environment};
use crate::files::Files;
use crate::git::Environment;
use crate::text::system_words;
use crate::time::Timestamp;
use crate::workflow::{Actor, DraftRequest, draft, draft_context};

impl Engine {
    /// Writes the draft of a record into the clue's folder; nothing is committed.
    pub fn draft(
        &self,
        name: &str,
        request: &DraftRequest,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<String, Failure> {
        let (_, actor, _, _) = self.actor(environment, now)?;
        let (case, found) = self.case(name)?;
        if case.card.is_none() && any_error(&found) {
            return Err(Failure::Findings(found));
        }
        let (path, text) =
            draft(&self.desk(), &case, request, &actor).map_err(Failure::Findings)?;
        write_new(&self.root.join(&path), text.as_bytes())?;
        Ok(path)
    }

    /// Begins a clue: writes its folder with a collection form. Gives the id; nothing is committed.
    pub fn begin(&self, form: &Value, id: Option<&str>, actor: &Actor) -> Result<String, Failure> {
        let id = match id {
            Some(id) => id.to_owned(),
            None => self.fresh_id(actor.at)?,
        };
        let folder = folder_of(&id).ok_or_else(|| {
            environment(
                format!("`{id}` is no clue id"),
                format!("`{id}` 不是线索标识"),
            )
        })?;
        let text = self.form(form, actor)?;
        write_new(
            &self.root.join(format!("{folder}/collection.yaml")),
            text.as_bytes(),
        )?;
        Ok(id)
    }

    /// Begins a clue with a form that somebody filled in elsewhere.
    pub fn begin_with(&self, text: &str, actor: &Actor) -> Result<String, Failure> {
        let id = self.fresh_id(actor.at)?;
        let folder = folder_of(&id).unwrap_or_default();
        write_new(
            &self.root.join(format!("{folder}/collection.yaml")),
            text.as_bytes(),
        )?;
        Ok(id)
    }

    /// The collection form's text, filled with what is known.
    pub fn form(&self, form: &Value, actor: &Actor) -> Result<String, Failure> {
        let template = self
            .world
            .rulebook
            .records
            .get("collection")
            .and_then(|record| record.template.clone());
        let template = template.unwrap_or_else(|| "records/collection.yaml".to_owned());
        let empty = Case::empty("");
        let mut context = draft_context(&self.desk(), &empty, actor);
        let filled = context["collection"].as_object_mut();
        if let (Some(filled), Some(given)) = (filled, form.as_object()) {
            filled.insert("discovered_at".to_owned(), json!(actor.at.to_string()));
            filled.insert("collector".to_owned(), json!(actor.person));
            for (key, value) in given.iter().filter(|(_, value)| !value.is_null()) {
                filled.insert(key.clone(), value.clone());
            }
        }
        self.templates
            .render(&template, &context)
            .map_err(|found| Failure::Findings(vec![found]))
    }

    /// An id that no clue has: the date, and random characters that do not look alike.
    pub(super) fn fresh_id(&self, at: Timestamp) -> Result<String, Failure> {
        for length in [4, 4, 4, 6, 8] {
            let mut random = vec![0_u8; length];
            getrandom::fill(&mut random).map_err(|error| {
                environment(
                    error.to_string(),
                    format!("无法取得随机数：{}", system_words(&error)),
                )
            })?;
            let letters: String = random
                .iter()
                .map(|byte| char::from(ID_LETTERS[usize::from(*byte) % ID_LETTERS.len()]))
                .collect();
            let id = format!("{}-{letters}", at.date().format("%Y%m%d"));
            let folder = folder_of(&id).unwrap_or_default();
            if matches!(self.files.kind(&folder), Ok(None)) {
                return Ok(id);
            }
        }
        Err(environment("no free id was found", "没有找到可用的标识"))
    }
}

/// Writes a file that is not there yet, with the folders on the way to it.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write;
    let failed = |error: std::io::Error| Failure::of_system(path, &error);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = std::fs::File::options()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(failed)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(failed)
}
