//! A hermetic repository: its own folder, a cleared environment, a clock that ticks, no ambient git configuration.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder with nothing around it, and the person who acts in it.
pub(crate) struct World {
    folder: TempDir,
    minute: Cell<u32>,
    /// The day on which everything happens.
    day: Cell<&'static str>,
}

/// A draft of a report with every hint replaced by a sentence.
pub(crate) fn filled(text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        filled.push_str(before);
        filled.push_str("内容。");
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    filled + rest
}

/// A clue that is complete from the beginning, as the command line takes it.
pub(crate) const FORM: [&str; 11] = [
    "new",
    "--title",
    "建议改进包装",
    "--source",
    "车间",
    "--channel",
    "employee-report",
    "--matter",
    "包装",
    "--description",
    "现有包装易破损",
];

/// What a command did.
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a temporary folder"),
            minute: Cell::new(0),
            day: Cell::new("2026-11-23"),
        }
    }

    /// A repository with an organisation of several people.
    pub(crate) fn with_repository(organisation: &str) -> Self {
        let world = Self::new();
        world.clue("li@example.org", &["init", "."]).ok();
        world.write("organisation.yaml", organisation);
        world.git(&["commit", "--quiet", "-am", "people"]);
        world
    }

    /// A clone by git, for somebody who works beside; their clock goes on from this one's.
    pub(crate) fn cloned(&self) -> Self {
        let clone = Self {
            folder: TempDir::new().expect("a temporary folder"),
            minute: Cell::new(self.minute.get()),
            day: Cell::new(self.day.get()),
        };
        let from = self.path().to_str().expect("a path");
        clone.git(&["clone", "--quiet", from, "."]);
        clone
    }

    /// Collects the clue of [`FORM`]; gives its id.
    #[track_caller]
    pub(crate) fn collect(&self) -> String {
        let out = self.clue("zhao@example.org", &FORM).ok();
        out.lines().next().expect("an id").to_owned()
    }

    /// Goes on another day.
    pub(crate) fn on(&self, day: &'static str) {
        self.day.set(day);
        self.minute.set(0);
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let full = self.path().join(path);
        fs::create_dir_all(full.parent().expect("a folder")).expect("folders");
        fs::write(full, text).expect("a file");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    #[track_caller]
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from:?}:\n{text}");
        self.write(path, &text.replacen(from, to, 1));
    }

    fn environment(&self, command: &mut Command, email: &str) {
        self.minute.set(self.minute.get() + 1);
        let minute = self.minute.get();
        let date = format!(
            "{}T{:02}:{:02}:00+08:00",
            self.day.get(),
            8 + minute / 60,
            minute % 60
        );
        command
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path().join(".nowhere"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_NAME", "某人")
            .env("GIT_AUTHOR_EMAIL", email)
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", "某人")
            .env("GIT_COMMITTER_EMAIL", email)
            .env("GIT_COMMITTER_DATE", &date)
            .stdin(Stdio::null());
    }

    /// Runs the program as the person with an e-mail address.
    pub(crate) fn clue(&self, email: &str, arguments: &[&str]) -> Ran {
        self.clue_in("en", email, arguments)
    }

    /// The same, answering in a language.
    pub(crate) fn clue_in(&self, language: &str, email: &str, arguments: &[&str]) -> Ran {
        let language = ["--lang", language];
        Ran::of(&mut self.started(email, &[&language, arguments].concat()))
    }

    /// The program as somebody starts it who asks for no language, not yet started.
    pub(crate) fn plain_program(&self, email: &str, arguments: &[&str]) -> Command {
        self.started(email, arguments)
    }

    /// The program as the person with an e-mail address would start it, not yet started.
    pub(crate) fn program(&self, email: &str, arguments: &[&str]) -> Command {
        self.started(email, &[&["--lang", "en"], arguments].concat())
    }

    fn started(&self, email: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clue"));
        self.environment(&mut command, email);
        command.args(arguments);
        command
    }

    /// Runs git and gives what it prints.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        self.environment(&mut command, "li@example.org");
        let ran = Ran::new(command.args(arguments).output().expect("git runs"));
        assert_eq!(ran.status, 0, "git {arguments:?}: {}", ran.err);
        ran.out
    }

    /// Runs a line as a person types it into a shell, in a folder below this one; gives all that it prints.
    ///
    /// Who acts is left to git's configuration in the home folder.
    pub(crate) fn shell(&self, folder: &str, language: &str, line: &str) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_clue"));
        let mut path = program.parent().expect("a folder").as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let mut command = Command::new("sh");
        self.environment(&mut command, "");
        for name in ["AUTHOR", "COMMITTER"] {
            command
                .env_remove(format!("GIT_{name}_NAME"))
                .env_remove(format!("GIT_{name}_EMAIL"));
        }
        command
            .env_remove("GIT_CONFIG_GLOBAL")
            .env("PATH", path)
            .env("CLUE_LANG", language)
            .current_dir(self.path().join(folder.trim_start_matches('/')))
            .args(["-c", &format!("{line} 2>&1")]);
        let ran = Ran::new(command.output().expect("a shell"));
        ran.out + &ran.err
    }

    /// Runs git with a text on its standard input.
    #[track_caller]
    pub(crate) fn git_with(&self, arguments: &[&str], input: &str) -> String {
        use std::io::Write;
        let mut command = Command::new("git");
        self.environment(&mut command, "li@example.org");
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("git runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(input.as_bytes()).expect("git reads");
        drop(stdin);
        let ran = Ran::new(child.wait_with_output().expect("git ends"));
        assert_eq!(ran.status, 0, "git {arguments:?}: {}", ran.err);
        ran.out
    }

    /// Puts a text into git's object store; gives its id.
    #[track_caller]
    pub(crate) fn blob(&self, text: &str) -> String {
        let id = self.git_with(&["hash-object", "-w", "--stdin"], text);
        id.trim().to_owned()
    }

    /// Every file below the folder with its bytes, git's own included: to see that nothing changed.
    pub(crate) fn everything(&self) -> Vec<(PathBuf, Vec<u8>)> {
        fn below(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
            let mut paths: Vec<_> = fs::read_dir(folder)
                .expect("a folder")
                .map(|entry| entry.expect("an entry").path())
                .collect();
            paths.sort();
            for path in paths {
                if path.is_dir() {
                    below(&path, found);
                } else if path.file_name().is_some_and(|name| name != "clue.lock") {
                    let bytes = fs::read(&path).unwrap_or_default();
                    found.push((path, bytes));
                }
            }
        }
        let mut found = Vec::new();
        below(self.path(), &mut found);
        found
    }
}

impl Ran {
    /// Runs a program to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::new(command.output().expect("the program runs"))
    }

    pub(crate) fn new(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The output of a command that must have worked.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.status, 0, "{}{}", self.out, self.err);
        self.out
    }

    /// The errors of a command that must have ended with a status.
    #[track_caller]
    pub(crate) fn fails(self, status: i32) -> String {
        assert_eq!(self.status, status, "{}{}", self.out, self.err);
        self.err
    }
}
