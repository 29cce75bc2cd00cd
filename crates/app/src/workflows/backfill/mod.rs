//! Events of a range run again, at a bounded rate: count, and then page by page pick → feed → rest.
//!
//! *pick* records which events a page has and in which run each of them was; *feed* begins the next run of exactly those
//! runs. So a page that is cut off and fed again begins nothing twice, and an event that something is at work on is left
//! alone. Where a backfill is, is what its steps have on record.

mod request;

use std::rc::Rc;
use std::time::Duration;

use domain::backfill::{MOST_EVENTS, MOST_PAGES, page_size, rest_ms};
use domain::workflow::RunStatus;
use ids::EventId;
use mesh::workflow::{StepError, StepFailure, Steps};
use serde::{Deserialize, Serialize};

pub(super) use request::request;

use super::after;
use super::stage::{PATIENT, RunInput, Running, retryable};
use crate::ports::{
    BackfillCandidate, BackfillRange, BackfillStore, Clock, EventMessage, EventQueue, RunChange, RunStore,
};
use request::Params;

/// How long after it was fed the sweep looks at an event: its queue message may be lost.
const SWEEP_GRACE_MS: u64 = 15_000;

/// See the module.
#[derive(Clone)]
pub struct Backfill {
    /// Runs on record.
    pub runs: Rc<dyn RunStore>,
    /// The events.
    pub events: Rc<dyn BackfillStore>,
    /// The queue between acceptance and work.
    pub queue: Rc<dyn EventQueue>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

/// How far a backfill is, and what it came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackfillProgress {
    /// Events that the range had when it began.
    pub total: u32,
    /// Events that were looked at.
    pub seen: u32,
    /// Events that run again.
    pub fed: u32,
    /// Events that something was at work on: they end by themselves, and were left alone.
    pub busy: u32,
    /// The last event that was looked at.
    pub last: Option<EventId>,
    /// Whether the whole range was looked at. A backfill takes up so many events at most; another goes on from `last`.
    pub complete: bool,
}

/// An event of a page, as its step records it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Picked {
    event_id: EventId,
    run: u32,
}

/// What came of a page.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Fed {
    fed: u32,
    busy: u32,
}

/// What counting found, and what it is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Range {
    total: u32,
    per_minute: u32,
    from: u64,
    until: u64,
    source: Option<String>,
    kind: Option<String>,
}

impl Range {
    fn of(&self) -> BackfillRange {
        BackfillRange {
            from: contracts::Timestamp::from_unix_ms(self.from),
            until: contracts::Timestamp::from_unix_ms(self.until),
            source: self.source.clone(),
            kind: self.kind.clone(),
        }
    }
}

#[mesh::workflow]
impl Backfill {
    async fn run(&self, input: RunInput, steps: &Steps) -> Result<BackfillProgress, StepError> {
        let running = Running::new(&self.runs, &self.clock, &input);
        let outcome = self.pages(&running, steps).await;
        running.ended(steps, outcome).await
    }
}

impl Backfill {
    async fn pages(&self, running: &Running, steps: &Steps) -> Result<BackfillProgress, StepError> {
        let (this, run) = (self.clone(), running.clone());
        let range = running
            .stage(steps, 0, "count", PATIENT, move || {
                let (this, run) = (this.clone(), run.clone());
                async move { this.count(&run).await }
            })
            .await?;
        let mut progress = BackfillProgress { total: range.total, ..BackfillProgress::default() };
        for turn in 1.. {
            let limit = page_size(range.per_minute, progress.seen);
            let page = self.pick(running, steps, turn, &range, progress.last, limit).await?;
            progress.complete = page.len() < limit as usize;
            progress.seen += page.len() as u32;
            progress.last = page.last().map(|picked| picked.event_id).or(progress.last);
            if page.is_empty() {
                return Ok(progress);
            }
            let Fed { fed, busy } = self.feed(running, steps, turn, page, &progress).await?;
            progress.fed += fed;
            progress.busy += busy;
            if progress.complete || progress.seen >= MOST_EVENTS || turn >= MOST_PAGES {
                return Ok(progress);
            }
            let rest = format!("rest {turn}");
            steps.sleep(&rest, Duration::from_millis(rest_ms(range.per_minute, fed))).await?;
        }
        Ok(progress)
    }

