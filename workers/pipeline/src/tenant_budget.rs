//! The Durable Object that holds what a tenant may spend on models, and who asks it.

use std::rc::Rc;
use std::time::Duration;

use app::budget::{
    BudgetEraser, BudgetObject, BudgetPorts, BudgetsService, HOLD_MS, KnownPolicies, ObjectBudget,
    ObjectPolicies,
};
use app::ports::{ModelBudget, ModelPolicies, PriceList, SpendDataset};
use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::ai_policy::{AiPolicyStanding, ReadAiPolicy, SetAiPolicy};
use contracts::pipeline::budget::{
    BudgetError, BudgetHold, BudgetStanding, BudgetsDispatch, EraseBudget, ErasedBudget, HoldBudget,
    HoldError, ReadBudget, ReleaseCall, SetBudget, SetBudgetError, SettleCall, SettledCall, TenantBudget,
    TenantBudgetClient, TenantBudgetContract, TenantBudgetDispatch,
};
use embedded::prices::Prices;
use host::{WorkerClock, WorkerRandom, bindings, own_price};
use mesh::durable::{AlarmEvent, DurableObject, HandlerError, Namespace, ObjectContext, StartError};
use mesh_worker::durable::DurableNamespace;
use mesh_worker::{BindingError, Instance};
use storage::{ObjectAlarm, Points, SqlBudgetStore, TENANT_BUDGET};

use crate::wiring;

thread_local! {
    /// Policies that this isolate has read lately.
    static KNOWN: KnownPolicies = KnownPolicies::default();
}

#[mesh::durable(service = TenantBudget, migrations = TENANT_BUDGET, class = "TenantBudget")]
pub(crate) struct TenantBudgetObject(BudgetObject);

#[async_trait(?Send)]
impl DurableObject for TenantBudgetObject {
    async fn start(context: ObjectContext) -> Result<Self, StartError> {
        telemetry::console::init("pipeline");
        let env = &context.resources::<Instance>()?.env;
        Ok(Self(BudgetObject::new(BudgetPorts {
            tenant: context.address.tenant_key().parse().map_err(StartError::other)?,
            usage: wiring::usage_store(env).map_err(StartError::other)?,
            spend: spend(env),
            hold_ms: hold_ms(env),
            store: Rc::new(SqlBudgetStore::new(context.storage)),
            alarm: Rc::new(ObjectAlarm(context.alarm)),
            clock: Rc::new(WorkerClock),
            random: Rc::new(WorkerRandom),
        })))
    }

    async fn alarm(&self, _: AlarmEvent) -> Result<(), HandlerError> {
        Ok(self.0.alarm().await?)
    }
}

/// One arm for each method: they differ in nothing but their names and types.
macro_rules! answered_by_object {
    ($($method:ident($request:ty) -> $reply:ty, $error:ty;)+) => {
        #[async_trait(?Send)]
        impl TenantBudget for TenantBudgetObject {$(
            async fn $method(&self, context: &TenantCall, request: $request) -> Result<$reply, $error> {
                self.0.$method(context, request).await
            }
        )+}
    };
}

answered_by_object! {
    hold(HoldBudget) -> BudgetHold, HoldError;
    settle(SettleCall) -> SettledCall, BudgetError;
    release(ReleaseCall) -> SettledCall, BudgetError;
    standing(ReadBudget) -> BudgetStanding, BudgetError;
    set_limits(SetBudget) -> BudgetStanding, SetBudgetError;
    policy(ReadAiPolicy) -> AiPolicyStanding, BudgetError;
    set_policy(SetAiPolicy) -> AiPolicyStanding, SetBudgetError;
    erase(EraseBudget) -> ErasedBudget, BudgetError;
}

pub(crate) fn budgets(instance: &Instance) -> Result<BudgetsDispatch<BudgetsService>, BindingError> {
    telemetry::console::init("pipeline");
    Ok(BudgetsDispatch(BudgetsService(objects(&instance.env)?)))
}

/// What tenants may spend on models, for whoever asks one.
pub(crate) fn model_budget(env: &worker::Env) -> Result<Rc<dyn ModelBudget>, BindingError> {
    Ok(Rc::new(ObjectBudget {
        budgets: objects(env)?,
        prices: prices(env),
        clock: Rc::new(WorkerClock),
        random: Rc::new(WorkerRandom),
    }))
}

/// What tenants may ask of models.
pub(crate) fn policies(env: &worker::Env) -> Result<Rc<dyn ModelPolicies>, BindingError> {
    Ok(Rc::new(ObjectPolicies {
        budgets: objects(env)?,
        known: KNOWN.with(KnownPolicies::clone),
        clock: Rc::new(WorkerClock),
        random: Rc::new(WorkerRandom),
    }))
}

pub(crate) fn eraser(env: &worker::Env) -> Result<Rc<BudgetEraser>, BindingError> {
    Ok(Rc::new(BudgetEraser { budgets: objects(env)?, clock: Rc::new(WorkerClock) }))
}

pub(crate) fn objects(env: &worker::Env) -> Result<Rc<dyn Namespace>, BindingError> {
    Ok(Rc::new(DurableNamespace::over(env, bindings::TENANT_BUDGET)?))
}

/// Where they cannot be read nothing has a price, and budgets in money refuse: a wrong one would be worse.
fn prices(env: &worker::Env) -> Rc<dyn PriceList> {
    let own = env.var(bindings::AI_PRICES).map(|value| value.to_string()).unwrap_or_default();
    let prices = Prices::new(&own).unwrap_or_else(|error| {
        tracing::error!(event = "model.prices_unreadable", %error);
        Prices::default()
    });
    Rc::new(match own_price(env) {
        Some((model, price)) => prices.with(&model, price),
        None => prices,
    })
}

/// Where a dataset is bound.
fn spend(env: &worker::Env) -> Option<Rc<dyn SpendDataset>> {
    let dataset = env.analytics_engine(bindings::LLM_SPEND).ok()?;
    Some(Rc::new(Points::new(dataset)))
}

fn hold_ms(env: &worker::Env) -> u64 {
    let text = env.var(bindings::AI_HOLD_SECONDS).map(|value| value.to_string()).unwrap_or_default();
    let seconds: Option<u64> = text.parse().ok().filter(|seconds| *seconds > 0);
    seconds.map_or(HOLD_MS, |seconds| Duration::from_secs(seconds).as_millis() as u64)
}
