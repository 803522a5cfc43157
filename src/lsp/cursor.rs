//! What of a YAML text an offset means: by its tree where it can be read, and by its lines where it is still being written.
//! It never knows what a field is for.

use crate::text::Span;
use crate::yaml::{Node, Value};

/// What stands at an offset of a tree.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spot {
    /// JSON pointer to the value.
    pub(super) pointer: String,
    /// Where its key stands; none of an item of a list.
    pub(super) key: Option<Span>,
    pub(super) value: Span,
    pub(super) is_on_key: bool,
}

impl Spot {
    /// What the offset itself lies on.
    pub(super) fn span(&self) -> Span {
        match self.key {
            Some(key) if self.is_on_key => key,
            _ => self.value,
        }
    }
}

/// The innermost key or value that an offset lies on.
pub(super) fn spot(root: &Node, offset: usize) -> Option<Spot> {
    let touches = |span: Span| span.start <= offset && offset <= span.end;
    let mut node = root;
    let mut pointer = String::new();
    let mut found = None;
    loop {
        let next = match &node.value {
            Value::Mapping(entries) => entries.iter().find_map(|entry| {
                let whole = entry.key_span.join(entry.value.span);
                touches(whole).then(|| (escaped(&entry.key), Some(entry.key_span), &entry.value))
            }),
            Value::Sequence(items) => items.iter().enumerate().find_map(|(index, item)| {
                touches(item.span).then(|| (index.to_string(), None, item))
            }),
            _ => None,
        };
        let Some((part, key, value)) = next else {
            return found;
        };
        pointer.push('/');
        pointer.push_str(&part);
        let is_on_key = key.is_some_and(touches);
        found = Some(Spot {
            pointer: pointer.clone(),
            key,
            value: value.span,
            is_on_key,
        });
        if is_on_key {
            return found;
        }
        node = value;
    }
}

/// A key as a part of a JSON pointer.
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// What is being written at an offset.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Writing {
    /// JSON pointer to the group or list that it belongs to.
    pub(super) parent: String,
    /// The key whose value is being written; none where a key or an item is.
    pub(super) key: Option<String>,
    /// Whether it stands behind a dash, or in brackets.
    pub(super) is_item: bool,
    /// What is typed already, and would be replaced.
    pub(super) typed: Span,
    /// Whether a colon follows.
    pub(super) has_colon: bool,
    /// Keys that the group has on other lines.
    pub(super) siblings: Vec<String>,
}

/// A line, as far as its layout goes.
#[derive(Debug)]
struct Row {
    start: usize,
    /// Columns of the dashes that it begins with.
    dashes: Vec<usize>,
    /// Column of what follows them.
    column: usize,
    /// Its key, and the offset behind the colon.
    key: Option<(String, usize)>,
    is_blank: bool,
}

fn rows(text: &str, within: Span) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut start = within.start;
    for line in text[within.range()].split_inclusive('\n') {
        rows.push(row(start, line.trim_end_matches(['\n', '\r'])));
        start += line.len();
    }
    let yaml = &text[within.range()];
    if yaml.is_empty() || yaml.ends_with('\n') {
        rows.push(row(start, ""));
    }
    rows
}

fn row(start: usize, line: &str) -> Row {
    let mut column = line.len() - line.trim_start_matches(' ').len();
    let mut dashes = Vec::new();
    loop {
        let rest = &line[column..];
        if rest == "-" {
            dashes.push(column);
            column += 1;
        } else if rest.starts_with("- ") {
            dashes.push(column);
            let inner = &rest[1..];
            column += 1 + inner.len() - inner.trim_start_matches(' ').len();
        } else {
            break;
        }
    }
    let rest = &line[column..];
    let is_blank = (rest.is_empty() && dashes.is_empty()) || rest.starts_with('#');
    let key = key_of(rest).filter(|_| !is_blank);
    let key = key.map(|(key, colon)| (key, start + column + colon + 1));
    Row {
        start,
        dashes,
        column,
        key,
        is_blank,
    }
}

/// The key that a line begins with, and where its colon stands.
fn key_of(rest: &str) -> Option<(String, usize)> {
    let is_end = |at: usize| rest[at + 1..].is_empty() || rest[at + 1..].starts_with([' ', '\t']);
    let quote = rest
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''));
    if let Some(quote) = quote {
        let end = rest[1..].find(quote)? + 1;
        let colon = end + 1;
        return (rest[colon..].starts_with(':') && is_end(colon))
            .then(|| (rest[1..end].to_owned(), colon));
    }
    let (colon, _) = rest.match_indices(':').find(|(at, _)| is_end(*at))?;
    let key = rest[..colon].trim_end();
    (!key.is_empty() && !key.starts_with(['[', '{', '#', '|', '>']))
        .then(|| (key.to_owned(), colon))
}

