//! Reading a delivery's headers: finding them, and taking the id, the time and the signatures out of them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD as BASE64_URL};

use crate::VerifyError;
use crate::catalog::{Algorithm, Encoding, HeaderFamily, Layout, MacScheme, TimeFormat};
use crate::mac::Tag;

/// No provider's signature header comes near this; a longer one is refused unread.
const MAX_HEADER_BYTES: usize = 4_096;
/// The longest delivery id, in bytes; it becomes part of a storage key.
pub(crate) const MAX_ID_BYTES: usize = 256;

/// Something that answers with a header's value. Names are asked for in lower case.
///
/// A header sent twice answers as the Fetch standard joins it, `"first, second"`; every scheme then refuses it, since
/// two proxies could disagree on which one counts.
pub trait Headers {
    /// The value of `name`, if that header was sent.
    fn header(&self, name: &str) -> Option<String>;
}

impl<F: Fn(&str) -> Option<String>> Headers for F {
    fn header(&self, name: &str) -> Option<String> {
        self(name)
    }
}

impl<K: AsRef<str>, V: AsRef<str>> Headers for [(K, V)] {
    fn header(&self, name: &str) -> Option<String> {
        let mut values = self
            .iter()
            .filter(|(key, _)| key.as_ref().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_ref());
        let mut joined = values.next()?.to_owned();
        for value in values {
            joined.push_str(", ");
            joined.push_str(value);
        }
        Some(joined)
    }
}

impl<K: AsRef<str>, V: AsRef<str>> Headers for Vec<(K, V)> {
    fn header(&self, name: &str) -> Option<String> {
        self.as_slice().header(name)
    }
}

impl<K: AsRef<str>, V: AsRef<str>, const N: usize> Headers for [(K, V); N] {
    fn header(&self, name: &str) -> Option<String> {
        self.as_slice().header(name)
    }
}

/// What the headers claim; nothing of it is proven.
pub(crate) struct Claim {
    /// `None` where the scheme has no signed id header.
    pub(crate) id: Option<String>,
    /// The time as sent, since that is what was signed; empty where no header has one.
    pub(crate) timestamp_text: String,
    /// In Unix seconds.
    pub(crate) timestamp: Option<i64>,
    /// Signatures of a known version and the right length; never empty.
    pub(crate) tags: Vec<Tag>,
}

pub(crate) fn read(scheme: &MacScheme<'_>, headers: &(impl Headers + ?Sized)) -> Result<Claim, VerifyError> {
    let family = family(scheme, headers);
    let format = scheme.time.map_or(TimeFormat::UnixSeconds, |time| time.format);
    let id = family.id.map(|name| required(headers, name).and_then(|value| id(name, value))).transpose()?;
    let time_apart = family
        .timestamp
        .map(|name| required(headers, name).and_then(|value| Ok((unix_s(name, &value, format)?, value))))
        .transpose()?;
    let name = family.signature;
    let signature = required(headers, name)?;
    let (time_within, tags) = match scheme.layout {
        Layout::SpacedBase64 { version } => {
            (None, spaced_base64(name, &signature, version, scheme.algorithm)?)
        }
        Layout::One { prefix, encoding } => (None, prefixed(&signature, prefix, encoding, scheme.algorithm)),
        Layout::FieldsHex { timestamp, version } => {
            let (time, tags) = fields_hex(name, &signature, timestamp, version, scheme.algorithm)?;
            if time.is_none() {
                return Err(malformed(name, "it carries no `t=` time"));
            }
            (time, tags)
        }
    };
    if tags.is_empty() {
        return Err(malformed(name, "it carries no well-formed signature"));
    }
    let (timestamp, timestamp_text) = match time_apart.or(time_within) {
        Some((time, text)) => (Some(time), text),
        None => (None, String::new()),
    };
    Ok(Claim { id, timestamp_text, timestamp, tags })
}

