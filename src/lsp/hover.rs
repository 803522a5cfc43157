//! Hover: what a field is, what its value stands for, by which rule of the procedure, and who changed the file last.
//! It tells what schemas, rulebook, organisation and history know, and nothing of its own.

use std::collections::BTreeSet;

use gen_lsp_types::Position;
use serde_json::{Value, json};

use crate::check::kind_name;
use crate::git::{ObjectId, Repository};
use crate::lsp::names::{Found, Target, described, find, target};
use crate::lsp::view::{FileOf, View};
use crate::markdown;
use crate::text::{Bilingual, Language, visible};
use crate::world::World;

/// So many commits are looked through for who changed a file last.
const MOST_COMMITS: usize = 5_000;

/// So many steps and deadlines are told of a key of the procedure.
const MOST_LABELS: usize = 8;

/// So many rules are told of a field.
const MOST_RULES: usize = 5;

/// What there is to be said about a position.
pub(super) fn hover(view: &View, path: &str, position: Position) -> Value {
    let Some(world) = &view.known else {
        return Value::Null;
    };
    let Some(text) = view.text(path) else {
        return Value::Null;
    };
    let mut parts = Vec::new();
    let mut span = None;
    let found = find(view, path, position);
    if let Some(found) = &found {
        parts.extend(of_field(view, world, found));
        span = Some(found.spot.span());
    }
    if let Some((target, own)) = target(view, path, position) {
        parts.extend(of_target(view, world, &target));
        span = Some(own);
    }
    if found.is_none() {
        let heading = of_heading(view, world, path, position);
        if let Some((told, own)) = heading {
            parts.push(told);
            span = Some(own);
        }
    }
    if parts.is_empty() {
        return Value::Null;
    }
    parts.extend(last_change(view, world, path));
    json!({
        "contents": {"kind": "markdown", "value": parts.join("\n\n")},
        "range": span.map(|span| view.range(&text, span)),
    })
}

/// Text of people, so that nothing in it is taken for markup.
fn plain(text: &str) -> String {
    markdown::escape(&visible(text))
}

fn of_field(view: &View, world: &World, found: &Found) -> Vec<String> {
    let Found { file, spot, .. } = found;
    let Some(field) = world.schemas.field(&file.schema, &spot.pointer) else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    let key = spot
        .pointer
        .rsplit('/')
        .find(|part| part.parse::<usize>().is_err());
    let key = key.unwrap_or_default();
    let title = field.title().unwrap_or_default();
    let title = view.words(&title);
    if !title.is_empty() {
        parts.push(format!("**{}** `{key}`", plain(title)));
    }
    let description = field.description().unwrap_or_default();
    let words = view.words(&description);
    if !words.is_empty() {
        parts.push(plain(words));
    }
    let values: Vec<String> = field
        .values()
        .iter()
        .map(|(value, label)| match view.words(label) {
            "" => format!("`{value}`"),
            label => format!("`{value}` {}", plain(label)),
        })
        .collect();
    if !values.is_empty() {
        parts.push(values.join(view.say(", ", "、")));
    }
    if field.is_written_by_steps() {
        let words = view.say(
            "Steps write this; it is not filled in by hand.",
            "由步骤填写，请勿手工修改。",
        );
        parts.push(words.to_owned());
    }
    parts.extend(rules(view, world, file, &spot.pointer, &description.en));
    parts
}

/// The rules of the procedure that a field is there for.
fn rules(
    view: &View,
    world: &World,
    file: &FileOf,
    pointer: &str,
    description: &str,
) -> Vec<String> {
    let mut lines = Vec::new();
    for key in procedure_keys(description) {
        let about = about_key(view, world, &key);
        lines.push(format!("`{key}` {about}").trim_end().to_owned());
    }
    let field = pointer.split('/').nth(1).unwrap_or_default();
    let dotted = format!("{}.{field}", file.record);
    let own = format!("record.{field}");
    let names = |text: &str, name: &str| {
        text.match_indices(name).any(|(at, _)| {
            let next = text[at + name.len()..].chars().next();
            next.is_none_or(|next| !(next.is_alphanumeric() || next == '_'))
        })
    };
    let told = world.rulebook.all_rules().filter(|rule| {
        let text = rule.expect.source();
        let is_own = rule.each.as_deref() == Some(&file.record) && names(text, &own);
        !field.is_empty()
            && (is_own
                || names(text, &dotted)
                || rule.at.as_deref().is_some_and(|at| names(at, &dotted)))
    });
    let mut seen = BTreeSet::new();
    for rule in told {
        if seen.len() < MOST_RULES && seen.insert(rule.name.as_str()) {
            let key = rule.procedure.joined();
            // Its message accuses, and belongs where it is broken.
            lines.push(match view.language {
                Language::En => format!("looked at by the rule `{}` [{key}]", rule.name),
                Language::Zh => format!("规则 `{}` [{key}] 会检查此处", rule.name),
            });
        }
    }
    if lines.is_empty() {
        return lines;
    }
    let heading = view.say("By the procedure:", "依据：");
    let lines: String = lines.iter().map(|line| format!("\n- {line}")).collect();
    vec![format!("{heading}\n{lines}")]
}

