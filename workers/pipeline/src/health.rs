//! How this Worker is.

use app::ports::UsageOverview;
use async_trait::async_trait;
use contracts::ServiceCall;
use contracts::health::{CheckHealth, ContractInfo, Dependency, Gauge, Health, HealthReport, NeverRefused};
use contracts::pipeline::analytics::{AnalyticsContract, Backlog};
use contracts::pipeline::erasure::ErasureContract;
use contracts::pipeline::retention::RetentionContract;
use contracts::pipeline::rules::RulesContract;
use contracts::pipeline::subscriptions::SubscriptionsContract;
use contracts::pipeline::work::WorkContract;
use contracts::pipeline::workflows::WorkflowsContract;
use contracts::pipeline::{DeadLettersContract, IntakeContract, TasksContract};
use host::bindings;
use mesh_worker::BindingError;
use storage::D1UsageStore;

use crate::wiring;

pub(crate) struct HealthService {
    overview: D1UsageStore,
    deployment: Option<String>,
}

impl HealthService {
    pub(crate) fn new(env: &worker::Env) -> Result<Self, BindingError> {
        let overview = wiring::usage_overview(env)?;
        Ok(Self { overview, deployment: host::deployment(env) })
    }
}

#[async_trait(?Send)]
impl Health for HealthService {
    async fn check_health(&self, _: &ServiceCall, _: CheckHealth) -> Result<HealthReport, NeverRefused> {
        let waiting = self.overview.waiting().await;
        let gauges = waiting.as_ref().map(|Backlog { outbox, dead_letters }| {
            [("outbox", outbox), ("dead_letters", dead_letters)]
                .map(|(name, depth)| Gauge { name: name.into(), value: f64::from(*depth) })
        });
        Ok(HealthReport {
            service: "pipeline".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            deployment: self.deployment.clone(),
            contracts: vec![
                ContractInfo::of::<AnalyticsContract>(),
                ContractInfo::of::<DeadLettersContract>(),
                ContractInfo::of::<ErasureContract>(),
                ContractInfo::of::<IntakeContract>(),
                ContractInfo::of::<RetentionContract>(),
                ContractInfo::of::<TasksContract>(),
                ContractInfo::of::<WorkContract>(),
                ContractInfo::of::<WorkflowsContract>(),
                ContractInfo::of::<RulesContract>(),
                ContractInfo::of::<SubscriptionsContract>(),
            ],
            gauges: gauges.into_iter().flatten().collect(),
            dependencies: vec![Dependency {
                name: bindings::DATA_DB.into(),
                error: waiting.err().map(|error| error.to_string()),
            }],
        })
    }
}
