//! Random values that are written and read back, and random edits that must say what was meant and touch nothing else.

use proptest::prelude::*;

use super::*;
use crate::yaml::write::{Layout, inline, needs_lines};
use crate::yaml::{Style, parse, scalar};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        "[a-z0-9 :#\\-'\"\\[\\]{},&*!|>%@`.~?=<\\\\]{0,8}",
        "[a-z \n\t：　客\u{1}\u{85}\u{feff}\r]{0,8}",
        "([a-c #:-]{0,3}\n){1,4}[a-c ]{0,2}",
        "[0-9.eExo_:+\\-]{1,6}",
        Just("yes".to_owned()),
    ]
}

fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        text().prop_map(Json::from),
        text().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::vec((text(), inner), 0..4)
                .prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
}

/// A document whose keys are a to e, in one of several styles, with a comment here and there.
fn written(value: &Json, style: u8, indentation: usize) -> String {
    let flow = style & 1 == 1 && indentation > 0;
    let step = if style & 2 == 2 { 4 } else { 2 };
    let comment = if style & 4 == 4 { " # 注 note" } else { "" };
    let margin = " ".repeat(indentation);
    let child = |value: &Json, deeper: usize| match value {
        Json::Object(map) if !map.is_empty() && !flow => {
            format!("{comment}\n{}", written(value, style, indentation + deeper))
        }
        Json::Array(items) if !items.is_empty() && !flow => format!(
            "{comment}\n{}",
            written(
                value,
                style,
                indentation + if style & 8 == 8 { 0 } else { deeper }
            )
        ),
        Json::String(_) if !flow && comment.is_empty() && needs_lines(value) => {
            let mut text = String::new();
            Layout::default().value(value, indentation, &mut text);
            text + "\n"
        }
        _ => format!(" {}{comment}\n", inline(value, Style::Plain, false)),
    };
    match value {
        Json::Object(map) if !map.is_empty() => map
            .iter()
            .map(|(key, value)| format!("{margin}{}:{}", scalar(key), child(value, step)))
            .collect(),
        Json::Array(items) if !items.is_empty() => items
            .iter()
            .map(|item| match item {
                Json::Object(map) if !map.is_empty() => {
                    let lines = written(item, style & !8, indentation + 2);
                    format!("{margin}- {}", lines.trim_start_matches(' '))
                }
                Json::Array(list) if !list.is_empty() => {
                    let lines = written(item, style & !8, indentation + 2);
                    format!("{margin}-\n{lines}")
                }
                _ => format!("{margin}-{}", child(item, 2)),
            })
            .collect(),
        _ => format!("{margin}{}\n", inline(value, Style::Plain, false)),
    }
}

fn record() -> impl Strategy<Value = Json> {
    proptest::collection::vec(("[a-e]", value()), 1..5)
        .prop_map(|entries| Json::Object(entries.into_iter().collect()))
}

fn places(value: &Json, path: &Path, found: &mut Vec<Path>) {
    found.push(path.clone());
    match value {
        Json::Object(map) => map
            .iter()
            .for_each(|(key, value)| places(value, &below(path, key.as_str()), found)),
        Json::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, value)| places(value, &below(path, index), found)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_written_reads_back(value in value(), indentation in 0_usize..5) {
        let text = to_yaml(&value, indentation);
        let (document, found) = parse("a.yaml", text.as_bytes());
        match document {
            Some(document) => {
                prop_assert!(found.iter().all(|found| found.severity == Severity::Warning), "{text:?} {found:?}");
                prop_assert_eq!(document.root.to_json(), value, "{:?}", text);
            }
            None => prop_assert!(false, "{:?} {:?}", text, found),
        }
    }

    #[test]
    fn edits_say_what_was_meant_and_touch_nothing_else(
        record in record(), style in 0_u8..16, windows: bool, ended: bool, choice: prop::sample::Index, new in value(), kind in 0..3, key in "[a-g]",
    ) {
        let mut text = written(&record, style, 0);
        if !ended {
            text.truncate(text.trim_end_matches('\n').len());
        }
        if windows {
            text = text.replace('\n', "\r\n");
        }
        let (document, found) = parse("a.yaml", text.as_bytes());
        prop_assert!(document.is_some(), "{text:?} {found:?}");
        prop_assert_eq!(document.map(|document| document.root.to_json()), Some(record.clone()));
        let mut all = Vec::new();
        places(&record, &Vec::new(), &mut all);
        let mut path = choice.get(&all).clone();
        if kind == 1 && path.len() % 2 == 0 {
            path = below(&path, key.as_str());
        }
        let change = match kind {
            0 | 1 => Edit::Set { path: path.clone(), value: new },
            _ if style & 2 == 0 => Edit::Append { path: path.clone(), value: new },
            _ if style & 4 == 0 => Edit::Insert { path: path.clone(), index: usize::from(key.as_bytes()[0]) % 3, value: new },
            _ => Edit::Remove { path: path.clone() },
        };
        let mut intended = record.clone();
        let possible = apply(&mut intended, &change).is_ok();
        let result = edit("a.yaml", &text, Span::new(0, text.len()), std::slice::from_ref(&change));
        prop_assert_eq!(result.is_ok(), possible, "{:?} {:?} {:?}", text, change, result);
        let Ok(edited) = result else { return Ok(()) };
        let (document, _) = parse("a.yaml", edited.as_bytes());
        prop_assert_eq!(document.map(|document| document.root.to_json()), Some(intended.clone()));
        if windows && text.contains('\n') {
            prop_assert!(!edited.replace("\r\n", "").contains('\n'), "{:?}", edited);
        }
        // Top-level entries that the edit does not lie in keep their bytes.
        if let Some(Segment::Key(touched)) = path.first() {
            let before = parse("a.yaml", text.as_bytes()).0.expect("a document").root;
            let after = parse("a.yaml", edited.as_bytes()).0.expect("a document").root;
            for entry in before.entries().iter().filter(|entry| entry.key != *touched) {
                let same = after.entry(&entry.key).expect("the entry");
                prop_assert_eq!(
                    &text[entry.key_span.start..entry.value.span.end],
                    &edited[same.key_span.start..same.value.span.end]
                );
            }
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_an_edit_panic(
        text in "([ab]:|- |  |\n|\r\n|[ab]|\\{|\\}|\\[|\\]|,|#| |'|\"|\\||>|：|1|~|\\?|\t){0,24}", kind in 0..4, choice: prop::sample::Index,
    ) {
        let (document, _) = parse("a.yaml", text.as_bytes());
        let Some(document) = document else { return Ok(()) };
        let record = document.root.to_json();
        let mut all = Vec::new();
        places(&record, &Vec::new(), &mut all);
        let path = choice.get(&all).clone();
        let value = Json::from(vec!["x\ny"]);
        let change = match kind {
            0 => Edit::Set { path, value },
            1 => Edit::Append { path, value },
            2 => Edit::Insert { path, index: 0, value },
            _ => Edit::Remove { path },
        };
        // What comes out was read again and compared; here it is enough that something does.
        let _ = edit("a.yaml", &text, Span::new(0, text.len()), &[change]);
    }
}
