//! File patterns of records: `transfers/{department}.yaml`, `meetings/{date}-{what}.md`.

use std::collections::BTreeMap;

/// What stood in the places of a pattern, by their names.
pub type NameParts = BTreeMap<String, String>;

/// Matches a path against a pattern; each place takes one or more characters that are no slash, a date exactly ten.
pub fn match_path(pattern: &str, path: &str) -> Option<NameParts> {
    let mut parts = NameParts::new();
    let (mut pattern, mut path) = (pattern, path);
    while let Some(open) = pattern.find('{') {
        path = path.strip_prefix(&pattern[..open])?;
        let close = pattern.find('}')?;
        let name = &pattern[open + 1..close];
        pattern = &pattern[close + 1..];
        let literal = pattern.split('{').next().unwrap_or_default();
        let length = if name == "date" {
            path.get(..10).filter(|date| is_date(date)).map(str::len)?
        } else if pattern.contains('{') || literal.is_empty() {
            path.find(literal)
                .filter(|_| !literal.is_empty())
                .unwrap_or(path.len())
        } else {
            path.len()
                .checked_sub(literal.len())
                .filter(|_| path.ends_with(literal))?
        };
        let value = path.get(..length)?;
        if value.is_empty() || value.contains('/') {
            return None;
        }
        parts.insert(name.to_owned(), value.to_owned());
        path = &path[length..];
    }
    (pattern == path).then_some(parts)
}

fn is_date(text: &str) -> bool {
    text.bytes().enumerate().all(|(index, byte)| {
        if index == 4 || index == 7 {
            byte == b'-'
        } else {
            byte.is_ascii_digit()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_their_patterns() {
        #[track_caller]
        fn case(pattern: &str, path: &str, expected: Option<&[(&str, &str)]>) {
            let expected = expected.map(|parts| {
                parts
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect::<NameParts>()
            });
            assert_eq!(match_path(pattern, path), expected, "{pattern} {path}");
        }
        case("triage.yaml", "triage.yaml", Some(&[]));
        case("triage.yaml", "triage.yml", None);
        case(
            "transfers/{department}.yaml",
            "transfers/quality.yaml",
            Some(&[("department", "quality")]),
        );
        case("transfers/{department}.yaml", "transfers/.yaml", None);
        case("transfers/{department}.yaml", "transfers/a/b.yaml", None);
        case(
            "meetings/{date}-{what}.md",
            "meetings/2026-11-23-coordination.md",
            Some(&[("date", "2026-11-23"), ("what", "coordination")]),
        );
        case(
            "meetings/{date}-{what}.md",
            "meetings/coordination.md",
            None,
        );
        case(
            "meetings/{date}-{what}.md",
            "meetings/线索线索-线索.md",
            None,
        );
    }
}
