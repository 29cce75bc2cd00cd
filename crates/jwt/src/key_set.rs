//! Published signing keys (RFC 7517), reduced to those this crate can use, and single public keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use rsa::pkcs8::DecodePublicKey as _;
use rsa::traits::PublicKeyParts as _;
use serde::Deserialize;

use crate::crypto;

/// Far above what any issuer publishes: two keys are about 4 KiB.
const MAX_BYTES: usize = 256 * 1024;

/// The usable keys of a published set, each with its `kid` and the one algorithm it is for.
#[derive(Debug, Clone)]
pub struct KeySet {
    keys: Vec<SigningKey>,
}

/// The public half of a key that signs tokens, and the one algorithm it is for.
#[derive(Debug, Clone)]
pub struct SigningKey {
    /// Empty for a key that stands alone.
    kid: String,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: DecodingKey,
}

/// Why a published set can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeySetError {
    /// It is larger than 256 KiB.
    #[error(
        "the key set is larger than 256 KiB: check that the address is where the issuer publishes its keys"
    )]
    TooLarge,
    /// It is not a JSON object with an array `keys`.
    #[error(
        "the key set is no JSON Web Key Set: check that the address is where the issuer publishes its keys"
    )]
    NotAKeySet(#[source] serde_json::Error),
    /// None of its keys is RS256 of 2048 bits and more, or ES256, for signatures and with a `kid`.
    #[error("the key set holds no usable key: one with a `kid`, for RS256 from 2048 bits or for ES256")]
    NoUsableKey,
}

impl KeySet {
    /// Reads a published set. Keys of other kinds are passed over: publishing one must not lock everyone out.
    ///
    /// # Errors
    /// [`KeySetError`] when the text is no key set or nothing in it is usable.
    pub fn parse(json: &str) -> Result<Self, KeySetError> {
        #[derive(Deserialize)]
        struct Published {
            // Each by itself, so that one malformed key spoils no other.
            keys: Vec<serde_json::Value>,
        }
        if json.len() > MAX_BYTES {
            return Err(KeySetError::TooLarge);
        }
        let published: Published = serde_json::from_str(json).map_err(KeySetError::NotAKeySet)?;
        let keys: Vec<_> = published.keys.into_iter().filter_map(usable).collect();
        if keys.is_empty() { Err(KeySetError::NoUsableKey) } else { Ok(Self { keys }) }
    }

    /// The key with this `kid`.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&SigningKey> {
        self.keys.iter().find(|key| key.kid == kid)
    }
}

fn usable(value: serde_json::Value) -> Option<SigningKey> {
    let jwk: Jwk = serde_json::from_value(value).ok()?;
    let kid = jwk.common.key_id.clone().filter(|kid| !kid.is_empty())?;
    if !matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return None;
    }
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    // A key is for one algorithm: the one it names, or the one there is for its kind if it names none.
    let algorithm = match (&jwk.algorithm, jwk.common.key_algorithm) {
        (AlgorithmParameters::RSA(_), None | Some(KeyAlgorithm::RS256)) => {
            crypto::rsa_key(&key).ok()?;
            Algorithm::RS256
        }
        (AlgorithmParameters::EllipticCurve(curve), None | Some(KeyAlgorithm::ES256))
            if curve.curve == EllipticCurve::P256 =>
        {
            crypto::p256_key(&key).ok()?;
            Algorithm::ES256
        }
        _ => return None,
    };
    Some(SigningKey { kid, algorithm, key })
}

/// Why a public key can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// It is no `SubjectPublicKeyInfo`, in PEM or as the base64 inside it.
    #[error("the key is no public key in PEM: paste all of it, from `-----BEGIN PUBLIC KEY-----` on")]
    NotAPublicKey,
    /// It is not RSA, or not of 2048 to 4096 bits.
    #[error("the key is no RSA key of 2048 to 4096 bits")]
    NotUsable,
}

impl SigningKey {
    /// An RSA key for RS256, from PEM (`-----BEGIN PUBLIC KEY-----`) or from the bare base64 inside it.
    ///
    /// # Errors
    /// [`PublicKeyError`] when the text holds no such key.
    pub fn from_rsa_pem(text: &str) -> Result<Self, PublicKeyError> {
        let body: String = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("-----"))
            .flat_map(|line| line.split_ascii_whitespace())
            .collect();
        if body.len() > MAX_KEY_BASE64 {
            return Err(PublicKeyError::NotAPublicKey);
        }
        let der = BASE64.decode(body).map_err(|_| PublicKeyError::NotAPublicKey)?;
        let key = rsa::RsaPublicKey::from_public_key_der(&der).map_err(|_| PublicKeyError::NotAPublicKey)?;
        let key = DecodingKey::from_rsa_raw_components(&key.n().to_bytes_be(), &key.e().to_bytes_be());
        crypto::rsa_key(&key).map_err(|_| PublicKeyError::NotUsable)?;
        Ok(Self { kid: String::new(), algorithm: Algorithm::RS256, key })
    }
}

/// 4096 bits are some 750 characters.
const MAX_KEY_BASE64: usize = 4_096;
