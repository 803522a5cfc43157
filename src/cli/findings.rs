//! The formats of findings, which every command that judges offers alike.

use std::path::Path;

use clap::ValueEnum;

use crate::engine::prefix_of;
use crate::report::{self, Reported};
use crate::text::Language;

/// Text for people, data for programs, and what code hosts read.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FindingsFormat {
    Text,
    Json,
    Sarif,
    Github,
    Gitlab,
}

impl FindingsFormat {
    /// Findings in a format for programs; `root` is the clue repository's folder. The text of findings differs with the
    /// command, and is empty here.
    pub(super) fn write(
        self,
        reported: &[Reported<'_>],
        root: &Path,
        language: Language,
    ) -> String {
        let prefix = || prefix_of(root);
        match self {
            Self::Text => String::new(),
            Self::Json => format!("{:#}\n", report::json_of(reported, language)),
            Self::Sarif => format!("{:#}\n", report::sarif(reported, &prefix(), language)),
            Self::Github => report::github(reported, &prefix(), language),
            Self::Gitlab => format!("{:#}\n", report::gitlab(reported, &prefix(), language)),
        }
    }
}
