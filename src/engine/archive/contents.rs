//! What an archive package holds: the records as they are, their renderings, the history, the rules, and what it all is.
//! It writes nothing, and takes every record from the commit, never from the folder.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::archive::{
    self, BUNDLE, Bag, DOCUMENTS, FORMAT, Info, METADATA, METADATA_XML, README, RECORDS, RULES,
    STORY, pack, safe_name,
};
use crate::case::{CARD, Case, Record};
use crate::diagnostic::{Code, Diagnostic, Severity, any_error, sort};
use crate::document::{DOSSIER, dossier_values, story_text};
use crate::engine::archive::{PROGRAM, Stage};
use crate::engine::{Engine, Failure, Shown, environment};
use crate::files::{Files, digest, join};
use crate::git::BUNDLE_BRANCH;
use crate::paper::Press;
use crate::text::{Language, visible_line};

/// Folders and files by which the records are read.
const GOVERNING: &[&str] = &["workflow.yaml", "organisation.yaml", "schema", "calendar"];

/// A dossier on its way into a package.
pub(super) struct Dossier<'a> {
    pub(super) engine: &'a Engine,
    pub(super) stage: &'a Stage<'a>,
    /// The clue as its step leaves it.
    pub(super) stood: &'a Case,
    pub(super) press: &'a Press,
    pub(super) archive_number: &'a str,
}

type Payload = BTreeMap<String, Arc<[u8]>>;

