//! What operators propose to each other.

use async_trait::async_trait;
use audit::Act;
use contracts::Timestamp;
use domain::second_person::{DangerousAction, ProposalStatus};
use ids::{KeyId, ProposalId, TenantId};

use super::{NewKey, StoreError};

/// A proposal to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProposal {
    /// Its id.
    pub proposal_id: ProposalId,
    /// What is proposed.
    pub action: DangerousAction,
    /// Whose data it is about, where it is one tenant's.
    pub tenant: Option<TenantId>,
    /// What it would touch, as JSON.
    pub content: String,
    /// SHA-256 of exactly that, lower-case hexadecimal.
    pub hash: String,
    /// Why.
    pub reason: String,
    /// Who proposes it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Timestamp,
    /// Until when it may be approved.
    pub expires_at: Timestamp,
    /// In which trace, as a W3C `traceparent`.
    pub traceparent: String,
    /// The client's own name of the request, and a hash of what it asked for.
    pub request: Option<(String, String)>,
}

/// A proposal on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalRecord {
    /// What was proposed; its `request` is not read back.
    pub proposal: NewProposal,
    /// Where it is in its life, as stored: it may have run out since.
    pub status: ProposalStatus,
    /// Who approved, rejected or withdrew it, with which role, and when.
    pub decided: Option<(String, String, Timestamp)>,
    /// What they said.
    pub comment: Option<String>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What came of it, as JSON.
    pub result: Option<String>,
}

/// What came of proposing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposed {
    /// It is on record.
    Made,
    /// The same request proposed this before.
    Before(Box<ProposalRecord>),
    /// A request of this name proposed something else before.
    KeyReused,
}

/// A step of a proposal's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalStep {
    /// Where it must be.
    pub from: ProposalStatus,
    /// Where it is then.
    pub to: ProposalStatus,
    /// When.
    pub at: Timestamp,
    /// Who decided, with which role, and what they said; none where nobody did.
    pub decided: Option<(String, String, Option<String>)>,
    /// Until when it waits from now on; none leaves that as it is.
    pub expires_at: Option<Timestamp>,
    /// What came of it, as JSON; none leaves that as it is.
    pub result: Option<String>,
}

/// Keys that take the place of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRotation {
    /// Whose.
    pub tenant: TenantId,
    /// The keys that are replaced: all that are open.
    pub old: Vec<KeyId>,
    /// From when these are refused, where they are not refused earlier.
    pub until: Timestamp,
    /// The keys in their place.
    pub new: Vec<NewKey>,
}

/// Which proposals to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProposalQuery {
    /// About this tenant.
    pub tenant: Option<TenantId>,
    /// Stored with this status.
    pub status: Option<ProposalStatus>,
    /// Made before this one.
    pub before: Option<ProposalId>,
    /// At most so many.
    pub limit: u32,
}

/// Proposals. Every change takes the act that goes into the audit with it: both are written, or neither.
#[async_trait(?Send)]
pub trait ProposalStore {
    /// Puts a proposal on record.
    ///
    /// # Errors
    /// [`StoreError`], here and below, when the store does not answer.
    async fn propose(&self, proposal: &NewProposal, act: &Act) -> Result<Proposed, StoreError>;
    /// One proposal.
    async fn proposal(&self, id: ProposalId) -> Result<Option<ProposalRecord>, StoreError>;
    /// Proposals, newest first.
    async fn proposals(&self, query: &ProposalQuery) -> Result<Vec<ProposalRecord>, StoreError>;
    /// Takes a step, where the proposal is where the step begins. Whether it was.
    async fn step(&self, id: ProposalId, step: &ProposalStep, act: &Act) -> Result<bool, StoreError>;
    /// Takes a step and replaces keys, all at once, where the proposal is where the step begins and the tenant's open
    /// keys are those to be replaced. Whether that was so. The step's result names the new keys: by it, the one of two at
    /// once that comes second is told from the first.
    async fn rotate(
        &self,
        id: ProposalId,
        step: &ProposalStep,
        rotation: &KeyRotation,
        act: &Act,
    ) -> Result<bool, StoreError>;
}
