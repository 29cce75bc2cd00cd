//! The id of an instance.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::workflow::MAX_INSTANCE_ID_BYTES;

/// An id that the platform takes: 1 to 100 letters, digits, `-` and `_`, and no `-` first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InstanceId(String);

/// The text is no [`InstanceId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no instance id: it has 1 to 100 letters, digits, `-` and `_`, and no `-` first")]
pub struct InvalidInstanceId(String);

impl InstanceId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for InstanceId {
    type Error = InvalidInstanceId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let fits = (1..=MAX_INSTANCE_ID_BYTES).contains(&text.len());
        if fits && text.bytes().all(allowed) && !text.starts_with('-') {
            Ok(Self(text))
        } else {
            Err(InvalidInstanceId(text))
        }
    }
}

impl FromStr for InstanceId {
    type Err = InvalidInstanceId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

impl From<InstanceId> for String {
    fn from(id: InstanceId) -> Self {
        id.0
    }
}

impl fmt::Display for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_what_the_platform_takes() {
        for (text, fits) in [
            ("evt_01J", true),
            ("_a-b", true),
            ("", false),
            ("-a", false),
            ("a b", false),
            ("ä", false),
            (&"x".repeat(100), true),
            (&"x".repeat(101), false),
        ] {
            assert_eq!(text.parse::<InstanceId>().is_ok(), fits, "{text}");
        }
    }
}
