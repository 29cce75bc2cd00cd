//! The judgement on a token, step by step.

use jwt::{FetchKeysError, KeyCache, KeyStore, TokenError, UnverifiedToken};

use super::claims::UnverifiedClaims;
use super::{AccessPolicy, Identity};

/// Judges tokens by one policy.
#[derive(Debug, Clone)]
pub struct AccessVerifier {
    policy: AccessPolicy,
}

/// Why a token was refused.
///
/// [`AccessError::is_unavailable`] divides them: the keys could not be had (503), or the caller is unknown (401).
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The token is longer than 16 KiB.
    #[error(
        "the Access token is {bytes} bytes long, and 16384 are the limit: let the application send fewer claims"
    )]
    TooLarge {
        /// The token's length.
        bytes: usize,
    },
    /// It is no signed JSON Web Token.
    #[error("the Access token is malformed: sign in again")]
    Malformed,
    /// It asks for an algorithm that is not RS256 or ES256.
    #[error("the Access token's algorithm is not allowed: it is RS256 or ES256")]
    AlgorithmNotAllowed,
    /// It names no key.
    #[error("the Access token names no key: sign in again")]
    MissingKeyId,
    /// It names a key that the team has not published.
    #[error("the Access token's key is unknown to the team: sign in again")]
    UnknownKey,
    /// It names a key that is for another algorithm.
    #[error("the Access token's algorithm is not its key's: sign in again")]
    AlgorithmMismatch,
    /// The signature does not fit.
    #[error("the Access token's signature does not fit: sign in again")]
    BadSignature,
    /// A claim that every token has is missing.
    #[error("the Access token lacks the claim `{name}`: sign in again")]
    MissingClaim {
        /// The claim's name.
        name: &'static str,
    },
    /// A claim is there, and not in its form.
    #[error("the Access token's claim `{name}` is malformed: check what the identity provider sends")]
    MalformedClaim {
        /// The claim's name.
        name: &'static str,
    },
    /// Another team issued it.
    #[error("the Access token is another team's: check the configured team domain")]
    WrongIssuer,
    /// It is for another application.
    #[error("the Access token is for another application: check the configured AUD tag")]
    WrongAudience,
    /// It is no application token.
    #[error("the Access token is not of type `app`: send the application's, not the team's")]
    WrongType,
    /// Its time is over.
    #[error("the Access token expired {ago_s} s ago: sign in again")]
    Expired {
        /// For how long, in seconds.
        ago_s: i64,
    },
    /// Its time has not come, by more than clocks differ.
    #[error("the Access token is valid in {in_s} s: check the clocks")]
    NotYetValid {
        /// In how long, in seconds.
        in_s: i64,
    },
    /// There are no keys to check with, so that nothing can be said of the token.
    #[error("the team's keys can't be fetched now: try again in a few seconds")]
    KeysUnavailable {
        /// What failed; `None` while an earlier failure is too recent to try again.
        #[source]
        source: Option<FetchKeysError>,
    },
}

impl AccessError {
    /// Whether the judgement could not be made, rather than going against the caller.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::KeysUnavailable { .. })
    }

    /// A word for logs and metrics, from a small fixed set.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::Malformed => "malformed",
            Self::AlgorithmNotAllowed => "algorithm_not_allowed",
            Self::MissingKeyId => "missing_key_id",
            Self::UnknownKey => "unknown_key",
            Self::AlgorithmMismatch => "algorithm_mismatch",
            Self::BadSignature => "bad_signature",
            Self::MissingClaim { .. } => "missing_claim",
            Self::MalformedClaim { .. } => "malformed_claim",
            Self::WrongIssuer => "wrong_issuer",
            Self::WrongAudience => "wrong_audience",
            Self::WrongType => "wrong_type",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::KeysUnavailable { .. } => "keys_unavailable",
        }
    }
}

impl From<TokenError> for AccessError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::TooLarge { bytes } => Self::TooLarge { bytes },
            TokenError::Malformed => Self::Malformed,
            TokenError::AlgorithmNotAllowed => Self::AlgorithmNotAllowed,
            TokenError::AlgorithmMismatch => Self::AlgorithmMismatch,
            TokenError::BadSignature => Self::BadSignature,
        }
    }
}

impl AccessVerifier {
    /// A verifier for `policy`.
    #[must_use]
    pub const fn new(policy: AccessPolicy) -> Self {
        Self { policy }
    }

    /// The policy, for the address of its keys.
    #[must_use]
    pub const fn policy(&self) -> &AccessPolicy {
        &self.policy
    }

    /// Judges `token` at `now_unix_s`, with keys from `cache`, or from `store` where the cache lets it.
    ///
    /// # Errors
    /// [`AccessError`], by the first check that fails, in the order of its variants; keys are looked for after
    /// [`AccessError::MissingKeyId`] and claims after [`AccessError::BadSignature`].
    pub async fn verify(
        &self,
        token: &str,
        cache: &KeyCache,
        store: &dyn KeyStore,
        now_unix_s: i64,
    ) -> Result<Identity, AccessError> {
        let token = UnverifiedToken::read(token)?;
        let kid = token.key_id().ok_or(AccessError::MissingKeyId)?;
        let keys = cache
            .keys(kid, store, now_unix_s)
            .await
            .map_err(|source| AccessError::KeysUnavailable { source })?;
        let key = keys.find(kid).ok_or(AccessError::UnknownKey)?;
        let claims: UnverifiedClaims = token.claims(key)?;
        claims.judge(&self.policy, now_unix_s)
    }
}
