//! Secrets Store: stores, and the names of what is in them. Values cannot be read.

use serde::Deserialize;
use serde_json::json;

use super::{Failure, Platform};

/// A store. An account has one.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Store {
    pub(crate) id: String,
}

impl Platform {
    /// All stores.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn secrets_stores(&self) -> Result<Vec<Store>, Failure> {
        self.http.list(&self.path("secrets_store/stores"))
    }

    /// Makes a store.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn create_secrets_store(&self, name: &str) -> Result<Store, Failure> {
        self.http.post(&self.path("secrets_store/stores"), &json!({ "name": name }))
    }

    /// The names of the secrets of a store.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn stored_secrets(&self, store: &str) -> Result<Vec<String>, Failure> {
        #[derive(Deserialize)]
        struct Secret {
            name: String,
        }
        let secrets: Vec<Secret> =
            self.http.list(&self.path(&format!("secrets_store/stores/{store}/secrets")))?;
        Ok(secrets.into_iter().map(|secret| secret.name).collect())
    }
}
