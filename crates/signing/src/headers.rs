//! Reading a delivery's headers: finding them, and taking the id, the time and the signatures out of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::VerifyError;
use crate::catalog::{HeaderFamily, Layout, Scheme};
use crate::mac::Tag;

/// No provider's header comes near this; a longer one is refused unread.
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
    /// `None` where the scheme has no id header.
    pub(crate) id: Option<String>,
    /// The digits as sent, since they are what was signed.
    pub(crate) timestamp_text: String,
    pub(crate) timestamp: i64,
    /// Signatures of a known version and the right length; never empty.
    pub(crate) tags: Vec<Tag>,
}

pub(crate) fn read(scheme: &Scheme, headers: &(impl Headers + ?Sized)) -> Result<Claim, VerifyError> {
    let family = family(scheme, headers);
    let id = family.id.map(|name| required(headers, name).and_then(|value| id(name, value))).transpose()?;
    let time_apart = family
        .timestamp
        .map(|name| required(headers, name).and_then(|value| Ok((seconds(name, &value)?, value))))
        .transpose()?;
    let name = family.signature;
    let signature = required(headers, name)?;
    let (time_within, tags) = match scheme.layout {
        Layout::SpacedBase64 { version } => (None, spaced_base64(name, &signature, version)?),
        Layout::PrefixedHex { prefix } => (None, prefixed_hex(&signature, prefix)),
        Layout::FieldsHex { timestamp, version } => fields_hex(name, &signature, timestamp, version)?,
    };
    let (timestamp, timestamp_text) = time_apart
        .or(time_within)
        .ok_or(VerifyError::MalformedHeader { name, reason: "it carries no `t=` time" })?;
    if tags.is_empty() {
        return Err(VerifyError::MalformedHeader { name, reason: "it carries no well-formed signature" });
    }
    Ok(Claim { id, timestamp_text, timestamp, tags })
}

/// The family whose signature header was sent; the first, for its names in the error, if none was.
fn family<'a>(scheme: &'a Scheme, headers: &(impl Headers + ?Sized)) -> &'a HeaderFamily {
    let sent = scheme.families.iter().find(|family| headers.header(family.signature).is_some());
    sent.unwrap_or(&scheme.families[0])
}

fn required(headers: &(impl Headers + ?Sized), name: &'static str) -> Result<String, VerifyError> {
    let value = headers.header(name).ok_or(VerifyError::MissingHeader { name })?;
    if value.len() > MAX_HEADER_BYTES {
        return Err(VerifyError::MalformedHeader { name, reason: "it is longer than 4096 bytes" });
    }
    Ok(value)
}

fn id(name: &'static str, value: String) -> Result<String, VerifyError> {
    if is_delivery_id(&value) {
        Ok(value)
    } else {
        let reason = "an id is 1 to 256 visible ASCII characters without `.` or `,`";
        Err(VerifyError::MalformedHeader { name, reason })
    }
}

/// A full stop separates the signed parts, so one inside an id would let a delivery's bytes be cut anew into another
/// id, time and body under the same signature; a comma is how a repeated header shows.
pub(crate) fn is_delivery_id(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.' && byte != b',')
}

/// Digits only: `str::parse` alone would also take a sign.
fn seconds(name: &'static str, text: &str) -> Result<i64, VerifyError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or(VerifyError::MalformedHeader {
        name,
        reason: "the time is not a whole number of Unix seconds",
    })
}

fn spaced_base64(name: &'static str, header: &str, version: &str) -> Result<Vec<Tag>, VerifyError> {
    if header.contains(", ") {
        return Err(VerifyError::MalformedHeader { name, reason: "it was sent more than once" });
    }
    Ok(header
        .split(' ')
        .filter_map(|entry| entry.split_once(','))
        .filter(|(found, _)| *found == version)
        .filter_map(|(_, value)| Tag::from_slice(&BASE64.decode(value).ok()?))
        .collect())
}

fn prefixed_hex(header: &str, prefix: &str) -> Vec<Tag> {
    header.strip_prefix(prefix).and_then(hex_tag).into_iter().collect()
}

type Fields = (Option<(i64, String)>, Vec<Tag>);

fn fields_hex(
    name: &'static str,
    header: &str,
    timestamp: &str,
    version: &str,
) -> Result<Fields, VerifyError> {
    let mut time = None;
    let mut tags = Vec::new();
    for (key, value) in header.split(',').filter_map(|field| field.trim().split_once('=')) {
        if key == timestamp {
            let seen = time.replace((seconds(name, value)?, value.to_owned()));
            if seen.is_some() {
                return Err(VerifyError::MalformedHeader { name, reason: "it carries more than one time" });
            }
        } else if key == version {
            tags.extend(hex_tag(value));
        }
    }
    Ok((time, tags))
}

fn hex_tag(text: &str) -> Option<Tag> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Tag::from_slice(&bytes)
}
