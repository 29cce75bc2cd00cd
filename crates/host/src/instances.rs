//! Workflow instances over a Workflows binding.

use app::ports::{EventMessage, IngestInstances, InstanceState, StoreError};
use async_trait::async_trait;
use ids::EventId;
use js_sys::{Function, JSON, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use mesh_worker::call_method;
use mesh_worker::describe;
use mesh_worker::{BindingError, binding};

/// The instances of one bound workflow. An instance's id is its event's, so that a second start finds the first.
#[derive(Debug, Clone)]
pub struct WorkflowInstances {
    workflow: JsValue,
    name: &'static str,
}

impl WorkflowInstances {
    /// Over the Workflows binding `name`.
    ///
    /// # Errors
    /// [`BindingError::Missing`].
    pub fn new(env: &worker::Env, name: &'static str) -> Result<Self, BindingError> {
        Ok(Self { workflow: binding(env, name)?, name })
    }

    async fn invoke(target: &JsValue, method: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
        let function: Function = Reflect::get(target, &method.into())?.dyn_into()?;
        JsFuture::from(Promise::resolve(&call_method(target, &function, [argument])?)).await
    }

    fn failed(&self, thrown: &JsValue) -> StoreError {
        StoreError::new(self.name, describe(thrown))
    }
}

#[async_trait(?Send)]
impl IngestInstances for WorkflowInstances {
    async fn start(&self, message: &EventMessage) -> Result<(), StoreError> {
        let params = serde_json::json!({
            "tenant": message.tenant,
            "event_id": message.event_id,
            "traceparent": message.traceparent,
        });
        let create = || -> Result<JsValue, JsValue> {
            let options = Object::new();
            Reflect::set(&options, &"id".into(), &message.event_id.to_string().into())?;
            Reflect::set(&options, &"params".into(), &JSON::parse(&params.to_string())?)?;
            Ok(options.into())
        };
        let options = create().map_err(|thrown| self.failed(&thrown))?;
        match Self::invoke(&self.workflow, "create", &options).await {
            Ok(_) => Ok(()),
            Err(thrown) if describe(&thrown).contains("already_exists") => Ok(()),
            Err(thrown) => Err(self.failed(&thrown)),
        }
    }

    async fn state(&self, event_id: EventId) -> Result<InstanceState, StoreError> {
        let instance = match Self::invoke(&self.workflow, "get", &event_id.to_string().into()).await {
            Ok(instance) => instance,
            Err(thrown) if describe(&thrown).contains("not_found") => return Ok(InstanceState::Missing),
            Err(thrown) => return Err(self.failed(&thrown)),
        };
        let status = match Self::invoke(&instance, "status", &JsValue::UNDEFINED).await {
            Ok(status) => status,
            Err(thrown) if describe(&thrown).contains("not_found") => return Ok(InstanceState::Missing),
            Err(thrown) => return Err(self.failed(&thrown)),
        };
        let text = |key: &str| Reflect::get(&status, &key.into()).ok().and_then(|value| value.as_string());
        Ok(match text("status").as_deref() {
            Some("complete") => InstanceState::Complete,
            Some(state @ ("errored" | "terminated")) => {
                let error = Reflect::get(&status, &"error".into()).ok().filter(|error| error.is_object());
                let error = error.map_or_else(|| state.to_owned(), |error| describe_data(&error));
                InstanceState::Failed { error }
            }
            _ => InstanceState::Alive,
        })
    }
}

/// The engine reports an error as data, `{name, message}`, or as text.
fn describe_data(error: &JsValue) -> String {
    Reflect::get(error, &"message".into())
        .ok()
        .and_then(|message| message.as_string())
        .unwrap_or_else(|| describe(error))
}
