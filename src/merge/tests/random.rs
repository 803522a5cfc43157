//! Random records: no side's entry is ever lost, and it does not matter which side is which.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{MARKER_SIZE, RECORD, merge};
use crate::yaml::{parse, to_yaml};

/// A record: two fields, a list of words, entries and attachments by number.
#[derive(Clone, Debug)]
struct Draft {
    fields: [u8; 2],
    words: Vec<u8>,
    entries: Vec<(u8, u8)>,
    attachments: Vec<(u8, u8)>,
}

impl Draft {
    fn value(&self) -> Json {
        let entries = self.entries.iter().map(|(number, with)| {
            json!({
                "at": format!("2026-01-02T10:{number:02}:00+08:00"), "by": "li", "type": "progress",
                "with": format!("w{with}"), "text": format!("text {number}"),
            })
        });
        let attachments = self
            .attachments
            .iter()
            .map(|(number, size)| json!({"file": format!("f{number}.txt"), "size": size}));
        json!({
            "handler": format!("h{}", self.fields[0]),
            "plan": format!("p{}", self.fields[1]),
            "words": self.words.iter().map(|word| format!("w{word}")).collect::<Vec<_>>(),
            "entries": entries.collect::<Vec<_>>(),
            "attachments": attachments.collect::<Vec<_>>(),
        })
    }

    fn text(&self) -> String {
        to_yaml(&self.value(), 0)
    }
}

fn draft() -> impl Strategy<Value = Draft> {
    let numbered = || proptest::collection::btree_map(0_u8..30, 0_u8..2, 0..5);
    (
        any::<[bool; 2]>(),
        proptest::collection::btree_set(0_u8..8, 0..5),
        numbered(),
        numbered(),
    )
        .prop_map(|(fields, words, entries, attachments)| Draft {
            fields: fields.map(u8::from),
            words: words.into_iter().collect(),
            entries: entries.into_iter().collect(),
            attachments: attachments.into_iter().collect(),
        })
}

/// The value in which order says nothing.
fn unordered(value: Json) -> Json {
    match value {
        Json::Array(items) => {
            let mut items: Vec<Json> = items.into_iter().map(unordered).collect();
            items.sort_by_key(Json::to_string);
            Json::Array(items)
        }
        Json::Object(map) => Json::Object(
            map.into_iter()
                .map(|(key, value)| (key, unordered(value)))
                .collect(),
        ),
        other => other,
    }
}

fn value_of(text: &[u8]) -> Json {
    let (document, found) = parse("", text);
    assert_eq!(found, [], "{}", String::from_utf8_lossy(text));
    document.expect("YAML").root.to_json()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_a_side_added_is_lost(base in draft(), ours in draft(), theirs in draft()) {
        let [base_text, own, other] = [&base, &ours, &theirs].map(Draft::text);
        let merged = |one: &str, two: &str| {
            merge(RECORD, Some(base_text.as_bytes()), Some(one.as_bytes()), Some(two.as_bytes()), MARKER_SIZE)
        };
        let result = merged(&own, &other);
        let text = String::from_utf8(result.bytes.clone().expect("a file")).expect("text");
        let had = |number: u8| base.entries.iter().any(|(known, _)| *known == number);
        for (number, _) in ours.entries.iter().chain(&theirs.entries) {
            if !had(*number) {
                let mark = format!("text {number}\n");
                prop_assert!(text.contains(&mark), "{mark} is lost:\n{text}");
            }
        }
        let had = |number: u8| base.attachments.iter().any(|(known, _)| *known == number);
        for (number, _) in ours.attachments.iter().chain(&theirs.attachments) {
            if !had(*number) {
                let mark = format!("f{number}.txt");
                prop_assert!(text.contains(&mark), "{mark} is lost:\n{text}");
            }
        }
        for word in ours.words.iter().chain(&theirs.words) {
            if !base.words.contains(word) {
                let mark = format!("w{word}");
                prop_assert!(text.contains(&mark), "{mark} is lost:\n{text}");
            }
        }
        prop_assert_eq!(result.is_clean(), !text.contains("<<<<<<<"));
        // The other way round it is the same.
        let swapped = merged(&other, &own);
        prop_assert_eq!(result.is_clean(), swapped.is_clean());
        if result.is_clean() {
            let swapped = swapped.bytes.expect("a file");
            prop_assert_eq!(unordered(value_of(text.as_bytes())), unordered(value_of(&swapped)));
        }
    }

    #[test]
    fn one_side_alone_is_taken_as_it_is(base in draft(), other in draft()) {
        let (base, other) = (base.text(), other.text());
        let (base, other) = (base.as_bytes(), other.as_bytes());
        let of = |base: &[u8], ours: &[u8], theirs: &[u8]| {
            let result = merge(RECORD, Some(base), Some(ours), Some(theirs), MARKER_SIZE);
            assert!(result.is_clean());
            result.bytes.expect("a file")
        };
        prop_assert_eq!(of(base, other, base), other);
        prop_assert_eq!(of(base, base, other), other);
        prop_assert_eq!(of(base, other, other), other);
    }

    #[test]
    fn bytes_of_any_kind_are_merged_or_kept(
        base in proptest::collection::vec(any::<u8>(), 0..40),
        ours in "[a-c:\\- \n\r\t\u{feff}\\[{|#'\"]{0,40}",
        theirs in proptest::collection::vec(any::<u8>(), 0..40),
        report in any::<bool>(),
    ) {
        let path = if report { "analysis.md" } else { RECORD };
        let result = merge(path, Some(&base), Some(ours.as_bytes()), Some(&theirs), MARKER_SIZE);
        prop_assert!(result.bytes.is_some());
    }
}
