//! What a job can have done besides sending an event: workflows, reports, purges.

use ids::EndpointId;

use super::workflows::Fault;
use crate::scheduler::HttpTask;
use crate::{TenantCall, Timestamp};

/// The scheduler's view of what takes longer than a call.
///
/// The context's idempotency key (the nominal time, for a job) makes it happen once.
#[mesh::service(contract = "../../contracts/Work.json")]
pub trait Work {
    /// Whether it could be done, as far as can be told before it is.
    #[mesh(idempotent)]
    async fn check_work(&self, context: &TenantCall, request: CheckWork) -> Result<(), WorkError>;
    /// Does it, or starts it where it takes long.
    #[mesh(idempotent)]
    async fn carry_out(&self, context: &TenantCall, request: CarryOut) -> Result<WorkDone, WorkError>;
}

/// What is to be done.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// Starts a workflow.
    Workflow {
        /// Its public name.
        name: String,
        /// What it is started with, as JSON text.
        params: String,
    },
    /// Asks for a report on an account.
    Report {
        /// The account, by name or domain.
        account: String,
        /// How many days it looks back from the nominal time: 1 to 732.
        days: u32,
    },
    /// Makes an HTTP request.
    Http(HttpTask),
    /// Removes what is past the tenant's retention.
    Purge {},
    /// Walks the history of an endpoint's provider.
    Sync {
        /// The endpoint.
        endpoint_id: EndpointId,
        /// The most pages of the run: 1 to 1,000; 200, unless it says.
        #[serde(default)]
        max_pages: Option<u32>,
    },
}

/// Asks whether something could be done.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckWork {
    /// What.
    pub work: WorkKind,
}

/// Asks for something to be done.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarryOut {
    /// What.
    pub work: WorkKind,
    /// The nominal time that it is for.
    pub scheduled_for: Timestamp,
}

/// What was done.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum WorkDone {
    /// A workflow is on record, and is carried out from there.
    Started {
        /// The workflow's public name.
        workflow: String,
        /// Its run.
        run_id: String,
    },
    /// A request was made, and answered as it was to be.
    Answered {
        /// The HTTP status: 2xx.
        status: u16,
    },
    /// What was past the retention is gone.
    Purged {
        /// How many events that were.
        events: u64,
    },
}

/// Something was not done.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum WorkError {
    /// It cannot be done as it is asked for.
    #[error("{}", told(faults))]
    Invalid {
        /// Each fault; a pointer leads into the work, such as `/params/account`.
        faults: Vec<Fault>,
    },
    /// It was asked for under this key with other parameters.
    #[error("it was started before with other parameters")]
    KeyReused,
    /// A part is done, and the time was up. Ask again.
    #[error("not all of it is done yet")]
    Unfinished,
    /// An endpoint was asked, and did not do it.
    #[error("{detail}")]
    NotDone {
        /// For the tenant: what it answered, or that it did not.
        detail: String,
        /// Whether asking again may help.
        again: bool,
        /// How long it wants to be left alone, in milliseconds.
        #[serde(default)]
        retry_after_ms: Option<u64>,
    },
    /// A store did not answer. Ask again.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}

fn told(faults: &[Fault]) -> String {
    let told: Vec<_> =
        faults.iter().map(|Fault { pointer, detail }| format!("`{pointer}` {detail}")).collect();
    told.join("; ")
}
