//! Erasing a tenant's or a contact's data from the pipeline, for good and with a certificate.

use ids::ErasureId;

use crate::{TenantCall, Timestamp};

/// The admin's view of erasures.
#[mesh::service(contract = "../../contracts/Erasure.json")]
pub trait Erasure {
    /// Starts an erasure, which goes on by itself. The same idempotency key of the context gives the first one.
    async fn start_erasure(
        &self,
        context: &TenantCall,
        request: StartErasure,
    ) -> Result<ErasureReport, StartErasureError>;
    /// What there is of the tenant, which an erasure of the whole would remove.
    #[mesh(idempotent)]
    async fn measure_tenant(
        &self,
        context: &TenantCall,
        request: MeasureTenant,
    ) -> Result<TenantMeasure, ReadErasureError>;
    /// How an erasure stands.
    #[mesh(idempotent)]
    async fn get_erasure(
        &self,
        context: &TenantCall,
        request: GetErasure,
    ) -> Result<ErasureReport, ReadErasureError>;
    /// The tenant's erasures, newest first.
    #[mesh(idempotent)]
    async fn list_erasures(
        &self,
        context: &TenantCall,
        request: ListErasures,
    ) -> Result<ErasureList, ReadErasureError>;
    /// What an erasure that is done removed, byte for byte as its hash is of it.
    #[mesh(idempotent)]
    async fn read_certificate(
        &self,
        context: &TenantCall,
        request: GetErasure,
    ) -> Result<ErasureCertificate, ReadErasureError>;
}

/// Asks for an erasure.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct StartErasure {
    /// What to erase.
    pub scope: ErasureScope,
    /// Who wants it, such as an operator's e-mail address.
    pub requested_by: String,
    /// Why, such as a ticket; not what is to be erased.
    pub reason: String,
}

/// Asks what there is of a tenant.
#[mesh::message]
#[derive(Debug, Clone, Copy, Default)]
pub struct MeasureTenant {}

/// What there is of a tenant.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantMeasure {
    /// How many rows of which table, where there are some.
    pub rows: Vec<TableRows>,
}

/// How many rows a table has.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRows {
    /// Which.
    pub table: String,
    /// How many.
    pub rows: u32,
}

/// What to erase.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ErasureScope {
    /// Everything that the pipeline has of the tenant.
    Tenant,
    /// Every event that is about a person, and what came of it.
    Contact {
        /// An address, wherever it stands in an event.
        #[serde(default)]
        email: Option<String>,
        /// A name, where a participant, a speaker or a subject is called so.
        #[serde(default)]
        name: Option<String>,
        /// The company in whose events the name counts; without it, in all.
        #[serde(default)]
        account: Option<String>,
    },
}

/// Names an erasure.
#[mesh::message]
#[derive(Debug, Clone, Copy)]
pub struct GetErasure {
    /// Which.
    pub erasure_id: ErasureId,
}

/// Asks for erasures.
#[mesh::message]
#[derive(Debug, Clone, Default)]
pub struct ListErasures {
    /// Older than this one.
    #[serde(default)]
    pub before: Option<ErasureId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// Erasures, newest first.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureList {
    /// The erasures.
    pub items: Vec<ErasureReport>,
    /// Where the next page begins.
    #[serde(default)]
    pub next_before: Option<ErasureId>,
}

/// How an erasure stands.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureReport {
    /// Which.
    pub erasure_id: ErasureId,
    /// `tenant` or `contact`.
    pub scope: String,
    /// `running`, `done` or `failed`.
    pub status: String,
    /// Why it failed.
    #[serde(default)]
    pub error: Option<String>,
    /// Who asked for it.
    pub requested_by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub requested_at: Timestamp,
    /// When it was done.
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
    /// Events found so far; 0 once it is done, when the certificate says it.
    pub events_found: u32,
    /// Of these, events removed so far.
    pub events_removed: u32,
}

/// A certificate.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureCertificate {
    /// What was asked, by whom and when, what was removed, and what was verified to be empty; JSON.
    pub json: String,
    /// SHA-256 of that, lower-case hexadecimal.
    pub sha256: String,
}

/// An erasure was not started.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum StartErasureError {
    /// The request does not say what to erase, or who wants it and why.
    #[error("{detail}")]
    Invalid {
        /// What is wrong.
        detail: String,
    },
    /// The same idempotency key came before with another request.
    #[error("this idempotency key was used before for another erasure")]
    KeyReused,
    /// A store did not answer. Ask again with the same idempotency key.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}

/// An erasure was not read.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ReadErasureError {
    /// The tenant has no such erasure.
    #[error("no such erasure")]
    NotFound,
    /// There is no certificate yet.
    #[error("the erasure is `{status}`: there is a certificate once it is `done`")]
    NotDone {
        /// How it stands.
        status: String,
    },
    /// A store did not answer.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
