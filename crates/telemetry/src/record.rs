//! One log line as JSON, from a `tracing` event.

use std::fmt;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};

/// Collects the fields of an event.
#[derive(Debug, Default)]
pub struct Record(Map<String, Value>);

impl Record {
    /// The fields of `event`, after the given leading ones.
    #[must_use]
    pub fn of(event: &tracing::Event<'_>, service: &str, unix_ms: u64) -> Self {
        let mut record = Self::default();
        record.put("ts", unix_ms.into());
        record.put("level", event.metadata().level().as_str().to_ascii_lowercase().into());
        record.put("service", service.into());
        event.record(&mut record);
        record
    }

    /// As one line of JSON.
    #[must_use]
    pub fn into_line(self) -> String {
        Value::Object(self.0).to_string()
    }

    fn put(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }
}

impl Visit for Record {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), format!("{value:?}").into());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::span;

    use super::*;

    struct Capture(Arc<Mutex<Vec<String>>>);

    impl tracing::Subscriber for Capture {
        fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }
        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
        fn event(&self, event: &tracing::Event<'_>) {
            self.0.lock().unwrap().push(Record::of(event, "gateway", 7).into_line());
        }
        fn enter(&self, _: &span::Id) {}
        fn exit(&self, _: &span::Id) {}
    }

    #[test]
    fn an_event_is_one_json_object_with_its_fields_by_name() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        tracing::subscriber::with_default(Capture(lines.clone()), || {
            tracing::warn!(event = "http.request", tenant = %"ten_1", status = 401_u64, "signature refused\n");
        });
        let lines = lines.lock().unwrap();
        assert!(!lines[0].contains('\n'));
        let line: Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(
            line,
            serde_json::json!({"ts": 7, "level": "warn", "service": "gateway", "event": "http.request",
                "tenant": "ten_1", "status": 401, "message": "signature refused\n"})
        );
    }
}
