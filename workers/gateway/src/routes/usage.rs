//! `/v1/usage`.

use contracts::pipeline::{budget, usage as pipeline};
use http_api::usage::{
    BudgetUnit, BudgetWindow, GetUsage, Usage, UsageAmounts, UsageBudget, UsageGroup, UsageOfGroup,
    UsageStorage,
};
use http_api::{Code, Problem};

use super::time;
use crate::exchange::Exchange;
use crate::failure::{Failure, Refusal, failed};
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// What is asked for where nothing is said: so many milliseconds before the end. 30 days.
const DEFAULT_MS: u64 = 30 * 24 * 60 * 60 * 1_000;
/// Billionths of a dollar in one.
const NANOS: f64 = 1e9;

/// What the tenant used.
///
/// # Errors
/// As [`authorize`]; a bad query; what [`failed`] makes of the call.
pub async fn get(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let GetUsage { from, to, group_by } = exchange.query()?;
    let at = contracts::Timestamp::from_unix_ms;
    // An end is no part of what is asked for, and this moment is.
    let to = to.map_or_else(|| at(exchange.ports.clock.now().unix_ms() + 1), time::inner);
    let from = from.map_or_else(|| at(to.unix_ms().saturating_sub(DEFAULT_MS)), time::inner);
    let request = pipeline::ReadUsage { from, to, group_by: inner(group_by) };
    let pipeline::UsageReport { from, to, totals, groups, storage, budgets } =
        exchange.ports.usage.read_usage(&call, request).await.map_err(failed)?;
    let pipeline::UsageStorage { files, file_bytes, events, event_bytes } = storage;
    let of_group =
        |pipeline::UsageOfGroup { group, amounts: used }| UsageOfGroup { group, amounts: amounts(used) };
    let usage = Usage {
        from: time::public(from),
        to: time::public(to),
        group_by,
        totals: amounts(totals),
        groups: groups.into_iter().map(of_group).collect(),
        storage: UsageStorage { files, file_bytes, events, event_bytes },
        budgets: budgets.into_iter().map(standing).collect(),
    };
    Answer::json(200, &usage)
}

const fn inner(group: UsageGroup) -> pipeline::UsageGroup {
    match group {
        UsageGroup::Hour => pipeline::UsageGroup::Hour,
        UsageGroup::Day => pipeline::UsageGroup::Day,
        UsageGroup::Month => pipeline::UsageGroup::Month,
        UsageGroup::Operation => pipeline::UsageGroup::Operation,
        UsageGroup::Key => pipeline::UsageGroup::Key,
        UsageGroup::Model => pipeline::UsageGroup::Model,
    }
}

fn amounts(used: pipeline::UsageAmounts) -> UsageAmounts {
    let pipeline::UsageAmounts {
        requests,
        refused,
        failed,
        events,
        model_calls,
        tokens_in,
        tokens_out,
        cost_nanos,
        cache_hits,
        saved_tokens,
        saved_nanos,
    } = used;
    let (cost_usd, saved_usd) = (cost_nanos as f64 / NANOS, saved_nanos as f64 / NANOS);
    UsageAmounts {
        requests,
        refused,
        failed,
        events,
        model_calls,
        tokens_in,
        tokens_out,
        cost_usd,
        cache_hits,
        saved_tokens,
        saved_usd,
    }
}

fn standing(budget: pipeline::UsageBudget) -> UsageBudget {
    let pipeline::UsageBudget { limit, used } = budget;
    let budget::BudgetLimit { unit, window, key: _, model: _, most } = limit;
    let budget::BudgetUse { limit: _, key, model, spent, held, left, resets_at } = used;
    let (unit, of) = match unit {
        budget::BudgetUnit::Money => (BudgetUnit::Money, NANOS),
        budget::BudgetUnit::Tokens => (BudgetUnit::Tokens, 1.0),
        budget::BudgetUnit::Requests => (BudgetUnit::Requests, 1.0),
    };
    let window = match window {
        budget::BudgetWindow::Minute => BudgetWindow::Minute,
        budget::BudgetWindow::Day => BudgetWindow::Day,
        budget::BudgetWindow::Month => BudgetWindow::Month,
    };
    let amount = |much: u64| much as f64 / of;
    UsageBudget {
        unit,
        window,
        key,
        model,
        most: amount(most),
        spent: amount(spent),
        held: amount(held),
        left: amount(left),
        resets_at: time::public(resets_at),
    }
}

impl Refusal for pipeline::UsageError {
    fn into_failure(self) -> Failure {
        match self {
            Self::Invalid { detail } => Problem::new(Code::RequestInvalidParameter, detail).into(),
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}
