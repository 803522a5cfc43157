//! A clue's story in words: titles of fields, names of people and steps, values as people read them; and as a page.
//! Every text is made harmless for a terminal here; the page's template escapes markup.

use serde::Serialize;
use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;
use crate::document::fields::View;
use crate::document::{DocumentInput, base_context};
use crate::story::{Change, Chapter, Deed, Field, Section, Story, What};
use crate::text::{Language, shorten, visible, visible_line};
use crate::time::Timestamp;

/// Columns of a terminal that a value may take before it is shortened.
const VALUE: usize = 60;

/// One commit in words.
#[derive(Clone, Debug, Serialize)]
pub struct Telling {
    pub commit: String,
    pub at: String,
    pub who: String,
    /// The steps that were taken, or the word for an edit.
    pub what: Vec<String>,
    /// Whether it was an edit, and no step.
    pub is_edit: bool,
    pub reasons: Vec<String>,
    pub notes: Vec<String>,
    pub files: Vec<ToldFile>,
}

/// What became of one file, in words.
#[derive(Clone, Debug, Serialize)]
pub struct ToldFile {
    /// Path below the clue's folder.
    pub path: String,
    /// What the record is called; the path where it is none.
    pub title: String,
    /// `added`, `removed`, ...; empty where the lines say it.
    pub deed: String,
    pub lines: Vec<ToldLine>,
}

/// A field or a section that changed, in words.
#[derive(Clone, Debug, Serialize)]
pub struct ToldLine {
    pub label: String,
    pub before: String,
    pub after: String,
}

/// The commits of a story in words, oldest first. With `full`, nothing is shortened, and every field of a record that
/// was added or removed is told.
pub fn tell(input: &DocumentInput<'_>, story: &Story, full: bool) -> Vec<Telling> {
    let teller = Teller {
        view: View { input },
        full,
    };
    let chapters = story.chapters.iter();
    chapters.map(|chapter| teller.chapter(chapter)).collect()
}

/// Renders a story as one self-contained HTML page.
#[expect(
    clippy::result_large_err,
    reason = "made once a page, and every caller prints it"
)]
pub fn render_story(
    input: &DocumentInput<'_>,
    story: &Story,
    newest_first: bool,
    full: bool,
) -> Result<String, Diagnostic> {
    let view = View { input };
    let mut chapters = tell(input, story, full);
    if newest_first {
        chapters.reverse();
    }
    let mut context = base_context(&view);
    if context["number"] == json!("") {
        context["number"] = json!(story.id);
    }
    context["id"] = json!(story.id);
    context["title"] = json!(visible_line(
        story.card["title"].as_str().unwrap_or_default()
    ));
    context["aliases"] = json!(aliases(story));
    context["present"] = json!(story.is_present);
    context["shallow"] = json!(story.is_shallow);
    context["chapters"] = json!(chapters);
    input.templates.render("documents/log.html", &context)
}

/// The numbers that the clue bore before.
fn aliases(story: &Story) -> Vec<String> {
    let aliases = story.card["aliases"].as_array().into_iter().flatten();
    aliases
        .filter_map(Value::as_str)
        .map(visible_line)
        .collect()
}

struct Teller<'a> {
    view: View<'a>,
    full: bool,
}

