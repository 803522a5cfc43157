//! What can be wrong with a file before anybody asks what it means, in words for people, in both languages.
//! It never mends anything and never builds the tree.

mod bytes;
mod quote;
mod syntax;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use bytes::{check_bytes, conflicts};

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::text::{Span, visible_line};
use crate::yaml::{Entry, MAXIMUM_DEPTH};

/// The full-width colon, which YAML takes for a letter.
const FULL_WIDTH_COLON: char = '：';
/// The ideographic space, which YAML takes for a letter.
const IDEOGRAPHIC_SPACE: char = '\u{3000}';

/// How many findings about one file are of use to anybody; a hostile file could have millions.
const MOST_FINDINGS: usize = 100;

/// Collects findings about one text; spans come in relative to the text and go out relative to the file.
pub(super) struct Faults<'a> {
    path: &'a str,
    text: &'a str,
    offset: usize,
    /// The plain scalar before the one that is being read.
    last_plain: Option<Span>,
    pub(super) found: Vec<Diagnostic>,
}

impl<'a> Faults<'a> {
    pub(super) fn new(path: &'a str, text: &'a str, offset: usize) -> Self {
        Self {
            path,
            text,
            offset,
            last_plain: None,
            found: Vec::new(),
        }
    }

    fn push(&mut self, found: Diagnostic) {
        if self.found.len() < MOST_FINDINGS {
            self.found.push(found);
        }
    }

    fn place(&self, span: Span) -> Place {
        Place::at(self.path, span.shifted(self.offset))
    }

    fn diagnostic(
        &self,
        code: Code,
        span: Span,
        en: impl Into<String>,
        zh: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(code, self.place(span), en, zh)
    }

    /// The text has no value at all.
    pub(super) fn empty(&mut self) {
        if !self.found.is_empty() {
            return;
        }
        let (en, zh) = if self.offset > 0 {
            ("the front matter is empty", "头部信息是空的")
        } else if self.text.trim_start_matches('\u{feff}').trim().is_empty() {
            ("the file is empty", "文件是空的")
        } else {
            (
                "the file holds no value, only comments or markers",
                "文件里只有注释或分隔标记，没有内容",
            )
        };
        let place = if self.offset > 0 {
            self.place(Span::new(0, 0))
        } else {
            Place::file(self.path)
        };
        self.found.push(
            Diagnostic::new(Code::FileEmpty, place, en, zh)
                .remedy("fill it in, or delete it", "请填写，或者删除"),
        );
    }

    pub(super) fn tag(&mut self, span: Span) {
        let tag = &self.text[span.range()];
        let found = self
            .diagnostic(
                Code::YamlAlias,
                span,
                format!("tag {} is not allowed", visible_line(tag)),
                format!("不允许使用标签 {}", visible_line(tag)),
            )
            .remedy(
                "delete the tag; if the value begins with an exclamation mark, put it in quotes",
                "请删去标签；如果值本身以感叹号开头，请加引号",
            );
        self.push(found);
    }

    pub(super) fn anchor(&mut self, span: Span) {
        let name = visible_line(&self.text[span.range()]);
        let found = self
            .diagnostic(
                Code::YamlAlias,
                span,
                format!("anchor {name} is not allowed"),
                format!("不允许使用锚点 {name}"),
            )
            .remedy(
                "delete the anchor; if the value begins with an ampersand, put it in quotes",
                "请删去锚点；如果值本身以 & 开头，请加引号",
            );
        self.push(found);
    }

    pub(super) fn alias(&mut self, span: Span) {
        let name = visible_line(&self.text[span.range()]);
        let found = self
            .diagnostic(
                Code::YamlAlias,
                span,
                format!("alias {name} is not allowed"),
                format!("不允许使用别名 {name}"),
            )
            .remedy(
                "write the value out; if it is text that begins with an asterisk, put it in quotes",
                "请直接写出值；如果是以星号开头的文字，请加引号",
            );
        self.push(found);
    }

    pub(super) fn depth(&mut self, start: usize) {
        let end = self.text[start..]
            .chars()
            .next()
            .map_or(start, |next| start + next.len_utf8());
        let found = self
            .diagnostic(
                Code::YamlDepth,
                Span::new(start, end),
                format!("values are nested more than {MAXIMUM_DEPTH} levels deep"),
                format!("嵌套超过 {MAXIMUM_DEPTH} 层"),
            )
            .remedy(
                "write the value with fewer levels; no record needs that many",
                "请减少层次；任何记录都用不到这么多层",
            );
        self.push(found);
    }

    pub(super) fn second_document(&mut self, span: Span) {
        let found = self
            .diagnostic(
                Code::YamlSyntax,
                span,
                "a second document begins here, and a file holds one only",
                "这里开始了第二个 YAML 文档，而一个文件只能有一个",
            )
            .remedy(
                "delete the line `---`, or move what follows to a file of its own",
                "请删去这一行 ---，或把后面的内容移到单独的文件",
            );
        self.push(found);
    }

    pub(super) fn missing_key(&mut self, span: Span) {
        let rest = &self.text[span.start..];
        let colon = span.start + rest.find(':').unwrap_or_default();
        let found = self
            .diagnostic(
                Code::YamlSyntax,
                self.one(colon),
                "there is no key before the colon",
                "冒号前面没有键",
            )
            .remedy(
                "write the key, or put the text in quotes",
                "请写上键；如果这是一段文字，请加引号",
            );
        self.push(found);
    }

