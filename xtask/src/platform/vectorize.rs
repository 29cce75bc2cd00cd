//! Vectorize: indexes and what of their metadata can be filtered by.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, Platform, segment};

/// An index.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) config: IndexConfig,
}

/// What an index is made for, which never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IndexConfig {
    pub(crate) dimensions: u32,
    pub(crate) metric: String,
}

/// A property of vectors' metadata that can be filtered by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MetadataIndex {
    pub(crate) property_name: String,
    /// `string`, `number` or `boolean`; the platform gives it back with a capital.
    pub(crate) index_type: String,
}

impl Platform {
    /// All indexes.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn indexes(&self) -> Result<Vec<Index>, Failure> {
        self.http.get(&self.path("vectorize/v2/indexes"))
    }

    /// Makes an index.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Failure::Taken`] where the name is.
    pub(crate) fn create_index(&self, name: &str, config: &IndexConfig) -> Result<Index, Failure> {
        self.http.post(&self.path("vectorize/v2/indexes"), &json!({ "name": name, "config": config }))
    }

    /// Takes an index away, with its vectors.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn delete_index(&self, name: &str) -> Result<(), Failure> {
        self.http.delete(&self.path(&format!("vectorize/v2/indexes/{}", segment(name))))
    }

    /// What of an index can be filtered by.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn metadata_indexes(&self, index: &str) -> Result<Vec<MetadataIndex>, Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Listed {
            #[serde(default)]
            metadata_indexes: Vec<MetadataIndex>,
        }
        let path = self.path(&format!("vectorize/v2/indexes/{}/metadata_index/list", segment(index)));
        let mut listed: Listed = self.http.get(&path)?;
        for field in &mut listed.metadata_indexes {
            field.index_type.make_ascii_lowercase();
        }
        Ok(listed.metadata_indexes)
    }

    /// Has a property be filtered by, in vectors that come from then on.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn create_metadata_index(&self, index: &str, field: &MetadataIndex) -> Result<(), Failure> {
        let path = self.path(&format!("vectorize/v2/indexes/{}/metadata_index/create", segment(index)));
        self.http.post::<Value>(&path, field).map(drop)
    }
}
