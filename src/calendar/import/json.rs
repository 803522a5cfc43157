//! The JSON of holiday-cn: a year, the notices that published it, and its days.

use chrono::NaiveDate;
use serde_json::Value;

use crate::calendar::import::{Listed, MAXIMUM_DAYS, Mark, Marked, clean, finding, nothing};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::text::Span;
use crate::yaml::{self, Node};

pub(super) fn read(name: &str, text: &str) -> Listed {
    let mut listed = Listed::default();
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            listed.found.push(not_json(name, text, &error));
            return listed;
        }
    };
    let days = value.get("days").and_then(Value::as_array);
    let count = days.map_or(0, Vec::len);
    if count > MAXIMUM_DAYS {
        listed.found.push(too_many(name, count));
        return listed;
    }
    // JSON is YAML, and the reader of YAML knows where everything stands. What few things it does not know of JSON,
    // such as pairs of surrogates, cost no more than the lines of the findings.
    let (document, found) = yaml::parse_at(name, text, 0);
    for found in found {
        if matches!(found.code, Code::YamlDuplicateKey) {
            listed.found.push(Diagnostic {
                code: Code::CalendarImport,
                ..found
            });
        }
    }
    let file = File {
        name,
        root: document.map(|document| document.root),
    };
    file.fill(&value, &mut listed);
    listed
}

struct File<'a> {
    name: &'a str,
    root: Option<Node>,
}

impl File<'_> {
    fn place(&self, pointer: &str) -> Place {
        let span = self.root.as_ref().map(|root| root.locate_pointer(pointer));
        span.map_or_else(|| Place::file(self.name), |span| Place::at(self.name, span))
    }

    /// The value at a pointer, if it is of the kind that is wanted; else a finding.
    fn want<'v, T>(
        &self,
        (within, pointer, key): (&'v Value, &str, &str),
        take: impl Fn(&'v Value) -> Option<T>,
        (kind, kind_zh): (&str, &str),
        listed: &mut Listed,
    ) -> Option<T> {
        let pointer = format!("{pointer}/{key}");
        let (en, zh) = match within.get(key) {
            Some(value) => match take(value) {
                Some(taken) => return Some(taken),
                None => (
                    format!("`{key}` is not {kind}"),
                    format!("`{key}` 不是{kind_zh}"),
                ),
            },
            None => (format!("there is no `{key}`"), format!("缺少 `{key}`")),
        };
        listed.found.push(
            finding(self.place(&pointer), en, zh).remedy(
                "take the file as holiday-cn publishes it: {\"year\", \"papers\", \"days\": [{\"name\", \"date\", \"isOffDay\"}]}",
                "请使用 holiday-cn 发布的原文件：{\"year\", \"papers\", \"days\": [{\"name\", \"date\", \"isOffDay\"}]}",
            ),
        );
        None
    }

    fn fill(&self, value: &Value, listed: &mut Listed) {
        let year = self.want(
            (value, "", "year"),
            |value| value.as_i64().filter(|year| (1900..=2200).contains(year)),
            ("a year from 1900 to 2200", " 1900 至 2200 之间的年份"),
            listed,
        );
        listed.year = year.and_then(|year| i32::try_from(year).ok());
        let papers: Vec<String> = value["papers"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(clean)
            .collect();
        listed.source = match papers.is_empty() {
            false => Some(papers.join(" ")),
            true => value["$id"].as_str().map(clean),
        };
        let Some(days) = self.want(
            (value, "", "days"),
            Value::as_array,
            ("a list", "列表"),
            listed,
        ) else {
            return;
        };
        if days.is_empty() {
            listed.found.push(nothing(self.name));
        }
        for (index, day) in days.iter().enumerate() {
            self.day(day, &format!("/days/{index}"), listed);
        }
    }

    fn day(&self, value: &Value, pointer: &str, listed: &mut Listed) {
        let date = self.want(
            (value, pointer, "date"),
            Value::as_str,
            ("text", "文字"),
            listed,
        );
        let off = self.want(
            (value, pointer, "isOffDay"),
            Value::as_bool,
            ("true or false", " true 或 false"),
            listed,
        );
        let name = self.want(
            (value, pointer, "name"),
            Value::as_str,
            ("text", "文字"),
            listed,
        );
        let (Some(date), Some(off), Some(name)) = (date, off, name) else {
            return;
        };
        let place = self.place(&format!("{pointer}/date"));
        match day_of(date) {
            Some(day) => listed.days.push(Marked {
                day,
                mark: if off { Mark::Off } else { Mark::Worked },
                name: clean(name),
                place,
            }),
            None => {
                let date = clean(date);
                listed.found.push(
                    finding(
                        place,
                        format!("there is no day {date}"),
                        format!("没有 {date} 这一天"),
                    )
                    .remedy("write it as 2027-01-31", "请写成 2027-01-31 的形式"),
                );
            }
        }
    }
}

fn day_of(text: &str) -> Option<NaiveDate> {
    // chrono alone takes `2027-1-5` too.
    let strict = text.len() == 10 && text.is_ascii();
    strict
        .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
        .flatten()
}

fn not_json(name: &str, text: &str, error: &serde_json::Error) -> Diagnostic {
    let before: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let mut at = (before + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
    finding(
        Place::at(name, Span::new(at, end)),
        format!("this is not JSON: {error}"),
        format!("不是有效的 JSON：{error}"),
    )
    .remedy("fetch the file again", "请重新下载文件")
}

pub(super) fn too_many(name: &str, count: usize) -> Diagnostic {
    finding(
        Place::file(name),
        format!("the file lists {count} days; {MAXIMUM_DAYS} are the most that is taken"),
        format!("文件列出 {count} 天，最多接受 {MAXIMUM_DAYS} 天"),
    )
    .remedy(
        "take a file of public holidays, with fewer years",
        "请使用法定节假日文件，并减少年份",
    )
}
