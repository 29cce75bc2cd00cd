//! Instances over a Workflows binding.

use async_trait::async_trait;
use js_sys::{Array, JSON};
use mesh::workflow::{
    Batch, Created, Definition, InstanceError, InstanceHost, InstanceId, Instances, RawInstance, RawStatus,
};
use serde_json::{Value, json};
use wasm_bindgen::{JsCast, JsValue};

use super::values::{duration_text, invoke, json_of, property};
use crate::env::{BindingError, binding};
use crate::js_error::describe;

/// The platform's codes for an id of a batch that is there already, in the store or earlier in the batch.
const EXISTS: [f64; 2] = [10_405.0, 10_415.0];

/// A Workflows binding, in the Worker that defines the workflow or in any other that binds it.
#[derive(Debug, Clone)]
pub struct WorkflowBinding {
    workflow: JsValue,
    name: &'static str,
}

impl WorkflowBinding {
    /// The Workflows binding `name`.
    ///
    /// # Errors
    /// [`BindingError::Missing`].
    pub fn new(env: &worker::Env, name: &'static str) -> Result<Self, BindingError> {
        Ok(Self { workflow: binding(env, name)?, name })
    }

    /// Typed handles over the binding `name`, whose workflow is `W`.
    ///
    /// # Errors
    /// [`BindingError::Missing`].
    pub fn instances<W: Definition>(
        env: &worker::Env,
        name: &'static str,
    ) -> Result<Instances<W>, BindingError> {
        Ok(Instances::over(Self::new(env, name)?))
    }

    /// Calls a method of one instance.
    async fn steer<const N: usize>(
        &self,
        id: &InstanceId,
        method: &str,
        arguments: [&JsValue; N],
    ) -> Result<JsValue, InstanceError> {
        let failed = |thrown: JsValue| self.failed(id, &thrown);
        let instance = invoke(&self.workflow, "get", [&id.as_str().into()]).await.map_err(failed)?;
        invoke(&instance, method, arguments).await.map_err(failed)
    }

    fn failed(&self, id: &InstanceId, thrown: &JsValue) -> InstanceError {
        let message = describe(thrown);
        if message.contains("not_found") {
            InstanceError::NotFound { id: id.clone() }
        } else if message.contains("cannot_terminate") {
            InstanceError::Ended { id: id.clone() }
        } else {
            self.broken(message)
        }
    }

    fn broken(&self, message: String) -> InstanceError {
        InstanceError::Host { workflow: self.name.to_owned(), message }
    }

    fn parse(&self, value: &Value) -> Result<JsValue, InstanceError> {
        JSON::parse(&value.to_string()).map_err(|thrown| self.broken(describe(&thrown)))
    }
}

#[async_trait(?Send)]
impl InstanceHost for WorkflowBinding {
    async fn create(&self, instance: RawInstance) -> Result<Created, InstanceError> {
        let options = self.parse(&options(&instance))?;
        match invoke(&self.workflow, "create", [&options]).await {
            Ok(_) => Ok(Created::New),
            Err(thrown) if describe(&thrown).contains("already_exists") => Ok(Created::Existed),
            Err(thrown) => Err(self.failed(&instance.id, &thrown)),
        }
    }

    async fn create_many(&self, instances: Vec<RawInstance>) -> Result<Batch, InstanceError> {
        let batch = json!({ "instances": instances.iter().map(options).collect::<Vec<_>>() });
        let batch = self.parse(&batch)?;
        let answer = invoke(&self.workflow, "createBatch", [&batch]).await;
        let answer = answer.map_err(|thrown| self.broken(describe(&thrown)))?;
        let errors: Array = property(&answer, "errors")
            .and_then(|errors| errors.dyn_into().ok())
            .ok_or_else(|| self.broken("the batch's answer does not say what failed".to_owned()))?;
        let mut outcomes: Batch = instances.iter().map(|_| Ok(Created::New)).collect();
        for error in errors.iter() {
            let number = |name| property(&error, name).and_then(|value| value.as_f64());
            let outcome = match number("code") {
                Some(code) if EXISTS.contains(&code) => Ok(Created::Existed),
                _ => Err(self.broken(describe_data(&error))),
            };
            let place = number("index").and_then(|index| outcomes.get_mut(index as usize));
            *place.ok_or_else(|| self.broken("the batch's answer names no place".to_owned()))? = outcome;
        }
        Ok(outcomes)
    }

    async fn status(&self, id: &InstanceId) -> Result<RawStatus, InstanceError> {
        let answer = self.steer(id, "status", []).await?;
        let status = property(&answer, "status").and_then(|status| status.as_string()).unwrap_or_default();
        Ok(RawStatus {
            output: property(&answer, "output").map(|output| json_of(&output)),
            error: property(&answer, "error").map(|error| describe_data(&error)),
            status,
        })
    }

    async fn pause(&self, id: &InstanceId) -> Result<(), InstanceError> {
        self.steer(id, "pause", []).await.map(drop)
    }

    async fn resume(&self, id: &InstanceId) -> Result<(), InstanceError> {
        self.steer(id, "resume", []).await.map(drop)
    }

    async fn terminate(&self, id: &InstanceId, undo: bool) -> Result<(), InstanceError> {
        let options = self.parse(&json!({ "rollback": undo }))?;
        self.steer(id, "terminate", [&options]).await.map(drop)
    }

    async fn restart(&self, id: &InstanceId) -> Result<(), InstanceError> {
        self.steer(id, "restart", []).await.map(drop)
    }

    async fn restart_from(&self, id: &InstanceId, step: &str) -> Result<(), InstanceError> {
        let options = self.parse(&json!({ "from": { "name": step } }))?;
        self.steer(id, "restart", [&options]).await.map(drop)
    }

    async fn delete(&self, id: &InstanceId) -> Result<(), InstanceError> {
        self.steer(id, "delete", []).await.map(drop)
    }

    async fn send_event(&self, id: &InstanceId, event: &str, payload: String) -> Result<(), InstanceError> {
        let message = self.parse(&json!({ "type": event }))?;
        let payload = JSON::parse(&payload).and_then(|payload| {
            js_sys::Reflect::set(&message, &"payload".into(), &payload)?;
            Ok(())
        });
        payload.map_err(|thrown| self.broken(describe(&thrown)))?;
        self.steer(id, "sendEvent", [&message]).await.map(drop)
    }
}

fn options(instance: &RawInstance) -> Value {
    let input: Value = serde_json::from_str(&instance.input).unwrap_or(Value::Null);
    let mut options = json!({ "id": instance.id, "params": input });
    if let Some(retention) = instance.retention {
        let text = |duration: Option<std::time::Duration>| duration.map(duration_text);
        let mut kept = serde_json::Map::new();
        for (key, duration) in [("successRetention", retention.success), ("errorRetention", retention.error)]
        {
            if let Some(text) = text(duration) {
                kept.insert(key.to_owned(), text.into());
            }
        }
        options["retention"] = kept.into();
    }
    options
}

/// The platform reports an error as data, `{name, message}`, or as text.
fn describe_data(error: &JsValue) -> String {
    property(error, "message").and_then(|message| message.as_string()).unwrap_or_else(|| describe(error))
}
