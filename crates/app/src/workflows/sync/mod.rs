//! A provider's list of past calls, walked page by page: begin, recall what came by webhook, and then page after page.
//!
//! Each page is one step: it is fetched, what is new on it is accepted, and where the walk is then is kept beside the
//! history. Where a run is, is what its steps have on record, so that one that is cut off asks for the page that it was at
//! once more and finds its calls known; what the history has on record is where the next run goes on.

mod ask;
mod connect;
mod page;
mod recall;
mod request;

use std::rc::Rc;
use std::time::Duration;

use domain::sync::{MOST_RESTS, USUAL_PAGES};
use domain::workflow::RunStatus;
use history::{SealingKey, Walk};
use ids::EndpointId;
use mesh::workflow::{StepError, StepFailure, StepPolicy, Steps};
use serde::{Deserialize, Serialize};

pub(crate) use connect::description_of;
pub(super) use connect::{get, put, remove};
pub(super) use request::request;
pub(crate) use request::{NO_HISTORY, judge_params};

use super::stage::{PATIENT, RunInput, Running, retryable};
use crate::ports::{
    Archive, Clock, HistoryFetcher, HistoryRecord, HistoryStore, ItemIntake, Resolver, RunChange, RunStore,
};
use page::{Counts, Paged};
use request::Params;

/// For a provider that has trouble: five seconds, doubling, for some ten minutes in all.
const PROVIDER: StepPolicy = StepPolicy { retries: 7, delay: Duration::from_secs(5), ..StepPolicy::DEFAULT };

/// What histories need wherever they are asked for.
#[derive(Clone)]
pub struct HistoryPorts {
    /// Where their walks are, and what is known.
    pub store: Rc<dyn HistoryStore>,
    /// What credentials are encrypted with; why there is nothing, else.
    pub key: Result<SealingKey, String>,
    /// Resolves the API's name, when a history is set up and before each request.
    pub resolver: Rc<dyn Resolver>,
    /// Where requests may go.
    pub egress: egress::Policy,
}

/// See the module.
#[derive(Clone)]
pub struct Sync {
    /// Runs on record.
    pub runs: Rc<dyn RunStore>,
    /// Histories.
    pub histories: HistoryPorts,
    /// Asks providers.
    pub fetcher: Rc<dyn HistoryFetcher>,
    /// Accepts calls.
    pub intake: Rc<dyn ItemIntake>,
    /// The bytes of what came by webhook.
    pub archive: Rc<dyn Archive>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

/// How far a run is, and what it came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncProgress {
    /// Pages that were walked.
    pub pages: u32,
    /// Calls that stood on them.
    pub items: u32,
    /// Calls that were accepted as events.
    pub ingested: u32,
    /// Calls that were known: by webhook, from an earlier run, or from an earlier page.
    pub known: u32,
    /// Of these, calls that the list shows otherwise than when they were accepted.
    pub changed: u32,
    /// Calls whose text is not written yet: a later run looks for them.
    pub unready: u32,
    /// Calls that no event can be made of: they are too large.
    pub refused: u32,
    /// How often the provider asked to be left alone.
    pub rests: u32,
    /// How often the walk began anew, since the provider no longer knew the page to go on from.
    pub restarts: u32,
    /// Whether the last page was reached. Another run goes on where this one ended.
    pub complete: bool,
    /// The run that walks the same history, where this one found it taken and did nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_way: Option<String>,
}

impl SyncProgress {
    fn counting(&self, counts: &Counts) -> Self {
        let mut counted = self.clone();
        counted.pages += 1;
        counted.items += counts.items;
        counted.ingested += counts.ingested;
        counted.known += counts.known;
        counted.changed += counts.changed;
        counted.unready += counts.unready;
        counted.refused += counts.refused;
        counted
    }
}

/// What a run is about, as its first step records it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Begun {
    endpoint_id: EndpointId,
    max_pages: u32,
    walk: Walk,
    /// Whether deliveries of the provider name calls, so that those that came have to be looked through.
    recalls: bool,
    under_way: Option<String>,
}

