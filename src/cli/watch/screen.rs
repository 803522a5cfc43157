//! The view of `clue watch` in so many columns and rows: what is wrong, what waits, what is due, what happened last. What
//! does not fit is counted, never dropped without a word.

use crate::cli::watch::sentences::Sentences;
use crate::diagnostic::Diagnostic;
use crate::text::{shorten, visible_line, width};
use crate::watch::{View, Wait};

/// Parts of the view that belong together.
struct Section {
    head: Option<String>,
    /// Each is shown whole, where it can be.
    items: Vec<Vec<String>>,
    /// So many rows it has at least, below its heading.
    least: usize,
    /// What is said of those that are left out; none where the last are shown, and the others are old.
    more: Option<Box<dyn Fn(usize) -> String>>,
}

impl Section {
    fn rows(&self) -> usize {
        let rows: usize = self.items.iter().map(Vec::len).sum();
        if rows == 0 { 0 } else { rows + self.above() }
    }

    /// An empty line, and the heading.
    fn above(&self) -> usize {
        1 + usize::from(self.head.is_some())
    }

    /// The section in at most so many rows.
    fn shown(self, rows: usize) -> Vec<String> {
        let (needed, above) = (self.rows(), self.above());
        if needed == 0 || rows <= above {
            return Vec::new();
        }
        let mut lines = vec![String::new()];
        lines.extend(self.head);
        let room = rows - above;
        if needed <= rows {
            lines.extend(self.items.into_iter().flatten());
            return lines;
        }
        let Some(more) = self.more else {
            let mut left = room;
            let newest = self.items.iter().rev().take_while(|item| {
                let fits = item.len() <= left;
                left = left.saturating_sub(item.len());
                fits
            });
            let count = newest.count();
            if count == 0 {
                return Vec::new();
            }
            let old = self.items.len() - count;
            lines.extend(self.items.into_iter().skip(old).flatten());
            return lines;
        };
        let count = self.items.len();
        let mut shown = 0;
        let mut left = room - 1;
        for item in self.items {
            let is_cut = item.len() > left;
            if is_cut && shown > 0 {
                break;
            }
            let part = item.into_iter().take(left);
            let before = lines.len();
            lines.extend(part);
            left -= lines.len() - before;
            shown += usize::from(lines.len() > before);
            if is_cut {
                break;
            }
        }
        if shown < count {
            lines.push(more(count - shown));
        }
        lines
    }
}

