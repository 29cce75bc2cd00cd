//! Asking for a run.

use contracts::TenantCall;
use contracts::pipeline::workflows::{Fault, RequestSync, StartedRun, WorkflowError};
use domain::sync::MOST_PAGES;
use domain::workflow::WorkflowKind;
use ids::{EndpointId, SyncId};
use serde::{Deserialize, Serialize};

use crate::workflows::WorkflowPorts;
use crate::workflows::start::{hand_over, record, unavailable};

/// What is said of an endpoint that has no history: another tenant's is like one that is not there.
pub(crate) const NO_HISTORY: &str =
    "names no endpoint with a history to walk: set one up with `PUT /v1/endpoints/{id}/history`";

/// What a run is started with, as it is on record.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Params {
    pub(super) endpoint_id: EndpointId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max_pages: Option<u32>,
}

impl Params {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| format!("the recorded parameters cannot be read: {error}"))
    }
}

/// What is wrong with the parameters, as far as they alone tell.
pub(crate) fn judge_params(max_pages: Option<u32>) -> Option<Fault> {
    let pages = max_pages.filter(|pages| !(1..=MOST_PAGES).contains(pages));
    pages.map(|_| Fault { pointer: "/max_pages".into(), detail: format!("must be 1 to {MOST_PAGES}") })
}

pub(in crate::workflows) async fn request(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: RequestSync,
) -> Result<StartedRun, WorkflowError> {
    let RequestSync { endpoint_id, max_pages } = request;
    let mut faults: Vec<_> = judge_params(max_pages).into_iter().collect();
    let found = ports.histories.store.get(context.scope.tenant, endpoint_id).await.map_err(unavailable)?;
    if found.is_none() {
        faults.insert(0, Fault { pointer: "/endpoint_id".into(), detail: NO_HISTORY.into() });
    }
    if !faults.is_empty() {
        return Err(WorkflowError::Invalid { faults });
    }
    let now = ports.clock.now();
    let params = serde_json::to_string(&Params { endpoint_id, max_pages })
        .map_err(|error| WorkflowError::Unavailable { detail: error.to_string() })?;
    let run_id = SyncId::from_parts(now.unix_ms(), ports.random.for_id()).to_string();
    let (run, started) = record(ports, context, WorkflowKind::Sync, run_id, params).await?;
    hand_over(ports, &run).await;
    Ok(started)
}
