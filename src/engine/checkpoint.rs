//! Checkpoints made: what HEAD's commit holds, as a signed tag and as a line that can be kept elsewhere.
//! It reads trees and not the disk, and never moves a tag or a branch.

mod memory;
mod stamp;
mod verify;
mod witness;

use std::path::PathBuf;

use crate::checkpoint::{Checkpoint, Manifest, TAGS, VERSION, belongs};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::engine::{Engine, Failure, environment};
use crate::files::join;
use crate::git::{Environment, GitError, Identity, Repository, SignedObject, Signer};
use crate::record::Organisation;
use crate::signature::Signers;
use crate::text::Bilingual;
use crate::time::Timestamp;
use crate::world::MAXIMUM_RECORD;
use crate::yaml;

use witness::Witness;

pub use verify::{Checked, Verified};

/// How a checkpoint is to be made.
#[derive(Clone, Debug, Default)]
pub struct CheckpointRequest {
    /// Without a signature.
    pub unsigned: bool,
    /// With the time stamp of an authority.
    pub stamp: Option<StampRequest>,
}

/// Where a time stamp comes from.
#[derive(Clone, Debug)]
pub enum StampRequest {
    /// It is fetched from here.
    Url(String),
    /// It is the reply to an earlier request, in this file.
    Reply(PathBuf),
}

/// A checkpoint that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The tag's name.
    pub name: String,
    /// The id of the tag's object.
    pub tag: String,
    pub checkpoint: Checkpoint,
    /// Who signed it, by key in `organisation.yaml`.
    pub signed_by: Option<String>,
    /// The moment that the time stamp states.
    pub stamped_at: Option<String>,
}

