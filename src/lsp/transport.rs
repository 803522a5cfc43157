//! Messages of the editor protocol on two streams: a header with the length, then JSON.
//! It never knows what a message asks for, and a message that it cannot read never ends the conversation.

use std::io::{self, BufRead, Read, Write};

use lsp_server::{ErrorCode, Message};
use serde_json::{Value, json};

/// Bytes that a message may have: a buffer of the size that a record may have, escaped, and some more.
const MAXIMUM_MESSAGE: u64 = 64 * 1024 * 1024;

/// Bytes that a line of a header may have.
const MAXIMUM_HEADER: u64 = 4 * 1024;

const NO_LENGTH: &str = "the header has no Content-Length";
const NO_COLON: &str = "a line of the header has no colon";

/// What came in.
pub(super) enum Received {
    Message(Message),
    /// A message that cannot be understood, with the answer that the protocol has for it, if it has one.
    Malformed(Option<Value>),
    /// The stream has ended, perhaps in the middle of a message, or cannot be followed any further.
    End(Option<Value>),
}

/// Reads the next message.
pub(super) fn read(stream: &mut dyn BufRead) -> Received {
    let length = match header(stream) {
        Ok(Some(length)) => length,
        Ok(None) => return Received::End(None),
        // Where the next message begins cannot be told.
        Err(why) => return Received::End(Some(fault(Value::Null, ErrorCode::ParseError, &why))),
    };
    if length > MAXIMUM_MESSAGE {
        let skipped = io::copy(&mut stream.take(length), &mut io::sink());
        if skipped.ok() != Some(length) {
            return Received::End(None);
        }
        let why = format!("a message has {MAXIMUM_MESSAGE} bytes at most");
        return Received::Malformed(Some(fault(Value::Null, ErrorCode::InvalidRequest, &why)));
    }
    let mut body = Vec::new();
    // Read as it comes: what was announced may never arrive.
    let read = stream.take(length).read_to_end(&mut body);
    if read.is_err() || body.len() as u64 != length {
        return Received::End(None);
    }
    let value = serde_json::from_slice(&body).or_else(|error| {
        mended(&body)
            .and_then(|body| serde_json::from_slice(&body).ok())
            .ok_or(error)
    });
    let value: Value = match value {
        Ok(value) => value,
        Err(error) => {
            let answer = fault(Value::Null, ErrorCode::ParseError, &error.to_string());
            return Received::Malformed(Some(answer));
        }
    };
    let id = value.get("id").cloned();
    let is_answer = value.get("method").is_none()
        && (value.get("result").is_some() || value.get("error").is_some());
    match serde_json::from_value(value) {
        // What has an id that is none asks for something, and is no notification.
        Ok(Message::Notification(_)) if id.is_some() => Received::Malformed(Some(fault(
            id.unwrap_or_default(),
            ErrorCode::InvalidRequest,
            "the id of a request is a number or a text",
        ))),
        Ok(message) => Received::Message(message),
        Err(_) if is_answer => Received::Malformed(None),
        Err(_) => Received::Malformed(Some(fault(
            id.unwrap_or_default(),
            ErrorCode::InvalidRequest,
            "this is no request, notification or response of JSON-RPC 2.0",
        ))),
    }
}

