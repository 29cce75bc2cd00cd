//! The judgement on an inbound delivery: genuine and recent, or why not.

use jwt::KeySet;

use crate::catalog::{IdPlace, MacScheme, Part, Proof, TimeFormat, proof};
use crate::delivery::{Delivery, hubspot_uri, sorted_parameters, with_and_without_port};
use crate::headers::{self, Claim, Headers, is_delivery_id};
use crate::mac::{Content, same, tag};
use crate::secret::{SecretError, SecretSlot, Secrets};
use crate::settings::Settings;
use crate::{Source, body, gong, graph, pubsub, salesforce, template};

/// How far a delivery's time may be from now for most sources, in seconds, either way.
pub const TOLERANCE_S: i64 = 300;

/// What deliveries are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Receiver<'a> {
    /// Who delivers.
    pub source: Source,
    /// The secrets in force. For a source that has none they are not looked at.
    pub secrets: &'a Secrets,
    /// What else the endpoint says.
    pub settings: &'a Settings,
    /// The published keys of the source, where [`named_key`](crate::named_key) asks for them.
    pub keys: Option<&'a KeySet>,
}

/// A delivery whose signature and time were checked. Only [`verify`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// The provider's id of the delivery, the same on a redelivery: from a header or the body where the source has
    /// one, else a hash of the content where the source signs no time. `None` where the content of a day is to be
    /// compared.
    pub delivery_id: Option<String>,
    /// When the delivery was signed, in Unix seconds; `None` where the source does not say.
    pub timestamp: Option<i64>,
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
        name: String,
    },
    /// A header was sent, but not in the scheme's form. A header sent twice ends here too.
    #[error("the header `{name}` is malformed: {reason}")]
    MalformedHeader {
        /// The header's name in lower case.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The body is not in the form in which the source proves itself.
    #[error("the body is not what the source sends: {reason}")]
    MalformedBody {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The delivery's time is too far from now.
    #[error(
        "the delivery was signed {skew_s} s before now: send it within {tolerance_s} s, from a clock that is right"
    )]
    StaleTimestamp {
        /// Now less the delivery's time, in seconds: negative when it lies in the future.
        skew_s: i64,
        /// What the source allows, in seconds.
        tolerance_s: u32,
    },
    /// No signature fits the body and any of the secrets.
    #[error("no signature matches: sign the exact bytes of the body with the endpoint's secret")]
    Mismatch,
    /// The token was not signed by the source's key.
    #[error("the token is not the source's: {reason}")]
    BadToken {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The token is genuine, and for something else.
    #[error("the token's claim `{name}` is not what this endpoint expects")]
    WrongClaim {
        /// The claim's name.
        name: &'static str,
    },
    /// The receiver's own secret can't be used. The sender is not at fault and can't mend it.
    #[error("the endpoint's {slot} secret can't be used: rotate it")]
    BadSecret {
        /// Which secret.
        slot: SecretSlot,
        /// What is wrong with it.
        #[source]
        source: SecretError,
    },
    /// The receiver's own settings, or the source's published keys, are not there or can't be used.
    #[error("the endpoint's settings can't be used: make it anew")]
    BadSettings,
}

impl VerifyError {
    /// Whether the receiver's configuration is at fault, not the delivery.
    #[must_use]
    pub const fn is_configuration_fault(&self) -> bool {
        matches!(self, Self::BadSecret { .. } | Self::BadSettings)
    }

    /// A word for logs and metrics, from a small fixed set.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::MissingHeader { .. } => "missing_header",
            Self::MalformedHeader { .. } => "malformed_header",
            Self::MalformedBody { .. } => "malformed_body",
            Self::StaleTimestamp { .. } => "stale_timestamp",
            Self::Mismatch => "mismatch",
            Self::BadToken { .. } => "bad_token",
            Self::WrongClaim { .. } => "wrong_claim",
            Self::BadSecret { .. } => "bad_secret",
            Self::BadSettings => "bad_settings",
        }
    }
}

/// Judges a delivery at `now_unix_s`, the receiver's clock.
///
/// A time in a header is checked before the signature, which spares hashing a large body for an old capture. Every
/// secret is tried against every signature sent, each comparison in constant time.
///
/// # Errors
/// - [`VerifyError::MissingHeader`], [`VerifyError::MalformedHeader`] and [`VerifyError::MalformedBody`] when the
///   delivery is not in the scheme's form.
/// - [`VerifyError::StaleTimestamp`] beyond the source's tolerance in either direction, and when a token is over.
/// - [`VerifyError::Mismatch`], [`VerifyError::BadToken`] and [`VerifyError::WrongClaim`] when it is not genuine, or
///   not for this endpoint.
/// - [`VerifyError::BadSecret`] when the current secret is unusable, or the previous one is and the current one
///   does not fit; [`VerifyError::BadSettings`] when the settings are not the source's, or no keys were handed in.
pub fn verify<H: Headers + ?Sized>(
    receiver: Receiver<'_>,
    delivery: Delivery<'_, H>,
    now_unix_s: i64,
) -> Result<Verified, VerifyError> {
    match (proof(receiver.source), receiver.settings) {
        (Proof::Mac(scheme), _) => mac(scheme, receiver.secrets, delivery, now_unix_s),
        (Proof::ConfiguredMac, Settings::Hmac(settings)) => {
            let scheme = template::scheme(settings).map_err(|_| VerifyError::BadSettings)?;
            mac(&scheme, receiver.secrets, delivery, now_unix_s)
        }
        (Proof::GongToken, _) => gong::verify(receiver.secrets, delivery, now_unix_s),
        (Proof::GraphClientState, _) => graph::verify(receiver.secrets, delivery),
        (Proof::SalesforceSecret, Settings::Salesforce(settings)) => {
            salesforce::verify(settings, receiver.secrets, delivery)
        }
        (Proof::PubsubToken, Settings::GooglePubsub(settings)) => {
            let keys = receiver.keys.ok_or(VerifyError::BadSettings)?;
            pubsub::verify(settings, keys, delivery, now_unix_s)
        }
        (Proof::ConfiguredMac | Proof::SalesforceSecret | Proof::PubsubToken, _) => {
            Err(VerifyError::BadSettings)
        }
    }
}

