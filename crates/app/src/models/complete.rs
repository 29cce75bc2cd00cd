//! A conversation is answered.

use std::pin::pin;

use ai::Call;
use ai::cache::{may_be_kept, upstream_key};
use ai::routing::{Asked, Candidate, Config, Decision};
use contracts::pipeline::models::{Complete, Completion, ModelError};
use contracts::{Actor, TenantCall};
use futures_util::future::{Either, select};
use ids::KeyId;
use mesh::Bytes;

use super::archiving::Archiving;
use super::asking::{Asker, Asking};
use super::attempt::{Answered, form};
use super::cache::{self, CacheUse, Source};
use super::guard::guard;
use super::open_call::{OpenCall, Took};
use super::presence::{Presence, Unanswered};
use super::refusal::{budget, invalid, no_route};
use super::stream::Streaming;
use super::{ModelPorts, STATIC_MODEL};
use crate::ports::{CacheStatus, CallOutcome, HoldRequest, Metered};

/// Asks, for as long as whoever asked is there.
pub(super) async fn complete(
    ports: &ModelPorts,
    context: &TenantCall,
    mut request: Complete,
) -> Result<Completion, ModelError> {
    let Some(presence) = request.presence.take() else {
        return Ok(answer(ports, context, request).await?.given(None));
    };
    let mut presence = Presence::watched(ports, presence);
    let answered = match select(pin!(answer(ports, context, request)), pin!(presence.gone())).await {
        Either::Left((answered, _)) => answered?,
        // The request to the model's server was dropped just now, and with it its connection.
        Either::Right(_) => return Err(left()),
    };
    Ok(answered.given(Some(presence)))
}

/// What is told to nobody.
fn left() -> ModelError {
    ModelError::Failed { message: "whoever asked has left".into(), retry_after_s: None, retry: false }
}

/// An answer, whole or begun.
struct Given {
    media_type: &'static str,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    stream: Option<Streaming>,
}

impl Given {
    fn given(self, presence: Option<Presence>) -> Completion {
        let Self { media_type, headers, body, stream } = self;
        let stream = stream.map(|mut streaming| {
            streaming.presence = presence;
            streaming.into_bytes()
        });
        Completion { media_type: media_type.into(), headers, body: Bytes(body), stream }
    }
}

async fn answer(ports: &ModelPorts, context: &TenantCall, request: Complete) -> Result<Given, ModelError> {
    let call = Call::read(form(request.form), &request.body.0).map_err(invalid)?;
    if call.model == STATIC_MODEL {
        let detail = "is a model that embeds, and does not answer; ask it over `/v1/embeddings`";
        return Err(invalid(ai::Invalid::field("/model", detail)));
    }
    let control = cache::control(request.cache.as_deref())?;
    let config = configured(ports)?;
    let guard = guard(ports, context.scope.tenant).await?;
    let (call, aside) = guard.chat(call, &request.body.0)?;
    let tenant = context.scope.tenant.to_string();
    let asked = Asked {
        tenant: &tenant,
        plan: &request.plan,
        model: &call.model,
        input_tokens: call.bounds.input,
        stream: call.stream,
        draw: (ports.runtime.random() >> 32) as u32,
        now_ms: ports.runtime.now_ms(),
    };
    let decision = config.decide(&asked, &ports.breakers).map_err(no_route)?;
    guard.allows(&call.model, &decision.model)?;
    let archiving =
        guard.archive_days().map(|days| Archiving::of(context, request.request_id.clone(), &call, days));
    let cache = CacheUse::of_chat(context, &decision, &call, &control);
    if let Some(cache) = &cache
        && let Some(found) = cache.find(ports).await
        && let Ok((media_type, body)) = cache::told(&call, aside.back_in(found.entry.body.clone()))
    {
        let headers =
            cache::admit(ports, context, request.key_prefix, &decision, &found, &aside, archiving).await?;
        return Ok(Given { media_type, headers, body, stream: None });
    }
    let most_output = most_output(config, &decision);
    let bounds = OpenCall::bounds(&call, most_output);
    let mut open = open(ports, context, request.key_prefix.clone(), models(&decision), bounds).await?;
    let looked_for = if cache.is_some() { CacheStatus::Miss } else { CacheStatus::Off };
    let metered = Metered {
        route: decision.route.clone(),
        cache: looked_for,
        masked: aside.told(),
        ..Metered::default()
    };
    open.metered = metered.clone();
    open.archiving.clone_from(&archiving);
    let trace_id = context.trace.trace_id();
    let route = decision.route.clone().unwrap_or_default();
    let key = request.key_prefix.clone().unwrap_or_default();
    let metadata = [
        ("tenant", tenant.as_str()),
        ("plan", request.plan.as_str()),
        ("key", key.as_str()),
        ("route", route.as_str()),
        ("trace_id", trace_id.as_str()),
    ];
    let asker = Asker {
        ports,
        context,
        config,
        decision: &decision,
        call: &call,
        metadata: &metadata,
        key_prefix: request.key_prefix.as_ref(),
        bounds,
        cache_key: &upstream_key(&tenant, &call),
        archiving: archiving.as_ref(),
    };
    let asked = asker.ask(Unanswered::new(open)).await.map_err(|missed| missed.told(&call.model))?;
    let Asking { candidate, unanswered, answered, first_byte_ms, attempts, stall_ms, on_the_way } = asked;
    let mut headers = vec![
        ("weft-model".to_owned(), candidate.model.clone()),
        ("weft-upstream".to_owned(), candidate.upstream.clone()),
        ("weft-attempts".to_owned(), attempts.to_string()),
    ];
    if !route.is_empty() {
        headers.push(("weft-route".to_owned(), route));
    }
    let Candidate { upstream, model } = candidate;
    headers.extend(aside.header());
    let mut open = unanswered.answered();
    if let Some(open) = &mut open {
        // The one that answered may have been held for later than the others.
        open.metered = Metered { cache: on_the_way.unwrap_or(metered.cache), ..metered };
        headers.extend(open.metered.cache.told());
    }
    Ok(match answered {
        Answered::Whole(answer) => {
            let (usage, written_bytes, first_byte_ms) =
                (answer.usage, answer.written_bytes, Some(first_byte_ms));
            let outcome = CallOutcome::Finished;
            let source = Source::new(&model, &upstream, usage);
            if let Some(mut open) = open {
                if let Some(archiving) = &mut open.archiving {
                    archiving.answered(&answer.body);
                }
                let took = Took { model, upstream, usage, written_bytes, first_byte_ms, outcome };
                let cost_nanos = open.settle(took).await;
                if let Some(cache) = cache.filter(|_| may_be_kept(call.form, &answer.body)) {
                    cache.keep(ports, &answer.body, source, cost_nanos);
                }
            }
            Given { media_type: "application/json", headers, body: aside.back_in(answer.body), stream: None }
        }
        Answered::Begun { relay, body, out } => {
            let (body, presence) = (Some(body), None);
            let keeping = cache.and_then(|cache| cache.keeping(call.form));
            let streaming = Streaming {
                relay,
                body,
                out,
                open,
                presence,
                model,
                upstream,
                first_byte_ms,
                stall_ms,
                keeping,
                restorer: aside.restorer(&call),
            };
            let media_type = "text/event-stream; charset=utf-8";
            Given { media_type, headers, body: Vec::new(), stream: Some(streaming) }
        }
    })
}

