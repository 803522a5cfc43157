//! Faults in and after quotes, in words for people.
//! It never guesses where a missing quote was meant to stand.

use crate::diagnostic::Diagnostic;
use crate::text::Span;
use crate::yaml::fault::Faults;

impl Faults<'_> {
    pub(super) fn unclosed_quote(&self, at: usize, end: usize) -> Diagnostic {
        let quote = self.opening_quote(end.min(at)).unwrap_or(at);
        self.error(
            self.one(quote),
            "a quote is opened here and not closed",
            "这里的引号没有闭合",
        )
        .remedy(
            "close the quote on the same line; text of several lines is indented under its key",
            "请在同一行闭合引号；多行文字要缩进在键的下面",
        )
    }

    /// The next quote that begins a token at or after an offset.
    fn opening_quote(&self, from: usize) -> Option<usize> {
        let mut before = ' ';
        for (length, character) in self.text[from..].char_indices() {
            if matches!(character, '"' | '\'')
                && matches!(before, ' ' | '\t' | '\n' | ':' | '[' | '{' | ',' | '-')
            {
                return Some(from + length);
            }
            before = character;
        }
        None
    }

    pub(super) fn after_quote(&self, at: usize, end: usize) -> Diagnostic {
        let found = self.error(
            self.word(at),
            "something stands after the closing quote",
            "右引号后面还有内容",
        );
        let inside = match self
            .opening_quote(end.min(at))
            .map(|quote| &self.text[quote..=quote])
        {
            Some("'") => (
                "put all of the value in quotes; a single quote inside is written twice",
                "请给整个值加引号；值里面的单引号要写两遍",
            ),
            _ => (
                "put all of the value in quotes; a double quote inside is written \\\"",
                "请给整个值加引号；值里面的双引号写成 \\\"",
            ),
        };
        found.remedy(inside.0, inside.1)
    }

    /// A backslash in double quotes that begins no escape; the parser points at the quote before it.
    pub(super) fn escape(&self, at: usize) -> Diagnostic {
        let rest = &self.text[at..];
        let mut index = 0;
        let mut span = self.one(at);
        while let Some(length) = rest[index..].find('\\') {
            index += length;
            let Some(next) = rest[index + 1..].chars().next() else {
                break;
            };
            let digits = match next {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                _ => 0,
            };
            let after = index + 1 + next.len_utf8();
            let wrong = digits == 0 && !"0abt\tnvfre \"/\\N_LP\r\n".contains(next)
                || digits > 0
                    && (rest[after..]
                        .chars()
                        .take(digits)
                        .filter(char::is_ascii_hexdigit)
                        .count()
                        < digits
                        || next != 'x'
                            && u32::from_str_radix(&rest[after..after + digits], 16)
                                .ok()
                                .and_then(char::from_u32)
                                .is_none());
            if wrong {
                span = Span::new(at + index, at + after);
                break;
            }
            index = after;
        }
        self.error(
            span,
            "a backslash in double quotes begins an escape, and this is none",
            "双引号里的反斜杠表示转义，而这里不是有效的转义",
        )
        .remedy(
            "write the backslash twice, or use single quotes",
            "请把反斜杠写两遍，或改用单引号",
        )
    }
}
