//! Usage in a dataset of Analytics Engine: how a point is laid out, and the SQL that sums points up again.
//!
//! The platform samples what it keeps where a tenant writes much. Each row then stands for `_sample_interval` points, so
//! that every sum is weighed by it.

mod exchange;

pub use exchange::Points;

use app::ports::{SpendPoint, StoreError, SummedUsage, UsagePoint, UsageSummaries};
use async_trait::async_trait;
use contracts::pipeline::usage::UsageAmounts;
use domain::rate::day;
use domain::usage::Grain;
use ids::TenantId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The dataset, as `wrangler/pipeline.jsonc` names it.
pub const USAGE_DATASET: &str = "tenant_usage";
/// The first blob of each point: what the others mean. Another layout gets another.
const LAYOUT: &str = "usage.1";
/// A point is written at most so many days after the day that it is about: batches that are older are not taken.
const LATE_DAYS: u64 = 2;
/// The most groups of an answer: more tenants than that are not told apart.
const MOST_GROUPS: u32 = 100_000;
/// For errors.
const NAME: &str = "analytics engine";

/// What the SQL API is asked with.
#[async_trait(?Send)]
pub trait SqlApi {
    /// The rows that a query answers with, as JSON objects. It says no `FORMAT`.
    ///
    /// # Errors
    /// What the API refused it with, or what went wrong on the way.
    async fn rows(&self, query: String) -> Result<Vec<Value>, String>;
}

/// A point's parts, as `writeDataPoint` takes them: one index, blobs, doubles.
#[must_use]
pub fn point_parts(point: &UsagePoint) -> (String, Vec<String>, Vec<f64>) {
    let UsagePoint { tenant, day, amounts } = point;
    let doubles = std::iter::once(*day as f64).chain(amounts.iter().map(|amount| *amount as f64));
    (tenant.to_string(), vec![LAYOUT.to_owned()], doubles.collect())
}

/// The first blob of each point of spending.
const SPEND_LAYOUT: &str = "spend.1";

/// A point of spending's parts: the tenant is the index; the blobs are the layout, model, upstream, route, cache, outcome
/// and key; the doubles are [`SpendPoint::MEASURES`].
#[must_use]
pub fn spend_parts(point: &SpendPoint) -> (String, Vec<String>, Vec<f64>) {
    let SpendPoint { tenant, model, upstream, route, cache, outcome, key, amounts } = point;
    let blobs = [SPEND_LAYOUT, model, upstream, route, cache, outcome, key].map(str::to_owned);
    (tenant.clone(), blobs.to_vec(), amounts.map(|amount| amount as f64).to_vec())
}

/// [`UsageSummaries`] over the SQL API.
#[derive(Debug, Clone)]
pub struct AnalyticsEngineUsage<A> {
    api: A,
}

impl<A: SqlApi> AnalyticsEngineUsage<A> {
    /// Over the API.
    #[must_use]
    pub fn new(api: A) -> Self {
        Self { api }
    }

    async fn ask<R: DeserializeOwned>(&self, query: String) -> Result<Vec<R>, StoreError> {
        let rows = self.api.rows(query).await.map_err(|error| StoreError::new(NAME, error))?;
        let read = |row| {
            serde_json::from_value(row)
                .map_err(|error| StoreError::new(NAME, format!("a row cannot be read: {error}")))
        };
        rows.into_iter().map(read).collect()
    }
}

#[async_trait(?Send)]
impl<A: SqlApi> UsageSummaries for AnalyticsEngineUsage<A> {
    async fn between(
        &self,
        tenant: Option<TenantId>,
        from_day: u64,
        to_day: u64,
    ) -> Result<SummedUsage, StoreError> {
        let days: Vec<DayRow> = self.ask(query("double1", "period", tenant, from_day, to_day)).await?;
        let tenants: Vec<TenantRow> =
            self.ask(query("index1", "tenant_id", tenant, from_day, to_day)).await?;
        let period = |row: &DayRow| whole("period", &row.period).map(|period| period.unsigned_abs());
        Ok(SummedUsage {
            days: days
                .iter()
                .map(|row| Ok((period(row)?, row.amounts.read()?)))
                .collect::<Result<_, StoreError>>()?,
            tenants: tenants
                .iter()
                .map(|row| Ok((row.tenant_id, row.amounts.read()?)))
                .collect::<Result<_, StoreError>>()?,
        })
    }
}

/// Points of some days, grouped by a column. Everything in it is a number, a constant or an id, which has no character
/// that means something in SQL.
fn query(column: &str, name: &str, tenant: Option<TenantId>, from_day: u64, to_day: u64) -> String {
    let sums: Vec<String> = (2..)
        .zip(UsagePoint::MEASURES)
        .map(|(place, measure)| format!("SUM(_sample_interval * double{place}) AS {measure}"))
        .collect();
    let time = |day_number: u64| {
        format!("toDateTime('{} 00:00:00')", day(day_number * Grain::Days.period_ms()).name)
    };
    let of = tenant.map(|tenant| format!(" AND index1 = '{tenant}'")).unwrap_or_default();
    format!(
        "SELECT {column} AS {name}, {} FROM {USAGE_DATASET} \
         WHERE timestamp >= {} AND timestamp < {} AND blob1 = '{LAYOUT}' \
         AND double1 >= {from_day} AND double1 < {to_day}{of} \
         GROUP BY {name} ORDER BY {name} LIMIT {MOST_GROUPS}",
        sums.join(", "),
        time(from_day),
        time(to_day + LATE_DAYS),
    )
}

#[derive(Deserialize)]
struct DayRow {
    period: Value,
    #[serde(flatten)]
    amounts: AmountsRow,
}

#[derive(Deserialize)]
struct TenantRow {
    tenant_id: TenantId,
    #[serde(flatten)]
    amounts: AmountsRow,
}

/// Numbers as the API writes them: a number, or a text where it has 64 bits.
#[derive(Deserialize)]
struct AmountsRow {
    requests: Value,
    refused: Value,
    failed: Value,
    events: Value,
    model_calls: Value,
    tokens_in: Value,
    tokens_out: Value,
    cost_nanos: Value,
}

impl AmountsRow {
    fn read(&self) -> Result<UsageAmounts, StoreError> {
        // Less than nothing is what a sum of points can be of which some are lost.
        let of = |name, value| whole(name, value).map(|number| u64::try_from(number).unwrap_or_default());
        Ok(UsageAmounts {
            requests: of("requests", &self.requests)?,
            refused: of("refused", &self.refused)?,
            failed: of("failed", &self.failed)?,
            events: of("events", &self.events)?,
            model_calls: of("model_calls", &self.model_calls)?,
            tokens_in: of("tokens_in", &self.tokens_in)?,
            tokens_out: of("tokens_out", &self.tokens_out)?,
            cost_nanos: of("cost_nanos", &self.cost_nanos)?,
            // What caches saved is a tenant's view of its own; the points have no place for it.
            ..UsageAmounts::default()
        })
    }
}

fn whole(name: &str, value: &Value) -> Result<i64, StoreError> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| number.is_finite());
    let number = number.ok_or_else(|| StoreError::new(NAME, format!("`{name}` is no number: {value}")))?;
    Ok(number.round() as i64)
}
