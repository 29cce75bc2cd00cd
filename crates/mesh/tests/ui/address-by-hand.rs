//! A Durable Object's address that is put together, past any tenant.

use mesh::durable::Address;

pub fn address() -> Address {
    Address { full: "acme/index".into(), tenant: "acme".into() }
}
