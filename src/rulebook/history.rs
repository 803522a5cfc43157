//! What an organisation asks of its history beside the steps: how far dates may differ, who may change the rules.
//! It reads no history.

use serde::Deserialize;

use crate::rulebook::Keys;

/// What the audit asks for (P2).
#[derive(Debug, Deserialize)]
pub struct History {
    #[serde(default)]
    pub procedure: Keys,
    /// Minutes between the time in the trail and the author date, and between the clocks of different machines.
    #[serde(default = "trail_minutes")]
    pub trail_minutes: u32,
    /// Hours between the author date and the moment of committing.
    #[serde(default = "dating_hours")]
    pub dating_hours: u32,
    #[serde(default)]
    pub changes: Vec<Change>,
}

/// Who may change files that stand beside the clues.
#[derive(Debug, Deserialize)]
pub struct Change {
    #[serde(default)]
    pub procedure: Keys,
    /// Files, and folders with all that lies in them.
    pub paths: Vec<String>,
    pub roles: Vec<String>,
}

fn trail_minutes() -> u32 {
    10
}

fn dating_hours() -> u32 {
    72
}

impl Default for History {
    fn default() -> Self {
        Self {
            procedure: Keys::None,
            trail_minutes: trail_minutes(),
            dating_hours: dating_hours(),
            changes: Vec::new(),
        }
    }
}

impl History {
    /// Who may change a file; the first entry that names it, or a folder that it lies in, decides.
    pub fn change_of(&self, path: &str) -> Option<&Change> {
        self.changes.iter().find(|change| {
            change.paths.iter().any(|own| {
                let own = own.trim_end_matches('/');
                path.strip_prefix(own)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        })
    }
}
