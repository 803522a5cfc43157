//! Edits over many styles, byte for byte.

use serde_json::json;

use super::*;
use crate::yaml::parse_path;

#[track_caller]
#[allow(clippy::result_large_err, reason = "the type under test")]
fn run(text: &str, edits: &[Edit]) -> Result<String, Diagnostic> {
    edit("clue.yaml", text, Span::new(0, text.len()), edits)
}

#[track_caller]
fn set(text: &str, path: &str, value: Json, expected: &str) {
    let edits = [Edit::Set {
        path: parse_path(path),
        value,
    }];
    assert_eq!(
        run(text, &edits).map_err(|found| found.message.en),
        Ok(expected.to_owned())
    );
}

#[track_caller]
fn append(text: &str, path: &str, value: Json, expected: &str) {
    let edits = [Edit::Append {
        path: parse_path(path),
        value,
    }];
    assert_eq!(
        run(text, &edits).map_err(|found| found.message.en),
        Ok(expected.to_owned())
    );
}

#[track_caller]
fn insert(text: &str, path: &str, index: usize, value: Json, expected: Option<&str>) {
    let edits = [Edit::Insert {
        path: parse_path(path),
        index,
        value,
    }];
    assert_eq!(run(text, &edits).ok().as_deref(), expected);
}

#[track_caller]
fn remove(text: &str, path: &str, expected: &str) {
    let edits = [Edit::Remove {
        path: parse_path(path),
    }];
    assert_eq!(
        run(text, &edits).map_err(|found| found.message.en),
        Ok(expected.to_owned())
    );
}

#[test]
fn items_are_put_before_others() {
    let list = "a:\n  - 1 # one\n    # more of one\n  # of two\n  - 2\nb: 0\n";
    insert(
        list,
        "a",
        1,
        json!({"x": 5, "z": [6]}),
        Some(
            "a:\n  - 1 # one\n    # more of one\n  - x: 5\n    z:\n      - 6\n  # of two\n  - 2\nb: 0\n",
        ),
    );
    insert(
        list,
        "a",
        0,
        json!(9),
        Some("a:\n  - 9\n  - 1 # one\n    # more of one\n  # of two\n  - 2\nb: 0\n"),
    );
    insert(
        "a:\r\n- 1\r\n- 2\r\n",
        "a",
        1,
        json!("x\ny"),
        Some("a:\r\n- 1\r\n- |-\r\n  x\r\n  y\r\n- 2\r\n"),
    );
    insert(
        "a: [1, 2]\n",
        "a",
        1,
        json!({"b": 3}),
        Some("a: [1, {b: 3}, 2]\n"),
    );
    insert("a: [1, 2]\n", "a", 2, json!(3), Some("a: [1, 2, 3]\n"));
    insert(
        "- - 1\n  - 2\n",
        "0",
        0,
        json!(0),
        Some("- - 0\n  - 1\n  - 2\n"),
    );
    insert("a: []\n", "a", 0, json!(1), Some("a:\n  - 1\n"));
    insert("a: [1]\n", "a", 2, json!(1), None);
    insert("a: 1\n", "a", 0, json!(1), None);
}

#[test]
fn scalars_are_replaced_in_place() {
    set(
        "# a\nstate: old  # why\nb: 1\n",
        "state",
        json!("new"),
        "# a\nstate: new  # why\nb: 1\n",
    );
    set("a: 'x' # c\n", "a", json!("it's"), "a: 'it''s' # c\n");
    set("a: \"x\"\n", "a", json!("y"), "a: \"y\"\n");
    set(
        "a: \"\" # c",
        "a",
        json!("投诉：客户"),
        "a: \"投诉：客户\" # c",
    );
    set("a: x\r\nb: y\r\n", "a", json!("z"), "a: z\r\nb: y\r\n");
    set("a: x", "a", json!(3), "a: 3");
    set("a: x\n  y # c\nb: 1\n", "a", json!("z"), "a: z # c\nb: 1\n");
    set(
        "a: \"x\n  y\" # c\nb: 1\n",
        "a",
        json!(true),
        "a: true # c\nb: 1\n",
    );
    set(
        "a:\n  x # c\nb: 1\n",
        "a",
        json!("w"),
        "a:\n  w # c\nb: 1\n",
    );
    set(
        "{a: 1, b: [x, y]} # c\n",
        "b[1]",
        json!("z, z"),
        "{a: 1, b: [x, 'z, z']} # c\n",
    );
    set(
        "a:\n- x\n- y # c\n",
        "a[1]",
        json!("z"),
        "a:\n- x\n- z # c\n",
    );
    set("\u{feff}a: 1\n", "a", json!(2), "\u{feff}a: 2\n");
    set("a: same # c\n", "a", json!("same"), "a: same # c\n");
    set("a: 0x10\n", "a", json!(16), "a: 0x10\n");
    set("---\na: 1\n...\n", "a", json!(null), "---\na: null\n...\n");
}

