//! One page: fetched, what is new on it accepted, and where the walk is then kept.

use std::collections::BTreeMap;

use contracts::pipeline::{IngestEvent, IngestEventError};
use contracts::{Actor, TenantCall, TenantScope, Timestamp};
use history::{Credentials, Description, Item, Page, PageError, Walk};
use ids::{EndpointId, EventId};
use mesh::workflow::{StepError, StepFailure, Steps};
use mesh::{CallContext, Deadline, TraceContext};
use serde::{Deserialize, Serialize};

use super::ask::Asked;
use super::{PROVIDER, RunInput, Running, Sync, SyncProgress, connect, retryable};
use crate::pipeline::sha256_hex;
use crate::ports::{HistoryRecord, KnownItem, RunChange};

/// How long accepting a call may take, in milliseconds.
const INTAKE_MS: u64 = 25_000;

/// What came of a page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Paged {
    /// Its calls are accepted.
    Walked {
        /// Where the walk is then.
        behind: Walk,
        /// Whether it was the last page.
        last: bool,
        /// What stood on it.
        counts: Counts,
    },
    /// The provider no longer knows it: the walk begins anew.
    Restarted {
        /// From there.
        first: Walk,
    },
    /// The provider wants to be left alone for so many milliseconds.
    Rest {
        /// So many.
        ms: u64,
    },
}

/// What stood on a page.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Counts {
    pub(super) items: u32,
    pub(super) ingested: u32,
    pub(super) known: u32,
    pub(super) changed: u32,
    pub(super) unready: u32,
    pub(super) refused: u32,
}

/// Where the walk of a history is.
pub(super) fn walk_of(record: &HistoryRecord) -> Result<Walk, String> {
    let read = serde_json::from_str(&record.history.walk);
    read.map_err(|error| format!("where the walk is cannot be read: {error}"))
}

pub(super) fn written(walk: &Walk) -> String {
    serde_json::to_string(walk).unwrap_or_default()
}

/// What a step has at hand.
struct AtWork<'a> {
    running: &'a Running,
    context: &'a TenantCall,
    endpoint_id: EndpointId,
    source: &'a str,
    base_url: &'a str,
    description: &'a Description,
    credentials: &'a Credentials,
    /// Which of the run's pages it is. A page that is asked for again, after a rest say, is the same one.
    number: u32,
}

impl Sync {
    #[expect(clippy::too_many_arguments, reason = "what a turn is made of")]
    pub(super) async fn page(
        &self,
        running: &Running,
        input: &RunInput,
        steps: &Steps,
        turn: u32,
        endpoint_id: EndpointId,
        walk: &Walk,
        before: &SyncProgress,
    ) -> Result<Paged, StepError> {
        let (this, run, input) = (self.clone(), running.clone(), input.clone());
        let (walk, before) = (walk.clone(), before.clone());
        let take = move || {
            let (this, run, input) = (this.clone(), run.clone(), input.clone());
            let (walk, before) = (walk.clone(), before.clone());
            async move { this.take_page(&run, &input, endpoint_id, &walk, &before).await }
        };
        running.turn(steps, turn, (2, "page"), PROVIDER, take).await
    }

