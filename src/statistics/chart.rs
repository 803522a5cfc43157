//! The geometry of the charts: numbers for the attributes of an SVG, and texts beside them.
//! It sees only what may be told; what is kept back is drawn hatched, always of the same size.

use serde_json::{Value, json};

use crate::statistics::suppress::Cell;
use crate::statistics::words::{Words, number};
use crate::statistics::{Figure, Figures, Row, Statistics, Table};
use crate::text::{Language, shorten, visible_line};

/// Units of the drawing that a chart beside others is wide; nearly pixels on a telephone and on a desk.
const NARROW: f64 = 340.0;
const WIDE: f64 = 720.0;
/// Height of a hatched column, whatever it keeps back.
const STUB: f64 = 16.0;
/// Columns of text that a label takes.
const LABEL: usize = 34;

/// The parts of a column or bar, with the classes that colour them.
fn segments(figures: &Figures) -> Vec<(&'static str, u64)> {
    let told = [figures.finished, figures.dismissed, figures.open].map(Cell::told);
    match (figures.received, told) {
        (Cell::Told(_), [Some(finished), Some(dismissed), Some(open)]) => {
            let late = figures.overdue.told();
            let mut parts = vec![("finished", finished), ("dismissed", dismissed)];
            match late {
                Some(late) => parts.extend([("open", open - late), ("overdue", late)]),
                None => parts.push(("open", open)),
            }
            parts.retain(|(_, count)| *count > 0);
            parts
        }
        (Cell::Told(received), _) if received > 0 => vec![("received", received)],
        _ => Vec::new(),
    }
}

/// The values of an axis: round numbers from zero to the first that is not below `most`.
fn axis(most: u64, lines: u64) -> Vec<u64> {
    let mut step = 1;
    for (index, factor) in [2, 5, 10].iter().cycle().enumerate() {
        if step * lines >= most.max(1) {
            break;
        }
        let power = 10_u64.saturating_pow(u32::try_from(index / 3).unwrap_or(0));
        step = power.saturating_mul(*factor);
    }
    let count = most.max(1).div_ceil(step);
    (0..=count).map(|index| index * step).collect()
}

#[expect(clippy::cast_precision_loss, reason = "lengths of a drawing")]
fn scaled(value: u64, whole: u64, length: f64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        rounded(value as f64 / whole as f64 * length)
    }
}

fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Columns per month, in the wide or the narrow format.
pub(super) fn months(table: &Table, words: Words, is_wide: bool) -> Value {
    let (width, height) = if is_wide {
        (WIDE, 300.0)
    } else {
        (NARROW, 230.0)
    };
    let (left, top, below) = (30.0, 18.0, 36.0);
    let rows: Vec<&Row> = table.rows().collect();
    let most = rows
        .iter()
        .filter_map(|row| row.figures.received.told())
        .max();
    let values = axis(most.unwrap_or(0).max(words.minimum), 4);
    let highest = values.last().copied().unwrap_or(1);
    let ground = height - below;
    let room = ground - top;
    let grid: Vec<Value> = values
        .iter()
        .map(|value| {
            let y = rounded(ground - scaled(*value, highest, room));
            json!({ "y": y, "text_y": y + 3.5, "label": value.to_string() })
        })
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "lengths of a drawing")]
    let slot = (width - left) / rows.len().max(1) as f64;
    let thick = rounded((slot * 0.62).min(40.0));
    let every = if slot >= 17.0 {
        1
    } else {
        (17.0 / slot).ceil() as usize
    };
    let columns: Vec<Value> = rows
        .iter()
        .enumerate()
        .map(|(index, row)| {
            #[expect(clippy::cast_precision_loss, reason = "lengths of a drawing")]
            let middle = rounded(left + slot * (index as f64 + 0.5));
            let mut top_of = ground;
            let parts: Vec<Value> = segments(&row.figures)
                .into_iter()
                .map(|(class, count)| {
                    let high = scaled(count, highest, room);
                    top_of = rounded(top_of - high);
                    json!({ "class": class, "y": top_of, "height": high })
                })
                .collect();
            let is_kept = row.figures.received.told().is_none();
            if is_kept {
                top_of = ground - STUB;
            }
            let (name, year) = month_name(row, words, index == 0);
            json!({
                "x": rounded(middle - thick / 2.0), "middle": middle, "thick": thick,
                "parts": parts, "kept": is_kept, "kept_y": ground - STUB, "kept_height": STUB,
                "value": words.cell(row.figures.received), "value_y": rounded(top_of - 5.0),
                "is_zero": row.figures.received == Cell::Told(0),
                "name": if index % every == 0 { name } else { String::new() },
                "year": if index % every == 0 { year } else { String::new() },
                "values": every == 1,
            })
        })
        .collect();
    json!({
        "width": width, "height": height, "left": left, "ground": ground,
        "name_y": ground + 15.0, "year_y": ground + 29.0, "grid": grid, "columns": columns,
    })
}