#[test]
fn empty_values_are_filled_in_place() {
    set("a:\nb: 1\n", "a", json!("x"), "a: x\nb: 1\n");
    set(
        "a:   # hint\nb: 1\n",
        "a",
        json!("x"),
        "a: x   # hint\nb: 1\n",
    );
    set("a: ~ # hint\n", "a", json!("x"), "a: x # hint\n");
    set("a: null", "a", json!("x"), "a: x");
    set("a:", "a", json!("x"), "a: x");
    set(
        "a: # hint\nb: 1\n",
        "a",
        json!({"c": 1, "d": ["x"]}),
        "a: # hint\n  c: 1\n  d:\n    - x\nb: 1\n",
    );
    set("a: ~ # hint\n", "a.c", json!("x"), "a: # hint\n  c: x\n");
    set("- # hint\n- b\n", "[0]", json!("x"), "- x # hint\n- b\n");
    set(
        "- # hint\n- b\n",
        "[0]",
        json!({"c": 1, "d": 2}),
        "- c: 1 # hint\n  d: 2\n- b\n",
    );
    set("{a, b: }\n", "a", json!(1), "{a: 1, b: }\n");
    set("{a, b: }\n", "b", json!(1), "{a, b: 1 }\n");
    set("a: [] # c\n", "a", json!([{"b": 1}]), "a: # c\n  - b: 1\n");
    set("a: {}\n", "a.b", json!(1), "a:\n  b: 1\n");
    set("x: {a: {}}\n", "x.a.b", json!(1), "x: {a: {b: 1}}\n");
    set(
        "# only a comment",
        "a.b",
        json!(1),
        "# only a comment\na:\n  b: 1\n",
    );
}

#[test]
fn missing_keys_are_added_at_the_end_of_their_mapping() {
    set(
        "a: 1 # c\n\n# end\n",
        "b",
        json!(2),
        "a: 1 # c\nb: 2\n\n# end\n",
    );
    set("a: 1", "b", json!("x"), "a: 1\nb: x");
    // Keys that need quotes get those of their neighbours.
    let set_year = |text: &str, expected: &str| {
        let path = vec!["y".into(), "2027".into()];
        let edits = [Edit::Set {
            path,
            value: json!(1),
        }];
        let written = run(text, &edits).map_err(|found| found.message.en);
        assert_eq!(written, Ok(expected.to_owned()));
    };
    set_year("y:\n  \"2026\": 1\n", "y:\n  \"2026\": 1\n  \"2027\": 1\n");
    set_year("y:\n  '2026': 1\n", "y:\n  '2026': 1\n  '2027': 1\n");
    set_year("y:\n  2026: 1\n", "y:\n  2026: 1\n  '2027': 1\n");
    set("\"a b\": 1\n", "b", json!(2), "\"a b\": 1\nb: 2\n");
    set("a: 1\r\n", "b.c", json!("x"), "a: 1\r\nb:\r\n  c: x\r\n");
    set(
        "a:\n    b: 1\n    # deep\n# shallow\nz: 1\n",
        "a.c",
        json!({"d": 1}),
        "a:\n    b: 1\n    c:\n        d: 1\n    # deep\n# shallow\nz: 1\n",
    );
    set(
        "a:\n  b: 1\n  # deep\n# shallow\n",
        "c",
        json!(1),
        "a:\n  b: 1\n  # deep\nc: 1\n# shallow\n",
    );
    set(
        "- a: 1\n- a: 2\n",
        "[0].b",
        json!(3),
        "- a: 1\n  b: 3\n- a: 2\n",
    );
    set(
        "x: {a: 1} # c\n",
        "x.b",
        json!({"c": ["d"]}),
        "x: {a: 1, b: {c: [d]}} # c\n",
    );
    set(
        "x: {\n  a: 1, # c\n  }\n",
        "x.b",
        json!(2),
        "x: {\n  a: 1, b: 2, # c\n  }\n",
    );
    set(
        "a:\n  b: |+\n    x\n\n\nz: 1\n",
        "a.c",
        json!(2),
        "a:\n  b: |+\n    x\n\n\n  c: 2\nz: 1\n",
    );
    set(
        "a:\n- 1\n- 2\nb: 3\n",
        "c",
        json!(["x"]),
        "a:\n- 1\n- 2\nb: 3\nc:\n- x\n",
    );
    set(
        "a:\n    - 1\nb: 3\n",
        "c",
        json!([["x", "w"], {"k": ["z"]}]),
        "a:\n    - 1\nb: 3\nc:\n    - - x\n      - w\n    - k:\n          - z\n",
    );
    set("a: 1\n", "'", json!("x"), "a: 1\n\"'\": x\n");
}

