//! `worker-build` from its published source, whose folder `cargo xtask setup` names in `WORKER_BUILD_SRC`.
//!
//! It is compiled without its HTTP client: every program that it would download is handed to it instead.
include!(concat!(env!("WORKER_BUILD_SRC"), "/src/main.rs"));
