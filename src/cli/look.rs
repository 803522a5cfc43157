//! `clue show`, `list`, `check`, `explain`: what only looks.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::builtin;
use crate::case::id_of;
use crate::cli::steps::Format;
use crate::cli::{Answer, Context};
use crate::diagnostic::{Code, any_error};
use crate::engine::{Engine, Failure, find_root, no_such_path};
use crate::files::DiskFiles;
use crate::report::{self, SCHEMA_VERSION};
use crate::text::{Bilingual, Language, pad, shorten, visible, visible_line, width};
use crate::world::World;

/// Arguments of `clue show`.
#[derive(Args)]
pub(super) struct Show {
    /// The clue: id, register number, or a path into its folder
    #[arg(value_name = "ID")]
    clue: String,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Show {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let (case, found) = engine.case(&self.clue)?;
        if self.format == Format::Json {
            let mut records = serde_json::Map::new();
            for record in case
                .card_record
                .iter()
                .chain(case.records.values().flatten())
            {
                records.insert(record.inner.clone(), record.value.clone());
            }
            let answer = json!({"schemaVersion": SCHEMA_VERSION, "id": case.id, "folder": case.folder, "records": records});
            return Ok(Answer::new(format!("{answer:#}\n")));
        }
        let world = engine.world();
        let language = context.style.language;
        let Some(card) = &case.card else {
            if any_error(&found) {
                return Err(Failure::Findings(found));
            }
            return Ok(Answer::new(context.say(
                &format!("{}: begun, not yet collected\n{}\n", case.id, case.folder),
                &format!("{}：已起草，尚未提交\n{}\n", case.id, case.folder),
            )));
        };
        let label = |what: &str, key: &Option<String>| {
            key.as_ref().map_or_else(
                || "—".to_owned(),
                |key| world.rulebook.label(what, key, language),
            )
        };
        let departments: Vec<&str> = card
            .departments
            .iter()
            .flatten()
            .map(|department| world.organisation.department_name(department))
            .collect();
        let rows = [
            (context.say("id", "标识"), case.id.clone()),
            (
                context.say("number", "编号"),
                card.number.clone().unwrap_or_else(|| "—".to_owned()),
            ),
            (context.say("title", "标题"), visible_line(&card.title)),
            (
                context.say("category", "类别"),
                format!(
                    "{} / {}",
                    label("category", &card.category),
                    label("kind", &card.kind)
                ),
            ),
            (
                context.say("urgency", "紧急程度"),
                label("urgency", &card.urgency),
            ),
            (
                context.say("confidentiality", "密级"),
                world
                    .rulebook
                    .label("confidentiality", &card.confidentiality, language),
            ),
            (
                context.say("state", "状态"),
                world.rulebook.label("state", &card.state, language),
            ),
            (
                context.say("responsible", "责任人"),
                world.organisation.person_name(&card.responsible).to_owned(),
            ),
            (
                context.say("departments", "责任部门"),
                if departments.is_empty() {
                    "—".to_owned()
                } else {
                    departments.join(", ")
                },
            ),
            (context.say("folder", "目录"), case.folder.clone()),
        ];
        let widest = rows.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
        let mut text = String::new();
        for (name, value) in &rows {
            text.push_str(&format!("{}  {value}\n", pad(name, widest)));
        }
        text.push('\n');
        let steps: Vec<String> = card
            .trail
            .iter()
            .map(|entry| world.rulebook.label("step", &entry.step, language))
            .collect();
        let widest = steps.iter().map(|step| width(step)).max().unwrap_or(0);
        for (entry, step) in card.trail.iter().zip(&steps) {
            let at = crate::time::Timestamp::parse(&entry.at)
                .map_or_else(|| entry.at.clone(), crate::time::Timestamp::minutes);
            let department = entry.department.as_ref().map_or_else(String::new, |key| {
                format!("  [{}]", world.organisation.department_name(key))
            });
            let reason = entry
                .reason
                .as_ref()
                .map_or_else(String::new, |reason| format!("  {}", visible_line(reason)));
            text.push_str(&format!(
                "{at}  {}  {}{department}{reason}\n",
                pad(step, widest),
                world.organisation.person_name(&entry.by)
            ));
        }
        Ok(Answer::new(text))
    }
}

