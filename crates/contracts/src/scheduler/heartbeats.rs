//! Heartbeats: jobs that do nothing but expect to be told that something else ran.

use std::fmt;

use ids::JobId;

use super::{GetJob, Job, JobError};
use crate::{TenantCall, Timestamp};

/// The gateway's view of heartbeats: their pings.
#[mesh::service(contract = "../../contracts/Heartbeats.json")]
pub trait Heartbeats {
    /// Takes a ping from a caller who was let in. It is durable before the answer.
    async fn ping_job(&self, context: &TenantCall, request: PingJob) -> Result<PingTaken, JobError>;
    /// Takes a ping from whoever has the address that a job is pinged at. The context's tenant is a claim: whatever is wrong
    /// with it, or with the rest, is [`JobError::NotFound`], and leaves no trace.
    async fn ping_by_address(
        &self,
        context: &TenantCall,
        request: PingByAddress,
    ) -> Result<PingTaken, JobError>;
    /// Gives the job another secret: the address that it was pinged at is nobody's from then on.
    async fn rotate_ping(&self, context: &TenantCall, request: GetJob) -> Result<Job, JobError>;
    /// The last pings of a job, newest first: a hundred at most.
    #[mesh(idempotent)]
    async fn list_pings(&self, context: &TenantCall, request: GetJob) -> Result<Pings, JobError>;
}

/// What makes an address at which a job is pinged unguessable: 32 lower-case hexadecimal digits, 128 bits of chance.
#[mesh::message]
#[derive(Clone, PartialEq, Eq)]
#[serde(transparent)]
pub struct PingSecret(String);

impl PingSecret {
    /// From its text.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// Its text, for the address alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PingSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PingSecret(redacted)")
    }
}

/// What a ping says.
#[mesh::message]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum PingStatus {
    /// It ran.
    #[default]
    Success,
    /// It failed.
    Fail,
    /// It began: the next ping says how it ended.
    Start,
}

/// A ping of a job.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct PingJob {
    /// Which.
    pub job_id: JobId,
    /// What it says.
    #[serde(default)]
    pub status: PingStatus,
    /// What else its sender says; of more than 1,000 characters the first.
    #[serde(default)]
    pub message: Option<String>,
}

/// A ping at the address of a job.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct PingByAddress {
    /// What came.
    pub ping: PingJob,
    /// What the address has besides the tenant and the job.
    pub secret: PingSecret,
}

/// A ping that is on record.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ping {
    /// When it came.
    pub at: Timestamp,
    /// What it said.
    pub status: PingStatus,
    /// What else its sender said.
    #[serde(default)]
    pub message: Option<String>,
    /// When what it tells of began, where that was told.
    #[serde(default)]
    pub began_at: Option<Timestamp>,
}

/// What became of a ping.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PingTaken {
    /// The ping.
    pub ping: Ping,
    /// The nominal times that it settled.
    #[serde(default)]
    pub settled: Vec<Timestamp>,
}

/// Pings of a job.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct Pings {
    /// Newest first.
    pub items: Vec<Ping>,
}

/// What a heartbeat has besides what every job has.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// For the address at which it is pinged.
    pub secret: PingSecret,
    /// The last ping.
    #[serde(default)]
    pub last: Option<Ping>,
}
