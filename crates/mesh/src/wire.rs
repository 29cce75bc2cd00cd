//! The wire format: MessagePack maps with field names.
//!
//! Self-describing on purpose: each Worker deploys alone, so a reader skips fields that it does not know and fills in
//! those that are missing from their defaults. Positional formats cannot do either.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::context::{CallContext, Deadline, TraceContext};
use crate::contract::Fingerprint;
use crate::error::{Fault, FaultKind};

/// The platform's limit on one serialized argument list or return value: 32 MiB, less room for its own framing.
pub const MAX_MESSAGE_BYTES: usize = 32 * 1024 * 1024 - 1024;

#[derive(Serialize)]
struct RequestOut<'a, S, T> {
    cx: HeaderOut<'a, S>,
    req: &'a T,
}

#[derive(Serialize)]
struct HeaderOut<'a, S> {
    scope: &'a S,
    trace: String,
    left_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    from: &'a str,
    hops: u8,
    contract: String,
}

#[derive(Deserialize)]
struct RequestIn<S, T> {
    cx: HeaderIn<S>,
    req: T,
}

#[derive(Deserialize)]
struct HeaderIn<S> {
    scope: S,
    trace: String,
    left_ms: u64,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    from: String,
    #[serde(default)]
    hops: u8,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply<T, E> {
    Ok(T),
    Refused(E),
    Fault(Fault),
}

pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, String> {
    let bytes = rmp_serde::to_vec_named(value).map_err(|error| error.to_string())?;
    if bytes.len() > MAX_MESSAGE_BYTES {
        return Err(format!(
            "a message of {} bytes is over the limit of {MAX_MESSAGE_BYTES}: send bulk data as a stream or by its storage key",
            bytes.len()
        ));
    }
    Ok(bytes)
}

pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    rmp_serde::from_slice(bytes).map_err(|error| error.to_string())
}

pub(crate) fn encode_request<S: Serialize, T: Serialize>(
    context: &CallContext<S>,
    contract: Fingerprint,
    now_ms: u64,
    request: &T,
) -> Result<Vec<u8>, String> {
    encode(&RequestOut {
        cx: HeaderOut {
            scope: &context.scope,
            trace: context.trace.to_string(),
            left_ms: context.deadline.time_left(now_ms),
            key: context.idempotency_key.as_deref(),
            from: &context.caller,
            hops: context.hops.saturating_add(1),
            contract: contract.to_string(),
        },
        req: request,
    })
}

pub(crate) fn decode_request<S: DeserializeOwned, T: DeserializeOwned>(
    bytes: &[u8],
    contract: Fingerprint,
    now_ms: u64,
) -> Result<(CallContext<S>, T), Fault> {
    let RequestIn { cx, req } = decode::<RequestIn<S, T>>(bytes).map_err(|error| Fault {
        kind: FaultKind::Contract,
        message: format!(
            "the callee (contract {contract}) could not read the request{}: {error}",
            decode::<Claimed>(bytes).map(|c| format!(" of contract {}", c.cx.contract)).unwrap_or_default()
        ),
    })?;
    let trace: TraceContext = cx.trace.parse().map_err(|error| Fault {
        kind: FaultKind::Contract,
        message: format!("the caller's trace is malformed: {error}"),
    })?;
    let deadline = Deadline::after(now_ms, cx.left_ms);
    Ok((
        CallContext {
            scope: cx.scope,
            trace,
            deadline,
            idempotency_key: cx.key,
            caller: cx.from,
            hops: cx.hops,
        },
        req,
    ))
}

/// Just the caller's fingerprint, for the message when the rest cannot be read.
#[derive(Deserialize)]
struct Claimed {
    cx: ClaimedHeader,
}

#[derive(Deserialize)]
struct ClaimedHeader {
    #[serde(default)]
    contract: String,
}
