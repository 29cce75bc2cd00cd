//! What a job does when it fires.

use ids::EndpointId;

use super::HttpTask;

/// What a job does when it fires.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Ingests an event.
    Event {
        /// The event's source.
        source: String,
        /// The event's type.
        kind: String,
        /// The payload as JSON text; at most 64 KiB.
        payload: String,
    },
    /// Starts a workflow.
    Workflow {
        /// Its public name.
        name: String,
        /// What it is started with, as JSON text; at most 64 KiB.
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
        /// The most pages of a run: 1 to 1,000; 200, unless it says.
        #[serde(default)]
        max_pages: Option<u32>,
    },
    /// Does nothing, and expects to be pinged.
    Heartbeat {
        /// How long after its time a ping may come, in milliseconds: 1 second to 7 days.
        grace_ms: u64,
    },
}
