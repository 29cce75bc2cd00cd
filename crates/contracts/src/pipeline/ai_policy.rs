//! What a tenant may ask of models, beside what it may spend: set by operators, kept in the tenant's own budget object.

use crate::Timestamp;

/// The most models of a list.
pub const MOST_POLICY_MODELS: usize = 200;

/// The longest that calls are archived, in days.
pub const MOST_ARCHIVE_DAYS: u32 = 3_650;

/// See the module. One that was never set holds nobody to anything.
#[mesh::message]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AiPolicy {
    /// The models that may be asked, by the names that requests or their aliases have; none where all may.
    #[serde(default)]
    pub models: Option<Vec<String>>,
    /// The largest request in tokens, by its upper bound: a byte is a token at most.
    #[serde(default)]
    pub max_input_tokens: Option<u64>,
    /// The longest answer in tokens. A request that sets no limit of its own gets this one.
    #[serde(default)]
    pub max_output_tokens: Option<u64>,
    /// What is put aside before a request leaves: `private_key`, `jwt`, `api_key`, `email`, `iban`, `card`, `phone`.
    #[serde(default)]
    pub mask: Vec<String>,
    /// Where requests and answers are kept; none where they are not.
    #[serde(default)]
    pub archive: Option<AiArchive>,
}

/// How requests of models and their answers are kept.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AiArchive {
    /// How long, in whole days: 1 to [`MOST_ARCHIVE_DAYS`].
    pub retention_days: u32,
}

/// Asks for the policy.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadAiPolicy {}

/// Puts another policy in its place.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAiPolicy {
    /// The policy.
    pub policy: AiPolicy,
    /// Which version was shown to whoever sets it; without it, whatever is there is replaced.
    #[serde(default)]
    pub version: Option<u32>,
    /// Who sets it.
    pub updated_by: String,
}

/// A policy as it is.
#[mesh::message]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AiPolicyStanding {
    /// How often it was set; 0 where it never was.
    pub version: u32,
    /// Who set it last.
    #[serde(default)]
    pub updated_by: Option<String>,
    /// When.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
    /// The policy.
    pub policy: AiPolicy,
}
