//! What calls of models cost.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use domain::budget::Price;
use ids::TenantId;

use super::{BudgetRefusal, Hold, HoldRequest, ModelBudget, Settlement, StoreError};

/// What models cost.
pub trait PriceList {
    /// What tokens of a model cost; none where nobody knows.
    fn price(&self, model: &str) -> Option<Price>;
}

/// One call of a model that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelCall {
    /// The model, as its server names it.
    pub model: String,
    /// Tokens read.
    pub tokens_in: u32,
    /// Tokens written.
    pub tokens_out: u32,
    /// What it cost, in billionths of a US dollar.
    pub cost_nanos: u64,
}

/// What a use case spends on models, whether it succeeds or not: within a tenant's budget where there is one, else noted.
#[derive(Default)]
pub struct Spending {
    noted: RefCell<Vec<ModelCall>>,
    budget: Option<Wallet>,
}

/// What a use case spends from.
struct Wallet {
    budget: Rc<dyn ModelBudget>,
    tenant: TenantId,
    name: String,
    calls: Cell<u32>,
}

impl Spending {
    /// Within a tenant's budget. Calls are named after `name`, which must be nobody else's.
    #[must_use]
    pub fn within(budget: Rc<dyn ModelBudget>, tenant: TenantId, name: String) -> Self {
        let budget = Some(Wallet { budget, tenant, name, calls: Cell::new(0) });
        Self { noted: RefCell::default(), budget }
    }

    /// Reserves room for a call of a model that reads and writes at most so many tokens; none where there is no budget.
    ///
    /// # Errors
    /// [`BudgetRefusal`]: the call is not to be made.
    pub async fn hold(
        &self,
        model: &str,
        tokens_in_bound: u64,
        tokens_out_bound: u64,
    ) -> Result<Option<Hold>, BudgetRefusal> {
        let Some(wallet) = &self.budget else { return Ok(None) };
        let number = wallet.calls.get();
        wallet.calls.set(number + 1);
        let request = HoldRequest {
            tenant: wallet.tenant,
            key: None,
            key_prefix: None,
            models: vec![model.to_owned()],
            request_id: format!("{}:{number}", wallet.name),
            tokens_in_bound,
            tokens_out_bound,
        };
        wallet.budget.hold(&request).await.map(Some)
    }

    /// Puts what a call took in the place of its hold.
    ///
    /// # Errors
    /// As [`ModelBudget::settle`]; the hold then counts at its bound once it has expired.
    pub async fn settle(&self, hold: &Hold, settlement: &Settlement) -> Result<u64, StoreError> {
        match &self.budget {
            Some(wallet) => wallet.budget.settle(wallet.tenant, hold, settlement).await,
            None => Ok(0),
        }
    }

    /// Gives a hold back: nothing was asked.
    ///
    /// # Errors
    /// As [`Spending::settle`].
    pub async fn release(&self, hold: &Hold) -> Result<(), StoreError> {
        match &self.budget {
            Some(wallet) => wallet.budget.release(wallet.tenant, hold).await,
            None => Ok(()),
        }
    }

    /// Notes a call that no budget has.
    pub fn note(&self, call: ModelCall) {
        self.noted.borrow_mut().push(call);
    }

    /// The calls that were noted.
    #[must_use]
    pub fn into_calls(self) -> Vec<ModelCall> {
        self.noted.into_inner()
    }
}