impl Engine {
    /// Makes a checkpoint of HEAD's commit: a signed tag. What is on the disk and not committed is not looked at.
    pub fn checkpoint(
        &self,
        request: &CheckpointRequest,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<Made, Failure> {
        let repository = self.repository()?;
        let tagger = self.tagger(&repository, environment, now)?;
        let signer = if request.unsigned {
            None
        } else {
            Some(configured(&repository, environment)?)
        };
        let (checkpoint, stamp) = match &request.stamp {
            None => (self.state(&repository, tagger.time)?, None),
            Some(StampRequest::Url(url)) => {
                let checkpoint = self.state(&repository, tagger.time)?;
                let reply = stamp::fetch(&checkpoint, url)?;
                (checkpoint, Some(reply))
            }
            Some(StampRequest::Reply(path)) => {
                let (checkpoint, reply) = stamp::answered(&repository, path)?;
                let mut found = Vec::new();
                Witness::new(self, &repository)?.holds(None, &checkpoint, &mut found)?;
                if !found.is_empty() {
                    return Err(Failure::Findings(found));
                }
                (checkpoint, Some(reply))
            }
        };
        let stamped_at = match &stamp {
            Some(reply) => Some(stamp::moment(&checkpoint, reply)?),
            None => None,
        };
        let name = self.free_tag(&repository, tagger.time)?;
        let message = checkpoint.message(stamp.as_deref());
        let commit = &checkpoint.commit;
        let bytes = repository.make_tag(&name, commit, &tagger, &message, signer.as_ref())?;
        let signed_by = match signer {
            Some(_) => Some(self.own_signature(&repository, commit, &bytes)?),
            None => None,
        };
        let tag = repository.put_tag(&name, &bytes)?;
        let made = Made {
            name,
            tag,
            checkpoint,
            signed_by,
            stamped_at,
        };
        memory::remember(&repository, &made.name, &made.tag, &made.checkpoint)?;
        stamp::forget(&repository, &made.checkpoint)?;
        Ok(made)
    }

    /// Writes a request for a time stamp of HEAD's commit, for an authority that is asked by other means.
    ///
    /// The line is kept in git's folder until the reply to it comes.
    pub fn request_time_stamp(
        &self,
        path: &std::path::Path,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<Checkpoint, Failure> {
        let repository = self.repository()?;
        let tagger = self.tagger(&repository, environment, now)?;
        let checkpoint = self.state(&repository, tagger.time)?;
        stamp::request(&checkpoint, path)?;
        stamp::expect(&repository, &checkpoint)?;
        Ok(checkpoint)
    }

    /// The manifest of a commit (HEAD's): every file of the clue repository with its SHA-256.
    pub fn manifest(&self, revision: Option<&str>) -> Result<Manifest, Failure> {
        let repository = self.repository()?;
        let commit = match revision {
            Some(revision) => repository
                .resolve(revision)?
                .ok_or_else(|| Failure::Usage {
                    message: Bilingual::new(
                        format!("there is no commit `{revision}`"),
                        format!("没有 `{revision}` 这个提交"),
                    ),
                    remedy: Some(Bilingual::new(
                        "git log shows the commits",
                        "git log 可查看提交",
                    )),
                })?,
            None => head_of(&repository)?,
        };
        self.manifest_of(&repository, &commit)
    }

    fn manifest_of(&self, repository: &Repository, commit: &str) -> Result<Manifest, Failure> {
        let prefix = repository.prefix(&self.root);
        let files = repository.tree_files(commit, &prefix, &|name| belongs(VERSION, name))?;
        let blobs: Vec<[u8; 20]> = files.iter().map(|file| file.id).collect();
        let digests = repository.digests(&blobs)?;
        let files = files.into_iter().map(|file| file.path).zip(digests);
        Ok(Manifest {
            files: files.collect(),
        })
    }

    /// What HEAD's commit holds, at this moment.
    fn state(&self, repository: &Repository, at: Timestamp) -> Result<Checkpoint, Failure> {
        if repository.is_shallow() {
            return Err(shallow());
        }
        let commit = head_of(repository)?;
        let manifest = self.manifest_of(repository, &commit)?;
        Ok(Checkpoint {
            version: VERSION,
            at,
            commits: repository.count_commits(&commit, None)?,
            commit,
            clues: manifest.clues(),
            records: manifest.records(),
            manifest: manifest.digest(),
        })
    }

    /// Who makes the tag: the committer, on the organisation's clock.
    fn tagger(
        &self,
        repository: &Repository,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<Identity, Failure> {
        let now = now.in_zone(self.zone());
        Ok(repository.identities(environment, now)?.1)
    }

    fn zone(&self) -> chrono_tz::Tz {
        let zone = &self.world.organisation.time_zone;
        zone.parse().unwrap_or(chrono_tz::Tz::UTC)
    }

    /// The day, with a number behind it where the day has a checkpoint already, or had one that is gone.
    fn free_tag(&self, repository: &Repository, at: Timestamp) -> Result<String, Failure> {
        let day = at.in_zone(self.zone()).date();
        let mut taken: Vec<String> = memory::read(repository)?
            .entries
            .into_iter()
            .map(|entry| entry.name)
            .collect();
        let tags = repository.tags(TAGS)?;
        taken.extend(tags.into_iter().map(|tag| tag.name));
        let names = std::iter::once(format!("{TAGS}{day}"))
            .chain((2..).map(|number: usize| format!("{TAGS}{day}-{number}")));
        let free = names.into_iter().find(|name| !taken.contains(name));
        free.ok_or_else(|| environment("no name is left", "没有可用的名称"))
    }

    /// Who signed the tag that is about to be made; one that would not verify is not made.
    fn own_signature(
        &self,
        repository: &Repository,
        commit: &str,
        bytes: &[u8],
    ) -> Result<String, Failure> {
        let parted = SignedObject::of_tag(bytes);
        let organisation = self.organisation_at(repository, commit)?;
        let verdict = match (&organisation, &parted.signature) {
            (Some(organisation), Some(signature)) => {
                Signers::of(organisation).verify(&parted.payload, signature, parted.at)
            }
            _ => crate::signature::Verdict::Malformed,
        };
        if let (true, Some(person)) = (verdict.is_good(), verdict.person()) {
            return Ok(person.to_owned());
        }
        let message = verdict.message();
        let found = Diagnostic::new(
            Code::StepSignature,
            Place::file("organisation.yaml"),
            format!(
                "the checkpoint would not verify: its signature {}",
                message.en
            ),
            format!("检查点将无法核验：其签名{}", message.zh),
        )
        .remedy(
            "put your public key under keys of yourself in organisation.yaml and commit it",
            "请把您的公钥登记在 organisation.yaml 中本人的 keys 下并提交",
        )
        .procedure("P2");
        Err(Failure::Findings(vec![found]))
    }

    /// The organisation as a commit has it; nothing where it cannot be read there.
    pub fn organisation_at(
        &self,
        repository: &Repository,
        commit: &str,
    ) -> Result<Option<Organisation>, Failure> {
        const PATH: &str = "organisation.yaml";
        let prefix = repository.prefix(&self.root);
        let path = if prefix.is_empty() {
            PATH.to_owned()
        } else {
            join(&prefix, PATH)
        };
        let Some(bytes) = repository.read_blob(commit, &path, MAXIMUM_RECORD)? else {
            return Ok(None);
        };
        let (document, _) = yaml::parse(PATH, &bytes);
        Ok(document.and_then(|document| serde_json::from_value(document.root.to_json()).ok()))
    }
}

fn head_of(repository: &Repository) -> Result<String, Failure> {
    let head = repository.head()?;
    head.commit()
        .map(str::to_owned)
        .ok_or_else(|| environment("there is no commit yet", "还没有任何提交"))
}

fn shallow() -> Failure {
    Failure::Environment {
        message: Bilingual::new(
            "the history here was cut off when it was cloned, and cannot be counted",
            "此处的历史在克隆时被截断，无法计数",
        ),
        remedy: Some(Bilingual::new(
            "git fetch --unshallow",
            "请执行 git fetch --unshallow",
        )),
    }
}

/// What signs, or what to do so that something does.
fn configured(repository: &Repository, environment: &Environment) -> Result<Signer, Failure> {
    let signer = repository.configured_signer(environment);
    signer.map_err(|error| match error {
        GitError::SigningFormat(_) | GitError::SigningKey => Failure::Environment {
            message: Bilingual::new(
                "a checkpoint is signed, and git is not set to sign with an SSH key",
                "检查点须签名，而 git 没有设置 SSH 签名密钥",
            ),
            remedy: Some(Bilingual::new(
                "git config gpg.format ssh; git config user.signingKey ~/.ssh/id_ed25519.pub; --unsigned makes one that anybody could have made",
                "请执行 git config gpg.format ssh 和 git config user.signingKey ~/.ssh/id_ed25519.pub；--unsigned 可生成无签名的检查点，但任何人都能伪造",
            )),
        },
        other => other.into(),
    })
}
