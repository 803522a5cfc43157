//! SSH signatures judged by the organisation's keys, as git and `ssh-keygen` judge them by a file of allowed signers.
//! Pure: bytes, an organisation and a moment come in, a verdict comes out. It calls no program and holds no secret.

mod key;

use base64ct::{Base64, Encoding};
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use ssh_encoding::Decode;
use ssh_key::{PublicKey, SshSig};

pub use key::{ALGORITHMS, KeyFault, fingerprint, parse_key};

use crate::git::NAMESPACE;
use crate::record::{Addresses, Organisation};
use crate::signature::key::{RSA_BITS, rsa_bits};
use crate::text::Bilingual;
use crate::time::Timestamp;

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "\n-----END SSH SIGNATURE-----";

/// What a signature is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// By a key of the person, valid at the time.
    Good { person: String },
    /// By a key of the person that was not valid yet.
    TooEarly { person: String },
    /// By a key of the person that was not valid any more, or that of a person who had left.
    TooLate { person: String },
    /// By a key that is nobody's; its SHA-256 as `ssh-keygen -l` shows it.
    UnknownKey { fingerprint: String },
    /// It does not belong to these bytes.
    Bad,
    /// It was made for another purpose than git's.
    OtherPurpose { namespace: String },
    /// It is none of SSH, or of a kind of key that is not known here.
    Unsupported { what: String },
    /// It is no signature at all.
    Malformed,
}

impl Verdict {
    /// Whether the signature is good.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Good { .. })
    }

    /// Whose key it is, valid or not.
    pub fn person(&self) -> Option<&str> {
        match self {
            Self::Good { person } | Self::TooEarly { person } | Self::TooLate { person } => {
                Some(person)
            }
            _ => None,
        }
    }

    /// What that means, as the end of a sentence about a signature.
    pub fn message(&self) -> Bilingual {
        match self {
            Self::Good { person } => Bilingual::new(
                format!("is good, by a key of {person}"),
                format!("有效，由 {person} 的密钥签署"),
            ),
            Self::TooEarly { person } => Bilingual::new(
                format!("is by a key of {person} that was not valid yet"),
                format!("由 {person} 的密钥签署，但当时尚未生效"),
            ),
            Self::TooLate { person } => Bilingual::new(
                format!("is by a key of {person} that was not valid any more"),
                format!("由 {person} 的密钥签署，但当时已经失效"),
            ),
            Self::UnknownKey { fingerprint } => Bilingual::new(
                format!("is by a key that is nobody's in organisation.yaml: {fingerprint}"),
                format!("所用密钥不属于 organisation.yaml 中的任何人：{fingerprint}"),
            ),
            Self::Bad => Bilingual::new(
                "does not belong to what is signed: one of the two was changed",
                "与所签内容不符：内容或签名被改动过",
            ),
            Self::OtherPurpose { namespace } => Bilingual::new(
                format!("was made for another purpose than git's: {namespace}"),
                format!("不是为 git 所作，而是用于 {namespace}"),
            ),
            Self::Unsupported { what } => Bilingual::new(
                format!("is of a kind that clue does not know: {what}"),
                format!("是 clue 不支持的种类：{what}"),
            ),
            Self::Malformed => Bilingual::new("cannot be read", "无法读取"),
        }
    }
}

/// A key of a person, with the first and the last second at which it is valid.
struct Known {
    person: String,
    key: PublicKey,
    from: Option<i64>,
    until: Option<i64>,
}

/// The keys of an organisation's people, read once for many signatures.
pub struct Signers {
    known: Vec<Known>,
}

impl Signers {
    /// Takes every key that can be read; what is wrong with the others is told by the check.
    pub fn of(organisation: &Organisation) -> Self {
        let zone = organisation.time_zone.parse().unwrap_or(Tz::UTC);
        let mut known = Vec::new();
        for (person, own) in &organisation.people {
            for one in &own.keys {
                let day = |text: &Option<String>| {
                    let parse = |text: &String| NaiveDate::parse_from_str(text, "%Y-%m-%d");
                    text.as_ref().map(parse).transpose()
                };
                // A day that is no day limits nothing that could be told: such a key is valid at no time.
                let (Ok(key), Ok(from), Ok(until), Ok(left)) = (
                    parse_key(&one.key),
                    day(&one.from),
                    day(&one.until),
                    day(&own.until),
                ) else {
                    continue;
                };
                let until = [until, left].into_iter().flatten().min();
                known.push(Known {
                    person: person.clone(),
                    key,
                    from: from.map(|day| begin_of(zone, day)),
                    until: until
                        .and_then(|day| day.checked_add_days(Days::new(1)))
                        .map(|day| begin_of(zone, day) - 1),
                });
            }
        }
        Self { known }
    }

