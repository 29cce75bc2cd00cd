//! The Durable Object that counts what a tenant asks for.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::gateway::{Limits, LimitsClient, LimitsContract, LimitsDispatch, LimitsError, Take, Taken};
use host::WorkerClock;
use mesh::durable::{DurableObject, ObjectContext, StartError};
use storage::{LIMITS, SqlLimitStore};

use crate::exchange::SERVICE;

#[mesh::durable(service = Limits, migrations = LIMITS, class = "TenantLimits")]
pub(crate) struct TenantLimitsObject(app::limits::TenantLimits);

#[async_trait(?Send)]
impl DurableObject for TenantLimitsObject {
    async fn start(context: ObjectContext) -> Result<Self, StartError> {
        telemetry::console::init(SERVICE);
        let store = Rc::new(SqlLimitStore::new(context.storage));
        Ok(Self(app::limits::TenantLimits::new(store, Rc::new(WorkerClock))))
    }
}

#[async_trait(?Send)]
impl Limits for TenantLimitsObject {
    async fn take(&self, context: &TenantCall, request: Take) -> Result<Taken, LimitsError> {
        self.0.take(context, request).await
    }
}
