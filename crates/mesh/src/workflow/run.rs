//! One run of an instance: from its encoded input to the way it ends.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::{Either, select};

use crate::dispatch::panic_message;

use super::branch::Run;
use super::halt::HaltReason;
use super::{Engine, Steps, Workflow, WorkflowFailure, pack, unpack};

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended<E> {
    /// With an output, as [`super::pack`] writes it.
    Completed(String),
    /// As errored. What can be undone is to be undone, unless the code changed.
    Failed(WorkflowFailure<E>),
    /// The engine stopped it, and knows how it goes on.
    Interrupted,
}

/// Runs or resumes an instance over an engine that has its record. `input` is what [`super::pack`] wrote, or any JSON
/// that fits.
pub async fn run<W: Workflow>(
    workflow: &W,
    input: &str,
    engine: Rc<dyn Engine>,
    instance: &str,
) -> Ended<W::Error> {
    let input = match unpack::<W::Input>(input) {
        Ok(input) => input,
        Err(error) => return Ended::Failed(WorkflowFailure::InputUnreadable(error.to_string())),
    };
    let run = Run::new(engine, instance, W::EVENTS, W::MAX_STEPS);
    let steps = Steps::new(run.clone());
    let body = async {
        let outcome = AssertUnwindSafe(workflow.run(input, &steps)).catch_unwind().await;
        run.close().await;
        match outcome {
            Ok(outcome) => outcome.map_err(WorkflowFailure::Failed),
            Err(panic) => Err(WorkflowFailure::Panicked(panic_message(&*panic))),
        }
    };
    match select(Box::pin(body), Box::pin(run.halt.halted())).await {
        Either::Left((Ok(output), _)) => match pack(&output) {
            Ok(output) => Ended::Completed(output),
            Err(message) => Ended::Failed(WorkflowFailure::OutputUnrecordable(message)),
        },
        Either::Left((Err(failure), _)) => Ended::Failed(failure),
        Either::Right((reason, _)) => match reason {
            HaltReason::CodeChanged(change) => Ended::Failed(WorkflowFailure::CodeChanged(change)),
            HaltReason::Journal(message) => Ended::Failed(WorkflowFailure::Journal(message)),
            HaltReason::Interrupted => Ended::Interrupted,
        },
    }
}
