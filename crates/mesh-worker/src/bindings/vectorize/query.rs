//! Asking an index for the nearest vectors, and what it answers.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::filter::Filter;
use super::invalid::InvalidRequest;
use super::limits::Limits;
use super::vector::{Metadata, check_namespace, read_metadata};

/// How much metadata comes back with a match.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReturnMetadata {
    /// None.
    #[default]
    None,
    /// The fields that have a metadata index, texts cut to 64 bytes.
    Indexed,
    /// All of it. Lowers the limit of `top_k` to 50.
    All,
}

/// What to look for, besides the vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// How many of the nearest, at most: 1 to 100, or to 50 with values or all metadata.
    pub top_k: u32,
    /// Only in this namespace.
    pub namespace: Option<String>,
    /// Whether the matches' values come back. Lowers the limit of `top_k` to 50.
    pub return_values: bool,
    /// How much of their metadata comes back.
    pub return_metadata: ReturnMetadata,
    /// Only what fulfils these conditions.
    pub filter: Option<Filter>,
}

/// The product's own defaults: the five nearest, with ids and scores alone.
impl Default for Query {
    fn default() -> Self {
        Self {
            top_k: 5,
            namespace: None,
            return_values: false,
            return_metadata: ReturnMetadata::None,
            filter: None,
        }
    }
}

/// The options argument of `query` and `queryById`.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Options {
    top_k: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    return_values: bool,
    return_metadata: ReturnMetadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<Value>,
}

impl Query {
    /// The product's defaults with another number of matches.
    pub fn nearest(top_k: u32) -> Self {
        Self { top_k, ..Self::default() }
    }

    pub(super) fn options(&self, limits: &Limits) -> Result<Options, InvalidRequest> {
        let content = self.return_values || self.return_metadata == ReturnMetadata::All;
        let (limit, hint) = if content {
            (limits.top_k_with_content, ", or ask for neither values nor all metadata")
        } else {
            (limits.top_k, "")
        };
        if self.top_k == 0 || self.top_k > limit {
            let hint = if self.top_k > limits.top_k || self.top_k == 0 { "" } else { hint };
            return Err(InvalidRequest::TopK { asked: self.top_k, limit, hint });
        }
        if let Some(namespace) = &self.namespace {
            check_namespace(namespace, limits)?;
        }
        if let Some(filter) = &self.filter {
            filter.check(limits)?;
        }
        Ok(Options {
            top_k: self.top_k,
            namespace: self.namespace.clone(),
            return_values: self.return_values,
            return_metadata: self.return_metadata,
            filter: self.filter.as_ref().map(Filter::as_value),
        })
    }
}

/// What a query found, the nearest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matches {
    /// How many there are.
    pub count: u32,
    /// They themselves.
    pub matches: Vec<Match>,
}

/// A vector that a query found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// Its id.
    pub id: String,
    /// How near it is, by the index's metric: for cosine and dot product higher is nearer, for Euclidean lower.
    pub score: f64,
    /// Its values, if asked for.
    #[serde(default)]
    pub values: Option<Vec<f32>>,
    /// Its namespace, if it has one.
    #[serde(default)]
    pub namespace: Option<String>,
    /// Its metadata, as far as asked for.
    #[serde(default)]
    pub metadata: Option<Metadata>,
}

impl Match {
    /// Its metadata in a type of the caller's; without any, as of an empty object.
    ///
    /// # Errors
    /// What the type says when it does not fit, such as a text that an index cut.
    pub fn metadata_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        read_metadata(self.metadata.as_ref())
    }
}
