//! One row becomes the content of a collection form, or the reasons why it cannot.
//! It judges nothing but what only the map can know; whether the form is right, the engine says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map as Object, Value, json};

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::import::Reason;
use crate::import::clean::{clean, one_line};
use crate::import::map::{Map, Plan, Rule, missing_column};
use crate::import::table::Row;
use crate::template::{Rendered, RowFault};
use crate::text::{Bilingual, visible_line};
use crate::time::Timestamp;

/// Fields that may have several lines.
const TEXTS: &[&str] = &["description", "explanation"];

/// Longest key of a source, in bytes.
const MAXIMUM_KEY: usize = 200;

/// What a row says.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) line: usize,
    /// `system:key`
    pub(super) key: String,
    pub(super) discovered: Timestamp,
    pub(super) value: Value,
    /// The columns that each field was made of.
    pub(super) columns: BTreeMap<&'static str, BTreeSet<usize>>,
}

/// Makes the form of a row.
pub(super) fn form(
    map: &Map,
    plan: &Plan,
    names: &[String],
    row: &Row,
    place: &Place,
) -> Result<Form, Vec<Reason>> {
    let mut maker = Maker {
        plan,
        names,
        row,
        place,
        reasons: Vec::new(),
        columns: BTreeMap::new(),
    };
    let key = maker.key();
    let mut value = Object::new();
    for &name in plan
        .fields
        .keys()
        .filter(|name| !name.starts_with("reporter."))
    {
        let made = maker.field(name);
        if name == "matters" {
            let mut matters: Vec<String> = Vec::new();
            for matter in made {
                if !matters.contains(&matter) {
                    matters.push(matter);
                }
            }
            if !matters.is_empty() {
                value.insert(name.to_owned(), json!(matters));
            }
        } else if let Some(text) = made.into_iter().next() {
            value.insert(name.to_owned(), Value::String(text));
        }
    }
    value.insert("reporter".to_owned(), maker.reporter());
    let discovered = maker.discovered(map, value.get("discovered_at").and_then(Value::as_str));
    match (key, discovered, maker.reasons.is_empty()) {
        (Some(key), Some(discovered), true) => {
            let key = format!("{}:{key}", map.system);
            value.insert("discovered_at".to_owned(), json!(discovered.to_string()));
            value.insert("source_key".to_owned(), json!(key));
            Ok(Form {
                line: row.line,
                key,
                discovered,
                value: Value::Object(value),
                columns: maker.columns,
            })
        }
        _ => Err(maker.reasons),
    }
}

struct Maker<'a> {
    plan: &'a Plan,
    names: &'a [String],
    row: &'a Row,
    place: &'a Place,
    reasons: Vec<Reason>,
    columns: BTreeMap<&'static str, BTreeSet<usize>>,
}