#[test]
fn lines_and_words_change_places() {
    set(
        "a: x # c\nb: 1\n",
        "a",
        json!("p\nq"),
        "a: |- # c\n  p\n  q\nb: 1\n",
    );
    set("a: x\n", "a", json!("p\n\nq\n"), "a: |\n  p\n\n  q\n");
    set(
        "a: | # c\n  p\n  q\n\nb: 1\n",
        "a",
        json!("x"),
        "a: x # c\n\nb: 1\n",
    );
    set("a: >-\n  p\n  q", "a", json!("r\ns"), "a: |-\n  r\n  s");
    set(
        "- |\n  p\n- z\n",
        "[0]",
        json!("r\ns\n"),
        "- |\n  r\n  s\n- z\n",
    );
    set(
        "- x: |\n    p\n  y: 1\n",
        "[0].x",
        json!("r\ns\n"),
        "- x: |\n    r\n    s\n  y: 1\n",
    );
    set(
        "a: # c\n  b: 1 # d\n  c: 2\nz: 1\n",
        "a",
        json!("x"),
        "a: x # c\nz: 1\n",
    );
    set(
        "a: x # c\r\nz: 1\r\n",
        "a",
        json!(["x", "w"]),
        "a: # c\r\n  - x\r\n  - w\r\nz: 1\r\n",
    );
    set("a: [x, y] # c\n", "a", json!(["z"]), "a: [z] # c\n");
    set(
        "a: {b: 1}\n",
        "a",
        json!({"c": "x\ny"}),
        "a: {c: \"x\\ny\"}\n",
    );
    set("a: x\n", "a", json!("\tp\nq"), "a: \"\\tp\\nq\"\n");
    set(
        "a: |\n  x\n     \n\nb: 1\n",
        "a",
        json!("w"),
        "a: w\n\nb: 1\n",
    );
}

#[test]
fn whole_collections_change_only_where_they_differ() {
    set(
        "a:\n  b: 1 # c\n  d: 'x' # e\n",
        "a",
        json!({"b": 2, "d": "x", "f": 3}),
        "a:\n  b: 2 # c\n  d: 'x' # e\n  f: 3\n",
    );
    set(
        "a:\n  b: 1 # c\n  d: x\n",
        "a",
        json!({"d": "x"}),
        "a:\n  d: x\n",
    );
    set(
        "a: # c\n  - 'x' # d\n  - y\n  - z\n",
        "a",
        json!(["x", "w"]),
        "a: # c\n  - 'x' # d\n  - w\n",
    );
    set(
        "a: # c\n  - 'x' # d\n",
        "a",
        json!(["x", {"w": 1}]),
        "a: # c\n  - 'x' # d\n  - w: 1\n",
    );
    set(
        "a: 1 # c\nb: 2 # d\n",
        "",
        json!({"b": 3, "a": 1}),
        "a: 1 # c\nb: 3 # d\n",
    );
}

#[test]
fn items_are_appended_in_the_style_of_the_list() {
    append(
        "a:\n  - x # c\n  # d\n\nb: 1\n",
        "a",
        json!("w"),
        "a:\n  - x # c\n  - w\n  # d\n\nb: 1\n",
    );
    append(
        "a:\n- x\n# d\nb: 1\n",
        "a",
        json!({"k": 1, "l": "p\nq"}),
        "a:\n- x\n- k: 1\n  l: |-\n    p\n    q\n# d\nb: 1\n",
    );
    append(
        "a: [x] # c\n",
        "a",
        json!({"k": "a,b"}),
        "a: [x, {k: 'a,b'}] # c\n",
    );
    append("a: [] # c\n", "a", json!("x"), "a: # c\n  - x\n");
    append("a: # c\nb: 1\n", "a", json!("x"), "a: # c\n  - x\nb: 1\n");
    append("b: 1\n", "a.c", json!("x"), "b: 1\na:\n  c:\n    - x\n");
    append(
        "trail:\n  - step: collect\n    at: 2026-11-23T09:00:00+08:00",
        "trail",
        json!({"step": "register", "at": "2026-11-24T09:00:00+08:00"}),
        "trail:\n  - step: collect\n    at: 2026-11-23T09:00:00+08:00\n  - step: register\n    at: 2026-11-24T09:00:00+08:00",
    );
    append(
        "- - a\n  - b\n- c\n",
        "[0]",
        json!("x"),
        "- - a\n  - b\n  - x\n- c\n",
    );
    append("a:\n  -\n", "a", json!(["x"]), "a:\n  -\n  - - x\n");
}

