//! What merging makes of records, cards and reports, by example.

mod random;

use super::*;

const RECORD: &str = "clues/2026/01-01/20260101-aaaa/handling/quality.yaml";
const CARD: &str = "clues/2026/01-01/20260101-aaaa/clue.yaml";

fn merged(path: &str, base: &str, ours: &str, theirs: &str) -> Merged {
    merge(
        path,
        Some(base.as_bytes()),
        Some(ours.as_bytes()),
        Some(theirs.as_bytes()),
        MARKER_SIZE,
    )
}

fn text(merged: &Merged) -> String {
    String::from_utf8(merged.bytes.clone().expect("a file")).expect("text")
}

#[track_caller]
fn clean(path: &str, base: &str, ours: &str, theirs: &str, expected: &str) {
    let result = merged(path, base, ours, theirs);
    assert_eq!(result.contradictions, [], "{}", text(&result));
    assert_eq!(text(&result), expected);
}

#[track_caller]
fn disputed(path: &str, base: &str, ours: &str, theirs: &str, expected: &str, fields: &[&str]) {
    let result = merged(path, base, ours, theirs);
    assert_eq!(text(&result), expected);
    let found: Vec<_> = result.contradictions.iter().map(|one| &one.field).collect();
    assert_eq!(found, fields);
}

#[test]
fn fields_of_both_sides_are_taken() {
    let base = "a: 1\nb: 2\nc: 3\n";
    clean(
        RECORD,
        base,
        "a: 9\nb: 2\nc: 3\n",
        "a: 1\nb: 2\nc: 8\n",
        "a: 9\nb: 2\nc: 8\n",
    );
    // Neighbours, which lines alone would not bring together; comments and quotes stay.
    clean(
        RECORD,
        base,
        "# 注\na: 9 # nine\nb: 2\nc: 3\n",
        "a: 1\nb: '8'\nc: 3\n",
        "# 注\na: 9 # nine\nb: '8'\nc: 3\n",
    );
    clean(
        RECORD,
        base,
        "a: 1\nc: 3\n",
        "a: 1\nb: 2\nc: 3\nd: 4\n",
        "a: 1\nc: 3\nd: 4\n",
    );
    clean(
        RECORD,
        base,
        "a: 5\nb: 2\nc: 3\n",
        "b: 2\na: 5\nc: 4\n",
        "a: 5\nb: 2\nc: 4\n",
    );
}

#[test]
fn entries_of_both_sides_stand_in_the_order_of_time() {
    let entry = |minute: u32, text: &str| {
        format!(
            "  - at: 2026-01-02T10:{minute:02}:00+08:00\n    by: li\n    type: progress\n    text: {text}\n"
        )
    };
    let list = |entries: &[String]| format!("entries:\n{}end: null\n", entries.concat());
    let (one, two, three, four) = (
        entry(1, "one"),
        entry(2, "two"),
        entry(3, "three"),
        entry(4, "four"),
    );
    let of =
        |entries: &[&String]| list(&entries.iter().map(|&one| one.clone()).collect::<Vec<_>>());
    clean(
        RECORD,
        &of(&[&one]),
        &of(&[&one, &two]),
        &of(&[&one, &three]),
        &of(&[&one, &two, &three]),
    );
    clean(
        RECORD,
        &of(&[&one]),
        &of(&[&one, &three]),
        &of(&[&one, &two]),
        &of(&[&one, &two, &three]),
    );
    clean(
        RECORD,
        &of(&[&one]),
        &of(&[&one, &two, &four]),
        &of(&[&one, &three]),
        &of(&[&one, &two, &three, &four]),
    );
    clean(
        RECORD,
        "entries: []\nend: null\n",
        &of(&[&two]),
        &of(&[&one]),
        &of(&[&one, &two]),
    );
    // Deleted here, and unchanged there.
    clean(
        RECORD,
        &of(&[&one, &two]),
        &of(&[&two]),
        &of(&[&one, &two, &three]),
        &of(&[&two, &three]),
    );
    // The comment of an entry stays with it.
    let noted = two.replacen("  - at", "  # heard\n  - at", 1);
    clean(
        RECORD,
        &of(&[&one]),
        &of(&[&one, &three]),
        &of(&[&one, &noted]),
        &of(&[&one, &noted, &three]),
    );
}

