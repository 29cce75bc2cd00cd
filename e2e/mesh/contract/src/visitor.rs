//! On whose behalf the probe calls.

use mesh::{CallContext, TenantScoped};

/// Whoever is at the probe.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// A tenant's key.
    pub tenant: String,
    /// Who acts.
    pub actor: String,
}

impl TenantScoped for Visitor {
    fn tenant_key(&self) -> String {
        self.tenant.clone()
    }
}

/// What the probe's services take as their context.
pub type Call = CallContext<Visitor>;
