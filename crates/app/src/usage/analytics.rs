//! The `Analytics` service: what all tenants used, and what it cost.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::analytics::{
    Analytics, AnalyticsError, BacklogOfHour, Overview, ProductUse, ReadOverview, Summarize, UsageOfTenant,
    UsageOfTenants, UsageOfTime, UsageSummary,
};
use contracts::pipeline::usage::{UsageAmounts, UsageStorage};
use contracts::{OperatorCall, Timestamp};
use domain::platform_cost::{PriceTable, Used};
use domain::usage::{DAILY_DAYS, Grain, LONGEST_DAYS};
use futures_util::try_join;

use crate::ports::{Clock, StoreError, SummedUsage, UsageOverview, UsageSummaries};

/// The longest time that a question about all tenants may be about, in days: a row a tenant and day is read for it.
pub const LONGEST_OF_ALL: u64 = 92;
/// For so many days a dataset can be asked: it keeps three months, and what was written late must be there too.
const DATASET_DAYS: u64 = 85;
/// The most tenants of an answer.
const MOST_TENANTS: u32 = 10_000;
/// The longest look back of the overview.
const MOST_HOURS: u32 = 168;

/// What analytics needs of the world.
#[derive(Clone)]
pub struct AnalyticsPorts {
    /// The sums that are kept beside the counts.
    pub rollups: Rc<dyn UsageSummaries>,
    /// The dataset, where one is configured.
    pub dataset: Option<Rc<dyn UsageSummaries>>,
    /// What is known of the whole.
    pub overview: Rc<dyn UsageOverview>,
    /// What the platform below costs.
    pub prices: Rc<PriceTable>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

/// [`Analytics`] over ports.
#[derive(Clone)]
pub struct AnalyticsService(pub AnalyticsPorts);

#[async_trait(?Send)]
impl Analytics for AnalyticsService {
    async fn summarize(&self, _: &OperatorCall, request: Summarize) -> Result<UsageSummary, AnalyticsError> {
        let Summarize { from, to, tenant, limit } = request;
        let today = Grain::Days.of(self.0.clock.now().unix_ms());
        let (from_day, to_day) = days(from, to, tenant.is_none(), today)?;
        let (sums, stored) = try_join!(
            async {
                let dataset = self.0.dataset.as_ref().filter(|_| from_day + DATASET_DAYS >= today);
                if let Some(dataset) = dataset {
                    match dataset.between(tenant, from_day, to_day).await {
                        Ok(sums) => return Ok(("analytics_engine", sums)),
                        // The rollups have the same, and the answer says that it is theirs.
                        Err(error) => tracing::warn!(event = "analytics.dataset_unavailable", %error),
                    }
                }
                let sums = self.0.rollups.between(tenant, from_day, to_day).await;
                sums.map(|sums| ("rollups", sums))
            },
            self.0.overview.stored(tenant)
        )
        .map_err(unavailable)?;
        let (source, SummedUsage { days, tenants: summed }) = sums;

        let mut used: BTreeMap<_, UsageOfTenants> = BTreeMap::new();
        for (tenant, amounts) in summed {
            used.entry(tenant).or_default().amounts = amounts;
        }
        for (tenant, storage) in stored {
            used.entry(tenant).or_default().storage = storage;
        }
        let lasted = to_day - from_day;
        let mut totals = UsageOfTenants::default();
        for used in used.values_mut() {
            used.platform_nanos = self.0.prices.cost(taken(used, lasted));
            totals.amounts.add(used.amounts);
            add_storage(&mut totals.storage, used.storage);
            totals.platform_nanos = totals.platform_nanos.saturating_add(used.platform_nanos);
        }
        let products = self.0.prices.estimate(taken(&totals, lasted)).into_iter().filter_map(|line| {
            let product = self.0.prices.products.get(line.product)?;
            let (product, unit) = (product.name.clone(), product.unit.clone());
            Some(ProductUse { product, unit, units: line.units, nanos: line.nanos })
        });
        let mut tenants: Vec<_> =
            used.into_iter().map(|(tenant, used)| UsageOfTenant { tenant, used }).collect();
        let tenants_count = tenants.len() as u32;
        tenants.sort_by_key(|tenant| Reverse(spend(&tenant.used)));
        tenants.truncate(limit.clamp(1, MOST_TENANTS) as usize);
        Ok(UsageSummary {
            from: start(Grain::Days, from_day),
            to: start(Grain::Days, to_day),
            source: source.to_owned(),
            prices_as_of: self.0.prices.as_of.clone(),
            totals,
            days: days
                .into_iter()
                .map(|(day, amounts)| UsageOfTime { at: start(Grain::Days, day), amounts })
                .collect(),
            tenants,
            tenants_count,
            products: products.collect(),
        })
    }

