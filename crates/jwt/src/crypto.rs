//! The two signature algorithms, handed to `jsonwebtoken` as its whole backend.
//!
//! What is not here can't be used, whatever a token asks for: no HMAC to be keyed with a public key, no `none`, no
//! way to sign. Nor does its code enter the Wasm module.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{Error as SignatureError, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey};
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};
use sha2::{Digest as _, Sha256};

static PROVIDER: CryptoProvider =
    CryptoProvider { signer_factory, verifier_factory, key_utils: KeyUtils::new_unimplemented() };

/// Makes `jsonwebtoken` use this backend. Calling it again does nothing.
pub(crate) fn install() {
    // It fails when a backend is in place already: this one, from an earlier call.
    let _ = PROVIDER.install_default();
}

fn signer_factory(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    Err(ErrorKind::UnsupportedAlgorithm.into())
}

fn verifier_factory(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    match algorithm {
        Algorithm::RS256 => Ok(Box::new(Rs256(rsa_key(key)?))),
        Algorithm::ES256 => Ok(Box::new(Es256(p256_key(key)?))),
        _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
    }
}

/// The key, if it is RSA of 2048 to 4096 bits (the upper bound is the library's) with a sound exponent.
pub(crate) fn rsa_key(key: &DecodingKey) -> Result<RsaPublicKey, Error> {
    const MIN_BITS: usize = 2_048;
    let DecodingKeyKind::RsaModulusExponent { n, e } = key.kind() else {
        return Err(ErrorKind::InvalidKeyFormat.into());
    };
    let n = BigUint::from_bytes_be(n);
    if n.bits() < MIN_BITS {
        return Err(ErrorKind::InvalidRsaKey("shorter than 2048 bits".to_owned()).into());
    }
    RsaPublicKey::new(n, BigUint::from_bytes_be(e))
        .map_err(|error| ErrorKind::InvalidRsaKey(error.to_string()).into())
}

/// The key, if it is a point of P-256.
pub(crate) fn p256_key(key: &DecodingKey) -> Result<p256::ecdsa::VerifyingKey, Error> {
    let point = key.try_get_as_bytes()?;
    p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| ErrorKind::InvalidEcdsaKey.into())
}

struct Rs256(RsaPublicKey);

impl Verifier<Vec<u8>> for Rs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        self.0
            .verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message), signature)
            .map_err(|_| SignatureError::new())
    }
}

impl JwtVerifier for Rs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

struct Es256(p256::ecdsa::VerifyingKey);

impl Verifier<Vec<u8>> for Es256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        let signature = p256::ecdsa::Signature::from_slice(signature)?;
        self.0.verify(message, &signature)
    }
}

impl JwtVerifier for Es256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::ES256
    }
}
