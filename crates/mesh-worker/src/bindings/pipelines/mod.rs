//! Pipelines (Basin Pipelines): a durable stream of JSON records into files or tables of R2.
//!
//! A stream with a schema **accepts records that do not fit and drops them**: the type parameter of [`Pipeline`] is
//! the only check before that. Delivery may repeat, so give records an id. A local run accepts everything and keeps
//! nothing.

mod batch;

use std::marker::PhantomData;

use serde::Serialize;

pub use batch::{InvalidRecords, NEWER_REQUEST_BYTES, REQUEST_BYTES};

use self::batch::Batch;
use super::ProductError;
use super::call::{Product, parse};
use crate::env::BindingError;

/// Why sending failed.
pub type PipelineError = ProductError<InvalidRecords>;

/// A stream that takes records of type `T`, over its binding.
#[derive(Debug)]
pub struct Pipeline<T> {
    product: Product,
    request_bytes: usize,
    records: PhantomData<fn(&T)>,
}

/// Some requests were ingested and one was not.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the first {ingested} records were ingested, the rest not: {error}")]
pub struct PartlySent {
    /// How many records of the slice, from its start, are ingested. Send the rest again.
    pub ingested: usize,
    /// What stopped the rest.
    #[source]
    pub error: PipelineError,
}

impl<T: Serialize> Pipeline<T> {
    /// The stream bound as `name`.
    ///
    /// # Errors
    /// [`BindingError::Missing`].
    pub fn over(env: &worker::Env, name: &'static str) -> Result<Self, BindingError> {
        Ok(Self { product: Product::over(env, name)?, request_bytes: REQUEST_BYTES, records: PhantomData })
    }

    /// The same with another limit of bytes a request, such as [`NEWER_REQUEST_BYTES`].
    #[must_use]
    pub fn with_request_bytes(mut self, bytes: usize) -> Self {
        self.request_bytes = bytes;
        self
    }

    /// Sends the records in one request: either all are ingested or none. No record, no request.
    ///
    /// # Errors
    /// [`PipelineError`]; `Invalid` when they are no objects, or too large for one request.
    pub async fn send(&self, records: &[T]) -> Result<(), PipelineError> {
        match batch::one_batch(records, self.request_bytes)? {
            Some(batch) => self.ingest(&batch).await,
            None => Ok(()),
        }
    }

    /// Sends the records in as many requests as they need, in order. Every record is checked before the first request.
    ///
    /// # Errors
    /// [`PartlySent`] with the number of records that are ingested.
    pub async fn send_all(&self, records: &[T]) -> Result<(), PartlySent> {
        let batches = batch::batches(records, self.request_bytes)
            .map_err(|invalid| PartlySent { ingested: 0, error: invalid.into() })?;
        let mut ingested = 0;
        for batch in &batches {
            self.ingest(batch).await.map_err(|error| PartlySent { ingested, error })?;
            ingested += batch.records;
        }
        Ok(())
    }

    async fn ingest(&self, batch: &Batch) -> Result<(), PipelineError> {
        let records = parse(&batch.json).map_err(|message| ProductError::Unreadable {
            binding: self.product.name().to_owned(),
            message,
        })?;
        self.product.call("send", &[records]).await.map(drop)
    }
}
