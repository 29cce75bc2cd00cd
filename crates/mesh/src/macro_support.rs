//! What generated code calls. Not public API.

pub use async_trait::async_trait;
#[cfg(not(target_family = "wasm"))]
pub use schemars;
pub use serde;

pub use crate::client::{call, call_idempotent};
pub use crate::contract::fingerprint;
pub use crate::dispatch::{answer, unknown_method};
pub use crate::workflow::assert_event_types;
use crate::{CallContext, TenantScoped};

/// Finds out for a scope of any type whether it has a tenant: of the two methods of one name, the compiler takes the
/// first whose bound holds.
pub struct ScopeOf<'a, S>(pub &'a CallContext<S>);

pub trait ScopeOfTenant {
    fn tenant_key(&self) -> Option<String>;
}

impl<S: TenantScoped> ScopeOfTenant for &ScopeOf<'_, S> {
    fn tenant_key(&self) -> Option<String> {
        Some(self.0.tenant_key())
    }
}

pub trait AnyScope {
    fn tenant_key(&self) -> Option<String>;
}

impl<S> AnyScope for ScopeOf<'_, S> {
    fn tenant_key(&self) -> Option<String> {
        None
    }
}
