//! From bindings to the console's parts.

use std::rc::Rc;

use app::admin::{Build, Checkup, PATIENCE_MS, SERVICE, beat, check_up, report};
use app::ports::Clock;
use async_trait::async_trait;
use auth::access::KeyCache;
use contracts::health::Dependency;
use contracts::pipeline::subscriptions::SubscriptionsClient;
use contracts::pipeline::workflow_control::WorkflowControlClient;
use contracts::pipeline::workflows::WorkflowsClient;
use contracts::pipeline::{DeadLettersClient, IntakeClient};
use contracts::{ServiceCall, ServiceScope};
use futures_util::future::{join, join_all};
use host::{WorkerClock, bindings, within};
use mesh::{CallContext, Deadline, TraceContext, Transport};
use mesh_worker::{BindingError, BindingTransport, text_var};
use storage::{D1, D1Control};

use crate::ai_calls::AiCalls;
use crate::analytics::Analytics;
use crate::budgets::Budgets;
use crate::console::Mesh;
use crate::erasures::Erasures;
use crate::gate::{Settings, SettingsError};
use crate::jobs::Jobs;
use crate::operations::Operations;
use crate::pipeline::Pipeline;
use crate::redrives::Redrives;
use crate::retention::Retentions;
use crate::schedules::Scans;
use crate::traces::Traces;

thread_local! {
    /// The team's keys, for the life of the isolate.
    static KEYS: Rc<KeyCache> = Rc::new(KeyCache::new());
}

/// The Workers below, from the edge to the depth, each with the binding of its `Health`.
const PEERS: [(&str, &str); 3] = [
    ("gateway", bindings::GATEWAY_HEALTH),
    ("scheduler", bindings::SCHEDULER_HEALTH),
    ("pipeline", bindings::PIPELINE_HEALTH),
];

pub(crate) fn keys() -> Rc<KeyCache> {
    KEYS.with(Rc::clone)
}

/// The variables, where one that is missing or no text counts as empty.
pub(crate) fn settings(env: &worker::Env) -> Result<Settings, SettingsError> {
    let text = |name| text_var(env, name).unwrap_or_default();
    Settings::new(
        &text(bindings::ACCESS_TEAM_DOMAIN),
        &text(bindings::ACCESS_AUD),
        &text(bindings::ACCESS_ROLES),
    )
}

/// The Workers behind this one's bindings, and this one.
pub(crate) struct BoundMesh<'a> {
    pub(crate) env: &'a worker::Env,
}

#[async_trait(?Send)]
impl Mesh for BoundMesh<'_> {
    async fn survey(&self, trace: TraceContext) -> Vec<Checkup> {
        let deadline = Deadline::after(WorkerClock.now().unix_ms(), PATIENCE_MS);
        let context = CallContext::new(ServiceScope {}, trace, deadline, SERVICE);
        let peers = PEERS.map(|(service, binding)| self.ask(service, binding, &context));
        let (mut checkups, own) = join(join_all(peers), self.examine_self()).await;
        checkups.push(own);
        checkups
    }
}

impl BoundMesh<'_> {
    async fn ask(&self, service: &'static str, binding: &'static str, context: &ServiceCall) -> Checkup {
        match BindingTransport::service(self.env, binding) {
            Ok(transport) => check_up(service, transport, context, &WorkerClock).await,
            Err(error) => Checkup { service, latency_ms: 0, outcome: Err(error.to_string()) },
        }
    }

    async fn examine_self(&self) -> Checkup {
        let began_at = WorkerClock.now();
        let beaten = self.beat().await;
        let latency_ms = WorkerClock.now().unix_ms().saturating_sub(began_at.unix_ms());
        let dependencies = vec![
            Dependency { name: bindings::CONTROL_DB.into(), error: beaten.err() },
            Dependency { name: "Access keys".into(), error: keys_error(&keys()) },
        ];
        Checkup { service: SERVICE, latency_ms, outcome: Ok(report(&build(self.env), dependencies)) }
    }

    /// Leaves the sign of life.
    pub(crate) async fn beat(&self) -> Result<(), String> {
        let control = control(self.env).map_err(|error| error.to_string())?;
        match within(PATIENCE_MS, beat(&control, &WorkerClock, &build(self.env))).await {
            Some(outcome) => outcome.map_err(|error| error.to_string()),
            None => Err(format!("{}: no answer within {PATIENCE_MS} ms", bindings::CONTROL_DB)),
        }
    }
}

/// The pipeline's dead letters.
pub(crate) fn dead_letters(env: &worker::Env) -> Result<DeadLettersClient<Rc<dyn Transport>>, BindingError> {
    let transport: Rc<dyn Transport> =
        Rc::new(BindingTransport::service(env, bindings::PIPELINE_DEAD_LETTERS)?);
    Ok(DeadLettersClient::over(transport))
}

