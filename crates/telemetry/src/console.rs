//! Logs to the Worker's console, which the platform indexes line by line.

use tracing::{Event, Level, Metadata, Subscriber, span};
use wasm_bindgen::JsValue;

use crate::record::Record;

/// Sends events to the console as lines of JSON, from `info` up. Spans are not kept: a line names its trace itself.
struct Console {
    service: &'static str,
}

/// Makes the console the destination of all logs of this isolate. Call it first in every handler; from the second call
/// on it does nothing.
pub fn init(service: &'static str) {
    // Trying again would fail, and take notice of every place that logs while it does.
    if tracing::dispatcher::has_been_set() {
        return;
    }
    let _ = tracing::subscriber::set_global_default(Console { service });
}

impl Subscriber for Console {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let line = JsValue::from(Record::of(event, self.service, js_sys::Date::now() as u64).into_line());
        match *event.metadata().level() {
            Level::ERROR => web_sys::console::error_1(&line),
            Level::WARN => web_sys::console::warn_1(&line),
            _ => web_sys::console::log_1(&line),
        }
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}
