//! The judgement on an inbound delivery: genuine and recent, or why not.

use crate::catalog::scheme;
use crate::headers::{self, Headers};
use crate::mac::{Delivery, tag};
use crate::secret::{SecretError, SecretSlot, Secrets};
use crate::{Source, body};

/// How far a delivery's time may be from now, in seconds, either way. It is what all four sources recommend.
pub const TOLERANCE_S: i64 = 300;

/// A delivery whose signature and time were checked. Only [`verify`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// The provider's id of the delivery, the same on a redelivery: from a header where the scheme has one, else from
    /// the body (Slack's `event_id`, Stripe's `id`). `None` where the provider names none: use a hash of the content.
    pub delivery_id: Option<String>,
    /// When the delivery was signed, in Unix seconds.
    pub timestamp: i64,
    /// The secret it was signed with; `Previous` means that the sender has yet to take up the new one.
    pub secret: SecretSlot,
}

/// Why a delivery was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// A header that the scheme needs was not sent.
    #[error("the header `{name}` is missing: send it as the source's signature scheme says")]
    MissingHeader {
        /// The header's name in lower case.
        name: &'static str,
    },
    /// A header was sent, but not in the scheme's form. A header sent twice ends here too.
    #[error("the header `{name}` is malformed: {reason}")]
    MalformedHeader {
        /// The header's name in lower case.
        name: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The delivery's time is more than [`TOLERANCE_S`] away from now.
    #[error(
        "the delivery was signed {skew_s} s before now: send it within 300 s, from a clock that is right"
    )]
    StaleTimestamp {
        /// Now less the delivery's time, in seconds: negative when it lies in the future.
        skew_s: i64,
    },
    /// No signature fits the body and any of the secrets.
    #[error("no signature matches: sign the exact bytes of the body with the endpoint's secret")]
    Mismatch,
    /// The receiver's own secret can't be used. The sender is not at fault and can't mend it.
    #[error("the endpoint's {slot} secret can't be used: rotate it")]
    BadSecret {
        /// Which secret.
        slot: SecretSlot,
        /// What is wrong with it.
        #[source]
        source: SecretError,
    },
}

impl VerifyError {
    /// Whether the receiver's configuration is at fault, not the delivery.
    #[must_use]
    pub const fn is_configuration_fault(&self) -> bool {
        matches!(self, Self::BadSecret { .. })
    }

    /// A word for logs and metrics, from a small fixed set.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::MissingHeader { .. } => "missing_header",
            Self::MalformedHeader { .. } => "malformed_header",
            Self::StaleTimestamp { .. } => "stale_timestamp",
            Self::Mismatch => "mismatch",
            Self::BadSecret { .. } => "bad_secret",
        }
    }
}

/// Judges a delivery: `body` is the request's bytes exactly as they came, `now_unix_s` the receiver's clock.
///
/// The time is checked before the signature, which spares hashing a large body for an old capture. Every secret is
/// tried against every signature sent, each comparison in constant time.
///
/// # Errors
/// - [`VerifyError::MissingHeader`] and [`VerifyError::MalformedHeader`] when the headers are not the scheme's.
/// - [`VerifyError::StaleTimestamp`] beyond [`TOLERANCE_S`] in either direction.
/// - [`VerifyError::Mismatch`] when no signature fits.
/// - [`VerifyError::BadSecret`] when the current secret is unusable, or the previous one is and the current one
///   does not fit.
pub fn verify(
    source: Source,
    secrets: &Secrets,
    headers: &(impl Headers + ?Sized),
    body: &[u8],
    now_unix_s: i64,
) -> Result<Verified, VerifyError> {
    let scheme = scheme(source);
    let claim = headers::read(scheme, headers)?;
    let skew_s = now_unix_s.saturating_sub(claim.timestamp);
    if skew_s.unsigned_abs() > TOLERANCE_S.unsigned_abs() {
        return Err(VerifyError::StaleTimestamp { skew_s });
    }
    let delivery =
        Delivery { id: claim.id.as_deref().unwrap_or_default(), timestamp: &claim.timestamp_text, body };
    for (slot, secret) in secrets.iter() {
        let key = secret.key(source).map_err(|source| VerifyError::BadSecret { slot, source })?;
        let expected = tag(scheme, &key, delivery);
        if claim.tags.iter().any(|claimed| claimed.matches(&expected)) {
            let delivery_id =
                claim.id.or_else(|| scheme.body_id.and_then(|member| body::delivery_id(member, body)));
            return Ok(Verified { delivery_id, timestamp: claim.timestamp, secret: slot });
        }
    }
    Err(VerifyError::Mismatch)
}
