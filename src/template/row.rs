//! Templates that somebody wrote into a map, rendered over one row of a table: `{{ row['Complaint Type'] }}`.
//! They see nothing but the row, and a column that is not there is an error, never an empty text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Enumerator, Object, Value};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, context};

use crate::template::{DEPTH, chinese, filters};
use crate::text::{Bilingual, Span};

/// Instructions that one rendering over a row may take.
const FUEL: u64 = 50_000;

/// What a cell of a table holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Text(Arc<str>),
    /// An error that the spreadsheet itself shows, such as `#REF!`.
    Fault(String),
}

/// Templates by number, and the columns that they may name.
pub struct RowTemplates {
    environment: Environment<'static>,
    columns: Arc<BTreeMap<String, usize>>,
    count: usize,
}

/// What a template made of a row.
#[derive(Debug)]
pub struct Rendered {
    /// The text, or why there is none.
    pub text: Result<String, RowFault>,
    /// The columns that it looked at.
    pub columns: BTreeSet<usize>,
}

/// Why a row could not be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowFault {
    /// The template asks for a column that the table does not have.
    NoColumn(String),
    /// The cell holds an error of the spreadsheet.
    Cell(String),
    /// The template itself fails.
    Template(Bilingual),
}

impl RowTemplates {
    /// Takes the names of the columns, in their order.
    pub fn new(columns: &[String]) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(DEPTH);
        filters::add_text(&mut environment);
        let columns = columns
            .iter()
            .enumerate()
            .filter(|(_, name)| !name.is_empty())
            .map(|(index, name)| (name.clone(), index))
            .collect();
        Self {
            environment,
            columns: Arc::new(columns),
            count: 0,
        }
    }

    /// Compiles a template; gives its number, or what is wrong with it.
    pub fn add(&mut self, source: &str) -> Result<usize, Bilingual> {
        let number = self.count;
        let name = number.to_string();
        self.environment
            .add_template_owned(name.clone(), source.to_owned())
            .map_err(|error| words(&error))?;
        self.count += 1;
        let template = self
            .environment
            .get_template(&name)
            .map_err(|error| words(&error))?;
        let known = |name: &str| {
            name == "row" || self.environment.globals().any(|(global, _)| global == name)
        };
        let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        unknown.retain(|name| !known(name));
        unknown.sort();
        if let Some(name) = unknown.first() {
            return Err(Bilingual::new(
                format!("the template knows nothing but `row`, and uses `{name}`"),
                format!("模板只认识 `row`，却用了 `{name}`"),
            ));
        }
        // A misspelt filter shows only when it is used: over an empty row, as far as that goes.
        let empty =
            template.render(context! { row => Value::from_object(Row::empty(&self.columns)) });
        match empty {
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction
                ) =>
            {
                Err(words(&error))
            }
            _ => Ok(number),
        }
    }

    /// Renders a template over the cells of a row.
    pub fn render(&self, number: usize, cells: &Arc<[Cell]>) -> Rendered {
        let row = Arc::new(Row {
            columns: Arc::clone(&self.columns),
            cells: Arc::clone(cells),
            seen: Mutex::default(),
        });
        let rendered = self
            .environment
            .get_template(&number.to_string())
            .and_then(|template| {
                template.render(context! { row => Value::from_dyn_object(Arc::clone(&row)) })
            });
        let mut seen = row.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let text = match (seen.fault.take(), rendered) {
            // A fault counts also where a condition or `default` would have hidden it.
            (Some(fault), _) => Err(fault),
            (None, Err(error)) => Err(RowFault::Template(words(&error))),
            (None, Ok(text)) => Ok(text),
        };
        Rendered {
            text,
            columns: std::mem::take(&mut seen.columns),
        }
    }
}

/// The columns that a template names outright (`row['a']`, `row["a"]`, `row.a`), with the place of each name.
///
/// A name that is put together while rendering is found only then.
pub fn columns_named(source: &str) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for (start, _) in source.match_indices("row") {
        let before = source[..start].chars().next_back();
        if before
            .is_some_and(|character| character.is_alphanumeric() || "_.'\"".contains(character))
        {
            continue;
        }
        let rest = &source[start + "row".len()..];
        if let Some(name) = rest.strip_prefix('.') {
            let end = name
                .find(|character: char| !character.is_alphanumeric() && character != '_')
                .unwrap_or(name.len());
            if end > 0 && !name[end..].starts_with('(') {
                let from = start + "row.".len();
                found.push((name[..end].to_owned(), Span::new(from, from + end)));
            }
        } else if let Some(inner) = rest.strip_prefix('[') {
            let inner_trimmed = inner.trim_start();
            let quote = inner_trimmed
                .chars()
                .next()
                .filter(|first| "'\"".contains(*first));
            if let Some(quote) = quote
                && let Some(end) = inner_trimmed[1..].find(quote)
            {
                let from = source.len() - rest.len() + 1 + (inner.len() - inner_trimmed.len()) + 1;
                found.push((
                    inner_trimmed[1..=end].to_owned(),
                    Span::new(from, from + end),
                ));
            }
        }
    }
    found
}

