//! The one model of the simplest configuration, and what it costs.

use domain::budget::Price;
use worker::Env;

use crate::bindings::{AI_INPUT_PRICE, AI_MODEL, AI_OUTPUT_PRICE};

fn text(env: &Env, name: &str) -> Option<String> {
    env.var(name).ok().map(|value| value.to_string()).filter(|value| !value.is_empty())
}

/// The model's name, where one is configured.
#[must_use]
pub fn own_model(env: &Env) -> Option<String> {
    text(env, AI_MODEL)
}

/// The model that is configured and its price, where the configuration says one. One that is none is logged.
#[must_use]
pub fn own_price(env: &Env) -> Option<(String, Price)> {
    let model = own_model(env)?;
    let (input, output) = (text(env, AI_INPUT_PRICE), text(env, AI_OUTPUT_PRICE));
    if input.is_none() && output.is_none() {
        return None;
    }
    match Price::per_million(&input.unwrap_or_default(), &output.unwrap_or_default()) {
        Ok(price) => Some((model, price)),
        Err(error) => {
            tracing::error!(event = "model.price_unreadable", %error);
            None
        }
    }
}
