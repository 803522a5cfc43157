//! Findings in SARIF 2.1.0, which code scanning services and editors read.

use serde_json::{Value, json};

use crate::diagnostic::{Code, Severity};
use crate::report::reported::{Placed, Reported, place};
use crate::text::Language;

/// Findings as one SARIF run. Paths are below the top of the git repository, in which the clue repository is `prefix`.
pub fn sarif(reported: &[Reported<'_>], prefix: &str, language: Language) -> Value {
    let mut codes: Vec<Code> = reported.iter().map(|one| one.diagnostic.code).collect();
    codes.sort();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|&code| rule(code, language)).collect();
    let results: Vec<Value> = place(reported, prefix)
        .iter()
        .map(|placed| result(placed, &codes, language))
        .collect();
    let said = match language {
        Language::En => "the top of the git repository",
        Language::Zh => "git 仓库的顶层目录",
    };
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "clue",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "language": tag(language),
                "rules": rules,
            }},
            "language": tag(language),
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": said}}},
            "results": results,
        }],
    })
}

fn tag(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Zh => "zh-CN",
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn rule(code: Code, language: Language) -> Value {
    json!({
        "id": code.name(),
        "shortDescription": {"text": code.summary().get(language)},
        "fullDescription": {"text": code.explanation().get(language)},
        "help": {"text": format!("{}\n\nclue explain {}", code.explanation().get(language), code.name())},
        "defaultConfiguration": {"level": level(code.severity())},
    })
}

fn result(placed: &Placed<'_>, codes: &[Code], language: Language) -> Value {
    let diagnostic = placed.reported.diagnostic;
    let mut result = json!({
        "ruleId": diagnostic.code.name(),
        "ruleIndex": codes.binary_search(&diagnostic.code).unwrap_or_default(),
        "level": level(diagnostic.severity),
        "message": {"text": without_links(&placed.sentence(language))},
        "partialFingerprints": {
            "clueFinding/v1": placed.fingerprint,
            "primaryLocationLineHash": placed.fingerprint,
        },
    });
    if !placed.path.is_empty() {
        let mut location = json!({
            "artifactLocation": {"uri": uri(&placed.path), "uriBaseId": "%SRCROOT%"},
        });
        if let Some(region) = placed.region {
            location["region"] = json!({
                "startLine": region.line,
                "startColumn": region.column,
                "endLine": region.end_line,
                "endColumn": region.end_column,
            });
        }
        result["locations"] = json!([{ "physicalLocation": location }]);
    }
    let mut properties = serde_json::Map::new();
    for (key, value) in [
        ("commit", placed.reported.commit),
        ("rule", diagnostic.rule.as_deref()),
        ("procedure", diagnostic.procedure.as_deref()),
    ] {
        if let Some(value) = value {
            properties.insert(key.to_owned(), json!(value));
        }
    }
    if !properties.is_empty() {
        result["properties"] = Value::Object(properties);
    }
    result
}

/// A plain message may hold links, `[words](address)`; a record's text must not make one.
fn without_links(text: &str) -> String {
    text.replace("](", "] (")
}

/// A path as a relative reference: everything but plain letters is written as its bytes.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
