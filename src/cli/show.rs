//! `clue show`: one clue with its trail.

use crate::cli::{Answer, Context, Format};
use crate::diagnostic::any_error;
use crate::engine::Failure;
use crate::report::SCHEMA_VERSION;
use crate::text::{pad, visible_line, width};
use clap::Args;
use serde_json::json;

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
                records.insert(record.inner.clone(), (*record.value).clone());
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
        let mut rows = Vec::from(rows);
        if let Some(number) = &card.archive_number {
            rows.push((context.say("archive number", "档号"), number.clone()));
        }
        if card.retention.is_some() {
            let until = card.retention_until.as_deref();
            let until = until.map_or_else(String::new, |until| {
                context.say(&format!(", until {until}"), &format!("，至 {until}"))
            });
            let kept = label("retention", &card.retention) + &until;
            rows.push((context.say("retention", "保管期限"), kept));
        }
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
            let about = [
                entry
                    .department
                    .as_ref()
                    .map(|key| world.organisation.department_name(key).to_owned()),
                entry
                    .deadline
                    .as_ref()
                    .map(|key| world.rulebook.label("deadline", key, language)),
                entry.extension.map(|more| format!("+{more}")),
                entry.record.as_ref().map(|record| visible_line(record)),
                entry
                    .number_before
                    .as_ref()
                    .zip(entry.number.as_ref())
                    .map(|(before, after)| format!("{before} → {after}")),
                entry.entry.map(|number| number.to_string()),
            ];
            let about: Vec<String> = about.into_iter().flatten().collect();
            let department = if about.is_empty() {
                String::new()
            } else {
                format!("  [{}]", about.join(" · "))
            };
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
