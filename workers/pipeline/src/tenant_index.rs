//! The Durable Object that holds a tenant's search index.

use std::rc::Rc;

use contracts::pipeline::tenant_index::TenantIndexDispatch;
use host::bindings;
use mesh::Dispatch;
use mesh_worker::{BindingError, DurableObject, Instance};
use storage::SqlTenantIndex;
use wasm_bindgen::JsCast;

/// Numbers in a vector of the embedded model.
const DIMENSIONS: usize = 192;

pub(crate) struct TenantIndexObject {
    dispatch: Rc<dyn Dispatch>,
}

impl TenantIndexObject {
    pub(crate) fn open(instance: &Instance) -> Result<Self, BindingError> {
        let state = worker::durable::State::from(
            instance.context.clone().unchecked_into::<worker::worker_sys::DurableObjectState>(),
        );
        let index = SqlTenantIndex::open(state.storage().sql(), DIMENSIONS).map_err(|error| {
            BindingError::Unusable { name: bindings::TENANT_INDEX, message: error.to_string() }
        })?;
        Ok(Self { dispatch: Rc::new(TenantIndexDispatch(index)) })
    }
}

impl DurableObject for TenantIndexObject {
    fn dispatch(&self) -> Rc<dyn Dispatch> {
        self.dispatch.clone()
    }
}
