//! Edits of a text that change the bytes of the values that they mean, and no others.
//! It never hands out a text that it has not read again and found to say exactly what was intended.

use serde_json::{Map, Value as Json};

use crate::diagnostic::{Code, Diagnostic, Place, Severity};
use crate::text::Span;
use crate::yaml::splice::Splice;
use crate::yaml::{Node, Path, Segment, load, parse_at, show_path, to_yaml};

/// One change of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Gives the place a value, and creates the mappings on the way to it.
    Set { path: Path, value: Json },
    /// Adds an item to a list, and creates the list where there is none.
    Append { path: Path, value: Json },
    /// Adds an item to a list that is there, before the one at `index`, or at its end.
    Insert {
        path: Path,
        index: usize,
        value: Json,
    },
    /// Takes an entry or an item away; where there is none, nothing happens.
    Remove { path: Path },
}

/// Applies edits, in their order, to the YAML that lies `within` the text of a file; gives the whole new text.
///
/// Comments, order, quotes, line ends and layout stay as they are. It is refused, with a finding that says why, where
/// the YAML has errors, anchors or aliases, where a path leads through text, and where the result would not say what
/// was intended.
#[allow(
    clippy::result_large_err,
    reason = "once for each file that is changed"
)]
pub fn edit(path: &str, text: &str, within: Span, edits: &[Edit]) -> Result<String, Diagnostic> {
    let yaml = text[within.range()].to_owned();
    let original = read(path, &yaml, within.start)?;
    let mut intended = original.clone();
    for edit in edits {
        apply(&mut intended, edit).map_err(|(en, zh)| refusal(path, within, en, zh))?;
    }
    if intended == original {
        return Ok(text.to_owned());
    }
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut draft = Draft { yaml, line_break };
    for edit in edits {
        match edit {
            Edit::Set { path: place, value } => draft.set(place, value),
            Edit::Append { path: place, value } => draft.append(place, value),
            Edit::Insert {
                path: place,
                index,
                value,
            } => draft.insert(place, *index, value),
            Edit::Remove { path: place } => draft.remove(place),
        }
        .ok_or_else(|| unfaithful(path, within))?;
    }
    let yaml = draft.yaml;
    match read(path, &yaml, within.start) {
        Ok(result) if result == intended => {
            Ok([&text[..within.start], &yaml, &text[within.end..]].concat())
        }
        _ => Err(unfaithful(path, within)),
    }
}

/// The value of a text; null where there is none yet.
#[allow(
    clippy::result_large_err,
    reason = "once for each file that is changed"
)]
fn read(path: &str, yaml: &str, offset: usize) -> Result<Json, Diagnostic> {
    let (document, found) = parse_at(path, yaml, offset);
    match found
        .into_iter()
        .find(|found| found.severity == Severity::Error)
    {
        Some(found) if found.code == Code::FileEmpty => Ok(Json::Null),
        Some(found) => Err(found),
        None => Ok(document.map_or(Json::Null, |document| document.root.to_json())),
    }
}

fn unfaithful(path: &str, within: Span) -> Diagnostic {
    refusal(
        path,
        within,
        "the change cannot be written without disturbing the rest of the file".to_owned(),
        "无法在不影响文件其他内容的情况下写入这一修改".to_owned(),
    )
}

fn refusal(path: &str, within: Span, en: String, zh: String) -> Diagnostic {
    Diagnostic::new(Code::YamlSyntax, Place::at(path, within), en, zh)
        .remedy("edit the file by hand", "请手工编辑该文件")
}