/// A row as templates see it; it remembers what was asked of it.
struct Row {
    columns: Arc<BTreeMap<String, usize>>,
    cells: Arc<[Cell]>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    columns: BTreeSet<usize>,
    fault: Option<RowFault>,
}

impl Row {
    fn empty(columns: &Arc<BTreeMap<String, usize>>) -> Self {
        Self {
            columns: Arc::clone(columns),
            cells: Arc::from([]),
            seen: Mutex::default(),
        }
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.columns.keys()).finish()
    }
}

impl Object for Row {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = match self.columns.get(name) {
            Some(index) => {
                seen.columns.insert(*index);
                match self.cells.get(*index) {
                    Some(Cell::Text(text)) => return Some(Value::from(Arc::clone(text))),
                    None => return Some(Value::from("")),
                    Some(Cell::Fault(what)) => RowFault::Cell(what.clone()),
                }
            }
            None => RowFault::NoColumn(name.to_owned()),
        };
        seen.fault.get_or_insert(fault);
        Some(Value::from(Error::new(
            ErrorKind::UndefinedError,
            name.to_owned(),
        )))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let mut names: Vec<(usize, Value)> = self
            .columns
            .iter()
            .map(|(name, index)| (*index, Value::from(name.as_str())))
            .collect();
        names.sort_by_key(|(index, _)| *index);
        Enumerator::Values(names.into_iter().map(|(_, name)| name).collect())
    }
}

fn words(error: &Error) -> Bilingual {
    let detail = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    Bilingual::new(
        format!("the template cannot be used ({detail})"),
        format!("模板无法使用：{}（{detail}）", chinese(error.kind())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &[&str]) -> Arc<[Cell]> {
        texts
            .iter()
            .map(|text| match text.strip_prefix('#') {
                Some(_) => Cell::Fault((*text).to_owned()),
                None => Cell::Text(Arc::from(*text)),
            })
            .collect()
    }

    #[test]
    fn a_row_is_rendered() {
        let columns = ["编号", "Complaint Type", "", "broken"].map(str::to_owned);
        #[track_caller]
        fn case(columns: &[String], source: &str, expected: Result<&str, RowFault>) {
            let mut templates = RowTemplates::new(columns);
            let number = templates.add(source).expect("a template");
            let rendered = templates.render(number, &cells(&["7", "Noise", "x", "#REF!"]));
            assert_eq!(
                rendered.text.as_deref(),
                expected.as_ref().map(|text| *text)
            );
        }
        let columns = columns.as_slice();
        case(columns, "plain text", Ok("plain text"));
        case(columns, "{{ row['编号'] }}-{{ row.编号 }}", Ok("7-7"));
        case(columns, "{{ row[\"Complaint Type\"]|upper }}", Ok("NOISE"));
        case(
            columns,
            "{% if row['Complaint Type'] == 'Noise' %}a{% endif %}",
            Ok("a"),
        );
        case(
            columns,
            "{% for name in row %}{{ name }},{% endfor %}",
            Ok("编号,Complaint Type,broken,"),
        );
        case(
            columns,
            "{{ row['nothing'] }}",
            Err(RowFault::NoColumn("nothing".to_owned())),
        );
        case(
            columns,
            "{{ row['nothing']|default('x') }}",
            Err(RowFault::NoColumn("nothing".to_owned())),
        );
        case(
            columns,
            "{{ row.broken or 'x' }}",
            Err(RowFault::Cell("#REF!".to_owned())),
        );
        case(columns, "{{ row['编号']|plain }}", Ok("7"));
        let mut templates = RowTemplates::new(columns);
        assert!(templates.add("{{ row['a' }}").is_err());
        let endless = templates
            .add("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}")
            .expect("a template");
        assert!(matches!(
            templates.render(endless, &cells(&[])).text,
            Err(RowFault::Template(_))
        ));
        assert!(templates.add("{{ other }}").is_err());
        assert!(templates.add("{{ row['编号']|plian }}").is_err());
        assert!(
            templates
                .add("{% set a = row['编号'] %}{{ a }}{{ range(2) }}")
                .is_ok()
        );
    }

    #[test]
    fn named_columns_are_found_with_their_place() {
        #[track_caller]
        fn case(source: &str, expected: &[&str]) {
            let found = columns_named(source);
            let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, expected, "{source}");
            for (name, span) in &found {
                assert_eq!(&source[span.range()], name);
            }
        }
        case("nothing", &[]);
        case("{{ row['a b'] }}: {{ row[ \"c\" ] }}", &["a b", "c"]);
        case("{{ row.名称 }}{{ row.items() }}", &["名称"]);
        case(
            "{{ arrow['a'] }}{{ x.row['b'] }}{{ row[name] }}{{ row['",
            &[],
        );
    }
}
