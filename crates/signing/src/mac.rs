//! The one primitive behind every MAC: an HMAC over the parts of a row, compared in constant time.

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq as _;

use crate::catalog::{Algorithm, MacScheme, Part};

/// A computed or claimed MAC. It has no `==`: comparing takes [`Tag::matches`].
#[derive(Clone)]
pub(crate) struct Tag(Vec<u8>);

impl Tag {
    /// A claimed value; `None` unless it is as long as the algorithm's.
    pub(crate) fn from_bytes(bytes: Vec<u8>, algorithm: Algorithm) -> Option<Self> {
        (bytes.len() == algorithm.bytes()).then_some(Self(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Takes the same time wherever the first difference stands.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// Whether two texts are the same, in a time that tells nothing but their lengths.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

impl Algorithm {
    /// The length of a MAC, in bytes.
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

/// What a delivery says about itself, as it is signed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Content<'a> {
    /// Empty where the scheme has no id.
    pub(crate) id: &'a str,
    /// The time exactly as sent; empty where none is signed apart from the body.
    pub(crate) timestamp: &'a str,
    pub(crate) method: &'a str,
    /// The URL in the form that is signed.
    pub(crate) url: &'a str,
    pub(crate) path: &'a str,
    /// The form's parameters as they are signed.
    pub(crate) parameters: &'a str,
    pub(crate) body: &'a [u8],
}

pub(crate) fn tag(scheme: &MacScheme<'_>, key: &[u8], content: Content<'_>) -> Tag {
    let parts = scheme.signed.iter().map(|part| match part {
        Part::Text(text) => text.as_bytes(),
        Part::Id => content.id.as_bytes(),
        Part::Timestamp => content.timestamp.as_bytes(),
        Part::Body => content.body,
        Part::Method => content.method.as_bytes(),
        Part::Url | Part::HubspotUri => content.url.as_bytes(),
        Part::Path => content.path.as_bytes(),
        Part::FormParameters => content.parameters.as_bytes(),
    });
    tag_of(scheme.algorithm, key, parts)
}

pub(crate) fn tag_of<'a>(algorithm: Algorithm, key: &[u8], parts: impl IntoIterator<Item = &'a [u8]>) -> Tag {
    match algorithm {
        Algorithm::Sha1 => computed::<Hmac<Sha1>>(key, parts),
        Algorithm::Sha256 => computed::<Hmac<Sha256>>(key, parts),
        Algorithm::Sha512 => computed::<Hmac<Sha512>>(key, parts),
    }
}

fn computed<'a, M: Mac + KeyInit>(key: &[u8], parts: impl IntoIterator<Item = &'a [u8]>) -> Tag {
    // HMAC is defined for keys of every length, so this cannot fail: the `Result` is the trait's.
    let mut mac = <M as Mac>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    Tag(mac.finalize().into_bytes().to_vec())
}