impl Maker<'_> {
    fn key(&mut self) -> Option<String> {
        let text = self.text("key", self.plan.key)?;
        let key = one_line(&text);
        let (en, zh) = if key.is_empty() {
            (
                "the source's key is empty".to_owned(),
                "来源编号是空的".to_owned(),
            )
        } else if key.len() > MAXIMUM_KEY {
            (
                format!(
                    "the source's key has {} bytes; {MAXIMUM_KEY} are allowed",
                    key.len()
                ),
                format!(
                    "来源编号有 {} 字节，超过了 {MAXIMUM_KEY} 字节的上限",
                    key.len()
                ),
            )
        } else {
            return Some(key);
        };
        self.reason(
            "key",
            en,
            zh,
            Some(Bilingual::new(
                "every row needs the source's own number: by it a second import knows what is in already",
                "每行都要有来源方自己的编号：再次导入时靠它识别已有的线索",
            )),
        );
        None
    }

    /// The values of a field: none where it is empty.
    fn field(&mut self, name: &'static str) -> Vec<String> {
        let mut made = Vec::new();
        let plan = self.plan;
        for rule in plan.fields.get(name).into_iter().flatten() {
            if let Some(text) = self.value(name, rule)
                && !text.is_empty()
            {
                made.push(text);
            }
        }
        made
    }

    fn value(&mut self, name: &'static str, rule: &Rule) -> Option<String> {
        let text = self.text(name, rule.template)?;
        let text = if TEXTS.contains(&name) {
            clean(&text)
        } else {
            one_line(&text)
        };
        let Some(values) = &rule.values else {
            return Some(text);
        };
        if let Some(key) = values.known.get(&text) {
            return Some(key.clone());
        }
        if let Some(otherwise) = &values.otherwise {
            return otherwise.clone();
        }
        let shown = visible_line(&text);
        self.reason(
            name,
            format!("the map's table of values has no `{shown}`"),
            format!("映射的取值表中没有 `{shown}`"),
            Some(Bilingual::new(
                "add it under `values`, or say under `otherwise` what stands for all others",
                "请在 values 中补充，或用 otherwise 写明其余情况的取值",
            )),
        );
        None
    }

    /// Whoever is anonymous is not named, whatever the table says (P3).
    fn reporter(&mut self) -> Value {
        let anonymous = match self.field("reporter.anonymous").first().map(String::as_str) {
            Some("true") => true,
            Some("false") => false,
            other => {
                if self
                    .reasons
                    .iter()
                    .all(|reason| reason.field.as_deref() != Some("reporter.anonymous"))
                {
                    let shown = visible_line(other.unwrap_or_default());
                    self.reason(
                        "reporter.anonymous",
                        format!(
                            "whether the reporter is anonymous is `{shown}`, and not true or false"
                        ),
                        format!("反映人是否匿名的值是 `{shown}`，应为 true 或 false"),
                        Some(Bilingual::new(
                            "write anonymous: true, or a table of values that gives true or false",
                            "请写 anonymous: true，或用取值表给出 true、false",
                        )),
                    );
                }
                true
            }
        };
        if anonymous {
            return json!({ "anonymous": true });
        }
        let name = self.field("reporter.name").into_iter().next();
        let contact = self.field("reporter.contact").into_iter().next();
        json!({ "anonymous": false, "name": name, "contact": contact })
    }

    fn discovered(&mut self, map: &Map, text: Option<&str>) -> Option<Timestamp> {
        let field = "discovered_at";
        match text {
            Some(text) => {
                let moment = map.dates.read(text);
                if moment.is_none() {
                    let shown = visible_line(text);
                    self.reason(
                        field,
                        format!("`{shown}` is no date that the map can read"),
                        format!("`{shown}` 不是映射能识别的日期"),
                        Some(Bilingual::new(
                            "correct the cell, or add its format to `dates` in the map, such as M/D/YYYY h:mm",
                            "请改正单元格，或在映射的 dates 中加上它的格式，例如 M/D/YYYY h:mm",
                        )),
                    );
                }
                moment
            }
            None => {
                if self
                    .reasons
                    .iter()
                    .all(|reason| reason.field.as_deref() != Some(field))
                {
                    self.reason(
                        field,
                        "the time of discovery is empty",
                        "发现时间是空的",
                        Some(Bilingual::new("fill in the cell", "请填写单元格")),
                    );
                }
                None
            }
        }
    }

    /// Renders a template, and notes the columns that it looked at.
    fn text(&mut self, name: &'static str, template: usize) -> Option<String> {
        let Rendered { text, columns } = self.plan.templates.render(template, &self.row.cells);
        self.columns.entry(name).or_default().extend(columns);
        let (en, zh, remedy) = match text {
            Ok(text) => return Some(text),
            Err(RowFault::NoColumn(column)) => {
                let shown = visible_line(&column);
                (
                    format!("the table has no column `{shown}`"),
                    format!("表格中没有 `{shown}` 这一列"),
                    Some(missing_column(&column, self.names)),
                )
            }
            Err(RowFault::Cell(what)) => (
                format!("the cell shows `{what}` instead of a value"),
                format!("单元格显示的是 `{what}`，而不是值"),
                Some(Bilingual::new(
                    "mend the formula, or put the value itself into the cell, and save the workbook with a spreadsheet program",
                    "请修正公式，或直接填入值，并用表格软件保存工作簿",
                )),
            ),
            Err(RowFault::Template(why)) => (why.en, why.zh, None),
        };
        self.reason(name, en, zh, remedy);
        None
    }

    fn reason(
        &mut self,
        field: &'static str,
        en: impl Into<String>,
        zh: impl Into<String>,
        remedy: Option<Bilingual>,
    ) {
        let mut finding = Diagnostic::new(Code::ImportRow, self.place.clone(), en, zh);
        finding.remedy = remedy;
        self.reasons.push(Reason {
            field: Some(field.to_owned()),
            columns: names_of(self.columns.get(field), self.names),
            finding,
        });
    }
}

/// The names of some columns.
pub(super) fn names_of(columns: Option<&BTreeSet<usize>>, names: &[String]) -> Vec<String> {
    columns
        .into_iter()
        .flatten()
        .filter_map(|index| names.get(*index).cloned())
        .collect()
}
