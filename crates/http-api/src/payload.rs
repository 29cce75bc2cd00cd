//! Free JSON, kept as it was written.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, schema::SchemaType};

/// A JSON value of any kind, byte for byte as the sender wrote it: no number is rounded and no key reordered on the
/// way through the gateway.
#[derive(Debug, Clone)]
pub struct Payload(Box<RawValue>);

impl Payload {
    /// From JSON text.
    ///
    /// # Errors
    /// When `json` is not one JSON value.
    pub fn from_json(json: String) -> Result<Self, serde_json::Error> {
        RawValue::from_string(json).map(Self)
    }

    /// The JSON text.
    #[must_use]
    pub fn as_json(&self) -> &str {
        self.0.get()
    }
}

impl From<&RawValue> for Payload {
    fn from(raw: &RawValue) -> Self {
        Self(raw.to_owned())
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.as_json() == other.as_json()
    }
}

impl Serialize for Payload {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// For clients reading an answer. Inside a tagged enum serde has already taken the value apart, so this goes
/// through a [`serde_json::Value`] and keeps the meaning, not the bytes. The gateway reads requests by
/// [`crate::request`], which keeps both.
impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        serde_json::value::to_raw_value(&value).map(Self).map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Payload {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::AnyValue)
            .description(Some("Any JSON value, kept as it was written."))
            .examples([
                serde_json::json!({ "call": { "id": "c-1041", "title": "Discovery with Northwind" } }),
            ])
            .into()
    }
}

impl utoipa::ToSchema for Payload {}
