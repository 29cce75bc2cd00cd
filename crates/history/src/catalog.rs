//! The providers whose lists are described here.

use crate::description::{Description, DescriptionError};

/// Each by its name, with its description as JSON.
const PROVIDERS: [(&str, &str); 4] = [
    ("elevenlabs", include_str!("providers/elevenlabs.json")),
    ("fathom", include_str!("providers/fathom.json")),
    ("fireflies", include_str!("providers/fireflies.json")),
    ("gong", include_str!("providers/gong.json")),
];

/// The name under which a tenant gives a description of its own.
pub const CUSTOM: &str = "custom";

/// Their names, alphabetical.
pub fn names() -> impl Iterator<Item = &'static str> {
    PROVIDERS.into_iter().map(|(name, _)| name)
}

/// The description of this name, if there is one. It reads, which a test checks.
///
/// # Errors
/// [`DescriptionError`], were it not so.
pub fn find(name: &str) -> Result<Option<Description>, DescriptionError> {
    let found = PROVIDERS.into_iter().find(|(known, _)| *known == name);
    found.map(|(_, json)| Description::parse(json)).transpose()
}
