//! A token before anything is proven, and its claims once its signature is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::{SigningKey, crypto};

/// The longest token that is read, in bytes. Issuers' own are 1 to 2 KiB; group claims can make them several times
/// that.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Why a token proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is longer than [`MAX_TOKEN_BYTES`].
    #[error("the token is {bytes} bytes long, and 16384 are the limit")]
    TooLarge {
        /// The token's length.
        bytes: usize,
    },
    /// It is no signed JSON Web Token, or its claims are not what was asked for.
    #[error("the token is malformed")]
    Malformed,
    /// It asks for an algorithm that is not RS256 or ES256.
    #[error("the token's algorithm is not allowed: it is RS256 or ES256")]
    AlgorithmNotAllowed,
    /// The key is for another algorithm.
    #[error("the token's algorithm is not its key's")]
    AlgorithmMismatch,
    /// The signature does not fit.
    #[error("the token's signature does not fit")]
    BadSignature,
}

/// A token of which nothing is proven but its form.
#[derive(Debug)]
pub struct UnverifiedToken<'a> {
    token: &'a str,
    algorithm: Algorithm,
    key_id: Option<String>,
}

/// The members of a token's header that matter before its key is found.
///
/// `jku`, `jwk`, `x5u` and `x5c` are not among them: a token does not say where its own key is. A member given twice
/// is an error, as everywhere in serde's structs.
#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions the reader must understand (RFC 7515, section 4.1.11). There are none that this crate does.
    #[serde(default)]
    crit: Option<serde::de::IgnoredAny>,
}

impl<'a> UnverifiedToken<'a> {
    /// Reads a token in compact form.
    ///
    /// # Errors
    /// [`TokenError::TooLarge`], [`TokenError::Malformed`] and [`TokenError::AlgorithmNotAllowed`].
    pub fn read(token: &'a str) -> Result<Self, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLarge { bytes: token.len() });
        }
        let mut parts = token.split('.');
        let (Some(header), Some(_), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError::Malformed);
        };
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| TokenError::Malformed)?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| TokenError::Malformed)?;
        if header.crit.is_some() {
            return Err(TokenError::Malformed);
        }
        let algorithm = match header.alg.as_str() {
            "RS256" => Algorithm::RS256,
            "ES256" => Algorithm::ES256,
            _ => return Err(TokenError::AlgorithmNotAllowed),
        };
        Ok(Self { token, algorithm, key_id: header.kid })
    }

    /// The key that the token names.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// What the token claims, written by whoever holds the private half of `key`. Whether it is meant for us, and now,
    /// is not looked at.
    ///
    /// # Errors
    /// [`TokenError::AlgorithmMismatch`], [`TokenError::BadSignature`] and [`TokenError::Malformed`].
    pub fn claims<T: DeserializeOwned>(&self, key: &SigningKey) -> Result<T, TokenError> {
        if key.algorithm != self.algorithm {
            return Err(TokenError::AlgorithmMismatch);
        }
        crypto::install();
        let decoded = jsonwebtoken::decode::<T>(self.token, &key.key, &signature_only(self.algorithm));
        decoded.map(|token| token.claims).map_err(|error| match error.kind() {
            ErrorKind::InvalidSignature => TokenError::BadSignature,
            _ => TokenError::Malformed,
        })
    }
}

/// Lets `jsonwebtoken` check the algorithm and the signature, and nothing else.
///
/// Its own checks of `exp` and `nbf` read the system clock, which is not ours to trust in tests and panics on some
/// Wasm targets; claims are judged against the caller's time instead.
fn signature_only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}
