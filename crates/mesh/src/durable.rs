//! Addressing Durable Objects.

use std::fmt::Display;

/// The name of a Durable Object: always a tenant's, so that no object is shared by accident.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address(String);

impl Address {
    /// The object called `name` of `tenant`. The tenant's text must not contain `/`, which separates the two.
    ///
    /// # Panics
    /// If the tenant's text is empty or contains `/`: a programming error, since tenants are typed ids.
    pub fn new(tenant: &impl Display, name: &str) -> Self {
        let tenant = tenant.to_string();
        assert!(
            !tenant.is_empty() && !tenant.contains('/'),
            "a tenant key must be non-empty and free of `/`"
        );
        Self(format!("{tenant}/{name}"))
    }

    /// The object's full name, as given to the namespace.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
