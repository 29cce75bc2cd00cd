//! A routing decision told, and nothing asked.

use ai::routing::{AliasOf, Asked, Candidate, Config, Decision, FailureClass, Standing, Verdict};
use ai::{Call, Form, Invalid, TokenBounds};
use contracts::TenantCall;
use contracts::pipeline::model_routes::{
    ConsideredRoute, ExplainRoute, RouteCandidate, RouteExplanation, RouteLimit,
};
use contracts::pipeline::models::ModelError;
use serde::Deserialize;

use super::ModelPorts;
use super::complete::{configured, hold_request, models, most_output};
use super::refusal::invalid;
use crate::ports::Quote;

/// What is of interest of a request that is not there.
#[derive(Deserialize)]
struct Sketch {
    model: String,
    #[serde(default)]
    stream: Option<bool>,
    #[serde(default)]
    input_tokens: Option<u64>,
    #[serde(default)]
    max_completion_tokens: Option<u64>,
    #[serde(default)]
    n: Option<u64>,
}

/// What a decision needs of a request.
struct Wanted {
    model: String,
    stream: bool,
    bounds: TokenBounds,
}

pub(super) async fn explain(
    ports: &ModelPorts,
    context: &TenantCall,
    request: ExplainRoute,
) -> Result<RouteExplanation, ModelError> {
    let wanted = read(&request.body.0).map_err(invalid)?;
    let config = configured(ports)?;
    let tenant = context.scope.tenant.to_string();
    let now_ms = ports.runtime.now_ms();
    let asked = Asked {
        tenant: &tenant,
        plan: &request.plan,
        model: &wanted.model,
        input_tokens: wanted.bounds.input,
        stream: wanted.stream,
        draw: (ports.runtime.random() >> 32) as u32,
        now_ms,
    };
    let told = config.explain(&asked, &ports.breakers);
    let routes = told.routes.into_iter().map(|route| {
        let (holds, condition, reason) = match route.verdict {
            Verdict::Decides | Verdict::Later => (true, None, None),
            Verdict::Fails { condition, reason } => (false, Some(condition.to_owned()), Some(reason)),
        };
        ConsideredRoute { name: route.name, holds, condition, reason }
    });
    let mut explanation = RouteExplanation {
        asked: wanted.model.clone(),
        model: told.model,
        alias: told.alias.map(|alias| match alias {
            AliasOf::Tenant => "tenant".to_owned(),
            AliasOf::Everybody => "everybody".to_owned(),
        }),
        revision: config.revision.clone(),
        routes: routes.collect(),
        route: None,
        candidates: Vec::new(),
        fallback_on: Vec::new(),
        hedge_after_ms: None,
        tokens_in: wanted.bounds.input,
        tokens_out: wanted.bounds.output(None),
        hold_nanos: None,
        limits: Vec::new(),
        refusal: None,
        because: Vec::new(),
    };
    let decision = match told.outcome {
        Ok(decision) => decision,
        Err(refused) => {
            explanation.refusal = Some(refused.to_string());
            return Ok(explanation);
        }
    };
    explanation.tokens_out = wanted.bounds.output(most_output(config, &decision));
    let bounds = (explanation.tokens_in, explanation.tokens_out);
    let hold = hold_request(ports, context, request.key_prefix, models(&decision), bounds);
    let quote = ports.budget.quote(&hold).await;
    let Quote { bound_nanos, limits } =
        quote.map_err(|error| ModelError::Unavailable { detail: error.to_string() })?;
    explanation.hold_nanos = bound_nanos;
    explanation.limits = limits
        .into_iter()
        .map(|limit| RouteLimit {
            limit: limit.limit,
            left: limit.left,
            fits: limit.fits,
            resets_at: Some(limit.resets_at),
        })
        .collect();
    explanation.candidates = decision
        .candidates
        .iter()
        .filter_map(|candidate| told_candidate(ports, config, &decision, candidate, now_ms))
        .collect();
    explanation.fallback_on = decision.on.iter().map(|class| class_name(*class).to_owned()).collect();
    explanation.hedge_after_ms = decision.hedge_after_ms;
    explanation.route = decision.route;
    explanation.because = decision.because;
    Ok(explanation)
}

fn told_candidate(
    ports: &ModelPorts,
    config: &Config,
    decision: &Decision,
    candidate: &Candidate,
    now_ms: u64,
) -> Option<RouteCandidate> {
    let upstream = config.upstream(&candidate.upstream)?;
    let route = config.routes.iter().find(|route| Some(&route.name) == decision.route.as_ref());
    let target = route.and_then(|route| {
        route.targets.iter().find(|target| {
            let model = target.model.as_ref().unwrap_or(&decision.model);
            target.upstream == candidate.upstream && *model == candidate.model
        })
    });
    let breaker = match ports.breakers.standing(&candidate.upstream, now_ms) {
        Standing::Closed => "closed",
        Standing::Open => "open",
    };
    Some(RouteCandidate {
        upstream: candidate.upstream.clone(),
        model: candidate.model.clone(),
        weight: target.map(|target| target.weight),
        breaker: breaker.to_owned(),
        failed_percent: ports.breakers.failed_percent(&candidate.upstream, now_ms),
        first_byte_ms: decision.first_byte_ms.unwrap_or(upstream.first_byte_ms),
        stall_ms: upstream.stall_ms,
    })
}

const fn class_name(class: FailureClass) -> &'static str {
    match class {
        FailureClass::RateLimited => "rate_limited",
        FailureClass::ServerError => "server_error",
        FailureClass::Timeout => "timeout",
        FailureClass::Connect => "connect",
    }
}

fn read(body: &[u8]) -> Result<Wanted, Invalid> {
    let value: serde_json::Value =
        serde_json::from_slice(body).map_err(|error| Invalid::NotJson(error.to_string()))?;
    if value.get("messages").is_some() {
        let Call { model, stream, bounds, .. } = Call::read(Form::OpenAi, body)?;
        return Ok(Wanted { model, stream, bounds });
    }
    if value.get("model").and_then(|model| model.as_str()).is_none_or(str::is_empty) {
        return Err(Invalid::field("/model", "must be a name of a model"));
    }
    let sketch: Sketch = serde_json::from_value(value)
        .map_err(|error| Invalid::field("", format!("cannot be read: {error}")))?;
    let choices = sketch.n.unwrap_or(1).clamp(1, 128);
    let bounds = TokenBounds {
        input: sketch.input_tokens.unwrap_or(0),
        output_asked: sketch.max_completion_tokens,
        choices,
    };
    Ok(Wanted { model: sketch.model, stream: sketch.stream.unwrap_or(false), bounds })
}
