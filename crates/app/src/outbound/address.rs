//! Whether an endpoint may be sent to, by its text and by what its name resolves to now.

use egress::{Policy, Target, TargetError};

use crate::ports::{Resolver, StoreError};

/// Why an endpoint is not sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AddressError {
    /// It is not allowed.
    #[error("the URL {0}")]
    Refused(#[from] TargetError),
    /// Whether it is allowed cannot be told.
    #[error("the host's name could not be resolved")]
    Unresolvable(StoreError),
}

/// Checks an endpoint, when it is saved and again before each request: a name can lead elsewhere by then.
pub(crate) async fn checked(
    resolver: &dyn Resolver,
    policy: Policy,
    url: &str,
) -> Result<Target, AddressError> {
    let target = Target::parse(url, policy)?;
    if let Some(name) = target.name()
        && !policy.allow_private
    {
        let addresses = resolver.resolve(name).await.map_err(AddressError::Unresolvable)?;
        target.check(&addresses, policy)?;
    }
    Ok(target)
}
