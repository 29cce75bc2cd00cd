//! Typed steps over an engine that runs and records them.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{FutureExt, join};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::dispatch::panic_message;

use super::branch::{Branch, Run, Turn};
use super::halt::HaltReason;
use super::journal::Entry;
use super::outcome::{Recorded, record};
use super::{
    CodeChanged, Event, MAX_SLEEP, RawBody, RawStep, RawUndo, StepError, StepFailure, StepPolicy, Undo,
    WaitOutcome, shape, unpack,
};

/// The steps of one run of a workflow, or of one branch of it.
///
/// One step is awaited after the other. What is to run side by side gets a [`Steps::branch`] each, so that a replay
/// finds each branch's own order whichever of them was quicker.
///
/// Whatever is done here is noted in a journal by its position. A replay compares: a step, sleep, wait or branch with
/// another name than on record, or at another place, a recorded one that the code no longer does, and an output that
/// the code cannot read without losing a part of it, all end the instance with [`CodeChanged`]. The body cannot catch
/// this, and no step's body runs before its line in the journal is written.
pub struct Steps {
    run: Rc<Run>,
    branch: Rc<Branch>,
}

impl Steps {
    pub(super) fn new(run: Rc<Run>) -> Self {
        let branch = Branch::open(&run, String::new(), false);
        Self { run, branch }
    }

    /// The id of the running instance.
    pub fn instance_id(&self) -> &str {
        &self.run.instance
    }

    /// Runs a step, or answers from its record. `body` is called once a try and told which try it is, from 1.
    ///
    /// # Errors
    /// [`StepError`] when the step failed for good, or was not asked for as it must be.
    pub async fn run<T, F, Fut>(&self, name: &str, policy: StepPolicy, body: F) -> Result<T, StepError>
    where
        T: Serialize + DeserializeOwned + 'static,
        F: FnMut(u32) -> Fut + 'static,
        Fut: Future<Output = Result<T, StepFailure>> + 'static,
    {
        self.step(name, policy, None, body).await
    }

    /// The same as [`Steps::run`], for a step that is taken back by `undo` if the workflow fails after it.
    ///
    /// # Errors
    /// As [`Steps::run`].
    pub async fn run_with_undo<T, F, Fut>(
        &self,
        name: &str,
        policy: StepPolicy,
        undo: Undo<T>,
        body: F,
    ) -> Result<T, StepError>
    where
        T: Serialize + DeserializeOwned + 'static,
        F: FnMut(u32) -> Fut + 'static,
        Fut: Future<Output = Result<T, StepFailure>> + 'static,
    {
        let run = self.run.clone();
        let undo = undo.into_raw(name.to_owned(), move || run.halt.code_changed().map(|why| why.to_string()));
        self.step(name, policy, Some(undo), body).await
    }

    /// Waits for `duration`, durably. A restart does not begin it anew, nor does a build with another duration: an
    /// instance sleeps as long as it set out to. The platform counts in whole seconds.
    ///
    /// # Errors
    /// [`StepError`] when it is over 365 days, or was not asked for as it must be.
    pub async fn sleep(&self, name: &str, duration: Duration) -> Result<(), StepError> {
        self.check_length(name, duration)?;
        let turn = self.branch.begin(&self.run, name, 1)?;
        let entry = Entry::Sleep { name: turn.name.clone(), ms: whole_ms(duration) };
        let slept = match self.journal(&turn, entry).await.length() {
            Duration::ZERO => Ok(()),
            length => self.run.engine.sleep(&turn.name, length).await,
        };
        self.branch.finish(&self.run, &turn.name, slept).await
    }

    /// Waits until `at`, Unix milliseconds; a time that has passed is no wait.
    ///
    /// # Errors
    /// As [`Steps::sleep`].
    pub async fn sleep_until(&self, name: &str, at: u64) -> Result<(), StepError> {
        self.sleep(name, Duration::from_millis(at.saturating_sub(self.run.engine.now_ms()))).await
    }

    /// Waits for an event. One that was sent before counts, also one that came before the wait.
    ///
    /// # Errors
    /// [`StepError`] when an event came that cannot be read, when the workflow does not declare it, when the timeout
    /// is over 365 days, or when the wait was not asked for as it must be.
    pub async fn wait_for<E: Event>(
        &self,
        name: &str,
        timeout: Duration,
    ) -> Result<WaitOutcome<E>, StepError> {
        let event = E::TYPE.to_owned();
        if !self.run.events.contains(&E::TYPE) {
            return Err(StepError::UndeclaredEvent { step: self.full(name), event });
        }
        self.check_length(name, timeout)?;
        let turn = self.branch.begin(&self.run, name, 1)?;
        let entry =
            Entry::Event { name: turn.name.clone(), event: event.clone(), ms: whole_ms(timeout).max(1) };
        let length = self.journal(&turn, entry).await.length();
        let waited = self.run.engine.wait(&turn.name, E::TYPE, length).await;
        match self.branch.finish(&self.run, &turn.name, waited).await?.map(|payload| unpack(&payload)) {
            None => Ok(WaitOutcome::TimedOut),
            Some(Ok(event)) => Ok(WaitOutcome::Received(event)),
            Some(Err(error)) => {
                Err(StepError::EventUnreadable { step: turn.name, event, message: error.to_string() })
            }
        }
    }

