//! KV: namespaces.

use serde::Deserialize;
use serde_json::json;

use super::{Failure, Platform};

/// A namespace.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Namespace {
    pub(crate) id: String,
    pub(crate) title: String,
}

impl Platform {
    /// All namespaces.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn namespaces(&self) -> Result<Vec<Namespace>, Failure> {
        self.http.list(&self.path("storage/kv/namespaces"))
    }

    /// Makes a namespace.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Failure::Taken`] where the title is.
    pub(crate) fn create_namespace(&self, title: &str) -> Result<Namespace, Failure> {
        self.http.post(&self.path("storage/kv/namespaces"), &json!({ "title": title }))
    }

    /// Takes a namespace away, with all that is in it.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn delete_namespace(&self, id: &str) -> Result<(), Failure> {
        self.http.delete(&self.path(&format!("storage/kv/namespaces/{id}")))
    }
}
