//! How this Worker is.

use app::ports::UsageOverview;
use async_trait::async_trait;
use contracts::ServiceCall;
use contracts::health::{
    CheckHealth, ContractInfo, Dependency, Gauge, Health, HealthContract, HealthReport, NeverRefused,
};
use contracts::pipeline::ai_calls::AiCallsContract;
use contracts::pipeline::analytics::{AnalyticsContract, Backlog};
use contracts::pipeline::budget::BudgetsContract;
use contracts::pipeline::erasure::ErasureContract;
use contracts::pipeline::files::FilesContract;
use contracts::pipeline::models::ModelsContract;
use contracts::pipeline::operations::OperationsContract;
use contracts::pipeline::redrives::RedrivesContract;
use contracts::pipeline::retention::RetentionContract;
use contracts::pipeline::rules::RulesContract;
use contracts::pipeline::subscriptions::SubscriptionsContract;
use contracts::pipeline::traces::{SpansContract, TracesContract};
use contracts::pipeline::usage::UsageContract;
use contracts::pipeline::work::WorkContract;
use contracts::pipeline::workflow_control::WorkflowControlContract;
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
            contracts: contracts(),
            gauges: gauges.into_iter().flatten().collect(),
            dependencies: vec![Dependency {
                name: bindings::DATA_DB.into(),
                error: waiting.err().map(|error| error.to_string()),
            }],
        })
    }
}

/// Every contract behind an entrypoint of this Worker; a test of `xtask` compares them with those that callers bind.
fn contracts() -> Vec<ContractInfo> {
    vec![
        ContractInfo::of::<AiCallsContract>(),
        ContractInfo::of::<AnalyticsContract>(),
        ContractInfo::of::<BudgetsContract>(),
        ContractInfo::of::<DeadLettersContract>(),
        ContractInfo::of::<ErasureContract>(),
        ContractInfo::of::<FilesContract>(),
        ContractInfo::of::<HealthContract>(),
        ContractInfo::of::<IntakeContract>(),
        ContractInfo::of::<ModelsContract>(),
        ContractInfo::of::<OperationsContract>(),
        ContractInfo::of::<RedrivesContract>(),
        ContractInfo::of::<RetentionContract>(),
        ContractInfo::of::<RulesContract>(),
        ContractInfo::of::<SpansContract>(),
        ContractInfo::of::<SubscriptionsContract>(),
        ContractInfo::of::<TasksContract>(),
        ContractInfo::of::<TracesContract>(),
        ContractInfo::of::<UsageContract>(),
        ContractInfo::of::<WorkContract>(),
        ContractInfo::of::<WorkflowControlContract>(),
        ContractInfo::of::<WorkflowsContract>(),
    ]
}
