//! What the platform below costs a tenant's share of: an estimate, from what was counted and a dated list of prices.
//!
//! It is no bill. Included allowances and minimums belong to the account, not to a tenant, and what one request takes of
//! each product is an average.

use std::fmt;

/// One thing that the platform charges for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The stable name, such as `d1.rows_written`.
    pub name: String,
    /// What is counted.
    pub unit: String,
    /// What [`Product::per`] units cost, in billionths of a US dollar.
    pub nanos: u64,
    /// For how many units the price is; at least 1.
    pub per: u64,
}

/// What is counted of a tenant and takes something of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Driver {
    /// A request to the public surface.
    Request,
    /// An accepted event, with all that is done with it.
    Event,
    /// A call of a model, beside what the model itself costs.
    ModelCall,
    /// A gigabyte of archived events, for a month of 30 days.
    EventGigabyteMonth,
    /// A gigabyte of files, for a month of 30 days.
    FileGigabyteMonth,
}

impl Driver {
    /// Every driver.
    pub const ALL: [Self; 5] =
        [Self::Request, Self::Event, Self::ModelCall, Self::EventGigabyteMonth, Self::FileGigabyteMonth];

    /// The stable name, as the list has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Event => "event",
            Self::ModelCall => "model_call",
            Self::EventGigabyteMonth => "event_gigabyte_month",
            Self::FileGigabyteMonth => "file_gigabyte_month",
        }
    }
}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How much of a product one of a driver takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Take {
    /// What takes it.
    pub driver: Driver,
    /// Which product, by its place in [`PriceTable::products`].
    pub product: usize,
    /// How much, in millionths of the product's unit.
    pub millionths: u64,
}

/// Prices, and what takes how much.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceTable {
    /// As of which day the prices are.
    pub as_of: String,
    /// What is charged for.
    pub products: Vec<Product>,
    /// What takes how much of it.
    pub takes: Vec<Take>,
}

/// What a tenant used in some days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Requests.
    pub requests: u64,
    /// Events.
    pub events: u64,
    /// Calls of models.
    pub model_calls: u64,
    /// Bytes of archived events.
    pub event_bytes: u64,
    /// Bytes of files.
    pub file_bytes: u64,
    /// For how many days bytes were kept.
    pub days: u64,
}

/// How much of a product was used, and what that costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Which product, by its place in [`PriceTable::products`].
    pub product: usize,
    /// Units, rounded up.
    pub units: u64,
    /// Billionths of a US dollar, rounded up.
    pub nanos: u64,
}

const MILLION: u128 = 1_000_000;
const GIGABYTE: u128 = 1_000_000_000;
const DAYS_OF_A_MONTH: u128 = 30;

impl Used {
    /// What all of a driver take together, where one takes so much.
    fn taking(self, driver: Driver, each: u64) -> u128 {
        let counted = |count: u64| u128::from(count).saturating_mul(each.into());
        let stored =
            |bytes: u64| counted(bytes).saturating_mul(self.days.into()) / (GIGABYTE * DAYS_OF_A_MONTH);
        match driver {
            Driver::Request => counted(self.requests),
            Driver::Event => counted(self.events),
            Driver::ModelCall => counted(self.model_calls),
            Driver::EventGigabyteMonth => stored(self.event_bytes),
            Driver::FileGigabyteMonth => stored(self.file_bytes),
        }
    }
}

impl PriceTable {
    /// What a tenant's use costs, a line a product in the order of the list, those of which nothing was used left out.
    #[must_use]
    pub fn estimate(&self, used: Used) -> Vec<Line> {
        let narrow = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
        let lines = self.products.iter().enumerate().map(|(place, product)| {
            let takes = self.takes.iter().filter(|take| take.product == place);
            let millionths =
                takes.fold(0_u128, |sum, take| sum.saturating_add(used.taking(take.driver, take.millionths)));
            let nanos = millionths.saturating_mul(product.nanos.into());
            Line {
                product: place,
                units: narrow(millionths.div_ceil(MILLION)),
                nanos: narrow(nanos.div_ceil(MILLION * u128::from(product.per.max(1)))),
            }
        });
        lines.filter(|line| line.units > 0).collect()
    }

    /// The same, all together, in billionths of a US dollar.
    #[must_use]
    pub fn cost(&self, used: Used) -> u64 {
        self.estimate(used).iter().fold(0, |sum, line| sum.saturating_add(line.nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> PriceTable {
        let product =
            |name: &str, nanos, per| Product { name: name.into(), unit: "units".into(), nanos, per };
        let take = |driver, product, millionths| Take { driver, product, millionths };
        PriceTable {
            as_of: "2025-11-01".into(),
            products: vec![
                product("requests", 300_000_000, 1_000_000),
                product("rows", 1_000_000_000, 1_000_000),
                product("bytes", 15_000_000, 1),
            ],
            takes: vec![
                take(Driver::Request, 0, 1_000_000),
                take(Driver::Event, 0, 2_500_000),
                take(Driver::Event, 1, 60_000_000),
                take(Driver::EventGigabyteMonth, 2, 1_000_000),
                take(Driver::FileGigabyteMonth, 2, 1_000_000),
            ],
        }
    }

    #[test]
    fn what_was_used_becomes_units_and_money() {
        let used = Used { requests: 1_000_000, events: 1_000, ..Used::default() };
        // A million requests at 0.30 and 2,500 more; 60,000 rows at a dollar a million.
        let line = |product, units, nanos| Line { product, units, nanos };
        assert_eq!(table().estimate(used), [line(0, 1_002_500, 300_750_000), line(1, 60_000, 60_000_000)]);
        assert_eq!(table().cost(used), 360_750_000);
    }

    #[test]
    fn bytes_cost_by_the_day_that_they_are_kept() {
        let month =
            Used { event_bytes: 2_000_000_000, file_bytes: 1_000_000_000, days: 30, ..Used::default() };
        assert_eq!(table().cost(month), 45_000_000);
        let files = Used { file_bytes: 3_000_000_000, days: 10, ..Used::default() };
        assert_eq!(table().cost(files), 15_000_000);
    }

    #[test]
    fn nothing_costs_nothing_and_too_much_does_not_wrap() {
        assert_eq!(table().estimate(Used::default()), []);
        let most = Used {
            requests: u64::MAX,
            events: u64::MAX,
            model_calls: u64::MAX,
            event_bytes: u64::MAX,
            file_bytes: u64::MAX,
            days: u64::MAX >> 32,
        };
        assert!(table().cost(most) > 1_000_000_000_000);
    }
}
