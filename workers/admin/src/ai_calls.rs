//! `/admin/api/tenants/{id}/ai-calls`: calls of models that are archived, and what was asked and answered in one. The
//! latter is a customer's content: that somebody looks at it is on record before anything is shown.

use std::rc::Rc;

use contracts::TenantCall;
use contracts::pipeline::ai_calls::{AiCallError, AiCallSummary, AiCallsClient, ListAiCalls, ReadAiCall};
use http_api::page::PageRequest;
use http_api::request::{FromQuery, Query, TextRule, read_query};
use ids::AiCallId;
use mesh::{CallError, Transport};
use serde::Serialize;

use crate::answer::Answer;
use crate::audit::Asker;
use crate::problem::Problem;

/// The pipeline's archive of calls.
pub type AiCalls = AiCallsClient<Rc<dyn Transport>>;

/// The query of a list.
struct Filters {
    request_id: Option<String>,
    trace_id: Option<String>,
    page: PageRequest<AiCallId>,
}

impl FromQuery for Filters {
    fn read(query: &Query) -> Option<Self> {
        let line = |name| query.text(name, TextRule::line(100));
        let page = query.page("ai_calls", &["request_id", "trace_id"]);
        Some(Self { request_id: line("request_id"), trace_id: line("trace_id"), page })
    }
}

/// An archived call, as operators see it in a list.
#[derive(Debug, Serialize)]
struct CallView {
    id: AiCallId,
    request_id: Option<String>,
    trace_id: String,
    at: http_api::Timestamp,
    expires_at: http_api::Timestamp,
    model: String,
    upstream: String,
    outcome: String,
    cache: String,
}

impl From<AiCallSummary> for CallView {
    fn from(call: AiCallSummary) -> Self {
        let time = |time: contracts::Timestamp| http_api::Timestamp::from_unix_ms(time.unix_ms());
        let (at, expires_at) = (time(call.at), time(call.expires_at));
        let AiCallSummary { call_id: id, request_id, trace_id, model, upstream, outcome, cache, .. } = call;
        Self { id, request_id, trace_id, at, expires_at, model, upstream, outcome, cache }
    }
}

/// Which calls are archived, newest first, and nothing of what was said in them.
///
/// # Errors
/// A bad query; what [`refused`] makes of the call.
pub(crate) async fn list(calls: &AiCalls, call: &TenantCall, query: &str) -> Result<Answer, Problem> {
    let Filters { request_id, trace_id, page } = read_query(query).map_err(Problem::of_query)?;
    let request = ListAiCalls { request_id, trace_id, before: page.after, limit: page.limit };
    let found = calls.list_calls(call, request).await.map_err(refused)?;
    let items: Vec<CallView> = found.items.into_iter().map(CallView::from).collect();
    Ok(Answer::json(&page.answer(items, found.next_before)))
}

/// What was asked and answered, as it was archived.
///
/// # Errors
/// The act could not be written down; what [`refused`] makes of the call.
pub(crate) async fn read(
    asker: &Asker<'_>,
    calls: &AiCalls,
    call: &TenantCall,
    call_id: AiCallId,
) -> Result<Answer, Problem> {
    asker.record(&asker.act("ai_call.read", Some(call.scope.tenant), call_id.to_string())).await?;
    let archived = calls.read_call(call, ReadAiCall { call_id }).await.map_err(refused)?;
    Ok(Answer::json_text(archived.json))
}

fn refused(error: CallError<AiCallError>) -> Problem {
    match error {
        CallError::Refused(AiCallError::NotFound) => Problem::no_ai_call(),
        error => Problem::of_call(&error),
    }
}
