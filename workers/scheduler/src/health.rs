//! How this Worker is.

use async_trait::async_trait;
use contracts::ServiceCall;
use contracts::health::{
    CheckHealth, ContractInfo, Dependency, Health, HealthClient, HealthContract, HealthReport, NeverRefused,
};
use contracts::scheduler::{HeartbeatsContract, JobsContract, ScansContract};
use host::bindings;
use mesh_worker::{BindingError, BindingTransport};

/// It has no store of its own outside the tenants' objects, so what it needs is the pipeline, the objects' namespace and
/// the registry.
pub(crate) struct HealthService {
    pipeline: HealthClient<BindingTransport>,
    namespace: Option<BindingError>,
    registry: Option<BindingError>,
    deployment: Option<String>,
}

impl HealthService {
    pub(crate) fn new(env: &worker::Env) -> Result<Self, BindingError> {
        let pipeline = BindingTransport::service(env, bindings::PIPELINE_HEALTH)?;
        Ok(Self {
            pipeline: HealthClient::over(pipeline),
            namespace: mesh_worker::binding(env, bindings::TENANT_SCHEDULE).err(),
            registry: crate::wiring::registry(env).err(),
            deployment: host::deployment(env),
        })
    }
}

#[async_trait(?Send)]
impl Health for HealthService {
    async fn check_health(
        &self,
        context: &ServiceCall,
        _: CheckHealth,
    ) -> Result<HealthReport, NeverRefused> {
        let asked = self.pipeline.check_health(&context.forwarded_by("scheduler"), CheckHealth {}).await;
        Ok(HealthReport {
            service: "scheduler".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            deployment: self.deployment.clone(),
            contracts: vec![
                ContractInfo::of::<HealthContract>(),
                ContractInfo::of::<HeartbeatsContract>(),
                ContractInfo::of::<JobsContract>(),
                ContractInfo::of::<ScansContract>(),
            ],
            gauges: Vec::new(),
            dependencies: vec![
                Dependency {
                    name: bindings::TENANT_SCHEDULE.into(),
                    error: self.namespace.as_ref().map(ToString::to_string),
                },
                Dependency {
                    name: bindings::SCHEDULE_DB.into(),
                    error: self.registry.as_ref().map(ToString::to_string),
                },
                Dependency {
                    name: bindings::PIPELINE_HEALTH.into(),
                    error: asked.err().map(|error| error.to_string()),
                },
            ],
        })
    }
}
