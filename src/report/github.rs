//! Findings as GitHub's workflow commands, which become annotations of a commit or pull request.

use crate::report::reported::{Reported, place};
use crate::text::{Language, visible_line};

/// Findings as one workflow command a line. No text of a record can begin a command of its own.
pub fn github(reported: &[Reported<'_>], prefix: &str, language: Language) -> String {
    let mut lines = String::new();
    for placed in place(reported, prefix) {
        let one = &placed.reported;
        let mut properties = Vec::new();
        if !placed.path.is_empty() {
            properties.push(format!("file={}", property(&placed.path)));
        }
        if let Some(region) = placed.region {
            properties.push(format!("line={}", region.line));
            // GitHub takes columns only where the place is within one line.
            if region.end_line == region.line {
                properties.push(format!("col={}", region.column));
                properties.push(format!("endColumn={}", region.end_column));
            } else {
                properties.push(format!("endLine={}", region.end_line));
            }
        }
        properties.push(format!("title={}", property(one.rule())));
        lines.push_str(&format!(
            "::{} {}::{}\n",
            if one.is_error() { "error" } else { "warning" },
            properties.join(","),
            message(&placed.sentence(language))
        ));
    }
    lines
}

/// What follows the second `::`. The runner's older commands, `##[name]`, are looked for anywhere in a line.
fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace("##[", "## [")
}

fn property(text: &str) -> String {
    message(&visible_line(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}
