//! Signing as git does it: `ssh-keygen -Y sign` is called with git's own settings, so that agents and hardware keys work.
//! It signs with SSH only, keeps no key in memory, and never verifies.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64ct::{Base64, Encoding};

use crate::git::{Environment, GitError, Repository, use_configuration};

/// The namespace of git's signatures, so that one that was made for another purpose is none.
pub const NAMESPACE: &str = "git";

/// What signs, by git's settings.
#[derive(Clone, Debug)]
pub struct Signer {
    /// `gpg.ssh.program`, else `ssh-keygen`.
    program: PathBuf,
    key: Key,
    /// Where relative paths of the settings are meant from.
    folder: PathBuf,
}

/// `user.signingKey`.
#[derive(Clone, Debug)]
enum Key {
    /// A private key, or a public one whose private half the agent holds.
    File(PathBuf),
    /// The text of a public key, whose private half the agent holds.
    Literal(String),
}

impl Signer {
    /// Signs bytes; gives the signature with its first and last line, and a line feed at its end.
    pub fn sign(&self, payload: &[u8]) -> Result<String, GitError> {
        // The agent's key has to lie in a file; it is public, and goes away with the folder.
        let kept;
        let mut command = Command::new(&self.program);
        command.args(["-Y", "sign", "-n", NAMESPACE, "-f"]);
        match &self.key {
            Key::File(path) => command.arg(self.folder.join(path)),
            Key::Literal(text) => {
                kept = Passing::with(text.as_bytes())?;
                command.arg(&kept.path).arg("-U")
            }
        };
        command
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let failed = |why: String| GitError::Signing(format!("{}: {why}", self.program.display()));
        let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that ends without reading tells why by its words and its status.
            let _ = stdin.write_all(payload);
        }
        let output = child
            .wait_with_output()
            .map_err(|error| failed(error.to_string()))?;
        let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        if !output.status.success() {
            let words = if words.is_empty() {
                output.status.to_string()
            } else {
                words
            };
            return Err(failed(words));
        }
        let signature = String::from_utf8_lossy(&output.stdout).replace('\r', "");
        let whole = signature.starts_with("-----BEGIN SSH SIGNATURE-----\n")
            && signature.ends_with("\n-----END SSH SIGNATURE-----\n");
        if !whole {
            return Err(failed(format!("this is no signature: {signature}{words}")));
        }
        Ok(signature)
    }

    /// The text of the public key that it signs with; `None` where no file has it.
    pub fn public_key(&self) -> Option<String> {
        let read = |path: &Path| {
            let metadata = std::fs::metadata(path).ok()?;
            let small = metadata.is_file() && metadata.len() < 100_000;
            let text = small
                .then(|| std::fs::read_to_string(path).ok())
                .flatten()?;
            if text.starts_with("-----BEGIN") {
                return None;
            }
            Some(text.trim().to_owned())
        };
        match &self.key {
            Key::Literal(text) => Some(text.trim().to_owned()),
            Key::File(path) => {
                let path = self.folder.join(path);
                let mut beside = path.clone().into_os_string();
                beside.push(".pub");
                read(&path)
                    .or_else(|| read(Path::new(&beside)))
                    .or_else(|| public_half(&path))
            }
        }
    }
}

/// The public half of a private key in OpenSSH's own form: it stands in the clear before the secret, encrypted or not.
fn public_half(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let body = text.strip_prefix("-----BEGIN OPENSSH PRIVATE KEY-----")?;
    let body: String = body
        .chars()
        .take_while(|character| *character != '-')
        .filter(|character| !character.is_ascii_whitespace())
        .collect();
    let bytes = Base64::decode_vec(&body).ok()?;
    let mut rest = bytes.strip_prefix(b"openssh-key-v1\0")?;
    let mut next = |skipped: usize| {
        let (length, after) = rest.get(skipped..)?.split_at_checked(4)?;
        let length = u32::from_be_bytes(length.try_into().ok()?) as usize;
        let (part, after) = after.split_at_checked(length)?;
        rest = after;
        Some(part)
    };
    // Cipher, key derivation and its options; then, behind the number of keys, the public one.
    for _ in 0..3 {
        next(0)?;
    }
    let key = next(4)?;
    let (length, after) = key.split_at_checked(4)?;
    let length = u32::from_be_bytes(length.try_into().ok()?) as usize;
    let kind = std::str::from_utf8(after.get(..length)?).ok()?;
    Some(format!("{kind} {}", Base64::encode_string(key)))
}

/// A file in the system's temporary folder that lives as long as it is used.
struct Passing {
    path: PathBuf,
}

