//! The merge driver as git knows it: a command in the repository's own configuration, and an attribute of paths.
//! It never touches the user's configuration, and never runs the driver.

use std::path::Path;

use git2::{AttrCheckFlags, AttrValue, ConfigLevel, ErrorCode};

use crate::git::{GitError, Repository};

/// The name that attributes know the driver by: `merge=clue`.
pub const MERGE_DRIVER: &str = "clue";

impl Repository {
    /// The command that git runs for paths with `merge=clue`; `None` where none is registered.
    pub fn merge_driver(&self) -> Result<Option<String>, GitError> {
        let config = self.inner.config()?.snapshot()?;
        match config.get_str(&format!("merge.{MERGE_DRIVER}.driver")) {
            Ok(command) => Ok(Some(command.to_owned())),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Registers a program as the driver, in the configuration of this repository alone.
    pub fn register_merge_driver(&self, program: &str) -> Result<(), GitError> {
        let mut config = self.inner.config()?.open_level(ConfigLevel::Local)?;
        let of = |key: &str| format!("merge.{MERGE_DRIVER}.{key}");
        config.set_str(&of("name"), "clue: records by what they say")?;
        let command = format!(
            "{} merge-driver %O %A %B --marker-size %L --path %P",
            quoted(program)
        );
        config.set_str(&of("driver"), &command)?;
        Ok(())
    }

    /// Whether git's attributes give a path, below the work tree, to the driver.
    pub fn is_merged_by_driver(&self, path: &str) -> Result<bool, GitError> {
        let value =
            self.inner
                .get_attr(Path::new(path), "merge", AttrCheckFlags::FILE_THEN_INDEX)?;
        Ok(AttrValue::from_string(value) == AttrValue::String(MERGE_DRIVER))
    }
}

/// The program that a command of the configuration begins with.
pub fn program_of(command: &str) -> String {
    match command.strip_prefix('\'') {
        Some(rest) => {
            let end = rest.rfind('\'').unwrap_or(rest.len());
            rest[..end].replace("'\\''", "'")
        }
        None => command.split(' ').next().unwrap_or_default().to_owned(),
    }
}

/// A program as a shell takes it: git runs the driver through one, on Windows too. Per cent signs are git's own.
fn quoted(program: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-+:".contains(character);
    let program = program.replace('\\', "/");
    if program.chars().all(plain) {
        return program;
    }
    format!("'{}'", program.replace('\'', "'\\''").replace('%', "%%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_quoted_and_read_back() {
        for (program, command) in [
            ("clue", "clue"),
            ("/usr/local/bin/clue", "/usr/local/bin/clue"),
            ("/opt/a b/clue", "'/opt/a b/clue'"),
            ("/opt/it's/线索", "'/opt/it'\\''s/线索'"),
        ] {
            assert_eq!(quoted(program), command);
            assert_eq!(program_of(&format!("{command} merge-driver %O")), program);
        }
    }
}
