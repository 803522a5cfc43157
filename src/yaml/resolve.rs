//! What a scalar without quotes means, by the core schema of YAML 1.2.
//! It never reads dates: they are text, as a person wrote them.

use std::borrow::Cow;

use crate::yaml::Value;

/// Reads a plain scalar as null, a truth value, a number or text.
pub(super) fn resolve(text: Cow<'_, str>) -> Value {
    let first = text.as_bytes().first().copied().unwrap_or(b'~');
    let value = match first {
        b'~' | b'n' | b'N' if matches!(&*text, "~" | "null" | "Null" | "NULL" | "") => {
            Some(Value::Null)
        }
        b't' | b'T' if matches!(&*text, "true" | "True" | "TRUE") => Some(Value::Bool(true)),
        b'f' | b'F' if matches!(&*text, "false" | "False" | "FALSE") => Some(Value::Bool(false)),
        b'0'..=b'9' | b'+' | b'-' | b'.' => number(&text),
        _ => None,
    };
    value.unwrap_or_else(|| Value::String(text.into_owned()))
}

fn number(text: &str) -> Option<Value> {
    let radix = |digits: &str, radix| {
        let plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !plain {
            return None;
        }
        i64::from_str_radix(digits, radix).ok().map(Value::Integer)
    };
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(body, ".inf" | ".Inf" | ".INF") {
        let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
        return Some(Value::Float(sign * f64::INFINITY));
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Value::Float(f64::NAN));
    }
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (body, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.is_empty() && fraction.is_empty() {
        return None;
    }
    if let Some(exponent) = exponent {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if exponent.is_empty() || !digits(exponent) {
            return None;
        }
    } else if mantissa.len() == whole.len()
        && let Ok(integer) = text.parse()
    {
        return Some(Value::Integer(integer));
    }
    text.parse().ok().map(Value::Float)
}
