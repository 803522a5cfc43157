//! `clue due`: what is late, due today and due soon, for whom; as a table, as data, as a calendar feed, as texts to be mailed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::filter::unreadable_note;
use crate::cli::keys::{departments, key_of, people};
use crate::cli::{Answer, Context, err, output};
use crate::clock::Phase;
use crate::due::{DigestFormat, Item, digest, feed, sort};
use crate::engine::{AllDue, Engine, Failure};
use crate::report::SCHEMA_VERSION;
use crate::text::{Bilingual, pad, shorten, visible_line, width};
use crate::time::Timestamp;

/// A table for people, data for programs, or a feed for calendars.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DueFormat {
    Table,
    Json,
    Ics,
}

/// In which form digests are written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DigestAs {
    Markdown,
    Html,
}

/// Reads a number of working days ahead.
fn days(text: &str) -> Result<i64, String> {
    let number = text.parse().ok().filter(|days| (0..=1_000).contains(days));
    number.ok_or_else(|| "a number of working days from 0 to 1000, such as 5".to_owned())
}

/// Arguments of `clue due`.
#[derive(Args)]
pub(super) struct Due {
    /// Only what this person is answerable for, or is told of by escalation
    #[arg(long)]
    person: Option<String>,
    /// Only what concerns this department
    #[arg(long)]
    department: Option<String>,
    /// How many working days ahead count as soon
    #[arg(long, value_name = "DAYS", default_value_t = 5, value_parser = days, allow_hyphen_values = true)]
    within: i64,
    /// Everything that somebody waits for, also what is paused or due later
    #[arg(long, conflicts_with = "within")]
    all: bool,
    /// Exit status 1 where something is overdue
    #[arg(long)]
    fail_overdue: bool,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = DueFormat::Table)]
    format: DueFormat,
    /// One text a person, ready to be mailed; with --output FOLDER a file each
    #[arg(long, value_enum, value_name = "FORM", conflicts_with = "format")]
    digest: Option<DigestAs>,
    /// Write into this file; with --digest into this folder (standard output)
    #[arg(short = 'o', long, value_name = "PATH")]
    output: Option<PathBuf>,
}

impl Due {
    pub(super) fn run(mut self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let now = context.moment(&engine)?;
        let language = context.style.language;
        if let Some(person) = &mut self.person {
            *person = key_of("--person", person, &people(&engine))?;
        }
        if let Some(department) = &mut self.department {
            *department = key_of("--department", department, &departments(&engine))?;
        }
        let AllDue {
            mut items,
            unreadable,
            uncomputed,
        } = engine.due(now);
        items.retain(|item| self.concerns(&engine, item));
        let open = items.len();
        items.retain(|item| self.wants(item));
        let hidden = open - items.len();
        sort(&mut items);
        if uncomputed > 0 {
            err(&context.say(
                &format!("warning: {uncomputed} deadlines cannot be computed and are missing here; clue check says why\n"),
                &format!("警告：有 {uncomputed} 个期限无法计算，未列入；clue check 可查看原因\n"),
            ));
        }
        let overdue = items
            .iter()
            .any(|item| item.standing.phase == Phase::Overdue);
        let output = match (self.digest, self.format) {
            (Some(form), _) => self.digests(&engine, &items, now, form, context)?,
            (None, DueFormat::Ics) => {
                let text = feed(engine.world(), &items, now, language);
                self.put(context, &engine, "ics", text)?
            }
            (None, DueFormat::Json) => {
                let items: Vec<_> = items.iter().map(Item::to_json).collect();
                let answer = json!({
                    "schemaVersion": SCHEMA_VERSION, "now": now.to_string(), "unreadable": unreadable,
                    "uncomputed": uncomputed, "items": items,
                });
                self.put(context, &engine, "json", format!("{answer:#}\n"))?
            }
            (None, DueFormat::Table) => {
                let mut text = table(&engine, &items, context);
                if hidden > 0 {
                    text.push_str(&context.say(
                        &format!("{hidden} more are due later or paused: --all\n"),
                        &format!("另有 {hidden} 项尚早或暂停计时，加 --all 查看\n"),
                    ));
                }
                if unreadable > 0 {
                    text.push_str(&unreadable_note(unreadable, context));
                }
                self.put(context, &engine, "txt", text)?
            }
        };
        Ok(Answer {
            findings: self.fail_overdue && overdue,
            ..Answer::new(output)
        })
    }

    /// Whether it is time to look at it.
    fn wants(&self, item: &Item) -> bool {
        let soon = match item.standing.phase {
            Phase::Overdue | Phase::DueToday => true,
            Phase::Running => item
                .standing
                .left_working
                .is_none_or(|left| left <= self.within),
            _ => false,
        };
        self.all || soon
    }

    /// Whether it is about the person and the department asked for.
    fn concerns(&self, engine: &Engine, item: &Item) -> bool {
        self.person
            .as_ref()
            .is_none_or(|person| item.told.contains(person))
            && self
                .department
                .as_ref()
                .is_none_or(|department| item.is_of_department(engine.world(), department))
    }

