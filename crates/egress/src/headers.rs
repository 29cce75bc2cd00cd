//! Which headers a customer may have sent along: not those that say what the request is, or who sends it.

/// The most headers of one request.
pub const MAX_HEADERS: usize = 20;
/// The longest name and the longest value, in bytes.
const MAX_NAME_BYTES: usize = 128;
const MAX_VALUE_BYTES: usize = 4_096;

/// Those that frame the message (RFC 9112), and those that say which request it is of whose.
const RESERVED: [&str; 16] = [
    "connection",
    "content-length",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-forwarded-for",
    "x-real-ip",
];
/// Beginnings of those that others set on the way, or that sign the message.
const RESERVED_BEGINNINGS: [&str; 4] = ["webhook-", "cf-", "proxy-", "x-forwarded-"];

/// Why a header is not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The name is none.
    #[error("is no header's name: letters, digits and `-`, at most {MAX_NAME_BYTES}")]
    Name,
    /// It is set by the sender.
    #[error("is set by the sender: leave it out")]
    Reserved,
    /// The value is none.
    #[error(
        "must have a value of at most {MAX_VALUE_BYTES} visible ASCII characters, with spaces between them only"
    )]
    Value,
}

/// Checks one header. Names are compared as if in lower case.
///
/// # Errors
/// [`HeaderError`].
pub fn check_header(name: &str, value: &str) -> Result<(), HeaderError> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if !(1..=MAX_NAME_BYTES).contains(&name.len()) || !name.bytes().all(token) {
        return Err(HeaderError::Name);
    }
    let name = name.to_ascii_lowercase();
    let reserved = RESERVED.contains(&name.as_str())
        || RESERVED_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning));
    if reserved {
        return Err(HeaderError::Reserved);
    }
    let visible = value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && value.trim() == value;
    if value.is_empty() || value.len() > MAX_VALUE_BYTES || !visible {
        return Err(HeaderError::Value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_frames_or_signs_a_message_is_not_the_customers() {
        for (name, value, expect) in [
            ("x-team", "revenue", Ok(())),
            ("Authorization", "Bearer abc", Ok(())),
            ("content-type", "text/csv; charset=utf-8", Ok(())),
            ("Host", "example.com", Err(HeaderError::Reserved)),
            ("webhook-id", "1", Err(HeaderError::Reserved)),
            ("Webhook-Signature", "v1,x", Err(HeaderError::Reserved)),
            ("Content-Length", "1", Err(HeaderError::Reserved)),
            ("transfer-encoding", "chunked", Err(HeaderError::Reserved)),
            ("CF-Connecting-IP", "1.1.1.1", Err(HeaderError::Reserved)),
            ("", "x", Err(HeaderError::Name)),
            ("x team", "x", Err(HeaderError::Name)),
            ("x-team:", "x", Err(HeaderError::Name)),
            ("x-team", "", Err(HeaderError::Value)),
            ("x-team", " x", Err(HeaderError::Value)),
            ("x-team", "a\r\nhost: b", Err(HeaderError::Value)),
            ("x-team", "gr\u{fc}n", Err(HeaderError::Value)),
        ] {
            assert_eq!(check_header(name, value), expect, "{name}: {value:?}");
        }
        assert_eq!(check_header("x-a", &"x".repeat(4_097)), Err(HeaderError::Value));
    }
}
