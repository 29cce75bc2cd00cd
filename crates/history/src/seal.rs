//! Credentials at rest: encrypted with a key that is in no database, bound to whose they are.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};

use crate::Credentials;

/// What sealed credentials begin with: how they are sealed.
const VERSION: &str = "x1.";
/// The bytes of a nonce: as many as make a random one unique.
pub const NONCE_BYTES: usize = 24;
/// The bytes of a key.
const KEY_BYTES: usize = 32;

/// The key that seals credentials. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct SealingKey([u8; KEY_BYTES]);

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

/// Why credentials cannot be opened, or a key not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The key is not 32 bytes in base64.
    #[error("the key must be 32 bytes in base64, such as `openssl rand -base64 32` makes")]
    Key,
    /// Another key sealed them, they are another tenant's or endpoint's, or they were tampered with.
    #[error("the stored credentials cannot be opened: they were sealed with another key")]
    Unopened,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    api_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api_secret: Option<String>,
}

impl SealingKey {
    /// From base64, as an environment has it.
    ///
    /// # Errors
    /// [`SealError::Key`].
    pub fn from_base64(text: &str) -> Result<Self, SealError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| SealError::Key)?;
        bytes.try_into().map(Self).map_err(|_| SealError::Key)
    }

    /// Seals credentials. `owner` says whose they are, and has to be said again to open them; a nonce is used once.
    #[must_use]
    pub fn seal(&self, credentials: &Credentials, owner: &str, nonce: [u8; NONCE_BYTES]) -> String {
        let Credentials { api_key, api_secret } = credentials.clone();
        let plain = serde_json::to_vec(&Sealed { api_key, api_secret }).unwrap_or_default();
        let payload = Payload { msg: &plain, aad: owner.as_bytes() };
        // It fails for messages of gigabytes only.
        let sealed = self.cipher().encrypt(XNonce::from_slice(&nonce), payload).unwrap_or_default();
        format!("{VERSION}{}", STANDARD.encode([&nonce[..], &sealed].concat()))
    }

    /// Opens what was sealed.
    ///
    /// # Errors
    /// [`SealError::Unopened`].
    pub fn open(&self, sealed: &str, owner: &str) -> Result<Credentials, SealError> {
        let bytes = sealed.strip_prefix(VERSION).and_then(|text| STANDARD.decode(text).ok());
        let bytes = bytes.ok_or(SealError::Unopened)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES).ok_or(SealError::Unopened)?;
        let payload = Payload { msg: sealed, aad: owner.as_bytes() };
        let plain = self.cipher().decrypt(XNonce::from_slice(nonce), payload);
        let plain = plain.map_err(|_| SealError::Unopened)?;
        let Sealed { api_key, api_secret } =
            serde_json::from_slice(&plain).map_err(|_| SealError::Unopened)?;
        Ok(Credentials { api_key, api_secret })
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_open_with_the_key_and_for_the_owner_that_they_were_sealed_for_and_no_other() {
        let key = SealingKey([7; KEY_BYTES]);
        let credentials = Credentials { api_key: "k".into(), api_secret: Some("s".into()) };
        let sealed = key.seal(&credentials, "ten_1/end_1", [3; NONCE_BYTES]);
        assert_eq!(key.open(&sealed, "ten_1/end_1"), Ok(credentials.clone()));
        assert_eq!(key.open(&sealed, "ten_2/end_1"), Err(SealError::Unopened));
        assert_eq!(SealingKey([8; KEY_BYTES]).open(&sealed, "ten_1/end_1"), Err(SealError::Unopened));
        let mut bent = sealed.clone().into_bytes();
        let last = bent.len() - 6;
        bent[last] = if bent[last] == b'A' { b'B' } else { b'A' };
        for odd in ["", "x1.", "x1.AAAA", "x2.AAAA", &String::from_utf8(bent).unwrap()] {
            assert_eq!(key.open(odd, "ten_1/end_1"), Err(SealError::Unopened), "{odd}");
        }
        assert!(!format!("{key:?}{credentials:?}").contains('7'));
    }

    #[test]
    fn a_key_has_32_bytes_in_base64() {
        assert!(SealingKey::from_base64(&format!("{}\n", STANDARD.encode([1; 32]))).is_ok());
        for odd in ["", "secret", &STANDARD.encode([1; 31])] {
            assert_eq!(SealingKey::from_base64(odd).err(), Some(SealError::Key), "{odd}");
        }
    }
}
