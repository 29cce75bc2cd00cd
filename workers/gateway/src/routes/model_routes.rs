//! Why a request for a model goes where it goes.

use contracts::pipeline::model_routes as inner;
use http_api::Timestamp;
use http_api::model_routes::{ConsideredRoute, RouteCandidate, RouteExplanation, RouteHold, RouteLimit};
use mesh::Bytes;

use crate::exchange::Exchange;
use crate::failure::failed;
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// Billionths in one.
const NANOS: f64 = 1e9;

/// Who would answer, and why.
///
/// # Errors
/// As [`authorize`] and [`Exchange::bytes_of_json`]; what [`failed`] makes of the call.
pub async fn explain(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let request = inner::ExplainRoute {
        body: Bytes(exchange.bytes_of_json().await?),
        plan: exchange.facts.plan.borrow().clone(),
        key_prefix: exchange.facts.key.borrow().clone(),
    };
    let told = exchange.ports.models.explain_route(&call, request).await.map_err(failed)?;
    Answer::json(200, &public(told))
}

fn public(told: inner::RouteExplanation) -> RouteExplanation {
    let route = |route: inner::ConsideredRoute| {
        let inner::ConsideredRoute { name, holds, condition, reason } = route;
        ConsideredRoute { name, holds, condition, reason }
    };
    let candidate = |candidate: inner::RouteCandidate| {
        let inner::RouteCandidate {
            upstream,
            model,
            weight,
            breaker,
            failed_percent,
            first_byte_ms,
            stall_ms,
        } = candidate;
        RouteCandidate { upstream, model, weight, breaker, failed_percent, first_byte_ms, stall_ms }
    };
    let limit = |limit: inner::RouteLimit| {
        let inner::RouteLimit { limit, left, fits, resets_at } = limit;
        let resets_at = resets_at.map(|time| Timestamp::from_unix_ms(time.unix_ms()));
        RouteLimit { limit, left, fits, resets_at }
    };
    let hold = RouteHold {
        tokens_in: told.tokens_in,
        tokens_out: told.tokens_out,
        usd: told.hold_nanos.map(|nanos| nanos as f64 / NANOS),
    };
    RouteExplanation {
        asked: told.asked,
        model: told.model,
        alias: told.alias,
        revision: told.revision,
        route: told.route,
        routes: told.routes.into_iter().map(route).collect(),
        candidates: told.candidates.into_iter().map(candidate).collect(),
        fallback_on: told.fallback_on,
        hedge_after_ms: told.hedge_after_ms,
        hold,
        limits: told.limits.into_iter().map(limit).collect(),
        refusal: told.refusal,
        because: told.because,
    }
}
