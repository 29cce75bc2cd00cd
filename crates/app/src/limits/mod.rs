//! Rate limits and quotas.
//!
//! One object a tenant counts, exactly and durably ([`TenantLimits`]). An isolate of the gateway asks it through
//! [`Leases`], which keeps what it was given to spend for a second while the tenant has plenty, so that a busy tenant
//! costs a call in many and not one a request; every token it spends was counted before. [`Allowed`] says what a tenant
//! and a key may ask for.

mod allowed;
mod leases;
mod tenant;

pub use allowed::{Allowed, LimitOverrides, OverrideError, RateOverride};
pub use leases::{Admission, Asked, LEASE_MS, Leases, Standing};
pub use tenant::TenantLimits;
