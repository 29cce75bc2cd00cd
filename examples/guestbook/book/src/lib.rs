//! The Worker that keeps the books: a service for the other Workers, a Durable Object for each house, and a workflow
//! that holds an entry back until somebody approves it.
//!
//! All but `wiring` is plain Rust, and runs in `tests/` without a Worker.

pub mod desk;
pub mod pages;
pub mod review;
#[cfg(target_arch = "wasm32")]
mod wiring;