    /// Judges a signature of bytes; `at` is when they were committed or tagged.
    pub fn verify(&self, payload: &[u8], armored: &str, at: Timestamp) -> Verdict {
        let signature = match dearmored(armored) {
            Ok(signature) => signature,
            Err(verdict) => return verdict,
        };
        if signature.namespace() != NAMESPACE {
            return Verdict::OtherPurpose {
                namespace: signature.namespace().to_owned(),
            };
        }
        if let Some(bits) = rsa_bits(signature.public_key())
            && !RSA_BITS.contains(&bits)
        {
            return Verdict::Unsupported {
                what: format!("RSA, {bits} bits"),
            };
        }
        let key = PublicKey::from(signature.public_key().clone());
        if key.verify(NAMESPACE, payload, &signature).is_err() {
            return Verdict::Bad;
        }
        self.standing(&key, at)
    }

    /// What a signature by this key at this time is worth, if it belongs to its bytes.
    pub fn standing(&self, key: &PublicKey, at: Timestamp) -> Verdict {
        let at = at.seconds();
        let mut verdict = Verdict::UnknownKey {
            fingerprint: fingerprint(key),
        };
        let own = |known: &&Known| known.key.key_data() == key.key_data();
        for known in self.known.iter().filter(own) {
            let person = known.person.clone();
            if known.from.is_some_and(|from| at < from) {
                verdict = Verdict::TooEarly { person };
            } else if known.until.is_some_and(|until| at > until) {
                verdict = Verdict::TooLate { person };
            } else {
                return Verdict::Good { person };
            }
        }
        verdict
    }
}

/// Judges a signature of bytes by an organisation's keys; `at` is when they were committed or tagged.
pub fn verify(
    organisation: &Organisation,
    payload: &[u8],
    armored: &str,
    at: Timestamp,
) -> Verdict {
    Signers::of(organisation).verify(payload, armored, at)
}

/// The file of allowed signers (`gpg.ssh.allowedSignersFile`) by which git judges as [`verify`] does.
///
/// Times are written in UTC, which ssh-keygen understands from OpenSSH 9.1 on: a day of the organisation would begin
/// elsewhere on a machine in another time zone.
pub fn allowed_signers(organisation: &Organisation) -> String {
    let mut text = String::new();
    for known in Signers::of(organisation).known {
        if known.until.is_some_and(|until| until < 1)
            || matches!((known.from, known.until), (Some(from), Some(until)) if from >= until)
        {
            continue;
        }
        let mut options = format!("namespaces=\"{NAMESPACE}\"");
        let mut limit = |name: &str, seconds: Option<i64>| {
            let seconds = seconds.filter(|seconds| *seconds > 0);
            let moment = seconds.and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0));
            if let Some(moment) = moment {
                let moment = moment.format("%Y%m%d%H%M%SZ");
                options.push_str(&format!(",{name}=\"{moment}\""));
            }
        };
        limit("valid-after", known.from);
        limit("valid-before", known.until);
        let mut key = known.key;
        key.set_comment(known.person.clone());
        let principals = organisation
            .people
            .get(&known.person)
            .map(|person| principals(&person.email))
            .filter(|principals| !principals.is_empty())
            .unwrap_or(known.person);
        if let Ok(key) = key.to_openssh() {
            text.push_str(&format!("{principals} {options} {key}\n"));
        }
    }
    text
}

/// A person's addresses, apart from those that such a file would take for something else.
fn principals(addresses: &Addresses) -> String {
    let all = match addresses {
        Addresses::One(own) => std::slice::from_ref(own),
        Addresses::Several(several) => several,
    };
    let plain = |address: &&String| {
        let odd =
            |character: char| !character.is_alphanumeric() && !".@_+-=/'~%&".contains(character);
        !address.is_empty() && !address.contains(odd)
    };
    let plain: Vec<&str> = all.iter().filter(plain).map(String::as_str).collect();
    plain.join(",")
}

