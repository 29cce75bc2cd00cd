//! The platform's Workflows engine behind [`mesh::workflow::Engine`].

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use js_sys::{Object, Promise, Reflect};
use mesh::workflow::{Engine, EngineFailure, RawBody, RawStep, RawUndo, StepFailure, StepPolicy};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::values::{duration_text, invoke, json_of, property};
use crate::js_error::describe;
use crate::outcome::promise;

/// How the engine begins its words when it ends a run for reasons of its own.
const ABORTED: &str = "Aborting engine:";

/// Over the `step` that the platform hands to a run.
pub(super) struct PlatformEngine {
    step: JsValue,
    /// What the engine threw to stop the run: it goes back to the engine as it came.
    stopped: RefCell<Option<JsValue>>,
}

impl PlatformEngine {
    pub(super) fn new(step: JsValue) -> Self {
        Self { step, stopped: RefCell::default() }
    }

    /// What to throw when the run was interrupted.
    pub(super) fn stopped(&self) -> JsValue {
        let thrown = self.stopped.borrow_mut().take();
        thrown.unwrap_or_else(|| js_sys::Error::new("the run was interrupted").into())
    }

    /// Tells a step that failed for good from an engine that stops, or is not there any more.
    fn failure(&self, thrown: JsValue) -> EngineFailure {
        let message = describe(&thrown);
        let lost = ["durableObjectReset", "retryable", "overloaded"];
        let lost = lost.iter().any(|flag| property(&thrown, flag).is_some_and(|value| value.is_truthy()));
        if lost || message.contains(ABORTED) {
            self.interrupted(thrown)
        } else {
            EngineFailure::Exhausted(message)
        }
    }

    fn interrupted(&self, thrown: JsValue) -> EngineFailure {
        self.stopped.borrow_mut().get_or_insert(thrown);
        EngineFailure::Interrupted
    }

    /// Before an instance is terminated with its steps undone, the engine runs the code once more to learn the undos,
    /// and answers `undefined` where the record ends. The run has to end there too.
    fn end_of_record(&self, name: &str) -> EngineFailure {
        let message = format!("`{name}` is not on record, and the engine does not run it");
        self.interrupted(js_sys::Error::new(&message).into())
    }
}

#[async_trait(?Send)]
impl Engine for PlatformEngine {
    async fn step(&self, step: RawStep) -> Result<String, EngineFailure> {
        let RawStep { name, policy, body, undo } = step;
        let config = step_config(policy).map_err(|thrown| self.failure(thrown))?;
        let (js_name, callback) = (JsValue::from(&name), step_callback(body));
        let promise = match undo {
            None => invoke(&self.step, "do", [&js_name, &config, &callback]).await,
            Some(undo) => {
                let undo = undo_options(undo).map_err(|thrown| self.failure(thrown))?;
                invoke(&self.step, "do", [&js_name, &config, &callback, &undo]).await
            }
        };
        let output = promise.map_err(|thrown| self.failure(thrown))?;
        if output.is_undefined() {
            return Err(self.end_of_record(&name));
        }
        // What is no text is no record of this framework; as JSON it will read as a changed shape.
        Ok(output.as_string().unwrap_or_else(|| json_of(&output)))
    }

    async fn sleep(&self, name: &str, duration: Duration) -> Result<(), EngineFailure> {
        let duration = duration_text(duration).into();
        invoke(&self.step, "sleep", [&name.into(), &duration])
            .await
            .map_err(|thrown| self.failure(thrown))?;
        Ok(())
    }

    async fn wait(
        &self,
        name: &str,
        event: &str,
        timeout: Duration,
    ) -> Result<Option<String>, EngineFailure> {
        let options = wait_options(event, timeout).map_err(|thrown| self.failure(thrown))?;
        match invoke(&self.step, "waitForEvent", [&name.into(), &options]).await {
            Ok(received) if received.is_undefined() => Err(self.end_of_record(name)),
            Ok(received) => {
                Ok(Some(property(&received, "payload").map_or_else(|| "null".into(), |it| json_of(&it))))
            }
            Err(thrown) => match self.failure(thrown) {
                EngineFailure::Exhausted(message) if is_timeout(&message) => Ok(None),
                failure => Err(failure),
            },
        }
    }

    fn now_ms(&self) -> u64 {
        js_sys::Date::now() as u64
    }
}

/// The function that the engine calls for each try.
///
/// It belongs to the garbage collector: the engine may hold it longer than the run lasts.
fn step_callback(body: RawBody) -> JsValue {
    let body = RefCell::new(body);
    let mut tries = 0_u32;
    Closure::<dyn FnMut(JsValue) -> Promise>::own_assert_unwind_safe(move |context: JsValue| {
        tries += 1;
        // After a restart only the engine knows how often the step was tried before.
        let known = property(&context, "attempt").and_then(|value| value.as_f64());
        let attempt = (body.borrow_mut())(known.map_or(tries, |number| number as u32));
        promise(async move {
            attempt.await.map(JsValue::from).map_err(|message| js_sys::Error::new(&message).into())
        })
    })
    .into_js_value()
}

fn undo_options(undo: RawUndo) -> Result<JsValue, JsValue> {
    let RawUndo { policy, body } = undo;
    let body = Rc::new(body);
    let callback =
        Closure::<dyn FnMut(JsValue) -> Promise>::own_assert_unwind_safe(move |context: JsValue| {
            let recorded = property(&context, "output").and_then(|output| output.as_string());
            let undone = body(recorded);
            promise(async move {
                match undone.await {
                    Ok(()) => Ok(JsValue::UNDEFINED),
                    Err(StepFailure::Retryable(message)) => Err(js_sys::Error::new(&message).into()),
                    Err(StepFailure::Terminal(message)) => Err(non_retryable(&message)),
                }
            })
        });
    let options = Object::new();
    Reflect::set(&options, &"rollback".into(), &callback.into_js_value())?;
    Reflect::set(&options, &"rollbackConfig".into(), &step_config(policy)?)?;
    Ok(options.into())
}

fn step_config(policy: StepPolicy) -> Result<JsValue, JsValue> {
    let retries = Object::new();
    Reflect::set(&retries, &"limit".into(), &policy.retries.into())?;
    Reflect::set(&retries, &"delay".into(), &duration_text(policy.delay).into())?;
    Reflect::set(&retries, &"backoff".into(), &policy.backoff.as_str().into())?;
    let config = Object::new();
    Reflect::set(&config, &"retries".into(), &retries)?;
    Reflect::set(&config, &"timeout".into(), &duration_text(policy.timeout).into())?;
    Ok(config.into())
}

fn wait_options(event: &str, timeout: Duration) -> Result<JsValue, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"type".into(), &event.into())?;
    Reflect::set(&options, &"timeout".into(), &duration_text(timeout).into())?;
    Ok(options.into())
}

/// The engine has no code for it, only a name or words that differ between its versions.
fn is_timeout(message: &str) -> bool {
    let text = message.to_lowercase();
    text.contains("timed out") || text.contains("timeout")
}

/// The engine tells a failure that no retry can mend by this name alone.
fn non_retryable(message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    error.set_name("NonRetryableError");
    error.into()
}