#[test]
fn an_entry_edited_on_both_sides_is_merged_by_field() {
    let list = |kind: &str, with: &str, text: &str| {
        format!(
            "entries:\n  - at: 2026-01-02T10:00:00Z\n    by: li\n    type: {kind}\n    with: {with}\n    text: {text}\n"
        )
    };
    clean(
        RECORD,
        &list("progress", "Wang", "one"),
        &list("measure", "Wang", "one"),
        &list("progress", "Zhao", "one"),
        &list("measure", "Zhao", "one"),
    );
    disputed(
        RECORD,
        &list("progress", "Wang", "one"),
        &list("measure", "Wang", "two"),
        &list("progress", "Zhao", "three"),
        "entries:\n  - at: 2026-01-02T10:00:00Z\n    by: li\n    type: measure\n    with: Zhao\n<<<<<<< ours\n    text: two\n=======\n    text: three\n>>>>>>> theirs\n",
        &["entries[2026-01-02T10:00:00Z li].text"],
    );
    // Measures are told apart by their type until they are done.
    clean(
        RECORD,
        "measures:\n  - type: cause\n    result:\n  - type: inspection\n    result:\n",
        "measures:\n  - type: cause\n    result: grease\n  - type: inspection\n    result:\n",
        "measures:\n  - type: cause\n    result:\n  - type: inspection\n    result: worn\n",
        "measures:\n  - type: cause\n    result: grease\n  - type: inspection\n    result: worn\n",
    );
}

#[test]
fn deleted_here_and_changed_there_is_a_contradiction() {
    disputed(
        RECORD,
        "attachments:\n  - file: a.txt\n    size: 1\n  - file: b.txt\n    size: 2\n",
        "attachments:\n  - file: a.txt\n    size: 1\n",
        "attachments:\n  - file: a.txt\n    size: 1\n  - file: b.txt\n    size: 3\n",
        "attachments:\n  - file: a.txt\n    size: 1\n<<<<<<< ours\n=======\n  - file: b.txt\n    size: 3\n>>>>>>> theirs\n",
        &["attachments[b.txt]"],
    );
}

#[test]
fn scalars_of_a_list_are_a_set() {
    clean(
        RECORD,
        "m: [a, b]\n",
        "m: [a, b, c]\n",
        "m: [b, d]\n",
        "m: [b, c, d]\n",
    );
    clean(
        RECORD,
        "m: [a]\n",
        "m: [a, b]\n",
        "m: [a, b, c]\n",
        "m: [a, b, c]\n",
    );
    clean(
        RECORD,
        "m:\n",
        "m:\n  - a\n",
        "m:\n  - b\n",
        "m:\n  - a\n  - b\n",
    );
}

#[test]
fn a_contradiction_is_narrow_and_all_else_is_merged() {
    let base = "title: t\nreceipt:\n  by: null\n  handler: null\nreason: r\n";
    disputed(
        RECORD,
        base,
        "title: t\nreceipt:\n  by: wang\n  handler: chen\nreason: r\n",
        "title: u\nreceipt:\n  by: wang\n  handler: zhao\nreason: s\n",
        "title: u\nreceipt:\n  by: wang\n<<<<<<< ours\n  handler: chen\n=======\n  handler: zhao\n>>>>>>> theirs\nreason: s\n",
        &["receipt.handler"],
    );
    let result = merge(RECORD, Some(b"a: 1\n"), Some(b"a: 2"), Some(b"a: 3"), 9);
    assert_eq!(
        text(&result),
        "<<<<<<<<< ours\na: 2\n=========\na: 3\n>>>>>>>>> theirs\n"
    );
    let message = &result.contradictions[0].message;
    assert_eq!(message.en, "here `2`, there `3`");
    assert_eq!(message.zh, "我方为 `2`，对方为 `3`");
}