impl Dossier<'_> {
    /// The whole package, and what a reader of its documents should know.
    pub(super) fn bag(&self) -> Result<(Bag, Vec<Diagnostic>), Failure> {
        let mut payload = Payload::new();
        let records = self.records(&mut payload)?;
        let (documents, findings) = self.documents(&mut payload)?;
        let history = self.history(&mut payload)?;
        self.rules(&mut payload)?;
        let mut metadata = self.metadata(&records, &documents, &history);
        metadata["pieces"] = self.pieces()?;
        add(&mut payload, METADATA, format!("{metadata:#}\n"));
        let render = |template: &str| {
            let templates = self.engine.templates();
            let rendered = templates.render(template, &metadata);
            rendered.map_err(|found| Failure::Findings(vec![found]))
        };
        add(&mut payload, METADATA_XML, render("archive/metadata.xml")?);
        let mut beside = Payload::new();
        add(&mut beside, README, render("archive/README.txt")?);
        Ok((pack(payload, beside, self.info(&metadata)), findings))
    }

    fn language(&self) -> Language {
        self.engine.world().organisation.language
    }

    /// Every file of the clue's folder as the commit has it; gives what metadata tells of them.
    fn records(&self, payload: &mut Payload) -> Result<Vec<Value>, Failure> {
        let Stage { files, case, .. } = self.stage;
        let entries = files.walk(&case.folder).map_err(|_| unread(&case.folder))?;
        let mut told = Vec::new();
        for (path, _) in entries {
            let bytes = files.read(&path, u64::MAX - 1).ok().flatten();
            let bytes = bytes.ok_or_else(|| unread(&path))?;
            let inner = path.strip_prefix(&format!("{}/", case.folder));
            let inner = inner.unwrap_or(&path).to_owned();
            let name = join(RECORDS, &safe_name(&inner));
            if payload.contains_key(&name) {
                return Err(environment(
                    format!("two files of the clue would have the name {name} in the package"),
                    format!("该线索有两个文件在信息包中会同名：{name}"),
                ));
            }
            told.push(self.described(&name, &inner, &bytes));
            payload.insert(name, bytes);
        }
        Ok(told)
    }

    fn described(&self, name: &str, inner: &str, bytes: &[u8]) -> Value {
        let case = &self.stage.case;
        let all = || case.records.values().flatten().chain(&case.card_record);
        let record = all().find(|record| record.inner == inner);
        let title = match record {
            Some(record) => self.title(record),
            None => self.attachment_title(inner),
        };
        json!({
            "path": name,
            "file": inner,
            "record": record.map(|record| &record.name),
            "title": title,
            "format": inner.rsplit_once('.').map(|(_, ending)| visible_line(ending).to_uppercase()),
            "sha256": digest(bytes),
            "bytes": bytes.len(),
        })
    }

    fn title(&self, record: &Record) -> String {
        let language = self.language();
        if record.name == CARD {
            return match language {
                Language::En => "Index card".to_owned(),
                Language::Zh => "线索索引卡".to_owned(),
            };
        }
        let declared = &self.engine.world().rulebook.records[&record.name].label;
        let department = record
            .parts
            .get("department")
            .map(|key| self.department(key));
        let label = declared.get(language);
        match (department, language) {
            (None, _) => label.to_owned(),
            (Some(department), Language::En) => format!("{label} ({department})"),
            (Some(department), Language::Zh) => format!("{label}（{department}）"),
        }
    }

    /// What the list of attachments calls a file.
    fn attachment_title(&self, inner: &str) -> String {
        let file = inner.strip_prefix("attachments/").unwrap_or(inner);
        let records = self.stage.case.records.values().flatten();
        let listed = records.flat_map(|record| record.value["attachments"].as_array());
        let listed = listed.flatten().find(|item| item["file"] == file);
        let title = listed.and_then(|item| item["title"].as_str());
        visible_line(title.unwrap_or(file))
    }

    fn department(&self, key: &str) -> String {
        let departments = &self.engine.world().organisation.departments;
        let name = departments.get(key).map(|department| &department.name);
        visible_line(name.map_or(key, String::as_str))
    }

    /// Every record and the whole dossier as HTML and as PDF.
    fn documents(&self, payload: &mut Payload) -> Result<(Vec<Value>, Vec<Diagnostic>), Failure> {
        let (engine, language) = (self.engine, self.language());
        let mut told = Vec::new();
        let mut findings: Vec<Diagnostic> = Vec::new();
        // The archive keeps everything, the reporter's name too.
        let shown = Shown::whole(self.stood.clone());
        for document in engine.documents(self.stood, language)? {
            let stem = document
                .rsplit_once('.')
                .map_or(&*document, |(stem, _)| stem);
            let html = engine.html(&shown, &document, language)?;
            // Text that is too long for paper is in the package as HTML alone, and that is told: a sealed record must not
            // keep a dossier out of the archive for ever.
            let paper = match engine.pdf(self.press, &shown, &document, language) {
                Ok(paper) => Some(paper),
                Err(Failure::Findings(mut found))
                    if found.iter().all(|one| one.code == Code::DocumentTooLong) =>
                {
                    for one in &mut found {
                        one.severity = Severity::Warning;
                    }
                    findings.extend(found);
                    None
                }
                Err(failure) => return Err(failure),
            };
            let all = || self.stood.records.values().flatten();
            let record = all().find(|record| record.inner == document);
            let title = match (record, language) {
                (Some(record), _) => self.title(record),
                (None, Language::En) => "Dossier".to_owned(),
                (None, Language::Zh) => "线索办理卷宗".to_owned(),
            };
            let mut renderings = vec![("html", html.into_bytes(), None)];
            if let Some(paper) = paper {
                findings.extend(paper.findings);
                renderings.push(("pdf", paper.pdf, Some(paper.pages)));
            }
            for (ending, bytes, pages) in renderings {
                let name = format!("{DOCUMENTS}/{stem}.{ending}");
                told.push(json!({
                    "path": name,
                    "of": if document == DOSSIER { Value::Null } else { json!(document) },
                    "title": title,
                    "format": if ending == "pdf" { "PDF/A-2a, PDF/UA-1" } else { "HTML" },
                    "pages": pages,
                    "sha256": digest(&bytes),
                    "bytes": bytes.len(),
                }));
                payload.insert(name, Arc::from(bytes));
            }
        }
        // The dossier holds every record, so what one lacks is told once.
        sort(&mut findings);
        findings.dedup();
        if any_error(&findings) {
            return Err(Failure::Findings(findings));
        }
        Ok((told, findings))
    }

    /// The clue's commits, as text and as a bundle.
    fn history(&self, payload: &mut Payload) -> Result<Value, Failure> {
        let Stage {
            repository,
            commit,
            case,
            ..
        } = self.stage;
        let turns = self.engine.turns(repository, &case.folder, *commit)?;
        let story = self.engine.story_of(repository, &case.folder, &turns)?;
        if story.is_shallow {
            return Err(environment(
                "this clone has only a part of the history, and the archive keeps the whole: git fetch --unshallow",
                "此克隆只含部分历史，而档案须保存全部历史：请执行 git fetch --unshallow",
            ));
        }
        let told = self.engine.tell(&story, self.language(), true);
        add(payload, STORY, story_text(&story, &told, self.language()));
        let prefix = repository.prefix(self.engine.root());
        let bundle = repository.bundle(&turns, &join(&prefix, &case.folder))?;
        payload.insert(BUNDLE.to_owned(), Arc::from(bundle));
        let at = |chapter: Option<&crate::story::Chapter>| chapter.map(|one| one.at.to_string());
        Ok(json!({
            "commit": commit.to_string(),
            "commits": turns.len(),
            "first": at(story.chapters.first()),
            "last": at(story.chapters.last()),
            "branch": BUNDLE_BRANCH,
            "folder": join(&prefix, &case.folder),
        }))
    }

    /// Rulebook, people, schemas and calendars as the commit has them.
    fn rules(&self, payload: &mut Payload) -> Result<(), Failure> {
        let files = &self.stage.files;
        let mut paths: Vec<String> = Vec::new();
        for top in GOVERNING {
            match files.kind(top) {
                Ok(Some(crate::files::FileKind::Folder)) => {
                    let below = files.walk(top).map_err(|_| unread(top))?;
                    paths.extend(below.into_iter().map(|(path, _)| path));
                }
                Ok(Some(_)) => paths.push((*top).to_owned()),
                _ => {}
            }
        }
        for path in paths {
            let bytes = files.read(&path, u64::MAX - 1).ok().flatten();
            let bytes = bytes.ok_or_else(|| unread(&path))?;
            payload.insert(join(RULES, &safe_name(&path)), bytes);
        }
        Ok(())
    }

    /// What the package is about.
    fn metadata(&self, records: &[Value], documents: &[Value], history: &Value) -> Value {
        let world = self.engine.world();
        let language = self.language();
        let nothing = Value::Null;
        let card = self.stood.card_record.as_ref();
        let card = card.map_or(&nothing, |card| &*card.value);
        let label = |what: &str, key: &Value| match key.as_str() {
            Some(key) => {
                json!({"key": key, "label": visible_line(&world.rulebook.label(what, key, language))})
            }
            None => Value::Null,
        };
        let person = |key: &Value| match key.as_str() {
            Some(key) => {
                let person = world.organisation.people.get(key);
                let department = person.map(|person| self.department(&person.department));
                json!({"key": key, "name": visible_line(world.organisation.person_name(key)), "department": department})
            }
            None => Value::Null,
        };
        let trail = card["trail"].as_array().into_iter().flatten().map(|entry| {
            json!({
                "step": label("step", &entry["step"]),
                "by": person(&entry["by"]),
                "at": entry["at"],
                "from": label("state", &entry["from"]),
                "to": label("state", &entry["to"]),
                "department": entry["department"].as_str().map(|key| self.department(key)),
                "reason": entry["reason"].as_str().map(visible_line),
            })
        });
        let trail: Vec<Value> = trail.collect();
        let departments = card["departments"].as_array().into_iter().flatten();
        let departments = departments.filter_map(|key| {
            let key = key.as_str()?;
            Some(json!({"key": key, "name": self.department(key)}))
        });
        let pages = documents.iter().filter(|document| document["of"].is_null());
        let pages: u64 = pages
            .filter_map(|document| document["pages"].as_u64())
            .sum();
        json!({
            "format": FORMAT,
            "program": PROGRAM,
            "language": language.code(),
            "organisation": {
                "name": visible_line(&world.organisation.name),
                "fonds": world.organisation.fonds,
                "time_zone": world.organisation.time_zone,
            },
            "archive": self.numbered(card),
            "clue": {
                "id": card["id"],
                "number": card["number"],
                "aliases": card["aliases"],
                "title": card["title"].as_str().map(visible_line),
                "category": label("category", &card["category"]),
                "kind": label("kind", &card["kind"]),
                "urgency": label("urgency", &card["urgency"]),
                "confidentiality": label("confidentiality", &card["confidentiality"]),
                "state": label("state", &card["state"]),
                "departments": departments.collect::<Vec<_>>(),
            },
            "pages": pages,
            "archived": trail.last(),
            "trail": trail,
            "history": history,
            "records": records,
            "documents": documents,
        })
    }

    /// How many documents the dossier has, as its cover, its register of contents and its note say.
    fn pieces(&self) -> Result<Value, Failure> {
        let shown = Shown::whole(self.stood.clone());
        let values = self
            .engine
            .with_records(&shown, self.language(), |input| Ok(dossier_values(input)));
        values.map(|mut values| values["pieces"].take())
    }

    /// The archive number with its parts.
    fn numbered(&self, card: &Value) -> Value {
        let world = self.engine.world();
        let language = self.language();
        let class = card["retention"].as_str();
        let retention = class.and_then(|key| world.rulebook.retention.get_key_value(key));
        let archive = world.rulebook.archive.as_ref();
        let mut parts = self.archive_number.rsplitn(3, ['-', '·']);
        let item = parts.next();
        json!({
            "number": self.archive_number,
            "class": archive.map(|archive| &archive.class),
            "year": self.archived_in(card),
            "item": item,
            "department": parts.next(),
            "retention": retention.map(|(key, class)| json!({
                "key": key,
                "label": class.label.get(language),
                "code": class.code(),
                "years": class.years,
            })),
            "until": card["retention_until"],
        })
    }

    fn archived_in(&self, card: &Value) -> Option<i32> {
        let steps = &self.engine.world().rulebook.steps;
        let trail = card["trail"].as_array()?;
        let archiving = trail.iter().rev().find(|entry| {
            let step = entry["step"].as_str().and_then(|step| steps.get(step));
            step.is_some_and(|step| step.archives)
        })?;
        let at = crate::time::Timestamp::parse(archiving["at"].as_str()?)?;
        Some(at.year())
    }

    /// What the bag says about itself.
    fn info(&self, metadata: &Value) -> Info {
        let text = |pointer: &str| metadata.pointer(pointer).and_then(Value::as_str);
        let mut info = Info::default();
        let mut say = |label: &str, value: Option<&str>| info.say(label, value.unwrap_or_default());
        say("Source-Organization", text("/organisation/name"));
        say("External-Identifier", Some(self.archive_number));
        say("Internal-Sender-Identifier", text("/clue/id"));
        say("Internal-Sender-Description", text("/clue/number"));
        say(
            "Bagging-Date",
            Some(&self.stage.actor.at.date().to_string()),
        );
        say("Bag-Software-Agent", Some(PROGRAM));
        say("Bag-Format", Some(archive::FORMAT));
        info
    }
}

fn add(files: &mut Payload, path: &str, text: String) {
    files.insert(path.to_owned(), Arc::from(text.into_bytes()));
}

fn unread(path: &str) -> Failure {
    environment(
        format!("{path} cannot be read from history"),
        format!("无法从历史中读取 {path}"),
    )
}
