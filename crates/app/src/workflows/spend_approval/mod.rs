//! A proposal waits for people's decisions.
//!
//! open → (judge → wait for a decision, an escalation or the expiry)* → settle. The workflow decides nothing from what
//! an event says: an event only wakes it, and it judges what is on record. So a repeated, early or late event is
//! harmless, and of two things that happen at once one is judged after the other, by the approval's version.

mod content;
mod decide;
mod judging;
mod params;
mod propose;
mod read;
mod revise;

use std::rc::Rc;
use std::time::Duration;

use mesh::workflow::{Event, StepError, Steps};
use serde::{Deserialize, Serialize};

pub use super::stage::RunInput;
use super::stage::{PATIENT, Running};
use crate::ports::{ApprovalStore, Clock, RunStore};

pub(super) use decide::decide;
pub(super) use judging::missed_a_change;
pub(super) use params::{judge_params, read_params};
pub(super) use propose::propose;
pub(super) use read::{get, list};
pub(super) use revise::{abandon, revise, withdraw};

/// Something about the approval changed: a decision, a revision, a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {}

impl Event for Decision {
    const TYPE: &'static str = "decision";
}

/// What an instance ends with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpendApprovalOutput {
    /// `approved`, `rejected`, `expired` or `withdrawn`.
    pub status: String,
    /// The hash of what was decided about.
    pub content_hash: String,
}

/// See the module.
#[derive(Clone)]
pub struct SpendApproval {
    /// Runs on record.
    pub runs: Rc<dyn RunStore>,
    /// Approvals.
    pub approvals: Rc<dyn ApprovalStore>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

#[mesh::workflow(events(Decision))]
impl SpendApproval {
    async fn run(&self, input: RunInput, steps: &Steps) -> Result<SpendApprovalOutput, StepError> {
        let running = Running::new(&self.runs, &self.clock, &input);
        let outcome = self.until_concluded(&running, steps).await;
        running.ended(steps, outcome).await
    }
}

/// What a judgement leads to, as its step records it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Next {
    /// It is concluded.
    Concluded(SpendApprovalOutput),
    /// Nothing, for so many milliseconds, unless somebody decides.
    Wait(u64),
}

impl SpendApproval {
    async fn until_concluded(
        &self,
        running: &Running,
        steps: &Steps,
    ) -> Result<SpendApprovalOutput, StepError> {
        let (this, run) = (self.clone(), running.clone());
        running
            .stage(steps, 0, "open", PATIENT, move || {
                let (this, run) = (this.clone(), run.clone());
                async move { propose::open_on_record(&this, &run).await }
            })
            .await?;
        for round in 1_u32.. {
            let (this, run) = (self.clone(), running.clone());
            let judged = steps
                .run(&format!("judge {round}"), PATIENT, move |_attempt| {
                    let (this, run) = (this.clone(), run.clone());
                    async move { judging::judge_and_act(&this, &run).await }
                })
                .await?;
            match judged {
                Next::Concluded(output) => return Ok(output),
                Next::Wait(milliseconds) => {
                    let timeout = Duration::from_millis(milliseconds);
                    steps.wait_for::<Decision>(&format!("decision {round}"), timeout).await?;
                }
            }
        }
        // More rounds than a number can count: the platform's limit of steps comes first.
        Err(StepError::TooManySteps { step: "judge".into(), limit: u32::MAX })
    }
}
