//! The alarm of an object: `ctx.storage.setAlarm` and its like.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use js_sys::{Promise, Reflect};
use mesh::durable::{AlarmClock, AlarmEvent};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::js_call::{call_method, method};
use crate::js_error::describe;

pub(super) struct PlatformAlarm {
    storage: JsValue,
}

impl PlatformAlarm {
    pub(super) fn new(storage: &JsValue) -> Self {
        Self { storage: storage.clone() }
    }

    /// Makes the request before it gives back the wait for its answer.
    fn ask<const N: usize>(
        &self,
        name: &str,
        arguments: [&JsValue; N],
    ) -> impl Future<Output = Result<JsValue, String>> + use<N> {
        let asked =
            method(&self.storage, name).and_then(|method| call_method(&self.storage, &method, arguments));
        async move {
            let answer = asked.map(|pending| JsFuture::from(Promise::resolve(&pending)));
            match answer {
                Ok(answer) => answer.await,
                Err(thrown) => Err(thrown),
            }
            .map_err(|thrown| describe(&thrown))
        }
    }
}

impl AlarmClock for PlatformAlarm {
    fn set(&self, at_ms: u64) -> LocalBoxFuture<'static, Result<(), String>> {
        let answer = self.ask("setAlarm", [&JsValue::from_f64(at_ms as f64)]);
        async move { answer.await.map(drop) }.boxed_local()
    }

    fn get(&self) -> LocalBoxFuture<'static, Result<Option<u64>, String>> {
        let answer = self.ask("getAlarm", []);
        async move { Ok(answer.await?.as_f64().map(|at| at as u64)) }.boxed_local()
    }

    fn delete(&self) -> LocalBoxFuture<'static, Result<(), String>> {
        let answer = self.ask("deleteAlarm", []);
        async move { answer.await.map(drop) }.boxed_local()
    }
}

/// What the platform tells a handler.
pub(super) fn event(info: &JsValue) -> AlarmEvent {
    let field = |name: &str| {
        if info.is_object() {
            Reflect::get(info, &name.into()).unwrap_or_default()
        } else {
            JsValue::UNDEFINED
        }
    };
    AlarmEvent {
        retry_count: field("retryCount").as_f64().unwrap_or_default() as u32,
        is_retry: field("isRetry").is_truthy(),
        scheduled_ms: field("scheduledTime").as_f64().map(|at| at as u64),
    }
}
