//! The end of every call: an entrypoint and a Durable Object that change what they are sent.

use std::cell::Cell;

use async_trait::async_trait;
use mesh::CallContext;
use mesh::durable::{DurableObject, ObjectContext, StartError};
use mesh_worker::{BindingError, Instance};

use crate::contract::{
    Caller, Counter, CounterClient, CounterContract, CounterDispatch, Entry, Ledger, LedgerDispatch,
    LedgerError,
};

pub(crate) struct Adder;

#[async_trait(?Send)]
impl Ledger for Adder {
    async fn add(&self, _context: &CallContext<Caller>, mut request: Entry) -> Result<Entry, LedgerError> {
        request.amount += 1.0;
        Ok(request)
    }

    async fn add_all(
        &self,
        _context: &CallContext<Caller>,
        mut request: Vec<Entry>,
    ) -> Result<Vec<Entry>, LedgerError> {
        if request.is_empty() {
            return Err(LedgerError::Empty);
        }
        for entry in &mut request {
            entry.amount += 1.0;
        }
        Ok(request)
    }
}

pub(crate) fn wire(_instance: &Instance) -> Result<LedgerDispatch<Adder>, BindingError> {
    Ok(LedgerDispatch(Adder))
}

/// Counts in memory: what is measured is the call, not the disk.
#[mesh::durable(service = Counter)]
pub(crate) struct CounterObject {
    counted: Cell<f64>,
}

#[async_trait(?Send)]
impl DurableObject for CounterObject {
    async fn start(_context: ObjectContext) -> Result<Self, StartError> {
        Ok(Self { counted: Cell::new(0.0) })
    }
}

#[async_trait(?Send)]
impl Counter for CounterObject {
    async fn count(&self, _context: &CallContext<Caller>, mut request: Entry) -> Result<Entry, LedgerError> {
        self.counted.set(self.counted.get() + 1.0);
        request.amount += self.counted.get();
        Ok(request)
    }
}
