//! Durable Objects: a Rust struct with typed methods, a SQLite database, an alarm and WebSockets, addressed by tenant
//! and name.

mod address;

pub use address::{Address, TenantScoped};
