//! The map of an import: which column of a table becomes which field of the collection form, read from YAML.
//! It knows nothing of rows; a map that names a column that is not there is refused before any row is looked at.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use encoding_rs::Encoding;
use serde_json::Value;

use crate::check::check_reference;
use crate::diagnostic::{Code, Diagnostic, Place, any_error};
use crate::files::Files;
use crate::import::date::Dates;
use crate::import::table::Layout;
use crate::template::{RowTemplates, columns_named};
use crate::text::{Bilingual, Span, nearest, visible_line};
use crate::world::World;
use crate::yaml::{self, Document};

/// The fields of the collection form that a map may fill.
pub(super) const FIELDS: &[&str] = &[
    "title",
    "source",
    "channel",
    "discovered_at",
    "matters",
    "description",
    "reporter.anonymous",
    "reporter.name",
    "reporter.contact",
    "explanation",
    "proposed_category",
    "proposed_urgency",
];

/// A map that obeys its schema.
pub(super) struct Map {
    pub(super) system: String,
    pub(super) layout: Layout,
    pub(super) dates: Dates,
    path: String,
    text: String,
    document: Document,
    value: Value,
}

/// A map whose templates fit a table.
pub(super) struct Plan {
    pub(super) templates: RowTemplates,
    pub(super) key: usize,
    /// By the name in [`FIELDS`]; `matters` may have several rules, every other field has one.
    pub(super) fields: BTreeMap<&'static str, Vec<Rule>>,
}

/// How one value is made.
pub(super) struct Rule {
    /// Number of the template.
    pub(super) template: usize,
    pub(super) values: Option<Values>,
}

/// What stands for each text that a template may give.
pub(super) struct Values {
    pub(super) known: BTreeMap<String, String>,
    /// For every other text; where the map gives nothing, such a row is rejected.
    pub(super) otherwise: Option<Option<String>>,
}

impl Map {
    /// Reads a map; `path` is what findings call it.
    pub(super) fn load(
        path: &str,
        bytes: &[u8],
        files: &dyn Files,
        world: &World,
    ) -> Result<Self, Vec<Diagnostic>> {
        let (document, mut found) = yaml::parse(path, bytes);
        let Some(document) = document.filter(|_| !any_error(&found)) else {
            return Err(found);
        };
        let value = document.root.to_json();
        found.extend(
            world
                .schemas
                .validate("import", path, &document.root, &value),
        );
        if any_error(&found) {
            return Err(found);
        }
        for reference in world.schemas.references("import", &value) {
            // What a template makes is known only row by row.
            if !reference.name.contains("{{") && !reference.name.contains("{%") {
                let place = || Place::at(path, document.root.locate_pointer(&reference.pointer));
                found.extend(check_reference(
                    files,
                    world,
                    &place,
                    &reference.what,
                    &reference.name,
                ));
            }
        }
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let zone = text("time_zone").unwrap_or(&world.organisation.time_zone);
        let zone = zone.parse::<Tz>().map_err(|_| {
            found.push(
                Diagnostic::new(
                    Code::ImportMap,
                    Place::at(path, document.root.locate_pointer("/time_zone")),
                    format!("`{zone}` is no time zone"),
                    format!("`{zone}` 不是有效的时区"),
                )
                .remedy(
                    "write its IANA name, such as Asia/Shanghai",
                    "请写 IANA 名称，例如 Asia/Shanghai",
                ),
            );
        });
        let declared: Vec<&str> = value["dates"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let dates = Dates::new(&declared, zone.unwrap_or(Tz::UTC)).map_err(|(index, why)| {
            let place = document.root.locate_pointer(&format!("/dates/{index}"));
            found.push(
                Diagnostic::new(Code::ImportMap, Place::at(path, place), why.en, why.zh).remedy(
                    "write it like M/D/YYYY h:mm or YYYY-MM-DD hh:mm:ss; A is AM or PM",
                    "请写成 M/D/YYYY h:mm 或 YYYY-MM-DD hh:mm:ss 的形式；A 表示上午、下午",
                ),
            );
        });
        let (Ok(dates), false) = (dates, any_error(&found)) else {
            return Err(found);
        };
        let layout = Layout {
            sheet: text("sheet").map(str::to_owned),
            header: value["header"]
                .as_u64()
                .and_then(|header| usize::try_from(header).ok())
                .unwrap_or(1),
            encoding: text("encoding").and_then(|name| Encoding::for_label(name.as_bytes())),
            delimiter: text("delimiter")
                .and_then(|text| text.bytes().next())
                .unwrap_or(b','),
        };
        Ok(Self {
            system: text("system").unwrap_or_default().to_owned(),
            layout,
            dates,
            path: path.to_owned(),
            text: String::from_utf8_lossy(bytes).into_owned(),
            document,
            value,
        })
    }

    /// Compiles every template of the map for a table's columns.
    pub(super) fn plan(&self, columns: &[String]) -> Result<Plan, Vec<Diagnostic>> {
        let mut compiler = Compiler {
            map: self,
            columns,
            templates: RowTemplates::new(columns),
            found: Vec::new(),
        };
        let key = compiler.source("/key", true);
        let mut fields = BTreeMap::new();
        for &name in FIELDS {
            let pointer = format!("/fields/{}", name.replace('.', "/"));
            let rules = match self.value.pointer(&pointer) {
                None | Some(Value::Null) => continue,
                Some(Value::Array(items)) => (0..items.len())
                    .map(|index| compiler.rule(&format!("{pointer}/{index}")))
                    .collect(),
                Some(_) => vec![compiler.rule(&pointer)],
            };
            fields.insert(name, rules);
        }
        if any_error(&compiler.found) {
            return Err(compiler.found);
        }
        Ok(Plan {
            templates: compiler.templates,
            key,
            fields,
        })
    }
}

struct Compiler<'a> {
    map: &'a Map,
    columns: &'a [String],
    templates: RowTemplates,
    found: Vec<Diagnostic>,
}

