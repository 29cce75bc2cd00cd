//! A pipeline that does nothing but keep the promise of its contract: one event for each job and idempotency key.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use app::ports::Random;
use async_trait::async_trait;
use contracts::pipeline::work::{CarryOut, CheckWork, Work, WorkDone, WorkError, WorkKind};
use contracts::pipeline::workflows::Fault;
use contracts::pipeline::{EmitEvent, IngestEventError, IngestReceipt, Tasks};
use contracts::{Actor, TenantCall};
use ids::{EventId, TenantId};

use crate::{SeededRandom, pause};

/// How a call goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mishap {
    /// Nothing happened, and another call may fare better.
    Unavailable,
    /// It happened, and the answer was lost.
    AnswerLost,
    /// Nothing happened, and no call ever will.
    Refused,
}

/// [`Tasks`] in memory. A clone is the same pipeline.
#[derive(Debug, Clone)]
pub struct FakeTasks {
    random: SeededRandom,
    state: Rc<RefCell<State>>,
}

#[derive(Debug, Default)]
struct State {
    events: BTreeMap<(TenantId, String), (EventId, EmitEvent)>,
    work: BTreeMap<(TenantId, String), CarryOut>,
    calls: u32,
    mishaps: VecDeque<Option<Mishap>>,
    traces: Vec<String>,
}

impl Default for FakeTasks {
    fn default() -> Self {
        Self { random: SeededRandom::new(77), state: Rc::default() }
    }
}

impl FakeTasks {
    /// What becomes of the next calls, one each; none goes well, as do all after them.
    pub fn plan(&self, mishaps: impl IntoIterator<Item = Option<Mishap>>) {
        self.state.borrow_mut().mishaps.extend(mishaps);
    }

    /// How often it was called.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.state.borrow().calls
    }

    /// The trace id of each call.
    #[must_use]
    pub fn traces(&self) -> Vec<String> {
        self.state.borrow().traces.clone()
    }

    /// The delivery keys of a tenant's events, in order: `{job}:{idempotency key}`.
    #[must_use]
    pub fn events(&self, tenant: TenantId) -> Vec<(String, EventId)> {
        let state = self.state.borrow();
        let own = state.events.iter().filter(|((owner, _), _)| *owner == tenant);
        own.map(|((_, key), (event_id, _))| (key.clone(), *event_id)).collect()
    }

    /// What a tenant's jobs had done besides events, by delivery key as in [`events`](Self::events).
    #[must_use]
    pub fn work(&self, tenant: TenantId) -> Vec<(String, CarryOut)> {
        let state = self.state.borrow();
        let own = state.work.iter().filter(|((owner, _), _)| *owner == tenant);
        own.map(|((_, key), done)| (key.clone(), done.clone())).collect()
    }

    /// The payload of an event.
    #[must_use]
    pub fn payload(&self, event_id: EventId) -> Option<String> {
        let state = self.state.borrow();
        state.events.values().find(|(id, _)| *id == event_id).map(|(_, event)| event.payload.clone())
    }
}

#[async_trait(?Send)]
impl Tasks for FakeTasks {
    async fn emit_event(
        &self,
        context: &TenantCall,
        request: EmitEvent,
    ) -> Result<IngestReceipt, IngestEventError> {
        pause().await;
        let Actor::Job(job_id) = context.scope.actor else {
            return Err(IngestEventError::NotJson { detail: "only jobs call this".into() });
        };
        let Some(key) = &context.idempotency_key else {
            return Err(IngestEventError::NotJson { detail: "a job's call has a key".into() });
        };
        let mut state = self.state.borrow_mut();
        state.calls += 1;
        state.traces.push(context.trace.trace_id());
        let mishap = state.mishaps.pop_front().flatten();
        let unavailable = || IngestEventError::Unavailable { detail: "on demand".into() };
        match mishap {
            Some(Mishap::Unavailable) => return Err(unavailable()),
            Some(Mishap::Refused) => return Err(IngestEventError::TooLarge { limit: 1 }),
            Some(Mishap::AnswerLost) | None => {}
        }
        let delivery = (context.scope.tenant, format!("{job_id}:{key}"));
        let duplicate = state.events.contains_key(&delivery);
        let new = || (EventId::from_parts(1_795_330_800_000, self.random.for_id()), request);
        let event_id = state.events.entry(delivery).or_insert_with(new).0;
        match mishap {
            Some(_) => Err(unavailable()),
            None => Ok(IngestReceipt { event_id, duplicate }),
        }
    }
}

#[async_trait(?Send)]
impl Work for FakeTasks {
    /// Knows `account_report` alone.
    async fn check_work(&self, _: &TenantCall, request: CheckWork) -> Result<(), WorkError> {
        pause().await;
        match request.work {
            WorkKind::Workflow { name, .. } if name != "account_report" => {
                let detail = format!("is `{name}`; a job starts `account_report`");
                Err(WorkError::Invalid { faults: vec![Fault { pointer: "/name".into(), detail }] })
            }
            _ => Ok(()),
        }
    }

    async fn carry_out(&self, context: &TenantCall, request: CarryOut) -> Result<WorkDone, WorkError> {
        pause().await;
        let (Actor::Job(job_id), Some(key)) = (&context.scope.actor, &context.idempotency_key) else {
            return Err(WorkError::KeyReused);
        };
        let mut state = self.state.borrow_mut();
        state.calls += 1;
        let mishap = state.mishaps.pop_front().flatten();
        let unavailable = || WorkError::Unavailable { detail: "on demand".into() };
        match mishap {
            Some(Mishap::Unavailable) => return Err(unavailable()),
            Some(Mishap::Refused) => return Err(WorkError::KeyReused),
            Some(Mishap::AnswerLost) | None => {}
        }
        let delivery = format!("{job_id}:{key}");
        let first =
            state.work.entry((context.scope.tenant, delivery.clone())).or_insert_with(|| request.clone());
        if *first != request {
            return Err(WorkError::KeyReused);
        }
        let done = match request.work {
            WorkKind::Workflow { name, .. } => WorkDone::Started { workflow: name, run_id: delivery },
            WorkKind::Report { .. } => {
                WorkDone::Started { workflow: "account_report".into(), run_id: delivery }
            }
            WorkKind::Http(_) => WorkDone::Answered { status: 200 },
            WorkKind::Purge {} => WorkDone::Purged { events: 3 },
            WorkKind::Sync { .. } => WorkDone::Started { workflow: "sync".into(), run_id: delivery },
        };
        if mishap.is_some() { Err(unavailable()) } else { Ok(done) }
    }
}
