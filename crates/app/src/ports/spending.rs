//! What calls of models cost.

use std::cell::RefCell;

/// The price of a model's tokens, in billionths of a US dollar a token: thousandths of a dollar a million.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ModelPrice {
    /// Of one that it reads.
    pub input_nanos: u64,
    /// Of one that it writes.
    pub output_nanos: u64,
}

/// A text that is no price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` must be US dollars for a million tokens, such as `0.15`, and at most 1,000,000")]
pub struct PriceError(String);

impl ModelPrice {
    /// From US dollars for a million tokens; an empty text is nothing.
    ///
    /// # Errors
    /// [`PriceError`].
    pub fn per_million(input: &str, output: &str) -> Result<Self, PriceError> {
        const MOST: f64 = 1e6;
        let nanos = |text: &str| {
            if text.is_empty() {
                return Ok(0);
            }
            let dollars = text.parse().ok().filter(|dollars| (0.0..=MOST).contains(dollars));
            // At most 10^9: an integer that a float holds exactly.
            dollars
                .map(|dollars: f64| (dollars * 1_000.0).round() as u64)
                .ok_or_else(|| PriceError(text.to_owned()))
        };
        Ok(Self { input_nanos: nanos(input)?, output_nanos: nanos(output)? })
    }

    /// What so many tokens cost.
    #[must_use]
    pub fn of(self, tokens_in: u32, tokens_out: u32) -> u64 {
        u64::from(tokens_in) * self.input_nanos + u64::from(tokens_out) * self.output_nanos
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_dollars_for_a_million_tokens() {
        let price = ModelPrice::per_million("0.15", "0.6").unwrap();
        assert_eq!(price, ModelPrice { input_nanos: 150, output_nanos: 600 });
        assert_eq!(price.of(1_000_000, 500_000), 450_000_000, "45 cents");
        assert_eq!(ModelPrice::per_million("", "").unwrap(), ModelPrice::default());
        for wrong in ["free", "-1", "NaN", "1e7", " 1"] {
            assert_eq!(ModelPrice::per_million(wrong, ""), Err(PriceError(wrong.into())));
        }
    }
}
