//! How long the pipeline keeps a tenant's events.

use crate::{TenantCall, Timestamp};

/// The admin's view of retention.
#[mesh::service(contract = "../../contracts/Retention.json")]
pub trait Retention {
    /// How long the tenant's events are kept.
    #[mesh(idempotent)]
    async fn get_retention(
        &self,
        context: &TenantCall,
        request: GetRetention,
    ) -> Result<RetentionPolicy, RetentionError>;
    /// Sets it. What is older goes in the next night, for good.
    #[mesh(idempotent)]
    async fn set_retention(
        &self,
        context: &TenantCall,
        request: SetRetention,
    ) -> Result<RetentionPolicy, RetentionError>;
}

/// Asks how long events are kept.
#[mesh::message]
#[derive(Debug, Clone, Default)]
pub struct GetRetention {}

/// Asks for another time.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct SetRetention {
    /// Whole days behind the day of acceptance, 1 to 3,650.
    pub events_days: u32,
    /// Who wants it, such as an operator's e-mail address.
    pub updated_by: String,
}

/// How long events are kept.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionPolicy {
    /// Whole days behind the day of acceptance (UTC).
    pub events_days: u32,
    /// Who set it; none while it is the default.
    #[serde(default)]
    pub updated_by: Option<String>,
    /// When it was set.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
}

/// A retention was not read or set.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum RetentionError {
    /// The number of days cannot be set, or nobody is named.
    #[error("{detail}")]
    Invalid {
        /// What is wrong.
        detail: String,
    },
    /// A store did not answer.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