fn step(step: &str, minute: u32, by: &str, from: &str, to: &str) -> String {
    format!(
        "  - step: {step}\n    at: 2026-01-02T10:{minute:02}:00+08:00\n    by: {by}\n    from: {from}\n    to: {to}\n"
    )
}

fn card(state: &str, responsible: &str, departments: &str, steps: &[String]) -> String {
    let begin =
        "  - step: collect\n    at: 2026-01-02T09:00:00+08:00\n    by: zhao\n    to: collected\n";
    format!(
        "id: 20260101-aaaa\nstate: {state}\nresponsible: {responsible}\ndepartments: [{departments}]\ntrail:\n{begin}{}",
        steps.concat()
    )
}

#[test]
fn trails_that_follow_from_each_other_become_one() {
    let sent = step("transfer", 1, "li", "collected", "transferred");
    let accept = step("accept", 5, "wang", "transferred", "transferred");
    let other = step("accept", 3, "zhou", "transferred", "transferred");
    let complete = step("complete", 9, "wang", "transferred", "handling");
    let base = card("transferred", "li", "a", std::slice::from_ref(&sent));
    clean(
        CARD,
        &base,
        &card("transferred", "wang", "a", &[sent.clone(), accept.clone()]),
        &card(
            "transferred",
            "zhou",
            "a, b",
            &[sent.clone(), other.clone()],
        ),
        &card(
            "transferred",
            "wang",
            "a, b",
            &[sent.clone(), other.clone(), accept.clone()],
        ),
    );
    clean(
        CARD,
        &base,
        &card("transferred", "zhou", "a", &[sent.clone(), other.clone()]),
        &card(
            "handling",
            "wang",
            "a",
            &[sent.clone(), accept.clone(), complete.clone()],
        ),
        &card(
            "handling",
            "wang",
            "a",
            &[
                sent.clone(),
                other.clone(),
                accept.clone(),
                complete.clone(),
            ],
        ),
    );
    // Their side has all of our steps, and more.
    clean(
        CARD,
        &base,
        &card(
            "transferred",
            "wang",
            "a, c",
            &[sent.clone(), accept.clone()],
        ),
        &card(
            "handling",
            "zhou",
            "a",
            &[sent.clone(), accept.clone(), complete.clone()],
        ),
        &card("handling", "zhou", "a, c", &[sent, accept, complete]),
    );
}

#[test]
fn trails_that_do_not_follow_are_told_in_words() {
    let base = card("collected", "li", "", &[]);
    let dismiss = step("dismiss", 5, "li", "collected", "dismissed");
    let register = step("register", 3, "sun", "collected", "registered");
    let result = merged(
        CARD,
        &base,
        &card("dismissed", "li", "", std::slice::from_ref(&dismiss)),
        &card("registered", "sun", "", std::slice::from_ref(&register)),
    );
    let found = &result.contradictions;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].field, "trail");
    assert_eq!(
        found[0].message.en,
        "the steps of the two sides do not follow from each other: here `dismiss` by li at 2026-01-02T10:05:00+08:00, there `register` by sun at 2026-01-02T10:03:00+08:00"
    );
    let text = text(&result);
    assert!(text.contains("<<<<<<< ours\nstate: dismissed\nresponsible: li\n=======\nstate: registered\nresponsible: sun\n>>>>>>> theirs\n"), "{text}");
    // A step of the past that was changed is no step that was added.
    let forged = base.replace("by: zhao", "by: qian");
    let result = merged(
        CARD,
        &base,
        &forged,
        &card("dismissed", "li", "", &[dismiss]),
    );
    assert!(
        result.contradictions[0]
            .message
            .en
            .contains("only added to")
    );
}

#[test]
fn reports_are_merged_by_fields_above_and_by_lines_below() {
    let report = |author: &str, level: &str, one: &str, two: &str| {
        format!("---\nauthor: {author}\nlevel: {level}\n---\n\n# One\n\n{one}\n\n# Two\n\n{two}\n")
    };
    let path = "clues/2026/01-01/20260101-aaaa/analysis.md";
    clean(
        path,
        &report("li", "low", "a", "b"),
        &report("sun", "low", "a", "c"),
        &report("li", "high", "d", "b"),
        &report("sun", "high", "d", "c"),
    );
    disputed(
        path,
        &report("li", "low", "a", "b"),
        &report("sun", "low", "c", "b"),
        &report("li", "high", "d", "b"),
        &report(
            "sun",
            "high",
            "<<<<<<< ours\nc\n=======\nd\n>>>>>>> theirs",
            "b",
        ),
        &[""],
    );
}

