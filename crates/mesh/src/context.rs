//! What travels with every call besides its request: who asks, under which trace, and how much time is left.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Calls between Workers that one request may make in all. The platform allows 32 Worker invocations a request; two
/// are kept for the entry and for what a Worker calls outside the mesh.
pub const MAX_HOPS: u32 = 30;

/// The context of one call: the first argument of every service method.
///
/// `S`, the *scope*, is the product's own: whatever an authenticated caller is entitled to (a tenant and an actor,
/// say). A service that takes another scope type cannot be called with this one, which is how tenancy becomes a type.
#[derive(Debug, Clone)]
pub struct CallContext<S> {
    /// On whose behalf the call is made.
    pub scope: S,
    /// The trace that this call belongs to.
    pub trace: TraceContext,
    /// When the answer stops being of use. A callee spends what is left, never a fresh allowance.
    pub deadline: Deadline,
    /// Two calls with the same key have one effect.
    pub idempotency_key: Option<String>,
    /// The Worker that made the call, for logs.
    pub caller: String,
    /// Shared by all contexts of one request in this Worker, since the platform's limit is the request's.
    pub(crate) hops: Hops,
}

/// Calls made so far in one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hops(Arc<AtomicU32>);

impl Hops {
    pub(crate) fn starting_at(count: u32) -> Self {
        Self(Arc::new(AtomicU32::new(count)))
    }

    pub(crate) fn count(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, more: u32) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }
}

impl<S> CallContext<S> {
    /// The context at the edge of the mesh, where a request enters.
    pub fn new(scope: S, trace: TraceContext, deadline: Deadline, caller: impl Into<String>) -> Self {
        Self { scope, trace, deadline, idempotency_key: None, caller: caller.into(), hops: Hops::default() }
    }

    /// The same call under an idempotency key.
    #[must_use]
    pub fn with_idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// The context for a call that the callee makes in turn, as itself: same scope, trace and deadline.
    #[must_use]
    pub fn forwarded_by(&self, caller: impl Into<String>) -> Self
    where
        S: Clone,
    {
        Self {
            scope: self.scope.clone(),
            trace: self.trace,
            deadline: self.deadline,
            idempotency_key: self.idempotency_key.clone(),
            caller: caller.into(),
            hops: self.hops.clone(),
        }
    }

    /// How many calls the request has made so far, as far as is known here; 0 at the edge.
    pub fn hops(&self) -> u32 {
        self.hops.count()
    }
}

/// A point in the local clock's time, Unix milliseconds. It crosses the wire as *time left*, because clocks differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(u64);

impl Deadline {
    /// `milliseconds` from `now`.
    #[must_use]
    pub fn after(now_ms: u64, milliseconds: u64) -> Self {
        Self(now_ms.saturating_add(milliseconds))
    }

    /// Milliseconds left, 0 once it has passed.
    #[must_use]
    pub fn time_left(self, now_ms: u64) -> u64 {
        self.0.saturating_sub(now_ms)
    }
}

/// A W3C trace context (<https://www.w3.org/TR/trace-context/>, version 00): trace id, parent span id, flags.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: u128,
    span_id: u64,
    flags: u8,
}

/// The text is no `traceparent` of a known version, or an id in it is all zeros.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a W3C traceparent: expected `00-<32 hex>-<16 hex>-<2 hex>` with ids that are not all zeros")]
pub struct ParseTraceError;

impl TraceContext {
    /// A new, sampled trace from 24 random bytes. All-zero ids, which the standard forbids, are moved to 1.
    #[must_use]
    pub fn from_random(random: [u8; 24]) -> Self {
        let mut trace = [0; 16];
        let mut span = [0; 8];
        trace.copy_from_slice(&random[..16]);
        span.copy_from_slice(&random[16..]);
        Self {
            trace_id: u128::from_be_bytes(trace).max(1),
            span_id: u64::from_be_bytes(span).max(1),
            flags: 1,
        }
    }

    /// The trace id as 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> String {
        format!("{:032x}", self.trace_id)
    }

    /// The id of the span that whatever is done in this context is part of, as 16 lower-case hexadecimal digits.
    #[must_use]
    pub fn span_id(&self) -> String {
        format!("{:016x}", self.span_id)
    }

    /// The same trace within another span of it. An id of 0, which the standard forbids, is moved to 1.
    #[must_use]
    pub fn within(self, span_id: u64) -> Self {
        Self { span_id: span_id.max(1), ..self }
    }
}

