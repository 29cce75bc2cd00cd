//! The end of every call: an entrypoint and a Durable Object that change what they are sent.

use std::cell::Cell;
use std::rc::Rc;

use async_trait::async_trait;
use mesh::{CallContext, Dispatch};
use mesh_worker::{BindingError, DurableObject, Instance};

use crate::contract::{Caller, Counter, CounterDispatch, Entry, Ledger, LedgerDispatch, LedgerError};

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

pub(crate) struct Counting {
    counted: Cell<f64>,
}

#[async_trait(?Send)]
impl Counter for Counting {
    async fn count(&self, _context: &CallContext<Caller>, mut request: Entry) -> Result<Entry, LedgerError> {
        self.counted.set(self.counted.get() + 1.0);
        request.amount += self.counted.get();
        Ok(request)
    }
}

pub(crate) struct CounterObject(Rc<dyn Dispatch>);

#[async_trait(?Send)]
impl DurableObject for CounterObject {
    fn dispatch(&self) -> Rc<dyn Dispatch> {
        self.0.clone()
    }
}

pub(crate) fn wire_object(_instance: &Instance) -> Result<CounterObject, BindingError> {
    Ok(CounterObject(Rc::new(CounterDispatch(Counting { counted: Cell::new(0.0) }))))
}
