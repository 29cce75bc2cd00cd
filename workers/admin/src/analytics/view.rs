//! Usage and spend, as operators see them.

use std::collections::HashMap;

use contracts::Timestamp;
use contracts::pipeline::analytics::{Overview, UsageOfTenants, UsageOfTime, UsageSummary};
use contracts::pipeline::usage::UsageAmounts;
use ids::TenantId;
use serde::Serialize;

/// Billionths of a US dollar in one.
const NANOS: f64 = 1e9;

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct AmountsView {
    /// Requests to the public surface.
    pub requests: u64,
    /// Those that were answered with 400 to 499.
    pub refused: u64,
    /// Those that were answered with 500 or more.
    pub failed: u64,
    /// Events that were accepted.
    pub events: u64,
    /// Calls of models.
    pub model_calls: u64,
    /// Tokens that they read.
    pub tokens_in: u64,
    /// Tokens that they wrote.
    pub tokens_out: u64,
}

/// What it cost, in US dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct SpendView {
    /// The models, as metered.
    pub models_usd: f64,
    /// The platform below, estimated.
    pub platform_usd: f64,
    /// Both.
    pub total_usd: f64,
}

/// What is stored now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct StorageView {
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// Archived events.
    pub events: u64,
    /// Their bytes.
    pub event_bytes: u64,
}

/// What was used, stored and spent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct UsedView {
    /// What was counted.
    #[serde(flatten)]
    pub amounts: AmountsView,
    /// What is stored.
    pub storage: StorageView,
    /// What it cost.
    pub spend: SpendView,
}

/// What one tenant used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TenantUsageView {
    /// Which.
    pub tenant: TenantId,
    /// Its short name; none where it is gone.
    pub slug: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// How much.
    #[serde(flatten)]
    pub used: UsedView,
}

/// What was used in an hour or a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PeriodView {
    /// Its start.
    pub at: http_api::Timestamp,
    /// How much.
    #[serde(flatten)]
    pub amounts: AmountsView,
    /// What models cost, in US dollars.
    pub models_usd: f64,
}

/// What was used of a product of the platform.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProductView {
    /// Its name in the list of prices.
    pub product: String,
    /// In what it is counted.
    pub unit: String,
    /// How much.
    pub units: u64,
    /// What it costs, in US dollars.
    pub usd: f64,
}

/// Usage and spend of some days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SummaryView {
    /// The start of the first day (UTC).
    pub from: http_api::Timestamp,
    /// The end of the last.
    pub to: http_api::Timestamp,
    /// `rollups` or `analytics_engine`.
    pub source: String,
    /// As of which day the platform's prices are.
    pub prices_as_of: String,
    /// Of all that the question is about.
    pub totals: UsedView,
    /// By day.
    pub days: Vec<PeriodView>,
    /// By tenant, the greatest spend first.
    pub tenants: Vec<TenantUsageView>,
    /// How many tenants there are in all.
    pub tenants_count: u32,
    /// What the totals took of the platform's products.
    pub products: Vec<ProductView>,
}

/// How the whole goes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OverviewView {
    /// The last hours.
    pub hours: Vec<PeriodView>,
    /// The last days.
    pub days: Vec<PeriodView>,
    /// The most that waited in each hour in which somebody looked.
    pub backlog: Vec<BacklogView>,
    /// What waits now.
    pub waiting: WaitingView,
}

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WaitingView {
    /// Accepted events that nothing has finished.
    pub outbox: u32,
    /// Dead letters that nobody has replayed.
    pub dead_letters: u32,
}

/// The most that waited in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BacklogView {
    /// Its start.
    pub at: http_api::Timestamp,
    /// What waited.
    #[serde(flatten)]
    pub waiting: WaitingView,
}

impl SummaryView {
    pub(super) fn new(summary: UsageSummary, names: &[(TenantId, String, String)]) -> Self {
        let names: HashMap<_, _> = names.iter().map(|(tenant, slug, name)| (*tenant, (slug, name))).collect();
        let tenants = summary.tenants.into_iter().map(|of| {
            let (slug, name) =
                names.get(&of.tenant).map(|(slug, name)| ((*slug).clone(), (*name).clone())).unzip();
            TenantUsageView { tenant: of.tenant, slug, name, used: of.used.into() }
        });
        let products = summary.products.into_iter().map(|line| ProductView {
            product: line.product,
            unit: line.unit,
            units: line.units,
            usd: dollars(line.nanos),
        });
        Self {
            from: time(summary.from),
            to: time(summary.to),
            source: summary.source,
            prices_as_of: summary.prices_as_of,
            totals: summary.totals.into(),
            days: summary.days.into_iter().map(PeriodView::from).collect(),
            tenants: tenants.collect(),
            tenants_count: summary.tenants_count,
            products: products.collect(),
        }
    }
}

impl From<UsageAmounts> for AmountsView {
    fn from(amounts: UsageAmounts) -> Self {
        let UsageAmounts { requests, refused, failed, events, model_calls, tokens_in, tokens_out, .. } =
            amounts;
        Self { requests, refused, failed, events, model_calls, tokens_in, tokens_out }
    }
}

impl From<UsageOfTenants> for UsedView {
    fn from(used: UsageOfTenants) -> Self {
        let UsageOfTenants { amounts, storage, platform_nanos } = used;
        Self {
            amounts: amounts.into(),
            storage: StorageView {
                files: storage.files,
                file_bytes: storage.file_bytes,
                events: storage.events,
                event_bytes: storage.event_bytes,
            },
            spend: SpendView {
                models_usd: dollars(amounts.cost_nanos),
                platform_usd: dollars(platform_nanos),
                total_usd: dollars(amounts.cost_nanos.saturating_add(platform_nanos)),
            },
        }
    }
}

impl From<UsageOfTime> for PeriodView {
    fn from(of: UsageOfTime) -> Self {
        Self { at: time(of.at), amounts: of.amounts.into(), models_usd: dollars(of.amounts.cost_nanos) }
    }
}

impl From<Overview> for OverviewView {
    fn from(overview: Overview) -> Self {
        let waiting = |backlog: contracts::pipeline::analytics::Backlog| WaitingView {
            outbox: backlog.outbox,
            dead_letters: backlog.dead_letters,
        };
        let backlog = overview.backlog.into_iter();
        Self {
            hours: overview.hours.into_iter().map(PeriodView::from).collect(),
            days: overview.days.into_iter().map(PeriodView::from).collect(),
            backlog: backlog
                .map(|of| BacklogView { at: time(of.at), waiting: waiting(of.backlog) })
                .collect(),
            waiting: waiting(overview.waiting),
        }
    }
}

fn dollars(nanos: u64) -> f64 {
    nanos as f64 / NANOS
}

fn time(time: Timestamp) -> http_api::Timestamp {
    http_api::Timestamp::from_unix_ms(time.unix_ms())
}