/// The lines of the view; `size` are columns and rows.
pub(super) fn lines<'l>(
    say: &Sentences,
    view: &View<'_>,
    last: impl Iterator<Item = &'l String>,
    size: (usize, usize),
) -> Vec<String> {
    let (columns, room) = size;
    let state = view.state;
    let mut lines = head(say, view, columns);
    let chinese = say.language;
    let sentences = move || Sentences::new(chinese);
    let mut findings = Vec::new();
    if state.is_broken {
        findings.push(wrapped(&say.world(true, 0), columns, 0, 4));
    }
    findings.extend(finding_items(
        say,
        view,
        "",
        &state.world_findings,
        columns,
        None,
    ));
    for (folder, verdict) in &state.clues {
        let found = say.findings_of(view, folder, verdict);
        if !found.is_empty() {
            let head = say.clue(state, verdict, &found, columns);
            let head = Some(wrapped(&head, columns, 0, 4));
            findings.extend(finding_items(say, view, folder, &found, columns, head));
        }
    }
    for found in state.beside.values() {
        findings.extend(finding_items(say, view, "", found, columns, None));
    }
    let mut waits = Vec::new();
    for (path, wait) in view.waits {
        if view.again.contains_key(path) {
            let name = visible_line(path.rsplit('/').next().unwrap_or(path));
            let again = say.say(
                "changed; whether it can be committed is looked at again",
                "有改动，正在重新判断能否提交",
            );
            waits.push(wrapped(&say.named(&name, &again), columns, 2, 4));
            continue;
        }
        let head = wrapped(&say.wait(path, wait, true), columns, 2, 4);
        let known = state.clues.get(path).map(|clue| &clue.findings);
        let found: Vec<Diagnostic> = match wait {
            Wait::Invalid(found) => found
                .iter()
                // What is said above is not said twice.
                .filter(|one| known.is_none_or(|known| !known.contains(one)))
                .cloned()
                .collect(),
            _ => Vec::new(),
        };
        if found.is_empty() {
            waits.push(head);
        } else {
            waits.extend(finding_items(say, view, path, &found, columns, Some(head)));
        }
    }
    let due = say.due(state);
    let due_lines = due.iter().map(|item| {
        let parts = say.due_line(state, item, columns.saturating_sub(2));
        parts.iter().map(|line| format!("  {line}")).collect()
    });
    let more = |en: &'static str, zh: &'static str| -> Option<Box<dyn Fn(usize) -> String>> {
        Some(Box::new(move |count: usize| {
            let text = sentences().say(en, zh);
            text.replace("{}", &count.to_string())
        }))
    };
    let sections = [
        Section {
            head: None,
            items: findings,
            least: 6,
            more: more("... {} more: clue check", "…… 另有 {} 处问题：clue check"),
        },
        Section {
            head: Some(match view.commits {
                true => say.say("not committed:", "暂不提交："),
                false => say.say("removed:", "被删除："),
            }),
            items: waits,
            least: 4,
            more: more("  ... {} more: git status", "  …… 另有 {} 项：git status"),
        },
        Section {
            head: Some(say.due_head(due.len())),
            items: due_lines.collect(),
            least: 3,
            more: more("  {} more: clue due", "  另有 {} 项：clue due"),
        },
        Section {
            head: Some(say.say("last:", "最近动态：")),
            items: last.map(|line| wrapped(line, columns, 2, 9)).collect(),
            least: 2,
            more: None,
        },
    ];
    let mut left = room.saturating_sub(lines.len());
    // Each has its least, the first before the others; what is left is given out in the same order.
    let mut rows = [0; 4];
    for (rows, section) in rows.iter_mut().zip(&sections) {
        let least = section.rows().min(section.above() + section.least);
        if least <= left {
            *rows = least;
        } else if left > section.above() {
            *rows = left;
        }
        left -= *rows;
    }
    for (rows, section) in rows.iter_mut().zip(&sections) {
        if *rows > 0 {
            let more = (section.rows() - *rows).min(left);
            *rows += more;
            left -= more;
        }
    }
    for (rows, section) in rows.into_iter().zip(sections) {
        lines.extend(section.shown(rows));
    }
    lines.truncate(room);
    lines.iter().map(|line| shorten(line, columns)).collect()
}

/// What is watched and how, and how it ends.
fn head(say: &Sentences, view: &View<'_>, columns: usize) -> Vec<String> {
    let commit = if view.commits { " --commit" } else { "" };
    let end = say.say("Ctrl-C ends it", "Ctrl-C 结束");
    let root = visible_line(&view.state.root().display().to_string());
    let used = "clue watch".len() + commit.len() + width(&end) + 4;
    let root = from_the_end(&root, columns.saturating_sub(used));
    let mut lines = vec![format!("clue watch{commit}  {root}  {end}")];
    if view.commits {
        lines.extend(wrapped(&say.commits(), columns, 0, 4));
    }
    lines.extend(wrapped(&say.summary(view), columns, 0, 4));
    if let Some(polling) = view.polling {
        let polling = say.both(&super::polling(polling));
        lines.extend(wrapped(&polling, columns, 0, 4));
    }
    lines
}

/// The end of a path, in so many columns.
fn from_the_end(path: &str, columns: usize) -> String {
    let mut rest = path;
    while width(rest) + usize::from(rest.len() < path.len()) > columns {
        let mut characters = rest.chars();
        if characters.next().is_none() {
            break;
        }
        rest = characters.as_str();
    }
    match rest.len() < path.len() {
        true => format!("…{rest}"),
        false => rest.to_owned(),
    }
}