/// A table for people, or data for programs.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    Table,
    Json,
    Csv,
}

/// Arguments of `clue list`.
#[derive(Args)]
pub(super) struct List {
    /// Only clues in this state (repeatable)
    #[arg(long)]
    state: Vec<String>,
    /// Only clues of this category
    #[arg(long)]
    category: Option<String>,
    /// Only clues of this kind
    #[arg(long)]
    kind: Option<String>,
    /// Only clues of this urgency
    #[arg(long)]
    urgency: Option<String>,
    /// Only clues of this department
    #[arg(long)]
    department: Option<String>,
    /// Only clues that this person is responsible for
    #[arg(long, value_name = "PERSON")]
    responsible: Option<String>,
    /// Only clues whose title holds this text
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    format: ListFormat,
}

impl List {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let world = engine.world();
        let language = context.style.language;
        let mut rows: Vec<[String; 8]> = Vec::new();
        let mut data: Vec<Value> = Vec::new();
        let mut unreadable = 0;
        for (case, _) in engine.cases() {
            let Some(card) = &case.card else {
                unreadable += usize::from(case.card_record.is_some());
                continue;
            };
            if !self.wants(card) {
                continue;
            }
            let departments: Vec<&str> = card
                .departments
                .iter()
                .flatten()
                .map(|department| world.organisation.department_name(department))
                .collect();
            let label = |what: &str, key: &Option<String>| {
                key.as_ref()
                    .map_or_else(String::new, |key| world.rulebook.label(what, key, language))
            };
            rows.push([
                case.id.clone(),
                card.number.clone().unwrap_or_default(),
                world.rulebook.label("state", &card.state, language),
                label("urgency", &card.urgency),
                label("kind", &card.kind),
                world.organisation.person_name(&card.responsible).to_owned(),
                departments.join(", "),
                visible_line(&card.title),
            ]);
            data.push(
                case.card_record
                    .as_ref()
                    .map(|record| record.value.clone())
                    .unwrap_or_default(),
            );
        }
        let headings = if language == Language::Zh {
            [
                "标识",
                "编号",
                "状态",
                "紧急程度",
                "种类",
                "责任人",
                "责任部门",
                "标题",
            ]
        } else {
            [
                "id",
                "number",
                "state",
                "urgency",
                "kind",
                "responsible",
                "departments",
                "title",
            ]
        };
        let mut text = match self.format {
            ListFormat::Json => format!(
                "{:#}\n",
                json!({"schemaVersion": SCHEMA_VERSION, "clues": data})
            ),
            ListFormat::Csv => csv(&headings, &rows)?,
            ListFormat::Table => table(&headings, &rows),
        };
        if unreadable > 0 && self.format == ListFormat::Table {
            text.push_str(&context.say(
                &format!("{unreadable} clues cannot be read; clue check says why\n"),
                &format!("另有 {unreadable} 条线索无法读取，clue check 可查看原因\n"),
            ));
        }
        Ok(Answer::new(text))
    }

    fn wants(&self, card: &crate::record::Card) -> bool {
        let same =
            |wanted: &Option<String>, own: &Option<String>| wanted.is_none() || wanted == own;
        (self.state.is_empty() || self.state.contains(&card.state))
            && same(&self.category, &card.category)
            && same(&self.kind, &card.kind)
            && same(&self.urgency, &card.urgency)
            && self.department.as_ref().is_none_or(|department| {
                card.departments
                    .iter()
                    .flatten()
                    .any(|own| own == department)
            })
            && self
                .responsible
                .as_ref()
                .is_none_or(|person| *person == card.responsible)
            && self
                .search
                .as_ref()
                .is_none_or(|text| card.title.to_lowercase().contains(&text.to_lowercase()))
    }
}

