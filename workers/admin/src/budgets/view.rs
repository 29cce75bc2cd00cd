//! A budget, as operators see it. Money is in US dollars; where a sum must be exact, also in billionths.

use contracts::pipeline::budget::{
    BudgetLimit, BudgetSelector, BudgetStanding, BudgetUnit, BudgetUse, BudgetWindow, ModelSpend,
};
use serde::Serialize;

/// Billionths of a dollar in one.
const NANOS: f64 = 1e9;

/// How a tenant stands.
#[derive(Debug, Serialize)]
pub(super) struct BudgetView {
    version: u32,
    updated_by: Option<String>,
    updated_at: Option<http_api::Timestamp>,
    limits: Vec<LimitView>,
    used: Vec<UseView>,
    month: MonthView,
    open_calls: u64,
}

/// A limit.
#[derive(Debug, Serialize)]
pub(super) struct LimitView {
    unit: &'static str,
    window: &'static str,
    key: String,
    model: String,
    most: f64,
}

/// What was used of a limit in its present window.
#[derive(Debug, Serialize)]
struct UseView {
    limit: u32,
    key: Option<String>,
    model: Option<String>,
    spent: f64,
    held: f64,
    left: f64,
    resets_at: http_api::Timestamp,
}

/// What was spent this month.
#[derive(Debug, Serialize)]
struct MonthView {
    cost_nanos: u64,
    cost_usd: f64,
    by_key_and_model: Vec<SpendView>,
}

#[derive(Debug, Serialize)]
struct SpendView {
    key: Option<String>,
    model: String,
    calls: u64,
    tokens_in: u64,
    tokens_out: u64,
    cost_nanos: u64,
    cost_usd: f64,
}

impl From<BudgetLimit> for LimitView {
    fn from(limit: BudgetLimit) -> Self {
        let BudgetLimit { unit, window, key, model, most } = limit;
        Self {
            unit: match unit {
                BudgetUnit::Money => "money",
                BudgetUnit::Tokens => "tokens",
                BudgetUnit::Requests => "requests",
            },
            window: match window {
                BudgetWindow::Minute => "minute",
                BudgetWindow::Day => "day",
                BudgetWindow::Month => "month",
            },
            key: selector(key),
            model: selector(model),
            most: amount(unit, most),
        }
    }
}

impl From<BudgetStanding> for BudgetView {
    fn from(standing: BudgetStanding) -> Self {
        let BudgetStanding { version, updated_by, updated_at, limits, used, month, open_calls } = standing;
        let unit = |at: u32| limits.get(at as usize).map_or(BudgetUnit::Requests, |limit| limit.unit);
        let used = used
            .into_iter()
            .map(|used| {
                let BudgetUse { limit, key, model, spent, held, left, resets_at } = used;
                let amount = |much| amount(unit(limit), much);
                let (spent, held, left) = (amount(spent), amount(held), amount(left));
                UseView { limit, key, model, spent, held, left, resets_at: time(resets_at) }
            })
            .collect();
        let cost_nanos = month.iter().map(|spend| spend.cost_nanos).sum();
        let spends = month.into_iter().map(|spend| {
            let ModelSpend { key, model, calls, tokens_in, tokens_out, cost_nanos } = spend;
            let cost_usd = cost_nanos as f64 / NANOS;
            SpendView { key, model, calls, tokens_in, tokens_out, cost_nanos, cost_usd }
        });
        let by_key_and_model = spends.collect();
        Self {
            version,
            updated_by,
            updated_at: updated_at.map(time),
            month: MonthView { cost_nanos, cost_usd: cost_nanos as f64 / NANOS, by_key_and_model },
            limits: limits.into_iter().map(LimitView::from).collect(),
            used,
            open_calls,
        }
    }
}

fn selector(selector: BudgetSelector) -> String {
    match selector {
        BudgetSelector::All => "all".to_owned(),
        BudgetSelector::Each => "each".to_owned(),
        BudgetSelector::Only(name) => name,
    }
}

fn amount(unit: BudgetUnit, much: u64) -> f64 {
    match unit {
        BudgetUnit::Money => much as f64 / NANOS,
        BudgetUnit::Tokens | BudgetUnit::Requests => much as f64,
    }
}

fn time(time: contracts::Timestamp) -> http_api::Timestamp {
    http_api::Timestamp::from_unix_ms(time.unix_ms())
}
