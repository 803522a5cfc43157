//! Replies of time-stamping authorities (RFC 3161), read as far as it takes to see what they are about and of when.
//! Whether the authority is to be believed is not judged here.

use chrono::NaiveDateTime;

use crate::time::Timestamp;

/// What a reply states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The SHA-256 that was stamped.
    pub digest: [u8; 32],
    /// When.
    pub at: Timestamp,
}

/// Why a reply states nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampFault {
    /// The authority refused; the number that it gave.
    Refused(u8),
    /// It is over another kind of digest than SHA-256.
    Digest,
    Malformed,
}

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OBJECT: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const TIME: u8 = 0x18;
const TAGGED: u8 = 0xa0;
/// 1.2.840.113549.1.7.2
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// 1.2.840.113549.1.9.16.1.4
const STAMP_INFO: &[u8] = &[
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04,
];
/// 2.16.840.1.101.3.4.2.1
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

/// Values one after the other, in the distinguished encoding (DER).
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The content of the next value, which must have this tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, content) = self.next()?;
        (found == tag).then_some(content)
    }

    fn inside(&mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(Self)
    }

    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = bytes
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
                (length, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }
}

/// Reads a reply.
pub fn read(reply: &[u8]) -> Result<Stamp, StampFault> {
    let mut response = Der(reply).inside(SEQUENCE).ok_or(StampFault::Malformed)?;
    let status = response
        .inside(SEQUENCE)
        .and_then(|mut status| status.take(INTEGER))
        .and_then(|status| status.last().copied());
    match status {
        // Granted, as asked or with modifications.
        Some(0 | 1) => {}
        Some(other) => return Err(StampFault::Refused(other)),
        None => return Err(StampFault::Malformed),
    }
    let mut info = info(&mut response).ok_or(StampFault::Malformed)?;
    let imprint = imprint(&mut info).ok_or(StampFault::Malformed)?;
    if imprint.0 != SHA256 {
        return Err(StampFault::Digest);
    }
    Ok(Stamp {
        digest: imprint.1.try_into().map_err(|_| StampFault::Digest)?,
        at: time(&mut info).ok_or(StampFault::Malformed)?,
    })
}

/// What the authority signed: `TSTInfo`.
fn info<'a>(response: &mut Der<'a>) -> Option<Der<'a>> {
    let mut token = response.inside(SEQUENCE)?;
    if token.take(OBJECT)? != SIGNED_DATA {
        return None;
    }
    let mut signed = token.inside(TAGGED)?.inside(SEQUENCE)?;
    signed.take(INTEGER)?;
    signed.take(SET)?;
    let mut content = signed.inside(SEQUENCE)?;
    if content.take(OBJECT)? != STAMP_INFO {
        return None;
    }
    content.inside(TAGGED)?.inside(OCTETS)?.inside(SEQUENCE)
}

/// The algorithm and the digest that were stamped.
fn imprint<'a>(info: &mut Der<'a>) -> Option<(&'a [u8], &'a [u8])> {
    info.take(INTEGER)?;
    info.take(OBJECT)?;
    let mut imprint = info.inside(SEQUENCE)?;
    let algorithm = imprint.inside(SEQUENCE)?.take(OBJECT)?;
    Some((algorithm, imprint.take(OCTETS)?))
}

/// When it was stamped; the serial number stands before.
fn time(info: &mut Der<'_>) -> Option<Timestamp> {
    info.take(INTEGER)?;
    moment(std::str::from_utf8(info.take(TIME)?).ok()?)
}

/// `20261125020000Z`, perhaps with a fraction of a second.
fn moment(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z')?;
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let moment = NaiveDateTime::parse_from_str(whole, "%Y%m%d%H%M%S").ok()?;
    Timestamp::from_git(moment.and_utc().timestamp(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(tag: u8, content: &[&[u8]]) -> Vec<u8> {
        let content = content.concat();
        let length = u16::try_from(content.len()).expect("a short value");
        let mut bytes = vec![tag, 0x82];
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&content);
        bytes
    }

    fn reply(status: u8, algorithm: &[u8], time: &str) -> Vec<u8> {
        let algorithm = value(SEQUENCE, &[&value(OBJECT, &[algorithm])]);
        let imprint = value(SEQUENCE, &[&algorithm, &value(OCTETS, &[&[7; 32]])]);
        let info = value(
            SEQUENCE,
            &[
                &value(INTEGER, &[&[1]]),
                &value(OBJECT, &[&[42]]),
                &imprint,
                &value(INTEGER, &[&[9]]),
                &value(TIME, &[time.as_bytes()]),
            ],
        );
        let content = value(TAGGED, &[&value(OCTETS, &[&info])]);
        let content = value(SEQUENCE, &[&value(OBJECT, &[STAMP_INFO]), &content]);
        let signed = value(
            SEQUENCE,
            &[&value(INTEGER, &[&[3]]), &value(SET, &[]), &content],
        );
        let token = value(
            SEQUENCE,
            &[&value(OBJECT, &[SIGNED_DATA]), &value(TAGGED, &[&signed])],
        );
        let status = value(SEQUENCE, &[&value(INTEGER, &[&[status]])]);
        value(SEQUENCE, &[&status, &token])
    }

    #[test]
    fn a_reply_says_what_was_stamped_and_when() {
        let whole = reply(0, SHA256, "20261125020000.25Z");
        let stamp = read(&whole).expect("a stamp");
        assert_eq!(stamp.digest, [7; 32]);
        assert_eq!(stamp.at.to_string(), "2026-11-25T02:00:00+00:00");
        assert_eq!(
            read(&reply(2, SHA256, "20261125020000Z")),
            Err(StampFault::Refused(2))
        );
        assert_eq!(
            read(&reply(0, &[1, 2], "20261125020000Z")),
            Err(StampFault::Digest)
        );
        assert_eq!(read(&reply(0, SHA256, "now")), Err(StampFault::Malformed));
        for length in 0..whole.len() {
            assert!(read(&whole[..length]).is_err(), "{length}");
        }
        for position in 0..whole.len() {
            // Whatever is in it, reading ends.
            let mut other = whole.clone();
            other[position] = 0xff;
            let _ = read(&other);
        }
    }
}
