//! Shared secrets: their text, the key inside it, and the pair that rotation needs.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::catalog::{KeyForm, key_form};
use crate::headers::decode;
use crate::settings::Settings;
use crate::{HmacSettings, Source};

const WHSEC: &str = "whsec_";
/// The Standard Webhooks specification's bounds on a key, in bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Bounds on a secret that is used as text, in bytes. Providers issue 20 and more characters; the lower bound
/// refuses the empty secret and the hand-typed word, with which anyone could sign.
const TEXT_BYTES: std::ops::RangeInclusive<usize> = 12..=256;
/// Bounds on a key that is given encoded, in bytes.
const ENCODED_BYTES: std::ops::RangeInclusive<usize> = 16..=128;
/// The longest public key in PEM, in bytes.
const MAX_PEM_BYTES: usize = 8_192;

/// A shared secret as the provider shows it. `Debug` never prints it, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret's text without judging it: [`Secret::check`] does, for the source it is meant for.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Makes a secret in the form `source` itself issues, from 32 random bytes of the caller's.
    ///
    /// The bytes must come from a cryptographically secure generator: all of a signature's worth is in them.
    #[must_use]
    pub fn generate(source: Source, random: [u8; 32]) -> Self {
        Self(match source {
            Source::Standard => format!("{WHSEC}{}", BASE64.encode(random)),
            Source::Stripe => format!("{WHSEC}{}", hex::encode(random)),
            _ => hex::encode(random),
        })
    }

    /// The same for a source whose settings say how secrets are written.
    #[must_use]
    pub fn generate_for(source: Source, settings: &Settings, random: [u8; 32]) -> Self {
        match settings {
            Settings::Hmac(HmacSettings { secret_encoding: Some(encoding), .. }) => {
                Self(encoding.encode(&random))
            }
            _ => Self::generate(source, random),
        }
    }

    /// The secret's text, for storage or for showing once to its owner.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `source` can use this secret: call it when a customer hands one in.
    ///
    /// # Errors
    /// [`SecretError`], saying what is wrong with its form. The secret's text is in none of them.
    pub fn check(&self, source: Source) -> Result<(), SecretError> {
        self.check_with(source, &Settings::None)
    }

    /// The same for an endpoint with settings.
    ///
    /// # Errors
    /// As [`Secret::check`].
    pub fn check_with(&self, source: Source, settings: &Settings) -> Result<(), SecretError> {
        let form = match settings {
            Settings::Hmac(settings) => settings.secret_encoding.map_or(KeyForm::Text, KeyForm::Encoded),
            _ => key_form(source),
        };
        let bytes = self.0.len();
        if form == KeyForm::Text && !TEXT_BYTES.contains(&bytes) {
            return Err(SecretError::TextLength { bytes });
        }
        self.key(form).map(drop)
    }

    /// The key in the secret. It does not refuse a short text: a secret that is in use was judged when it was made.
    pub(crate) fn key(&self, form: KeyForm) -> Result<Vec<u8>, SecretError> {
        let text = self.0.as_str();
        if form == KeyForm::PublicKey {
            let key = (text.len() <= MAX_PEM_BYTES).then(|| jwt::SigningKey::from_rsa_pem(text));
            return match key {
                Some(Ok(_)) => Ok(Vec::new()),
                _ => Err(SecretError::NotAPublicKey),
            };
        }
        // A newline from a paste or an env file would make every signature fail with nothing to see. A space within is
        // somebody's passphrase.
        let spaced =
            text.trim() != text || text.chars().any(|c| c.is_control() || (c.is_whitespace() && c != ' '));
        if spaced || (form != KeyForm::Text && text.contains(' ')) {
            return Err(SecretError::Whitespace);
        }
        match form {
            KeyForm::Text if text.is_empty() => Err(SecretError::TextLength { bytes: 0 }),
            KeyForm::Text => Ok(text.as_bytes().to_vec()),
            KeyForm::Encoded(encoding) => {
                let key = decode(text, encoding).ok_or(SecretError::NotEncoded)?;
                if ENCODED_BYTES.contains(&key.len()) {
                    Ok(key)
                } else {
                    Err(SecretError::EncodedLength { bytes: key.len() })
                }
            }
            KeyForm::WhsecBase64 => {
                let key = BASE64
                    .decode(text.strip_prefix(WHSEC).unwrap_or(text))
                    .map_err(|_| SecretError::NotBase64)?;
                if KEY_BYTES.contains(&key.len()) {
                    Ok(key)
                } else {
                    Err(SecretError::KeyLength { bytes: key.len() })
                }
            }
            KeyForm::PublicKey | KeyForm::Nothing => Ok(Vec::new()),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// What is wrong with a secret's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// It contains white space or a control character, most often a trailing newline.
    #[error("the secret contains white space: paste it without spaces or line ends")]
    Whitespace,
    /// What follows `whsec_` is not base64 with padding.
    #[error("the secret is not `whsec_` followed by standard base64 with padding")]
    NotBase64,
    /// It decodes to too few or too many bytes.
    #[error("the secret holds {bytes} bytes: use 24 to 64 random bytes in base64")]
    KeyLength {
        /// How many bytes the base64 holds.
        bytes: usize,
    },
    /// It is shorter or longer than any provider's.
    #[error("the secret is {bytes} bytes long: use the one the provider shows, 12 to 256 bytes")]
    TextLength {
        /// The text's length in bytes.
        bytes: usize,
    },
    /// It is not in the encoding that the endpoint's settings say.
    #[error("the secret is not in the encoding that the endpoint's settings say")]
    NotEncoded,
    /// It decodes to too few or too many bytes.
    #[error("the secret holds {bytes} bytes: use 16 to 128 random bytes")]
    EncodedLength {
        /// How many bytes it holds.
        bytes: usize,
    },
    /// It should be a public key and is none.
    #[error(
        "it is no RSA public key of 2048 to 4096 bits in PEM: paste all of it, from `-----BEGIN PUBLIC KEY-----` on"
    )]
    NotAPublicKey,
}

