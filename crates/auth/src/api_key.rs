//! The API key itself: making one, recognizing one.

use std::fmt;

use crc::{CRC_32_ISO_HDLC, Crc, NoTable};

use crate::KeyHash;
use crate::base62;

const PREFIX: &str = "wk_";
const PUBLIC_CHARS: usize = 12;
const SECRET_CHARS: usize = 43;
const CHECKSUM_CHARS: usize = 6;
/// `wk_`, the public half, `_`.
const SECRET_AT: usize = PREFIX.len() + PUBLIC_CHARS + 1;
const CHECKSUM_AT: usize = SECRET_AT + SECRET_CHARS;
const LENGTH: usize = CHECKSUM_AT + CHECKSUM_CHARS;

/// A whole API key, as its owner holds it: well-formed, and known to nobody else.
///
/// It has neither `Display` nor `==`. `Debug` shows the public half alone; comparing is done by [`ApiKey::hash`].
#[derive(Clone)]
pub struct ApiKey(String);

/// Why a text is no API key. None of these repeats the text, which may be someone's secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// The `Authorization` header is not of the form `Bearer <key>`.
    #[error("send the API key as `Authorization: Bearer wk_…`")]
    NotBearer,
    /// It does not start with `wk_`: another kind of credential.
    #[error("this is no API key: one starts with `wk_`")]
    NotAKey,
    /// It starts like a key, but is too short, too long, or holds a character no key has.
    #[error("the API key is incomplete: it is `wk_`, 12 letters and digits, `_`, and 49 more")]
    Shape,
    /// It has a key's shape, but was mistyped or cut: no such key was ever issued.
    #[error("the API key is mistyped: its checksum does not fit")]
    Checksum,
}

impl ApiKey {
    /// Makes a key from 41 random bytes of the caller's: 9 for the public half, 32 for the secret.
    ///
    /// They must come from a cryptographically secure generator, and serve once.
    #[must_use]
    pub fn generate(random: [u8; 41]) -> Self {
        let (public, secret) = random.split_at(9);
        let mut public = public.to_vec();
        // 71 bits are what twelve digits always hold; they tell keys apart and need not be secret.
        public[0] &= 0x7f;
        let mut text = format!(
            "{PREFIX}{}_{}",
            base62::encode(&public, PUBLIC_CHARS),
            base62::encode(secret, SECRET_CHARS)
        );
        text.push_str(&checksum(&text));
        Self(text)
    }

    /// Recognizes a key by its shape and checksum. Whether it was issued is for its [`KeyRecord`](crate::KeyRecord).
    ///
    /// # Errors
    /// [`ApiKeyError::NotAKey`], [`ApiKeyError::Shape`] or [`ApiKeyError::Checksum`], in that order of looking.
    pub fn parse(text: &str) -> Result<Self, ApiKeyError> {
        if !text.starts_with(PREFIX) {
            return Err(ApiKeyError::NotAKey);
        }
        let well_formed =
            text.len() == LENGTH
                && text.bytes().enumerate().skip(PREFIX.len()).all(|(at, byte)| {
                    if at == SECRET_AT - 1 { byte == b'_' } else { base62::is_digit(byte) }
                });
        if !well_formed {
            return Err(ApiKeyError::Shape);
        }
        let (key, claimed) = text.split_at(CHECKSUM_AT);
        if checksum(key) != claimed {
            return Err(ApiKeyError::Checksum);
        }
        Ok(Self(text.to_owned()))
    }

    /// Takes the key out of an `Authorization` header's value.
    ///
    /// # Errors
    /// [`ApiKeyError::NotBearer`] when the scheme is another, else as [`ApiKey::parse`].
    pub fn from_authorization(value: &str) -> Result<Self, ApiKeyError> {
        let (scheme, credentials) = value.trim().split_once(' ').ok_or(ApiKeyError::NotBearer)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(ApiKeyError::NotBearer);
        }
        Self::parse(credentials.trim_start())
    }

    /// The public half, `wk_` and 12 characters: to show, to log, to look a record up by.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.0[..SECRET_AT - 1]
    }

    /// What to store, and what to compare.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(&self.0)
    }

    /// The whole key: to show its owner, once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({}_redacted)", self.prefix())
    }
}

