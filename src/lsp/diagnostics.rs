//! Findings as the protocol has them: the place in columns of the editor, the words in the user's language, the code.
//! It judges nothing.

use gen_lsp_types::Range;
use serde_json::{Value, json};

use crate::diagnostic::{Code, Diagnostic, Place, Severity};
use crate::lsp::view::{Text, View, nowhere};
use crate::text::{Span, visible};

/// The findings about one file.
pub(super) fn of_file(view: &View, path: &str, found: &[Diagnostic]) -> Vec<Value> {
    if found.is_empty() {
        return Vec::new();
    }
    let text = view.text(path);
    found
        .iter()
        .map(|one| to_protocol(view, text.as_ref(), one))
        .collect()
}

/// One finding.
pub(super) fn to_protocol(view: &View, text: Option<&Text>, one: &Diagnostic) -> Value {
    let range = text.map_or_else(nowhere, |text| range_of(view, text, &one.place));
    let explain = explanation(one);
    let mut value = json!({
        "range": range,
        "severity": match one.severity { Severity::Error => 1, Severity::Warning => 2 },
        "code": explain,
        "source": "clue",
        "message": message(view, one),
        "data": {
            "code": one.code.name(), "explain": format!("clue explain {explain}"),
            "procedure": one.procedure, "rule": one.rule,
        },
    });
    if let Some(href) = href(view, one) {
        value["codeDescription"] = json!({"href": href});
    }
    if !one.labels.is_empty() {
        let labels = one.labels.iter().map(|label| {
            let words = view.say(&label.en, &label.zh);
            let text = view.text(&label.place.path);
            let range = text.as_ref().map(|text| range_of(view, text, &label.place));
            json!({
                "location": {"uri": view.address(&label.place.path), "range": range.unwrap_or_else(nowhere)},
                "message": visible(words),
            })
        });
        value["relatedInformation"] = labels.collect();
    }
    value
}

/// A place in a text; of a file as a whole, its first line.
pub(super) fn range_of(view: &View, text: &Text, place: &Place) -> Range {
    let span = match place.span {
        Some(span) => span,
        None => text.lines.line(&text.text, 0),
    };
    let span = if span.end <= span.start {
        // Editors show nothing of an empty range at the end of a line; the character before it stands for it.
        let line = text.lines.line(
            &text.text,
            text.lines.line_of(span.start.min(text.text.len())),
        );
        let before = text
            .text
            .get(line.start..span.start.clamp(line.start, line.end));
        let before = before.and_then(|before| before.chars().next_back());
        match before {
            Some(character) if span.start >= line.end => {
                Span::new(line.end - character.len_utf8(), line.end)
            }
            _ => span,
        }
    } else {
        span
    };
    view.range(text, span)
}

/// What `clue explain` is to be asked for.
pub(super) fn explanation(one: &Diagnostic) -> String {
    match &one.rule {
        Some(rule) => rule.clone(),
        None => one.code.name().to_owned(),
    }
}

fn message(view: &View, one: &Diagnostic) -> String {
    let mut text = visible(view.words(&one.message));
    if let Some(here) = &one.here {
        text.push_str(view.say(": ", "："));
        text.push_str(&visible(view.words(here)));
    }
    if let Some(key) = one.procedure.as_deref().filter(|key| !key.is_empty()) {
        text.push_str(&format!(" [{key}]"));
    }
    if let Some(remedy) = &one.remedy {
        text.push_str(view.say("\nhelp: ", "\n办法："));
        text.push_str(&visible(view.words(remedy)));
    }
    text
}

/// Where more is told: the rule in the rulebook. What a code means has no address, only `clue explain`.
fn href(view: &View, one: &Diagnostic) -> Option<String> {
    let name = one.rule.as_ref().filter(|_| one.code == Code::Rule)?;
    let text = view.text("workflow.yaml")?;
    let at = text.text.match_indices("name:").find_map(|(at, _)| {
        let rest = text.text[at + 5..].trim_start();
        let rest = rest
            .trim_start_matches(['\'', '"'])
            .strip_prefix(name.as_str())?;
        let ends = rest
            .chars()
            .next()
            .is_none_or(|next| !(next.is_alphanumeric() || next == '-'));
        ends.then_some(at)
    })?;
    let line = text.lines.line_of(at) + 1;
    Some(format!("{}#L{line}", view.address("workflow.yaml")))
}