    async fn overview(&self, _: &OperatorCall, request: ReadOverview) -> Result<Overview, AnalyticsError> {
        let now_ms = self.0.clock.now().unix_ms();
        let back = |grain: Grain, many: u32, most: u64| {
            let to = grain.of(now_ms) + 1;
            (to.saturating_sub(u64::from(many).clamp(1, most)), to)
        };
        let hours = back(Grain::Hours, request.hours, MOST_HOURS.into());
        let days = back(Grain::Days, request.days, LONGEST_OF_ALL);
        let store = &self.0.overview;
        let (of_hours, of_days, backlog, waiting) = try_join!(
            store.hours(hours.0, hours.1),
            store.days(days.0, days.1),
            store.backlog(hours.0, hours.1),
            store.waiting()
        )
        .map_err(unavailable)?;
        let of_hour = |(hour, backlog)| BacklogOfHour { at: start(Grain::Hours, hour), backlog };
        Ok(Overview {
            hours: filled(Grain::Hours, hours, of_hours),
            days: filled(Grain::Days, days, of_days),
            backlog: backlog.into_iter().map(of_hour).collect(),
            waiting,
        })
    }
}

/// The days of a question.
fn days(from: Timestamp, to: Timestamp, of_all: bool, today: u64) -> Result<(u64, u64), AnalyticsError> {
    let invalid = |detail: String| Err(AnalyticsError::Invalid { detail });
    let (from_day, to_day) = (Grain::Days.of(from.unix_ms()), to.unix_ms().div_ceil(Grain::Days.period_ms()));
    if to <= from {
        return invalid("`to` must be after `from`".into());
    }
    let longest = if of_all { LONGEST_OF_ALL } else { LONGEST_DAYS };
    if to_day - from_day > longest {
        let hint = if of_all { ", or name a `tenant`" } else { "" };
        return invalid(format!("from `from` to `to` may be at most {longest} days: ask for less{hint}"));
    }
    if from_day + DAILY_DAYS < today {
        return invalid(format!("usage goes back {DAILY_DAYS} days: begin later"));
    }
    Ok((from_day, to_day))
}

/// What was used of which platform's prices are told.
fn taken(used: &UsageOfTenants, days: u64) -> Used {
    let UsageOfTenants { amounts, storage, .. } = used;
    Used {
        requests: amounts.requests,
        events: amounts.events,
        model_calls: amounts.model_calls,
        event_bytes: storage.event_bytes,
        file_bytes: storage.file_bytes,
        days,
    }
}

/// By what tenants are ordered: what they cost, then what they asked for.
fn spend(used: &UsageOfTenants) -> (u64, u64) {
    (used.amounts.cost_nanos.saturating_add(used.platform_nanos), used.amounts.requests)
}

fn add_storage(sum: &mut UsageStorage, other: UsageStorage) {
    let UsageStorage { files, file_bytes, events, event_bytes } = other;
    sum.files = sum.files.saturating_add(files);
    sum.file_bytes = sum.file_bytes.saturating_add(file_bytes);
    sum.events = sum.events.saturating_add(events);
    sum.event_bytes = sum.event_bytes.saturating_add(event_bytes);
}

/// Every period, with nothing where nothing is known.
fn filled(grain: Grain, (from, to): (u64, u64), known: Vec<(u64, UsageAmounts)>) -> Vec<UsageOfTime> {
    let known: BTreeMap<_, _> = known.into_iter().collect();
    let of = |period| known.get(&period).copied().unwrap_or_default();
    (from..to).map(|period| UsageOfTime { at: start(grain, period), amounts: of(period) }).collect()
}

const fn start(grain: Grain, period: u64) -> Timestamp {
    Timestamp::from_unix_ms(period * grain.period_ms())
}

fn unavailable(error: StoreError) -> AnalyticsError {
    AnalyticsError::Unavailable { detail: error.to_string() }
}
