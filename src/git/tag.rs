//! Annotated tags, and what they are held against: ancestors, counts of commits, every file of a tree with its SHA-256.
//! A tag that is there is never moved.

use git2::{ErrorCode, ObjectType, Oid, Tree};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::git::{GitError, Identity, ObjectId, Range, Repository, Signer};

/// How many files one thread hashes before it takes more.
const SHARE: usize = 256;

/// A tag as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagReference {
    /// Its name below `refs/tags/`.
    pub name: String,
    /// The id of what it names: the tag's own object, where it is annotated.
    pub id: String,
    /// What an annotated tag says; nothing where it is not annotated, or where its object is not here.
    pub tag: Option<Tag>,
}

/// What an annotated tag says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The name that it was made under.
    pub name: String,
    /// The id of what is tagged.
    pub target: String,
    /// The message, without a signature.
    pub message: String,
}

/// A file of a commit's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// Path below the folder that was asked for; not always text.
    pub path: Vec<u8>,
    /// The blob's id.
    pub id: [u8; 20],
}

impl Repository {
    /// Every tag whose name begins so, in the order of names.
    pub fn tags(&self, beginning: &str) -> Result<Vec<TagReference>, GitError> {
        let mut found = Vec::new();
        for reference in self
            .inner
            .references_glob(&format!("refs/tags/{beginning}*"))?
        {
            let reference = reference?;
            let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
            let Some(id) = reference.target() else {
                continue;
            };
            found.push(TagReference {
                name: name.trim_start_matches("refs/tags/").to_owned(),
                tag: self.tag(&id.to_string())?,
                id: id.to_string(),
            });
        }
        found.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(found)
    }

