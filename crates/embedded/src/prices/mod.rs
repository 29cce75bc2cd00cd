//! What models cost: a dated list, and what an operator says instead.

use std::collections::HashMap;

use app::ports::PriceList;
use domain::budget::{Price, PriceError};
use serde::Deserialize;

/// The list. It is data: a price that changes is a line there, with the provider's date.
const LIST: &str = include_str!("prices.json");
/// In an operator's prices, the name of every model that nothing else is said of.
const ANY: &str = "*";
/// How a gateway that speaks for many providers writes whose a model is, before its name.
const PROVIDERS: [&str; 10] = [
    "openai",
    "anthropic",
    "google",
    "google-ai-studio",
    "deepseek",
    "groq",
    "mistral",
    "mistralai",
    "workers-ai",
    "weft",
];

/// A list of prices that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PricesError {
    /// It is no JSON of the form.
    #[error(
        "prices must be a JSON object of `{{\"model\": {{\"input\": \"0.15\", \"output\": \"0.6\"}}}}`: {0}"
    )]
    Form(#[from] serde_json::Error),
    /// A price is none.
    #[error("the price of `{model}`: {source}")]
    Price {
        /// Whose.
        model: String,
        /// What is wrong with it.
        source: PriceError,
    },
}

/// Prices by model.
#[derive(Debug, Clone, Default)]
pub struct Prices {
    /// What an operator says: before the list, which may be old.
    own: HashMap<String, Price>,
    listed: HashMap<String, Price>,
}

#[derive(Deserialize)]
struct Listed {
    providers: Vec<Provider>,
}

#[derive(Deserialize)]
struct Provider {
    models: HashMap<String, PriceText>,
}

/// A price in dollars for a million tokens, as text: a float would lose some.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceText {
    input: String,
    #[serde(default)]
    cached_input: Option<String>,
    #[serde(default)]
    output: String,
}

impl PriceText {
    fn read(&self, model: &str) -> Result<Price, PricesError> {
        let wrong = |source| PricesError::Price { model: model.to_owned(), source };
        let price = Price::per_million(&self.input, &self.output).map_err(wrong)?;
        self.cached_input.as_ref().map_or(Ok(price), |cached| price.with_cached(cached)).map_err(wrong)
    }
}

impl Prices {
    /// The list, and before it an operator's own prices: JSON like
    /// `{"gpt-4o": {"input": "2.5", "cached_input": "1.25", "output": "10"}, "*": {"input": "1", "output": "3"}}`, where `*` is
    /// for every model that nobody else knows. An empty text says nothing.
    ///
    /// # Errors
    /// [`PricesError`] where the operator's cannot be read.
    pub fn new(own: &str) -> Result<Self, PricesError> {
        let listed: Listed = serde_json::from_str(LIST)?;
        let listed = listed.providers.into_iter().flat_map(|provider| provider.models);
        let own: HashMap<String, PriceText> =
            if own.trim().is_empty() { HashMap::new() } else { serde_json::from_str(own)? };
        Ok(Self { own: read(own)?, listed: read(listed)? })
    }

    /// The same, with a model's price.
    #[must_use]
    pub fn with(mut self, model: &str, price: Price) -> Self {
        self.own.insert(model.to_owned(), price);
        self
    }

    fn known(&self, model: &str) -> Option<Price> {
        self.own.get(model).or_else(|| self.listed.get(model)).copied()
    }
}

impl PriceList for Prices {
    /// By the very name; else without the provider before it, without the date behind it, or without both.
    fn price(&self, model: &str) -> Option<Price> {
        let bare = model.split_once('/').filter(|(provider, _)| PROVIDERS.contains(provider));
        let bare = bare.map_or(model, |(_, bare)| bare);
        [model, bare, undated(model), undated(bare)]
            .into_iter()
            .find_map(|name| self.known(name))
            .or_else(|| self.own.get(ANY).copied())
    }
}

fn read(texts: impl IntoIterator<Item = (String, PriceText)>) -> Result<HashMap<String, Price>, PricesError> {
    let read = |(model, text): (String, PriceText)| {
        let price = text.read(&model)?;
        Ok((model, price))
    };
    texts.into_iter().map(read).collect()
}

