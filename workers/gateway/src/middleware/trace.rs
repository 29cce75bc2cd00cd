//! The trace that a request belongs to, and its one line in the log.

use app::ports::Random;
use http_api::Code;
use mesh::TraceContext;

use crate::exchange::Facts;

/// The header of the W3C trace context.
pub const TRACEPARENT: &str = "traceparent";

/// The trace that a request belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Entered {
    /// The trace, within the request's own span.
    pub trace: TraceContext,
    /// What the caller says that the request is part of.
    pub caller: Option<TraceContext>,
}

/// The caller's trace, or a new one where it sent none or a malformed one (as the standard asks). The request is a span
/// of its own in it.
#[must_use]
pub fn continued(traceparent: Option<&str>, random: &dyn Random) -> Entered {
    let mut bytes = [0; 24];
    random.fill(&mut bytes);
    let own = TraceContext::from_random(bytes);
    let caller: Option<TraceContext> = traceparent.and_then(|text| text.parse().ok());
    let trace = caller.map_or(own, |caller| {
        let [.., a, b, c, d, e, f, g, h] = bytes;
        caller.within(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
    });
    Entered { trace, caller }
}

/// A request's own id: a trace may have many.
#[must_use]
pub fn request_id(random: &dyn Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    bytes.iter().fold(String::from("req_"), |id, byte| id + &format!("{byte:02x}"))
}

/// The line that a request leaves in the log. It has the route's pattern and never the path, headers or bodies: those
/// hold what customers said, and secrets.
#[derive(Debug)]
pub struct Entry {
    /// The method.
    pub method: String,
    /// The route's pattern.
    pub route: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The problem's code, if it did not go well.
    pub code: Option<Code>,
    /// The trace.
    pub trace: Entered,
    /// The request's own id.
    pub request_id: String,
    /// When it came, in Unix milliseconds.
    pub started_ms: u64,
    /// How long it took, in milliseconds. On the platform the clock stands still between I/O.
    pub duration_ms: u64,
    /// What else became known.
    pub facts: Facts,
}

impl Entry {
    /// Writes the line: an error where the gateway or something behind it is at fault.
    pub fn log(self) {
        let Self { method, route, status, code, trace, request_id, duration_ms, facts, .. } = self;
        let trace_id = trace.trace.trace_id();
        let code = code.map(Code::as_str);
        let tenant = facts.tenant.get().map(tracing::field::display);
        let endpoint = facts.endpoint.get().map(tracing::field::display);
        let key = facts.key.into_inner();
        let cause = facts.cause.into_inner();
        // One of the closed set of methods that HTTP clients send, or a word that somebody made up.
        let method = if method.len() <= 16 { method.as_str() } else { "too long" };
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    event = "http.request",
                    method,
                    route,
                    status,
                    code,
                    tenant,
                    endpoint_id = endpoint,
                    key,
                    trace_id,
                    request_id,
                    duration_ms,
                    error = cause
                )
            };
        }
        if status >= 500 { line!(error) } else { line!(info) }
    }
}

#[cfg(test)]
mod tests {
    use test_kit::SeededRandom;

    use super::*;

    #[test]
    fn a_well_formed_trace_goes_on_and_anything_else_begins_a_new_one() {
        let random = SeededRandom::new(1);
        let sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let Entered { trace, caller } = continued(Some(sent), &random);
        assert_eq!(caller.unwrap().to_string(), sent);
        assert_eq!(trace.trace_id(), caller.unwrap().trace_id());
        assert_ne!(trace.span_id(), caller.unwrap().span_id(), "the request is a span of its own");
        let fresh = continued(None, &random).trace;
        for malformed in ["", "00-xyz", "00-00000000000000000000000000000000-b7ad6b7169203331-01"] {
            let Entered { trace: other, caller } = continued(Some(malformed), &random);
            assert!(caller.is_none());
            assert_ne!(other.trace_id(), fresh.trace_id());
            assert_eq!(other.trace_id().len(), 32);
        }
    }
}
