//! The statistics as one self-contained HTML page: what the template `documents/statistics.html` is given.
//! Texts are plain and the template escapes them; what stands in attributes are numbers and classes of its own.

use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;
use crate::statistics::words::{Words, number};
use crate::statistics::{Dimension, Figure, Figures, Row, Statistics, Table, chart};
use crate::template::{Templates, datetime};
use crate::text::{Language, visible_line};
use crate::time::Timestamp;

/// What the statistics are of.
#[derive(Clone, Debug)]
pub struct Imprint {
    pub organisation: String,
    /// The moment that was looked at, on the organisation's clock.
    pub moment: Timestamp,
    /// The commit that the folder stands on.
    pub commit: Option<String>,
    pub language: Language,
}

impl Statistics {
    /// Renders the page.
    #[expect(
        clippy::result_large_err,
        reason = "made once a report, and every caller prints it"
    )]
    pub fn html(&self, imprint: &Imprint, templates: &Templates) -> Result<String, Diagnostic> {
        templates.render("documents/statistics.html", &self.context(imprint))
    }

    fn context(&self, imprint: &Imprint) -> Value {
        let words = Words {
            language: imprint.language,
            minimum: self.minimum,
        };
        let moment = datetime(&imprint.moment.to_string(), imprint.language);
        let commit = imprint.commit.as_deref().unwrap_or_default();
        let notes = [
            words.protection(self),
            words.provisional(self),
            words.unreadable(self),
        ];
        let notes: Vec<String> = notes.into_iter().filter(|note| !note.is_empty()).collect();
        json!({
            "language": imprint.language.code(),
            "organisation": visible_line(&imprint.organisation),
            "period": words.period(self),
            "moment": moment,
            "commit": commit.get(..10).unwrap_or(commit),
            "warning": self.minimum == 1,
            "notes": notes,
            "few": format!("<{}", self.minimum),
            "cards": self.total.as_ref().map(|total| self.cards(total, words)),
            "charts": self.total.as_ref().map_or_else(Vec::new, |total| self.charts(total, words)),
            "tables": self.tables.iter().map(|table| self.table_of(table, words)).collect::<Vec<_>>(),
            "overview": self.total.as_ref().map(|total| self.overview(total, words)),
            "headings": words.headings(),
            "states": self.states.iter().map(|(_, label)| visible_line(label.get(words.language))).collect::<Vec<_>>(),
        })
    }

    /// The key figures.
    fn cards(&self, total: &Figures, words: Words) -> Value {
        let headings = words.headings();
        let counts = words.counts(total);
        let card = |class: &str, label: &str, value: &str, note: String| json!({ "class": class, "label": label, "value": value, "note": note });
        let part = |count: Option<u64>, of: Option<u64>| match (count, of) {
            (Some(count), Some(of)) => words.part(count, of),
            _ => String::new(),
        };
        let received = total.received.told();
        let handled = match (total.in_time.told(), words.language) {
            (Some(share), Language::En) => format!("{} of {}", share.kept, share.whole),
            (Some(share), Language::Zh) => format!("{} 条中 {} 条", share.whole, share.kept),
            (None, _) => String::new(),
        };
        let duration = total.duration.told();
        let ninety = duration.and_then(|time| time.ninety);
        let ninety = ninety.map_or_else(String::new, |days| match words.language {
            Language::En => format!("median; 90 % within {days}"),
            Language::Zh => format!("中位数；九成不超过 {days}"),
        });
        let median = match (duration, total.duration) {
            (Some(time), _) => number(time.median),
            (None, figure) => words.time(figure),
        };
        json!([
            card("received", headings[0], &counts[0], String::new()),
            card(
                "open",
                headings[1],
                &counts[1],
                part(total.open.told(), received)
            ),
            card(
                "overdue",
                headings[2],
                &counts[2],
                match words.language {
                    Language::En => "of those open".to_owned(),
                    Language::Zh => "在办线索中".to_owned(),
                }
            ),
            card(
                "finished",
                headings[3],
                &counts[3],
                part(total.finished.told(), received)
            ),
            card(
                "dismissed",
                headings[4],
                &counts[4],
                part(total.dismissed.told(), received)
            ),
            card(
                "share",
                words.say("handled in time", "按期办理"),
                &counts[5],
                handled
            ),
            card(
                "duration",
                words.say("working days to the end", "办结用时（工作日）"),
                &median,
                ninety
            ),
        ])
    }

    /// The charts, in the order in which they are shown.
    fn charts(&self, total: &Figures, words: Words) -> Vec<Value> {
        let mut charts = Vec::new();
        let mut add = |kind: &str, class: &str, title: &str, note: &str, drawing: Value| {
            charts.push(json!({ "kind": kind, "class": class, "title": title, "note": note, "drawing": drawing }));
        };
        let numbers = words.say("clues", "件");
        if let Some(table) = self.table(Dimension::Month) {
            let title = words.say("Received per month", "每月收件");
            let both = json!([
                chart::months(table, words, true),
                chart::months(table, words, false)
            ]);
            add("months", "wide", title, numbers, both);
        }
        let all = total.received.told().unwrap_or(0);
        if let Some(table) = self.table(Dimension::Category) {
            let title = words.say("By category", "类别构成");
            add("ring", "", title, numbers, chart::ring(table, all, words));
        }
        let title = words.say("Time in each state", "各环节用时");
        let note = words.say(
            "working days: bar to the median, line to the 90th percentile",
            "工作日：条长为中位数，线至第 90 百分位",
        );
        if let Some(drawing) = chart::times(self, total, words) {
            add("bars", "", title, note, drawing);
        }
        let compositions = [
            (Dimension::Kind, words.say("By kind", "种类构成")),
            (Dimension::Channel, words.say("By channel", "来源渠道")),
            (
                Dimension::Department,
                words.say("By department", "责任部门"),
            ),
        ];
        for (dimension, title) in compositions {
            if let Some(table) = self.table(dimension) {
                add("bars", "", title, numbers, chart::received(table, words));
            }
        }
        let handled = self.table(Dimension::Department);
        if let Some(drawing) = handled.and_then(|table| chart::in_time(table, words)) {
            let title = words.say("Handled in time, by department", "各部门按期办理率");
            let note = words.say(
                "of the handling that ended or is overdue",
                "已办结或已逾期的办理中",
            );
            add("bars", "", title, note, drawing);
        }
        if let Some(table) = self.table(Dimension::Urgency) {
            let title = words.say("By urgency", "紧急程度");
            add("ring", "", title, numbers, chart::ring(table, all, words));
        }
        charts
    }

    /// Median and percentile of each state, over all clues.
    fn overview(&self, total: &Figures, words: Words) -> Value {
        let split = |time: Figure<crate::statistics::Time>| {
            let ninety = match time.told().and_then(|time| time.ninety) {
                Some(days) => days.to_string(),
                None if time == Figure::Nothing => "–".to_owned(),
                None => "*".to_owned(),
            };
            let median = time
                .told()
                .map_or_else(|| words.time(time), |time| number(time.median));
            [median, ninety]
        };
        let states = self.states.iter().zip(&total.stays);
        let mut rows: Vec<Value> = states
            .map(|((_, label), time)| json!({ "label": visible_line(label.get(words.language)), "cells": split(*time) }))
            .collect();
        let label = words.say("from collection to the end", "从收集到办结");
        rows.push(json!({ "label": label, "cells": split(total.duration) }));
        json!(rows)
    }

    fn table_of(&self, table: &Table, words: Words) -> Value {
        let row = |row: &Row, class: &str| {
            let stays = row.figures.stays.iter().map(|time| words.time(*time));
            json!({
                "label": words.label(row), "class": class, "counts": words.counts(&row.figures),
                "stays": stays.collect::<Vec<_>>(),
            })
        };
        let mut rows = Vec::new();
        for group in &table.groups {
            if let Some(category) = &group.category {
                rows.push(row(category, "group"));
            }
            let class = if group.category.is_some() {
                "inner"
            } else {
                ""
            };
            rows.extend(group.rows.iter().map(|inner| row(inner, class)));
        }
        let note = if table.dimension == Dimension::Department {
            words.of_departments()
        } else {
            ""
        };
        json!({ "label": table.dimension.label().get(words.language), "rows": rows, "note": note })
    }
}
