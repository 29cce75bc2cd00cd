//! A CRM's changes become accounts' and contacts' timelines: load → read → apply, and then the event's last status.
//!
//! What is kept is the set of all that was ever set (see [`domain::crm`]), so that a change that comes late, twice or
//! before another ends in the same records.

mod hubspot;
mod payload;
mod salesforce;

use std::rc::Rc;

use domain::EventStatus;
use mesh::workflow::{Definition, StepError, StepFailure, Steps};
use serde::{Deserialize, Serialize};

use super::PipelinePorts;
use super::event_run::{
    EventRun, EventRunInput, Outcome, POLICY, Stage, StageRun, Staged, load, object, record, retryable,
};
use super::ids_of::crm_record_id;
use crate::ports::{CrmStore, NewCrmChange};
use payload::{Told, Unfit};

pub(super) use payload::shape;

/// The steps, in order.
pub(super) const STEPS: [&str; 3] = ["load", "read", "apply"];

/// What an instance ends with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrmChangeOutput {
    /// The event's status.
    pub status: String,
    /// How many changes it told of.
    pub changes: u32,
}

/// See the module.
#[derive(Clone)]
pub struct CrmChange {
    /// Events, their bytes, and who hears of their end.
    pub ports: PipelinePorts,
    /// Records of CRMs.
    pub records: Rc<dyn CrmStore>,
}

#[mesh::workflow]
impl CrmChange {
    async fn run(&self, input: EventRunInput, steps: &Steps) -> Result<CrmChangeOutput, StepError> {
        let run = EventRun { ports: &self.ports, input: &input, steps, workflow: Self::NAME };
        match self.stages(run).await {
            Ok(output) => Ok(output),
            Err(error) => {
                run.fail(&error).await?;
                Err(error)
            }
        }
    }
}

/// What a payload tells of, as its step records it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Reading {
    changes: u32,
    /// Why there is nothing to apply.
    nothing: Option<String>,
}

/// A step that shows, by its place in [`STEPS`].
const fn stage(position: usize) -> Stage {
    Stage { position: position as u32, name: STEPS[position], policy: POLICY }
}

impl CrmChange {
    async fn stages(&self, run: EventRun<'_>) -> Result<CrmChangeOutput, StepError> {
        run.stage(stage(0), load).await?;
        let Reading { changes, nothing } = run.stage(stage(1), read).await?;
        if nothing.is_some() {
            run.end("skip", EventStatus::Skipped, nothing).await?;
            return Ok(CrmChangeOutput { status: EventStatus::Skipped.to_string(), changes: 0 });
        }
        let records = self.records.clone();
        run.stage(stage(2), move |at| apply(at, records.clone())).await?;
        run.end("settle", EventStatus::Processed, None).await?;
        Ok(CrmChangeOutput { status: EventStatus::Processed.to_string(), changes })
    }
}

/// Sees what the payload tells of. What cannot be read does not become readable: it ends as a dead letter.
async fn read(run: StageRun) -> Staged<Reading> {
    Ok(Outcome::Done(match told(&run).await? {
        Told::Changes(changes) => Reading { changes: changes.len() as u32, nothing: None },
        Told::Nothing(reason) => Reading { changes: 0, nothing: Some(reason) },
    }))
}

/// Adds the changes to their records, all or none.
async fn apply(run: StageRun, records: Rc<dyn CrmStore>) -> Staged<u32> {
    let Told::Changes(changes) = told(&run).await? else { return Ok(Outcome::NotNeeded(0)) };
    let named = |change| NewCrmChange { record: crm_record_id(&change), change };
    let changes: Vec<_> = changes.into_iter().map(named).collect();
    records.add(run.tenant, run.event_id, &changes).await.map_err(retryable)?;
    Ok(Outcome::Done(changes.len() as u32))
}

async fn told(run: &StageRun) -> Result<Told, StepFailure> {
    let record = record(run).await?;
    let object = object(run, &record).await?;
    payload::told(&object.body).map_err(|Unfit(detail)| StepFailure::Terminal(detail))
}