/// What stands below a column: the month, and the year where one begins.
fn month_name(row: &Row, words: Words, is_first: bool) -> (String, String) {
    let label = words.label(row);
    let Some((year, month)) = row.key.as_deref().and_then(|key| key.split_once('-')) else {
        return (label, String::new());
    };
    let year = if is_first || month == "01" { year } else { "" };
    let name = match words.language {
        Language::En => label.split(' ').next().unwrap_or_default().to_owned(),
        Language::Zh => format!("{}月", month.trim_start_matches('0')),
    };
    (name, year.to_owned())
}

/// A ring of the shares of a table that sums to a total; all that is kept back is one hatched part.
pub(super) fn ring(table: &Table, total: u64, words: Words) -> Value {
    let rows: Vec<&Row> = table.rows().collect();
    let mut begin = 0.0;
    let mut told = 0;
    let mut parts = Vec::new();
    let mut part = |class: String, label: String, value: String, count: u64| {
        let length = scaled(count, total, 1_000.0);
        parts.push(json!({
            "class": class, "label": label, "value": value,
            "share": words.part(count, total),
            // A gap of the ground parts neighbours, also without colour.
            "length": if count == total { length } else { rounded((length - 4.0).max(1.0)) },
            "rest": 1_000, "begin": rounded(-begin),
        }));
        begin += length;
    };
    for (index, row) in rows.iter().enumerate() {
        if let Some(count) = row.figures.received.told().filter(|count| *count > 0) {
            told += count;
            part(
                format!("slice{}", index % 6),
                words.label(row),
                count.to_string(),
                count,
            );
        }
    }
    let kept: Vec<String> = rows
        .iter()
        .filter(|row| row.figures.received.told().is_none())
        .map(|row| words.label(row))
        .collect();
    if !kept.is_empty() {
        let label = kept.join(words.say(", ", "、"));
        part("kept".to_owned(), label, "*".to_owned(), total - told);
    }
    json!({ "parts": parts, "total": total.to_string() })
}

/// One bar below another, each below its label.
struct Bars {
    bars: Vec<Value>,
    y: f64,
    words: Words,
}

impl Bars {
    const STEP: f64 = 37.0;
    const THICK: f64 = 11.0;

    fn new(words: Words) -> Self {
        Self {
            bars: Vec::new(),
            y: 0.0,
            words,
        }
    }

    /// `parts` are classes with their lengths; none of them and `kept` is hatched.
    fn add(
        &mut self,
        label: &str,
        value: String,
        parts: &[(&str, f64)],
        kept: bool,
        line: Option<f64>,
    ) {
        let mut x = 0.0;
        let parts: Vec<Value> = parts
            .iter()
            .map(|(class, length)| {
                let part = json!({ "class": class, "x": rounded(x), "length": rounded(*length) });
                x += length;
                part
            })
            .collect();
        self.bars.push(json!({
            "label": shorten(label, LABEL), "value": value, "text_y": self.y + 13.0, "y": self.y + 19.0,
            "middle": self.y + 19.0 + Self::THICK / 2.0,
            "parts": parts, "kept": kept, "line": line.map(rounded), "from": rounded(x),
        }));
        self.y += Self::STEP;
    }