/// The message with U+FFFD for each half of a pair that stands alone, as a text does that was cut in the middle of an emoji;
/// it counts as much in every encoding of positions that has halves. None where there is no such half.
fn mended(body: &[u8]) -> Option<Vec<u8>> {
    let unit = |at: usize| {
        let escape = body.get(at..at + 6)?;
        let digits = escape.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut mended = Vec::with_capacity(body.len());
    let (mut at, mut is_other) = (0, false);
    while let Some(byte) = body.get(at) {
        let length = match (byte, unit(at)) {
            (b'\\', Some(0xd800..=0xdbff)) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => 12,
            (b'\\', Some(0xd800..=0xdfff)) => {
                mended.extend(b"\\ufffd");
                is_other = true;
                at += 6;
                continue;
            }
            (b'\\', Some(_)) => 6,
            (b'\\', None) => 2,
            _ => 1,
        };
        mended.extend(body.get(at..(at + length).min(body.len()))?);
        at += length;
    }
    is_other.then_some(mended)
}

/// The length that a header announces; none where the stream ends before one is whole.
fn header(stream: &mut dyn BufRead) -> Result<Option<u64>, String> {
    let mut length = None;
    let mut has_begun = false;
    loop {
        let mut line = Vec::new();
        let read = stream.take(MAXIMUM_HEADER).read_until(b'\n', &mut line);
        if read.is_err() || line.is_empty() {
            return match has_begun && length.is_none() {
                true => Err(NO_LENGTH.to_owned()),
                false => Ok(None),
            };
        }
        has_begun = true;
        if line.last() != Some(&b'\n') {
            return if line.len() as u64 == MAXIMUM_HEADER {
                Err("a line of the header is too long".to_owned())
            } else if !line.contains(&b':') {
                Err(NO_COLON.to_owned())
            } else {
                Ok(None)
            };
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() {
            return match length {
                Some(length) => Ok(Some(length)),
                None => Err(NO_LENGTH.to_owned()),
            };
        }
        let Some((name, value)) = line.split_once(':') else {
            return Err(NO_COLON.to_owned());
        };
        if name.trim().eq_ignore_ascii_case("Content-Length") {
            let value = value.trim().parse();
            length = Some(value.map_err(|_| "Content-Length is no number".to_owned())?);
        }
    }
}

/// The answer to a message that could not be understood.
fn fault(id: Value, code: ErrorCode, why: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code as i32, "message": why}})
}

/// What goes out.
pub(super) enum Outgoing {
    Message(Message),
    /// An answer to something that has no id that could be read.
    Raw(Value),
    /// Nothing more will be said.
    End,
}

/// Writes one message.
pub(super) fn write(stream: &mut dyn Write, outgoing: &Outgoing) -> io::Result<()> {
    let mut stream = stream;
    match outgoing {
        Outgoing::Message(message) => message.write(&mut stream),
        Outgoing::Raw(value) => {
            let text = value.to_string();
            write!(stream, "Content-Length: {}\r\n\r\n{text}", text.len())?;
            stream.flush()
        }
        Outgoing::End => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(mut bytes: &[u8]) -> String {
        match read(&mut bytes) {
            Received::Message(message) => format!("{message:?}")
                .split('(')
                .next()
                .unwrap_or_default()
                .to_owned(),
            Received::Malformed(answer) => format!("malformed {}", code(answer)),
            Received::End(answer) => format!("end {}", code(answer)),
        }
    }

    fn code(answer: Option<Value>) -> String {
        answer.map_or_else(String::new, |answer| answer["error"]["code"].to_string())
    }

    #[test]
    fn whatever_comes_is_told_apart() {
        #[track_caller]
        fn case(bytes: &str, expected: &str) {
            assert_eq!(told(bytes.as_bytes()), expected);
        }
        case("", "end ");
        case("Content-Length: 5", "end ");
        case("Content-Length: 50\r\n\r\n{\"a\"", "end ");
        case("hello\r\n\r\n", "end -32700");
        case("hello", "end -32700");
        case("title: hello\n", "end -32700");
        case("Content-Length: many\r\n\r\n", "end -32700");
        case("Content-Type: x\r\n\r\n", "end -32700");
        case("Content-Length: 2\r\n\r\n{]", "malformed -32700");
        case("Content-Length: 2\r\n\r\n[]", "malformed -32600");
        case(
            "Content-Length: 22\r\n\r\n{\"id\":{},\"method\":\"x\"}",
            "malformed -32600",
        );
        case(
            "Content-Length: 27\r\n\r\n{\"id\":null,\"result\":\"x\"}   ",
            "malformed ",
        );
        case("content-length:14\n\n{\"method\":\"x\"}", "Notification");
        case("Content-Length: 99999999999999\r\n\r\n{}", "end ");
    }

    #[test]
    fn half_a_pair_is_a_sign_that_is_missing() {
        #[track_caller]
        fn case(text: &str, expected: Option<&str>) {
            let mended = mended(text.as_bytes());
            let mended = mended.map(|text| String::from_utf8(text).expect("text"));
            assert_eq!(mended.as_deref(), expected);
        }
        case(r#"{"a":"线\ud83d\ude00\n"}"#, None);
        case(r#""\\ud83d""#, None);
        case(r#""\ud83d x\\\udc00""#, Some(r#""\ufffd x\\\ufffd""#));
        case(r#""\ud83d\u0041""#, Some(r#""\ufffd\u0041""#));
        case(r#""\ud8"#, None);
    }
}