/// The keys of the procedure in a description: `C2`, and of `A1-A5` both ends.
fn procedure_keys(text: &str) -> BTreeSet<String> {
    let words = text.split(|character: char| !character.is_ascii_alphanumeric());
    let keys = words.filter(|word| {
        let bytes = word.as_bytes();
        bytes.len() == 2 && bytes[0].is_ascii_uppercase() && bytes[1].is_ascii_digit()
    });
    keys.map(str::to_owned).collect()
}

/// What the rulebook has under a key of the procedure: its text, else the steps and deadlines that it asks for.
fn about_key(view: &View, world: &World, key: &str) -> String {
    let rulebook = &world.rulebook;
    if let Some(principle) = rulebook.principles.get(key) {
        return plain(view.words(principle));
    }
    let steps = rulebook.steps.iter();
    let steps = steps.filter(|(_, step)| step.procedure.all().contains(&key));
    let steps = steps.map(|(name, step)| (view.say("step", "步骤"), name, &step.label));
    let deadlines = rulebook.deadlines.iter();
    let deadlines = deadlines.filter(|(_, deadline)| deadline.procedure.all().contains(&key));
    let deadlines =
        deadlines.map(|(name, deadline)| (view.say("deadline", "期限"), name, &deadline.label));
    let told: Vec<String> = steps
        .chain(deadlines)
        .take(MOST_LABELS)
        .map(|(kind, name, label)| match view.words(label) {
            label if label == name => format!("{kind} `{name}`"),
            label => format!("{kind} `{name}` {}", plain(label)),
        })
        .collect();
    told.join(view.say(", ", "、"))
}

fn of_target(view: &View, world: &World, target: &Target) -> Option<String> {
    let word = described(view, world, target)?;
    let (en, zh) = kind_name(&target.what);
    let kind = Bilingual::new(en, zh);
    let mut told = format!(
        "{}{}**{}** `{}`",
        view.words(&kind),
        view.say(": ", "："),
        plain(&word.label),
        target.name
    );
    if !word.note.is_empty() {
        told.push_str(&format!(" · {}", plain(&word.note)));
    }
    Some(told)
}

/// A heading that the rulebook asks for.
fn of_heading(
    view: &View,
    world: &World,
    path: &str,
    position: Position,
) -> Option<(String, crate::text::Span)> {
    let file = view.file_of(path).filter(|file| file.is_markdown)?;
    let text = view.text(path)?;
    let offset = view.offset(&text, position);
    let (_, body) = markdown::parts(path, &text.text).ok()?;
    let sections = markdown::sections(&text.text[body.range()], body.start);
    let section = sections
        .into_iter()
        .find(|section| section.span.start <= offset && offset <= section.span.end)?;
    let title = section.title.trim().to_lowercase();
    let declared = world.rulebook.records.get(&file.record)?;
    let heading = declared.headings.iter().find(|heading| {
        [&heading.label.en, &heading.label.zh]
            .iter()
            .any(|own| own.to_lowercase() == title)
    })?;
    let keys = heading.procedure.joined();
    let words = view.say("A section that the report must have", "报告必备的一节");
    let label = plain(view.words(&heading.label));
    Some((format!("**{label}** · {words} [{keys}]"), section.span))
}

/// Who changed the file last, from git's history.
fn last_change(view: &View, world: &World, path: &str) -> Option<String> {
    let repository = Repository::discover(&view.root.path).ok()??;
    let head = repository.head().ok()?;
    let head = ObjectId::parse(head.commit()?)?;
    let prefix = repository.prefix(&view.root.path);
    let full = crate::files::join(&prefix, path);
    let goes_on = || !view.is_cancelled();
    let commit = repository
        .last_change(head, &full, MOST_COMMITS, &goes_on)
        .ok()??;
    let facts = repository.commit_facts(commit).ok()?;
    let person = world.organisation.person_by_email(&facts.author.email);
    let name = person.map_or(facts.author.name.as_str(), |key| {
        world.organisation.person_name(key)
    });
    let time = facts.author.time.in_zone(world.calendar.zone()).minutes();
    let subject = facts.message.lines().next().unwrap_or_default();
    let words = view.say("Last changed by", "最近修改：");
    let space = view.say(" ", "");
    Some(format!(
        "---\n{words}{space}{} · {time} · `{}` {}",
        plain(name),
        commit.short(),
        plain(subject)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_off_descriptions() {
        #[track_caller]
        fn case(text: &str, expected: &[&str]) {
            let found: Vec<String> = procedure_keys(text).into_iter().collect();
            assert_eq!(found, expected);
        }
        case("What happened (C2).", &["C2"]);
        case("Hands over (F1-F4, P3).", &["F1", "F4", "P3"]);
        case("A PDF of 3A or H10.", &[]);
    }
}
