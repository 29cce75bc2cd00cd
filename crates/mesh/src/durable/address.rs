//! Which object is meant: always a tenant's.

use std::fmt;

/// A scope that belongs to one tenant. Implement it for the scope of an authenticated call and for nothing else: it is
/// what a Durable Object's address is made from, so that no code reaches an object without a tenant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no tenant, and a durable object is always a tenant's",
    note = "address it by the scope of an authenticated call, which implements `mesh::TenantScoped`"
)]
pub trait TenantScoped {
    /// The tenant, as text that stays the same for ever.
    fn tenant_key(&self) -> String;
}

impl<S: TenantScoped> TenantScoped for crate::CallContext<S> {
    fn tenant_key(&self) -> String {
        self.scope.tenant_key()
    }
}

/// The name of a Durable Object: `tenant/name`, so that no object is shared by accident.
///
/// A `/` or `%` within the tenant's key is escaped as in a URL: two tenants never meet in one name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    full: String,
    tenant: String,
}

impl Address {
    /// The object called `name` of the scope's tenant.
    #[must_use]
    pub fn of(scope: &impl TenantScoped, name: &str) -> Self {
        let tenant = scope.tenant_key();
        let escaped = tenant.replace('%', "%25").replace('/', "%2F");
        Self { full: format!("{escaped}/{name}"), tenant }
    }

    /// Reads the full name of an object that is running; none where it was not made by [`Address::of`].
    #[must_use]
    pub fn parse(full: &str) -> Option<Self> {
        let (escaped, _) = full.split_once('/')?;
        let tenant = escaped.replace("%2F", "/").replace("%25", "%");
        Some(Self { full: full.to_owned(), tenant })
    }

    /// The object's full name, as given to the namespace.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.full
    }

    /// The key of the tenant whose object this is.
    #[must_use]
    pub fn tenant_key(&self) -> &str {
        &self.tenant
    }

    /// The object's name within its tenant.
    #[must_use]
    pub fn name(&self) -> &str {
        self.full.split_once('/').map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.full)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Tenant(&'static str);

    impl TenantScoped for Tenant {
        fn tenant_key(&self) -> String {
            self.0.to_owned()
        }
    }

    #[test]
    fn an_address_reads_back_as_the_tenant_and_name_it_was_made_of() {
        for (tenant, name, full) in [
            ("tnt_1", "index", "tnt_1/index"),
            ("tnt_1", "a/b%2F", "tnt_1/a/b%2F"),
            ("a/b", "c", "a%2Fb/c"),
            ("a%2Fb", "c", "a%252Fb/c"),
            ("", "c", "/c"),
        ] {
            let address = Address::of(&Tenant(tenant), name);
            assert_eq!(address.as_str(), full);
            let read = Address::parse(full).expect("an address");
            assert_eq!((read.tenant_key(), read.name()), (tenant, name));
            assert_eq!(read, address);
        }
    }

    #[test]
    fn a_name_without_a_tenant_is_no_address() {
        assert_eq!(Address::parse("index"), None);
    }
}
