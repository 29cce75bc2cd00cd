//! The mesh on the host, without the platform, for tests.

pub mod durable;