#[mesh::workflow]
impl Sync {
    async fn run(&self, input: RunInput, steps: &Steps) -> Result<SyncProgress, StepError> {
        let running = Running::new(&self.runs, &self.clock, &input);
        let outcome = self.walk(&running, &input, steps).await;
        running.ended(steps, outcome).await
    }
}

impl Sync {
    async fn walk(
        &self,
        running: &Running,
        input: &RunInput,
        steps: &Steps,
    ) -> Result<SyncProgress, StepError> {
        let (this, run) = (self.clone(), running.clone());
        let begun = running
            .stage(steps, 0, "begin", PATIENT, move || {
                let (this, run) = (this.clone(), run.clone());
                async move { this.begin(&run).await }
            })
            .await?;
        let mut progress = SyncProgress::default();
        if begun.under_way.is_some() {
            progress.under_way = begun.under_way;
            return Ok(progress);
        }
        if begun.recalls {
            self.recall(running, steps, begun.endpoint_id).await?;
        }
        let mut walk = begun.walk;
        for turn in 1.. {
            let paged = self.page(running, input, steps, turn, begun.endpoint_id, &walk, &progress).await?;
            match paged {
                Paged::Walked { behind, last, counts } => {
                    progress = progress.counting(&counts);
                    progress.complete = last;
                    walk = behind;
                    if last || progress.pages >= begun.max_pages {
                        return Ok(progress);
                    }
                }
                Paged::Restarted { first } => {
                    progress.restarts += 1;
                    walk = first;
                }
                Paged::Rest { ms } => {
                    progress.rests += 1;
                    if progress.rests >= MOST_RESTS {
                        return Ok(progress);
                    }
                    steps.sleep(&format!("rest {turn}"), Duration::from_millis(ms)).await?;
                }
            }
        }
        Ok(progress)
    }

    async fn begin(&self, running: &Running) -> Result<Begun, StepFailure> {
        let Running { tenant, run_id, .. } = running;
        let run = self.runs.get(*tenant, run_id).await.map_err(retryable)?;
        let run = run.ok_or_else(|| StepFailure::Terminal(format!("there is no run `{run_id}`")))?;
        let now = self.clock.now();
        if run.status == RunStatus::Accepted {
            let begun = RunChange::to(RunStatus::Running);
            self.runs.change(*tenant, run_id, &begun, now).await.map_err(retryable)?;
        }
        let Params { endpoint_id, max_pages } =
            Params::read(&run.run.params).map_err(StepFailure::Terminal)?;
        let record = self.history(running, endpoint_id).await?;
        let over = match &record.run_id {
            Some(other) if other != run_id => {
                let other_run = self.runs.get(*tenant, other).await.map_err(retryable)?;
                other_run.is_none_or(|other| other.status.has_ended()).then_some(other.as_str())
            }
            _ => None,
        };
        let store = &self.histories.store;
        let holder = store.hold(*tenant, endpoint_id, run_id, over, now).await.map_err(retryable)?;
        // Read again: who walked before may have gone on until a moment ago.
        let record = self.history(running, endpoint_id).await?;
        let walk = page::walk_of(&record).map_err(StepFailure::Terminal)?;
        let description = connect::description_of(&record).map_err(StepFailure::Terminal)?;
        Ok(Begun {
            endpoint_id,
            max_pages: max_pages.unwrap_or(USUAL_PAGES),
            walk,
            recalls: !description.deliveries.is_empty(),
            under_way: holder.filter(|holder| holder != run_id),
        })
    }

    async fn history(
        &self,
        running: &Running,
        endpoint_id: EndpointId,
    ) -> Result<HistoryRecord, StepFailure> {
        let found = self.histories.store.get(running.tenant, endpoint_id).await.map_err(retryable)?;
        found.ok_or_else(|| StepFailure::Terminal("the history was removed".into()))
    }
}
