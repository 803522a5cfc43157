//! Who reads, and what of a clue is shown to them: every document, ledger and site is made of what this gives.
//! What is taken out is decided in `disclosure`; a refusal tells nothing of the clue but the name that was typed.

use std::sync::Arc;

use rayon::prelude::*;

use crate::case::Case;
use crate::check::clue_folders;
use crate::diagnostic::any_error;
use crate::disclosure::{Extract, Reader, Unknown, extract};
use crate::engine::{Engine, Failure};
use crate::files::{Files, file_name};
use crate::text::{Bilingual, Language, visible_line};

/// A clue as it is shown: whole, or as an extract with what its first page says.
pub struct Shown {
    pub case: Case,
    /// Whom the extract was made for, and what its first page says; none where the clue is shown whole.
    pub extract: Option<(Reader, String)>,
}

impl Shown {
    /// A clue with everything in it.
    pub fn whole(case: Case) -> Self {
        Self {
            case,
            extract: None,
        }
    }

    /// An extract, with the words of its first page.
    pub fn of(extract: Extract, language: Language) -> Self {
        let notice = extract.notice(language);
        Self {
            case: extract.case,
            extract: Some((extract.reader, notice)),
        }
    }
}

impl Engine {
    /// The reader that a text means: the key or label of a role or of a confidentiality level.
    ///
    /// What could be either is written `role:KEY` or `level:KEY`.
    pub fn reader(&self, option: &str, text: &str) -> Result<Reader, Failure> {
        let (kind, name) = match text.split_once([':', '：']) {
            Some((kind @ ("role" | "level"), name)) => (kind, name),
            _ => ("", text),
        };
        self.reader_of(option, kind, name)
    }

    /// The reader of a confidentiality level, by its key or label.
    pub fn reader_of_level(&self, option: &str, text: &str) -> Result<Reader, Failure> {
        self.reader_of(option, "level", text.strip_prefix("level:").unwrap_or(text))
    }

    fn reader_of(&self, option: &str, kind: &str, name: &str) -> Result<Reader, Failure> {
        let rulebook = &self.world().rulebook;
        let same = |key: &str, label: &Bilingual| {
            key == name
                || [&label.en, &label.zh]
                    .iter()
                    .any(|own| own.eq_ignore_ascii_case(name))
        };
        let mut found = Vec::new();
        if kind != "level" {
            let roles = rulebook.roles.iter();
            let role = roles
                .filter(|(key, role)| same(key, &role.label))
                .find_map(|(key, _)| Reader::of_role(rulebook, key));
            found.extend(role);
        }
        if kind != "role" {
            let levels = rulebook.confidentiality.iter();
            let level = levels
                .filter(|(key, level)| same(key, &level.label))
                .find_map(|(key, _)| Reader::of_level(rulebook, key));
            found.extend(level);
        }
        let text = visible_line(name);
        let (message, remedy) = match found.len() {
            1 => return Ok(found.remove(0)),
            0 => {
                let keys = |names: Vec<&String>| {
                    let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
                    names.join(", ")
                };
                let roles = keys(rulebook.roles.keys().collect());
                let levels = keys(rulebook.confidentiality.keys().collect());
                (
                    Bilingual::new(
                        format!("{option} {text}: there is no such role or confidentiality level"),
                        format!("{option} {text}：没有这个角色或密级"),
                    ),
                    Bilingual::new(
                        format!("roles: {roles}; levels: {levels}"),
                        format!("角色：{roles}；密级：{levels}（也可写中文名称）"),
                    ),
                )
            }
            _ => (
                Bilingual::new(
                    format!("{option} {text}: this is a role and a confidentiality level"),
                    format!("{option} {text}：既是角色又是密级"),
                ),
                Bilingual::new(
                    format!("write {} or {}", found[0].key, found[1].key),
                    format!("请写 {} 或 {}", found[0].key, found[1].key),
                ),
            ),
        };
        Err(Failure::Usage {
            message,
            remedy: Some(remedy),
        })
    }

    /// The names of the clues that a reader may not know of; read once for each reader.
    ///
    /// A clue whose card cannot be read may be of any level, so its id is hidden.
    pub fn unknown_to(&self, reader: &Reader) -> Arc<Unknown> {
        if let Ok(known) = self.unknown.lock()
            && let Some(unknown) = known.get(&reader.key)
        {
            return Arc::clone(unknown);
        }
        let (folders, _) = clue_folders(self.files());
        let cards: Vec<_> = folders
            .par_iter()
            .map(|folder| {
                let (card, _) = Case::load_card(self.files(), self.world(), folder);
                let path = format!("{folder}/clue.yaml");
                let is_there = card.is_some() || matches!(self.files().kind(&path), Ok(Some(_)));
                (file_name(folder), is_there, card)
            })
            .collect();
        let sees = |level: &str| reader.sees(level);
        let is_hidden = |(_, is_there, card): &&(&str, bool, Option<_>)| {
            let card: Option<&crate::record::Card> = card.as_ref();
            *is_there && card.is_none_or(|card| !sees(&card.confidentiality))
        };
        let hidden: Vec<_> = cards.iter().filter(is_hidden).collect();
        let hidden_cards: Vec<_> = hidden
            .iter()
            .filter_map(|(_, _, card)| card.as_ref())
            .collect();
        let all = cards.iter().filter_map(|(_, _, card)| card.as_ref());
        let open = all.filter(|card| sees(&card.confidentiality));
        let ids = hidden.iter().map(|(id, ..)| *id);
        let unknown = Arc::new(Unknown::new(ids, &hidden_cards, open));
        if let Ok(mut known) = self.unknown.lock() {
            known.insert(reader.key.clone(), Arc::clone(&unknown));
        }
        unknown
    }

    /// Reads a clue that can be printed, as a reader may see it; without a reader, whole.
    pub fn shown(
        &self,
        clue: &str,
        reader: Option<&Reader>,
        language: Language,
    ) -> Result<Shown, Failure> {
        let Some(reader) = reader else {
            return self.readable(clue).map(Shown::whole);
        };
        let (case, found) = self.case(clue)?;
        let may = case
            .card
            .as_ref()
            .is_some_and(|card| reader.sees(&card.confidentiality));
        if !may {
            return Err(self.not_for(reader));
        }
        if any_error(&found) {
            // The findings would tell what stands in the records.
            return Err(Failure::Refused {
                message: Bilingual::new(
                    "some records of this clue cannot be read, and no extract can be made",
                    "该线索有无法读取的记录，不能制作摘录",
                ),
                remedy: Bilingual::new(
                    "clue check says what is wrong, to those who have the files",
                    "持有文件的人可用 clue check 查看原因",
                ),
            });
        }
        let unknown = self.unknown_to(reader);
        extract(self.world(), reader, &unknown, case, language)
            .map(|extract| Shown::of(extract, language))
            .ok_or_else(|| self.not_for(reader))
    }

    fn not_for(&self, reader: &Reader) -> Failure {
        Failure::Refused {
            message: Bilingual::new(
                format!("this clue is not for readers of `{}`", reader.key),
                format!("“{}”无权知悉该线索", reader.label.zh),
            ),
            remedy: Bilingual::new(
                "name a reader who may see it, as confidentiality in workflow.yaml says",
                "请指定有权知悉的角色或密级，见 workflow.yaml 的 confidentiality",
            ),
        }
    }
}
