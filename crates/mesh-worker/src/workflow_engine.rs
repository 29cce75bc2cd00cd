//! The platform's Workflows engine behind [`mesh::workflow::Engine`].

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use js_sys::{Function, JSON, Object, Promise, Reflect};
use mesh::workflow::{Engine, RawStep, StepError, StepFailure, StepPolicy, Steps, Workflow};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use crate::env::BindingError;
use crate::js_call::call_method;
use crate::js_error::describe;

/// Runs or resumes one instance of a workflow, as the platform's `run(event, step)` asks.
pub fn run_workflow<W: Workflow + 'static>(
    wired: Result<W, BindingError>,
    event: JsValue,
    step: JsValue,
) -> Promise {
    future_to_promise(async move {
        let workflow = wired.map_err(|error| js_sys::Error::new(&error.to_string()))?;
        let payload = Reflect::get(&event, &"payload".into())?;
        let text = JSON::stringify(&payload).map(String::from).unwrap_or_default();
        let input = serde_json::from_str::<W::Input>(&text).map_err(|error| {
            non_retryable(&format!("the instance's input does not fit the code: {error}"))
        })?;
        let instance = Reflect::get(&event, &"instanceId".into())?.as_string().unwrap_or_default();
        let steps = Steps::new(Rc::new(PlatformEngine { step }), &instance);
        let output = workflow.run(input, &steps).await.map_err(|error| non_retryable(&error.to_string()))?;
        let output =
            serde_json::to_string(&output).map_err(|error| js_sys::Error::new(&error.to_string()))?;
        JSON::parse(&output)
    })
}

struct PlatformEngine {
    step: JsValue,
}

impl PlatformEngine {
    fn method(&self, name: &str) -> Result<Function, JsValue> {
        Reflect::get(&self.step, &name.into())?.dyn_into()
    }
}

#[async_trait(?Send)]
impl Engine for PlatformEngine {
    async fn step(&self, name: &str, policy: StepPolicy, body: RawStep) -> Result<String, StepError> {
        let failed = |thrown: JsValue| StepError { step: name.to_owned(), message: describe(&thrown) };
        let body = Rc::new(RefCell::new(body));
        let tries = Rc::new(Cell::new(0_u32));
        let callback = Closure::<dyn FnMut(JsValue) -> Promise>::new(move |context: JsValue| {
            // After a restart only the engine knows how often the step was tried before.
            let known = Reflect::get(&context, &"attempt".into()).ok().and_then(|value| value.as_f64());
            tries.set(tries.get() + 1);
            let attempt = (body.borrow_mut())(known.map_or(tries.get(), |number| number as u32));
            future_to_promise(async move {
                attempt.await.map(JsValue::from).map_err(|failure| match failure {
                    StepFailure::Retryable(message) => js_sys::Error::new(&message).into(),
                    StepFailure::Terminal(message) => non_retryable(&message),
                })
            })
        });
        let config = step_config(policy).map_err(failed)?;
        let promise = self
            .method("do")
            .and_then(|method| call_method(&self.step, &method, [&name.into(), &config, callback.as_ref()]))
            .map_err(failed)?;
        let output = JsFuture::from(Promise::resolve(&promise)).await.map_err(failed)?;
        output.as_string().ok_or_else(|| StepError {
            step: name.to_owned(),
            message: "its recorded output is not this framework's: was the instance started by other code?"
                .into(),
        })
    }

    async fn sleep(&self, name: &str, duration: Duration) -> Result<(), StepError> {
        let failed = |thrown: JsValue| StepError { step: name.to_owned(), message: describe(&thrown) };
        let promise = self
            .method("sleep")
            .and_then(|method| {
                call_method(&self.step, &method, [&name.into(), &duration_text(duration).into()])
            })
            .map_err(failed)?;
        JsFuture::from(Promise::resolve(&promise)).await.map_err(failed)?;
        Ok(())
    }
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

/// Whole seconds as text, at least one: the unit of a bare number differs between versions of the platform.
fn duration_text(duration: Duration) -> String {
    format!("{} seconds", duration.as_millis().div_ceil(1000).max(1))
}

/// The engine tells a final failure by this name alone.
fn non_retryable(message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    error.set_name("NonRetryableError");
    error.into()
}
