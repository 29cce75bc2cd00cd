//! The probe: a Worker that speaks every part of the mesh, so that tests see each in the real runtime.
//!
//! One build runs as several Workers. A test asks one of them over HTTP, `POST /<module>/<case>`, and the case calls
//! another Worker as any Rust caller would; the answer says in JSON what came of it. A module owns its cases, its
//! service and its entrypoint class.
#![cfg(target_arch = "wasm32")]

pub mod bindings;
pub mod calls;
pub mod case;
pub mod contexts;
mod front;
pub mod interop;
pub mod objects;
mod outcome;
pub mod panics;
pub mod retries;
pub mod streams;
pub mod versions;
pub mod workflows;