/// The first second of a day on a time zone's clock, where it is put forward over midnight the first that exists.
fn begin_of(zone: Tz, day: NaiveDate) -> i64 {
    let midnight = day.and_time(NaiveTime::MIN);
    (0..=24 * 4)
        .filter_map(|quarters| midnight.checked_add_signed(TimeDelta::minutes(15 * quarters)))
        .find_map(|wall| zone.from_local_datetime(&wall).earliest())
        .map_or_else(
            || midnight.and_utc().timestamp(),
            |moment| moment.timestamp(),
        )
}

/// The signature between its first and its last line.
fn dearmored(armored: &str) -> Result<SshSig, Verdict> {
    let Some(rest) = armored.strip_prefix(BEGIN) else {
        let other = [
            ("-----BEGIN PGP ", "OpenPGP"),
            ("-----BEGIN SIGNED MESSAGE-----", "X.509"),
        ];
        let what = other.iter().find(|(begin, _)| armored.starts_with(begin));
        return Err(
            what.map_or(Verdict::Malformed, |(_, what)| Verdict::Unsupported {
                what: (*what).to_owned(),
            }),
        );
    };
    let (body, _) = rest.split_once(END).ok_or(Verdict::Malformed)?;
    let body: String = body
        .chars()
        .filter(|character| !character.is_ascii_whitespace())
        .collect();
    let bytes = Base64::decode_vec(&body).map_err(|_| Verdict::Malformed)?;
    if let Some(algorithm) = algorithm_of(&bytes)
        && !ALGORITHMS.contains(&algorithm)
    {
        let what: String = algorithm.chars().take(100).collect();
        return Err(Verdict::Unsupported { what });
    }
    let mut reader = bytes.as_slice();
    let signature = SshSig::decode(&mut reader).map_err(|_| Verdict::Malformed)?;
    // What is not signed must not be there either.
    let whole = reader.is_empty() && signature.reserved().is_empty();
    whole.then_some(signature).ok_or(Verdict::Malformed)
}

/// The algorithm of the key in a signature: after the preamble and the version, the first text of the key.
fn algorithm_of(bytes: &[u8]) -> Option<&str> {
    let rest = bytes.strip_prefix(b"SSHSIG")?.get(8..)?;
    let (length, rest) = rest.split_at_checked(4)?;
    let length = u32::from_be_bytes(length.try_into().ok()?) as usize;
    std::str::from_utf8(rest.get(..length)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_signature_is_told_apart() {
        #[track_caller]
        fn case(armored: &str, expected: &Verdict) {
            let signers = Signers { known: Vec::new() };
            let at = Timestamp::from_git(0, 0).expect("a time");
            assert_eq!(&signers.verify(b"x", armored, at), expected, "{armored}");
        }
        let unsupported = |what: &str| Verdict::Unsupported {
            what: what.to_owned(),
        };
        case(
            "-----BEGIN PGP SIGNATURE-----\nx\n",
            &unsupported("OpenPGP"),
        );
        case("-----BEGIN SIGNED MESSAGE-----\nx\n", &unsupported("X.509"));
        case("", &Verdict::Malformed);
        case(BEGIN, &Verdict::Malformed);
        case(&format!("{BEGIN}\nAAAA{END}\n"), &Verdict::Malformed);
        case(&format!("{BEGIN}\n线索{END}\n"), &Verdict::Malformed);
        let mut certificate = b"SSHSIG\0\0\0\x01\0\0\0\x28".to_vec();
        certificate.extend_from_slice(b"\0\0\0\x20ssh-ed25519-cert-v01@openssh.com");
        let body = Base64::encode_string(&certificate);
        case(
            &format!("{BEGIN}\n{body}{END}\n"),
            &unsupported("ssh-ed25519-cert-v01@openssh.com"),
        );
    }

    #[test]
    fn a_day_begins_where_the_clock_shows_it() {
        #[track_caller]
        fn case(zone: &str, day: &str, expected: &str) {
            let zone: Tz = zone.parse().expect("a zone");
            let day = day.parse().expect("a day");
            let moment = Timestamp::from_git(begin_of(zone, day), 0).expect("a time");
            assert_eq!(moment.to_string(), expected);
        }
        case("Asia/Shanghai", "2026-11-01", "2026-10-31T16:00:00+00:00");
        // The clock is put forward at midnight: the day begins at one.
        case("Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00+00:00");
        // It is put back over midnight: the day begins the first time that it is midnight.
        case("America/Havana", "2026-11-01", "2026-11-01T04:00:00+00:00");
    }
}