    /// What the annotated tag with this id says; nothing where there is none.
    pub fn tag(&self, id: &str) -> Result<Option<Tag>, GitError> {
        let tag = match self.inner.find_tag(Oid::from_str(id)?) {
            Ok(tag) => tag,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let payload = self.signed_tag(id)?.payload;
        let text = String::from_utf8_lossy(&payload).into_owned();
        let message = text.split_once("\n\n").map_or("", |(_, message)| message);
        Ok(Some(Tag {
            name: String::from_utf8_lossy(tag.name_bytes()).into_owned(),
            target: tag.target_id().to_string(),
            message: message.to_owned(),
        }))
    }

    /// Makes the bytes of an annotated tag of a commit, signed where somebody signs.
    pub fn make_tag(
        &self,
        name: &str,
        commit: &str,
        tagger: &Identity,
        message: &str,
        signer: Option<&Signer>,
    ) -> Result<Vec<u8>, GitError> {
        let (time, offset) = (tagger.time.seconds(), tagger.time.offset_minutes());
        // What would end the header or the address is left out, as git leaves it out.
        let plain = |text: &str| -> String { text.replace(['<', '>', '\n', '\r', '\0'], "") };
        let sign = if offset < 0 { '-' } else { '+' };
        let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
        let mut bytes = format!(
            "object {commit}\ntype commit\ntag {name}\ntagger {} <{}> {time} {sign}{hours:02}{minutes:02}\n\n{message}",
            plain(tagger.name.trim()),
            plain(tagger.email.trim())
        )
        .into_bytes();
        if let Some(signer) = signer {
            let signature = signer.sign(&bytes)?;
            bytes.extend_from_slice(signature.as_bytes());
        }
        Ok(bytes)
    }

    /// Puts a tag in its place, where none of that name is there; gives the id of its object.
    pub fn put_tag(&self, name: &str, bytes: &[u8]) -> Result<String, GitError> {
        let id = self.inner.odb()?.write(ObjectType::Tag, bytes)?;
        let reference = format!("refs/tags/{name}");
        self.inner.reference(&reference, id, false, "checkpoint")?;
        Ok(id.to_string())
    }

    /// Whether a commit is there.
    pub fn has_commit(&self, commit: &str) -> bool {
        ObjectId::parse(commit).is_some_and(|id| self.commit_facts(id).is_ok())
    }

    /// Whether a commit is another one or in its history.
    pub fn is_in_history(&self, commit: &str, of: &str) -> Result<bool, GitError> {
        let (commit, of) = (Oid::from_str(commit)?, Oid::from_str(of)?);
        self.is_ancestor(ObjectId::from_git(commit), ObjectId::from_git(of))
    }

    /// The last commit that the histories of two commits have in common.
    pub fn common(&self, one: &str, other: &str) -> Result<Option<String>, GitError> {
        let ids = [Oid::from_str(one)?, Oid::from_str(other)?];
        if let Ok(commit) = self.inner.merge_base(ids[0], ids[1]) {
            return Ok(Some(commit.to_string()));
        }
        let bases = self.merge_bases(&ids.map(ObjectId::from_git))?;
        Ok(bases.first().map(ToString::to_string))
    }

    /// How many commits the history of a commit has, itself included, beyond that of an earlier one.
    pub fn count_commits(&self, commit: &str, beyond: Option<&str>) -> Result<usize, GitError> {
        let id = |text: &str| Ok::<_, GitError>(ObjectId::from_git(Oid::from_str(text)?));
        let range = Range {
            from: vec![id(commit)?],
            without: beyond.map(id).transpose()?.into_iter().collect(),
        };
        Ok(self.commits(&range)?.len())
    }

    /// The commit that stands in a rewritten history for one that is not in it: by the same author at the same second.
    pub fn counterpart(&self, commit: &str, of: &str) -> Result<Option<String>, GitError> {
        let id = |text: &str| Ok::<_, GitError>(ObjectId::from_git(Oid::from_str(text)?));
        let lost = self.commit_facts(id(commit)?)?;
        let range = Range {
            from: vec![id(of)?],
            without: vec![lost.id],
        };
        for id in self.commits(&range)?.into_iter().rev() {
            let other = self.commit_facts(id)?;
            if other.author.time == lost.author.time && other.author.email == lost.author.email {
                return Ok(Some(other.id.to_string()));
            }
        }
        Ok(None)
    }

    /// Whether the history was cut off when it was fetched.
    pub fn is_shallow(&self) -> bool {
        self.inner.is_shallow()
    }

    /// Every file below a folder of a commit's tree whose path `wanted` takes; symbolic links are files that say where to.
    ///
    /// `wanted` is asked about each name directly in the folder. A submodule's files lie in another repository.
    pub fn tree_files(
        &self,
        commit: &str,
        folder: &str,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<TreeFile>, GitError> {
        let root = self.tree_of(Oid::from_str(commit)?)?;
        let top = if folder.is_empty() {
            root
        } else {
            match root.get_path(std::path::Path::new(folder)) {
                Ok(entry) if entry.kind() == Some(ObjectType::Tree) => {
                    self.inner.find_tree(entry.id())?
                }
                Ok(_) => return Ok(Vec::new()),
                Err(error) if error.code() == ErrorCode::NotFound => return Ok(Vec::new()),
                Err(error) => return Err(error.into()),
            }
        };
        let mut found = Vec::new();
        self.descend(&top, b"", &mut found, Some(wanted))?;
        Ok(found)
    }

    fn descend(
        &self,
        tree: &Tree<'_>,
        above: &[u8],
        found: &mut Vec<TreeFile>,
        wanted: Option<&dyn Fn(&str) -> bool>,
    ) -> Result<(), GitError> {
        for entry in tree {
            let name = entry.name_bytes();
            if wanted.is_some_and(|wanted| !wanted(&String::from_utf8_lossy(name))) {
                continue;
            }
            let mut path = above.to_vec();
            path.extend_from_slice(name);
            match entry.kind() {
                Some(ObjectType::Tree) => {
                    path.push(b'/');
                    let inner = self.inner.find_tree(entry.id())?;
                    self.descend(&inner, &path, found, None)?;
                }
                Some(ObjectType::Blob) => {
                    let mut id = [0; 20];
                    id.copy_from_slice(entry.id().as_bytes());
                    found.push(TreeFile { path, id });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The SHA-256 of the content of blobs, in their order; several threads read.
    pub fn digests(&self, blobs: &[[u8; 20]]) -> Result<Vec<[u8; 32]>, GitError> {
        let folder = self.inner.path().to_owned();
        let shares: Vec<Vec<[u8; 32]>> = blobs
            .par_chunks(SHARE)
            .map(|share| {
                let inner = git2::Repository::open(&folder)?;
                let odb = inner.odb()?;
                share
                    .iter()
                    .map(|id| {
                        let object = odb.read(Oid::from_bytes(id)?)?;
                        Ok(Sha256::digest(object.data()).into())
                    })
                    .collect::<Result<_, GitError>>()
            })
            .collect::<Result<_, GitError>>()?;
        Ok(shares.concat())
    }
}
