//! HTML as plain text, for cells that a web form filled: tags go, line breaks stay, `&lt;` becomes `<`.
//! It is no sanitiser: what comes out is text, and is escaped again wherever it is shown as HTML.

/// Elements that begin a line of their own.
const LINES: &[&str] = &[
    "br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6",
];

/// Elements whose content is not text.
const HIDDEN: &[&str] = &["script", "style"];

/// The text of a piece of HTML; text without markup comes back as it is.
pub(super) fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find(['<', '&']) {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let (shown, length) = if rest.starts_with('<') {
            tag(rest)
        } else {
            entity(rest)
        };
        text.push_str(&shown);
        rest = &rest[length..];
    }
    text.push_str(rest);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut joined = String::with_capacity(text.len());
    for (index, line) in lines.iter().enumerate() {
        // Nested elements would leave many empty lines.
        if line.is_empty() && (index == 0 || lines[index - 1].is_empty()) {
            continue;
        }
        joined.push_str(line);
        joined.push('\n');
    }
    joined.trim().to_owned()
}

/// What stands for a tag, and its length; a `<` that begins none (`3 < 4`) stands for itself.
fn tag(rest: &str) -> (String, usize) {
    if rest.starts_with("<!--") {
        return match rest.find("-->") {
            Some(end) => (String::new(), end + "-->".len()),
            None => ("<".to_owned(), 1),
        };
    }
    let name = rest[1..].trim_start_matches('/');
    let name: String = name
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let Some(end) = rest.find('>').filter(|_| starts) else {
        return ("<".to_owned(), 1);
    };
    let name = name.to_ascii_lowercase();
    if HIDDEN.contains(&name.as_str()) && !rest.starts_with("</") {
        let close = format!("</{name}");
        let length = rest
            .to_ascii_lowercase()
            .find(&close)
            .map_or(end + 1, |close| {
                rest[close..]
                    .find('>')
                    .map_or(rest.len(), |inner| close + inner + 1)
            });
        return (String::new(), length);
    }
    let line = if LINES.contains(&name.as_str()) {
        "\n"
    } else {
        ""
    };
    (line.to_owned(), end + 1)
}

/// The character of an entity, and its length; a `&` that begins none stands for itself.
fn entity(rest: &str) -> (String, usize) {
    let itself = ("&".to_owned(), 1);
    let Some(end) = rest.bytes().take(12).position(|byte| byte == b';') else {
        return itself;
    };
    let name = &rest[1..end];
    let character = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" | "ensp" | "emsp" => Some(' '),
        "middot" => Some('·'),
        "hellip" => Some('…'),
        "ldquo" => Some('“'),
        "rdquo" => Some('”'),
        "mdash" => Some('—'),
        _ => {
            let code = match name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok(),
                None => name.strip_prefix('#').and_then(|code| code.parse().ok()),
            };
            code.and_then(char::from_u32)
                .filter(|character| !crate::text::is_invisible(*character) || *character == '\n')
        }
    };
    character.map_or(itself, |character| (character.to_string(), end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_text() {
        #[track_caller]
        fn case(html: &str, expected: &str) {
            assert_eq!(plain(html), expected, "{html:?}");
        }
        case("没有标签", "没有标签");
        case("<p>第一段</p><p>第二段&nbsp;完</p>", "第一段\n\n第二段 完");
        case("一<br/>二<BR>三", "一\n二\n三");
        case("3 < 4 && 5 > 2", "3 < 4 && 5 > 2");
        case(
            "&lt;b&gt; &#20013;&#x6587; &unknown; &",
            "<b> 中文 &unknown; &",
        );
        case("a<script>alert(1)</script>b<style>x</style>", "ab");
        case("<a href=\"x\">链接</a><!-- 注 -->", "链接");
        case("<script>never closed", "never closed");
        case("& 中文中文中文；", "& 中文中文中文；");
        case("&#8238;x", "&#8238;x");
    }
}