fn table(headings: &[&str; 8], rows: &[[String; 8]]) -> String {
    let mut widths = headings.map(width);
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            widths[column] = widths[column].max(width(cell)).min(40);
        }
    }
    let line = |cells: &[String; 8]| {
        let shown: Vec<String> = cells
            .iter()
            .zip(widths)
            .enumerate()
            .map(|(column, (cell, columns))| {
                if column == 7 {
                    shorten(cell, 60)
                } else {
                    pad(&shorten(cell, columns), columns)
                }
            })
            .collect();
        format!("{}\n", shown.join("  ").trim_end())
    };
    let mut text = line(&headings.map(str::to_owned));
    for row in rows {
        text.push_str(&line(row));
    }
    text
}

fn csv(headings: &[&str; 8], rows: &[[String; 8]]) -> Result<String, Failure> {
    let failed = |error: csv::Error| Failure::Environment {
        message: Bilingual::new(error.to_string(), error.to_string()),
        remedy: None,
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(headings).map_err(failed)?;
    for row in rows {
        // A cell that a spreadsheet would take for a formula is text.
        let neutral = row.iter().map(|cell| {
            if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
                format!("'{cell}")
            } else {
                cell.clone()
            }
        });
        writer.write_record(neutral).map_err(failed)?;
    }
    let bytes = writer.into_inner().unwrap_or_default();
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

/// Arguments of `clue check`.
#[derive(Args)]
pub(super) struct Check {
    /// Folders, files or clues (everything)
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Check {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let start = self
            .paths
            .iter()
            .map(|path| context.folder.join(path))
            .find(|path| path.exists());
        let start = start.map(|path| {
            if path.is_dir() {
                path
            } else {
                path.parent().map(ToOwned::to_owned).unwrap_or(path)
            }
        });
        let start = start.unwrap_or_else(|| context.folder.clone());
        let Some(root) = find_root(&start) else {
            return Err(Engine::open(&start)
                .err()
                .unwrap_or_else(|| no_repository(&start)));
        };
        let mut missing = Vec::new();
        let mut chosen: Vec<String> = Vec::new();
        let mut everything = self.paths.is_empty();
        for path in &self.paths {
            let full = context.folder.join(path).canonicalize();
            match full {
                Ok(full) => {
                    let inside = full
                        .strip_prefix(&root)
                        .unwrap_or(&full)
                        .to_string_lossy()
                        .replace('\\', "/");
                    match id_of(&inside).and_then(crate::case::folder_of) {
                        Some(folder) => chosen.push(folder),
                        None => everything = true,
                    }
                }
                Err(_) => match Engine::open(&root).and_then(|engine| engine.find(path)) {
                    Ok(folder) => chosen.push(folder),
                    Err(_) => missing.push(no_such_path(path)),
                },
            }
        }
        let mut found = Engine::check(&root, (!everything).then_some(chosen.as_slice()));
        found.extend(missing);
        let files = DiskFiles::new(&root);
        let output = match self.format {
            Format::Json => format!(
                "{:#}\n",
                report::json(&found, &files, context.style.language)
            ),
            Format::Text if found.is_empty() => String::new(),
            Format::Text => report::text(&found, &files, context.style) + "\n",
        };
        Ok(Answer {
            output,
            findings: any_error(&found),
        })
    }
}

fn no_repository(start: &std::path::Path) -> Failure {
    Failure::Environment {
        message: Bilingual::new(
            format!("{} is in no clue repository", start.display()),
            format!("{} 不在线索仓库中", start.display()),
        ),
        remedy: None,
    }
}

/// Arguments of `clue explain`.
#[derive(Args)]
pub(super) struct Explain {
    /// A code, rule or key
    name: Option<String>,
}

impl Explain {
    pub(super) fn run(self, context: &Context) -> Result<Answer, Failure> {
        let language = context.style.language;
        let Some(name) = self.name else {
            let widest = Code::ALL
                .iter()
                .map(|code| code.name().len())
                .max()
                .unwrap_or(0);
            let lines: String = Code::ALL
                .iter()
                .map(|code| {
                    format!(
                        "{}  {}\n",
                        pad(code.name(), widest),
                        code.summary().get(language)
                    )
                })
                .collect();
            return Ok(Answer::new(lines));
        };
        if let Some(code) = Code::by_name(&name) {
            return Ok(Answer::new(format!(
                "{name}: {}\n\n{}\n",
                code.summary().get(language),
                code.explanation().get(language)
            )));
        }
        let files = find_root(&context.folder).map(DiskFiles::new);
        let own = files.as_ref().and_then(|files| {
            World::load(files, builtin::files())
                .0
                .map(|world| world.rulebook)
        });
        let rulebook = match own {
            Some(rulebook) => rulebook,
            None => built_in_rulebook()?,
        };
        let mut text = String::new();
        for rule in rulebook
            .all_rules()
            .filter(|rule| rule.name == name || rule.procedure.all().contains(&name.as_str()))
        {
            text.push_str(&format!("{} [{}]\n", rule.name, rule.procedure.joined()));
            text.push_str(&format!("  {}\n", visible(rule.message.get(language))));
            if let Some(each) = &rule.each {
                text.push_str(&context.say(
                    &format!("  for each: {each}\n"),
                    &format!("  逐份判定：{each}\n"),
                ));
            }
            if let Some(when) = &rule.when {
                text.push_str(&context.say(
                    &format!("  where:  {}\n", when.source()),
                    &format!("  适用：{}\n", when.source()),
                ));
            }
            text.push_str(&context.say(
                &format!("  expect: {}\n", rule.expect.source()),
                &format!("  要求：{}\n", rule.expect.source()),
            ));
            if let Some(remedy) = &rule.remedy {
                text.push_str(&context.say(
                    &format!("  help:   {}\n", remedy.en),
                    &format!("  办法：{}\n", remedy.zh),
                ));
            }
            text.push('\n');
        }
        if let Some(principle) = rulebook.principles.get(&name) {
            text.push_str(&format!("{name}: {}\n", principle.get(language)));
        }
        let steps = rulebook
            .steps
            .iter()
            .filter(|(_, step)| step.procedure.all().contains(&name.as_str()));
        for (key, step) in steps {
            text.push_str(&context.say(
                &format!("step {key}: {}\n", step.label.en),
                &format!("步骤 {key}：{}\n", step.label.zh),
            ));
        }
        for (key, deadline) in rulebook
            .deadlines
            .iter()
            .filter(|(_, deadline)| deadline.procedure.all().contains(&name.as_str()))
        {
            text.push_str(&context.say(
                &format!("deadline {key}: {}\n", deadline.label.en),
                &format!("期限 {key}：{}\n", deadline.label.zh),
            ));
        }
        if text.is_empty() {
            let codes = Code::ALL.iter().map(|code| code.name());
            let rules: Vec<&str> = rulebook
                .all_rules()
                .map(|rule| rule.name.as_str())
                .collect();
            let near = crate::text::nearest(&name, codes.chain(rules.iter().copied()));
            return Err(Failure::Usage {
                message: Bilingual::new(
                    format!("there is no code, rule or key `{name}`"),
                    format!("没有 `{name}` 这个代码、规则或条款"),
                ),
                remedy: Some(near.map_or_else(
                    || {
                        Bilingual::new(
                            "clue explain lists all codes",
                            "clue explain 可列出全部代码",
                        )
                    },
                    |near| {
                        Bilingual::new(
                            format!("perhaps `{near}` is meant"),
                            format!("是否想查 `{near}`？"),
                        )
                    },
                )),
            });
        }
        Ok(Answer::new(text))
    }
}

fn built_in_rulebook() -> Result<crate::rulebook::Rulebook, Failure> {
    use crate::files::Files;
    let bytes = builtin::files()
        .read("workflow.yaml", u64::MAX - 1)
        .ok()
        .flatten()
        .unwrap_or_default();
    let (document, _) = crate::yaml::parse("workflow.yaml", &bytes);
    let value = document
        .map(|document| document.root.to_json())
        .unwrap_or_default();
    crate::rulebook::Rulebook::from_value(value).map_err(|error| Failure::Environment {
        message: Bilingual::new(error.clone(), error),
        remedy: None,
    })
}
