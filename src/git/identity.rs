//! Who acts and when, as git itself decides it: environment first, configuration second.

use std::path::PathBuf;

use chrono::{DateTime, FixedOffset};

use crate::git::GitError;
use crate::time::Timestamp;

/// What the environment says of author and committer (`GIT_AUTHOR_NAME` and its five siblings).
#[derive(Clone, Debug, Default)]
pub struct Environment {
    pub author_name: Option<String>,
    pub author_email: Option<String>,
    pub author_date: Option<String>,
    pub committer_name: Option<String>,
    pub committer_email: Option<String>,
    pub committer_date: Option<String>,
    /// `HOME`: what `~` means in git's configuration.
    pub home: Option<PathBuf>,
    /// `GIT_CONFIG_GLOBAL`: the file that stands for the user's own configuration.
    pub global_configuration: Option<PathBuf>,
    /// `GIT_CONFIG_COUNT` with its keys and values: configuration that goes before every file.
    pub configuration: Vec<(String, String)>,
}

/// A name, an address and a moment, as a commit holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub name: String,
    pub email: String,
    pub time: Timestamp,
}

/// Author and committer.
pub(super) fn identities(
    environment: &Environment,
    configured: &dyn Fn(&str) -> Option<String>,
    now: Timestamp,
) -> Result<(Identity, Identity), GitError> {
    let one = |name: &Option<String>, email: &Option<String>, date: &Option<String>| {
        let filled = |text: String| (!text.trim().is_empty()).then_some(text);
        let name = name
            .clone()
            .and_then(filled)
            .or_else(|| configured("user.name").and_then(filled));
        let email = email
            .clone()
            .and_then(filled)
            .or_else(|| configured("user.email").and_then(filled));
        let (Some(name), Some(email)) = (name, email) else {
            return Err(GitError::NoIdentity);
        };
        let time = match date
            .as_deref()
            .map(str::trim)
            .filter(|date| !date.is_empty())
        {
            Some(date) => parse_date(date).ok_or_else(|| GitError::Date(date.to_owned()))?,
            None => now,
        };
        Ok(Identity { name, email, time })
    };
    let author = one(
        &environment.author_name,
        &environment.author_email,
        &environment.author_date,
    )?;
    let committer = one(
        &environment.committer_name,
        &environment.committer_email,
        &environment.committer_date,
    )?;
    Ok((author, committer))
}

/// Reads the date formats that git documents: its own (`1700000000 +0800`), RFC 2822 and ISO 8601.
fn parse_date(text: &str) -> Option<Timestamp> {
    let internal = text.strip_prefix('@').unwrap_or(text);
    if let Some((seconds, offset)) = internal.split_once(' ')
        && let Ok(seconds) = seconds.parse::<i64>()
    {
        let offset = offset.trim();
        let digits = offset
            .strip_prefix(['+', '-'])
            .filter(|digits| digits.len() == 4)?;
        let minutes = digits[..2].parse::<i32>().ok()? * 60 + digits[2..].parse::<i32>().ok()?;
        return Timestamp::from_git(
            seconds,
            if offset.starts_with('-') {
                -minutes
            } else {
                minutes
            },
        );
    }
    let iso = || {
        [
            "%Y-%m-%dT%H:%M:%S%:z",
            "%Y-%m-%dT%H:%M:%S%z",
            "%Y-%m-%d %H:%M:%S %z",
            "%Y-%m-%d %H:%M:%S%:z",
        ]
        .iter()
        .find_map(|format| DateTime::<FixedOffset>::parse_from_str(text, format).ok())
    };
    DateTime::parse_from_rfc3339(text)
        .ok()
        .or_else(|| DateTime::parse_from_rfc2822(text).ok())
        .or_else(iso)
        .map(Timestamp::from_chrono)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_git_reads_them() {
        #[track_caller]
        fn case(text: &str, expected: Option<&str>) {
            assert_eq!(
                parse_date(text).map(|moment| moment.to_string()).as_deref(),
                expected,
                "{text}"
            );
        }
        case("1700000000 +0800", Some("2023-11-15T06:13:20+08:00"));
        case("@1700000000 -0130", Some("2023-11-14T20:43:20-01:30"));
        case(
            "2026-11-23T09:12:00+08:00",
            Some("2026-11-23T09:12:00+08:00"),
        );
        case(
            "2026-11-23 09:12:00 +0800",
            Some("2026-11-23T09:12:00+08:00"),
        );
        case("2026-11-23T01:12:00Z", Some("2026-11-23T01:12:00+00:00"));
        case(
            "Mon, 23 Nov 2026 09:12:00 +0800",
            Some("2026-11-23T09:12:00+08:00"),
        );
        case("yesterday", None);
        case("1700000000 +8", None);
    }

    #[test]
    fn the_environment_goes_before_the_configuration() {
        let now = Timestamp::parse("2026-11-23T09:12:00+08:00").expect("a time");
        let nobody = |_: &str| None;
        assert_eq!(
            identities(&Environment::default(), &nobody, now),
            Err(GitError::NoIdentity)
        );
        let configured = |key: &str| {
            Some(
                if key == "user.name" {
                    "Li"
                } else {
                    "li@example.org"
                }
                .to_owned(),
            )
        };
        let environment = Environment {
            author_email: Some("wu@example.org".to_owned()),
            ..Environment::default()
        };
        let (author, committer) = identities(&environment, &configured, now).expect("identities");
        assert_eq!(
            (author.email.as_str(), committer.email.as_str()),
            ("wu@example.org", "li@example.org")
        );
    }
}
