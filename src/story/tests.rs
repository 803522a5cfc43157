//! What two versions of a file become.

use std::sync::Arc;

use serde_json::json;

use super::{Change, Deed, Kind, Pair, Version, What, changes, steps};

fn version(text: &str) -> Option<Version> {
    (!text.is_empty()).then(|| Version {
        bytes: Some(Arc::from(text.as_bytes())),
        size: text.len() as u64,
    })
}

fn of(inner: &str, before: &str, after: &str) -> Change {
    let pair = Pair {
        inner: inner.to_owned(),
        before: version(before),
        after: version(after),
    };
    let kind = |inner: &str| {
        (!inner.starts_with("unknown")).then(|| Kind {
            record: "r".to_owned(),
            schema: "s".to_owned(),
        })
    };
    changes(&[pair], &kind).remove(0)
}

#[track_caller]
fn fields(before: &str, after: &str, expected: &[(&str, serde_json::Value, serde_json::Value)]) {
    let What::Record { fields, .. } = of("a.yaml", before, after).what else {
        panic!("no record");
    };
    let found: Vec<_> = fields
        .iter()
        .map(|field| {
            let value = |value: &Option<serde_json::Value>| value.clone().unwrap_or_default();
            (
                field.pointer.as_str(),
                value(&field.before),
                value(&field.after),
            )
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn fields_are_told_with_both_values() {
    fields(
        "a: 1\nb: x\n",
        "a: 2\nb: x\n",
        &[("/a", json!(1), json!(2))],
    );
    fields("a:\n", "a: x\n", &[("/a", json!(null), json!("x"))]);
    fields(
        "a: x\n",
        "b: 1\n",
        &[
            ("/b", json!(null), json!(1)),
            ("/a", json!("x"), json!(null)),
        ],
    );
    fields(
        "a: {b: 1, c/d: 2}\n",
        "a: {b: 1, c/d: 3}\n",
        &[("/a/c~1d", json!(2), json!(3))],
    );
    fields(
        "a: [x]\n",
        "a: [x, y]\n",
        &[("/a", json!(["x"]), json!(["x", "y"]))],
    );
    fields(
        "a: 1\n",
        "a: {b: 2}\n",
        &[("/a", json!(1), json!({"b": 2}))],
    );
    fields("a:\n", "b: []\n", &[]);
    fields("a: 1 # one\n", "a:   1\n", &[]);
}

#[test]
fn entries_of_lists_are_told_by_their_place() {
    let two = "l: [{a: 1}, {a: 2}]\n";
    fields(
        two,
        "l: [{a: 1}, {a: 2}, {a: 3}]\n",
        &[("/l/2/a", json!(null), json!(3))],
    );
    fields(
        two,
        "l: [{a: 0}, {a: 1}, {a: 2}]\n",
        &[("/l/0/a", json!(null), json!(0))],
    );
    fields(two, "l: [{a: 2}]\n", &[("/l/0/a", json!(1), json!(null))]);
    fields(
        "l:\n",
        "l: [{a: 1}]\n",
        &[("/l/0/a", json!(null), json!(1))],
    );
}

#[test]
fn added_and_removed_records_tell_all_their_fields() {
    let added = of("a.yaml", "", "a: 1\nb:\n");
    assert_eq!(added.deed, Deed::Added);
    let What::Record { fields, .. } = added.what else {
        panic!("no record");
    };
    assert_eq!(fields.len(), 1);
    assert_eq!(of("a.yaml", "a: 1\n", "").deed, Deed::Removed);
}

#[test]
fn the_trail_is_told_as_steps_unless_it_was_written_over() {
    let one = "state: a\ntrail:\n- {step: collect}\n";
    let two = "state: b\ntrail:\n- {step: collect}\n- {step: register}\n";
    let What::Record { fields, .. } = of("clue.yaml", one, two).what else {
        panic!("no record");
    };
    assert_eq!(fields.len(), 1);
    assert_eq!(fields[0].pointer, "/state");
    let forged = "state: a\ntrail:\n- {step: other}\n";
    let What::Record { fields, .. } = of("clue.yaml", one, forged).what else {
        panic!("no record");
    };
    assert_eq!(fields[0].pointer, "/trail/0/step");
    let card = |steps: &[&str]| json!({"trail": steps});
    assert_eq!(steps(&json!(null), &card(&["a"])), [json!("a")]);
    assert_eq!(steps(&card(&["a"]), &card(&["a", "a"])), [json!("a")]);
    assert_eq!(steps(&card(&["a", "b"]), &card(&["a", "c"])), [json!("c")]);
}

#[test]
fn sections_are_told_by_their_headings() {
    let before = "---\na: 1\n---\n# One\n\nx\n\n## Two\n\ny\n\n# Gone\n\nz\n";
    let after = "---\na: 2\n---\n# One\n\nx\n\n## Two\n\nchanged\n\n# New\n\nz\n";
    let What::Record { fields, sections } = of("a.md", before, after).what else {
        panic!("no record");
    };
    assert_eq!(fields.len(), 1);
    let titles: Vec<_> = sections
        .iter()
        .map(|section| {
            (
                section.title.as_str(),
                section.before.is_some(),
                section.after.is_some(),
            )
        })
        .collect();
    assert_eq!(
        titles,
        [
            ("Two", true, true),
            ("New", false, true),
            ("Gone", true, false)
        ]
    );
    let carriage = before.replace('\n', "\r\n");
    assert_eq!(
        of("a.md", before, &carriage).what,
        What::Record {
            fields: Vec::new(),
            sections: Vec::new()
        }
    );
}

#[test]
fn attachments_and_what_cannot_be_read_tell_their_sizes() {
    let sizes = |before, after| What::Attachment { before, after };
    assert_eq!(
        of("attachments/a.yaml", "", "x: 1\n").what,
        sizes(None, Some(5))
    );
    assert_eq!(of("unknown.txt", "ab", "").what, sizes(Some(2), None));
    assert_eq!(
        of("a.yaml", "a: [\n", "a: 1\n").what,
        What::Unreadable {
            before: Some(5),
            after: Some(5)
        }
    );
}
