//! A Durable Object's address from a context that has no tenant.

use mesh::CallContext;
use mesh::durable::Address;

pub struct Machine;

pub fn address(context: &CallContext<Machine>) -> Address {
    Address::of(context, "index")
}

pub fn address_of_text() -> Address {
    Address::of(&"acme", "index")
}
