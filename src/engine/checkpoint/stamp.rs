//! Time stamps (RFC 3161) asked for and verified through `openssl`, and fetched through `curl`, where those are installed.
//! What a reply is about is read without them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::checkpoint::stamp::{StampFault, read};
use crate::checkpoint::{Checkpoint, hexadecimal};
use crate::diagnostic::Diagnostic;
use crate::engine::Failure;
use crate::engine::checkpoint::witness::finding;
use crate::files::{DiskFiles, Files};
use crate::git::Repository;
use crate::text::{Bilingual, system_words};

/// The lines that replies are waited for, in the folder that all work trees share.
const WAITING: &str = "clue-checkpoint-requests";

/// Largest reply that is taken, in bytes.
const MAXIMUM: u64 = 1024 * 1024;

/// How long an authority may take, in seconds.
const PATIENCE: &str = "60";

fn failure(en: impl Into<String>, zh: impl Into<String>, remedy: Option<Bilingual>) -> Failure {
    Failure::Environment {
        message: Bilingual::new(en, zh),
        remedy,
    }
}

fn disk(path: &Path, error: &std::io::Error) -> Failure {
    failure(
        format!("{}: {error}", path.display()),
        format!("{}：{}", path.display(), system_words(&error)),
        None,
    )
}

/// Runs a program to its end; the error holds its words.
fn run(command: &mut Command) -> Result<Result<(), String>, Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| {
        failure(
            format!("{name} cannot be run: {error}"),
            format!("无法运行 {name}：{}", system_words(&error)),
            Some(Bilingual::new(
                format!("install {name}; time stamps need it"),
                format!("请安装 {name}，时间戳需要它"),
            )),
        )
    })?;
    if output.status.success() {
        return Ok(Ok(()));
    }
    let said = [output.stderr, output.stdout].concat();
    Ok(Err(String::from_utf8_lossy(&said).trim().to_owned()))
}

fn digest(checkpoint: &Checkpoint) -> [u8; 32] {
    Sha256::digest(checkpoint.stamped()).into()
}

/// Writes a request for a time stamp of a checkpoint's line.
pub(super) fn request(checkpoint: &Checkpoint, path: &Path) -> Result<(), Failure> {
    let mut command = Command::new("openssl");
    command
        .args(["ts", "-query", "-sha256", "-cert", "-digest"])
        .arg(hexadecimal(&digest(checkpoint)))
        .arg("-out")
        .arg(path);
    run(&mut command)?.map_err(|words| {
        failure(
            format!("no request for a time stamp could be made: {words}"),
            format!("无法生成时间戳请求：{words}"),
            None,
        )
    })
}

/// Asks an authority; gives its reply.
pub(super) fn fetch(checkpoint: &Checkpoint, url: &str) -> Result<Vec<u8>, Failure> {
    let folder = Folder::new()?;
    let (asked, answered) = (folder.0.join("request.tsq"), folder.0.join("reply.tsr"));
    request(checkpoint, &asked)?;
    let mut command = Command::new("curl");
    command
        .args(["--silent", "--show-error", "--fail", "--location"])
        .args(["--proto", "=http,https", "--max-time", PATIENCE])
        .args(["--header", "Content-Type: application/timestamp-query"])
        .arg("--data-binary")
        .arg(format!("@{}", asked.display()))
        .arg("--output")
        .arg(&answered)
        .args(["--url", url]);
    run(&mut command)?.map_err(|words| {
        failure(
            format!("the time-stamping authority did not answer: {words}"),
            format!("时间戳服务没有应答：{words}"),
            Some(Bilingual::new(
                "look at the address and the network; --time-stamp-request writes a request that can be sent by other means",
                "请检查地址和网络；--time-stamp-request 可生成请求，用其他方式发送",
            )),
        )
    })?;
    load(&answered)
}

fn load(path: &Path) -> Result<Vec<u8>, Failure> {
    let (folder, name) = (path.parent(), path.file_name());
    let (Some(folder), Some(name)) = (folder, name) else {
        return Err(disk(path, &ErrorKind::InvalidInput.into()));
    };
    // Through the door, which opens no pipe and reads no device.
    let read = DiskFiles::new(folder).read(&name.to_string_lossy(), MAXIMUM);
    match read {
        Ok(Some(bytes)) => Ok(bytes.to_vec()),
        Ok(None) => Err(disk(path, &ErrorKind::NotFound.into())),
        Err(_) => Err(disk(path, &ErrorKind::InvalidData.into())),
    }
}

/// Sees that certificates of authorities are where they were said to be, whether or not anything is stamped.
pub(super) fn authority(path: &Path) -> Result<(), Failure> {
    let told = |why: &str, why_zh: &str| Failure::Usage {
        message: Bilingual::new(
            format!("--authority {}: {why}", path.display()),
            format!("--authority {}：{why_zh}", path.display()),
        ),
        remedy: Some(Bilingual::new(
            "name a file with the certificates (PEM) of the authorities that are believed",
            "请指定存有可信时间戳机构证书（PEM）的文件",
        )),
    };
    let bytes = match load(path) {
        Ok(bytes) => bytes,
        Err(_) if !path.exists() => return Err(told("there is no such file", "没有这个文件")),
        Err(_) => return Err(told("it cannot be read", "无法读取")),
    };
    if String::from_utf8_lossy(&bytes).contains("-----BEGIN ") {
        return Ok(());
    }
    Err(told("it holds no certificate", "其中没有证书"))
}

