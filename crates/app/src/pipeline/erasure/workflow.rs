//! The durable workflow that carries an erasure out.
//!
//! end → find → wait → remove → archive → rest → verify → certify. What was found and how far it is lies in the database:
//! steps hand on only where the next page begins. Every effect is idempotent, so a step that is cut off runs again.

use std::future::Future;
use std::time::Duration;

use ids::{AiCallId, ErasureId, EventId, TenantId};
use mesh::TraceContext;
use mesh::workflow::{Backoff, StepError, StepFailure, StepPolicy, Steps};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::certificate::certify;
use super::find::find_page;
use super::remove::{
    drop_archive, end_runs, remove_answers, remove_batch, remove_calls, remove_day, remove_orphans,
    remove_rest,
};
use super::verify::{Leftovers, verify_day, verify_events, verify_tenant};
use super::{ErasurePorts, Run};
use crate::ports::StoreError;

/// How often it is looked whether the found events are still being worked on, and how long between.
const WAITS: u32 = 20;
const WAIT: Duration = Duration::from_secs(15);

/// Nine minutes of retries: a lease that a dead cron holds is free again within two.
const POLICY: StepPolicy = StepPolicy {
    retries: 10,
    delay: Duration::from_secs(10),
    backoff: Backoff::Linear,
    ..StepPolicy::DEFAULT
};

/// How often removing is gone through before the erasure fails: new events of the tenant may come in meanwhile.
const ROUNDS: u32 = 3;

/// What an instance is started with. Nothing in it tells who is erased.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EraseInput {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub erasure_id: ErasureId,
    /// Its trace, as a W3C `traceparent`.
    pub traceparent: String,
}

/// What an instance ends with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseOutput {
    /// How many events are gone.
    pub events: u32,
}

/// See the module.
#[derive(Clone)]
pub struct Erase(pub ErasurePorts);

#[mesh::workflow]
impl Erase {
    async fn run(&self, input: EraseInput, steps: &Steps) -> Result<EraseOutput, StepError> {
        let trace: Option<TraceContext> = input.traceparent.parse().ok();
        let trace = trace.unwrap_or_else(|| TraceContext::from_random([1; 24]));
        let run = Run { ports: self.0.clone(), tenant: input.tenant, id: input.erasure_id, trace };
        match erase(&run, steps).await {
            Ok(events) => Ok(EraseOutput { events }),
            Err(error) => {
                let said = error.to_string();
                step(&run, steps, "fail".into(), move |run| {
                    let said = said.clone();
                    async move { run.ports.erasures.fail(run.tenant, run.id, &said).await }
                })
                .await?;
                tracing::error!(event = "erasure.failed", tenant = %run.tenant, erasure_id = %run.id, %error);
                Err(error)
            }
        }
    }
}

async fn erase(run: &Run, steps: &Steps) -> Result<u32, StepError> {
    let whole =
        step(
            run,
            steps,
            "open".into(),
            |run| async move { run.record().await.map(|record| record.whole_tenant) },
        )
        .await?;
    for round in 1..=ROUNDS {
        if whole {
            end(run, steps, round).await?;
        }
        find(run, steps, round).await?;
        wait(run, steps, round).await?;
        remove(run, steps, round, whole).await?;
        let left = verify(run, steps, round, whole).await?;
        if left == Leftovers::default() {
            let events = step(run, steps, "certify".into(), |run| async move { certify(&run).await }).await?;
            tracing::info!(event = "erasure.done", tenant = %run.tenant, erasure_id = %run.id, events);
            return Ok(events);
        }
        if round == ROUNDS {
            return give_up(steps, left).await;
        }
        step(run, steps, format!("again-{round}"), |run| async move {
            run.ports.erasures.again(run.tenant, run.id).await
        })
        .await?;
    }
    Ok(0)
}

/// What is left after all rounds was brought in meanwhile: more rounds would not catch up with it.
async fn give_up(steps: &Steps, left: Leftovers) -> Result<u32, StepError> {
    let message =
        format!("after {ROUNDS} rounds there is still {left:?}: stop the tenant's senders and ask again");
    steps
        .run("give-up", POLICY, move |_attempt| {
            let message = message.clone();
            async move { Err(StepFailure::Terminal(message)) }
        })
        .await
}

/// Ends what the tenant started: a backfill would bring events back, a report or an approval rows.
async fn end(run: &Run, steps: &Steps, round: u32) -> Result<(), StepError> {
    let mut more = true;
    for page in 1_u32.. {
        if !more {
            break;
        }
        more = step(run, steps, format!("end-{round}-{page}"), |run| async move { end_runs(&run).await })
            .await?;
    }
    Ok(())
}

