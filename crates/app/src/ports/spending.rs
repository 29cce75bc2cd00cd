//! What calls of models cost.

use std::cell::RefCell;

use domain::budget::Price;

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

/// What a use case has spent on models so far, whether it succeeds or not.
#[derive(Debug, Default)]
pub struct Spending(RefCell<Vec<ModelCall>>);

impl Spending {
    /// Notes a call.
    pub fn note(&self, call: ModelCall) {
        self.0.borrow_mut().push(call);
    }

    /// The calls that were noted.
    #[must_use]
    pub fn into_calls(self) -> Vec<ModelCall> {
        self.0.into_inner()
    }
}
