//! Signed objects taken apart: the bytes that were signed, and the signature, as git itself parts them.
//! It never judges a signature.

use git2::{ObjectType, Oid};

use crate::git::{GitError, Repository};
use crate::time::Timestamp;

/// A commit or a tag, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedObject {
    /// The bytes that the signature is over.
    pub payload: Vec<u8>,
    /// The signature with its first and last line; `None` where there is none.
    pub signature: Option<String>,
    /// When it was committed or tagged, which is when a key had to be valid; 1970 where the object does not say it.
    pub at: Timestamp,
}

/// What begins a signature at the end of a tag.
const BEGINNINGS: [&[u8]; 4] = [
    b"-----BEGIN PGP SIGNATURE-----",
    b"-----BEGIN PGP MESSAGE-----",
    b"-----BEGIN SIGNED MESSAGE-----",
    b"-----BEGIN SSH SIGNATURE-----",
];

impl SignedObject {
    /// Takes a commit's bytes apart: its signature is the header `gpgsig`.
    pub fn of_commit(raw: &[u8]) -> Self {
        let (payload, signature) = without_signatures(raw);
        Self {
            at: moment(&payload, b"committer "),
            payload,
            signature,
        }
    }

    /// Takes a tag's bytes apart: its signature is the end of its message.
    pub fn of_tag(raw: &[u8]) -> Self {
        let mut start = raw.len();
        let mut position = 0;
        for line in raw.split_inclusive(|byte| *byte == b'\n') {
            if BEGINNINGS.iter().any(|begin| line.starts_with(begin)) {
                start = position;
            }
            position += line.len();
        }
        let (payload, _) = without_signatures(&raw[..start]);
        let signature = &raw[start..];
        Self {
            at: moment(&payload, b"tagger "),
            payload,
            signature: (!signature.is_empty())
                .then(|| String::from_utf8_lossy(signature).into_owned()),
        }
    }
}

/// The object without its signature headers, and the signature that they hold.
fn without_signatures(raw: &[u8]) -> (Vec<u8>, Option<String>) {
    #[derive(PartialEq)]
    enum In {
        Nothing,
        Signature,
        /// One by another hash than the object's own; git signs neither over the other.
        Other,
    }
    let mut payload = Vec::with_capacity(raw.len());
    let mut signature: Option<Vec<u8>> = None;
    let mut within = In::Nothing;
    let mut position = 0;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        if line == b"\n" {
            payload.extend_from_slice(&raw[position..]);
            break;
        }
        position += line.len();
        if line[0] != b' ' || within == In::Nothing {
            within = if line.starts_with(b"gpgsig ") {
                let value = &line[b"gpgsig ".len()..];
                signature.get_or_insert_default().extend_from_slice(value);
                In::Signature
            } else if line.starts_with(b"gpgsig") {
                In::Other
            } else {
                payload.extend_from_slice(line);
                In::Nothing
            };
        } else if within == In::Signature {
            signature
                .get_or_insert_default()
                .extend_from_slice(&line[1..]);
        }
    }
    let signature = signature.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (payload, signature)
}

/// The moment that a header of the object tells: `committer NAME <ADDRESS> SECONDS OFFSET`.
fn moment(payload: &[u8], header: &[u8]) -> Timestamp {
    let line = payload
        .split(|byte| *byte == b'\n')
        .take_while(|line| !line.is_empty())
        .find(|line| line.starts_with(header));
    let read = || {
        let text = String::from_utf8_lossy(line?).into_owned();
        let (_, after) = text.rsplit_once('>')?;
        let mut words = after.split_whitespace();
        let seconds: i64 = words.next()?.parse().ok()?;
        let offset: i32 = words.next().and_then(|text| text.parse().ok()).unwrap_or(0);
        let minutes = offset / 100 * 60 + offset % 100;
        Timestamp::from_git(seconds, minutes).or_else(|| Timestamp::from_git(seconds, 0))
    };
    read().unwrap_or_else(Timestamp::epoch)
}

impl Repository {
    /// A commit, taken apart into what was signed and the signature.
    pub fn signed_commit(&self, commit: &str) -> Result<SignedObject, GitError> {
        let raw = self.raw(commit, ObjectType::Commit)?;
        Ok(SignedObject::of_commit(&raw))
    }

    /// An annotated tag, by the id of its own object, taken apart into what was signed and the signature.
    pub fn signed_tag(&self, tag: &str) -> Result<SignedObject, GitError> {
        let raw = self.raw(tag, ObjectType::Tag)?;
        Ok(SignedObject::of_tag(&raw))
    }

    /// The bytes of an object of some kind.
    pub(super) fn raw(&self, id: &str, kind: ObjectType) -> Result<Vec<u8>, GitError> {
        let odb = self.inner.odb()?;
        let object = odb.read(Oid::from_str(id)?)?;
        if object.kind() != kind {
            return Err(GitError::Failed(format!("{id} is no {kind}")));
        }
        Ok(object.data().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::sign::signed_commit;

    const COMMIT: &str = "tree 1\nparent 2\nauthor A <a@b> 5 +0000\ncommitter A <a@b> 1700000000 +0800\n\nclue\n\ngpgsig no header\n";

    #[test]
    fn a_commit_is_parted_where_it_was_joined() {
        let signature = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n";
        let signed = signed_commit(COMMIT.as_bytes(), signature);
        let parted = SignedObject::of_commit(&signed);
        assert_eq!(parted.payload, COMMIT.as_bytes());
        assert_eq!(parted.signature.as_deref(), Some(signature));
        assert_eq!(parted.at.to_string(), "2023-11-15T06:13:20+08:00");
        assert_eq!(SignedObject::of_commit(COMMIT.as_bytes()).signature, None);
    }

    #[test]
    fn what_git_leaves_out_of_the_payload_is_left_out() {
        #[track_caller]
        fn case(raw: &str, payload: &str, signature: Option<&str>) {
            let parted = SignedObject::of_commit(raw.as_bytes());
            assert_eq!(String::from_utf8_lossy(&parted.payload), payload);
            assert_eq!(parted.signature.as_deref(), signature);
        }
        case("a\ngpgsig x\n y\nb\n\nz\n", "a\nb\n\nz\n", Some("x\ny\n"));
        case("a\ngpgsig-sha256 x\n y\nb\n\n", "a\nb\n\n", None);
        case("a\nmergetag o\n p\n\nz", "a\nmergetag o\n p\n\nz", None);
        case("", "", None);
        case("a", "a", None);
    }

    #[test]
    fn the_last_beginning_in_a_tag_begins_its_signature() {
        let text = "object 1\ntagger A <a@b> 1700000000 -0130\n\nhow to:\n-----BEGIN SSH SIGNATURE-----\nx\n";
        let raw = format!("{text}-----BEGIN SSH SIGNATURE-----\ny\n");
        let parted = SignedObject::of_tag(raw.as_bytes());
        assert_eq!(String::from_utf8_lossy(&parted.payload), text);
        assert_eq!(
            parted.signature.as_deref(),
            Some("-----BEGIN SSH SIGNATURE-----\ny\n")
        );
        assert_eq!(parted.at.to_string(), "2023-11-14T20:43:20-01:30");
        assert_eq!(SignedObject::of_tag(b"object 1\n\nx\n").signature, None);
    }
}
