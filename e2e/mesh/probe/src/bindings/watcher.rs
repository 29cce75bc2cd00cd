//! A Worker that hears the tail of others, and logs each item as JSON for the test to read.

use async_trait::async_trait;
use mesh_worker::bindings::tail::{Tail, TailItem};
use mesh_worker::{BindingError, Instance};
use worker::console_log;

mesh_worker::tail!(
    /// Hears the tail as the platform redacts it.
    Watcher,
    wire
);
mesh_worker::tail!(
    /// Hears the tail without redaction.
    OpenWatcher,
    wire_open
);

fn wire(_instance: &Instance) -> Result<Watch<false>, BindingError> {
    Ok(Watch)
}

fn wire_open(_instance: &Instance) -> Result<Watch<true>, BindingError> {
    Ok(Watch)
}

struct Watch<const OPEN: bool>;

#[async_trait(?Send)]
impl<const OPEN: bool> Tail for Watch<OPEN> {
    const UNREDACTED: bool = OPEN;

    async fn tail(&self, items: Vec<TailItem>) -> Result<(), String> {
        for item in &items {
            let line = serde_json::to_string(item).map_err(|error| error.to_string())?;
            console_log!("{{\"open\":{OPEN},\"item\":{line}}}");
        }
        Ok(())
    }
}