    async fn count(&self, running: &Running) -> Result<Range, StepFailure> {
        let run = self.runs.get(running.tenant, &running.run_id).await.map_err(retryable)?;
        let run =
            run.ok_or_else(|| StepFailure::Terminal(format!("there is no run `{}`", running.run_id)))?;
        if run.status == RunStatus::Accepted {
            let begun = RunChange::to(RunStatus::Running);
            let now = self.clock.now();
            self.runs.change(running.tenant, &running.run_id, &begun, now).await.map_err(retryable)?;
        }
        let params = Params::read(&run.run.params).map_err(StepFailure::Terminal)?;
        let range = params.range(run.run.created_at).map_err(StepFailure::Terminal)?;
        let total = self.events.count(running.tenant, &range).await.map_err(retryable)?;
        Ok(Range {
            total,
            per_minute: params.per_minute,
            from: range.from.unix_ms(),
            until: range.until.unix_ms(),
            source: range.source,
            kind: range.kind,
        })
    }

    async fn pick(
        &self,
        running: &Running,
        steps: &Steps,
        turn: u32,
        range: &Range,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<Picked>, StepError> {
        let (this, tenant, range) = (self.clone(), running.tenant, range.of());
        let pick = move || {
            let (this, range) = (this.clone(), range.clone());
            async move {
                let found = this.events.candidates(tenant, &range, after, limit).await.map_err(retryable)?;
                let picked = |BackfillCandidate { event_id, run }| Picked { event_id, run };
                Ok(found.into_iter().map(picked).collect())
            }
        };
        running.turn(steps, turn, (1, "pick"), PATIENT, pick).await
    }

    async fn feed(
        &self,
        running: &Running,
        steps: &Steps,
        turn: u32,
        page: Vec<Picked>,
        progress: &BackfillProgress,
    ) -> Result<Fed, StepError> {
        let (this, run, before) = (self.clone(), running.clone(), progress.clone());
        let (page, backfill) = (Rc::new(page), Rc::new(running.run_id.clone()));
        let feed = move || {
            let (this, run, before) = (this.clone(), run.clone(), before.clone());
            let (page, backfill) = (page.clone(), backfill.clone());
            async move { this.feed_page(&run, &page, &before, &backfill).await }
        };
        running.turn(steps, turn, (2, "feed"), PATIENT, feed).await
    }

    /// Begins the next run of each event of a page. What a try before this one began counts as fed.
    async fn feed_page(
        &self,
        running: &Running,
        page: &[Picked],
        before: &BackfillProgress,
        backfill: &str,
    ) -> Result<Fed, StepFailure> {
        let tenant = running.tenant;
        let mut counted = Fed { fed: 0, busy: 0 };
        let mut messages: Vec<EventMessage> = Vec::new();
        for Picked { event_id, run } in page {
            let candidate = BackfillCandidate { event_id: *event_id, run: *run };
            let now = self.clock.now();
            let begun = self
                .events
                .rerun(tenant, &candidate, now, after(now, SWEEP_GRACE_MS))
                .await
                .map_err(retryable)?;
            match begun {
                Some(message) => {
                    counted.fed += 1;
                    messages.push(message);
                }
                None => match self.events.last_run(tenant, *event_id).await.map_err(retryable)? {
                    Some(last) if last > *run => counted.fed += 1,
                    Some(_) => counted.busy += 1,
                    // It was erased since.
                    None => {}
                },
            }
        }
        // Their outbox entries are open: a queue that is down costs time, and nothing else.
        if !messages.is_empty()
            && let Err(error) = self.queue.send(&messages).await
        {
            tracing::warn!(event = "queue.send_failed", %tenant, backfill, %error);
        }
        let progress = BackfillProgress {
            fed: before.fed + counted.fed,
            busy: before.busy + counted.busy,
            ..before.clone()
        };
        let change = RunChange { progress: serde_json::to_string(&progress).ok(), ..RunChange::default() };
        self.runs.change(tenant, &running.run_id, &change, self.clock.now()).await.map_err(retryable)?;
        Ok(counted)
    }
}
