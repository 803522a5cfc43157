//! The parser's errors in words for people: what was probably meant, and what to do.
//! It never repeats the parser's own wording where it knows better.

use granit_parser::{ErrorKind, ScanError};

use crate::diagnostic::{Code, Diagnostic};
use crate::text::Span;
use crate::yaml::fault::{FULL_WIDTH_COLON, Faults, IDEOGRAPHIC_SPACE};

impl Faults<'_> {
    /// Reports why the parser gave up; `end` is where the last thing that it understood ended.
    pub(in crate::yaml) fn syntax(&mut self, error: &ScanError, end: usize) {
        let at = error
            .marker()
            .byte_offset()
            .unwrap_or(end)
            .min(self.text.len());
        let error = self
            .swallowed_before(error.kind(), at)
            .unwrap_or_else(|| self.explain(error.kind(), at, end));
        self.found.retain(|found| found.place != error.place);
        self.found.push(error);
    }

    /// An entry with a full-width colon is the whole value where it stands first; what is wrong is that entry, and not the
    /// right one behind it, at which the parser stumbles.
    fn swallowed_before(&self, kind: &ErrorKind, at: usize) -> Option<Diagnostic> {
        use ErrorKind as Kind;
        let stumbles = matches!(
            kind,
            Kind::DirectiveDisallowed
                | Kind::ExpectedDocumentStart
                | Kind::ExpectedBlockMappingKey
                | Kind::ExpectedBlockSequenceEntry
                | Kind::UnexpectedEofBlockMapping
                | Kind::UnexpectedEofBlockSequence
                | Kind::InvalidIndentation
                | Kind::SimpleKeyExpected
                | Kind::InvalidSimpleKey
        );
        let plain = self.last_plain.filter(|plain| plain.end <= at)?;
        let between = self.text.get(plain.end..at)?;
        let is_next = between
            .lines()
            .all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
        if !stumbles || !is_next || !self.begins_line(plain.start) {
            return None;
        }
        let colon = self.misread_colon(plain)?;
        Some(self.full_width_at(Code::YamlSyntax, colon))
    }

    fn explain(&self, kind: &ErrorKind, at: usize, end: usize) -> Diagnostic {
        use ErrorKind as Kind;
        match kind {
            Kind::RecursionLimitExceeded => {
                let mut faults = Faults::new(self.path, self.text, self.offset);
                faults.depth(at);
                return faults.found.swap_remove(0);
            }
            Kind::UnclosedQuotedScalar
            | Kind::DocumentIndicatorInQuotedScalar
            | Kind::InvalidQuotedScalarIndent => return self.unclosed_quote(at, end),
            _ => {}
        }
        if let Some(tab) = self.indenting_tab(kind, at) {
            return tab;
        }
        match kind {
            Kind::InvalidTrailingSingleQuotedScalar | Kind::InvalidTrailingDoubleQuotedScalar => {
                self.after_quote(at, end)
            }
            Kind::UnknownQuotedScalarEscape
            | Kind::InvalidQuotedScalarHexEscape
            | Kind::InvalidLowSurrogateHexEscape
            | Kind::InvalidLowSurrogate
            | Kind::MissingLowSurrogate
            | Kind::UnpairedLowSurrogate
            | Kind::InvalidUnicodeEscape => self.escape(at),
            Kind::MappingValueNotAllowed | Kind::InvalidColonPlacement => self.colon(at, end),
            Kind::SimpleKeyExpected | Kind::InvalidSimpleKey => self.missing_colon(at),
            Kind::BlockSequenceEntryNotAllowed | Kind::BlockEntryInFlowCollection => self
                .error(self.one(at), "a list entry cannot begin here", "列表项不能从这里开始")
                .remedy(
                    "begin the list on the next line; if the dash is part of the text, put it in quotes",
                    "请另起一行开始列表；如果连字符是文字的一部分，请加引号",
                ),
            Kind::UnexpectedCharacter { character } => {
                let shown = character.escape_debug();
                self.error(
                    self.one(at),
                    format!("a value cannot begin with `{shown}`"),
                    format!("值不能以 {shown} 开头"),
                )
                .remedy("put the value in quotes", "请给值加引号")
            }
            Kind::UnclosedFlowCollection { open }
            | Kind::MismatchedFlowCollectionEnd { open, .. } => self
                .error(
                    self.one(at),
                    format!("the bracket `{open}` is not closed by its counterpart"),
                    format!("括号 {open} 没有正确闭合"),
                )
                .remedy(
                    "close it; if it is part of the text, put the text in quotes",
                    "请补上对应的括号；如果括号是文字的一部分，请加引号",
                ),
            Kind::MisplacedFlowCollectionEnd => self
                .error(
                    self.one(at),
                    "a bracket is closed that was never opened",
                    "这个括号没有对应的左括号",
                )
                .remedy("delete it; if it is part of the text, put the text in quotes", "请删去；如果是文字的一部分，请加引号"),
            Kind::ExpectedFlowMappingSeparator | Kind::ExpectedFlowSequenceSeparator => self
                .error(self.one(at), "a comma or a closing bracket is missing before this", "这里之前缺少逗号或右括号"),
            Kind::ExpectedBlockMappingKey
            | Kind::ExpectedBlockSequenceEntry
            | Kind::InvalidBlockScalarIndent
            | Kind::UnexpectedEofBlockMapping
            | Kind::UnexpectedEofBlockSequence => self.indentation(at),
            Kind::InvalidIndentation | Kind::InvalidFlowScalarIndent => self
                .error(
                    self.line(at),
                    "between brackets each line is indented deeper than the key before them",
                    "括号内的每一行都要比括号前的键缩进得更深",
                )
                .remedy(
                    "indent the line, or close the bracket before it",
                    "请缩进这一行，或在它之前闭合括号",
                ),
            Kind::InvalidBlockScalarHeader | Kind::ZeroBlockScalarIndent => self
                .error(
                    self.word(at),
                    "after `|` or `>` the text begins on the next line",
                    "| 或 > 之后的文字要从下一行开始",
                )
                .remedy("move the text to the next line, indented; or put it in quotes", "请把文字移到下一行并缩进，或给文字加引号"),
            Kind::CommentInterceptedScalar | Kind::CommentNotSeparated => self
                .error(self.one(at), "a comment cannot stand here", "注释不能写在这里")
                .remedy("put a space before `#`; if it is part of the text, put the text in quotes", "请在 # 前加空格；如果 # 是文字的一部分，请加引号"),
            Kind::DirectiveDisallowed
            | Kind::ExpectedDocumentStart
            | Kind::MissingDirectiveName
            | Kind::InvalidDirectiveName
            | Kind::InvalidDirectiveTerminator
            | Kind::MissingDocumentEndBeforeDirective => self
                .error(self.one(at), "this line does not belong to the document", "这一行不属于文档内容")
                .remedy("delete it, or put text that begins with % in quotes", "请删去；以 % 开头的文字请加引号"),
            Kind::MissingAnchorOrAliasName => self
                .error(self.one(at), "a value cannot begin with `&` or `*`", "值不能以 & 或 * 开头")
                .remedy("put the value in quotes", "请给值加引号"),
            Kind::UnclosedVerbatimTag
            | Kind::InvalidTagTerminator
            | Kind::MissingTagUri
            | Kind::InvalidTagEscape
            | Kind::UndeclaredTagHandle => self
                .error(self.one(at), "a value cannot begin with `!`", "值不能以 ! 开头")
                .remedy("put the value in quotes", "请给值加引号"),
            Kind::PlainScalarStartsWithDashFlowIndicator => self
                .error(self.one(at), "a dash stands before a bracket or comma", "连字符后面紧跟着括号或逗号")
                .remedy("put the value in quotes", "请给值加引号"),
            other => self.error(
                self.one(at),
                format!("this is not well-formed YAML ({})", words(&format!("{other:?}"))),
                "此处不符合 YAML 语法",
            ),
        }
    }

    pub(super) fn error(
        &self,
        span: Span,
        en: impl Into<String>,
        zh: impl Into<String>,
    ) -> Diagnostic {
        self.diagnostic(Code::YamlSyntax, span, en, zh)
    }

    /// The character at an offset; empty at the end of the text and at the end of a line.
    pub(super) fn one(&self, at: usize) -> Span {
        match self.text[at..].chars().next() {
            Some(next) if next != '\n' && next != '\r' => Span::new(at, at + next.len_utf8()),
            _ => Span::new(at, at),
        }
    }

    /// From an offset to the next white space.
    pub(super) fn word(&self, at: usize) -> Span {
        let rest = &self.text[at..];
        Span::new(
            at,
            at + rest.find(char::is_whitespace).unwrap_or(rest.len()),
        )
    }

    /// The line of an offset, without its indentation and line break.
    fn line(&self, at: usize) -> Span {
        let start = self.text[..at].rfind('\n').map_or(0, |index| index + 1);
        let end = self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |length| at + length);
        let line = self.text[start..end].trim_end();
        let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
        Span::new(start + indentation, start + line.len())
    }

    /// A colon where no entry can begin: a second one on the line, or an entry swallowed by the text before it.
    fn colon(&self, at: usize, end: usize) -> Diagnostic {
        if let Some(plain) = self
            .last_plain
            .filter(|plain| plain.end == at || plain.end == end)
        {
            let source = &self.text[plain.range()];
            if let Some(line_break) = source.find('\n') {
                let first = source[..line_break].trim_end();
                if self.begins_line(plain.start) {
                    if let Some(colon) = self.misread_colon(plain) {
                        return self.full_width_at(Code::YamlSyntax, colon);
                    }
                    if let Some(colon) = first.find(':') {
                        return self.space_after_colon(plain.start + colon);
                    }
                    return self.missing_colon(plain.start);
                }
                let last = self.line(plain.end);
                return self
                    .error(
                        last,
                        "this line is indented deeper than its neighbours, so it continues the text above",
                        "这一行缩进过深，被当作上一行文字的续行",
                    )
                    .remedy(
                        "give the keys of one mapping the same indentation",
                        "同一层的键请使用相同的缩进",
                    );
            }
        }
        self.error(
            self.one(at),
            "a second `: ` stands in this value",
            "这个值里又出现了冒号加空格",
        )
        .remedy("put the value in quotes", "请给值加引号")
    }

    /// Whether only white space, or dashes of a list, stand before an offset on its line.
    fn begins_line(&self, at: usize) -> bool {
        let start = self.text[..at].rfind('\n').map_or(0, |index| index + 1);
        self.text[start..at]
            .bytes()
            .all(|byte| matches!(byte, b' ' | b'\t' | b'-'))
    }

    fn space_after_colon(&self, colon: usize) -> Diagnostic {
        self.error(
            self.one(colon),
            "the space after the colon is missing",
            "冒号后面缺少空格",
        )
        .remedy("write `key: value`", "请写成“键: 值”，冒号后加一个半角空格")
    }

    /// A line without a colon where an entry was expected.
    fn missing_colon(&self, at: usize) -> Diagnostic {
        let line = self.line(at);
        let source = &self.text[line.range()];
        if let Some(length) = source.find(FULL_WIDTH_COLON) {
            return self.full_width_at(Code::YamlSyntax, line.start + length);
        }
        if let Some(length) = source.find(":\u{3000}") {
            return self.full_width_at(Code::YamlSyntax, line.start + length + 1);
        }
        if source.starts_with(IDEOGRAPHIC_SPACE) {
            return self.full_width_at(Code::YamlSyntax, line.start);
        }
        if let Some(length) = source
            .find(':')
            .filter(|_| !source.starts_with(['"', '\'']))
        {
            return self.space_after_colon(line.start + length);
        }
        self.error(line, "a key with a colon was expected here", "这里应当是“键: 值”")
            .remedy(
                "write `key: value`; a line that continues the text above is indented deeper than its key",
                "请写成“键: 值”；如果是上一行文字的续行，要比键缩进得更深",
            )
    }

    fn indentation(&self, at: usize) -> Diagnostic {
        let line = self.line(at);
        let source = &self.text[line.range()];
        if source.starts_with(IDEOGRAPHIC_SPACE) {
            return self.full_width_at(Code::YamlSyntax, line.start);
        }
        let (en, zh) = if at > line.start {
            ("this cannot stand here", "这里不能出现这样的内容")
        } else {
            (
                "this line is not indented like its neighbours",
                "这一行的缩进与相邻行不一致",
            )
        };
        let span = if at > line.start { self.word(at) } else { line };
        self.error(span, en, zh).remedy(
            "give the keys of one mapping, and the dashes of one list, the same indentation; put text that begins with a special character in quotes",
            "同一层的键、同一列表的连字符请使用相同的缩进；以特殊字符开头的文字请加引号",
        )
    }

    /// A tab in the indentation of the line of an error, or for errors about tabs of a line soon after.
    fn indenting_tab(&self, kind: &ErrorKind, at: usize) -> Option<Diagnostic> {
        let about_tabs = matches!(
            kind,
            ErrorKind::TabNotAllowed
                | ErrorKind::TabInBlockIndentation
                | ErrorKind::TabInIndentation
                | ErrorKind::TabInPlainScalar
                | ErrorKind::TabAtBlockScalarStart
        );
        let mut start = self.text[..at].rfind('\n').map_or(0, |index| index + 1);
        for line in self.text[start..]
            .split_inclusive('\n')
            .take(if about_tabs { 1000 } else { 1 })
        {
            let blank = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
            if let Some(tab) = blank.find('\t').filter(|_| !line.trim().is_empty()) {
                let tabs = blank[tab..]
                    .bytes()
                    .take_while(|&byte| byte == b'\t')
                    .count();
                let span = Span::new(start + tab, start + tab + tabs);
                return Some(
                    self.error(span, "a tab is used for indentation", "使用了制表符缩进")
                        .remedy(
                            "indent with spaces, two for each level",
                            "请用空格缩进，每层两个",
                        ),
                );
            }
            start += line.len();
        }
        about_tabs.then(|| {
            self.error(
                self.one(at),
                "a tab cannot stand here",
                "这里不能使用制表符",
            )
            .remedy(
                "use spaces, or put the text in quotes",
                "请改用空格，或给文字加引号",
            )
        })
    }
}

/// `UnexpectedEnd` as `unexpected end`.
fn words(name: &str) -> String {
    let mut shown = String::new();
    for character in name
        .chars()
        .take_while(|character| character.is_ascii_alphanumeric())
    {
        if character.is_ascii_uppercase() && !shown.is_empty() {
            shown.push(' ');
        }
        shown.push(character.to_ascii_lowercase());
    }
    shown
}
