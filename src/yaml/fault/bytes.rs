//! Faults of a file as bytes and as lines: size, encoding, byte order mark, unfinished merges.
//! It never looks at the YAML itself.

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::text::Span;
use crate::yaml::MAXIMUM_SIZE;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Gives the text of a record's or report's bytes, if they are text at all, and what is to be said about them: size,
/// encoding, NUL bytes, a byte order mark (which stays in the text, so that offsets are those of the file).
pub fn check_bytes<'a>(path: &str, bytes: &'a [u8]) -> (Option<&'a str>, Vec<Diagnostic>) {
    if bytes.len() > MAXIMUM_SIZE {
        let megabytes = bytes.len() as f64 / 1024.0 / 1024.0;
        let found = Diagnostic::new(
            Code::FileSize,
            Place::file(path),
            format!("the file has {megabytes:.1} MB, and 10 MB are allowed"),
            format!("文件有 {megabytes:.1} MB，超过了 10 MB 的上限"),
        )
        .remedy(
            "put large material into attachments/ and list it in the collection form",
            "请把大件材料放入 attachments/，并在线索收集表中登记",
        );
        return (None, vec![found]);
    }
    match std::str::from_utf8(bytes) {
        Err(error) => {
            let start = error.valid_up_to();
            let end = error
                .error_len()
                .map_or(bytes.len(), |length| start + length);
            (None, vec![encoding(path, bytes, Span::new(start, end))])
        }
        Ok(text) => {
            if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
                return (None, vec![encoding(path, bytes, Span::new(at, at + 1))]);
            }
            let mut found = Vec::new();
            if bytes.starts_with(BYTE_ORDER_MARK) {
                found.push(
                    Diagnostic::new(
                        Code::FileByteOrderMark,
                        Place::at(path, Span::new(0, BYTE_ORDER_MARK.len())),
                        "the file begins with a byte order mark",
                        "文件开头有字节顺序标记（BOM）",
                    )
                    .remedy("save it as UTF-8 without BOM", "请另存为“UTF-8 无 BOM”"),
                );
            }
            (Some(text), found)
        }
    }
}

fn encoding(path: &str, bytes: &[u8], span: Span) -> Diagnostic {
    let at = span.start;
    let byte = bytes.get(at).copied().unwrap_or_default();
    let place = Place::at(path, span);
    let found = if looks_like_utf16(bytes) {
        Diagnostic::new(
            Code::FileEncoding,
            place,
            format!("the file looks like UTF-16, not UTF-8 (byte {at} is 0x{byte:02X})"),
            format!("文件看起来是 UTF-16 编码，不是 UTF-8（第 {at} 字节为 0x{byte:02X}）"),
        )
    } else if byte == 0 {
        Diagnostic::new(
            Code::FileEncoding,
            place,
            format!("byte {at} is NUL, which no text has"),
            format!("第 {at} 字节是 NUL，文本中不应出现"),
        )
    } else if looks_like_gbk(bytes) {
        Diagnostic::new(
            Code::FileEncoding,
            place,
            format!("the file looks like GBK, not UTF-8 (byte {at} is 0x{byte:02X})"),
            format!("文件看起来是 GBK 编码，不是 UTF-8（第 {at} 字节为 0x{byte:02X}）"),
        )
    } else {
        Diagnostic::new(
            Code::FileEncoding,
            place,
            format!("byte {at} (0x{byte:02X}) is not UTF-8"),
            format!("第 {at} 字节（0x{byte:02X}）不是 UTF-8"),
        )
    };
    found.remedy(
        "save the file again as UTF-8",
        "请用编辑器把文件另存为 UTF-8",
    )
}

fn looks_like_utf16(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return true;
    }
    let sample = &bytes[..bytes.len().min(512)];
    let zeros = |parity: usize| {
        sample
            .iter()
            .skip(parity)
            .step_by(2)
            .filter(|&&byte| byte == 0)
            .count()
    };
    let half = sample.len() / 2;
    half >= 2 && (zeros(0) * 3 > half || zeros(1) * 3 > half)
}

/// Whether all bytes above 127 come in pairs that GBK allows.
fn looks_like_gbk(bytes: &[u8]) -> bool {
    let mut index = 0;
    let mut pairs = 0;
    while index < bytes.len() {
        if bytes[index] < 0x80 {
            index += 1;
            continue;
        }
        let second = bytes.get(index + 1).copied().unwrap_or_default();
        if !(0x81..=0xfe).contains(&bytes[index])
            || !(0x40..=0xfe).contains(&second)
            || second == 0x7f
        {
            return false;
        }
        pairs += 1;
        index += 2;
    }
    pairs > 0
}

/// Finds merges that were left unfinished: one finding at each line that begins with `<<<<<<< `.
///
/// The text begins at byte `offset` of its file. `parse` and `parse_at` look for them by themselves; for the body of a
/// report the caller does.
pub fn conflicts(path: &str, text: &str, offset: usize) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if !line_begins(text, ">>>>>>> ") {
        return found;
    }
    let mut from = 0;
    while let Some(length) = text[from..].find("<<<<<<< ") {
        let start = from + length;
        let end = text[start..]
            .find(['\r', '\n'])
            .map_or(text.len(), |length| start + length);
        if start == 0 || text[..start].ends_with('\n') {
            found.push(
                Diagnostic::new(
                    Code::ConflictMarker,
                    Place::at(path, Span::new(start, end).shifted(offset)),
                    "a merge was left unfinished here",
                    "这里留有未解决的合并冲突",
                )
                .remedy(
                    "decide which lines are right, and delete the others together with the lines <<<<<<<, ======= and >>>>>>>",
                    "请保留正确的内容，删去其余内容和 <<<<<<<、=======、>>>>>>> 这几行",
                ),
            );
        }
        from = end;
    }
    found
}

fn line_begins(text: &str, marker: &str) -> bool {
    text.match_indices(marker)
        .any(|(at, _)| at == 0 || text[..at].ends_with('\n'))
}
