//! The engine of one run of an instance, over the journal.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{Either, select};
use mesh::workflow::{Engine, EngineFailure, InstanceId, RawStep, RawUndo, StepFailure};

use crate::host::Host;
use crate::journal::{Record, State, StepRecord, WaitRecord};

/// Runs the steps of one instance.
pub(crate) struct SimEngine {
    host: Rc<Host>,
    workflow: &'static str,
    id: InstanceId,
    /// Only learns the undos of what is on record, and runs nothing.
    learning: bool,
    undos: RefCell<BTreeMap<String, RawUndo>>,
}

impl SimEngine {
    pub(crate) fn new(host: Rc<Host>, workflow: &'static str, id: InstanceId, learning: bool) -> Self {
        Self { host, workflow, id, learning, undos: RefCell::default() }
    }

    fn with<R>(&self, look: impl FnOnce(&mut Record) -> R) -> Result<R, EngineFailure> {
        // An instance that was deleted under its run.
        self.host.with(self.workflow, &self.id, look).ok_or(EngineFailure::Interrupted)
    }

    async fn commit<R>(
        &self,
        what: String,
        change: impl FnOnce(&mut Record) -> R,
    ) -> Result<R, EngineFailure> {
        let label = format!("{} `{}`: {what}", self.workflow, self.id);
        self.host.world.commit(label, || self.with(change)).await
    }

    async fn sleep_until(&self, due_ms: u64) {
        self.host.world.clock.sleep_until(due_ms).await;
    }

    fn after(&self, duration: Duration) -> u64 {
        self.now_ms().saturating_add(duration.as_millis() as u64)
    }

    /// Where a run stops for a pause: once nothing is under way.
    async fn pause_point(&self) -> Result<(), EngineFailure> {
        if self.with(|record| record.state != State::Pausing)? {
            return Ok(());
        }
        if self.host.busy(self.workflow, &self.id, 0) > 0 {
            return pending().await;
        }
        let since = self.now_ms();
        self.commit("paused".into(), |record| record.state = State::Paused { since }).await?;
        Err(EngineFailure::Interrupted)
    }

    /// One try of a body, within its time.
    async fn attempt<R>(
        &self,
        timeout: Duration,
        body: impl Future<Output = Result<R, StepFailure>>,
    ) -> Result<R, StepFailure> {
        self.host.busy(self.workflow, &self.id, 1);
        let patience = self.sleep_until(self.after(timeout));
        let outcome = match select(pin!(body), pin!(patience)).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => {
                let text = format!("the try took longer than its {} s", timeout.as_secs_f64());
                Err(StepFailure::Retryable(text))
            }
        };
        self.host.busy(self.workflow, &self.id, -1);
        outcome
    }

    /// Undoes what has started, the last first, until one fails for good.
    pub(crate) async fn undo(&self) -> Result<(), EngineFailure> {
        let mut started: Vec<(u64, String)> = self.with(|record| {
            let open = record.steps.iter().filter(|(_, step)| step.can_undo && step.undone.is_none());
            open.map(|(name, step)| (step.start, name.clone())).collect()
        })?;
        started.sort();
        for (_, name) in started.into_iter().rev() {
            let undo = self.undos.borrow().get(&name).cloned();
            let outcome = match undo {
                Some(undo) => self.undo_one(&name, undo).await?,
                None => Err("the code that ran now has no undo for it".to_owned()),
            };
            let failed = outcome.is_err();
            self.commit(format!("undo of `{name}` ends"), |record| {
                if let Some(step) = record.steps.get_mut(&name) {
                    step.undone = Some(outcome);
                }
            })
            .await?;
            if failed {
                break;
            }
        }
        Ok(())
    }

    async fn undo_one(&self, name: &str, undo: RawUndo) -> Result<Result<(), String>, EngineFailure> {
        loop {
            let step = self.step_record(name)?;
            if let Some(due) = step.undo_retry_at {
                self.sleep_until(due).await;
            }
            let attempt = step.undo_attempts + 1;
            self.commit(format!("undo of `{name}`, try {attempt}"), |record| {
                if let Some(step) = record.steps.get_mut(name) {
                    (step.undo_attempts, step.undo_retry_at) = (attempt, None);
                }
            })
            .await?;
            let recorded = step.outcome.and_then(Result::ok);
            let message = match self.attempt(undo.policy.timeout, (undo.body)(recorded)).await {
                Ok(()) => return Ok(Ok(())),
                Err(StepFailure::Terminal(message)) => return Ok(Err(message)),
                Err(StepFailure::Retryable(message)) => message,
            };
            let Some(delay) = undo.policy.delay_after(attempt) else { return Ok(Err(message)) };
            let due = self.after(delay);
            self.commit(format!("undo of `{name}` failed: {message}"), |record| {
                if let Some(step) = record.steps.get_mut(name) {
                    step.undo_retry_at = Some(due);
                }
            })
            .await?;
        }
    }

    fn step_record(&self, name: &str) -> Result<StepRecord, EngineFailure> {
        self.with(|record| record.steps.get(name).cloned().unwrap_or_default())
    }
}