fn mac<H: Headers + ?Sized>(
    scheme: &MacScheme<'_>,
    secrets: &Secrets,
    delivery: Delivery<'_, H>,
    now: i64,
) -> Result<Verified, VerifyError> {
    let claim = headers::read(scheme, delivery.headers)?;
    let tolerance_s = scheme.time.map_or(0, |time| time.tolerance_s);
    if let Some(timestamp) = claim.timestamp {
        check_age(timestamp, tolerance_s, now)?;
    }
    let parameters = match scheme.signed.contains(&Part::FormParameters) {
        true => form_parameters(delivery)?,
        false => String::new(),
    };
    let slot = signer(scheme, secrets, &claim, delivery, &parameters)?;
    let timestamp = match scheme.time {
        Some(time) if let Some(member) = time.member => {
            let milliseconds = body::integer(member, delivery.body)
                .ok_or(VerifyError::MalformedBody { reason: "it has no whole number for its time" })?;
            let timestamp = match time.format {
                TimeFormat::UnixSeconds => milliseconds,
                TimeFormat::UnixMilliseconds => milliseconds / 1_000,
            };
            check_age(timestamp, tolerance_s, now)?;
            Some(timestamp)
        }
        _ => claim.timestamp,
    };
    let delivery_id = match scheme.id {
        IdPlace::SignedHeader => claim.id,
        IdPlace::Header(name) => delivery.headers.header(name).filter(|id| is_delivery_id(id)),
        IdPlace::Member(member) => body::delivery_id(member, delivery.body)
            // A body that names no delivery is told from its like by all of it, where no time bounds a replay.
            .or_else(|| scheme.time.is_none().then(|| body::content_id(delivery.body))),
        IdPlace::Content => Some(body::content_id(delivery.body)),
        IdPlace::Nothing => None,
    };
    Ok(Verified { delivery_id, timestamp, secret: slot })
}

/// Which of the secrets signed.
fn signer<H: Headers + ?Sized>(
    scheme: &MacScheme<'_>,
    secrets: &Secrets,
    claim: &Claim,
    delivery: Delivery<'_, H>,
    parameters: &str,
) -> Result<SecretSlot, VerifyError> {
    let urls = match () {
        () if scheme.signed.contains(&Part::HubspotUri) => [Some(hubspot_uri(delivery.url)), None],
        () if scheme.signed.contains(&Part::Url) => with_and_without_port(delivery.url),
        () => [Some(delivery.url.into()), None],
    };
    for (slot, secret) in secrets.iter() {
        let key = secret.key(scheme.key).map_err(|source| VerifyError::BadSecret { slot, source })?;
        for url in urls.iter().flatten() {
            let expected = tag(
                scheme,
                &key,
                Content {
                    id: claim.id.as_deref().unwrap_or_default(),
                    timestamp: &claim.timestamp_text,
                    method: delivery.method,
                    url,
                    path: delivery.path(),
                    parameters,
                    body: delivery.body,
                },
            );
            if claim.tags.iter().any(|claimed| claimed.matches(&expected)) {
                return Ok(slot);
            }
        }
    }
    Err(VerifyError::Mismatch)
}

/// What of the body is signed along with the URL. The signature covers a form by its parameters, and any other body by
/// its hash in the URL; a body that neither covers is nobody's.
fn form_parameters<H: Headers + ?Sized>(delivery: Delivery<'_, H>) -> Result<String, VerifyError> {
    if let Some(claimed) = delivery.parameter("bodySHA256") {
        let hash = body::sha256_hex(delivery.body);
        return if same(&claimed.to_ascii_lowercase(), &hash) {
            Ok(String::new())
        } else {
            Err(VerifyError::Mismatch)
        };
    }
    let media_type = delivery.headers.header("content-type").unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !delivery.body.is_empty() && !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        let reason = "it is no form, and the URL has no `bodySHA256`";
        return Err(VerifyError::MalformedBody { reason });
    }
    Ok(sorted_parameters(delivery.body))
}

pub(crate) fn check_age(timestamp: i64, tolerance_s: u32, now: i64) -> Result<(), VerifyError> {
    let skew_s = now.saturating_sub(timestamp);
    if skew_s.unsigned_abs() > u64::from(tolerance_s) {
        return Err(VerifyError::StaleTimestamp { skew_s, tolerance_s });
    }
    Ok(())
}