/// Findings below a heading, their paths as they are within the folder.
fn finding_items(
    say: &Sentences,
    view: &View<'_>,
    folder: &str,
    found: &[Diagnostic],
    columns: usize,
    mut head: Option<Vec<String>>,
) -> Vec<Vec<String>> {
    let indent = if head.is_some() { 4 } else { 0 };
    let items = say.findings(view.state, found).into_iter().map(|one| {
        let inner = one.path.strip_prefix(folder).unwrap_or(&one.path);
        let inner = inner.trim_start_matches('/');
        // The line says enough: which column it is, whoever opens it sees.
        let line = one.place.split(':').nth(1);
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        let text = match inner.is_empty() {
            true => one.message,
            false => say.named(&format!("{inner}{line}"), &one.message),
        };
        let mut item = head.take().unwrap_or_default();
        item.extend(wrapped(&text, columns, indent, indent + 2));
        if let Some(remedy) = one.remedy {
            item.extend(wrapped(&remedy, columns, indent + 2, indent + 4));
        }
        item
    });
    items.collect()
}

/// A text in lines of so many columns; Chinese is broken between any two characters, other words are kept whole.
fn wrapped(text: &str, columns: usize, first: usize, other: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = " ".repeat(first);
    let mut used = first;
    let mut is_empty = true;
    for word in words(text) {
        let wide = width(word.trim_end());
        if used + wide > columns && !is_empty {
            lines.push(line.trim_end().to_owned());
            line = " ".repeat(other);
            used = other;
        }
        // What is longer than a line is cut where the line ends.
        for character in word.chars() {
            let wide = width(character.encode_utf8(&mut [0; 4]));
            if used + wide > columns && character != ' ' {
                lines.push(line.trim_end().to_owned());
                line = " ".repeat(other);
                used = other;
            }
            line.push(character);
            used += wide;
        }
        is_empty = false;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// The parts of a text that stay together: words with the spaces behind them, and each Chinese character with the
/// punctuation that may not begin a line.
fn words(text: &str) -> Vec<&str> {
    let may_not_begin = |character: char| "，。、；：！？）》」』”’…,.;:!?)]}".contains(character);
    let may_not_end = |character: char| "（《「『“‘([{".contains(character);
    let is_wide = |character: char| !character.is_ascii();
    let mut words = Vec::new();
    let mut begin = 0;
    let mut before: Option<char> = None;
    for (at, character) in text.char_indices() {
        if let Some(before) = before {
            let is_break = if may_not_begin(character) || may_not_end(before) || character == ' ' {
                false
            } else {
                before == ' ' || is_wide(before) || is_wide(character)
            };
            if is_break {
                words.push(&text[begin..at]);
                begin = at;
            }
        }
        before = Some(character);
    }
    words.push(&text[begin..]);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_broken_by_the_columns_they_take() {
        let text =
            "collection.yaml:11：错误[reference-rulebook]：规则书中没有渠道 `pigeon`，请改正。";
        for columns in [24, 30, 40, 60] {
            let lines = wrapped(text, columns, 4, 6);
            assert!(
                lines.iter().all(|line| width(line) <= columns),
                "{lines:#?}"
            );
            let joined: String = lines.iter().map(|line| line.trim()).collect();
            assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
            assert!(
                lines
                    .iter()
                    .all(|line| !line.trim().starts_with(['，', '。', '：']))
            );
        }
        let long = "x".repeat(50);
        let lines = wrapped(&long, 20, 0, 2);
        assert!(lines.iter().all(|line| width(line) <= 20), "{lines:#?}");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let section = || Section {
            head: Some("head".to_owned()),
            items: (0..9).map(|index| vec![index.to_string()]).collect(),
            least: 3,
            more: Some(Box::new(|count| format!("{count} more"))),
        };
        assert_eq!(section().rows(), 11);
        assert_eq!(section().shown(11).len(), 11);
        assert_eq!(
            section().shown(6),
            ["", "head", "0", "1", "2", "6 more"],
            "the rest is told"
        );
        assert_eq!(section().shown(3), ["", "head", "9 more"]);
        assert!(section().shown(2).is_empty());
    }
}
