//! Shared secrets: their text, the key inside it, and the pair that rotation needs.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::Source;
use crate::catalog::{KeyForm, scheme};

const WHSEC: &str = "whsec_";
/// The Standard Webhooks specification's bounds on a key, in bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Bounds on a secret that is used as text, in bytes. Providers issue 20 and more characters; the lower bound
/// refuses the empty secret and the hand-typed word, with which anyone could sign.
const TEXT_BYTES: std::ops::RangeInclusive<usize> = 12..=256;

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
            Source::Slack | Source::Zoom => hex::encode(random),
        })
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
        self.key(source).map(drop)
    }

    pub(crate) fn key(&self, source: Source) -> Result<Vec<u8>, SecretError> {
        let text = self.0.as_str();
        // A newline from a paste or an env file would make every signature fail with nothing to see.
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(SecretError::Whitespace);
        }
        match scheme(source).key {
            KeyForm::Text if TEXT_BYTES.contains(&text.len()) => Ok(text.as_bytes().to_vec()),
            KeyForm::Text => Err(SecretError::TextLength { bytes: text.len() }),
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
        for source in Source::ALL {
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
        check(Source::Stripe, &"x".repeat(257), Err(SecretError::TextLength { bytes: 257 }));
    }
}