/// The family whose signature header was sent; the first, for its names in the error, if none was.
fn family<'s>(scheme: &'s MacScheme<'_>, headers: &(impl Headers + ?Sized)) -> &'s HeaderFamily<'s> {
    let sent = scheme.families.iter().find(|family| headers.header(family.signature).is_some());
    sent.unwrap_or(&scheme.families[0])
}

fn malformed(name: &str, reason: &'static str) -> VerifyError {
    VerifyError::MalformedHeader { name: name.to_owned(), reason }
}

pub(crate) fn required(headers: &(impl Headers + ?Sized), name: &str) -> Result<String, VerifyError> {
    required_up_to(headers, name, MAX_HEADER_BYTES, "it is longer than 4096 bytes")
}

pub(crate) fn required_up_to(
    headers: &(impl Headers + ?Sized),
    name: &str,
    most: usize,
    too_long: &'static str,
) -> Result<String, VerifyError> {
    let value = headers.header(name).ok_or_else(|| VerifyError::MissingHeader { name: name.to_owned() })?;
    if value.len() > most {
        return Err(malformed(name, too_long));
    }
    Ok(value)
}

fn id(name: &str, value: String) -> Result<String, VerifyError> {
    if is_delivery_id(&value) {
        Ok(value)
    } else {
        Err(malformed(name, "an id is 1 to 256 visible ASCII characters without `.` or `,`"))
    }
}

/// A full stop separates the signed parts, so one inside an id would let a delivery's bytes be cut anew into another
/// id, time and body under the same signature; a comma is how a repeated header shows.
pub(crate) fn is_delivery_id(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.' && byte != b',')
}

/// Digits only: `str::parse` alone would also take a sign.
fn unix_s(name: &str, text: &str, format: TimeFormat) -> Result<i64, VerifyError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number: Option<i64> = digits.then(|| text.parse().ok()).flatten();
    match format {
        TimeFormat::UnixSeconds => {
            number.ok_or_else(|| malformed(name, "the time is not a whole number of Unix seconds"))
        }
        TimeFormat::UnixMilliseconds => number
            .map(|milliseconds| milliseconds / 1_000)
            .ok_or_else(|| malformed(name, "the time is not a whole number of Unix milliseconds")),
    }
}

fn spaced_base64(
    name: &str,
    header: &str,
    version: &str,
    algorithm: Algorithm,
) -> Result<Vec<Tag>, VerifyError> {
    if header.contains(", ") {
        return Err(malformed(name, "it was sent more than once"));
    }
    Ok(header
        .split(' ')
        .filter_map(|entry| entry.split_once(','))
        .filter(|(found, _)| *found == version)
        .filter_map(|(_, value)| Tag::from_bytes(BASE64.decode(value).ok()?, algorithm))
        .collect())
}

fn prefixed(header: &str, prefix: &str, encoding: Encoding, algorithm: Algorithm) -> Vec<Tag> {
    let value = header.strip_prefix(prefix).and_then(|text| decode(text, encoding));
    value.and_then(|bytes| Tag::from_bytes(bytes, algorithm)).into_iter().collect()
}

/// The bytes that `text` writes.
pub(crate) fn decode(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Hex => hex::decode(text).ok(),
        Encoding::Base64 => BASE64.decode(text).ok(),
        Encoding::Base64url => BASE64_URL.decode(text.trim_end_matches('=')).ok(),
    }
}

type Fields = (Option<(i64, String)>, Vec<Tag>);

fn fields_hex(
    name: &str,
    header: &str,
    timestamp: &str,
    version: &str,
    algorithm: Algorithm,
) -> Result<Fields, VerifyError> {
    let mut time = None;
    let mut tags = Vec::new();
    for (key, value) in header.split(',').filter_map(|field| field.trim().split_once('=')) {
        if key == timestamp {
            let seconds = unix_s(name, value, TimeFormat::UnixSeconds)?;
            if time.replace((seconds, value.to_owned())).is_some() {
                return Err(malformed(name, "it carries more than one time"));
            }
        } else if key == version {
            tags.extend(decode(value, Encoding::Hex).and_then(|bytes| Tag::from_bytes(bytes, algorithm)));
        }
    }
    Ok((time, tags))
}
