//! Making the headers of an outbound delivery.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD};

use crate::Source;
use crate::catalog::{Encoding, Layout, MacScheme, Part, Proof, TimeFormat, proof};
use crate::headers::is_delivery_id;
use crate::mac::{Content, Tag, tag};
use crate::secret::{SecretError, SecretSlot, Secrets};

/// Why a delivery could not be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The secret can't be used with this source.
    #[error("the {slot} secret can't be used to sign for this source: generate a new one")]
    BadSecret {
        /// Which secret.
        slot: SecretSlot,
        /// What is wrong with it.
        #[source]
        source: SecretError,
    },
    /// The id would make the signed content ambiguous or unfit for a header.
    #[error("a delivery id is 1 to 256 visible ASCII characters without `.` or `,`")]
    BadDeliveryId,
    /// The time is before 1970, which no scheme can write.
    #[error("the time `{timestamp}` is negative: hand in Unix seconds")]
    BadTimestamp {
        /// What was given.
        timestamp: i64,
    },
    /// The source is one that deliveries are not made for here: it signs the URL too, or with a key of its own.
    #[error("deliveries of `{source_name}` are verified, not made")]
    Unsupported {
        /// The source's name.
        source_name: &'static str,
    },
}

/// The headers of a delivery, in lower case, signed for `timestamp` (Unix seconds) over the exact bytes of `body`.
///
/// While a secret is being rotated, and where the scheme has room for several signatures, both secrets sign, so that
/// a receiver may switch at any moment. Sources without an id header ignore `delivery_id` after checking it.
///
/// # Errors
/// - [`SignError::BadSecret`] when a secret's form does not suit `source`.
/// - [`SignError::BadDeliveryId`] when `delivery_id` is empty, too long, or holds a separator.
/// - [`SignError::BadTimestamp`] when `timestamp` is negative.
/// - [`SignError::Unsupported`] when `source` signs more than id, time and body, or not with a MAC.
pub fn sign(
    source: Source,
    secrets: &Secrets,
    delivery_id: &str,
    timestamp: i64,
    body: &[u8],
) -> Result<Vec<(&'static str, String)>, SignError> {
    if !is_delivery_id(delivery_id) {
        return Err(SignError::BadDeliveryId);
    }
    if timestamp < 0 {
        return Err(SignError::BadTimestamp { timestamp });
    }
    let scheme = plain(source).ok_or(SignError::Unsupported { source_name: source.as_str() })?;
    let timestamp = match scheme.time {
        Some(time) if time.format == TimeFormat::UnixMilliseconds => timestamp.saturating_mul(1_000),
        _ => timestamp,
    };
    let timestamp = timestamp.to_string();
    let content = Content {
        id: delivery_id,
        timestamp: &timestamp,
        method: "",
        url: "",
        path: "",
        parameters: "",
        body,
    };
    let tags = secrets
        .iter()
        .map(|(slot, secret)| {
            let key = secret.key(scheme.key).map_err(|source| SignError::BadSecret { slot, source })?;
            Ok(tag(scheme, &key, content))
        })
        .collect::<Result<Vec<_>, _>>()?;

    let family = &scheme.families[0];
    let signature = (family.signature, signature_header(scheme.layout, &timestamp, &tags));
    let id = family.id.map(|name| (name, delivery_id.to_owned()));
    let time = family.timestamp.map(|name| (name, timestamp));
    Ok(id.into_iter().chain(time).chain([signature]).collect())
}

/// The row of a source that signs nothing but id, time and body.
fn plain(source: Source) -> Option<&'static MacScheme<'static>> {
    let Proof::Mac(scheme) = proof(source) else { return None };
    let all = |part: &Part<'_>| matches!(part, Part::Text(_) | Part::Id | Part::Timestamp | Part::Body);
    scheme.signed.iter().all(all).then_some(scheme)
}

fn signature_header(layout: Layout<'_>, timestamp_text: &str, tags: &[Tag]) -> String {
    let joined = |separator: &str, entry: &dyn Fn(&Tag) -> String| {
        tags.iter().map(entry).collect::<Vec<_>>().join(separator)
    };
    match layout {
        Layout::SpacedBase64 { version } => {
            joined(" ", &|tag| format!("{version},{}", BASE64.encode(tag.bytes())))
        }
        Layout::One { prefix, encoding } => {
            tags.first().map(|tag| format!("{prefix}{}", encoding.encode(tag.bytes()))).unwrap_or_default()
        }
        Layout::FieldsHex { timestamp, version } => {
            let signatures = joined(",", &|tag| format!("{version}={}", hex::encode(tag.bytes())));
            format!("{timestamp}={timestamp_text},{signatures}")
        }
    }
}

impl Encoding {
    /// The bytes as text.
    pub(crate) fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex => hex::encode(bytes),
            Self::Base64 => BASE64.encode(bytes),
            Self::Base64url => URL_SAFE_NO_PAD.encode(bytes),
        }
    }
}
