//! What the gateway asks of its own Durable Object, one a tenant: may this request pass.

use crate::TenantCall;

/// The name of a tenant's limits among its objects.
pub const LIMITS: &str = "limits";

/// Counts what a tenant asks for, exactly.
#[mesh::service(contract = "../../contracts/Limits.json")]
pub trait Limits {
    /// Takes tokens of every bucket named, or of none. The caller may spend what it is given for a second, and brings
    /// back the rest when it asks again; what it never brings back counts as spent.
    async fn take(&self, context: &TenantCall, request: Take) -> Result<Taken, LimitsError>;
}

/// Asks for tokens.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// Where they are taken from: each gives as many as the others.
    pub buckets: Vec<BucketLimit>,
    /// At most so many; at least 1.
    pub most: u32,
    /// Tokens of an earlier answer about the same buckets that were not spent.
    #[serde(default)]
    pub returned: u32,
    /// The quota that each token counts against, where it is for an event.
    #[serde(default)]
    pub quota: Option<EventQuota>,
}

/// A bucket, and how it fills at present.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketLimit {
    /// Its name within the tenant, such as `read` or `key:key_…:read`.
    pub name: String,
    /// How many at once.
    pub burst: u32,
    /// How many a minute.
    pub per_minute: u32,
}

/// A quota of events.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventQuota {
    /// Of a UTC day.
    pub per_day: u64,
    /// Of a UTC month.
    pub per_month: u64,
    /// Whether what is beyond is refused, or counted only.
    pub enforced: bool,
    /// Events of earlier answers that were not accepted after all.
    #[serde(default)]
    pub returned: u32,
}

/// What was given.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Tokens; 0 where one of the buckets, or the quota, has none.
    pub granted: u32,
    /// How each bucket is now, in the order asked.
    pub buckets: Vec<BucketLevel>,
    /// In how many milliseconds it may be worth asking again, where nothing was given.
    #[serde(default)]
    pub retry_after_ms: u64,
    /// Whether it was the quota.
    #[serde(default)]
    pub quota_exceeded: bool,
}

/// How a bucket is.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketLevel {
    /// Whole tokens left.
    pub left: u32,
    /// In how many milliseconds it is full.
    pub full_in_ms: u64,
}

/// Nothing was counted.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum LimitsError {
    /// The object's database did not answer.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
