//! Texts become vectors.

use ai::openai::embeddings::{self, EmbeddingCall};
use ai::routing::Asked;
use ai::{Invalid, Usage};
use contracts::TenantCall;
use contracts::pipeline::models::{Embed, Embedded, ModelError};
use mesh::Bytes;

use super::attempt::{send, whole};
use super::cache::{self, CacheUse, Source};
use super::complete::{configured, models, open};
use super::guard::guard;
use super::open_call::Took;
use super::refusal::{Missed, invalid, no_route};
use super::{ModelPorts, STATIC_MODEL, spans};
use crate::ports::{CacheStatus, CallOutcome};

/// A larger answer is none, in bytes: 2,048 vectors of 3,072 numbers, in text.
const LARGEST_ANSWER: usize = 30 * 1024 * 1024;

pub(super) async fn embed(
    ports: &ModelPorts,
    context: &TenantCall,
    request: Embed,
) -> Result<Embedded, ModelError> {
    let call = EmbeddingCall::read(&request.body.0).map_err(invalid)?;
    if call.model == STATIC_MODEL {
        return by_static_model(ports, &call).await;
    }
    let control = cache::control(request.cache.as_deref())?;
    let config = configured(ports)?;
    let guard = guard(ports, context.scope.tenant).await?;
    let (call, aside) = guard.texts(call, &request.body.0)?;
    let tenant = context.scope.tenant.to_string();
    let asked = Asked {
        tenant: &tenant,
        plan: &request.plan,
        model: &call.model,
        input_tokens: call.tokens_bound,
        stream: false,
        draw: (ports.runtime.random() >> 32) as u32,
        now_ms: ports.runtime.now_ms(),
    };
    let decision = config.decide(&asked, &ports.breakers).map_err(no_route)?;
    guard.allows(&call.model, &decision.model)?;
    let cache = CacheUse::of_texts(context, &decision, &call, &control);
    if let Some(cache) = &cache
        && let Some(found) = cache.find(ports).await
    {
        let headers =
            cache::admit(ports, context, request.key_prefix, &decision, &found, &aside, None).await?;
        return Ok(Embedded { body: Bytes(found.entry.body), headers });
    }
    let mut opened =
        open(ports, context, request.key_prefix, models(&decision), (call.tokens_bound, 0)).await?;
    opened.metered.route.clone_from(&decision.route);
    opened.metered.masked = aside.told();
    opened.metered.cache = if cache.is_some() { CacheStatus::Miss } else { CacheStatus::Off };
    let started_ms = ports.runtime.now_ms();
    // Vectors of two models do not compare: there is no other to fall back to.
    let Some((candidate, upstream)) = decision
        .candidates
        .first()
        .and_then(|candidate| Some((candidate, config.upstream(&candidate.upstream)?)))
    else {
        opened.release().await;
        return Err(ModelError::UnknownModel { model: call.model });
    };
    let metadata = [("tenant", tenant.as_str()), ("plan", request.plan.as_str())];
    let first_byte_ms = upstream.first_byte_ms.min(context.deadline.time_left(started_ms));
    let body = call.body_for(&candidate.model);
    let answered = async {
        let answer =
            send(ports, upstream, upstream.url("embeddings"), (&metadata, None), body, first_byte_ms).await?;
        let body = whole(&*ports.runtime, answer.body, LARGEST_ANSWER, upstream.stall_ms).await?;
        let tokens = embeddings::judge(&body).map_err(Missed::NoAnswer)?;
        Ok::<_, Missed>((body, tokens))
    };
    let (body, tokens) = match answered.await {
        Ok(answered) => answered,
        Err(missed) => {
            spans::missed(ports, context, candidate, started_ms, &missed);
            if missed.is_its_fault() {
                ports.breakers.failed(&candidate.upstream, ports.runtime.now_ms());
            }
            opened.release().await;
            return Err(missed.told(&call.model));
        }
    };
    let now_ms = ports.runtime.now_ms();
    ports.breakers.answered(&candidate.upstream, now_ms);
    let took = Took {
        model: candidate.model.clone(),
        upstream: candidate.upstream.clone(),
        usage: tokens.map(|input| Usage { input, cached: 0, output: 0 }),
        written_bytes: 0,
        first_byte_ms: Some(now_ms.saturating_sub(started_ms)),
        outcome: CallOutcome::Finished,
    };
    let usage = took.usage;
    let cached = opened.metered.cache;
    let cost_nanos = opened.settle(took).await;
    if let Some(cache) = cache {
        let source = Source::new(&candidate.model, &candidate.upstream, usage);
        cache.keep(ports, &body, source, cost_nanos);
    }
    let mut headers = vec![
        ("weft-model".to_owned(), candidate.model.clone()),
        ("weft-upstream".to_owned(), candidate.upstream.clone()),
    ];
    headers.extend(cached.told());
    headers.extend(aside.header());
    Ok(Embedded { body: Bytes(body), headers })
}

async fn by_static_model(ports: &ModelPorts, call: &EmbeddingCall) -> Result<Embedded, ModelError> {
    let Some(inputs) = &call.inputs else {
        let detail =
            format!("must be a text or an array of texts: `{STATIC_MODEL}` reads no tokens of other models");
        return Err(invalid(Invalid::field("/input", detail)));
    };
    let texts: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let vectors = ports.embedder.embed(&texts).await;
    let vectors = vectors.map_err(|error| ModelError::Unavailable { detail: error.to_string() })?;
    let length = vectors.first().map_or(0, Vec::len) as u64;
    if call.dimensions.is_some_and(|wanted| wanted != length) {
        let detail = format!("must be {length} for `{STATIC_MODEL}`, or be left out");
        return Err(invalid(Invalid::field("/dimensions", detail)));
    }
    // Nothing is charged by it: words are what can be told of a text without another tokenizer's rules.
    let words = texts.iter().map(|text| text.split_whitespace().count() as u64).sum();
    let body = embeddings::answer(STATIC_MODEL, vectors, call.encoding, words);
    let body = body.map_err(|error| ModelError::Unavailable { detail: error.to_string() })?;
    Ok(Embedded { body: Bytes(body), headers: vec![("weft-model".to_owned(), STATIC_MODEL.to_owned())] })
}