/// A model's name without the date of its version: `-2024-08-06`, `-20250514`.
fn undated(model: &str) -> &str {
    for shape in ["-dddd-dd-dd", "-dddddddd"] {
        let Some((name, end)) =
            model.len().checked_sub(shape.len()).and_then(|at| model.split_at_checked(at))
        else {
            continue;
        };
        let fits =
            |(byte, shape): (u8, u8)| if shape == b'd' { byte.is_ascii_digit() } else { byte == shape };
        if !name.is_empty() && end.bytes().zip(shape.bytes()).all(fits) {
            return name;
        }
    }
    model
}

#[cfg(test)]
mod tests {
    use domain::budget::Tokens;

    use super::*;

    fn dollars(price: Price) -> (u64, u64, u64) {
        let of = |tokens: Tokens| price.of(tokens) / 1_000;
        const MILLION: u64 = 1_000_000;
        (
            of(Tokens { input: MILLION, ..Tokens::default() }),
            of(Tokens { input: MILLION, cached: MILLION, output: 0 }),
            of(Tokens { output: MILLION, ..Tokens::default() }),
        )
    }

    #[test]
    fn a_model_is_found_by_its_name_with_or_without_provider_and_date() {
        let prices = Prices::new("").unwrap();
        let mini = Some((150_000, 75_000, 600_000));
        for (model, expect) in [
            ("gpt-4o-mini", mini),
            ("gpt-4o-mini-2024-07-18", mini),
            ("openai/gpt-4o-mini", mini),
            ("openai/gpt-4o-mini-2024-07-18", mini),
            ("gpt-4o-2024-05-13", Some((5_000_000, 5_000_000, 15_000_000))),
            ("claude-sonnet-4-20250514", Some((3_000_000, 300_000, 15_000_000))),
            ("workers-ai/@cf/baai/bge-m3", Some((12_000, 12_000, 0))),
            ("weft-static", Some((0, 0, 0))),
            ("somebody/gpt-4o-mini", None),
            ("gpt-4o-mini-realtime", None),
            ("gpt-4o-mini-2024-07", None),
            ("-20250514", None),
            ("", None),
        ] {
            assert_eq!(prices.price(model).map(dollars), expect, "{model}");
        }
    }

    #[test]
    fn an_operators_price_goes_first_and_a_star_is_for_whatever_nobody_knows() {
        let own = r#"{"gpt-4o": {"input": "1", "output": "2"}, "*": {"input": "7", "output": "9"}}"#;
        let prices = Prices::new(own).unwrap().with("local", Price::default());
        let of = |model: &str| prices.price(model).map(|price| dollars(price).0);
        assert_eq!(of("gpt-4o"), Some(1_000_000));
        assert_eq!(of("gpt-4o-2024-08-06"), Some(1_000_000));
        assert_eq!(
            (of("gpt-4o-mini"), of("unheard-of"), of("local")),
            (Some(150_000), Some(7_000_000), Some(0))
        );
    }

    #[test]
    fn prices_that_cannot_be_read_say_which() {
        for (own, told) in [
            ("[]", "JSON object"),
            (r#"{"m": {"output": "1"}}"#, "input"),
            (r#"{"m": {"input": 1.5}}"#, "JSON object"),
            (r#"{"m": {"input": "1", "ouput": "2"}}"#, "ouput"),
            (r#"{"m": {"input": "free"}}"#, "`m`"),
        ] {
            let error = Prices::new(own).unwrap_err().to_string();
            assert!(error.contains(told), "{own}: {error}");
        }
    }

    #[test]
    fn every_listed_price_is_plausible_and_dated() {
        let list: serde_json::Value = serde_json::from_str(LIST).unwrap();
        for provider in list["providers"].as_array().unwrap() {
            let (as_of, source) = (provider["as_of"].as_str().unwrap(), provider["source"].as_str().unwrap());
            assert!(as_of.len() == 10 && !source.is_empty(), "{provider}");
        }
        for (model, price) in Prices::new("").unwrap().listed {
            let (input, cached, output) = dollars(price);
            assert!(cached <= input && input <= 100_000_000 && output <= 100_000_000, "{model}");
        }
    }
}
