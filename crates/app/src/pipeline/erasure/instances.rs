//! The port's instances are the workflow's own: an instance's id is its erasure's.

use async_trait::async_trait;
use ids::{ErasureId, TenantId};
use mesh::workflow::{Definition, Instances, NewInstance};

use super::{Erase, EraseInput};
use crate::ports::{ErasureInstances, StoreError};

#[async_trait(?Send)]
impl ErasureInstances for Instances<Erase> {
    async fn start(&self, tenant: TenantId, id: ErasureId, traceparent: &str) -> Result<(), StoreError> {
        let input = EraseInput { tenant, erasure_id: id, traceparent: traceparent.to_owned() };
        let instance = id.to_string().parse().map_err(|error| StoreError::new(Erase::NAME, error))?;
        let created = self.create(NewInstance::new(instance, input)).await;
        created.map(|_| ()).map_err(|error| StoreError::new(Erase::NAME, error))
    }
}