    async fn take_page(
        &self,
        running: &Running,
        input: &RunInput,
        endpoint_id: EndpointId,
        walk: &Walk,
        before: &SyncProgress,
    ) -> Result<Paged, StepFailure> {
        let record = self.history(running, endpoint_id).await?;
        if record.run_id.as_deref() != Some(&running.run_id) {
            return Err(StepFailure::Terminal("the history was set up anew meanwhile".into()));
        }
        let description = connect::description_of(&record).map_err(StepFailure::Terminal)?;
        let key = self.histories.key.as_ref().map_err(|detail| StepFailure::Retryable(detail.clone()))?;
        let owner = connect::owner(running.tenant, endpoint_id);
        let credentials = key.open(&record.history.sealed, &owner).map_err(terminal)?;
        let context = self.context(input, endpoint_id);
        let at_work = AtWork {
            running,
            context: &context,
            endpoint_id,
            source: &record.history.source,
            base_url: &record.history.base_url,
            description: &description,
            credentials: &credentials,
            number: before.pages + 1,
        };
        let asking = description.list_request(at_work.base_url, &credentials, walk).map_err(terminal)?;
        let (body, link) = match self.ask(&asking).await? {
            Asked::Answered { body, link } => (body, link),
            Asked::Rest { ms } => return self.rested(running, before, ms).await,
            // A page that another run was to go on from may be gone by now: the list is walked from its beginning, which
            // takes nothing twice. Once: what is missing then is missing.
            Asked::Missing { .. } if walk.is_under_way() && before.restarts == 0 => {
                let first = walk.again();
                self.keep(running, endpoint_id, &first).await?;
                return Ok(Paged::Restarted { first });
            }
            Asked::Missing { detail } => return Err(StepFailure::Terminal(detail)),
        };
        let page = match description.read_page(&body, link.as_deref(), &walk.at) {
            Ok(page) => page,
            Err(PageError::RateLimited) => return self.rested(running, before, USUAL_REST_MS).await,
            // Half an answer is a provider's trouble of a moment, as often as not.
            Err(error @ PageError::Broken(_)) => {
                return Err(StepFailure::Retryable(format!("page {}: {error}", before.pages + 1)));
            }
            Err(error @ PageError::Refused(_)) => return Err(StepFailure::Terminal(error.to_string())),
        };
        match self.take(&at_work, &page).await? {
            Taken::Whole { counts, unready } => {
                let (behind, last) = walk.behind(&page, unready, self.clock.now().unix_ms());
                self.keep(running, endpoint_id, &behind).await?;
                let progress = before.counting(&counts);
                self.tell(running, &progress).await?;
                Ok(Paged::Walked { behind, last, counts })
            }
            Taken::Rest { ms } => self.rested(running, before, ms).await,
        }
    }

    /// Accepts what is new on a page. What a try before this one accepted counts as accepted.
    async fn take(&self, at: &AtWork<'_>, page: &Page) -> Result<Taken, StepFailure> {
        let AtWork { running, endpoint_id, number, .. } = *at;
        let (tenant, store) = (running.tenant, &self.histories.store);
        let ids: Vec<_> = page.items.iter().map(|item| item.id.clone()).collect();
        let known = store.known(tenant, endpoint_id, &ids).await.map_err(retryable)?;
        let mut known: BTreeMap<_, _> = known.into_iter().map(|item| (item.item_id.clone(), item)).collect();
        let (mut counts, mut unready) = (Counts::default(), Vec::new());
        let mut met = std::collections::BTreeSet::new();
        for item in &page.items {
            counts.items += 1;
            let shown = sha256_hex(item.value.to_string().as_bytes());
            if let Some(before) = known.get(&item.id) {
                let ours = before.run_id == running.run_id && before.page == number && met.insert(&item.id);
                match (ours, before.event_id) {
                    (true, Some(_)) => counts.ingested += 1,
                    (true, None) => counts.refused += 1,
                    (false, _) => counts.known += 1,
                }
                counts.changed += u32::from(before.sha256.as_ref().is_some_and(|before| *before != shown));
                continue;
            }
            let whole = match self.whole(at, item).await? {
                Whole::Ready(whole) => whole,
                Whole::Unready => {
                    counts.unready += 1;
                    unready.extend(item.occurred_at_ms);
                    continue;
                }
                Whole::Rest { ms } => return Ok(Taken::Rest { ms }),
            };
            met.insert(&item.id);
            let accepted = self.accept(at, item, whole).await?;
            match accepted {
                Accepted::New(_) => counts.ingested += 1,
                Accepted::Known(_) => counts.known += 1,
                Accepted::Refused => counts.refused += 1,
            }
            let noted = KnownItem {
                item_id: item.id.clone(),
                event_id: accepted.event_id(),
                sha256: Some(shown),
                run_id: running.run_id.clone(),
                page: number,
            };
            store
                .note(tenant, endpoint_id, std::slice::from_ref(&noted), self.clock.now())
                .await
                .map_err(retryable)?;
            known.insert(noted.item_id.clone(), noted);
        }
        Ok(Taken::Whole { counts, unready })
    }

