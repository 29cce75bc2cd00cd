//! What calls of models cost.

use std::cell::RefCell;

use domain::budget::Price;
use ids::TenantId;
use mesh::TraceContext;

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

/// Who pays for what a use case asks of models, whether it succeeds or not. What asks by way of [`crate::models`] spends from
/// the tenant's budget, which tells usage by itself; other calls are noted here.
#[derive(Debug, Default)]
pub struct Spending {
    tenant: Option<TenantId>,
    trace: Option<TraceContext>,
    noted: RefCell<Vec<ModelCall>>,
}

impl Spending {
    /// A tenant's.
    #[must_use]
    pub fn of(tenant: TenantId) -> Self {
        Self { tenant: Some(tenant), ..Self::default() }
    }

    /// The same, as part of a trace.
    #[must_use]
    pub fn within(self, trace: TraceContext) -> Self {
        Self { trace: Some(trace), ..self }
    }

    /// What the calls are part of; none where nobody said.
    #[must_use]
    pub fn trace(&self) -> Option<TraceContext> {
        self.trace
    }

    /// Who pays; without one nothing that costs may be asked.
    #[must_use]
    pub fn tenant(&self) -> Option<TenantId> {
        self.tenant
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
