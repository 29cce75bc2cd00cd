//! Durable Objects on the platform: what stands behind [`mesh::durable`]'s traits, and the class that is exported.

mod alarm;
mod class;
mod database;
mod namespace;
mod sockets;
mod upgrade;

pub use class::ObjectClass;
pub use namespace::DurableNamespace;
