//! Required sections of Markdown reports: each is there, and something is written in it.
//! A report that the state does not ask for yet, or that is not finished, is a draft and may have gaps.

use crate::case::{Case, Record};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::rulebook::RecordType;
use crate::world::World;

/// Checks the reports that the clue's state requires or seals, and those that the rulebook calls finished.
pub(super) fn check(world: &World, case: &Case) -> Vec<Diagnostic> {
    let state = case.state();
    let asked = world.rulebook.required(state);
    let sealed = world.rulebook.seals(state);
    let mut found = Vec::new();
    let mut scope = None;
    for (name, records) in &case.records {
        let Some(declared) = world.rulebook.records.get(name) else {
            continue;
        };
        if declared.headings.is_empty() {
            continue;
        }
        for record in records {
            let required = asked.contains(&name.as_str()) || sealed.contains(name.as_str());
            let mut finished = || {
                declared.finished.as_ref().is_some_and(|condition| {
                    let scope = scope.get_or_insert_with(|| case.scope(world));
                    condition.holds(&case.scope_of(world, scope, record)) == Ok(true)
                })
            };
            if required || finished() {
                found.extend(headings(declared, record));
            }
        }
    }
    found
}

fn headings(declared: &RecordType, record: &Record) -> Vec<Diagnostic> {
    if record.body.is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for heading in &declared.headings {
        let wanted = [
            heading.label.en.to_lowercase(),
            heading.label.zh.to_lowercase(),
        ];
        let section = record
            .sections()
            .iter()
            .find(|section| wanted.contains(&section.title.trim().to_lowercase()));
        let (en, zh) = (&heading.label.en, &heading.label.zh);
        let diagnostic = match section {
            None => Diagnostic::new(
                Code::MarkdownHeading,
                Place::file(&record.path),
                format!("the section “{en}” is missing"),
                format!("缺少“{zh}”一节"),
            )
            .remedy(
                format!("add a line `# {en}` and write the section"),
                format!("请加一行 `# {zh}` 并写好内容"),
            ),
            Some(section) if section.empty => Diagnostic::new(
                Code::MarkdownSection,
                Place::at(&record.path, section.span),
                format!("the section “{en}” is empty"),
                format!("“{zh}”一节没有内容"),
            )
            .remedy("write the section below its heading", "请在标题下写好内容"),
            Some(_) => continue,
        };
        found.push(diagnostic.procedure(heading.procedure.joined()));
    }
    found
}