/// Applies an edit to a value: what the text must say in the end. The error says, in both languages, why it cannot be.
pub fn apply(root: &mut Json, edit: &Edit) -> Result<(), (String, String)> {
    match edit {
        Edit::Set { path, value } => *reach(root, path)? = value.clone(),
        Edit::Append { path, value } => match reach(root, path)? {
            Json::Array(items) => items.push(value.clone()),
            place @ Json::Null => *place = Json::Array(vec![value.clone()]),
            _ => return Err(impassable(path)),
        },
        Edit::Insert { path, index, value } => match reach(root, path)? {
            Json::Array(items) if *index <= items.len() => items.insert(*index, value.clone()),
            _ => return Err(impassable(path)),
        },
        Edit::Remove { path } => {
            let Some((last, parents)) = path.split_last() else {
                return Err(impassable(path));
            };
            let parent = parents
                .iter()
                .try_fold(root, |value, segment| match segment {
                    Segment::Key(key) => value.get_mut(key),
                    Segment::Index(index) => value.get_mut(index),
                });
            match (parent, last) {
                (Some(Json::Object(map)), Segment::Key(key)) => {
                    map.shift_remove(key);
                }
                (Some(Json::Array(items)), Segment::Index(index)) if *index < items.len() => {
                    items.remove(*index);
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// The value at a path, created where it is missing.
fn reach<'a>(root: &'a mut Json, path: &[Segment]) -> Result<&'a mut Json, (String, String)> {
    let mut value = root;
    for (depth, segment) in path.iter().enumerate() {
        let blocked = || impassable(&path[..=depth]);
        if value.is_null() {
            *value = match segment {
                Segment::Key(_) => Json::Object(Map::new()),
                Segment::Index(_) => Json::Array(Vec::new()),
            };
        }
        value = match (segment, value) {
            (Segment::Key(key), Json::Object(map)) => map.entry(key.clone()).or_insert(Json::Null),
            (Segment::Index(index), Json::Array(items)) if *index <= items.len() => {
                if *index == items.len() {
                    items.push(Json::Null);
                }
                &mut items[*index]
            }
            _ => return Err(blocked()),
        };
    }
    Ok(value)
}

fn impassable(path: &[Segment]) -> (String, String) {
    let place = show_path(path);
    (
        format!("`{place}` cannot be changed, because another kind of value stands there"),
        format!("无法修改“{place}”，那里是另一种类型的值"),
    )
}

/// A text on its way to what is intended; a step that has no way to be written gives `None`.
struct Draft {
    yaml: String,
    line_break: &'static str,
}

impl Draft {
    fn set(&mut self, path: &[Segment], value: &Json) -> Option<()> {
        let Some(root) = self.root() else {
            return self.begin(&wrap(path, value)?);
        };
        let depth = (0..=path.len())
            .rev()
            .find(|&depth| root.at(&path[..depth]).is_some())?;
        let node = root.at(&path[..depth])?;
        if depth < path.len() {
            let splice = Splice::new(&self.yaml, &root, self.line_break);
            let change = if node.is_null() {
                splice.replace(&path[..depth], &wrap(&path[depth..], value)?)?
            } else {
                splice.insert(
                    &path[..depth],
                    &path[depth],
                    &wrap(&path[depth + 1..], value)?,
                )?
            };
            change.apply(&mut self.yaml);
            return Some(());
        }
        let present = node.to_json();
        if present == *value {
            return Some(());
        }
        match (&present, value) {
            (Json::Object(old), Json::Object(new))
                if old.keys().any(|key| new.contains_key(key)) =>
            {
                for key in old.keys().filter(|key| !new.contains_key(*key)) {
                    self.remove(&below(path, key.as_str()))?;
                }
                for (key, value) in new
                    .iter()
                    .filter(|(key, value)| old.get(*key) != Some(value))
                {
                    self.set(&below(path, key.as_str()), value)?;
                }
            }
            (Json::Array(old), Json::Array(new)) if !old.is_empty() && !new.is_empty() => {
                for index in (new.len()..old.len()).rev() {
                    self.remove(&below(path, index))?;
                }
                for (index, value) in new.iter().enumerate() {
                    match old.get(index) {
                        Some(present) if present == value => {}
                        Some(_) => self.set(&below(path, index), value)?,
                        None => self.append(path, value)?,
                    }
                }
            }
            _ => Splice::new(&self.yaml, &root, self.line_break)
                .replace(path, value)?
                .apply(&mut self.yaml),
        }
        Some(())
    }

    fn append(&mut self, path: &[Segment], value: &Json) -> Option<()> {
        let root = self.root();
        let items = root
            .as_ref()
            .and_then(|root| root.at(path))
            .filter(|node| !node.is_null());
        match (&root, items) {
            (Some(root), Some(node)) => {
                let end = Segment::Index(node.items().len());
                Splice::new(&self.yaml, root, self.line_break)
                    .insert(path, &end, value)?
                    .apply(&mut self.yaml);
                Some(())
            }
            _ => self.set(path, &Json::Array(vec![value.clone()])),
        }
    }

    fn insert(&mut self, path: &[Segment], index: usize, value: &Json) -> Option<()> {
        let root = self.root()?;
        Splice::new(&self.yaml, &root, self.line_break)
            .insert(path, &Segment::Index(index), value)?
            .apply(&mut self.yaml);
        Some(())
    }

    fn remove(&mut self, path: &[Segment]) -> Option<()> {
        let root = self.root()?;
        if root.at(path).is_some() {
            Splice::new(&self.yaml, &root, self.line_break)
                .remove(path)?
                .apply(&mut self.yaml);
        }
        Some(())
    }

    fn root(&self) -> Option<Node> {
        load::load("", &self.yaml, 0).0
    }

    /// Writes the first value of a text that has none.
    fn begin(&mut self, value: &Json) -> Option<()> {
        if !self.yaml.is_empty() && !self.yaml.ends_with('\n') {
            self.yaml.push_str(self.line_break);
        }
        self.yaml
            .push_str(&to_yaml(value, 0).replace('\n', self.line_break));
        Some(())
    }
}

/// A value inside the mappings and lists that a path names.
fn wrap(path: &[Segment], value: &Json) -> Option<Json> {
    path.iter()
        .rev()
        .try_fold(value.clone(), |value, segment| match segment {
            Segment::Key(key) => Some(Json::Object(Map::from_iter([(key.clone(), value)]))),
            Segment::Index(0) => Some(Json::Array(vec![value])),
            Segment::Index(_) => None,
        })
}

fn below(path: &[Segment], last: impl Into<Segment>) -> Path {
    let mut path = path.to_vec();
    path.push(last.into());
    path
}

#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
