//! From bindings to ports.

use std::cell::OnceCell;
use std::rc::Rc;

use app::traces::{PipelineSpans, SpanBuffer};
use app::usage::Meter;
use contracts::health::HealthDispatch;
use contracts::pipeline::IntakeClient;
use contracts::pipeline::files::FilesClient;
use contracts::pipeline::models::ModelsClient;
use contracts::pipeline::rules::RulesClient;
use contracts::pipeline::subscriptions::SubscriptionsClient;
use contracts::pipeline::usage::UsageClient;
use contracts::pipeline::workflows::WorkflowsClient;
use contracts::scheduler::{HeartbeatsClient, JobsClient};
use host::{WorkerClock, WorkerRandom, bindings};
use jwt::KeyCache;
use mesh::Transport;
use mesh_worker::durable::DurableNamespace;
use mesh_worker::{BindingError, BindingTransport, Instance, text_var};
use storage::{CACHED_MS, CachedControl, D1, D1Control, D1Endpoints, KvCache};

use crate::exchange::{Ports, PublishedKeys, SERVICE};
use crate::health::HealthService;
use crate::middleware::{last_used, limits};
use crate::platform_limiter::first_cut;

thread_local! {
    /// Bindings are the isolate's, so what is made of them serves all its requests, and so does what they cache.
    static PORTS: OnceCell<Rc<Ports>> = const { OnceCell::new() };
    /// What was counted of tenants' usage.
    static METER: Meter = Meter::default();
    /// Requests that were not told as spans yet.
    static SEEN: SpanBuffer = SpanBuffer::default();
    /// Google's keys, for the isolate's life.
    static GOOGLE_KEYS: Rc<KeyCache> = Rc::new(KeyCache::new());
}

/// What the gateway reaches, made at the isolate's first request.
pub(crate) fn ports(env: &worker::Env) -> Result<Rc<Ports>, BindingError> {
    if let Some(ports) = PORTS.with(|kept| kept.get().cloned()) {
        return Ok(ports);
    }
    let made = Rc::new(make(env)?);
    Ok(PORTS.with(|kept| kept.get_or_init(|| made).clone()))
}

fn make(env: &worker::Env) -> Result<Ports, BindingError> {
    let cache = env.kv(bindings::CACHE).map_err(|error| unusable(bindings::CACHE, &error))?;
    let cache = KvCache::new(cache, bindings::CACHE);
    Ok(Ports {
        control: Rc::new(CachedControl::new(control(env)?, cache, WorkerClock).kept_for(kept_ms(env))),
        endpoints: Rc::new(D1Endpoints::new(database(env)?)),
        google: PublishedKeys {
            store: Rc::new(host::PublishedKeys::at(variable(env, bindings::GOOGLE_KEYS_URL)?)),
            cache: GOOGLE_KEYS.with(Rc::clone),
        },
        pipeline: IntakeClient::over(service(env, bindings::PIPELINE)?),
        workflows: WorkflowsClient::over(service(env, bindings::PIPELINE_WORKFLOWS)?),
        subscriptions: SubscriptionsClient::over(service(env, bindings::PIPELINE_SUBSCRIPTIONS)?),
        rules: RulesClient::over(service(env, bindings::PIPELINE_RULES)?),
        files: FilesClient::over(service(env, bindings::PIPELINE_FILES)?),
        models: ModelsClient::over(service(env, bindings::PIPELINE_MODELS)?),
        usage: UsageClient::over(service(env, bindings::PIPELINE_USAGE)?),
        meter: METER.with(Clone::clone),
        spans: Rc::new(PipelineSpans::over(
            service(env, bindings::PIPELINE_SPANS)?,
            SERVICE,
            Rc::new(WorkerClock),
            Rc::new(WorkerRandom),
        )),
        seen: SEEN.with(Clone::clone),
        feeds: Rc::new(DurableNamespace::over(env, bindings::LIVE_FEED)?),
        scheduler: JobsClient::over(service(env, bindings::SCHEDULER)?),
        heartbeats: HeartbeatsClient::over(service(env, bindings::SCHEDULER_HEARTBEATS)?),
        pipeline_health: service(env, bindings::PIPELINE_HEALTH)?,
        scheduler_health: service(env, bindings::SCHEDULER_HEALTH)?,
        limits: Rc::new(DurableNamespace::over(env, bindings::TENANT_LIMITS)?),
        leases: limits::leases(),
        first_cut: first_cut(env),
        last_used: last_used::of_isolate(),
        clock: Rc::new(WorkerClock),
        random: Rc::new(WorkerRandom),
    })
}

pub(crate) fn health(instance: &Instance) -> Result<HealthDispatch<HealthService>, BindingError> {
    telemetry::console::init(SERVICE);
    Ok(HealthDispatch(HealthService {
        control: Rc::new(control(&instance.env)?),
        control_name: bindings::CONTROL_DB,
        deployment: host::deployment(&instance.env),
    }))
}

/// How old keys and endpoints may be; where the variable is missing or no number, as old as they ever may.
fn kept_ms(env: &worker::Env) -> u64 {
    text_var(env, bindings::CONTROL_CACHE_MS).ok().and_then(|text| text.parse().ok()).unwrap_or(CACHED_MS)
}

fn control(env: &worker::Env) -> Result<D1Control, BindingError> {
    Ok(D1Control::new(database(env)?))
}

fn database(env: &worker::Env) -> Result<D1, BindingError> {
    let database = env.d1(bindings::CONTROL_DB).map_err(|error| unusable(bindings::CONTROL_DB, &error))?;
    Ok(D1::new(database, bindings::CONTROL_DB))
}

fn variable(env: &worker::Env, name: &'static str) -> Result<String, BindingError> {
    Ok(env.var(name).map_err(|error| unusable(name, &error))?.to_string())
}

fn service(env: &worker::Env, name: &'static str) -> Result<Rc<dyn Transport>, BindingError> {
    Ok(Rc::new(BindingTransport::service(env, name)?))
}

fn unusable(name: &'static str, error: &worker::Error) -> BindingError {
    BindingError::Unusable { name, message: error.to_string() }
}
