//! The statistics as data for programs. What is kept back is `{"value": null, "suppressed": true}`, whatever the sign.

use serde_json::{Map, Value, json};

use crate::statistics::suppress::Cell;
use crate::statistics::{Dimension, Figure, Figures, Row, Share, Statistics, Time};

impl Dimension {
    /// The name that data formats and the command line use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Kind => "kind",
            Self::Urgency => "urgency",
            Self::Department => "department",
            Self::Channel => "channel",
            Self::Month => "month",
        }
    }
}

impl Statistics {
    /// Everything that may be told, as data.
    pub fn to_json(&self) -> Map<String, Value> {
        let tables: Vec<Value> = self
            .tables
            .iter()
            .map(|table| {
                let rows = table.groups.iter().flat_map(|group| {
                    let category = group.category.as_ref();
                    group.rows.iter().map(move |row| self.row(row, category))
                });
                json!({ "by": table.dimension.name(), "rows": rows.collect::<Vec<_>>() })
            })
            .collect();
        let total = match &self.total {
            Some(figures) => Value::Object(self.data_of(figures)),
            None => json!({ "received": kept() }),
        };
        let entries = [
            ("from", json!(self.from.map(|day| day.to_string()))),
            ("to", json!(self.to.map(|day| day.to_string()))),
            ("minimum", json!(self.minimum)),
            ("unreadable", json!(self.unreadable)),
            ("provisionalYears", json!(self.provisional)),
            ("total", total),
            ("tables", json!(tables)),
        ];
        entries
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect()
    }

    fn row(&self, row: &Row, category: Option<&Row>) -> Value {
        let mut value = Map::new();
        if let Some(category) = category {
            value.insert("category".to_owned(), json!(category.key));
        }
        value.insert("key".to_owned(), json!(row.key));
        value.insert("label".to_owned(), json!(row.label));
        value.extend(self.data_of(&row.figures));
        Value::Object(value)
    }

    fn data_of(&self, figures: &Figures) -> Map<String, Value> {
        let stays = self
            .states
            .iter()
            .zip(&figures.stays)
            .map(|((key, _), stay)| (key.clone(), figure(*stay, time)));
        let entries = [
            ("received", cell(figures.received)),
            ("open", cell(figures.open)),
            (
                "overdue",
                figure(figures.overdue, |count| json!({ "value": count })),
            ),
            ("finished", cell(figures.finished)),
            ("dismissed", cell(figures.dismissed)),
            ("handledInTime", figure(figures.in_time, share)),
            ("workingDaysToEnd", figure(figures.duration, time)),
            ("workingDaysInState", Value::Object(stays.collect())),
        ];
        entries
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect()
    }
}

fn kept() -> Value {
    json!({ "value": null, "suppressed": true })
}

fn cell(cell: Cell) -> Value {
    match cell.told() {
        Some(count) => json!({ "value": count }),
        None => kept(),
    }
}

fn figure<T>(figure: Figure<T>, write: fn(T) -> Value) -> Value {
    match figure {
        Figure::Told(value) => write(value),
        Figure::Kept => kept(),
        Figure::Nothing => Value::Null,
    }
}

fn share(share: Share) -> Value {
    json!({ "value": share.kept, "of": share.whole, "percent": share.percent() })
}

fn time(time: Time) -> Value {
    json!({ "median": time.median, "ninetiethPercentile": time.ninety })
}
