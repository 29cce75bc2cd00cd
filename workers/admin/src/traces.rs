//! `/admin/api/traces/{trace_id}`: what is on record of one request across Workers, queue, workflows, alarms and
//! deliveries, with what operators did in it.

mod tree;

use std::collections::BTreeSet;
use std::rc::Rc;

use app::ports::{AuditQuery, AuditTrail};
use contracts::pipeline::traces::{FindTrace, SpanFact, TraceError, TraceSpan, TracesClient};
use contracts::{OperatorCall, Timestamp};
use futures_util::try_join;
use ids::{EventId, TenantId};
use mesh::{CallError, Transport};
use serde::Serialize;

use crate::audit::{Asker, unavailable};
use crate::problem::Problem;

/// The pipeline's traces.
pub type Traces = TracesClient<Rc<dyn Transport>>;

/// The most spans of an answer.
const MOST_SPANS: u32 = 500;
/// What a trace goes through without leaving a row.
pub const NOT_KEPT: [&str; 5] = [
    "calls between Workers and to stores: what took long shows in whose span they were, and each failure is a line of the log under this trace's id",
    "requests that only read and went well, but for one trace in sixteen; requests without a key",
    "requests, tries of jobs, attempts of deliveries and calls of models from more than fourteen days ago",
    "what was seen in the last two seconds, or by a Worker that was stopped before it told",
    "steps of an event's runs before its last, which a replay forgets, and tries of a step before its last",
];

/// A trace.
#[derive(Debug, Serialize)]
pub struct TraceView {
    /// Its id.
    pub trace_id: String,
    /// When the first of it began.
    pub started_at: http_api::Timestamp,
    /// When the last of it ended, or began where it goes on.
    pub ended_at: http_api::Timestamp,
    /// From the one to the other, in milliseconds.
    pub duration_ms: u64,
    /// How many spans went wrong.
    pub failed: usize,
    /// Each behind what it is part of, else in the order of their starts.
    pub spans: Vec<SpanView>,
    /// Whether there are more spans than these.
    pub more: bool,
    /// What is not among them.
    pub not_kept: [&'static str; 5],
}

/// Something that took time, or a moment.
#[derive(Debug, Clone, Serialize)]
pub struct SpanView {
    /// `request`, `event`, `queue`, `workflow`, `step`, `approval`, `delivery`, `job`, `try`, `model`, `dead_letter`,
    /// `replay`, `redrive`, `erasure` or `act`.
    pub kind: String,
    /// What names it among the others.
    pub id: String,
    /// Its id in the trace context.
    pub span_id: String,
    /// The [`id`](Self::id) of what it is part of.
    pub parent: Option<String>,
    /// What it is part of elsewhere: the span of a caller outside, or one that is not kept.
    pub remote_parent: Option<String>,
    /// How deep it lies: 0 is part of nothing here.
    pub depth: u32,
    /// The Worker that did it.
    pub service: String,
    /// Whose.
    pub tenant: Option<TenantId>,
    /// The event that it tells of.
    pub event_id: Option<EventId>,
    /// What it is called.
    pub name: String,
    /// How it stands.
    pub status: String,
    /// Whether it went wrong.
    pub failed: bool,
    /// When it began.
    pub started_at: http_api::Timestamp,
    /// When it ended; none where it goes on.
    pub ended_at: Option<http_api::Timestamp>,
    /// How often it was tried.
    pub attempts: u32,
    /// What went wrong.
    pub error: Option<String>,
    /// What else is known of it.
    pub facts: Vec<FactView>,
}

/// Something that is known of a span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactView {
    /// What.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What is on record of a trace. A step's error may quote what a customer sent, so that who reads it is on record.
///
/// # Errors
/// The id is none, or nothing is on record; a store does not answer.
pub(crate) async fn get(
    asker: &Asker<'_>,
    traces: &Traces,
    trail: &dyn AuditTrail,
    call: &OperatorCall,
    trace_id: &str,
) -> Result<TraceView, Problem> {
    let trace_id = trace_id.to_ascii_lowercase();
    if trace_id.len() != 32 || !trace_id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Problem::no_trace());
    }
    let request = FindTrace { trace_id: trace_id.clone(), limit: MOST_SPANS };
    let acts = AuditQuery { trace_id: Some(trace_id.clone()), limit: MOST_SPANS, ..AuditQuery::default() };
    let (found, acts) =
        try_join!(async { traces.find_trace(call, request).await.map_err(refused) }, async {
            trail.entries(&acts).await.map_err(unavailable)
        })?;
    let tenants: BTreeSet<_> = found.spans.iter().filter_map(|span| span.tenant).collect();
    let mut spans = found.spans;
    spans.extend(acts.into_iter().map(of_act));
    spans.sort_by(|a, b| (a.started_at, &a.id).cmp(&(b.started_at, &b.id)));
    let Some(started_at) = spans.first().map(|span| span.started_at) else {
        return Err(Problem::no_trace());
    };
    // Of one customer where it is one's alone, else of none in particular.
    let tenant = if tenants.len() == 1 { tenants.into_iter().next() } else { None };
    asker.record(&asker.act("trace.read", tenant, trace_id.clone())).await?;
    let ended_at = spans.iter().map(|span| span.ended_at.unwrap_or(span.started_at)).max();
    let ended_at = ended_at.unwrap_or(started_at);
    Ok(TraceView {
        trace_id,
        started_at: time(started_at),
        ended_at: time(ended_at),
        duration_ms: ended_at.unix_ms().saturating_sub(started_at.unix_ms()),
        failed: spans.iter().filter(|span| span.failed).count(),
        spans: tree::ordered(spans).into_iter().map(view).collect(),
        more: found.more,
        not_kept: NOT_KEPT,
    })
}

/// What an operator did, as the audit has it.
fn of_act(entry: audit::Entry) -> TraceSpan {
    let at = Timestamp::from_unix_ms(entry.act.at_ms);
    let refused = entry.act.action.ends_with(".refused");
    let mut facts = vec![SpanFact::new("by", &entry.act.actor), SpanFact::new("role", &entry.act.role)];
    facts.extend(entry.act.target.map(|target| SpanFact::new("target", target)));
    TraceSpan {
        kind: "act".to_owned(),
        id: format!("audit/{}", entry.sequence),
        span_id: format!("{:016x}", app::traces::span_of(&entry.hash)),
        service: "admin".to_owned(),
        tenant: entry.act.tenant,
        parent: None,
        parent_span: None,
        name: entry.act.action,
        status: if refused { "refused" } else { "recorded" }.to_owned(),
        failed: refused,
        started_at: at,
        ended_at: Some(at),
        attempts: 1,
        error: None,
        event_id: None,
        facts,
    }
}

fn view(placed: tree::Placed) -> SpanView {
    let tree::Placed { span, parent, depth } = placed;
    SpanView {
        kind: span.kind,
        id: span.id,
        span_id: span.span_id,
        remote_parent: span.parent_span.filter(|_| parent.is_none()),
        parent,
        depth,
        service: span.service,
        tenant: span.tenant,
        event_id: span.event_id,
        name: span.name,
        status: span.status,
        failed: span.failed,
        started_at: time(span.started_at),
        ended_at: span.ended_at.map(time),
        attempts: span.attempts,
        error: span.error,
        facts: span.facts.into_iter().map(|SpanFact { name, value }| FactView { name, value }).collect(),
    }
}

fn refused(error: CallError<TraceError>) -> Problem {
    Problem::of_call(&error)
}

fn time(time: Timestamp) -> http_api::Timestamp {
    http_api::Timestamp::from_unix_ms(time.unix_ms())
}
