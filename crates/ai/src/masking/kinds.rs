//! What is looked for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of secret or of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A private key in PEM.
    #[serde(alias = "PRIVATE_KEY")]
    PrivateKey,
    /// A JSON Web Token.
    #[serde(alias = "JWT")]
    Jwt,
    /// A key of an API, by the prefixes that providers give them.
    #[serde(alias = "API_KEY")]
    ApiKey,
    /// An e-mail address.
    #[serde(alias = "EMAIL")]
    Email,
    /// An international bank account number, with its check digits.
    #[serde(alias = "IBAN")]
    Iban,
    /// A payment card's number, with its check digit.
    #[serde(alias = "CARD")]
    Card,
    /// A telephone number.
    #[serde(alias = "PHONE")]
    Phone,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::PrivateKey, Self::Jwt, Self::ApiKey, Self::Email, Self::Iban, Self::Card, Self::Phone];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PrivateKey => "private_key",
            Self::Jwt => "jwt",
            Self::ApiKey => "api_key",
            Self::Email => "email",
            Self::Iban => "iban",
            Self::Card => "card",
            Self::Phone => "phone",
        }
    }

    /// The kind of a stable name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// What a placeholder calls it.
    #[must_use]
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::PrivateKey => "PRIVATE_KEY",
            Self::Jwt => "JWT",
            Self::ApiKey => "API_KEY",
            Self::Email => "EMAIL",
            Self::Iban => "IBAN",
            Self::Card => "CARD",
            Self::Phone => "PHONE",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Some kinds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kinds(Vec<Kind>);

impl Kinds {
    /// These.
    pub fn of(kinds: impl IntoIterator<Item = Kind>) -> Self {
        let mut kinds: Vec<_> = kinds.into_iter().collect();
        kinds.sort_unstable();
        kinds.dedup();
        Self(kinds)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn has(&self, kind: Kind) -> bool {
        self.0.contains(&kind)
    }
}
