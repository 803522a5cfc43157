//! Cells as people see them: blanks around them, characters that show nothing and foreign line ends are taken away.
//! It never changes a character that can be seen.

use crate::text::is_invisible;

/// A cell's text: trimmed (ideographic spaces and tabs too), without invisible characters, lines ended by line feeds.
///
/// Tabs and line breaks of other systems inside become spaces and line feeds; blanks at the end of lines go.
pub(super) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                if characters.peek() != Some(&'\n') {
                    cleaned.push('\n');
                }
            }
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => cleaned.push('\n'),
            '\t' => cleaned.push(' '),
            // Half of a character outside the basic plane, or nothing at all in XLSX (`_x0000_`).
            other if is_invisible(other) => {}
            other => cleaned.push(other),
        }
    }
    if cleaned.contains('\n') {
        let lines: Vec<&str> = cleaned.split('\n').map(str::trim_end).collect();
        cleaned = lines.join("\n");
    }
    let trimmed = cleaned.trim();
    if trimmed.len() == cleaned.len() {
        cleaned
    } else {
        trimmed.to_owned()
    }
}

/// A text of one line: every run of blanks and line breaks becomes one space.
pub(super) fn one_line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A number as a spreadsheet shows it: 15 digits count, and an integer has no point.
pub(super) fn number(value: f64) -> String {
    let shown = format!("{value:.14e}").parse::<f64>().unwrap_or(value);
    if shown == 0.0 {
        return "0".to_owned();
    }
    shown.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_cleaned() {
        #[track_caller]
        fn case(text: &str, expected: &str) {
            assert_eq!(clean(text), expected, "{text:?}");
        }
        case("", "");
        case("\u{feff}\t\u{3000}标题\u{3000}\n", "标题");
        case("a\r\nb\rc\u{2028}d", "a\nb\nc\nd");
        case("第一行 \t\r\n\r\n　第二行　", "第一行\n\n　第二行");
        case("零\u{200b}宽\u{202e}方\u{200d}向\u{0}\u{7}", "零宽方向");
        case("a\tb", "a b");
        case("不 变　的", "不 变　的");
        assert_eq!(one_line(" 一\n\n二　三\u{200b} "), "一 二 三");
    }

    #[test]
    fn numbers_look_as_in_a_spreadsheet() {
        #[track_caller]
        fn case(value: f64, expected: &str) {
            assert_eq!(number(value), expected);
        }
        case(12.0, "12");
        case(0.1 + 0.2, "0.3");
        case(-0.0, "0");
        case(64_345_465.0, "64345465");
        case(1.5, "1.5");
        case(440_106_199_001_011_234.0, "440106199001011000");
        case(1e-7, "0.0000001");
        case(f64::NAN, "NaN");
    }
}
