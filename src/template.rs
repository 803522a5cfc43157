//! Templates: minijinja with the repository's files over the built-in ones, and the filters they may use.
//! A template never touches the disk, the clock or the network, and its time and depth are limited.

mod filters;
mod markup;
mod row;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::files::{FileKind, Files};
use crate::text::Span;

pub use filters::{date, datetime, yaml_scalar};
pub use row::{Cell, Rendered, RowFault, RowTemplates, columns_named};

/// The largest template that is read, in bytes.
const LARGEST: u64 = 1 << 20;
/// Instructions that one rendering may take.
const FUEL: u64 = 500_000;
/// Instructions that each row of a long page may take more.
const FUEL_A_ROW: u64 = 1_000;
/// How deeply templates may include and call each other.
const DEPTH: usize = 60;
/// Endings of the files below `templates/` that are templates of this kind; fonts and Typst files are not.
const ENDINGS: &[&str] = &[
    "html", "htm", "css", "svg", "md", "yaml", "yml", "txt", "json", "csv", "tex", "xml",
];

/// A text that can stand in HTML, between elements and in quoted attributes.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// How Markdown becomes HTML that is safe to show: the caller passes it in.
pub type MarkdownToHtml = fn(&str) -> String;

/// All templates of a repository, compiled when they are first used.
pub struct Templates {
    environment: Environment<'static>,
    sources: Arc<BTreeMap<String, Result<String, String>>>,
}

impl Templates {
    /// Reads `templates/` of the repository, and of the built-in format for what the repository does not have.
    ///
    /// `markdown` must return HTML in which nothing of the text can act as markup of its own (no raw HTML, no
    /// `javascript:` links): its result is not escaped again.
    pub fn new(files: &dyn Files, builtin: &dyn Files, markdown: MarkdownToHtml) -> Self {
        let mut sources = BTreeMap::new();
        read_all(builtin, &mut sources);
        read_all(files, &mut sources);
        let sources = Arc::new(sources);
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(DEPTH);
        if let Ok(syntax) = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()
        {
            environment.set_syntax(syntax);
        }
        environment.set_debug(true);
        environment.set_auto_escape_callback(|name| {
            if name.ends_with(".html") || name.ends_with(".xml") {
                AutoEscape::Html
            } else {
                AutoEscape::None
            }
        });
        filters::add(&mut environment, markdown);
        let loaded = Arc::clone(&sources);
        environment.set_loader(move |name| match loaded.get(name) {
            None => Ok(None),
            Some(Ok(source)) => Ok(Some(source.clone())),
            Some(Err(why)) => Err(Error::new(ErrorKind::InvalidOperation, why.clone())),
        });
        Self {
            environment,
            sources,
        }
    }

    /// Whether there is a template `templates/<name>`.
    pub fn contains(&self, name: &str) -> bool {
        self.sources.contains_key(name)
    }

