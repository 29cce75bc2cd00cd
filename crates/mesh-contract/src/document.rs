//! The document of one contract: `contracts/<name>.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical;

/// What a service or a workflow speaks.
///
/// Schemas are JSON Schema 2020-12 with a few keywords of our own: `format` may be `bytes` or `stream`,
/// `x-always-written` and `x-written` say how what is written differs from what is read, and `x-aliases`,
/// `x-variant-aliases`, `x-other` and `x-null-left-out` carry what serde's attributes say and JSON Schema cannot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The Rust trait's or struct's name.
    pub name: String,
    /// Its documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// The hash of all that travels, 16 hexadecimal digits. See [`Document::fingerprint`].
    #[serde(default)]
    pub fingerprint: String,
    /// What it speaks.
    #[serde(flatten)]
    pub body: Body,
    /// The schemas that others refer to.
    #[serde(rename = "$defs", default)]
    pub definitions: BTreeMap<String, Value>,
}

/// What a contract is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
// Whether it is large depends on a feature of serde_json's, which other crates choose.
#[allow(clippy::large_enum_variant, reason = "there is one of it in a document: a box would gain nothing")]
pub enum Body {
    /// A service: behind an entrypoint or in a Durable Object.
    Service {
        /// Its methods by name.
        methods: BTreeMap<String, Method>,
    },
    /// A durable workflow.
    Workflow {
        /// The schema of what an instance is started with.
        input: Value,
        /// The schema of what it ends with.
        output: Value,
        /// The schema of how it fails.
        error: Value,
        /// What it may be sent, by the event's type.
        #[serde(default)]
        events: BTreeMap<String, Event>,
    },
}

/// One method of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Method {
    /// Its documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// Whether a caller may send the same call again by itself.
    #[serde(default)]
    pub idempotent: bool,
    /// The schema of the context's scope: on whose behalf a call may be made.
    pub scope: Value,
    /// The schema of the request.
    pub request: Value,
    /// The schema of the reply.
    pub reply: Value,
    /// The schema of how the service refuses.
    pub error: Value,
}

/// One event that a workflow waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// The schema of its payload.
    pub payload: Value,
}

/// The text is not a contract's document.
#[derive(Debug)]
pub struct ParseDocumentError(serde_json::Error);

impl std::fmt::Display for ParseDocumentError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not the document of a contract")
    }
}

impl std::error::Error for ParseDocumentError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// When the text is no JSON, or of another shape.
    pub fn parse(text: &str) -> Result<Self, ParseDocumentError> {
        serde_json::from_str(text).map_err(ParseDocumentError)
    }

    /// The document as it is kept: its own fields in a fixed order, the keys of schemas sorted, its fingerprint set.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut document = self.clone();
        document.fingerprint = format!("{:016x}", self.fingerprint());
        document.schemas_mut().into_iter().for_each(sort);
        // Serializing maps with text keys has no way to fail.
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.push('\n');
        text
    }

    /// A hash of all that travels. Documentation, the order of methods and fields, and type names don't count.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let text = |schema: &Value| canonical::text(schema, &self.definitions);
        let mut lines = vec![self.name.clone()];
        match &self.body {
            Body::Service { methods } => {
                for (name, method) in methods {
                    lines.push(format!("{name} idempotent={}", method.idempotent));
                    lines.extend([&method.scope, &method.request, &method.reply, &method.error].map(text));
                }
            }
            Body::Workflow { input, output, error, events } => {
                lines.push("workflow".into());
                lines.extend([input, output, error].map(text));
                lines.extend(
                    events.iter().map(|(name, event)| format!("event {name} {}", text(&event.payload))),
                );
            }
        }
        canonical::hash(&lines.join("\n"))
    }

    fn schemas_mut(&mut self) -> Vec<&mut Value> {
        let mut all: Vec<&mut Value> = self.definitions.values_mut().collect();
        match &mut self.body {
            Body::Service { methods } => {
                for method in methods.values_mut() {
                    all.extend([
                        &mut method.scope,
                        &mut method.request,
                        &mut method.reply,
                        &mut method.error,
                    ]);
                }
            }
            Body::Workflow { input, output, error, events } => {
                all.extend([input, output, error]);
                all.extend(events.values_mut().map(|event| &mut event.payload));
            }
        }
        all
    }
}

/// Sorts the keys, and the names in `required`, of a schema and all below it.
fn sort(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            let mut entries: Vec<(String, Value)> = std::mem::take(object).into_iter().collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            for (key, mut value) in entries {
                sort(&mut value);
                if let ("required" | "x-always-written", Value::Array(names)) = (key.as_str(), &mut value) {
                    names.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
                }
                object.insert(key, value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(sort),
        _ => {}
    }
}