    /// The text for standard output: all of it, or nothing where it went into a file.
    fn put(
        &self,
        context: &Context,
        engine: &Engine,
        ending: &str,
        text: String,
    ) -> Result<String, Failure> {
        let Some(path) = &self.output else {
            return Ok(text);
        };
        output::write(context, engine.root(), path, &[ending], text.as_bytes())?;
        Ok(String::new())
    }

    fn digests(
        &self,
        engine: &Engine,
        items: &[Item],
        now: Timestamp,
        form: DigestAs,
        context: &Context,
    ) -> Result<String, Failure> {
        let format = match form {
            DigestAs::Markdown => DigestFormat::Markdown,
            DigestAs::Html => DigestFormat::Html,
        };
        let person = self.person.as_deref();
        if person.is_none() && self.output.is_none() {
            return Err(Failure::Usage {
                message: Bilingual::new(
                    "a digest is for one person: whose, or into which folder all of them?",
                    "提醒一人一份：请指定是谁，或写入哪个目录",
                ),
                remedy: Some(Bilingual::new(
                    "give --person PERSON, or --output FOLDER",
                    "请用 --person 人员，或 --output 目录",
                )),
            });
        }
        let digests = digest(
            engine.world(),
            engine.templates(),
            items,
            now,
            (format, context.style.language),
            person,
        )
        .map_err(|found| Failure::Findings(vec![found]))?;
        let Some(folder) = &self.output else {
            return Ok(digests.into_iter().map(|digest| digest.text).collect());
        };
        // Nothing is made, not even a folder, where no document may lie.
        let first = folder.join(format!("x.{}", format.ending()));
        let endings = [format.ending()];
        output::permit_below(engine.root(), &context.folder.join(&first), &endings)?;
        if context.folder.join(folder).is_file() {
            return Err(Failure::Usage {
                message: Bilingual::new(
                    format!("{} is a file, and a folder is needed", folder.display()),
                    format!("{} 是文件，这里需要目录", folder.display()),
                ),
                remedy: None,
            });
        }
        std::fs::create_dir_all(context.folder.join(folder))
            .map_err(|error| Failure::of_system(folder, &error))?;
        let mut text = String::new();
        for digest in digests {
            let path = folder.join(format!("{}.{}", digest.person, format.ending()));
            let bytes = digest.text.as_bytes();
            output::write(context, engine.root(), &path, &[format.ending()], bytes)?;
            let address = engine.world().organisation.people.get(&digest.person);
            let address = address.map_or("", |person| person.email.first());
            text.push_str(&format!("{}\t{address}\n", path.display()));
        }
        Ok(text)
    }
}

fn table(engine: &Engine, items: &[Item], context: &Context) -> String {
    let world = engine.world();
    let language = context.style.language;
    if items.is_empty() {
        return context.say("nothing is due\n", "没有到期事项\n");
    }
    let groups = [
        ("overdue", "已逾期", Phase::Overdue),
        ("due today", "今日到期", Phase::DueToday),
        ("due", "未到期", Phase::Running),
        ("paused", "暂停计时", Phase::Paused),
    ];
    let cells = |item: &Item| {
        let standing = match (item.standing.phase, item.escalation.as_ref()) {
            (_, None) => item.clock.words(&item.standing).get(language).to_owned(),
            (_, Some(level)) => format!(
                "{} → {}",
                item.clock.words(&item.standing).get(language),
                level.get(language)
            ),
        };
        [
            item.name().to_owned(),
            item.matter(world).get(language).to_owned(),
            visible_line(world.organisation.person_name(&item.clock.responsible)),
            standing,
        ]
    };
    let rows: Vec<[String; 4]> = items.iter().map(cells).collect();
    let mut widths = [0; 4];
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            widths[column] = widths[column].max(width(cell)).min(40);
        }
    }
    let mut text = String::new();
    for (en, zh, wanted) in groups {
        let members: Vec<_> = items
            .iter()
            .zip(&rows)
            .filter(|(item, _)| item.standing.phase == wanted)
            .collect();
        if members.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&context.say(
            &format!("{en} ({})\n", members.len()),
            &format!("{zh}（{}）\n", members.len()),
        ));
        for (item, row) in members {
            let shown: Vec<String> = row
                .iter()
                .zip(widths)
                .enumerate()
                .map(|(column, (cell, columns))| match column {
                    3 => cell.clone(),
                    _ => pad(&shorten(cell, columns), columns),
                })
                .collect();
            let line = format!("  {}", shown.join("  "));
            if context.style.colour && item.standing.phase == Phase::Overdue {
                text.push_str(&format!("\u{1b}[31m{line}\u{1b}[0m\n"));
            } else {
                text.push_str(&format!("{line}\n"));
            }
            let title = shorten(&visible_line(&item.title), 72);
            text.push_str(&format!("  {}  {title}\n", pad("", widths[0])));
        }
    }
    text
}