#[test]
fn what_cannot_be_read_is_merged_by_lines_or_kept_twice() {
    // Not YAML on one side.
    clean(
        RECORD,
        "a: 1\nx: 0\ny: 0\nb: 2\n",
        "a: [\nx: 0\ny: 0\nb: 2\n",
        "a: 1\nx: 0\ny: 0\nb: 3\n",
        "a: [\nx: 0\ny: 0\nb: 3\n",
    );
    disputed(
        RECORD,
        "a: 1\n",
        "a: [\n",
        "a: 2\n",
        "<<<<<<< ours\na: [\n=======\na: 2\n>>>>>>> theirs\n",
        &[""],
    );
    // Windows' line ends on one side.
    clean(
        RECORD,
        "a: 1\nb: 2\n",
        "a: 3\r\nb: 2\r\n",
        "a: 1\nb: 4\n",
        "a: 3\r\nb: 4\r\n",
    );
    // A byte order mark.
    let result = merged(
        RECORD,
        "a: 1\nb: 1\n",
        "\u{feff}a: 2\nb: 1\n",
        "a: 1\nb: 3\n",
    );
    assert!(text(&result).contains("a: 2") && text(&result).contains("b: 3"));
    // No text at all: ours is kept, and git has theirs.
    let result = merge(RECORD, Some(b"a"), Some(b"a\0b"), Some(b"c"), 7);
    assert_eq!(result.bytes.as_deref(), Some(&b"a\0b"[..]));
    assert!(!result.is_clean());
    // No UTF-8.
    let result = merge(
        RECORD,
        Some(b"a: 1\n"),
        Some(b"a: \xff\n"),
        Some(b"a: \xfe\n"),
        7,
    );
    let bytes = result.bytes.expect("a file");
    assert!(bytes.contains(&0xff) && bytes.contains(&0xfe));
    // An integer that JSON has no way to hold is merged by lines.
    let result = merged(
        RECORD,
        "a: 1\n",
        "a: 12345678901234567890123\n",
        "a: 12345678901234567890124\n",
    );
    assert!(!result.is_clean());
    assert!(text(&result).contains("0123\n") && text(&result).contains("0124\n"));
}

#[test]
fn a_file_that_one_side_deleted() {
    let own: Option<&[u8]> = Some(b"a: 1\n");
    assert_eq!(merge(RECORD, own, None, own, 7), Merged::clean(None));
    let result = merge(RECORD, own, None, Some(b"a: 2\n"), 7);
    assert_eq!(
        text(&result),
        "<<<<<<< ours\n=======\na: 2\n>>>>>>> theirs\n"
    );
    assert!(!result.is_clean());
    // Both made it.
    clean(
        RECORD,
        "",
        "a: 1\nb: 2\n",
        "a: 1\nc: 3\n",
        "a: 1\nb: 2\nc: 3\n",
    );
}

#[test]
fn a_large_record_takes_no_time() {
    let entry = |number: usize, side: &str| {
        format!(
            "  - at: 2026-01-02T{:02}:{:02}:{:02}Z\n    by: li\n    text: {side}{number} {}\n",
            number / 3600,
            number / 60 % 60,
            number % 60,
            "x".repeat(60)
        )
    };
    let list = |side: &str, offset: usize| -> String {
        let base = (0..20_000).map(|number| entry(number, ""));
        let own = (0..2_000).map(|number| entry(30_000 + 2 * number + offset, side));
        "entries:\n".to_owned() + &base.chain(own).collect::<String>()
    };
    let begin = std::time::Instant::now();
    let result = merged(
        RECORD,
        &list("", 0)[..2_200_000],
        &list("ours ", 0),
        &list("theirs ", 1),
    );
    let _ = text(&result);
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
}
