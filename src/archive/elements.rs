//! What `metadata.xml` says against `metadata.json`. An element that a template of the repository leaves out says nothing.
//! It is no reader of XML: it knows the elements by how the program writes them.

use serde_json::Value;

/// Elements of `metadata.xml` by what stands before and behind their text, and where `metadata.json` says the same.
const ELEMENTS: &[(&str, &str, &str)] = &[
    ("<档号 值=\"", "\"", "/archive/number"),
    ("<电子文件号>", "</", "/clue/id"),
    ("<文件编号>", "</", "/clue/number"),
    ("<题名>", "</", "/clue/title"),
];

/// The elements whose text is not what the metadata say.
pub(super) fn differing(xml: &str, metadata: &Value) -> Vec<&'static str> {
    let mut names = Vec::new();
    for (before, after, pointer) in ELEMENTS {
        let Some((_, rest)) = xml.split_once(before) else {
            continue;
        };
        let said = rest.split_once(after).map_or(rest, |(said, _)| said);
        let meant = metadata.pointer(pointer).and_then(Value::as_str);
        if plain(said) != meant.unwrap_or_default() {
            let name = before.trim_start_matches('<');
            names.push(name.split([' ', '>']).next().unwrap_or(name));
        }
    }
    names
}

/// The text that escaped text means.
fn plain(escaped: &str) -> String {
    let mut text = String::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let reference = after.split_once(';');
        let meant = reference.and_then(|(name, _)| match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => {
                let number = name.strip_prefix('#')?;
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(digits) => u32::from_str_radix(digits, 16),
                    None => number.parse(),
                };
                char::from_u32(code.ok()?)
            }
        });
        match meant.zip(reference) {
            Some((character, (_, following))) => {
                text.push(character);
                rest = following;
            }
            None => {
                text.push('&');
                rest = after;
            }
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn elements_are_compared_by_what_they_mean() {
        let metadata = json!({
            "archive": { "number": "J042-ZY·1" },
            "clue": { "id": "20261123-k7qd", "number": null, "title": "A & B \"x\" / 'y' &" },
        });
        let xml = "<档号 值=\"J042-ZY·1\"><文件编号></文件编号><题名>A &amp; B &quot;x&quot; &#x2f; &#39;y&#x27; &amp;</题名>";
        assert_eq!(differing(xml, &metadata), [""; 0]);
        assert_eq!(
            differing("<档号 值=\"J042-ZY·2\"><题名>A &amp B</题名>", &metadata),
            ["档号", "题名"]
        );
    }
}