    /// Steps of their own, to be awaited beside others. Their names begin with the branch's: `left/charge`.
    ///
    /// # Errors
    /// [`StepError`] when the branch was not asked for as it must be.
    pub async fn branch(&self, name: &str) -> Result<Self, StepError> {
        let turn = self.branch.begin(&self.run, name, 1)?;
        self.journal(&turn, Entry::Branch { name: turn.name.clone() }).await;
        self.branch.finish(&self.run, &turn.name, Ok(())).await?;
        // A branch that begins only now has nothing on record.
        let branch = Branch::open(&self.run, format!("{}/", turn.name), self.branch.live.get());
        Ok(Self { run: self.run.clone(), branch })
    }

    async fn step<T, F, Fut>(
        &self,
        name: &str,
        policy: StepPolicy,
        undo: Option<RawUndo>,
        body: F,
    ) -> Result<T, StepError>
    where
        T: Serialize + DeserializeOwned + 'static,
        F: FnMut(u32) -> Fut + 'static,
        Fut: Future<Output = Result<T, StepFailure>> + 'static,
    {
        let turn = self.branch.begin(&self.run, name, 2)?;
        let entry = Entry::Step { name: turn.name.clone() };
        let line = self.run.marker(&self.branch, turn.position.clone(), entry).shared();
        if !self.branch.live.get() {
            line.clone().await;
        }
        let fresh = Rc::new(Cell::new(false));
        let body: RawBody = {
            let (fresh, line, body) = (fresh.clone(), line.clone(), Rc::new(RefCell::new(body)));
            Box::new(move |attempt| {
                fresh.set(true);
                let (line, body) = (line.clone(), body.clone());
                Box::pin(async move {
                    line.await;
                    let answer = async {
                        let answer = (body.borrow_mut())(attempt);
                        answer.await
                    };
                    // A panicked try is dropped and never polled again; the next one starts from scratch.
                    record(AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|panic| {
                        Err(StepFailure::Retryable(format!("it panicked: {}", panic_message(&*panic))))
                    }))
                })
            })
        };
        // Once live, the line and the step go out together: one round trip rather than two.
        let step = self.run.engine.step(RawStep { name: turn.name.clone(), policy, body, undo });
        let (_, recorded) = join(line, step).await;
        let recorded = self.branch.finish(&self.run, &turn.name, recorded).await?;
        match read::<T>(&recorded) {
            Ok(Recorded::Ok(output)) => Ok(output),
            Ok(Recorded::Failed(message)) => Err(StepError::Terminal { step: turn.name, message }),
            Err(problem) if fresh.get() => Err(StepError::Terminal {
                step: turn.name,
                message: format!("its output does not survive being recorded: {problem}"),
            }),
            Err(problem) => {
                let change = CodeChanged::Shape { step: turn.name, problem };
                self.run.halt.stop(HaltReason::CodeChanged(change)).await
            }
        }
    }

    async fn journal(&self, turn: &Turn, entry: Entry) -> Entry {
        self.run.marker(&self.branch, turn.position.clone(), entry).await
    }

    fn check_length(&self, name: &str, duration: Duration) -> Result<(), StepError> {
        if duration <= MAX_SLEEP {
            return Ok(());
        }
        Err(StepError::TooLong { step: self.full(name), seconds: duration.as_secs() })
    }

    fn full(&self, name: &str) -> String {
        format!("{}{name}", self.branch.path)
    }
}

/// Reads a record: it has to decode, and nothing of it may be lost.
fn read<T: Serialize + DeserializeOwned>(recorded: &str) -> Result<Recorded<T>, String> {
    let typed: Recorded<T> = serde_json::from_str(recorded).map_err(|error| error.to_string())?;
    if let Recorded::Ok(output) = &typed {
        let Ok(Recorded::Ok(plain)) = serde_json::from_str::<Recorded<Value>>(recorded) else {
            return Err("it is no record of this framework".to_owned());
        };
        if let Some(problem) = shape::lost(&plain, output) {
            return Err(problem);
        }
    }
    Ok(typed)
}

fn whole_ms(duration: Duration) -> u64 {
    // Bounded by `MAX_SLEEP`, which was checked.
    duration.as_millis() as u64
}