#[test]
fn entries_and_items_are_removed_with_their_lines() {
    remove("a: 1 # c\nb: 2\nc: 3\n", "b", "a: 1 # c\nc: 3\n");
    remove("a: 1\nb: 2", "b", "a: 1");
    remove("a: 1\r\nb: 2\r\n", "b", "a: 1\r\n");
    remove("a: 1\r\nb: 2", "b", "a: 1");
    remove(
        "a: 1\nb:\n  - x\n  # deep\n# shallow\nc: 1\n",
        "b",
        "a: 1\n# shallow\nc: 1\n",
    );
    remove("a: # c\n  b: 1\nz: 1\n", "a.b", "a: {} # c\nz: 1\n");
    remove("a:\n- x\nz: 1\n", "a[0]", "a: []\nz: 1\n");
    remove("- a: 1 # c\n  # d\n  b: 2\n", "[0].a", "- # d\n  b: 2\n");
    remove("- - x\n  - y\n- z\n", "[0][0]", "- - y\n- z\n");
    remove("- x\n- y # c\n- z\n", "[1]", "- x\n- z\n");
    remove("{a: 1, b: 2, c: 3}\n", "a", "{b: 2, c: 3}\n");
    remove("{a: 1, b: 2, c: 3}\n", "c", "{a: 1, b: 2}\n");
    remove("[a, [b]]\n", "[1][0]", "[a, []]\n");
    remove("a: 1 # c\n", "a", "{} # c\n");
    remove("a: 1\n", "b.c", "a: 1\n");
}

#[test]
fn front_matter_is_edited_within_its_file() {
    let text = "---\na: 1\n---\n# Title\n";
    let edits = [Edit::Set {
        path: parse_path("b"),
        value: json!("x"),
    }];
    let edited = edit("a.md", text, Span::new(4, 9), &edits);
    assert_eq!(edited.as_deref(), Ok("---\na: 1\nb: x\n---\n# Title\n"));
    let edited = edit("a.md", "---\n---\nx", Span::new(4, 4), &edits);
    assert_eq!(edited.as_deref(), Ok("---\nb: x\n---\nx"));
    let found = edit("a.md", "---\na: @\n---\n", Span::new(4, 9), &edits).expect_err("a finding");
    assert_eq!(found.place.span, Some(Span::new(7, 8)));
}

#[test]
fn what_cannot_be_done_faithfully_is_refused() {
    #[track_caller]
    fn case(text: &str, path: &str, code: Code) {
        let edits = [Edit::Set {
            path: parse_path(path),
            value: json!("new"),
        }];
        let found = run(text, &edits).expect_err("a finding");
        assert_eq!(found.code, code, "{found:?}");
    }
    case("a: &x 1\nb: 2\n", "b", Code::YamlAlias);
    case("a: 1\na: 2\n", "a", Code::YamlDuplicateKey);
    case("a: 1\nb\n", "a", Code::YamlSyntax);
    case("a: text\n", "a.b", Code::YamlSyntax);
    case("a: [x]\n", "a[2]", Code::YamlSyntax);
    case("a: [x]\n", "a.b", Code::YamlSyntax);
    assert!(run("a: 1\n", &[Edit::Remove { path: Vec::new() }]).is_err());
    assert!(
        run(
            "a: 1\n",
            &[Edit::Append {
                path: parse_path("a"),
                value: json!(1)
            }]
        )
        .is_err()
    );
}

#[test]
fn the_root_can_be_replaced() {
    set("a: null # c", "", json!("x\n"), "|\n  x");
    set("a: 1 # c\n# d\n", "", json!("x"), "x # c\n# d\n");
    set("text # c\n", "", json!({"a": 1, "b": 2}), "a: 1\nb: 2\n");
}
