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

/// What a request, a reply and an error must be. Only to say so where a type is not.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel in a call",
    label = "this is no message",
    note = "mark its declaration with `#[mesh::message]`, or derive serde's `Serialize` and `Deserialize` for it"
)]
pub trait Travels {}

#[diagnostic::do_not_recommend]
impl<T: serde::Serialize + serde::de::DeserializeOwned> Travels for T {}

/// Does nothing, for a type that travels.
pub const fn travels<T: Travels>() {}

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
