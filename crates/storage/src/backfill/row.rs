//! Rows of events that are to run again.

use app::ports::{BackfillCandidate, EventMessage};
use domain::dispatch::UnknownEventWorkflow;
use ids::{EventId, TenantId};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct CountRow {
    pub(super) depth: u32,
}

#[derive(Deserialize)]
pub(super) struct CandidateRow {
    id: EventId,
    run: u32,
}

impl From<CandidateRow> for BackfillCandidate {
    fn from(CandidateRow { id, run }: CandidateRow) -> Self {
        Self { event_id: id, run }
    }
}

#[derive(Deserialize)]
pub(super) struct BegunRow {
    run: u32,
    workflow: String,
    traceparent: String,
}

impl BegunRow {
    /// What the queue is to be told of the run that begins.
    pub(super) fn message(
        self,
        tenant: TenantId,
        event_id: EventId,
    ) -> Result<EventMessage, UnknownEventWorkflow> {
        let Self { run, workflow, traceparent } = self;
        Ok(EventMessage { tenant, event_id, run, workflow: workflow.parse()?, traceparent })
    }
}