impl Teller<'_> {
    fn say(&self, en: &'static str, zh: &'static str) -> &'static str {
        self.view.say(en, zh)
    }

    fn chapter(&self, chapter: &Chapter) -> Telling {
        let view = &self.view;
        let text = |value: &Value| visible_line(value.as_str().unwrap_or_default());
        let mut what = Vec::new();
        let mut reasons = Vec::new();
        let mut notes = Vec::new();
        for step in &chapter.steps {
            let mut words = view.rulebook_label("steps", &text(&step["step"]));
            let about = [
                step["department"].as_str().map(|key| view.department(key)),
                step["deadline"]
                    .as_str()
                    .map(|key| view.rulebook_label("deadlines", key)),
                step["record"].as_str().map(visible_line),
                step["entry"].as_u64().map(|number| number.to_string()),
            ];
            let about: Vec<String> = about.into_iter().flatten().collect();
            if !about.is_empty() {
                words.push_str(&format!(" [{}]", about.join(" · ")));
            }
            what.push(words);
            if let Some(reason) = step["reason"].as_str() {
                reasons.push(self.shortened(reason));
            }
            // Who is named in the trail and who committed are the same person, or it is worth a look.
            let by = step["by"].as_str();
            if by.is_some() && by != chapter.person.as_deref() {
                let name = view.person(by.unwrap_or_default());
                notes.push(match view.input.language {
                    Language::En => format!("the trail names {name}"),
                    Language::Zh => format!("经过中记的是{name}"),
                });
            }
        }
        let is_edit = what.is_empty();
        if is_edit {
            what.push(self.say("edit", "编辑").to_owned());
        }
        if chapter.is_merge {
            notes.push(self.say("merge", "合并").to_owned());
        }
        Telling {
            commit: chapter.commit.chars().take(10).collect(),
            at: chapter.at.minutes(),
            who: match &chapter.person {
                Some(person) => view.person(person),
                None => format!(
                    "{} <{}>",
                    visible_line(&chapter.author),
                    visible_line(&chapter.email)
                ),
            },
            what,
            is_edit,
            reasons,
            notes,
            files: chapter
                .changes
                .iter()
                .map(|change| self.file(change))
                .collect(),
        }
    }

    fn file(&self, change: &Change) -> ToldFile {
        let path = visible_line(&change.inner);
        let title = match &change.kind {
            Some(kind) if kind.record == kind.schema && kind.record == crate::case::CARD => {
                self.say("index card", "索引卡").to_owned()
            }
            Some(kind) => self.view.rulebook_label("records", &kind.record),
            None => path.clone(),
        };
        let mut lines = Vec::new();
        let mut deed = match change.deed {
            Deed::Added => self.say("added", "新增").to_owned(),
            Deed::Removed => self.say("removed", "删除").to_owned(),
            Deed::Changed => String::new(),
        };
        match &change.what {
            What::Record { fields, sections } => {
                if change.deed == Deed::Changed && fields.is_empty() && sections.is_empty() {
                    // What its trail gained is told as the step itself.
                    deed = if change.inner == "clue.yaml" {
                        self.say("only its trail grew", "只增加了办理经过")
                    } else {
                        self.say("only comments or layout changed", "只改了注释或排版")
                    }
                    .to_owned();
                }
                if change.deed == Deed::Changed || self.full {
                    lines.extend(fields.iter().map(|field| self.field(change, field)));
                    lines.extend(sections.iter().map(|section| self.section(section)));
                } else {
                    deed.push_str(&self.amount(fields.len() + sections.len()));
                }
            }
            What::Attachment { before, after } => deed = self.sizes(&deed, *before, *after),
            What::Unreadable { before, after } => {
                let why = self.say("cannot be read as a record", "无法作为记录读取");
                deed = format!("{}; {why}", self.sizes(&deed, *before, *after));
            }
        }
        ToldFile {
            path,
            title,
            deed,
            lines,
        }
    }

    fn amount(&self, count: usize) -> String {
        match (self.view.input.language, count) {
            (Language::En, 1) => ", 1 field".to_owned(),
            (Language::En, _) => format!(", {count} fields"),
            (Language::Zh, _) => format!("，{count} 项"),
        }
    }

    fn sizes(&self, deed: &str, before: Option<u64>, after: Option<u64>) -> String {
        let bytes = |size: u64| match self.view.input.language {
            Language::En if size == 1 => "1 byte".to_owned(),
            Language::En => format!("{size} bytes"),
            Language::Zh => format!("{size} 字节"),
        };
        match (before, after) {
            (Some(old), Some(new)) => format!(
                "{}: {} -> {}",
                self.say("changed", "改动"),
                bytes(old),
                bytes(new)
            ),
            (Some(size), None) | (None, Some(size)) => format!("{deed}: {}", bytes(size)),
            (None, None) => deed.to_owned(),
        }
    }

    fn field(&self, change: &Change, field: &Field) -> ToldLine {
        let schemas = self.view.input.schemas;
        let kind = change.kind.as_ref();
        let mut schema = kind.and_then(|kind| schemas.get(&kind.schema));
        let mut labels = Vec::new();
        for part in field.pointer.split('/').skip(1) {
            let part = part.replace("~1", "/").replace("~0", "~");
            let known = schema.unwrap_or(&Value::Null);
            let index = part.parse::<usize>().ok();
            if let Some(index) = index.filter(|_| known["items"].is_object() || schema.is_none()) {
                // People count from one.
                labels.push((index + 1).to_string());
                schema = known.get("items");
                continue;
            }
            schema = known["properties"].get(&part).or_else(|| {
                let others = known.get("additionalProperties");
                others.filter(|others| others.is_object())
            });
            labels.push(self.view.title(schema.unwrap_or(&Value::Null), &part));
        }
        let value = |value: &Option<Value>| match value {
            // The card's state refers to the rulebook, and its schema does not say so.
            Some(Value::String(state))
                if field.pointer == "/state" && change.inner == "clue.yaml" =>
            {
                self.view.rulebook_label("states", state)
            }
            Some(value) => self.value(schema.unwrap_or(&Value::Null), value),
            None => "—".to_owned(),
        };
        ToldLine {
            label: labels.join(" / "),
            before: value(&field.before),
            after: value(&field.after),
        }
    }

    fn value(&self, schema: &Value, value: &Value) -> String {
        match value {
            Value::String(text) => {
                if let Some(to) = schema["x-reference"].as_str() {
                    return self.view.reference(to, text);
                }
                if schema["format"] == "date-time"
                    && let Some(moment) = Timestamp::parse(text)
                {
                    return moment.minutes();
                }
                let label = self.view.wording(&schema["x-labels"][text.as_str()]);
                label.unwrap_or_else(|| self.shortened(text))
            }
            Value::Bool(true) => self.say("yes", "是").to_owned(),
            Value::Bool(false) => self.say("no", "否").to_owned(),
            Value::Array(items) => {
                let items: Vec<String> = items
                    .iter()
                    .map(|item| self.value(&schema["items"], item))
                    .collect();
                self.shortened(&items.join(self.say(", ", "、")))
            }
            other => self.shortened(&other.to_string()),
        }
    }

    fn section(&self, section: &Section) -> ToldLine {
        let title = if section.title.is_empty() {
            self.say("before the first heading", "第一个标题之前")
                .to_owned()
        } else {
            visible_line(&section.title)
        };
        let text = |text: &Option<String>| match text {
            None => "—".to_owned(),
            Some(text) if self.full => visible(text),
            Some(text) => {
                let count = text.chars().count();
                match self.view.input.language {
                    Language::En if count == 1 => "1 character".to_owned(),
                    Language::En => format!("{count} characters"),
                    Language::Zh => format!("{count} 字"),
                }
            }
        };
        ToldLine {
            label: format!("§ {title}"),
            before: text(&section.before),
            after: text(&section.after),
        }
    }

    /// A text of one line; what is cut off is said.
    fn shortened(&self, text: &str) -> String {
        let line = visible_line(text.trim_end());
        if self.full {
            return line;
        }
        let short = shorten(&line, VALUE);
        if short == line {
            return line;
        }
        let count = text.chars().count();
        match self.view.input.language {
            Language::En => format!("{short} ({count} characters)"),
            Language::Zh => format!("{short}（共 {count} 字）"),
        }
    }
}