/// CRC-32 finds every single mistyped character. It proves nothing: anyone can compute it.
fn checksum(text: &str) -> String {
    // Without its table: a key is short, and the table would be a kilobyte of the Wasm module.
    let crc = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC).checksum(text.as_bytes());
    base62::encode(&crc.to_be_bytes(), CHECKSUM_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(seed: u8) -> [u8; 41] {
        std::array::from_fn(|at| (at as u8).wrapping_mul(37).wrapping_add(seed))
    }

    #[test]
    fn a_key_is_recognized_and_keeps_its_hash() {
        for random in [[0; 41], [0xff; 41], bytes(1), bytes(2)] {
            let key = ApiKey::generate(random);
            let parsed = ApiKey::parse(key.expose()).unwrap();
            assert_eq!(parsed.hash(), key.hash());
            assert_eq!(key.expose().len(), LENGTH);
            assert_eq!(key.prefix().len(), 15);
            assert!(key.expose().starts_with(key.prefix()));
        }
        assert_ne!(ApiKey::generate(bytes(1)).hash(), ApiKey::generate(bytes(2)).hash());
    }

    /// Keys in customers' hands must stay valid. This one was computed with Python's `zlib.crc32`.
    #[test]
    fn the_format_is_stable() {
        let key = ApiKey::generate(std::array::from_fn(|at| at as u8));
        assert_eq!(key.expose(), "wk_005McJmDgrvc_28tXK1Or6W6dxxtkBjpgyO1OMqFi6605981s6EEnt4y25AD8A");
    }

    #[test]
    fn every_single_mistyped_character_is_found() {
        let key = ApiKey::generate(bytes(3)).expose().to_owned();
        for at in 0..key.len() {
            for typed in ["0", "A", "z", "_", "-", " "] {
                let mut wrong = key.clone();
                wrong.replace_range(at..=at, typed);
                assert!(wrong == key || ApiKey::parse(&wrong).is_err(), "{at} {typed}");
            }
        }
    }

    #[test]
    fn what_is_no_key_is_refused_by_kind() {
        let key = ApiKey::generate(bytes(4)).expose().to_owned();
        let check = |text: &str, expect: ApiKeyError| {
            assert_eq!(ApiKey::parse(text).map(drop), Err(expect), "{text}");
        };
        check("", ApiKeyError::NotAKey);
        check("sk-proj-abc", ApiKeyError::NotAKey);
        check(&key.to_uppercase(), ApiKeyError::NotAKey);
        check("wk_", ApiKeyError::Shape);
        check(&key[..key.len() - 1], ApiKeyError::Shape);
        check(&format!("{key}0"), ApiKeyError::Shape);
        check(&format!("{key}\n"), ApiKeyError::Shape);
        check(&key.replacen("wk_", "wk_é", 1)[..LENGTH], ApiKeyError::Shape);
        check(&format!("{}000000", &key[..CHECKSUM_AT]), ApiKeyError::Checksum);
    }

    #[test]
    fn the_header_is_bearer_in_any_case() {
        let key = ApiKey::generate(bytes(5)).expose().to_owned();
        for value in [format!("Bearer {key}"), format!("bearer  {key} "), format!("BEARER {key}")] {
            assert!(ApiKey::from_authorization(&value).is_ok(), "{value}");
        }
        for value in
            [key.clone(), format!("Basic {key}"), String::new(), "Bearer".to_owned(), format!("Bearer{key}")]
        {
            assert_eq!(ApiKey::from_authorization(&value).map(drop), Err(ApiKeyError::NotBearer), "{value}");
        }
        assert_eq!(ApiKey::from_authorization("Bearer a b").map(drop), Err(ApiKeyError::NotAKey));
    }

    #[test]
    fn debug_shows_the_public_half_alone() {
        let key = ApiKey::generate(bytes(6));
        let shown = format!("{key:?}");
        assert_eq!(shown, format!("ApiKey({}_redacted)", key.prefix()));
        assert!(!shown.contains(&key.expose()[SECRET_AT..]));
    }
}