/// What the secret of a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretUse {
    /// A secret that both sides know, and that can be made here.
    Shared,
    /// The public half of the provider's own key, which it shows.
    PublicKey,
    /// There is none: the provider's published keys are enough.
    Nothing,
}

impl Source {
    /// What its secret is.
    #[must_use]
    pub const fn secret_use(self) -> SecretUse {
        match key_form(self) {
            KeyForm::PublicKey => SecretUse::PublicKey,
            KeyForm::Nothing => SecretUse::Nothing,
            KeyForm::WhsecBase64 | KeyForm::Text | KeyForm::Encoded(_) => SecretUse::Shared,
        }
    }
}

/// An endpoint's current secret and, while it is being rotated, the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    current: Secret,
    previous: Option<Secret>,
}

impl Secrets {
    /// A single secret.
    #[must_use]
    pub const fn new(current: Secret) -> Self {
        Self { current, previous: None }
    }

    /// The same, with the previous secret still accepted.
    #[must_use]
    pub fn with_previous(self, previous: Secret) -> Self {
        Self { previous: Some(previous), ..self }
    }

    /// Each secret with its slot, the current one first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (SecretSlot, &Secret)> {
        std::iter::once((SecretSlot::Current, &self.current))
            .chain(self.previous.iter().map(|secret| (SecretSlot::Previous, secret)))
    }

    pub(crate) fn get(&self, slot: SecretSlot) -> Option<&Secret> {
        match slot {
            SecretSlot::Current => Some(&self.current),
            SecretSlot::Previous => self.previous.as_ref(),
        }
    }
}

/// Which of an endpoint's secrets is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretSlot {
    /// The secret in force.
    Current,
    /// The one before, accepted until the rotation ends.
    Previous,
}

impl fmt::Display for SecretSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Current => "current",
            Self::Previous => "previous",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_secret_suits_its_source_and_differs_with_the_bytes() {
        for source in Source::ALL.into_iter().filter(|source| source.secret_use() == SecretUse::Shared) {
            let secret = Secret::generate(source, [7; 32]);
            assert_eq!(secret.check(source), Ok(()), "{source}");
            assert_ne!(secret, Secret::generate(source, [8; 32]), "{source}");
        }
        assert_eq!(
            Secret::generate(Source::Standard, [0; 32]).expose(),
            "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        );
    }

    #[test]
    fn debug_shows_no_secret() {
        let secrets =
            Secrets::new(Secret::new("top-secret-one")).with_previous(Secret::new("top-secret-two"));
        let shown = format!("{secrets:?}");
        assert!(!shown.contains("top-secret"), "{shown}");
    }

    #[test]
    fn a_malformed_secret_is_named_by_its_fault() {
        let check = |source: Source, text: &str, expect: Result<(), SecretError>| {
            assert_eq!(Secret::new(text).check(source), expect, "{source} {text:?}");
        };
        let bytes = |n: usize| format!("whsec_{}", BASE64.encode(vec![1; n]));
        check(Source::Standard, &bytes(24), Ok(()));
        check(Source::Standard, &bytes(64), Ok(()));
        check(Source::Standard, bytes(32).trim_start_matches(WHSEC), Ok(()));
        check(Source::Standard, &bytes(23), Err(SecretError::KeyLength { bytes: 23 }));
        check(Source::Standard, &bytes(65), Err(SecretError::KeyLength { bytes: 65 }));
        check(Source::Standard, "", Err(SecretError::KeyLength { bytes: 0 }));
        check(Source::Standard, "whsec_not base64", Err(SecretError::Whitespace));
        check(Source::Standard, "whsec_*", Err(SecretError::NotBase64));
        check(Source::Standard, "whsec_AAAA\u{1F600}", Err(SecretError::NotBase64));
        check(Source::Slack, "8f742231b10e8888abcd99yyyzzz85a5\n", Err(SecretError::Whitespace));
        check(Source::Slack, "", Err(SecretError::TextLength { bytes: 0 }));
        check(Source::Zoom, "short", Err(SecretError::TextLength { bytes: 5 }));
        check(Source::Github, "It's a Secret to Everybody", Ok(()));
        check(Source::Github, " padded secret ", Err(SecretError::Whitespace));
        check(Source::Gong, "no key at all, but long", Err(SecretError::NotAPublicKey));
        check(Source::Stripe, &"x".repeat(257), Err(SecretError::TextLength { bytes: 257 }));
    }
}
