//! What is archived of a call.

use contracts::Timestamp;
use ids::{AiCallId, TenantId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::ports::{CacheStatus, Settlement, TokenCount};

/// The most of a request, and of an answer, that is kept, in bytes.
pub(crate) const MOST_KEPT: usize = 1024 * 1024;

/// The beginning of a text that may go on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Excerpt {
    /// It, or its beginning.
    pub(crate) text: String,
    /// How many bytes it has in all.
    pub(crate) bytes: u64,
    /// Whether it goes on.
    pub(crate) cut: bool,
}

impl Excerpt {
    /// Of a whole text, or of one whose first bytes these are.
    pub(crate) fn of(first: &[u8], bytes: u64) -> Self {
        let kept = &first[..first.len().min(MOST_KEPT)];
        let cut = (kept.len() as u64) < bytes;
        let mut text = String::from_utf8_lossy(kept).into_owned();
        if cut {
            // It may end within a character.
            text.truncate(text.trim_end_matches('\u{FFFD}').len());
        }
        Self { text, bytes, cut }
    }
}

/// Whose call it is, and what it asked for.
#[derive(Debug, Clone)]
pub(crate) struct Whose {
    pub(crate) tenant: TenantId,
    /// The key's id; none where the platform asks by itself.
    pub(crate) key: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) trace_id: String,
    /// `openai` or `anthropic`.
    pub(crate) form: &'static str,
    pub(crate) stream: bool,
    /// The model by the name that was asked for.
    pub(crate) asked: String,
    /// The request as it may leave.
    pub(crate) request: Excerpt,
    pub(crate) retention_days: u32,
}

/// What was answered, before anything that was put aside is back in it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Answered {
    /// Of what was sent to whoever asked, or would be.
    pub(crate) media_type: &'static str,
    #[serde(flatten)]
    pub(crate) said: Excerpt,
}

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Ended<'a> {
    pub(crate) call_id: AiCallId,
    /// By which the budget knows it.
    pub(crate) hold_id: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) outcome: &'static str,
    pub(crate) settlement: &'a Settlement,
    /// None where the budget did not take the settlement.
    pub(crate) cost_nanos: Option<u64>,
}

/// A call as it is stored.
#[derive(Serialize)]
pub(crate) struct Record<'a> {
    version: u32,
    id: AiCallId,
    tenant_id: TenantId,
    request_id: Option<&'a str>,
    trace_id: &'a str,
    budget_call_id: &'a str,
    key_id: Option<&'a str>,
    at: String,
    expires_at: String,
    form: &'static str,
    stream: bool,
    model_asked: &'a str,
    model: &'a str,
    upstream: &'a str,
    route: Option<&'a str>,
    cache: &'static str,
    masked: Option<&'a str>,
    outcome: &'static str,
    tokens_in: u64,
    tokens_in_cached: u64,
    tokens_out: u64,
    estimated: bool,
    cost_nanos: Option<u64>,
    first_byte_ms: Option<u64>,
    duration_ms: u64,
    request: &'a Excerpt,
    response: Option<Answered>,
}

impl<'a> Record<'a> {
    pub(crate) fn new(whose: &'a Whose, ended: &Ended<'a>, response: Option<Answered>) -> Self {
        let Whose { tenant, key, request_id, trace_id, form, stream, asked, request, .. } = whose;
        let Ended { call_id, hold_id, at, expires_at, outcome, settlement, cost_nanos } = *ended;
        let Settlement { model, upstream, metered, .. } = settlement;
        let cache: CacheStatus = metered.cache;
        Self {
            version: 1,
            id: call_id,
            tenant_id: *tenant,
            request_id: request_id.as_deref(),
            trace_id,
            budget_call_id: hold_id,
            key_id: key.as_deref(),
            at: rfc3339(at),
            expires_at: rfc3339(expires_at),
            form,
            stream: *stream,
            model_asked: asked,
            model,
            upstream,
            route: metered.route.as_deref(),
            cache: cache.as_str(),
            masked: metered.masked.as_deref(),
            outcome,
            tokens_in: settlement.tokens_in,
            tokens_in_cached: settlement.tokens_in_cached,
            tokens_out: settlement.tokens_out,
            estimated: settlement.counted == TokenCount::Estimated,
            cost_nanos,
            first_byte_ms: settlement.first_byte_ms,
            duration_ms: settlement.duration_ms,
            request,
            response,
        }
    }
}

fn rfc3339(time: Timestamp) -> String {
    let nanos = i128::from(time.unix_ms()) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanos)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_between_characters_and_says_so() {
        let whole = Excerpt::of("né".as_bytes(), 3);
        assert_eq!((&*whole.text, whole.bytes, whole.cut), ("né", 3, false));
        let mut long = "a".repeat(MOST_KEPT - 1).into_bytes();
        long.extend("é and more".as_bytes());
        let cut = Excerpt::of(&long, long.len() as u64);
        assert_eq!((cut.text.len(), cut.bytes, cut.cut), (MOST_KEPT - 1, long.len() as u64, true));
        assert!(cut.text.ends_with('a'));
        // Somebody's own replacement character stays where nothing is cut.
        assert_eq!(Excerpt::of("x\u{FFFD}".as_bytes(), 4).text, "x\u{FFFD}");
    }
}
