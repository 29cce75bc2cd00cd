//! Whom a call is made for.

use ids::{EndpointId, JobId, KeyId, TenantId};

/// A call on behalf of a tenant. Every method that touches tenant data takes this, so none can be called without one.
pub type TenantCall = mesh::CallContext<TenantScope>;

/// A call between Workers about themselves, which touches no tenant's data.
pub type ServiceCall = mesh::CallContext<ServiceScope>;

/// The authenticated tenant and who acts for it.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantScope {
    /// From a verified key, a verified webhook's endpoint, or a stored job; never from a request's own words.
    pub tenant: TenantId,
    /// Who acts.
    pub actor: Actor,
}

impl mesh::TenantScoped for TenantScope {
    fn tenant_key(&self) -> String {
        self.tenant.to_string()
    }
}

/// Who acts for a tenant.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The holder of an API key.
    Key(KeyId),
    /// A provider, through a webhook endpoint whose signature was verified.
    Endpoint(EndpointId),
    /// A scheduled job of the tenant.
    Job(JobId),
    /// A Worker of the mesh, at work on what the tenant sent before.
    Service(String),
}

/// A call on behalf of an operator, who looks over all tenants. What is done for a tenant is bound to the one that the
/// stored thing names.
pub type OperatorCall = mesh::CallContext<OperatorScope>;

/// The operator who acts.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorScope {
    /// Who, as the audit log keeps it: `person:ada@example.com` or `service:client.access`. From a verified Access token.
    pub operator: String,
}

/// No tenant: health and the like.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServiceScope {}
