//! Templates: minijinja over the repository's templates and the built-in ones, bounded and strict.
//! It never reads the disk by itself and never escapes less than the template's kind asks for.

use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value as Shown};
use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::files::{Files, walk};
use crate::text::Span;
use crate::yaml;

/// How many instructions one rendering may take.
const FUEL: u64 = 5_000_000;
/// Largest template that is read, in bytes.
const MAXIMUM_TEMPLATE: u64 = 1024 * 1024;

/// The templates of a repository.
pub struct Templates {
    environment: Environment<'static>,
    /// Templates that could not be read at all.
    faults: Vec<Diagnostic>,
}

impl Templates {
    /// Loads `templates/`; what the repository lacks comes from the built-in ones.
    pub fn new(files: &dyn Files, builtin: &dyn Files) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(64);
        let syntax = SyntaxConfig::builder()
            .keep_trailing_newline(true)
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build();
        if let Ok(syntax) = syntax {
            environment.set_syntax(syntax);
        }
        environment.set_auto_escape_callback(|name| {
            if name.ends_with(".html") {
                AutoEscape::Html
            } else {
                AutoEscape::None
            }
        });
        environment.add_filter("yaml", yaml_filter);
        environment.add_filter("date", date_filter);
        let mut faults = Vec::new();
        for source in [builtin, files] {
            for (path, _) in walk(source, "templates").unwrap_or_default() {
                let Some(name) = path.strip_prefix("templates/") else {
                    continue;
                };
                let Ok(Some(bytes)) = source.read(&path, MAXIMUM_TEMPLATE) else {
                    continue;
                };
                let Ok(text) = std::str::from_utf8(&bytes) else {
                    faults.push(Diagnostic::new(
                        Code::FileEncoding,
                        Place::file(&path),
                        "the template is not UTF-8 text",
                        "模板不是 UTF-8 文本",
                    ));
                    continue;
                };
                if let Err(error) = environment.add_template_owned(name.to_owned(), text.to_owned())
                {
                    // The built-in template of the same name must not stand in silently for a broken one.
                    environment.remove_template(name);
                    faults.push(fault(name, &error));
                }
            }
        }
        Self {
            environment,
            faults,
        }
    }

    /// Adds a filter that turns a text into safe HTML.
    pub fn with_html_filter(mut self, name: &'static str, filter: fn(&str) -> String) -> Self {
        self.environment.add_filter(name, move |text: Arc<str>| {
            Shown::from_safe_string(filter(&text))
        });
        self
    }

    /// What is wrong with the templates before any is rendered.
    pub fn faults(&self) -> &[Diagnostic] {
        &self.faults
    }

    /// Renders a template; the finding names the template's file and line.
    pub fn render(&self, name: &str, context: &Value) -> Result<String, Diagnostic> {
        if let Some(found) = self
            .faults
            .iter()
            .find(|found| found.place.path == format!("templates/{name}"))
        {
            return Err(found.clone());
        }
        self.environment
            .get_template(name)
            .and_then(|template| template.render(minijinja::value::Serde(context)))
            .map(|text| {
                if name.ends_with(".html") {
                    text
                } else {
                    without_trailing_blanks(&text)
                }
            })
            .map_err(|error| fault(name, &error))
    }
}

/// An unknown value leaves `key:`, not `key: ` with a blank that editors complain about.
fn without_trailing_blanks(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| match line.strip_suffix('\n') {
            Some(line) => format!("{}\n", line.trim_end_matches(' ')),
            None => line.trim_end_matches(' ').to_owned(),
        })
        .collect()
}

fn fault(name: &str, error: &Error) -> Diagnostic {
    let file = error.name().unwrap_or(name);
    let path = format!("templates/{file}");
    let place = match error.range() {
        Some(range) => Place::at(&path, Span::new(range.start, range.end)),
        None => Place::file(&path),
    };
    let line = error.line().unwrap_or(1);
    let detail = error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_owned);
    let (en, zh) = match error.kind() {
        ErrorKind::UndefinedError => (
            format!("line {line} uses a name that the template is not given: {detail}"),
            format!("第 {line} 行使用了没有提供的名称：{detail}"),
        ),
        ErrorKind::OutOfFuel => (
            "the template runs for too long".to_owned(),
            "模板运行时间过长".to_owned(),
        ),
        ErrorKind::TemplateNotFound => (
            format!("there is no template {file}"),
            format!("没有模板 {file}"),
        ),
        _ => (
            format!("line {line}: {detail}"),
            format!("第 {line} 行有误：{detail}"),
        ),
    };
    Diagnostic::new(Code::TemplateError, place, en, zh)
}

/// One value on one line of YAML; nothing for null.
fn yaml_filter(value: Shown) -> Result<String, Error> {
    if value.is_none() || value.is_undefined() {
        return Ok(String::new());
    }
    match value.as_str() {
        Some(text) => Ok(yaml::scalar(text)),
        None => serde_json::to_string(&value)
            .map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string())),
    }
}

/// A date or time in the form that documents use: `2026年11月23日`, `23 November 2026`.
fn date_filter(value: Shown, language: &str) -> String {
    let text = value.as_str().unwrap_or_default();
    let Some(date) = text
        .get(..10)
        .and_then(|date| chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").ok())
    else {
        return text.to_owned();
    };
    let time = text
        .get(11..16)
        .map(|time| format!(" {time}"))
        .unwrap_or_default();
    if language == "zh" {
        format!("{}{time}", date.format("%Y年%-m月%-d日"))
    } else {
        format!("{}{time}", date.format("%-d %B %Y"))
    }
}
