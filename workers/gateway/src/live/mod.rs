//! The live feed at the gateway.
//!
//! A customer's connection ends here and not at the tenant's feed: the gateway is billed for work and not for waiting,
//! can tell that a customer is slow, and asks every half minute whether the key is still good. It holds nothing back: it
//! tells the feed that a window was taken when the customer has taken it.

pub mod frame;
#[cfg(target_arch = "wasm32")]
pub(crate) mod listen;
#[cfg(target_arch = "wasm32")]
pub(crate) mod relay;

use contracts::TenantCall;
use contracts::pipeline::live::OpenFeed;

/// How often a connection's key is looked at, in milliseconds. With the minute that keys are cached for, a revoked key's
/// connections end within 90 seconds.
pub const RECHECK_MS: u64 = 30_000;
/// How often a silent event stream says that it is there, in milliseconds.
pub const HEARTBEAT_MS: u64 = 15_000;

/// A connection that was let in and is to be opened.
#[derive(Debug, Clone)]
pub struct LivePlan {
    /// For whom.
    pub context: TenantCall,
    /// What is asked of the feed.
    pub request: OpenFeed,
    /// How it is told.
    pub form: Form,
    /// The public half of the key that it was let in with.
    pub key_prefix: String,
}

/// How a customer is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Over a WebSocket.
    Socket,
    /// As server-sent events.
    Events,
}