/// Holds room for a call in the tenant's budget.
pub(super) async fn open(
    ports: &ModelPorts,
    context: &TenantCall,
    key_prefix: Option<String>,
    models: Vec<String>,
    (input_bound, output_bound): (u64, u64),
) -> Result<OpenCall, ModelError> {
    let tenant = context.scope.tenant;
    let request = hold_request(ports, context, key_prefix, models, (input_bound, output_bound));
    let hold = ports.budget.hold(&request).await.map_err(budget)?;
    let started_ms = ports.runtime.now_ms();
    let metered = Metered::default();
    let (ports, trace, archiving) = (ports.clone(), context.trace, None);
    Ok(OpenCall { ports, tenant, trace, hold, started_ms, input_bound, output_bound, metered, archiving })
}

/// What would be held for a call.
pub(super) fn hold_request(
    ports: &ModelPorts,
    context: &TenantCall,
    key_prefix: Option<String>,
    models: Vec<String>,
    (tokens_in_bound, tokens_out_bound): (u64, u64),
) -> HoldRequest {
    HoldRequest {
        tenant: context.scope.tenant,
        key: key(context),
        key_prefix,
        models,
        request_id: format!("{:016x}{:016x}", ports.runtime.random(), ports.runtime.random()),
        tokens_in_bound,
        tokens_out_bound,
    }
}

pub(super) fn key(context: &TenantCall) -> Option<KeyId> {
    match context.scope.actor {
        Actor::Key(key) => Some(key),
        Actor::Endpoint(_) | Actor::Job(_) | Actor::Service(_) => None,
    }
}

/// The models that may answer, each once.
pub(super) fn models(decision: &Decision) -> Vec<String> {
    let mut models: Vec<String> = Vec::new();
    for candidate in &decision.candidates {
        if !models.contains(&candidate.model) {
            models.push(candidate.model.clone());
        }
    }
    models
}

/// The most that any of them writes where the client sets no limit; none where one of them has no limit.
pub(super) fn most_output(config: &Config, decision: &Decision) -> Option<u64> {
    let limits =
        decision.candidates.iter().map(|candidate| config.upstream(&candidate.upstream)?.most_output());
    limits.collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// The configuration.
pub(super) fn configured(ports: &ModelPorts) -> Result<&Config, ModelError> {
    match &*ports.config {
        Ok(Some(config)) => Ok(config),
        Ok(None) => Err(ModelError::NotConfigured),
        Err(detail) => Err(ModelError::Misconfigured { detail: detail.clone() }),
    }
}
