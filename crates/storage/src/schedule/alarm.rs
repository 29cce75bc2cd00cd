//! The alarm of a Durable Object.

use app::ports::{Alarm, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use worker::js_sys::Promise;
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::JsFuture;

use super::object_sql::{DurableSql, method};

/// The one alarm of an object, kept in the same storage as its tables.
#[derive(Debug, Clone)]
pub struct DurableAlarm(DurableSql);

impl DurableAlarm {
    /// Of the object whose storage this is.
    #[must_use]
    pub fn new(storage: DurableSql) -> Self {
        Self(storage)
    }

    /// The call itself is made at once, so that the platform commits it with the writes before it; only its answer is
    /// waited for.
    fn call(&self, at: Option<Timestamp>) -> Result<JsFuture, JsValue> {
        let storage = self.0.storage();
        let answer = match at {
            // Milliseconds since the epoch, as JavaScript counts them; not an offset.
            Some(at) => {
                method(storage, "setAlarm")?.call1(storage, &JsValue::from_f64(at.unix_ms() as f64))?
            }
            None => method(storage, "deleteAlarm")?.call0(storage)?,
        };
        Ok(JsFuture::from(Promise::resolve(&answer)))
    }
}

#[async_trait(?Send)]
impl Alarm for DurableAlarm {
    async fn set(&self, at: Option<Timestamp>) -> Result<(), StoreError> {
        let answer = self.call(at).map_err(|error| self.0.failed(&error))?;
        answer.await.map(drop).map_err(|error| self.0.failed(&error))
    }
}