impl Compiler<'_> {
    /// A field: a text or template, or `from` with its table of values.
    fn rule(&mut self, pointer: &str) -> Rule {
        let value = &self.map.value;
        let Some(Value::Object(field)) = value.pointer(pointer) else {
            return Rule {
                template: self.source(pointer, false),
                values: None,
            };
        };
        let values = field.get("values").and_then(Value::as_object).map(|known| {
            let known = known
                .iter()
                .filter_map(|(text, key)| Some((text.clone(), plain(key)?)))
                .collect();
            Values {
                known,
                otherwise: field.get("otherwise").map(plain),
            }
        });
        Rule {
            template: self.source(&format!("{pointer}/from"), true),
            values,
        }
    }

    /// Compiles one source; where it names a column, a text without braces is that column's name.
    fn source(&mut self, pointer: &str, names_column: bool) -> usize {
        let text = self
            .map
            .value
            .pointer(pointer)
            .and_then(plain)
            .unwrap_or_default();
        let is_template = text.contains("{{") || text.contains("{%");
        if names_column && !is_template {
            let Some(name) = self.known(&text, pointer, None) else {
                return 0;
            };
            // A template writes text as JSON does, quotes in the name and all.
            let quoted = Value::from(name).to_string();
            return self.compile(&format!("{{{{ row[{quoted}] }}}}"), pointer);
        }
        for (name, span) in columns_named(&text) {
            self.known(&name, pointer, Some((&text, span)));
        }
        self.compile(&text, pointer)
    }

    fn compile(&mut self, source: &str, pointer: &str) -> usize {
        match self.templates.add(source) {
            Ok(number) => number,
            Err(why) => {
                let place = self.place(pointer, None);
                self.found.push(
                    Diagnostic::new(Code::ImportMap, place, why.en, why.zh).remedy(
                        "write a column as {{ row['NAME'] }}",
                        "列请写成 {{ row['列名'] }}",
                    ),
                );
                0
            }
        }
    }

    /// The column of a name; a finding where the table has none.
    fn known(&mut self, name: &str, pointer: &str, within: Option<(&str, Span)>) -> Option<String> {
        if self
            .columns
            .iter()
            .any(|column| column == name && !name.is_empty())
        {
            return Some(name.to_owned());
        }
        let place = self.place(pointer, within);
        let Bilingual { en, zh } = missing_column(name, self.columns);
        let shown = visible_line(name);
        self.found.push(
            Diagnostic::new(
                Code::ImportMap,
                place,
                format!("the table has no column `{shown}`"),
                format!("表格中没有 `{shown}` 这一列"),
            )
            .remedy(en, zh),
        );
        None
    }

    /// Where a value stands in the map; a part of it, where it stands there just as it was read.
    fn place(&self, pointer: &str, within: Option<(&str, Span)>) -> Place {
        let whole = self.map.document.root.locate_pointer(pointer);
        let part = within.and_then(|(text, span)| {
            let written = self.map.text.get(whole.range())?;
            let named = &text[span.range()];
            let start = written.find(named)?;
            Some(Span::new(start, start + named.len()).shifted(whole.start))
        });
        Place::at(&self.map.path, part.unwrap_or(whole))
    }
}

/// A text of the map; numbers and truth values are what they look like.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// What to do about a column that is not there.
pub(super) fn missing_column(name: &str, columns: &[String]) -> Bilingual {
    let known = columns
        .iter()
        .map(String::as_str)
        .filter(|name| !name.is_empty());
    let list = visible_line(&known.clone().collect::<Vec<_>>().join(", "));
    match nearest(name, known) {
        Some(near) => Bilingual::new(
            format!("perhaps `{near}` is meant; the columns are: {list}"),
            format!("是否应为 `{near}`？现有的列：{list}"),
        ),
        None => Bilingual::new(
            format!("the columns are: {list}"),
            format!("现有的列：{list}"),
        ),
    }
}
