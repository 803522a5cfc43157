//! Tables as CSV, which no spreadsheet takes for formulas.

use crate::engine::Failure;
use crate::text::Bilingual;

/// The table with its headings, UTF-8, in the lines and quotes of RFC 4180.
pub(super) fn csv<R, C>(
    headings: &[impl AsRef<[u8]>],
    rows: impl IntoIterator<Item = R>,
) -> Result<String, Failure>
where
    R: IntoIterator<Item = C>,
    C: AsRef<[u8]>,
{
    let failed = |error: csv::Error| Failure::Environment {
        message: Bilingual::new(error.to_string(), error.to_string()),
        remedy: None,
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(headings).map_err(failed)?;
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    let bytes = writer.into_inner().unwrap_or_default();
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

/// A text that a spreadsheet would take for a formula, so that it is text.
pub(super) fn neutral(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        #[track_caller]
        fn case(text: &str, expected: &str) {
            assert_eq!(neutral(text), expected);
        }
        case("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")");
        case("+1", "'+1");
        case("-1", "'-1");
        case("@x", "'@x");
        case("\tx", "'\tx");
        case("轴承 = 3", "轴承 = 3");
        case("", "");
    }
}
