//! Typed steps over an engine that runs and records them.

use std::cell::RefCell;
use std::collections::HashSet;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::LocalBoxFuture;
use serde::{Serialize, de::DeserializeOwned};

use super::StepPolicy;

/// The platform's limit on one step's recorded result: 1 MiB. Bulk results go to storage, and the step returns the key.
pub const MAX_STEP_OUTPUT_BYTES: usize = 1024 * 1024;

/// What a step's body says when it fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepFailure {
    /// Another try may succeed.
    #[error("{0}")]
    Retryable(String),
    /// No other try can succeed: the input is at fault.
    #[error("{0}")]
    Terminal(String),
}

/// A step that failed for good: terminal, or out of retries. It ends the workflow unless the body handles it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step `{step}`: {message}")]
pub struct StepError {
    /// The step's name.
    pub step: String,
    /// Why, for operators.
    pub message: String,
}

/// The encoded form of a step's body: told which try it is (from 1), it answers with encoded output.
pub type RawStep = Box<dyn FnMut(u32) -> LocalBoxFuture<'static, Result<String, StepFailure>>>;

/// Runs steps durably: the platform's Workflows engine, or [`super::InlineEngine`].
#[async_trait(?Send)]
pub trait Engine {
    /// Runs the step `name` under `policy` unless its result is on record, and gives its encoded output.
    ///
    /// # Errors
    /// [`StepError`] when it failed for good.
    async fn step(&self, name: &str, policy: StepPolicy, body: RawStep) -> Result<String, StepError>;

    /// Waits, durably: a restart does not begin it anew.
    ///
    /// # Errors
    /// [`StepError`] when the engine cannot wait (the instance was terminated).
    async fn sleep(&self, name: &str, duration: Duration) -> Result<(), StepError>;
}

/// The steps of one run of a workflow.
#[derive(Clone)]
pub struct Steps {
    engine: Rc<dyn Engine>,
    instance: Rc<str>,
    names: Rc<RefCell<HashSet<String>>>,
}

impl Steps {
    /// Steps of the instance with this id, run by `engine`.
    pub fn new(engine: Rc<dyn Engine>, instance: &str) -> Self {
        Self { engine, instance: instance.into(), names: Rc::default() }
    }

    /// The id of the running instance.
    pub fn instance_id(&self) -> &str {
        &self.instance
    }

    /// Runs a step, or answers from its record. `body` is called once a try and told which try it is, from 1.
    ///
    /// # Errors
    /// [`StepError`] when the step failed for good, when `name` was used before in this workflow, or when a recorded
    /// output no longer has the shape that this code expects.
    pub async fn run<T, F, Fut>(&self, name: &str, policy: StepPolicy, mut body: F) -> Result<T, StepError>
    where
        T: Serialize + DeserializeOwned + 'static,
        F: FnMut(u32) -> Fut + 'static,
        Fut: Future<Output = Result<T, StepFailure>> + 'static,
    {
        self.claim(name)?;
        let raw: RawStep = Box::new(move |attempt| {
            let attempt = body(attempt);
            Box::pin(async move { encode_output(&attempt.await?) })
        });
        let output = self.engine.step(name, policy, raw).await?;
        serde_json::from_str(&output).map_err(|error| StepError {
            step: name.to_owned(),
            message: format!("its recorded output no longer fits the code: {error}"),
        })
    }

    /// Waits for `duration`, durably.
    ///
    /// # Errors
    /// [`StepError`] when the engine cannot wait, or `name` was used before.
    pub async fn sleep(&self, name: &str, duration: Duration) -> Result<(), StepError> {
        self.claim(name)?;
        self.engine.sleep(name, duration).await
    }

    fn claim(&self, name: &str) -> Result<(), StepError> {
        let failed = |message: &str| StepError { step: name.to_owned(), message: message.to_owned() };
        if name.is_empty() || name.len() > 256 || name.chars().any(char::is_control) {
            return Err(failed("a step name has 1 to 256 bytes and no control characters"));
        }
        if !self.names.borrow_mut().insert(name.to_owned()) {
            return Err(failed("this name was used before in the workflow: give each step its own"));
        }
        Ok(())
    }
}

fn encode_output<T: Serialize>(output: &T) -> Result<String, StepFailure> {
    let text = serde_json::to_string(output)
        .map_err(|error| StepFailure::Terminal(format!("its output cannot be encoded: {error}")))?;
    if text.len() > MAX_STEP_OUTPUT_BYTES {
        return Err(StepFailure::Terminal(format!(
            "its output of {} bytes is over the limit of {MAX_STEP_OUTPUT_BYTES}: store it and return the key",
            text.len()
        )));
    }
    Ok(text)
}