    /// All of an item: what the list has not is asked for.
    async fn whole(&self, at: &AtWork<'_>, item: &Item) -> Result<Whole, StepFailure> {
        if !item.ready {
            return Ok(Whole::Unready);
        }
        let asking =
            at.description.detail_request(at.base_url, at.credentials, &item.id).map_err(terminal)?;
        let Some(asking) = asking else { return Ok(Whole::Ready(item.value.to_string())) };
        let body = match self.ask(&asking).await? {
            Asked::Answered { body, .. } => body,
            Asked::Rest { ms } => return Ok(Whole::Rest { ms }),
            // Gong says so of a call whose text is not written yet.
            Asked::Missing { .. } => return Ok(Whole::Unready),
        };
        match at.description.read_detail(item, &body) {
            Ok((whole, true)) => Ok(Whole::Ready(whole.to_string())),
            Ok((_, false)) => Ok(Whole::Unready),
            Err(PageError::RateLimited) => Ok(Whole::Rest { ms: USUAL_REST_MS }),
            Err(error @ PageError::Broken(_)) => Err(StepFailure::Retryable(error.to_string())),
            Err(error @ PageError::Refused(_)) => Err(StepFailure::Terminal(error.to_string())),
        }
    }

    async fn accept(&self, at: &AtWork<'_>, item: &Item, whole: String) -> Result<Accepted, StepFailure> {
        let request = IngestEvent {
            source: at.source.to_owned(),
            kind: at.description.item.kind.clone(),
            subject: None,
            occurred_at: item.occurred_at_ms.map(Timestamp::from_unix_ms),
            endpoint_id: Some(at.endpoint_id),
            delivery_id: None,
            media_type: "application/json".into(),
            body: whole.into_bytes().into(),
        };
        match self.intake.take(at.context, request, &item.id).await {
            Ok(receipt) if receipt.duplicate => Ok(Accepted::Known(receipt.event_id)),
            Ok(receipt) => Ok(Accepted::New(receipt.event_id)),
            Err(error @ (IngestEventError::TooLarge { .. } | IngestEventError::NotJson { .. })) => {
                let (tenant, run_id) = (at.running.tenant, &at.running.run_id);
                tracing::warn!(event = "history.item_refused", %tenant, run_id, item = item.id, %error);
                Ok(Accepted::Refused)
            }
            Err(error @ (IngestEventError::KeyReused | IngestEventError::Unavailable { .. })) => {
                Err(StepFailure::Retryable(error.to_string()))
            }
        }
    }

    /// Keeps where the walk is, for the next run.
    async fn keep(&self, running: &Running, endpoint_id: EndpointId, walk: &Walk) -> Result<(), StepFailure> {
        let (tenant, run_id, now) = (running.tenant, running.run_id.as_str(), self.clock.now());
        let kept = self.histories.store.walked(tenant, endpoint_id, run_id, &written(walk), now).await;
        match kept.map_err(retryable)? {
            true => Ok(()),
            false => Err(StepFailure::Terminal("the history was set up anew, or removed, meanwhile".into())),
        }
    }

    async fn rested(&self, running: &Running, before: &SyncProgress, ms: u64) -> Result<Paged, StepFailure> {
        let progress = SyncProgress { rests: before.rests + 1, ..before.clone() };
        self.tell(running, &progress).await?;
        Ok(Paged::Rest { ms })
    }

    async fn tell(&self, running: &Running, progress: &SyncProgress) -> Result<(), StepFailure> {
        let change = RunChange { progress: serde_json::to_string(progress).ok(), ..RunChange::default() };
        let changed = self.runs.change(running.tenant, &running.run_id, &change, self.clock.now()).await;
        changed.map(drop).map_err(retryable)
    }

    /// The calls are accepted as the endpoint's deliveries, in the trace of the run.
    fn context(&self, input: &RunInput, endpoint_id: EndpointId) -> TenantCall {
        let scope = TenantScope { tenant: input.tenant, actor: Actor::Endpoint(endpoint_id) };
        let trace = input.traceparent.parse().unwrap_or_else(|_| TraceContext::from_random([1; 24]));
        let deadline = Deadline::after(self.clock.now().unix_ms(), INTAKE_MS);
        CallContext::new(scope, trace, deadline, "pipeline")
    }
}

/// How long a provider is left alone that asks for it in words, in milliseconds.
const USUAL_REST_MS: u64 = 60_000;

enum Taken {
    Whole { counts: Counts, unready: Vec<u64> },
    Rest { ms: u64 },
}

enum Whole {
    Ready(String),
    Unready,
    Rest { ms: u64 },
}

enum Accepted {
    New(EventId),
    Known(EventId),
    Refused,
}

impl Accepted {
    const fn event_id(&self) -> Option<EventId> {
        match self {
            Self::New(event_id) | Self::Known(event_id) => Some(*event_id),
            Self::Refused => None,
        }
    }
}

fn terminal(error: impl std::fmt::Display) -> StepFailure {
    StepFailure::Terminal(error.to_string())
}