/// What is being written at an offset of the YAML that lies `within` a text; none in a comment or a block of text.
pub(super) fn writing(text: &str, within: Span, offset: usize) -> Option<Writing> {
    if offset < within.start || offset > within.end {
        return None;
    }
    let rows = rows(text, within);
    let at = rows.iter().rposition(|row| row.start <= offset)?;
    let own = &rows[at];
    let line_end = text[own.start..within.end]
        .find('\n')
        .map_or(within.end, |end| own.start + end);
    let line = text[own.start..line_end].trim_end_matches('\r');
    let column = offset - own.start;
    if line.trim_start().starts_with('#') && column > line.len() - line.trim_start().len() {
        return None;
    }
    if let Some((key, behind)) = &own.key
        && offset >= *behind
    {
        let (mut parents, _) = parents(text, &rows, at, own.column)?;
        let end = own.start + value_end(line);
        let value = Span::new(*behind, end.max(*behind));
        let mut typed = trimmed(text, value, offset);
        let written = &text[typed.range()];
        let mut is_item = false;
        if written.starts_with('[') {
            is_item = true;
            typed = word_in_brackets(text, typed, offset);
            parents.push(escaped(key));
        } else if written.starts_with(['|', '>', '{']) {
            return None;
        }
        return Some(Writing {
            parent: pointer(&parents),
            key: (!is_item).then(|| key.clone()),
            is_item,
            typed,
            has_colon: false,
            siblings: siblings(&rows, at, own.column),
        });
    }
    // On an empty line the cursor says how far in it is.
    let is_empty = line.trim().is_empty();
    let inner = if is_empty { column } else { own.column };
    let is_item = !own.dashes.is_empty();
    let (parents, siblings_at) = parents(text, &rows, at, inner)?;
    let typed = match &own.key {
        Some((_, behind)) => Span::new(own.start + own.column, behind - 1),
        None if is_empty => Span::new(offset, offset),
        None => {
            let start = (own.start + own.column).min(own.start + line.len());
            Span::new(start.min(offset), own.start + value_end(line))
        }
    };
    Some(Writing {
        parent: pointer(&parents),
        key: None,
        is_item,
        typed: Span::new(typed.start, typed.end.max(typed.start)),
        has_colon: own.key.is_some(),
        siblings: siblings(&rows, siblings_at, inner),
    })
}

/// The way to the group that a line's column belongs to, from the outside in, and the line itself; none inside of a text.
fn parents(text: &str, rows: &[Row], at: usize, column: usize) -> Option<(Vec<String>, usize)> {
    let mut parts = Vec::new();
    let mut limit = column;
    // The group begins on this line behind its dashes, or on one above.
    let mut dashes: Vec<usize> = rows[at].dashes.clone();
    let mut index = at;
    loop {
        // Out of the list items that begin on this line, the innermost first.
        while let Some(dash) = dashes.pop() {
            if dash >= limit {
                continue;
            }
            let before = rows[..index].iter().rev();
            let before = before.filter(|row| !row.is_blank).take_while(|row| {
                row.dashes.first().is_some_and(|first| *first >= dash) || row.column > dash
            });
            let number = before.filter(|row| row.dashes.contains(&dash)).count();
            parts.push(number.to_string());
            limit = dash;
            // A list may stand as far out as its key.
            if dashes.is_empty() {
                limit += 1;
            }
        }
        if limit == 0 {
            break;
        }
        let above = rows[..index].iter().rposition(|row| {
            !row.is_blank
                && (row.column < limit && row.key.is_some()
                    || row
                        .dashes
                        .iter()
                        .any(|dash| *dash + 1 < limit && row.column >= limit))
        });
        let Some(above) = above else {
            break;
        };
        index = above;
        let row = &rows[above];
        dashes = row
            .dashes
            .iter()
            .copied()
            .filter(|dash| *dash < limit)
            .collect();
        if row.column < limit {
            let (key, behind) = row.key.as_ref()?;
            let end = text[*behind..]
                .find('\n')
                .map_or(text.len(), |end| behind + end);
            if text[*behind..end].trim_start().starts_with(['|', '>']) {
                return None;
            }
            parts.push(escaped(key));
            limit = row.column;
        }
    }
    parts.reverse();
    Some((parts, at))
}

