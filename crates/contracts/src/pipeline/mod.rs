//! What may be asked of the pipeline: one entrypoint for the gateway, one for the scheduler.

pub mod ai_calls;
pub mod ai_policy;
pub mod analytics;
pub mod budget;
mod dead_letters;
pub mod deliveries;
pub mod erasure;
mod error;
mod events;
pub mod files;
pub mod live;
pub mod model_routes;
pub mod models;
pub mod operations;
pub mod redrives;
pub mod retention;
pub mod rules;
mod search;
mod signals;
pub mod subscriptions;
pub mod tenant_index;
pub mod traces;
pub mod usage;
pub mod work;
pub mod workflow_control;
pub mod workflows;

pub use dead_letters::*;
pub use error::{IngestEventError, ReadEventError, ReadSignalError, SearchError};
pub use events::*;
pub use search::*;
pub use signals::*;

use crate::{OperatorCall, TenantCall};

/// The gateway's view of the pipeline: accept events, and read what came of them.
#[mesh::service(contract = "../../contracts/Intake.json")]
pub trait Intake {
    /// Makes an event durable (raw bytes and row), then hands it on. A repeated delivery key gives the first event.
    async fn ingest_event(
        &self,
        context: &TenantCall,
        request: IngestEvent,
    ) -> Result<IngestReceipt, IngestEventError>;
    /// One event with its steps.
    #[mesh(idempotent)]
    async fn get_event(&self, context: &TenantCall, request: GetEvent)
    -> Result<EventDetail, ReadEventError>;
    /// Events, newest first.
    #[mesh(idempotent)]
    async fn list_events(
        &self,
        context: &TenantCall,
        request: ListEvents,
    ) -> Result<EventPage, ReadEventError>;
    /// The archived bytes.
    #[mesh(idempotent)]
    async fn read_raw(&self, context: &TenantCall, request: GetEvent) -> Result<RawEvent, ReadEventError>;
    /// The source text that evidence offsets point into.
    #[mesh(idempotent)]
    async fn read_text(&self, context: &TenantCall, request: GetEvent) -> Result<SourceText, ReadEventError>;
    /// One signal.
    #[mesh(idempotent)]
    async fn get_signal(&self, context: &TenantCall, request: GetSignal) -> Result<Signal, ReadSignalError>;
    /// Signals, newest first.
    #[mesh(idempotent)]
    async fn list_signals(
        &self,
        context: &TenantCall,
        request: ListSignals,
    ) -> Result<SignalPage, ReadSignalError>;
    /// Hybrid search over passages and signals.
    #[mesh(idempotent)]
    async fn search(&self, context: &TenantCall, request: Search) -> Result<SearchHits, SearchError>;
}

/// The scheduler's view of the pipeline: the effects that a job can have.
#[mesh::service(contract = "../../contracts/Tasks.json")]
pub trait Tasks {
    /// Ingests an event on behalf of a job. The context's idempotency key (job and nominal time) makes it happen once.
    async fn emit_event(
        &self,
        context: &TenantCall,
        request: EmitEvent,
    ) -> Result<IngestReceipt, IngestEventError>;
}

/// The admin Worker's view of the pipeline: work that was given up, over all tenants.
#[mesh::service(contract = "../../contracts/DeadLetters.json")]
pub trait DeadLetters {
    /// Dead letters, newest first.
    #[mesh(idempotent)]
    async fn list_letters(
        &self,
        context: &OperatorCall,
        request: ListDeadLetters,
    ) -> Result<DeadLetterPage, DeadLetterError>;
    /// One dead letter.
    #[mesh(idempotent)]
    async fn get_letter(
        &self,
        context: &OperatorCall,
        request: GetDeadLetter,
    ) -> Result<DeadLetter, DeadLetterError>;
    /// Runs the letter's event again from the start, its effects in the place of those before. A second replay of one
    /// letter does nothing.
    #[mesh(idempotent)]
    async fn replay_letter(
        &self,
        context: &OperatorCall,
        request: GetDeadLetter,
    ) -> Result<ReplayReceipt, DeadLetterError>;
}