fn waiting(repository: &Repository) -> PathBuf {
    repository.common_folder().join(WAITING)
}

fn lines(repository: &Repository) -> Result<Vec<String>, Failure> {
    let path = waiting(repository);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(disk(&path, &error)),
    }
}

fn keep(repository: &Repository, lines: &[String]) -> Result<(), Failure> {
    let path = waiting(repository);
    let written = if lines.is_empty() {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    } else {
        fs::write(&path, lines.join("\n") + "\n")
    };
    written.map_err(|error| disk(&path, &error))
}

/// Keeps a line until the reply to its request comes.
pub(super) fn expect(repository: &Repository, checkpoint: &Checkpoint) -> Result<(), Failure> {
    let mut lines = lines(repository)?;
    lines.push(checkpoint.to_string());
    keep(repository, &lines)
}

/// Forgets the line of a checkpoint that was made.
pub(super) fn forget(repository: &Repository, checkpoint: &Checkpoint) -> Result<(), Failure> {
    let mut lines = lines(repository)?;
    let before = lines.len();
    lines.retain(|line| *line != checkpoint.to_string());
    if lines.len() == before {
        return Ok(());
    }
    keep(repository, &lines)
}

/// The checkpoint that a reply is about, of those that a request was written for here.
pub(super) fn answered(
    repository: &Repository,
    path: &Path,
) -> Result<(Checkpoint, Vec<u8>), Failure> {
    let reply = load(path)?;
    let stamp = read(&reply).map_err(unusable)?;
    let mut waiting = lines(repository)?.into_iter();
    let found =
        waiting.find_map(|line| Checkpoint::parse(&line).filter(|one| digest(one) == stamp.digest));
    match found {
        Some(checkpoint) => Ok((checkpoint, reply)),
        None => Err(failure(
            format!(
                "{} replies to no request that was made in this clone",
                path.display()
            ),
            format!("{} 不是对此克隆所作请求的应答", path.display()),
            Some(Bilingual::new(
                "clue checkpoint --time-stamp-request FILE.tsq makes one",
                "请先执行 clue checkpoint --time-stamp-request 文件.tsq",
            )),
        )),
    }
}

fn unusable(fault: StampFault) -> Failure {
    let words = words(fault);
    failure(words.en, words.zh, None)
}

fn words(fault: StampFault) -> Bilingual {
    match fault {
        StampFault::Refused(number) => Bilingual::new(
            format!("the time-stamping authority refused (status {number})"),
            format!("时间戳服务拒绝了请求（状态 {number}）"),
        ),
        StampFault::Digest => Bilingual::new(
            "the time stamp is not over a SHA-256",
            "时间戳所用的摘要不是 SHA-256",
        ),
        StampFault::Malformed => Bilingual::new(
            "the reply of the time-stamping authority cannot be read",
            "时间戳服务的应答无法读取",
        ),
    }
}

/// The moment that a reply states of a checkpoint; one about something else is refused.
pub(super) fn moment(checkpoint: &Checkpoint, reply: &[u8]) -> Result<String, Failure> {
    let stamp = read(reply).map_err(unusable)?;
    if stamp.digest != digest(checkpoint) {
        return Err(failure(
            "the time-stamping authority stamped something else",
            "时间戳所对应的内容不是此检查点",
            None,
        ));
    }
    Ok(stamp.at.to_string())
}

/// Verifies the time stamp of a tag; gives the moment that it states.
pub(super) fn check(
    name: &str,
    checkpoint: &Checkpoint,
    reply: &[u8],
    authority: Option<&Path>,
    found: &mut Vec<Diagnostic>,
) -> Result<Option<String>, Failure> {
    let wrong = |words: Bilingual| {
        finding(
            format!("`{name}`: {}", words.en),
            format!("`{name}`：{}", words.zh),
            "find out who made it, and compare with other clones",
            "请查明由谁制作，并与其他克隆核对",
        )
    };
    let stamp = match read(reply) {
        Ok(stamp) => stamp,
        Err(fault) => {
            found.push(wrong(words(fault)));
            return Ok(None);
        }
    };
    if stamp.digest != digest(checkpoint) {
        found.push(wrong(Bilingual::new(
            "the time stamp is about something else",
            "时间戳所对应的内容不是此检查点",
        )));
        return Ok(None);
    }
    if let Some(authority) = authority {
        let folder = Folder::new()?;
        let path = folder.0.join("reply.tsr");
        fs::write(&path, reply).map_err(|error| disk(&path, &error))?;
        let mut command = Command::new("openssl");
        command
            .args(["ts", "-verify", "-digest"])
            .arg(hexadecimal(&digest(checkpoint)))
            .arg("-in")
            .arg(&path)
            .arg("-CAfile")
            .arg(authority);
        if let Err(said) = run(&mut command)? {
            found.push(wrong(Bilingual::new(
                format!("openssl does not believe the time stamp: {said}"),
                format!("openssl 核验时间戳未通过：{said}"),
            )));
            return Ok(None);
        }
    }
    Ok(Some(stamp.at.to_string()))
}

/// A folder in the system's temporary folder, for as long as it is used.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, Failure> {
        let mut random = [0; 8];
        let temporary = std::env::temp_dir();
        getrandom::fill(&mut random)
            .map_err(|error| disk(&temporary, &std::io::Error::other(error.to_string())))?;
        let path = temporary.join(format!("clue-{:016x}", u64::from_le_bytes(random)));
        fs::create_dir(&path).map_err(|error| disk(&path, &error))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
