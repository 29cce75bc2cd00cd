//! Google Cloud Pub/Sub: an OpenID Connect token that Google signs for the subscription's service account.
//!
//! The token says who pushes and to whom, not what: the body is not covered, and TLS alone keeps it as it was sent.

use jwt::{KeySet, UnverifiedToken};
use serde::Deserialize;

use crate::Source;
use crate::delivery::Delivery;
use crate::gong::{bad_token, bearer, check_times};
use crate::headers::{Headers, is_delivery_id};
use crate::mac::same;
use crate::secret::SecretSlot;
use crate::settings::PubsubSettings;
use crate::verify::{Verified, VerifyError};

/// Google writes its name in both ways.
const ISSUERS: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];

/// The key among its source's published ones that a delivery's token names; `None` for a source without published
/// keys. Whoever verifies fetches the set and hands it in.
///
/// # Errors
/// As [`verify`](crate::verify), for a token that names no key.
pub fn named_key<H: Headers + ?Sized>(
    source: Source,
    delivery: Delivery<'_, H>,
) -> Result<Option<String>, VerifyError> {
    if source != Source::GooglePubsub {
        return Ok(None);
    }
    let header = bearer(delivery)?;
    let token = UnverifiedToken::read(&header).map_err(bad_token)?;
    match token.key_id() {
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(VerifyError::BadToken { reason: "it names no key" }),
    }
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: Option<String>,
    aud: Option<String>,
    email: Option<String>,
    email_verified: Option<bool>,
    exp: Option<i64>,
    iat: Option<i64>,
}

pub(crate) fn verify<H: Headers + ?Sized>(
    settings: &PubsubSettings,
    keys: &KeySet,
    delivery: Delivery<'_, H>,
    now: i64,
) -> Result<Verified, VerifyError> {
    let header = bearer(delivery)?;
    let token = UnverifiedToken::read(&header).map_err(bad_token)?;
    let key = token.key_id().and_then(|name| keys.find(name));
    let key = key.ok_or(VerifyError::BadToken { reason: "it names a key that is not published" })?;
    let Claims { iss, aud, email, email_verified, exp, iat } = token.claims(key).map_err(bad_token)?;
    let wrong = |name| Err(VerifyError::WrongClaim { name });
    if !iss.is_some_and(|issuer| ISSUERS.contains(&issuer.as_str())) {
        return wrong("iss");
    }
    let audience = settings.audience.as_deref().unwrap_or(delivery.url);
    if !aud.is_some_and(|claimed| same(&claimed, audience)) {
        return wrong("aud");
    }
    if !email.is_some_and(|claimed| same(&claimed, &settings.service_account)) {
        return wrong("email");
    }
    if email_verified != Some(true) {
        return wrong("email_verified");
    }
    if exp.is_none() {
        return wrong("exp");
    }
    check_times(exp, iat, now)?;
    Ok(Verified { delivery_id: message_id(delivery.body), timestamp: iat, secret: SecretSlot::Current })
}

/// The id that Pub/Sub gives a message; it stays with it however often it is pushed.
fn message_id(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Push {
        message: Message,
    }
    #[derive(Deserialize)]
    struct Message {
        #[serde(rename = "messageId")]
        id: String,
    }
    let Push { message: Message { id } } = serde_json::from_slice(body).ok()?;
    is_delivery_id(&id).then_some(id)
}
