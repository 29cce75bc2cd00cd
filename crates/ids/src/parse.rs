//! Parsing and making the common form behind every id kind.

use uuid::Uuid;

/// Why a string is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseIdError {
    /// The text does not start with the kind's prefix.
    #[error("`{given}` is no {kind} id: expected the prefix `{prefix}_`")]
    Prefix {
        /// The kind that was wanted, such as `event`.
        kind: &'static str,
        /// Its prefix without the underscore.
        prefix: &'static str,
        /// What was given, cut to 64 characters.
        given: String,
    },
    /// What follows the prefix is not a UUID in simple lower-case form.
    #[error("`{given}` is no {kind} id: expected 32 lower-case hexadecimal digits after `{prefix}_`")]
    Body {
        /// The kind that was wanted.
        kind: &'static str,
        /// Its prefix without the underscore.
        prefix: &'static str,
        /// What was given, cut to 64 characters.
        given: String,
    },
}

pub(crate) fn parse(kind: &'static str, prefix: &'static str, text: &str) -> Result<Uuid, ParseIdError> {
    let given = || text.chars().take(64).collect::<String>();
    let Some(body) = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')) else {
        return Err(ParseIdError::Prefix { kind, prefix, given: given() });
    };
    let simple = body.len() == 32 && body.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !simple {
        return Err(ParseIdError::Body { kind, prefix, given: given() });
    }
    Uuid::try_parse(body).map_err(|_| ParseIdError::Body { kind, prefix, given: given() })
}

/// A UUIDv7 from a Unix time in milliseconds and ten random bytes (RFC 9562, section 5.7).
pub(crate) fn uuid_v7(unix_ms: u64, random: [u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(unix_ms, &random).into_uuid()
}
