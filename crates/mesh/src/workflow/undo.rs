//! How a finished step is taken back when the workflow fails.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::outcome::Recorded;
use super::{RawUndo, StepFailure, StepPolicy};

/// The compensation of one step: runs, durably and with retries of its own, if the workflow fails after the step was
/// begun. Undos run one after the other, the last begun step's first; one that fails for good ends the undoing.
///
/// It gets the step's recorded output, or `None` when the step itself failed: then nobody knows whether it had an
/// effect, and the undo has to look.
pub struct Undo<T> {
    policy: StepPolicy,
    body: Box<UndoBody<T>>,
}

type UndoBody<T> = dyn FnMut(Option<T>) -> LocalBoxFuture<'static, Result<(), StepFailure>>;

impl<T: DeserializeOwned + 'static> Undo<T> {
    /// Undoes with `body`, under the default policy.
    pub fn new<F, Fut>(mut body: F) -> Self
    where
        F: FnMut(Option<T>) -> Fut + 'static,
        Fut: Future<Output = Result<(), StepFailure>> + 'static,
    {
        Self { policy: StepPolicy::default(), body: Box::new(move |output| Box::pin(body(output))) }
    }

    /// The same under another policy.
    #[must_use]
    pub fn with_policy(self, policy: StepPolicy) -> Self {
        Self { policy, ..self }
    }

    /// For the engine. `refused` says why nothing may be undone, asked when the time comes.
    pub(super) fn into_raw(self, step: String, refused: impl Fn() -> Option<String> + 'static) -> RawUndo {
        let body = Rc::new(RefCell::new(self.body));
        let body = move |recorded: Option<String>| -> LocalBoxFuture<'static, Result<(), StepFailure>> {
            let outcome = match refused() {
                Some(reason) => Err(StepFailure::Terminal(format!("step `{step}` is not undone: {reason}"))),
                None => read(&step, recorded.as_deref()),
            };
            match outcome {
                Ok(output) => (body.borrow_mut())(output),
                Err(failure) => Box::pin(async { Err(failure) }),
            }
        };
        RawUndo { policy: self.policy, body: Rc::new(body) }
    }
}

fn read<T: DeserializeOwned>(step: &str, recorded: Option<&str>) -> Result<Option<T>, StepFailure> {
    match recorded.map(serde_json::from_str::<Recorded<T>>) {
        None | Some(Ok(Recorded::Failed(_))) => Ok(None),
        Some(Ok(Recorded::Ok(output))) => Ok(Some(output)),
        Some(Err(error)) => Err(StepFailure::Terminal(format!(
            "step `{step}` is not undone: its recorded output cannot be read: {error}"
        ))),
    }
}
