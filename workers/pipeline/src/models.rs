//! From bindings to models.

use std::cell::OnceCell;
use std::rc::Rc;

use ai::routing::{Breakers, Config};
use app::models::{ModelPorts, ModelsService, OwnModels};
use app::ports::{ChatError, ChatExchange, Spending};
use async_trait::async_trait;
use contracts::pipeline::models::ModelsDispatch;
use host::{DurableIndex, FetchModels, WaitUntil, WorkerSecrets, model_config, own_model};
use mesh_worker::{BindingError, Instance, WorkerRuntime};

use crate::{tenant_budget, wiring};

/// Upstreams and routes, or what is wrong with them.
type Configured = Result<Option<Config>, String>;

thread_local! {
    /// Read at the first call of an isolate: a change of the configuration is a new isolate.
    static CONFIG: OnceCell<Rc<Configured>> = const { OnceCell::new() };
    /// How upstreams fare, as far as this isolate knows.
    static BREAKERS: Rc<Breakers> = Rc::default();
}

pub(crate) fn service(instance: &Instance) -> Result<ModelsDispatch<ModelsService>, BindingError> {
    telemetry::console::init("pipeline");
    Ok(ModelsDispatch(ModelsService(ports(instance)?)))
}

pub(crate) fn ports(instance: &Instance) -> Result<ModelPorts, BindingError> {
    Ok(ModelPorts {
        config: config(&instance.env),
        secrets: Rc::new(WorkerSecrets::new(instance.env.clone())),
        server: Rc::new(FetchModels),
        budget: tenant_budget::model_budget(&instance.env)?,
        policies: tenant_budget::policies(&instance.env)?,
        answers: wiring::answers(&instance.env)?,
        archive: wiring::call_archive(&instance.env)?,
        questions: Rc::new(DurableIndex::questions(&instance.env)?),
        embedder: Rc::new(wiring::embedder(instance.clone())),
        breakers: BREAKERS.with(Rc::clone),
        background: Rc::new(WaitUntil(instance.clone())),
        spans: Rc::new(wiring::trace_store(&instance.env)?),
        runtime: Rc::new(WorkerRuntime),
    })
}

/// The name for what finds signals, where the configuration has one.
const EXTRACTION: &str = "extraction";

/// The model that finds signals: what the routes call so, or the one of the simplest configuration.
pub(crate) fn for_extraction(env: &worker::Env) -> Option<String> {
    match &*config(env) {
        Ok(Some(config)) if config.names(EXTRACTION) => Some(EXTRACTION.to_owned()),
        Ok(Some(_)) => own_model(env),
        // What cannot be used was logged, and each extraction says so of itself.
        Err(_) => Some(EXTRACTION.to_owned()),
        Ok(None) => None,
    }
}

/// Models for the platform's own work, made when it asks.
#[derive(Clone)]
pub(crate) struct Own(pub(crate) Instance);

#[async_trait(?Send)]
impl ChatExchange for Own {
    async fn post(&self, spending: &Spending, body: String) -> Result<Vec<u8>, ChatError> {
        let ports = ports(&self.0)
            .map_err(|error| ChatError::Unavailable { detail: error.to_string(), retry_after: None })?;
        OwnModels::new(ports).post(spending, body).await
    }
}

fn config(env: &worker::Env) -> Rc<Configured> {
    CONFIG.with(|cell| cell.get_or_init(|| Rc::new(configured(env))).clone())
}

fn configured(env: &worker::Env) -> Configured {
    let config = model_config(env);
    if let Err(error) = &config {
        tracing::error!(event = "model.misconfigured", error);
    }
    config
}