/// The pipeline's dead letters by their cause.
pub(crate) fn redrives(env: &worker::Env) -> Result<Redrives, BindingError> {
    let transport: Rc<dyn Transport> = Rc::new(BindingTransport::service(env, bindings::PIPELINE_REDRIVES)?);
    Ok(Redrives::over(transport))
}

/// What the pipeline has on record of traces.
pub(crate) fn traces(env: &worker::Env) -> Result<Traces, BindingError> {
    let transport: Rc<dyn Transport> = Rc::new(BindingTransport::service(env, bindings::PIPELINE_TRACES)?);
    Ok(Traces::over(transport))
}

/// The pipeline's sums over all tenants.
pub(crate) fn analytics(env: &worker::Env) -> Result<Analytics, BindingError> {
    let transport: Rc<dyn Transport> = Rc::new(BindingTransport::service(env, bindings::PIPELINE_ANALYTICS)?);
    Ok(Analytics::over(transport))
}

/// The pipeline's account of what is under way.
pub(crate) fn operations(env: &worker::Env) -> Result<Operations, BindingError> {
    let transport: Rc<dyn Transport> =
        Rc::new(BindingTransport::service(env, bindings::PIPELINE_OPERATIONS)?);
    Ok(Operations::over(transport))
}

/// The scheduler's jobs.
pub(crate) fn jobs(env: &worker::Env) -> Result<Jobs, BindingError> {
    let transport: Rc<dyn Transport> = Rc::new(BindingTransport::service(env, bindings::SCHEDULER)?);
    Ok(Jobs::over(transport))
}

/// The pipeline's erasures.
pub(crate) fn erasures(env: &worker::Env) -> Result<Erasures, BindingError> {
    let transport: Rc<dyn Transport> = Rc::new(BindingTransport::service(env, bindings::PIPELINE_ERASURE)?);
    Ok(Erasures::over(transport))
}

/// The scheduler's scans.
pub(crate) fn scans(env: &worker::Env) -> Result<Scans, BindingError> {
    let transport: Rc<dyn Transport> = Rc::new(BindingTransport::service(env, bindings::SCHEDULER_SCANS)?);
    Ok(Scans::over(transport))
}

/// How long the pipeline keeps events.
pub(crate) fn retentions(env: &worker::Env) -> Result<Retentions, BindingError> {
    let transport: Rc<dyn Transport> = Rc::new(BindingTransport::service(env, bindings::PIPELINE_RETENTION)?);
    Ok(Retentions::over(transport))
}

/// Instances of workflows, approvals, deliveries, and what tenants sent.
pub(crate) fn pipeline(env: &worker::Env) -> Result<Pipeline, BindingError> {
    let over = |binding| -> Result<Rc<dyn Transport>, BindingError> {
        Ok(Rc::new(BindingTransport::service(env, binding)?))
    };
    Ok(Pipeline {
        control: WorkflowControlClient::over(over(bindings::PIPELINE_WORKFLOW_CONTROL)?),
        workflows: WorkflowsClient::over(over(bindings::PIPELINE_WORKFLOWS)?),
        subscriptions: SubscriptionsClient::over(over(bindings::PIPELINE_SUBSCRIPTIONS)?),
        intake: IntakeClient::over(over(bindings::PIPELINE)?),
    })
}

/// What tenants may spend on models.
pub(crate) fn budgets(env: &worker::Env) -> Result<Budgets, BindingError> {
    let transport: Rc<dyn Transport> = Rc::new(BindingTransport::service(env, bindings::PIPELINE_BUDGETS)?);
    Ok(Budgets::over(transport))
}

/// Calls of models that are archived.
pub(crate) fn ai_calls(env: &worker::Env) -> Result<AiCalls, BindingError> {
    let transport: Rc<dyn Transport> = Rc::new(BindingTransport::service(env, bindings::PIPELINE_AI_CALLS)?);
    Ok(AiCalls::over(transport))
}

fn build(env: &worker::Env) -> Build {
    Build { version: env!("CARGO_PKG_VERSION"), deployment: host::deployment(env) }
}

pub(crate) fn control(env: &worker::Env) -> Result<D1Control, BindingError> {
    let name = bindings::CONTROL_DB;
    let database =
        env.d1(name).map_err(|error| BindingError::Unusable { name, message: error.to_string() })?;
    Ok(D1Control::new(D1::new(database, name)))
}

/// The keys in hand may go on serving for a day after fetching them began to fail: that is the time to mend it.
fn keys_error(cache: &KeyCache) -> Option<String> {
    let failed_at = cache.status().failed_at?;
    let failed_at = http_api::Timestamp::from_unix_ms(u64::try_from(failed_at).unwrap_or_default() * 1000);
    Some(format!("fetching the team's keys failed at {failed_at}; the last set that was had still serves"))
}
