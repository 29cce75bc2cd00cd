//! From bindings to models.

use std::cell::OnceCell;
use std::rc::Rc;

use ai::routing::{Breakers, Config};
use app::models::{ModelPorts, ModelsService};
use contracts::pipeline::models::ModelsDispatch;
use host::{FetchModels, WaitUntil, WorkerSecrets, model_config};
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
        config: CONFIG.with(|cell| cell.get_or_init(|| Rc::new(configured(&instance.env))).clone()),
        secrets: Rc::new(WorkerSecrets::new(instance.env.clone())),
        server: Rc::new(FetchModels),
        budget: tenant_budget::model_budget(&instance.env)?,
        embedder: Rc::new(wiring::embedder(instance.clone())),
        breakers: BREAKERS.with(Rc::clone),
        background: Rc::new(WaitUntil(instance.clone())),
        runtime: Rc::new(WorkerRuntime),
    })
}

fn configured(env: &worker::Env) -> Configured {
    let config = model_config(env);
    if let Err(error) = &config {
        tracing::error!(event = "model.misconfigured", error);
    }
    config
}