/// Goes through all events.
async fn find(run: &Run, steps: &Steps, round: u32) -> Result<(), StepError> {
    let mut after: Option<EventId> = None;
    for page in 1_u32.. {
        let begin = after;
        let name = format!("find-{round}-{page}");
        after = step(run, steps, name, move |run| async move { find_page(&run, begin).await }).await?;
        if after.is_none() {
            break;
        }
    }
    Ok(())
}

/// Lets what is at work on the found events come to its end, so that it brings nothing back.
async fn wait(run: &Run, steps: &Steps, round: u32) -> Result<(), StepError> {
    for turn in 1..=WAITS {
        let name = format!("look-{round}-{turn}");
        let at_work =
            step(run, steps, name, |run| async move { run.ports.erasures.at_work(run.tenant, run.id).await })
                .await?;
        if at_work == 0 {
            return Ok(());
        }
        steps.sleep(&format!("wait-{round}-{turn}"), WAIT).await?;
    }
    Ok(())
}

async fn remove(run: &Run, steps: &Steps, round: u32, whole: bool) -> Result<(), StepError> {
    let mut more = true;
    for batch in 1_u32.. {
        if !more {
            break;
        }
        let name = format!("remove-{round}-{batch}");
        more = step(run, steps, name, |run| async move { remove_batch(&run).await }).await?;
    }
    let mut more = true;
    for page in 1_u32.. {
        if !more {
            break;
        }
        let name = format!("answers-{round}-{page}");
        more = step(run, steps, name, |run| async move { remove_answers(&run).await }).await?;
    }
    if whole {
        for (what, work) in [("archive", Work::Archive), ("rest", Work::Rest)] {
            let mut more = true;
            for page in 1_u32.. {
                if !more {
                    break;
                }
                let name = format!("{what}-{round}-{page}");
                more = step(run, steps, name, move |run| async move {
                    match work {
                        Work::Archive => drop_archive(&run).await,
                        Work::Rest => remove_rest(&run).await,
                    }
                })
                .await?;
            }
        }
        return Ok(());
    }
    let mut call: Option<AiCallId> = None;
    for page in 1_u32.. {
        let after = call;
        let name = format!("calls-{round}-{page}");
        call = step(run, steps, name, move |run| async move { remove_calls(&run, after).await }).await?;
        if call.is_none() {
            break;
        }
    }
    let mut day: Option<String> = None;
    for page in 1_u32.. {
        let after = day.clone();
        day = step(run, steps, format!("archive-{round}-{page}"), move |run| {
            let after = after.clone();
            async move { remove_day(&run, after.as_deref()).await }
        })
        .await?;
        if day.is_none() {
            break;
        }
    }
    let mut key: Option<String> = None;
    for page in 1_u32.. {
        let after = key.clone();
        key = step(run, steps, format!("orphans-{round}-{page}"), move |run| {
            let after = after.clone();
            async move { remove_orphans(&run, after.as_deref()).await }
        })
        .await?;
        if key.is_none() {
            break;
        }
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Work {
    Archive,
    Rest,
}

async fn verify(run: &Run, steps: &Steps, round: u32, whole: bool) -> Result<Leftovers, StepError> {
    let mut left = Leftovers::default();
    let mut after: Option<EventId> = None;
    for page in 1_u32.. {
        let begin = after;
        let name = format!("verify-events-{round}-{page}");
        let (found, next) =
            step(run, steps, name, move |run| async move { verify_events(&run, begin).await }).await?;
        left.add(found);
        after = next;
        if after.is_none() {
            break;
        }
    }
    if whole {
        let name = format!("verify-tenant-{round}");
        left.add(step(run, steps, name, |run| async move { verify_tenant(&run).await }).await?);
        return Ok(left);
    }
    let mut day: Option<String> = None;
    for page in 1_u32.. {
        let begin = day.clone();
        let name = format!("verify-archive-{round}-{page}");
        let (found, next) = step(run, steps, name, move |run| {
            let begin = begin.clone();
            async move { verify_day(&run, begin.as_deref()).await }
        })
        .await?;
        left.add(found);
        day = next;
        if day.is_none() {
            break;
        }
    }
    Ok(left)
}

/// A step over the stores: a store that does not answer now may answer later.
async fn step<T, F, Fut>(run: &Run, steps: &Steps, name: String, body: F) -> Result<T, StepError>
where
    T: Serialize + DeserializeOwned + 'static,
    F: Fn(Run) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<T, StoreError>> + 'static,
{
    let run = run.clone();
    steps
        .run(&name, POLICY, move |_attempt| {
            let work = body(run.clone());
            async move { work.await.map_err(|error| StepFailure::Retryable(error.to_string())) }
        })
        .await
}
