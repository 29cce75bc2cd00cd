//! Gong: a token in the `Authorization` header, signed by the customer's own Gong, over the URL and the body's hash.

use jwt::{MAX_TOKEN_BYTES, SigningKey, TokenError, UnverifiedToken};
use serde::Deserialize;

use crate::delivery::Delivery;
use crate::headers::{Headers, required_up_to};
use crate::mac::same;
use crate::secret::{SecretError, Secrets};
use crate::verify::{Verified, VerifyError, check_age};
use crate::{TOLERANCE_S, body};

/// How far Gong's clock may be from ours, in seconds.
const LEEWAY_S: i64 = 60;

#[derive(Debug, Deserialize)]
struct Claims {
    webhook_url: Option<String>,
    body_sha256: Option<String>,
    exp: Option<i64>,
    iat: Option<i64>,
    nbf: Option<i64>,
}

pub(crate) fn verify<H: Headers + ?Sized>(
    public_keys: &Secrets,
    delivery: Delivery<'_, H>,
    now: i64,
) -> Result<Verified, VerifyError> {
    let header = bearer(delivery)?;
    let token = UnverifiedToken::read(&header).map_err(bad_token)?;
    let mut refusal = VerifyError::Mismatch;
    for (slot, public_key) in public_keys.iter() {
        let key = SigningKey::from_rsa_pem(public_key.expose())
            .map_err(|_| VerifyError::BadSecret { slot, source: SecretError::NotAPublicKey })?;
        match token.claims::<Claims>(&key) {
            Ok(claims) => {
                let timestamp = judge(claims, delivery, now)?;
                return Ok(Verified { delivery_id: None, timestamp, secret: slot });
            }
            Err(error) => refusal = bad_token(error),
        }
    }
    Err(refusal)
}

fn judge<H: Headers + ?Sized>(
    claims: Claims,
    delivery: Delivery<'_, H>,
    now: i64,
) -> Result<Option<i64>, VerifyError> {
    let Claims { webhook_url, body_sha256, exp, iat, nbf } = claims;
    if webhook_url.as_deref() != Some(delivery.url) {
        return Err(VerifyError::WrongClaim { name: "webhook_url" });
    }
    let claimed = body_sha256.unwrap_or_default().to_ascii_lowercase();
    if !same(&claimed, &body::sha256_hex(delivery.body)) {
        return Err(VerifyError::WrongClaim { name: "body_sha256" });
    }
    check_times(exp, nbf.max(iat), now)?;
    if exp.is_none() {
        // Without an end of its own a token is good for as long as any other signature.
        let issued_at = iat.ok_or(VerifyError::WrongClaim { name: "exp" })?;
        check_age(issued_at, TOLERANCE_S as u32, now)?;
    }
    Ok(iat)
}

/// Checks that a token's time has come and is not over.
pub(crate) fn check_times(exp: Option<i64>, from: Option<i64>, now: i64) -> Result<(), VerifyError> {
    let tolerance_s = LEEWAY_S as u32;
    if let Some(exp) = exp.filter(|exp| now.saturating_sub(*exp) >= LEEWAY_S) {
        return Err(VerifyError::StaleTimestamp { skew_s: now.saturating_sub(exp), tolerance_s });
    }
    if let Some(from) = from.filter(|from| from.saturating_sub(now) > LEEWAY_S) {
        return Err(VerifyError::StaleTimestamp { skew_s: now.saturating_sub(from), tolerance_s });
    }
    Ok(())
}

/// The token in the `Authorization` header, with or without `Bearer`.
pub(crate) fn bearer<H: Headers + ?Sized>(delivery: Delivery<'_, H>) -> Result<String, VerifyError> {
    let most = MAX_TOKEN_BYTES + "Bearer ".len();
    let header = required_up_to(delivery.headers, "authorization", most, "it is longer than 16384 bytes")?;
    let token = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => header.trim(),
    };
    Ok(token.to_owned())
}

pub(crate) fn bad_token(error: TokenError) -> VerifyError {
    let reason = match error {
        TokenError::TooLarge { .. } => "it is longer than 16384 bytes",
        TokenError::Malformed => "it is malformed",
        TokenError::AlgorithmNotAllowed => "its algorithm is not RS256",
        TokenError::AlgorithmMismatch => "its algorithm is not its key's",
        TokenError::BadSignature => "its signature does not fit",
    };
    VerifyError::BadToken { reason }
}