    pub(super) fn complex_key(&mut self, span: Span) {
        let end = span
            .end
            .max(span.start + usize::from(self.text.is_char_boundary(span.start + 1)));
        let found = self
            .diagnostic(
                Code::YamlSyntax,
                Span::new(span.start, end.min(self.text.len())),
                "a key must be one line of text",
                "键必须是单行文字",
            )
            .remedy(
                "write `key: value`, without `? ` and without brackets in the key",
                "请写成“键: 值”的形式，不要用 ?，键里也不要用括号",
            );
        self.push(found);
    }

    /// Looks at a key without quotes for merging and for punctuation that YAML takes for letters.
    pub(super) fn plain_key(&mut self, key: &str, span: Span) {
        if key == "<<" {
            let found = self
                .diagnostic(
                    Code::YamlAlias,
                    span,
                    "the merge key << is not allowed",
                    "不允许使用合并键 <<",
                )
                .remedy("write the values out", "请直接写出各项的值");
            self.push(found);
        }
        if key.is_ascii() {
            return;
        }
        let source = &self.text[span.range()];
        if let Some(at) = source.find([FULL_WIDTH_COLON, IDEOGRAPHIC_SPACE]) {
            self.full_width(span.start + at);
        }
    }

    /// Looks at a plain value; `own_line` where it stands on a line of its own, as an entry would.
    pub(super) fn plain_value(&mut self, span: Span, own_line: bool) {
        self.last_plain = Some(span);
        let source = &self.text[span.range()];
        if source.starts_with(IDEOGRAPHIC_SPACE) {
            self.full_width(span.start);
        } else if own_line && let Some(at) = self.misread_colon(span) {
            self.full_width(at);
        }
    }

    /// Where the first line of a plain scalar reads like an entry with a full-width colon or space.
    fn misread_colon(&self, span: Span) -> Option<usize> {
        let line = self.text[span.range()].lines().next()?;
        let at = match line.find(FULL_WIDTH_COLON) {
            Some(at) => at,
            None => {
                line.find(&[':', IDEOGRAPHIC_SPACE][..])
                    .filter(|&at| line[at..].starts_with(":\u{3000}"))?
                    + 1
            }
        };
        Some(span.start + at)
    }

    fn full_width(&mut self, at: usize) {
        let found = self.full_width_at(Code::YamlColon, at);
        self.push(found);
    }

    /// A finding at a full-width colon or an ideographic space.
    fn full_width_at(&self, code: Code, at: usize) -> Diagnostic {
        if self.text[at..].starts_with(FULL_WIDTH_COLON) {
            self.diagnostic(
                code,
                Span::new(at, at + FULL_WIDTH_COLON.len_utf8()),
                "a full-width colon does not part a key from its value",
                "全角冒号不能分隔键和值",
            )
            .remedy(
                "write an ASCII colon and a space, `key: value`; if it is text, put it in quotes",
                "请改用半角冒号加半角空格（键: 值）；如果这是一段文字，请加引号",
            )
        } else {
            self.diagnostic(
                code,
                Span::new(at, at + IDEOGRAPHIC_SPACE.len_utf8()),
                "a full-width space counts as part of the text",
                "全角空格会被当作文字的一部分",
            )
            .remedy(
                "write an ordinary space; if the full-width one is meant, put the text in quotes",
                "请改用半角空格；如果确实需要全角空格，请给文字加引号",
            )
        }
    }

    /// Reports keys that stand twice, and takes all but the first of each out of the entries.
    pub(super) fn duplicates(&mut self, entries: &mut Vec<Entry>) {
        const FEW: usize = 24;
        let mut repeated = Vec::new();
        if entries.len() <= FEW {
            for (index, entry) in entries.iter().enumerate() {
                if let Some(first) = entries[..index]
                    .iter()
                    .position(|other| other.key == entry.key)
                {
                    repeated.push((index, first));
                }
            }
        } else {
            let mut first_places: HashMap<&str, usize> = HashMap::with_capacity(entries.len());
            for (index, entry) in entries.iter().enumerate() {
                let first = *first_places.entry(&entry.key).or_insert(index);
                if first != index {
                    repeated.push((index, first));
                }
            }
        }
        for &(index, first) in repeated.iter().take(MOST_FINDINGS) {
            let key = visible_line(&entries[index].key);
            let found = Diagnostic::new(
                Code::YamlDuplicateKey,
                Place::at(self.path, entries[index].key_span),
                format!("key `{key}` stands twice in the same mapping"),
                format!("同一层里键“{key}”出现了两次"),
            )
            .label(
                Place::at(self.path, entries[first].key_span),
                "it stands here first",
                "第一次出现在这里",
            )
            .remedy("delete one of the two", "请删去其中一个");
            self.push(found);
        }
        let mut repeated = repeated.into_iter().map(|(index, _)| index).peekable();
        let mut index = 0;
        entries.retain(|_| {
            let again = repeated.next_if_eq(&index).is_some();
            index += 1;
            !again
        });
    }
}
