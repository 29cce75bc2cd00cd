//! Vectorize: an index of vectors that finds the nearest.
//!
//! Writes are accepted at once and show in queries seconds later: **there is no read after write**. Keep the truth
//! elsewhere, and let [`IndexInfo`] say how far the index is. A local run does not simulate Vectorize: every call
//! answers [`ProductError::Unavailable`] unless the binding is `remote`.

mod filter;
mod info;
mod invalid;
mod key;
mod limits;
mod query;
#[cfg(test)]
mod tests;
mod vector;

use std::cell::Cell;

use js_sys::{Array, Float32Array, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

pub use filter::{Filter, Operand};
pub use info::{IndexInfo, MutationId};
pub use invalid::InvalidRequest;
pub use limits::Limits;
pub use query::{Match, Matches, Query, ReturnMetadata};
pub use vector::{Metadata, Vector};

use self::info::Mutation;
use self::vector::{check_batch, check_id, check_ids, check_values};
use super::ProductError;
use super::call::{Product, to_js};
use crate::env::BindingError;

/// Why a call of an index failed.
pub type VectorizeError = ProductError<InvalidRequest>;

/// An index, over its binding.
#[derive(Debug)]
pub struct Index {
    product: Product,
    limits: Limits,
    dimensions: Cell<Option<usize>>,
}

impl Index {
    /// The index bound as `name`.
    ///
    /// # Errors
    /// [`BindingError::Missing`].
    pub fn over(env: &worker::Env, name: &'static str) -> Result<Self, BindingError> {
        let product = Product::over(env, name)?;
        Ok(Self { product, limits: Limits::default(), dimensions: Cell::new(None) })
    }

    /// The same, checking every vector against the index's number of dimensions. [`Index::describe`] sets it too.
    #[must_use]
    pub fn with_dimensions(self, dimensions: usize) -> Self {
        self.dimensions.set(Some(dimensions));
        self
    }

    /// The same with other limits than those that this crate knows.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What the index says of itself.
    ///
    /// # Errors
    /// [`VectorizeError`], never `Invalid`.
    pub async fn describe(&self) -> Result<IndexInfo, VectorizeError> {
        let info: IndexInfo = self.ask("describe", &[]).await?;
        self.dimensions.set(Some(info.dimensions));
        Ok(info)
    }

    /// The vectors nearest to `vector`.
    ///
    /// # Errors
    /// [`VectorizeError`]; `Invalid` for a vector of another length, too high a `top_k`, or a filter that cannot be.
    pub async fn query(&self, vector: &[f32], query: &Query) -> Result<Matches, VectorizeError> {
        check_values("the query", vector, self.dimensions.get(), &self.limits)?;
        let options = self.js(&query.options(&self.limits)?)?;
        self.ask("query", &[Float32Array::from(vector).into(), options]).await
    }

    /// The vectors nearest to the one with this id, which is among them.
    ///
    /// # Errors
    /// [`VectorizeError`], as [`Index::query`] has them.
    pub async fn query_by_id(&self, id: &str, query: &Query) -> Result<Matches, VectorizeError> {
        check_id(0, id, &self.limits)?;
        let options = self.js(&query.options(&self.limits)?)?;
        self.ask("queryById", &[id.into(), options]).await
    }

    /// The vectors with these ids, at most 20; those that are not there are left out.
    ///
    /// # Errors
    /// [`VectorizeError`]; `Invalid` for no id, too many, or one that is too long.
    pub async fn get_by_ids(&self, ids: &[impl AsRef<str>]) -> Result<Vec<Vector>, VectorizeError> {
        check_ids("getByIds", ids, self.limits.ids_read, &self.limits)?;
        self.ask("getByIds", &[texts(ids)]).await
    }

    /// Adds vectors, at most 1,000. One whose id is there already is left as it is.
    ///
    /// # Errors
    /// [`VectorizeError`]; `Invalid` names the first vector that breaks a limit.
    pub async fn insert(&self, vectors: &[Vector]) -> Result<MutationId, VectorizeError> {
        self.write("insert", vectors).await
    }

    /// Adds vectors or replaces whole records, metadata included; at most 1,000.
    ///
    /// # Errors
    /// [`VectorizeError`]; `Invalid` names the first vector that breaks a limit.
    pub async fn upsert(&self, vectors: &[Vector]) -> Result<MutationId, VectorizeError> {
        self.write("upsert", vectors).await
    }

    /// Removes the vectors with these ids, at most 100.
    ///
    /// # Errors
    /// [`VectorizeError`]; `Invalid` for no id, too many, or one that is too long.
    pub async fn delete_by_ids(&self, ids: &[impl AsRef<str>]) -> Result<MutationId, VectorizeError> {
        check_ids("deleteByIds", ids, self.limits.ids_deleted, &self.limits)?;
        let done: Mutation = self.ask("deleteByIds", &[texts(ids)]).await?;
        Ok(done.mutation_id)
    }

    async fn write(&self, method: &'static str, vectors: &[Vector]) -> Result<MutationId, VectorizeError> {
        check_batch(method, vectors, self.dimensions.get(), &self.limits)?;
        let batch = Array::new_with_length(u32::try_from(vectors.len()).unwrap_or(u32::MAX));
        for (position, vector) in (0..).zip(vectors) {
            batch.set(position, self.record(vector)?);
        }
        let done: Mutation = self.ask(method, &[batch.into()]).await?;
        Ok(done.mutation_id)
    }

    /// A vector as the binding takes it. The values go as one typed array, not through text.
    fn record(&self, vector: &Vector) -> Result<JsValue, VectorizeError> {
        #[derive(Serialize)]
        struct Rest<'a> {
            id: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            namespace: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            metadata: Option<&'a Metadata>,
        }
        let rest = Rest {
            id: &vector.id,
            namespace: vector.namespace.as_deref(),
            metadata: vector.metadata.as_ref(),
        };
        let record = self.js(&rest)?;
        let values = Float32Array::from(vector.values.as_slice());
        match Reflect::set(&record, &"values".into(), &values) {
            Ok(true) => Ok(record),
            _ => Err(self.unreadable("a vector could not be handed to the runtime".into())),
        }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: &'static str,
        arguments: &[JsValue],
    ) -> Result<T, VectorizeError> {
        let answer = self.product.call(method, arguments).await?;
        self.product.read(&answer)
    }

    fn js(&self, value: &impl Serialize) -> Result<JsValue, VectorizeError> {
        to_js(value).map_err(|message| self.unreadable(message))
    }

    fn unreadable(&self, message: String) -> VectorizeError {
        ProductError::Unreadable { binding: self.product.name().to_owned(), message }
    }
}

fn texts(ids: &[impl AsRef<str>]) -> JsValue {
    ids.iter().map(|id| JsValue::from_str(id.as_ref())).collect::<Array>().into()
}
