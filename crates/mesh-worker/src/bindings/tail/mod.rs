//! Tail: a Worker that hears what became of other Workers' invocations.
//!
//! The Workers to listen to name this one in `tail_consumers`. It implements [`Tail`] and exports it with
//! [`tail!`](crate::tail); its entry module makes that its default export:
//!
//! ```js
//! export default expose(WorkerEntrypoint, rust.Watcher);
//! ```
//!
//! Items come in batches, soon after an invocation's end, and may be lost: they are for watching, not for keeping
//! books. A local run tells them within one session, without the Workers' names.

mod edge;
mod event;
mod item;
#[cfg(test)]
mod tests;

use async_trait::async_trait;

pub use edge::run;
pub use event::{
    AlarmEvent, ConsumedEvent, ConsumedItem, EmailEvent, FetchEvent, FetchRequest, FetchResponse,
    HibernateEvent, HibernateReason, QueueEvent, RpcEvent, ScheduledEvent, SocketEvent, TailEvent,
    UnknownEvent,
};
pub use item::{
    Diagnostic, ExecutionModel, Invocation, LogLevel, Outcome, Preview, ScriptVersion, TailException,
    TailItem, TailLog,
};

/// Hears what became of other Workers' invocations.
#[async_trait(?Send)]
pub trait Tail {
    /// Whether requests come with the addresses and headers that the platform otherwise hides as possible secrets.
    const UNREDACTED: bool = false;

    /// Takes a batch.
    ///
    /// # Errors
    /// The text becomes the invocation's exception. The platform does not deliver a batch again.
    async fn tail(&self, items: Vec<TailItem>) -> Result<(), String>;
}

/// Exports a class that hears the tail of other Workers.
///
/// `tail!(Name, wire)`: `wire` makes the [`Tail`](crate::bindings::tail::Tail) from an [`Instance`](crate::Instance).
/// The expansion needs `wasm_bindgen` in the calling crate.
#[macro_export]
macro_rules! tail {
    ($(#[$doc:meta])* $name:ident, $wire:expr) => {
        $(#[$doc])*
        #[wasm_bindgen::prelude::wasm_bindgen]
        pub struct $name {
            instance: $crate::Instance,
        }

        // Nothing in it changes between events.
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

            /// Takes a batch.
            pub fn tail(&self, events: wasm_bindgen::JsValue) -> $crate::macro_support::Promise {
                $crate::bindings::tail::run($wire(&self.instance), events)
            }
        }
    };
}
