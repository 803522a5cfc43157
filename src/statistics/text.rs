//! The statistics as text for a terminal: key figures, medians, and each table with bars.

use crate::statistics::words::{Words, number};
use crate::statistics::{Dimension, Figures, Imprint, Row, Statistics, Table};
use crate::text::{Language, pad, shorten, visible_line, width};

/// Columns of a bar in a terminal.
const BAR: u64 = 16;
/// Columns that a label may take.
const LABEL: usize = 32;

impl Statistics {
    /// The statistics as text for a terminal.
    pub fn text(&self, imprint: &Imprint) -> String {
        let words = Words {
            language: imprint.language,
            minimum: self.minimum,
        };
        let mut text = format!(
            "{}{}{}{}{}\n\n",
            visible_line(&imprint.organisation),
            words.say(": ", "："),
            words.period(self),
            words.say(", ", "，"),
            words.state_of(imprint)
        );
        let Some(total) = &self.total else {
            let received = words.headings()[0];
            text.push_str(&format!("{received} <{}\n\n", self.minimum));
            text.push_str(&self.notes(words));
            return text;
        };
        text.push_str(&self.figures(total, words));
        for table in &self.tables {
            text.push_str(&counts(table, words));
            text.push_str(&self.stays(table, words));
        }
        text.push_str(&self.notes(words));
        text
    }

    fn notes(&self, words: Words) -> String {
        let notes = [
            words.protection(self),
            words.provisional(self),
            words.unreadable(self),
        ];
        let notes = notes.into_iter().filter(|note| !note.is_empty());
        notes.map(|note| note + "\n").collect()
    }

    fn figures(&self, total: &Figures, words: Words) -> String {
        let headings = words.headings();
        let values = words.counts(total);
        let shown: Vec<String> = headings
            .iter()
            .zip(&values)
            .take(5)
            .map(|(heading, value)| format!("{heading} {value}"))
            .collect();
        let mut text = format!("{}\n", shown.join("   "));
        let share = total.in_time.told().map_or_else(
            || words.share(total.in_time),
            |share| {
                let (kept, whole) = (share.kept, share.whole);
                let percent = words.percent(share.percent());
                match words.language {
                    Language::En => format!("{percent} ({kept} of {whole})"),
                    Language::Zh => format!("{percent}（{whole} 条中 {kept} 条）"),
                }
            },
        );
        text.push_str(&format!(
            "{} {share}\n\n",
            words.say("handled in time", "按期办理")
        ));
        let mut lines = vec![[
            words.say("working days", "工作日").to_owned(),
            words.say("median", "中位数").to_owned(),
            words.say("90 % within", "九成不超过").to_owned(),
        ]];
        let times = self
            .states
            .iter()
            .zip(&total.stays)
            .map(|((_, label), time)| (label.get(words.language), *time))
            .chain([(words.say("to the end", "办结用时"), total.duration)]);
        for (label, time) in times {
            let median = words.figure(time, |time| number(time.median));
            let ninety = words.figure(time, |time| {
                time.ninety
                    .map_or_else(|| "*".to_owned(), |days| days.to_string())
            });
            lines.push([visible_line(label), median, ninety]);
        }
        text.push_str(&aligned(&lines));
        text.push('\n');
        text
    }

    /// The medians of a table's rows.
    fn stays(&self, table: &Table, words: Words) -> String {
        let mut lines: Vec<Vec<String>> = Vec::new();
        let mut heading = vec![
            words
                .say("working days: median / 90 %", "工作日：中位数 / 九成")
                .to_owned(),
        ];
        heading.extend(
            self.states
                .iter()
                .map(|(_, label)| visible_line(label.get(words.language))),
        );
        lines.push(heading);
        for (label, row) in rows(table, words) {
            let stays = row.figures.stays.iter().map(|time| words.time(*time));
            lines.push(std::iter::once(label).chain(stays).collect());
        }
        format!("{}\n", aligned(&lines))
    }
}

/// Rows with their labels; kinds stand below their category.
fn rows(table: &Table, words: Words) -> Vec<(String, &Row)> {
    let mut rows = Vec::new();
    for group in &table.groups {
        if let Some(category) = &group.category {
            rows.push((shorten(&words.label(category), LABEL), category));
        }
        let indent = if group.category.is_some() { "  " } else { "" };
        for row in &group.rows {
            rows.push((
                format!("{indent}{}", shorten(&words.label(row), LABEL)),
                row,
            ));
        }
    }
    rows
}

/// The counts of a table's rows, with bars.
fn counts(table: &Table, words: Words) -> String {
    let most = table
        .rows()
        .filter_map(|row| row.figures.received.told())
        .max();
    let most = most.unwrap_or(0).max(1);
    let rows = rows(table, words);
    // A bar is as long beside a category as beside its kinds.
    let most = rows
        .iter()
        .filter_map(|(_, row)| row.figures.received.told())
        .fold(most, u64::max);
    let mut lines: Vec<Vec<String>> = Vec::new();
    let headings = words.headings();
    let mut heading = vec![table.dimension.label().get(words.language).to_owned()];
    heading.push(headings[0].to_owned());
    heading.push(String::new());
    heading.extend(headings[1..].iter().map(|&heading| heading.to_owned()));
    lines.push(heading);
    for (label, row) in rows {
        let [received, rest @ ..] = words.counts(&row.figures);
        let bar = match row.figures.received.told() {
            Some(count) => bar(count, most),
            None => "░".to_owned(),
        };
        let mut line = vec![
            label,
            received,
            pad(&bar, usize::try_from(BAR).unwrap_or(0)),
        ];
        line.extend(rest);
        lines.push(line);
    }
    let mut text = aligned(&lines);
    if table.dimension == Dimension::Department {
        text.push_str(&format!("{}\n", words.of_departments()));
    }
    text.push('\n');
    text
}

/// A bar of block characters, to an eighth of a column.
fn bar(count: u64, most: u64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (count * BAR * 8).div_ceil(most);
    let whole = "█".repeat(usize::try_from(eighths / 8).unwrap_or(0));
    let part = usize::try_from(eighths % 8).unwrap_or(0);
    whole + EIGHTHS[part]
}

/// Lines of cells below each other: the first column to the left, numbers to the right.
fn aligned<L: AsRef<[String]>>(lines: &[L]) -> String {
    let columns = lines
        .iter()
        .map(|line| line.as_ref().len())
        .max()
        .unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = lines.iter().filter_map(|line| line.as_ref().get(column));
            cells.map(|cell| width(cell)).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for line in lines {
        let cells = line.as_ref().iter().zip(&widths).enumerate();
        let shown: Vec<String> = cells
            .map(|(column, (cell, columns))| {
                if column == 0 {
                    pad(cell, *columns)
                } else {
                    " ".repeat(columns.saturating_sub(width(cell))) + cell
                }
            })
            .collect();
        text.push_str(shown.join("  ").trim_end());
        text.push('\n');
    }
    text
}
