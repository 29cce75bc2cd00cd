//! What the platform's products cost: a dated list, as data, and what one request or event takes of each.

use std::collections::BTreeMap;

use domain::budget::decimal_nanos;
use domain::platform_cost::{Driver, PriceTable, Product, Take};
use serde::Deserialize;

/// The list. A price that changes is a line there, with the date of all of them.
const LIST: &str = include_str!("platform_prices.json");

/// A list that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PlatformPricesError {
    /// It is no JSON of the form.
    #[error("the list of the platform's prices is none: {0}")]
    Form(#[from] serde_json::Error),
    /// A number is none.
    #[error("`{of}` has the number `{given}`: write a decimal with at most nine decimals")]
    Number {
        /// Whose.
        of: String,
        /// What is there.
        given: String,
    },
    /// It names a product or a driver that there is not.
    #[error("`{0}` is not known to the list")]
    Unknown(String),
}

#[derive(Deserialize)]
struct List {
    as_of: String,
    products: BTreeMap<String, Priced>,
    takes: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Priced {
    unit: String,
    /// Text: a float would lose some.
    usd: String,
    per: u64,
}

/// The list.
///
/// # Errors
/// [`PlatformPricesError`], which the tests of this crate rule out.
pub fn platform_prices() -> Result<PriceTable, PlatformPricesError> {
    read(LIST)
}

fn read(list: &str) -> Result<PriceTable, PlatformPricesError> {
    let List { as_of, products, takes } = serde_json::from_str(list)?;
    let number = |of: &str, given: &str| {
        let wrong = || PlatformPricesError::Number { of: of.to_owned(), given: given.to_owned() };
        decimal_nanos(given).ok_or_else(wrong)
    };
    let mut table = PriceTable { as_of, ..PriceTable::default() };
    for (name, Priced { unit, usd, per }) in products {
        let nanos = number(&name, &usd)?;
        table.products.push(Product { name, unit, nanos, per });
    }
    for (driver, taken) in takes {
        let known = Driver::ALL.into_iter().find(|known| known.as_str() == driver);
        let known = known.ok_or(PlatformPricesError::Unknown(driver))?;
        for (name, much) in taken {
            let product = table.products.iter().position(|product| product.name == name);
            let product = product.ok_or_else(|| PlatformPricesError::Unknown(name.clone()))?;
            let millionths = number(&name, &much)? / 1_000;
            table.takes.push(Take { driver: known, product, millionths });
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use domain::platform_cost::Used;

    use super::*;

    #[test]
    fn the_list_is_dated_and_every_product_and_driver_is_used() {
        let table = platform_prices().unwrap();
        assert_eq!(table.as_of.len(), "2025-11-01".len());
        for (place, product) in table.products.iter().enumerate() {
            assert!(product.nanos > 0 && product.per > 0, "{product:?}");
            assert!(table.takes.iter().any(|take| take.product == place), "{product:?}");
        }
        for driver in Driver::ALL {
            assert!(table.takes.iter().any(|take| take.driver == driver), "{driver}");
        }
        let million = table.cost(Used { requests: 1_000_000, ..Used::default() });
        assert!(
            (500_000_000..20_000_000_000).contains(&million),
            "a million requests cost dollars: {million}"
        );
    }

    #[test]
    fn a_list_that_is_wrong_is_told_where() {
        let wrong = |from: &str, to: &str| read(&LIST.replace(from, to)).unwrap_err().to_string();
        assert!(wrong("\"4.50\"", "\"4,50\"").contains("r2.class_a"));
        assert!(wrong("\"model_call\"", "\"model\"").contains("`model`"));
        assert!(wrong("\"r2.class_b\": {", "\"r2.class_c\": {").contains("`r2.class_b`"));
        assert!(wrong("\"products\"", "\"product\"").contains("products"));
    }
}
