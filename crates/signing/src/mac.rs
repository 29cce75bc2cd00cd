//! The one primitive behind every scheme: HMAC-SHA256 over the parts of a row, compared in constant time.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::catalog::{Part, Scheme};

/// A computed or claimed HMAC-SHA256 value. It has no `==`: comparing takes [`Tag::matches`].
#[derive(Clone, Copy)]
pub(crate) struct Tag([u8; 32]);

impl Tag {
    /// A claimed value; `None` unless it is exactly 32 bytes.
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Takes the same time wherever the first difference stands.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// What a delivery says about itself, as text that is signed along with the body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delivery<'a> {
    /// Empty where the scheme has no id.
    pub(crate) id: &'a str,
    /// The decimal digits exactly as sent.
    pub(crate) timestamp: &'a str,
    pub(crate) body: &'a [u8],
}

pub(crate) fn tag(scheme: &Scheme, key: &[u8], delivery: Delivery<'_>) -> Tag {
    tag_of(
        key,
        scheme.signed.iter().map(|part| match part {
            Part::Text(text) => text.as_bytes(),
            Part::Id => delivery.id.as_bytes(),
            Part::Timestamp => delivery.timestamp.as_bytes(),
            Part::Body => delivery.body,
        }),
    )
}

pub(crate) fn tag_of<'a>(key: &[u8], parts: impl IntoIterator<Item = &'a [u8]>) -> Tag {
    // HMAC is defined for keys of every length, so this cannot fail: the `Result` is the trait's.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    Tag(mac.finalize().into_bytes().into())
}