/// Bytes of a version 00 `traceparent`.
const TRACE_TEXT: usize = 55;

impl TraceContext {
    /// Its `traceparent`. Every call writes one, and the general formatting of integers is slow.
    pub(crate) fn text(self) -> [u8; TRACE_TEXT] {
        let mut text = *b"00-................................-................-..";
        write_hex((self.trace_id >> 64) as u64, &mut text[3..19]);
        write_hex(self.trace_id as u64, &mut text[19..35]);
        write_hex(self.span_id, &mut text[36..52]);
        write_hex(self.flags.into(), &mut text[53..]);
        text
    }

    /// Reads what [`TraceContext::text`] writes; `None` for anything else, which may still be a `traceparent`.
    fn from_text(text: &[u8]) -> Option<Self> {
        let text: &[u8; TRACE_TEXT] = text.try_into().ok()?;
        if !text.starts_with(b"00-") || text[35] != b'-' || text[52] != b'-' {
            return None;
        }
        let (high, low) = (read_hex(&text[3..19])?, read_hex(&text[19..35])?);
        let trace_id = u128::from(high) << 64 | u128::from(low);
        let (span_id, flags) = (read_hex(&text[36..52])?, read_hex(&text[53..])? as u8);
        (trace_id != 0 && span_id != 0).then_some(Self { trace_id, span_id, flags })
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).map_err(|_| fmt::Error)?)
    }
}

/// The lowest digits of `value`, as many as there is room for, in lower case.
pub(crate) fn write_hex(mut value: u64, room: &mut [u8]) {
    for digit in room.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(value & 0xf) as usize];
        value >>= 4;
    }
}

/// At most 16 digits in lower case.
fn read_hex(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |value, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(value << 4 | u64::from(digit))
    })
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TraceContext {
    type Err = ParseTraceError;

    fn from_str(text: &str) -> Result<Self, ParseTraceError> {
        if let Some(trace) = Self::from_text(text.as_bytes()) {
            return Ok(trace);
        }
        let hex = |part: &str| {
            part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).then_some(()).ok_or(ParseTraceError)
        };
        let mut parts = text.trim().split('-');
        let (Some(version), Some(trace), Some(span), Some(flags)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(ParseTraceError);
        };
        let known = version == "00" && parts.next().is_none();
        // A higher version may append fields; `ff` is forbidden.
        let future = version.len() == 2 && version > "00" && version != "ff";
        if !(known || future) || trace.len() != 32 || span.len() != 16 || flags.len() != 2 {
            return Err(ParseTraceError);
        }
        for part in [version, trace, span, flags] {
            hex(part)?;
        }
        let trace_id = u128::from_str_radix(trace, 16).map_err(|_| ParseTraceError)?;
        let span_id = u64::from_str_radix(span, 16).map_err(|_| ParseTraceError)?;
        let flags = u8::from_str_radix(flags, 16).map_err(|_| ParseTraceError)?;
        if trace_id == 0 || span_id == 0 {
            return Err(ParseTraceError);
        }
        Ok(Self { trace_id, span_id, flags })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_is_read_and_written_as_the_standard_says() {
        let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(text.parse::<TraceContext>().unwrap().to_string(), text);
        let future = "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes";
        assert_eq!(future.parse::<TraceContext>().unwrap().to_string(), text);
    }

    #[test]
    fn a_span_of_a_trace_is_told_apart_and_keeps_its_trace_and_flags() {
        let trace: TraceContext = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00".parse().unwrap();
        assert_eq!(trace.span_id(), "b7ad6b7169203331");
        assert_eq!(trace.within(0xab).to_string(), "00-0af7651916cd43dd8448eb211c80319c-00000000000000ab-00");
        assert_eq!(trace.within(0).span_id(), "0000000000000001", "no span has the id of none");
    }

    #[test]
    fn a_malformed_traceparent_is_refused() {
        for text in [
            "",
            "00",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(text.parse::<TraceContext>(), Err(ParseTraceError), "{text}");
        }
    }

    #[test]
    fn a_deadline_counts_down_and_stops_at_zero() {
        let deadline = Deadline::after(1_000, 50);
        assert_eq!(deadline.time_left(1_020), 30);
        assert_eq!(deadline.time_left(9_999), 0);
    }
}
