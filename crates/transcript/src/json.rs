//! Reads JSON as providers really send it.
//!
//! `serde_json` is right to refuse half a surrogate pair or a raw control character in a string, and transcripts
//! carry both: a text cut in the middle of an emoji, a NUL from a telephone bridge. So what it refuses is repaired
//! once, in one pass, and read again. What it accepts is never touched, and well-formed input is never copied.

use std::borrow::Cow;

use serde_json::Value;

use crate::NormalizeError;

/// Reads JSON, and forgives what does not change its meaning.
///
/// Forgiven are: a byte order mark (UTF-8, or UTF-16, which is converted), bytes that are no UTF-8 (they become
/// U+FFFD), an escaped half of a surrogate pair (U+FFFD as well), raw control characters inside strings, and NUL
/// bytes after the end. Nesting is limited to 128 levels.
///
/// # Errors
/// [`NormalizeError::NotJson`] for everything else, with the place of the mistake.
pub fn decode_json(bytes: &[u8]) -> Result<Value, NormalizeError> {
    let text = decode_text(bytes);
    let text = text.trim_end_matches('\0');
    let refused = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    match repair(text) {
        Some(repaired) => serde_json::from_str(&repaired).map_err(|error| not_json(&error)),
        None => Err(not_json(&refused)),
    }
}

fn not_json(error: &serde_json::Error) -> NormalizeError {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let reason = error.to_string();
    let reason = reason.strip_suffix(&place).unwrap_or(&reason).to_owned();
    NormalizeError::NotJson { line: error.line(), column: error.column(), reason }
}

fn decode_text(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |order: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| order([pair[0], pair[1]])).collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest),
        [0xFF, 0xFE, ..] => wide(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes),
    }
}

/// `text` with lone surrogate escapes and raw control characters in strings mended; `None` if it has neither.
fn repair(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut mended = String::new();
    let mut copied = 0;
    let mut at = 0;
    let mut in_string = false;
    while at < bytes.len() {
        let (skip, instead) = match bytes[at] {
            b'"' => {
                in_string = !in_string;
                (1, None)
            }
            b'\\' if in_string => match escaped_unit(bytes, at) {
                Some(0xD800..=0xDBFF) if matches!(escaped_unit(bytes, at + 6), Some(0xDC00..=0xDFFF)) => {
                    (12, None)
                }
                Some(0xD800..=0xDFFF) => (6, Some("\\ufffd".to_owned())),
                _ => (2, None),
            },
            control @ 0x00..0x20 if in_string => (1, Some(format!("\\u{control:04x}"))),
            _ => (1, None),
        };
        if let Some(instead) = instead {
            mended.push_str(&text[copied..at]);
            mended.push_str(&instead);
            copied = at + skip;
        }
        at += skip;
    }
    if copied == 0 {
        return None;
    }
    mended.push_str(&text[copied..]);
    Some(mended)
}

/// The UTF-16 unit of an escape such as `\ud83d` that begins at `at`.
fn escaped_unit(bytes: &[u8], at: usize) -> Option<u16> {
    let hex = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, mark: [u8; 2], order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.into_iter().chain(text.encode_utf16().flat_map(order)).collect()
    }

    #[test]
    fn encodings_that_do_not_change_the_meaning_are_forgiven() {
        let cases: Vec<(Vec<u8>, &str)> = vec![
            (br#""plain""#.to_vec(), "plain"),
            (b"\xEF\xBB\xBF\"mark\"".to_vec(), "mark"),
            (utf16("\"wide é🎉\"", [0xFF, 0xFE], u16::to_le_bytes), "wide é🎉"),
            (utf16("\"wide é🎉\"", [0xFE, 0xFF], u16::to_be_bytes), "wide é🎉"),
            (b"\"bad \xFF byte\"".to_vec(), "bad \u{FFFD} byte"),
            (br#""half \ud83d pair""#.to_vec(), "half \u{FFFD} pair"),
            (br#""other \ude00 half""#.to_vec(), "other \u{FFFD} half"),
            (br#""\ud83d\ud83d\ude00""#.to_vec(), "\u{FFFD}😀"),
            (br#""at the end \ud83d""#.to_vec(), "at the end \u{FFFD}"),
            (
                br#""not an escape \\ud83d and \"quoted\" \ud83d""#.to_vec(),
                "not an escape \\ud83d and \"quoted\" \u{FFFD}",
            ),
            (b"\"nul \0 tab \t line \n.\"".to_vec(), "nul \0 tab \t line \n."),
            (b"\"padded\"\0\0".to_vec(), "padded"),
            ("\"café ‏עברית\"".as_bytes().to_vec(), "café ‏עברית"),
        ];
        for (bytes, expect) in cases {
            let value = decode_json(&bytes);
            assert_eq!(value, Ok(Value::from(expect)), "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        for (bytes, line, column) in [
            (&b"{\"a\": 1,}"[..], 1, 9),
            (b"", 1, 0),
            (b"{\n \"a\": nope}", 2, 8),
            (b"[1] [2]", 1, 5),
            (b"\"\\ud83", 1, 6),
            (b"WEBVTT", 1, 1),
        ] {
            match decode_json(bytes) {
                Err(NormalizeError::NotJson { line: l, column: c, reason }) => {
                    assert_eq!((l, c), (line, column), "{}", String::from_utf8_lossy(bytes));
                    assert!(!reason.contains("line"), "{reason}");
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_overflow() {
        let deep = "[".repeat(100_000);
        assert!(matches!(decode_json(deep.as_bytes()), Err(NormalizeError::NotJson { .. })));
    }
}