    fn drawn(self, is_track: bool) -> Value {
        json!({
            "width": NARROW, "height": self.y.max(20.0), "thick": Self::THICK, "bars": self.bars,
            "stub": 40, "track": is_track, "language": self.words.language.code(),
        })
    }
}

/// Bars of the clues received, row by row, with their parts; rows without clues are left to the table.
pub(super) fn received(table: &Table, words: Words) -> Value {
    let told = table.rows().filter_map(|row| row.figures.received.told());
    let most = told.max().unwrap_or(0);
    let mut bars = Bars::new(words);
    for row in table.rows() {
        let received = row.figures.received;
        if received == Cell::Told(0) {
            continue;
        }
        let parts: Vec<(&str, f64)> = segments(&row.figures)
            .into_iter()
            .map(|(class, count)| (class, scaled(count, most, NARROW)))
            .collect();
        let kept = received.told().is_none();
        bars.add(&words.label(row), words.cell(received), &parts, kept, None);
    }
    bars.drawn(false)
}

/// Bars of the share handled in time, row by row; none where nothing was handled.
pub(super) fn in_time(table: &Table, words: Words) -> Option<Value> {
    let mut bars = Bars::new(words);
    for row in table.rows() {
        let share = row.figures.in_time;
        let nobody = row.figures.received.told().is_none() || row.figures.received == Cell::Told(0);
        let value = words.share(share);
        match share {
            Figure::Told(told) => {
                let value = match words.language {
                    Language::En => format!("{value} of {}", told.whole),
                    Language::Zh => format!("{value}（共 {} 条）", told.whole),
                };
                let length = scaled(told.kept, told.whole, NARROW);
                bars.add(
                    &words.label(row),
                    value,
                    &[("finished", length)],
                    false,
                    None,
                );
            }
            Figure::Kept if !nobody => bars.add(&words.label(row), value, &[], true, None),
            Figure::Kept | Figure::Nothing => {}
        }
    }
    (!bars.bars.is_empty()).then(|| bars.drawn(true))
}

/// Bars of the median time in each state, with a line up to the 90th percentile; none where no clue left a state.
pub(super) fn times(statistics: &Statistics, total: &Figures, words: Words) -> Option<Value> {
    let rows: Vec<(String, Figure<crate::statistics::Time>)> = statistics
        .states
        .iter()
        .zip(&total.stays)
        .map(|((_, label), time)| (visible_line(label.get(words.language)), *time))
        .chain([(
            words
                .say("from collection to the end", "从收集到办结")
                .to_owned(),
            total.duration,
        )])
        .collect();
    if rows.iter().all(|(_, time)| *time == Figure::Nothing) {
        return None;
    }
    let longest = rows
        .iter()
        .filter_map(|(_, time)| time.told())
        .map(|time| time.ninety.map_or(0.0, f64::from).max(time.median))
        .fold(1.0, f64::max);
    let length = |days: f64| days / longest * (NARROW - 4.0);
    let mut bars = Bars::new(words);
    for (label, time) in rows {
        match time {
            Figure::Told(time) => {
                let line = time.ninety.map(|ninety| length(f64::from(ninety)));
                let value = match time.ninety {
                    Some(ninety) => format!("{} / {ninety}", number(time.median)),
                    None => number(time.median),
                };
                bars.add(
                    &label,
                    value,
                    &[("finished", length(time.median))],
                    false,
                    line,
                );
            }
            Figure::Kept => bars.add(&label, "*".to_owned(), &[], true, None),
            Figure::Nothing => bars.add(&label, "–".to_owned(), &[], false, None),
        }
    }
    Some(bars.drawn(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_have_round_numbers() {
        #[track_caller]
        fn case(most: u64, expected: &[u64]) {
            assert_eq!(axis(most, 4), expected);
        }
        case(0, &[0, 1]);
        case(3, &[0, 1, 2, 3]);
        case(7, &[0, 2, 4, 6, 8]);
        case(62, &[0, 20, 40, 60, 80]);
        case(101, &[0, 50, 100, 150]);
        case(4_969, &[0, 2_000, 4_000, 6_000]);
    }
}
