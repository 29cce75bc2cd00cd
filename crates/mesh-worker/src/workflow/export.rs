//! A Rust workflow as a class of the platform.

use std::rc::Rc;

use js_sys::{JSON, Promise};
use mesh::workflow::{Ended, Workflow};
use wasm_bindgen::JsValue;

use super::engine::PlatformEngine;
use super::values::{json_of, property};
use crate::env::BindingError;
use crate::outcome::promise;

/// Runs or resumes one instance of a workflow, as the platform's `run(event, step)` asks.
pub fn run_workflow<W: Workflow + 'static>(
    wired: Result<W, BindingError>,
    event: JsValue,
    step: JsValue,
) -> Promise {
    promise(async move {
        let workflow = wired.map_err(|error| js_sys::Error::new(&error.to_string()))?;
        let input = json_of(&property(&event, "payload").unwrap_or(JsValue::NULL));
        let id = property(&event, "instanceId").and_then(|id| id.as_string()).unwrap_or_default();
        let engine = Rc::new(PlatformEngine::new(step));
        match mesh::workflow::run(&workflow, &input, engine.clone(), &id).await {
            Ended::Completed(output) => JSON::parse(&output),
            Ended::Failed(failure) => Err(js_sys::Error::new(&failure.encode()).into()),
            Ended::Interrupted => Err(engine.stopped()),
        }
    })
}

/// Exports a Workflow class.
///
/// `workflow!(Name, wire)`: `wire` makes the [`mesh::workflow::Workflow`] from an [`crate::Instance`]. The expansion
/// needs `wasm_bindgen` in the calling crate.
#[macro_export]
macro_rules! workflow {
    ($(#[$doc:meta])* $name:ident, $wire:expr) => {
        $(#[$doc])*
        #[wasm_bindgen::prelude::wasm_bindgen]
        pub struct $name {
            instance: $crate::Instance,
        }

        // Nothing in it changes between runs.
        impl ::std::panic::RefUnwindSafe for $name {}

        #[wasm_bindgen::prelude::wasm_bindgen]
        impl $name {
            /// Made by the runtime.
            #[wasm_bindgen(constructor)]
            pub fn new(
                context: wasm_bindgen::JsValue,
                env: wasm_bindgen::JsValue,
                assets: wasm_bindgen::JsValue,
            ) -> $name {
                $name { instance: $crate::Instance::new(context, env, assets) }
            }

            /// Runs or resumes an instance.
            pub fn run(&self, event: wasm_bindgen::JsValue, step: wasm_bindgen::JsValue) -> $crate::macro_support::Promise {
                $crate::workflow::run_workflow($wire(&self.instance), event, step)
            }
        }
    };
}
