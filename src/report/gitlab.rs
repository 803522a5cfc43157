//! Findings as GitLab's Code Quality report, which merge requests show.

use serde_json::{Value, json};

use crate::report::reported::{Reported, place};
use crate::text::Language;

/// Findings as the list that GitLab reads. It asks for a file and a line of each: one without a place gets `.` and 1.
pub fn gitlab(reported: &[Reported<'_>], prefix: &str, language: Language) -> Value {
    let issues = place(reported, prefix).into_iter().map(|placed| {
        let one = &placed.reported;
        let (begin, end) = placed
            .region
            .map_or((1, 1), |region| (region.line, region.end_line));
        json!({
            "description": placed.sentence(language),
            "check_name": one.rule(),
            "fingerprint": placed.fingerprint,
            "severity": if one.is_error() { "major" } else { "minor" },
            "location": {
                "path": if placed.path.is_empty() { "." } else { &placed.path },
                "lines": {"begin": begin, "end": end},
            },
        })
    });
    Value::Array(issues.collect())
}