    /// Names of all templates, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    /// Renders `templates/<name>`; a name that the template uses and the context lacks is an error.
    ///
    /// Blanks at the end of lines are taken off drafts of records (`records/…`), so that `key: ` of an unknown value
    /// is `key:`.
    #[expect(
        clippy::result_large_err,
        reason = "made once a document, and every caller prints it"
    )]
    pub fn render(&self, name: &str, context: &serde_json::Value) -> Result<String, Diagnostic> {
        let rendered = self
            .environment
            .get_template(name)
            .and_then(|template| template.render(Serde(context)))
            .map_err(|error| self.diagnostic(name, &error))?;
        Ok(if name.starts_with("records/") {
            without_trailing_blanks(&rendered)
        } else {
            rendered
        })
    }

    /// Renders a page that has a row for each of many things, and so may take as many more instructions.
    #[expect(
        clippy::result_large_err,
        reason = "made once a page, and every caller prints it"
    )]
    pub fn render_rows(
        &self,
        name: &str,
        context: &serde_json::Value,
        rows: usize,
    ) -> Result<String, Diagnostic> {
        let render =
            |environment: &Environment<'_>| environment.get_template(name)?.render(Serde(context));
        let usual = render(&self.environment);
        let is_long = matches!(&usual, Err(error) if error.kind() == ErrorKind::OutOfFuel);
        let rendered = if is_long {
            let mut environment = self.environment.clone();
            let more = u64::try_from(rows).unwrap_or(u64::MAX);
            environment.set_fuel(Some(FUEL.saturating_add(more.saturating_mul(FUEL_A_ROW))));
            render(&environment)
        } else {
            usual
        };
        rendered.map_err(|error| self.diagnostic(name, &error))
    }

    /// Compiles every template and reports those that are not well-formed.
    pub fn check(&self) -> Vec<Diagnostic> {
        self.names()
            .filter_map(|name| {
                let error = self.environment.get_template(name).err()?;
                Some(self.diagnostic(name, &error))
            })
            .collect()
    }

    fn diagnostic(&self, asked: &str, error: &Error) -> Diagnostic {
        // The innermost error names the included file in which it happened.
        let mut innermost = error;
        let mut next = std::error::Error::source(error);
        while let Some(source) = next {
            if let Some(inner) = source.downcast_ref::<Error>()
                && inner.name().is_some()
            {
                innermost = inner;
            }
            next = source.source();
        }
        let name = innermost.name().unwrap_or(asked);
        let path = format!("templates/{name}");
        let place = match self.span(name, innermost) {
            Some(span) => Place::at(path, span),
            None => Place::file(path),
        };
        let detail = match innermost.detail() {
            Some(detail) => format!("{}: {detail}", innermost.kind()),
            None => innermost.kind().to_string(),
        };
        Diagnostic::new(
            Code::TemplateError,
            place,
            format!("the template cannot be rendered ({detail})"),
            format!("模板无法渲染：{}（{detail}）", chinese(innermost.kind())),
        )
        .remedy(
            "correct the template in the line shown, or delete it to use the built-in one",
            "请改正所示行的模板；删除该文件则使用内置模板",
        )
    }

    fn span(&self, name: &str, error: &Error) -> Option<Span> {
        let Some(Ok(source)) = self.sources.get(name) else {
            return None;
        };
        if let Some(range) = error.range()
            && range.start < range.end
            && source.get(range.clone()).is_some()
        {
            return Some(Span::new(range.start, range.end));
        }
        let line = error.line()?.max(1);
        let start: usize = source
            .split_inclusive('\n')
            .take(line - 1)
            .map(str::len)
            .sum();
        let length = source.get(start..)?.lines().next().map_or(0, str::len);
        Some(Span::new(start, start + length))
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.sources.keys()).finish()
    }
}

fn read_all(files: &dyn Files, sources: &mut BTreeMap<String, Result<String, String>>) {
    let Ok(found) = files.walk("templates") else {
        return;
    };
    for (path, kind) in found {
        let Some(name) = path.strip_prefix("templates/") else {
            continue;
        };
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let is_file = matches!(kind, FileKind::File | FileKind::Executable);
        if !is_file || !ENDINGS.contains(&ending) {
            continue;
        }
        let source = match files.read(&path, LARGEST) {
            Ok(Some(bytes)) => match std::str::from_utf8(&bytes) {
                Ok(text) => Ok(text.trim_start_matches('\u{feff}').to_owned()),
                Err(_) => Err("the file is not UTF-8 text".to_owned()),
            },
            Ok(None) => continue,
            Err(_) => Err("the file cannot be read, or is too large".to_owned()),
        };
        sources.insert(name.to_owned(), source);
    }
}

fn without_trailing_blanks(text: &str) -> String {
    let mut trimmed = String::with_capacity(text.len());
    for line in text.lines() {
        trimmed.push_str(line.trim_end_matches([' ', '\t']));
        trimmed.push('\n');
    }
    trimmed
}

fn chinese(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::SyntaxError => "语法错误",
        ErrorKind::TemplateNotFound => "没有这个模板",
        ErrorKind::UndefinedError => "使用了没有提供的名称",
        ErrorKind::UnknownFilter => "没有这个过滤器",
        ErrorKind::UnknownTest => "没有这个判断",
        ErrorKind::UnknownFunction | ErrorKind::UnknownMethod => "没有这个函数",
        ErrorKind::OutOfFuel => "运算量超出限制",
        ErrorKind::MissingArgument | ErrorKind::TooManyArguments => "参数个数不对",
        ErrorKind::BadInclude => "引入的模板有错误",
        _ => "运算不成立",
    }
}

#[cfg(test)]
mod tests;
