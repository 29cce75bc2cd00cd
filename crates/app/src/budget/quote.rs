//! What a call would hold, and the limits that it would count against, without holding anything.

use contracts::Timestamp;
use contracts::pipeline::budget::{BudgetStanding, BudgetUse};
use domain::budget::{Amount, Price, Tokens};

use super::convert::domain_limit;
use crate::ports::{HoldRequest, Quote, QuotedLimit};

/// The quote for a request whose models cost so much each, where that is known.
pub(super) fn quoted(
    request: &HoldRequest,
    prices: &[Option<Price>],
    standing: BudgetStanding,
    now_ms: u64,
) -> Quote {
    let (input, output) = (request.tokens_in_bound, request.tokens_out_bound);
    let costs: Option<Vec<u64>> =
        prices.iter().map(|price| Some(price.as_ref()?.most_of(input, output))).collect();
    let bound_nanos = costs.and_then(|costs| costs.into_iter().max());
    let tokens = Tokens { input, cached: 0, output }.all();
    // What nobody knows fits no limit in money.
    let amount = Amount { nanos: bound_nanos.unwrap_or(u64::MAX), tokens, requests: 1 };
    let key = request.key.map(|key| key.to_string());
    let models: Vec<&str> = request.models.iter().map(String::as_str).collect();
    let BudgetStanding { limits, used, .. } = standing;
    let mut quoted = Vec::new();
    for (place, limit) in limits.into_iter().enumerate() {
        let limit = domain_limit(limit);
        let counters = limit.counters(now_ms, key.as_deref(), &models);
        let Some(first) = counters.first() else { continue };
        let resets_at = Timestamp::from_unix_ms(first.ends_ms);
        let of = |used: &&BudgetUse| {
            used.limit as usize == place
                && counters.iter().any(|counter| counter.key == used.key && counter.model == used.model)
        };
        // Of several the one that has least left decides.
        let left = used.iter().filter(of).map(|used| used.left).min().unwrap_or(limit.most);
        quoted.push(QuotedLimit {
            limit: limit.to_string(),
            left: limit.unit.told(left),
            fits: limit.unit.of(amount) <= left,
            resets_at,
        });
    }
    Quote { bound_nanos, limits: quoted }
}
