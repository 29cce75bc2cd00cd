//! What is stored of an API key.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// The SHA-256 of a whole API key. `==` takes the same time wherever the first difference stands.
///
/// A fast hash is right here, and a password hash would not be: the key holds 256 random bits, so that there is no
/// list of likely keys to try against a stolen hash, while the hash is computed on every request.
#[derive(Clone, Copy)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    pub(crate) fn of(key: &str) -> Self {
        Self(Sha256::digest(key).into())
    }
}

impl PartialEq for KeyHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for KeyHash {}

impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyHash({self})")
    }
}

/// A text that is no key hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key hash is 64 lower-case hexadecimal digits")]
pub struct ParseKeyHashError;

impl FromStr for KeyHash {
    type Err = ParseKeyHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        // One spelling only: the text is a look-up key in storage.
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(ParseKeyHashError);
        }
        hex::decode_to_slice(text, &mut bytes).map_err(|_| ParseKeyHashError)?;
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_sha_256_in_hex_and_survives_its_text() {
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(KeyHash::of("abc").to_string(), abc);
        assert_eq!(abc.parse(), Ok(KeyHash::of("abc")));
        assert_ne!(KeyHash::of("abc"), KeyHash::of("abd"));
        for bad in ["", "ba78", &abc.to_uppercase(), &format!("{abc}00"), &abc.replace('b', "g")] {
            assert_eq!(bad.parse::<KeyHash>(), Err(ParseKeyHashError), "{bad}");
        }
    }
}
