//! The seam between typed steps and whatever runs and records them.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::LocalBoxFuture;

use super::{StepFailure, StepPolicy};

/// The encoded form of a step's body: told which try it is (from 1), it answers with the text to record, or says why it
/// should be tried again. A failure that no other try can mend is recorded like a result.
pub type RawBody = Box<dyn FnMut(u32) -> LocalBoxFuture<'static, Result<String, String>>>;

/// The encoded form of an undo: gets what is on record of the step, if it got that far.
pub type RawUndoBody = Rc<dyn Fn(Option<String>) -> LocalBoxFuture<'static, Result<(), StepFailure>>>;

/// One step on its way to the engine.
pub struct RawStep {
    /// Its name, unlike any other of the instance.
    pub name: String,
    /// How often it is tried.
    pub policy: StepPolicy,
    /// What it does.
    pub body: RawBody,
    /// How it is undone if the workflow fails.
    pub undo: Option<RawUndo>,
}

/// How a step is undone.
#[derive(Clone)]
pub struct RawUndo {
    /// How often the undo is tried.
    pub policy: StepPolicy,
    /// What it does.
    pub body: RawUndoBody,
}

/// Why an engine has no record to answer with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineFailure {
    /// The step failed in its last try, or that try ran out of time. Durable: the same answer after a restart.
    #[error("{0}")]
    Exhausted(String),
    /// The engine stops this run, for a pause or an end from outside. The body must not go on.
    #[error("the engine stopped the run")]
    Interrupted,
}

/// Runs steps durably: the platform's Workflows engine, or a simulator.
#[async_trait(?Send)]
pub trait Engine {
    /// Runs a step under its policy unless its result is on record, and gives the recorded text.
    ///
    /// Several may be under way at once. If the workflow fails, the undos of all steps that had started run one after
    /// the other, the last started first, durably.
    ///
    /// # Errors
    /// [`EngineFailure`].
    async fn step(&self, step: RawStep) -> Result<String, EngineFailure>;

    /// Waits, durably: a restart does not begin it anew.
    ///
    /// # Errors
    /// [`EngineFailure`].
    async fn sleep(&self, name: &str, duration: Duration) -> Result<(), EngineFailure>;

    /// Waits for an event of type `event` and gives its payload as JSON, or `None` after `timeout`. An event that
    /// came before the wait counts.
    ///
    /// # Errors
    /// [`EngineFailure`].
    async fn wait(&self, name: &str, event: &str, timeout: Duration)
    -> Result<Option<String>, EngineFailure>;

    /// The clock, Unix milliseconds.
    fn now_ms(&self) -> u64;
}
