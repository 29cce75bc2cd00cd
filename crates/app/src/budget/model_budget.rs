//! The port that callers of models hold and settle by, over the tenant's object.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::budget::{
    BUDGET, BudgetModel, HoldBudget, HoldError, HoldReason, ReadBudget, ReleaseCall, SettleCall,
    TenantBudgetClient,
};
use contracts::{Actor, TenantCall, TenantScope};
use ids::TenantId;
use mesh::durable::{Address, Namespace};
use mesh::{CallContext, CallError, Deadline, Transport};

use super::convert::wire_price;
use super::quote::quoted;
use crate::ports::{
    BudgetRefusal, Clock, Hold, HoldRequest, Metered, ModelBudget, PriceList, Quote, Random, Settlement,
    StoreError, TokenCount,
};

/// What errors call the object.
const NAME: &str = "TENANT_BUDGET";
/// How long it has for an answer, in milliseconds: without a hold nothing is asked, and a customer waits.
const PATIENCE_MS: u64 = 5_000;
/// How often an answer that does not come is asked for: every call has one effect.
const TRIES: u32 = 3;
/// How long to wait where other calls hold what is left, in seconds: most end within some.
const HELD_RETRY_S: u64 = 1;

/// [`ModelBudget`] over the tenants' objects.
#[derive(Clone)]
pub struct ObjectBudget {
    /// The objects.
    pub budgets: Rc<dyn Namespace>,
    /// What models cost.
    pub prices: Rc<dyn PriceList>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// For trace ids.
    pub random: Rc<dyn Random>,
}

type Client = TenantBudgetClient<Rc<dyn Transport>>;

impl ObjectBudget {
    fn reach(&self, tenant: TenantId) -> (Client, TenantCall) {
        let deadline = Deadline::after(self.clock.now().unix_ms(), PATIENCE_MS);
        let scope = TenantScope { tenant, actor: Actor::Service("pipeline".into()) };
        let mut random = [0; 24];
        self.random.fill(&mut random);
        let trace = mesh::TraceContext::from_random(random);
        let context = CallContext::new(scope, trace, deadline, "pipeline");
        let object = TenantBudgetClient::over(self.budgets.object(&Address::of(&context, BUDGET)));
        (object, context)
    }

    /// Says a refused hold in the words of the port.
    fn refusal(&self, error: HoldError) -> BudgetRefusal {
        match error {
            HoldError::Refused { reason, limit, left, resets_at } => {
                let wait_ms = resets_at.unix_ms().saturating_sub(self.clock.now().unix_ms());
                let retry_after_s = wait_ms.div_ceil(1_000).max(1);
                let resets_at = Some(resets_at);
                match reason {
                    HoldReason::Held => {
                        let retry_after_s = HELD_RETRY_S.min(retry_after_s);
                        BudgetRefusal::Held { limit, left, retry_after_s, resets_at }
                    }
                    HoldReason::Window => BudgetRefusal::TooFast { limit, left, retry_after_s, resets_at },
                    HoldReason::Spent => BudgetRefusal::Spent { limit, left, resets_at },
                    HoldReason::TooLarge => BudgetRefusal::Spent { limit, left, resets_at: None },
                }
            }
            HoldError::Unpriced { model } => BudgetRefusal::Unpriced { model },
            error @ (HoldError::Invalid { .. } | HoldError::Taken { .. } | HoldError::Unavailable { .. }) => {
                BudgetRefusal::Unavailable(StoreError::new(NAME, error))
            }
        }
    }
}

#[async_trait(?Send)]
impl ModelBudget for ObjectBudget {
    async fn hold(&self, request: &HoldRequest) -> Result<Hold, BudgetRefusal> {
        let HoldRequest { tenant, key, key_prefix, models, request_id, tokens_in_bound, tokens_out_bound } =
            request;
        let priced = |model: &String| BudgetModel {
            model: model.clone(),
            price: self.prices.price(model).map(wire_price),
        };
        let asked = HoldBudget {
            call_id: request_id.clone(),
            key: key.map(|key| key.to_string()),
            key_prefix: key_prefix.clone(),
            models: models.iter().map(priced).collect(),
            tokens_in: *tokens_in_bound,
            tokens_out: *tokens_out_bound,
        };
        let mut tries = 0;
        loop {
            tries += 1;
            let (object, context) = self.reach(*tenant);
            match object.hold(&context, asked.clone()).await {
                Ok(held) => return Ok(Hold { id: request_id.clone(), bound_nanos: held.bound_nanos }),
                Err(CallError::Refused(error)) => return Err(self.refusal(error)),
                Err(_) if tries < TRIES => {}
                Err(error) => {
                    // It may be held all the same: nobody will settle it.
                    let hold = Hold { id: request_id.clone(), bound_nanos: 0 };
                    if let Err(error) = self.release(*tenant, &hold).await {
                        tracing::warn!(event = "budget.not_released", %tenant, call_id = request_id, %error);
                    }
                    return Err(BudgetRefusal::Unavailable(StoreError::new(NAME, error)));
                }
            }
        }
    }

    async fn settle(
        &self,
        tenant: TenantId,
        hold: &Hold,
        settlement: &Settlement,
    ) -> Result<u64, StoreError> {
        let Settlement { model, upstream, tokens_in, tokens_in_cached, tokens_out, .. } = settlement;
        let Settlement { counted, outcome, first_byte_ms, duration_ms, metered, .. } = settlement;
        let Metered { route, cache, saved, masked } = metered;
        let asked = SettleCall {
            call_id: hold.id.clone(),
            model: model.clone(),
            upstream: upstream.clone(),
            tokens_in: *tokens_in,
            tokens_in_cached: *tokens_in_cached,
            tokens_out: *tokens_out,
            estimated: *counted == TokenCount::Estimated,
            outcome: outcome.as_str().to_owned(),
            first_byte_ms: *first_byte_ms,
            duration_ms: *duration_ms,
            route: route.clone(),
            cache: cache.as_str().to_owned(),
            saved_tokens_in: saved.tokens_in,
            saved_tokens_out: saved.tokens_out,
            saved_nanos: saved.nanos,
            masked: masked.clone().unwrap_or_default(),
        };
        let mut tries = 0;
        loop {
            tries += 1;
            let (object, context) = self.reach(tenant);
            match object.settle(&context, asked.clone()).await {
                Ok(settled) => return Ok(settled.cost_nanos),
                Err(error @ CallError::Refused(_)) => return Err(StoreError::new(NAME, error)),
                Err(_) if tries < TRIES => {}
                Err(error) => return Err(StoreError::new(NAME, error)),
            }
        }
    }

    async fn quote(&self, request: &HoldRequest) -> Result<Quote, StoreError> {
        let (object, context) = self.reach(request.tenant);
        let standing = object.standing(&context, ReadBudget {}).await;
        let standing = standing.map_err(|error| StoreError::new(NAME, error))?;
        let prices: Vec<_> = request.models.iter().map(|model| self.prices.price(model)).collect();
        Ok(quoted(request, &prices, standing, self.clock.now().unix_ms()))
    }

    async fn release(&self, tenant: TenantId, hold: &Hold) -> Result<(), StoreError> {
        let asked = ReleaseCall { call_id: hold.id.clone() };
        let mut tries = 0;
        loop {
            tries += 1;
            let (object, context) = self.reach(tenant);
            match object.release(&context, asked.clone()).await {
                Ok(_) => return Ok(()),
                Err(error @ CallError::Refused(_)) => return Err(StoreError::new(NAME, error)),
                Err(_) if tries < TRIES => {}
                Err(error) => return Err(StoreError::new(NAME, error)),
            }
        }
    }
}
