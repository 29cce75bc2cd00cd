//! Calls of models as spans of their traces: what each took, and those that came to nothing.

use ai::routing::Candidate;
use contracts::pipeline::traces::{SpanFact, TraceSpan};
use contracts::{TenantCall, Timestamp};
use futures_util::FutureExt;
use ids::TenantId;
use mesh::TraceContext;

use super::ModelPorts;
use super::refusal::Missed;
use crate::ports::{CacheStatus, CallOutcome, Settlement, TokenCount};
use crate::traces::{recorded, span};

/// Who asks models.
const SERVICE: &str = "pipeline";

/// A call that something was held for, settled. `cost_nanos` is none where the budget did not answer.
pub(super) fn settled(
    ports: &ModelPorts,
    (tenant, trace, call): (TenantId, TraceContext, &str),
    started_ms: u64,
    settlement: &Settlement,
    cost_nanos: Option<u64>,
) {
    let Settlement { model, upstream, tokens_in, tokens_out, counted, outcome, .. } = settlement;
    let Settlement { first_byte_ms, duration_ms, metered, .. } = settlement;
    let mut one = span("model", SERVICE, format!("call_{call}"), trace, Timestamp::from_unix_ms(started_ms));
    one.name.clone_from(model);
    outcome.as_str().clone_into(&mut one.status);
    one.failed = matches!(outcome, CallOutcome::Broken | CallOutcome::Failed);
    one.ended_at = Some(Timestamp::from_unix_ms(started_ms.saturating_add(*duration_ms)));
    one.facts = vec![
        SpanFact::new("upstream", upstream),
        SpanFact::new("tokens_in", tokens_in),
        SpanFact::new("tokens_out", tokens_out),
    ];
    if *counted == TokenCount::Estimated {
        one.facts.push(SpanFact::new("tokens_are", "at most these"));
    }
    one.facts.extend(cost_nanos.map(|nanos| SpanFact::new("cost_nanos", nanos)));
    one.facts.extend(first_byte_ms.map(|ms| SpanFact::new("first_byte_ms", ms)));
    one.facts.extend(metered.route.as_ref().map(|route| SpanFact::new("route", route)));
    if metered.cache != CacheStatus::Off {
        one.facts.push(SpanFact::new("cache", metered.cache.as_str()));
    }
    keep(ports, tenant, trace, one);
}

/// A server of a model that gave no answer. Another one may have.
pub(super) fn missed(
    ports: &ModelPorts,
    context: &TenantCall,
    candidate: &Candidate,
    started_ms: u64,
    missed: &Missed,
) {
    let name = format!("call_{:016x}{:016x}", ports.runtime.random(), ports.runtime.random());
    let mut one = span("model", SERVICE, name, context.trace, Timestamp::from_unix_ms(started_ms));
    one.name.clone_from(&candidate.model);
    "missed".clone_into(&mut one.status);
    one.failed = true;
    one.ended_at = Some(Timestamp::from_unix_ms(ports.runtime.now_ms()));
    one.error = Some(why(missed));
    one.facts = vec![SpanFact::new("upstream", &candidate.upstream)];
    keep(ports, context.scope.tenant, context.trace, one);
}

/// Behind the answer: nobody waits for it.
fn keep(ports: &ModelPorts, tenant: TenantId, trace: TraceContext, span: TraceSpan) {
    let spans = ports.spans.clone();
    let keep = async move {
        if let Err(error) = spans.record(tenant, vec![recorded(trace, span)]).await {
            tracing::warn!(event = "spans.not_kept", %tenant, trace_id = trace.trace_id(), %error);
        }
    };
    ports.background.go_on(keep.boxed_local());
}

/// Why there was no answer, in our own words: a server's may quote what it was asked, and are in the log.
fn why(missed: &Missed) -> String {
    match missed {
        Missed::Said(error) => format!("the server answered {}", error.status),
        Missed::Unreached(_) => "the server was not reached".to_owned(),
        Missed::TimedOut { after_ms } => format!("no answer began within {after_ms} ms"),
        Missed::NoAnswer(_) => "what came is no answer".to_owned(),
        Missed::Ended(_) => "its stream ended before its answer began".to_owned(),
        Missed::Unsayable(_) => "the request cannot be put in its form".to_owned(),
        Missed::NoSecret(_) => "its key is not there".to_owned(),
    }
}
