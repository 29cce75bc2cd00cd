//! What an index says of itself, and how far it is with what was written.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A write that was accepted. It shows in queries seconds later.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MutationId(pub String);

impl fmt::Display for MutationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Mutation {
    pub(super) mutation_id: MutationId,
}

/// What an index says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexInfo {
    /// Vectors in it.
    pub vector_count: u64,
    /// Values of each.
    pub dimensions: usize,
    /// When the last processed write was made, as the product writes it: ISO 8601, or a number in older answers.
    #[serde(default, deserialize_with = "text_or_number")]
    pub processed_up_to_datetime: Option<String>,
    /// The last processed write. Every earlier one is visible too.
    #[serde(default, deserialize_with = "text_or_number")]
    pub processed_up_to_mutation: Option<String>,
}

impl IndexInfo {
    /// Whether `mutation` is the last write that was processed. `false` also means «a later one was»: the ids have no
    /// order, so wait for the *last* write of a batch.
    pub fn is_processed_exactly_to(&self, mutation: &MutationId) -> bool {
        self.processed_up_to_mutation.as_deref() == Some(mutation.0.as_str())
    }
}

/// The runtime's types call these numbers; the product sends texts.
fn text_or_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    })
}
