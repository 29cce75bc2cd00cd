//! The gateway Worker: the public surface. It authenticates, reads, asks a service behind it, and answers.
//!
//! [`serve`](serve::serve) is what happens to a request, from the [`router`] through [`routes`] to an answer of
//! [`respond`]; it is free of the platform and tested on the host. `events` and `wiring` join it to the runtime.

pub mod exchange;
pub mod failure;
pub mod health;
pub mod leftover;
pub mod live;
pub mod middleware;
pub mod presence;
pub mod respond;
pub mod router;
pub mod routes;
pub mod serve;

#[cfg(target_arch = "wasm32")]
mod events;
#[cfg(target_arch = "wasm32")]
mod platform_limiter;
#[cfg(target_arch = "wasm32")]
mod tenant_limits;
#[cfg(target_arch = "wasm32")]
mod wiring;
