//! How starting, steering and deciding is refused.

/// What is wrong with one field of a request.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A JSON pointer into the parameters, such as `/lines/0/amount`.
    pub pointer: String,
    /// What is wrong, as a predicate.
    pub detail: String,
}

/// A run was not started, found or steered.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowError {
    /// There is no such workflow, or the tenant has no such run of it.
    #[error("no such run")]
    NotFound,
    /// The parameters break rules. Nothing was stored.
    #[error("{} things are wrong with the parameters", faults.len())]
    Invalid {
        /// Each of them.
        faults: Vec<Fault>,
    },
    /// The same idempotency key came before with other parameters.
    #[error("this idempotency key was used before with other parameters")]
    KeyReused,
    /// The run has ended, so it cannot be steered.
    #[error("the run has ended as `{status}`")]
    Ended {
        /// How.
        status: String,
    },
    /// A store did not answer. Send it again.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}

/// An approval was not found, changed or decided.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalError {
    /// The tenant has no such approval.
    #[error("no such approval")]
    NotFound,
    /// The new proposal breaks rules.
    #[error("{} things are wrong with the proposal", faults.len())]
    Invalid {
        /// Each of them.
        faults: Vec<Fault>,
    },
    /// The proposal is not the one that was shown: show it again, and ask again.
    #[error("the proposal changed since it was shown; it is `{content_hash}` now")]
    Changed {
        /// The hash of what is asked now.
        content_hash: String,
    },
    /// The person is not asked.
    #[error("`{approver}` is not asked to decide")]
    NotAsked {
        /// Who.
        approver: String,
    },
    /// The person has decided otherwise. A decision stays.
    #[error("`{approver}` has decided already: {choice}")]
    Decided {
        /// Who.
        approver: String,
        /// What they decided.
        choice: String,
    },
    /// It is not pending any more.
    #[error("the approval is `{status}`")]
    Concluded {
        /// How it ended.
        status: String,
    },
    /// It was revised as often as it may be.
    #[error("the proposal was revised {limit} times")]
    TooManyRevisions {
        /// How often it may be.
        limit: u32,
    },
    /// A store did not answer. Send it again.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