/// The other keys of the group whose keys stand in a column.
fn siblings(rows: &[Row], at: usize, column: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut take = |row: &Row| {
        if row.column == column {
            found.extend(row.key.iter().map(|(key, _)| key.clone()));
        }
    };
    if rows[at].dashes.is_empty() {
        for row in rows[..at].iter().rev().filter(|row| !row.is_blank) {
            let begins = row.dashes.last().is_some_and(|dash| *dash < column);
            if row.column < column || begins && row.column != column {
                break;
            }
            take(row);
            if begins && row.column == column {
                break;
            }
        }
    }
    for row in rows[at + 1..].iter().filter(|row| !row.is_blank) {
        if row.column < column || row.dashes.first().is_some_and(|dash| *dash < column) {
            break;
        }
        take(row);
    }
    found
}

fn pointer(parts: &[String]) -> String {
    parts.iter().map(|part| format!("/{part}")).collect()
}

/// Where the value of a line ends, before a comment.
fn value_end(line: &str) -> usize {
    let end = line.find(" #").unwrap_or(line.len());
    line[..end].trim_end().len()
}

/// The value without the space around it; where there is none, the offset.
fn trimmed(text: &str, span: Span, offset: usize) -> Span {
    let own = &text[span.range()];
    let inner = own.trim();
    if inner.is_empty() {
        return Span::new(offset, offset);
    }
    let start = span.start + (own.len() - own.trim_start().len());
    Span::new(start, start + inner.len())
}

fn word_in_brackets(text: &str, span: Span, offset: usize) -> Span {
    let is_edge = |character: char| matches!(character, '[' | ']' | ',' | ' ');
    let offset = offset.clamp(span.start, span.end);
    let start = text[span.start..offset]
        .rfind(is_edge)
        .map_or(span.start, |at| span.start + at + 1);
    let end = text[offset..span.end]
        .find(is_edge)
        .map_or(span.end, |at| offset + at);
    Span::new(start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `‸` is where the cursor stands.
    #[track_caller]
    fn case(text: &str, expected: Option<(&str, Option<&str>, bool, &str)>, siblings: &[&str]) {
        let offset = text.find('‸').expect("a cursor");
        let text = text.replace('‸', "");
        let found = writing(&text, Span::new(0, text.len()), offset);
        let told = found.as_ref().map(|own| {
            let typed = &text[own.typed.range()];
            (own.parent.as_str(), own.key.as_deref(), own.is_item, typed)
        });
        assert_eq!(told, expected);
        if let Some(found) = &found {
            assert_eq!(found.siblings, siblings);
        }
    }

    #[test]
    fn what_is_being_written_is_found_by_its_lines() {
        case("‸", Some(("", None, false, "")), &[]);
        case("tit‸", Some(("", None, false, "tit")), &[]);
        case(
            "a: 1\ntit‸le: x\nb: 2\n",
            Some(("", None, false, "title")),
            &["a", "b"],
        );
        case("channel: ‸", Some(("", Some("channel"), false, "")), &[]);
        case(
            "channel: cu‸st # which\n",
            Some(("", Some("channel"), false, "cust")),
            &[],
        );
        case(
            "r:\n  name: x\n  an‸\nb: 1\n",
            Some(("/r", None, false, "an")),
            &["name"],
        );
        case("r:\n  ‸\n", Some(("/r", None, false, "")), &[]);
        case("roles: [a, o‸]\n", Some(("/roles", None, true, "o")), &[]);
        case("m:\n  - x\n  - y‸\n", Some(("/m/1", None, true, "y")), &[]);
        case("m:\n- ‸\n", Some(("/m/0", None, true, "")), &[]);
        case(
            "e:\n  - at: 1\n    b‸\n    c: 2\n  - at: 2\n",
            Some(("/e/0", None, false, "b")),
            &["at", "c"],
        );
        case(
            "e:\n  - at: 1\n  - b: ‸\n    c: 2\n",
            Some(("/e/1", Some("b"), false, "")),
            &["c"],
        );
        case(
            "p:\n  li:\n    name: x\n    department: ‸\n",
            Some(("/p/li", Some("department"), false, "")),
            &["name"],
        );
        case("d: |\n  te‸xt\n", None, &[]);
        case("a: 1\n# comm‸ent\n", None, &[]);
        case("线索: 值‸\n", Some(("", Some("线索"), false, "值")), &[]);
    }

    #[test]
    fn the_tree_tells_the_innermost() {
        let text = "a:\n  - b: 线索\n    c: [x, y]\n";
        let (document, _) = crate::yaml::parse_at("", text, 0);
        let root = document.expect("a document").root;
        #[track_caller]
        fn case(root: &Node, text: &str, at: &str, pointer: &str, is_on_key: bool) {
            let found = spot(root, text.find(at).expect("there")).expect("a spot");
            assert_eq!(
                (found.pointer.as_str(), found.is_on_key),
                (pointer, is_on_key)
            );
        }
        case(&root, text, "a:", "/a", true);
        case(&root, text, "线", "/a/0/b", false);
        case(&root, text, "y]", "/a/0/c/1", false);
    }
}