impl Passing {
    fn with(bytes: &[u8]) -> Result<Self, GitError> {
        let failed = |error: std::io::Error| GitError::Signing(error.to_string());
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| GitError::Signing(error.to_string()))?;
        let name = format!("clue-key-{:016x}.pub", u64::from_le_bytes(random));
        let path = std::env::temp_dir().join(name);
        // A name that is there already, if only as a link, is somebody else's.
        let mut file = std::fs::File::options()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(failed)?;
        let passing = Self { path };
        file.write_all(bytes).map_err(failed)?;
        file.write_all(b"\n").map_err(failed)?;
        Ok(passing)
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// git's settings, from the environment first and the files second.
struct Settings<'a> {
    environment: &'a Environment,
    config: git2::Config,
}

impl Settings<'_> {
    fn text(&self, key: &str) -> Option<String> {
        let text = crate::git::configured(self.environment, &self.config, key);
        text.filter(|text| !text.is_empty())
    }

    /// A truth value as git reads it: a key without a value is true.
    fn truth(&self, key: &str) -> Result<bool, GitError> {
        let given = self.environment.configuration.iter().rev();
        let given = given
            .clone()
            .find(|(name, _)| name.eq_ignore_ascii_case(key));
        let text = match given {
            Some((_, value)) => value.clone(),
            None => match self.config.get_entry(key) {
                Ok(entry) if !entry.has_value() => return Ok(true),
                Ok(entry) => String::from_utf8_lossy(entry.value_bytes()).into_owned(),
                Err(_) => return Ok(false),
            },
        };
        git2::Config::parse_bool(text.as_str())
            .map_err(|_| GitError::Setting(format!("{key} = {text}")))
    }

    /// A path as git reads it: `~/` is the home folder.
    fn path(&self, text: &str) -> PathBuf {
        match (text.strip_prefix("~/"), &self.environment.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(text),
        }
    }
}

impl Repository {
    /// Takes from git's settings whether commits are signed (`commit.gpgSign`), and with what.
    ///
    /// From then on every commit that this repository writes is signed. Settings by which it cannot sign are told by the
    /// first commit that is to be written, and stand in the way of nothing else.
    pub fn sign_as_configured(&mut self, environment: &Environment) {
        let wanted = self
            .settings(environment)
            .and_then(|settings| settings.truth("commit.gpgsign"));
        self.signer = match wanted {
            Ok(true) => self.configured_signer(environment).map(Some),
            Ok(false) => Ok(None),
            Err(error) => Err(error),
        };
    }

    /// What signs the commits of this repository, or why they cannot be signed; nothing where they are not to be.
    pub fn signer(&self) -> Result<Option<&Signer>, GitError> {
        self.signer
            .as_ref()
            .map(Option::as_ref)
            .map_err(GitError::clone)
    }

    /// What git's settings say that signs, whether or not commits are signed.
    pub fn configured_signer(&self, environment: &Environment) -> Result<Signer, GitError> {
        let settings = self.settings(environment)?;
        let format = settings
            .text("gpg.format")
            .unwrap_or_else(|| "openpgp".to_owned());
        if format != "ssh" {
            return Err(GitError::SigningFormat(format));
        }
        let key = settings
            .text("user.signingkey")
            .ok_or(GitError::SigningKey)?;
        let literal = key.strip_prefix("key::").or_else(|| {
            // git took this form before it had the other one.
            key.starts_with("ssh-").then_some(key.as_str())
        });
        let key = match literal {
            Some(text) => Key::Literal(text.to_owned()),
            None => Key::File(settings.path(&key)),
        };
        let program = settings.text("gpg.ssh.program");
        Ok(Signer {
            program: settings.path(program.as_deref().unwrap_or("ssh-keygen")),
            key,
            folder: self.work_tree.clone(),
        })
    }

    fn settings<'a>(&self, environment: &'a Environment) -> Result<Settings<'a>, GitError> {
        let mut config = self.inner.config()?;
        use_configuration(&mut config, environment)?;
        Ok(Settings {
            environment,
            config: config.snapshot()?,
        })
    }
}

/// A commit with its signature in it, as git puts it there: a header at the end of the headers.
pub(super) fn signed_commit(commit: &[u8], signature: &str) -> Vec<u8> {
    let end = commit
        .windows(2)
        .position(|pair| pair == b"\n\n")
        .map_or(commit.len(), |position| position + 1);
    let mut signed = commit[..end].to_vec();
    for (index, line) in signature.trim_end_matches('\n').split('\n').enumerate() {
        signed.extend_from_slice(if index == 0 { b"gpgsig " } else { b" " });
        signed.extend_from_slice(line.as_bytes());
        signed.push(b'\n');
    }
    signed.extend_from_slice(&commit[end..]);
    signed
}