#[async_trait(?Send)]
impl Engine for SimEngine {
    async fn step(&self, step: RawStep) -> Result<String, EngineFailure> {
        let RawStep { name, policy, mut body, undo } = step;
        let can_undo = undo.is_some();
        if let Some(undo) = undo {
            self.undos.borrow_mut().insert(name.clone(), undo);
        }
        loop {
            let on_record = self.step_record(&name)?;
            match on_record.outcome {
                Some(Ok(output)) => return Ok(output),
                Some(Err(message)) => return Err(EngineFailure::Exhausted(message)),
                None if self.learning => return Err(EngineFailure::Interrupted),
                None => {}
            }
            self.pause_point().await?;
            if let Some(due) = on_record.retry_at {
                self.sleep_until(due).await;
            }
            let attempt = on_record.attempts + 1;
            self.commit(format!("step `{name}`, try {attempt}"), |record| {
                let started = record.started;
                let step = record.steps.entry(name.clone()).or_insert_with(|| {
                    record.started += 1;
                    StepRecord { start: started, can_undo, ..StepRecord::default() }
                });
                (step.attempts, step.retry_at) = (attempt, None);
            })
            .await?;
            let answer = body(attempt);
            let answer = async { answer.await.map_err(StepFailure::Retryable) };
            let outcome = self.attempt(policy.timeout, answer).await.map_err(|failure| failure.to_string());
            let retry_at = match &outcome {
                Ok(_) => None,
                Err(_) => policy.delay_after(attempt).map(|delay| self.after(delay)),
            };
            let what = match &outcome {
                Ok(_) => "done".to_owned(),
                Err(message) => format!("failed: {message}"),
            };
            self.commit(format!("step `{name}`, try {attempt} {what}"), |record| {
                if let Some(step) = record.steps.get_mut(&name) {
                    step.retry_at = retry_at;
                    step.outcome = retry_at.is_none().then_some(outcome);
                }
            })
            .await?;
            self.pause_point().await?;
        }
    }

    async fn sleep(&self, name: &str, duration: Duration) -> Result<(), EngineFailure> {
        self.pause_point().await?;
        let due = match self.with(|record| record.sleeps.get(name).copied())? {
            Some(due) => due,
            None if self.learning => return Err(EngineFailure::Interrupted),
            None => {
                let due = self.after(duration);
                self.commit(format!("sleep `{name}`"), |record| {
                    record.sleeps.insert(name.to_owned(), due);
                })
                .await?;
                due
            }
        };
        if self.learning && due > self.now_ms() {
            return Err(EngineFailure::Interrupted);
        }
        self.sleep_until(due).await;
        self.pause_point().await
    }

    async fn wait(
        &self,
        name: &str,
        event: &str,
        timeout: Duration,
    ) -> Result<Option<String>, EngineFailure> {
        self.pause_point().await?;
        let until = match self.with(|record| record.waits.get(name).cloned())? {
            Some(WaitRecord { outcome: Some(outcome), .. }) => return Ok(outcome),
            _ if self.learning => return Err(EngineFailure::Interrupted),
            Some(WaitRecord { until, .. }) => until,
            None => {
                let until = self.after(timeout);
                self.commit(format!("wait `{name}`"), |record| {
                    record.waits.insert(name.to_owned(), WaitRecord { until, outcome: None });
                })
                .await?;
                until
            }
        };
        let arrival = poll_fn(|context| {
            let there = self.with(|record| record.inbox.iter().any(|(kind, _)| kind == event));
            if there != Ok(false) {
                return Poll::Ready(());
            }
            self.host.on_event(context.waker().clone());
            Poll::Pending
        });
        select(pin!(arrival), pin!(self.sleep_until(until))).await;
        // The event leaves the inbox in the write that records it: it cannot get lost, nor be taken twice.
        let outcome = self
            .commit(format!("wait `{name}` ends"), |record| {
                let found = record.inbox.iter().position(|(kind, _)| kind == event);
                let outcome = found.map(|index| record.inbox.remove(index).1);
                record.waits.insert(name.to_owned(), WaitRecord { until, outcome: Some(outcome.clone()) });
                outcome
            })
            .await?;
        self.pause_point().await?;
        Ok(outcome)
    }

    fn now_ms(&self) -> u64 {
        self.host.world.clock.now_ms()
    }
}
