//! Every format with ordinary, hostile and placeless findings.

use serde_json::Value;

use super::{Reported, github, gitlab, json, sarif, text};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::files::MemoryFiles;
use crate::report::Style;
use crate::text::{Language, Span};

const RECORD: &str = "# 注\n标题: 三号机床\n";

fn files(text: &str) -> MemoryFiles {
    [("clues/a b/线.yaml", text.as_bytes().to_vec())]
        .into_iter()
        .collect()
}

/// A finding at the value of the title, wherever that stands.
fn finding(text: &str, message: &str) -> Diagnostic {
    let start = text.find("三号").expect("the value");
    Diagnostic::new(
        Code::SchemaValue,
        Place::at("clues/a b/线.yaml", Span::new(start, start + 12)),
        message,
        message,
    )
    .remedy("mend it", "请改正")
    .procedure("C2")
}

#[test]
fn sarif_tells_place_rule_and_remedy() {
    let found = [
        finding(RECORD, "wrong"),
        Diagnostic::new(Code::FileName, Place::file("x"), "name", "名"),
    ];
    let files = files(RECORD);
    let mut reported = Reported::all(&found, &files);
    reported[0].commit = Some("0123456789abcdef0123456789abcdef01234567");
    let data = sarif(&reported, "sub", Language::Zh);
    let run = &data["runs"][0];
    assert_eq!(data["version"], "2.1.0");
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), 2);
    let result = &run["results"][0];
    let index = result["ruleIndex"].as_u64().expect("an index") as usize;
    assert_eq!(rules[index]["id"], result["ruleId"]);
    assert_eq!(
        rules[index]["shortDescription"]["text"],
        Code::SchemaValue.summary().zh.as_str()
    );
    assert_eq!(result["level"], "error");
    assert_eq!(
        result["message"]["text"],
        "wrong (schema-value, C2)，提交 0123456789\n办法：请改正"
    );
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"]["uri"],
        "sub/clues/a%20b/%E7%BA%BF.yaml"
    );
    assert_eq!(
        place["region"],
        serde_json::json!({"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 9})
    );
    assert_eq!(
        result["properties"]["commit"],
        "0123456789abcdef0123456789abcdef01234567"
    );
    assert!(
        run["results"][1]["locations"][0]["physicalLocation"]
            .get("region")
            .is_none()
    );
}

#[test]
fn fingerprints_outlive_moved_lines_and_are_never_shared() {
    let moved = format!("a: 1\nb: 2\n{RECORD}");
    let fingerprints = |text: &str, messages: &[&str]| {
        let found: Vec<Diagnostic> = messages
            .iter()
            .map(|message| finding(text, message))
            .collect();
        let files = files(text);
        let data = gitlab(&Reported::all(&found, &files), "", Language::En);
        let issues = data.as_array().expect("a list").iter();
        issues
            .map(|issue| issue["fingerprint"].as_str().expect("a text").to_owned())
            .collect::<Vec<_>>()
    };
    let here = fingerprints(RECORD, &["also on line 9", "also on line 9", "else"]);
    assert_eq!(
        here,
        fingerprints(&moved, &["also on line 11", "also on line 11", "else"])
    );
    assert!(here[0] != here[1] && here[1] != here[2]);
    let changed = RECORD.replace("机床", "机器");
    assert_ne!(here[2], fingerprints(&changed, &["else"])[0]);
}

#[test]
fn github_commands_cannot_be_forged() {
    let hostile = "a\r\n::error::b\n##[set-env]c % , : \u{1b}[2J\u{202e}";
    let mut found = vec![finding(RECORD, hostile)];
    found.push(
        Diagnostic::new(
            Code::RuleJudgement,
            Place::file("x,y:z\n::warning::"),
            "m",
            "m",
        )
        .rule("r:1,2\n::stop"),
    );
    let files = files(RECORD);
    let shown = github(&Reported::all(&found, &files), "", Language::En);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(
        lines,
        [
            "::error file=clues/a b/线.yaml,line=2,col=5,endColumn=9,title=schema-value::\
             a\\u{d}%0A::error::b%0A## [set-env]c %25 , : \\u{1b}[2J\\u{202e} (schema-value, C2)%0Ahelp: mend it",
            "::error file=x%2Cy%3Az\\n%3A%3Awarning%3A%3A,title=r%3A1%2C2\\n%3A%3Astop::\
             m (r:1,2%0A::stop)",
        ]
    );
}

#[test]
fn links_and_controls_of_records_are_shown_and_not_obeyed() {
    let found = [finding(
        RECORD,
        "[go](javascript:x) \u{1b}]0;x\u{7}\u{2066}",
    )];
    let files = files(RECORD);
    let reported = Reported::all(&found, &files);
    let data = sarif(&reported, "", Language::En);
    let message = data["runs"][0]["results"][0]["message"]["text"]
        .as_str()
        .expect("a text");
    assert!(
        message.starts_with("[go] (javascript:x) \\u{1b}]0;x\\u{7}\\u{2066}"),
        "{message}"
    );
    let data = gitlab(&reported, "", Language::En);
    let message = data[0]["description"].as_str().expect("a text");
    assert!(message.contains("\\u{1b}]0;x"), "{message}");
}

#[test]
fn a_finding_without_a_place_has_none() {
    let found = [Diagnostic::new(Code::FileName, Place::file(""), "m", "m")];
    let files = MemoryFiles::default();
    let reported = Reported::all(&found, &files);
    let data = sarif(&reported, "sub", Language::En);
    assert!(data["runs"][0]["results"][0].get("locations").is_none());
    assert_eq!(
        github(&reported, "sub", Language::En),
        "::error title=file-name::m (file-name)\n"
    );
    let data = gitlab(&reported, "sub", Language::En);
    assert_eq!(data[0]["location"]["path"], ".");
    assert_eq!(data[0]["location"]["lines"]["begin"], 1);
}

#[test]
fn every_code_and_severity_goes_through_every_output() {
    let files = MemoryFiles::default();
    let all: Vec<Diagnostic> = Code::ALL
        .iter()
        .map(|&code| Diagnostic::new(code, Place::file("x"), "m", "消息"))
        .collect();
    let style = Style {
        language: Language::En,
        colour: false,
    };
    let shown = text(&all, &files, style);
    let reported = Reported::all(&all, &files);
    let commands = github(&reported, "", Language::En);
    for code in Code::ALL {
        assert!(
            shown.contains(&format!("[{}]", code.name())),
            "{}",
            code.name()
        );
        assert!(
            commands.contains(&format!("title={}::", code.name())),
            "{}",
            code.name()
        );
    }
    let count = |data: &Value| data.as_array().map(Vec::len);
    let many = Some(Code::ALL.len());
    assert_eq!(count(&json(&all, &files, Language::En)["findings"]), many);
    let scanned = sarif(&reported, "", Language::En);
    assert_eq!(count(&scanned["runs"][0]["results"]), many);
    assert_eq!(count(&scanned["runs"][0]["tool"]["driver"]["rules"]), many);
    assert_eq!(count(&gitlab(&reported, "", Language::En)), many);
}
